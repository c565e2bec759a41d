/**
 * Refinement: whether everything that can be seen of one machine can be seen of another, by the subset construction. And
 * the comparison of two runs of machines that get corresponding events: non-interference.
 *
 * Of a step, nothing may be seen, or one thing, or several in order: a call, what is put out, and the answer. What several
 * steps of the one show, a single step of the other may show, and the other way round. Only the order counts.
 *
 * Refinement is about what may be seen and in which order, never about what must come in the end; that is what `leadsTo`
 * claims. A machine that does nothing refines every other.
 */
import { BoundError } from '../explore/bound.ts';
import {
  refuse,
  requireFields,
  requireFunction,
  requireLimit,
  requireList,
  requireText,
  tellNames,
  within,
} from '../argument/argument.ts';
import { type Exploration, requireExploration, requireUnfolded } from '../explore/explore.ts';
import { SYMMETRY, type Symmetry, SymmetryError } from '../explore/symmetry.ts';
import {
  exchangedStates,
  ExchangedSteps,
  followedBy,
  inverse,
  type ObservedStep,
  renameLabel,
} from './seen-symmetry.ts';
import { leftOut } from '../machine/alphabet.ts';
import { FULL, grown, NumberedStates, NONE } from '../explore/state-set.ts';
import { createSteps } from '../compile/expand.ts';
import { IGNORED, SILENT, type StepEvent, TALKING } from '../compile/step-event.ts';
import { Stepper } from '../compile/step.ts';

/** What is seen of a step: a label, or several in order. Undefined or empty when nothing is, so that the step is hidden. */
export type Seen = string | readonly string[] | undefined;

/** What is seen of a step. It is asked once for all steps that are alike, so it must say the same of them. */
export type Observe = (step: ObservedStep) => Seen;

/** A machine, whole, and what is seen of it. */
export interface Observed {
  readonly exploration: Exploration;
  readonly observe: Observe;
  /**
   * Of the other machine, where the one is explored by orbits: its regions that are exchanged along with those of the one. All of its states
   * are explored.
   */
  readonly symmetry?: Symmetry;
}

/** What a result says of the events that were left out of either alphabet. */
interface LeftOut {
  /** Of the one, if any. */
  readonly without?: readonly string[];
  /** Of the other, if any. */
  readonly otherWithout?: readonly string[];
}

function tellLeftOut(one: Exploration, other: Exploration): LeftOut {
  const { without } = leftOut(other.compiled);
  return { ...leftOut(one.compiled), ...(without === undefined ? {} : { otherWithout: without }) };
}

function readObserved(place: string, value: unknown): Observed {
  const { exploration, observe, symmetry } = requireFields(place, value, ['exploration', 'observe', 'symmetry']);
  return {
    exploration: requireExploration(within(place, 'exploration'), exploration),
    observe: readObserve(within(place, 'observe'), observe),
    symmetry: symmetry === undefined ? undefined : SYMMETRY.require(within(place, 'symmetry'), symmetry),
  };
}

/** Requires a function that says what is seen of a step; what it says is looked at each time. */
function readObserve(place: string, value: unknown): Observe {
  const observe = requireFunction(place, value);
  return (step) => {
    const seen = observe(step);
    if (seen === undefined || typeof seen === 'string') return seen;
    const what = `what ${place} gives for ${step.event}`;
    if (!Array.isArray(seen)) return refuse(what, seen, 'a text, an array of texts, or undefined');
    return requireList(what, seen, requireText);
  };
}

export interface Refinement extends LeftOut {
  readonly refines: boolean;
  /** The pairs of a state of the one and a set of states of the other that were followed. */
  readonly pairs: number;
  /** The sets of states of the other that were made. */
  readonly subsets: number;
  /** A shortest run of the one that the other cannot be seen to have. */
  readonly counterexample?: {
    /** Events of the one, by number. */
    readonly path: readonly number[];
    /** The first thing seen in the last step that cannot be seen of the other. */
    readonly seen: string;
    /** What could be seen of the other instead, after the same was seen before. */
    readonly expected: readonly string[];
  };
}

