/**
 * Which bits of a state the program of an event can test, and which it can write: whatever else a state holds, the step is the same, and leaves it alone.
 */
import * as format from './format.ts';
import type { CompiledMachine } from './format.ts';
import { listingOf } from './program-text.ts';

/** Bits of each word of a state. */
export interface TouchedBits {
  readonly read: Int32Array;
  readonly written: Int32Array;
}

/** The bits that the program of an event touches. */
export function touchedBits(compiled: CompiledMachine, event: number): TouchedBits {
  const { code, wordCount } = compiled;
  const read = new Int32Array(wordCount);
  const written = new Int32Array(wordCount);
  for (const address of listingOf(compiled, event).order) {
    const operation = code[address + format.OPERATION];
    const word = code[address + format.WORD];
    if (operation === format.TEST) read[word] |= code[address + format.MASK];
    if (operation === format.TAKE || operation === format.WRITE) written[word] |= ~code[address + format.KEEP];
  }
  return { read, written };
}
