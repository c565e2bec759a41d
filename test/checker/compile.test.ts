import {
  type AnyStateMachine,
  and,
  assign,
  createMachine,
  initialTransition,
  not,
  or,
  raise,
  setup,
  stateIn,
} from 'xstate';
import { describe, expect, test } from 'vitest';
import { compile } from '../../checker/compile/compile.ts';
import { enumerate, stepper } from '../../checker/explore/enumerate.ts';
import { createExpand, createExpandEvents } from '../../checker/compile/expand.ts';
import { explore } from '../../checker/explore/explore.ts';
import type { CompiledMachine } from '../../checker/compile/format.ts';
import { packValue, unpackValue } from '../../checker/compile/layout.ts';
import { compareWithAdjacency } from '../../checker/explore/paths.ts';
import type { StateGraph } from '../../checker/explore/state-graph.ts';
import { Stepper } from '../../checker/compile/step.ts';
import { checkSpec, SubsetError } from '../../checker/machine/subset.ts';
import { CAPABILITY_EVENTS, functionEvents, vectorEvents } from '../../machines/alphabet.ts';
import { capability } from '../../machines/pages/capability.ts';
import { createFunction } from '../../machines/function.ts';
import { HALVES, type MessageSet, THREE, TWO } from '../../machines/messages.ts';
import { createVector } from '../../machines/vector.ts';
import { difference } from '../setup/graphs.ts';
import { randomNumbers } from '../setup/random-machine.ts';

function graphOf(machine: AnyStateMachine, events: readonly string[]): StateGraph {
  return explore(compile(machine, events)).graph();
}

const gateEvents = (messages: MessageSet): string[] => [
  'guest.control.on',
  'guest.control.off',
  'device.reset',
  ...vectorEvents(0, messages),
];

describe('the machines of MSI-X, compiled', () => {
  const cases: [string, AnyStateMachine, readonly string[], ...number[]][] = [
    // the last four: states, transitions taken, depth, bits
    ['capability', capability, CAPABILITY_EVENTS, 4, 15, 1, 2],
    ['vector, two', createVector({ messages: TWO }), gateEvents(TWO), 16, 79, 4, 6],
    ['vector, three', createVector({ messages: THREE }), gateEvents(THREE), 27, 161, 4, 7],
    ['vector, halves', createVector({ messages: HALVES }), gateEvents(HALVES), 40, 239, 6, 8],
    ['function 1, two', createFunction({ vectors: 1, messages: TWO }), functionEvents(1, TWO), 32, 223, 4, 7],
    ['function 1, three', createFunction({ vectors: 1, messages: THREE }), functionEvents(1, THREE), 51, 407, 4, 8],
    ['function 1, halves', createFunction({ vectors: 1, messages: HALVES }), functionEvents(1, HALVES), 72, 575, 6, 9],
    ['function 2, two', createFunction({ vectors: 2, messages: TWO }), functionEvents(2, TWO), 256, 2559, 7, 12],
    ['function 3, two', createFunction({ vectors: 3, messages: TWO }), functionEvents(3, TWO), 2048, 26623, 10, 17],
  ];
  test.each(cases)('%s takes every event in every state as XState does', (_, machine, events, ...counts) => {
    const compiled = compile(machine, events);
    const ours = explore(compiled).graph();
    expect(difference(ours, enumerate(machine, events))).toBeUndefined();
    expect([ours.states.length, ours.transitionCount, ours.depth, compiled.bitCount]).toEqual(counts);
  });

  test.each([1, 2])('function %i is what @xstate/graph makes of it', (vectors) => {
    const machine = createFunction({ vectors, messages: TWO });
    expect(compareWithAdjacency(graphOf(machine, functionEvents(vectors, TWO)))).toEqual([]);
  });

  test('twelve vectors take 62 bits, and step as XState does on a seeded walk', () => {
    const machine = createFunction({ vectors: 12, messages: TWO });
    const events = functionEvents(12, TWO);
    const compiled = compile(machine, events);
    expect([compiled.bitCount, compiled.wordCount]).toEqual([62, 2]);
    expect(walkDifference(machine, compiled, 2000, 12)).toBeUndefined();
  });

  test('thirty vectors take five words, and step as XState does on a seeded walk', () => {
    const machine = createFunction({ vectors: 30, messages: TWO });
    const compiled = compile(machine, functionEvents(30, TWO));
    expect([compiled.bitCount, compiled.wordCount]).toEqual([152, 5]);
    expect(walkDifference(machine, compiled, 500, 30)).toBeUndefined();
  });
});

