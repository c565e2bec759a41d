/**
 * The set behind `count`: exact, without order or traces, and made for a hundred million states and more.
 *
 * It exploits that the states of a product of machines come in families. Some neighbouring bits of a state, the *window*, are
 * not stored but stand for themselves, as the place of a bit in a word: a slot holds the other bits, the *key*, once, and
 * two words with two bits for each of the 32 states that have this key:
 *
 *     slot   key, window cleared (wordCount words) | first | second
 *
 *     first  second   the state was
 *         0       0   not found
 *         1       0   found, and is in the layer in hand
 *         0       1   found since, and is in the next layer
 *         1       1   expanded
 *
 * With each layer, `first` and `second` change places, so that the next layer becomes the one in hand without being touched.
 * The layers need no lists, and the states of a slot that are in the layer in hand are expanded at once (`expand-families.ts`), or one after
 * the other where they are exchanged for others.
 */
import { maskOf, PLACES, placesOf, possibleValues, type Window } from '../compile/expand-families.ts';
import type { CompiledMachine } from '../compile/format.ts';
import { finish, FINISHER, mix, MULTIPLIER, type SetLimits } from './state-set.ts';

/** All values of so many bits have a place of their own. */
const WHOLE_BITS = 5;
/** A larger window has so many bits at most, and as many values as there are places. */
const WINDOW_BITS = 10;
/** So many larger windows are looked at. */
const WINDOWS_TRIED = 4;
/** So many states say enough, if they are neighbours: others leave holes in each family. */
const STATES_RATED = 1024;
// At two thirds full, a search ends after two slots.
const LOAD_MAX = 2 / 3;
const SLOTS_AT_FIRST = 1 << 12;

/** Five neighbouring bits, from `shift` on. */
export function wholeWindow(word: number, shift: number): Window {
  return { word, shift, bits: WHOLE_BITS, values: [...Array(PLACES).keys()] };
}

/**
 * Finds the window in which states differ most: the one that leaves the fewest keys of some states, given by their words. With `isWhole`, any value
 * of it has a place. A poor one costs memory and time, and nothing else.
 */
export function chooseWindow(compiled: CompiledMachine, words: Int32Array, count: number, isWhole: boolean): Window {
  const { bitCount, wordCount } = compiled;
  const states = Array.from({ length: Math.min(count, STATES_RATED) }, (_, state) => {
    return words.subarray(state * wordCount, (state + 1) * wordCount);
  });
  const rated: { readonly window: Omit<Window, 'values'>; readonly keys: number }[] = [];
  for (let bits = WHOLE_BITS; bits <= (isWhole ? WHOLE_BITS : WINDOW_BITS); bits++) {
    for (let bit = 0; bit <= Math.max(0, bitCount - bits); bit++) {
      const window = { word: bit >>> 5, shift: bit & 31, bits };
      if (window.shift > 32 - bits || (bits > WHOLE_BITS && !hasFewValues(states, window))) continue;
      rated.push({ window, keys: keyCount(states, window) });
    }
  }
  rated.sort((one, other) => one.keys - other.keys);
  let tried = 0;
  for (const { window } of rated) {
    if (window.bits === WHOLE_BITS) return wholeWindow(window.word, window.shift);
    if (++tried > WINDOWS_TRIED) continue;
    const values = possibleValues(compiled, window);
    if (values !== undefined) return { ...window, values };
  }
  return wholeWindow(0, 0);
}

/** Whether there are places for the values that states have in a window. */
function hasFewValues(states: readonly Int32Array[], { word, shift, bits }: Omit<Window, 'values'>): boolean {
  const met = new Set<number>();
  for (const state of states) {
    met.add((state[word] >>> shift) & (2 ** bits - 1));
    if (met.size > PLACES) return false;
  }
  return true;
}

/** How many keys states have, by their hashes: two that are taken for one do no harm. */
function keyCount(states: readonly Int32Array[], window: Omit<Window, 'values'>): number {
  const keep = ~maskOf(window);
  const keys = new Set<number>();
  for (const state of states) {
    let hash = 0;
    for (let word = 0; word < state.length; word++) {
      hash = mix(hash, word === window.word ? state[word] & keep : state[word]);
    }
    keys.add(hash);
  }
  return keys.size;
}

