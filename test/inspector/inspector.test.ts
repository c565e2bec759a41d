/**
 * The inspector without a browser: what is drawn, how a run is travelled, what is opened and what is refused. The page itself is
 * tested in `test/browser/`.
 */
import type { ELK } from 'elkjs/lib/elk-api.js';
import ElkModule from 'elkjs/lib/elk.bundled.js';
import { createMachine } from 'xstate';
import { describe, expect, test } from 'vitest';
import { BRING_UP } from '../../properties/assigned/claims.ts';
import { compile } from '../../checker/compile/compile.ts';
import * as translated from '../../checker/compile/expand.ts';
import { IGNORED } from '../../checker/compile/step-event.ts';
import { explore } from '../../checker/explore/explore.ts';
import { packTrace, printTrace } from '../../checker/trace/codec.ts';
import { makeTrace, reduceTrace, TraceError } from '../../checker/trace/trace.ts';
import { activeIds, chartOf, eachNode } from '../../inspector/drawing/chart.ts';
import { CHART_EDGES, findInChart, layOut } from '../../inspector/drawing/layout.ts';
import { ADAPTERS } from '../../inspector/page/device.ts';
import * as stepped from '../../inspector/page/expand.ts';
import { LIBRARY, libraryTrace } from '../../inspector/decider/library.ts';
import { prove } from '../../inspector/decider/proof.ts';
import { tellStory } from '../../inspector/decider/story.ts';
import { MAP_STATES, mapOf, pathBetween } from '../../inspector/page/map.ts';
import {
  landingOf,
  openedScene,
  openText,
  openTraceText,
  readLink,
  tellError,
  writeLink,
} from '../../inspector/page/open.ts';
import { beginScene, eventGroups, type OwnScene, takeEvents, traceScene } from '../../inspector/page/scene.ts';
import { Watched, WATCHED_STEPS, watchedScene } from '../../inspector/page/watch.ts';
import { DIRECT, POSTED, REVIEWED } from '../../machines/designs.ts';
import { castOf } from '../../properties/cast.ts';
import { createInstance, INSTANCES } from '../../properties/instances.ts';
import { MACHINE_NAMES } from '../../properties/names.ts';
import { instanceByName, subjectByName } from '../../properties/subject.ts';
import { ASSIGNED_DRIVER } from '../../inspector/page/driven-assigned.ts';
import { fetchRule } from '../../inspector/page/rules.tsx';
import { RULES } from '../../spec/index.ts';
import { findLead } from '../../inspector/page/lead.ts';
import { driveFunction, FUNCTION_DRIVER } from '../../inspector/page/driven-device.ts';
import { createComparison, Comparison } from '../../inspector/page/comparison.ts';
import { OBJECTIONS } from '../../properties/assigned/objections.ts';
import { FAULTS } from '../../conformance/random/faults.ts';
import { readFileSync } from 'node:fs';
import { linkLog, traceLog } from '../../conformance/replay/trace.ts';
import { logLines, manyVectors } from '../setup/logs.ts';

const elk = new (ElkModule as unknown as new () => ELK)();
const TWO_VECTORS = { vectors: 2, messages: 'two' };

/** Events that lead all over the machine, the same in every run. */
function wander(count: number, events: number): number[] {
  let seed = 7;
  return Array.from({ length: count }, () => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return (seed >>> 8) % events;
  });
}

