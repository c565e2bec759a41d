/**
 * An access in which a vCPU is stopped, as words; it is all zero while none is. A string instruction that stores a whole message, or
 * loads a whole entry, is one access: its parts complete together, as the emulation of one instruction does.
 */

/** What the access is; 0 for none. */
export const KIND_AT = 0;
/** Guest-physical address; of a configuration access the offset. */
export const ADDRESS_LOW_AT = 1;
export const ADDRESS_HIGH_AT = 2;
export const BYTES_AT = 3;
/** What is written: a dword, a QWORD, or address and data of a message. */
export const LOW_AT = 4;
export const HIGH_AT = 5;
export const DATA_AT = 6;
/** Length of it all. */
export const EXIT_WORDS = 7;

export const EXIT_NONE = 0;
export const CONFIG_READ = 1;
export const CONFIG_WRITE = 2;
export const MMIO_READ = 3;
export const MMIO_WRITE = 4;
/** A write of address and data of an entry: 12 bytes. */
export const MESSAGE_WRITE = 5;
/** A read of an entry, 16 bytes. */
export const ENTRY_READ = 6;
/** Completed, with work still to be done before the vCPU goes on: which access it was no longer matters. */
export const COMPLETED = 7;
/** From before a reset or a removal: nothing of it is done any more (MSIX-ASSIGN-15). */
export const VOID = 8;
export type ExitKind =
  | typeof EXIT_NONE
  | typeof CONFIG_READ
  | typeof CONFIG_WRITE
  | typeof MMIO_READ
  | typeof MMIO_WRITE
  | typeof MESSAGE_WRITE
  | typeof ENTRY_READ
  | typeof COMPLETED
  | typeof VOID;
