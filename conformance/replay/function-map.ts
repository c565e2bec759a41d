/**
 * Where the MSI-X of one function stands, as the lines so far show it: the capability, Table Size, and where table and Pending Bit Array
 * are in memory. What a line shows is taken when it is first shown: the later ones are compared with it.
 */
import { hex } from '../device/hexadecimal.ts';
import * as registers from '../../src/registers.ts';
import type { Access, Geometry, ToldGeometry } from './access.ts';
import { BAR_FLAGS, BAR_SIZING, barAt, ConfigSpace } from './config-space.ts';
import type { MsiPlace } from './elsewhere.ts';
import { type ConfigLine, PBA_REGION, TABLE_REGION } from './lines.ts';
import { isAbove, Resets, resetsBus } from './resets.ts';
import { VirtualFunctions } from './virtual-functions.ts';
import type { Widths } from './widths.ts';

/** The two structures that a function has in memory. */
export type StructureRegion = typeof TABLE_REGION | typeof PBA_REGION;

/** The ID of the MSI capability, and 64-bit Address Capable in its Message Control. PCIe 7.7.1.2. */
const MSI_ID = 0x05;
const MSI_CONTROL_WIDE = 0x80;

/** One function. */
export class FunctionMap {
  readonly device: string;
  /** Bus, device and function as one number; -1 without a bus address. */
  readonly routing: number;
  private readonly space = new ConfigSpace();
  private readonly resets = new Resets(this.space);
  private readonly virtual = new VirtualFunctions(this.space);
  /** The capability, where somebody has told it. */
  private told: ToldGeometry | undefined;
  private messageControl: number | undefined;
  /** Whether a Base Address Register has shown a reset: then another device may stand here. */
  private mayBeAnother = false;
  /** How many vectors it has in another log, or when another device came to its place; undefined where that was not seen. */
  otherCount: number | undefined;

  constructor(device: string) {
    this.device = device;
    this.routing = routingOf(device);
  }

  /** Takes where its MSI-X is from somebody who knows. */
  tell(told: ToldGeometry): void {
    const { capability, vectorCount, tableBir, tableOffset = 0, pbaBir, pbaOffset = 0 } = told;
    this.told = told;
    if (vectorCount !== undefined) this.messageControl = vectorCount - 1;
    if (tableBir !== undefined) this.space.tell(capability + registers.CAPABILITY_TABLE_OFFSET, tableOffset + tableBir);
    if (pbaBir !== undefined) this.space.tell(capability + registers.CAPABILITY_PBA_OFFSET, pbaOffset + pbaBir);
  }

  /** Whether it may send messages, as far as the log shows. */
  get mayMaster(): boolean {
    return this.resets.mayMaster;
  }

  /** Whether the function shows MSI-X at all. */
  get hasCapability(): boolean {
    return this.capability !== undefined;
  }

  get vectorCount(): number | undefined {
    return this.messageControl === undefined ? undefined : (this.messageControl & registers.CONTROL_TABLE_SIZE) + 1;
  }

  get geometry(): Geometry | undefined {
    const { capability, vectorCount, told } = this;
    const table =
      this.place(TABLE_REGION) ??
      (told?.tableAddress === undefined ? undefined : { bir: 0, offset: told.tableAddress % 2 ** 31 });
    const pba = this.place(PBA_REGION);
    if (capability === undefined || vectorCount === undefined || table === undefined) return undefined;
    return {
      device: this.device,
      capability,
      nextCapability: this.space.nextOf(capability),
      vectorCount,
      tableBir: table.bir,
      tableOffset: table.offset,
      ...(pba === undefined ? {} : { pbaBir: pba.bir, pbaOffset: pba.offset }),
    };
  }

  /** Takes a line. Says whether it shows that the function was reset before it. */
  observe(line: ConfigLine): boolean {
    const reset = this.resets.observe(line);
    this.virtual.observe(line);
    this.space.observe(line);
    const { capability } = this;
    if (reset && barAt(line.offset) !== undefined) this.mayBeAnother = true;
    const control = line.kind === 'configRead' && capability !== undefined ? controlOf(line, capability) : undefined;
    if (control !== undefined) {
      if (this.messageControl === undefined) this.messageControl = control;
      else if (this.mayBeAnother && line.value > 0) this.compareSize(control);
    }
    return reset;
  }

  /** Table Size is read-only, but for another device. */
  private compareSize(control: number): void {
    const count = (control & registers.CONTROL_TABLE_SIZE) + 1;
    if (count !== this.vectorCount) this.otherCount ??= count;
  }

  /** Forgets what a reset makes zero. */
  wasReset(): void {
    this.resets.wasReset();
  }

  /** What this line is to the function, after `observe`; undefined when it does not concern its MSI-X. */
  access(line: ConfigLine, number: number, widths: Widths | undefined): Access | undefined {
    if (this.resets.starts(line)) return { kind: 'reset' };
    if (this.resets.wakes(line)) return { kind: 'maybeReset' };
    const { kind, offset, value, bytes: told } = line;
    const inside = this.insideCapability(offset);
    if (inside < 0) return undefined;
    const found = told ?? widths?.found.get(number);
    const usual = inside === 0 ? widthOf(value) : inside % 4 === 0 ? 4 : inside % 2 === 0 ? 2 : 1;
    const exact = found !== undefined || (inside === 2 && widths?.inWords.has(this.device) === true);
    return { kind, offset: inside, bytes: found ?? usual, exact, value };
  }