/** Compares single steps with XState's along a random walk, and the translated programs with the stepper, and with the interpreted ones: from halfway on, these are translated too. */
function walkDifference(machine: AnyStateMachine, compiled: CompiledMachine, length: number, seed: number) {
  const random = randomNumbers(seed);
  const step = stepper(machine);
  const ours = new Stepper(compiled);
  const expand = createExpand(compiled);
  const { wordCount, events } = compiled;
  const expandEvents = createExpandEvents(compiled, Math.floor(length / 2) * events.length);
  const named = new Int32Array(wordCount * events.length);
  const by = new Int32Array(events.length);
  const state = compiled.initial.slice();
  const next = new Int32Array(wordCount);
  const expanded = new Int32Array(wordCount * events.length);
  let [snapshot] = initialTransition(machine);
  for (let index = 0; index < length; index++) {
    const taken = expand(state, 0, expanded);
    const stepped = events.flatMap((_, event) => {
      ours.stepWords(state, 0, event, next, 0);
      return ours.takenCount > 0 ? [...next] : [];
    });
    if (stepped.join() !== expanded.subarray(0, taken * wordCount).join()) return `expanded otherwise at step ${index}`;
    const names = events.flatMap((_, event) => {
      ours.stepWords(state, 0, event, next, 0);
      return ours.takenCount > 0 ? [event] : [];
    });
    const namedCount = expandEvents(state, 0, named, by);
    if (stepped.join() !== named.subarray(0, namedCount * wordCount).join()) return `named otherwise at step ${index}`;
    if (names.join() !== by.subarray(0, namedCount).join()) return `taken otherwise at step ${index}`;
    const event = random(events.length);
    const theirs = step(snapshot, events[event]);
    ours.stepWords(state, 0, event, next, 0);
    const outcome = JSON.stringify([ours.takenCount > 0, ours.outputs(state), unpackValue(compiled, next)]);
    const expected = JSON.stringify([theirs.taken, theirs.outputs, theirs.next.value]);
    if (outcome !== expected) return `${events[event]} at step ${index} gives ${outcome}, not ${expected}`;
    if (packValue(compiled, theirs.next.value).join() !== next.join()) return `packed otherwise at step ${index}`;
    state.set(next);
    snapshot = theirs.next;
  }
  return undefined;
}

describe('nested machines, compiled', () => {
  const events = ['a', 'b', 'c'];
  const leaf = (on: object = {}) => ({ on });

  test('a child goes before its ancestors, and an ancestor acts where no child does', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'outer',
      on: { a: { actions: 'root' }, c: { actions: 'root' } },
      states: {
        outer: {
          initial: 'one',
          on: { a: { actions: 'outer' }, b: 'other' },
          states: { one: leaf({ a: { target: 'two', actions: 'inner' } }), two: {} },
        },
        other: leaf({ b: '#m.outer.two' }),
      },
    });
    const graph = graphOf(machine, events);
    expect(difference(graph, enumerate(machine, events))).toBeUndefined();
    expect(graph.states).toEqual([{ outer: 'one' }, { outer: 'two' }, 'other']);
    expect([0, 1, 2].map((state) => graph.outputs(state, 0))).toEqual([['inner'], ['outer'], ['root']]);
  });

  test('a transition into one region of its own parallel state starts the others again', () => {
    const toggle = (event: string) => ({
      initial: 'off',
      states: { off: leaf({ [event]: 'on' }), on: leaf({ [event]: 'off' }) },
    });
    const machine = createMachine({
      id: 'm',
      initial: 'p',
      states: { p: { type: 'parallel', on: { c: '.x.on' }, states: { x: toggle('a'), y: toggle('b') } } },
    });
    const graph = graphOf(machine, events);
    expect(difference(graph, enumerate(machine, events))).toBeUndefined();
    const both = graph.states.findIndex((value) => JSON.stringify(value) === '{"p":{"x":"on","y":"on"}}');
    expect(graph.states[graph.target(both, 2)]).toEqual({ p: { x: 'on', y: 'off' } });
  });

  test('of two regions that would both leave their parallel state, the first in the document does', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'p',
      states: {
        p: {
          type: 'parallel',
          states: {
            x: { initial: 's', states: { s: leaf({ a: { target: '#m.left', actions: 'x' }, b: { actions: 'x' } }) } },
            y: { initial: 's', states: { s: leaf({ a: { target: '#m.right', actions: 'y' }, b: { actions: 'y' } }) } },
          },
        },
        left: leaf({ c: undefined }),
        right: leaf(),
      },
    });
    const graph = graphOf(machine, events);
    expect(difference(graph, enumerate(machine, events))).toBeUndefined();
    expect([graph.states[graph.target(0, 0)], graph.outputs(0, 0)]).toEqual(['left', ['x']]);
    expect([graph.target(0, 1), graph.outputs(0, 1)]).toEqual([0, ['x', 'y']]);
  });

  test('states are left from the inside and entered from the outside, with the transition between', () => {
    const told = (name: string) => ({ entry: `enter ${name}`, exit: `exit ${name}` });
    const machine = createMachine({
      id: 'm',
      initial: 'p',
      states: {
        p: {
          ...told('p'),
          type: 'parallel',
          states: {
            x: {
              ...told('x'),
              initial: 's',
              states: { s: { ...told('xs'), on: { a: '#m.q', b: 's', c: { target: 's', reenter: true } } } },
            },
            y: { ...told('y'), initial: 's', states: { s: told('ys') } },
          },
        },
        q: {
          ...told('q'),
          on: { a: { target: '#deep', actions: 'go' } },
          initial: 's',
          states: { s: {}, t: { id: 'deep', ...told('qt') } },
        },
      },
    });
    const graph = graphOf(machine, events);
    expect(difference(graph, enumerate(machine, events))).toBeUndefined();
    expect(graph.outputs(0, 0)).toEqual(['exit ys', 'exit y', 'exit xs', 'exit x', 'exit p', 'enter q']);
    expect([graph.taken(0, 1), graph.outputs(0, 1)]).toEqual([true, []]);
    expect(graph.outputs(0, 2)).toEqual(['exit xs', 'enter xs']);
    expect(graph.outputs(1, 0)).toEqual(['go', 'enter qt']);
  });

  test('guards of one region see the state before the step, whatever other regions do in it', () => {
    const machine = setup({
      guards: { xOn: stateIn({ x: 'on' }), neither: not(or(['xOn', stateIn('y.on')])) },
    }).createMachine({
      id: 'm',
      type: 'parallel',
      states: {
        x: {
          initial: 'off',
          states: { off: leaf({ a: { target: 'on', guard: 'neither' } }), on: leaf({ a: 'off', c: undefined }) },
        },
        y: { initial: 'off', states: { off: leaf({ a: { target: 'on', guard: 'xOn' } }), on: leaf({ b: 'off' }) } },
      },
    });
    const graph = graphOf(machine, events);
    expect(difference(graph, enumerate(machine, events))).toBeUndefined();
    expect(graph.states.map((value) => JSON.stringify(value))).toEqual([
      '{"x":"off","y":"off"}',
      '{"x":"on","y":"off"}',
      '{"x":"off","y":"on"}',
    ]);
  });
});

