/**
 * The form of an access, apart from what it does: which accesses of a table or of a Pending Bit Array exist, and what a read
 * that does not exist returns.
 */

const ALL_ONES = 0xffffffff;

/**
 * Returns the dword at which an access of the table or of the Pending Bit Array begins, which is `wordCount` dwords long; -1
 * when there is no such access. Both have an even number of dwords, so a QWORD that begins inside ends inside.
 */
export function accessedWord(offset: number, bytes: number, wordCount: number): number {
  if (typeof offset !== 'number') return -1;
  const word = offset >>> 2;
  //= MSIX-ACCESS-1, MSIX-ACCESS-2
  if (word << 2 !== offset || word >= wordCount) return -1;
  return bytes === 4 || (bytes === 8 && (word & 1) === 0) ? word : -1;
}

/** Returns all-ones as wide as a read was asked to be, and 32 bits wide where no such width exists. */
export function allOnes(bytes: number): number {
  return bytes === 1 ? 0xff : bytes === 2 ? 0xffff : ALL_ONES;
}