const PAIR_LIMIT = 5_000_000;

/**
 * Decides whether `one` refines `other`: whether every sequence of what is seen of `one` can be seen of `other`. Where `one` is explored by
 * orbits, one pair of each orbit is followed (`seen-symmetry.ts`), and `other` says which of its regions are exchanged along.
 * @throws {BoundError} when either exploration is not complete, or there are more than `pairLimit` pairs.
 * @throws {SymmetryError} when what is seen is not the same for all regions.
 */
export function refine(one: Observed, other: Observed, pairLimit = PAIR_LIMIT): Refinement {
  const words = new Words();
  const [seenOne, seenOther] = [readObserved('one of refine', one), readObserved('other of refine', other)];
  requireLimit('pairLimit of refine', pairLimit);
  const without = tellLeftOut(seenOne.exploration, seenOther.exploration);
  const { compiled, symmetry } = seenOne.exploration;
  if (symmetry?.count !== seenOther.symmetry?.count) {
    throw new SymmetryError(
      `Got ${symmetry?.count ?? 'no'} regions of one that are exchanged, and ${seenOther.symmetry?.count ?? 'no'} of other; expected as many.`,
    );
  }
  const steps = new SeenSteps(seenOne, words, symmetry);
  const graph = new SeenGraph(new SeenSteps(seenOther, words, undefined, seenOther.symmetry), words);
  const images =
    symmetry &&
    seenOther.symmetry &&
    graph.images(exchangedStates(seenOther.exploration, seenOther.symmetry), symmetry);
  const subsets = new Subsets(graph, images);
  // Where the initial state is not the one that stands for its orbit, all is told of that one from here on.
  const begin = symmetry?.sortedBy(compiled.initial.slice(), 0) ?? [];
  const initial = subsets.exchanged(subsets.initial, begin);
  const pairs = new PairSearch(initial, pairLimit, compiled.machine.id);
  const met = new Met(subsets, steps.stateCount);
  met.add(0, initial);
  for (let pair = 0; pair < pairs.count; pair++) {
    const state = pairs.one(pair);
    for (let event = 0; event < steps.eventCount; event++) {
      let subset = pairs.other(pair);
      for (const label of words.lists[steps.list(state, event)]) {
        const next = subsets.after(subset, label);
        if (next === EMPTY) {
          const found = { path: [...pairs.pathTo(pair), event], label, expected: subsets.labelsOf(subset) };
          const counterexample = tellUnseen(found, words, steps, symmetry, begin);
          return { refines: false, pairs: pairs.count, subsets: subsets.count, counterexample, ...without };
        }
        subset = next;
      }
      const target = steps.target(state, event);
      subset = subsets.exchanged(subset, steps.exchanges(state, event));
      if (target === state && subset === pairs.other(pair)) continue;
      if (met.add(target, subset)) pairs.add(target, subset, pair, event);
    }
  }
  return { refines: true, pairs: pairs.count, subsets: subsets.count, ...without };
}

/** Tells a run whose last step cannot be seen; with symmetry, as a run of the machine itself: the exchanges on the way are undone. */
function tellUnseen(
  { path, label, expected }: { readonly path: readonly number[]; readonly label: number; readonly expected: number[] },
  words: Words,
  steps: SeenSteps,
  symmetry: Symmetry | undefined,
  begin: readonly number[],
): NonNullable<Refinement['counterexample']> {
  const told = (each: number): string => words.labels[each];
  if (symmetry === undefined) return { path, seen: told(label), expected: expected.map(told) };
  const { events } = symmetry.compiled;
  let permutation = followedBy([...Array(symmetry.count).keys()], begin);
  let state = 0;
  const undone = (name: string): string => symmetry.rename(name, (index) => inverse(permutation)[index]);
  const own = path.map((event, at) => {
    const number = events.indexOf(undone(events[event]));
    if (at === path.length - 1) return number;
    permutation = followedBy(permutation, steps.exchanges(state, event));
    state = steps.target(state, event);
    return number;
  });
  return { path: own, seen: undone(told(label)), expected: expected.map((each) => undone(told(each))) };
}