describe('checkSpec', () => {
  const problemsOf = (machine: AnyStateMachine): readonly string[] => {
    try {
      checkSpec(machine);
    } catch (error) {
      if (error instanceof SubsetError) return error.problems;
      throw error;
    }
    return [];
  };
  const withState = (state: object, implementations: object = {}): AnyStateMachine =>
    createMachine({ id: 'm', initial: 'a', states: { a: state, b: {} } } as object, implementations);

  test('accepts the machines of MSI-X', () => {
    expect(problemsOf(createFunction({ vectors: 2, messages: THREE }))).toEqual([]);
  });

  const refused: [string, object, string][] = [
    [
      'a history state',
      { initial: 'c', states: { c: {}, h: { type: 'history' } } },
      'm.a.h: got a history state; write a region that remembers the child instead.',
    ],
    [
      'a final state',
      { type: 'final' },
      'm.a: got a final state; write an atomic state without transitions, and those of m in its other children instead.',
    ],
    [
      'always',
      { always: 'b' },
      'm.a: got always; write its transitions on every event that leads here or makes a guard of it hold instead.',
    ],
    [
      'after',
      { after: { 100: 'b' } },
      'm.a: got after; write an event for the moment at which the time is up instead.',
    ],
    [
      'invoke',
      { invoke: { src: 'child' } },
      'm.a: got invoke; write an event for each thing that the invoked actor says instead.',
    ],
    [
      'onDone',
      { initial: 'c', states: { c: {} }, onDone: 'b' },
      'm.a: got onDone; write its transitions on the events that lead to the final states instead.',
    ],
    ['a wildcard', { on: { 'x.*': 'b' } }, "m.a: got the wildcard 'x.*'; write each event that it stands for instead."],
    [
      "XState's own events",
      { on: { 'xstate.stop': 'b' } },
      "m.a: got XState's own event 'xstate.stop'; write an event of your own instead.",
    ],
    [
      'an inline guard',
      { on: { x: { target: 'b', guard: () => true } } },
      'm.a, on x: got an inline function as guard; write stateIn, and, or, not under a name in setup, with an event for each payload and a state for each value of the context that it tells apart instead.',
    ],
    [
      'a guard that no one gives',
      { on: { x: [{ target: 'b', guard: 'open' }, 'b'] } },
      "m.a, on x, transition 1: got the guard 'open', which no one gives; write it in setup.",
    ],
    [
      'a guard over no state',
      { on: { x: { target: 'b', guard: stateIn({ a: 'c' }) } } },
      "m.a, on x: got a guard that never holds: stateIn names 'c' below 'm.a'; it has no children.",
    ],
    [
      'an inline action',
      { on: { x: { actions: () => {} } } },
      'm.a, on x: got an inline function as action; write the name of an action instead, and a state for what it keeps.',
    ],
    [
      'what a condition left of an action',
      { on: { x: { actions: ['send', false] } } },
      'm.a, on x: got false as an action; write the name of one, or leave it out.',
    ],
    [
      'an action that is not there',
      { entry: [undefined] },
      'm.a, entry: got undefined as an action; write the name of one, or leave it out.',
    ],
    [
      'an action without a type',
      { exit: { params: { to: 1 } } },
      'm.a, exit: got an object with the fields params as an action; write the name of one, or leave it out.',
    ],
    [
      'a guard that is a truth value',
      { on: { x: { target: 'b', guard: true } } },
      'm.a, on x: got true as guard; write the name of one, or leave it out.',
    ],
    [
      'a type that there is not',
      { type: 'alternative' },
      'm.a: got the type "alternative"; write \'parallel\', or no type.',
    ],
    [
      'assign',
      { entry: assign({}) },
      'm.a, entry: got the action xstate.assign; write a region with a state for each value that matters instead.',
    ],
    [
      'dynamic parameters',
      { exit: { type: 'send', params: () => ({}) } },
      'm.a, exit: got dynamic parameters of send; write a transition with static ones for each case instead.',
    ],
    [
      'structured parameters',
      { on: { x: { actions: { type: 'send', params: { to: {} } } } } },
      'm.a, on x: got the parameter to of send; write a string, a number or a boolean instead.',
    ],
    [
      'two targets in one region',
      { on: { x: ['b'], y: { target: ['a', 'b'] } } },
      'm.a, on y: got the targets m.a, m.b, which enter two children of m; write one of them.',
    ],
    ['context', { context: { count: 1 } }, 'm.a: got context; write a region with a state for each value instead.'],
    [
      'an unknown key',
      { on: { x: { target: 'b', in: '#m.b' } } },
      'm.a, on x: got in; write a guard made of stateIn instead.',
    ],
  ];
  test.each(refused)('refuses %s, and says what to write', (_, state, problem) => {
    expect(problemsOf(withState(state))).toEqual([problem]);
  });

  test('refuses ids and keys that are not clear, and an initial state that there is not', () => {
    const states = { a: { id: 'same' }, b: { id: 'same' }, 'c.d': {}, e: { initial: 'g', states: { f: {} } } };
    expect(problemsOf(createMachine({ id: 'm', initial: 'a', states } as object))).toEqual([
      'same: got this id a second time, at b; write one of its own.',
      "m.c.d: got the key 'c.d'; write one without '.' and '\\', and with no '#' at its start.",
      'm.e: got the initial state "g"; write the key of one of its children instead.',
    ]);
  });

  test('refuses implementations that do more than tell of an output', () => {
    const machine = withState(
      { on: { x: { actions: 'keep', guard: 'both' } } },
      { actions: { keep: raise({ type: 'y' }) }, guards: { both: and(['one']), one: () => true } },
    );
    expect(problemsOf(machine)).toEqual([
      "m: got the action 'keep' made by xstate.raise; write what the raised event does on the events that raise it instead.",
      "m: got the guard 'one' as a function; write it with stateIn, and, or, not under a name in setup, with an event for each payload and a state for each value of the context that it tells apart instead.",
    ]);
  });

  test('says everything that it found at once, in one error', () => {
    const machine = withState({ always: 'b', invoke: { src: 'child' }, on: { '*': 'b' } });
    expect(problemsOf(machine)).toHaveLength(3);
    expect(() => checkSpec(machine)).toThrow(/^The machine m is outside of the subset:\n {2}m\.a: got /);
  });

  test('compile refuses an alphabet with an event twice', () => {
    expect(() => compile(withState({ on: { x: 'b' } }), ['x', 'x'])).toThrow(
      'Got the event "x" twice in events of compile; expected each once.',
    );
  });
});

test('three thousand regions that share an event are compiled in time that grows with their number, and all go at once', () => {
  const region = { initial: 'a', states: { a: { on: { go: 'b' } }, b: { on: { go: 'a' } } } };
  const states = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`r${index}`, region]));
  const machine = createMachine({ id: 'many', type: 'parallel', states });
  const start = performance.now();
  const compiled = compile(machine);
  // A second, where all pairs of transitions were compared 18.
  expect(performance.now() - start).toBeLessThan(6000);
  const target = new Int32Array(compiled.wordCount);
  new Stepper(compiled).stepWords(compiled.initial, 0, 0, target, 0);
  const ones = target.reduce((sum, word) => sum + (word >>> 0).toString(2).replaceAll('0', '').length, 0);
  expect([compiled.wordCount, ones]).toEqual([94, 3000]);
});
