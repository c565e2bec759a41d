/**
 * What no device may give is told of the device, in a sentence, by the suite and by the judge, and breaks no rule of MSI-X.
 */
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { requireFactory } from '../../../conformance/device/argument.ts';
import type { DeviceMaker, DwordDevice, MakerOptions } from '../../../conformance/device/dwords.ts';
import { createInProcessDevice } from '../../../conformance/device/in-process.ts';
import { ask } from '../../../conformance/device/remote.ts';
import { conform } from '../../../conformance/judge/conform.ts';
import { headOf } from '../../../conformance/judge/report/text.ts';
import { subjectOf } from '../../../conformance/judge/subject.ts';
import { MsixFunction } from '../../../src/index.ts';
import { runSuite, suiteSubjects } from '../../../conformance/suite.ts';

const example = './examples/device/my-device.js';
const { default: create }: { default: DeviceMaker } = await import(resolve(example));

const SUBJECTS = suiteSubjects()
  .filter(({ instance }) => instance.machine.id === 'function')
  .slice(0, 1);

type Nonsense = (options: MakerOptions) => Record<string, unknown>;

/** The device of the example, with something that it gives replaced. */
const byDwords =
  (nonsense: Nonsense): DeviceMaker =>
  (options) => ({ ...(create(options) as DwordDevice), ...nonsense(options) });
/** The implementation without a peek, with something that it gives replaced. */
const whole =
  (nonsense: Nonsense): DeviceMaker =>
  (options) => ({
    ...createInProcessDevice(options.vectorCount),
    ...{ peekInto: undefined, save: undefined, restore: undefined },
    ...nonsense(options),
  });
const giving =
  (name: string, value: unknown): Nonsense =>
  () => ({ [name]: () => value });
const sending =
  (...words: unknown[]): Nonsense =>
  ({ send }) => ({ signal: () => (send as (...words: unknown[]) => void)(...words) });

const later = Promise.resolve(0);
const A_WORD = 'a whole number of 32 bits';

describe.each([
  [byDwords(giving('readControl', NaN)), 'NaN', 'what readControl gives', A_WORD],
  [byDwords(giving('readControl', undefined)), 'undefined', 'what readControl gives', A_WORD],
  [byDwords(giving('readTable', '0')), '"0"', 'what readTable gives', A_WORD],
  [byDwords(giving('readTable', later)), 'a promise', 'what readTable gives', A_WORD],
  [byDwords(giving('isPending', 'no')), '"no"', 'what isPending gives', 'true or false'],
  [byDwords(giving('signal', later)), 'a promise', 'what signal gives', 'nothing: the device must answer at once'],
  [
    byDwords(giving('writeTable', later)),
    'a promise',
    'what writeTable gives',
    'nothing: the device must answer at once',
  ],
  [byDwords(sending()), 'undefined', 'vector of what send was called with', 'a whole number'],
  [byDwords(sending('zero', 0, 0, 0)), '"zero"', 'vector of what send was called with', 'a whole number'],
  [byDwords(sending(0, NaN, 0, 0)), 'NaN', 'addressLow of what send was called with', A_WORD],
  [byDwords(sending(0, 0, 0, 2 ** 40)), '1099511627776', 'data of what send was called with', A_WORD],
  [whole(giving('configRead', NaN)), 'NaN', 'what configRead gives', A_WORD],
  [whole(giving('tableRead', later)), 'a promise', 'what tableRead gives', A_WORD],
  [whole(giving('pbaRead', 0.5)), '0.5', 'what pbaRead gives', A_WORD],
  [whole(giving('takeOutputs', undefined)), 'undefined', 'what takeOutputs gives', 'an array of outputs'],
  [
    whole(giving('takeOutputs', [null])),
    'null',
    '[0] of what takeOutputs gives',
    'an output, such as { verb, vector, addressLow, addressHigh, data }',
  ],
  [
    whole(giving('takeOutputs', [{ verb: 'sent' }])),
    '"sent"',
    'verb of [0] of what takeOutputs gives',
    'send, use or release',
  ],
] as const)('%s: got %s as %s', (maker, got, what, expected) => {
  test('is told by the suite', () => {
    const { holds, failures } = runSuite(maker, { only: 'random', subjects: SUBJECTS });
    expect(holds).toBe(false);
    expect(failures[0]).toMatchObject({ subject: what, got: `is ${got}`, expected, cause: { rules: [] } });
  });

  test('is told by the judge', async () => {
    const subject = subjectOf(requireFactory('create', maker), [1]);
    const { causes, verdict } = await conform(subject, {
      // They end long before; a busy machine needs more than one.
      seconds: 20,
      scenes: ['one vector'],
      strategies: ['all transitions'],
    });
    expect(verdict).toBe('violated');
    const cause = causes.find((each) => headOf(each).rule === undefined);
    expect(cause?.findings[0].differences[0]).toMatch(`Got ${got} as ${what}; expected ${expected}, at `);
  });
});

test('a device that answers later, made of one that answers at once, garbles an answer that is none', () => {
  const device = requireFactory('create', whole(giving('takeOutputs', [null])))({ vectorCount: 1 });
  expect(ask(device, { verb: 'outputs' })).toMatchObject({
    outcome: 'garbled',
    failure: { kind: 'garbled', words: expect.stringMatching(/^null as \[0\]/) },
  });
});

test('bits that JavaScript makes a negative number of are taken as they are, and 0 or 1 as a Pending bit', () => {
  const maker: DeviceMaker = (options) => {
    const device = create(options) as DwordDevice;
    return {
      ...device,
      readTable: (dword) => device.readTable(dword) | 0,
      isPending: (vector) => Number(device.isPending(vector)) as unknown as boolean,
    };
  };
  expect(runSuite(maker, { only: 'random', subjects: SUBJECTS })).toMatchObject({ holds: true, failures: [] });
});

test('what makes no device at once is refused in a sentence', () => {
  const run = (maker: unknown) => () => runSuite(maker as DeviceMaker, { subjects: SUBJECTS });
  expect(run(async (options: MakerOptions) => create(options))).toThrow(
    'Got a promise as what create of runSuite gives; expected a device: it must be there at once, and answer at once.',
  );
  expect(run(MsixFunction)).toThrow(
    'Got a class as create of runSuite; expected a function that takes { vectorCount } and returns a new device: (options) => new Device(options).',
  );
  expect(
    run(() => {
      throw new Error('no licence');
    }),
  ).toThrow('Got Error: no licence from create of runSuite; expected a device.');
  expect(run({})).toThrow(
    'Got an object without fields as create of runSuite; expected a function that takes { vectorCount } and returns a new device.',
  );
});
