/**
 * How fast accesses and signals are, against the limit, against plain objects, and against a device in C: the starter kit, by `cc -O2`.
 * Prints a table; run by `npm run bench`, and by `npm run speed -- accesses`, which puts it into docs/speed.md.
 *
 * All sides of a row are timed in one process and in turns, the one in C by itself beside it. Each setup has a process of its own, so
 * that V8 compiles for it alone.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Contender,
  createBareArray,
  createOurs,
  createPlainObjects,
  type Setup,
  VECTOR_COUNT,
} from './contenders.ts';
import { type Effort, printTable, timeInTurns, type TimedWork, type Timing } from './timing.ts';

/** The operations measured, and what each is called. */
export const OPERATIONS = {
  togglePairs: 'write a Mask Bit, read it back',
  signalUnmasked: 'signal, unmasked',
  signalMasked: 'signal, masked',
  signalRetire: 'signal, masked; retire',
} as const satisfies Partial<Record<keyof Contender, string>>;

/** What one operation took: by the limit, by maskbit, by plain objects, and by the kit in C where it was built, in this order. */
export interface AccessTiming {
  readonly operation: string;
  readonly timings: readonly Timing[];
}

/** Builds the kit for the bench, in a folder; nothing without a compiler. */
export function buildCKit(folder: string): string | undefined {
  const program = join(folder, 'kit');
  const kit = 'examples/kits/c';
  try {
    execFileSync('cc', ['-O2', '-I', kit, '-o', program, 'bench/kit.c', `${kit}/msix.c`]);
  } catch {
    return undefined;
  }
  return program;
}

/** Measures all operations. Throws when the contenders did not do the same. */
export function benchAccesses(
  effort: Effort,
  { kit, ...setup }: Setup & { readonly kit?: string } = { vectors: VECTOR_COUNT, notifies: false },
): AccessTiming[] {
  const contenders = [createBareArray(setup), createOurs(setup), createPlainObjects(setup)];
  return Object.entries(OPERATIONS).map(([key, operation]) => {
    const works = contenders.map((contender) => ({
      name: contender.name,
      run: contender[key as keyof typeof OPERATIONS],
    }));
    const native = kit === undefined ? [] : [nativeWork(kit, key, setup)];
    const timings = timeInTurns([...works, ...native], effort);
    for (const { name, checksum } of timings) {
      if ((checksum | 0) === (timings[0].checksum | 0)) continue;
      throw new Error(`${operation}: ${name} has the checksum ${checksum}; expected ${timings[0].checksum}.`);
    }
    return { operation, timings };
  });
}

function nativeWork(kit: string, operation: string, { vectors }: Setup): TimedWork {
  return {
    name: 'C kit',
    time: (count) => {
      const output = execFileSync(kit, [operation, String(vectors), String(count)], { encoding: 'utf8' });
      const [nanoseconds, checksum] = output.split(' ').map(Number);
      return { nanoseconds, checksum };
    },
  };
}

/** Each setup that is measured. */
export const SETUPS: readonly Setup[] = [64, 2048].flatMap((vectors) => [
  { vectors, notifies: false },
  { vectors, notifies: true },
]);
const HEAD = ['operation', 'vectors', 'limit', 'C kit', 'ours', 'objects', 'ours / limit', 'ours / C', 'checksum'];

/** The rows of one setup, in cells. */
function rowsOf(setup: Setup, kit: string | undefined): string[][] {
  // Short rounds, and the fastest counts: in one of them nothing else had the processor.
  const effort: Effort = { operations: 200_000, rounds: 41, warmUp: 20 };
  return benchAccesses(effort, { ...setup, kit }).map(({ operation, timings }) => {
    const [limit, ours, plain, native] = timings;
    const figure = (timing: Timing | undefined): string => timing?.fastest.toFixed(2) ?? '–';
    const times = (of: Timing | undefined): string => (of === undefined ? '–' : (ours.fastest / of.fastest).toFixed(2));
    const told = setup.notifies ? ', notifiers' : '';
    return [
      operation,
      `${setup.vectors.toLocaleString('en-US')}${told}`,
      ...[limit, native, ours, plain].map(figure),
      times(limit),
      times(native),
      String(limit.checksum),
    ];
  });
}

function main(): void {
  const [vectors, notifies, kit] = process.argv.slice(2);
  if (vectors !== undefined) {
    const rows = rowsOf({ vectors: Number(vectors), notifies: notifies === 'true' }, kit === '' ? undefined : kit);
    console.log(JSON.stringify(rows));
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'maskbit-bench-'));
  try {
    const built = buildCKit(folder) ?? '';
    const rows = SETUPS.flatMap((setup): string[][] => {
      const own = [import.meta.filename, String(setup.vectors), String(setup.notifies), built];
      return JSON.parse(execFileSync(process.execPath, own, { encoding: 'utf8' }));
    });
    printTable([HEAD, ...rows], 2);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === import.meta.filename) main();