describe('a chart', () => {
  test.each(INSTANCES.map((instance) => [instance.machine.id, instance.vectors, instance] as const))(
    'of %s with %i vectors has every state and every transition of the machine',
    (_, __, { machine }) => {
      const { root, edges, ids } = chartOf(machine);
      let inner = 0;
      let states = 0;
      eachNode(root, (node) => {
        states++;
        inner += node.inner.length;
      });
      const onEdges = edges.reduce((sum, { transitions }) => sum + transitions.length, 0);
      expect(states).toBe((machine as unknown as { idMap: Map<string, unknown> }).idMap.size);
      expect(inner + onEdges).toBe(ids.size);
      expect(onEdges).toBeGreaterThan(0);
    },
  );

  test('is laid out with each state inside of its parent, and no two leaves on each other', async () => {
    const { nodes, width, height } = await layOut(chartOf(createInstance('function', { vectors: 2 }).machine), elk);
    const leaves = nodes.filter(({ node }) => node.children.length === 0);
    for (const one of leaves) {
      expect(one.x >= 0 && one.y >= 0 && one.x + one.width <= width && one.y + one.height <= height).toBe(true);
      for (const other of leaves) {
        const isApart =
          one.x + one.width <= other.x ||
          other.x + other.width <= one.x ||
          one.y + one.height <= other.y ||
          other.y + other.height <= one.y;
        expect(isApart || one === other, `${one.node.id} and ${other.node.id}`).toBe(true);
      }
    }
  });

  test('of a machine whose edges cross borders is laid out too', async () => {
    const machine = createMachine({
      id: 'crossing',
      initial: 'a',
      on: { RESET: '.a' },
      states: {
        a: { on: { GO: 'b.deep.two' } },
        b: {
          initial: 'deep',
          states: { deep: { initial: 'one', states: { one: {}, two: { on: { BACK: '#crossing.a' } } } } },
        },
      },
    });
    const { edges, nodes } = await layOut(chartOf(machine), elk);
    expect(nodes[0].rows.map(({ text }) => text)).toEqual(['RESET → a']);
    expect(edges.map(({ edge: { source, target } }) => `${source} ${target}`)).toEqual([
      'crossing.a crossing.b.deep.two',
      'crossing.b.deep.two crossing.a',
    ]);
    for (const { points } of edges) expect(points.length).toBeGreaterThan(1);
  });

  test('that nobody could read has its states alone', async () => {
    const chart = chartOf(instanceByName('function', { vectors: 32, messages: 'halves' }).machine);
    const { edges, nodes } = await layOut(chart, elk);
    expect(chart.edges.length).toBeGreaterThan(CHART_EDGES);
    expect(edges).toEqual([]);
    let states = 0;
    eachNode(chart.root, () => states++);
    expect(nodes).toHaveLength(states);
  });

  test('lights what a state value names, and is searched by state and by event', async () => {
    const { machine } = createInstance('capability');
    const chart = chartOf(machine);
    expect([...activeIds(chart.root, { enable: 'enabled', functionMask: 'clear' })]).toEqual([
      'capability',
      'capability.enable',
      'capability.enable.enabled',
      'capability.functionMask',
      'capability.functionMask.clear',
    ]);
    const layout = await layOut(chart, elk);
    expect(findInChart(layout, 'disabled').map(({ node }) => node.key)).toContain('disabled');
    expect(findInChart(layout, 'no such thing')).toEqual([]);
  });
});

describe('a run', () => {
  const subject = subjectByName('function', TWO_VECTORS);
  const path = wander(3000, subject.events.length);
  const scene = traceScene(makeTrace(subject, path));

  test('has at each position the state that the machine has there, whichever way it is travelled', () => {
    const wanted = [0, 1, 511, 512, 513, 1024, 2999, 3000, 700, 3, 0];
    const values = wanted.map((position) => scene.valueAt(position));
    for (const [index, position] of wanted.entries()) {
      const trace = makeTrace(subject, path.slice(0, position));
      const there = traceScene(trace).valueAt(position);
      expect(values[index]).toEqual(there);
    }
  });

  test('tells how many outputs there were up to a position', () => {
    for (const position of [0, 1, 1500, 3000]) {
      const expected = scene.run.steps.slice(0, position).reduce((sum, { outputs }) => sum + outputs.length, 0);
      expect(scene.run.outputCountAt(position)).toBe(expected);
    }
    expect(scene.run.outputs.length).toBeGreaterThan(300);
  });

  test('grows at its end, and from the middle becomes another one', () => {
    const begun = beginScene('function', TWO_VECTORS);
    const one = takeEvents(begun, 0, [0, 2]);
    expect(one.run).toBe(begun.run);
    const other = takeEvents(one, 1, [3]);
    expect(other.run).not.toBe(one.run);
    expect([one.length, other.length]).toEqual([2, 2]);
    expect(other.eventAt(2)).toBe(subject.events[3]);
  });

  test('with a verdict is not lengthened under it', () => {
    const broken = traceScene(libraryTrace('unmask-forgets').make());
    const next = takeEvents(broken, broken.length, [0]);
    expect(next.run.verdict).toBeUndefined();
    expect(broken.length).toBe(3);
  });
});

