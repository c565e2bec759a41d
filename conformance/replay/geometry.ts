/**
 * Where a function's MSI-X stands, as the trace shows it, and what each line is to that function.
 *
 * The chain from @0x34 leads to the capability, which holds Table Size and where table and Pending Bit Array are; the last
 * access of a Base Address Register, read or write, says where that is in memory at this line. What a line shows is taken
 * when it is first shown: the later ones are compared with it. An access before its place was shown is an error.
 *
 * The log does not hold the width of a configuration access. Each is taken to be as wide as its register: four bytes at a
 * multiple of four, else two at an even offset, else one. At the start of the capability, ID, Next Pointer and Message
 * Control share a dword: an access there is as wide as its value, so a dword written there must use its upper half.
 */
import * as registers from '../../src/registers.ts';
import {
  type ConfigLine,
  type LogLine,
  type MemoryLine,
  MESSAGE_REGION,
  PBA_REGION,
  ReplayError,
  TABLE_REGION,
  type ViewLine,
} from './log.ts';

/** Capabilities Pointer. PCIe 7.5.1.1.11. */
const CAPABILITIES_POINTER = 0x34;
/** The first of six Base Address Registers, 4 bytes each. PCIe 7.5.1.2.1. */
const BAR_FIRST = 0x10;
const BAR_LAST = 0x24;
/** Capability ID of PCI Express, and Function Level Reset in it: whether there is one, and the bit that starts it. PCIe 7.5.3. */
const EXPRESS_ID = 0x10;
const EXPRESS_CAPABILITIES = 4;
const EXPRESS_CAPABILITIES_RESET = 1 << 28;
const EXPRESS_CONTROL = 8;
const EXPRESS_CONTROL_RESET = 1 << 15;
/** A processor's own registers lie among the addresses of messages, and in the same region of QEMU's. Intel SDM 3, 11.4.1. */
const APIC_REGISTERS_FIRST = 0xfee00010;
const APIC_REGISTERS_END = 0xfee01000;

/** An access of the capability. */
export interface CapabilityAccess {
  readonly kind: 'configRead' | 'configWrite';
  /** From the start of the capability. */
  readonly offset: number;
  readonly bytes: number;
  readonly value: number;
}

/** An access of the table or of the Pending Bit Array. */
export interface StructureAccess {
  readonly kind: 'tableRead' | 'tableWrite' | 'pbaRead' | 'pbaWrite';
  /** From the start of the structure. */
  readonly offset: number;
  readonly bytes: number;
  readonly low: number;
  readonly high: number;
}

/** A message, of whatever device. */
export interface MessageAccess {
  readonly kind: 'message';
  readonly addressLow: number;
  readonly addressHigh: number;
  readonly data: number;
}

/** What a line is to the function. */
export type Access = CapabilityAccess | StructureAccess | MessageAccess | ViewLine | { readonly kind: 'reset' };

/** Where the MSI-X of a function stands. */
export interface Geometry {
  /** Name and bus address. */
  readonly device: string;
  /** Offset of the capability in configuration space. */
  readonly capability: number;
  readonly nextCapability: number;
  readonly vectorCount: number;
  readonly tableBir: number;
  readonly tableOffset: number;
  /** Undefined when the trace does not show it. */
  readonly pbaBir?: number;
  readonly pbaOffset?: number;
}

/** The configuration space of one function, as far as the lines so far show it. */
class FunctionMap {
  readonly device: string;
  private capability: number | undefined;
  private express: number | undefined;
  private messageControl: number | undefined;
  /** What the first read of each offset returned. */
  private readonly shown = new Map<number, number>();
  /** What the last access of each Base Address Register showed; its type bits, which no write changes. */
  private readonly bars = new Map<number, number>();
  private readonly barTypes = new Map<number, number>();

  constructor(device: string) {
    this.device = device;
  }

  observe({ kind, offset, value }: ConfigLine): void {
    if (offset >= BAR_FIRST && offset <= BAR_LAST && offset % 4 === 0) {
      this.bars.set((offset - BAR_FIRST) / 4, value);
      if (kind === 'configRead') this.barTypes.set((offset - BAR_FIRST) / 4, value & 0xf);
    }
    if (kind === 'configWrite') return;
    if (!this.shown.has(offset)) {
      this.shown.set(offset, value);
      this.walk();
    }
    if (this.capability === undefined || this.messageControl !== undefined) return;
    if (offset === this.capability && value > 0xffff) this.messageControl = value >>> 16;
    if (offset === this.capability + registers.CAPABILITY_CONTROL_OFFSET) this.messageControl = value;
  }

