/**
 * What explorers have in common: how far they may go, how far they have come, and what they say at the end.
 */
import { refuse, requireFields, requireFunction, requireLimit, within } from '../argument/argument.ts';
import type { CompiledMachine } from '../compile/format.ts';
import type { SetLimits } from './state-set.ts';
import { SYMMETRY, type Symmetry } from './symmetry.ts';

/** How far an exploration may go. What is not given has no limit, but for `bytes`: 4 GB. */
export interface ExploreLimits {
  readonly states?: number;
  readonly bytes?: number;
  readonly milliseconds?: number;
}

/** How far an exploration has gone. */
export interface Progress {
  /** Found so far. */
  readonly states: number;
  /** Found, but not yet expanded. */
  readonly frontier: number;
  /** All pairs of a state and an event that were tried. */
  readonly tries: number;
  /** Those of the tries that were taken, not ignored. */
  readonly transitions: number;
  /** The length of the shortest paths to the states in hand. */
  readonly depth: number;
  readonly milliseconds: number;
  /** Of this exploration, on average. */
  readonly triesPerSecond: number;
}

export interface ExploreOptions {
  readonly limits?: ExploreLimits;
  /** Explores one state of each orbit. It must be of the same compiled machine. */
  readonly symmetry?: Symmetry;
  /** Called about ten times a second. */
  readonly onProgress?: (progress: Progress) => void;
}

/** What an exploration found. */
export interface Summary extends Progress {
  /** Whether every reachable state was expanded. If not, all numbers are of a part, and nothing follows for the rest. */
  readonly complete: boolean;
  /** The limit that ended an exploration that is not complete. */
  readonly bound?: keyof ExploreLimits;
  /** Reachable states in which every event is ignored. */
  readonly deadlocks: number;
  /** The events that were left out of the alphabet, if any. */
  readonly without?: readonly string[];
  /** With symmetry, what the machine has without, as far as it was expanded. */
  readonly unfolded?: { readonly states: number; readonly transitions: number };
  /** The bytes of all tables. */
  readonly bytes: number;
}

const BYTES_LIMIT = 4 * 2 ** 30;
const REPORT_MILLISECONDS = 100;
// So many expansions between two looks at the clock.
const CLOCK_EXPANSIONS = 256;

/** Reads what a caller passes as options. */
export function readOptions(place: string, options: unknown): ExploreOptions {
  const { limits, symmetry, onProgress } = requireFields(place, options, ['limits', 'symmetry', 'onProgress']);
  return {
    limits: limits === undefined ? {} : readLimits(within(place, 'limits'), limits),
    symmetry: symmetry === undefined ? undefined : SYMMETRY.require(within(place, 'symmetry'), symmetry),
    onProgress: onProgress === undefined ? undefined : requireFunction(within(place, 'onProgress'), onProgress),
  };
}

function readLimits(place: string, limits: unknown): ExploreLimits {
  const fields = requireFields(place, limits, ['states', 'bytes', 'milliseconds']);
  const limit = (key: keyof typeof fields): Partial<Record<keyof ExploreLimits, number>> => {
    return fields[key] === undefined ? {} : { [key]: requireLimit(within(place, key), fields[key]) };
  };
  const { states } = fields;
  // The initial state is always found.
  if (states !== undefined && states !== Infinity && !(Number.isInteger(states) && (states as number) >= 1)) {
    refuse(within(place, 'states'), states, 'a whole number from 1 on, or Infinity');
  }
  return { ...limit('states'), ...limit('bytes'), ...limit('milliseconds') };
}

/** The initial state, or the one that stands for its orbit. */
export function initialOf(compiled: CompiledMachine, symmetry: Symmetry | undefined): Int32Array {
  if (symmetry === undefined) return compiled.initial;
  // Starting elsewhere (`startAt`) makes another compiled machine, with the same programs.
  if (symmetry.compiled.code !== compiled.code) {
    throw new RangeError(`Got the symmetry of another machine than ${compiled.machine.id}; expected its own.`);
  }
  const initial = compiled.initial.slice();
  symmetry.canonicalize(initial, 1);
  return initial;
}

/** Keeps the counts of an exploration, and decides when it must end. */
export class Tally {
  readonly limits: SetLimits;
  expanded = 0;
  depth = 0;
  private bound: keyof ExploreLimits | undefined;
  private transitions = 0;
  private deadlocks = 0;
  private unfolded: { states: number; transitions: number } | undefined;
  private isFull = false;
  private asked = 0;
  private readonly milliseconds: number;
  private readonly onProgress: ExploreOptions['onProgress'];
  private readonly eventCount: number;
  private readonly start = performance.now();
  private reported = 0;

  constructor({ limits = {}, onProgress }: ExploreOptions, eventCount: number) {
    const { states = Infinity, bytes = BYTES_LIMIT, milliseconds = Infinity } = limits;
    this.limits = { states, bytes };
    this.milliseconds = milliseconds;
    this.onProgress = onProgress;
    this.eventCount = eventCount;
  }

  /** Counts the expansion of states, and of how many of them every event is ignored; or that it could not be finished because there was no room for what was found. */
  expand(states: number, taken: number, deadlocks: number, isDone: boolean): void {
    this.isFull = !isDone;
    if (this.isFull) return;
    this.expanded += states;
    this.transitions += taken;
    this.deadlocks += deadlocks;
  }

  /** The same of a state that stands for so many. */
  expandOrbit(size: number, taken: number, isDone: boolean): void {
    this.expand(1, taken, Number(taken === 0), isDone);
    if (!isDone) return;
    this.unfolded ??= { states: 0, transitions: 0 };
    this.unfolded.states += size;
    this.unfolded.transitions += size * taken;
  }

  /** Returns whether the exploration may go on; sets `bound` if not. */
  goesOn(stateCount: number, memory: { readonly bytes: number }): boolean {
    if (this.isFull) this.bound = stateCount === this.limits.states ? 'states' : 'bytes';
    else if (this.asked++ % CLOCK_EXPANSIONS === 0) this.look(stateCount, memory);
    return this.bound === undefined;
  }

  private look(stateCount: number, memory: { readonly bytes: number }): void {
    const milliseconds = performance.now() - this.start;
    if (memory.bytes > this.limits.bytes) this.bound = 'bytes';
    if (milliseconds > this.milliseconds) this.bound = 'milliseconds';
    if (this.onProgress === undefined || milliseconds < this.reported + REPORT_MILLISECONDS) return;
    this.reported = milliseconds;
    this.onProgress(this.progress(stateCount));
  }

  private progress(states: number): Progress {
    const { expanded, transitions, depth } = this;
    const tries = expanded * this.eventCount;
    const milliseconds = performance.now() - this.start;
    const frontier = states - expanded;
    return { states, frontier, tries, transitions, depth, milliseconds, triesPerSecond: (1000 * tries) / milliseconds };
  }

  summary(states: number, bytes: number): Summary {
    // A set that was full at the very last state ended no loop, and all the same it lacks a state.
    if (this.isFull) this.goesOn(states, { bytes });
    const { bound, deadlocks, unfolded } = this;
    const complete = bound === undefined;
    return {
      ...this.progress(states),
      complete,
      ...(complete ? {} : { bound }),
      deadlocks,
      bytes,
      ...(unfolded === undefined ? {} : { unfolded }),
    };
  }
}
