/**
 * How often V8 throws away what it has compiled for the accesses: while it warms up, and afterwards, by its own tracing. Each row of
 * `accesses.ts` runs in a process of its own with `--trace-deopt`. Run by `npm run bench`.
 */
import { execFileSync } from 'node:child_process';
import { OPERATIONS, SETUPS } from './accesses.ts';
import { createOurs } from './contenders.ts';

const COUNT = 200_000;
const MEASURED = 'measured from here';

/** How often V8 deoptimised in rounds of an operation: in those that warm up, and in as many after them. */
export function benchDeopts(operation: string, vectors: number, notifies: boolean): [before: number, after: number] {
  const loader = import.meta.filename.endsWith('.ts') ? ['--import', 'tsx'] : [];
  const flags = [...loader, '--trace-deopt', import.meta.filename];
  const own = [...flags, operation, String(vectors), String(notifies)];
  const output = execFileSync(process.execPath, own, { encoding: 'utf8' });
  const [before, after] = output.split(MEASURED).map((part) => part.split('[bailout').length - 1);
  return [before, after];
}

function main(): void {
  const [operation, vectors, notifies] = process.argv.slice(2);
  if (operation !== undefined) {
    const run = createOurs({ vectors: Number(vectors), notifies: notifies === 'true' })[
      operation as keyof typeof OPERATIONS
    ];
    for (let round = 0; round < 20; round++) run(COUNT);
    console.log(MEASURED);
    for (let round = 0; round < 20; round++) run(COUNT);
    return;
  }
  for (const setup of SETUPS) {
    for (const [key, name] of Object.entries(OPERATIONS)) {
      const [before, after] = benchDeopts(key, setup.vectors, setup.notifies);
      const where = `${setup.vectors.toLocaleString('en-US')} vectors${setup.notifies ? ', notifiers' : ''}`;
      console.log(`${name}, ${where}: ${before} while warming up, ${after} afterwards`);
    }
  }
}

if (process.argv[1] === import.meta.filename) main();
