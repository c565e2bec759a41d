/**
 * Runs that never reach a goal, found exactly: strongly connected components of the states that are not the goal, taken
 * apart further where strong fairness asks for it (Emerson and Lei).
 *
 * A run may also stand still for ever: nothing happens any more, or only events that are ignored. Fairness is what
 * forbids it.
 */
import { createExpandEvents } from '../compile/expand.ts';
import type { Exploration } from '../explore/explore.ts';
import { grown } from '../explore/state-set.ts';
import type { Symmetry } from '../explore/symmetry.ts';
import { Stepper } from '../compile/step.ts';
import type { Fairness, Lasso } from './claim.ts';

const NOWHERE = -1;
const UNSEEN = -2;
const CLOSED = -3;

/**
 * With symmetry, orbits are searched. That says the same of the machine itself where `from`, `to` and each assumption are the same for all regions: then whether a
 * state is one of `from`, an assumption is enabled in it or a step is one of its, is the same for a whole orbit, so a run of orbits is fair
 * exactly if the runs that it stands for are. An assumption of one region only does not allow that, and the caller refuses it.
 * Source: Emerson, Sistla, Symmetry and Model Checking, 1996; for what it takes where assumptions are of single regions, Gyuris, Sistla, On-the-Fly
 * Model Checking under Fairness that Exploits Symmetry, 1999.
 *
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
  const assumptions = fairness.map(({ strength, events }) => ({
    strength,
    events: new Set(events.map((event) => eventNumber(exploration, event))),
  }));
  const edges = new Edges(exploration, to);
  const stems = findStems(exploration, edges, from, to);
  const component = new Int32Array(edges.stateCount).fill(NOWHERE);
  const fair = fairComponents(edges, stems.order, component, assumptions);
  const start = stems.order.find((state) => fair.has(component[state]));
  if (start === undefined) return undefined;
  const { prefix, path } = stems.pathTo(start);
  const loop = loopFrom(edges, component, assumptions, start);
  const { symmetry } = exploration;
  return symmetry === undefined
    ? { path: [...prefix, ...path], loop }
    : unfolded(exploration, symmetry, prefix, path, loop);
}

/**
 * A run through orbits as a run of the machine itself. Its prefix is one already. Once around the loop leads to the state where it began with its regions
 * exchanged; the same exchange, again and again, leads back.
 */
function unfolded(
  { compiled }: Exploration,
  symmetry: Symmetry,
  prefix: readonly number[],
  path: readonly number[],
  loop: readonly number[],
): Lasso {
  const stepper = new Stepper(compiled);
  let words = compiled.initial.slice();
  const step = (event: number): void => {
    const next = new Int32Array(words.length);
    stepper.stepWords(words, 0, event, next, 0);
    words = next;
  };
  /** Takes an event of the sorted state in the state at hand. */
  const take = (event: number): number => {
    const own = symmetry.eventIn(words, event);
    step(own);
    return own;
  };
  prefix.forEach(step);
  const whole = [...prefix, ...path.map(take)];
  if (loop.length === 0) return { path: whole, loop: [] };
  const start = words;
  let round = loop.map(take);
  const around = [...round];
  const after = words;
  while (words.some((word, index) => word !== start[index])) {
    round = round.map((event) => symmetry.eventBetween(start, after, event));
    round.forEach(step);
    around.push(...round);
  }
  return { path: whole, loop: around };
}

function eventNumber({ compiled }: Exploration, event: string): number {
  const number = compiled.events.indexOf(event);
  if (number !== NOWHERE) return number;
  throw new RangeError(`Got fairness of the event '${event}'; expected one of ${compiled.events.join(', ')}.`);
}

interface Assumption {
  readonly strength: Fairness['strength'];
  readonly events: ReadonlySet<number>;
}

/**
 * The transitions that are taken, in memory, but for those of states that are the goal: a search for components meets each of them several
 * times. Those of one state stand side by side, in the order of the alphabet.
 */
