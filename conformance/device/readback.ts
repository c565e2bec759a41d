/**
 * Everything that a guest can read of a function, in dwords: what `peekInto` copies, what a machine's state says, what reads return. This
 * module alone knows the layout:
 *
 *     0                      Message Control
 *     1 + 4 * vector         Message Address, Message Upper Address, Message Data, Vector Control of each vector
 *     1 + 4 * vectorCount    the Pending Bit Array, two dwords for each 64 vectors
 */
import * as registers from '../../src/registers.ts';

/** A message in registers: address low, address high, data. */
export type Message = readonly [addressLow: number, addressHigh: number, data: number];

/** The number of dwords of the Pending Bit Array. */
export const pendingDwords = (vectorCount: number): number => 2 * Math.ceil(vectorCount / registers.PBA_QWORD_BITS);
/** The number of dwords of a readback. */
export const readbackDwords = (vectorCount: number): number => 1 + 4 * vectorCount + pendingDwords(vectorCount);
/** Where the registers of a vector stand. */
export const entryDword = (vector: number): number => 1 + 4 * vector;
/** Where the Pending bit of a vector stands. */
export const pendingDword = (vectorCount: number, vector: number): number => 1 + 4 * vectorCount + (vector >>> 5);
/** Whether the Pending bit of a vector is set. */
export const isPending = (dwords: ArrayLike<number>, vectorCount: number, vector: number): boolean =>
  ((dwords[pendingDword(vectorCount, vector)] >>> (vector & 31)) & 1) !== 0;

/** What a guest can read, field by field. */
export interface Readable {
  readonly enabled: boolean;
  /** Undefined counts as clear. */
  readonly functionMask: boolean | undefined;
  message(vector: number): Message;
  masked(vector: number): boolean;
  pending(vector: number): boolean;
}

/** Puts fields into dwords. */
export function dwordsOf(vectorCount: number, state: Readable): number[] {
  const dwords = new Uint32Array(readbackDwords(vectorCount));
  const enable = state.enabled ? registers.CONTROL_ENABLE : 0;
  const functionMask = state.functionMask === true ? registers.CONTROL_FUNCTION_MASK : 0;
  dwords[0] = enable | functionMask | (vectorCount - 1);
  for (let vector = 0; vector < vectorCount; vector++) {
    const at = entryDword(vector);
    dwords.set(state.message(vector), at);
    dwords[at + 3] = state.masked(vector) ? registers.VECTOR_CONTROL_MASK : 0;
    if (state.pending(vector)) dwords[pendingDword(vectorCount, vector)] |= 1 << (vector & 31);
  }
  return [...dwords];
}

const FIELDS = ['Message Address', 'Message Upper Address', 'Message Data', 'Vector Control'];

/** Names a dword. */
export function dwordName(dword: number, vectorCount: number): string {
  if (dword === 0) return 'Message Control';
  const field = dword - 1;
  if (field < 4 * vectorCount) return `${FIELDS[field & 3]} of vector ${field >>> 2}`;
  return `dword ${field - 4 * vectorCount} of the Pending Bit Array`;
}
