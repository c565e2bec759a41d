/**
 * Tours: sequences of actions that cover, state by state of the specification, every action, every pair, every triple; and complete
 * suites. They follow what a right device would do, so they need no answers, and can be sent ahead.
 */
import type { Action, MutableKnowledge } from './actions.ts';
import type { SetMachine } from './set-machine.ts';
import { Stepper } from '../../checker/compile/step.ts';

/** The specification as the tours follow it: each acted vector in one state, and what each action makes of it. */
export class TourGraph {
  readonly actions: readonly Action[];
  /** Where each action leads: node * actions + action. -1 where it is not known yet. */
  private readonly edges: number[] = [];
  private readonly nodes: (readonly number[])[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly machine: SetMachine;
  private readonly stepper: Stepper;
  private readonly vectors: readonly number[];

  /** @param machine Of one vector, with the strictest choices: it has one state at a time. */
  constructor(machine: SetMachine, actions: readonly Action[], vectors: readonly number[]) {
    this.machine = machine;
    this.actions = actions;
    this.vectors = vectors;
    this.stepper = new Stepper(machine.compiled);
    const initial = machine.states.numberOf(machine.compiled.initial);
    this.numberOf(vectors.map(() => initial));
  }

  private numberOf(node: readonly number[]): number {
    const key = node.join();
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.numbers.set(key, this.nodes.length);
    return this.nodes.push(node) - 1;
  }

  /** The node that an action leads to. */
  after(node: number, action: number): number {
    const at = node * this.actions.length + action;
    const known = this.edges[at];
    if (known !== undefined) return known;
    const { event, prelude, vector } = this.actions[action];
    const next =
      event === undefined
        ? node
        : this.numberOf(
            this.nodes[node].map((state, index) =>
              vector < 0 || this.vectors[index] === vector
                ? this.step(prelude === undefined ? state : this.step(state, prelude), event)
                : state,
            ),
          );
    this.edges[at] = next;
    return next;
  }

  private step(state: number, event: string): number {
    const { states } = this.machine;
    const number = this.machine.eventNumber(event);
    if (number < 0) return state;
    const target = new Int32Array(states.wordCount);
    this.stepper.stepWords(states.all, state * states.wordCount, number, target, 0);
    return states.numberOf(target);
  }

  /** Every node, breadth first, each with the shortest way to it. */
  everyNode(limit = 20_000): { readonly node: number; readonly path: readonly number[] }[] {
    const found = [{ node: 0, path: [] as readonly number[] }];
    const seen = new Set([0]);
    for (let at = 0; at < found.length && found.length < limit; at++) {
      for (let action = 0; action < this.actions.length; action++) {
        const next = this.after(found[at].node, action);
        if (seen.has(next)) continue;
        seen.add(next);
        found.push({ node: next, path: [...found[at].path, action] });
      }
    }
    return found;
  }
}

/** So many sequences are passed over before a path ends. */
const ROUNDS = 20_000;
/** So often what was not lawful, or could not be reached, is tried again from fresh instances: what a guest knows may be more then. */
const TRIES = 3;

/** One sequence of a node, by number. */
interface Sequence {
  readonly node: number;
  readonly number: number;
}

/** A tour that covers every sequence of `length` actions in every node. Its state outlives instances. */
export class Tour {
  readonly length: number;
  private readonly nominal: TourGraph;
  private readonly done = new Map<number, number>();
  private readonly total: number;
  private node = 0;
  private queue: number[] = [];
  /** The sequence that the queue is of; undefined where it is a way to one. */
  private current: Sequence | undefined;
  private readonly nodes: readonly { readonly node: number }[];
  /** From which node and by which action each was reached in the last search that met it, and in which one that was. */
  private readonly from: number[] = [];
  private readonly by: number[] = [];
  private readonly seen: number[] = [];
  private searches = 0;
  /** Steps that were not lawful where they were tried: node * actions + action. No way leads there. */
  private readonly barred = new Set<number>();
  /** What was not lawful, or was broken off, by node: to be tried again. */
  private again = new Map<number, number[]>();
  private retried = new Map<number, number[]>();
  private tries = 1;
  private isFresh = true;
  private readonly look: Action | undefined;
  private hasLooked = false;
  covered = 0;
  /** Whether there is nothing left to cover, or nothing that can be. */
  isDone = false;

