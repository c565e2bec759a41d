/**
 * What a message says to the interrupt controllers of an x86 machine: address and data taken apart. Intel SDM volume 3, section
 * "Message Signalled Interrupts"; the extended destination id is KVM's (the bits that x2APIC format puts into the upper address).
 *
 *     address  31:20 0xfee   19:12 destination   11:5 destination 14:8 (extended)   3 redirection hint   2 destination mode
 *     data     15 trigger    14 level            10:8 delivery mode                 7:0 vector
 */
import { requireNumber } from '../sentences.ts';

const ADDRESS_BASE = 0xfee;
const DELIVERY_RESERVED_A = 3;
const DELIVERY_RESERVED_B = 6;
/** Vectors below it are the processor's own exceptions. */
const VECTOR_MIN = 16;

/** Delivery modes, bits 10:8 of the data. */
export const DELIVERY_FIXED = 0;
export const DELIVERY_LOWEST_PRIORITY = 1;
export const DELIVERY_SMI = 2;
export const DELIVERY_NMI = 4;
export const DELIVERY_INIT = 5;
export const DELIVERY_EXTINT = 7;

/** A decoded message. One is reused for all messages, so that decoding allocates nothing. */
export class DecodedMessage {
  /** Local APIC id, or a set of them in logical mode: 8 bits, 15 with the extended id. */
  destination = 0;
  /** Whether `destination` is logical. */
  logical = false;
  /** Whether one processor of `destination` is to be chosen. */
  redirectionHint = false;
  deliveryMode = 0;
  /** 16 to 255; any value with a delivery mode that has no vector. */
  vector = 0;
  levelTriggered = false;
  /** Of a level-triggered message, whether the level rises. Edges always do. */
  asserted = false;

  /**
   * Takes a message apart. Returns false, and leaves the fields alone, when it is none: outside of 0xfee00000 to 0xfeefffff, with a
   * reserved delivery mode, or with a vector that is no interrupt's.
   */
  decode(addressLow: number, addressHigh: number, data: number): boolean {
    if (typeof addressLow !== 'number' || typeof addressHigh !== 'number' || typeof data !== 'number') {
      for (const value of [addressLow, addressHigh, data]) requireNumber('DecodedMessage.decode', 'a dword', value);
    }
    const mode = (data >>> 8) & 7;
    const vector = data & 0xff;
    if (addressLow >>> 20 !== ADDRESS_BASE || addressHigh !== 0) return false;
    if (mode === DELIVERY_RESERVED_A || mode === DELIVERY_RESERVED_B) return false;
    if (mode <= DELIVERY_LOWEST_PRIORITY && vector < VECTOR_MIN) return false;
    this.destination = ((addressLow >>> 12) & 0xff) | (((addressLow >>> 5) & 0x7f) << 8);
    this.redirectionHint = (addressLow & 8) !== 0;
    this.logical = (addressLow & 4) !== 0;
    this.deliveryMode = mode;
    this.vector = vector;
    this.levelTriggered = (data & 0x8000) !== 0;
    this.asserted = !this.levelTriggered || (data & 0x4000) !== 0;
    return true;
  }
}