/** The search for states, written out. */
interface Search {
  /** Writes to `at` the slots in which the searches for the first `count` states of `source` start. */
  readonly locate: (source: Int32Array, count: number, slots: Int32Array, slotMask: number, at: Int32Array) => void;
  /** Passes over the states from the number `done` on, as far as they are known. Returns the first that is not, or `count`. */
  readonly pass: Pass;
  /** The same, for families of which `members` says the members. */
  readonly passFamilies: Pass;
}

type Pass = (
  source: Int32Array,
  done: number,
  count: number,
  slots: Int32Array,
  slotMask: number,
  first: number,
  second: number,
  at: Int32Array,
  members?: Int32Array,
) => number;

/**
 * Writes the search out for a number of words and a window, in numbers. Almost everything that an exploration finds is known
 * already, so this is where it spends its time; with loops over words and fields of objects that is twice as long.
 */
function createSearch(wordCount: number, window: Window): Search {
  const words = Array.from({ length: wordCount }, (_, word) => word);
  const stride = wordCount + 2;
  const keyOf = (word: number): string =>
    `source[from + ${word}]${word === window.word ? ` & ${~maskOf(window)}` : ''}`;
  const hash = [
    `let hash = 0;`,
    ...words.map((word) => `hash = Math.imul(hash ^ (${keyOf(word)}), ${MULTIPLIER}); hash ^= hash >>> 16;`),
    `hash = Math.imul(hash, ${FINISHER}); hash ^= hash >>> 13;`,
  ];
  // All slots are looked at before the first is searched: so the processor waits for them at once, and not in turn. What
  // was looked at is kept, or else V8 leaves it out.
  const locate = [
    `let touched = 0;`,
    `for (let index = 0, from = 0; index < count; index++, from += ${wordCount}) {`,
    ...hash,
    `const slot = hash & slotMask; at[index] = slot; touched ^= slots[slot * ${stride}];`,
    `}`,
    `at[at.length - 1] = touched;`,
  ];
  const pass = (unknown: string): string[] => [
    `for (let index = done, from = done * ${wordCount}; index < count; index++, from += ${wordCount}) {`,
    `let base = at[index] * ${stride};`,
    ...words.map((word) => `const key${word} = ${keyOf(word)};`),
    `while (${words.map((word) => `(slots[base + ${word}] ^ key${word})`).join(' | ')}) {`,
    `if ((slots[base + ${stride - 2}] | slots[base + ${stride - 1}]) === 0) return index;`,
    `base = base === slotMask * ${stride} ? 0 : base + ${stride};`,
    `}`,
    `const known = slots[base + first] | slots[base + second];`,
    `if (${unknown}) return index;`,
    `}`,
    `return count;`,
  ];
  const write = (parameters: string, text: readonly string[]) =>
    // oxlint-disable-next-line typescript/no-implied-eval -- its text is made of numbers, as that of `expand.ts` is
    new Function(...parameters.split(' '), text.join('\n'));
  const parameters = 'source done count slots slotMask first second at members';
  const isUnknown = `((known >>> (source[from + ${window.word}] >>> ${window.shift})) & 1) === 0`;
  return {
    locate: write('source count slots slotMask at', locate) as Search['locate'],
    pass: write(parameters, pass(isUnknown)) as Pass,
    passFamilies: write(parameters, pass('(members[index] & ~known) !== 0')) as Pass,
  };
}

/** States without order or number, a layer of them at a time. */
export class CountedStates {
  /** How many there are, the initial one included. */
  count = 1;
  private readonly wordCount: number;
  private readonly limits: SetLimits;
  private readonly window: Window;
  private readonly places: Uint8Array;
  private readonly keyMask: number;
  private readonly stride: number;
  // Where the two words of a slot stand; they change places with each layer.
  private now: number;
  private next: number;
  private slots: Int32Array;
  private slotMask = SLOTS_AT_FIRST - 1;
  private used = 0;
  // The slot whose states are taken, and whether any state was found for the next layer.
  private cursor = 0;
  private hasNext = true;
  private readonly at: Int32Array;
  private readonly searches: Search;

