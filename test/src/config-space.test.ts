/**
 * The configuration space of an assigned device, byte for byte: what it shows, what a guest may write, which writes reset it, and that an
 * access that does not exist changes nothing.
 */
import { describe, expect, test } from 'vitest';
import { ConfigSpace } from '../../src/userspace/config-space.ts';

const PLACES = { vectorCount: 3, vendorId: 0x1b36, deviceId: 0x0010, tableOffset: 0x1000, pbaOffset: 0x2008 };

/** A configuration space whose BAR 0 has 64 KiB. */
const space = (isBarWide?: boolean): ConfigSpace =>
  new ConfigSpace({ ...PLACES, barBytes: 0x10000, ...(isBarWide === undefined ? {} : { isBarWide }) });

/** All dwords, those that are not zero by their offset. */
function dump(config: ConfigSpace): Record<string, number> {
  const dwords = Array.from(
    { length: 64 },
    (_, dword) => [(4 * dword).toString(16), config.read(4 * dword, 4)] as const,
  );
  return Object.fromEntries(dwords.filter(([, value]) => value !== 0));
}

const AFTER_RESET = {
  '0': 0x0010_1b36,
  '4': 0x0010_0000,
  '34': 0x40,
  '40': 0x5001,
  '50': 0x0002_6011,
  '54': 0x1000,
  '58': 0x2008,
  '60': 0x0002_0010,
  '64': 0x1000_0000,
};

describe('what it shows', () => {
  test('after a reset: header, Power Management, MSI-X, PCI Express, and nothing else', () => {
    expect(dump(space())).toEqual(AFTER_RESET);
    expect(dump(space(true))).toEqual({ ...AFTER_RESET, '10': 4 });
  });

  test('after all-ones were written everywhere: what is writable, and the size of the BAR', () => {
    const writeAll = (config: ConfigSpace): Record<string, number> => {
      for (let offset = 0; offset < 256; offset += 4) if (offset !== 0x44) config.write(offset, 4, 0xffffffff);
      return dump(config);
    };
    const written = { ...AFTER_RESET, '4': 0x0010_0406, c: 0xffff, '3c': 0xff, '50': 0xc002_6011 };
    expect(writeAll(space())).toEqual({ ...written, '10': 0xffff_0000 });
    expect(writeAll(space(true))).toEqual({ ...written, '10': 0xffff_0004, '14': 0xffff_ffff });
  });

  test.each([
    [false, 0x7ebf_0000, 0, 0x7ebf_0000],
    [true, 0x7ebf_0000, 0x12, 0x12_7ebf_0000],
  ])('its BAR where it was put, with 64 bits: %s', (isBarWide, low, high, base) => {
    const config = space(isBarWide);
    config.write(0x10, 4, low);
    config.write(0x14, 4, high);
    expect(config.barBase).toBe(0);
    config.write(0x04, 2, 2);
    expect(config.barBase).toBe(base);
  });
});