  /** What this line is to the function, after `observe`; undefined when it does not concern its MSI-X. */
  access({ kind, offset, value }: ConfigLine): Access | undefined {
    if (kind === 'configWrite' && this.startsReset(offset, value)) return { kind: 'reset' };
    const inside = this.capability === undefined ? -1 : offset - this.capability;
    if (inside < 0 || inside >= registers.CAPABILITY_BYTES) return undefined;
    const bytes = inside === 0 ? widthOf(value) : inside % 4 === 0 ? 4 : inside % 2 === 0 ? 2 : 1;
    return { kind, offset: inside, bytes, value };
  }

  /** The offset of an address in the table or in the Pending Bit Array; undefined when it is outside, or nobody knows. */
  offsetOf(line: MemoryLine): number | undefined {
    const vectors = this.vectorCount;
    const place = this.place(line.region);
    const start = place === undefined ? undefined : this.barAddress(place.bir);
    if (vectors === undefined || place === undefined || start === undefined) return undefined;
    const bytes =
      line.region === TABLE_REGION
        ? vectors * registers.ENTRY_BYTES
        : Math.ceil(vectors / registers.PBA_QWORD_BITS) * registers.PBA_QWORD_BYTES;
    const offset = line.address - start - place.offset;
    return offset >= 0 && offset < bytes ? offset : undefined;
  }

  /** Whether the function shows MSI-X at all. */
  get hasCapability(): boolean {
    return this.capability !== undefined;
  }

  /** What the trace lacks to place the accesses of `region`; undefined when it lacks nothing. */
  lack(region: string): string | undefined {
    const { capability } = this;
    if (capability === undefined) return `an MSI-X capability of ${this.device} in the chain that begins at @0x34`;
    if (this.messageControl === undefined) {
      return `Message Control of ${this.device}, a read of @${hex(capability + registers.CAPABILITY_CONTROL_OFFSET)}`;
    }
    const place = this.place(region);
    if (place === undefined) {
      return `where the ${region} of ${this.device} is, a read of @${hex(capability + locationOffset(region))}`;
    }
    if (this.barAddress(place.bir) === undefined) {
      return `a memory address in Base Address Register ${place.bir} of ${this.device}`;
    }
    return undefined;
  }

  get geometry(): Geometry | undefined {
    const table = this.place(TABLE_REGION);
    const pba = this.place(PBA_REGION);
    if (this.capability === undefined || this.vectorCount === undefined || table === undefined) return undefined;
    return {
      device: this.device,
      capability: this.capability,
      nextCapability: this.nextOf(this.capability),
      vectorCount: this.vectorCount,
      tableBir: table.bir,
      tableOffset: table.offset,
      ...(pba === undefined ? {} : { pbaBir: pba.bir, pbaOffset: pba.offset }),
    };
  }

  private get vectorCount(): number | undefined {
    return this.messageControl === undefined ? undefined : (this.messageControl & registers.CONTROL_TABLE_SIZE) + 1;
  }

  private place(region: string): { readonly bir: number; readonly offset: number } | undefined {
    const location =
      this.capability === undefined ? undefined : this.shown.get(this.capability + locationOffset(region));
    if (location === undefined) return undefined;
    const bir = location & registers.LOCATION_BIR;
    return { bir, offset: location - bir };
  }

  private barAddress(bir: number): number | undefined {
    const low = this.bars.get(bir);
    if (low === undefined) return undefined;
    const type = this.barTypes.get(bir) ?? low & 0xf;
    // Bit 0 is set for I/O space; bits 2:1 are 2 for a memory address of 64 bits, whose upper half is the next register.
    if ((type & 1) !== 0) return undefined;
    const high = (type & 6) === 4 ? this.bars.get(bir + 1) : 0;
    return high === undefined ? undefined : high * 2 ** 32 + (low - (low & 0xf));
  }

  /** Follows the chain of capabilities as far as it was read. */
  private walk(): void {
    const seen = new Set<number>();
    for (let at = (this.shown.get(CAPABILITIES_POINTER) ?? 0) & 0xfc; at !== 0 && !seen.has(at); at = this.nextOf(at)) {
      const header = this.shown.get(at);
      if (header === undefined) return;
      seen.add(at);
      if ((header & 0xff) === registers.CAPABILITY_ID) this.capability ??= at;
      if ((header & 0xff) === EXPRESS_ID) this.express ??= at;
    }
  }

  /** The Next Pointer of the capability at `at`, which may be read with the ID or by itself. */
  private nextOf(at: number): number {
    const header = this.shown.get(at) ?? 0;
    return (header > 0xff ? header >>> 8 : (this.shown.get(at + 1) ?? 0)) & 0xfc;
  }

  private startsReset(offset: number, value: number): boolean {
    const { express } = this;
    if (express === undefined || offset !== express + EXPRESS_CONTROL || (value & EXPRESS_CONTROL_RESET) === 0) {
      return false;
    }
    return ((this.shown.get(express + EXPRESS_CAPABILITIES) ?? 0) & EXPRESS_CAPABILITIES_RESET) !== 0;
  }
}

