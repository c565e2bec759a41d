/**
 * Runs that never reach a goal, found exactly: strongly connected components of the states that are not the goal, taken
 * apart further where strong fairness asks for it (Emerson and Lei).
 *
 * A run may also stand still for ever: nothing happens any more, or only events that are ignored. Fairness is what
 * forbids it.
 */
import type { Exploration } from '../explore/explore.ts';
import type { Fairness, Lasso } from './claim.ts';
import { StepCursor } from './step-cursor.ts';

const NOWHERE = -1;
const UNSEEN = -2;

/**
 * Finds a fair run that meets a state of `from`, and from there on none of `to`. Its path is as short as any such run has;
 * its loop is short, but not always the shortest.
 * Both arguments have a byte for each state. The exploration must be complete.
 */
export function findLasso(
  exploration: Exploration,
  from: Uint8Array,
  to: Uint8Array,
  fairness: readonly Fairness[],
): Lasso | undefined {
  const edges = new Edges(exploration);
  const stems = findStems(exploration, edges, from, to);
  const assumptions = fairness.map(({ strength, events }) => ({
    strength,
    events: events.map((event) => eventNumber(exploration, event)),
  }));
  const component = new Int32Array(edges.stateCount).fill(NOWHERE);
  const fair = fairComponents(edges, stems.order, component, assumptions);
  const start = stems.order.find((state) => fair.has(component[state]));
  if (start === undefined) return undefined;
  return { path: stems.pathTo(start), loop: loopFrom(edges, component, assumptions, start) };
}

function eventNumber({ compiled }: Exploration, event: string): number {
  const number = compiled.events.indexOf(event);
  if (number !== NOWHERE) return number;
  throw new RangeError(`Got fairness of the event '${event}'; expected one of ${compiled.events.join(', ')}.`);
}

interface Assumption {
  readonly strength: Fairness['strength'];
  readonly events: readonly number[];
}

/** All transitions, in memory: a search for components meets each of them several times. */
class Edges {
  readonly stateCount: number;
  readonly eventCount: number;
  private readonly targets: Int32Array;

  constructor(exploration: Exploration) {
    this.stateCount = exploration.states.count;
    this.eventCount = exploration.compiled.events.length;
    this.targets = new Int32Array(this.stateCount * this.eventCount);
    // Each step is made once: whether it is taken and where it leads are two questions about one step.
    const step = new StepCursor(exploration);
    for (let state = 0; state < this.stateCount; state++) {
      for (let event = 0; event < this.eventCount; event++) {
        step.moveTo(state, event);
        this.targets[state * this.eventCount + event] = step.taken ? step.target : NOWHERE;
      }
    }
  }

  /** The state after `event` in `state`, or NOWHERE when it is ignored. */
  target(state: number, event: number): number {
    return this.targets[state * this.eventCount + event];
  }

  /** The first event that leads from one state to the other. */
  eventBetween(state: number, target: number): number {
    let event = 0;
    while (this.target(state, event) !== target) event++;
    return event;
  }

  /** The first of the events of an assumption that is taken in `state` and stays in its component; else NOWHERE. */
  insideStep(state: number, { events }: Assumption, component: Int32Array): number {
    return events.find((event) => component[this.target(state, event)] === component[state]) ?? NOWHERE;
  }

  /** Whether an assumption has an event that is not ignored in `state`. */
  isEnabled(state: number, { events }: Assumption): boolean {
    return events.some((event) => this.target(state, event) !== NOWHERE);
  }
}

// ---- The path

/** The states that a run can be in after it met `from` and before it meets `to`, and how it gets there soonest. */
interface Stems {
  /** Those states, by the length of the path. */
  readonly order: readonly number[];
  readonly pathTo: (state: number) => number[];
}

function findStems(exploration: Exploration, edges: Edges, from: Uint8Array, to: Uint8Array): Stems {
  const { stateCount, eventCount } = edges;
  const depths = new Int32Array(stateCount);
  for (let state = 1; state < stateCount; state++) depths[state] = depths[exploration.states.parents[state]] + 1;
  const origins = new Int32Array(stateCount).fill(UNSEEN);
  const order: number[] = [];
  let layer: number[] = [];
  let next: number[] = [];
  const reach = (into: number[], state: number, origin: number): void => {
    if (origins[state] !== UNSEEN || to[state] !== 0) return;
    origins[state] = origin;
    into.push(state);
  };
  // States stand in the order of their depth, and those of `from` join the search when it has come as far as they are deep.
  let source = 0;
  for (let length = 0; layer.length > 0 || source < stateCount; length++) {
    for (; source < stateCount && depths[source] === length; source++) {
      if (from[source] !== 0) reach(layer, source, NOWHERE);
    }
    for (const state of layer) {
      for (let event = 0; event < eventCount; event++) {
        const target = edges.target(state, event);
        if (target !== NOWHERE) reach(next, target, state);
      }
    }
    for (const state of layer) order.push(state);
    [layer, next] = [next, []];
  }
  const pathTo = (state: number): number[] => {
    const path: number[] = [];
    let here = state;
    for (; origins[here] !== NOWHERE; here = origins[here]) path.push(edges.eventBetween(origins[here], here));
    return [...exploration.pathTo(here), ...path.toReversed()];
  };
  return { order, pathTo };
}

// ---- The components

/**
 * Finds the components, among the states given, in which a fair run can stay for ever. Returns their numbers; `component` says
 * for each state which one it is in.
 */
