/**
 * The states of an instance: its memory, and its globals.
 *
 * Memory is parted into blocks of 64 bytes. Each content that a block ever had is kept whole, once, and has a number; 0 is that after
 * `init`. A state is the list of blocks that are not as after `init`, with the numbers of what is in them, and is kept whole, once. So equal
 * states have one handle, nothing rests on a hash, and most of what two states have in common is stored once.
 */

/** Bytes of a block. */
export const BLOCK_BYTES = 64;
const BLOCK_WORDS = BLOCK_BYTES / 4;
/** The block that stands for the globals. */
const GLOBALS = 0x7fffffff;

/** Keeps lists of words, each once, and numbers them. */
export class Interner {
  /** The lists, one after the other, each after its length. */
  private arena = new Int32Array(1 << 12);
  private end = 0;
  private starts = new Int32Array(1 << 8);
  private count = 0;
  private slots = new Int32Array(1 << 10).fill(-1);

  get size(): number {
    return this.count;
  }

  get bytes(): number {
    return this.arena.byteLength + this.starts.byteLength + this.slots.byteLength;
  }

  /** The number of a list, which is copied where it is new. */
  numberOf(words: Int32Array, from: number, length: number): number {
    let hash = length;
    for (let index = from; index < from + length; index++) {
      hash = Math.imul(hash ^ words[index], 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const known = this.slots[slot];
      if (known < 0) {
        this.slots[slot] = this.count;
        return this.add(words, from, length);
      }
      if (this.isEqual(known, words, from, length)) return known;
    }
  }

  private isEqual(known: number, words: Int32Array, from: number, length: number): boolean {
    const { arena } = this;
    const at = this.starts[known];
    if (arena[at] !== length) return false;
    for (let index = 0; index < length; index++) if (arena[at + 1 + index] !== words[from + index]) return false;
    return true;
  }

  private add(words: Int32Array, from: number, length: number): number {
    while (this.end + length + 1 > this.arena.length) this.arena = grown(this.arena);
    if (this.count === this.starts.length) this.starts = grown(this.starts);
    this.starts[this.count] = this.end;
    this.arena[this.end] = length;
    for (let index = 0; index < length; index++) this.arena[this.end + 1 + index] = words[from + index];
    this.end += length + 1;
    this.count++;
    if (2 * this.count > this.slots.length) this.rehash();
    return this.count - 1;
  }

  private rehash(): void {
    this.slots = new Int32Array(2 * this.slots.length).fill(-1);
    const mask = this.slots.length - 1;
    for (let number = 0; number < this.count; number++) {
      const at = this.starts[number];
      const length = this.arena[at];
      let hash = length;
      for (let index = at + 1; index <= at + length; index++) {
        hash = Math.imul(hash ^ this.arena[index], 0x9e3779b1);
        hash ^= hash >>> 15;
      }
      let slot = hash & mask;
      while (this.slots[slot] >= 0) slot = (slot + 1) & mask;
      this.slots[slot] = number;
    }
  }

  /** Where a list stands in `words`; its length is the word before. */
  startOf(number: number): number {
    return this.starts[number] + 1;
  }

  get words(): Int32Array {
    return this.arena;
  }
}

function grown(words: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * words.length);
  larger.set(words);
  return larger;
}

/** Some bytes of memory. */
export interface Range {
  readonly address: number;
  readonly length: number;
}

/** What states are taken of. */
export interface Machine {
  /** All of memory, as it is now: another view whenever it has grown. */
  memory(): Int32Array;
  /** Calls back for each block that was written since this was asked last; for -1 where it is not known which were. */
  takeWritten(visit: (block: number) => void): void;
  /** Copies the globals into words. Returns how many. */
  globalsInto(words: Int32Array): number;
  setGlobals(words: Int32Array, from: number): void;
}

/** The states of one instance. */
export class States {
  private readonly machine: Machine;
  /** All of memory, as it is now. */
  memory: Int32Array;
  /** Memory in the state that was saved or restored last. */
  private shadow: Int32Array;
  private base: Int32Array;
  /** The number of what is in each block, in that state. */
  private ids: Int32Array;
  /** The blocks that are not as after `init`, in order. */
  private live: Int32Array = new Int32Array(64);
  private liveCount = 0;
  private readonly contents = new Interner();
  private readonly states = new Interner();
  private readonly scratch = new Int32Array(BLOCK_WORDS);
  private list = new Int32Array(256);
  private readonly globals = new Int32Array(256);
  private readonly globalCount: number;
  private globalsNumber = 0;
  private readonly ignored: readonly Range[];
  /** For a block of which some bytes are left out: a mask of those that count, by word. */
  private readonly masks = new Map<number, Int32Array>();
  /** Blocks that are left out, with 2; those with a mask, with 1. */
  private leftOut = new Uint8Array();

