/**
 * Tells what each line of a trace is to one function: the one named, or the only one whose table is accessed. An access before its place
 * was shown is an error.
 *
 * The log does not hold the width of a configuration access. `widths.ts` finds it where something else in the log tells it; else each is
 * taken to be as wide as its register.
 */
import { hex } from '../device/hexadecimal.ts';
import type { Access, Geometry } from './access.ts';
import { Elsewhere } from './elsewhere.ts';
import { Functions, type KnownBefore, names } from './functions.ts';
import type { FunctionMap, StructureRegion } from './function-map.ts';
import {
  type ConfigLine,
  type LogLine,
  type MemoryLine,
  PBA_REGION,
  type PlaceLine,
  ReplayError,
  TABLE_REGION,
  type TableLine,
} from './lines.ts';
import { messageOf } from './messages.ts';
import { VfioNames } from './vfio-names.ts';
import type { Widths } from './widths.ts';

/** What a pass over a trace is told beforehand. */
export interface SorterOptions extends KnownBefore {
  readonly widths?: Widths;
}

/**
 * Tells what each line of a trace is to one function: the one named, or the only one whose table is accessed.
 * Every pass over a trace takes a new one.
 */
export class Sorter {
  private readonly functions: Functions;
  private readonly options: SorterOptions;
  private lastWritten: string | undefined;
  /** The last access of a table by its address. */
  private lastTable: { readonly number: number; readonly offset: number } | undefined;
  /** Whether an access was placed: without one, a replay would compare next to nothing. */
  private placed = false;
  /** The first line of a second function, where none was named. */
  private second: { readonly line: number; readonly device: string } | undefined;
  /** The line at which the function was seen to be another. */
  private replacedAt: number | undefined;
  /** Who else can send which message. */
  readonly elsewhere = new Elsewhere();
  /** QEMU's object of each name: the first one that was reset. */
  private readonly objects = new Map<string, string>();
  private readonly vfio = new VfioNames((host) => this.functions.forget(host));

  constructor(options: SorterOptions) {
    this.options = options;
    this.functions = new Functions(options);
    // The second pass knows its function from the first line on.
    if (options.widths !== undefined) this.functions.device = options.device;
  }

  /**
   * What `line` is to the function; undefined when it is none of its business.
   * @throws {ReplayError} when it is an access of a table or Pending Bit Array that nobody can place.
   */
  sort(line: LogLine, number: number): Access | undefined {
    const { functions, vfio } = this;
    switch (line.kind) {
      case 'memoryRead':
      case 'memoryWrite':
        return this.sortMemory(line, number);
      case 'configRead':
      case 'configWrite':
        return vfio.repeats(line, number) ? undefined : this.sortConfig(line, number);
      case 'view':
        // QEMU logs its view right after the write, with no more than the name of the device.
        return this.lastWritten === functions.device && functions.device?.startsWith(`${line.name} `)
          ? line
          : undefined;
      case 'tableOf':
        return this.sortTable(line, number);
      case 'place':
        return this.place({ ...line, device: vfio.guestName(line.device) });
      case 'resetOf':
        return this.resetOf(vfio.guestName(line.device), line.object);
      case 'signal':
        return this.isSignalled(line.name) ? line : undefined;
      case 'interruptOf':
      case 'useOf':
        return functions.isChosen(vfio.guestName(line.device)) ? line : undefined;
      case 'other':
        return undefined;
    }
  }

  /** The name of the function that is replayed; undefined while the log has not shown it. */
  get chosen(): string | undefined {
    return this.functions.device;
  }

  /** Whether the function may send messages, as far as the log shows. */
  get mayMaster(): boolean {
    return this.functions.chosen?.mayMaster ?? true;
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
    const { functions } = this;
    if (this.second !== undefined) {
      const { line, device } = this.second;
      throw new ReplayError(
        `Line ${line}: got an access of the MSI-X of ${device} after one of ${functions.device}; expected one function, or to be ` +
          `told which one to replay: --device with one of ${functions.withCapability.join(', ')}.`,
      );
    }
    const { vectorCount, otherCount } = functions.chosen ?? {};
    if (vectorCount !== undefined && otherCount !== undefined && this.replacedAt !== undefined) {
      throw new ReplayError(
        `Line ${this.replacedAt}: got ${otherCount} vectors of ${functions.device}, which had ${vectorCount} before it was reset; expected one ` +
          'device. Another came to its place, or another log begins: cut the log where it does, and replay each part.',
      );
    }
    const geometry = functions.chosen?.geometry;
    if (geometry !== undefined && this.placed) return geometry;
    const lack = functions.lack() ?? 'an access of the MSI-X Table';
    const known = functions.withCapability.filter(
      (each) => functions.device === undefined || !each.startsWith(`${functions.device} `),
    );
    const others = known.length === 0 ? '' : ` Functions with MSI-X in it: ${known.join(', ')}.`;
    throw new ReplayError(`The trace does not show ${lack}; expected the log of a boot that uses MSI-X.${others}`);
  }

  // ---- Signals and resets, which QEMU tells by name

  /** Whether a signal is of the function: a device that there is once. Which of several signals, the event does not tell. */
  private isSignalled(either: string | undefined): boolean {
    const { device } = this.functions;
    if (either === undefined || device === undefined) return false;
    const isNamed = (each: string): boolean => either.split('|').some((name) => each.split(' ')[0].includes(name));
    return isNamed(device) && this.functions.count((map) => map.hasCapability && isNamed(map.device)) === 1;
  }