  /** `most` is how many states or families are added at once. */
  constructor(initial: Int32Array, limits: SetLimits, window: Window, most: number) {
    this.wordCount = initial.length;
    this.limits = limits;
    this.window = window;
    this.places = placesOf(window);
    this.keyMask = ~maskOf(window);
    this.stride = initial.length + 2;
    this.now = this.stride - 2;
    this.next = this.stride - 1;
    this.slots = new Int32Array(SLOTS_AT_FIRST * this.stride);
    this.at = new Int32Array(most + 1);
    this.searches = createSearch(initial.length, window);
    const slot = this.search(initial, 0, this.slotOf(initial, 0));
    this.use(slot, initial, 0);
    this.slots[slot * this.stride + this.next] |= this.bitOf(initial, 0);
  }

  /** The bytes of all typed arrays. */
  get bytes(): number {
    return this.slots.byteLength + this.at.byteLength;
  }

  /** Makes what was found the layer in hand. Returns false when nothing was. The layer in hand must be used up. */
  startLayer(): boolean {
    [this.now, this.next] = [this.next, this.now];
    this.cursor = 0;
    const { hasNext } = this;
    this.hasNext = false;
    return hasNext;
  }

  /** Writes a state of the layer in hand to `state`, and counts it as expanded. Returns false when there is none left. */
  take(state: Int32Array): boolean {
    const open = this.openMembers();
    if (open === 0) return false;
    const lowest = open & -open;
    this.slots[this.cursor * this.stride + this.next] |= lowest;
    this.readState(this.cursor, 31 - Math.clz32(lowest), state);
    return true;
  }

  /** Writes the key of a family to `key`, and counts its members in the layer in hand as expanded. Returns which they are; zero when there is none left. */
  takeFamily(key: Int32Array): number {
    const open = this.openMembers();
    if (open === 0) return 0;
    this.slots[this.cursor * this.stride + this.next] |= open;
    this.readKey(this.cursor, key);
    return open;
  }

  /** The members of the next family that are in the layer in hand and not expanded. */
  private openMembers(): number {
    const { slots, stride, now, next, slotMask } = this;
    let { cursor } = this;
    let open = 0;
    for (; cursor <= slotMask; cursor++) {
      open = slots[cursor * stride + now] & ~slots[cursor * stride + next];
      if (open !== 0) break;
    }
    this.cursor = cursor;
    return open;
  }

  /** Adds the first `count` states of `source`, of a window where each value has a place; returns how many were added or known before there was no room. */
  add(source: Int32Array, count: number): number {
    return this.addAll(source, count, this.searches.pass);
  }

  /** The same for families by their keys, and for the members of each. */
  addFamilies(keys: Int32Array, members: Int32Array, count: number): number {
    return this.addAll(keys, count, this.searches.passFamilies, members);
  }

  /** Adds members of the family that was taken last. Returns whether there was room. */
  addOwn(members: number): boolean {
    const { slots, stride, now, next, cursor } = this;
    const known = slots[cursor * stride + now] | slots[cursor * stride + next];
    return (members & ~known) === 0 || this.addMembers(cursor, members & ~known);
  }

  private addAll(source: Int32Array, count: number, pass: Pass, members?: Int32Array): number {
    const { wordCount, at, searches } = this;
    let { slots } = this;
    searches.locate(source, count, slots, this.slotMask, at);
    for (let done = 0; ; done++) {
      done = pass(source, done, count, slots, this.slotMask, this.now, this.next, at, members);
      if (done === count) return count;
      const from = done * wordCount;
      if (!this.addNew(source, from, members === undefined ? this.bitOf(source, from) : members[done])) return done;
      if (slots === this.slots) continue;
      // The table has grown, and has them elsewhere.
      slots = this.slots;
      searches.locate(source, count, slots, this.slotMask, at);
    }
  }

  /** Calls `visit` with each state, in no order. What it is given is overwritten by the next. */
  forEach(visit: (words: Int32Array, from: number) => void): void {
    const { slots, stride, now, next } = this;
    const state = new Int32Array(this.wordCount);
    for (let slot = 0; slot <= this.slotMask; slot++) {
      for (let left = slots[slot * stride + now] | slots[slot * stride + next]; left !== 0; left &= left - 1) {
        this.readState(slot, 31 - Math.clz32(left & -left), state);
        visit(state, 0);
      }
    }
  }