function fairComponents(
  edges: Edges,
  states: readonly number[],
  component: Int32Array,
  assumptions: readonly Assumption[],
): Set<number> {
  const search = new ComponentSearch(edges);
  const fair = new Set<number>();
  // What is still to be taken apart: sets of states with no run between them that could stay in both.
  const work: (readonly number[])[] = [states];
  let numbered = 0;
  for (let part = work.pop(); part !== undefined; part = work.pop()) {
    for (const members of search.componentsOf(part)) {
      const number = numbered++;
      for (const state of members) component[state] = number;
      const rest = unfairRest(edges, members, component, assumptions);
      if (rest === 'fair') fair.add(number);
      else if (rest.length > 0) work.push(rest);
    }
  }
  return fair;
}

/**
 * Says that a component is fair, or which of its states a fair run could still stay in; none when there is none.
 */
function unfairRest(
  edges: Edges,
  members: readonly number[],
  component: Int32Array,
  assumptions: readonly Assumption[],
): 'fair' | readonly number[] {
  let rest: readonly number[] = members;
  for (const assumption of assumptions) {
    if (members.some((state) => edges.insideStep(state, assumption, component) !== NOWHERE)) continue;
    const disabled = members.filter((state) => !edges.isEnabled(state, assumption));
    // In a part of the component the action is not taken either. A weak assumption is satisfied where it is disabled
    // again and again, a strong one only where it is never enabled.
    if (disabled.length === 0) return [];
    if (assumption.strength === 'strong') rest = rest.filter((state) => !edges.isEnabled(state, assumption));
  }
  return rest.length === members.length ? 'fair' : rest;
}

/** Finds strongly connected components (Tarjan), without recursion. Keeps its arrays from one search to the next. */
class ComponentSearch {
  private readonly edges: Edges;
  // The search that a state is part of; its place in that search; the earliest place that it leads back to.
  private readonly part: Int32Array;
  private readonly index: Int32Array;
  private readonly low: Int32Array;
  private readonly isOpen: Uint8Array;
  // The next event to look at, for each state on the way.
  private readonly cursor: Int32Array;
  private searches = 0;

  constructor(edges: Edges) {
    this.edges = edges;
    this.part = new Int32Array(edges.stateCount);
    this.index = new Int32Array(edges.stateCount);
    this.low = new Int32Array(edges.stateCount);
    this.cursor = new Int32Array(edges.stateCount);
    this.isOpen = new Uint8Array(edges.stateCount);
  }

  /** The components of the states given and the transitions between them; a state without any is one of its own. */
  componentsOf(states: readonly number[]): number[][] {
    this.searches++;
    for (const state of states) {
      this.part[state] = this.searches;
      this.index[state] = UNSEEN;
    }
    const components: number[][] = [];
    const open: number[] = [];
    let found = 0;
    const enter = (state: number, way: number[]): void => {
      this.index[state] = this.low[state] = found++;
      this.cursor[state] = 0;
      this.isOpen[state] = 1;
      open.push(state);
      way.push(state);
    };
    for (const root of states) {
      if (this.index[root] !== UNSEEN) continue;
      const way: number[] = [];
      enter(root, way);
      for (let state = way.at(-1); state !== undefined; state = way.at(-1)) {
        const target = this.nextTarget(state);
        if (target === NOWHERE) {
          way.pop();
          const before = way.at(-1);
          if (before !== undefined) this.low[before] = Math.min(this.low[before], this.low[state]);
          if (this.low[state] === this.index[state]) components.push(this.close(state, open));
        } else if (this.index[target] === UNSEEN) {
          enter(target, way);
        } else if (this.isOpen[target] !== 0) {
          this.low[state] = Math.min(this.low[state], this.index[target]);
        }
      }
    }
    return components;
  }

  /** The target of the next transition of a state that stays in the part searched. */
  private nextTarget(state: number): number {
    while (this.cursor[state] < this.edges.eventCount) {
      const target = this.edges.target(state, this.cursor[state]++);
      if (target !== NOWHERE && this.part[target] === this.searches) return target;
    }
    return NOWHERE;
  }

  private close(root: number, open: number[]): number[] {
    const members: number[] = [];
    let state = NOWHERE;
    while (state !== root) {
      state = open.pop() as number;
      this.isOpen[state] = 0;
      members.push(state);
    }
    return members;
  }
}

// ---- The loop

/** A way through a fair component that satisfies every assumption and comes back to where it began. */
function loopFrom(edges: Edges, component: Int32Array, assumptions: readonly Assumption[], start: number): number[] {
  const loop: number[] = [];
  let here = start;
  const goTo = (isGoal: (state: number) => boolean): void => {
    const way = wayInside(edges, component, here, isGoal);
    loop.push(...way);
    for (const event of way) here = edges.target(here, event);
  };
  const members: number[] = [];
  for (const [state, number] of component.entries()) if (number === component[start]) members.push(state);
  for (const assumption of assumptions) {
    if (members.some((state) => edges.insideStep(state, assumption, component) !== NOWHERE)) {
      goTo((state) => edges.insideStep(state, assumption, component) !== NOWHERE);
      const event = edges.insideStep(here, assumption, component);
      loop.push(event);
      here = edges.target(here, event);
    } else if (assumption.strength === 'weak') {
      goTo((state) => !edges.isEnabled(state, assumption));
    }
  }
  goTo((state) => state === start);
  return loop;
}

/** The shortest way inside of a component to the nearest state that is a goal. There is one. */
function wayInside(
  edges: Edges,
  component: Int32Array,
  start: number,
  isGoal: (state: number) => boolean,
): readonly number[] {
  const ways = new Map<number, readonly number[]>([[start, []]]);
  for (const [state, way] of ways) {
    if (isGoal(state)) return way;
    for (let event = 0; event < edges.eventCount; event++) {
      const target = edges.target(state, event);
      if (target !== NOWHERE && component[target] === component[start] && !ways.has(target)) {
        ways.set(target, [...way, event]);
      }
    }
  }
  throw new Error('Found no way inside of a component; expected one between any two of its states.');
}
