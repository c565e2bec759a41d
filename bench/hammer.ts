/**
 * Random accesses of every kind, lawful and not, against a function whose whole state is known: none throws, each returns
 * what it must, and has no effect but its own.
 *
 * What must be is kept by `Expected`, written for clarity from the rules. Every access compares the entry that it is
 * addressed to, Message Control and the messages sent; every so often all that a guest can read is compared. Nothing
 * is taken over from the function into `Expected`, so an effect anywhere is found at the next such comparison.
 */
import {
  MsixFunction,
  SIGNAL_HELD,
  SIGNAL_REFUSED,
  SIGNAL_SENT,
  WRITE_DONE,
  WRITE_IGNORED,
  WRITE_REFUSED,
} from '../src/index.ts';

/** What to hammer, and how long. */
export interface HammerOptions {
  readonly vectorCount: number;
  readonly seed: number;
  readonly accesses: number;
  /** What is hammered, where it is not maskbit's own: a test plants faults this way. */
  readonly Class?: typeof MsixFunction;
}

/** What happened, in numbers that a seed pins. */
export interface HammerCounts {
  refused: number;
  sent: number;
  held: number;
  edges: number;
  resets: number;
  comparisons: number;
}

const ENABLE = 0x8000;
const FUNCTION_MASK = 0x4000;

