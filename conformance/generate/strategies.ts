/**
 * Strategies: which paths of a machine become tests. Each says how many there are, and how many events, before any is made. @xstate/graph
 * makes the paths of those that it can: states, transitions and simple paths; the others are made of the explored graph.
 */
import { compile } from '../../checker/compile/compile.ts';
import { Stepper } from '../../checker/compile/step.ts';
import {
  countSimplePaths,
  shortestPaths,
  SIMPLE_PATH_RAIL,
  simplePaths,
  transitionPaths,
} from '../../checker/explore/paths.ts';
import type { StateGraph } from '../../checker/explore/state-graph.ts';
import type { StrategyName } from './names.ts';
import { completePaths, completeSize, separatingSequences } from './complete.ts';
import { postmanTour } from '../paths/postman.ts';

/** Paths of a graph, with their number and that of their events, known before they are made. */
export interface PathSet {
  readonly paths: number;
  readonly steps: number;
  /** What else is to be said of them, as a sentence. */
  readonly note?: string;
  /** Whether they are too many to be made; then their number is that of those that were counted. */
  readonly isTooMany?: boolean;
  /** Event numbers of each path. */
  make(): Iterable<readonly number[]>;
}

/** What a strategy may be told. */
export interface StrategyOptions {
  /** How many states more than the machine a device may have, for `complete`. Default 1. */
  readonly extra?: number;
  /** For `walks`. Default 1. */
  readonly seed?: number;
  /** How many walks, and how long each. Default 100 of 200 events. */
  readonly walks?: number;
  readonly length?: number;
  /** What a guest reads in each state, for `complete`. */
  readonly read?: readonly string[];
  /** How many reads there are, for `reads`. Each is a step with a number behind those of the events, and changes nothing. */
  readonly reads?: number;
}

/** Makes the paths of a strategy. */
export type Strategy = (graph: StateGraph, options: StrategyOptions) => PathSet;

const listed = (paths: readonly (readonly number[])[], note?: string): PathSet => ({
  paths: paths.length,
  steps: paths.reduce((sum, path) => sum + path.length, 0),
  note,
  make: () => paths,
});

/** Paths of @xstate/graph, by event numbers. */
const numbersOf = (graph: StateGraph, paths: readonly (readonly string[])[]): (readonly number[])[] => {
  const numbers = new Map(graph.events.map((name, number) => [name, number]));
  return paths.map((path) => path.map((name) => numbers.get(name)!));
};

/** Every sequence of `length` events from every state, behind a shortest path to it. */
function sequences(graph: StateGraph, length: number): PathSet {
  const { states, events } = graph;
  const each = events.length ** length;
  const access = states.reduce((sum, _, state) => sum + graph.pathTo(state).length, 0);
  return {
    paths: states.length * each,
    steps: each * (access + length * states.length),
    *make() {
      for (let state = 0; state < states.length; state++) {
        const path = graph.pathTo(state);
        for (let number = 0; number < each; number++) {
          const rest = Array.from(
            { length },
            (_, place) => Math.floor(number / events.length ** place) % events.length,
          );
          yield [...path, ...rest.toReversed()];
        }
      }
    },
  };
}

/** A number in a note, its thousands set apart as in what is told beside it. */
const told = (value: number): string => value.toLocaleString('en-US');

/** The strategies by name, in order of cost; `names.ts` says what each covers. */
export const STRATEGIES: Readonly<Record<StrategyName, Strategy>> = {
  states: (graph) => listed(numbersOf(graph, shortestPaths(graph.machine, { only: graph.events }))),
  guards: guardOutcomes,
  tour: (graph) => {
    const { path, lowerBound } = postmanTour(graph);
    return listed(
      [path],
      `No closed tour is shorter than ${told(lowerBound)} events; this one has ${told(path.length)}.`,
    );
  },
  transitions: (graph) => listed(numbersOf(graph, transitionPaths(graph.machine, { only: graph.events }))),
  reads: (graph, { reads = 0 }) => {
    if (reads === 0) {
      throw new RangeError(
        `Got the strategy reads for ${graph.machine.id}; expected the machine function: what others read is among their events.`,
      );
    }
    const { states, events } = graph;
    const each = reads * events.length;
    const access = states.reduce((sum, _, state) => sum + graph.pathTo(state).length, 0);
    return {
      paths: states.length * each,
      steps: each * (access + 2 * states.length),
      *make() {
        for (let state = 0; state < states.length; state++) {
          for (let read = 0; read < reads; read++)
            for (let event = 0; event < events.length; event++)
              yield [...graph.pathTo(state), events.length + read, event];
        }
      },
    };
  },
  pairs: (graph) => sequences(graph, 2),
  triples: (graph) => sequences(graph, 3),
  simple: (graph) => {
    const { paths, steps } = countSimplePaths(graph);
    const isTooMany = paths > SIMPLE_PATH_RAIL;
    const note = isTooMany ? `There are more than ${told(SIMPLE_PATH_RAIL)}, and they are not made.` : undefined;
    return { note, isTooMany, paths, steps, make: () => numbersOf(graph, simplePaths(graph)) };
  },
  complete: (graph, { extra = 1, read = graph.states.map((value) => JSON.stringify(value)) }) => {
    const shown = (state: number, event: number): string =>
      `${graph.outputs(state, event).join()};${read[graph.target(state, event)]}`;
    const separating = separatingSequences(graph, read, shown);
    return {
      ...completeSize(graph, extra, separating),
      note: `It assumes a device that is deterministic, starts anew for each path, and has at most ${told(graph.states.length + extra)} states.`,
      make: () => completePaths(graph, extra, separating),
    };
  },
  walks: (graph, { seed = 1, walks = 100, length = 200 }) => ({
    paths: walks,
    steps: walks * length,
    note: `The seed is ${seed}.`,
    *make() {
      let state = seed >>> 0;
      // xorshift32: the same walks for the same seed, everywhere.
      const next = (): number => {
        state = state === 0 ? 0x9e3779b9 : state;
        state ^= state << 13;
        state ^= state >>> 17;
        state = (state ^ (state << 5)) >>> 0;
        return state;
      };
      for (let walk = 0; walk < walks; walk++) yield Array.from({ length }, () => next() % graph.events.length);
    },
  }),
};

/** For each event, a shortest path to each set of transitions that it takes. */
function guardOutcomes(graph: StateGraph): PathSet {
  const compiled = compile(graph.machine, { only: graph.events });
  const stepper = new Stepper(compiled);
  const target = new Int32Array(compiled.initial.length);
  const words: Int32Array[] = [compiled.initial];
  const seen = new Map<string, readonly number[]>();
  for (let state = 0; state < graph.states.length; state++) {
    for (let event = 0; event < graph.events.length; event++) {
      stepper.stepWords(words[state], 0, event, target, 0);
      words[graph.target(state, event)] ??= target.slice();
      const key = `${event}:${[...stepper.taken.subarray(0, stepper.takenCount)].join()}`;
      if (!seen.has(key)) seen.set(key, [...graph.pathTo(state), event]);
    }
  }
  return listed([...seen.values()]);
}
