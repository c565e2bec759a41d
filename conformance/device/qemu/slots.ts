/**
 * Where messages land: a guest's message addresses are those of an interrupt controller, and what is written there is not seen any more. So
 * the adapter gives the device addresses in memory instead, finds what was written there, and turns addresses back wherever they
 * are read.
 *
 *     the guest's  0xfee05120   the device's  0x0ee05120   vectors from 256 on: bits 18:16 are turned over, too, since
 *     any other    the same     the same                   suites use the same addresses for vectors that far apart
 *     upper dword  0xffffffff   1                          there is memory at 4 GiB, and none up there
 *
 * What lies in memory before a message comes is `EMPTY`, byte by byte. A message that comes twice between two looks is seen once.
 */
import type { DeviceOutput } from '../device.ts';
import type { Dwords, Found, Messages } from './messages.ts';
import { blockLine, blockOf, fillLine } from './qtest.ts';

const CONTROLLER = 0xfee;
const IN_MEMORY = 0x0ee;
const EMPTY = 0xb7;
/** Messages are looked for in blocks of so many bytes. */
const BLOCK = 16;
/** Blocks this near are read together. */
const NEAR = 4 * BLOCK;

/** The memory of the machine, from and to: 256 MiB from 0 on, and as much from 4 GiB on. */
const MEMORY = [
  [0, 0x10000000],
  [0x100000000, 0x110000000],
] as const;

const turnOf = (vector: number): number => (0xf0000000 ^ ((vector >>> 8) << 16)) >>> 0;

/** The address that the device is given for one of the guest's. */
export const addressOut = (vector: number, low: number): number =>
  low >>> 20 === CONTROLLER ? (low ^ turnOf(vector)) >>> 0 : low;
/** The guest's address for one that the device holds. */
export const addressIn = (vector: number, low: number): number =>
  low >>> 20 === IN_MEMORY ? (low ^ turnOf(vector)) >>> 0 : low;

const TOP = 0xffffffff;
/** The same of upper dwords, which is its own inverse. */
const upper = (high: number): number => (high >>> 0 === TOP ? 1 : high === 1 ? TOP : high);

/** A place where a message of an entry would land. */
interface Slot {
  /** In memory. */
  readonly address: number;
  /** As the guest knows it. */
  readonly low: number;
  readonly high: number;
}

/** Some blocks that are read together. */
interface Range {
  readonly from: number;
  bytes: number;
}

/** The places that entries have pointed to, and what is found there. */
export class Slots implements Messages {
  /** The address of each entry as the device holds it, byte by byte, if it honours every write. */
  private readonly entries: Uint8Array;
  private readonly blocks = new Map<number, Slot[]>();
  private readonly untouched: number[] = [];
  private ranges: Range[] | undefined;

  constructor(vectorCount: number) {
    this.entries = new Uint8Array(8 * vectorCount);
    this.add(0);
  }

  /** After a reset, entries hold nothing. */
  reset(): void {
    this.entries.fill(0);
  }

  written(offset: number, bytes: number, low: number, high: number): Dwords & { readonly before: readonly string[] } {
    const vector = Math.floor(offset / 16);
    const isAddress = offset % 16 === 0 && bytes >= 4;
    const isUpper = offset % 16 === 4 && bytes === 4;
    const given = isAddress ? addressOut(vector, low >>> 0) : isUpper ? upper(low) : low;
    const givenHigh = isAddress && bytes === 8 ? upper(high) : high;
    let isTouched = false;
    for (let index = 0; index < bytes; index++) {
      const at = (offset + index) % 16;
      if (at >= 8) continue;
      const place = 8 * Math.floor((offset + index) / 16) + at;
      if (place >= this.entries.length) continue;
      this.entries[place] = (index < 4 ? given >>> (8 * index) : givenHigh >>> (8 * (index - 4))) & 0xff;
      isTouched = true;
    }
    if (isTouched) this.add(vector);
    const before = this.untouched.splice(0).map((block) => fillLine(block, BLOCK, EMPTY));
    return { low: given, high: givenHigh, before };
  }