/** Hammers one function. Throws at the first access whose effect is not the expected one, saying which it was. */
export function hammer({ vectorCount, seed, accesses, Class = MsixFunction }: HammerOptions): HammerCounts {
  const random = mulberry32(seed);
  const expected = new Expected(vectorCount);
  const counts: HammerCounts = { refused: 0, sent: 0, held: 0, edges: 0, resets: 0, comparisons: 0 };
  const msix = new Class({
    vectorCount,
    send: (addressLow, addressHigh, data, vector) => {
      counts.sent++;
      expected.receive(vector, addressLow, addressHigh, data);
    },
  });
  const peek = new Uint32Array(1 + 4 * vectorCount + 2 * Math.ceil(vectorCount / 64));
  const strokes = new Strokes(msix, expected, random, counts);
  // Comparing all of a large function is slow, comparing all of a small one is not: both take about as long.
  const interval = Math.max(16, 2 * vectorCount);
  for (let access = 0; access < accesses; access++) {
    try {
      strokes.strike();
      if (access % interval === 0 || access === accesses - 1) {
        counts.comparisons++;
        msix.peekInto(peek);
        expected.compareWith(peek);
      }
    } catch (error) {
      const where = `Access ${access} of seed ${seed} with ${vectorCount} vectors, ${strokes.last}`;
      throw new Error(`${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
  return counts;
}

/** What a function must look like: an array for each thing, and a loop wherever something may concern all vectors. */
class Expected {
  readonly vectorCount: number;
  control = 0;
  readonly table: Uint32Array;
  readonly pending: Uint8Array;
  private readonly force: Uint32Array;
  /** The messages that must still come in this access, four numbers each: vector, address low and high, data. */
  private readonly due: number[] = [];

  constructor(vectorCount: number) {
    this.vectorCount = vectorCount;
    this.table = new Uint32Array(4 * vectorCount);
    this.force = new Uint32Array(3 * vectorCount);
    this.pending = new Uint8Array(vectorCount);
    this.reset();
  }

  get open(): boolean {
    return this.control === ENABLE;
  }

  blocked(vector: number): boolean {
    return !this.open || this.table[4 * vector + 3] === 1;
  }

  reset(): void {
    this.control = 0;
    this.table.fill(0);
    this.pending.fill(0);
    for (let vector = 0; vector < this.vectorCount; vector++) this.table[4 * vector + 3] = 1;
  }

  writeControl(value: number): void {
    const wasOpen = this.open;
    this.control = value & (ENABLE | FUNCTION_MASK);
    if (wasOpen || !this.open) return;
    for (let vector = 0; vector < this.vectorCount; vector++) if (!this.blocked(vector)) this.unblock(vector);
  }

  writeDword(word: number, value: number): void {
    const vector = word >> 2;
    const wasBlocked = this.blocked(vector);
    this.table[word] = word % 4 === 0 ? value & ~3 : word % 4 === 3 ? value & 1 : value;
    if (wasBlocked && !this.blocked(vector)) this.unblock(vector);
  }

  signal(vector: number): void {
    if (this.blocked(vector)) this.pending[vector] = 1;
    else this.send(vector);
  }

  /** Takes a message that the function sends, and throws when it is not the one that is due. */
  receive(...message: readonly number[]): void {
    const due = this.due.splice(0, 4);
    for (let index = 0; index < 4; index++) {
      if (message[index] !== due[index])
        throw new Error(`got the message ${message.join()}; expected ${due.join() || 'none'}.`);
    }
  }

  requireNothingDue(): void {
    if (this.due.length > 0) throw new Error(`got no message; expected ${this.due.join()}.`);
  }

  compareWith(peek: Uint32Array): void {
    const { vectorCount, table, pending } = this;
    requireSame('Message Control', peek[0], this.control | (vectorCount - 1));
    for (let word = 0; word < table.length; word++)
      requireSame(`dword ${word} of the table`, peek[1 + word], table[word]);
    for (let bit = 0; bit < 64 * Math.ceil(vectorCount / 64); bit++) {
      const got = (peek[1 + table.length + (bit >> 5)] >>> (bit & 31)) & 1;
      if (got !== (pending[bit] ?? 0)) requireSame(`Pending bit ${bit}`, got, pending[bit] ?? 0);
    }
  }

  private unblock(vector: number): void {
    for (let dword = 0; dword < 3; dword++) this.force[3 * vector + dword] = this.table[4 * vector + dword];
    if (this.pending[vector] === 1) this.send(vector);
    this.pending[vector] = 0;
  }

  private send(vector: number): void {
    this.due.push(vector, this.force[3 * vector], this.force[3 * vector + 1], this.force[3 * vector + 2]);
  }
}

/** One random access after the other, each with what must come of it. */
class Strokes {
  private readonly msix: MsixFunction;
  private readonly expected: Expected;
  private readonly random: Random;
  private readonly counts: HammerCounts;
  private kind = 0;
  private offset = 0;
  private bytes = 0;
  private value = 0;

  constructor(msix: MsixFunction, expected: Expected, random: Random, counts: HammerCounts) {
    this.msix = msix;
    this.expected = expected;
    this.random = random;
    this.counts = counts;
  }

  /** The last access, for the sentence that says that it went wrong. */
  get last(): string {
    return `${KINDS[this.kind]}(${this.offset}, ${this.bytes}, ${this.value})`;
  }

  strike(): void {
    this.kind = this.random.below(KINDS.length);
    this[KINDS[this.kind]]();
    this.expected.requireNothingDue();
  }

  tableWrite(): void {
    const { msix, expected, random } = this;
    this.choose(16 * expected.vectorCount);
    const { offset, bytes } = this;
    const high = random.value();
    const lawful = isLawful(offset, bytes, 16 * expected.vectorCount);
    const wasBlocked = lawful && expected.blocked(offset >> 4);
    if (lawful) expected.writeDword(offset >> 2, this.value);
    if (lawful && bytes === 8) expected.writeDword((offset >> 2) + 1, high);
    requireSame('the outcome', msix.tableWrite(offset, bytes, this.value, high), this.outcome(lawful, WRITE_DONE));
    if (!lawful) return;
    if (wasBlocked !== expected.blocked(offset >> 4)) this.counts.edges++;
    this.compareEntry(offset >> 4);
  }

  tableRead(): void {
    const { msix, expected } = this;
    this.choose(16 * expected.vectorCount);
    const { offset, bytes } = this;
    const lawful = isLawful(offset, bytes, 16 * expected.vectorCount);
    const got = msix.tableRead(offset, bytes);
    requireSame('the dword', got, this.answer(lawful, expected.table[offset >> 2]));
    if (bytes === 8)
      requireSame('the upper dword', msix.readHigh, lawful ? expected.table[(offset >> 2) + 1] : 0xffffffff);
  }

  configWrite(): void {
    const { msix, expected, random } = this;
    this.offset = random.below(4) === 0 ? random.offset(12) : 2;
    this.bytes = this.offset === 2 ? 2 : random.bytes();
    // Bits 15 and 14 by themselves, mostly so that they open the function, or all bits at random.
    this.value = random.below(4) > 0 ? [2, 2, 2, 2, 0, 1, 3][random.below(7)] << 14 : random.value();
    const { offset, bytes } = this;
    const lawful = isConfigLawful(offset, bytes);
    const wasOpen = expected.open;
    if (lawful && offset <= 3 && offset + bytes > 3)
      expected.writeControl(((this.value >>> (8 * (3 - offset))) & 0xff) << 8);
    if (wasOpen !== expected.open) this.counts.edges++;
    requireSame('the outcome', msix.configWrite(offset, bytes, this.value), this.outcome(lawful, WRITE_DONE));
    requireSame('Message Control', msix.messageControl, expected.control | (expected.vectorCount - 1));
  }

  configRead(): void {
    const { msix, expected, random } = this;
    this.offset = random.offset(12);
    this.bytes = random.bytes();
    const { offset, bytes } = this;
    const dwords = [
      0x11 + 0x10000 * (expected.control | (expected.vectorCount - 1)),
      0,
      4096 * Math.ceil(expected.vectorCount / 256),
    ];
    const lawful = isConfigLawful(offset, bytes);
    let value = 0;
    const width = lawful ? bytes : 0;
    for (let byte = 0; byte < width; byte++) {
      const at = offset + byte;
      value += (Math.floor(dwords[at >> 2] / 256 ** (at & 3)) % 256) * 256 ** byte;
    }
    requireSame('the value', msix.configRead(offset, bytes), this.answer(lawful, value));
  }

  pbaRead(): void {
    const { msix, expected } = this;
    const length = 8 * Math.ceil(expected.vectorCount / 64);
    this.choose(length);
    const lawful = isLawful(this.offset, this.bytes, length);
    const dword = (word: number): number => {
      let value = 0;
      for (let bit = 0; bit < 32; bit++) value += (expected.pending[32 * word + bit] ?? 0) * 2 ** bit;
      return value;
    };
    const got = msix.pbaRead(this.offset, this.bytes);
    requireSame('the dword', got, this.answer(lawful, lawful ? dword(this.offset >> 2) : 0));
    if (this.bytes === 8)
      requireSame('the upper dword', msix.readHigh, lawful ? dword((this.offset >> 2) + 1) : 0xffffffff);
  }

  pbaWrite(): void {
    const length = 8 * Math.ceil(this.expected.vectorCount / 64);
    this.choose(length);
    const lawful = isLawful(this.offset, this.bytes, length);
    const outcome = this.msix.pbaWrite(this.offset, this.bytes, this.value, this.value);
    requireSame('the outcome', outcome, this.outcome(lawful, WRITE_IGNORED));
  }

  signal(): void {
    const { msix, expected } = this;
    const vector = this.chooseVector();
    const lawful = this.isVector(vector);
    const blocked = lawful && expected.blocked(vector);
    if (lawful) expected.signal(vector);
    if (blocked) this.counts.held++;
    if (!lawful) this.counts.refused++;
    requireSame('the outcome', msix.signal(vector), lawful ? (blocked ? SIGNAL_HELD : SIGNAL_SENT) : SIGNAL_REFUSED);
  }

  retire(): void {
    const vector = this.chooseVector();
    const lawful = this.isVector(vector);
    if (lawful) this.expected.pending[vector] = 0;
    else this.counts.refused++;
    requireSame('the outcome', Number(this.msix.retire(vector)), Number(lawful));
  }

  /** Mostly nothing: a reset undoes what it took many accesses to bring about. */
  reset(): void {
    if (this.random.below(512) !== 0) return;
    this.counts.resets++;
    this.expected.reset();
    this.msix.reset();
  }

  private choose(length: number): void {
    this.offset = this.random.offset(length);
    this.bytes = this.random.bytes();
    this.value = this.random.value();
  }

  private chooseVector(): number {
    const vector = this.random.offset(4 * this.expected.vectorCount) / 4;
    this.offset = vector;
    return vector;
  }

  private isVector(vector: number): boolean {
    return Number.isInteger(vector) && vector >= 0 && vector < this.expected.vectorCount;
  }

  private outcome(lawful: boolean, otherwise: number): number {
    if (!lawful) this.counts.refused++;
    return lawful ? otherwise : WRITE_REFUSED;
  }

  private answer(lawful: boolean, value: number): number {
    if (lawful) return value;
    this.counts.refused++;
    return this.bytes === 1 ? 0xff : this.bytes === 2 ? 0xffff : 0xffffffff;
  }

  private compareEntry(vector: number): void {
    for (let dword = 0; dword < 4; dword++) {
      const at = 4 * vector + dword;
      const got = this.msix.tableRead(4 * at, 4);
      if (got !== this.expected.table[at]) requireSame(`dword ${at} of the table`, got, this.expected.table[at]);
    }
  }
}

type Kind =
  | 'tableWrite'
  | 'tableRead'
  | 'configWrite'
  | 'configRead'
  | 'pbaRead'
  | 'pbaWrite'
  | 'signal'
  | 'retire'
  | 'reset';

/** The kinds of access, each as often as it stands here. */
const KINDS: readonly Kind[] = [
  'tableWrite',
  'tableWrite',
  'tableWrite',
  'tableWrite',
  'tableRead',
  'configWrite',
  'configRead',
  'pbaRead',
  'pbaWrite',
  'signal',
  'signal',
  'retire',
  'reset',
];

const STRANGE_OFFSETS = [
  -1,
  -4,
  -16,
  0.5,
  4.25,
  NaN,
  Infinity,
  -Infinity,
  2 ** 31,
  2 ** 32,
  2 ** 32 + 4,
  -(2 ** 31),
  2 ** 53,
];
const WIDTHS = [4, 4, 4, 4, 4, 4, 8, 8, 8, 8, 0, 1, 2, 3, 16, -4, 5, 4.5, NaN, Infinity];
const STRANGE_VALUES = [0, 1, 2, 0xfffffffe, 0xffffffff, -1, 0.5, NaN, Infinity, 2 ** 32 + 1, 2 ** 53];

/** Whether an access of the table or of the Pending Bit Array exists: aligned to its own width of 4 or 8, and inside. */
function isLawful(offset: number, bytes: number, length: number): boolean {
  return (bytes === 4 || bytes === 8) && offset >= 0 && offset % bytes === 0 && offset + bytes <= length;
}

/** Whether an access of the capability exists: 1, 2 or 4 bytes anywhere inside. */
function isConfigLawful(offset: number, bytes: number): boolean {
  return [1, 2, 4].includes(bytes) && Number.isInteger(offset) && offset >= 0 && offset + bytes <= 12;
}

function requireSame(what: string, got: number, expected: number): void {
  if (got !== expected) throw new Error(`${what} is ${got}; expected ${expected}.`);
}

/** Random numbers, and what the hammer makes of them. */
interface Random {
  below(end: number): number;
  offset(length: number): number;
  bytes(): number;
  value(): number;
}

/** Mulberry32 by Tommy Ettinger (2017, public domain): a well-known generator of 32 bits a call, with one word of state. */
function mulberry32(seed: number): Random {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (end: number): number => next() % end;
  return {
    below,
    // Mostly aligned and inside; else anywhere around, or nowhere at all.
    offset: (length) => {
      const kind = below(16);
      if (kind < 13) return 4 * below(length >> 2);
      return kind < 15 ? below(length + 32) - 16 : STRANGE_OFFSETS[below(STRANGE_OFFSETS.length)];
    },
    bytes: () => WIDTHS[below(WIDTHS.length)],
    value: () => (below(4) === 0 ? STRANGE_VALUES[below(STRANGE_VALUES.length)] : next()),
  };
}

/** The numbers of vectors that are hammered: the least, odd ones, whole and broken QWORDs, the most. */
export const VECTOR_COUNTS = [1, 2, 5, 64, 65, 2048] as const;

/** Hammers a function of each size with its share of the accesses, and prints what happened. */
function main(): void {
  const seed = Number(process.argv[2] ?? 20_101_020);
  const accesses = Number(process.argv[3] ?? 10_000_000);
  const share = Math.ceil(accesses / VECTOR_COUNTS.length);
  console.log(`${VECTOR_COUNTS.length * share} accesses, seed ${seed}`);
  for (const vectorCount of VECTOR_COUNTS) {
    const start = performance.now();
    const counts = hammer({ vectorCount, seed, accesses: share });
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const figures = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
    console.log(`${vectorCount} vectors: ${share} accesses in ${seconds} s, ${figures.join(', ')}`);
  }
}

if (process.argv[1] === import.meta.filename) main();