  /**
   * A device is reset. Where several have its name, the function may be one of the others; and so it may with another object: that is a
   * virtual function which has just come, or a device that is plugged in the place of the function.
   */
  private resetOf(name: string, object: string | undefined): Access | undefined {
    if (object !== undefined && !this.objects.has(name)) this.objects.set(name, object);
    if (!this.functions.isChosen(name)) return undefined;
    return this.isAlone(name) && this.objects.get(name) === object ? this.resetNow() : { kind: 'maybeReset' };
  }

  private isAlone(name: string): boolean {
    return this.functions.count(({ device }) => names(name, device)) === 1;
  }

  private resetNow(): Access {
    this.functions.chosen?.wasReset();
    return { kind: 'reset' };
  }

  private place({ device, ...told }: PlaceLine): undefined {
    this.functions.mapOf(device).tell(told);
    return undefined;
  }

  // ---- Configuration space

  private sortConfig(line: ConfigLine, number: number): Access | undefined {
    const { functions } = this;
    const map = functions.mapOf(line.device);
    const wasReset = map.observe(line);
    if (map.otherCount !== undefined && line.device === functions.device) this.replacedAt ??= number;
    if (line.kind === 'configWrite') {
      this.lastWritten = line.device;
      this.elsewhere.observe(line, map.msi);
      if (map.setsAddress(line)) functions.claims(map);
    }
    if (line.device !== functions.device) {
      const { chosen } = functions;
      if (chosen === undefined) return undefined;
      return map.takesAway(line, chosen) ? this.resetNow() : undefined;
    }
    if (wasReset) return this.resetNow();
    const access = map.access(line, number, this.options.widths);
    if (access?.kind === 'reset') map.wasReset();
    return access;
  }

  // ---- Memory

  private sortMemory(line: MemoryLine, number: number): Access | undefined {
    const { region } = line;
    if (region === TABLE_REGION || region === PBA_REGION) return this.sortStructure(line, region, number);
    if (region === '' || OTHER_TABLES.test(region)) {
      const access = this.findStructure(line, TABLE_REGION, number) ?? this.findStructure(line, PBA_REGION, number);
      if (access !== undefined) return access === ELSEWHERE ? undefined : access;
    }
    if (line.kind === 'memoryRead') return undefined;
    if (line.bytes === 4 && (region === 'ioapic' || region === 'kvm-ioapic')) this.elsewhere.observeIoapic(line);
    return messageOf(line);
  }

  private sortStructure(line: MemoryLine, region: StructureRegion, number: number): Access | undefined {
    const { functions } = this;
    let access = this.findStructure(line, region, number);
    if (access === undefined && functions.makeUnnamed()) access = this.findStructure(line, region, number);
    if (access !== undefined) return access === ELSEWHERE ? undefined : access;
    const lack = functions.lack(region);
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
    const claim = this.functions.claimOf(line, region);
    if (claim === undefined) return undefined;
    const { map, offset } = claim;
    if (region === TABLE_REGION) this.lastTable = { number, offset };
    const { bytes, low, high } = line;
    if (this.isOurs(map, number)) return { kind: ACCESS_KINDS[region][line.kind], offset, bytes, low, high };
    if (region === TABLE_REGION && line.kind === 'memoryWrite') this.elsewhere.observeTable(map.device, offset, line);
    return ELSEWHERE;
  }

  /** An access of a table that QEMU tells by the name of the device. The line of its region, just before, tells the same. */
  private sortTable(line: TableLine, number: number): Access | undefined {
    const { functions, lastTable } = this;
    const { offset, bytes, low, high } = line;
    if (lastTable?.number === number - 1 && lastTable.offset === offset) return undefined;
    const map = functions.onlyOne(line.name);
    if (map === undefined) return undefined;
    if (this.isOurs(map, number)) return { kind: line.isWrite ? 'tableWrite' : 'tableRead', offset, bytes, low, high };
    if (line.isWrite) this.elsewhere.observeTable(map.device, offset, line);
    return undefined;
  }

  /** Whether an access of this function's is of the one that is replayed; the first is, where none was named. */
  private isOurs({ device }: FunctionMap, number: number): boolean {
    const { functions } = this;
    const { device: wanted } = this.options;
    if (functions.device === undefined && (wanted === undefined || names(wanted, device))) functions.device = device;
    if (functions.device === device) {
      this.placed = true;
      return true;
    }
    const isMeant = wanted === undefined || (wanted !== functions.device && names(wanted, device));
    if (isMeant && functions.device !== undefined) this.second ??= { line: number, device };
    return false;
  }
}

const ACCESS_KINDS = {
  [TABLE_REGION]: { memoryRead: 'tableRead', memoryWrite: 'tableWrite' },
  [PBA_REGION]: { memoryRead: 'pbaRead', memoryWrite: 'pbaWrite' },
} as const;

/** What emulators other than QEMU's own MSI-X call the region of a table: `xen-pci-pt-msix`. */
const OTHER_TABLES = /msi-?x/i;
/** An access of some other function. */
const ELSEWHERE = 'elsewhere';
const WAY_OUT =
  'Where the log begins late, say where it is: --lspci FILE with what "lspci -vvv -xxxx" prints in the guest, or --capability, ' +
  '--table and --vectors.';