  /** Takes what `machine` is now as its first state: call it after `init`. */
  constructor(machine: Machine, ignored: readonly Range[]) {
    this.machine = machine;
    this.memory = machine.memory();
    this.base = this.memory.slice();
    this.shadow = this.memory.slice();
    this.ids = new Int32Array(this.memory.length / BLOCK_WORDS);
    this.ignored = ignored;
    this.globalCount = machine.globalsInto(this.globals);
    // Number 0 of a block is what it was; that of the globals is the first of all.
    this.contents.numberOf(this.scratch, 0, 0);
    this.globalsNumber = this.contents.numberOf(this.globals, 0, this.globalCount);
    this.arrange();
    machine.takeWritten(() => {});
  }

  /** How many states were told apart. */
  get count(): number {
    return this.states.size;
  }

  /** How many bytes they take. */
  get bytes(): number {
    return this.contents.bytes + this.states.bytes;
  }

  private arrange(): void {
    this.masks.clear();
    this.leftOut = new Uint8Array(this.ids.length);
    for (const { address, length } of this.ignored) {
      const end = Math.min(address + length, 4 * this.memory.length);
      for (let block = Math.floor(address / BLOCK_BYTES); block * BLOCK_BYTES < end; block++) {
        const from = block * BLOCK_BYTES;
        const mask = this.masks.get(block) ?? new Int32Array(BLOCK_WORDS).fill(-1);
        new Uint8Array(mask.buffer).fill(0, Math.max(0, address - from), Math.min(BLOCK_BYTES, end - from));
        this.leftOut[block] = mask.every((word) => word === 0) ? 2 : 1;
        if (this.leftOut[block] === 1) this.masks.set(block, mask);
      }
    }
  }

  /** Follows a memory that has grown. What is new was zero. */
  private follow(): void {
    const memory = this.machine.memory();
    if (memory === this.memory) return;
    this.memory = memory;
    const longer = (words: Int32Array): Int32Array => {
      const all = new Int32Array(memory.length);
      all.set(words);
      return all;
    };
    this.base = longer(this.base);
    this.shadow = longer(this.shadow);
    const ids = new Int32Array(memory.length / BLOCK_WORDS);
    ids.set(this.ids);
    this.ids = ids;
    this.arrange();
  }

  /** Takes the state. */
  save(): number {
    this.follow();
    this.machine.takeWritten(this.takeUp);
    const count = this.machine.globalsInto(this.globals);
    this.globalsNumber = this.contents.numberOf(this.globals, 0, count);
    return this.number();
  }

  private readonly takeUp = (block: number): void => {
    if (block < 0) for (let each = 0; each < this.ids.length; each++) this.takeUp(each);
    else if (this.leftOut[block] !== 2 && this.differs(block)) this.take(block);
  };

  private readonly undo = (block: number): void => {
    if (block < 0) for (let each = 0; each < this.ids.length; each++) this.undo(each);
    else if (this.leftOut[block] !== 2) this.copy(block, this.shadow, block * BLOCK_WORDS);
  };

  private differs(block: number): boolean {
    const { memory, shadow } = this;
    const from = block * BLOCK_WORDS;
    for (let word = from; word < from + BLOCK_WORDS; word++) if (memory[word] !== shadow[word]) return true;
    return false;
  }

  /** Takes up what a block holds now. */
  private take(block: number): void {
    const { memory, shadow, base, scratch } = this;
    const from = block * BLOCK_WORDS;
    const mask = this.leftOut[block] === 0 ? undefined : this.masks.get(block);
    let isBase = true;
    for (let word = 0; word < BLOCK_WORDS; word++) {
      const now = memory[from + word];
      shadow[from + word] = now;
      const counted = mask === undefined ? now : (now & mask[word]) | (base[from + word] & ~mask[word]);
      scratch[word] = counted;
      if (counted !== base[from + word]) isBase = false;
    }
    this.setId(block, isBase ? 0 : this.contents.numberOf(scratch, 0, BLOCK_WORDS));
  }

  private setId(block: number, id: number): void {
    const before = this.ids[block];
    if (before === id) return;
    this.ids[block] = id;
    if (before !== 0 && id !== 0) return;
    let at = this.liveCount;
    while (at > 0 && this.live[at - 1] >= block) at--;
    if (id === 0) {
      this.live.copyWithin(at, at + 1, this.liveCount);
      this.liveCount--;
      return;
    }
    if (this.liveCount === this.live.length) this.live = grown(this.live);
    this.live.copyWithin(at + 1, at, this.liveCount);
    this.live[at] = block;
    this.liveCount++;
  }

  private number(): number {
    const length = 2 * this.liveCount + 2;
    while (length > this.list.length) this.list = grown(this.list);
    const { list, live, ids } = this;
    for (let index = 0; index < this.liveCount; index++) {
      list[2 * index] = live[index];
      list[2 * index + 1] = ids[live[index]];
    }
    list[length - 2] = GLOBALS;
    list[length - 1] = this.globalsNumber;
    return this.states.numberOf(list, 0, length);
  }