  /** Adds members of which some are not there. Returns whether there was room for all of them. */
  private addNew(source: Int32Array, from: number, members: number): boolean {
    if (this.count === this.limits.states) return false;
    let slot = this.search(source, from, this.slotOf(source, from));
    if (this.isEmpty(slot)) {
      if (this.used >= LOAD_MAX * (this.slotMask + 1)) {
        // While it is copied, the table is there twice.
        if (3 * this.bytes > this.limits.bytes) return false;
        this.grow();
        slot = this.search(source, from, this.slotOf(source, from));
      }
      this.use(slot, source, from);
    }
    const { slots, stride, now, next } = this;
    return this.addMembers(slot, members & ~(slots[slot * stride + now] | slots[slot * stride + next]));
  }

  /** Adds members to a slot that has a key and none of them. Returns whether there was room for all of them. */
  private addMembers(slot: number, members: number): boolean {
    const size = sizeOf(members);
    const room = this.limits.states - this.count;
    let left = members;
    for (let over = size - room; over > 0; over--) left &= left - 1;
    if (left === 0) return false;
    this.slots[slot * this.stride + this.next] |= left;
    this.hasNext = true;
    this.count += Math.min(size, room);
    return size <= room;
  }

  private isEmpty(slot: number): boolean {
    const { slots, stride } = this;
    return (slots[slot * stride + stride - 1] | slots[slot * stride + stride - 2]) === 0;
  }

  /** The slot in which the search for the state that begins at `from` in `source` starts. */
  private slotOf(source: Int32Array, from: number): number {
    const { window, keyMask, wordCount, slotMask } = this;
    let hash = 0;
    for (let word = 0; word < wordCount; word++) {
      hash = mix(hash, word === window.word ? source[from + word] & keyMask : source[from + word]);
    }
    return finish(hash) & slotMask;
  }

  /** The slot that has the key of a state, or the empty one that is to have it. */
  private search(source: Int32Array, from: number, start: number): number {
    const { slots, stride, wordCount, slotMask, window, keyMask } = this;
    for (let slot = start; ; slot = (slot + 1) & slotMask) {
      const at = slot * stride;
      let difference = (slots[at + window.word] ^ source[from + window.word]) & keyMask;
      for (let word = 0; word < wordCount; word++) {
        if (word !== window.word) difference |= slots[at + word] ^ source[from + word];
      }
      if (difference === 0 || (slots[at + wordCount] | slots[at + wordCount + 1]) === 0) return slot;
    }
  }

  /** Gives an empty slot the key of a state. */
  private use(slot: number, source: Int32Array, from: number): void {
    this.used++;
    const { slots, stride, wordCount, window, keyMask } = this;
    for (let word = 0; word < wordCount; word++) slots[slot * stride + word] = source[from + word];
    slots[slot * stride + window.word] &= keyMask;
  }

  private bitOf(source: Int32Array, from: number): number {
    const { window, places } = this;
    const place = places[(source[from + window.word] >>> window.shift) & (places.length - 1)];
    if (place === PLACES) throw new RangeError('Got a state whose window has no place; expected one that has.');
    return 1 << place;
  }

  private readKey(slot: number, key: Int32Array): void {
    const { slots, stride, wordCount } = this;
    for (let word = 0; word < wordCount; word++) key[word] = slots[slot * stride + word];
  }

  private readState(slot: number, place: number, state: Int32Array): void {
    const { window } = this;
    this.readKey(slot, state);
    state[window.word] |= window.values[place] << window.shift;
  }

  /** Doubles the slots. The search for the layer in hand begins again: what was expanded is known as such. */
  private grow(): void {
    const { slots, stride, wordCount } = this;
    const state = new Int32Array(wordCount);
    this.slotMask = 2 * this.slotMask + 1;
    this.slots = new Int32Array(2 * slots.length);
    this.cursor = 0;
    for (let from = 0; from < slots.length; from += stride) {
      if ((slots[from + wordCount] | slots[from + wordCount + 1]) === 0) continue;
      for (let word = 0; word < wordCount; word++) state[word] = slots[from + word];
      const to = this.search(state, 0, this.slotOf(state, 0)) * stride;
      for (let word = 0; word < stride; word++) this.slots[to + word] = slots[from + word];
    }
  }
}

/** How many members a set of them has. */
export function sizeOf(members: number): number {
  const pairs = members - ((members >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
