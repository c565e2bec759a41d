/**
 * A map of the state space: every reachable state of a small machine, in rings around the initial one, as far out as the
 * shortest path to it is long. Each ring is turned and ordered so that a state stands near those that it is reached from.
 */
import { compile } from '../../checker/compile/compile.ts';
import { BoundError } from '../../checker/explore/bound.ts';
import { explore } from '../../checker/explore/explore.ts';
import type { StateGraph } from '../../checker/explore/state-graph.ts';
import type { TraceSubject } from '../../checker/trace/trace.ts';

/** The most states that are drawn. */
export const MAP_STATES = 300;

export interface MapNode {
  readonly state: number;
  readonly depth: number;
  readonly x: number;
  readonly y: number;
}

export interface StateMap {
  readonly graph: StateGraph;
  readonly nodes: readonly MapNode[];
  /** The pairs of different states that some event leads from and to, each once. */
  readonly links: readonly (readonly [from: number, to: number])[];
  /** The states by their value, as JSON. */
  readonly numbers: ReadonlyMap<string, number>;
}

const RING = 62;
const SPACING = 22;

/**
 * Explores a machine and places its states.
 * @throws {BoundError} when there are more than `MAP_STATES`.
 */
export function mapOf({ machine, events, compiled = compile(machine, events) }: TraceSubject): StateMap {
  const exploration = explore(compiled, { limits: { states: MAP_STATES } });
  if (!exploration.summary.complete) {
    throw new BoundError(`Got more than ${MAP_STATES} states of ${machine.id}; expected no more for a map.`);
  }
  const graph = exploration.graph();
  const links = new Map<string, readonly [number, number]>();
  for (let state = 0; state < graph.states.length; state++) {
    for (let event = 0; event < graph.events.length; event++) {
      const target = graph.target(state, event);
      if (target !== state) links.set(`${state} ${target}`, [state, target]);
    }
  }
  const depths = graph.states.map((_, state) => graph.pathTo(state).length);
  const nodes = placeInRings(depths, [...links.values()]);
  return {
    graph,
    nodes,
    links: [...links.values()],
    numbers: new Map(graph.states.map((value, state) => [JSON.stringify(value), state])),
  };
}

function placeInRings(depths: readonly number[], links: readonly (readonly [number, number])[]): MapNode[] {
  const rings = new Map<number, number[]>();
  for (const [state, depth] of depths.entries()) rings.set(depth, [...(rings.get(depth) ?? []), state]);
  const angles = new Map<number, number>();
  const nodes: MapNode[] = [];
  let radius = 0;
  for (let depth = 0; rings.has(depth); depth++) {
    const ring = rings.get(depth)!;
    if (depth > 0) radius = Math.max(radius + RING, (ring.length * SPACING) / (2 * Math.PI));
    // Where most of what leads there stands; as vectors, since angles have no middle across the seam.
    const wanted = new Map(
      ring.map((state) => {
        const before = links
          .filter(([from, to]) => to === state && depths[from] === depth - 1)
          .map(([from]) => angles.get(from) ?? 0);
        const x = before.reduce((sum, angle) => sum + Math.cos(angle), 0);
        const y = before.reduce((sum, angle) => sum + Math.sin(angle), 0);
        return [state, Math.abs(x) + Math.abs(y) < 1e-9 ? state : Math.atan2(y, x)];
      }),
    );
    const ordered = ring.toSorted((one, other) => wanted.get(one)! - wanted.get(other)! || one - other);
    const turn = -Math.PI / 2 + depth * 0.4;
    for (const [index, state] of ordered.entries()) {
      const angle = turn + (2 * Math.PI * index) / ordered.length;
      angles.set(state, angle);
      nodes.push({ state, depth, x: radius * Math.cos(angle), y: radius * Math.sin(angle) });
    }
  }
  return nodes.toSorted((one, other) => one.state - other.state);
}

/** A column of more rows is several, side by side. */
const COLUMN = { width: 74, besides: 36, spacing: 34, rows: 14 } as const;

/** Places what is so many steps out in columns from left to right, so that each stands near what it is reached from. */
export function placeInColumns(depths: readonly number[], links: readonly (readonly [number, number])[]): MapNode[] {
  const columns = new Map<number, number[]>();
  for (const [state, depth] of depths.entries()) columns.set(depth, [...(columns.get(depth) ?? []), state]);
  const heights = new Map<number, number>();
  const nodes: MapNode[] = [];
  let left = 0;
  for (const depth of [...columns.keys()].toSorted((one, other) => one - other)) {
    const column = columns.get(depth)!;
    const wanted = new Map(
      column.map((state) => {
        const before = links.filter(([from, to]) => to === state && depths[from] < depth);
        const sum = before.reduce((total, [from]) => total + (heights.get(from) ?? 0), 0);
        return [state, before.length === 0 ? 0 : sum / before.length];
      }),
    );
    const ordered = column.toSorted((one, other) => wanted.get(one)! - wanted.get(other)! || one - other);
    const wide = Math.ceil(ordered.length / COLUMN.rows);
    const rows = Math.ceil(ordered.length / wide);
    for (const [index, state] of ordered.entries()) {
      const y = (Math.floor(index / wide) - (rows - 1) / 2) * COLUMN.spacing;
      heights.set(state, y);
      nodes.push({ state, depth, x: left + (index % wide) * COLUMN.besides, y });
    }
    left += (wide - 1) * COLUMN.besides + COLUMN.width;
  }
  return nodes.toSorted((one, other) => one.state - other.state);
}

/** The events of a shortest path between two states, by number; undefined when there is none. */
export function pathBetween(graph: StateGraph, from: number, to: number): number[] | undefined {
  const origins = new Map<number, { readonly state: number; readonly event: number } | undefined>([[from, undefined]]);
  for (const state of origins.keys()) {
    if (state === to) break;
    for (let event = 0; event < graph.events.length; event++) {
      const target = graph.target(state, event);
      if (!origins.has(target)) origins.set(target, { state, event });
    }
  }
  if (!origins.has(to)) return undefined;
  const path: number[] = [];
  for (let origin = origins.get(to); origin !== undefined; origin = origins.get(origin.state)) path.push(origin.event);
  return path.toReversed();
}