class Edges {
  readonly stateCount: number;
  readonly eventCount: number;
  /** For each state, and one more, where its transitions begin. */
  readonly starts: Int32Array;
  targets: Int32Array;
  events: Uint16Array | Int32Array;

  constructor({ states, compiled, symmetry }: Exploration, goal: Uint8Array) {
    const { wordCount, events } = compiled;
    this.stateCount = states.count;
    this.eventCount = events.length;
    this.starts = new Int32Array(states.count + 1);
    this.targets = new Int32Array(4 * events.length * Math.ceil(Math.sqrt(states.count)));
    const Events = events.length <= 2 ** 16 ? Uint16Array : Int32Array;
    this.events = new Events(this.targets.length);
    // Each step is made once, all of a state together, and so are they searched for.
    const expand = createExpandEvents(compiled);
    const words = new Int32Array(events.length * wordCount);
    const taken = new Int32Array(events.length);
    let edge = 0;
    for (let state = 0; state < states.count; state++) {
      this.starts[state] = edge;
      if (goal[state] !== 0) continue;
      const count = expand(states.words, state * wordCount, words, taken);
      symmetry?.canonicalize(words, count);
      if (edge + count > this.targets.length) {
        this.targets = grown(this.targets);
        const larger = new Events(this.targets.length);
        larger.set(this.events);
        this.events = larger;
      }
      states.findAll(words, count, this.targets, edge);
      for (let index = 0; index < count; index++) this.events[edge++] = taken[index];
    }
    this.starts[states.count] = edge;
  }

  /** The state after `event` in `state`, which takes it. */
  target(state: number, event: number): number {
    let edge = this.starts[state];
    while (this.events[edge] !== event) edge++;
    return this.targets[edge];
  }

  /** The first event that leads from one state to the other. */
  eventBetween(state: number, target: number): number {
    let edge = this.starts[state];
    while (this.targets[edge] !== target) edge++;
    return this.events[edge];
  }

  /** The first transition of an assumption that is taken in `state` and stays in its component; else NOWHERE. */
  insideStep(state: number, { events }: Assumption, component: Int32Array): number {
    for (let edge = this.starts[state]; edge < this.starts[state + 1]; edge++) {
      if (events.has(this.events[edge]) && component[this.targets[edge]] === component[state]) return edge;
    }
    return NOWHERE;
  }

  /** Whether an assumption has an event that is not ignored in `state`. */
  isEnabled(state: number, { events }: Assumption): boolean {
    for (let edge = this.starts[state]; edge < this.starts[state + 1]; edge++) {
      if (events.has(this.events[edge])) return true;
    }
    return false;
  }
}

// ---- The path

/** The states that a run can be in after it met `from` and before it meets `to`, and how it gets there soonest. */
interface Stems {
  /** Those states, by the length of the path. */
  readonly order: Int32Array;
  /** The way to one of them: to where it begins, as a run of the machine itself, and from there on, through orbits where there are some. */
  readonly pathTo: (state: number) => { readonly prefix: readonly number[]; readonly path: readonly number[] };
}

function findStems(exploration: Exploration, edges: Edges, from: Uint8Array, to: Uint8Array): Stems {
  const { stateCount, starts, targets } = edges;
  const depths = new Int32Array(stateCount);
  for (let state = 1; state < stateCount; state++) depths[state] = depths[exploration.states.parents[state]] + 1;
  const origins = new Int32Array(stateCount).fill(UNSEEN);
  const order = new Int32Array(stateCount);
  let count = 0;
  const reach = (state: number, origin: number): void => {
    if (origins[state] !== UNSEEN || to[state] !== 0) return;
    origins[state] = origin;
    order[count++] = state;
  };
  // States stand in the order of their depth, and those of `from` join the search when it has come as far as they are deep.
  let source = 0;
  let done = 0;
  for (let length = 0; done < count || source < stateCount; length++) {
    for (; source < stateCount && depths[source] === length; source++) {
      if (from[source] !== 0) reach(source, NOWHERE);
    }
    for (const end = count; done < end; done++) {
      const state = order[done];
      for (let edge = starts[state]; edge < starts[state + 1]; edge++) reach(targets[edge], state);
    }
  }
  const pathTo: Stems['pathTo'] = (state) => {
    const path: number[] = [];
    let here = state;
    for (; origins[here] !== NOWHERE; here = origins[here]) path.push(edges.eventBetween(origins[here], here));
    return { prefix: exploration.pathTo(here), path: path.toReversed() };
  };
  return { order: order.subarray(0, count), pathTo };
}

