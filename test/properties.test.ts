import { describe, expect, test } from 'vitest';
import { BoundError, enumerate } from '../checker/enumerate.ts';
import { compareWithAdjacency } from '../checker/paths.ts';
import { decideProperties } from '../checker/property.ts';
import { TWO } from '../machines/messages.ts';
import { FUNCTION_PROPERTIES } from '../properties/function.ts';
import { createMachineByName, INSTANCES, instanceName } from '../properties/instances.ts';
import { functionMutants, judge, SURVIVORS } from '../properties/mutants.ts';
import { machineView } from '../properties/view.ts';
import { ruleById } from '../spec/index.ts';

const explored = INSTANCES.map((instance) => ({ instance, graph: enumerate(instance.machine, instance.events) }));

describe.each(explored.map((each) => ({ ...each, name: instanceName(each.instance) })))(
  '$name',
  ({ instance, graph }) => {
    const { states, transitions, depth } = instance.expected;

    test(`has ${states} states, ${transitions} transitions, depth ${depth}`, () => {
      expect(graph.states).toHaveLength(states);
      expect(graph.transitionCount).toBe(transitions);
      expect(graph.depth).toBe(depth);
    });

    test('is what @xstate/graph finds', () => {
      expect(compareWithAdjacency(graph)).toEqual([]);
    });

    test.runIf(instance.vectors > 0)('has every property that says something about it', () => {
      const view = machineView(instance.vectors, instance.messages);
      const verdicts = decideProperties(graph, FUNCTION_PROPERTIES, view, instance.vectors);
      // With one vector there is no other one to disturb, so that property says nothing; every other one has a witness.
      const silent = instance.vectors === 1 ? ['IndependentVectorsStep'] : [];
      expect(verdicts.filter(({ result }) => result === 'n/a').map(({ property }) => property.name)).toEqual(silent);
      expect(verdicts.filter(({ result }) => result === 'fails')).toEqual([]);
      for (const { result, witness } of verdicts) expect(witness !== undefined).toBe(result === 'holds');
    });
  },
);

test('function with 3 vectors: 2,048 states, 26,623 transitions, and every property holds', () => {
  const { machine, events } = createMachineByName('function', 3, TWO);
  const graph = enumerate(machine, events);
  expect([graph.states.length, graph.transitionCount, graph.depth]).toEqual([2048, 26_623, 10]);
  const verdicts = decideProperties(graph, FUNCTION_PROPERTIES, machineView(3, TWO), 3);
  expect(verdicts.map(({ result }) => result)).toEqual(FUNCTION_PROPERTIES.map(() => 'holds'));
});

test('an exploration that meets its bound says so, and gives no graph', () => {
  const { machine, events } = createMachineByName('function', 2, TWO);
  expect(() => enumerate(machine, events, 255)).toThrow(BoundError);
  expect(() => enumerate(machine, events, 255)).toThrow('Got more than 255 states of function; expected no more');
  expect(enumerate(machine, events, 256).states).toHaveLength(256);
});

describe('the mutants of function', () => {
  const verdicts = [...functionMutants()].map(({ mutant, vectors }) => judge(mutant, vectors, TWO));

  test('are 464, each with a name of its own', () => {
    expect(verdicts).toHaveLength(464);
    expect(new Set(verdicts.map(({ mutant }) => mutant)).size).toBe(464);
  });

  test('are told apart by a property, all but 6 that are equal to the machine', () => {
    const survivors = verdicts.filter(({ broken }) => broken.length === 0);
    expect(survivors.filter(({ because }) => because === undefined)).toEqual([]);
    expect(survivors).toHaveLength(6);
  });

  test('break every property', () => {
    const counts = FUNCTION_PROPERTIES.map(({ name }) => [
      name,
      verdicts.filter(({ broken }) => broken.includes(name)).length,
    ]);
    expect(Object.fromEntries(counts)).toEqual({
      NoDeliverBlockedStep: 173,
      PendingTransientInv: 49,
      NoSpuriousStep: 170,
      LatchOnUnmaskStep: 194,
      NoTornStep: 306,
      SingleViewStep: 140,
      EntryStep: 33,
      ResetStateStep: 17,
      DisableRoundTripStep: 41,
      FmaskIndependentStep: 22,
      PBATruthStep: 138,
      IndependentVectorsStep: 14,
      NotifierAlternationStep: 262,
      InForceInv: 244,
    });
  });

  test('that are expected to survive do survive: no reason is given in vain', () => {
    for (const { name } of SURVIVORS) {
      const expected = verdicts.filter(({ mutant }) => name.test(mutant));
      expect(expected.length).toBeGreaterThan(0);
      expect(expected.flatMap(({ broken }) => broken)).toEqual([]);
    }
  });
});

test('every property has a name of its kind, a title that is a sentence, and rules that exist', () => {
  for (const { name, kind, title, rules } of FUNCTION_PROPERTIES) {
    expect(name).toMatch(kind === 'invariant' ? /^[A-Z]\w+Inv$/ : /^[A-Z]\w+Step$/);
    expect(title).toMatch(/^[A-Z].*\.$/);
    expect(rules.map((id) => ruleById(id).id)).toEqual(rules);
    expect(rules.length).toBeGreaterThan(0);
  }
});
