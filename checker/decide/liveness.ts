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
  const groups = groupsOf(exploration.compiled.events.length, assumptions);
  const pending = new Pending(exploration, from, to, groups);
  const component = new Int32Array(pending.count).fill(NOWHERE);
  const fair = fairComponents(pending, component, groups);
  if (fair.size === 0) return undefined;
  const start = component.findIndex((number) => fair.has(number));
  const { prefix, path } = pending.pathTo(start);
  const loop = loopFrom(pending, component, assumptions, start);
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

/** As many assumptions as a word has bits for are looked at together. */
const ASSUMPTIONS_TOGETHER = 31;

/** Some of the assumptions, a bit each. */
interface AssumptionGroup {
  /** For each event, those that it is of. */
  readonly masks: Int32Array;
  readonly strong: number;
  readonly all: number;
}

function groupsOf(eventCount: number, assumptions: readonly Assumption[]): readonly AssumptionGroup[] {
  const groupCount = Math.ceil(assumptions.length / ASSUMPTIONS_TOGETHER);
  return Array.from({ length: groupCount }, (_, group) => {
    const own = assumptions.slice(group * ASSUMPTIONS_TOGETHER, (group + 1) * ASSUMPTIONS_TOGETHER);
    const masks = new Int32Array(eventCount);
    for (const [bit, { events }] of own.entries()) for (const event of events) masks[event] |= 1 << bit;
    const strong = own.reduce((bits, { strength }, bit) => bits | (strength === 'strong' ? 1 << bit : 0), 0);
    return { masks, strong, all: 2 ** own.length - 1 };
  });
}

/** The assumptions of a group that any of some events is of. */
function bitsOf({ masks }: AssumptionGroup, events: Int32Array | Uint16Array, begin: number, end: number): number {
  let bits = 0;
  for (let index = begin; index < end; index++) bits |= masks[events[index]];
  return bits;
}

// ---- The states between `from` and `to`

/** There is room for so many transitions at first, or for all. */
const TRANSITIONS_AT_FIRST = 1 << 25;

/** In the list of places: the state is a goal. One that has none is zero there, and the place of any other is one more. */
const GOAL = -1;

/**
 * The states that a run can be in after it met `from` and before it meets `to`, and the transitions between them that are taken, in memory: a search for
 * components meets each of them several times. A state goes by its *place* among them, by the length of the path to it. Transitions of one state stand
 * side by side, in the order of the alphabet.
 */
class Pending {
  count = 0;
  /** For each place, and one more, where its transitions begin. */
  readonly starts: Int32Array;
  /** The place that each transition leads to, and its event. */
  targets: Int32Array;
  events: Uint16Array | Int32Array;
  /** For each group of assumptions and each place, those of which an event is not ignored there, and those of which one leads to a place. */
  readonly enabled: readonly Int32Array[];
  readonly staying: readonly Int32Array[];
  private readonly exploration: Exploration;
  private readonly groups: readonly AssumptionGroup[];
  private readonly states: Int32Array;
  /** The place that each was reached from first; NOWHERE where it is one of `from`. */
  private readonly origins: Int32Array;

  constructor(exploration: Exploration, from: Uint8Array, to: Uint8Array, groups: readonly AssumptionGroup[]) {
    const { states, compiled, summary } = exploration;
    const places = new Int32Array(states.count);
    let most = 0;
    for (let state = 0; state < states.count; state++) {
      if (to[state] === 0) most++;
      else places[state] = GOAL;
    }
    this.exploration = exploration;
    this.groups = groups;
    this.states = new Int32Array(most);
    this.origins = new Int32Array(most);
    this.starts = new Int32Array(most + 1);
    this.enabled = groups.map(() => new Int32Array(most));
    this.staying = groups.map(() => new Int32Array(most));
    this.targets = new Int32Array(Math.min(summary.transitions, TRANSITIONS_AT_FIRST) + compiled.events.length);
    this.events = new (compiled.events.length <= 2 ** 16 ? Uint16Array : Int32Array)(this.targets.length);
    this.find(from, places);
  }

