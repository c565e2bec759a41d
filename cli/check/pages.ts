/**
 * The part of the check that holds generated machines to the page of one vector, on every step. The other pages need none: they are the very regions of the
 * machines that are made of them, and the page of ownership is driven along its own paths.
 */
import { enumerate } from '../../checker/explore/enumerate.ts';
import { createInstance, instanceName } from '../../properties/instances.ts';
import { holdToPage, vectorOnPage } from '../../properties/pages.ts';
import { formatCell, print, printTable } from '../report.ts';
import { type CheckSection, tellPath, Violations } from './part.ts';

/** The machines that are held to it, and which vector of each. */
const HELD = [
  { instance: createInstance('vector'), vector: 0 },
  { instance: createInstance('function', { vectors: 1 }), vector: 0 },
  { instance: createInstance('function', { vectors: 2 }), vector: 0 },
  { instance: createInstance('function', { vectors: 2 }), vector: 1 },
] as const;

/** Holds machines to the page of one vector. */
export function checkPages(): CheckSection {
  const violations = new Violations();
  const page = createInstance('vector-page');
  const pageGraph = enumerate(page.machine, page.events);
  let held = 0;
  const rows = HELD.map(({ instance, vector }) => {
    const name = instanceName(instance);
    const graph = enumerate(instance.machine, instance.events);
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
  });
  printTable(['held to the page of one vector', 'vector', 'steps', 'transitions of the page'], rows);
  print();
  return { clause: `${formatCell(held)} steps held to the page of one vector`, violations };
}
