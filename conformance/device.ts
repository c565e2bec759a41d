/**
 * What a suite needs of a device under test, whatever it is made of. Offsets and sizes are in bytes, from the start of the
 * capability, of the table, or of the Pending Bit Array.
 */

/** Something that the device did: a message that left, or a notification with the message that came into force. */
export interface DeviceOutput {
  readonly verb: 'send' | 'use' | 'release';
  readonly vector: number;
  readonly addressLow: number;
  readonly addressHigh: number;
  readonly data: number;
}

/** A device under test, as the guest, the device model and a bystander see it. */
export interface Device {
  readonly name: string;
  readonly vectorCount: number;
  /** Whether the device tells `use` and `release`. One that does not is compared by its messages. */
  readonly notifies: boolean;
  reset(): void;
  configWrite(offset: number, bytes: number, value: number): void;
  tableWrite(offset: number, bytes: number, low: number, high: number): void;
  signal(vector: number): void;
  retire(vector: number): void;
  /**
   * Copies Message Control, the table and the Pending Bit Array into `out`, in dwords. A peek is no event: it changes
   * nothing, drains nothing and counts nothing.
   */
  peekInto(out: Uint32Array): number;
  /** Takes what the device did since the last call, in order. */
  takeOutputs(): readonly DeviceOutput[];
}
