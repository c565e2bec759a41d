/**
 * What importing the library costs, as it is published: one file. Each import is made in a process of its own, in turns with that of an empty module,
 * which is what Node takes for itself. Run by `npm run bench`.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { printTable } from './timing.ts';

const EMPTY = 'data:text/javascript,';

/** Milliseconds of one import: by the clock, and of processor time of all threads. */
export interface Importing {
  readonly wall: number;
  readonly processor: number;
}

const IMPORT_AND_TELL = `
  const [before, start] = [process.cpuUsage(), performance.now()];
  await import(process.argv[1]);
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ wall, processor: (user + system) / 1000 }));`;

/** The fastest of the rounds, of each module. */
export function benchImporting(modules: readonly string[], rounds: number): Importing[] {
  const found = modules.map((): Importing[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, module] of modules.entries()) {
      const flags = ['--input-type=module', '--eval', IMPORT_AND_TELL, '--', module];
      found[index].push(JSON.parse(execFileSync(process.execPath, flags, { encoding: 'utf8' })));
    }
  }
  return found.map((times) => ({
    wall: Math.min(...times.map(({ wall }) => wall)),
    processor: Math.min(...times.map(({ processor }) => processor)),
  }));
}

function main(): void {
  const library = join(import.meta.dirname, '../src/index.js');
  const rows = benchImporting([EMPTY, library], 41).map(({ wall, processor }, index) => [
    index === 0 ? 'import of an empty module' : 'import of the library',
    wall.toFixed(1),
    processor.toFixed(1),
  ]);
  printTable([['fastest of 41 processes', 'ms', 'ms of processor'], ...rows], 1);
}

if (process.argv[1] === import.meta.filename) main();
