/**
 * The properties on random runs of devices: real addresses and data, all widths, up to 2048 vectors.
 *
 * The seed is fixed, so that a run can be repeated and a red build is not luck; `MASKBIT_SEED=$RANDOM npx vitest run
 * test/conformance/random/random.test.ts` takes another one. What fails is printed with its seed and its path.
 */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DeviceFactory } from '../../../conformance/device/device.ts';
import { createInProcessDevice, type Implementation } from '../../../conformance/device/in-process.ts';
import { Snapshots } from '../../../conformance/device/snapshots.ts';
import { PlainDevice } from '../../../conformance/museum/plain.ts';
import { commandRuns, projectionRuns, restoreRuns, sizeRuns } from '../../../conformance/random/commands.ts';
import { FAULTS } from '../../../conformance/random/faults.ts';
import { DEVICE_PROPERTIES } from '../../../conformance/random/device-properties.ts';
import { ObservedDevice } from '../../../conformance/random/observed.ts';
import { RunCheck, STEP_PROPERTIES, type Witnesses } from '../../../conformance/random/run-check.ts';
import { PROJECTED, ProjectionRuns } from '../../../conformance/random/projection.ts';
import { RestoreBisimRuns, SizeEquivalenceRuns } from '../../../conformance/random/runs.ts';
import { ruleById } from '../../../spec/index.ts';

const SEED = Number(process.env.MASKBIT_SEED ?? 20_101_020);
process.stdout.write(`The properties of the implementation are checked with MASKBIT_SEED=${SEED}.\n`);

/** How many runs each property is given; and within as many, every planted fault is found. */
const RUNS = 200;

const RUN_PROPERTIES = [SizeEquivalenceRuns, RestoreBisimRuns, ProjectionRuns];

/** Where the function is in its BARs: no two values alike, and none zero, so that no field passes for another. */
const GEOMETRY = { tableBir: 2, tableOffset: 0x2000, pbaBir: 4, pbaOffset: 0x8008, nextCapability: 0x60 } as const;

/** Makes the implementation as devices that migrate, or one with a planted fault. */
function deviceOf(Class?: Implementation): DeviceFactory {
  const snapshots = new Snapshots();
  return ({ vectorCount }) =>
    createInProcessDevice(vectorCount, { Implementation: Class, geometry: GEOMETRY, snapshots });
}

/** Makes a fast-check property of the properties of steps, or of the one that is named alone. */
function stepsHold(witnesses: Witnesses, create: DeviceFactory, name?: string) {
  return fc.property(commandRuns, ({ vectorCount, commands }) => {
    const check = new RunCheck(witnesses);
    fc.modelRun(() => ({ model: check, real: new ObservedDevice(create({ vectorCount })) }), commands);
    const breach = check.breaches.find(({ property }) => name === undefined || property === name);
    if (breach !== undefined) throw new Error(breach.story);
  });
}

function noneDiffers(difference: string | undefined): void {
  if (difference !== undefined) throw new Error(difference);
}

const sizesHold = (create: DeviceFactory) =>
  fc.property(sizeRuns, (runs) => noneDiffers(SizeEquivalenceRuns.difference(runs, create)));

const restoresHold = (create: DeviceFactory) =>
  fc.property(restoreRuns, (runs) => noneDiffers(RestoreBisimRuns.difference(runs, create)));

const projectionsHold = (create: DeviceFactory, passed = { states: new Set<number>(), steps: new Set<string>() }) =>
  fc.property(projectionRuns, (runs) => noneDiffers(ProjectionRuns.difference({ ...runs, passed }, create)));

describe('the implementation', () => {
  //= MSIX-ACCESS-1, MSIX-ACCESS-2, MSIX-ACCESS-6 type=test
  //= MSIX-CAP-2, MSIX-CAP-3, MSIX-TABLE-2, MSIX-TABLE-4, MSIX-PBA-2, MSIX-PBA-3 type=test
  test('has every property of states and steps, and each has something to say a hundred times', () => {
    const witnesses: Witnesses = new Map();
    fc.assert(stepsHold(witnesses, deviceOf()), { seed: SEED, numRuns: RUNS });
    const rare = STEP_PROPERTIES.filter(({ name }) => (witnesses.get(name) ?? 0) < 100).map(({ name }) => name);
    expect(rare).toEqual([]);
  });

  //= MSIX-CAP-8, MSIX-ACCESS-3, MSIX-ACCESS-4, MSIX-ACCESS-5 type=test
  test('does the same for the same bits, whatever the widths [MSIX-CAP-8] [MSIX-ACCESS-3] [MSIX-ACCESS-4]', () => {
    fc.assert(sizesHold(deviceOf()), { seed: SEED, numRuns: RUNS });
  });

  //= MSIX-SAVE-1 type=test
  test('goes on as it was, saved and restored into any other [MSIX-SAVE-1]', () => {
    fc.assert(restoresHold(deviceOf()), { seed: SEED, numRuns: RUNS });
  });

  //= MSIX-MASK-4 type=test
  test('does with one of many vectors what the machine does with one [MSIX-MASK-4]', () => {
    const passed = { states: new Set<number>(), steps: new Set<string>() };
    fc.assert(projectionsHold(deviceOf(), passed), { seed: SEED, numRuns: RUNS });
    // Chance meets most of the machine, and need not meet all of it: the whole of it is what lockstep walks.
    expect(PROJECTED).toEqual({ states: 72, steps: 936 });
    expect(passed.states.size).toBeGreaterThan(60);
    expect(passed.steps.size).toBeGreaterThan(PROJECTED.steps / 2);
  });
});

