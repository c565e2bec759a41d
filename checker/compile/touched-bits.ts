/**
 * Which bits of a state the program of an event can test, and which it can write: whatever else a state holds, the step is the same, and leaves it alone.
 */
import * as format from './format.ts';
import type { CompiledMachine } from './format.ts';

/** Bits of each word of a state. */
export interface TouchedBits {
  readonly read: Int32Array;
  readonly written: Int32Array;
}

/** The bits that the program of an event touches. */
export function touchedBits({ code, starts, wordCount }: CompiledMachine, event: number): TouchedBits {
  const read = new Int32Array(wordCount);
  const written = new Int32Array(wordCount);
  const met = new Set<number>();
  const open = [starts[event]];
  for (let address = open.pop(); address !== undefined; address = open.pop()) {
    if (address < 0 || met.has(address)) continue;
    met.add(address);
    const operation = code[address + format.OPERATION];
    if (operation === format.TEST) read[code[address + format.WORD]] |= code[address + format.MASK];
    if (operation === format.TAKE || operation === format.WRITE) {
      written[code[address + format.WORD]] |= ~code[address + format.KEEP];
    }
    open.push(code[address + format.THEN]);
    if (operation === format.TEST || operation === format.UNLESS) open.push(code[address + format.ELSE]);
  }
  return { read, written };
}
