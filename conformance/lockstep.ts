/**
 * Machine and implementation explored together: every pair of their states that any sequence of events reaches, every event
 * in each. The implementation saves and restores itself, so its whole state takes part, what no guest can read included.
 * Reaching the end without a difference is a proof for the bound, not a sample.
 */
import type { StateGraph } from '../checker/state-graph.ts';
import type { MessageSet } from '../machines/messages.ts';
import type { Device } from './device.ts';
import type { Dialect } from './encoding.ts';
import { compareStep, expectation } from './drive.ts';

/** A device whose state can be taken out and put back. */
export interface RestorableDevice extends Device {
  /** Takes the state out, in words; equal words mean equal behaviour. */
  save(): Uint32Array;
  /** Puts a state back. What that does to the outside is no output of a step. */
  restore(words: Uint32Array): void;
}

/** What a lockstep walk found: as many pairs as the machine has states, when the implementation hides nothing. */
export interface Lockstep {
  readonly pairs: number;
  readonly steps: number;
}

/** Walks a device in lockstep with a graph. Throws a `ConformanceError` at the first difference, which is one of the nearest. */
export function walkInLockstep(
  graph: StateGraph,
  device: RestorableDevice,
  messages: MessageSet,
  dialect: Dialect,
): Lockstep {
  interface Pair {
    readonly state: number;
    readonly words: Uint32Array;
    readonly path: readonly string[];
  }
  const expected = expectation(graph, device.vectorCount, messages);
  const seen = new Set<string>();
  const queue: Pair[] = [];
  const meet = (state: number, path: readonly string[]): void => {
    const words = device.save();
    const key = `${state}:${words.join()}`;
    if (seen.has(key)) return;
    seen.add(key);
    queue.push({ state, words, path });
  };

  device.reset();
  device.takeOutputs();
  meet(0, []);
  let steps = 0;
  for (const { state, words, path } of queue) {
    for (const name of graph.events) {
      device.restore(words);
      device.takeOutputs();
      const target = compareStep(expected, device, dialect, state, [...path, name]);
      meet(target, [...path, name]);
      steps++;
    }
  }
  return { pairs: seen.size, steps };
}
