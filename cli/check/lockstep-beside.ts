/**
 * Walks a large instance in lockstep in two threads: the second (`lockstep-thread.ts`) takes blocks of states beside the first, which tells what is found.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Exploration } from '../../checker/explore/explore.ts';
import { Blocks } from '../../conformance/paths/blocks.ts';
import { type Instance, instanceName } from '../../properties/instances.ts';
import { canRunBeside } from './beside.ts';

/** From so many states on, a second thread has begun long before the first is through. */
const MANY = 1 << 18;

/** What the second thread is told: what it walks, by name, and the memory that it shares. */
export interface LockstepOrder {
  readonly instance: string;
  readonly dialect: string;
  readonly words: Int32Array;
  readonly blocks: Int32Array;
  readonly count: number;
}

/** The blocks of a walk, and what ends the thread that takes some of them. */
export interface Beside {
  readonly blocks: Blocks;
  readonly end: () => void;
}

/** Begins a second thread for a walk, where it pays and there is a processor for it; else all blocks are for the first. */
export function walkBeside(
  { states, compiled }: Exploration,
  instance: Instance,
  dialect: string,
  many = MANY,
): Beside {
  const { count } = states;
  if (count < many || !canRunBeside()) return { blocks: new Blocks(count), end: () => {} };
  const thread = new URL('./lockstep-thread.js', import.meta.url);
  // One that is not there would never begin, and all would be walked here, in twice the time.
  if (!existsSync(thread)) throw new Error(`Got no ${fileURLToPath(thread)}; expected it beside what begins it.`);
  const blocks = Blocks.shared(count);
  const words = new Int32Array(new SharedArrayBuffer(4 * count * compiled.wordCount));
  words.set(states.words.subarray(0, words.length));
  const order: LockstepOrder = { instance: instanceName(instance), dialect, words, blocks: blocks.memory, count };
  const worker = new Worker(thread, { workerData: order });
  // What it does not finish is walked by the first thread, which tells what is wrong with it.
  worker.on('error', () => {});
  return { blocks, end: () => void worker.terminate() };
}
