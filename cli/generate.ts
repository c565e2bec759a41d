/**
 * `maskbit generate`: tests as files, which run without maskbit. What it will write is told before it is made.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  generateEvents,
  type GenerateOptions,
  generateVectors,
  type Generation,
} from '../conformance/generate/index.ts';
import type { Instance } from '../properties/instances.ts';
import { EXIT, type Exit, printRaw, tell } from './output.ts';
import { formatCell, startProgress } from './report.ts';
import { WholeFile, writeWhole } from './whole.ts';

/** What the command line says. */
export interface GenerateChoices extends GenerateOptions {
  /** The file; standard output when left out. */
  readonly out?: string;
}

/** Writes the tests of an instance. `vectors` may be more than a machine is explored with. */
export async function generate(
  instance: Instance,
  vectors: number,
  { out, ...options }: GenerateChoices,
): Promise<Exit> {
  const isFunction = instance.machine.id === 'function';
  const generation = isFunction ? generateVectors(vectors, options) : generateEvents(instance, options);
  const { paths, head, note, isTooMany } = generation;
  if (isTooMany === true) {
    tell(`${head.machine}, ${options.strategy}: ${note} Take transitions, pairs or complete.`);
    return EXIT.bound;
  }
  if (generation.chosen.tests === 0 && generation.chosen.isExact) {
    tell(
      `Got --only ${options.only}, which none of the ${formatCell(paths)} paths exercises; expected a rule of the machine ${head.machine} that some do.`,
    );
    return EXIT.usage;
  }
  tell(sizeOf(generation, options.only));
  if (out === undefined) {
    await eachPiece(generation, printRaw);
    return EXIT.holds;
  }
  const file = new WholeFile(out);
  const progress = startProgress(head.strategy, paths);
  try {
    await eachPiece(
      generation,
      (piece) => file.write(piece),
      (done) => progress.advance(done),
    );
    file.finish();
  } catch (error) {
    file.drop();
    throw error;
  } finally {
    progress.end();
  }
  const adapter = join(dirname(out), 'adapter.js');
  if (options.format === 'vitest' && !existsSync(adapter)) {
    writeWhole(adapter, generation.adapter);
    tell(`Wrote ${adapter}, to be filled in.`);
  }
  return EXIT.holds;
}

/** Hands over the text, piece by piece. Between pieces an interrupt is heard, and so is a reader who goes away. */
async function eachPiece(
  generation: Generation,
  take: (piece: string) => void,
  onTests?: (done: number) => void,
): Promise<void> {
  let turned = performance.now();
  for (const piece of generation.write(onTests)) {
    take(piece);
    if (performance.now() < turned + TURN_MILLISECONDS) continue;
    await new Promise<void>((resolve) => void setImmediate(resolve));
    turned = performance.now();
  }
}

const TURN_MILLISECONDS = 20;

/**
 * How fast a common machine is, in seconds of processor time. Steps of a function are slow until each state and request of each profile has come
 * once, some `warm` steps; then they are `fast`.
 */
const PACES = {
  all: { begin: 2.5, warm: 16_000, slow: 3000, fast: 46_000 },
  strict: { begin: 0.3, warm: 16_000, slow: 25_000, fast: 60_000 },
  events: { begin: 0, warm: 0, slow: Infinity, fast: 270_000 },
} as const;

/** How many events a second are looked at, to find the paths that exercise a rule. */
const LOOKED_AT_A_SECOND = 200_000;

/**
 * How many seconds of processor time the whole command takes: those that it has `spent` on the paths before it can say how many there are, and
 * those that the text will take.
 */
export function secondsOf({ steps, chosen, head }: Generation, only: string | undefined, spent: number): number {
  const { begin, warm, slow, fast } = PACES[head.profiles === 0 ? 'events' : head.profiles === 1 ? 'strict' : 'all'];
  const looking = only === undefined ? 0 : steps / LOOKED_AT_A_SECOND;
  return Math.ceil(spent + begin + looking + Math.min(chosen.steps, warm) / slow + chosen.steps / fast);
}

/** What this process has taken of processors so far. */
function secondsSpent(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Says how much will be written, and how long that takes: "function, pairs: 3,872 tests with 16,456 events; some 4 MB in 9 s." */
function sizeOf(generation: Generation, only: string | undefined): string {
  const { paths, chosen, bytes, note, head } = generation;
  const seconds = secondsOf(generation, only, secondsSpent());
  const size = bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${formatCell(Math.round(bytes / 1e6))} MB`;
  const count = `${chosen.isExact ? '' : 'some '}${formatCell(chosen.tests)}`;
  const tests = chosen.tests === paths ? count : `${count} of ${formatCell(paths)}`;
  const noun = paths === 1 ? 'test' : 'tests';
  const events = `${chosen.isExact ? '' : 'some '}${formatCell(chosen.steps)} events`;
  const told = `${head.machine}, ${head.strategy}: ${tests} ${noun} with ${events}; some ${size} in ${formatCell(seconds)} s.`;
  return note === undefined ? told : `${told} ${note}`;
}
