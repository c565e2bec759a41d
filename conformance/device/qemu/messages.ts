/**
 * How an adapter sees the messages of a device: it may give the device other numbers than the guest wrote, finds what came of them, and turns
 * them back wherever they are read.
 */
import type { DeviceOutput } from '../device.ts';

/** What a look found, and the commands that make it be found no more. */
export interface Found {
  readonly outputs: readonly DeviceOutput[];
  readonly emptyLines: readonly string[];
}

/** Two dwords. */
export interface Dwords {
  readonly low: number;
  readonly high: number;
}

/** The messages of one device. */
export interface Messages {
  /** Takes up a guest's write to the table. Returns what the device is to be given, and commands that must be sent before. */
  written(offset: number, bytes: number, low: number, high: number): Dwords & { readonly before: readonly string[] };
  /** What the guest must be told that it reads of the table. */
  readBack(offset: number, bytes: number, low: number, high: number): Dwords;
  /** The commands that look for messages. */
  lookLines(): readonly string[];
  /** Reads the answers to the `lookLines` of now. To be called in the order in which they were asked. */
  decoder(): (answers: readonly string[]) => Found;
  /** The commands that make everything be found no more; sent with a look, they lose nothing where devices act at once. */
  emptyLines(): readonly string[];
  /** After a reset, entries hold nothing. */
  reset(): void;
}
