/**
 * What it costs to name a constant, in a hot loop of compiled JavaScript: a literal, an imported binding, a module-level
 * alias of one, a property of an imported namespace. It is why `src/` has aliases at the head of a module.
 */
import * as registers from '../src/registers.ts';
import { ADDRESS_LOW_RESERVED, CONTROL_ENABLE, VECTOR_CONTROL_MASK } from '../src/registers.ts';
import { type Effort, timeInTurns, type Timing, type Work } from './timing.ts';

const ENABLE = registers.CONTROL_ENABLE;
const RESERVED = registers.ADDRESS_LOW_RESERVED;
const MASK = registers.VECTOR_CONTROL_MASK;

/** The same loop four times. The first is what the others are compared with. */
const WORKS: readonly Work[] = [
  {
    name: 'literal',
    run: (count) => {
      let sum = 0;
      for (let index = 0; index < count; index++) {
        sum = (sum + (index & 0x8000) + (index & ~0x3) + ((index & 0x1) ^ 0x1)) | 0;
      }
      return sum;
    },
  },
  {
    name: 'alias at module level',
    run: (count) => {
      let sum = 0;
      for (let index = 0; index < count; index++) {
        sum = (sum + (index & ENABLE) + (index & ~RESERVED) + ((index & MASK) ^ MASK)) | 0;
      }
      return sum;
    },
  },
  {
    name: 'imported binding',
    run: (count) => {
      let sum = 0;
      for (let index = 0; index < count; index++) {
        const flipped = (index & VECTOR_CONTROL_MASK) ^ VECTOR_CONTROL_MASK;
        sum = (sum + (index & CONTROL_ENABLE) + (index & ~ADDRESS_LOW_RESERVED) + flipped) | 0;
      }
      return sum;
    },
  },
  {
    name: 'property of a namespace',
    run: (count) => {
      let sum = 0;
      for (let index = 0; index < count; index++) {
        const flipped = (index & registers.VECTOR_CONTROL_MASK) ^ registers.VECTOR_CONTROL_MASK;
        sum = (sum + (index & registers.CONTROL_ENABLE) + (index & ~registers.ADDRESS_LOW_RESERVED) + flipped) | 0;
      }
      return sum;
    },
  },
];

/** Measures the four loops. Throws when they did not compute the same. */
export function benchAliases(effort: Effort): Timing[] {
  const timings = timeInTurns(WORKS, effort);
  for (const { name, checksum } of timings) {
    if (checksum === timings[0].checksum) continue;
    throw new Error(`${name}: got the checksum ${checksum}; expected ${timings[0].checksum}.`);
  }
  return timings;
}

function main(): void {
  for (const { name, nanoseconds, ratio } of benchAliases({ operations: 1_000_000, rounds: 101, warmUp: 20 })) {
    console.log(`${nanoseconds.toFixed(2)} ns\t${ratio.toFixed(2)} times the literal\t${name}`);
  }
}

if (process.argv[1] === import.meta.filename) main();
