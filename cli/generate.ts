/**
 * `maskbit generate`: tests as files, which run without maskbit. Each file is written whole or not at all.
 */
import { closeSync, existsSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SIMPLE_PATH_RAIL } from '../checker/explore/paths.ts';
import {
  ADAPTER,
  eventAdapter,
  generateEvents,
  type GenerateOptions,
  generateVectors,
  type Generation,
} from '../conformance/generate/index.ts';
import type { Instance } from '../properties/instances.ts';
import { EXIT, type Exit, printRaw, tell } from './output.ts';
import { formatCell, startProgress } from './report.ts';

/** What the command line says. */
export interface GenerateChoices extends GenerateOptions {
  /** The file; standard output when left out. */
  readonly out?: string;
}

/** How many steps are made in a second, on a common machine: for what is said before. */
const STEPS_A_SECOND = 400;

/** Writes the tests of an instance. `vectors` may be more than a machine is explored with. */
export function generate(instance: Instance, vectors: number, { out, ...options }: GenerateChoices): Exit {
  const isFunction = instance.machine.id === 'function';
  const generation = isFunction ? generateVectors(vectors, options) : generateEvents(instance, options);
  const { paths, steps, note, head } = generation;
  if (options.strategy === 'simple' && paths > SIMPLE_PATH_RAIL) {
    tell(`${head.machine}, ${options.strategy}: ${note} Take transitions, pairs or complete.`);
    return EXIT.bound;
  }
  const seconds = Math.ceil(steps / (head.profiles > 1 ? STEPS_A_SECOND : 50 * STEPS_A_SECOND));
  tell(
    `${head.machine}, ${options.strategy}: ${formatCell(paths)} paths with ${formatCell(steps)} events; some ${seconds} s. ${note ?? ''}`.trimEnd(),
  );
  if (out === undefined) {
    for (const piece of generation.write()) printRaw(piece);
    return EXIT.holds;
  }
  writeWhole(out, generation);
  const adapter = join(dirname(out), 'adapter.js');
  if (options.format === 'vitest' && !existsSync(adapter)) {
    writeFileSync(adapter, isFunction ? ADAPTER : eventAdapter(instance.events));
    tell(`Wrote ${adapter}, to be filled in.`);
  }
  return EXIT.holds;
}

/** Writes a file whole or not at all, also when it is interrupted. */
function writeWhole(path: string, generation: Generation): void {
  const unfinished = `${path}.new`;
  const file = openSync(unfinished, 'w');
  const drop = (): void => rmSync(unfinished, { force: true });
  const interrupted = (): never => {
    drop();
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  const progress = startProgress(generation.head.strategy, generation.paths);
  try {
    for (const piece of generation.write((done) => progress.advance(done))) writeSync(file, piece);
  } catch (error) {
    drop();
    throw error;
  } finally {
    closeSync(file);
    progress.end();
    process.removeListener('SIGINT', interrupted);
  }
  renameSync(unfinished, path);
}
