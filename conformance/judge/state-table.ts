/**
 * States of a compiled machine by number, and what a guest may read of each: the fields that a judge compares.
 */
import type { AnyStateNode } from 'xstate';
import type { CompiledMachine } from '../../checker/compile/format.ts';

/** A region of a machine whose current state is read: the number of the child, in document order. */
export interface RegionReader {
  readonly word: number;
  readonly shift: number;
  readonly mask: number;
  /** The children, in the order of their numbers. */
  readonly children: readonly AnyStateNode[];
}

/** Finds the region at `path` of a machine. @throws {RangeError} when it has none there. */
export function regionAt({ machine, fields }: CompiledMachine, path: readonly string[]): RegionReader {
  let node: AnyStateNode | undefined = machine.root;
  for (const key of path) node = node?.states[key] as AnyStateNode | undefined;
  if (node === undefined) throw new RangeError(`Got the path ${path.join('.')}; expected a region of ${machine.id}.`);
  const field = fields.get(node);
  if (field === undefined) throw new RangeError(`Got the path ${path.join('.')}; expected a compound state.`);
  const children = Object.values(node.states) as AnyStateNode[];
  return { ...field, children };
}

/** Whether a machine has a region at `path`. */
export function hasRegion({ machine }: CompiledMachine, path: readonly string[]): boolean {
  let node: AnyStateNode | undefined = machine.root;
  for (const key of path) node = node?.states[key] as AnyStateNode | undefined;
  return node !== undefined;
}

/** Keeps states of a machine, each once, by number. */
export class StateTable {
  readonly wordCount: number;
  private words = new Int32Array(1024);
  private count = 0;
  private readonly numbers = new Map<number | string, number>();

  constructor({ wordCount }: CompiledMachine) {
    this.wordCount = wordCount;
  }

  /** The number of the state that begins at `from` in `source`. */
  numberOf(source: Int32Array, from = 0): number {
    const { wordCount } = this;
    let key: number | string = source[from];
    if (wordCount > 1) key = source.subarray(from, from + wordCount).join();
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const number = this.count++;
    this.numbers.set(key, number);
    if ((number + 1) * wordCount > this.words.length) {
      const larger = new Int32Array(2 * this.words.length);
      larger.set(this.words);
      this.words = larger;
    }
    for (let word = 0; word < wordCount; word++) this.words[number * wordCount + word] = source[from + word];
    return number;
  }

  /** The words of all states; state n begins at n * wordCount. It is another array after a state was added. */
  get all(): Int32Array {
    return this.words;
  }

  /** The child that a region is in, in a state. */
  read(state: number, { word, shift, mask }: RegionReader): number {
    return (this.words[state * this.wordCount + word] & mask) >>> shift;
  }
}