  /** The events that lead to a place soonest: to where that begins, as a run of the machine itself, and from there on, through orbits where there are some. */
  pathTo(place: number): { readonly prefix: readonly number[]; readonly path: readonly number[] } {
    const path: number[] = [];
    let here = place;
    for (; this.origins[here] !== NOWHERE; here = this.origins[here]) {
      path.push(this.eventBetween(this.origins[here], here));
    }
    return { prefix: this.exploration.pathTo(this.states[here]), path: path.toReversed() };
  }

  /** The place after `event`, which leads to one. */
  target(place: number, event: number): number {
    let edge = this.starts[place];
    while (this.events[edge] !== event) edge++;
    return this.targets[edge];
  }

  /** The first transition of an assumption that is taken in `place` and stays in its component; else NOWHERE. */
  insideStep(place: number, { events }: Assumption, component: Int32Array): number {
    for (let edge = this.starts[place]; edge < this.starts[place + 1]; edge++) {
      if (events.has(this.events[edge]) && component[this.targets[edge]] === component[place]) return edge;
    }
    return NOWHERE;
  }

  /** Whether an assumption, by its number, has an event that is not ignored in `place`. */
  isEnabled(place: number, assumption: number): boolean {
    const enabled = this.enabled[Math.floor(assumption / ASSUMPTIONS_TOGETHER)];
    return ((enabled[place] >>> (assumption % ASSUMPTIONS_TOGETHER)) & 1) !== 0;
  }

  /** The first event that leads from one place to the other. */
  private eventBetween(place: number, target: number): number {
    let edge = this.starts[place];
    while (this.targets[edge] !== target) edge++;
    return this.events[edge];
  }

  /** Gives each state its place. Each step is made once, all of a state together, and so are they searched for. */
  private find(from: Uint8Array, places: Int32Array): void {
    const { exploration, groups } = this;
    const { states, compiled, symmetry } = exploration;
    const { wordCount } = compiled;
    const expand = createExpandEvents(compiled);
    const words = new Int32Array(compiled.events.length * wordCount);
    const taken = new Int32Array(compiled.events.length);
    const numbers = new Int32Array(compiled.events.length);
    const near = new Int32Array(compiled.events.length);
    // States stand in the order of their depth, and those of `from` join the search when it has come as far as they are deep.
    let source = 0;
    let layerEnd = 1;
    let place = 0;
    let edge = 0;
    while (place < this.count || source < states.count) {
      for (; source < layerEnd; source++) {
        if (from[source] !== 0 && places[source] === 0) places[source] = this.enter(source, NOWHERE);
      }
      while (layerEnd < states.count && states.parents[layerEnd] < source) layerEnd++;
      for (const end = this.count; place < end; place++) {
        this.starts[place] = edge;
        const count = expand(states.words, this.states[place] * wordCount, words, taken);
        for (let group = 0; group < groups.length; group++) {
          this.enabled[group][place] = bitsOf(groups[group], taken, 0, count);
        }
        symmetry?.canonicalize(words, count);
        states.findNear(words, count, taken, near, numbers);
        if (edge + count > this.targets.length) this.grow();
        const { targets, events } = this;
        for (let index = 0; index < count; index++) {
          const state = numbers[index];
          let target = places[state];
          if (target === GOAL) continue;
          if (target === 0) target = places[state] = this.enter(state, place);
          targets[edge] = target - 1;
          events[edge++] = taken[index];
        }
        for (let group = 0; group < groups.length; group++) {
          this.staying[group][place] = bitsOf(groups[group], events, this.starts[place], edge);
        }
      }
    }
    this.starts[place] = edge;
  }

  /** Gives a state the next place; returns one more. */
  private enter(state: number, origin: number): number {
    this.states[this.count] = state;
    this.origins[this.count] = origin;
    return ++this.count;
  }

