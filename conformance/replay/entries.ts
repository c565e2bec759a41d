/**
 * The table as the writes of a trace make it, dword by dword: what turns a write into an event of the machine. It knows
 * every whole entry that has been. It has no masks and sends nothing.
 */
import * as registers from '../../src/registers.ts';

/** A message in registers, and its name in the machine. */
export interface NamedMessage {
  readonly name: string;
  readonly addressLow: number;
  readonly addressHigh: number;
  readonly data: number;
}

/** The name of a message, `address:data` in hexadecimal: no dots, which separate the parts of an event. */
export function messageName(addressLow: number, addressHigh: number, data: number): string {
  const low = addressLow.toString(16);
  const address = addressHigh === 0 ? low : `${addressHigh.toString(16)}${low.padStart(8, '0')}`;
  return `${address}:${data.toString(16)}`;
}

const WORDS = registers.ENTRY_BYTES / 4;

/** Entries without Vector Control, all zero at first, and the set of whole entries that have been. */
export class Entries {
  private readonly words = new Map<number, number>();
  private readonly seen = new Map<string, NamedMessage>();

  constructor() {
    this.remember(0);
  }

  /** Writes a dword at byte offset `offset` of the table; returns the name of the whole entry that comes of it. */
  write(offset: number, value: number): string {
    const address = offset % registers.ENTRY_BYTES === registers.ENTRY_ADDRESS_LOW_OFFSET;
    this.words.set(offset / 4, address ? (value & ~registers.ADDRESS_LOW_RESERVED) >>> 0 : value);
    return this.remember(Math.floor(offset / registers.ENTRY_BYTES));
  }

  /** Makes all entries zero, as a reset does. What has been, has been. */
  clear(): void {
    this.words.clear();
  }

  /** Whether some whole entry has been this message. */
  has(name: string): boolean {
    return this.seen.has(name);
  }

  /** All whole entries that have been, zero first, then in the order of their appearance. */
  get messages(): readonly NamedMessage[] {
    return [...this.seen.values()];
  }

  private remember(vector: number): string {
    const word = (field: number): number => this.words.get(WORDS * vector + field) ?? 0;
    const [addressLow, addressHigh, data] = [word(0), word(1), word(2)];
    const name = messageName(addressLow, addressHigh, data);
    if (!this.seen.has(name)) this.seen.set(name, { name, addressLow, addressHigh, data });
    return name;
  }
}