  /** Whether this line, of this function, resets another: one below the bridge that it is, or one of its virtual functions. */
  takesAway(line: ConfigLine, other: FunctionMap): boolean {
    if (resetsBus(line)) return isAbove(this.space, other.routing);
    return (this.virtual.endsWith(line) || this.resets.starts(line)) && this.virtualIndex(other) >= 0;
  }

  /** Whether this write puts memory of the function at an address. */
  setsAddress({ offset, value }: ConfigLine): boolean {
    return barAt(offset) !== undefined && value !== BAR_SIZING && value > BAR_FLAGS;
  }

  /** Its MSI capability, where it is shown. */
  get msi(): MsiPlace | undefined {
    const capability = this.space.capabilities.get(MSI_ID);
    if (capability === undefined) return undefined;
    const control = this.space.shown(capability + 2) ?? (this.space.shown(capability) ?? 0) >>> 16;
    return {
      capability,
      isWide: (control & MSI_CONTROL_WIDE) !== 0,
      vectors: 1 << Math.min(5, (control >>> 1) & 7),
    };
  }

  /** Which of its virtual functions another one is, from 0; -1 when it is none: those have no Base Address Registers of their own. */
  virtualIndex(other: FunctionMap): number {
    const index = this.virtual.indexOf(other.routing, this.routing);
    return index >= 0 && other.space.hasAddress ? -1 : index;
  }

  /** Where `offset` lies in the capability; -1 when it is outside. */
  insideCapability(offset: number): number {
    const inside = this.capability === undefined ? -1 : offset - this.capability;
    return inside < registers.CAPABILITY_BYTES ? inside : -1;
  }

  /** Where the table or the Pending Bit Array begins and ends in memory; undefined when nobody knows. */
  spanOf(
    region: StructureRegion,
    physical: FunctionMap | undefined,
  ): { readonly start: number; readonly end: number } | undefined {
    const vectors = this.vectorCount;
    const told = this.toldAddress(region);
    const place = told === undefined ? this.place(region) : { bir: 0, offset: 0 };
    const bar = place === undefined ? undefined : (told ?? this.startOf(place.bir, physical));
    if (vectors === undefined || place === undefined || bar === undefined) return undefined;
    const bytes =
      region === TABLE_REGION
        ? vectors * registers.ENTRY_BYTES
        : Math.ceil(vectors / registers.PBA_QWORD_BITS) * registers.PBA_QWORD_BYTES;
    const start = bar + place.offset;
    return { start, end: start + bytes };
  }

  /** What the trace lacks to place the accesses of `region`; undefined when it lacks nothing. */
  lack(region: StructureRegion, physical: FunctionMap | undefined): string | undefined {
    const { capability } = this;
    if (capability === undefined) return `an MSI-X capability of ${this.device} in the chain that begins at @0x34`;
    if (this.messageControl === undefined) {
      return `Message Control of ${this.device}, a read of @${hex(capability + registers.CAPABILITY_CONTROL_OFFSET)}`;
    }
    if (this.toldAddress(region) !== undefined) return undefined;
    const place = this.place(region);
    if (place === undefined) {
      return `where the ${region} of ${this.device} is, a read of @${hex(capability + locationOffset(region))}`;
    }
    if (this.startOf(place.bir, physical) !== undefined) return undefined;
    return physical === undefined
      ? `a memory address in Base Address Register ${place.bir} of ${this.device}`
      : `a memory address in Base Address Register ${place.bir} of the SR-IOV capability of ${physical.device}, and its size`;
  }

  private get capability(): number | undefined {
    return this.told?.capability ?? this.space.capabilities.get(registers.CAPABILITY_ID);
  }

  private toldAddress(region: StructureRegion): number | undefined {
    return region === TABLE_REGION ? this.told?.tableAddress : this.told?.pbaAddress;
  }

  private startOf(bir: number, physical: FunctionMap | undefined): number | undefined {
    if (physical === undefined) return this.space.barAddress(bir);
    return physical.virtual.address(bir, physical.virtualIndex(this)) ?? this.space.barAddress(bir);
  }

  private place(region: StructureRegion): { readonly bir: number; readonly offset: number } | undefined {
    const { capability } = this;
    const location = capability === undefined ? undefined : this.space.shown(capability + locationOffset(region));
    if (location === undefined) return undefined;
    const bir = location & registers.LOCATION_BIR;
    return { bir, offset: location - bir };
  }
}

/** Message Control, where a read of the capability holds it. */
function controlOf({ offset, value, bytes }: ConfigLine, capability: number): number | undefined {
  if (offset === capability && value > 0xffff) return value >>> 16;
  return offset === capability + registers.CAPABILITY_CONTROL_OFFSET && bytes !== 1 ? value : undefined;
}

function routingOf(device: string): number {
  const found = /([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])$/.exec(device);
  if (found === null) return -1;
  return Number.parseInt(found[1], 16) * 256 + Number.parseInt(found[2], 16) * 8 + Number(found[3]);
}

function locationOffset(region: StructureRegion): number {
  return region === TABLE_REGION ? registers.CAPABILITY_TABLE_OFFSET : registers.CAPABILITY_PBA_OFFSET;
}

function widthOf(value: number): number {
  return value > 0xffff ? 4 : value > 0xff ? 2 : 1;
}