  /** @param look What lets the guest know what every entry holds; done before what was not lawful is given up. */
  constructor(nominal: TourGraph, length: number, look?: Action) {
    this.nominal = nominal;
    this.look = look;
    this.length = length;
    this.total = nominal.actions.length ** length;
    this.nodes = nominal.everyNode();
  }

  /** How many sequences there are to cover; once it is done, of those that can be reached and are permitted. */
  get size(): number {
    return this.isDone ? this.covered : this.total * this.nodes.length;
  }

  /** How many cannot be reached under the profile, or are not permitted where they would be; known once it is done. */
  get beyond(): number {
    return this.isDone ? this.total * this.nodes.length - this.covered : 0;
  }

  /** A fresh instance: the tour goes on from the first node. */
  restart(): void {
    this.putOff();
    this.node = 0;
    this.queue = [];
    this.isFresh = true;
    this.hasLooked = false;
  }

  /** The sequence that was begun is tried again later. */
  private putOff(): void {
    if (this.current === undefined) return;
    const { node, number } = this.current;
    const some = this.again.get(node);
    if (some === undefined) this.again.set(node, [number]);
    else some.push(number);
    this.current = undefined;
  }

  /** The next action; undefined when everything is covered, or only a fresh instance can go on. */
  next(knowledge: MutableKnowledge): Action | undefined {
    const { actions } = this.nominal;
    for (let rounds = 0; rounds < ROUNDS; rounds++) {
      if (this.queue.length > 0) {
        const action = this.queue.shift()!;
        if (!actions[action].isLawful(knowledge)) {
          if (this.look !== undefined && this.tries > 1 && !this.hasLooked) {
            this.queue.unshift(action);
            this.hasLooked = true;
            return this.look;
          }
          // A way must be another one then; a sequence that cannot be begun is left for later.
          this.barred.add(this.node * actions.length + action);
          if (this.queue.length === this.length - 1) this.putOff();
          this.current = undefined;
          this.queue = [];
          continue;
        }
        this.node = this.nominal.after(this.node, action);
        this.isFresh = false;
        this.hasLooked = false;
        if (this.queue.length === 0 && this.current !== undefined) {
          this.covered++;
          this.current = undefined;
        }
        return actions[action];
      }
      if (this.take()) continue;
      const way = this.wayToOpen();
      if (way !== undefined) {
        this.queue.push(...way);
        continue;
      }
      if (!this.isFresh) return undefined;
      if (++this.tries > TRIES || !this.tryAgain()) {
        this.isDone = true;
        return undefined;
      }
    }
    return undefined;
  }

  /** Takes up what is not covered yet in this node. */
  private take(): boolean {
    const { node } = this;
    if (!this.isOpen(node)) return false;
    const begun = this.done.get(node) ?? 0;
    const number = begun < this.total ? begun : this.retried.get(node)!.pop()!;
    if (begun < this.total) this.done.set(node, begun + 1);
    this.current = { node, number };
    let rest = number;
    for (let index = 0; index < this.length; index++) {
      this.queue.unshift(rest % this.nominal.actions.length);
      rest = Math.floor(rest / this.nominal.actions.length);
    }
    return true;
  }

  private isOpen(node: number): boolean {
    return (this.done.get(node) ?? 0) < this.total || (this.retried.get(node)?.length ?? 0) > 0;
  }

  /** Begins once more with what was put off, and with what was not reached. */
  private tryAgain(): boolean {
    this.retried = this.again;
    this.again = new Map();
    this.barred.clear();
    return this.nodes.some(({ node }) => this.isOpen(node));
  }

  /** The shortest way to a node where something is not covered. */
  private wayToOpen(): number[] | undefined {
    const { nominal, node: start, from, by, seen, barred } = this;
    const search = ++this.searches;
    seen[start] = search;
    const found = [start];
    for (let head = 0; head < found.length; head++) {
      const at = found[head];
      if (this.isOpen(at)) {
        const way: number[] = [];
        for (let node = at; node !== start; node = from[node]) way.unshift(by[node]);
        return way;
      }
      for (let action = 0; action < nominal.actions.length; action++) {
        const next = nominal.after(at, action);
        if (seen[next] === search || barred.has(at * nominal.actions.length + action)) continue;
        seen[next] = search;
        from[next] = at;
        by[next] = action;
        found.push(next);
      }
    }
    return undefined;
  }
}
