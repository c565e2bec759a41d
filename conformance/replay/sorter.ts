/**
 * Tells what each line of a trace is to one function: the one named, or the only one whose table is accessed. An access before its place
 * was shown is an error.
 *
 * The log does not hold the width of a configuration access. `widths.ts` finds it where something else in the log tells it; else each is
 * taken to be as wide as its register.
 */
import { shortened } from '../../checker/argument/argument.ts';
import { hex } from '../device/hexadecimal.ts';
import type { Access, Geometry, ToldGeometry } from './access.ts';
import { Elsewhere } from './elsewhere.ts';
import { FunctionMap, type StructureRegion } from './function-map.ts';
import {
  type ConfigLine,
  type LogLine,
  type MemoryLine,
  MESSAGE_REGIONS,
  PBA_REGION,
  type PlaceLine,
  ReplayError,
  TABLE_REGION,
} from './lines.ts';
import { VfioNames } from './vfio-names.ts';
import type { Widths } from './widths.ts';

/** A processor's own registers lie among the addresses of messages, and in the same region of QEMU's. Intel SDM 3, 11.4.1. */
const APIC_REGISTERS_FIRST = 0xfee00010;
const APIC_REGISTERS_END = 0xfee01000;

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
  private readonly vfio = new VfioNames((host) => void this.functions.delete(host));

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
        return this.vfio.repeats(line, number) ? undefined : this.sortConfig(line, number);
      case 'view':
        // QEMU logs its view right after the write, with no more than the name of the device.
        return this.lastWritten === this.device && this.device?.startsWith(`${line.name} `) ? line : undefined;
      case 'place':
        return this.place({ ...line, device: this.vfio.guestName(line.device) });
      case 'resetOf':
        return this.resetOf(this.vfio.guestName(line.device));
      case 'signal':
        return this.isSignalled(line.name) ? line : undefined;
      case 'interruptOf':
      case 'useOf':
        return this.isChosen(this.vfio.guestName(line.device)) ? line : undefined;
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

  /** Whether a signal is of the function: a device that there is once. Which of several signals, the event does not tell. */
  private isSignalled(either: string | undefined): boolean {
    if (either === undefined || this.device === undefined) return false;
    const isNamed = (device: string): boolean => either.split('|').some((name) => device.split(' ')[0].includes(name));
    return isNamed(this.device) && this.countOf((map) => map.hasCapability && isNamed(map.device)) === 1;
  }

  private countOf(counted: (map: FunctionMap) => boolean): number {
    let count = 0;
    for (const map of this.functions.values()) if (counted(map)) count++;
    return count;
  }

  /** A device is reset. Where several have its name, the function may be one of the others. */
  private resetOf(name: string): Access | undefined {
    if (!this.isChosen(name)) return undefined;
    const alone = this.countOf(({ device }) => names(name, device)) === 1;
    return alone ? this.resetNow() : { kind: 'maybeReset' };
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
      return map.takesAway(line, chosen.routing) ? this.resetNow() : undefined;
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
    for (const each of this.functions.values()) if (each !== map && each.virtualIndex(routing) >= 0) return each;
    return undefined;
  }

  /** What the trace lacks to place the accesses of `region`; undefined when it lacks nothing. */
  private lack(region: StructureRegion): string | undefined {
    const maps = [...this.functions.values()];
    const wanted = this.device ?? this.options.device;
    const map = wanted === undefined ? maps.find((each) => each.hasCapability) : this.chosen;
    if (map !== undefined) return map.lack(region, this.physicalOf(map));
    return wanted === undefined
      ? 'a function with MSI-X: a chain of capabilities from @0x34 to one with the ID 0x11'
      : `a configuration access of ${shortened(wanted)}`;
  }
}

const ACCESS_KINDS = {
  [TABLE_REGION]: { memoryRead: 'tableRead', memoryWrite: 'tableWrite' },
  [PBA_REGION]: { memoryRead: 'pbaRead', memoryWrite: 'pbaWrite' },
} as const;

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