/**
 * The sets that were met with each state, but for those that have a smaller one beside them: what the other machine can
 * show from the smaller set, it can show from the larger one, so there is nothing to be found there, and nothing sooner.
 * Source: De Wulf, Doyen, Henzinger, Raskin, Antichains, CAV 2006.
 */
class Met {
  private readonly subsets: Subsets;
  private readonly minimal: number[][];

  constructor(subsets: Subsets, stateCount: number) {
    this.subsets = subsets;
    this.minimal = Array.from({ length: stateCount }, () => []);
  }

  /** Adds a set to those of a state. Returns false when it, or a smaller one, is there. */
  add(state: number, subset: number): boolean {
    const { subsets } = this;
    const minimal = this.minimal[state];
    if (minimal.some((each) => subsets.isWithin(each, subset))) return false;
    this.minimal[state] = minimal.filter((each) => !subsets.isWithin(subset, each));
    this.minimal[state].push(subset);
    return true;
  }
}

/** What can be seen, by number: labels, and lists of labels. */
class Words {
  readonly labels: string[] = [];
  /** The list with the number 0 is empty. */
  readonly lists: (readonly number[])[] = [[]];
  private readonly labelNumbers = new Map<string, number>();
  private readonly listNumbers = new Map<string, number>([['', 0]]);

  /** The number of the list that something seen is. */
  listOf(seen: Seen): number {
    const labels = (seen === undefined ? [] : typeof seen === 'string' ? [seen] : seen).map((each) => this.label(each));
    return this.list(labels);
  }

  /** The number of a label with a region and the next one exchanged. */
  exchanged(label: number, symmetry: Symmetry, one: number): number {
    return this.label(renameLabel(symmetry, this.labels[label], one));
  }

  list(labels: readonly number[]): number {
    return numberOf(this.listNumbers, labels.join(), () => this.lists.push(labels));
  }

  private label(label: string): number {
    return numberOf(this.labelNumbers, label, () => this.labels.push(label));
  }
}

/** The number of a key; a key that is new gets the next one, and is noted. */
function numberOf<Key>(numbers: Map<Key, number>, key: Key, note: () => void): number {
  let number = numbers.get(key);
  if (number === undefined) {
    number = numbers.size;
    numbers.set(key, number);
    note();
  }
  return number;
}

/** All steps of a machine, with what is seen of each, by the number of the list. Those of a state are made when one of them is asked. */
class SeenSteps {
  readonly stateCount: number;
  readonly eventCount: number;
  private readonly exploration: Exploration;
  private readonly observe: Observe;
  private readonly words: Words;
  private readonly isMade: Uint8Array;
  private readonly targets: Int32Array;
  private readonly lists: Int32Array;
  private readonly steps: readonly StepEvent[];
  private readonly stepper: Stepper;
  private readonly after: Int32Array;
  /** Of each event, the list where it is ignored, and where it is taken and puts out nothing; -1 where that was not asked. */
  private readonly silent: Int32Array;
  /** Steps with the same outputs have them in the same list, so what is seen of them is found without asking. */
  private readonly talking: readonly Map<readonly string[], number>[];

  private readonly symmetry: Symmetry | undefined;
  /** With symmetry, by which exchanges the state after each step is sorted. Equal lists are one. */
  private readonly sorted: (readonly number[])[] = [];
  private readonly exchangeLists = new Map<string, readonly number[]>();
  private readonly exchangedSteps: ExchangedSteps | undefined;

