/**
 * Refinement: whether everything that can be seen of one machine can be seen of another, by the subset construction. And
 * the comparison of two runs of machines that get corresponding events: non-interference.
 *
 * Refinement is about what may be seen and in which order, never about what must come in the end; that is what `leadsTo`
 * claims. A machine that does nothing refines every other.
 */
import { BoundError } from '../explore/enumerate.ts';
import type { Exploration } from '../explore/explore.ts';

/** A step as an observer may see it. */
export interface ObservedStep {
  readonly event: string;
  readonly outputs: readonly string[];
  /** Whether any transition takes the event. An access that changes nothing can be seen all the same. */
  readonly taken: boolean;
}

/** What is seen of a step; undefined when nothing is, so that the step is hidden. */
export type Observe = (step: ObservedStep) => string | undefined;

/** A machine, whole, and what is seen of it. */
export interface Observed {
  readonly exploration: Exploration;
  readonly observe: Observe;
}

export interface Refinement {
  readonly refines: boolean;
  /** The pairs of a state of the one and a set of states of the other that were met. */
  readonly pairs: number;
  /** The sets of states of the other. */
  readonly subsets: number;
  /** A shortest run of the one that the other cannot be seen to have. */
  readonly counterexample?: {
    /** Events of the one, by number. */
    readonly path: readonly number[];
    /** What is seen in the last step. */
    readonly seen: string;
    /** What could be seen of the other instead, after the same was seen before. */
    readonly expected: readonly string[];
  };
}

const HIDDEN = -1;
const PAIR_LIMIT = 5_000_000;

/**
 * Decides whether `one` refines `other`: whether every sequence of what is seen of `one` can be seen of `other`.
 * @throws {BoundError} when either exploration is not complete, or there are more than `pairLimit` pairs.
 */
export function refine(one: Observed, other: Observed, pairLimit = PAIR_LIMIT): Refinement {
  const labels = new Map<string, number>();
  const steps = new LabelledSteps(one, labels);
  const subsets = new Subsets(new LabelledSteps(other, labels));
  const names = [...labels.keys()];
  const pairs = new PairSearch(pairLimit, one.exploration.compiled.machine.id);
  pairs.add(0, subsets.initial, HIDDEN, HIDDEN);
  for (let pair = 0; pair < pairs.count; pair++) {
    const [state, subset] = pairs.at(pair);
    for (let event = 0; event < steps.eventCount; event++) {
      const label = steps.label(state, event);
      const next = label === HIDDEN ? subset : subsets.after(subset, label);
      if (next !== subsets.empty) {
        pairs.add(steps.target(state, event), next, pair, event);
        continue;
      }
      const expected = subsets.labelsOf(subset).map((each) => names[each]);
      const counterexample = { path: [...pairs.pathTo(pair), event], seen: names[label], expected };
      return { refines: false, pairs: pairs.count, subsets: subsets.count, counterexample };
    }
  }
  return { refines: true, pairs: pairs.count, subsets: subsets.count };
}

/** All steps of a machine, with what is seen of each as a number. */
class LabelledSteps {
  readonly eventCount: number;
  private readonly targets: Int32Array;
  private readonly labels: Int32Array;

  constructor({ exploration, observe }: Observed, labels: Map<string, number>) {
    const { compiled, states, summary } = exploration;
    if (!summary.complete) {
      throw new BoundError(
        `Got only ${summary.states} states of ${compiled.machine.id} within the limit of ${summary.bound}; expected all.`,
      );
    }
    this.eventCount = compiled.events.length;
    this.targets = new Int32Array(states.count * this.eventCount);
    this.labels = new Int32Array(states.count * this.eventCount);
    for (let state = 0; state < states.count; state++) {
      for (const [event, name] of compiled.events.entries()) {
        const at = state * this.eventCount + event;
        this.targets[at] = exploration.target(state, event);
        const outputs = exploration.outputs(state, event);
        const seen = observe({ event: name, outputs, taken: exploration.taken(state, event) });
        if (seen !== undefined && !labels.has(seen)) labels.set(seen, labels.size);
        this.labels[at] = seen === undefined ? HIDDEN : (labels.get(seen) as number);
      }
    }
  }

  target(state: number, event: number): number {
    return this.targets[state * this.eventCount + event];
  }

  label(state: number, event: number): number {
    return this.labels[state * this.eventCount + event];
  }
}

