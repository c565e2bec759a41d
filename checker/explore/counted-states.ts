/**
 * The set behind `count`: exact, without order or traces, and made for a hundred million states and more.
 *
 * It exploits that the states of a product of machines come in families. Five neighbouring bits of a state, the *window*, are
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
 * The layers need no lists, the states of one slot are expanded one after the other, and what they lead to lies mostly in
 * the same other slots, which saves waiting for memory.
 */
import type { CompiledMachine } from '../compile/format.ts';
import { finish, FINISHER, FULL, mix, MULTIPLIER, type SetLimits } from './state-set.ts';

/** Five neighbouring bits of a state, in one word. */
export interface BitWindow {
  readonly word: number;
  /** Of the lowest of them. */
  readonly shift: number;
}

const WINDOW_BITS = 5;
/** Up to so many bits there is a slot for every key, and none is stored: 16 MB. The window is the lowest bits. */
export const DIRECT_BITS = 26;
// At two thirds full, a search ends after two slots.
const LOAD_MAX = 2 / 3;
const SLOTS_AT_FIRST = 1 << 12;

/**
 * Finds the window in which states differ most: the one that leaves the fewest keys of some states, given by their words.
 * A poor one costs memory and time, and nothing else.
 */
export function chooseWindow({ wordCount, bitCount }: CompiledMachine, words: Int32Array, count: number): BitWindow {
  let best: BitWindow = { word: 0, shift: 0 };
  let fewest = Infinity;
  for (let bit = 0; bit <= Math.max(0, bitCount - WINDOW_BITS); bit++) {
    const window = { word: bit >>> 5, shift: bit & 31 };
    if (window.shift > 32 - WINDOW_BITS) continue;
    const keys = new Set<string>();
    const state = new Int32Array(wordCount);
    for (let from = 0; from < count * wordCount; from += wordCount) {
      for (let word = 0; word < wordCount; word++) state[word] = words[from + word];
      state[window.word] &= ~(31 << window.shift);
      keys.add(state.join());
    }
    if (keys.size < fewest) [best, fewest] = [window, keys.size];
  }
  return best;
}

/** The search for states, written out. */
interface Search {
  /** Writes to `at` the slots in which the searches for the first `count` states of `source` start. */
  readonly locate: (source: Int32Array, count: number, slots: Int32Array, slotMask: number, at: Int32Array) => void;
  /** Passes over the states from the number `done` on, as far as they are known. Returns the first that is not, or `count`. */
  readonly pass: (
    source: Int32Array,
    done: number,
    count: number,
    slots: Int32Array,
    slotMask: number,
    first: number,
    second: number,
    at: Int32Array,
  ) => number;
}

/**
 * Writes the search out for a number of words and a window, in numbers. Almost everything that an exploration finds is known
 * already, so this is where it spends its time; with loops over words and fields of objects that is twice as long.
 */