/** The implementation beside a scene, or why there is none. */
function comparisonOf({ instance, subject, run, machine }: OwnScene): Comparison | string {
  return createComparison(
    machine.id === 'assigned-device' ? ASSIGNED_DRIVER : FUNCTION_DRIVER,
    instance,
    subject,
    run,
    findLead,
  )!;
}
function comparisonOfScene(scene: OwnScene): Comparison {
  const comparison = comparisonOf(scene);
  if (typeof comparison === 'string') throw new Error(comparison);
  return comparison;
}

describe('the implementation beside the machine', () => {
  const subject = subjectByName('function', TWO_VECTORS);
  const path = wander(3000, subject.events.length);

  test('does the same along a run, and is the same however it is travelled', () => {
    const comparison = comparisonOfScene(traceScene(makeTrace(subject, path)));
    expect(comparison.compare(10_000)).toBe(true);
    expect(comparison.firstDifference).toBeUndefined();
    const end = comparison.at(3000);
    comparison.at(3);
    comparison.at(1400);
    expect(comparison.at(3000)).toEqual(end);
  });

  test.each(
    FAULTS.filter(({ breaks }) => breaks.includes('ProjectionRuns'))
      .slice(0, 8)
      .map(({ Class }) => [Class.name, Class] as const),
  )('shows where the planted fault %s differs', (_, Class) => {
    const scene = traceScene(makeTrace(subject, path));
    const comparison = new Comparison(driveFunction(scene.instance, { Implementation: Class }), scene.run);
    comparison.compare(10_000);
    expect(comparison.firstDifference).toBeGreaterThan(0);
    const [first] = comparison.at(comparison.firstDifference!).differences;
    expect(first.sentence).toMatch(/machine.*implementation/);
    const before = new Comparison(driveFunction(scene.instance, { Implementation: Class }), scene.run);
    before.compare(comparison.firstDifference! - 1);
    expect(before.firstDifference).toBeUndefined();
  });

  test.each(['posted', 'reviewed', 'checked'])('does the same along a run of the assigned device as %s', (design) => {
    const assigned = subjectByName('assigned-device', { design, vectors: 1, messages: 'three' });
    const comparison = comparisonOfScene(traceScene(makeTrace(assigned, wander(2000, assigned.events.length))));
    expect(comparison.compare(10_000)).toBe(true);
    expect(comparison.firstDifference).toBeUndefined();
    const end = comparison.at(2000);
    comparison.at(600);
    expect(comparison.at(2000)).toEqual(end);
  });

  test('is led to where a run begins, and does what the review objects to', () => {
    const [objections] = LIBRARY;
    for (const { make } of objections.traces) {
      const comparison = comparisonOfScene(traceScene(make()));
      expect(comparison.compare(100)).toBe(true);
      expect(comparison.firstDifference).toBeUndefined();
    }
  });

  test('shows where a changed assigned device differs', () => {
    const bounds = { design: 'posted', vectors: 1, messages: 'two' };
    const mutant = 'vector0.flight.flying on fabric.arrive.0 [route.0.A]: output deliver.0.A dropped';
    const changed = subjectByName('assigned-device', { ...bounds, mutant });
    const story = [...BRING_UP, 'device.signal.0', 'fabric.arrive.0'].map((name) => changed.events.indexOf(name));
    const scene = traceScene(
      makeTrace(
        changed,
        story.filter((event) => event >= 0),
      ),
    );
    const comparison = comparisonOfScene(scene);
    comparison.compare(100);
    expect(comparison.at(comparison.firstDifference!).differences[0].sentence).toMatch(
      /^Of the implementation: it did .* expected nothing\.$/,
    );
  });

  test('is left out, with the reason, where it would say nothing', () => {
    expect(comparisonOf(beginScene('capability', {}))).toMatch(/has no implementation of its own/);
    const channel = beginScene('function', { vectors: 1, messages: 'three', channel: 1 });
    expect(comparisonOf(channel)).toMatch(/in transit/);
  });
});

