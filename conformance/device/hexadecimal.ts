/**
 * How numbers of registers are spelt, wherever a suite writes one down: hexadecimal with `0x`, no leading zeros.
 */

/** Spells a number. */
export const hex = (value: number): string => `${value < 0 ? '-' : ''}0x${Math.abs(value).toString(16)}`;

/** Spells the 64 bits of two dwords. */
export const wideHex = (low: number, high: number): string =>
  high === 0 ? hex(low) : `${hex(high)}${low.toString(16).padStart(8, '0')}`;
