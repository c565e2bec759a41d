/**
 * The width of a configuration access, which `pci_cfg_read` and `pci_cfg_write` do not tell. Something else in the log may:
 *
 * - the event of vfio beside it, for an assigned device;
 * - the access of `pci-conf-data`, or of the memory that stands for configuration space, beside it;
 * - `msix_write_config`, which follows a write that covers the byte of MSI-X Enable and Function Mask, and no other;
 * - the next read of Message Control.
 *
 * Found in the first pass. What nothing tells is taken to be as wide as its register when it is a write; a read may be of any width that
 * explains it, unless this guest is known to read Message Control in words.
 */
import * as registers from '../../src/registers.ts';
import type { ConfigLine, LogLine, MemoryLine } from './lines.ts';
import { areOne } from './vfio-names.ts';

/** What the first pass found. */
export interface Widths {
  /** By line. */
  readonly found: ReadonlyMap<number, number>;
  /** Devices whose Message Control is read in words, and never in bytes. */
  readonly inWords: ReadonlySet<string>;
}

interface OpenWrite {
  readonly number: number;
  readonly device: string;
  readonly inside: number;
}

const DATA_REGIONS = /^pci-conf-data|^pcie-mmcfg|^pcie-ecam|^gpex_ioport|^pcie_/;

/** Finds widths, line by line. */
export class WidthFinder implements Widths {
  readonly found = new Map<number, number>();
  readonly inWords = new Set<string>();
  private readonly inBytes = new Set<string>();
  private views = false;
  private lastLine = 0;
  private open: OpenWrite | undefined;
  private readonly unresolved: OpenWrite[] = [];
  private lastConfig: { readonly number: number; readonly line: ConfigLine } | undefined;
  private lastRead: { readonly number: number; readonly inside: number } | undefined;
  private lastData: { readonly number: number; readonly bytes: number; readonly low: number } | undefined;

  /** Takes a line; `inside` tells where a configuration access lies in the capability of its device. */
  take(line: LogLine, number: number, inside: (line: ConfigLine) => number): void {
    this.lastLine = number;
    switch (line.kind) {
      case 'memoryRead':
      case 'memoryWrite':
        if (this.lastRead?.number === number - 1 || line.kind === 'memoryWrite') this.takeMemory(line, number);
        return;
      case 'view':
        this.views = true;
        if (this.open !== undefined && this.open.device.startsWith(`${line.name} `)) this.settle(this.open, true);
        this.open = undefined;
        return;
      case 'configRead':
      case 'configWrite': {
        if (this.takeVfio(line, number)) return;
        const at = inside(line);
        if (at >= 0) this.takeAccess(line, number, at);
        return;
      }
    }
  }

  /** Ends the pass. */
  finish(): Widths {
    // What the last line would have been followed by, nobody knows.
    if (this.open !== undefined && this.open.number !== this.lastLine) this.unresolved.push(this.open);
    // QEMU tells its view after every write that covers the byte; where it told none, the byte was not covered.
    if (this.views) for (const write of this.unresolved) this.settle(write, false);
    for (const device of this.inBytes) this.inWords.delete(device);
    return this;
  }

  /** Says whether nothing is left to find: the line is vfio's own. */
  private takeVfio(line: ConfigLine, number: number): boolean {
    const { lastConfig } = this;
    this.lastConfig = { number, line };
    const isBeside = lastConfig !== undefined && lastConfig.number === number - 1;
    if (line.bytes === undefined) {
      if (isBeside && lastConfig.line.bytes !== undefined && areOne(lastConfig.line, line)) {
        this.found.set(number, lastConfig.line.bytes);
      }
      return false;
    }
    if (isBeside && line.kind === 'configWrite' && lastConfig.line.bytes === undefined) {
      if (!areOne(line, lastConfig.line)) return true;
      this.found.set(lastConfig.number, line.bytes);
      if (this.open?.number === lastConfig.number) this.open = undefined;
    }
    return true;
  }

  private takeMemory({ kind, region, bytes, low }: MemoryLine, number: number): void {
    if (!DATA_REGIONS.test(region)) return;
    if (kind === 'memoryWrite') this.lastData = { number, bytes, low };
    else if (this.lastRead !== undefined && bytes <= 4) {
      const width = Math.min(bytes, this.lastRead.inside % 2 === 1 ? 1 : this.lastRead.inside % 4 === 2 ? 2 : 4);
      this.found.set(this.lastRead.number, width);
    }
  }

  private takeAccess({ kind, device, value }: ConfigLine, number: number, inside: number): void {
    if (inside === 1 || inside === 3) this.inBytes.add(device);
    if (kind === 'configRead') {
      this.lastRead = { number, inside };
      if (inside === registers.CAPABILITY_CONTROL_OFFSET && value > 0xff) this.inWords.add(device);
      const shown =
        inside === 0 && value > 0xffff ? value >>> 16 : inside === 2 ? value : inside === 3 ? value << 8 : -1;
      if (shown >= 0 && this.open?.device === device && !this.views) {
        // The writes in doubt have zero in the byte, if they cover it.
        this.settle(this.open, (shown & (registers.CONTROL_ENABLE | registers.CONTROL_FUNCTION_MASK)) === 0);
        this.open = undefined;
      }
      return;
    }
    if (this.open !== undefined) this.unresolved.push(this.open);
    this.open = undefined;
    const { lastData } = this;
    if (lastData !== undefined && lastData.number === number - 1 && lastData.low === value && lastData.bytes <= 4) {
      this.found.set(number, lastData.bytes);
      return;
    }
    const doubtful = (inside === 0 && value <= 0xffff) || (inside === 2 && value <= 0xff);
    if (doubtful) this.open = { number, device, inside };
  }

  private settle({ number, inside }: OpenWrite, covers: boolean): void {
    this.found.set(number, covers ? (inside === 0 ? 4 : 2) : inside === 0 ? 2 : 1);
  }
}