function locationOffset(region: string): number {
  return region === TABLE_REGION ? registers.CAPABILITY_TABLE_OFFSET : registers.CAPABILITY_PBA_OFFSET;
}

/**
 * Tells what each line of a trace is to one function: the one named, or the only one whose table is accessed.
 * Every pass over a trace takes a new one.
 */
export class Sorter {
  private readonly functions = new Map<string, FunctionMap>();
  /** Whether the function was named by the caller: then other functions may have tables, too. */
  private readonly named: boolean;
  private device: string | undefined;
  private lastWritten: string | undefined;
  /** Whether an access was placed: without one, a replay would compare next to nothing. */
  private placed = false;

  constructor(device: string | undefined) {
    this.named = device !== undefined;
    this.device = device;
  }

  /**
   * What `line` is to the function; undefined when it is none of its business.
   * @throws {ReplayError} when it is an access of a table or Pending Bit Array that nobody can place.
   */
  sort(line: LogLine, number: number): Access | undefined {
    switch (line.kind) {
      case 'configRead':
      case 'configWrite':
        return this.sortConfig(line);
      case 'view':
        // QEMU logs its view right after the write, with no more than the name of the device.
        return this.lastWritten === this.device && this.device?.startsWith(`${line.name} `) ? line : undefined;
      case 'memoryRead':
      case 'memoryWrite':
        return line.region === MESSAGE_REGION ? messageOf(line) : this.sortMemory(line, number);
    }
  }

  /**
   * Where the function stands.
   * @throws {ReplayError} when the trace does not show it.
   */
  get geometry(): Geometry {
    const geometry = this.device === undefined ? undefined : this.functions.get(this.device)?.geometry;
    if (geometry !== undefined && this.placed) return geometry;
    const lack = this.lack(TABLE_REGION) ?? 'an access of the MSI-X Table';
    throw new ReplayError(`The trace does not show ${lack}; expected the log of a boot that uses MSI-X.`);
  }

  private sortConfig(line: ConfigLine): Access | undefined {
    let map = this.functions.get(line.device);
    if (map === undefined) this.functions.set(line.device, (map = new FunctionMap(line.device)));
    map.observe(line);
    if (line.kind === 'configWrite') this.lastWritten = line.device;
    return line.device === this.device ? map.access(line) : undefined;
  }

  private sortMemory(line: MemoryLine, number: number): Access | undefined {
    const { region, bytes, low, high } = line;
    if (region !== TABLE_REGION && region !== PBA_REGION) return undefined;
    for (const map of this.functions.values()) {
      const offset = map.offsetOf(line);
      if (offset === undefined) continue;
      this.device ??= map.device;
      if (map.device === this.device) {
        this.placed = true;
        const kind = ACCESS_KINDS[region][line.kind];
        return { kind, offset, bytes, low, high };
      }
      if (this.named) return undefined;
      throw new ReplayError(
        `Line ${number}: got an access of the MSI-X of ${map.device} after one of ${this.device}; ` +
          'expected one function, or to be told which one to replay.',
      );
    }
    const lack = this.lack(region);
    if (this.named && lack === undefined) return undefined;
    const got = `an access of ${region} at ${hex(line.address)}`;
    throw new ReplayError(
      lack === undefined
        ? `Line ${number}: got ${got}, which is outside; expected one inside, where the trace shows it to be.`
        : `Line ${number}: got ${got}; expected the trace to show, before it, ${lack}.`,
    );
  }

  /** What the trace lacks to place the accesses of `region`; undefined when it lacks nothing. */
  private lack(region: string): string | undefined {
    const maps = [...this.functions.values()];
    const map = this.device === undefined ? maps.find((each) => each.hasCapability) : this.functions.get(this.device);
    if (map !== undefined) return map.lack(region);
    return this.device === undefined
      ? 'a function with MSI-X: a chain of capabilities from @0x34 to one with the ID 0x11'
      : `a configuration access of ${this.device}`;
  }
}

const ACCESS_KINDS = {
  [TABLE_REGION]: { memoryRead: 'tableRead', memoryWrite: 'tableWrite' },
  [PBA_REGION]: { memoryRead: 'pbaRead', memoryWrite: 'pbaWrite' },
} as const;

function messageOf({ kind, address, low }: MemoryLine): Access | undefined {
  if (kind === 'memoryRead' || (address >= APIC_REGISTERS_FIRST && address < APIC_REGISTERS_END)) return undefined;
  return { kind: 'message', addressLow: address % 2 ** 32, addressHigh: Math.floor(address / 2 ** 32), data: low };
}

function widthOf(value: number): number {
  return value > 0xffff ? 4 : value > 0xff ? 2 : 1;
}

const hex = (value: number): string => `0x${value.toString(16)}`;
