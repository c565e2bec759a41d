/**
 * What was observed in one step: what was read, and what was sent. It is filled anew for each step, and only what was read counts.
 */
import type { DeviceOutput } from '../device/device.ts';
import type { Knowledge } from './actions.ts';
import type { MessageBook } from './messages.ts';

/** The observation of one step of a device with a number of vectors. */
export class Observation {
  /** Message Control; -1 when it was not read. */
  control = -1;
  /** The first dword of the capability; -1 when it was not read whole. */
  header = -1;
  /** Four dwords for each vector. */
  readonly entries: Uint32Array;
  /** Which dwords of each vectors' message were read, as bits; all three are 7. */
  readonly hasMessage: Uint8Array;
  /** Which vectors' Vector Control was read. */
  readonly hasControl: Uint8Array;
  /** The Pending bit of each vector; 3 when it was not read. */
  readonly pending: Uint8Array;
  /** The vectors of which something was read. */
  readonly touched: Int32Array;
  touchedCount = 0;
  private readonly marks: Uint8Array;
  outputs: readonly DeviceOutput[] = [];
  /** Whether one output may stand for several messages to its address. */
  readonly merges: boolean;
  /** Bits of the Pending Bit Array that are of no vector, and read set. */
  strayPending = 0;
  /** Of Table Offset and PBA Offset, with their BIRs: what was read first in this step, and what was read last; -1 when neither was. */
  readonly offsets: [first: number, last: number][] = [
    [-1, -1],
    [-1, -1],
  ];

  constructor(vectorCount: number, merges = false) {
    this.merges = merges;
    this.entries = new Uint32Array(4 * vectorCount);
    this.hasMessage = new Uint8Array(vectorCount);
    this.hasControl = new Uint8Array(vectorCount);
    this.pending = new Uint8Array(vectorCount).fill(3);
    this.touched = new Int32Array(vectorCount);
    this.marks = new Uint8Array(vectorCount);
  }

  /** Forgets what was observed. */
  clear(): void {
    for (let index = 0; index < this.touchedCount; index++) {
      const vector = this.touched[index];
      this.marks[vector] = 0;
      this.hasMessage[vector] = 0;
      this.hasControl[vector] = 0;
      this.pending[vector] = 3;
    }
    this.touchedCount = 0;
    this.control = -1;
    this.header = -1;
    this.strayPending = 0;
    for (const each of this.offsets) each[0] = each[1] = -1;
    this.outputs = NONE;
  }

  /** Marks a vector as read. */
  touch(vector: number): void {
    if (this.marks[vector] === 1) return;
    this.marks[vector] = 1;
    this.touched[this.touchedCount++] = vector;
  }

  /** Whether anything of a vector was read. */
  isTouched(vector: number): boolean {
    return this.marks[vector] === 1;
  }

  /** Takes up a dword of the table. */
  readTable(dword: number, value: number): void {
    const vector = dword >>> 2;
    this.entries[dword] = value;
    this.touch(vector);
    if ((dword & 3) === 3) this.hasControl[vector] = 1;
    else this.hasMessage[vector] |= 1 << (dword & 3);
  }

  /** Takes up the first dword of the capability. */
  readHeader(value: number): void {
    this.header = value;
    this.control = value >>> 16;
  }

  /** Takes up the second dword of the capability, or the third. */
  readOffset(dword: number, value: number): void {
    const each = this.offsets[dword - 1];
    each[1] = value;
    if (each[0] < 0) each[0] = value;
  }

  /** Completes a message of which only some dwords were read by what the guest knows of the others; without that it does not count. */
  complete(book: MessageBook, knowledge: Pick<Knowledge, 'message'> & { readonly isBlind?: boolean }): void {
    for (let index = 0; index < this.touchedCount; index++) {
      const vector = this.touched[index];
      const read = this.hasMessage[vector];
      if (read === 0 || read === 7) continue;
      const message = knowledge.isBlind === true ? -1 : knowledge.message[vector];
      if (message < 0) {
        this.hasMessage[vector] = 0;
        continue;
      }
      for (let which = 0; which < 3; which++) {
        if ((read & (1 << which)) === 0) this.entries[4 * vector + which] = book.word(vector, message, which);
      }
      this.hasMessage[vector] = 7;
    }
  }

  /** Whether every dword of an entry was read, and as all ones: what is read where nobody answers. */
  isAllOnes(vector: number): boolean {
    if (this.hasMessage[vector] !== 7 || this.hasControl[vector] !== 1) return false;
    const at = 4 * vector;
    return (this.entries[at] & this.entries[at + 1] & this.entries[at + 2] & this.entries[at + 3]) === -1;
  }

  /** Takes up a dword of the Pending Bit Array. */
  readPending(dword: number, value: number): void {
    const first = 32 * dword;
    const last = Math.min(first + 32, this.pending.length);
    for (let vector = first; vector < last; vector++) {
      this.pending[vector] = (value >>> (vector & 31)) & 1;
      this.touch(vector);
    }
    const beyond = last < first + 32 ? (last <= first ? value : value & (0xffffffff << (last & 31))) : 0;
    this.strayPending |= beyond;
  }
}

const NONE: readonly DeviceOutput[] = [];
