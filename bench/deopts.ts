/**
 * How often V8 throws away what it has compiled for the accesses: while it warms up, and afterwards, by its own tracing. Each row of
 * `accesses.ts`, and each way through an assigned device, runs in a process of its own with `--trace-deopt`. Run by `npm run bench`.
 */
import { execFileSync } from 'node:child_process';
import { OPERATIONS, SETUPS } from './accesses.ts';
import { ASSIGNED_NAMES, assignedWorks } from './assigned.ts';
import { createOurs } from './contenders.ts';

const COUNT = 200_000;
const MEASURED = 'measured from here';
const ASSIGNED = 'assigned';

/** How often V8 deoptimised in rounds of an operation: in those that warm up, and in as many after them. */
export function benchDeopts(operation: string, vectors: number, notifies: boolean): [before: number, after: number] {
  return deoptsOf(operation, String(vectors), String(notifies));
}

/** The same of a way through an assigned device, by its place among them. */
export function benchAssignedDeopts(index: number): [before: number, after: number] {
  return deoptsOf(ASSIGNED, String(index));
}

function deoptsOf(...own: readonly string[]): [before: number, after: number] {
  const loader = import.meta.filename.endsWith('.ts') ? ['--import', 'tsx'] : [];
  const flags = [...loader, '--trace-deopt', import.meta.filename];
  const output = execFileSync(process.execPath, [...flags, ...own], { encoding: 'utf8' });
  const [before, after] = output.split(MEASURED).map((part) => part.split('[bailout').length - 1);
  return [before, after];
}

function rounds(run: (count: number) => number): void {
  for (let round = 0; round < 20; round++) run(COUNT);
  console.log(MEASURED);
  for (let round = 0; round < 20; round++) run(COUNT);
}

function main(): void {
  const [operation, vectors, notifies] = process.argv.slice(2);
  if (operation === ASSIGNED) {
    rounds(assignedWorks([Number(vectors)])[0].run);
    return;
  }
  if (operation !== undefined) {
    const ours = createOurs({ vectors: Number(vectors), notifies: notifies === 'true' });
    rounds(ours[operation as keyof typeof OPERATIONS]);
    return;
  }
  const tell = (name: string, [before, after]: readonly number[]): void =>
    console.log(`${name}: ${before} while warming up, ${after} afterwards`);
  for (const setup of SETUPS) {
    for (const [key, name] of Object.entries(OPERATIONS)) {
      const where = `${setup.vectors.toLocaleString('en-US')} vectors${setup.notifies ? ', notifiers' : ''}`;
      tell(`${name}, ${where}`, benchDeopts(key, setup.vectors, setup.notifies));
    }
  }
  for (const [index, name] of ASSIGNED_NAMES.entries()) {
    if (index > 1) tell(`assigned: ${name}`, benchAssignedDeopts(index));
  }
}

if (process.argv[1] === import.meta.filename) main();