// ---- The components

/**
 * Finds the components, among the states given, in which a fair run can stay for ever. Returns their numbers; `component` says
 * for each state which one it is in.
 */
function fairComponents(
  edges: Edges,
  states: Int32Array,
  component: Int32Array,
  assumptions: readonly Assumption[],
): Set<number> {
  const search = new ComponentSearch(edges);
  const ask = new FairnessOfComponents(edges, component, assumptions);
  const fair = new Set<number>();
  // What is still to be taken apart: sets of states with no run between them that could stay in both.
  const work: Int32Array[] = [states];
  let numbered = 0;
  for (let part = work.pop(); part !== undefined; part = work.pop()) {
    search.componentsOf(part, (members) => {
      const number = numbered++;
      for (let index = 0; index < members.length; index++) component[members[index]] = number;
      const rest = ask.unfairRest(members, number);
      if (rest === 'fair') fair.add(number);
      else if (rest.length > 0) work.push(rest);
    });
  }
  return fair;
}

/** As many assumptions as a word has bits for are looked at together. */
const ASSUMPTIONS_TOGETHER = 31;

/** What the assumptions say of components, for all of them in one pass over the transitions of its states. */
class FairnessOfComponents {
  private readonly edges: Edges;
  private readonly component: Int32Array;
  /** For some of the assumptions together, a bit each: those that each event is of, and which are strong. */
  private readonly groups: readonly { readonly masks: Int32Array; readonly strong: number; readonly all: number }[];

  constructor(edges: Edges, component: Int32Array, assumptions: readonly Assumption[]) {
    this.edges = edges;
    this.component = component;
    const groupCount = Math.ceil(assumptions.length / ASSUMPTIONS_TOGETHER);
    this.groups = Array.from({ length: groupCount }, (_, group) => {
      const own = assumptions.slice(group * ASSUMPTIONS_TOGETHER, (group + 1) * ASSUMPTIONS_TOGETHER);
      const masks = new Int32Array(edges.eventCount);
      for (const [bit, { events }] of own.entries()) for (const event of events) masks[event] |= 1 << bit;
      const strong = own.reduce((bits, { strength }, bit) => bits | (strength === 'strong' ? 1 << bit : 0), 0);
      return { masks, strong, all: 2 ** own.length - 1 };
    });
  }

  /** Says that a component is fair, or which of its states a fair run could still stay in; none when there is none. */
  unfairRest(members: Int32Array, number: number): 'fair' | Int32Array {
    let rest = members;
    for (const { masks, strong, all } of this.groups) {
      const missed = this.missed(members, number, masks, all);
      // In a part of the component the action is not taken either. A weak assumption is satisfied where it is disabled
      // again and again, a strong one only where it is never enabled.
      if (missed === undefined) return NO_STATES;
      const avoided = missed & strong;
      if (avoided !== 0) rest = rest.filter((state) => (this.enabled(state, masks) & avoided) === 0);
    }
    return rest.length === members.length ? 'fair' : rest;
  }

  /** The assumptions of which no event is taken in a component; nothing when one of them is enabled in all of its states. */
  private missed(members: Int32Array, number: number, masks: Int32Array, all: number): number | undefined {
    const { component } = this;
    const { starts, targets, events } = this.edges;
    let inside = 0;
    let always = all;
    for (let index = 0; index < members.length; index++) {
      const state = members[index];
      let enabled = 0;
      for (let edge = starts[state]; edge < starts[state + 1]; edge++) {
        const bits = masks[events[edge]];
        enabled |= bits;
        if ((bits & ~inside) !== 0 && component[targets[edge]] === number) inside |= bits;
      }
      always &= enabled;
      // Once all are taken inside, nothing more is to be known.
      if (inside === all) return 0;
    }
    return (always & ~inside) !== 0 ? undefined : all & ~inside;
  }

