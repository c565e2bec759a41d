/**
 * What a function is made of: its options, their checks, and the capability that follows from them.
 * It knows nothing of the state.
 */
import * as registers from '../registers.ts';
import { requireFunction, requireInteger, requireMultiple, requireObject, requireOptionsOf } from '../sentences.ts';

const OWNER = 'MsixFunction';

/**
 * Takes a message: a posted write of one dword, `data`, to the 64-bit address. All numbers are unsigned 32-bit.
 * V8 boxes a number of 2^31 or more, in 16 bytes, when it crosses a call that it does not inline; nothing else is allocated.
 */
export type SendMessage = (addressLow: number, addressHigh: number, data: number, vector: number) => void;

/** The registers of a device that are neither table nor Pending Bit Array, by BAR and byte offset. An access is wholly outside of both. */
export interface BarRegisters {
  /** Returns a number, of which the bytes that are read count; the upper dword of 8 bytes is read by itself. */
  read(bar: number, offset: number, bytes: number): number;
  write(bar: number, offset: number, bytes: number, low: number, high: number): void;
}

/** Where table and Pending Bit Array are: BAR and byte offset of each. */
export interface Placement {
  readonly tableBir: number;
  readonly tableOffset: number;
  readonly pbaBir: number;
  readonly pbaOffset: number;
}

/** What a function is made of. Everything but `vectorCount` and `send` has a default. */
export interface MsixFunctionOptions {
  /** 1 to 2048. */
  readonly vectorCount: number;
  /** Called for every message, in order. */
  readonly send: SendMessage;
  /** Called when `vector` stops being blocked, with the message that is in force from now on. */
  readonly use?: (vector: number, addressLow: number, addressHigh: number, data: number) => void;
  /** Called when `vector` becomes blocked. `use` and `release` of a vector strictly alternate, `use` first. */
  readonly release?: (vector: number) => void;
  /** Called before the guest reads the Pending bits of vectors `first` to `end - 1`: the last chance to signal. */
  readonly poll?: (first: number, end: number) => void;
  /** Base Address Register of the MSI-X Table, 0 to 5. Default 0. */
  readonly tableBir?: number;
  /** Byte offset of the MSI-X Table in its BAR, a multiple of 8. Default 0. */
  readonly tableOffset?: number;
  /** Base Address Register of the Pending Bit Array, 0 to 5. Default `tableBir`. */
  readonly pbaBir?: number;
  /** Byte offset of the Pending Bit Array in its BAR, a multiple of 8. Default: the 4-KiB page after the table, or 0 in a BAR of its own. */
  readonly pbaOffset?: number;
  /** The device's own registers, for `barRead` and `barWrite`. Default: there are none, and what is nobody's reads as all-ones. */
  readonly registers?: BarRegisters;
  /** Configuration space offset of the next capability, 0 for none. Default 0. */
  readonly nextCapability?: number;
}

const OPTION_NAMES = [
  ...['vectorCount', 'send', 'use', 'release', 'poll'],
  ...['tableBir', 'tableOffset', 'pbaBir', 'pbaOffset', 'nextCapability', 'registers'],
];

/** Refuses options that no function can have, in a sentence. Returns a copy. */
export function requireOptions(given: MsixFunctionOptions): MsixFunctionOptions {
  const options = requireOptionsOf(OWNER, given, OPTION_NAMES);
  const { vectorCount, send, use, release, poll } = options;
  requireInteger(OWNER, 'vectorCount', vectorCount, 1, registers.VECTOR_COUNT_MAX);
  requireFunction(OWNER, 'send', send, true);
  requireFunction(OWNER, 'use', use);
  requireFunction(OWNER, 'release', release);
  requireFunction(OWNER, 'poll', poll);
  if (options.registers !== undefined) requireObject(OWNER, 'registers', options.registers, ['read', 'write']);
  return options;
}

/** Says where table and Pending Bit Array are, with defaults filled in. */
export function placementOf(options: MsixFunctionOptions, tableBytes: number, pbaBytes: number): Placement {
  const { tableBir = 0, tableOffset = 0 } = options;
  requireInteger(OWNER, 'tableBir', tableBir, 0, registers.LOCATION_BIR_MAX);
  requireMultiple(OWNER, 'tableOffset', tableOffset, 8, 0, 2 ** 32 - tableBytes);
  const { pbaBir = tableBir } = options;
  requireInteger(OWNER, 'pbaBir', pbaBir, 0, registers.LOCATION_BIR_MAX);
  const afterTable = pbaBir === tableBir ? tableOffset + tableBytes : 0;
  const { pbaOffset = Math.ceil(afterTable / 4096) * 4096 } = options;
  requireMultiple(OWNER, 'pbaOffset', pbaOffset, 8, 0, 2 ** 32 - pbaBytes);
  //= MSIX-TABLE-7
  if (tableBir === pbaBir && tableOffset < pbaOffset + pbaBytes && pbaOffset < tableOffset + tableBytes) {
    throw new RangeError(
      `MsixFunction: the table (${tableBytes} bytes at ${tableOffset}) and the Pending Bit Array (${pbaBytes} bytes at ` +
        `${pbaOffset}) overlap in BAR ${tableBir}; expected two separate ranges.`,
    );
  }
  return { tableBir, tableOffset, pbaBir, pbaOffset };
}

/** Builds the three dwords of the capability, as they read while Enable and Function Mask are clear. */
export function capabilityOf(
  { vectorCount, nextCapability = 0 }: MsixFunctionOptions,
  { tableBir, tableOffset, pbaBir, pbaOffset }: Placement,
): Uint32Array {
  if (nextCapability !== 0) requireMultiple(OWNER, 'nextCapability', nextCapability, 4, 0x40, 0xfc);
  const header = registers.CAPABILITY_ID | (nextCapability << 8) | ((vectorCount - 1) << 16);
  return Uint32Array.of(header, tableOffset | tableBir, pbaOffset | pbaBir);
}
