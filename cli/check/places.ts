/**
 * The part of the check that walks the implementation at places among many vectors (`conformance/paths/places.ts`): usually a seeded sample, with --full all.
 */
import { createInProcessDevice } from '../../conformance/device/in-process.ts';
import { makeTours, PLACE_COUNTS, PlaceError, type PlacesCount, walkPlaces } from '../../conformance/paths/places.ts';
import { formatCell, print, printTable, tell } from '../report.ts';
import type { Budget } from './budget.ts';
import { type CheckSection, Violations } from './part.ts';

/** The places of a sample, of each kind and number of vectors. */
const SAMPLE = 8;

/** Walks every vector and pairs of vectors, of functions with 1 to 2,048. */
export function checkPlaces(isFull: boolean, budget: Budget): CheckSection {
  const violations = new Violations();
  const open: string[] = [];
  const tours = makeTours();
  const counts: PlacesCount[] = [];
  for (const vectors of PLACE_COUNTS) {
    if (budget.isOver) {
      open.push(`The time was up before the places among ${vectors} vectors.`);
      continue;
    }
    if (isFull) tell(`places among ${formatCell(vectors)} vectors`);
    try {
      const sample = isFull ? undefined : SAMPLE;
      counts.push(walkPlaces(createInProcessDevice(vectors), tours, { sample, isOver: () => budget.isOver }));
    } catch (error) {
      if (!(error instanceof PlaceError)) throw error;
      violations.add(`${error.message}\n  Driven again by: maskbit check ${isFull ? '--full ' : ''}--only places`);
    }
  }
  printTable(
    ['places among', 'vectors alone', 'pairs', 'steps'],
    counts.map(({ vectors, singles, pairs, steps }) => [vectors, singles, pairs, steps]),
  );
  print(
    `A vector goes through every transition, a pair through every state of both, and neighbours through whatever one does in every state of the other, while all others rest; ${isFull ? 'every vector, every pair in a word and across its end, and up to 10,000 random others' : 'a sample, and with --full all'}.`,
  );
  print();
  const steps = counts.reduce((sum, each) => sum + each.steps, 0);
  return { clause: `${formatCell(steps)} steps at places among up to 2,048 vectors`, violations, open };
}
