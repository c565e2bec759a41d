/**
 * One tour through every transition of a graph and back: the Chinese postman's, on a directed graph. Where more transitions come into
 * a state than lead out of it, some must be taken again; which ones, so that they are fewest, is a flow of least cost. The tour is
 * then as long as the lower bound, since any closed tour must balance every state.
 */
import type { StateGraph } from '../../checker/explore/state-graph.ts';

/** A tour: event numbers from the initial state on. */
export interface PostmanTour {
  readonly path: readonly number[];
  /** No closed tour through every transition is shorter. */
  readonly lowerBound: number;
}

/** Finds the tour. @throws {RangeError} where some state cannot be left for the initial one, so that there is no tour. */
export function postmanTour(graph: StateGraph): PostmanTour {
  const states = graph.states.length;
  const events = graph.events.length;
  const balance = new Int32Array(states).fill(-events);
  for (let state = 0; state < states; state++) {
    for (let event = 0; event < events; event++) balance[graph.target(state, event)]++;
  }
  // How many times each transition is taken: once, and again as the flow says.
  const times = new Int32Array(states * events).fill(1);
  let extra = 0;
  for (;;) {
    const from = balance.findIndex((each) => each > 0);
    if (from < 0) break;
    extra += augment(graph, times, balance, from);
  }
  return { path: eulerTour(graph, times), lowerBound: states * events + extra };
}

/**
 * Leads one surplus arrival on to a state that lacks one, at least cost: forwards at 1 a transition, or back along one that is taken
 * again already, which saves 1. Bellman and Ford, by a queue. Returns the cost.
 */
function augment(graph: StateGraph, times: Int32Array, balance: Int32Array, from: number): number {
  const states = graph.states.length;
  const events = graph.events.length;
  const incoming: number[][] = Array.from({ length: states }, () => []);
  for (let edge = 0; edge < times.length; edge++) {
    if (times[edge] > 1) incoming[graph.target(Math.floor(edge / events), edge % events)].push(edge);
  }
  const cost = new Float64Array(states).fill(Infinity);
  // The edge by which each state was reached; -1 - edge where it was gone back along.
  const via = new Int32Array(states);
  cost[from] = 0;
  const queue = [from];
  const queued = new Uint8Array(states);
  for (const state of queue) {
    queued[state] = 0;
    const relax = (next: number, through: number, price: number): void => {
      if (cost[state] + price >= cost[next]) return;
      cost[next] = cost[state] + price;
      via[next] = through;
      if (queued[next] === 0) queue.push(next);
      queued[next] = 1;
    };
    for (let event = 0; event < events; event++) relax(graph.target(state, event), state * events + event, 1);
    for (const edge of incoming[state]) relax(Math.floor(edge / events), -1 - edge, -1);
  }
  let to = -1;
  for (let state = 0; state < states; state++) {
    if (balance[state] < 0 && (to < 0 || cost[state] < cost[to])) to = state;
  }
  if (to < 0 || cost[to] === Infinity) {
    throw new RangeError(
      `Got ${graph.machine.id}, in which some states never come back; expected one that a reset leads back.`,
    );
  }
  for (let state = to; state !== from;) {
    const through = via[state];
    const edge = through < 0 ? -1 - through : through;
    times[edge] += through < 0 ? -1 : 1;
    state = through < 0 ? graph.target(Math.floor(edge / events), edge % events) : Math.floor(edge / events);
  }
  balance[from]--;
  balance[to]++;
  return cost[to];
}

/** Takes every transition as often as it says, in one tour: Hierholzer's. */
function eulerTour(graph: StateGraph, times: Int32Array): number[] {
  const events = graph.events.length;
  const left = times.slice();
  const next = new Int32Array(graph.states.length);
  const stack: { readonly state: number; readonly event: number }[] = [{ state: 0, event: -1 }];
  const tour: number[] = [];
  while (stack.length > 0) {
    const { state, event } = stack[stack.length - 1];
    while (next[state] < events && left[state * events + next[state]] === 0) next[state]++;
    if (next[state] === events) {
      stack.pop();
      if (event >= 0) tour.push(event);
    } else {
      left[state * events + next[state]]--;
      stack.push({ state: graph.target(state, next[state]), event: next[state] });
    }
  }
  return tour.toReversed();
}
