/**
 * The physical function by itself: what goes into flight and arrives, who is told, and which saved words it refuses.
 */
import { describe, expect, test } from 'vitest';
import { HostFunction } from '../../src/index.ts';

/** A function with MSI-X enabled, and these vectors programmed and unmasked. */
function live(vectorCount: number, ...open: readonly number[]): HostFunction {
  const host = new HostFunction({ vectorCount });
  host.enable();
  for (const vector of open) {
    host.program(vector);
    host.setMask(vector, 0);
  }
  return host;
}

function saved(host: HostFunction, at = 0): Uint32Array {
  const words = new Uint32Array(at + host.savedWords);
  host.saveInto(words, at);
  return words;
}

describe('a message', () => {
  test('is in flight until it arrives, and those that are sent meanwhile become one with it', () => {
    const heard: number[] = [];
    const host = live(2, 0);
    host.connect((irq) => heard.push(irq));
    for (let time = 0; time < 3; time++) host.signal(0);
    expect([host.inFlight, host.coalesced, host.isInFlight(0), host.isInFlight(1)]).toEqual([1, 2, true, false]);
    expect([host.arrive(1), host.arrive(0), host.arrive(0), host.inFlight]).toEqual([false, true, false, 0]);
    expect(heard).toEqual([64]);
  });

  test('of a vector that does not exist is none', () => {
    const host = live(2, 0);
    host.signal(0);
    expect([2, 32, -1, 0.5, NaN, 2 ** 32].map((vector) => [host.isInFlight(vector), host.arrive(vector)])).toEqual(
      Array.from({ length: 6 }, () => [false, false]),
    );
    expect([host.inFlight, host.isPending(2), host.isPending(-1)]).toEqual([1, false, false]);
  });

  test('is told to nobody where nobody listens any more', () => {
    const heard: number[] = [];
    const host = live(1, 0);
    host.connect((irq) => heard.push(irq));
    host.connect();
    host.signal(0);
    expect([host.arrive(0), heard]).toEqual([true, []]);
    host.attach((irq) => heard.push(irq));
    expect(host.isAttached).toBe(true);
    host.signal(0);
    host.arrive(0);
    host.attach();
    expect([host.isAttached, heard]).toEqual([false, [64]]);
  });

  test('is held where its vector is masked, retired when its cause is gone, and in order when all are flushed', () => {
    const heard: number[] = [];
    const host = live(70, 3, 33, 69);
    host.connect((irq) => heard.push(irq));
    for (const vector of [69, 33, 3, 4, 5]) host.signal(vector);
    host.retire(4);
    expect([4, 5].map((vector) => host.isPending(vector))).toEqual([false, true]);
    expect([host.pendingWord(0), host.pendingWord(2), host.pendingWord(4)]).toEqual([32, 0, 0xffff_ffff]);
    host.flush();
    host.flush();
    expect([heard, host.inFlight]).toEqual([[67, 97, 133], 0]);
    host.signal(3);
    host.sleep();
    expect([heard.length, host.isPending(5)]).toEqual([4, false]);
    host.signal(3);
    host.signal(5);
    host.lose();
    expect([host.inFlight, host.isInFlight(3), host.isPending(5)]).toEqual([0, false, false]);
  });

  test.each([
    [undefined, true],
    [false, true],
    [true, false],
  ])('from before MSI-X is enabled is kept, unless it is dropped: %s', (dropsWhileDisabled, isKept) => {
    const host = new HostFunction({
      vectorCount: 1,
      ...(dropsWhileDisabled === undefined ? {} : { dropsWhileDisabled }),
    });
    host.signal(0);
    expect(host.isPending(0)).toBe(isKept);
  });

  test('is programmed where the vector is masked, and the mask is what was written last', () => {
    const host = live(2, 0);
    expect([0, 1].map((vector) => [host.isProgrammed(vector), host.isMasked(vector)])).toEqual([
      [true, false],
      [false, true],
    ]);
    host.setMask(0, 1);
    expect(host.isMasked(0)).toBe(true);
    host.disable();
    expect(host.enabled).toBe(false);
  });
});

