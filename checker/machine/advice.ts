/**
 * What to write instead of what lies outside of the subset, as ends of sentences. Each piece of advice keeps what the machine
 * does: `test/checker/advice.test.ts` has a machine before and after it, and compares them on random runs.
 */
import type { AnyStateNode } from 'xstate';
import { ancestorsOf, childrenOf } from './transition-sets.ts';

/** By the key of a state or of a transition. */
export const INSTEAD: Readonly<Record<string, string>> = {
  after: 'an event for the moment at which the time is up',
  always: 'its transitions on every event that leads here or makes a guard of it hold',
  delay: 'an event for the moment at which the time is up',
  history: 'a region that remembers the child',
  invoke: 'an event for each thing that the invoked actor says',
  onDone: 'its transitions on the events that lead to the final states',
  output: 'an action on the transitions that lead here',
  route: 'a transition with a target',
  in: 'a guard made of stateIn',
  cond: 'guard',
  internal: 'reenter',
};

/** For actions that XState itself acts upon, by their type. */
const INSTEAD_OF_ACTION: Readonly<Record<string, string>> = {
  'xstate.assign': 'a region with a state for each value that matters',
  'xstate.raise': 'what the raised event does on the events that raise it',
  'xstate.enqueueActions': 'a transition for each case, with the actions of the case by name',
  'xstate.cancel': 'a region that says whether the time runs, and the event for its end there',
  'xstate.spawnChild': 'a region for what the actor is doing',
  'xstate.stopChild': 'a region for what the actor is doing',
};

/** What to write instead of an action that XState acts upon; one that only tells of something needs but a name. */
export function insteadOfAction(type: unknown): string {
  const known = typeof type === 'string' && Object.hasOwn(INSTEAD_OF_ACTION, type);
  return known ? INSTEAD_OF_ACTION[type] : 'the name of an action that only tells of it';
}

/** What to write instead of a guard that is too large. */
export const INSTEAD_OF_LARGE = 'names for parts of it, in setup,';

/** What to write instead of a guard that is a function. */
export const INSTEAD_OF_FUNCTION =
  'stateIn, and, or, not under a name in setup, with an event for each payload and a state for each value of the context that it tells apart';

/**
 * What to write instead of a final state. XState takes the transitions of one that lies in a region; where the machine ends, it
 * takes none.
 */
export function insteadOfFinal(node: AnyStateNode): string {
  const { root } = node.machine;
  if (node.parent === root) {
    return `an atomic state without transitions, and those of ${root.id} in its other children`;
  }
  if (!endsMachine(node)) return 'an atomic state with the same transitions';
  return `an atomic state with the same transitions, and a guard on each transition of ${root.id} that not all of its regions are at their end`;
}

/** Whether the machine may end while a final state is active. */
function endsMachine(node: AnyStateNode): boolean {
  const [parent, ...around] = ancestorsOf(node);
  return (
    around.length > 0 && around.every(({ type }) => type === 'parallel') && canEnd(node.machine.root) && canEnd(parent)
  );
}

function canEnd(node: AnyStateNode): boolean {
  if (node.type === 'parallel') return childrenOf(node).every(canEnd);
  return node.type === 'final' || childrenOf(node).some(({ type }) => type === 'final');
}
