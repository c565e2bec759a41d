/**
 * What a machine of XState is, as far as anyone may count on it.
 */
import type { AnyStateMachine } from 'xstate';
import { isObject, readField, refuse } from '../argument/argument.ts';

/** Requires a machine of XState 5, of this copy of XState or of another one. */
export function requireMachine(place: string, machine: unknown): AnyStateMachine {
  if (isObject(machine)) {
    const root = readField(machine, 'root');
    const methods = ['getStateNodeById', 'getTransitionData', 'transition', 'resolveState', 'provide'];
    const isMachine =
      isObject(root) &&
      readField(root, 'machine') === machine &&
      readField(root, 'transitions') instanceof Map &&
      typeof readField(machine, 'id') === 'string' &&
      isObject(readField(machine, 'implementations')) &&
      methods.every((name) => typeof readField(machine, name) === 'function');
    if (isMachine) return machine as AnyStateMachine;
  }
  return refuse(place, machine, "a machine, as XState's createMachine or setup(...).createMachine returns it");
}
