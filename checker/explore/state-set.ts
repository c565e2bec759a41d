/**
 * Sets of packed states, exact: whole states are compared, never hashes of them. Open addressing over typed arrays, with
 * linear probing; where a state has few bits, a table with a place for every possible one.
 *
 * States are kept as their difference from the initial one. That makes zeros the initial state, which is always in the
 * set; so a slot of zeros is an empty one, and no state is ever taken for it.
 *
 * `NumberedStates` keeps states in order and knows where each came from, so that there are traces. `counted-states.ts` has
 * the set that only knows which states it has, in the fewest bytes.
 */

/** What `add` returns when a state is new and the set has no room for it within its limits. */
export const FULL = -1;
/** What `add` returns for a state that is in the set already, and `find` for one that is not. */
export const NONE = -2;

/** How large a set may become. */
export interface SetLimits {
  readonly states: number;
  /** Of all typed arrays, also while they grow. */
  readonly bytes: number;
}

// A table with a number for every state takes 16 MB at most.
const DIRECT_NUMBER_BITS = 22;
// At three quarters full, a search ends after two or three slots.
const LOAD_MAX = 0.75;
const SLOTS_AT_FIRST = 1 << 12;
const STATES_AT_FIRST = 1 << 10;

/** What a hash is multiplied by: with each word, and at its end. */
export const MULTIPLIER = 0x9e3779b1 | 0;
export const FINISHER = 0x85ebca6b | 0;

/** Mixes a word into a hash. */
export function mix(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, MULTIPLIER);
  return product ^ (product >>> 16);
}

/** Makes all bits of a hash count for its lowest ones, which choose the slot. */
export function finish(hash: number): number {
  const product = Math.imul(hash, FINISHER);
  return product ^ (product >>> 13);
}

/** Slots of a state each, and of one more word for its number if there is one. */
class SlotTable {
  /** How many slots are used. The initial state needs none. */
  used = 0;
  slots: Int32Array;
  private readonly initial: Int32Array;
  private readonly wordCount: number;
  private readonly stride: number;
  private mask = SLOTS_AT_FIRST - 1;

  constructor(initial: Int32Array, stride: number) {
    this.initial = initial;
    this.wordCount = initial.length;
    this.stride = stride;
    this.slots = new Int32Array(SLOTS_AT_FIRST * stride);
  }

  /** Whether one state more would make searches slow. */
  get isLoaded(): boolean {
    return this.used >= LOAD_MAX * (this.mask + 1);
  }

  /**
   * Brings the slots of the first `count` states of `source` into the processor's cache, all at once: in a large table, to
   * wait for each one when it is searched takes longer. Returns a number that means nothing, so that the reads are made.
   */
  touch(source: Int32Array, count: number): number {
    const { slots, mask, stride, wordCount } = this;
    let touched = 0;
    for (let from = 0; from < count * wordCount; from += wordCount) {
      touched ^= slots[(this.hash(source, from) & mask) * stride];
    }
    return touched;
  }

  private hash(source: Int32Array, from: number): number {
    let hash = 0;
    for (let word = 0; word < this.wordCount; word++) hash = mix(hash, source[from + word] ^ this.initial[word]);
    return finish(hash);
  }

  /**
   * Returns where the slot of the state that begins at `from` in `source` begins; if it is not there, the complement of
   * where it would. The initial state is in the first empty slot.
   */
  search(source: Int32Array, from: number): number {
    const { slots, initial, mask, stride, wordCount } = this;
    const first = source[from] ^ initial[0];
    let slot = this.hash(source, from) & mask;
    for (;;) {
      const at = slot * stride;
      let difference = slots[at] ^ first;
      let content = slots[at];
      for (let word = 1; word < wordCount; word++) {
        difference |= slots[at + word] ^ source[from + word] ^ initial[word];
        content |= slots[at + word];
      }
      if (difference === 0) return at;
      if (content === 0) return ~at;
      slot = (slot + 1) & mask;
    }
  }

  /** Uses the empty slot that begins at `at`. */
  use(at: number, source: Int32Array, from: number): void {
    for (let word = 0; word < this.wordCount; word++) this.slots[at + word] = source[from + word] ^ this.initial[word];
    this.used++;
  }

  /** Doubles the slots. */
  grow(): void {
    const { slots, stride } = this;
    const state = new Int32Array(this.wordCount);
    this.mask = 2 * this.mask + 1;
    this.slots = new Int32Array(2 * slots.length);
    for (let from = 0; from < slots.length; from += stride) {
      if (!this.read(slots, from, state)) continue;
      const at = ~this.search(state, 0);
      for (let word = 0; word < stride; word++) this.slots[at + word] = slots[from + word];
    }
  }

