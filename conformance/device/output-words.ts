/**
 * What a device in this process did, kept in words until someone asks: nothing is allocated while it does it, and a walk that compares millions of
 * outputs compares words. A word is a number as it came: what is no dword, such as one with a sign, must not pass for one.
 */
import type { DeviceOutput } from './device.ts';

const VERBS: readonly DeviceOutput['verb'][] = ['send', 'use', 'release'];

/** A verb as a word. */
export const verbWord = (verb: DeviceOutput['verb']): number => VERBS.indexOf(verb);

/** Of each output: its verb, its vector, the two dwords of the address, the data. */
const OUTPUT_WORDS = 5;

/** Outputs in words, in the order in which they were done. */
export class OutputWords {
  private words: Float64Array;
  private used = 0;

  /** @param outputs for how many of them there is room before more is made. */
  constructor(outputs: number) {
    this.words = new Float64Array(OUTPUT_WORDS * outputs);
  }

  /** Adds an output; `verb` is a `verbWord`. */
  add(verb: number, vector: number, addressLow: number, addressHigh: number, data: number): void {
    const at = this.used;
    this.used = at + OUTPUT_WORDS;
    if (this.used > this.words.length) this.grow();
    const { words } = this;
    words[at] = verb;
    words[at + 1] = vector;
    words[at + 2] = addressLow;
    words[at + 3] = addressHigh;
    words[at + 4] = data;
  }

  /** Adds the outputs of another list. */
  addAll({ words, used }: OutputWords): void {
    for (let at = 0; at < used; at += OUTPUT_WORDS) {
      this.add(words[at], words[at + 1], words[at + 2], words[at + 3], words[at + 4]);
    }
  }

  /** Forgets all outputs. */
  clear(): void {
    this.used = 0;
  }

  /** All outputs. */
  list(): DeviceOutput[] {
    const { words, used } = this;
    const outputs: DeviceOutput[] = [];
    for (let at = 0; at < used; at += OUTPUT_WORDS) {
      outputs.push({
        verb: VERBS[words[at]],
        vector: words[at + 1],
        addressLow: words[at + 2],
        addressHigh: words[at + 3],
        data: words[at + 4],
      });
    }
    return outputs;
  }

  /** Takes all outputs. */
  take(): DeviceOutput[] {
    const outputs = this.list();
    this.clear();
    return outputs;
  }

  /** Takes all outputs, and says whether they are those of another list, which keeps its own. */
  takeSame(others: OutputWords): boolean {
    return this.takeUpTo(this.after(0, others));
  }

  /** Where the outputs of another list stand from a word on, the word after them; -1 where others stand there, or nothing does. */
  after(from: number, others: OutputWords): number {
    const { words } = this;
    const { words: theirs, used } = others;
    const end = from + used;
    if (from < 0 || end > this.used) return -1;
    for (let at = 0; at < used; at++) if (words[from + at] !== theirs[at]) return -1;
    return end;
  }

  /** The words of all outputs. */
  toWords(): readonly number[] {
    return [...this.words.subarray(0, this.used)];
  }

  /** Takes all outputs, and says whether their words are the `count` words that stand at `from`, where each is a dword, written as a signed one. */
  takeWords(theirs: Int32Array, from: number, count: number): boolean {
    const { words, used } = this;
    this.clear();
    if (used !== count) return false;
    for (let at = 0; at < count; at++) if (words[at] !== theirs[from + at] >>> 0) return false;
    return true;
  }

  /** Takes all outputs, and says whether they end before a word. */
  takeUpTo(end: number): boolean {
    const isEnd = end === this.used;
    this.clear();
    return isEnd;
  }

  private grow(): void {
    const words = new Float64Array(2 * this.used);
    words.set(this.words);
    this.words = words;
  }
}

/** Outputs, in words. */
export function outputWords(outputs: readonly DeviceOutput[]): OutputWords {
  const words = new OutputWords(outputs.length);
  for (const { verb, vector, addressLow, addressHigh, data } of outputs) {
    words.add(verbWord(verb), vector, addressLow, addressHigh, data);
  }
  return words;
}

/** No outputs. */
export const NO_OUTPUTS = outputWords([]);
