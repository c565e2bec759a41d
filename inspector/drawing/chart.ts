/**
 * A machine as a chart: the boxes and the transitions between them, read from XState's own state nodes. It knows neither where
 * anything stands (`layout.ts`) nor how it looks (`statechart.tsx`).
 *
 * A transition without a target, or back to its own state, is a row within the box, and so is one into it or out to what is
 * around it; all others between the same two states are one edge, with a row for each.
 */
import type { AnyStateMachine, AnyStateNode, StateValue } from 'xstate';
import { nameOutput } from '../../checker/machine/output.ts';

/** One event that leads somewhere. */
export interface ChartTransition {
  /** Unique in its chart. */
  readonly id: string;
  readonly event: string;
  /** Where it leads, when that is told by name and not by an edge: a state around this one, or within it. */
  readonly leadsTo?: string;
  /** The guard as its name, or undefined when there is none. */
  readonly guard?: string;
  readonly actions: readonly string[];
  readonly description: string;
}

/** A state. */
export interface ChartNode {
  readonly id: string;
  readonly key: string;
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  readonly description: string;
  readonly tags: readonly string[];
  readonly entry: readonly string[];
  readonly exit: readonly string[];
  /** The actors that run while it is active. */
  readonly invoked: readonly string[];
  /** Transitions that stay. */
  readonly inner: readonly ChartTransition[];
  readonly children: readonly ChartNode[];
  /** The id of the child that is entered first. */
  readonly initial?: string;
  /** How many states are folded into it, where its inside is not drawn. */
  readonly folded?: number;
}

/** All transitions from one state to another. */
export interface ChartEdge {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly transitions: readonly ChartTransition[];
}

export interface Chart {
  readonly root: ChartNode;
  readonly edges: readonly ChartEdge[];
  /** The ids of transitions by XState's own objects: what it says is taken is found here. */
  readonly ids: ReadonlyMap<unknown, string>;
}

/** Reads the chart of a machine. */
export function chartOf(machine: AnyStateMachine): Chart {
  const edges = new Map<string, { source: string; target: string; transitions: ChartTransition[] }>();
  const inner = new Map<string, ChartTransition[]>();
  const ids = new Map<unknown, string>();
  const visit = (node: AnyStateNode): void => {
    for (const definition of transitionsOf(node)) {
      const { eventType, target, guard, actions, description } = definition;
      const id = `t${ids.size}`;
      ids.set(definition, id);
      const transition: ChartTransition = {
        id,
        event: tellEvent(eventType),
        guard: guard === undefined ? undefined : nameOf(guard),
        actions: actions.map(nameOf),
        description: description ?? '',
      };
      const [to] = target ?? [];
      if (to === undefined || to === node) {
        inner.set(node.id, [...(inner.get(node.id) ?? []), transition]);
      } else if (isWithin(to, node) || isWithin(node, to)) {
        inner.set(node.id, [...(inner.get(node.id) ?? []), { ...transition, leadsTo: to.key }]);
      } else {
        const key = JSON.stringify([node.id, to.id]);
        const edge = edges.get(key) ?? { source: node.id, target: to.id, transitions: [] };
        edge.transitions.push(transition);
        edges.set(key, edge);
      }
    }
    for (const child of Object.values(node.states)) visit(child);
  };
  visit(machine.root);
  return {
    root: boxOf(machine.root, inner),
    edges: [...edges.values()].map((edge, index) => ({ id: `e${index}`, ...edge })),
    ids,
  };
}

const isWithin = ({ path }: AnyStateNode, outer: AnyStateNode): boolean =>
  path.length > outer.path.length && outer.path.every((key, depth) => key === path[depth]);

interface Transition {
  readonly eventType: string;
  readonly target?: readonly AnyStateNode[];
  readonly guard?: unknown;
  readonly actions: readonly unknown[];
  readonly description?: string;
}

function transitionsOf(node: AnyStateNode): Transition[] {
  return [...node.transitions.values(), node.always ?? []].flat();
}

function boxOf(node: AnyStateNode, inner: ReadonlyMap<string, readonly ChartTransition[]>): ChartNode {
  return {
    id: node.id,
    key: node.key,
    kind: node.type,
    description: node.description ?? '',
    tags: node.tags,
    entry: node.entry.filter((action) => !isOfDelay(node, action)).map(nameOf),
    exit: node.exit.filter((action) => !isOfDelay(node, action)).map(nameOf),
    invoked: node.invoke.map(({ id, src }) => (typeof src === 'string' && src !== id ? `${src} as ${id}` : id)),
    inner: inner.get(node.id) ?? [],
    children: Object.values(node.states).map((child) => boxOf(child, inner)),
    initial: node.type === 'compound' ? node.initial.target?.[0]?.id : undefined,
  };
}