  /** Reads the state of a slot; returns false when it is empty. */
  private read(slots: Int32Array, from: number, state: Int32Array): boolean {
    let content = 0;
    for (let word = 0; word < this.wordCount; word++) {
      content |= slots[from + word];
      state[word] = slots[from + word] ^ this.initial[word];
    }
    return content !== 0;
  }
}

/** States by number, in the order in which they were added; 0 is the initial one. */
export class NumberedStates {
  /** How many there are. */
  count = 1;
  /** The words of all states, one after the other. Another array after each growth. */
  words: Int32Array;
  /** For each state, the number of the one that it was reached from; its own for the initial one. */
  parents: Int32Array = new Int32Array(STATES_AT_FIRST);
  private readonly wordCount: number;
  private readonly limits: SetLimits;
  private readonly table: SlotTable;
  // With few bits, the number of every possible state instead; zero also where there is none.
  private readonly numbers: Int32Array | undefined;
  private readonly initial: Int32Array;
  private touched = 0;

  constructor(initial: Int32Array, bitCount: number, limits: SetLimits) {
    this.initial = initial;
    this.wordCount = initial.length;
    this.limits = limits;
    this.words = new Int32Array(STATES_AT_FIRST * initial.length);
    this.words.set(initial);
    this.table = new SlotTable(initial, initial.length + 1);
    if (bitCount <= DIRECT_NUMBER_BITS) this.numbers = new Int32Array(2 ** bitCount);
  }

  /** The bytes of all typed arrays. */
  get bytes(): number {
    const { words, parents, table, numbers } = this;
    return words.byteLength + parents.byteLength + table.slots.byteLength + (numbers?.byteLength ?? 0);
  }

  /** Adds the state that begins at `from` in `source`; returns its number, NONE if it was there already, or FULL. */
  add(source: Int32Array, from: number, parent: number): number {
    const { numbers, table } = this;
    if (numbers !== undefined) {
      if (numbers[source[from]] !== 0 || source[from] === this.initial[0]) return NONE;
      if (!this.hasRoom()) return FULL;
      return (numbers[source[from]] = this.append(source, from, parent));
    }
    if (table.search(source, from) >= 0) return NONE;
    if (!this.hasRoom()) return FULL;
    const at = ~table.search(source, from);
    table.use(at, source, from);
    return (table.slots[at + this.wordCount] = this.append(source, from, parent));
  }

  /** Says that the first `count` states of `source` are about to be added. */
  expect(source: Int32Array, count: number): void {
    if (this.numbers === undefined) this.touched ^= this.table.touch(source, count);
  }

  /** Returns the number of the state that begins at `from` in `source`, or NONE. */
  find(source: Int32Array, from: number): number {
    const { numbers, table } = this;
    if (numbers !== undefined) {
      const number = numbers[source[from]];
      return number !== 0 || source[from] === this.initial[0] ? number : NONE;
    }
    const found = table.search(source, from);
    return found >= 0 ? table.slots[found + this.wordCount] : NONE;
  }

  /** Calls `visit` with each state, in order. */
  forEach(visit: (words: Int32Array, from: number) => void): void {
    for (let number = 0; number < this.count; number++) visit(this.words, number * this.wordCount);
  }

  private append(source: Int32Array, from: number, parent: number): number {
    const number = this.count++;
    for (let word = 0; word < this.wordCount; word++) this.words[number * this.wordCount + word] = source[from + word];
    this.parents[number] = parent;
    return number;
  }

  /** Makes room for one state more; returns false when the limits forbid it. While it is copied, an array is there twice. */
  private hasRoom(): boolean {
    if (this.count === this.limits.states) return false;
    if (this.count === this.parents.length) {
      if (this.bytes + 2 * (this.words.byteLength + this.parents.byteLength) > this.limits.bytes) return false;
      this.words = grown(this.words);
      this.parents = grown(this.parents);
    }
    if (this.table.isLoaded) {
      if (this.bytes + 2 * this.table.slots.byteLength > this.limits.bytes) return false;
      this.table.grow();
    }
    return true;
  }
}

/** Returns a copy of twice the length. */
export function grown(array: Int32Array): Int32Array;
export function grown(array: Uint16Array): Uint16Array;
export function grown(array: Int32Array | Uint16Array): Int32Array | Uint16Array {
  const larger = new (array.constructor as Int32ArrayConstructor | Uint16ArrayConstructor)(2 * array.length);
  larger.set(array);
  return larger;
}
