/**
 * The state space of a machine that is too large to be drawn state by state: its states are put together by the regions that are told
 * apart, and what leads from one lot to another is drawn. A lot stands as far out as the nearest of its states.
 */
import { packValue } from '../../checker/compile/layout.ts';
import { compile } from '../../checker/compile/compile.ts';
import { type Exploration, explore } from '../../checker/explore/explore.ts';
import { type Regions, regionReader, valueOf } from '../../checker/machine/regions.ts';
import type { TraceInstance } from '../../checker/trace/trace.ts';
import { instanceByName } from '../../properties/subject.ts';

/** The most states that are explored for a map, and the most lots that are drawn. */
export const SPACE_STATES = 200_000;
export const SPACE_LOTS = 300;
/** Where nothing is asked for, regions are told apart up to so many lots. */
const LOTS_AT_FIRST = 120;

/** A machine, by what a trace says of it. */
export interface SpaceSubject {
  readonly machine: string;
  readonly instance: TraceInstance;
}

/** States that are alike in the regions that are told apart. */
export interface Lot {
  /** The current child of each region that is told apart, in their order. */
  readonly children: readonly string[];
  /** How many states are in it, and how many steps the nearest is from reset. */
  readonly states: number;
  readonly depth: number;
}

/** A state space, put together. */
export interface Space {
  readonly states: number;
  readonly regions: readonly string[];
  /** The regions that are told apart, in the order of `regions`. */
  readonly apart: readonly string[];
  readonly lots: readonly Lot[];
  /** What leads from a lot to another, with the number of transitions. */
  readonly links: readonly (readonly [from: number, to: number, transitions: number])[];
}

interface Explored {
  readonly exploration: Exploration;
  readonly regions: readonly string[];
  /** By state, and in it by region: the place of the current child among those of its region. */
  readonly places: Uint8Array;
  readonly children: readonly (readonly string[])[];
  readonly depths: Int32Array;
  readonly targets: Int32Array;
}

let known: { readonly key: string; readonly explored: Explored } | undefined;

/** Explores a machine, or remembers the last one. */
function exploredOf(subject: SpaceSubject): Explored {
  const key = JSON.stringify(subject);
  if (known?.key !== key) known = { key, explored: exploreWhole(subject) };
  return known.explored;
}

function exploreWhole({ machine: name, instance }: SpaceSubject): Explored {
  const { machine, events } = instanceByName(name, instance);
  const exploration = explore(compile(machine, events), { limits: { states: SPACE_STATES } });
  if (!exploration.summary.complete)
    throw new RangeError(
      `Got more than ${SPACE_STATES.toLocaleString('en-US')} states of ${name}; expected no more for a map.`,
    );
  const { count, parents } = exploration.states;
  const { names: regions, children: read } = regionReader(machine);
  const places = new Uint8Array(count * regions.length);
  const children = regions.map((): string[] => []);
  const depths = new Int32Array(count);
  const targets = new Int32Array(count * events.length);
  for (let state = 0; state < count; state++) {
    if (state > 0) depths[state] = depths[parents[state]] + 1;
    for (const [region, child] of read(exploration.value(state)).entries()) {
      const all = children[region];
      if (!all.includes(child)) all.push(child);
      places[state * regions.length + region] = all.indexOf(child);
    }
    for (let event = 0; event < events.length; event++)
      targets[state * events.length + event] = exploration.target(state, event);
  }
  return { exploration, regions, places, children, depths, targets };
}

/** Puts the states of a machine together. Without `apart`, the regions that are of no vector are told apart first, as many as fit. */
export function spaceOf(subject: SpaceSubject, apart?: readonly string[]): Space {
  const explored = exploredOf(subject);
  const { regions, children } = explored;
  if (apart !== undefined) return spaceBy(explored, apart);
  // Where most can be told of it comes first.
  const weight = (name: string): number => children[regions.indexOf(name)].length - (/^vector\d/.test(name) ? 1000 : 0);
  const ordered = regions.toSorted((one, other) => weight(other) - weight(one));
  let space = spaceBy(explored, []);
  for (const region of ordered) {
    const { count } = lotsBy(explored, [...space.apart, region]);
    if (count <= LOTS_AT_FIRST) space = spaceBy(explored, [...space.apart, region]);
  }
  return space;
}

/** The lot of each state. */
function lotsBy(
  { exploration, regions, places }: Explored,
  apart: readonly string[],
): { lotOf: Int32Array; count: number } {
  const chosen = apart.map((name) => regions.indexOf(name));
  const numbers = new Map<string, number>();
  const lotOf = new Int32Array(exploration.states.count);
  for (let state = 0; state < lotOf.length; state++) {
    const key = chosen.map((region) => places[state * regions.length + region]).join();
    const lot = numbers.get(key) ?? numbers.size;
    numbers.set(key, lot);
    lotOf[state] = lot;
  }
  return { lotOf, count: numbers.size };
}

function spaceBy(explored: Explored, wanted: readonly string[]): Space {
  const { exploration, regions, places, children, depths, targets } = explored;
  const apart = regions.filter((name) => wanted.includes(name));
  const { lotOf, count } = lotsBy(explored, apart);
  if (count > SPACE_LOTS)
    throw new RangeError(`Got ${count} lots of states told apart by these regions; expected at most ${SPACE_LOTS}.`);
  const sizes = new Int32Array(count);
  const firsts = new Int32Array(count).fill(-1);
  const links = new Map<number, number>();
  const events = targets.length / lotOf.length;
  for (const [state, lot] of lotOf.entries()) {
    sizes[lot]++;
    if (firsts[lot] < 0) firsts[lot] = state;
    for (let event = 0; event < events; event++) {
      const to = lotOf[targets[state * events + event]];
      if (to !== lot) links.set(lot * count + to, (links.get(lot * count + to) ?? 0) + 1);
    }
  }
  const chosen = apart.map((name) => regions.indexOf(name));
  const lots = Array.from(firsts, (first, lot): Lot => ({
    children: chosen.map((region) => children[region][places[first * regions.length + region]]),
    states: sizes[lot],
    // States are in the order of their distance from the first one.
    depth: depths[first],
  }));
  return {
    ...{ states: exploration.states.count, regions, apart, lots },
    links: Array.from(links, ([pair, transitions]) => [Math.floor(pair / count), pair % count, transitions] as const),
  };
}

/** The events of a shortest way from a state into a lot, by number; undefined where there is none. */
export function wayToLot(
  subject: SpaceSubject,
  from: Regions,
  apart: readonly string[],
  children: readonly string[],
): number[] | undefined {
  const explored = exploredOf(subject);
  const { exploration, regions, places, targets } = explored;
  const { compiled } = exploration;
  const chosen = apart.map((name) => regions.indexOf(name));
  const wanted = chosen.map((region, index) => explored.children[region].indexOf(children[index]));
  const isThere = (state: number): boolean =>
    chosen.every((region, index) => places[state * regions.length + region] === wanted[index]);
  const start = exploration.states.find(packValue(compiled, valueOf(compiled.machine, from)), 0);
  if (start < 0) return undefined;
  const events = compiled.events.length;
  const origins = new Map<number, readonly [state: number, event: number] | undefined>([[start, undefined]]);
  for (const state of origins.keys()) {
    if (isThere(state)) {
      const way: number[] = [];
      for (let at = origins.get(state); at !== undefined; at = origins.get(at[0])) way.push(at[1]);
      return way.toReversed();
    }
    for (let event = 0; event < events; event++) {
      const target = targets[state * events + event];
      if (!origins.has(target)) origins.set(target, [state, event]);
    }
  }
  return undefined;
}