  private enabled(state: number, masks: Int32Array): number {
    const { starts, events } = this.edges;
    let enabled = 0;
    for (let edge = starts[state]; edge < starts[state + 1]; edge++) enabled |= masks[events[edge]];
    return enabled;
  }
}

const NO_STATES = new Int32Array(0);

/** Finds strongly connected components (Tarjan), without recursion. Keeps its arrays from one search to the next. */
class ComponentSearch {
  private readonly edges: Edges;
  // The place of a state in the search; CLOSED outside of it, and once its component is known. The earliest place that it leads back to.
  private readonly index: Int32Array;
  private readonly low: Int32Array;
  // The next transition to look at, for each state on the way.
  private readonly cursor: Int32Array;
  private readonly open: Int32Array;
  private readonly way: Int32Array;

  constructor(edges: Edges) {
    this.edges = edges;
    this.index = new Int32Array(edges.stateCount).fill(CLOSED);
    this.low = new Int32Array(edges.stateCount);
    this.cursor = new Int32Array(edges.stateCount);
    this.open = new Int32Array(edges.stateCount);
    this.way = new Int32Array(edges.stateCount);
  }

  /**
   * Visits the components of the states given and the transitions between them; a state without any is one of its own. What `visit`
   * is given is overwritten by the next.
   */
  componentsOf(states: Int32Array, visit: (members: Int32Array) => void): void {
    const { index, low, cursor, open, way } = this;
    const { starts, targets } = this.edges;
    for (const state of states) index[state] = UNSEEN;
    let openCount = 0;
    let found = 0;
    for (const root of states) {
      if (index[root] !== UNSEEN) continue;
      let wayCount = 0;
      let entered = root;
      while (entered !== NOWHERE || wayCount > 0) {
        if (entered !== NOWHERE) {
          index[entered] = low[entered] = found++;
          cursor[entered] = starts[entered];
          open[openCount++] = entered;
          way[wayCount++] = entered;
          entered = NOWHERE;
        }
        const state = way[wayCount - 1];
        const end = starts[state + 1];
        let edge = cursor[state];
        let lowest = low[state];
        for (; edge < end; edge++) {
          const target = targets[edge];
          const place = index[target];
          if (place >= 0) {
            if (place < lowest) lowest = place;
          } else if (place === UNSEEN) {
            entered = target;
            edge++;
            break;
          }
        }
        cursor[state] = edge;
        low[state] = lowest;
        if (entered !== NOWHERE) continue;
        wayCount--;
        if (wayCount > 0 && lowest < low[way[wayCount - 1]]) low[way[wayCount - 1]] = lowest;
        if (lowest !== index[state]) continue;
        const last = openCount;
        do index[open[--openCount]] = CLOSED;
        while (open[openCount] !== state);
        visit(open.subarray(openCount, last));
      }
    }
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
      const edge = edges.insideStep(here, assumption, component);
      loop.push(edges.events[edge]);
      here = edges.targets[edge];
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
  const { starts, targets, events } = edges;
  // The transition by which each state was reached, and where it begins.
  const ways = new Map<number, { readonly from: number; readonly edge: number }>([
    [start, { from: start, edge: NOWHERE }],
  ]);
  for (const [state] of ways) {
    if (isGoal(state)) {
      const path: number[] = [];
      for (let here = state; here !== start; here = ways.get(here)!.from) path.push(events[ways.get(here)!.edge]);
      return path.toReversed();
    }
    for (let edge = starts[state]; edge < starts[state + 1]; edge++) {
      const target = targets[edge];
      if (component[target] === component[start] && !ways.has(target)) ways.set(target, { from: state, edge });
    }
  }
  throw new Error('Found no way inside of a component; expected one between any two of its states.');
}