describe('a save', () => {
  // Words of a function with 2 vectors: a header of 3, control, 2 entries, 2 words of Pending bits, 2 of changed entries, 2 messages, flights.
  const [CONTROL, TABLE, PENDING, CHANGED, FLIGHTS] = [3, 4, 12, 14, 22];

  test('brings all back, from any place, and what was in flight arrives', () => {
    const host = live(40, 0, 35);
    for (const vector of [0, 35, 36]) host.signal(vector);
    host.setMask(35, 1);
    const words = saved(host, 5);
    const heard: number[] = [];
    const other = new HostFunction({ vectorCount: 40 });
    other.connect((irq) => heard.push(irq));
    other.restore(words, 5);
    expect([other.inFlight, other.isInFlight(35), other.isPending(36), other.enabled]).toEqual([2, true, true, true]);
    expect([...saved(other, 5)]).toEqual([...words]);
    other.flush();
    expect([heard, other.inFlight]).toEqual([[64, 99], 0]);
    // What was there before is gone.
    other.signal(0);
    other.restore(saved(new HostFunction({ vectorCount: 40 })));
    expect([other.inFlight, other.enabled, other.isPending(36)]).toEqual([0, false, false]);
  });

  test.each([1, 31, 32, 33, 64, 65])('of %d vectors has a bit a vector for what is in flight', (vectorCount) => {
    const bits = 2 * Math.ceil(vectorCount / 64);
    expect(new HostFunction({ vectorCount }).savedWords).toBe(
      4 + 7 * vectorCount + 2 * bits + Math.ceil(vectorCount / 32),
    );
  });

  test('leaves the messages of masked vectors out, and those behind them as they are', () => {
    const host = live(2, 0, 1);
    host.setMask(1, 1);
    const words = new Uint32Array(host.savedWords + 2).fill(7);
    host.saveInto(words, 1);
    expect([words[0], words.at(-1)]).toEqual([7, 7]);
    expect([...words.subarray(1 + TABLE, 1 + TABLE + 8)]).toEqual([0x08090040, 0, 64, 0, 0, 0, 0, 1]);
  });

  const NOT_ZERO = 'is not zero; expected zero: it is written again before it is used';
  const REFUSED: readonly (readonly [sentence: string, word: number, value: number])[] = [
    ['Message Control is 0x4000; expected 0x0 or 0x8000', CONTROL, 0x4000],
    ['Message Control is 0xc000; expected 0x0 or 0x8000', CONTROL, 0xc000],
    ['the flight of vector 2 is set; expected a clear bit: it is none', FLIGHTS, 5],
    ['the flight of vector 31 is set; expected a clear bit: it is none', FLIGHTS, 0x8000_0001],
    [`the message of vector 1, masked ${NOT_ZERO}`, TABLE + 4, 4],
    [`the message of vector 1, masked ${NOT_ZERO}`, TABLE + 5, 4],
    [`the message of vector 1, masked ${NOT_ZERO}`, TABLE + 6, 4],
    ["the message of vector 0 is another one; expected the host's, or zero", TABLE, 0x08090044],
    ["the message of vector 0 is another one; expected the host's, or zero", TABLE + 1, 1],
    ["the message of vector 0 is another one; expected the host's, or zero", TABLE + 2, 65],
    ['the entryChanged bit of vector 0 is set; expected a clear one: the host writes while it is masked', CHANGED, 1],
    ['the Pending bit of vector 0 is set while nothing blocks it; expected a clear bit', PENDING, 1],
  ];
  test.each(REFUSED)('is refused whole where %s', (sentence, word, value) => {
    const host = live(2, 0);
    host.signal(0);
    host.signal(1);
    const before = saved(host);
    const words = Uint32Array.from(before);
    words[word] = value;
    expect(() => host.restore(words)).toThrow(
      new RangeError(`HostFunction.restore: ${sentence}. Nothing was restored.`),
    );
    expect([...saved(host)]).toEqual([...before]);
  });

  test.each([
    // Of 40 vectors: 160 words of entries, then 2 of Pending bits and 2 of changed entries.
    ['the Pending bit of vector 35 is set while nothing blocks it; expected a clear bit', 4 + 160 + 1],
    ['the entryChanged bit of vector 35 is set; expected a clear one: the host writes while it is masked', 4 + 162 + 1],
  ])('is refused for a vector beyond the first word: %s', (sentence, word) => {
    const host = live(40, 35);
    const words = saved(host);
    words[word] = 8;
    expect(() => host.restore(words)).toThrow(`HostFunction.restore: ${sentence}. Nothing was restored.`);
  });

  test('may have a vector pending that nothing blocks, where MSI-X is disabled; and an open one without a message', () => {
    const host = live(2, 0);
    host.disable();
    host.signal(0);
    const words = saved(host);
    const other = new HostFunction({ vectorCount: 2 });
    other.restore(words);
    expect([other.isPending(0), other.isMasked(0)]).toEqual([true, false]);
    words.fill(0, TABLE, TABLE + 3);
    other.restore(words);
    expect(other.isProgrammed(0)).toBe(false);
  });
});

test('a save of many vectors has the Pending bits of the first and of the last', () => {
  const host = live(128);
  for (const vector of [0, 64, 127]) host.signal(vector);
  // 4 words of header, 128 entries, then the Pending bits.
  expect([...saved(host).subarray(4 + 512, 4 + 516)]).toEqual([1, 0, 1, 2 ** 31]);
});
