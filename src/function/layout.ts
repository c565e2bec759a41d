/**
 * The memory of one function, which begins with its saved form. The only module that knows either.
 *
 * One `Uint32Array`. With N vectors and P = 2 * ceil(N / 64) dwords of bits, in this order:
 *
 *     magic      1    'MSIX'
 *     version    1    of this format
 *     count      1    N
 *     control    1    Message Control: only MSI-X Enable and Function Mask; Table Size is a constant of the function
 *     table     4N    the MSI-X Table as the guest reads it: address low, address high, data, vector control
 *     pending    P    bit v: vector v is pending. This is the Pending Bit Array as the guest reads it
 *     entryChanged  P  bit v: v is not blocked, and its entry does not hold the message in force
 *     shadow    3N    the message in force of a vector whose entry has changed: address low, address high, data; otherwise zero
 *     ---------------- a saved function ends here
 *     scheduled  P    bit v: the message of v is on its way out; never set while no call is under way
 *     releasing  P    bit v: v was in use and became blocked, which is yet to be told; as `scheduled`
 *     inUse      P    bit v: `use` was called for v, and v has not been blocked since
 *     unsettled  P    bit v: the next edge of v brings about more than to be told: v is pending, scheduled or releasing, or its
 *                     entry changed. While edges of all vectors are being told, it is set for each
 *
 * Between two calls all of it says no more than what is saved, so a function that is restored is the one that was saved in every way.
 *
 * The message in force is the entry as it stood at the last unblocking edge (MSIX-MSG-1). Copying three dwords at
 * every edge would pay for writes that almost never come, so the copy is made by the first write to an entry that is
 * not blocked: until then the entry itself *is* the message in force, and `entryChanged` is clear.
 *
 * Words are numbers: a big-endian host saves and restores the same ones, and whoever stores them as bytes picks the
 * byte order.
 */
import { ENTRY_BYTES, PBA_QWORD_BITS } from '../registers.ts';

/** Where the parts of fixed place begin, in words. */
export const MAGIC_AT = 0;
export const VERSION_AT = 1;
export const COUNT_AT = 2;
export const CONTROL_AT = 3;
export const TABLE_AT = 4;

/** 'MSIX', read as four little-endian bytes. */
export const SAVE_MAGIC = 0x5849534d;
/** The version of the saved format. */
export const SAVE_VERSION = 1;
/** Words of an entry in the table. */
export const ENTRY_WORDS = ENTRY_BYTES >>> 2;
/** Words of a message in `shadow`. */
export const MESSAGE_WORDS = 3;

/** Where the other parts begin, in words; `saved` and `end` are where a saved function and the memory end. */
export interface Layout {
  readonly vectorCount: number;
  /** Length of each bit array: whole QWORDs, as the Pending Bit Array has them. */
  readonly bitWords: number;
  readonly pending: number;
  readonly entryChanged: number;
  readonly shadow: number;
  readonly saved: number;
  readonly scheduled: number;
  readonly releasing: number;
  readonly inUse: number;
  readonly unsettled: number;
  readonly end: number;
}

/** Returns the layout of the memory of a function with `vectorCount` vectors. */
export function layoutOf(vectorCount: number): Layout {
  //= MSIX-PBA-1
  const bitWords = 2 * Math.ceil(vectorCount / PBA_QWORD_BITS);
  const pending = TABLE_AT + ENTRY_WORDS * vectorCount;
  const entryChanged = pending + bitWords;
  const shadow = entryChanged + bitWords;
  const saved = shadow + MESSAGE_WORDS * vectorCount;
  const scheduled = saved;
  const releasing = scheduled + bitWords;
  const inUse = releasing + bitWords;
  const unsettled = inUse + bitWords;
  const end = unsettled + bitWords;
  return { vectorCount, bitWords, pending, entryChanged, shadow, saved, scheduled, releasing, inUse, unsettled, end };
}

/** The vector of the lowest bit that is set in `bits`, dword `word` of a bit array. */
export function lowestVector(word: number, bits: number): number {
  return (word << 5) + 31 - Math.clz32(bits & -bits);
}

/** The bits of a dword of a bit array that are those of vectors. */
export function bitsOfVectors(vectorCount: number, word: number): number {
  const vectors = Math.max(0, vectorCount - (word << 5));
  return vectors < 32 ? (1 << vectors) - 1 : ~0;
}
