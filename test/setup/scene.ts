/**
 * A function on stage: a guest that drives it in words, and a record of every call that it makes.
 *
 * Messages have names, so that a test reads as a story: `send 0 A`. Each has bits set at both ends of all three dwords.
 */
import { MsixFunction, type MsixFunctionOptions } from '../../src/index.ts';

/** Address low, address high, data. `zero` is what an entry holds after reset. */
export const MESSAGES = {
  zero: [0, 0, 0],
  A: [0xfee01004, 0x80000001, 0x80004021],
  B: [0xfee02008, 0x90000002, 0x90008042],
  C: [0x00000010, 0xffffffff, 0xffffffff],
} as const;

export type MessageName = keyof typeof MESSAGES;

const CONTROLS = { off: 0x0000, offMasked: 0x4000, on: 0x8000, onMasked: 0xc000 } as const;

/** A function, its guest and its device. Accesses are spelled out in dwords and bytes here, on purpose without a constant. */
export class Scene {
  readonly msix: MsixFunction;
  private readonly calls: string[] = [];
  private readonly replies = new Map<string, () => void>();

  constructor(vectorCount: number, { notifiers = true, ...options }: SceneOptions = {}) {
    const edges: Partial<MsixFunctionOptions> = {
      use: (vector, low, high, data) => this.record(`use ${vector} ${messageName(low, high, data)}`),
      release: (vector) => this.record(`release ${vector}`),
    };
    this.msix = new MsixFunction({
      vectorCount,
      send: (low, high, data, vector) => this.record(`send ${vector} ${messageName(low, high, data)}`),
      poll: (first, end) => this.record(`poll ${first} ${end}`),
      ...(notifiers ? edges : {}),
      ...options,
    });
  }

  /** Has `reply` run within the next call out that reads as `call`. */
  on(call: string, reply: () => void): this {
    this.replies.set(call, reply);
    return this;
  }

  /** Takes the calls since the last time, in order. */
  take(): string[] {
    return this.calls.splice(0);
  }

  /** Replies that never ran: a test that expects none of them has tested nothing. */
  get unheard(): string[] {
    return [...this.replies.keys()];
  }

  control(value: keyof typeof CONTROLS): this {
    this.msix.configWrite(2, 2, CONTROLS[value]);
    return this;
  }

  mask(...vectors: readonly number[]): this {
    for (const vector of vectors) this.msix.tableWrite(16 * vector + 12, 4, 1);
    return this;
  }

  unmask(...vectors: readonly number[]): this {
    for (const vector of vectors) this.msix.tableWrite(16 * vector + 12, 4, 0);
    return this;
  }

  write(vector: number, name: MessageName): this {
    MESSAGES[name].forEach((word, index) => this.msix.tableWrite(16 * vector + 4 * index, 4, word));
    return this;
  }

  signal(...vectors: readonly number[]): this {
    for (const vector of vectors) this.msix.signal(vector);
    return this;
  }

  /** The entry of `vector` as the guest reads it: the name of the message, and whether it is masked. */
  entry(vector: number): string {
    const [low, high, data, control] = [0, 4, 8, 12].map((offset) => this.msix.tableRead(16 * vector + offset, 4));
    return `${messageName(low, high, data)} ${['unmasked', 'masked'][control] ?? control.toString(16)}`;
  }

  /** The vectors whose Pending bit is set, without poll. */
  get pending(): number[] {
    const { vectorCount } = this.msix;
    const words = this.peek().slice(1 + 4 * vectorCount);
    return Array.from({ length: 32 * words.length }, (_, bit) => bit).filter(
      (bit) => (words[bit >> 5] >>> (bit & 31)) & 1,
    );
  }

  /** Everything that the guest can read, in dwords. */
  peek(): number[] {
    const out = new Uint32Array(1 + 4 * 2048 + 64);
    return [...out.subarray(0, this.msix.peekInto(out))];
  }

  save(): Uint32Array {
    const out = new Uint32Array(this.msix.savedWords);
    this.msix.saveInto(out);
    return out;
  }

  private record(call: string): void {
    this.calls.push(call);
    const reply = this.replies.get(call);
    this.replies.delete(call);
    reply?.();
  }
}

export type SceneOptions = Partial<MsixFunctionOptions> & { readonly notifiers?: boolean };

/** The name of a message, or its registers where it has none. */
export function messageName(...message: readonly number[]): string {
  const found = Object.entries(MESSAGES).find(([, words]) => words.every((word, index) => word === message[index]));
  return found?.[0] ?? message.map((word) => word.toString(16)).join(':');
}
