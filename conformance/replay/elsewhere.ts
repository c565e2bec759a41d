/**
 * Who else can send a message, as far as the log shows: the I/O APIC, the tables of other functions, and MSI of other functions. Guests give
 * a message to one after the other, so what these held once is theirs still.
 */
import * as registers from '../../src/registers.ts';
import { Entries, messageName } from './events.ts';
import type { ConfigLine, MemoryLine } from './lines.ts';

/** Of a redirection entry of the I/O APIC. 82093AA, 3.2.4. */
const IOAPIC_WINDOW = 0x10;
const IOAPIC_FIRST_ENTRY = 0x10;
const ENTRY_MASKED = 1 << 16;

/** The MSI capability of a function: whether its address has 64 bits, and how many vectors it can have. */
export interface MsiPlace {
  readonly capability: number;
  readonly isWide: boolean;
  readonly vectors: number;
}

/** The senders that are not the function. */
export class Elsewhere {
  private readonly names = new Set<string>();
  private readonly tables = new Map<string, Entries>();
  private readonly pins = new Map<number, number>();
  private index = 0;

  /** Whether somebody else can send this message. */
  knows(name: string): boolean {
    return this.names.has(name);
  }

  /** Takes a write of an I/O APIC: of its index, or of the register that the index chooses. */
  observeIoapic({ address, low }: MemoryLine): void {
    if ((address & 0xff) === 0) {
      this.index = low & 0xff;
      return;
    }
    if ((address & 0xff) !== IOAPIC_WINDOW || this.index < IOAPIC_FIRST_ENTRY) return;
    this.pins.set(this.index, low);
    const even = this.index & ~1;
    const route = this.pins.get(even) ?? ENTRY_MASKED;
    if ((route & ENTRY_MASKED) !== 0) return;
    const destination = (this.pins.get(even + 1) ?? 0) >>> 24;
    const logical = (route >>> 11) & 1;
    const data = (route & 0xff) | (route & 0x700) | (route & 0x8000);
    const name = (trigger: number): string =>
      messageName((0xfee00000 | (destination << 12) | (logical << 2)) >>> 0, 0, trigger);
    this.remember(name(data));
    this.remember(name(data & 0x7ff));
  }

  /** Takes a write of another function's table. */
  observeTable(device: string, offset: number, { bytes, low, high }: Pick<MemoryLine, 'bytes' | 'low' | 'high'>): void {
    let entries = this.tables.get(device);
    if (entries === undefined) this.tables.set(device, (entries = new Entries()));
    const dwords = bytes === 8 ? [low, high] : [low];
    for (const [index, value] of dwords.entries()) {
      const at = offset + 4 * index;
      if (at % 4 !== 0 || at % registers.ENTRY_BYTES === registers.ENTRY_VECTOR_CONTROL_OFFSET) continue;
      this.remember(entries.write(at, value));
    }
  }

  private readonly msi = new Map<string, Map<number, number>>();

  /**
   * Takes a write of configuration space. It is MSI by the capability of the function, `msi`; where the log does not show that, an address of
   * messages on x86, and the data a dword or two above it, are.
   */
  observe({ device, offset, value }: ConfigLine, msi: MsiPlace | undefined): void {
    let written = this.msi.get(device);
    if (written === undefined) this.msi.set(device, (written = new Map()));
    if (msi === undefined) {
      if (value >>> 20 === X86_PAGE) written.set(offset, value);
      for (const back of [4, 8]) {
        const address = written.get(offset - back);
        if (address !== undefined && value <= 0xffff) this.remember(messageName(address, 0, value));
      }
      return;
    }
    const { capability, isWide, vectors } = msi;
    const field = offset - capability;
    if (field === MSI_ADDRESS || (isWide && field === MSI_ADDRESS_HIGH)) written.set(offset, value);
    if (field !== (isWide ? MSI_DATA_WIDE : MSI_DATA)) return;
    const low = written.get(capability + MSI_ADDRESS) ?? 0;
    const high = isWide ? (written.get(capability + MSI_ADDRESS_HIGH) ?? 0) : 0;
    // A function with several vectors of MSI puts its number into the lower bits of the data.
    const data = value & 0xffff & ~(vectors - 1);
    for (let vector = 0; vector < vectors; vector++) this.remember(messageName(low, high, data + vector));
  }

  private remember(name: string): void {
    if (this.names.size < NAMES_MAX) this.names.add(name);
  }
}

const NAMES_MAX = 65_536;
/** Where messages of x86 go, in MiB. */
const X86_PAGE = 0xfee;
/** Registers of the MSI capability; data are higher where the address has 64 bits. PCIe 7.7.1. */
const MSI_ADDRESS = 4;
const MSI_ADDRESS_HIGH = 8;
const MSI_DATA = 8;
const MSI_DATA_WIDE = 12;
