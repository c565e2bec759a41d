/**
 * The part of the check that walks the implementation at places among many vectors (`conformance/paths/places.ts`): usually a seeded sample, with --full all.
 */
import { createInProcessDevice } from '../../conformance/device/in-process.ts';
import { makeTours, PLACE_COUNTS, PlaceError, type PlacesCount, walkPlaces } from '../../conformance/paths/places.ts';
import { formatCell, print, printTable, tell } from '../report.ts';
import type { Budget } from './budget.ts';
import { type CheckSection, Violations } from './part.ts';

/** The places of a sample, of each kind and number of vectors; in a full check without notifiers, and else. */
const [LARGE_SAMPLE, SAMPLE] = [200, 8];

/** Walks every vector and pairs of vectors, of functions with 1 to 2,048. */
export function checkPlaces(isFull: boolean, budget: Budget): CheckSection {
  const violations = new Violations();
  const open: string[] = [];
  const tours = makeTours();
  const counts: (PlacesCount & { readonly name: string })[] = [];
  const each = [true, false].flatMap((notifies) => PLACE_COUNTS.map((vectors) => ({ notifies, vectors })));
  for (const { notifies, vectors } of each) {
    const device = createInProcessDevice(vectors, { notifies });
    const { name } = device;
    if (budget.isOver) {
      open.push(`The time was up before the places of ${name} among ${vectors} vectors.`);
      continue;
    }
    if (isFull) tell(`places of ${name} among ${formatCell(vectors)} vectors`);
    try {
      const sample = !isFull ? SAMPLE : notifies ? undefined : LARGE_SAMPLE;
      counts.push({ name, ...walkPlaces(device, tours, { sample, isOver: () => budget.isOver }) });
    } catch (error) {
      if (!(error instanceof PlaceError)) throw error;
      violations.add(`${error.message}\n  Driven again by: maskbit check ${isFull ? '--full ' : ''}--only places`);
    }
  }
  printTable(
    ['places among', 'implementation', 'vectors alone', 'pairs', 'steps'],
    counts.map(({ vectors, name, singles, pairs, steps }) => [vectors, name, singles, pairs, steps]),
  );
  print(
    isFull
      ? 'A vector goes through every transition, a pair through every state of both, and neighbours and all pairs among up to 65 through whatever one does in every state of the other, while all others rest; every vector, every pair in a word and across its end, and up to 10,000 random others; without notifiers a sample.'
      : 'A vector goes through every transition, and a pair through whatever one does in every state of the other, while all others rest; a sample, and with --full all.',
  );
  print();
  const steps = counts.reduce((sum, count) => sum + count.steps, 0);
  return { clause: `${formatCell(steps)} steps at places among up to 2,048 vectors`, violations, open };
}
