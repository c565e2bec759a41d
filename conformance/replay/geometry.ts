/**
 * Where a function's MSI-X stands, as the trace shows it, and what each line is to that function.
 *
 * The chain from @0x34 leads to the capability, which holds Table Size and where table and Pending Bit Array are; the last
 * access of a Base Address Register, read or write, says where that is in memory at this line. What a line shows is taken
 * when it is first shown: the later ones are compared with it. An access before its place was shown is an error.
 *
 * The log does not hold the width of a configuration access. `widths.ts` finds it where something else in the log tells it; else each is
 * taken to be as wide as its register.
 *
 * A reset is a Function Level Reset that the guest starts, a reset of the bus above, VF Enable cleared, or what the registers show: a
 * Base Address Register, or Command, that was set and is zero again.
 */
import { hex } from '../device/hexadecimal.ts';
import * as registers from '../../src/registers.ts';
import { Elsewhere } from './elsewhere.ts';
import {
  type ConfigLine,
  type InterruptLine,
  type LogLine,
  type MemoryLine,
  MESSAGE_REGIONS,
  PBA_REGION,
  type PlaceLine,
  ReplayError,
  type SignalLine,
  TABLE_REGION,
  type UseLine,
  type ViewLine,
} from './lines.ts';
import type { Widths } from './widths.ts';

/** Command, and Bus Master Enable in it. PCIe 7.5.1.1.3. */
const COMMAND = 0x04;
const COMMAND_MEMORY_AND_MASTER = 0x6;
const COMMAND_MASTER = 0x4;
/** Of a bridge: its buses, and Secondary Bus Reset in Bridge Control. PCIe 7.5.1.3. */
const SECONDARY_BUS = 0x19;
const SUBORDINATE_BUS = 0x1a;
const BRIDGE_CONTROL = 0x3e;
const BRIDGE_CONTROL_RESET = 0x40;
/** Power Management: its ID, the register of D-states, and No_Soft_Reset in it. PCI PM 3.2.4. */
const POWER_ID = 0x01;
const POWER_STATE = 4;
const POWER_NO_SOFT_RESET = 0x8;
/** SR-IOV: its ID among the extended capabilities, and its registers. PCIe 9.3.3. */
const EXTENDED_FIRST = 0x100;
const SRIOV_ID = 0x10;
const SRIOV_CONTROL = 0x08;
const SRIOV_OFFSET = 0x14;
const SRIOV_STRIDE = 0x16;
const SRIOV_BARS = 0x24;

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
  /** Whether the log tells the width. Else a read may be of any width that explains it. */
  readonly exact?: boolean;
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
  /** Whether it stands where nothing but messages does. Else it is one only if the table held it. */
  readonly certain: boolean;
}

/** What a line is to the function. */
export type Access =
  | CapabilityAccess
  | StructureAccess
  | MessageAccess
  | ViewLine
  | SignalLine
  | InterruptLine
  | UseLine
  | { readonly kind: 'reset' | 'maybeReset' };

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

/** Where the MSI-X of a function is, told by somebody who knows: the log of a guest that runs already does not show it. */
export interface ToldGeometry {
  /** Offset of the capability in configuration space. */
  readonly capability: number;
  /** Where the table is in memory, and the Pending Bit Array. */
  readonly tableAddress?: number;
  readonly pbaAddress?: number;
  /** Default: what the log shows in Message Control. */
  readonly vectorCount?: number;
  /** Default: what the log shows, or BAR 0. */
  readonly tableBir?: number;
  readonly tableOffset?: number;
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
  /** Base Address Registers that have held an address, so that zero is news. */
  private readonly barsSet = new Set<number>();
  private power: number | undefined;
  private powerState = 0;
  private extended: number | undefined;
  private command: number | undefined;
  private tableAddress: number | undefined;
  private pbaAddress: number | undefined;
  /** The last value of each register of SR-IOV and of a bridge's buses. */
  readonly last = new Map<number, number>();

  constructor(device: string) {
    this.device = device;
  }

  /** Takes where its MSI-X is from somebody who knows. */
  tell(told: ToldGeometry): void {
    const { capability, vectorCount, tableBir, tableOffset = 0, pbaBir, pbaOffset = 0 } = told;
    this.capability = capability;
    if (vectorCount !== undefined) this.messageControl = vectorCount - 1;
    if (tableBir !== undefined) this.shown.set(capability + registers.CAPABILITY_TABLE_OFFSET, tableOffset + tableBir);
    if (pbaBir !== undefined) this.shown.set(capability + registers.CAPABILITY_PBA_OFFSET, pbaOffset + pbaBir);
    this.tableAddress = told.tableAddress;
    this.pbaAddress = told.pbaAddress;
  }

