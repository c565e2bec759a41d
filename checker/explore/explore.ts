/**
 * The explorer: breadth-first over the packed states of a compiled machine, exact, within limits.
 *
 * `explore` numbers the states and keeps where each came from, so it has traces and yields a `StateGraph`; its numbers are
 * those of `enumerate`. `count` keeps nothing but the states themselves, for instances that are larger than that.
 * Neither stores transitions: a stepper makes them again faster than memory would give them back.
 */
import type { StateValue } from 'xstate';
import {
  Brand,
  refuse,
  requireCount,
  requireFields,
  requireFunction,
  requireLimit,
  within,
} from '../argument/argument.ts';
import { leftOut } from '../machine/alphabet.ts';
import { BoundError } from './enumerate.ts';
import { createExpand, createExpandEvents } from '../compile/expand.ts';
import { knownAfter } from './independence.ts';
import { COMPILED, type CompiledMachine } from '../compile/format.ts';
import { unpackValue } from '../compile/layout.ts';
import { GRAPH, type StateGraph } from './state-graph.ts';
import { chooseWindow, CountedStates, DIRECT_BITS, type BitWindow } from './counted-states.ts';
import { FULL, grown, NONE, NumberedStates, type SetLimits } from './state-set.ts';
import { SYMMETRY, type Symmetry } from './symmetry.ts';
import { Stepper } from '../compile/step.ts';

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

/** Explores a compiled machine from its initial state, with traces. */
export function explore(compiled: CompiledMachine, options: ExploreOptions = {}): Exploration {
  const { wordCount, bitCount, events } = COMPILED.require('compiled of explore', compiled);
  const read = readOptions('options of explore', options);
  const { symmetry } = read;
  const initial = initialOf(compiled, symmetry);
  const tally = new Tally(read, events.length);
  const states = new NumberedStates(initial, bitCount, tally.limits);
  const expand = createExpandEvents(compiled);
  const targets = new Int32Array(events.length * wordCount);
  const taken = new Int32Array(events.length);
  // With symmetry, what an event leads to is exchanged, and so is nothing that was found by it.
  const known = symmetry === undefined && events.length <= EVENTS_MOST ? knownAfter(compiled) : undefined;
  let foundBy: Uint16Array = new Uint16Array(1024);
  let layerEnd = 1;
  for (let state = 0; state < states.count && tally.goesOn(states.count, states); state++) {
    if (state === layerEnd) {
      tally.depth++;
      layerEnd = states.count;
    }
    const made = expand(states.words, state * wordCount, targets, taken);
    symmetry?.canonicalize(targets, made);
    const isKnown = state === 0 ? undefined : known?.(foundBy[state]);
    const asked = isKnown === undefined ? made : leaveOut(isKnown, targets, taken, made, wordCount);
    states.expect(targets, asked);
    let added = 0;
    for (; added < asked; added++) {
      const number = states.add(targets, added * wordCount, state);
      if (number === FULL) break;
      if (number === NONE) continue;
      if (number >= foundBy.length) foundBy = grown(foundBy);
      foundBy[number] = taken[added];
    }
    tally.expand(made, added === asked, symmetry?.orbitSize(states.words, state * wordCount));
  }
  const summary = { ...tally.summary(states.count, states.bytes), ...leftOut(compiled) };
  return EXPLORATION.mark(new Exploration(compiled, states, summary, symmetry));
}

/** So many events have a number in the word that is kept for the one that found a state. */
const EVENTS_MOST = 1 << 16;

/** Leaves out of targets those that are known; returns how many are left. */
function leaveOut(
  isKnown: Uint8Array,
  targets: Int32Array,
  taken: Int32Array,
  made: number,
  wordCount: number,
): number {
  let left = 0;
  for (let index = 0; index < made; index++) {
    if (isKnown[taken[index]] !== 0) continue;
    taken[left] = taken[index];
    for (let word = 0; word < wordCount; word++) targets[left * wordCount + word] = targets[index * wordCount + word];
    left++;
  }
  return left;
}

