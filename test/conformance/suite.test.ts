/**
 * The suite for any device, and what the first message of a failure names: for each of five changes of one rule, that rule.
 */
import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import type { DeviceFactory } from '../../conformance/device/device.ts';
import type { DeviceMaker } from '../../conformance/device/dwords.ts';
import { createInProcessDevice } from '../../conformance/device/in-process.ts';
import { loadModule } from '../../conformance/device/module.ts';
import { DIALECTS } from '../../conformance/device/words.ts';
import { tellFailure } from '../../conformance/paths/failure.ts';
import { runSuite, suiteSubjects } from '../../conformance/suite.ts';
import { instanceName } from '../../properties/instances.ts';
import { MsixFunction } from '../../src/index.ts';

/** As `maskbit check` runs it: paths first. A reset that is wrong shows at the beginning of the path after it. */
const suiteOf = (Implementation: typeof MsixFunction) =>
  runSuite(({ vectorCount }) => createInProcessDevice(vectorCount, { Implementation }), {
    subjects: suiteSubjects()
      .filter(({ instance }) => instance.machine.id === 'function')
      .slice(0, 1),
  });

const SUBJECTS = suiteSubjects();
const FUNCTIONS = SUBJECTS.filter(({ instance }) => instance.machine.id === 'function').slice(0, 2);

test('the implementation passes, in as many pairs as the machine has states, and whatever the seed', () => {
  const factories = [true, false].map(
    (notifies): DeviceFactory =>
      ({ vectorCount }) =>
        createInProcessDevice(vectorCount, { notifies }),
  );
  const report = runSuite(factories, { only: ['lockstep', 'random'], seed: 7 });
  expect([report.failures, report.open]).toEqual([[], []]);
  const functions = SUBJECTS.filter(({ instance }) => instance.machine.id === 'function');
  const statesOf = (name: string) => functions.find(({ instance }) => instanceName(instance) === name)?.graph.states;
  const walks = report.counts.filter(({ part }) => part === 'lockstep');
  expect(walks).toHaveLength(functions.length * factories.length * DIALECTS.length);
  for (const { instance, count } of walks) expect(count).toBe(statesOf(instance)?.length);
  const random = report.counts.filter(({ part }) => part === 'random');
  expect(random).toHaveLength(functions.length);
  for (const { driven, steps } of random) expect(steps).toBe(60 * driven);
});

test('a history that no shortest path has is found by a random walk, which is told without what does not matter', () => {
  /** Forgets an event of a vector that was masked three times. */
  class Tired extends MsixFunction {
    private masked = 0;

    override tableWrite(offset: number, bytes: number, low: number, high = 0) {
      if (offset === 12 && bytes === 4 && low === 1) this.masked++;
      return super.tableWrite(offset, bytes, low, high);
    }
    override reset() {
      super.reset();
      this.masked = 0;
    }
    override signal(vector: number) {
      const outcome = super.signal(vector);
      if (this.masked >= 3) super.retire(vector);
      return outcome;
    }
  }
  const create: DeviceFactory = ({ vectorCount }) => createInProcessDevice(vectorCount, { Implementation: Tired });
  const subjects = SUBJECTS.filter(({ instance }) => instanceName(instance) === 'function, 1 vector, messages two');
  expect(runSuite(create, { only: 'paths', subjects }).failures).toEqual([]);
  const [{ path }] = runSuite(create, { only: 'random', subjects }).failures;
  expect(path).toEqual(['guest.mask.0', 'guest.mask.0', 'guest.mask.0', 'device.signal.0']);
});

/** A device of twenty lines that does not read its entry again when Function Mask is cleared: what was in force before is sent. */
const stale: DeviceMaker = ({ vectorCount, send }) => {
  const table = new Uint32Array(4 * vectorCount).map((_, dword) => Number(dword % 4 === 3));
  const inForce: (Uint32Array | undefined)[] = [];
  const pending = new Set<number>();
  let control = 0;
  const isMasked = (vector: number): boolean => table[4 * vector + 3] === 1;
  const isBlocked = (vector: number): boolean => control !== 0x8000 || isMasked(vector);
  const sendNow = (vector: number): void => {
    const [low, high, data] = inForce[vector]!;
    send(vector, low, high, data);
  };
  return {
    readControl: () => control | (vectorCount - 1),
    writeControl: (value) => void (control = value & 0xc000),
    readTable: (dword) => table[dword],
    writeTable: (dword, value) => void (table[dword] = value & [~3, ~0, ~0, 1][dword % 4]),
    written: (vector) => {
      if (isBlocked(vector)) {
        if (isMasked(vector) || (control & 0x8000) === 0) inForce[vector] = undefined;
        return;
      }
      inForce[vector] ??= table.slice(4 * vector, 4 * vector + 3);
      if (pending.delete(vector)) sendNow(vector);
    },
    isPending: (vector) => pending.has(vector),
    signal: (vector) => (isBlocked(vector) ? void pending.add(vector) : sendNow(vector)),
    retire: (vector) => void pending.delete(vector),
  };
};

