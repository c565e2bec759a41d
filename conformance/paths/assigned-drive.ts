/**
 * Drives an assigned device along an exploration of the machine, and walks both through every pair of states. A difference is an error
 * that tells the path as a story.
 */
import type { Exploration } from '../../checker/explore/explore.ts';
import type { AssignedBounds } from '../../machines/assembly.ts';
import type { AssignedAdapter } from '../device/assigned.ts';
import { dwordName, readbackDwords } from '../device/readback.ts';
import { type Expected, expectedOf, outputsDifference, stateDifferences } from './assigned-expectation.ts';
import type { DriveCounts } from './drive.ts';
import { type ConformanceError, failedStep } from './failure.ts';
import { tellOutputs } from './story.ts';

/** Drives devices along an exploration of the machine, and compares after each step. */
export class AssignedDriver {
  readonly counts: DriveCounts = { paths: 0, steps: 0, outputs: 0, dwords: 0 };
  private readonly exploration: Exploration;
  private readonly expected: readonly Expected[];
  private readonly observed: Uint32Array;

  constructor(exploration: Exploration, bounds: AssignedBounds) {
    this.exploration = exploration;
    this.expected = Array.from({ length: exploration.states.count }, (_, state) =>
      expectedOf(exploration.value(state), bounds),
    );
    this.observed = new Uint32Array(this.expected[0].dwords.length);
  }

  /** Drives a device from its reset along paths of names, as @xstate/graph enumerates them. */
  drivePaths(adapter: AssignedAdapter, paths: readonly (readonly string[])[], onPath: (done: number) => void): void {
    const numbers = new Map(this.exploration.compiled.events.map((name, event) => [name, event]));
    for (const [done, path] of paths.entries()) {
      if (done % 1024 === 0) onPath(done);
      this.drive(
        adapter,
        path.map((name) => numbers.get(name) ?? unknownEvent(name)),
      );
    }
  }

  /**
   * Brings a device into some of the states, each along its shortest path, and takes every event there. Which states they are is
   * drawn with `seed`. Returns their number.
   */
  sample(adapter: AssignedAdapter, count: number, seed: number, onState: (done: number) => void): number {
    const { exploration } = this;
    let drawn = seed;
    for (let done = 0; done < count; done++) {
      onState(done);
      // Numerical Recipes' generator: the upper bits are the good ones.
      drawn = (Math.imul(drawn, 1664525) + 1013904223) >>> 0;
      const state = Math.floor((drawn / 2 ** 32) * exploration.states.count);
      this.drive(adapter, exploration.pathTo(state));
      const words = adapter.save();
      for (let event = 0; event < exploration.compiled.events.length; event++) {
        adapter.restore(words);
        this.step(adapter, state, [event], 1, () => [...exploration.pathTo(state), event]);
      }
    }
    return count;
  }

  /** Brings a device into every state of the machine, each along its shortest path, and shows it. Returns the number of states. */
  forEachState(adapter: AssignedAdapter, visit: (path: readonly string[]) => void): number {
    const { exploration } = this;
    const { events } = exploration.compiled;
    for (let state = 0; state < exploration.states.count; state++) {
      const path = exploration.pathTo(state);
      this.drive(adapter, path);
      visit(path.map((event) => events[event]));
    }
    return exploration.states.count;
  }

  /** Drives a device from its reset along a path of event numbers. Throws a `ConformanceError` at the first difference. */
  drive(adapter: AssignedAdapter, path: readonly number[]): void {
    adapter.reset();
    let state = 0;
    for (let length = 1; length <= path.length; length++) state = this.step(adapter, state, path, length);
    this.counts.paths++;
  }

  /** Walks device and machine through every pair of states that they reach together. Returns the number of pairs. */
  walk(adapter: AssignedAdapter, onPairs: (pairs: number) => void = () => {}): number {
    const { exploration } = this;
    adapter.reset();
    const queue: { readonly state: number; readonly words: Uint32Array }[] = [{ state: 0, words: adapter.save() }];
    const seen = new Set([keyOf(queue[0])]);
    for (const [index, { state, words }] of queue.entries()) {
      if (index % 1024 === 0) onPairs(index);
      for (let event = 0; event < exploration.compiled.events.length; event++) {
        adapter.restore(words);
        const target = this.step(adapter, state, [event], 1, () => [...exploration.pathTo(state), event]);
        const pair = { state: target, words: adapter.save() };
        const key = keyOf(pair);
        if (seen.has(key)) continue;
        seen.add(key);
        queue.push(pair);
      }
    }
    return queue.length;
  }

  private step(
    adapter: AssignedAdapter,
    state: number,
    path: readonly number[],
    length: number,
    story: () => readonly number[] = () => path.slice(0, length),
  ): number {
    const { exploration, counts, expected } = this;
    const event = path[length - 1];
    const done = adapter.perform(exploration.compiled.events[event], (vector) => expected[state].entries[vector]);
    const due = exploration.outputs(state, event);
    const target = exploration.target(state, event);
    const difference = outputsDifference(done, due) ?? this.difference(adapter, expected[target]);
    if (difference !== undefined) throw this.error(adapter, story(), difference);
    counts.steps++;
    counts.outputs += due.length;
    counts.dwords += this.observed.length;
    return target;
  }

  private difference({ device }: AssignedAdapter, expected: Expected): string | undefined {
    for (const { what } of stateDifferences(device, expected, this.observed)) return what;
    return undefined;
  }

  private error({ device }: AssignedAdapter, path: readonly number[], what: string): ConformanceError {
    const { exploration } = this;
    const names = path.map((event) => exploration.compiled.events[event]);
    const before = path.slice(0, -1).reduce((state, event) => exploration.target(state, event), 0);
    return failedStep(
      `AssignedDevice, design ${device.design}`,
      exploration.compiled.machine,
      exploration.value(before),
      names,
      what,
    );
  }
}

function unknownEvent(name: string): never {
  throw new Error(`Got the event ${name}; expected one of the machine's alphabet.`);
}

// A byte is a character, which is several times faster than digits.
const BYTES = new TextDecoder('latin1');

/** A pair as a string. */
const keyOf = ({ state, words }: { readonly state: number; readonly words: Uint32Array }): string =>
  `${state}:${BYTES.decode(words)}`;

/** Hands the page over and back in whatever state a device is, and says what differs afterwards. */
export function handOverAndBack(adapter: AssignedAdapter): string | undefined {
  const { device } = adapter;
  const before = adapter.save();
  const read = new Uint32Array(readbackDwords(device.vectorCount));
  device.peekInto(read);
  const seen = new Uint32Array(read.length);
  adapter.forgetOutputs();
  const steps = [
    () => device.register(),
    () => device.registered(),
    () => device.unregister(),
    () => device.unregistered(),
  ];
  // Wherever the page is by now, it goes once round.
  for (let moved = 0, turn = 0; moved < steps.length; turn++) {
    if (steps[turn % steps.length]()) moved++;
    if (adapter.outputs.length > 0) return `it did ${tellOutputs(adapter.outputs)}`;
    device.peekInto(seen);
    const word = seen.findIndex((each, index) => each !== read[index]);
    if (word >= 0) return `${dwordName(word, device.vectorCount)} changed to 0x${seen[word].toString(16)}`;
    if (turn > 2 * steps.length) return `the page went ${moved} of ${steps.length} steps`;
  }
  const after = adapter.save();
  return after.join() === before.join() ? undefined : 'it is in another state';
}