describe('a write', () => {
  test('of one byte leaves the next as it was, whatever the value has above', () => {
    const config = space();
    config.write(0x0c, 1, 0xffff_ff55);
    expect(config.read(0x0c, 4)).toBe(0x55);
    config.write(0x0d, 1, 0x1234);
    expect(config.read(0x0c, 2)).toBe(0x3455);
  });

  test.each([
    // The upper byte of Device Control, at 0x69, has the bit.
    ['of Device Control with the bit', 0x68, 2, 0x8000, true],
    ['of Device Control without it', 0x68, 2, 0x7fff, false],
    ['of its dword', 0x68, 4, 0xffff_8000, true],
    ['of its dword without the bit', 0x68, 4, 0xffff_7fff, false],
    ['of its upper byte', 0x69, 1, 0x80, true],
    ['of its upper byte without the bit', 0x69, 1, 0x7f, false],
    ['of its lower byte, with bits above that are not written', 0x68, 1, 0x8000, false],
    ['of three bytes before and itself', 0x66, 4, 0x8000_0000, true],
    ['that ends before it', 0x65, 4, 0x8000_0000, false],
    ['that begins behind it', 0x6a, 2, 0x8000, false],
    ['of a dword behind it', 0x6a, 4, 0x8000_0000, false],
    ['far before it', 0x04, 2, 0x8000, false],
    ['that does not exist', 0x100, 4, 0x8000, false],
    ['of three bytes', 0x68, 3, 0x8000, false],
  ])('%s resets or does not', (_name, offset, bytes, value, resets) => {
    expect(space().write(offset, bytes, value)).toBe(resets);
  });

  test('to D0 resets where the function was in D3hot, and a state that it does not have is discarded', () => {
    const config = space();
    const write = (state: number): unknown[] => [config.write(0x44, 2, state), config.powerState];
    expect([0, 1, 2, 3, 3, 1].map(write)).toEqual([
      [false, 0],
      [false, 0],
      [false, 0],
      [false, 3],
      [false, 3],
      [false, 3],
    ]);
    config.write(0x04, 2, 6);
    expect([config.write(0x3c, 1, 7), config.barBase]).toEqual([false, 0]);
    expect([...write(0), ...write(0)]).toEqual([true, 0, false, 0]);
  });
});

describe('an access', () => {
  test.each([
    [252, 4, 0],
    [255, 1, 0],
    [254, 2, 0],
    [253, 4, 0xffff_ffff],
    [255, 2, 0xffff],
    [256, 1, 0xff],
    [-4, 4, 0xffff_ffff],
    [-1, 1, 0xff],
    [0.5, 1, 0xff],
    [2 ** 32, 4, 0xffff_ffff],
    [0, 8, 0xffff_ffff],
    [0, 0, 0xffff_ffff],
    [0, 3, 0xffff_ffff],
  ])('at %d of %d bytes reads %d; all-ones is none, and counted', (offset, bytes, value) => {
    const config = space();
    expect(config.read(offset, bytes)).toBe(value);
    const isNone = value === 0 ? 0 : 1;
    expect(config.refused).toBe(isNone);
    config.write(offset, bytes, 0);
    expect(config.refused).toBe(2 * isNone);
    expect(dump(config)).toEqual(AFTER_RESET);
  });
});

describe('a save', () => {
  test.each([
    [false, 6],
    [true, 7],
  ])('has the dwords with a writable bit and nothing beyond, with a BAR of 64 bits: %s', (isBarWide, words) => {
    const config = space(isBarWide);
    expect(config.savedWords).toBe(words);
    const out = new Uint32Array(words + 3).fill(0xabcd);
    config.saveInto(out, 1);
    expect([out[0], out[words + 1], out[words + 2]]).toEqual([0xabcd, 0xabcd, 0xabcd]);
    expect([...out.subarray(1, words + 1)]).not.toContain(0xabcd);
  });

  test('brings back what was written, sleep too, and only what is writable', () => {
    const config = space(true);
    for (const offset of [0x04, 0x0c, 0x10, 0x14, 0x3c, 0x50]) config.write(offset, 4, 0xa5a5_a5a5);
    config.write(0x44, 2, 3);
    const saved = new Uint32Array(config.savedWords + 1);
    config.saveInto(saved, 1);
    const other = space(true);
    other.restore(saved, 1);
    expect([dump(other), other.powerState]).toEqual([dump(config), 3]);
    const third = space(true);
    third.restore(new Uint32Array(config.savedWords).fill(0xffff_ffff), 0);
    expect([third.read(0x04, 4), third.read(0x50, 4), third.powerState]).toEqual([0x0010_0406, 0xc002_6011, 3]);
    // A state that it does not have is the one after a reset.
    third.restore(new Uint32Array(config.savedWords).fill(0x5555_5555), 0);
    expect([third.powerState, third.read(0x44, 4)]).toEqual([0, 0]);
  });

  test('is put back whole by a reset', () => {
    const config = space();
    config.write(0x10, 4, 0xffff_ffff);
    config.write(0x44, 2, 3);
    config.reset();
    expect(dump(config)).toEqual(AFTER_RESET);
  });
});
