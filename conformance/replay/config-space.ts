/**
 * The configuration space of one function, as far as the lines so far show it: what each register held first and last, where its
 * capabilities are, and where its Base Address Registers point.
 */
import type { ConfigLine } from './lines.ts';

/** Capabilities Pointer. PCIe 7.5.1.1.11. */
const CAPABILITIES_POINTER = 0x34;
const EXTENDED_FIRST = 0x100;
/** The first of six Base Address Registers, 4 bytes each. PCIe 7.5.1.2.1. */
const BAR_FIRST = 0x10;
const BAR_LAST = 0x24;
/** The bits of a Base Address Register that are no address. */
export const BAR_FLAGS = 0xf;
/** What software writes to a Base Address Register to learn its size. */
export const BAR_SIZING = 0xffffffff;

/** Which Base Address Register is at `offset`; undefined when none is. */
export function barAt(offset: number): number | undefined {
  return offset >= BAR_FIRST && offset <= BAR_LAST && offset % 4 === 0 ? (offset - BAR_FIRST) / 4 : undefined;
}

/** One function's registers. */
export class ConfigSpace {
  /** Offsets of capabilities by their IDs, as far as the chain from @0x34 was read; the first of each. */
  readonly capabilities = new Map<number, number>();
  /** The same of the extended ones, from @0x100. */
  readonly extended = new Map<number, number>();
  /** What the first read of each offset returned. */
  private readonly first = new Map<number, number>();
  private readonly latest = new Map<number, number>();
  /** Type bits of Base Address Registers, which no write changes. */
  private readonly barTypes = new Map<number, number>();

  /** What the first read of `offset` returned. */
  shown(offset: number): number | undefined {
    return this.first.get(offset);
  }

  /** The byte at `offset`, read by itself or in its word or dword; zero where it is not shown. */
  byteAt(offset: number): number {
    for (const [back, least] of [
      [0, 0],
      [offset % 2, 0xff],
      [offset % 4, 0xffff],
    ]) {
      const value = this.first.get(offset - back);
      if (value !== undefined && (back === 0 || value > least)) return (value >>> (8 * back)) & 0xff;
    }
    return 0;
  }

  /** What the last access of `offset` read or wrote. */
  last(offset: number): number | undefined {
    return this.latest.get(offset);
  }

  /** Takes what a register holds from somebody who knows. */
  tell(offset: number, value: number): void {
    this.first.set(offset, value);
  }

  /** Takes a line. */
  observe({ kind, offset, value, bytes }: ConfigLine): void {
    this.latest.set(offset, value);
    // Parts of a dword have meanings of their own: of SR-IOV, and the buses of a bridge.
    if (offset % 4 === 0 && (bytes === 4 || value > 0xffff)) {
      this.latest.set(offset + 1, (value >>> 8) & 0xff);
      this.latest.set(offset + 2, value >>> 16);
    }
    // A Base Address Register may be accessed in words, the lower one first.
    if (offset % 4 === 2 && value <= 0xffff && barAt(offset - 2) !== undefined) {
      this.latest.set(offset - 2, (((this.latest.get(offset - 2) ?? 0) & 0xffff) | (value << 16)) >>> 0);
    }
    if (kind === 'configWrite') return;
    const bar = barAt(offset);
    if (bar !== undefined) this.barTypes.set(bar, value & 0xf);
    // An ID that was read in a byte says less than the header that is read later.
    const before = this.first.get(offset);
    const fuller = before !== undefined && before <= 0xff && value > 0xff && (value & 0xff) === before;
    if (before !== undefined && !fuller) return;
    this.first.set(offset, value);
    this.walk();
    if (offset >= EXTENDED_FIRST) this.walkExtended();
  }

  /** Whether a Base Address Register of it holds an address, which none of a virtual function does. */
  get hasAddress(): boolean {
    for (let at = BAR_FIRST; at <= BAR_LAST; at += 4) {
      const value = this.latest.get(at) ?? 0;
      if (value !== BAR_SIZING && value > BAR_FLAGS) return true;
    }
    return false;
  }

  /** Where Base Address Register `bir` points in memory; undefined when it is not shown, or is of I/O space. */
  barAddress(bir: number): number | undefined {
    const low = this.latest.get(BAR_FIRST + 4 * bir);
    if (low === undefined) return undefined;
    const type = this.barTypes.get(bir) ?? low & 0xf;
    // Bit 0 is set for I/O space; bits 2:1 are 2 for a memory address of 64 bits, whose upper half is the next register.
    if ((type & 1) !== 0) return undefined;
    const high = (type & 6) === 4 ? this.latest.get(BAR_FIRST + 4 * bir + 4) : 0;
    return high === undefined ? undefined : high * 2 ** 32 + (low - (low & 0xf));
  }

  /** The Next Pointer of the capability at `at`, which may be read with the ID or by itself. */
  nextOf(at: number): number {
    const header = this.first.get(at) ?? 0;
    return (header > 0xff ? header >>> 8 : (this.first.get(at + 1) ?? 0)) & 0xfc;
  }

  /** Follows the chain of capabilities as far as it was read. */
  private walk(): void {
    const seen = new Set<number>();
    const start = (this.first.get(CAPABILITIES_POINTER) ?? 0) & 0xfc;
    for (let at = start; at !== 0 && !seen.has(at); at = this.nextOf(at)) {
      const header = this.first.get(at);
      if (header === undefined) return;
      seen.add(at);
      const id = header & 0xff;
      if (!this.capabilities.has(id)) this.capabilities.set(id, at);
    }
  }

  private walkExtended(): void {
    const seen = new Set<number>();
    for (let at = EXTENDED_FIRST; at >= EXTENDED_FIRST && !seen.has(at);) {
      const header = this.first.get(at);
      if (header === undefined) return;
      seen.add(at);
      const id = header & 0xffff;
      if (!this.extended.has(id)) this.extended.set(id, at);
      at = header >>> 20;
    }
  }
}
