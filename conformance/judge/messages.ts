/**
 * The messages of a suite in registers, and which vector a message is of. A device is never asked that: each vector and each
 * message has an address and data of its own, as guests write them.
 */
import type { MessageSet } from '../../machines/messages.ts';
import { OTHER } from '../../machines/permitted/index.ts';
import type { Message } from '../device/readback.ts';

/**
 * The registers of a message of the suites. `C` has data of zero; `far` and `high` are in memory, below and above 4 GiB. Each bit of
 * address and data is set in one of them and clear in another, so that no device can lose one: `high` has those that the others lack.
 */
export function registersOf(name: string, vector: number): Message {
  const halves = /^address(\d)data(\d)$/.exec(name);
  if (halves !== null) {
    const [address, data] = [Number(halves[1]), Number(halves[2])];
    return [
      address === 0 ? 0 : 0xfee00000 + 0x1000 * address + 0x10 * (vector & 0xff),
      0,
      data === 0 ? 0 : 0x4000 + 8 * vector + data,
    ];
  }
  const low = 0x10 * (vector & 0xff);
  const data = 0x4000 + 8 * vector;
  switch (name) {
    case 'zero':
      return [0, 0, 0];
    case 'A':
      return [0xfee01000 + low, 0, data + 1];
    // All 32 bits of data are sent (MSIX-MSG-4).
    case 'B':
      return [0xfee02000 + low, 0, 0xa5a50000 + data + 2];
    case 'C':
      return [0xfee03000 + low, 0, 0];
    // The same of every vector, with all the bits that a message of an x86 can have.
    case 'same':
      return [0xfeeffffc, 0, 0xffffffff];
    case 'far':
      return [0x00104000 + low, 0, data + 4];
    case 'high':
      return [0x010f8ffc - low, 0xffffffff, 0x5a5abfff - 8 * vector];
    default:
      throw new RangeError(`Got the message ${name}; expected one of the suites.`);
  }
}

/** Which message a vector's registers hold, and whose message was sent. */
export class MessageBook {
  readonly names: readonly string[];
  /** The number of `other`. */
  readonly other: number;
  private readonly words: Uint32Array;
  private readonly vectorCount: number;
  private readonly perVector: number;
  private readonly senders = new Map<number, number[]>();
  private readonly lows = new Map<number, number>();

  constructor(messages: MessageSet, vectorCount: number) {
    this.names = [...messages.values, OTHER];
    this.other = messages.values.length;
    this.vectorCount = vectorCount;
    this.perVector = this.names.length;
    // What `other` stands for is not known before it is read: no register holds it yet.
    this.words = new Uint32Array(3 * this.perVector * vectorCount).fill(0xffffffff);
    for (let vector = 0; vector < vectorCount; vector++) {
      messages.values.forEach((name, message) => {
        const registers = registersOf(name, vector);
        this.words.set(registers, this.at(vector, message));
        this.index(registers, vector, message);
      });
    }
  }

  private at(vector: number, message: number): number {
    return 3 * (vector * this.perVector + message);
  }

  private index([low, , data]: Message, vector: number, message: number): void {
    const key = keyOf(low, data);
    const known = this.senders.get(key) ?? [];
    known.push(vector * this.perVector + message);
    this.senders.set(key, known);
    if (low !== 0 && !this.lows.has(low)) this.lows.set(low, vector);
  }

  /** One dword of a message of a vector: 0 address low, 1 address high, 2 data. */
  word(vector: number, message: number, which: number): number {
    return this.words[this.at(vector, message) + which];
  }

  /** The number of the message that an entry holds; -1 when it holds none. */
  holds(vector: number, low: number, high: number, data: number): number {
    for (let message = 0; message < this.perVector; message++) {
      const at = this.at(vector, message);
      if (this.words[at] === low && this.words[at + 1] === high && this.words[at + 2] === data) return message;
    }
    return -1;
  }

  /** Whether the suites write a message for a vector. */
  isNamed(vector: number, low: number, high: number, data: number): boolean {
    const message = this.holds(vector, low, high, data);
    return message >= 0 && message !== this.other;
  }

  /** Whether `other` of a vector stands for a message. */
  isOther(vector: number, low: number, high: number, data: number): boolean {
    const at = this.at(vector, this.other);
    return this.words[at] === low && this.words[at + 1] === high && this.words[at + 2] === data;
  }

  /** Lets `other` of a vector stand for what was read of its entry. */
  bind(vector: number, low: number, high: number, data: number): void {
    const at = this.at(vector, this.other);
    this.words[at] = low;
    this.words[at + 1] = high;
    this.words[at + 2] = data;
  }

  /** Copies what `other` stands for, three dwords of each of some vectors, into `out`. */
  othersInto(out: Uint32Array, vectors: readonly number[]): void {
    for (let index = 0; index < vectors.length; index++) {
      const at = this.at(vectors[index], this.other);
      for (let which = 0; which < 3; which++) out[3 * index + which] = this.words[at + which];
    }
  }

  /** Lets `other` of these vectors stand for what it did when `othersInto` copied it. */
  setOthers(others: Uint32Array, vectors: readonly number[]): void {
    for (let index = 0; index < vectors.length; index++)
      this.bind(vectors[index], others[3 * index], others[3 * index + 1], others[3 * index + 2]);
  }

  /**
   * Whose message was sent: vector * (number of messages) + message, or -1. Where several vectors hold it, that which `liking` likes
   * best; it likes none that it gives 0.
   */
  senderOf(low: number, high: number, data: number, liking: (vector: number, message: number) => number): number {
    let best = -1;
    let liked = -1;
    const consider = (vector: number, message: number): void => {
      const like = liking(vector, message);
      if (like <= liked) return;
      liked = like;
      best = vector * this.perVector + message;
    };
    for (const sender of this.sendersOf(low, high, data))
      consider(Math.floor(sender / this.perVector), sender % this.perVector);
    if (liked > 0) return best;
    // What was never written by the suites, several vectors may hold alike.
    for (let vector = 0; vector < this.vectorCount; vector++) {
      if (this.isOther(vector, low, high, data)) consider(vector, this.other);
    }
    return best;
  }

  /** The vectors for which the suites write a message, as `senderOf` tells each. */
  sendersOf(low: number, high: number, data: number): number[] {
    const known = this.senders.get(keyOf(low, data)) ?? [];
    // The key has the lower bits of the address alone.
    return known.filter((sender) => this.words[3 * sender] === low && this.words[3 * sender + 1] === high);
  }

  /** What vectors may hold that goes to an address with other data. */
  *othersAt(low: number, high: number, data: number): Generator<readonly [vector: number, message: number]> {
    for (let sender = 0; sender < this.vectorCount * this.perVector; sender++) {
      const at = 3 * sender;
      if (this.words[at] === low && this.words[at + 1] === high && this.words[at + 2] !== data)
        yield [Math.floor(sender / this.perVector), sender % this.perVector];
    }
  }

  /** The vector that a message is likeliest of which is none of any; -1 when nothing tells. */
  likeliest(low: number): number {
    return this.lows.get(low) ?? -1;
  }

  /** How many messages a vector may hold, `other` among them. */
  get messageCount(): number {
    return this.perVector;
  }
}

// Two dwords as one exact number: the lower 21 bits of one above the 32 of the other.
const keyOf = (low: number, data: number): number => (low & 0x1fffff) * 0x100000000 + data;
