/**
 * What userspace does about MSI-X, apart from configuration space and exits: the part in which the designs differ.
 */

/** What is left to be done once an access is completed, before the guest goes on: nothing. */
export const WORK_NONE = 0;
/** All vectors in use are to be built up. */
export const WORK_ENABLE_ALL = 1;
/** All vectors are to be torn down. */
export const WORK_DISABLE_ALL = 2;
/** All vectors are to be torn down, and built up again with one more. */
export const WORK_REBUILD = 3;
/** The vectors are live, and the page is to be put on the bus: the end of the call that builds up. */
export const WORK_PLACE = 4;
export type Work =
  | typeof WORK_NONE
  | typeof WORK_ENABLE_ALL
  | typeof WORK_DISABLE_ALL
  | typeof WORK_REBUILD
  | typeof WORK_PLACE;

/** Userspace's side of a design. Offsets are in bytes from the start of the table. */
export interface UserspaceTable {
  /** Message Control was written: MSI-X Enable and Function Mask are now as told. */
  controlWritten(enabled: boolean, functionMask: boolean): Work;
  /** Completes a write of 4 or 8 bytes. */
  write(offset: number, bytes: number, low: number, high: number): Work;
  /** Completes a write of a whole message, which is 12 bytes. */
  writeMessage(vector: number, addressLow: number, addressHigh: number, data: number): Work;
  /** Completes a read into `out`. */
  read(offset: number, bytes: number, out: Uint32Array): void;
  /** Builds up all vectors; returns `WORK_PLACE` when the page is still to be put on the bus. */
  enableAll(): Work;
  /** Ends that call: the page is on the bus. */
  place(): void;
  /** Begins to tear down: the page goes off the bus. */
  withdraw(): void;
  /** Tears down all vectors. Returns false, and does nothing, while the page is on the bus. */
  disableAll(): boolean;
  /** Function Level Reset. */
  reset(): void;
  /** A dword that a read would return, `dword` 0 to 3, with the page at the kernel or not; changes nothing. */
  peek(vector: number, dword: number, isKernelOwner: boolean): number;
  readonly savedWords: number;
  saveInto(out: Uint32Array, at: number): void;
  restore(saved: Uint32Array, at: number): void;
}
