/**
 * What the lockstep of a large function costs, by words: in one thread, and in two. Beside it in the same rounds the exploration of the same machine.
 * Prints a table; run by `npm run bench:lockstep`, with the number of vectors if it is to be another than six.
 */
import { compile } from '../checker/compile/compile.ts';
import { type Exploration, explore } from '../checker/explore/explore.ts';
import { createInProcessDevice } from '../conformance/device/in-process.ts';
import { DIALECTS } from '../conformance/device/words.ts';
import type { Lockstep } from '../conformance/paths/lockstep.ts';
import { walkByWords } from '../conformance/paths/word-lockstep.ts';
import { walkBeside } from '../cli/check/lockstep-beside.ts';
import { FULL_INSTANCES, type Instance, instanceName, LARGER_INSTANCES } from '../properties/instances.ts';
import { printTable } from './timing.ts';

/** What one way took in the fastest round: by the clock, and of processor time. */
export interface LockstepTiming {
  readonly name: string;
  readonly seconds: number;
  readonly processor: number;
  /** What it found, so that nobody is fast by walking less. */
  readonly pairs: number;
  readonly steps: number;
}

/** Times the ways in turns. */
export function benchLockstep(vectors: number, rounds: number): LockstepTiming[] {
  const instance = instanceOf(vectors);
  const { machine, events } = instance;
  let exploration: Exploration;
  const works: [name: string, run: () => Lockstep][] = [
    [
      'explore',
      () => {
        exploration = explore(compile(machine, events));
        const { states, tries } = exploration.summary;
        return { pairs: states, steps: tries };
      },
    ],
    ['lockstep, one thread', () => walk(exploration, instance, Infinity)],
    ['lockstep, two threads', () => walk(exploration, instance, 0)],
  ];
  const found = works.map((): LockstepTiming[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, [name, run]] of works.entries()) {
      const before = process.cpuUsage();
      const start = performance.now();
      const { pairs, steps } = run();
      const seconds = (performance.now() - start) / 1000;
      const { user, system } = process.cpuUsage(before);
      found[index].push({ name, seconds, processor: (user + system) / 1e6, pairs, steps });
    }
  }
  return found.map((each) => each.toSorted((one, other) => one.seconds - other.seconds)[0]);
}

function walk(exploration: Exploration, instance: Instance, many: number): Lockstep {
  const [dialect] = DIALECTS;
  const { blocks, end } = walkBeside(exploration, instance, dialect.name, many);
  try {
    return walkByWords(exploration, createInProcessDevice(instance.vectors), instance.messages, dialect, { blocks });
  } finally {
    end();
  }
}

function instanceOf(vectors: number): Instance {
  const functions = [...LARGER_INSTANCES, ...FULL_INSTANCES].filter(
    ({ machine, channel }) => machine.id === 'function' && !channel,
  );
  const found = functions.find((instance) => instance.vectors === vectors);
  if (found !== undefined) return found;
  const sizes = functions.map((instance) => instance.vectors).join(', ');
  throw new Error(`Got ${vectors} vectors; expected one of ${sizes}.`);
}

const ROUNDS = 5;

function main(): void {
  const vectors = Number(process.argv[2] ?? 6);
  console.log(`${instanceName(instanceOf(vectors))}, fastest of ${ROUNDS}`);
  const timings = benchLockstep(vectors, ROUNDS);
  const rows = timings.map(({ name, seconds, processor, pairs, steps }) => [
    name,
    seconds.toFixed(2),
    processor.toFixed(2),
    (seconds / timings[0].seconds).toFixed(1),
    pairs.toLocaleString('en'),
    steps.toLocaleString('en'),
  ]);
  printTable([['', 'seconds', 's of processor', '/ explore', 'pairs', 'steps'], ...rows], 1);
}

if (process.argv[1] === import.meta.filename) main();
