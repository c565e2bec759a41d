/**
 * Sets of packed states, exact: whole states are compared, never hashes of them. Open addressing over typed arrays, with
 * linear probing; where a state has few bits, a table with a place for every possible one.
 *
 * `NumberedStates` keeps states in order and knows where each came from, so that there are traces. `CountedStates` only
 * knows which states it has, in the fewest bytes.
 */

/** What `add` returns when a state is new and the set has no room for it within its limits. */
export const FULL = -1;
/** What `find` returns for a state that is not in the set, and `CountedStates.add` for one that is already. */
export const NONE = -2;

/** How large a set may become. */
export interface SetLimits {
  readonly states: number;
  /** Of all typed arrays, also while they grow. */
  readonly bytes: number;
}

// A table with a place for every state: of numbers, 16 MB at most; of single bits, 32 MB.
const DIRECT_NUMBER_BITS = 22;
const DIRECT_FLAG_BITS = 28;
// At three quarters, a search ends after two or three places.
const LOAD_NUMERATOR = 3;
const LOAD_DENOMINATOR = 4;
const SLOTS_AT_FIRST = 1 << 12;
const STATES_AT_FIRST = 1 << 10;

/** Mixes a word into a hash. Every bit of it reaches the low bits, which choose the slot. */
function mix(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e3779b1);
  return product ^ (product >>> 15);
}

/** States by number, in the order in which they were added. */
export class NumberedStates {
  /** How many there are. */
  count = 0;
  /** The words of all states, one after the other. Another array after each growth. */
  words: Int32Array;
  /** For each state, the number of the one that it was reached from; its own for the first. */
  parents: Int32Array = new Int32Array(STATES_AT_FIRST);
  private readonly wordCount: number;
  private readonly limits: SetLimits;
  private readonly isDirect: boolean;
  // The number of a state plus one; zero where there is none.
  private slots: Int32Array;

  constructor(wordCount: number, bitCount: number, limits: SetLimits) {
    this.wordCount = wordCount;
    this.limits = limits;
    this.isDirect = bitCount <= DIRECT_NUMBER_BITS;
    this.words = new Int32Array(STATES_AT_FIRST * wordCount);
    this.slots = new Int32Array(this.isDirect ? 1 << bitCount : SLOTS_AT_FIRST);
  }

  /** The bytes of all typed arrays. */
  get bytes(): number {
    return this.words.byteLength + this.parents.byteLength + this.slots.byteLength;
  }

  /** Returns the number of the state that begins at `from` in `source`, which is added if it is new; or FULL. */
  add(source: Int32Array, from: number, parent: number): number {
    const slot = this.search(source, from);
    const found = this.slots[slot];
    return found !== 0 ? found - 1 : this.insert(slot, source, from, parent);
  }

  /** Returns the number of the state that begins at `from` in `source`, or NONE. */
  find(source: Int32Array, from: number): number {
    const found = this.slots[this.search(source, from)];
    return found !== 0 ? found - 1 : NONE;
  }

  /** Calls `visit` with each state, in order. */
  forEach(visit: (words: Int32Array, from: number) => void): void {
    for (let number = 0; number < this.count; number++) visit(this.words, number * this.wordCount);
  }

