/**
 * Drives a part of the assigned device along paths of its machine, and compares after each step what it did and in what state it is.
 */
import type { StateGraph } from '../../checker/explore/state-graph.ts';
import type { PartUnderTest } from '../device/parts.ts';
import { regionsOfOutputs, regionsOfStates } from './concerned.ts';
import { failedStep } from './failure.ts';
import { tellOutputs } from './story.ts';

/** Drives a part along a path. Returns the number of steps. Throws a `ConformanceError` at the first difference. */
export function drivePart(part: PartUnderTest, graph: StateGraph, path: readonly string[]): number {
  part.reset();
  let state = 0;
  compareState(part, graph, state, []);
  for (const [index, name] of path.entries()) {
    const so = path.slice(0, index + 1);
    const event = graph.events.indexOf(name);
    if (event < 0) throw new Error(`Got the event ${name}; expected one of the alphabet of ${graph.machine.id}.`);
    const done = part.perform(name);
    const due = graph.outputs(state, event);
    // What arrives with a read arrives in an order of its own: each output counts as often as it comes.
    if (done.toSorted().join() !== due.toSorted().join())
      throw failedStep(
        part.name,
        graph.machine,
        graph.states[state],
        so,
        `it did ${tellOutputs(done)}; expected ${tellOutputs(due)}`,
        regionsOfOutputs(done, due),
      );
    const before = state;
    state = graph.target(state, event);
    compareState(part, graph, state, so, before);
  }
  return path.length;
}

function compareState(
  part: PartUnderTest,
  graph: StateGraph,
  state: number,
  path: readonly string[],
  before = state,
): void {
  const states = [part.state(), graph.states[state]] as const;
  const [is, ought] = states.map((value) => JSON.stringify(sorted(value)));
  if (is !== ought)
    throw failedStep(
      part.name,
      graph.machine,
      graph.states[before],
      path,
      `it is in the state ${is}; expected ${ought}`,
      regionsOfStates(...states),
    );
}

/** A value with its keys in order, however they were written. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inside]) => [key, sorted(inside)]));
}
