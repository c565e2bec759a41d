import { describe, expect, test } from 'vitest';
import { type BusDevice, DecodedMessage, MmioBus } from '../../src/index.ts';
import { abi } from '../../src/index.ts';
import { randomNumbers } from '../setup/random-machine.ts';

/** A device that answers reads with its offset and remembers the last write; it declines whatever lies at offset 8. */
function createDevice(): BusDevice & { last: number[] } {
  return {
    last: [],
    write(offset, bytes, low, high) {
      this.last = [offset, bytes, low, high];
      return offset !== 8;
    },
    read: (offset, _bytes, out) => {
      out[0] = offset;
      return offset !== 8;
    },
  };
}

describe('the bus', () => {
  test('takes an access to the device whose range holds all of it, and nothing else', () => {
    const bus = new MmioBus();
    const device = createDevice();
    expect(bus.register(0x1000, 32, device)).toBe(0);
    expect(bus.write(0x1004, 4, 7, 0)).toBe(true);
    expect(device.last).toEqual([4, 4, 7, 0]);
    const out = new Uint32Array(2);
    expect([bus.read(0x1018, 8, out), out[0]]).toEqual([true, 0x18]);
    expect([0xffc, 0xffe, 0x101e, 0x1020, NaN, -1].map((address) => bus.write(address, 4, 0, 0))).not.toContain(true);
    expect(bus.read(0x101c, 8, out)).toBe(false);
  });

  test('takes nothing below the range of the last access for its own, and nothing that nobody takes for no access', () => {
    const bus = new MmioBus();
    const device = createDevice();
    bus.register(0x10, 64, device);
    expect([bus.write(0x14, 4, 1), device.last]).toEqual([true, [4, 4, 1, 0]]);
    expect([bus.write(0x4, 4, 2), bus.write(0xe, 2, 2), device.last]).toEqual([false, false, [4, 4, 1, 0]]);
    expect(bus.refused).toBe(0);
  });

  test('finds the same, whatever was looked for before: ranges, the holes between them, and both after a change', () => {
    const bus = new MmioBus();
    const random = randomNumbers(20261129);
    const GIB = 2 ** 30;
    // Few places, close to each other, to where a hole is cut, and to both ends of all addresses.
    const places = [0, 0x40, GIB - 0x40, GIB, 2 * GIB, 3 * GIB - 8, 4 * GIB, 2 ** 52 - GIB, 2 ** 52 - 0x40];
    const ranges: { base: number; end: number; device: ReturnType<typeof createDevice> }[] = [];
    const address = (): number => places[random(places.length)] + 4 * random(16);
    const wrong: unknown[] = [];
    const found = { nobody: 0, declined: 0, taken: 0 };
    for (let step = 0; step < 20_000; step++) {
      const base = address();
      if (step % 50 === 0 && ranges.length > 6) {
        const [gone] = ranges.splice(random(ranges.length), 1);
        bus.unregister(gone.device);
      } else if (step % 25 === 0) {
        const range = { base, end: base + 4 + 4 * random(16), device: createDevice() };
        const isFree = range.end <= 2 ** 52 && ranges.every((other) => other.end <= base || other.base >= range.end);
        if ((bus.register(base, range.end - base, range.device) === 0) !== isFree) wrong.push([step, 'register']);
        if (isFree) ranges.push(range);
      }
      for (const bytes of [4, 8]) {
        const taker = ranges.find((range) => range.base <= base && base + bytes <= range.end);
        const offset = taker === undefined ? -1 : base - taker.base;
        for (const { device } of ranges) device.last = [];
        const isTaken = bus.write(base, bytes, step);
        const told = ranges.map(({ device }) => device.last).filter((last) => last.length > 0);
        const expected = taker === undefined ? '' : `${offset},${bytes},${step},0`;
        if (told.join(';') !== expected || isTaken !== (offset >= 0 && offset !== 8)) wrong.push([step, base, bytes]);
        found[offset < 0 ? 'nobody' : isTaken ? 'taken' : 'declined']++;
      }
    }
    expect(wrong).toEqual([]);
    expect(Math.min(found.nobody, found.declined, found.taken)).toBeGreaterThan(1000);
  });

  test('leaves what a device declines to userspace', () => {
    const bus = new MmioBus();
    bus.register(0x1000, 32, createDevice());
    const out = new Uint32Array(2);
    expect([bus.write(0x1008, 4, 0, 0), bus.read(0x1008, 4, out)]).toEqual([false, false]);
  });

  test('refuses an overlap, and takes ranges that touch, in any order', () => {
    const bus = new MmioBus();
    const devices = [createDevice(), createDevice(), createDevice()];
    expect(bus.register(0x2000, 0x1000, devices[0])).toBe(0);
    for (const [base, length] of [
      [0x1fff, 2],
      [0x2fff, 1],
      [0x2800, 8],
      [0, 0x10000],
      [0x2000, 0x1000],
    ]) {
      expect(bus.register(base, length, devices[1])).toBe(abi.EEXIST);
    }
    expect(bus.register(0x3000, 0x1000, devices[1])).toBe(0);
    expect(bus.register(0x1000, 0x1000, devices[2])).toBe(0);
    for (const [address, index] of [
      [0x1ffc, 2],
      [0x2000, 0],
      [0x2ffc, 0],
      [0x3000, 1],
    ]) {
      bus.write(address, 4, address, 0);
      expect(devices[index].last).toEqual([address & 0xfff, 4, address, 0]);
    }
    // Not even an access that lies in two ranges, side by side.
    expect(bus.write(0x1ffe, 4, 0, 0)).toBe(false);
  });

  test('lets a device go with all its ranges, and finds the others afterwards', () => {
    const bus = new MmioBus();
    const [one, other] = [createDevice(), createDevice()];
    bus.register(0x1000, 16, one);
    bus.register(0x2000, 16, other);
    bus.register(0x3000, 16, one);
    bus.write(0x3000, 4, 0, 0);
    expect([bus.unregister(one), bus.unregister(one), bus.rangeCount]).toEqual([2, 0, 1]);
    expect([0x1000, 0x2000, 0x3000].map((address) => bus.write(address, 4, 0, 0))).toEqual([false, true, false]);
    expect(bus.register(0x1000, 0x1000, one)).toBe(0);
  });

  test('refuses what are no addresses, and more ranges than it holds', () => {
    const bus = new MmioBus();
    const device = createDevice();
    for (const [base, length] of [
      [-16, 16],
      [0.5, 16],
      [NaN, 16],
      [0, 0],
      [2 ** 52 - 8, 16],
      [Infinity, 16],
    ]) {
      expect(bus.register(base, length, device)).toBe(abi.EINVAL);
    }
    expect(bus.register(2 ** 52 - 16, 16, device)).toBe(0);
    for (let index = 1; index < 200; index++) expect(bus.register(16 * index, 16, device)).toBe(0);
    expect(bus.register(0x10000, 16, device)).toBe(abi.ENOSPC);
    expect([bus.rangeCount, bus.write(2 ** 52 - 4, 4, 0, 0)]).toEqual([200, true]);
  });
});

