/** Two graphs of one machine, compared. */
import type { StateGraph } from '../../checker/explore/state-graph.ts';

/** Compares two graphs of one machine, number by number; returns the first difference, or nothing. */
export function difference(ours: StateGraph, theirs: StateGraph): string | undefined {
  const counts = (graph: StateGraph): string => `${graph.states.length} ${graph.transitionCount} ${graph.depth}`;
  if (counts(ours) !== counts(theirs)) return `counts ${counts(ours)}, not ${counts(theirs)}`;
  for (const state of theirs.states.keys()) {
    const values = [ours, theirs].map((graph) => JSON.stringify(graph.states[state]));
    if (values[0] !== values[1]) return `state ${state} is ${values[0]}, not ${values[1]}`;
    if (ours.pathTo(state).join() !== theirs.pathTo(state).join()) return `path to state ${state}`;
    for (const [event, name] of theirs.events.entries()) {
      const steps = [ours, theirs].map((graph) => {
        return `${graph.target(state, event)} ${graph.taken(state, event)} ${graph.outputs(state, event).join()}`;
      });
      if (steps[0] !== steps[1]) return `${name} in ${values[0]}: ${steps[0]}, not ${steps[1]}`;
    }
  }
  return undefined;
}