describe('the device', () => {
  test.each(INSTANCES.map((instance) => [instance.machine.id, instance] as const))(
    'is read from every state of %s',
    (_, instance) => {
      const read = ADAPTERS[instance.machine.id](instance);
      const { graph } = mapOf({ ...instance, instance: {} });
      const views = graph.states.map((value) => JSON.stringify(read(value)));
      // No two states look alike: nothing of a state is left out.
      expect(new Set(views).size).toBe(graph.states.length);
    },
  );
});

describe('the device below and around it', () => {
  test.each(
    [
      createInstance('ownership'),
      createInstance('host-function', { vectors: 2 }),
      ...[POSTED, DIRECT, REVIEWED].map((design) => createInstance('assigned-device', { design })),
    ].map((instance) => [instance.machine.id, instance.design?.name, instance] as const),
  )('is read from every state of %s %s', (_, __, instance) => {
    const read = ADAPTERS[instance.machine.id](instance);
    const exploration = explore(compile(instance.machine, instance.events));
    const views = new Set<string>();
    for (let state = 0; state < exploration.states.count; state++)
      views.add(JSON.stringify(read(exploration.value(state))));
    expect(views.size).toBe(exploration.states.count);
  });

  test('is in words', () => {
    const scene = beginScene('assigned-device', { design: 'posted', vectors: 1, messages: 'two' });
    expect(ADAPTERS['assigned-device'](scene.instance)(scene.valueAt(0)!).facts).toEqual([
      { name: 'Page of the table', value: 'userspace' },
      { name: 'Its address', value: 'not told' },
      { name: 'vCPU', value: 'runs' },
      { name: "The host's vectors", value: 'torn down' },
      { name: 'Mask Bit 0', value: 'masked to the kernel, masked to userspace' },
      { name: 'Entry 0', value: 'zero, with the route none' },
    ]);
  });
});

describe('the map', () => {
  test('has every state once, and a way to each', () => {
    const { graph, nodes } = mapOf(subjectByName('function', TWO_VECTORS));
    expect(nodes).toHaveLength(256);
    expect(new Set(nodes.map(({ x, y }) => `${x.toFixed(3)} ${y.toFixed(3)}`)).size).toBe(256);
    for (const { state, depth } of nodes) expect(pathBetween(graph, 0, state)).toHaveLength(depth);
    expect(pathBetween(graph, 200, 0)).toEqual([graph.events.indexOf('device.reset')]);
  });

  test('refuses a machine that is too large, in a sentence', () => {
    const refused = () => mapOf(subjectByName('function', { vectors: 4, messages: 'two' }));
    expect(refused).toThrow(`Got more than ${MAP_STATES} states of function; expected no more for a map.`);
  });

  test('is made by a stepper that tries what the translated code tries', () => {
    for (const { machine, events } of INSTANCES) {
      const compiled = compile(machine, events);
      const { states } = explore(compiled);
      const [one, other] = [stepped.createExpand(compiled), translated.createExpand(compiled)];
      const [named, otherNamed] = [stepped.createExpandEvents(compiled), translated.createExpandEvents(compiled, 0)];
      const [got, expected] = [new Int32Array(events.length * 2), new Int32Array(events.length * 2)];
      const [taken, otherTaken] = [new Int32Array(events.length), new Int32Array(events.length)];
      const [steps, otherSteps] = [stepped.createSteps(compiled), translated.createSteps(compiled)];
      for (let state = 0; state < states.count; state++) {
        const from = state * compiled.wordCount;
        const count = one(states.words, from, got);
        expect(count).toBe(other(states.words, from, expected));
        const words = count * compiled.wordCount;
        expect(got.subarray(0, words)).toEqual(expected.subarray(0, words));
        expect([named(states.words, from, got, taken), otherNamed(states.words, from, expected, otherTaken)]).toEqual([
          count,
          count,
        ]);
        expect(taken.subarray(0, count)).toEqual(otherTaken.subarray(0, count));
        for (let event = 0; event < events.length; event++) {
          const kinds = [steps[event](states.words, from, got), otherSteps[event](states.words, from, expected)];
          // Of a step that is taken, the stepper never says that it is silent.
          expect(kinds[0] === IGNORED).toBe(kinds[1] === IGNORED);
          expect(got.subarray(0, compiled.wordCount)).toEqual(expected.subarray(0, compiled.wordCount));
        }
      }
    }
  });

  test('is built, for what stands there on the page has every name that the checker asks for', () => {
    expect(Object.keys(stepped).toSorted()).toEqual(Object.keys(translated).toSorted());
  });
});