describe('an x86 message', () => {
  const fields = (low: number, data: number, high = 0): Partial<DecodedMessage> | undefined => {
    const message = new DecodedMessage();
    return message.decode(low, high, data) ? { ...message } : undefined;
  };
  const FIXED = {
    destination: 0,
    logical: false,
    redirectionHint: false,
    deliveryMode: 0,
    vector: 0x41,
    levelTriggered: false,
    asserted: true,
  };

  test.each([
    ['fixed, to processor 0', 0xfee00000, 0x41, {}],
    ['to processor 255', 0xfeeff000, 0x41, { destination: 0xff }],
    ['to processor 0x7fff, by the extended id', 0xfeefffe0, 0x41, { destination: 0x7fff }],
    ['with a redirection hint', 0xfee01008, 0x41, { destination: 1, redirectionHint: true }],
    ['logical', 0xfee03004, 0x41, { destination: 3, logical: true }],
    [
      'lowest priority, logical, with a hint',
      0xfee0300c,
      0x141,
      { destination: 3, logical: true, redirectionHint: true, deliveryMode: 1 },
    ],
    ['the least vector', 0xfee00000, 0x10, { vector: 0x10 }],
    ['the largest vector', 0xfee00000, 0xff, { vector: 0xff }],
    ['level-triggered, asserted', 0xfee00000, 0xc041, { levelTriggered: true }],
    ['level-triggered, deasserted', 0xfee00000, 0x8041, { levelTriggered: true, asserted: false }],
    ['an edge, whose level means nothing', 0xfee00000, 0x4041, {}],
    ['SMI, which has no vector', 0xfee00000, 0x200, { deliveryMode: 2, vector: 0 }],
    ['NMI', 0xfee00000, 0x400, { deliveryMode: 4, vector: 0 }],
    ['INIT', 0xfee00000, 0x500, { deliveryMode: 5, vector: 0 }],
    ['ExtINT', 0xfee00000, 0x700, { deliveryMode: 7, vector: 0 }],
    ['with reserved bits in its data', 0xfee00000, 0xffff3841, {}],
  ])('is decoded: %s', (_, low, data, expected) => {
    expect(fields(low, data)).toEqual({ ...FIXED, ...expected });
  });

  test.each([
    ['zeros', 0, 0, 0],
    ['below its addresses', 0xfedff000, 0x41, 0],
    ['above its addresses', 0xfef00000, 0x41, 0],
    ['with an upper address', 0xfee00000, 0x41, 1],
    ['with delivery mode 3', 0xfee00000, 0x341, 0],
    ['with delivery mode 6', 0xfee00000, 0x641, 0],
    ["with a vector that is an exception's", 0xfee00000, 0x0f, 0],
    ['lowest priority with such a vector', 0xfee00000, 0x100, 0],
  ])('is none: %s', (_, low, data, high) => {
    expect(fields(low, data, high)).toBeUndefined();
  });

  test('that is none leaves the one before as it was', () => {
    const message = new DecodedMessage();
    message.decode(0xfee01000, 0, 0x41);
    expect([message.decode(0, 0, 0), message.vector, message.destination]).toEqual([false, 0x41, 1]);
  });
});

test('accesses that no processor makes are counted', () => {
  const bus = new MmioBus();
  const out = new Uint32Array(2);
  const made = [bus.write(0, 3, 0), bus.read(0.5, 4, out), bus.write(-4, 4, 0), bus.read(0, 4, out)];
  expect([made, bus.refused]).toEqual([[false, false, false, false], 3]);
  expect([bus.write(-(2 ** 30), 4, 0), bus.write(-(2 ** 32), 4, 0), bus.refused]).toEqual([false, false, 5]);
});
