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

/** So many sequences that are not lawful are passed over before a path ends, and so often may that be. */
const ROUNDS = 20_000;
const STUCK = 8;

/** A tour that covers every sequence of `length` actions in every node. Its state outlives instances. */
export class Tour {
  readonly length: number;
  private readonly nominal: TourGraph;
  private readonly done = new Map<number, number>();
  private readonly total: number;
  private node = 0;
  private queue: number[] = [];
  private readonly nodes: readonly { readonly node: number }[];
  /** From which node and by which action each was reached in the last search that met it, and in which one that was. */
  private readonly from: number[] = [];
  private readonly by: number[] = [];
  private readonly seen: number[] = [];
  private searches = 0;
  covered = 0;
  /** Whether there is nothing left to cover, or nothing that can be. */
  isDone = false;
  private stuck = 0;

  constructor(nominal: TourGraph, length: number) {
    this.nominal = nominal;
    this.length = length;
    this.total = nominal.actions.length ** length;
    this.nodes = nominal.everyNode();
  }

  /** How many sequences there are to cover. */
  get size(): number {
    return this.total * this.nodes.length;
  }

  /** A fresh instance: the tour goes on from the first node. */
  restart(): void {
    this.node = 0;
    this.queue = [];
  }

  /** The next action; undefined when everything is covered. */
  next(knowledge: MutableKnowledge): Action | undefined {
    const { actions } = this.nominal;
    // Where nothing that is left is lawful, the path ends; a fresh instance may be able to go on.
    for (let rounds = 0; rounds < ROUNDS; rounds++) {
      while (this.queue.length > 0) {
        const action = this.queue.shift()!;
        // What is not lawful now is left out, and the rest of the sequence goes on from here.
        if (!actions[action].isLawful(knowledge)) continue;
        this.node = this.nominal.after(this.node, action);
        return actions[action];
      }
      const count = this.done.get(this.node) ?? 0;
      if (count < this.total) {
        this.done.set(this.node, count + 1);
        this.covered++;
        let rest = count;
        for (let index = 0; index < this.length; index++) {
          this.queue.unshift(rest % actions.length);
          rest = Math.floor(rest / actions.length);
        }
        continue;
      }
      const way = this.wayToOpen();
      if (way === undefined) {
        this.isDone = true;
        return undefined;
      }
      this.queue.push(...way);
    }
    if (++this.stuck > STUCK) this.isDone = true;
    return undefined;
  }

  /** The shortest way to a node where something is not covered. */
  private wayToOpen(): number[] | undefined {
    const { nominal, node: start, total, from, by, seen } = this;
    const search = ++this.searches;
    seen[start] = search;
    const found = [start];
    for (let head = 0; head < found.length; head++) {
      const at = found[head];
      if ((this.done.get(at) ?? 0) < total) {
        const way: number[] = [];
        for (let node = at; node !== start; node = from[node]) way.unshift(by[node]);
        return way;
      }
      for (let action = 0; action < nominal.actions.length; action++) {
        const next = nominal.after(at, action);
        if (seen[next] === search) continue;
        seen[next] = search;
        from[next] = at;
        by[next] = action;
        found.push(next);
      }
    }
    return undefined;
  }
}
