/**
 * Machine and implementation explored together: every pair of their states that any sequence of events reaches, every event
 * in each. The implementation saves and restores itself, so all that it saves takes part, what no guest can read included.
 * Reaching the end without a difference is a proof for the bound, not a sample.
 */
import type { StateGraph } from '../../checker/explore/state-graph.ts';
import type { MessageSet } from '../../machines/messages.ts';
import type { Device, Snapshot } from '../device/device.ts';
import { compareStep, type Expectation, expectation, resetDevice } from './drive.ts';
import { type Dialect, perform } from '../device/words.ts';

/** A device whose state can be taken out and put back. */
export type RestorableDevice = Device & Required<Pick<Device, 'save' | 'restore'>>;

/** Whether a device is one. */
export function isRestorable(device: Device): device is RestorableDevice {
  return device.save !== undefined && device.restore !== undefined;
}

/** What a lockstep walk found: as many pairs as the machine has states, when the implementation hides nothing. */
export interface Lockstep {
  readonly pairs: number;
  readonly steps: number;
}

/** Brings a device into a state that was met: restores it, or leads it there along the path. */
function reach(
  { graph, events, messages }: Expectation,
  device: RestorableDevice,
  dialect: Dialect,
  snapshot: Snapshot,
  path: readonly string[],
  isRestored: boolean,
): void {
  if (isRestored) device.restore(snapshot);
  else {
    resetDevice(device);
    let state = 0;
    for (const name of path) {
      perform(name, { device, dialect, messages, value: graph.states[state] });
      state = graph.target(state, events.get(name)!);
    }
  }
  device.takeOutputs();
}

/**
 * Walks a device in lockstep with a graph. Throws a `ConformanceError` at the first difference, which is one of the nearest.
 * @param isRestored Whether it is restored before each step. Else it is led to each pair along a path, for it may remember what it does not save, and take shorter
 * ways by it. That shows what it does by what it remembers of one path to each pair: for all that it may remember, that must be its states (`byMemory`).
 */
export function walkInLockstep(
  graph: StateGraph,
  device: RestorableDevice,
  messages: MessageSet,
  dialect: Dialect,
  isRestored = device.notifies === true,
): Lockstep {
  interface Pair {
    readonly state: number;
    readonly snapshot: Snapshot;
    readonly path: readonly string[];
  }
  const expected = expectation(graph, device.vectorCount, messages);
  const seen = new Set<number>();
  const queue: Pair[] = [];
  const meet = (state: number, path: readonly string[]): void => {
    const snapshot = device.save();
    // A handle of a state is a whole number, and there are fewer states of a graph than of any other.
    const key = snapshot * graph.states.length + state;
    if (seen.has(key)) return;
    seen.add(key);
    queue.push({ state, snapshot, path });
  };

  resetDevice(device);
  device.takeOutputs();
  meet(0, []);
  let steps = 0;
  for (const { state, snapshot, path } of queue) {
    for (const name of graph.events) {
      reach(expected, device, dialect, snapshot, path, isRestored);
      const target = compareStep(expected, device, dialect, state, [...path, name]);
      meet(target, [...path, name]);
      steps++;
    }
  }
  return { pairs: seen.size, steps };
}