  /**
   * @param folded The symmetry by which the exploration has one state of each orbit, where it may.
   * @param whole The symmetry of an exploration that has all states.
   */
  constructor({ exploration, observe }: Observed, words: Words, folded?: Symmetry, whole?: Symmetry) {
    if (folded === undefined) requireUnfolded(exploration);
    const { compiled, states, summary } = exploration;
    if (!summary.complete) {
      throw new BoundError(
        `Got only ${summary.states} states of ${compiled.machine.id} within the limit of ${summary.bound}; expected all.`,
      );
    }
    this.exploration = exploration;
    this.observe = observe;
    this.words = words;
    this.stateCount = states.count;
    this.eventCount = compiled.events.length;
    this.isMade = new Uint8Array(states.count);
    this.targets = new Int32Array(states.count * this.eventCount);
    this.lists = new Int32Array(states.count * this.eventCount);
    this.steps = createSteps(compiled);
    this.stepper = new Stepper(compiled);
    this.after = new Int32Array(compiled.wordCount);
    this.silent = new Int32Array(2 * this.eventCount).fill(-1);
    this.talking = compiled.events.map(() => new Map<readonly string[], number>());
    this.symmetry = folded;
    const symmetry = folded ?? whole;
    this.exchangedSteps = symmetry && new ExchangedSteps(symmetry, (step) => [observe(step) ?? []].flat());
  }

  target(state: number, event: number): number {
    if (this.isMade[state] === 0) this.make(state);
    return this.targets[state * this.eventCount + event];
  }

  list(state: number, event: number): number {
    if (this.isMade[state] === 0) this.make(state);
    return this.lists[state * this.eventCount + event];
  }

  /** The exchanges that made of the state after a step the one that stands for its orbit. */
  exchanges(state: number, event: number): readonly number[] {
    if (this.isMade[state] === 0) this.make(state);
    return this.sorted[state * this.eventCount + event] ?? NO_EXCHANGES;
  }

  private make(state: number): void {
    const { steps, after, eventCount, symmetry, exchangeLists } = this;
    const { states, compiled } = this.exploration;
    const from = state * compiled.wordCount;
    this.isMade[state] = 1;
    for (let event = 0; event < eventCount; event++) {
      const kind = steps[event](states.words, from, after);
      const at = state * eventCount + event;
      this.lists[at] = kind === TALKING ? this.listOfTalk(from, event) : this.listOfSilence(event, kind);
      if (symmetry !== undefined && kind !== IGNORED) {
        const exchanges = symmetry.sortedBy(after, 0);
        const key = exchanges.join();
        if (!exchangeLists.has(key)) exchangeLists.set(key, exchanges);
        this.sorted[at] = exchangeLists.get(key)!;
      }
      this.targets[at] = kind === IGNORED ? state : states.find(after, 0);
    }
  }

  private listOfSilence(event: number, kind: typeof IGNORED | typeof SILENT): number {
    const at = 2 * event + kind;
    if (this.silent[at] < 0) this.silent[at] = this.listOf(event, [], kind === SILENT);
    return this.silent[at];
  }

  private listOfTalk(from: number, event: number): number {
    const { stepper, talking, after } = this;
    const { words } = this.exploration.states;
    stepper.stepWords(words, from, event, after, 0);
    const outputs = stepper.outputs(words, from);
    const isTaken = stepper.takenCount > 0;
    // A step that may put out something and does not, or is ignored after all, is one of silence.
    if (outputs.length === 0) return this.listOfSilence(event, isTaken ? SILENT : IGNORED);
    const known = talking[event].get(outputs);
    if (known !== undefined) return known;
    const list = this.listOf(event, outputs, isTaken);
    talking[event].set(outputs, list);
    return list;
  }

  private listOf(event: number, outputs: readonly string[], taken: boolean): number {
    const step = { event: this.exploration.compiled.events[event], outputs, taken };
    this.exchangedSteps?.require(step);
    return this.words.listOf(this.observe(step));
  }
}