  /** Whether it may send messages, as far as the log shows: Bus Master Enable is not known to be clear. */
  get mayMaster(): boolean {
    return this.command === undefined || (this.command & COMMAND_MASTER) !== 0;
  }

  /** Bus, device and function as one number; -1 without a bus address. */
  get routing(): number {
    const found = /([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])$/.exec(this.device);
    if (found === null) return -1;
    return Number.parseInt(found[1], 16) * 256 + Number.parseInt(found[2], 16) * 8 + Number(found[3]);
  }

  /** Whether it stands below this bridge. */
  isBridgeOf(routing: number): boolean {
    const secondary = this.last.get(SECONDARY_BUS) ?? 0;
    const subordinate = Math.max(secondary, this.last.get(SUBORDINATE_BUS) ?? 0);
    const bus = routing >> 8;
    return secondary > 0 && bus >= secondary && bus <= subordinate;
  }

  /** Which of its virtual functions that is, from 0; -1 when it is none. */
  virtualFunction(routing: number): number {
    if (this.extended === undefined) return -1;
    const offset = this.last.get(this.extended + SRIOV_OFFSET);
    const stride = this.last.get(this.extended + SRIOV_STRIDE) ?? 1;
    if (offset === undefined) return -1;
    const beyond = routing - this.routing - offset;
    if (beyond === 0) return 0;
    return beyond > 0 && stride > 0 && beyond % stride === 0 ? beyond / stride : -1;
  }

  /** Where BAR `bir` of virtual function `index` is. Each has a piece of what the physical function's register covers. */
  // PCIe 9.3.3.14.
  virtualAddress(bir: number, index: number): number | undefined {
    if (this.extended === undefined) return undefined;
    const at = this.extended + SRIOV_BARS + 4 * bir;
    const low = this.last.get(at);
    const size = this.virtualSizes.get(at);
    if (low === undefined || low === 0xffffffff || (index > 0 && size === undefined)) return undefined;
    const high = ((this.shown.get(at) ?? low) & 6) === 4 ? (this.last.get(at + 4) ?? 0) : 0;
    return high * 2 ** 32 + (low - (low & 0xf)) + index * (size ?? 0);
  }

  private readonly virtualSizes = new Map<number, number>();

  /** Takes a line. Says whether it shows that the function was reset before it. */
  observe({ kind, offset, value, bytes }: ConfigLine): boolean {
    const reset = this.showsReset(kind, offset, value);
    if (offset === COMMAND) this.command = value & 0xff;
    if (kind === 'configRead' && offset > EXTENDED_FIRST && this.last.get(offset) === 0xffffffff && value !== 0) {
      this.virtualSizes.set(offset, (~(value & ~0xf) + 1) >>> 0);
    }
    if (offset === 0x18 && value > 0xffff) {
      this.last.set(SECONDARY_BUS, (value >>> 8) & 0xff);
      this.last.set(SUBORDINATE_BUS, (value >>> 16) & 0xff);
    } else if (offset > EXTENDED_FIRST || offset === SECONDARY_BUS || offset === SUBORDINATE_BUS) {
      this.last.set(offset, value);
      if (this.extended !== undefined && offset === this.extended + SRIOV_OFFSET && value > 0xffff) {
        this.last.set(offset, value & 0xffff);
        this.last.set(offset + 2, value >>> 16);
      }
    }
    if (offset >= BAR_FIRST && offset <= BAR_LAST && offset % 4 === 0) {
      this.bars.set((offset - BAR_FIRST) / 4, value);
      if (kind === 'configRead') this.barTypes.set((offset - BAR_FIRST) / 4, value & 0xf);
    }
    if (kind === 'configWrite') return reset;
    // An ID that was read in a byte says less than the header that is read later.
    const before = this.shown.get(offset);
    const fuller = before !== undefined && before <= 0xff && value > 0xff && (value & 0xff) === before;
    if (before === undefined || fuller) {
      this.shown.set(offset, value);
      this.walk();
    }
    if (this.capability === undefined || this.messageControl !== undefined) return reset;
    if (offset === this.capability && value > 0xffff) this.messageControl = value >>> 16;
    if (offset === this.capability + registers.CAPABILITY_CONTROL_OFFSET && bytes !== 1) this.messageControl = value;
    return reset;
  }

