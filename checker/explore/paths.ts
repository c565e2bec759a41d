/**
 * The paths of a machine, enumerated by @xstate/graph: the one module that imports it.
 *
 * Its adjacency map carries no outputs and its `TestModel` misses transitions, so nothing but paths is taken from it;
 * what each step must output is read from the state graph.
 */
import { getAdjacencyMap, getShortestPaths, getSimplePaths, serializeSnapshot } from '@xstate/graph';
import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import { requireLimit } from '../argument/argument.ts';
import { type Alphabet, readAlphabet } from '../machine/alphabet.ts';
import { admit } from '../machine/subset.ts';
import { BoundError } from './bound.ts';
import { GRAPH, type StateGraph } from './state-graph.ts';

/** A path: events from the initial state on. */
export type Path = readonly string[];

/**
 * More simple paths than this are refused. A graph of 16 states can already have 90,000 of them, and with each state
 * more the number multiplies: past this rail, paths that cover every transition tell more for less.
 */
export const SIMPLE_PATH_RAIL = 100_000;

// XState's own `steps` begin with its init event, which is no event of the alphabet.
const eventsOf = (path: { steps: readonly { event: { type: string } }[] }): string[] =>
  path.steps.map((step) => step.event.type).filter((type) => type !== 'xstate.init');

/** What is asked of @xstate/graph. It asks for the key of a snapshot in each step of each path: it is written once. */
function traversal(events: readonly string[]) {
  const keys = new Map<AnyMachineSnapshot, string>();
  const serializeState = (snapshot: AnyMachineSnapshot): string => {
    let key = keys.get(snapshot);
    if (key === undefined) {
      key = serializeSnapshot(snapshot);
      keys.set(snapshot, key);
    }
    return key;
  };
  return { events: events.map((type) => ({ type })), serializeState };
}

function eventsFor(caller: string, machine: AnyStateMachine, alphabet: Alphabet | undefined): readonly string[] {
  admit(`machine of ${caller}`, machine);
  return readAlphabet(`alphabet of ${caller}`, machine, alphabet).events;
}

/** Finds a shortest path to every reachable state; the first is the empty one. */
export function shortestPaths(machine: AnyStateMachine, alphabet?: Alphabet): Path[] {
  const events = eventsFor('shortestPaths', machine, alphabet);
  return getShortestPaths(machine, traversal(events)).map(eventsOf);
}

/** Finds a path through every transition: a shortest path to its source, and its event. Ignored events are among them. */
export function transitionPaths(machine: AnyStateMachine, alphabet?: Alphabet): Path[] {
  const events = eventsFor('transitionPaths', machine, alphabet);
  // In its adjacency map each state has each event of the alphabet, so the map need not be made once more.
  return getShortestPaths(machine, traversal(events)).flatMap((path) => {
    const before = eventsOf(path);
    return events.map((event) => [...before, event]);
  });
}

/** Returns how many states @xstate/graph finds. */
export function countAdjacencyStates(machine: AnyStateMachine, alphabet?: Alphabet): number {
  const events = eventsFor('countAdjacencyStates', machine, alphabet);
  return Object.keys(getAdjacencyMap(machine, traversal(events))).length;
}

/** Counts the simple paths of a graph and their steps, up to `limit` paths. Takes milliseconds where finding them takes seconds. */
export function countSimplePaths(graph: StateGraph, limit = SIMPLE_PATH_RAIL): { paths: number; steps: number } {
  GRAPH.require('graph of countSimplePaths', graph);
  requireLimit('limit of countSimplePaths', limit);
  const onPath = new Uint8Array(graph.states.length);
  const count = { paths: 1, steps: 0 };
  // The states on the path, each with the next event to try: a path may be longer than calls can be nested.
  const path = [{ state: 0, event: 0 }];
  onPath[0] = 1;
  for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
    if (last.event === graph.events.length || count.paths > limit) {
      onPath[last.state] = 0;
      path.pop();
      continue;
    }
    const state = graph.target(last.state, last.event++);
    if (onPath[state] !== 0) continue;
    count.paths++;
    count.steps += path.length;
    onPath[state] = 1;
    path.push({ state, event: 0 });
  }
  return count;
}

/**
 * Finds all simple paths, those that meet no state twice.
 * @throws {BoundError} when there are more than `rail`.
 */
export function simplePaths(graph: StateGraph, rail = SIMPLE_PATH_RAIL): Path[] {
  GRAPH.require('graph of simplePaths', graph);
  requireLimit('rail of simplePaths', rail);
  if (countSimplePaths(graph, rail).paths > rail) {
    throw new BoundError(
      `Got more than ${rail} simple paths of ${graph.machine.id}; expected no more than that limit.`,
    );
  }
  return getSimplePaths(graph.machine, traversal(graph.events)).map(eventsOf);
}

/** Compares a graph with the adjacency map that @xstate/graph makes; returns what differs, in sentences. */
export function compareWithAdjacency(graph: StateGraph): string[] {
  GRAPH.require('graph of compareWithAdjacency', graph);
  const adjacency = getAdjacencyMap(graph.machine, traversal(graph.events));
  const keyOf = (state: number) =>
    serializeSnapshot(graph.machine.resolveState({ value: graph.states[state], context: {} }));
  const differences: string[] = [];
  if (Object.keys(adjacency).length !== graph.states.length) {
    differences.push(
      `@xstate/graph finds ${Object.keys(adjacency).length} states, and we find ${graph.states.length}.`,
    );
  }
  for (const state of graph.states.keys()) {
    const transitions = Object.values(adjacency[keyOf(state)]?.transitions ?? {});
    const targets = new Map(transitions.map((each) => [each.event.type, JSON.stringify(each.state.value)]));
    for (const [event, name] of graph.events.entries()) {
      const ours = JSON.stringify(graph.states[graph.target(state, event)]);
      if (targets.get(name) === ours) continue;
      differences.push(
        `From ${keyOf(state)}, ${name} leads to ${ours}, and for @xstate/graph to ${targets.get(name)}.`,
      );
    }
  }
  return differences;
}