  /** Puts a state back. */
  restore(state: number): void {
    if (!(state >= 0 && state < this.states.size))
      throw new RangeError(`Got the snapshot ${state}; expected one of the ${this.states.size} that were taken.`);
    this.follow();
    this.machine.takeWritten(this.undo);
    const { words } = this.states;
    let at = this.states.startOf(state);
    const end = at + words[at - 1] - 2;
    // Both lists are in order. What is live now and not in the state is as after `init`.
    let index = 0;
    let kept = 0;
    const before = this.liveCount;
    const count = (end - at) / 2;
    while (count > this.live.length || before > this.live.length) this.live = grown(this.live);
    const next = this.spare(count);
    while (index < before || at < end) {
      const own = index < before ? this.live[index] : GLOBALS;
      const wanted = at < end ? words[at] : GLOBALS;
      if (own < wanted) {
        this.ids[own] = 0;
        this.put(own, this.base, own * BLOCK_WORDS);
        index++;
        continue;
      }
      const id = words[at + 1];
      if (this.ids[wanted] !== id) {
        this.ids[wanted] = id;
        this.put(wanted, this.contents.words, this.contents.startOf(id));
      }
      next[kept++] = wanted;
      at += 2;
      if (own === wanted) index++;
    }
    this.live.set(next.subarray(0, kept));
    this.liveCount = kept;
    const globals = words[end + 1];
    this.globalsNumber = globals;
    this.machine.setGlobals(this.contents.words, this.contents.startOf(globals));
  }

  private spareWords = new Int32Array(64);
  private spare(count: number): Int32Array {
    while (this.spareWords.length < count) this.spareWords = grown(this.spareWords);
    return this.spareWords;
  }

  /** Writes a block of memory. */
  private copy(block: number, from: Int32Array, at: number): void {
    const { memory } = this;
    const to = block * BLOCK_WORDS;
    for (let word = 0; word < BLOCK_WORDS; word++) memory[to + word] = from[at + word];
  }

  private put(block: number, from: Int32Array, at: number): void {
    const { memory, shadow } = this;
    const to = block * BLOCK_WORDS;
    for (let word = 0; word < BLOCK_WORDS; word++) {
      const value = from[at + word];
      memory[to + word] = value;
      shadow[to + word] = value;
    }
  }

  // ---- What states are made of, for whoever asks why there are so many

  /** The addresses of the dwords in which two states differ. The words of the globals follow, as -1, -2 and so on. */
  differing(one: number, other: number): number[] {
    const { words } = this.states;
    const found: number[] = [];
    const compare = (block: number, first: number, second: number): void => {
      if (first === second) return;
      for (let word = 0; word < BLOCK_WORDS; word++)
        if (this.wordIn(block, first, word) !== this.wordIn(block, second, word))
          found.push(BLOCK_BYTES * block + 4 * word);
    };
    // Both lists are in order, and end with the globals.
    let [at, second] = [this.states.startOf(one), this.states.startOf(other)];
    while (words[at] !== GLOBALS || words[second] !== GLOBALS) {
      const block = Math.min(words[at], words[second]);
      compare(block, words[at] === block ? words[at + 1] : 0, words[second] === block ? words[second + 1] : 0);
      const [isFirst, isSecond] = [words[at] === block, words[second] === block];
      if (isFirst) at += 2;
      if (isSecond) second += 2;
    }
    const [globals, others] = [this.contents.startOf(words[at + 1]), this.contents.startOf(words[second + 1])];
    for (let word = 0; word < this.globalCount; word++)
      if (this.contents.words[globals + word] !== this.contents.words[others + word]) found.push(-1 - word);
    return found;
  }

  /** A word of a block whose content has a number. */
  private wordIn(block: number, content: number, word: number): number {
    return content === 0
      ? (this.base[block * BLOCK_WORDS + word] ?? 0)
      : this.contents.words[this.contents.startOf(content) + word];
  }

  /** A dword of memory in a state, or a word of the globals. */
  wordAt(state: number, address: number): number {
    if (address < 0) return this.wordOf(state, GLOBALS, -1 - address);
    return this.wordOf(state, Math.floor(address / BLOCK_BYTES), (address % BLOCK_BYTES) >>> 2);
  }

  private wordOf(state: number, block: number, word: number): number {
    const { words } = this.states;
    const from = this.states.startOf(state);
    for (let at = from; at < from + words[from - 1]; at += 2)
      if (words[at] === block) return this.contents.words[this.contents.startOf(words[at + 1]) + word];
    return this.base[block * BLOCK_WORDS + word] ?? 0;
  }

  /** A dword of memory as it is now. */
  peek(address: number): number {
    return this.memory[address >>> 2];
  }

  /**
   * Writes some bits of a dword of memory, as the device would, or a word of the globals; the next `save` or `restore` knows of it.
   */
  poke(address: number, value: number, mask = -1): void {
    if (address < 0) {
      this.machine.globalsInto(this.globals);
      this.globals[-1 - address] = value;
      this.machine.setGlobals(this.globals, 0);
      return;
    }
    const word = address >>> 2;
    const written = (this.memory[word] & ~mask) | (value & mask);
    if (this.memory[word] === written) return;
    this.memory[word] = written;
    const block = Math.floor(word / BLOCK_WORDS);
    if (this.leftOut[block] !== 2) this.take(block);
  }
}
