/**
 * What a line of a log may be, whatever wrote it. Owns the kinds of line and the names in them, not their form.
 */

/** Thrown when a trace cannot be replayed. The message is a full sentence; nothing has been driven halfway. */
export class ReplayError extends Error {
  override name = 'ReplayError';
}

/** A trace as chunks of text, cut anywhere. Called once for each pass over it. */
export type TraceSource = () => Iterable<string>;

/** An access of a memory region. An 8-byte value is two dwords. */
export interface MemoryLine {
  readonly kind: 'memoryRead' | 'memoryWrite';
  readonly region: string;
  /** Guest-physical, below 2^53. */
  readonly address: number;
  readonly bytes: number;
  readonly low: number;
  readonly high: number;
}

/** An access of configuration space. The log does not hold its width. */
export interface ConfigLine {
  readonly kind: 'configRead' | 'configWrite';
  /** Name and bus address: `nvme 00:02.0`. */
  readonly device: string;
  readonly offset: number;
  readonly value: number;
  /** Where the log holds it, as the events of vfio do. */
  readonly bytes?: number;
}

/** What QEMU takes MSI-X Enable and Function Mask to be, after a write of the byte that holds both. */
export interface ViewLine {
  readonly kind: 'view';
  /** Name without bus address: `nvme`. */
  readonly name: string;
  readonly enabled: boolean;
  readonly masked: boolean;
}

/** A device says that it signals a vector. */
export interface SignalLine {
  readonly kind: 'signal';
  /** What the name of the device holds, or one of several parted by bars; undefined where the event names none. */
  readonly name: string | undefined;
  readonly vector: number;
}

/** A device is reset, by its name or its bus address. */
export interface ResetLine {
  readonly kind: 'resetOf';
  readonly device: string;
  /** QEMU's own object: another one is another device, of whatever name. */
  readonly object?: string;
}

/** QEMU tells where the MSI-X of an assigned device is. */
export interface PlaceLine {
  readonly kind: 'place';
  readonly device: string;
  readonly capability: number;
  readonly tableBir: number;
  readonly tableOffset: number;
  readonly vectorCount: number;
}

/** An assigned device's interrupt, with its vector and the message of QEMU's table. */
export interface InterruptLine {
  readonly kind: 'interruptOf';
  readonly device: string;
  readonly vector: number;
  readonly address: number;
  readonly data: number;
}

/** A vector of an assigned device is used or released. */
export interface UseLine {
  readonly kind: 'useOf';
  readonly device: string;
  readonly vector: number;
  readonly used: boolean;
}

/** An access of a device's table, which QEMU tells by its name. */
export interface TableLine {
  readonly kind: 'tableOf';
  readonly name: string;
  readonly isWrite: boolean;
  /** From the start of the table. */
  readonly offset: number;
  readonly bytes: number;
  readonly low: number;
  readonly high: number;
}

/** A line that is none of the above. */
export interface OtherLine {
  readonly kind: 'other';
}

/** One line of the log. */
export type LogLine =
  | MemoryLine
  | ConfigLine
  | ViewLine
  | SignalLine
  | ResetLine
  | PlaceLine
  | InterruptLine
  | UseLine
  | TableLine
  | OtherLine;

/** Stands before a line that has no end. */
export const CUT_OFF = '\u0000cut off:';

/** The region of each function's MSI-X Table. */
export const TABLE_REGION = 'msix-table';
/** The region of each function's Pending Bit Array. */
export const PBA_REGION = 'msix-pba';
/** What stands for a bus address in the lines of QEMU, old and new. */
export const BUS_ADDRESS = /^(?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$|^\d{2}:[0-7]$/;

/** A bus address as QEMU writes it since 7.0. Before, it left the bus out and wrote the slot in decimal: `31:0` is `00:1f.0`. */
export function busAddress(text: string): string {
  const old = /^(\d{2}):([0-7])$/.exec(text);
  if (old !== null) return `00:${Number(old[1]).toString(16).padStart(2, '0')}.${old[2]}`;
  return text.replace(/^[0-9a-f]{4,8}:(?=[0-9a-f]{2}:)/, '');
}
