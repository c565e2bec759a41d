/**
 * Drives a part of the assigned device along paths of its machine, and compares after each step what it did and in what state it is.
 */
import type { StateGraph } from '../../checker/explore/state-graph.ts';
import type { PartUnderTest } from '../device/parts.ts';
import { regionsOfOutputs, regionsOfStates } from './concerned.ts';
import { failedStep } from './failure.ts';
import type { RegionPath } from './step-rules.ts';
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
        { subject: 'it', got: `did ${tellOutputs(done)}`, expected: tellOutputs(due) },
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
  const [differing] = regionsOfStates(...states);
  if (differing === undefined) return;
  const [got, expected] = states.map((value) => inRegion(value, differing));
  const what = { region: differing.at(-1)!, number: Number(/\d+$/.exec(differing[0])?.[0] ?? 0), got, expected };
  throw failedStep(part.name, graph.machine, graph.states[before], path, what, regionsOfStates(...states));
}

/** The state of a region that has no regions inside. */
const inRegion = (value: unknown, region: RegionPath): string =>
  String(region.reduce((inside, name) => (inside as Record<string, unknown> | undefined)?.[name], value));
