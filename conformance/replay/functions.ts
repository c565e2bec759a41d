/**
 * The functions that a log shows: which of them is replayed, which claims an address, and what the log lacks to place an access. Owns the
 * maps of all functions; what a line is to the chosen one is for the sorter.
 */
import { shortened } from '../../checker/argument/argument.ts';
import type { ToldGeometry } from './access.ts';
import { FunctionMap, type StructureRegion } from './function-map.ts';
import { type ConfigLine, type MemoryLine, PBA_REGION, TABLE_REGION } from './lines.ts';

/** What is known of functions beforehand. */
export interface KnownBefore {
  /** Name and bus address of the function, or one of them where it is the only one. */
  readonly device?: string;
  readonly told?: ToldGeometry;
  /** Lines of configuration space to be taken before the first: what the guest's `lspci -xxxx` shows. */
  readonly before?: readonly ConfigLine[];
}

/** A function, and where in its table or Pending Bit Array an address is. */
export interface Claim {
  readonly map: FunctionMap;
  readonly offset: number;
}

/** Where a structure of a function is in memory. */
interface Placed {
  readonly map: FunctionMap;
  readonly start: number;
  readonly end: number;
}

/** All functions of a log. */
export class Functions {
  private readonly maps = new Map<string, FunctionMap>();
  /** The same, the one whose Base Address Registers were written last first: a device may be gone, and another at its address. */
  private readonly newestFirst: FunctionMap[] = [];
  private readonly known: KnownBefore;
  private unnamed = false;
  /** Where tables and Pending Bit Arrays are, newest first; undefined since a function may have changed. */
  private placed: Readonly<Record<StructureRegion, readonly Placed[]>> | undefined;
  /** The function that is replayed, when it is known. */
  device: string | undefined;

  constructor(known: KnownBefore) {
    this.known = known;
  }

  /** The function that is replayed; undefined while the log has not shown it. */
  get chosen(): FunctionMap | undefined {
    const name = this.device ?? this.known.device;
    return name === undefined
      ? undefined
      : (this.maps.get(name) ?? [...this.maps.values()].find(({ device }) => names(name, device)));
  }

  /** The functions that show MSI-X, with their vectors. */
  get withCapability(): readonly string[] {
    return [...this.maps.values()]
      .filter(({ hasCapability }) => hasCapability)
      .map(
        ({ device, vectorCount: count }) => `${device} (${count === undefined ? 'size not shown' : vectors(count)})`,
      );
  }

  get(device: string): FunctionMap | undefined {
    return this.maps.get(device);
  }

  /** Whether a name, with bus address or without, is that of the function that is replayed. */
  isChosen(name: string): boolean {
    return this.device !== undefined && names(name, this.device);
  }

  /** The only function of this name that has MSI-X; undefined when there are several, or none. */
  onlyOne(name: string): FunctionMap | undefined {
    const found = [...this.maps.values()].filter((map) => map.hasCapability && names(name, map.device));
    return found.length === 1 ? found[0] : undefined;
  }

  count(counted: (map: FunctionMap) => boolean): number {
    let count = 0;
    for (const map of this.maps.values()) if (counted(map)) count++;
    return count;
  }

  /** The map of a function, made when it is seen first. Whoever takes one may change it, until an address is claimed. */
  mapOf(device: string): FunctionMap {
    this.placed = undefined;
    const known = this.maps.get(device);
    if (known !== undefined) return known;
    const map = new FunctionMap(device);
    this.maps.set(device, map);
    this.newestFirst.push(map);
    const { told, device: wanted, before } = this.known;
    for (const line of before ?? []) if (names(line.device, device)) map.observe(line);
    if (told !== undefined && (wanted === undefined ? this.maps.size === 1 : names(wanted, device))) map.tell(told);
    return map;
  }

  /** Forgets a function that is another by another name. */
  forget(device: string): void {
    this.placed = undefined;
    const map = this.maps.get(device);
    this.maps.delete(device);
    if (map !== undefined) this.newestFirst.splice(this.newestFirst.indexOf(map), 1);
  }

  /** Takes that a Base Address Register of `map` was written: what it covers is its own from now on. */
  claims(map: FunctionMap): void {
    if (this.newestFirst[0] === map) return;
    this.placed = undefined;
    this.newestFirst.splice(this.newestFirst.indexOf(map), 1);
    this.newestFirst.unshift(map);
  }

  /** Whose `region` an access is of; undefined when it is nobody's. */
  claimOf({ address }: MemoryLine, region: StructureRegion): Claim | undefined {
    this.placed ??= { [TABLE_REGION]: this.allPlaced(TABLE_REGION), [PBA_REGION]: this.allPlaced(PBA_REGION) };
    for (const { map, start, end } of this.placed[region]) {
      if (address >= start && address < end) return { map, offset: address - start };
    }
    return undefined;
  }

  private allPlaced(region: StructureRegion): Placed[] {
    return this.newestFirst.flatMap((map) => {
      const place = map.spanOf(region, this.physicalOf(map));
      return place === undefined ? [] : [{ map, ...place }];
    });
  }

  /**
   * Makes the functions that are known beforehand and that the log itself never named: they go by their bus address, or by what they were
   * called. Says whether there is any that was not there before.
   */
  makeUnnamed(): boolean {
    const { before, told, device } = this.known;
    if (this.unnamed || (before === undefined && told === undefined)) return false;
    this.unnamed = true;
    for (const address of new Set((before ?? []).map((each) => each.device))) {
      if (![...this.maps.keys()].some((each) => names(address, each))) this.mapOf(`pci ${address}`);
    }
    if (told !== undefined && this.maps.size === 0) this.mapOf(device ?? 'function 00:00.0');
    return true;
  }

  /** What the trace lacks to place the accesses of `region`; undefined when it lacks nothing. */
  lack(region: StructureRegion = TABLE_REGION): string | undefined {
    const wanted = this.device ?? this.known.device;
    const map = wanted === undefined ? [...this.maps.values()].find(({ hasCapability }) => hasCapability) : this.chosen;
    if (map !== undefined) return map.lack(region, this.physicalOf(map));
    if (this.known.told !== undefined) return 'an access of the MSI-X Table';
    return wanted === undefined
      ? 'a function with MSI-X: a chain of capabilities from @0x34 to one with the ID 0x11'
      : `a configuration access of ${shortened(wanted)}`;
  }

  /** The physical function of a virtual one. */
  private physicalOf(map: FunctionMap): FunctionMap | undefined {
    for (const each of this.maps.values()) if (each !== map && each.virtualIndex(map) >= 0) return each;
    return undefined;
  }
}

/** Whether `wanted` names `device`: whole, by its name alone, or by its bus address alone. */
export function names(wanted: string, device: string): boolean {
  if (wanted === device) return true;
  const [name, address] = device.split(' ');
  return wanted === name || wanted.replace(/^[0-9a-f]{4,8}:(?=[0-9a-f]{2}:)/, '') === address;
}

const vectors = (count: number): string => `${count} ${count === 1 ? 'vector' : 'vectors'}`;
