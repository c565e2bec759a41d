/**
 * Runs the simulator over the whole of the implementation: `npm run simulate -- --seconds 60 --seed 7`. Prints the seed, and of what it
 * finds the shrunk history. Exit status: 0 no difference, 1 a difference, 2 usage.
 */
import { parseArgs } from 'node:util';
import * as fc from 'fast-check';
import { faults } from '../test/simulator/compare.ts';
import { type Counts, simulations } from '../test/simulator/simulate.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string', default: '20101020' } },
});
const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
if (!(seconds > 0) || !Number.isInteger(seed)) {
  console.error(
    `simulate: got --seconds ${values.seconds} --seed ${values.seed}; expected a positive number and an integer.`,
  );
  process.exit(2);
}

const counts: Counts = { acts: 0, calls: 0 };
console.log(`Simulates for ${seconds} s from seed ${seed}.`);
for (const [index, { name, property }] of simulations(counts).entries()) {
  const share = (1000 * seconds) / simulations(counts).length;
  const result = fc.check(property, { seed: seed + index, numRuns: 2 ** 30, interruptAfterTimeLimit: share });
  if (result.failed && result.counterexample !== null) {
    console.log(`${name}: a difference, from seed ${seed + index}, after ${result.numRuns} histories.`);
    for (const step of result.counterexample[0] as readonly unknown[]) console.log(`  ${JSON.stringify(step)}`);
    console.log(String(result.errorInstance instanceof Error ? result.errorInstance.message : result.errorInstance));
    process.exit(1);
  }
  console.log(`${name}: ${result.numRuns} histories, no difference.`);
}
const { thrown, damaged, nonsense } = faults;
console.log(`${counts.acts} acts and ${counts.calls} lines of calls out, on both sides together.`);
console.log(
  `Faults injected: ${thrown} callbacks that threw, ${damaged} damaged saves, ${nonsense} calls that make no sense.`,
);
