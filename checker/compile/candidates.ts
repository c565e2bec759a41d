/**
 * Which events a state may take at all, by its bits eight at a time: an event that no transition takes whatever the other bits are is no candidate. Of some
 * thirty events a state takes a few, and most of the others are told apart by a byte, so they need not be tried.
 *
 * What a byte says is worked out when it is met first. It may say too much, and never too little.
 */
import * as format from './format.ts';
import type { CompiledMachine } from './format.ts';

const BITS = 8;
const VALUES = 1 << BITS;
/** Events that share a word of a set. */
const EVENTS_OF_WORD = 32;

/** More words than this are not kept of a machine: then every event is a candidate. */
const WORDS_MAX = 2 ** 18;

/** Eight neighbouring bits of a word. */
interface Slice {
  readonly word: number;
  readonly shift: number;
}

/** Every event, as a set: a bit for each, in words of 32. */
export function everyEvent(count: number): Int32Array {
  return Int32Array.from({ length: Math.ceil(count / EVENTS_OF_WORD) }, (_, at) => {
    const left = count - at * EVENTS_OF_WORD;
    return left >= EVENTS_OF_WORD ? -1 : 2 ** left - 1;
  });
}

/** Finds the candidates of a machine. */
export class Candidates {
  private readonly all: Int32Array;
  private readonly compiled: CompiledMachine;
  private readonly slices: readonly Slice[];
  private readonly found: Int32Array;
  private readonly known: Uint8Array;
  private readonly sets: Int32Array;
  /** By the number of an instruction, when it was visited last. */
  private readonly visited: Int32Array;
  private visits = 0;

  constructor(compiled: CompiledMachine) {
    const { events, code, wordCount } = compiled;
    this.compiled = compiled;
    this.all = everyEvent(events.length);
    const wordsOfSet = this.all.length;
    const isKept = (32 / BITS) * wordCount * VALUES * wordsOfSet <= WORDS_MAX;
    this.slices = Array.from({ length: isKept ? (32 / BITS) * wordCount : 0 }, (_, slice) => ({
      word: (slice * BITS) >>> 5,
      shift: (slice * BITS) & 31,
    }));
    this.found = new Int32Array(wordsOfSet);
    this.known = new Uint8Array(this.slices.length * VALUES);
    this.sets = new Int32Array(this.known.length * wordsOfSet);
    this.visited = new Int32Array(code.length / format.STRIDE);
  }

  /** The events that may be taken in the state that begins at `from`. The next question overwrites them. */
  of(states: Int32Array, from: number): Int32Array {
    const { slices, found, known, sets, all } = this;
    for (let word = 0; word < found.length; word++) found[word] = all[word];
    for (let slice = 0; slice < slices.length; slice++) {
      const { word, shift } = slices[slice];
      const at = slice * VALUES + ((states[from + word] >>> shift) & (VALUES - 1));
      if (known[at] === 0) this.find(at);
      for (let part = 0; part < found.length; part++) found[part] &= sets[at * found.length + part];
    }
    return found;
  }

  private find(at: number): void {
    const { known, sets, found, compiled, slices } = this;
    const slice = slices[Math.floor(at / VALUES)];
    for (const [event, start] of compiled.starts.entries()) {
      if (!this.mayTake(start, slice, at % VALUES)) continue;
      sets[at * found.length + Math.floor(event / EVENTS_OF_WORD)] |= 1 << (event % EVENTS_OF_WORD);
    }
    known[at] = 1;
  }

  /** Whether a program comes to a transition in some state whose bits of a slice have a value. */
  private mayTake(start: number, { word, shift }: Slice, value: number): boolean {
    const { visited } = this;
    const { code } = this.compiled;
    const visit = ++this.visits;
    const open = [start];
    for (let address = open.pop(); address !== undefined; address = open.pop()) {
      if (address < 0 || visited[address / format.STRIDE] === visit) continue;
      visited[address / format.STRIDE] = visit;
      const operation = code[address + format.OPERATION];
      if (operation === format.TAKE) return true;
      let [isThen, isElse] = [true, operation !== format.WRITE];
      if (operation === format.TEST && code[address + format.WORD] === word) {
        const mask = code[address + format.MASK];
        const seen = mask & ((VALUES - 1) << shift);
        isThen = (((value << shift) ^ code[address + format.VALUE]) & seen) === 0;
        isElse = !isThen || seen !== mask;
      }
      if (isElse) open.push(code[address + format.ELSE]);
      if (isThen) open.push(code[address + format.THEN]);
    }
    return false;
  }
}
