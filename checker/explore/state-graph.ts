/**
 * The reachable part of a machine, whole, by number: what every explorer makes and everything else reads.
 * A machine is a Mealy machine: a step has a target and outputs, and an event that no transition takes is ignored.
 */
import type { AnyStateMachine, StateValue } from 'xstate';
import { Brand } from '../argument/argument.ts';

export interface StateGraph {
  readonly machine: AnyStateMachine;
  /** The alphabet. Events go by their place in it. */
  readonly events: readonly string[];
  /** The states in breadth-first order; 0 is the initial one. */
  readonly states: readonly StateValue[];
  /** The number of transitions that are taken: of all pairs of state and event, those that are not ignored. */
  readonly transitionCount: number;
  /** The length of the longest of all shortest paths. */
  readonly depth: number;
  /** Returns the state after `event` in `state`; the same one when the event is ignored. */
  target(state: number, event: number): number;
  /** Returns the outputs of `event` in `state`, in order. */
  outputs(state: number, event: number): readonly string[];
  /** Returns whether any transition takes `event` in `state`. */
  taken(state: number, event: number): boolean;
  /** Returns the events of the shortest path to `state`, the first in the order of the alphabet. */
  pathTo(state: number): readonly number[];
}

/** What explorers return. */
export const GRAPH = new Brand<StateGraph>("a state graph, as enumerate or an exploration's graph() returns it");
