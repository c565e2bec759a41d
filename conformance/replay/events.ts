/**
 * What a guest's writes are to the machine: accesses of registers as events, whole entries as messages.
 */
import * as alphabet from '../../machines/alphabet.ts';
import * as registers from '../../src/registers.ts';
import type { StructureAccess } from './access.ts';

/** A message in registers, and its name in the machine. */
export interface NamedMessage {
  readonly name: string;
  readonly addressLow: number;
  readonly addressHigh: number;
  readonly data: number;
}

/** The name of a message, `address:data` in hexadecimal: no dots, which separate the parts of an event. */
export function messageName(addressLow: number, addressHigh: number, data: number): string {
  if (addressHigh !== 0 || data >= SHORT_DATA) return spellMessage(addressLow, addressHigh, data);
  // A guest has few messages, and sends them by the million.
  const key = data * 2 ** 32 + addressLow;
  let name = names.get(key);
  if (name === undefined) {
    if (names.size === NAMES_KEPT) names.clear();
    names.set(key, (name = spellMessage(addressLow, 0, data)));
  }
  return name;
}

const SHORT_DATA = 2 ** 20;
const NAMES_KEPT = 4096;
const names = new Map<number, string>();

function spellMessage(addressLow: number, addressHigh: number, data: number): string {
  const low = addressLow.toString(16);
  const address = addressHigh === 0 ? low : `${addressHigh.toString(16)}${low.padStart(8, '0')}`;
  return `${address}:${data.toString(16)}`;
}

/** How many whole entries are remembered. */
export const ENTRIES_KEPT = 65_536;
const WORDS = registers.ENTRY_BYTES / 4;

/**
 * The entries without Vector Control, all zero at first, as the writes of a trace make them; and every whole entry that
 * has been, on the way to another or not.
 */
export class Entries {
  private readonly words = new Map<number, number>();
  private readonly vectors = new Set<number>();
  private readonly addresses = new Set<number>();
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
    this.vectors.clear();
    this.words.clear();
  }

  /** Whether some whole entry has been this message. */
  has(name: string): boolean {
    return this.seen.has(name);
  }

  /** Whether some whole entry has had this address, which costs less to ask. Zero does not count. */
  hasAddress(addressLow: number, addressHigh: number): boolean {
    return this.addresses.has(addressHigh * 2 ** 32 + addressLow);
  }

  /** Whether some entry is this message now. */
  holds(name: string): boolean {
    for (const vector of this.vectors) if (this.nameOf(vector) === name) return true;
    return false;
  }

  /** The first vector whose entry is this message now; undefined when none is. */
  holderOf(name: string): number | undefined {
    const holders = [...this.vectors].filter((vector) => this.nameOf(vector) === name);
    return holders.length === 0 ? undefined : Math.min(...holders);
  }

  /** The name of the whole entry of `vector`. */
  nameOf(vector: number): string {
    return messageName(this.word(vector, 0), this.word(vector, 1), this.word(vector, 2));
  }

  /** Whether there were more than are remembered. */
  get overflowed(): boolean {
    return this.seen.size >= ENTRIES_KEPT;
  }

  /** All whole entries that have been, zero first, then in the order of their appearance. */
  get messages(): readonly NamedMessage[] {
    return [...this.seen.values()];
  }

  private word(vector: number, field: number): number {
    return this.words.get(WORDS * vector + field) ?? 0;
  }

  private remember(vector: number): string {
    const [addressLow, addressHigh, data] = [this.word(vector, 0), this.word(vector, 1), this.word(vector, 2)];
    this.vectors.add(vector);
    const address = addressHigh * 2 ** 32 + addressLow;
    if (address !== 0) this.addresses.add(address);
    const name = messageName(addressLow, addressHigh, data);
    if (!this.seen.has(name) && this.seen.size < ENTRIES_KEPT) {
      this.seen.set(name, { name, addressLow, addressHigh, data });
    }
    return name;
  }
}

/** Performs a write of the table on the entries, and returns the events that it stands for. */
export function writeEvents(entries: Entries, { offset, bytes, low, high }: StructureAccess): readonly string[] {
  //= MSIX-ACCESS-1, MSIX-ACCESS-2
  if (offset % bytes !== 0 || bytes < 4) return [];
  const first = writeEvent(entries, offset, low);
  return bytes === 8 ? [...first, ...writeEvent(entries, offset + 4, high)] : first;
}

/** The event of a write of one dword, alone in a list. */
function writeEvent(entries: Entries, offset: number, value: number): readonly string[] {
  const vector = Math.floor(offset / registers.ENTRY_BYTES);
  const known = (spelled[vector] ??= {
    mask: [alphabet.mask(vector)],
    unmask: [alphabet.unmask(vector)],
    writes: new Map(),
  });
  if (offset % registers.ENTRY_BYTES === registers.ENTRY_VECTOR_CONTROL_OFFSET) {
    return (value & registers.VECTOR_CONTROL_MASK) === 0 ? known.unmask : known.mask;
  }
  const name = entries.write(offset, value);
  let events = known.writes.get(name);
  if (events === undefined) {
    if (known.writes.size === WRITES_KEPT) known.writes.clear();
    known.writes.set(name, (events = [alphabet.write(vector, name)]));
  }
  return events;
}

/** The events of each vector, spelled once: a guest writes few messages, and writes them by the million. */
const spelled: { mask: readonly string[]; unmask: readonly string[]; writes: Map<string, readonly string[]> }[] = [];
const WRITES_KEPT = 64;

/** Returns the event of a write of the capability, where it covers the byte that holds both writable bits. */
export function controlEvents(offset: number, bytes: number, value: number): string[] {
  const byte = registers.CAPABILITY_CONTROL_OFFSET + 1 - offset;
  if (byte < 0 || byte >= bytes) return [];
  const control = ((value >>> (8 * byte)) & 0xff) << 8;
  const enable = (control & registers.CONTROL_ENABLE) !== 0;
  const functionMask = (control & registers.CONTROL_FUNCTION_MASK) !== 0;
  const name = enable ? (functionMask ? 'onMasked' : 'on') : functionMask ? 'offMasked' : 'off';
  return [alphabet.control(name)];
}