function createSearch(wordCount: number, window: BitWindow, isDirect: boolean): Search {
  const words = isDirect ? [] : Array.from({ length: wordCount }, (_, word) => word);
  const stride = words.length + 2;
  const keyOf = (word: number): string =>
    `source[from + ${word}]${word === window.word ? ` & ${~(31 << window.shift)}` : ''}`;
  const hash = isDirect
    ? [`const hash = source[from] >>> ${WINDOW_BITS};`]
    : [
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
  const probe = [
    `while (${words.map((word) => `(slots[base + ${word}] ^ key${word})`).join(' | ')}) {`,
    `if ((slots[base + ${stride - 2}] | slots[base + ${stride - 1}]) === 0) return index;`,
    `base = base === slotMask * ${stride} ? 0 : base + ${stride};`,
    `}`,
  ];
  const pass = [
    `for (let index = done, from = done * ${wordCount}; index < count; index++, from += ${wordCount}) {`,
    `let base = at[index] * ${stride};`,
    ...words.map((word) => `const key${word} = ${keyOf(word)};`),
    ...(isDirect ? [] : probe),
    `const known = slots[base + first] | slots[base + second];`,
    `if (((known >>> (source[from + ${window.word}] >>> ${window.shift})) & 1) === 0) return index;`,
    `}`,
    `return count;`,
  ];
  const write = (parameters: string, text: readonly string[]) =>
    // oxlint-disable-next-line typescript/no-implied-eval -- its text is made of numbers, as that of `expand.ts` is
    new Function(...parameters.split(' '), text.join('\n'));
  return {
    locate: write('source count slots slotMask at', locate) as Search['locate'],
    pass: write('source done count slots slotMask first second at', pass) as Search['pass'],
  };
}

/** States without order or number, a layer of them at a time. */
export class CountedStates {
  /** How many there are, the initial one included. */
  count = 1;
  private readonly wordCount: number;
  private readonly limits: SetLimits;
  private readonly window: BitWindow;
  private readonly keyMask: number;
  private readonly isDirect: boolean;
  private readonly stride: number;
  // Where the two words of a slot stand; they change places with each layer.
  private now: number;
  private next: number;
  private slots: Int32Array;
  private slotMask: number;
  private used = 0;
  // The slot whose states are taken, and whether any state was found for the next layer.
  private cursor = 0;
  private hasNext = true;
  private readonly at: Int32Array;
  private readonly searches: Search;

  /** `most` is how many states are added at once. */
  constructor(initial: Int32Array, bitCount: number, limits: SetLimits, window: BitWindow, most: number) {
    this.wordCount = initial.length;
    this.limits = limits;
    this.isDirect = bitCount <= DIRECT_BITS;
    // Without a key, the window has to be the lowest bits, so that the others are the number of the slot.
    this.window = this.isDirect ? { word: 0, shift: 0 } : window;
    this.keyMask = ~(31 << this.window.shift);
    this.stride = this.isDirect ? 2 : initial.length + 2;
    this.now = this.stride - 2;
    this.next = this.stride - 1;
    this.slotMask = (this.isDirect ? 2 ** Math.max(0, bitCount - WINDOW_BITS) : SLOTS_AT_FIRST) - 1;
    this.slots = new Int32Array((this.slotMask + 1) * this.stride);
    this.at = new Int32Array(most + 1);
    this.searches = createSearch(initial.length, this.window, this.isDirect);
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
    const { slots, stride, now, next, window, slotMask } = this;
    let { cursor } = this;
    let open = 0;
    for (; cursor <= slotMask; cursor++) {
      open = slots[cursor * stride + now] & ~slots[cursor * stride + next];
      if (open !== 0) break;
    }
    this.cursor = cursor;
    if (open === 0) return false;
    const lowest = open & -open;
    slots[cursor * stride + next] |= lowest;
    this.readKey(cursor, state);
    state[window.word] |= (31 - Math.clz32(lowest)) << window.shift;
    return true;
  }

  /** Adds the first `count` states of `source`; returns how many were added or known before there was no room. */
  add(source: Int32Array, count: number): number {
    const { wordCount, at, searches } = this;
    let { slots } = this;
    searches.locate(source, count, slots, this.slotMask, at);
    for (let done = 0; ; done++) {
      done = searches.pass(source, done, count, slots, this.slotMask, this.now, this.next, at);
      if (done === count) return count;
      if (this.addNew(source, done * wordCount) === FULL) return done;
      if (slots === this.slots) continue;
      // The table has grown, and has them elsewhere.
      slots = this.slots;
      searches.locate(source, count, slots, this.slotMask, at);
    }
  }

  /** Calls `visit` with each state, in no order. What it is given is overwritten by the next. */
  forEach(visit: (words: Int32Array, from: number) => void): void {
    const { slots, stride, now, next, window } = this;
    const state = new Int32Array(this.wordCount);
    for (let slot = 0; slot <= this.slotMask; slot++) {
      const found = slots[slot * stride + now] | slots[slot * stride + next];
      for (let bit = 0; bit < 32; bit++) {
        if (((found >>> bit) & 1) === 0) continue;
        this.readKey(slot, state);
        state[window.word] |= bit << window.shift;
        visit(state, 0);
      }
    }
  }

  /** Adds a state that is not there. */
  private addNew(source: Int32Array, from: number): number {
    if (this.count === this.limits.states) return FULL;
    let slot = this.search(source, from, this.slotOf(source, from));
    if (!this.isDirect && this.isEmpty(slot)) {
      if (this.used >= LOAD_MAX * (this.slotMask + 1)) {
        // While it is copied, the table is there twice.
        if (3 * this.bytes > this.limits.bytes) return FULL;
        this.grow();
        slot = this.search(source, from, this.slotOf(source, from));
      }
      this.use(slot, source, from);
    }
    this.slots[slot * this.stride + this.next] |= this.bitOf(source, from);
    this.hasNext = true;
    return ++this.count;
  }

  private isEmpty(slot: number): boolean {
    const { slots, stride } = this;
    return (slots[slot * stride + stride - 1] | slots[slot * stride + stride - 2]) === 0;
  }

  /** The slot in which the search for the state that begins at `from` in `source` starts. */
  private slotOf(source: Int32Array, from: number): number {
    const { window, keyMask, wordCount, slotMask } = this;
    if (this.isDirect) return source[from] >>> WINDOW_BITS;
    let hash = 0;
    for (let word = 0; word < wordCount; word++) {
      hash = mix(hash, word === window.word ? source[from + word] & keyMask : source[from + word]);
    }
    return finish(hash) & slotMask;
  }

  /** The slot that has the key of a state, or the empty one that is to have it. */
  private search(source: Int32Array, from: number, start: number): number {
    const { slots, stride, wordCount, slotMask, window, keyMask } = this;
    if (this.isDirect) return start;
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
    if (this.isDirect) return;
    const { slots, stride, wordCount, window, keyMask } = this;
    for (let word = 0; word < wordCount; word++) slots[slot * stride + word] = source[from + word];
    slots[slot * stride + window.word] &= keyMask;
  }

  private bitOf(source: Int32Array, from: number): number {
    const { window } = this;
    return 1 << ((source[from + window.word] >>> window.shift) & 31);
  }

  private readKey(slot: number, state: Int32Array): void {
    if (this.isDirect) {
      state[0] = slot << WINDOW_BITS;
      return;
    }
    const { slots, stride, wordCount } = this;
    for (let word = 0; word < wordCount; word++) state[word] = slots[slot * stride + word];
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