  /** The slot of a state, or the empty one where it would be. */
  private search(source: Int32Array, from: number): number {
    const { slots, words, wordCount } = this;
    const mask = slots.length - 1;
    if (wordCount === 1) {
      const word = source[from];
      if (this.isDirect) return word;
      let slot = mix(0, word) & mask;
      while (slots[slot] !== 0 && words[slots[slot] - 1] !== word) slot = (slot + 1) & mask;
      return slot;
    }
    let hash = 0;
    for (let word = 0; word < wordCount; word++) hash = mix(hash, source[from + word]);
    let slot = hash & mask;
    while (slots[slot] !== 0 && !equal(words, (slots[slot] - 1) * wordCount, source, from, wordCount)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private insert(slot: number, source: Int32Array, from: number, parent: number): number {
    const { wordCount, limits } = this;
    if (this.count === limits.states) return FULL;
    if (this.count === this.parents.length) {
      const more = this.words.byteLength + this.parents.byteLength;
      // While it is copied, an array is there twice.
      if (this.bytes + 2 * more > limits.bytes) return FULL;
      this.words = grown(this.words);
      this.parents = grown(this.parents);
    }
    if (!this.isDirect && isLoaded(this.count, this.slots.length)) {
      if (this.bytes + 2 * this.slots.byteLength > limits.bytes) return FULL;
      this.rehash();
      return this.insert(this.search(source, from), source, from, parent);
    }
    const number = this.count++;
    for (let word = 0; word < wordCount; word++) this.words[number * wordCount + word] = source[from + word];
    this.parents[number] = parent;
    this.slots[slot] = number + 1;
    return number;
  }

  private rehash(): void {
    this.slots = new Int32Array(2 * this.slots.length);
    for (let number = 0; number < this.count; number++) {
      // All states are different, so the search ends at an empty slot.
      this.slots[this.search(this.words, number * this.wordCount)] = number + 1;
    }
  }
}

/**
 * States without order or number. They are kept as their difference from the initial one: that makes zeros the initial
 * state, which is always in the set, so a slot of zeros is an empty one.
 */
export class CountedStates {
  /** How many there are, the initial one included. */
  count = 1;
  private readonly initial: Int32Array;
  private readonly wordCount: number;
  private readonly limits: SetLimits;
  // With a place for every possible state, one bit each; else slots of `wordCount` words.
  private readonly isDirect: boolean;
  private slots: Int32Array;
  private slotCount: number;
  // The state in hand, as its difference.
  private readonly key: Int32Array;

  constructor(initial: Int32Array, bitCount: number, limits: SetLimits) {
    this.initial = initial;
    this.wordCount = initial.length;
    this.limits = limits;
    this.isDirect = bitCount <= DIRECT_FLAG_BITS;
    this.slotCount = this.isDirect ? 2 ** Math.max(5, bitCount) : SLOTS_AT_FIRST;
    this.slots = new Int32Array(this.isDirect ? this.slotCount / 32 : this.slotCount * this.wordCount);
    this.key = new Int32Array(this.wordCount);
    if (this.isDirect) this.slots[0] = 1;
  }

  /** The bytes of all typed arrays. */
  get bytes(): number {
    return this.slots.byteLength;
  }

  /** Adds the state that begins at `from` in `source`; returns how many there are now, NONE if it was there, or FULL. */
  add(source: Int32Array, from: number): number {
    const { key, initial, wordCount } = this;
    if (this.isDirect) return this.addFlag(source[from] ^ initial[0]);
    let rest = 0;
    for (let word = 0; word < wordCount; word++) rest |= key[word] = source[from + word] ^ initial[word];
    if (rest === 0) return NONE;
    const at = this.search(key, 0);
    return isZero(this.slots, at, wordCount) ? this.insert(at) : NONE;
  }

  /** Calls `visit` with each state, in no order. What it is given is overwritten by the next. */
  forEach(visit: (words: Int32Array, from: number) => void): void {
    const { key, initial, slots, wordCount } = this;
    visit(initial, 0);
    for (let slot = 1; slot < this.slotCount; slot++) {
      if (this.isDirect) {
        if (((slots[slot >>> 5] >>> (slot & 31)) & 1) === 0) continue;
        key[0] = slot ^ initial[0];
      } else {
        if (isZero(slots, slot * wordCount, wordCount)) continue;
        for (let word = 0; word < wordCount; word++) key[word] = slots[slot * wordCount + word] ^ initial[word];
      }
      visit(key, 0);
    }
  }

  private addFlag(state: number): number {
    const flag = 1 << (state & 31);
    if ((this.slots[state >>> 5] & flag) !== 0) return NONE;
    if (this.count === this.limits.states) return FULL;
    this.slots[state >>> 5] |= flag;
    return ++this.count;
  }

  /** Where the slot of a state begins, or the empty one where it would be. */
  private search(keys: Int32Array, from: number): number {
    const { slots, wordCount } = this;
    const mask = this.slotCount - 1;
    let hash = 0;
    for (let word = 0; word < wordCount; word++) hash = mix(hash, keys[from + word]);
    let slot = hash & mask;
    let at = slot * wordCount;
    while (!isZero(slots, at, wordCount) && !equal(slots, at, keys, from, wordCount)) {
      slot = (slot + 1) & mask;
      at = slot * wordCount;
    }
    return at;
  }

  private insert(at: number): number {
    if (this.count === this.limits.states) return FULL;
    if (isLoaded(this.count, this.slotCount)) {
      if (3 * this.bytes > this.limits.bytes) return FULL;
      this.rehash();
      return this.insert(this.search(this.key, 0));
    }
    for (let word = 0; word < this.wordCount; word++) this.slots[at + word] = this.key[word];
    return ++this.count;
  }

  private rehash(): void {
    const { slots, wordCount } = this;
    this.slotCount *= 2;
    this.slots = new Int32Array(this.slotCount * wordCount);
    for (let from = 0; from < slots.length; from += wordCount) {
      if (isZero(slots, from, wordCount)) continue;
      const at = this.search(slots, from);
      for (let word = 0; word < wordCount; word++) this.slots[at + word] = slots[from + word];
    }
  }
}

function isLoaded(count: number, slotCount: number): boolean {
  return count * LOAD_DENOMINATOR >= slotCount * LOAD_NUMERATOR;
}

/** Returns a copy of twice the length. */
export function grown(array: Int32Array): Int32Array {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}

function equal(one: Int32Array, from: number, other: Int32Array, otherFrom: number, wordCount: number): boolean {
  for (let word = 0; word < wordCount; word++) if (one[from + word] !== other[otherFrom + word]) return false;
  return true;
}

function isZero(words: Int32Array, from: number, wordCount: number): boolean {
  for (let word = 0; word < wordCount; word++) if (words[from + word] !== 0) return false;
  return true;
}
