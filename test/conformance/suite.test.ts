/**
 * The suite for any device, and what the first message of a failure names: for each of five changes of one rule, that rule.
 */
import { expect, test } from 'vitest';
import { createInProcessDevice } from '../../conformance/device/in-process.ts';
import { loadModule } from '../../conformance/device/module.ts';
import { tellFailure } from '../../conformance/paths/failure.ts';
import { runSuite } from '../../conformance/suite.ts';
import { MsixFunction } from '../../src/index.ts';

const suiteOf = (Implementation: typeof MsixFunction) =>
  runSuite(({ vectorCount }) => createInProcessDevice(vectorCount, { Implementation }), { only: 'lockstep' });

test('the implementation passes, in as many paths and pairs as the machine has', () => {
  const report = runSuite(({ vectorCount }) => createInProcessDevice(vectorCount));
  expect(report.failures).toEqual([]);
  expect(report.counts.map(({ part, count }) => `${part} ${count}`)).toEqual([
    'paths 1056',
    'lockstep 96',
    'paths 2808',
    'lockstep 216',
    'paths 13056',
    'lockstep 768',
  ]);
});

/** The implementation with one of its methods replaced; what is private to TypeScript is not to the machine that runs it. */
function changed(
  change: (self: Insides, method: (...words: number[]) => unknown) => (...words: number[]) => unknown,
  name: string,
) {
  return class Changed extends MsixFunction {
    constructor(options: ConstructorParameters<typeof MsixFunction>[0]) {
      super(options);
      const self = this as unknown as Insides;
      const method = (self[name] as (...words: number[]) => unknown).bind(this);
      Object.defineProperty(self, name, { value: change(self, method) });
    }
  } as typeof MsixFunction;
}
type Insides = MsixFunction & Record<string, unknown>;

test.each([
  [
    'MSIX-RESET-4',
    'an entry outlives a reset',
    'reset',
    (self: Insides, method: () => unknown) => () => {
      const address = self.tableRead(0, 4);
      method();
      self.tableWrite(0, 4, address);
    },
  ],
  ['MSIX-PEND-1', 'an event is dropped while blocked', 'hold', () => () => undefined],
  ['MSIX-PEND-3', 'a retired event stays', 'retire', () => () => true],
  [
    'MSIX-RESET-1',
    'reset leaves MSI-X enabled',
    'reset',
    (self: Insides, method: () => unknown) => () => {
      const control = self.messageControl;
      method();
      self.configWrite(2, 2, control);
    },
  ],
  [
    'MSIX-MSG-1',
    'an event goes out twice',
    'send',
    (_: Insides, method: (...words: number[]) => unknown) => (vector: number) => {
      method(vector);
      return method(vector);
    },
  ],
] as const)('%s is named first where %s', (rule, _title, name, change) => {
  const { failures } = suiteOf(changed(change, name));
  expect(failures[0]?.cause.rules).toContain(rule);
  expect(tellFailure(failures[0])).toMatch(
    new RegExp(`^.*; expected .*\\.\\n(?: {2}Rule: .*\\n)*? {2}Rule: .*\\[${rule}\\]`),
  );
});

test('the device of the example passes, and fails with its bug by the rule of what is pending', async () => {
  const create = await loadModule('examples/device/my-device.js');
  const told = () => runSuite(create, { only: 'paths' }).failures.map(({ path, cause }) => [path, cause.rules]);
  expect(told()).toEqual([]);
  process.env.MY_BUG = '1';
  try {
    expect(told()[0]).toEqual([
      ['guest.control.on', 'device.signal.0', 'guest.unmask.0'],
      expect.arrayContaining(['MSIX-PEND-2']),
    ]);
  } finally {
    delete process.env.MY_BUG;
  }
});
