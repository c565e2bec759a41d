/**
 * The properties on random runs of the implementation: real addresses and data, all widths, up to 2048 vectors.
 *
 * The seed is fixed, so that a run can be repeated and a red build is not luck; `MASKBIT_SEED=$RANDOM npx vitest run
 * test/conformance/implementation-properties.test.ts` takes another one. What fails is printed with its seed and its path.
 */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandRuns, projectionRuns, restoreRuns, sizeRuns } from '../../conformance/random/commands.ts';
import { FAULTS } from '../../conformance/random/faults.ts';
import { IMPLEMENTATION_PROPERTIES } from '../../conformance/random/implementation.ts';
import { Judge, STEP_PROPERTIES, type Witnesses } from '../../conformance/random/judge.ts';
import { type Implementation, ObservedFunction } from '../../conformance/random/observed.ts';
import { PROJECTED, ProjectionRuns } from '../../conformance/random/projection.ts';
import { RestoreBisimRuns, SizeEquivalenceRuns } from '../../conformance/random/runs.ts';
import { ruleById } from '../../spec/index.ts';

const SEED = Number(process.env.MASKBIT_SEED ?? 20_101_020);
process.stdout.write(`The properties of the implementation are checked with MASKBIT_SEED=${SEED}.\n`);

/** How many runs each property is given; and within as many, every planted fault is found. */
const RUNS = 200;

const RUN_PROPERTIES = [SizeEquivalenceRuns, RestoreBisimRuns, ProjectionRuns];

/** Makes a fast-check property of the properties of steps, or of the one that is named alone. */
function stepsHold(witnesses: Witnesses, Class?: Implementation, name?: string) {
  return fc.property(commandRuns, ({ vectorCount, commands }) => {
    const judge = new Judge(witnesses);
    fc.modelRun(() => ({ model: judge, real: new ObservedFunction(vectorCount, Class) }), commands);
    const breach = judge.breaches.find(({ property }) => name === undefined || property === name);
    if (breach !== undefined) throw new Error(breach.story);
  });
}

function noneDiffers(difference: string | undefined): void {
  if (difference !== undefined) throw new Error(difference);
}

const sizesHold = (Class?: Implementation) =>
  fc.property(sizeRuns, (runs) => noneDiffers(SizeEquivalenceRuns.difference(runs, Class)));

const restoresHold = (Class?: Implementation) =>
  fc.property(restoreRuns, (runs) => noneDiffers(RestoreBisimRuns.difference(runs, Class)));

const projectionsHold = (passed = { states: new Set<number>(), steps: new Set<string>() }, Class?: Implementation) =>
  fc.property(projectionRuns, (runs) => noneDiffers(ProjectionRuns.difference({ ...runs, passed }, Class)));

describe('the implementation', () => {
  //= MSIX-ACCESS-1, MSIX-ACCESS-2, MSIX-ACCESS-6 type=test
  //= MSIX-CAP-2, MSIX-CAP-3, MSIX-TABLE-2, MSIX-TABLE-4, MSIX-PBA-2, MSIX-PBA-3 type=test
  test('has every property of states and steps, and each has something to say a hundred times', () => {
    const witnesses: Witnesses = new Map();
    fc.assert(stepsHold(witnesses), { seed: SEED, numRuns: RUNS });
    const rare = STEP_PROPERTIES.filter(({ name }) => (witnesses.get(name) ?? 0) < 100).map(({ name }) => name);
    expect(rare).toEqual([]);
  });

  //= MSIX-CAP-8, MSIX-ACCESS-3, MSIX-ACCESS-4, MSIX-ACCESS-5 type=test
  test('does the same for the same bits, whatever the widths [MSIX-CAP-8] [MSIX-ACCESS-3] [MSIX-ACCESS-4]', () => {
    fc.assert(sizesHold(), { seed: SEED, numRuns: RUNS });
  });

  //= MSIX-SAVE-1 type=test
  test('goes on as it was, saved and restored into any other [MSIX-SAVE-1]', () => {
    fc.assert(restoresHold(), { seed: SEED, numRuns: RUNS });
  });

  //= MSIX-MASK-4 type=test
  test('does with one of many vectors what the machine does with one [MSIX-MASK-4]', () => {
    const passed = { states: new Set<number>(), steps: new Set<string>() };
    fc.assert(projectionsHold(passed), { seed: SEED, numRuns: RUNS });
    // Chance meets most of the machine, and need not meet all of it: the whole of it is what lockstep walks.
    expect(PROJECTED).toEqual({ states: 72, steps: 936 });
    expect(passed.states.size).toBeGreaterThan(60);
    expect(passed.steps.size).toBeGreaterThan(PROJECTED.steps / 2);
  });
});

describe('a planted fault is found', () => {
  /** Looks for a run that breaks a property, by its name. */
  const find = (name: string, Class: Implementation) => {
    const parameters = { seed: SEED, numRuns: RUNS, endOnFailure: true };
    if (name === SizeEquivalenceRuns.name) return fc.check(sizesHold(Class), parameters);
    if (name === RestoreBisimRuns.name) return fc.check(restoresHold(Class), parameters);
    if (name === ProjectionRuns.name) return fc.check(projectionsHold(undefined, Class), parameters);
    return fc.check(stepsHold(new Map(), Class, name), parameters);
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
    const Class = FAULTS.find((fault) => fault.Class.name === name)?.Class;
    const { counterexample } = fc.check(stepsHold(new Map(), Class), { seed: SEED, numRuns: RUNS });
    const told = fc.stringify(counterexample?.[0].commands);
    expect(told.match(/(signals|retires|masks|reads|writes|resets|saves) /g)).toHaveLength(commandCount);
  });
});

test('every property has a name of its kind, a title that is a sentence, and rules that exist', () => {
  const suffixes = { invariant: /^[A-Z]\w+Inv$/, step: /^[A-Z]\w+Step$/, runs: /^[A-Z]\w+Runs$/ };
  for (const { name, kind, title, rules } of [...IMPLEMENTATION_PROPERTIES, ...RUN_PROPERTIES]) {
    expect(name).toMatch(suffixes[kind]);
    expect(title).toMatch(/^[A-Z].*\.$/);
    expect(rules.map((id) => ruleById(id).id)).toEqual(rules);
    expect(rules.length).toBeGreaterThan(0);
  }
});