  readBack(offset: number, bytes: number, low: number, high: number): Dwords {
    const isAddress = offset % 16 === 0 && bytes >= 4;
    const isUpper = offset % 16 === 4 && bytes === 4;
    return {
      low: isAddress ? addressIn(Math.floor(offset / 16), low) : isUpper ? upper(low) : low,
      high: isAddress && bytes === 8 ? upper(high) : high,
    };
  }

  private add(vector: number): void {
    const word = (from: number): number => new DataView(this.entries.buffer).getUint32(8 * vector + from, true);
    const [low, high] = [word(0), word(4)];
    const address = high * 0x100000000 + low;
    // What is sent to where there is no memory is not seen.
    if (!MEMORY.some(([from, to]) => address >= from && address + BLOCK <= to)) return;
    const slot: Slot = { address, low: addressIn(vector, low), high: upper(high) };
    const last = address + 3;
    for (let block = address - (address % BLOCK); block <= last; block += BLOCK) {
      let slots = this.blocks.get(block);
      if (slots === undefined) {
        slots = [];
        this.blocks.set(block, slots);
        this.untouched.push(block);
        this.ranges = undefined;
      }
      if (!slots.some((each) => each.address === address)) slots.push(slot);
    }
  }

  /** The commands that look at every place, one for each range. */
  lookLines(): string[] {
    return this.all().map(({ from, bytes }) => blockLine(from, bytes));
  }

  /** The commands that make every place empty again. */
  emptyLines(): string[] {
    return this.all().map(({ from, bytes }) => fillLine(from, bytes, EMPTY));
  }

  private all(): readonly Range[] {
    if (this.ranges !== undefined) return this.ranges;
    const ranges: Range[] = [];
    for (const block of [...this.blocks.keys()].toSorted((one, other) => one - other)) {
      const last = ranges.at(-1);
      if (last !== undefined && block - (last.from + last.bytes) <= NEAR) last.bytes = block + BLOCK - last.from;
      else ranges.push({ from: block, bytes: BLOCK });
    }
    this.ranges = ranges;
    return ranges;
  }

  /**
   * Reads the answers to the `lookLines` of now: what they show, in the order of addresses; and the commands that empty those places alone.
   */
  decoder(): (answers: readonly string[]) => Found {
    const ranges = this.all();
    return (answers) => {
      const outputs: DeviceOutput[] = [];
      const emptyLines: string[] = [];
      ranges.forEach(({ from, bytes }, index) => {
        const text = answers[index].slice(2);
        for (let at = 0; at < bytes; at += BLOCK) {
          if (text.startsWith(EMPTY_BLOCK, 2 * at)) continue;
          const slots = this.blocks.get(from + at);
          // What lies between the blocks is no place of a message.
          if (slots === undefined) continue;
          emptyLines.push(fillLine(from + at, BLOCK, EMPTY));
          for (const { address, low, high } of hit(
            slots,
            from + at,
            blockOf(`0x${text.slice(2 * at, 2 * at + 2 * BLOCK)}`),
          )) {
            const view = Uint8Array.from({ length: 4 }, (_, byte) => byteAt(text, address + byte - from));
            const data = new DataView(view.buffer).getUint32(0, true);
            outputs.push({ verb: 'send', vector: -1, addressLow: low, addressHigh: high, data });
          }
        }
      });
      return { outputs, emptyLines };
    };
  }
}

const EMPTY_BLOCK = EMPTY.toString(16).repeat(BLOCK);

const byteAt = (text: string, at: number): number =>
  at >= 0 && 2 * at + 2 <= text.length ? Number.parseInt(text.slice(2 * at, 2 * at + 2), 16) : 0;

/** Which places of a block were written: the one that explains all of it, or else all that are not empty. */
function hit(slots: readonly Slot[], block: number, bytes: Uint8Array): readonly Slot[] {
  const own = slots.filter(({ address }) => address >= block);
  const within = ({ address }: Slot, at: number): boolean => at >= address - block && at < address - block + 4;
  const changed = [...bytes.keys()].filter((at) => bytes[at] !== EMPTY);
  const whole = own.find((slot) => changed.every((at) => within(slot, at)));
  if (whole !== undefined) return [whole];
  return own.filter((slot) => changed.some((at) => within(slot, at)));
}
