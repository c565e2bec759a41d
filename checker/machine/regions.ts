/**
 * A state as a reader sees it: which child is current in each region, which is to say in each compound state.
 */
import type { AnyStateMachine, AnyStateNode, StateValue } from 'xstate';
import { admit } from './subset.ts';
import { requireWholeState } from './value.ts';
import { childrenOf, nodesOf } from './transition-sets.ts';

/** The current child of each region, by the region's name; '' where it is not active. */
export type Regions = Readonly<Record<string, string>>;

/** Returns the current child of each region in a state of a machine. */
export function regionsOf(machine: AnyStateMachine, value: StateValue): Regions {
  admit('machine of regionsOf', machine);
  requireWholeState('value of regionsOf', machine, value);
  const { names, children } = regionReader(machine);
  const current = children(value);
  return Object.fromEntries(names.map((name, region) => [name, current[region]]));
}

/** Makes a function that reads the current children of a machine's regions, in the order of their names. */
export function regionReader(machine: AnyStateMachine): {
  readonly names: readonly string[];
  readonly children: (value: StateValue) => string[];
} {
  const nodes = nodesOf(machine.root).filter(({ type }) => type === 'compound');
  const paths = nodes.map(({ path }) => path);
  return { names: nodes.map(regionName), children: (value) => paths.map((path) => childAt(value, path)) };
}

/** The keys that lead to a region. Where the root is a region too, all begin with its id: so no two are the same. */
function regionName({ machine, path }: AnyStateNode): string {
  return (machine.root.type === 'compound' ? [machine.id, ...path] : path).join('.');
}

function childAt(value: StateValue, path: readonly string[]): string {
  let at: StateValue | undefined = value;
  for (const key of path) at = typeof at === 'object' && Object.hasOwn(at, key) ? at[key] : undefined;
  if (at === undefined) return '';
  return typeof at === 'string' ? at : Object.keys(at)[0];
}

/**
 * Returns the state that regions stand for: the inverse of `regionsOf`.
 * @throws {RangeError} when they are no whole state of the machine.
 */
export function valueOf(machine: AnyStateMachine, regions: Regions): StateValue {
  const below = (node: AnyStateNode): StateValue => {
    if (node.type !== 'compound') return Object.fromEntries(childrenOf(node).map((child) => [child.key, below(child)]));
    const name = regionName(node);
    const child = childrenOf(node).find(({ key }) => key === regions[name]);
    if (child === undefined) {
      const keys = childrenOf(node).map(({ key }) => key);
      throw new RangeError(`Got ${regions[name] || 'no state'} in ${name}; expected one of ${keys.join(', ')}.`);
    }
    return childrenOf(child).length === 0 ? child.key : { [child.key]: below(child) };
  };
  return below(machine.root);
}
