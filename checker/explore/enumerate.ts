/**
 * The plain explorer: breadth-first over XState's own transition function, written for clarity.
 * It is what faster ones are held against. It keeps every state, so a hundred thousand of them is its limit.
 */
import {
  type AnyActorScope,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  initialTransition,
  type StateValue,
} from 'xstate';
import { requireCount, requireLimit } from '../argument/argument.ts';
import { type Alphabet, readAlphabet } from '../machine/alphabet.ts';
import { nameOutput } from '../machine/output.ts';
import { admit } from '../machine/subset.ts';
import { isForbidding } from '../machine/transition-sets.ts';
import { BoundError } from './bound.ts';
import { GRAPH, type StateGraph } from './state-graph.ts';

/** One step of a machine. */
export interface Step {
  readonly next: AnyMachineSnapshot;
  readonly outputs: readonly string[];
  readonly taken: boolean;
}

/** Makes a function that steps `machine` from any of its snapshots. */
export function stepper(machine: AnyStateMachine): (snapshot: AnyMachineSnapshot, event: string) => Step {
  // One actor scope for all steps: the pure `transition()` builds an actor for each, which makes it several times slower.
  const outputs: string[] = [];
  const scope = createScope(machine, (type, params) => outputs.push(nameOutput(type, params)));
  return (snapshot, type) => {
    outputs.length = 0;
    // As XState's `can()` has it: a transition that forbids its event is selected, and nothing is taken by it.
    const taken = machine.getTransitionData(snapshot, { type }).some((transition) => !isForbidding(transition));
    const next = taken ? machine.transition(snapshot, { type }, scope) : snapshot;
    return { next, outputs: [...outputs], taken };
  };
}

function createScope(machine: AnyStateMachine, act: (type: string, params: any) => void): AnyActorScope {
  const actor = createActor(machine);
  return {
    self: actor,
    id: actor.id,
    sessionId: actor.sessionId,
    logger: () => {},
    defer: () => {},
    emit: () => {},
    system: actor.system,
    stopChild: () => {},
    actionExecutor: (action) => act(action.type, action.params),
  } as AnyActorScope;
}

/**
 * Explores `machine` from its initial state, with every event of an alphabet in every state.
 * @throws {SubsetError} when the machine is outside of the subset: there, a state value is not all that matters.
 * @throws {BoundError} when there are more than `stateLimit` states.
 */
export function enumerate(machine: AnyStateMachine, alphabet?: Alphabet, stateLimit = 100_000): StateGraph {
  admit('machine of enumerate', machine);
  const { events } = readAlphabet('alphabet of enumerate', machine, alphabet);
  requireLimit('stateLimit of enumerate', stateLimit);
  const step = stepper(machine);
  const [initial] = initialTransition(machine);
  const numbers = new Map<string, number>([[JSON.stringify(initial.value), 0]]);
  const snapshots: AnyMachineSnapshot[] = [initial];
  const origins: { readonly state: number; readonly event: number }[] = [{ state: 0, event: -1 }];
  const targets: number[] = [];
  const outputs: (readonly string[])[] = [];
  const taken: boolean[] = [];

  for (let state = 0; state < snapshots.length; state++) {
    for (const [event, type] of events.entries()) {
      const result = step(snapshots[state], type);
      const key = JSON.stringify(result.next.value);
      let target = numbers.get(key);
      if (target === undefined) {
        if (snapshots.length === stateLimit) {
          throw new BoundError(
            `Got more than ${stateLimit} states of ${machine.id}; expected no more than that limit.`,
          );
        }
        target = snapshots.length;
        numbers.set(key, target);
        snapshots.push(result.next);
        origins.push({ state, event });
      }
      targets.push(target);
      outputs.push(result.outputs);
      taken.push(result.taken);
    }
  }

  const requireState = (state: number): number => requireCount('state of a graph', state, snapshots.length - 1);
  const at = (state: number, event: number): number => {
    return requireState(state) * events.length + requireCount('event of a graph', event, events.length - 1);
  };
  const pathTo = (state: number): number[] => {
    requireState(state);
    const path: number[] = [];
    for (let here = state; here !== 0; here = origins[here].state) path.push(origins[here].event);
    return path.toReversed();
  };
  return GRAPH.mark({
    machine,
    events,
    states: snapshots.map((snapshot): StateValue => snapshot.value),
    transitionCount: taken.filter(Boolean).length,
    // States stand in breadth-first order, so the last one is among the deepest.
    depth: pathTo(snapshots.length - 1).length,
    target: (state, event) => targets[at(state, event)],
    outputs: (state, event) => outputs[at(state, event)],
    taken: (state, event) => taken[at(state, event)],
    pathTo,
  });
}
