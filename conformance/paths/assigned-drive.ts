/**
 * Drives an assigned device along an exploration of the machine, and walks both through every pair of states. A difference is an error
 * that tells the path as a story.
 */
import { StepCursor } from '../../checker/decide/step-cursor.ts';
import type { Exploration } from '../../checker/explore/explore.ts';
import { NumberedStates } from '../../checker/explore/state-set.ts';
import type { AssignedBounds } from '../../machines/device-context.ts';
import type { AssignedAdapter } from '../device/assigned.ts';
import { dwordName, readbackDwords } from '../device/readback.ts';
import {
  type Expected,
  expectedOf,
  isInState,
  outputsDifference,
  type StateDifference,
  stateDifferences,
} from './assigned-expectation.ts';
import type { DriveCounts } from './drive.ts';
import { regionsOfDword, regionsOfOutputs } from './concerned.ts';
import { type ConformanceError, failedStep } from './failure.ts';
import { tellOutputs } from './story.ts';

/** Drives devices along an exploration of the machine, and compares after each step. */
export class AssignedDriver {
  readonly counts: DriveCounts = { paths: 0, steps: 0, outputs: 0, dwords: 0 };
  private readonly exploration: Exploration;
  private readonly bounds: AssignedBounds;
  private readonly cursor: StepCursor;
  /** By state; of those that were asked about. */
  private readonly expected: Expected[] = [];
  private readonly observed: Uint32Array;

  constructor(exploration: Exploration, bounds: AssignedBounds) {
    this.exploration = exploration;
    this.bounds = bounds;
    this.cursor = new StepCursor(exploration);
    this.observed = new Uint32Array(readbackDwords(bounds.vectors));
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
      const here = () => exploration.pathTo(state);
      const words = this.asked(adapter, here, () => adapter.save());
      for (let event = 0; event < exploration.compiled.events.length; event++) {
        this.asked(adapter, here, () => adapter.restore(words));
        this.step(adapter, state, event, () => exploration.pathTo(state, event));
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
    for (const [index, event] of path.entries()) {
      state = this.step(adapter, state, event, () => path.slice(0, index + 1));
    }
    this.counts.paths++;
  }

  /**
   * Walks device and machine through every pair of states that they reach together. Returns the number of pairs.
   *
   * A pair is words: the number of the machine's state, and all that the device saves. It is restored before each event that finds the device
   * elsewhere; an event that changed nothing leaves it where it is.
   */
  walk(adapter: AssignedAdapter, onPairs: (pairs: number) => void = () => {}): number {
    const { exploration } = this;
    const events = exploration.compiled.events.length;
    adapter.reset();
    const pair = new Int32Array(1 + adapter.savedWords);
    const saved = new Uint32Array(pair.buffer, 4);
    adapter.saveInto(saved);
    const pairs = new NumberedStates(pair.slice(), 32 * pair.length, NO_LIMITS);
    const before = new Uint32Array(saved.length);
    for (let number = 0; number < pairs.count; number++) {
      if (number % 1024 === 0) onPairs(number);
      const from = number * pair.length;
      const state = pairs.words[from];
      before.set(pairs.words.subarray(from + 1, from + pair.length));
      const here = () => exploration.pathTo(state);
      const goBack = () => adapter.restore(before);
      const keep = () => adapter.saveInto(saved);
      let isThere = false;
      for (let event = 0; event < events; event++) {
        if (!isThere) this.asked(adapter, here, goBack);
        const story = () => exploration.pathTo(state, event);
        pair[0] = this.step(adapter, state, event, story);
        this.asked(adapter, story, keep);
        isThere = sameWords(saved, before);
        if (!isThere || pair[0] !== state) pairs.add(pair, 0, number);
      }
    }
    return pairs.count;
  }

  /** Takes an event in a state of the machine, and returns the next one. `story` is the whole path with the event, if it must be told. */
  private step(adapter: AssignedAdapter, state: number, event: number, story: () => readonly number[]): number {
    const { exploration, counts, cursor } = this;
    const entries = this.expectedIn(state).entries;
    const name = exploration.compiled.events[event];
    const done = this.asked(adapter, story, () => adapter.perform(name, (vector) => entries[vector]));
    cursor.moveTo(state, event);
    const { outputs: due, target } = cursor;
    const undue = outputsDifference(done, due);
    if (undue !== undefined) throw this.error(adapter, story(), { what: undue, regions: regionsOfOutputs(done, due) });
    const difference = this.difference(adapter, this.expectedIn(target));
    if (difference !== undefined) throw this.error(adapter, story(), difference);
    counts.steps++;
    counts.outputs += due.length;
    counts.dwords += this.observed.length;
    return target;
  }

  /** Asks something of a device. What it throws is a failure of it. */
  private asked<Answer>(adapter: AssignedAdapter, story: () => readonly number[], ask: () => Answer): Answer {
    try {
      return ask();
    } catch (error) {
      throw this.error(adapter, story(), {
        what: { subject: 'it', got: `threw ${String(error)}`, expected: 'an answer' },
      });
    }
  }

  /** What is expected in a state: worked out where it is asked, for a sample asks in few. */
  private expectedIn(state: number): Expected {
    return (this.expected[state] ??= expectedOf(this.exploration.value(state), this.bounds));
  }

  private difference({ device }: AssignedAdapter, expected: Expected): StateDifference | undefined {
    if (isInState(device, expected, this.observed)) return undefined;
    const [first] = stateDifferences(device, expected, this.observed);
    return first;
  }

  private error(
    { device }: AssignedAdapter,
    path: readonly number[],
    { word, what, regions }: StateDifference,
  ): ConformanceError {
    const { exploration } = this;
    const names = path.map((event) => exploration.compiled.events[event]);
    const before = path.slice(0, -1).reduce((state, event) => exploration.target(state, event), 0);
    return failedStep(
      `AssignedDevice, design ${device.design}`,
      exploration.compiled.machine,
      exploration.value(before),
      names,
      what,
      word === undefined ? regions : regionsOfDword(word, device.vectorCount),
    );
  }
}

const NO_LIMITS = { states: Infinity, bytes: 4 * 2 ** 30 };

function sameWords(one: Uint32Array, other: Uint32Array): boolean {
  for (let word = 0; word < one.length; word++) if (one[word] !== other[word]) return false;
  return true;
}

function unknownEvent(name: string): never {
  throw new Error(`Got the event ${name}; expected one of the machine's alphabet.`);
}

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
