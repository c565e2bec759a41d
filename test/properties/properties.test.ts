import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compile } from '../../checker/compile/compile.ts';
import { parseManifest } from '../../checker/decide/manifest.ts';
import { BoundError } from '../../checker/explore/bound.ts';
import { enumerate } from '../../checker/explore/enumerate.ts';
import { explore } from '../../checker/explore/explore.ts';
import { compareWithAdjacency } from '../../checker/explore/paths.ts';
import { decideProperties, type Property } from '../../checker/decide/property.ts';
import { nameSubject } from '../../checker/trace/trace.ts';
import { MANIFEST } from '../../cli/check.ts';
import { findingOf } from '../../cli/check/part.ts';
import { TWO } from '../../machines/messages.ts';
import { createInstance, type Instance, INSTANCES, instanceName, speaksOf } from '../../properties/instances.ts';
import { MACHINE_PROPERTIES } from '../../properties/machines.ts';
import { InForceInv } from '../../properties/function.ts';
import { type FunctionView, machineView } from '../../properties/view.ts';
import { ruleById } from '../../spec/index.ts';

const manifest = parseManifest(readFileSync(MANIFEST, 'utf8'));
const knownOf = (instance: Instance) =>
  manifest.find((each) => nameSubject(each) === nameSubject(findingOf(instance)))!;
const explored = INSTANCES.map((instance) => ({ instance, graph: enumerate(instance.machine, instance.events) }));

describe.each(explored.map((each) => ({ ...each, name: instanceName(each.instance) })))(
  '$name',
  ({ instance, graph }) => {
    const { states, transitions, depth } = knownOf(instance);

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
      const verdicts = decideProperties(graph, MACHINE_PROPERTIES, view, instance.vectors);
      const silent = MACHINE_PROPERTIES.filter((property) => !speaksOf(property, instance)).map(({ name }) => name);
      expect(verdicts.filter(({ result }) => result === 'n/a').map(({ property }) => property.name)).toEqual(silent);
      expect(verdicts.filter(({ result }) => result === 'fails')).toEqual([]);
      for (const { result, witness } of verdicts) expect(witness !== undefined).toBe(result === 'holds');
    });
  },
);

test('function with 3 vectors is what the manifest says, and every property holds that says something', () => {
  const instance = createInstance('function', { vectors: 3, messages: TWO });
  const graph = explore(compile(instance.machine, instance.events)).graph();
  const { states, transitions, depth } = knownOf(instance);
  expect([graph.states.length, graph.transitionCount, graph.depth]).toEqual([states, transitions, depth]);
  const verdicts = decideProperties(graph, MACHINE_PROPERTIES, machineView(3, TWO), 3);
  for (const { property, result } of verdicts) expect(result).toBe(speaksOf(property, instance) ? 'holds' : 'n/a');
});

test('a decision that is called off is open, but for what has failed by then', () => {
  const { machine, events } = createInstance('function', { vectors: 2, messages: TWO });
  const graph = enumerate(machine, events);
  const never: Property<FunctionView> = {
    kind: 'invariant',
    name: 'NeverInv',
    title: 'No vector is ever masked.',
    rules: [],
    when: () => true,
    holds: (state, vector) => !state.masked(vector),
  };
  const decide = (goesOn: (done: number) => boolean) =>
    decideProperties(graph, [...MACHINE_PROPERTIES, never], machineView(2, TWO), 2, goesOn).map(({ result }) => result);
  expect(new Set(decide(() => false))).toEqual(new Set(['open']));
  expect(decide(() => true)).not.toContain('open');
  const larger = createInstance('function', { vectors: 3, messages: TWO });
  const three = explore(compile(larger.machine, larger.events)).graph();
  const verdicts = decideProperties(three, [InForceInv, never], machineView(3, TWO), 3, (done) => done < 1000);
  expect(verdicts.map(({ result }) => result)).toEqual(['open', 'fails']);
});

test('an exploration that meets its bound says so, and gives no graph', () => {
  const { machine, events } = createInstance('function', { vectors: 2, messages: TWO });
  expect(() => enumerate(machine, events, 255)).toThrow(BoundError);
  expect(() => enumerate(machine, events, 255)).toThrow('Got more than 255 states of function; expected no more');
  expect(enumerate(machine, events, 256).states).toHaveLength(256);
});

//= MSIX-MSG-5 type=test
test('a read completion lets nothing stay in transit, and a mask or a reset calls nothing back [MSIX-MSG-5]', () => {
  const { machine, events } = createInstance('function', { vectors: 1, messages: TWO, channel: true });
  const graph = enumerate(machine, events);
  const run = (...names: string[]): string[] => {
    let state = 0;
    return names.flatMap((name) => {
      const event = events.indexOf(name);
      const outputs = graph.outputs(state, event);
      state = graph.target(state, event);
      return outputs;
    });
  };
  const sent = ['guest.write.0.A', 'guest.unmask.0', 'guest.control.on', 'device.signal.0'];
  expect(run(...sent)).toEqual(['use.0.A', 'send.0.A']);
  expect(run(...sent, 'guest.mask.0', 'guest.read')).toEqual(['use.0.A', 'send.0.A', 'release.0', 'deliver.0.A']);
  expect(run(...sent, 'device.reset', 'fabric.arrive.0')).toEqual(['use.0.A', 'send.0.A', 'release.0', 'deliver.0.A']);
  expect(run(...sent, 'guest.read', 'guest.read').slice(2)).toEqual(['deliver.0.A']);
});

test('every property has a name of its kind, a title that is a sentence, and rules that exist', () => {
  for (const { name, kind, title, rules } of MACHINE_PROPERTIES) {
    expect(name).toMatch(kind === 'invariant' ? /^[A-Z]\w+Inv$/ : /^[A-Z]\w+Step$/);
    expect(title).toMatch(/^[A-Z].*\.$/);
    expect(rules.map((id) => ruleById(id).id)).toEqual(rules);
    expect(rules.length).toBeGreaterThan(0);
  }
});
