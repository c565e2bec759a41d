/**
 * The bus in front of a device by dwords: our implementation behind it answers every access as it does alone.
 */
import assert from 'node:assert';
import { describe, expect, test } from 'vitest';
import { requireFactory } from '../../../conformance/device/argument.ts';
import { type DeviceMaker, type MakerOptions, wholeDevice } from '../../../conformance/device/dwords.ts';
import { createInProcessDevice } from '../../../conformance/device/in-process.ts';
import { abilitiesOf } from '../../../conformance/device/remote.ts';
import { Random } from '../../../conformance/judge/random.ts';
import { MsixFunction } from '../../../src/index.ts';

/** The implementation, told of nothing but whole dwords. */
const byDwords: DeviceMaker = ({ vectorCount, send }) => {
  const msix = new MsixFunction({ vectorCount, send: (low, high, data, vector) => send(vector, low, high, data) });
  return {
    readControl: () => msix.messageControl,
    writeControl: (value) => void msix.configWrite(2, 2, value),
    readTable: (dword) => msix.tableRead(4 * dword, 4),
    writeTable: (dword, value) => void msix.tableWrite(4 * dword, 4, value),
    isPending: (vector) => ((msix.pbaRead(4 * (vector >> 5), 4) >>> (vector & 31)) & 1) !== 0,
    signal: (vector) => void msix.signal(vector),
    retire: (vector) => void msix.retire(vector),
  };
};

test('40,000 accesses of every width and place are answered as without it', () => {
  const random = new Random(1);
  const vectorCount = 40;
  const whole = wholeDevice(byDwords, vectorCount);
  const plain = createInProcessDevice(vectorCount, { notifies: false });
  const seen = new Map<string, number>();
  for (let step = 0; step < 40_000; step++) {
    const verb = random.pick([
      'configRead',
      'configWrite',
      'tableRead',
      'tableWrite',
      'pbaRead',
      'signal',
      'retire',
    ] as const);
    const bytes = random.pick([1, 2, 4, 8]);
    const offset = random.pick([0, 1, 2, 3, 4, 8, 12, 15, 16, 632, 636, 640]);
    const vector = random.pick([0, 31, 32, 39]);
    const [low, high] = [random.pick([0, 1, 0xffff8000, 0xfee00003, 0xffffffff]), random.pick([0, 1, 0x41])];
    const [got, expected] = [whole, plain].map((device) => {
      if (verb === 'signal' || verb === 'retire') device[verb]?.(vector);
      // The two registers that say where table and bits lie are the bus's own.
      else if (verb === 'configRead') return offset + bytes <= 4 ? device.configRead(offset, bytes) : 0;
      else if (verb === 'configWrite') device.configWrite(offset, bytes, low);
      else if (verb === 'tableWrite') device.tableWrite(offset, bytes, low, high);
      else return [device[verb](offset, bytes), bytes === 8 ? device.readHigh : 0];
      return device.takeOutputs();
    });
    expect(got, `${step}: ${verb} ${offset} ${bytes} ${low} ${high}`).toEqual(expected);
    seen.set(verb, (seen.get(verb) ?? 0) + (Array.isArray(got) ? got.length : 0));
  }
  // Messages left at a signal, when a mask was lifted, and when MSI-X was enabled.
  for (const verb of ['signal', 'tableWrite', 'configWrite']) expect(seen.get(verb)).toBeGreaterThan(0);
});

test('a reset makes it anew, and what it lacks is a sentence', () => {
  const device = wholeDevice(byDwords, 1);
  device.configWrite(2, 2, 0xc000);
  device.reset?.();
  expect(device.configRead(2, 2)).toBe(0);
  const lacking = (field: string) => (options: Parameters<DeviceMaker>[0]) => ({
    ...byDwords(options),
    [field]: undefined,
  });
  expect(abilitiesOf(requireFactory('create', lacking('retire'))({ vectorCount: 1 }))).toEqual(new Set(['reset']));
  expect(() => requireFactory('create', lacking('isPending'))({ vectorCount: 1 })).toThrow(
    'Got undefined as what create gives.isPending; expected a function.',
  );
});

describe('which form a device has', () => {
  /** A device that takes whole accesses, with methods beside those of its form. */
  const wholeWith = (more: object) => (options: { readonly vectorCount: number }) =>
    Object.assign(createInProcessDevice(options.vectorCount), more);
  const made = (create: unknown) => () => requireFactory('create', create)({ vectorCount: 1 });
  const nothing = (): void => {};
  const DWORDS = { readControl: nothing, writeControl: nothing, readTable: nothing, writeTable: nothing };

  test('is not guessed of one method: a whole one may have a writeControl of its own', () => {
    const device = made(wholeWith(DWORDS))();
    device.configWrite(2, 2, 0x8000);
    expect(device.configRead(2, 2)).toBe(0x8000);
  });

  test('is told to be unclear where it has both', () => {
    expect(made(wholeWith({ ...DWORDS, isPending: () => false }))).toThrow(
      'Got both configRead, configWrite, tableRead, tableWrite, pbaRead, signal, takeOutputs and readControl, writeControl, readTable, writeTable, isPending, signal of what create gives; expected one of the two forms of a device: which of them to drive cannot be told.',
    );
  });

  test('is the one that it has most of, where it has none of them whole, and what it lacks is told', () => {
    expect(made(wholeWith({ ...DWORDS, takeOutputs: undefined }))).toThrow(
      'Got undefined as what create gives.takeOutputs; expected a function.',
    );
    expect(made((options: MakerOptions) => ({ ...byDwords(options), tableRead: nothing, isPending: 1 }))).toThrow(
      'Got 1 as what create gives.isPending; expected a function.',
    );
  });

  test.each(['save', 'restore', 'peekInto', 'pbaWrite'])('by dwords, it is not asked to %s, and says so', (name) => {
    expect(made((options: MakerOptions) => ({ ...byDwords(options), [name]: nothing }))).toThrow(
      `Got ${name} of what create gives, a device by dwords; expected none: only a device that takes whole accesses (configRead, `,
    );
  });

  test('by dwords, it is reset by its own reset, where it has one', () => {
    let resets = 0;
    const device = made((options: MakerOptions) => ({ ...byDwords(options), reset: () => void resets++ }))();
    device.configWrite(2, 2, 0xc000);
    device.reset?.();
    expect([resets, device.configRead(2, 2)]).toEqual([1, 0xc000]);
  });

  test.each([
    [
      { save: () => ({}) },
      'Got an object without fields as what save gives, of what create gives; expected a whole number',
    ],
    [
      { save: async () => 1 },
      'Got an object without fields as what save gives, of what create gives; expected a whole number',
    ],
    [{ save: () => assert.fail('none') }, 'Got AssertionError [ERR_ASSERTION]: none from save of what create gives'],
    [{ peekInto: () => ({}) }, 'Got an object without fields as what peekInto gives, of what create gives; expected 7'],
    [{ notifies: 'yes' }, 'Got "yes" as what create gives.notifies; expected true or false.'],
    [{ migrates: 1 }, 'Got 1 as what create gives.migrates; expected true or false.'],
  ])('%o is no ability, and is told', (more, sentence) => {
    expect(made(wholeWith(more))).toThrow(sentence);
  });
});
