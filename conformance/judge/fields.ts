/**
 * What is observed of one vector in one step, as an integer: a code.
 *
 *     bits    field            values
 *     1:0     mask             0 masked, 1 unmasked                                      3 not observed
 *     3:2     pending          0 clear, 1 set                                            3 not observed
 *     7:4     entry            a message by number, 13 all ones as the whole entry reads, 14 none of them   15 not observed
 *     10:8    reservedControl  0 clear, 1 ones, 2 some, 6 neither                        7 not observed
 *     13:11   reservedAddress  the same
 *     16:14   usage            0 nothing, 1 use, 2 release, 6 anything else              7 not observed
 *     22:17   send             0 nothing, 1 + m a message, 21 + m the same twice, 41 + m more often, 63 anything else; of a state, 60 to 62 any message, thrice or more, twice, once
 *
 * And of the capability: `enable` in bits 1:0 (0 disabled, 1 enabled), `functionMask` in 3:2 (0 clear, 1 set).
 */

/** A field of a code. */
export interface Field {
  readonly name: FieldName;
  readonly shift: number;
  /** Its bits, at the bottom of a word; all of them mean that it was not observed. */
  readonly bits: number;
  /** The region that it shows, in a machine with one vector. */
  readonly region: readonly string[];
  /** What it is where all bits of the table read as ones. */
  readonly ones?: number;
  /** Whether the rules of the region say more than those of its transitions. */
  readonly isOfRegion?: boolean;
}

/** The names of the fields, for findings. */
export type FieldName =
  | 'mask'
  | 'pending'
  | 'entry'
  | 'reservedControl'
  | 'reservedAddress'
  | 'usage'
  | 'send'
  | 'enable'
  | 'functionMask'
  | 'constant'
  | 'tableOffset'
  | 'pbaOffset'
  | 'strayPending';

/** Every dword of the entry reads as all ones: nobody answers. */
export const UNANSWERED_ENTRY = 13;

/** The fields of a vector that are read. */
export const VECTOR_FIELDS: readonly Field[] = [
  { name: 'mask', shift: 0, bits: 0x3, region: ['vector0', 'mask'], ones: 0 },
  { name: 'pending', shift: 2, bits: 0x3, region: ['vector0', 'latch'] },
  { name: 'entry', shift: 4, bits: 0xf, region: ['vector0', 'entry'], ones: UNANSWERED_ENTRY },
  { name: 'reservedControl', shift: 8, bits: 0x7, region: ['vector0', 'reservedControl'], ones: 1 },
  { name: 'reservedAddress', shift: 11, bits: 0x7, region: ['vector0', 'reservedAddress'], ones: 1 },
];

/** The fields of the capability. */
export const CAPABILITY_FIELDS: readonly Field[] = [
  { name: 'enable', shift: 0, bits: 0x3, region: ['enable'], isOfRegion: true },
  { name: 'functionMask', shift: 2, bits: 0x3, region: ['functionMask'], isOfRegion: true },
];

export const USAGE_SHIFT = 14;
export const USAGE_BITS = 0x7;
export const SEND_SHIFT = 17;
export const SEND_BITS = 0x3f;

export const UNKNOWN_ENTRY = 14;
export const UNKNOWN_RESERVED = 6;
export const UNKNOWN_USAGE = 6;
export const NO_SEND = 0;
export const ONE_SEND = 1;
export const MORE_SENDS = 21;
export const MANY_SENDS = 41;
/** Of a state that may send any message: once, one less for twice, two less for three times or more. It is never observed. */
export const ANY_SEND = 62;
const ANY_SENDS = 60;
export const UNKNOWN_SEND = 63;

/** Whether what a state sends is something else than what was observed. */
export function sendsDiffer(code: number, observed: number): boolean {
  const own = (code >>> SEND_SHIFT) & SEND_BITS;
  const got = (observed >>> SEND_SHIFT) & SEND_BITS;
  if (own < ANY_SENDS || own === UNKNOWN_SEND) return own !== got;
  return got !== UNKNOWN_SEND && (got === NO_SEND || readSend(got).times !== ANY_SEND + 1 - own);
}

/** What was sent, of a code of the field `send` that is neither nothing nor unknown: the message, and how often; 3 is three times or more. */
export function readSend(send: number): { readonly message: number; readonly times: 1 | 2 | 3 } {
  if (send >= MANY_SENDS) return { message: send - MANY_SENDS, times: 3 };
  return send >= MORE_SENDS ? { message: send - MORE_SENDS, times: 2 } : { message: send - ONE_SEND, times: 1 };
}

/** The code of a message that was sent so often. */
export const sendCode = (message: number, times: number): number =>
  (times >= 3 ? MANY_SENDS : times === 2 ? MORE_SENDS : ONE_SEND) + message;