const NO_EXCHANGES: readonly number[] = [];

const HIDDEN = -1;

/**
 * The steps of a machine as a graph whose edges have one label each, or are hidden. A step that shows several leads through
 * places in between; those from which the same is still to be seen before the same state are one.
 */
class SeenGraph {
  /** States, and then places in between. */
  readonly nodeCount: number;
  /** For each node, and one more, where its edges begin. */
  readonly starts: Int32Array;
  readonly labels: Int32Array;
  readonly targets: Int32Array;
  private readonly words: Words;
  private readonly stateCount: number;
  /** The places in between, by what is still to be seen there and the state that follows; and both of each. */
  private readonly between = new Map<string, number>();
  private readonly places: { readonly labels: readonly number[]; readonly target: number }[] = [];

  constructor(steps: SeenSteps, words: Words) {
    const { between, places } = this;
    this.words = words;
    this.stateCount = steps.stateCount;
    const edges: { readonly label: number; readonly target: number }[][] = [];
    const isThere: Set<number>[] = [];
    const connect = (node: number, label: number, target: number): void => {
      edges[node] ??= [];
      // Many events lead from one state to another and show the same; once is enough.
      const key = target * (words.labels.length + 1) + label + 1;
      if ((isThere[node] ??= new Set()).has(key)) return;
      isThere[node].add(key);
      edges[node].push({ label, target });
    };
    /** The node from which `labels` are seen on the way to `target`. */
    const nodeBefore = (labels: readonly number[], target: number): number => {
      if (labels.length === 0) return target;
      let isNew = false;
      const offset = numberOf(between, `${labels.join()} ${target}`, () => (isNew = true));
      const node = steps.stateCount + offset;
      if (isNew) places[offset] = { labels, target };
      if (isNew) connect(node, labels[0], nodeBefore(labels.slice(1), target));
      return node;
    };
    for (let state = 0; state < steps.stateCount; state++) {
      edges[state] ??= [];
      for (let event = 0; event < steps.eventCount; event++) {
        const [label = HIDDEN, ...rest] = words.lists[steps.list(state, event)];
        const target = steps.target(state, event);
        if (label !== HIDDEN || target !== state) connect(state, label, nodeBefore(rest, target));
      }
    }
    this.nodeCount = edges.length;
    this.starts = new Int32Array(edges.length + 1);
    for (const [node, each] of edges.entries()) this.starts[node + 1] = this.starts[node] + each.length;
    this.labels = Int32Array.from(edges.flatMap((each) => each.map(({ label }) => label)));
    this.targets = Int32Array.from(edges.flatMap((each) => each.map(({ target }) => target)));
  }

  /** The nodes that each node becomes by each exchange, of which the images of the states are known. */
  images(states: readonly Int32Array[], symmetry: Symmetry): Images {
    return states.map((exchanged, one) => {
      const between = this.places.map(({ labels, target }) => {
        const renamed = labels.map((label) => this.words.exchanged(label, symmetry, one));
        const offset = this.between.get(`${renamed.join()} ${exchanged[target]}`);
        if (offset !== undefined) return this.stateCount + offset;
        throw new SymmetryError(
          'Got something seen of one region and not of another; expected all that is seen of either.',
        );
      });
      return Int32Array.from([...exchanged, ...between]);
    });
  }
}

/** The nodes that each node becomes by each exchange of a region and the next one. */
type Images = readonly Int32Array[];

/** The set without any state: what was seen cannot be seen. */
const EMPTY = -1;

/** Sets of nodes in which a machine may be after something was seen, closed under hidden steps; by number. */
class Subsets {
  readonly initial: number;
  private readonly graph: SeenGraph;
  private readonly members: Int32Array[] = [];
  /** The same as a bit for each node. */
  private readonly bits: Int32Array[] = [];
  /** The sets after each label, for those sets that were asked. */
  private readonly successors: (ReadonlyMap<number, number> | undefined)[] = [];
  private readonly byHash = new Map<number, number[]>();
  // The set that a node was last put into, so that no set is searched for its members.
  private readonly marks: Int32Array;
  private round = 0;

