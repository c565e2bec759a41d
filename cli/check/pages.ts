/**
 * The part of the check that holds generated machines to the page of one vector, on every step. The other pages need none: they are the very regions of the
 * machines that are made of them, and the page of ownership is driven along its own paths.
 */
import { enumerate } from '../../checker/explore/enumerate.ts';
import type { StateGraph } from '../../checker/explore/state-graph.ts';
import { createInstance, type Instance, instanceName } from '../../properties/instances.ts';
import { holdToPage, vectorOnPage } from '../../properties/pages.ts';
import { formatCell, print, printTable } from '../report.ts';
import { type CheckSection, tellPath, Violations } from './part.ts';

/** Holds machines to the page of one vector, each vector of them. */
export function checkPages(): CheckSection {
  const violations = new Violations();
  const page = createInstance('vector-page');
  const pageGraph = enumerate(page.machine, page.events);
  let held = 0;
  const machines = [
    createInstance('vector'),
    createInstance('function', { vectors: 1 }),
    createInstance('function', { vectors: 2 }),
  ];
  const hold = (instance: Instance, graph: StateGraph, vector: number) => {
    const name = instanceName(instance);
    const { steps, covered, departure } = holdToPage(graph, pageGraph, vectorOnPage(vector));
    held += steps;
    if (departure !== undefined) {
      const head = `The page of one vector parts from ${name}. ${departure.sentence}`;
      violations.add(tellPath(head, instance, departure.path, []), departure.sentence);
    } else if (covered < pageGraph.transitionCount) {
      violations.add(
        `Got ${covered} of ${pageGraph.transitionCount} transitions of the page of one vector that steps of ${name} take; expected all.`,
      );
    }
    return [name, vector, steps, `${covered} of ${pageGraph.transitionCount}`];
  };
  const rows = machines.flatMap((instance) => {
    const graph = enumerate(instance.machine, instance.events);
    return Array.from({ length: instance.vectors }, (_, vector) => hold(instance, graph, vector));
  });
  printTable(['held to the page of one vector', 'vector', 'steps', 'transitions of the page'], rows);
  print();
  return { clause: `${formatCell(held)} steps held to the page of one vector`, violations };
}