describe('the library', () => {
  const traces = LIBRARY.flatMap((group) => group.traces);

  test('has names of its own for all traces', () => {
    expect(new Set(traces.map(({ name }) => name)).size).toBe(traces.length);
    expect(traces.length).toBeGreaterThan(25);
  });

  test.each(traces.map((trace) => [trace.name, trace] as const))(
    '%s has a link that leads back to it',
    (_, { make }) => {
      const scene = traceScene(make());
      const link = readLink(`#${writeLink(scene, 1) ?? ''}`);
      const opened = openTraceText(link!.packed);
      expect(opened.run.trace()).toEqual(scene.run.trace());
      expect(opened.run.verdict).toBeDefined();
    },
  );

  test('begins with every objection of the review, each broken in the patch as posted', () => {
    const [objections] = LIBRARY;
    expect(objections.traces).toHaveLength(OBJECTIONS.length);
    for (const { make } of objections.traces) {
      const { instance, verdict } = make();
      // One of them asks of a guest that moves its BAR.
      expect([String(instance.design).replace(/ moved$/, ''), verdict?.result]).toEqual(['posted', 'fails']);
    }
  });

  test('shows the implementation differ from each changed function that has one beside it', () => {
    const mutants = LIBRARY.find(({ title }) => title.startsWith('One change'))!;
    const differing = mutants.traces.filter(({ make }) => {
      const comparison = comparisonOf(traceScene(make()));
      if (typeof comparison === 'string') return false;
      comparison.compare(100);
      return comparison.firstDifference !== undefined;
    });
    expect(differing).toHaveLength(mutants.traces.length - 1);
  });
});