/** Sets of states in which a machine may be after something was seen, closed under hidden steps; by number. */
class Subsets {
  readonly empty: number;
  readonly initial: number;
  private readonly steps: LabelledSteps;
  private readonly members: (readonly number[])[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly successors = new Map<string, number>();

  constructor(steps: LabelledSteps) {
    this.steps = steps;
    this.empty = this.numberOf(new Set());
    this.initial = this.numberOf(new Set([0]));
  }

  /** How many there are, the empty one left out. */
  get count(): number {
    return this.members.length - 1;
  }

  /** The set after `label` was seen. */
  after(subset: number, label: number): number {
    const key = `${subset} ${label}`;
    let next = this.successors.get(key);
    if (next === undefined) {
      const targets = new Set<number>();
      this.forEachStep(this.members[subset], (target, seen) => {
        if (seen === label) targets.add(target);
      });
      next = this.numberOf(targets);
      this.successors.set(key, next);
    }
    return next;
  }

  /** What can be seen in a step from any state of the set. */
  labelsOf(subset: number): number[] {
    const labels = new Set<number>();
    this.forEachStep(this.members[subset], (_, seen) => labels.add(seen));
    labels.delete(HIDDEN);
    return [...labels].toSorted((one, other) => one - other);
  }

  private numberOf(states: Set<number>): number {
    // A set that grows while it is gone through is gone through to its new end.
    for (const state of states) {
      this.forEachStep([state], (target, seen) => {
        if (seen === HIDDEN) states.add(target);
      });
    }
    const members = [...states].toSorted((one, other) => one - other);
    const key = members.join();
    const number = this.numbers.get(key) ?? this.members.length;
    if (number === this.members.length) this.members.push(members);
    this.numbers.set(key, number);
    return number;
  }

  private forEachStep(states: readonly number[], visit: (target: number, seen: number) => void): void {
    for (const state of states) {
      for (let event = 0; event < this.steps.eventCount; event++) {
        visit(this.steps.target(state, event), this.steps.label(state, event));
      }
    }
  }
}

/** Pairs in breadth-first order, each with where it came from. */
class PairSearch {
  private readonly pairs: (readonly [number, number])[] = [];
  private readonly origins: { readonly pair: number; readonly event: number }[] = [];
  private readonly seen = new Map<number, Set<number>>();
  private readonly limit: number;
  private readonly name: string;

  constructor(limit: number, name: string) {
    this.limit = limit;
    this.name = name;
  }

  get count(): number {
    return this.pairs.length;
  }

  at(pair: number): readonly [number, number] {
    return this.pairs[pair];
  }

  add(one: number, other: number, pair: number, event: number): void {
    const others = this.seen.get(one) ?? new Set();
    if (others.has(other)) return;
    if (this.pairs.length === this.limit) {
      throw new BoundError(`Got more than ${this.limit} pairs with ${this.name}; expected no more than that limit.`);
    }
    this.seen.set(one, others.add(other));
    this.pairs.push([one, other]);
    this.origins.push({ pair, event });
  }

  pathTo(pair: number): number[] {
    const path: number[] = [];
    for (let here = pair; this.origins[here].pair !== HIDDEN; here = this.origins[here].pair) {
      path.push(this.origins[here].event);
    }
    return path.toReversed();
  }
}

/** How what happens in one run corresponds to what happens in the other. */
export interface Correspondence {
  /** The event that the other run gets. */
  readonly event: (name: string) => string;
  /** What is seen of a step of the first run, in the words of the other. */
  readonly first: Observe;
  /** What is seen of a step of the other run. */
  readonly other: Observe;
}

export interface RunComparison {
  readonly same: boolean;
  /** The pairs of states that were met. */
  readonly pairs: number;
  /** The shortest sequence of events, by number, in whose last step the two runs are seen to differ. */
  readonly counterexample?: { readonly path: readonly number[]; readonly first?: string; readonly other?: string };
}

/**
 * Compares all runs of one machine with the runs of another (often the same one, from another state) that gets the
 * corresponding events: whether the same is seen of each step. It is how a claim about two runs is decided: that something
 * a guest chooses makes no difference but in name.
 * @throws {BoundError} when either exploration is not complete, or there are more than `pairLimit` pairs.
 */
export function compareRuns(
  one: Exploration,
  other: Exploration,
  correspondence: Correspondence,
  pairLimit = PAIR_LIMIT,
): RunComparison {
  const labels = new Map<string, number>();
  const steps = new LabelledSteps({ exploration: one, observe: correspondence.first }, labels);
  const others = new LabelledSteps({ exploration: other, observe: correspondence.other }, labels);
  const names = [...labels.keys()];
  const corresponding = one.compiled.events.map((name) => {
    const event = other.compiled.events.indexOf(correspondence.event(name));
    if (event >= 0) return event;
    throw new RangeError(
      `Got the event '${correspondence.event(name)}' for '${name}'; expected one of ${other.compiled.events.join(', ')}.`,
    );
  });
  const pairs = new PairSearch(pairLimit, one.compiled.machine.id);
  pairs.add(0, 0, HIDDEN, HIDDEN);
  for (let pair = 0; pair < pairs.count; pair++) {
    const [state, otherState] = pairs.at(pair);
    for (const [event, otherEvent] of corresponding.entries()) {
      const label = steps.label(state, event);
      const otherLabel = others.label(otherState, otherEvent);
      if (label !== otherLabel) {
        const path = [...pairs.pathTo(pair), event];
        return {
          same: false,
          pairs: pairs.count,
          counterexample: { path, first: names[label], other: names[otherLabel] },
        };
      }
      pairs.add(steps.target(state, event), others.target(otherState, otherEvent), pair, event);
    }
  }
  return { same: true, pairs: pairs.count };
}
