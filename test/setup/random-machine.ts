/**
 * Random machines of the checker's subset, by seed: nested compound and parallel states, guards over any of them, targets
 * of every form, entry and exit actions. Small enough that XState can finish them.
 */
import { type AnyStateMachine, and, createMachine, not, or, stateIn } from 'xstate';

/** A generator of whole numbers below a bound: mulberry32. */
export function randomNumbers(seed: number): (bound: number) => number {
  let state = seed | 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}

/** The alphabet of every random machine. */
export const RANDOM_EVENTS: readonly string[] = ['e0', 'e1', 'e2', 'e3'];

interface Tree {
  readonly key: string;
  readonly path: readonly string[];
  readonly type: 'atomic' | 'compound' | 'parallel';
  readonly children: readonly Tree[];
}

/** Makes the machine of a seed. */
export function randomMachine(seed: number): AnyStateMachine {
  const random = randomNumbers(seed);
  const chance = (percent: number): boolean => random(100) < percent;
  const pick = <Item>(items: readonly Item[]): Item => items[random(items.length)];
  let budget = 8 + random(16);

  // Most regions are compound and most children of compound states atomic: else there is little to reach.
  const grow = (key: string, path: readonly string[], isRegion: boolean): Tree => {
    const isLeaf = path.length > 0 && (budget <= 0 || path.length > 4 || chance(isRegion ? 10 : 60));
    if (isLeaf) return { key, path, type: 'atomic', children: [] };
    const type = chance(isRegion ? 20 : 60) ? 'parallel' : 'compound';
    const count = chance(10) ? 1 : 2 + random(2);
    budget -= count;
    const children = Array.from({ length: count }, (_, index) => {
      const child = `${type === 'parallel' ? 'r' : 's'}${index}`;
      return grow(child, [...path, child], type === 'parallel');
    });
    return { key, path, type, children };
  };
  const root = grow('m', [], false);
  const nodesOf = (tree: Tree): Tree[] => [tree, ...tree.children.flatMap(nodesOf)];
  const nodes = nodesOf(root);
  // Some states have an id of their own; the others have the one that XState makes of their path.
  const ids = new Map(
    nodes.map((node, index) => [node, index > 0 && chance(20) ? `id${index}` : ['m', ...node.path].join('.')]),
  );

  /** A value that `stateIn` finds: nested objects, a path with dots, or an id. */
  const valueOf = (node: Tree): any => {
    if (node.path.length === 0 || chance(30)) return `#${ids.get(node)}`;
    if (chance(50)) return node.path.join('.');
    return node.path.reduceRight<any>((value, key) => (value === undefined ? key : { [key]: value }), undefined);
  };
  const guardOf = (depth: number): any => {
    const kind = depth === 0 ? 0 : random(5);
    if (kind === 1) return not(guardOf(depth - 1));
    if (kind === 2) return and(Array.from({ length: random(4) }, () => guardOf(depth - 1)));
    if (kind === 3) return or(Array.from({ length: random(4) }, () => guardOf(depth - 1)));
    return chance(30) ? not(stateIn(valueOf(pick(nodes)))) : stateIn(valueOf(pick(nodes)));
  };
  const guards = Object.fromEntries(Array.from({ length: 4 }, (_, index) => [`g${index}`, guardOf(2)]));
  guards.g4 = and(['g0', not('g1')]);

  const actionOf = (verb: string): any =>
    chance(50) ? `${verb}${random(3)}` : { type: verb, params: { n: random(3) } };
  const actionsOf = (verb: string): any[] => Array.from({ length: random(3) }, () => actionOf(verb));
  const targetOf = (node: Tree): string => {
    const siblings = nodes.filter((other) => other.path.length === node.path.length && node.path.length > 0);
    const near = siblings.filter((other) => {
      return other.path.slice(0, -1).join() === node.path.slice(0, -1).join() && (other !== node || chance(10));
    });
    if (node.children.length > 0 && chance(50)) return `.${pick(node.children).key}`;
    if (near.length > 0 && chance(85)) return pick(near).key;
    return `#${ids.get(pick(nodes))}`;
  };
  const transitionOf = (node: Tree): any => {
    const kind = random(100);
    const target = kind < 15 ? undefined : kind === 15 ? [targetOf(node), targetOf(node)] : targetOf(node);
    if (typeof target === 'string' && chance(20)) return target;
    return {
      ...(target === undefined ? {} : { target }),
      ...(chance(50) ? { guard: pick([...Object.keys(guards), guardOf(1)]) } : {}),
      ...(chance(70) ? { actions: actionsOf('act') } : {}),
      ...(chance(10) ? { reenter: true } : {}),
    };
  };
  const configOf = (node: Tree): any => {
    const busy = node.type === 'atomic' ? 70 : 15;
    const on = RANDOM_EVENTS.filter(() => chance(busy)).map((event) => {
      const transitions = Array.from({ length: 1 + random(2) }, () => transitionOf(node));
      return [event, transitions.length === 1 && chance(50) ? transitions[0] : transitions];
    });
    const id = ids.get(node) as string;
    return {
      ...(id.startsWith('id') || node.path.length === 0 ? { id } : {}),
      ...(node.type === 'parallel' ? { type: 'parallel' } : {}),
      ...(node.type === 'compound' ? { initial: pick(node.children).key } : {}),
      ...(on.length > 0 ? { on: Object.fromEntries(on) } : {}),
      ...(chance(15) ? { entry: actionsOf('enter') } : {}),
      ...(chance(15) ? { exit: actionsOf('exit') } : {}),
      ...(node.children.length > 0
        ? { states: Object.fromEntries(node.children.map((x) => [x.key, configOf(x)])) }
        : {}),
    };
  };
  return createMachine(configOf(root)).provide({ guards });
}
