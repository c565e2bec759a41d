/**
 * The explorer: breadth-first over the packed states of a compiled machine, exact, within limits.
 *
 * It numbers the states and keeps where each came from, so it has traces and yields a `StateGraph`; its numbers are
 * those of `enumerate`. `count.ts` has the one that keeps nothing but the states.
 * Neither stores transitions: a stepper makes them again faster than memory would give them back.
 */
import type { StateValue } from 'xstate';
import { Brand, requireCount } from '../argument/argument.ts';
import { leftOut } from '../machine/alphabet.ts';
import { BoundError } from './bound.ts';
import { createExpandEvents } from '../compile/expand.ts';
import type { CountedStates } from './counted-states.ts';
import { knownAfter } from './independence.ts';
import { COMPILED, type CompiledMachine } from '../compile/format.ts';
import { unpackValue } from '../compile/layout.ts';
import { GRAPH, type StateGraph } from './state-graph.ts';
import { grown, NumberedStates } from './state-set.ts';
import type { Symmetry } from './symmetry.ts';
import { Stepper } from '../compile/step.ts';
import { type ExploreOptions, initialOf, readOptions, type Summary, Tally } from './tally.ts';

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
  const added = new Int32Array(events.length);
  const near = new Int32Array(events.length);
  // With symmetry, what an event leads to is exchanged, and so is nothing that was found by it.
  const known = symmetry === undefined && events.length <= EVENTS_MOST ? knownAfter(compiled) : undefined;
  const none = new Uint8Array(events.length);
  let foundBy: Uint16Array = new Uint16Array(1024);
  let layerEnd = 1;
  for (let state = 0; state < states.count && tally.goesOn(states.count, states); state++) {
    if (state === layerEnd) {
      tally.depth++;
      layerEnd = states.count;
    }
    const made = expand(states.words, state * wordCount, targets, taken);
    symmetry?.canonicalize(targets, made);
    const isKnown = state === 0 ? none : (known?.(foundBy[state]) ?? none);
    const before = states.count;
    const isDone = states.addAll(targets, made, taken, isKnown, near, state, added);
    for (let number = before; number < states.count; number++) {
      if (number >= foundBy.length) foundBy = grown(foundBy);
      foundBy[number] = taken[added[number - before]];
    }
    if (symmetry === undefined) tally.expand(1, made, Number(made === 0), isDone);
    else tally.expandOrbit(symmetry.orbitSize(states.words, state * wordCount), made, isDone);
  }
  const summary = { ...tally.summary(states.count, states.bytes), ...leftOut(compiled) };
  return EXPLORATION.mark(new Exploration(compiled, states, summary, symmetry));
}

/** So many events have a number in the word that is kept for the one that found a state. */
const EVENTS_MOST = 1 << 16;

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
  /** The step that the stepper did last: who asks where a step leads to asks what it puts out, too. */
  private lastState = -1;
  private lastEvent = -1;

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
    this.step(state, event);
    this.symmetry?.canonicalize(this.scratch, 1);
    return this.states.find(this.scratch, 0);
  }

  /** Returns whether any transition takes `event` in `state`. */
  taken(state: number, event: number): boolean {
    this.step(state, event);
    return this.stepper.takenCount > 0;
  }

  /** Returns the outputs of `event` in `state`, in order. */
  outputs(state: number, event: number): readonly string[] {
    this.step(state, event);
    return this.stepper.outputs(this.states.words, state * this.compiled.wordCount);
  }

  private step(state: number, event: number): void {
    this.requireState(state);
    if (state === this.lastState && event === this.lastEvent) return;
    this.stepper.stepWords(this.states.words, state * this.compiled.wordCount, event, this.scratch, 0);
    this.lastState = state;
    this.lastEvent = event;
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
    const { compiled, states } = this;
    const stepper = new Stepper(compiled);
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
/** What `count` returns. */
export const COUNT = new Brand<Count>('what explore or count returns');

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