  /** Forgets what a reset makes zero. */
  wasReset(): void {
    this.command = undefined;
    this.powerState = 0;
    this.barsSet.clear();
  }

  /** Where `offset` lies in the capability; -1 when it is outside. */
  insideCapability(offset: number): number {
    const inside = this.capability === undefined ? -1 : offset - this.capability;
    return inside < registers.CAPABILITY_BYTES ? inside : -1;
  }

  /** What this line is to the function, after `observe`; undefined when it does not concern its MSI-X. */
  access(
    { kind, offset, value, bytes: told }: ConfigLine,
    number: number,
    widths: Widths | undefined,
  ): Access | undefined {
    if (kind === 'configWrite' && this.startsReset(offset, value)) return { kind: 'reset' };
    if (this.wakesUp(kind, offset, value)) return { kind: 'maybeReset' };
    const inside = this.insideCapability(offset);
    if (inside < 0) return undefined;
    const found = told ?? widths?.found.get(number);
    const usual = inside === 0 ? widthOf(value) : inside % 4 === 0 ? 4 : inside % 2 === 0 ? 2 : 1;
    const exact = found !== undefined || (inside === 2 && widths?.inWords.has(this.device) === true);
    return { kind, offset: inside, bytes: found ?? usual, exact, value };
  }

  /** A register that a reset makes zero, and no guest has. */
  private showsReset(kind: ConfigLine['kind'], offset: number, value: number): boolean {
    if (offset === COMMAND) {
      const was = this.command ?? 0;
      return (
        kind === 'configRead' && (was & COMMAND_MEMORY_AND_MASTER) !== 0 && (value & COMMAND_MEMORY_AND_MASTER) === 0
      );
    }
    if (offset < BAR_FIRST || offset > BAR_LAST || offset % 4 !== 0) return false;
    const index = (offset - BAR_FIRST) / 4;
    const address = value - (value & 0xf);
    if (kind === 'configWrite') {
      if (address === 0) this.barsSet.delete(index);
      return false;
    }
    if (address !== 0) this.barsSet.add(index);
    return address === 0 && this.barsSet.delete(index) && this.bars.get(index) !== 0xffffffff;
  }

  /** From D3hot to D0, which resets a function that does not say No_Soft_Reset. Not every device does it. */
  private wakesUp(kind: ConfigLine['kind'], offset: number, value: number): boolean {
    if (this.power === undefined || offset !== this.power + POWER_STATE || kind !== 'configWrite') return false;
    const was = this.powerState;
    this.powerState = value & 3;
    const noReset = ((this.shown.get(offset) ?? 0) & POWER_NO_SOFT_RESET) !== 0;
    return was === 3 && this.powerState === 0 && !noReset;
  }

  /** Whether this write clears VF Enable, after which there are no virtual functions. */
  clearsVirtual({ kind, offset, value }: ConfigLine): boolean {
    return (
      this.extended !== undefined &&
      kind === 'configWrite' &&
      offset === this.extended + SRIOV_CONTROL &&
      (value & 1) === 0
    );
  }

  /** Whether this write resets the bus below. */
  resetsBus({ kind, offset, value }: ConfigLine): boolean {
    if (kind !== 'configWrite') return false;
    return (
      (offset === BRIDGE_CONTROL && (value & BRIDGE_CONTROL_RESET) !== 0) ||
      (offset === BRIDGE_CONTROL - 2 && (value & (BRIDGE_CONTROL_RESET << 16)) !== 0)
    );
  }

  /** The offset of an address in the table or in the Pending Bit Array; undefined when it is outside, or nobody knows. */
  offsetOf(line: MemoryLine, region: string, physical: FunctionMap | undefined): number | undefined {
    const vectors = this.vectorCount;
    const told = region === TABLE_REGION ? this.tableAddress : this.pbaAddress;
    const place = told === undefined ? this.place(region) : { bir: 0, offset: 0 };
    const start = place === undefined ? undefined : (told ?? this.startOf(place.bir, physical));
    if (vectors === undefined || place === undefined || start === undefined) return undefined;
    const bytes =
      region === TABLE_REGION
        ? vectors * registers.ENTRY_BYTES
        : Math.ceil(vectors / registers.PBA_QWORD_BITS) * registers.PBA_QWORD_BYTES;
    const offset = line.address - start - place.offset;
    return offset >= 0 && offset < bytes ? offset : undefined;
  }

