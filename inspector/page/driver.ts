/**
 * What is driven beside a machine: an implementation that takes the machine's events, and tells in what it differs. `driven-device.ts` has
 * that of the function, `driven-assigned.ts` that of the assigned device.
 */
import type { StateValue } from 'xstate';
import type { Snapshot } from '../../conformance/device/device.ts';
import type { Instance } from '../../properties/instances.ts';

/** Something in which machine and implementation differ. */
export interface Difference {
  /** The dword of Message Control, table and Pending Bit Array, counted as `peekInto` does; undefined of all else. */
  readonly word?: number;
  readonly sentence: string;
}

/** An implementation beside a machine. */
export interface DrivenDevice {
  readonly vectors: number;
  /** Whether it tells which message comes into force. */
  readonly notifies: boolean;
  /** Takes an event, whose machine is in the state `value` before it; returns its outputs in the machine's words. */
  perform(event: string, value: StateValue): readonly string[];
  /** What differs from what the machine put out. */
  outputDifferences(due: readonly string[], done: readonly string[]): Difference[];
  /** What differs from a state of the machine. */
  differences(value: StateValue): Difference[];
  /** Message Control, the table and the Pending Bit Array. */
  read(): Uint32Array;
  save(): Snapshot;
  restore(snapshot: Snapshot): void;
}

/** What drives an implementation beside a machine. */
export interface Driver {
  /** Why an instance has no implementation beside it; undefined when it has. */
  refusal(instance: Instance): string | undefined;
  create(instance: Instance): DrivenDevice;
}
