/**
 * What a line is to one function: an access of its capability, of its table or of its Pending Bit Array, a message, a reset, or what somebody
 * tells. And where the MSI-X of a function stands. Types alone.
 */
import type { InterruptLine, SignalLine, UseLine, ViewLine } from './lines.ts';

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
  /** Whether whoever takes it tells senders apart by who they are: then other functions may have the very same message. */
  readonly byRequester: boolean;
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
  | { readonly kind: 'reset' }
  | { readonly kind: 'maybeReset' };

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