  private startOf(bir: number, physical: FunctionMap | undefined): number | undefined {
    // The registers of a virtual function read zero. PCIe 9.3.4.1.11.
    return physical?.virtualAddress(bir, physical.virtualFunction(this.routing)) ?? this.barAddress(bir);
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
    if ((region === TABLE_REGION ? this.tableAddress : this.pbaAddress) !== undefined) return undefined;
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
    const table =
      this.place(TABLE_REGION) ??
      (this.tableAddress === undefined ? undefined : { bir: 0, offset: this.tableAddress % 2 ** 31 });
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

  get vectorCount(): number | undefined {
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

  private walkExtended(): void {
    const seen = new Set<number>();
    for (let at = EXTENDED_FIRST; at >= EXTENDED_FIRST && !seen.has(at);) {
      const header = this.shown.get(at);
      if (header === undefined) return;
      seen.add(at);
      if ((header & 0xffff) === SRIOV_ID) this.extended ??= at;
      at = header >>> 20;
    }
  }

  /** Follows the chain of capabilities as far as it was read. */
  private walk(): void {
    this.walkExtended();
    const seen = new Set<number>();
    for (let at = (this.shown.get(CAPABILITIES_POINTER) ?? 0) & 0xfc; at !== 0 && !seen.has(at); at = this.nextOf(at)) {
      const header = this.shown.get(at);
      if (header === undefined) return;
      seen.add(at);
      if ((header & 0xff) === registers.CAPABILITY_ID) this.capability ??= at;
      if ((header & 0xff) === EXPRESS_ID) this.express ??= at;
      if ((header & 0xff) === POWER_ID) this.power ??= at;
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

/** What a pass over a trace is told beforehand. */
export interface SorterOptions {
  /** Name and bus address of the function, or one of them where it is the only one. */
  readonly device?: string;
  readonly told?: ToldGeometry;
  /** Lines of configuration space to be taken before the first: what the guest's `lspci -xxxx` shows. */
  readonly before?: readonly ConfigLine[];
  readonly widths?: Widths;
}

/**
 * Tells what each line of a trace is to one function: the one named, or the only one whose table is accessed.
 * Every pass over a trace takes a new one.
 */
export class Sorter {
  private readonly functions = new Map<string, FunctionMap>();
  private readonly options: SorterOptions;
  private device: string | undefined;
  private lastWritten: string | undefined;
  /** Whether an access was placed: without one, a replay would compare next to nothing. */
  private placed = false;
  /** The first line of a second function, where none was named. */
  private second: { readonly line: number; readonly device: string } | undefined;
  /** Who else can send which message. */
  readonly elsewhere = new Elsewhere();

  constructor(options: SorterOptions) {
    this.options = options;
    // The second pass knows its function from the first line on.
    if (options.widths !== undefined) this.device = options.device;
  }

  /**
   * What `line` is to the function; undefined when it is none of its business.
   * @throws {ReplayError} when it is an access of a table or Pending Bit Array that nobody can place.
   */
  sort(line: LogLine, number: number): Access | undefined {
    switch (line.kind) {
      case 'memoryRead':
      case 'memoryWrite':
        return this.sortMemory(line, number);
      case 'configRead':
      case 'configWrite':
        return this.sortConfig(line, number);
      case 'view':
        // QEMU logs its view right after the write, with no more than the name of the device.
        return this.lastWritten === this.device && this.device?.startsWith(`${line.name} `) ? line : undefined;
      case 'place':
        return this.place(line);
      case 'resetOf':
        return this.isChosen(line.device) ? this.resetNow() : undefined;
      case 'signal':
        return this.isSignalled(line.name) ? line : undefined;
      case 'interruptOf':
      case 'useOf':
        return this.isChosen(line.device) ? line : undefined;
      case 'other':
        return undefined;
    }
  }

  /** Whether the function may send messages, as far as the log shows. */
  get mayMaster(): boolean {
    return this.chosen?.mayMaster ?? true;
  }

  /** The functions that show MSI-X, with their vectors. */
  get withCapability(): readonly string[] {
    return [...this.functions.values()]
      .filter(({ hasCapability }) => hasCapability)
      .map(
        ({ device, vectorCount: count }) => `${device} (${count === undefined ? 'size not shown' : vectors(count)})`,
      );
  }

  /** Where a configuration access of `device` lies in its capability; -1 when outside. */
  insideCapability({ device, offset }: ConfigLine): number {
    return this.functions.get(device)?.insideCapability(offset) ?? -1;
  }

  /**
   * Where the function stands.
   * @throws {ReplayError} when the trace does not show it.
   */
  get geometry(): Geometry {
    if (this.second !== undefined) {
      const { line, device } = this.second;
      throw new ReplayError(
        `Line ${line}: got an access of the MSI-X of ${device} after one of ${this.device}; expected one function, or to be ` +
          `told which one to replay: --device with one of ${this.withCapability.join(', ')}.`,
      );
    }
    const geometry = this.chosen?.geometry;
    if (geometry !== undefined && this.placed) return geometry;
    const lack = this.lack(TABLE_REGION) ?? 'an access of the MSI-X Table';
    const known = this.withCapability.filter(
      (each) => this.device === undefined || !each.startsWith(`${this.device} `),
    );
    const others = known.length === 0 ? '' : ` Functions with MSI-X in it: ${known.join(', ')}.`;
    throw new ReplayError(`The trace does not show ${lack}; expected the log of a boot that uses MSI-X.${others}`);
  }

  private get chosen(): FunctionMap | undefined {
    const name = this.device ?? this.options.device;
    if (name === undefined) return undefined;
    return this.functions.get(name) ?? [...this.functions.values()].find(({ device }) => names(name, device));
  }

  /** Whether a name, with bus address or without, is the function's. */
  private isChosen(name: string): boolean {
    return this.device !== undefined && (this.device === name || names(name, this.device));
  }

  private isSignalled(name: string | undefined): boolean {
    return name !== undefined && this.device !== undefined && this.device.split(' ')[0].includes(name);
  }

  private mapOf(device: string): FunctionMap {
    let map = this.functions.get(device);
    if (map === undefined) {
      this.functions.set(device, (map = new FunctionMap(device)));
      const { told, device: wanted } = this.options;
      for (const line of this.options.before ?? []) if (names(line.device, device)) map.observe(line);
      if (told !== undefined && (wanted === undefined ? this.functions.size === 1 : names(wanted, device)))
        map.tell(told);
    }
    return map;
  }

  /** A function that is known beforehand, and that the log itself never named: it goes by its bus address, or by what it was called. */
  private findUnnamed(
    line: MemoryLine,
    region: StructureRegion,
    number: number,
  ): Access | typeof ELSEWHERE | undefined {
    const { before, told, device } = this.options;
    if (this.unnamed || (before === undefined && told === undefined)) return undefined;
    this.unnamed = true;
    const known = new Set((before ?? []).map((each) => each.device));
    for (const address of known) {
      if (![...this.functions.keys()].some((each) => names(address, each))) this.mapOf(`pci ${address}`);
    }
    if (told !== undefined && this.functions.size === 0) this.mapOf(device ?? 'function 00:00.0');
    return this.findStructure(line, region, number);
  }

  private unnamed = false;

  private place({ device, ...told }: PlaceLine): undefined {
    this.mapOf(device).tell(told);
    return undefined;
  }

  private resetNow(): Access {
    this.chosen?.wasReset();
    return { kind: 'reset' };
  }

  private sortConfig(line: ConfigLine, number: number): Access | undefined {
    const map = this.mapOf(line.device);
    const wasReset = map.observe(line);
    if (line.kind === 'configWrite') this.lastWritten = line.device;
    if (line.kind === 'configWrite') this.elsewhere.observe(line);
    if (line.device !== this.device) {
      const { chosen } = this;
      if (chosen === undefined) return undefined;
      const gone =
        (map.resetsBus(line) && map.isBridgeOf(chosen.routing)) ||
        (map.clearsVirtual(line) && map.virtualFunction(chosen.routing) >= 0);
      return gone ? this.resetNow() : undefined;
    }
    if (wasReset) return this.resetNow();
    const access = map.access(line, number, this.options.widths);
    if (access?.kind === 'reset') map.wasReset();
    return access;
  }

  private sortMemory(line: MemoryLine, number: number): Access | undefined {
    const { region } = line;
    if (region === TABLE_REGION || region === PBA_REGION) return this.sortStructure(line, region, number);
    if (region === '') {
      const access = this.findStructure(line, TABLE_REGION, number) ?? this.findStructure(line, PBA_REGION, number);
      if (access !== undefined) return access === ELSEWHERE ? undefined : access;
    }
    if (line.kind === 'memoryRead') return undefined;
    if (line.bytes === 4 && (region === 'ioapic' || region === 'kvm-ioapic')) this.elsewhere.observeIoapic(line);
    const x86 = line.address >= APIC_FIRST && line.address < APIC_END;
    if (x86 && line.address >= APIC_REGISTERS_FIRST && line.address < APIC_REGISTERS_END) return undefined;
    const certain = MESSAGE_REGIONS.has(region) || (region === '' && x86);
    if (!certain && (line.bytes !== 4 || line.address % 4 !== 0 || line.address === 0)) return undefined;
    const { address } = line;
    return {
      kind: 'message',
      addressLow: address % 2 ** 32,
      addressHigh: Math.floor(address / 2 ** 32),
      data: line.low,
      certain,
    };
  }

  private sortStructure(line: MemoryLine, region: StructureRegion, number: number): Access | undefined {
    const access = this.findStructure(line, region, number) ?? this.findUnnamed(line, region, number);
    if (access !== undefined) return access === ELSEWHERE ? undefined : access;
    const lack = this.lack(region);
    if (this.options.device !== undefined && lack === undefined) return undefined;
    const got = `an access of ${region} at ${hex(line.address)}`;
    throw new ReplayError(
      lack === undefined
        ? `Line ${number}: got ${got}, which is outside; expected one inside, where the trace shows it to be.`
        : `Line ${number}: got ${got}; expected the trace to show, before it, ${lack}. ${WAY_OUT}`,
    );
  }

  /** An access of the function, or `ELSEWHERE` when it is another function's; undefined when it is nobody's. */
  private findStructure(
    line: MemoryLine,
    region: StructureRegion,
    number: number,
  ): Access | typeof ELSEWHERE | undefined {
    const { bytes, low, high } = line;
    for (const map of this.functions.values()) {
      const offset = map.offsetOf(line, region, this.physicalOf(map));
      if (offset === undefined) continue;
      const { device: wanted } = this.options;
      if (this.device === undefined && (wanted === undefined || names(wanted, map.device))) this.device = map.device;
      if (map.device === this.device) {
        this.placed = true;
        return { kind: ACCESS_KINDS[region][line.kind], offset, bytes, low, high };
      }
      if (wanted === undefined || (this.device !== undefined && wanted !== this.device && names(wanted, map.device))) {
        this.second ??= { line: number, device: map.device };
      }
      if (region === TABLE_REGION && line.kind === 'memoryWrite') this.elsewhere.observeTable(map.device, offset, line);
      return ELSEWHERE;
    }
    return undefined;
  }

  /** The physical function of a virtual one. */
  private physicalOf(map: FunctionMap): FunctionMap | undefined {
    const { routing } = map;
    for (const each of this.functions.values()) if (each !== map && each.virtualFunction(routing) >= 0) return each;
    return undefined;
  }

  /** What the trace lacks to place the accesses of `region`; undefined when it lacks nothing. */
  private lack(region: string): string | undefined {
    const maps = [...this.functions.values()];
    const wanted = this.device ?? this.options.device;
    const map = wanted === undefined ? maps.find((each) => each.hasCapability) : this.chosen;
    if (map !== undefined) return map.lack(region);
    return wanted === undefined
      ? 'a function with MSI-X: a chain of capabilities from @0x34 to one with the ID 0x11'
      : `a configuration access of ${wanted}`;
  }
}

const ACCESS_KINDS = {
  [TABLE_REGION]: { memoryRead: 'tableRead', memoryWrite: 'tableWrite' },
  [PBA_REGION]: { memoryRead: 'pbaRead', memoryWrite: 'pbaWrite' },
} as const;

type StructureRegion = typeof TABLE_REGION | typeof PBA_REGION;
/** An access of some other function. */
const ELSEWHERE = 'elsewhere';
/** The addresses of messages on x86. Intel SDM 3, 11.11.1. */
const APIC_FIRST = 0xfee00000;
const APIC_END = 0xfef00000;
const WAY_OUT =
  'Where the log begins late, say where it is: --lspci FILE with what "lspci -vvv -xxxx" prints in the guest, or --capability, ' +
  '--table and --vectors.';

/** Whether `wanted` names `device`: whole, by its name alone, or by its bus address alone. */
function names(wanted: string, device: string): boolean {
  if (wanted === device) return true;
  const [name, address] = device.split(' ');
  return wanted === name || wanted.replace(/^[0-9a-f]{4,8}:(?=[0-9a-f]{2}:)/, '') === address;
}

const vectors = (count: number): string => `${count} ${count === 1 ? 'vector' : 'vectors'}`;

function widthOf(value: number): number {
  return value > 0xffff ? 4 : value > 0xff ? 2 : 1;
}
