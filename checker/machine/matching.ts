/**
 * What `stateIn(value)` asks for: state nodes that must be active together. XState's own matching has corners in which a
 * value can never be found; those are refused here, since nobody means them.
 */
import type { AnyStateMachine, AnyStateNode, StateValue } from 'xstate';
import { shortened } from '../argument/argument.ts';

/**
 * Returns the state nodes that are all active exactly when `stateIn(value)` holds.
 * @throws {RangeError} when the value names no state of the machine, or none that XState ever finds.
 */
export function matchedNodes(machine: AnyStateMachine, value: StateValue): AnyStateNode[] {
  if (typeof value === 'string' && value.startsWith('#')) return [nodeById(machine, value)];
  return matchBelow(machine.root, value);
}

function nodeById(machine: AnyStateMachine, id: string): AnyStateNode {
  try {
    return machine.getStateNodeById(id);
  } catch {
    throw new RangeError(`stateIn('${shortened(id)}') names no state; write '#' and the id of a state.`);
  }
}

function matchBelow(node: AnyStateNode, value: StateValue | undefined): AnyStateNode[] {
  if (typeof value === 'string') {
    const [key, ...rest] = value.split('.');
    const child = childNamed(node, key);
    return rest.length === 0 ? [child] : matchBelow(child, rest.join('.'));
  }
  const keys = Object.keys(value ?? {});
  if (keys.length === 0) {
    throw new RangeError(
      `stateIn names nothing below '${node.id}'; write the key of a child there, or end the value at it.`,
    );
  }
  if (node.type === 'compound' && keys.length > 1) {
    throw new RangeError(
      `stateIn names ${keys.length} children of '${node.id}', of which one at a time is active; write an or of them.`,
    );
  }
  return keys.flatMap((key) => matchBelow(childNamed(node, key), value?.[key]));
}

function childNamed(node: AnyStateNode, key: string): AnyStateNode {
  if (Object.hasOwn(node.states, key)) return node.states[key] as AnyStateNode;
  const keys = Object.keys(node.states);
  const expected = keys.length === 0 ? 'it has no children' : `write one of ${keys.join(', ')}`;
  throw new RangeError(`stateIn names '${shortened(key)}' below '${node.id}'; ${expected}.`);
}
