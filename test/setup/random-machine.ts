/**
 * Random machines of the checker's subset, by seed: compound and parallel states, nested deeply now and then, guards over any of
 * them, targets of every form, several of them too, forbidden transitions, entry and exit actions. Their names are what people
 * write, and now and then what some language or XState could stumble over. Small enough that XState can finish them.
 *
 * A few lie outside of the subset on purpose: with a key that is a member of Object.prototype, with two targets in one region, or with
 * a guard that nobody gives.
 */
import { type AnyStateMachine, and, createMachine, not, or, stateIn } from 'xstate';
import { checkSpec, SubsetError } from '../../checker/machine/subset.ts';

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
export const RANDOM_EVENTS: readonly string[] = ['e0', 'e 1', 'toString', 'e.3'];

/** The guards that every random machine has. */
export const RANDOM_GUARDS: readonly string[] = ['g0', 'g1', 'valueOf', 'g 3', 'g4'];

/** Names that mean something to a language that a machine is printed in, or that need quotes there. */
const ODD_NAMES = [
  ...['0', '10', 'a b', "it's", '"', '→', 'if', 'mtype', 'MODULE', 'end', 'a-b', 'X', 'true', '*/', '/*', '${x}', '`'],
  ...[
    'states',
    'on',
    'target',
    'turn',
    'Init',
    'inactive',
    'WF_s',
    'TRUE',
    'skip',
    'timeout',
    'é',
    ' ',
    '====',
    '\u2028',
  ],
];
/** Members of Object.prototype: every object has them, so XState finds them in every state value. */
const INHERITED_NAMES = ['constructor', 'toString', 'hasOwnProperty', '__proto__'];
/** Descriptions that could end a comment. */
const ODD_TEXTS = ['plain', 'ends */ here', 'two\nlines', '====', '(* nested', 'quote \' and "'];

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
  // A deep machine has a child or two at each of many levels.
  const isDeep = chance(10);
  const isOdd = chance(40);
  const hasInherited = chance(5);

  const keyOf = (plain: string, taken: readonly string[]): string => {
    const key = hasInherited && chance(10) ? pick(INHERITED_NAMES) : isOdd && chance(30) ? pick(ODD_NAMES) : plain;
    return taken.includes(key) ? plain : key;
  };

  // Most regions are compound and most children of compound states atomic: else there is little to reach.
  const grow = (key: string, path: readonly string[], isRegion: boolean): Tree => {
    const isLeaf =
      path.length > 0 && (budget <= 0 || path.length > (isDeep ? 14 : 4) || chance(isDeep ? 15 : isRegion ? 10 : 60));
    if (isLeaf) return { key, path, type: 'atomic', children: [] };
    const type = chance(isRegion ? 20 : 60) ? 'parallel' : 'compound';
    const count = chance(isDeep ? 50 : 10) ? 1 : 2 + random(2);
    budget -= count;
    const keys: string[] = [];
    for (let index = 0; index < count; index++) {
      keys.push(keyOf(`${type === 'parallel' ? 'r' : 's'}${index}`, keys));
    }
    const children = keys.map((child) => grow(child, [...path, child], type === 'parallel'));
    return { key, path, type, children };
  };
  const root = grow('m', [], false);
  const nodesOf = (tree: Tree): Tree[] => [tree, ...tree.children.flatMap(nodesOf)];
  const nodes = nodesOf(root);
  // Some states have an id of their own; the others have the one that XState makes of their path.
  const own = new Map(
    nodes.flatMap((node, index) => (index > 0 && chance(20) ? [[node, `id${chance(30) ? '.' : ''}${index}`]] : [])),
  );
  /** A state by its id: its own, with dots escaped; or that of a state around it, and the keys from there on. */
  const idOf = (node: Tree): string => {
    const around = nodes.filter((other) => own.has(other) && other.path.every((key, at) => node.path[at] === key));
    const from = own.has(node) && chance(70) ? node : around.length > 0 && chance(50) ? pick(around) : root;
    const id = from === root ? 'm' : (own.get(from) as string).replaceAll('.', '\\.');
    return `#${[id, ...node.path.slice(from.path.length)].join('.')}`;
  };

  /** A value that `stateIn` finds: nested objects, a path with dots, or an id. */
  const valueOf = (node: Tree): any => {
    if (node.path.length === 0 || chance(30)) return idOf(node);
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
  const guardNames = RANDOM_GUARDS.slice(0, 4);
  const guards: Record<string, any> = Object.fromEntries(guardNames.map((name) => [name, guardOf(2)]));
  guards[RANDOM_GUARDS[4]] = and(['g0', not('g1')]);
  const usable = Object.keys(guards);
  // Nobody asks for it, so what it is does not matter.
  if (chance(20)) guards.unused = () => true;
  if (chance(2)) usable.push(pick(['isPrototypeOf', 'missing']));

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
    return idOf(pick(nodes));
  };
  const below = (node: Tree): Tree[] => [node, ...node.children.flatMap(below)];
  /** A target in each of several regions of one parallel state. */
  const targetsOf = (): string[] | undefined => {
    const parallels = nodes.filter(({ type, children }) => type === 'parallel' && children.length > 1);
    if (parallels.length === 0) return undefined;
    const regions = pick(parallels).children.filter((_, index) => index < 2 || chance(50));
    return regions.map((region) => idOf(pick(below(region))));
  };
  const transitionOf = (node: Tree): any => {
    const kind = random(100);
    const target =
      kind < 15 ? undefined : kind === 15 ? [targetOf(node), targetOf(node)] : kind < 22 ? targetsOf() : targetOf(node);
    if (target === undefined && chance(25)) return pick([undefined, {}, { actions: [] }, { guard: pick(usable) }]);
    if (typeof target === 'string' && chance(20)) return target;
    return {
      ...(target === undefined ? {} : { target }),
      ...(chance(50) ? { guard: pick([...usable, guardOf(1)]) } : {}),
      ...(chance(70) ? { actions: actionsOf('act') } : {}),
      ...(chance(10) ? { reenter: true } : {}),
    };
  };
  const configOf = (node: Tree): any => {
    const busy = node.type === 'atomic' ? 70 : 15;
    const on = RANDOM_EVENTS.filter(() => chance(busy)).map((event) => {
      const transitions = Array.from({ length: chance(5) ? 0 : 1 + random(2) }, () => transitionOf(node));
      return [event, transitions.length === 1 && chance(50) ? transitions[0] : transitions];
    });
    const id = node === root ? 'm' : own.get(node);
    return {
      ...(id === undefined ? {} : { id }),
      ...(chance(10) ? { description: pick(ODD_TEXTS) } : {}),
      ...(chance(5) ? { always: [] } : {}),
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
  const config = configOf(root);
  // Every machine has every event: at the root, a forbidden one forbids nothing.
  const named = (state: any): string[] => [
    ...Object.keys(state.on ?? {}),
    ...Object.values(state.states ?? {}).flatMap(named),
  ];
  const missing = RANDOM_EVENTS.filter((event) => !named(config).includes(event));
  config.on = { ...config.on, ...Object.fromEntries(missing.map((event) => [event, undefined])) };
  return createMachine(config).provide({ guards });
}

/** Makes the machine of a seed; undefined where it lies outside of the subset. */
export function acceptedMachine(seed: number): AnyStateMachine | undefined {
  const machine = randomMachine(seed);
  try {
    checkSpec(machine);
    return machine;
  } catch (error) {
    if (error instanceof SubsetError) return undefined;
    throw error;
  }
}
