/**
 * What importing the library costs, as it is published: one file. Each import is made by a process of its own that is itself a module from a file, as an
 * importer is; in turns with that of the registers alone, which is what Node takes for a small file. Run by `npm run bench`.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { printTable } from './timing.ts';

const ROUNDS = 41;

/** Milliseconds of one import: by the clock, and of processor time of all threads. */
interface Importing {
  readonly wall: number;
  readonly processor: number;
}

async function timeImport(file: string): Promise<Importing> {
  const url = pathToFileURL(file).href;
  const before = process.cpuUsage();
  const start = performance.now();
  await import(url);
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return { wall, processor: (user + system) / 1000 };
}

/** The fastest import of each file, in so many rounds. */
export function benchImporting(files: readonly string[], rounds: number): Importing[] {
  const loader = import.meta.filename.endsWith('.ts') ? ['--import', 'tsx'] : [];
  const found = files.map((): Importing[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, file] of files.entries()) {
      const own = [...loader, import.meta.filename, file];
      const output = execFileSync(process.execPath, own, { encoding: 'utf8' });
      found[index].push(JSON.parse(output));
    }
  }
  return found.map((times) => ({
    wall: Math.min(...times.map(({ wall }) => wall)),
    processor: Math.min(...times.map(({ processor }) => processor)),
  }));
}

async function main(): Promise<void> {
  const [file] = process.argv.slice(2);
  if (file !== undefined) {
    console.log(JSON.stringify(await timeImport(file)));
    return;
  }
  const library = join(import.meta.dirname, '../src');
  const files = [join(library, 'registers.js'), join(library, 'index.js')];
  const rows = benchImporting(files, ROUNDS).map(({ wall, processor }, index) => [
    ['the registers alone', 'the library'][index],
    wall.toFixed(1),
    processor.toFixed(1),
  ]);
  printTable([[`import of, fastest of ${ROUNDS}`, 'ms', 'ms of processor'], ...rows], 1);
}

if (process.argv[1] === import.meta.filename) await main();