  private readonly images: Images | undefined;
  /** The sets that were exchanged, by the exchange and the set. */
  private readonly known = new Map<number, number>();

  constructor(graph: SeenGraph, images?: Images) {
    this.graph = graph;
    this.images = images;
    this.marks = new Int32Array(graph.nodeCount);
    this.initial = this.numberOf([0]);
  }

  /** How many there are. */
  get count(): number {
    return this.members.length;
  }

  /** Whether all members of one set are members of the other. */
  isWithin(one: number, other: number): boolean {
    if (one === other) return true;
    if (this.members[one].length >= this.members[other].length) return false;
    const bits = this.bits[one];
    const otherBits = this.bits[other];
    for (let word = 0; word < bits.length; word++) if ((bits[word] & ~otherBits[word]) !== 0) return false;
    return true;
  }

  /** The set after `label` was seen, or EMPTY. */
  after(subset: number, label: number): number {
    return this.successorsOf(subset).get(label) ?? EMPTY;
  }

  /** The set with regions exchanged, one exchange after the other. */
  exchanged(subset: number, exchanges: readonly number[]): number {
    const { images, known } = this;
    if (images === undefined) return subset;
    return exchanges.reduce((set, one) => {
      const key = set * images.length + one;
      const found = known.get(key) ?? this.numberOf(Array.from(this.members[set], (node) => images[one][node]));
      known.set(key, found);
      return found;
    }, subset);
  }

  /** What can be seen next from any node of the set. */
  labelsOf(subset: number): number[] {
    return [...this.successorsOf(subset).keys()].toSorted((one, other) => one - other);
  }

  private successorsOf(subset: number): ReadonlyMap<number, number> {
    const known = this.successors[subset];
    if (known !== undefined) return known;
    const { starts, labels, targets } = this.graph;
    const seen = new Map<number, number[]>();
    for (const node of this.members[subset]) {
      for (let edge = starts[node]; edge < starts[node + 1]; edge++) {
        if (labels[edge] === HIDDEN) continue;
        const after = seen.get(labels[edge]);
        if (after === undefined) seen.set(labels[edge], [targets[edge]]);
        else after.push(targets[edge]);
      }
    }
    const successors = new Map([...seen].map(([label, nodes]) => [label, this.numberOf(nodes)]));
    this.successors[subset] = successors;
    return successors;
  }

  /** The number of the set that `nodes` and all that they lead to in secret make. */
  private numberOf(nodes: readonly number[]): number {
    const members = this.closureOf(nodes).toSorted();
    let hash = members.length;
    for (const node of members) hash = Math.imul(hash ^ node, 0x9e3779b1) ^ (hash >>> 15);
    const alike = this.byHash.get(hash) ?? [];
    const found = alike.find((number) => sameMembers(this.members[number], members));
    if (found !== undefined) return found;
    this.byHash.set(hash, [...alike, this.members.length]);
    const bits = new Int32Array(Math.ceil(this.graph.nodeCount / 32));
    for (const node of members) bits[node >>> 5] |= 1 << (node & 31);
    this.bits.push(bits);
    return this.members.push(members) - 1;
  }

  private closureOf(nodes: readonly number[]): Int32Array {
    const { starts, labels, targets } = this.graph;
    const { marks } = this;
    const round = ++this.round;
    const members: number[] = [];
    const enter = (node: number): void => {
      if (marks[node] === round) return;
      marks[node] = round;
      members.push(node);
    };
    for (const node of nodes) enter(node);
    // A list that grows while it is gone through is gone through to its new end.
    for (const node of members) {
      for (let edge = starts[node]; edge < starts[node + 1]; edge++) if (labels[edge] === HIDDEN) enter(targets[edge]);
    }
    return Int32Array.from(members);
  }
}

