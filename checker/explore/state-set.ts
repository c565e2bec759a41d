/**
 * Sets of packed states, exact: whole states are compared, never hashes of them. Open addressing over typed arrays, with
 * linear probing; where a state has few bits, a table with a place for every possible one.
 *
 * `NumberedStates` keeps states in order and knows where each came from, so that there are traces. A slot is one word:
 *
 *     the higher bits of the hash | the number of the state, and one        zero: empty
 *
 * There are more slots than states, so the bits by which a hash chooses its slot are enough for the number, and the others say of almost every other state
 * that it is another, without a look at its words. In 32 bits each, there are the words of a state, its origin and two slots: 16 bytes for a state of one
 * word. `counted-states.ts` has the set that only knows which states it has, in the fewest bytes.
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
/** A state is near to another where it is this or one of the next few. */
const NEAR = 10;
/** The same where it is added, which is done in another order: most are one of the first few. */
const ADJACENT = 3;
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

/** States by number, in the order in which they were added; 0 is the initial one. */
export class NumberedStates {
  /** How many there are. */
  count = 0;
  /** The words of all states, one after the other. Another array after each growth. */
  words: Int32Array;
  /** For each state, the number of the one that it was reached from; its own for the initial one. */
  parents: Int32Array = new Int32Array(STATES_AT_FIRST);
  private readonly wordCount: number;
  private readonly limits: SetLimits;
  // With few bits, the number of every possible state, and one; zero where there is none. Else the slots.
  private readonly isDirect: boolean;
  private slots: Int32Array;
  private mask: number;
  // Of the states that are added together: their hashes, and which of them are searched for.
  private hashes = new Int32Array(STATES_AT_FIRST);
  private unknown = new Int32Array(STATES_AT_FIRST);
  // The number of the state that was added or found last.
  private met = 0;
  private touched = 0;

  constructor(initial: Int32Array, bitCount: number, limits: SetLimits) {
    this.wordCount = initial.length;
    this.limits = { states: Infinity, bytes: Infinity };
    this.words = new Int32Array(STATES_AT_FIRST * initial.length);
    this.isDirect = bitCount <= DIRECT_NUMBER_BITS;
    this.slots = new Int32Array(this.isDirect ? 2 ** bitCount : SLOTS_AT_FIRST);
    this.mask = this.slots.length - 1;
    this.add(initial, 0, 0);
    this.limits = limits;
  }

  /** The bytes of all typed arrays. */
  get bytes(): number {
    const { words, parents, slots } = this;
    return words.byteLength + parents.byteLength + slots.byteLength;
  }

  /** Adds the state that begins at `from` in `source`; returns its number, NONE if it was there already, or FULL. */
  add(source: Int32Array, from: number, parent: number): number {
    return this.addHashed(source, from, parent, this.hash(source, from));
  }

  /**
   * Adds the first `count` states of `source`, and writes to `added` which of them are new, in order: they have the next numbers. Returns whether there was room for all.
   * Each belongs to a stream, by `streams`, and those of a stream that `isKnown` says it of are in the set already. What is near in a stream, as in `findNear`, takes no
   * search.
   */
  addAll(
    source: Int32Array,
    count: number,
    streams: Int32Array,
    isKnown: Uint8Array,
    near: Int32Array,
    parent: number,
    added: Int32Array,
  ): boolean {
    const { wordCount } = this;
    const first = this.count;
    const left = this.passKnown(source, count, streams, isKnown, near);
    const { hashes, unknown } = this;
    for (let at = 0; at < left; at++) {
      const index = unknown[at];
      const number = this.addHashed(source, index * wordCount, parent, hashes[at]);
      if (number === FULL) return false;
      if (number !== NONE) added[number - first] = index;
      near[streams[index]] = this.met;
    }
    return true;
  }

  /** Returns the number of the state that begins at `from` in `source`, or NONE. */
  find(source: Int32Array, from: number): number {
    return this.numberAt(this.search(source, from, this.hash(source, from)));
  }

  /**
   * Writes the numbers of the first `count` states of `source`, all of which are in the set, to `numbers`. Each belongs to a stream, by `streams`, and `near` has the
   * number that was found last in each of them. Where neighbours are led to neighbours, as by one event, almost every one is that or one of the next few, which
   * takes no search.
   */
  findNear(source: Int32Array, count: number, streams: Int32Array, near: Int32Array, numbers: Int32Array): void {
    const { words, wordCount } = this;
    const end = this.count * wordCount;
    for (let index = 0; index < count; index++) {
      const from = index * wordCount;
      const first = source[from];
      let at = near[streams[index]] * wordCount;
      const last = Math.min(at + NEAR * wordCount, end);
      while (at < last && (words[at] !== first || !this.isAt(at, source, from))) at += wordCount;
      const number = at < last ? at / wordCount : this.find(source, from);
      numbers[index] = near[streams[index]] = number;
    }
  }

  /** Whether the state that begins at `at` in the words of all is the one that begins at `from` in `source`; their first words are the same. */
  private isAt(at: number, source: Int32Array, from: number): boolean {
    for (let word = 1; word < this.wordCount; word++) {
      if (this.words[at + word] !== source[from + word]) return false;
    }
    return true;
  }