  private grow(): void {
    const { events } = this;
    this.targets = grown(this.targets);
    this.events = new (events.constructor as Uint16ArrayConstructor | Int32ArrayConstructor)(this.targets.length);
    this.events.set(events);
  }
}

// ---- The components

/**
 * Finds the components in which a fair run can stay for ever. Returns their numbers; `component` says for each place which one it
 * is in.
 */
function fairComponents(pending: Pending, component: Int32Array, groups: readonly AssumptionGroup[]): Set<number> {
  const search = new ComponentSearch(pending);
  const ask = new FairnessOfComponents(pending, component, groups);
  const fair = new Set<number>();
  // What is still to be taken apart: sets of places with no run between them that could stay in both.
  const work: Int32Array[] = [Int32Array.from({ length: pending.count }, (_, place) => place)];
  let numbered = 0;
  for (let part = work.pop(); part !== undefined; part = work.pop()) {
    search.componentsOf(part, (places, begin, end) => {
      const number = numbered++;
      for (let index = begin; index < end; index++) component[places[index]] = number;
      const rest = ask.unfairRest(places, begin, end, number);
      if (rest === 'fair') fair.add(number);
      else if (rest.length > 0) work.push(rest);
    });
  }
  return fair;
}

/** What the assumptions say of components, for all of a group in one pass over its places. */
class FairnessOfComponents {
  private readonly pending: Pending;
  private readonly component: Int32Array;
  private readonly groups: readonly AssumptionGroup[];

  constructor(pending: Pending, component: Int32Array, groups: readonly AssumptionGroup[]) {
    this.pending = pending;
    this.component = component;
    this.groups = groups;
  }

  /** Says that a component, given by some of a list of places, is fair, or where in it a fair run could still stay; nowhere when there is no such place. */
  unfairRest(places: Int32Array, begin: number, end: number, number: number): 'fair' | Int32Array {
    let rest: Int32Array | undefined;
    for (let group = 0; group < this.groups.length; group++) {
      const missed = this.missed(places, begin, end, number, group);
      // In a part of the component the action is not taken either. A weak assumption is satisfied where it is disabled
      // again and again, a strong one only where it is never enabled.
      if (missed === undefined) return NOT_ANY;
      const avoided = missed & this.groups[group].strong;
      if (avoided === 0) continue;
      const enabled = this.pending.enabled[group];
      rest = (rest ?? places.slice(begin, end)).filter((place) => (enabled[place] & avoided) === 0);
    }
    return rest === undefined || rest.length === end - begin ? 'fair' : rest;
  }

  /** The assumptions of a group of which no event is taken in a component; nothing when one of them is enabled everywhere in it. */
  private missed(places: Int32Array, begin: number, end: number, number: number, group: number): number | undefined {
    const { component } = this;
    const { starts, targets, events } = this.pending;
    const { masks, all } = this.groups[group];
    const [enabled, staying] = [this.pending.enabled[group], this.pending.staying[group]];
    let inside = 0;
    let always = all;
    for (let index = begin; index < end; index++) {
      const place = places[index];
      always &= enabled[place];
      if ((staying[place] & ~inside) === 0) continue;
      for (let edge = starts[place]; edge < starts[place + 1]; edge++) {
        const bits = masks[events[edge]];
        if ((bits & ~inside) !== 0 && component[targets[edge]] === number) inside |= bits;
      }
      // Once all are taken inside, nothing more is to be known.
      if (inside === all) return 0;
    }
    return (always & ~inside) !== 0 ? undefined : all & ~inside;
  }
}

const NOT_ANY = new Int32Array(0);

/** Before the first place of a search: it is to be visited. */
const UNSEEN = 0;
/** After any place of a search: it is no part of it, or its component is known. */
const CLOSED = 2 ** 31 - 1;

/**
 * Finds strongly connected components, without recursion: Tarjan's search, with one word for each place that is met in no order (Pearce, A Space-Efficient
 * Algorithm for Finding Strongly Connected Components, 2016). Keeps its arrays from one search to the next.
 */