/** Whether an action is what XState does for `after`, which the transition says already. */
const isOfDelay = ({ after }: AnyStateNode, action: unknown): boolean =>
  after.length > 0 &&
  typeof action === 'function' &&
  /^xstate\.(raise|cancel)$/.test((action as { type?: string }).type ?? '');

/** XState's own events, as a reader would call them: `after 100`, `done fetch`. */
export function tellEvent(eventType: string): string {
  if (eventType === '') return 'always';
  const after = /^xstate\.after\.([^.]+)\./.exec(eventType);
  if (after !== null) return `after ${after[1]}`;
  const settled = /^xstate\.(done|error)\.(actor|state)\.(.+)$/.exec(eventType);
  return settled === null ? eventType : `${settled[1]} ${settled[3]}`;
}

/** The name of a guard or an action; a function without one is `(inline)`. */
function nameOf(part: unknown): string {
  if (typeof part === 'string') return part;
  // XState's own actions say what they are; their names are shortened where they are bundled.
  if (typeof part === 'function')
    return /^xstate\.(.+)/.exec((part as { type?: string }).type ?? '')?.[1] ?? (part.name || INLINE);
  const { type, params } = Object(part) as { type?: unknown; params?: unknown };
  const given = typeof params === 'object' && params !== null ? (params as Record<string, unknown>) : undefined;
  return nameOutput(typeof type === 'string' && type !== '' ? type : INLINE, given);
}
const INLINE = '(inline)';

/**
 * Folds what is in the states of `folded`, by their ids: their insides are not drawn, nor what leads from there, to there or within.
 * The ids of transitions stay what they are.
 */
export function foldChart({ root, edges, ids }: Chart, folded: ReadonlySet<string>): Chart {
  const hidden = new Set<string>();
  const fold = (node: ChartNode): ChartNode => {
    if (!folded.has(node.id)) return { ...node, children: node.children.map(fold) };
    let count = -1;
    eachNode(node, ({ id }) => {
      count++;
      hidden.add(id);
    });
    return { ...node, children: [], initial: undefined, inner: [], folded: count };
  };
  const kept = fold(root);
  return { root: kept, edges: edges.filter(({ source, target }) => !hidden.has(source) && !hidden.has(target)), ids };
}

/** The regions in which a run never moves, by the ids of the states that hold them: of those, the outermost. */
export function restingRegions(root: ChartNode, moved: (path: readonly string[]) => boolean): ReadonlySet<string> {
  const resting = new Set<string>();
  const visit = (node: ChartNode, path: readonly string[]): boolean => {
    if (node.kind === 'atomic' || node.children.length === 0) return true;
    const own = node.kind === 'compound' && moved(path);
    const rest = node.children.map((child) => ({ child, rests: visit(child, [...path, child.key]) }));
    const rests = !own && rest.every((each) => each.rests);
    if (!rests && node.kind === 'parallel')
      for (const each of rest) if (each.rests && each.child.children.length > 0) resting.add(each.child.id);
    return rests;
  };
  visit(root, []);
  return resting;
}

/** How many transitions are drawn. */
export function transitionCount({ root, edges }: Chart): number {
  let count = edges.reduce((sum, { transitions }) => sum + transitions.length, 0);
  eachNode(root, ({ inner }) => (count += inner.length));
  return count;
}

/** The ids of the states that are active in `value`, the root included. */
export function activeIds(root: ChartNode, value: StateValue | undefined): ReadonlySet<string> {
  const active = new Set<string>();
  const visit = (node: ChartNode, at: StateValue | undefined): void => {
    active.add(node.id);
    if (at === undefined) return;
    for (const child of node.children) {
      if (typeof at === 'string') {
        if (at === child.key) visit(child, undefined);
      } else if (Object.hasOwn(at, child.key)) {
        visit(child, at[child.key]);
      }
    }
  };
  if (value !== undefined) visit(root, value);
  return active;
}

/** Calls `visit` with every state, parents first. */
export function eachNode(node: ChartNode, visit: (node: ChartNode) => void): void {
  visit(node);
  for (const child of node.children) eachNode(child, visit);
}