describe('a device that shares nothing with the implementation, and migrates nowhere', () => {
  /** Its device model signals and retires no vector that does not exist. */
  class Careful extends PlainDevice {
    override signal(vector: number): void {
      if (vector in this.pending) super.signal(vector);
    }
    override retire(vector: number): void {
      if (vector in this.pending) super.retire(vector);
    }
  }
  const create: DeviceFactory = (options) => new Careful(options);
  const parameters = { seed: SEED, numRuns: RUNS / 4 };

  test('does the same for the same bits, and goes on as it was when it is restored', () => {
    fc.assert(sizesHold(create), parameters);
    fc.assert(restoresHold(create), parameters);
  });

  test('is told by a sentence that it tells no notifications where the message in force is asked for', () => {
    expect(fc.check(projectionsHold(create), parameters).errorInstance).toEqual(
      new Error('Got plain, which tells no use and release; expected a device that does.'),
    );
  });

  test('is found to forget what it restores', () => {
    class Forgetful extends Careful {
      override restore(snapshot: number): void {
        super.restore(snapshot);
        this.pending.fill(0);
      }
    }
    expect(
      fc.check(
        restoresHold((options) => new Forgetful(options)),
        parameters,
      ).failed,
    ).toBe(true);
  });
});

describe('a planted fault is found', () => {
  /** Looks for a run that breaks a property, by its name. */
  const find = (name: string, Class: Implementation) => {
    const create = deviceOf(Class);
    const parameters = { seed: SEED, numRuns: RUNS, endOnFailure: true };
    if (name === SizeEquivalenceRuns.name) return fc.check(sizesHold(create), parameters);
    if (name === RestoreBisimRuns.name) return fc.check(restoresHold(create), parameters);
    if (name === ProjectionRuns.name) return fc.check(projectionsHold(create), parameters);
    return fc.check(stepsHold(new Map(), create, name), parameters);
  };

  for (const { Class, title, seenIn, breaks } of FAULTS) {
    for (const property of breaks) {
      test(`by ${property}: ${title}${seenIn === undefined ? '' : ` ${seenIn}`}`, () => {
        expect(find(property, Class).failed).toBe(true);
      });
    }
  }

  test('by every property there is', () => {
    const broken = new Set(FAULTS.flatMap(({ breaks }) => breaks));
    const names = [...STEP_PROPERTIES, ...RUN_PROPERTIES].map(({ name }) => name);
    expect([...broken].toSorted()).toEqual(names.toSorted());
  });

  // What stood in a run after the breach, or made no difference to it, is not told.
  test.each([
    ['DropsWhileBlocked', 1],
    ['TakesControlFirst', 2],
    ['RestoresFromTable', 3],
  ])('and told by a run as short as can be: %s, %i commands', (name, commandCount) => {
    const Class = FAULTS.find((fault) => fault.Class.name === name)!.Class;
    const { counterexample } = fc.check(stepsHold(new Map(), deviceOf(Class)), { seed: SEED, numRuns: RUNS });
    const told = fc.stringify(counterexample?.[0].commands);
    expect(told.match(/(signals|retires|masks|reads|writes|resets|saves) /g)).toHaveLength(commandCount);
  });
});

test('every property has a name of its kind, a title that is a sentence, and rules that exist', () => {
  const suffixes = { invariant: /^[A-Z]\w+Inv$/, step: /^[A-Z]\w+Step$/, runs: /^[A-Z]\w+Runs$/ };
  for (const { name, kind, title, rules } of [...DEVICE_PROPERTIES, ...RUN_PROPERTIES]) {
    expect(name).toMatch(suffixes[kind]);
    expect(title).toMatch(/^[A-Z].*\.$/);
    expect(rules.map((id) => ruleById(id).id)).toEqual(rules);
    expect(rules.length).toBeGreaterThan(0);
  }
});