test('a message that stays in force while Function Mask is set is found whatever the seed, in six steps', () => {
  const { holds, failures } = runSuite(stale, { only: 'paths', subjects: FUNCTIONS.slice(0, 1) });
  expect(holds).toBe(false);
  expect(failures[0].cause.rules[0]).toBe('MSIX-MSG-1');
  expect(failures[0].path).toEqual([
    'guest.control.on',
    'guest.unmask.0',
    'guest.control.onMasked',
    'guest.write.0.A',
    'guest.control.on',
    'device.signal.0',
  ]);
});

test('every pair of transitions is driven where they are few enough, each with its ending', () => {
  const create: DeviceFactory = ({ vectorCount }) => createInProcessDevice(vectorCount);
  const { counts } = runSuite(create, { only: 'paths', subjects: FUNCTIONS });
  const [pairs, ...others] = counts.filter(({ what }) => what === 'every pair of transitions');
  expect([others, pairs.count, pairs.driven, pairs.failing]).toEqual([[], 32 * 11 ** 2, 3 * 32 * 11 ** 2, 0]);
});

test('a failure that is found by random walks alone, and cannot be made another by shortening, is told', async () => {
  const create = await loadModule('examples/device/my-device.js');
  vi.stubEnv('MY_BUG', '1');
  const { holds, failures, counts } = runSuite(create, { only: 'random', seed: 3 });
  vi.unstubAllEnvs();
  expect(counts.some(({ failing }) => failing > 0)).toBe(true);
  expect(holds).toBe(false);
  expect(failures.map(({ cause }) => cause.rules)).toContainEqual(expect.arrayContaining(['MSIX-PEND-2']));
});

test('where nothing was asked, nothing holds', () => {
  const create: DeviceFactory = ({ vectorCount }) => createInProcessDevice(vectorCount);
  expect(runSuite(create, { subjects: [] })).toEqual({ holds: undefined, counts: [], failures: [], open: [] });
  expect(() => runSuite(create, { only: [] })).toThrow(
    'Got an array of 0 as the options.only of runSuite; expected at least one item.',
  );
  expect(() => runSuite([])).toThrow('Got an array of 0 as create of runSuite; expected at least one item.');
});

test('what a device throws is a failure with its path, and what it cannot do is a sentence', () => {
  const throwing: DeviceFactory = ({ vectorCount }) => ({
    ...createInProcessDevice(vectorCount),
    signal: () => {
      throw new TypeError('no such thing');
    },
  });
  const subjects = SUBJECTS.filter(({ instance }) => instanceName(instance) === 'function, 1 vector, messages two');
  const { failures } = runSuite(throwing, { only: 'paths', subjects });
  expect(tellFailure(failures[0])).toMatch(
    /^MsixFunction \(dwords\), after 1 step: it threw TypeError: no such thing; expected an answer\.\n {2}1\. /,
  );
  expect(failures[0].cause.rules).toEqual([]);
  const lacking: DeviceFactory = ({ vectorCount }) => ({ ...createInProcessDevice(vectorCount), reset: undefined });
  expect(() => runSuite(lacking, { only: 'paths', subjects })).toThrow(
    'Got MsixFunction, which lacks reset; expected a device that has it.',
  );
});

test('the pieces that there is no time for are told', () => {
  const { counts, open } = runSuite(({ vectorCount }) => createInProcessDevice(vectorCount), { isOver: () => true });
  expect(counts).toEqual([]);
  expect(open).toContain('lockstep of function, 2 vectors, messages two');
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
  //= MSIX-RESET-4 type=test
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
  //= MSIX-PEND-1 type=test
  ['MSIX-PEND-1', 'an event is dropped while blocked', 'hold', () => () => undefined],
  //= MSIX-PEND-3 type=test
  ['MSIX-PEND-3', 'a retired event stays', 'retire', () => () => true],
  //= MSIX-RESET-1 type=test
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
  //= MSIX-MSG-1 type=test
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

test('the device of the example has twenty lines, passes, and fails with its bug by the rule of what is pending', async () => {
  const lines = readFileSync('examples/device/my-device.js', 'utf8').trimEnd().split('\n');
  expect(lines.slice(lines.indexOf(' */') + 1)).toHaveLength(20);
  const create = await loadModule('examples/device/my-device.js');
  const subjects = SUBJECTS.filter(({ instance }) => instance.machine.id === 'function');
  const told = () =>
    runSuite(create, { only: 'paths', subjects }).failures.map(({ path, cause }) => [path, cause.rules]);
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
