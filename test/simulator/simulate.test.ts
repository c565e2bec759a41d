/** A short share of the simulator, from fixed seeds: a minute of it, and as long as one likes, is `npm run simulate`. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Counts, simulations } from './simulate.ts';

const RUNS = 400;
const counts: Counts = { acts: 0, calls: 0 };

test.each(simulations(counts))('$name tell, answer and look as the reference does', ({ property }) => {
  const before = counts.calls;
  fc.assert(property, { seed: 20101020, numRuns: RUNS });
  // What tells nothing has checked nothing.
  expect(counts.calls - before).toBeGreaterThan(5 * RUNS);
});