/** Explores a compiled machine from its initial state, without traces and in few bytes. */
export function count(compiled: CompiledMachine, options: ExploreOptions = {}): Count {
  const { wordCount, bitCount, events } = COMPILED.require('compiled of count', compiled);
  const read = readOptions('options of count', options);
  const { symmetry } = read;
  const initial = initialOf(compiled, symmetry);
  const tally = new Tally(read, events.length);
  const states = new CountedStates(initial, bitCount, tally.limits, windowOf(compiled), events.length);
  const expand = createExpand(compiled);
  const state = new Int32Array(wordCount);
  const targets = new Int32Array(events.length * wordCount);
  while (states.startLayer() && tally.goesOn(states.count, states)) {
    if (tally.expanded > 0) tally.depth++;
    while (tally.goesOn(states.count, states) && states.take(state)) {
      const taken = expand(state, 0, targets);
      symmetry?.canonicalize(targets, taken);
      tally.expand(taken, states.add(targets, taken) === taken, symmetry?.orbitSize(state, 0));
    }
  }
  const summary = { ...tally.summary(states.count, states.bytes), ...leftOut(compiled) };
  return COUNT.mark({ compiled, states, summary, symmetry });
}

function readOptions(place: string, options: unknown): ExploreOptions {
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

function initialOf(compiled: CompiledMachine, symmetry: Symmetry | undefined): Int32Array {
  if (symmetry === undefined) return compiled.initial;
  // Starting elsewhere (`startAt`) makes another compiled machine, with the same programs.
  if (symmetry.compiled.code !== compiled.code) {
    throw new RangeError(`Got the symmetry of another machine than ${compiled.machine.id}; expected its own.`);
  }
  const initial = compiled.initial.slice();
  symmetry.canonicalize(initial, 1);
  return initial;
}

const SAMPLE_STATES = 4096;

/** The window for the states of a machine, by the first few of them. With few bits there is no choice. */
function windowOf(compiled: CompiledMachine): BitWindow {
  if (compiled.bitCount <= DIRECT_BITS) return { word: 0, shift: 0 };
  const { states } = explore(compiled, { limits: { states: SAMPLE_STATES } });
  return chooseWindow(compiled, states.words, states.count);
}

/** What `count` found. */
export interface Count {
  readonly compiled: CompiledMachine;
  readonly states: CountedStates;
  readonly summary: Summary;
  readonly symmetry?: Symmetry;
}

/** What `explore` found: states by number, in breadth-first order, and how to get there. */
export class Exploration {
  readonly compiled: CompiledMachine;
  readonly states: NumberedStates;
  readonly summary: Summary;
  /** Present when the states are one of each orbit. Then targets are too, and only paths are of the machine itself. */
  readonly symmetry?: Symmetry;
  private readonly stepper: Stepper;
  private readonly scratch: Int32Array;

  constructor(compiled: CompiledMachine, states: NumberedStates, summary: Summary, symmetry?: Symmetry) {
    this.compiled = compiled;
    this.states = states;
    this.summary = summary;
    this.symmetry = symmetry;
    this.stepper = new Stepper(compiled);
    this.scratch = new Int32Array(compiled.wordCount);
  }

  /** Returns the number of the state after `event` in `state`; NONE when the exploration ended before it was found. */
  target(state: number, event: number): number {
    this.requireState(state);
    const { wordCount } = this.compiled;
    this.stepper.stepWords(this.states.words, state * wordCount, event, this.scratch, 0);
    this.symmetry?.canonicalize(this.scratch, 1);
    return this.states.find(this.scratch, 0);
  }

  /** Returns whether any transition takes `event` in `state`. */
  taken(state: number, event: number): boolean {
    this.target(state, event);
    return this.stepper.takenCount > 0;
  }

  /** Returns the outputs of `event` in `state`, in order. */
  outputs(state: number, event: number): readonly string[] {
    this.target(state, event);
    return this.stepper.outputs(this.states.words, state * this.compiled.wordCount);
  }

  /** Returns the states in which every event is ignored. Those that were not expanded are among them if they are such. */
  deadlocks(): number[] {
    const { states, compiled } = this;
    const events = [...compiled.events.keys()];
    return Array.from({ length: states.count }, (_, state) => state).filter((state) => {
      return events.every((event) => !this.taken(state, event));
    });
  }

  /** Returns the value of a state, as XState has it. */
  value(state: number): StateValue {
    this.requireState(state);
    return unpackValue(this.compiled, this.states.words, state * this.compiled.wordCount);
  }

  /**
   * Returns the events of the shortest path to `state`, the first in the order of the alphabet, and `last` behind them if it is
   * given: an event in that state. With symmetry, the path leads to some state of the orbit, and `last` is renamed
   * accordingly.
   */
  pathTo(state: number, last?: number): number[] {
    this.requireState(state);
    if (last !== undefined) requireCount('last of Exploration.pathTo', last, this.compiled.events.length - 1);
    const end = last === undefined ? [] : [last];
    if (this.symmetry !== undefined) return this.unfoldedPath(this.symmetry, state, end);
    const path: number[] = [];
    for (let here = state; here !== 0; here = this.states.parents[here]) {
      path.push(this.eventBetween(this.states.parents[here], here));
    }
    return [...path.toReversed(), ...end];
  }

  private requireState(state: number): void {
    if (Number.isInteger(state) && state >= 0 && state < this.states.count) return;
    requireCount('state of Exploration', state, this.states.count - 1);
  }

  /** A run of the machine itself through the orbits that lead to a state. */
  private unfoldedPath(symmetry: Symmetry, state: number, end: readonly number[]): number[] {
    const { compiled, states, stepper } = this;
    const way: number[] = [];
    for (let here = state; here !== 0; here = states.parents[here]) way.push(here);
    let words = compiled.initial.slice();
    const next = new Int32Array(compiled.wordCount);
    const folded = new Int32Array(compiled.wordCount);
    const path = way.toReversed().map((orbit) => {
      for (let event = 0; ; event++) {
        stepper.stepWords(words, 0, event, next, 0);
        folded.set(next);
        symmetry.canonicalize(folded, 1);
        if (states.find(folded, 0) !== orbit) continue;
        words = next.slice();
        return event;
      }
    });
    return [...path, ...end.map((event) => symmetry.eventIn(words, event))];
  }

  /** The first event that leads from one state to the other: the one by which the other was found. */
  private eventBetween(state: number, target: number): number {
    let event = 0;
    while (this.target(state, event) !== target) event++;
    return event;
  }

  /**
   * Returns the whole as a state graph, its states unpacked.
   * @throws {BoundError} when the exploration is not complete.
   */
  graph(): StateGraph {
    const { compiled, states, summary } = this;
    const { machine, events } = compiled;
    requireUnfolded(this);
    if (!summary.complete) {
      throw new BoundError(
        `Got only ${summary.states} states of ${machine.id} within the limit of ${summary.bound}; expected all of them.`,
      );
    }
    return GRAPH.mark({
      machine,
      events,
      states: Array.from({ length: states.count }, (_, state) => this.value(state)),
      transitionCount: summary.transitions,
      depth: summary.depth,
      target: (state, event) => this.target(state, event),
      outputs: (state, event) => this.outputs(state, event),
      taken: (state, event) => this.taken(state, event),
      pathTo: (state) => this.pathTo(state),
    });
  }
}

const EXPLORATION = new Brand<Exploration>('an exploration, as explore returns it');
const COUNT = new Brand<Count>('what explore or count returns');

/** Requires what `explore` returns. */
export function requireExploration(place: string, value: unknown): Exploration {
  return EXPLORATION.require(place, value);
}

/** Requires what `explore` or `count` returns. */
export function requireExplored(place: string, value: unknown): Exploration | Count {
  return EXPLORATION.has(value) ? value : COUNT.require(place, value);
}

/** Requires that an exploration has all states, and not only one of each orbit. @throws {RangeError} */
export function requireUnfolded({ compiled, symmetry }: Exploration | Count): void {
  if (symmetry === undefined) return;
  throw new RangeError(
    `Got ${compiled.machine.id} explored with symmetry; expected all of its states, since not only orbits count here.`,
  );
}

/** Keeps the counts of an exploration, and decides when it must end. */
class Tally {
  readonly limits: SetLimits;
  expanded = 0;
  depth = 0;
  private bound: keyof ExploreLimits | undefined;
  private transitions = 0;
  private deadlocks = 0;
  private unfolded: { states: number; transitions: number } | undefined;
  private isFull = false;
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

  /**
   * Counts the expansion of a state, or that it could not be finished because there was no room for what it found; with
   * symmetry, as often as its orbit has states.
   */
  expand(taken: number, isDone: boolean, orbitSize?: number): void {
    this.isFull = !isDone;
    if (this.isFull) return;
    this.expanded++;
    this.transitions += taken;
    if (taken === 0) this.deadlocks++;
    if (orbitSize === undefined) return;
    this.unfolded ??= { states: 0, transitions: 0 };
    this.unfolded.states += orbitSize;
    this.unfolded.transitions += orbitSize * taken;
  }

  /** Returns whether the exploration may go on; sets `bound` if not. */
  goesOn(stateCount: number, memory: { readonly bytes: number }): boolean {
    if (this.isFull) this.bound = stateCount === this.limits.states ? 'states' : 'bytes';
    else if (this.expanded % CLOCK_EXPANSIONS === 0) this.look(stateCount, memory);
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
