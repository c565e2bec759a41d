/**
 * How fast accesses and signals are, against the limit and against plain objects. Prints a table; run by `npm run bench`.
 */
import { type Contender, createBareArray, createOurs, createPlainObjects } from './contenders.ts';
import { type Effort, timeInTurns, type Timing } from './timing.ts';

/** The operations measured, and what each is called. */
const OPERATIONS = {
  togglePairs: 'write a Mask Bit, read it back',
  signalUnmasked: 'signal, unmasked',
  signalMasked: 'signal, masked',
  signalRetire: 'signal, masked; retire',
} as const satisfies Partial<Record<keyof Contender, string>>;

/** What one operation took: by the limit, by maskbit, by plain objects, in this order. */
export interface AccessTiming {
  readonly operation: string;
  readonly timings: readonly Timing[];
}

/** Measures all operations. Throws when the contenders did not do the same. */
export function benchAccesses(effort: Effort): AccessTiming[] {
  const contenders = [createBareArray(), createOurs(), createPlainObjects()];
  return Object.entries(OPERATIONS).map(([key, operation]) => {
    const works = contenders.map((contender) => ({
      name: contender.name,
      run: contender[key as keyof typeof OPERATIONS],
    }));
    const timings = timeInTurns(works, effort);
    for (const { name, checksum } of timings) {
      if (checksum === timings[0].checksum) continue;
      throw new Error(`${operation}: ${name} has the checksum ${checksum}; expected ${timings[0].checksum}.`);
    }
    return { operation, timings };
  });
}

function main(): void {
  const effort: Effort = { operations: 1_000_000, rounds: 101, warmUp: 20 };
  const columns = ['operation', 'limit ns', 'ours ns', 'plain ns', 'ours/limit', 'plain/ours', 'checksum'];
  console.log(columns.join('\t'));
  for (const { operation, timings } of benchAccesses(effort)) {
    const [limit, ours, plain] = timings;
    const figures = [limit, ours, plain].map(({ nanoseconds }) => nanoseconds.toFixed(2));
    const ratios = [ours.ratio, plain.ratio / ours.ratio].map((ratio) => ratio.toFixed(2));
    console.log([operation, ...figures, ...ratios, limit.checksum].join('\t'));
  }
}

if (process.argv[1] === import.meta.filename) main();
