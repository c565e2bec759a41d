/**
 * The part of a state graph that lies along one path: enough to drive a device along it and to tell where it differs. The whole graph of a million
 * states takes most of a minute to make, and nobody who has found a fault there should wait for it.
 */
import type { Exploration } from '../../checker/explore/explore.ts';
import type { StateGraph } from '../../checker/explore/state-graph.ts';

/** The states along a path of events, by their place on it; other events lead nowhere. */
export function graphAlong(exploration: Exploration, path: readonly number[]): StateGraph {
  const { machine, events } = exploration.compiled;
  const met = [0];
  for (const event of path) met.push(exploration.target(met.at(-1)!, event));
  return {
    machine,
    events,
    states: met.map((state) => exploration.value(state)),
    transitionCount: path.length,
    depth: path.length,
    target: (place, event) => (event === path[place] ? place + 1 : place),
    outputs: (place, event) => exploration.outputs(met[place], event),
    taken: (place, event) => event === path[place],
    pathTo: (place) => path.slice(0, place),
  };
}
