/**
 * The hidden events of a permitted function: what it may do of its own accord where a choice leaves that open. No suite sends
 * them; a judge takes each as possible at any moment between two accesses.
 */

/** An event that waits is dropped. */
export const forget = (vector: number): string => `device.forget.${vector}`;
/** The Pending bit of an event that waits stops to show it. */
export const hide = (vector: number): string => `device.hide.${vector}`;
/** The Pending bit of an event that waits begins to show it. */
export const show = (vector: number): string => `device.show.${vector}`;
/** Several events that wait become one. */
export const coalesce = (vector: number): string => `device.coalesce.${vector}`;
/** An entry that may hold anything turns out to hold a certain message. It happens at once. */
export const settle = (vector: number, message: string): string => `device.settle.${vector}.${message}`;
/** The platform begins, or stops, to take messages to addresses that it need not take. */
export const PLATFORM = 'device.platform';
/** The function begins, or stops, to perform accesses that it need not perform. */
export const WIDTH = 'device.width';
/** The function begins, or stops, to keep what is written to an entry that is not masked. */
export const WRITING = 'device.writing';
/** The function begins, or stops, to perform writes to the Pending Bit Array. */
export const POLLING = 'device.polling';
/** Whether the table is there, until MSI-X is enabled again. It happens at once. */
export const TABLE_STAYS = 'device.table.there';
export const TABLE_GOES = 'device.table.absent';
/** The function begins, or stops, to keep reserved bits. */
export const keep = (vector: number): string => `device.keep.${vector}`;
/** The function keeps fewer of the reserved bits of an address. */
export const keepAddress = (vector: number): string => `device.keepAddress.${vector}`;
/** The function begins, or stops, to drop what waits where MSI-X Enable is concerned. */
export const HOLDING = 'device.holding';
/** The function begins, or stops, to hide what it holds while MSI-X is disabled. */
export const SHOWING = 'device.showing';
/** The function begins, or stops, to clear the bits of a dword that an access of too few bytes does not cover. */
export const EXTENSION = 'device.extension';