  /**
   * Leaves in `unknown` which of the first `count` states of `source` are still to be searched for, with their hashes; returns how many. What is looked at first for
   * these is brought into the processor's cache, all at once: in a large table, to wait for each when it is searched takes longer.
   */
  private passKnown(
    source: Int32Array,
    count: number,
    streams: Int32Array,
    isKnown: Uint8Array,
    near: Int32Array,
  ): number {
    const { wordCount, slots, words, mask } = this;
    if (this.hashes.length < count) {
      this.hashes = new Int32Array(2 * count);
      this.unknown = new Int32Array(2 * count);
    }
    const { hashes, unknown } = this;
    let left = 0;
    let touched = 0;
    for (let index = 0; index < count; index++) {
      const stream = streams[index];
      if (isKnown[stream] !== 0) continue;
      const from = index * wordCount;
      const first = source[from];
      let at = near[stream] * wordCount;
      const end = Math.min(at + ADJACENT * wordCount, this.count * wordCount);
      while (at < end && (words[at] !== first || !this.isAt(at, source, from))) at += wordCount;
      if (at < end) {
        near[stream] = at / wordCount;
        continue;
      }
      const hash = this.hash(source, from);
      hashes[left] = hash;
      unknown[left++] = index;
      touched ^= slots[hash & mask];
    }
    if (!this.isDirect) {
      for (let at = 0; at < left; at++) {
        const slot = slots[hashes[at] & mask];
        if (slot !== 0 && ((slot ^ hashes[at]) & ~mask) === 0) touched ^= words[((slot & mask) - 1) * wordCount];
      }
    }
    // It means nothing, and is kept so that V8 makes the reads.
    this.touched ^= touched;
    return left;
  }

  /** The number in a slot; NONE where it is empty. */
  private numberAt(at: number): number {
    const slot = this.slots[at];
    if (slot === 0) return NONE;
    return (this.isDirect ? slot : slot & this.mask) - 1;
  }

  /** Calls `visit` with each state, in order. */
  forEach(visit: (words: Int32Array, from: number) => void): void {
    for (let number = 0; number < this.count; number++) visit(this.words, number * this.wordCount);
  }

  private addHashed(source: Int32Array, from: number, parent: number, hash: number): number {
    let at = this.search(source, from, hash);
    this.met = this.numberAt(at);
    if (this.met !== NONE) return NONE;
    const { slots } = this;
    if (!this.hasRoom()) return FULL;
    if (slots !== this.slots) at = this.search(source, from, hash);
    const number = (this.met = this.count++);
    this.slots[at] = this.slotOf(number, hash);
    for (let word = 0; word < this.wordCount; word++) this.words[number * this.wordCount + word] = source[from + word];
    this.parents[number] = parent;
    return number;
  }

  private slotOf(number: number, hash: number): number {
    return this.isDirect ? number + 1 : (hash & ~this.mask) | (number + 1);
  }

  private hash(source: Int32Array, from: number): number {
    if (this.isDirect) return source[from];
    let hash = 0;
    for (let word = 0; word < this.wordCount; word++) hash = mix(hash, source[from + word]);
    return finish(hash);
  }

  /** Returns the slot of the state that begins at `from` in `source`, or the empty one where it would be. */
  private search(source: Int32Array, from: number, hash: number): number {
    const { slots, words, mask, wordCount } = this;
    let at = hash & mask;
    if (this.isDirect) return at;
    for (let slot = slots[at]; slot !== 0; slot = slots[at]) {
      if (((slot ^ hash) & ~mask) === 0) {
        const there = ((slot & mask) - 1) * wordCount;
        let difference = words[there] ^ source[from];
        for (let word = 1; word < wordCount; word++) difference |= words[there + word] ^ source[from + word];
        if (difference === 0) return at;
      }
      at = (at + 1) & mask;
    }
    return at;
  }

  /** Makes room for one state more; returns false when the limits forbid it. While it is copied, an array is there twice. */
  private hasRoom(): boolean {
    if (this.count === this.limits.states) return false;
    if (this.count === this.parents.length) {
      if (this.bytes + 2 * (this.words.byteLength + this.parents.byteLength) > this.limits.bytes) return false;
      this.words = grown(this.words);
      this.parents = grown(this.parents);
    }
    if (!this.isDirect && this.count >= LOAD_MAX * this.slots.length) {
      if (this.bytes + 2 * this.slots.byteLength > this.limits.bytes) return false;
      this.growSlots();
    }
    return true;
  }

  /** Doubles the slots. */
  private growSlots(): void {
    const slots = new Int32Array(2 * this.slots.length);
    this.slots = slots;
    const mask = (this.mask = slots.length - 1);
    for (let number = 0; number < this.count; number++) {
      const hash = this.hash(this.words, number * this.wordCount);
      let at = hash & mask;
      while (slots[at] !== 0) at = (at + 1) & mask;
      slots[at] = this.slotOf(number, hash);
    }
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
