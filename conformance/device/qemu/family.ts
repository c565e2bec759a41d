/**
 * What the adapter needs to know of one kind of QEMU's devices: how it is put on the command line, and how its own registers make it
 * signal a vector. One file in `families/` for each.
 */
import type { Memory } from './memory.ts';
import type { MsixPlace } from './pci.ts';
import type { QemuProcess } from './process.ts';

/** A device that is up, with what its family works with. */
export interface Bench {
  readonly memory: Memory;
  readonly process: QemuProcess;
  readonly place: MsixPlace;
  readonly vectorCount: number;
  /** Whether the machine was restored just now: then what a device does after that is under way. */
  readonly isRestored: boolean;
  /** Writes Message Control, for a family whose set-up needs MSI-X to be enabled. The adapter puts it back. */
  control(value: number): Promise<void>;
}

/** Signals vectors of a device that is set up. */
export type Signaller = Ways & {
  /** The commands of an event, and those that let the next one be one; for races, where nothing may be waited for in between. */
  readonly race?: {
    readonly signal: (vector: number) => readonly string[];
    readonly again: (vector: number) => readonly string[];
  };
};

type Ways =
  /** The device has signalled by the time that these commands are answered. */
  | { readonly lines: (vector: number) => readonly string[] }
  /** Resolves when the device has done what it was told, as far as it shows. A message may be on its way still. */
  | { readonly signal: (vector: number) => Promise<void> };

/** One kind of devices. */
export interface Family {
  /** The names that QEMU has for it. */
  readonly names: readonly string[];
  /** How a vector is signalled, as a clause: "a write to BAR0+0x20". */
  readonly by: string;
  /** How many vectors it has when nobody asks; undefined where the device says. */
  readonly vectorCount?: number;
  /** Which vectors can be signalled, of those that it has; all when left out. */
  readonly signalled?: (vectorCount: number) => readonly number[];
  /** Whether it goes onto bus 0 by itself, instead of behind a bridge that can reset it. */
  readonly isOnRootBus?: boolean;
  /** What is put on the command line for `device`, which may have properties, at a place such as `bus=hole,addr=0`. */
  readonly parameters: (device: string, at: string, vectorCount: number | undefined) => readonly string[];
  /** A command that is put before QEMU's. */
  readonly before?: (vectorCount: number) => readonly string[];
  /** Brings a fresh or freshly reset device to where it can signal. It may leave MSI-X in any state that `restore` undoes. */
  readonly setUp: (bench: Bench) => Promise<Signaller>;
}

/** Memory for the families' queues: from 16 MiB on. */
export const SCRATCH = 0x1000000;

/** Writes numbers of 1, 2, 4 and 8 bytes, lower bytes first, one behind the other. */
export function packed(...fields: readonly (readonly [bytes: number, value: number])[]): Uint8Array {
  const out = new Uint8Array(fields.reduce((sum, [bytes]) => sum + bytes, 0));
  const view = new DataView(out.buffer);
  let at = 0;
  for (const [bytes, value] of fields) {
    if (bytes === 1) view.setUint8(at, value);
    else if (bytes === 2) view.setUint16(at, value, true);
    else if (bytes === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += bytes;
  }
  return out;
}

/** A Base Address Register of memory. @throws {Error} where there is none. */
export function barOf({ place }: Bench, index: number): number {
  const bar = place.bars[index];
  if (bar === undefined) throw new Error(`Got no memory at BAR${index}; expected the device's registers.`);
  return bar;
}