function sameMembers(one: Int32Array, other: Int32Array): boolean {
  return one.length === other.length && one.every((member, index) => member === other[index]);
}

/** Pairs of numbers in breadth-first order, each with where it came from. */
class PairSearch {
  private readonly pairs: NumberedStates;
  private events: Int32Array = new Int32Array(1024);
  private readonly scratch = new Int32Array(2);
  private readonly limit: number;
  private readonly name: string;

  /** Begins with the initial state of the one, and `other`. */
  constructor(other: number, limit: number, name: string) {
    this.pairs = new NumberedStates(Int32Array.of(0, other), 64, { states: limit, bytes: Infinity });
    this.limit = limit;
    this.name = name;
  }

  get count(): number {
    return this.pairs.count;
  }

  one(pair: number): number {
    return this.pairs.words[2 * pair];
  }

  other(pair: number): number {
    return this.pairs.words[2 * pair + 1];
  }

  add(one: number, other: number, pair: number, event: number): void {
    this.scratch[0] = one;
    this.scratch[1] = other;
    const number = this.pairs.add(this.scratch, 0, pair);
    if (number === NONE) return;
    if (number === FULL) {
      throw new BoundError(`Got more than ${this.limit} pairs with ${this.name}; expected no more than that limit.`);
    }
    if (number === this.events.length) this.events = grown(this.events);
    this.events[number] = event;
  }

  pathTo(pair: number): number[] {
    const path: number[] = [];
    for (let here = pair; here !== 0; here = this.pairs.parents[here]) path.push(this.events[here]);
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

export interface RunComparison extends LeftOut {
  readonly same: boolean;
  /** The pairs of states that were met. */
  readonly pairs: number;
  /** The shortest sequence of events, by number, in whose last step the two runs are seen to differ. */
  readonly counterexample?: {
    readonly path: readonly number[];
    /** What is seen in it of the first run, and of the other. */
    readonly first: readonly string[];
    readonly other: readonly string[];
  };
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
  const words = new Words();
  const place = 'correspondence of compareRuns';
  const fields = requireFields(place, correspondence, ['event', 'first', 'other']);
  const eventOf = requireFunction(within(place, 'event'), fields.event);
  const seenOne = readObserved('one of compareRuns', { exploration: one, observe: fields.first });
  const seenOther = readObserved('other of compareRuns', { exploration: other, observe: fields.other });
  requireLimit('pairLimit of compareRuns', pairLimit);
  const without = tellLeftOut(one, other);
  const steps = new SeenSteps(seenOne, words);
  const others = new SeenSteps(seenOther, words);
  const corresponding = one.compiled.events.map((name) => {
    const found = eventOf(name);
    const event = other.compiled.events.indexOf(found as string);
    if (event >= 0) return event;
    return refuse(
      `what ${within(place, 'event')} gives for '${name}'`,
      found,
      `one of ${tellNames(other.compiled.events)}`,
    );
  });
  const tell = (list: number): string[] => words.lists[list].map((label) => words.labels[label]);
  const pairs = new PairSearch(0, pairLimit, one.compiled.machine.id);
  for (let pair = 0; pair < pairs.count; pair++) {
    const state = pairs.one(pair);
    const otherState = pairs.other(pair);
    for (let event = 0; event < corresponding.length; event++) {
      const otherEvent = corresponding[event];
      const list = steps.list(state, event);
      const otherList = others.list(otherState, otherEvent);
      if (list !== otherList) {
        const counterexample = { path: [...pairs.pathTo(pair), event], first: tell(list), other: tell(otherList) };
        return { same: false, pairs: pairs.count, counterexample, ...without };
      }
      const target = steps.target(state, event);
      const otherTarget = others.target(otherState, otherEvent);
      if (target !== state || otherTarget !== otherState) pairs.add(target, otherTarget, pair, event);
    }
  }
  return { same: true, pairs: pairs.count, ...without };
}