class ComponentSearch {
  private readonly pending: Pending;
  /** When each place was met, or the earliest of those that it leads back to, once it is left. */
  private readonly met: Int32Array;
  /** Of those on the way: the place, the earliest that it leads back to so far, and the next of its transitions. */
  private readonly way: Int32Array;
  private readonly earliest: Int32Array;
  private readonly cursor: Int32Array;
  private readonly open: Int32Array;

  constructor(pending: Pending) {
    this.pending = pending;
    this.met = new Int32Array(pending.count).fill(CLOSED);
    this.way = new Int32Array(pending.count);
    this.earliest = new Int32Array(pending.count);
    this.cursor = new Int32Array(pending.count);
    this.open = new Int32Array(pending.count);
  }

  /**
   * Visits the components of the places given and the transitions between them; a place without any is one of its own. The members stand in a part of the list
   * that `visit` is given, and are overwritten by the next.
   */
  componentsOf(part: Int32Array, visit: (places: Int32Array, begin: number, end: number) => void): void {
    const { met, way, earliest, cursor, open } = this;
    const { starts, targets } = this.pending;
    for (const place of part) met[place] = UNSEEN;
    let openCount = 0;
    let found = UNSEEN;
    for (const root of part) {
      if (met[root] !== UNSEEN) continue;
      let depth = 0;
      let place = root;
      let edge = starts[place];
      let lowest = (met[place] = ++found);
      open[openCount++] = place;
      for (;;) {
        const end = starts[place + 1];
        let entered = NOWHERE;
        while (edge < end) {
          const target = targets[edge++];
          const when = met[target];
          if (when >= lowest) continue;
          if (when === UNSEEN) {
            entered = target;
            break;
          }
          lowest = when;
        }
        if (entered !== NOWHERE) {
          way[depth] = place;
          earliest[depth] = lowest;
          cursor[depth++] = edge;
          place = entered;
          edge = starts[place];
          lowest = met[place] = ++found;
          open[openCount++] = place;
          continue;
        }
        if (lowest === met[place]) {
          const last = openCount;
          do met[open[--openCount]] = CLOSED;
          while (open[openCount] !== place);
          visit(open, openCount, last);
        } else {
          met[place] = lowest;
        }
        if (depth === 0) break;
        const before = earliest[--depth];
        place = way[depth];
        edge = cursor[depth];
        lowest = lowest < before ? lowest : before;
      }
    }
  }
}

// ---- The loop

/** A way through a fair component that satisfies every assumption and comes back to where it began. */
function loopFrom(
  pending: Pending,
  component: Int32Array,
  assumptions: readonly Assumption[],
  start: number,
): number[] {
  const loop: number[] = [];
  let here = start;
  const goTo = (isGoal: (state: number) => boolean): void => {
    const way = wayInside(pending, component, here, isGoal);
    loop.push(...way);
    for (const event of way) here = pending.target(here, event);
  };
  const members: number[] = [];
  for (const [state, number] of component.entries()) if (number === component[start]) members.push(state);
  for (const [number, assumption] of assumptions.entries()) {
    if (members.some((state) => pending.insideStep(state, assumption, component) !== NOWHERE)) {
      goTo((state) => pending.insideStep(state, assumption, component) !== NOWHERE);
      const edge = pending.insideStep(here, assumption, component);
      loop.push(pending.events[edge]);
      here = pending.targets[edge];
    } else if (assumption.strength === 'weak') {
      goTo((state) => !pending.isEnabled(state, number));
    }
  }
  goTo((state) => state === start);
  return loop;
}

/** The shortest way inside of a component to the nearest state that is a goal. There is one. */
function wayInside(
  pending: Pending,
  component: Int32Array,
  start: number,
  isGoal: (state: number) => boolean,
): readonly number[] {
  const { starts, targets, events } = pending;
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