describe('what is opened', () => {
  test('a trace as a file', () => {
    const trace = libraryTrace('stale-message').make();
    expect(openTraceText(printTrace(trace)).run.trace()).toEqual(trace);
  });

  test('a log of QEMU, whose link holds the whole boot of a real guest', async () => {
    const scene = await openText(readFileSync('traces/linux-6.1-nvme.trace', 'latin1'));
    expect(scene.instance.vectors).toBe(5);
    expect(scene.length).toBe(881);
    const comparison = comparisonOfScene(scene);
    expect(comparison.compare(1000)).toBe(true);
    expect(comparison.firstDifference).toBeUndefined();
    const link = writeLink(scene, scene.length)!;
    expect(link.length).toBeLessThan(2500);
    expect(readLink(`#${link}`)?.position).toBe(881);
    expect(openTraceText(readLink(link)!.packed).run.trace()).toEqual(scene.run.trace());
  });

  test('a log that disagrees lands on its first disagreement, with line and count', async () => {
    const lines = readFileSync('traces/linux-6.1-nvme.trace', 'latin1').split('\n');
    const wrong = lines
      .with(253, lines[253].replace('value 0x23', 'value 0x24'))
      .with(1726, lines[1726].replace('value 0xfee01004', 'value 0xfee02004'));
    const scene = await openText(wrong.join('\n'));
    const { log } = scene;
    expect(log?.verdict).toBe('violated');
    expect(log?.disagreements.map(({ line }) => line)).toEqual([254, 1727]);
    expect(log?.disagreementCount).toBe(2);
    const at = landingOf(scene);
    expect(at).toBeGreaterThan(0);
    expect(log!.lines[at - 1]).toBeLessThanOrEqual(254);
    expect(log!.lines[at]).toBeGreaterThan(254);
    expect(landingOf(await openText(lines.join('\n')))).toBe(0);
  });

  test('a log of 65 vectors is drawn with those that the guest uses; of 2,048, too', async () => {
    const stock = await openText(logLines('linux-6.1-nvme-q35-reset').join('\n'));
    expect([stock.log?.vectorCount, stock.log?.vectors, stock.log?.vectorsLeftOut]).toEqual([65, [0, 1, 2], 0]);
    const many = await openText(manyVectors(2048, 40).join('\n'));
    expect([many.log?.vectorCount, many.log?.vectors.length, many.log?.vectorsLeftOut]).toEqual([2048, 16, 24]);
    expect(many.log?.verdict).toBe('holds');
  });

  test('what the server has replayed', () => {
    const traced = traceLog(() => [`${logLines('base').join('\n')}\n`]);
    const { trace, subject, story } = traced;
    const opened = { packed: packTrace(reduceTrace(subject, trace)), story, step: 7 };
    const scene = openedScene(JSON.parse(JSON.stringify(opened)) as typeof opened);
    expect(scene.run.trace()).toEqual(trace);
    expect(scene.log).toEqual(story);
    const link = linkLog(traced, 100);
    const part = openTraceText(link.packed);
    expect(part.length).toBeLessThanOrEqual(80);
    expect(part.valueAt(link.step)).toEqual(scene.valueAt(100));
  });

  test.each([
    ['', /Got an empty file; expected a trace of maskbit's/],
    ['<html>', /Got text that begins with "<html>"; expected a trace/],
    ['{"format": "other"}', /Got JSON with the format "other"; expected "maskbit-trace"/],
    ['{', /Got text that is not JSON/],
    ['t1.abc', /Got a packed trace without its end/],
    ['t9.a.b.c', /Got a packed trace of version 9; expected version 1/],
  ])('%j is refused in a sentence', async (text, sentence) => {
    await expect(openText(text)).rejects.toThrow(sentence);
    await expect(openText(text)).rejects.toThrow(TraceError);
  });

  test('a trace of a machine that is not there is refused, and so is one of a mutant that is not', () => {
    const text = printTrace(libraryTrace('stale-message').make());
    expect(() => openTraceText(text.replace('"machine": "function"', '"machine": "toaster"'))).toThrow(
      /expected one of vector-page, capability, ownership, vector/,
    );
    expect(() => openTraceText(text.replace('guard without', 'guard with'))).toThrow(
      /expected the name of a mutant of it/,
    );
    expect(() => openTraceText(text.replace('"vectors":1', '"vectors":40'))).toThrow(/expected at most 2 vectors/);
  });

  test('what should not have gone wrong is told apart from what was refused', () => {
    expect(tellError(new TraceError('Got this; expected that.'))).toBe('Got this; expected that.');
    expect(tellError(new TypeError('x is undefined'))).toMatch(/should not have: x is undefined/);
  });
});

// Found by looking at a timer in the page as it is built, where XState's own actions were called "n" and "t".
test('what XState does for a delay is no action of the chart: its transition says it', () => {
  const machine = createMachine({
    id: 'late',
    initial: 'a',
    states: { a: { entry: 'ring', after: { 100: 'b' } }, b: {} },
  });
  const { root, edges } = chartOf(machine);
  expect([root.children[0].entry, root.children[0].exit]).toEqual([['ring'], []]);
  expect(edges[0].transitions[0].event).toBe('after 100');
});

describe('a watched actor', () => {
  const definition = JSON.stringify({
    id: 'light',
    initial: 'red',
    states: { red: { on: { NEXT: 'green' } }, green: {} },
  });
  const actor = {
    type: '@xstate.actor',
    sessionId: 'x:0',
    name: 'light',
    definition,
    snapshot: { status: 'active', value: 'red', context: {} },
  };
  const snapshot = {
    type: '@xstate.snapshot',
    sessionId: 'x:0',
    event: { type: 'NEXT' },
    snapshot: { status: 'active', value: 'green', context: { n: 1 } },
  };
  const started = { ...snapshot, event: { type: 'xstate.init' }, snapshot: actor.snapshot };
  const tell = (...messages: unknown[]): Watched => {
    const watched = new Watched();
    for (const message of messages) watched.hear(message);
    return watched;
  };
  const sceneOf = (watched: Watched) => watchedScene(watched.actors.get('x:0')!, watched);

  test('has a chart, and a state at each position', () => {
    const scene = sceneOf(tell(actor, started, snapshot));
    expect(scene.machine!.id).toBe('light');
    expect(scene.length).toBe(1);
    expect([scene.valueAt(0), scene.valueAt(1)]).toEqual(['red', 'green']);
    expect(scene.eventAt(1)).toBe('NEXT');
    expect(scene.momentAt(1)!.context).toEqual({ n: 1 });
    expect(scene.timeline.sentence(0)).toBe('light takes NEXT.');
  });

  // Found by looking at a program that had ended before the page came: b was lit, and an arrow that leads from it.
  test('that is met late is where it was last, and no step is made up that led there', () => {
    const scene = sceneOf(tell(actor, snapshot));
    expect([scene.length, scene.valueAt(0)]).toEqual([0, 'green']);
    expect(scene.momentAt(0)!.context).toEqual({ n: 1 });
    const resolved = {
      ...snapshot,
      event: { type: 'xstate.promise.resolve' },
      snapshot: { status: 'done', output: 7 },
    };
    const promise = tell({ ...actor, definition: undefined, snapshot: { status: 'active' } }, resolved);
    expect([promise.actors.get('x:0')!.kind, sceneOf(promise).momentAt(0)!.output]).toEqual(['promise', 7]);
  });

  test('is told of by who sent what to it, and what became of it', () => {
    const other = { ...actor, sessionId: 'x:1', name: 'sender' };
    const sent = { type: '@xstate.event', sessionId: 'x:0', sourceId: 'x:1', event: { type: 'NEXT', to: 3 } };
    const done = { ...snapshot, event: sent.event, snapshot: { status: 'done', value: 'green', output: { ok: 1 } } };
    const { timeline } = sceneOf(tell(actor, other, sent, done));
    expect(timeline.columns).toEqual(['sender', 'light']);
    expect(timeline.sentence(0)).toBe('light takes NEXT with {"to":3} from sender; it is done, with {"ok":1}.');
    expect(timeline.arrows(0).map(({ from, to }) => [from, to])).toEqual([
      ['sender', 'light'],
      ['light', 'light'],
    ]);
  });

  test('is in error after an event that nothing followed', () => {
    const watched = tell(actor, { type: '@xstate.event', sessionId: 'x:0', event: { type: 'BREAK' } });
    expect(watched.isWaiting).toBe(true);
    expect(watched.settle(performance.now() + 10_000)).toBe(1);
    expect(sceneOf(watched).timeline.sentence(0)).toBe('light takes BREAK; no snapshot followed: it threw.');
    expect(sceneOf(watched).momentAt(1)!.status).toBe('error');
  });

  test('is not in error while its answer may be on the way: other things are heard, on a busy machine', () => {
    const watched = new Watched();
    for (const message of [actor, { type: '@xstate.event', sessionId: 'x:0', event: { type: 'GO' } }])
      watched.hear(message);
    const sent = performance.now();
    while (performance.now() < sent + 60);
    watched.hear({ type: '@xstate.event', sessionId: 'x:9', event: { type: 'TICK' } });
    expect(watched.settle(performance.now() + 1, 50)).toBe(0);
    expect(watched.settle(performance.now() + 51, 50)).toBe(1);
  });

  test('counts on when it lets go of its oldest steps', () => {
    const watched = tell(actor, started);
    for (let step = 0; step < 2 * WATCHED_STEPS + 500; step++) watched.hear(snapshot);
    const scene = sceneOf(watched);
    expect(scene.letGo + scene.length).toBe(2 * WATCHED_STEPS + 500);
    expect(scene.length).toBeLessThanOrEqual(WATCHED_STEPS);
  });

  test('of two programs is two, and one that has gone says so', () => {
    const gone = { type: '@maskbit.program', program: 1, status: 'gone', because: 'It sent too much.' };
    const watched = tell({ ...actor, sessionId: '1/x:0' }, { ...actor, sessionId: '2/x:0' }, gone);
    const [one, other] = watched.children(undefined);
    expect([watched.goneBecause(one), watched.goneBecause(other)]).toEqual(['It sent too much.', undefined]);
  });

  test.each([
    [{ ...actor, definition: 'nonsense' }, /cannot be drawn/],
    [{ ...actor, definition: '{"id":"promise"}' }, /no state machine/],
    [
      { ...actor, definition: JSON.stringify({ id: 'cut', initial: 'a', states: { a: { on: '[Object]' } } }) },
      /serializationDepthLimit|cannot be drawn/,
    ],
    [snapshot, /definition was not told/],
  ])('that cannot be drawn says why', (message, sentence) => {
    expect(sceneOf(tell(message)).problem).toMatch(sentence);
  });

  test.each([
    null,
    7,
    [],
    {},
    { type: '@xstate.actor' },
    { sessionId: 'x', type: 'other' },
    { sessionId: 'y', type: '@xstate.event', event: 3 },
    { type: '@maskbit.program', program: 'all' },
  ])('is not made of the message %j', (message) => {
    expect(tell(message).actors.size).toBe(0);
  });
});

describe('the events', () => {
  test('are in groups, each of them once', () => {
    const { events } = createInstance('function', { vectors: 2 });
    const grouped = eventGroups(events).flatMap(({ actors }) =>
      actors.flatMap((each) => each.events.map(({ number }) => number)),
    );
    expect(grouped.toSorted((one, other) => one - other)).toEqual([...events.keys()]);
  });
});

describe('every machine that the page offers', () => {
  test.each(MACHINE_NAMES)('%s can be drawn as a sequence, in whole sentences', (name) => {
    const { machine, events } = createInstance(name);
    const { outputs } = compile(machine, events);
    const cast = castOf(machine.id);
    const told = [...events.map((each) => cast.event(each).label), ...outputs.map((each) => cast.output(each).label)];
    expect(told.filter((each) => /NaN|undefined/.test(each))).toEqual([]);
  });
});

describe('a story of the review', () => {
  test.each(OBJECTIONS.map(({ name }) => name))('of %s is told, and its run is broken', async (name) => {
    const trace = libraryTrace(`posted-${name}`).make();
    expect((await prove(trace)).standing).toBe('broken');
    expect(tellStory(trace)?.columns.at(-1)?.ending.breaks).toBe(false);
  });

  test('is not told of a run that does not break what its link claims', async () => {
    const { steps, ...trace } = libraryTrace('posted-two-records').make();
    const claimed = { ...trace, steps: steps.slice(0, 3) };
    expect(tellStory(claimed)).toBeUndefined();
    expect((await prove(claimed)).standing).toBe('unknown');
  });
});

test('each rule is found in the file of its area, and no other is', async () => {
  const found = await Promise.all(RULES.map(({ id }) => fetchRule(id)));
  expect(found).toEqual(RULES);
  expect(await Promise.all(['MSIX-NONE-1', 'MSIX-MSG-99', 'toString', ''].map(fetchRule))).toEqual([
    ...[undefined, undefined, undefined, undefined],
  ]);
});

test.each([
  ['          <idle>-0       [001] d.h1.   512.001234: irq_handler_entry: irq=26 name=nvme0q1', 'ftrace'],
  ['CPU0  5120123456 (+     120)  do_irq  [ irq = 33, began = 12us, ended = 13us ]', 'xentrace'],
  [
    '           CPU0       CPU1\n 26:          0       1234  PCI-MSIX-0000:00:03.0   1-edge      nvme0q1',
    '/proc/interrupts',
  ],
])('what is no log of QEMU, is refused by its name, and told what to record instead', async (text, name) => {
  await expect(openText(`${text}\n`)).rejects.toThrow(new RegExp(`${name}[^]*Record the guest's accesses with QEMU`));
});
