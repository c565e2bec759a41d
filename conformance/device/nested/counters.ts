/**
 * Messages that a guest gets as interrupts: it counts them by interrupt vector, and no more is known of a message than that vector. So the
 * adapter gives each pair of an entry and its data a vector of its own, and each address a place among the bits that an interrupt
 * controller does not look at:
 *
 *     address   0xfee00000 | number of the address << 4      bits 11:4 are not looked at
 *     data      0x30 + number of the pair (entry, data)      all the rest is zero: fixed delivery, edge
 *
 * The address of a message that came is taken to be the one that the entry had when this data was written.
 */
import type { DeviceOutput } from '../device.ts';
import type { Dwords, Found, Messages } from '../qemu/messages.ts';
import { COUNTERS } from '../qemu/firmware.ts';
import { blockLine, blockOf } from '../qemu/qtest.ts';

const CONTROLLER = 0xfee00000;
const FIRST = 0x30;
const VECTORS = 256;

/** A message of an entry. */
interface Sent {
  readonly entry: number;
  readonly data: number;
  low: number;
  high: number;
}

/** The messages that a guest counts. */
export class Counters implements Messages {
  private readonly addresses: number[] = [];
  private readonly messages: Sent[] = [];
  /** The address of each entry, as the guest has written it. */
  private readonly low: Uint32Array;
  private readonly high: Uint32Array;
  private counted = new Uint32Array(VECTORS);
  private isBegun = false;

  constructor(vectorCount: number) {
    this.low = new Uint32Array(vectorCount);
    this.high = new Uint32Array(vectorCount);
  }

  reset(): void {
    this.low.fill(0);
    this.high.fill(0);
  }

  /** The interrupt vector of an entry's data. */
  vectorOf(entry: number, data: number): number {
    let index = this.messages.findIndex((each) => each.entry === entry && each.data === data);
    if (index < 0) index = this.messages.push({ entry, data, low: this.low[entry], high: this.high[entry] }) - 1;
    if (FIRST + index >= VECTORS)
      throw new Error('Got more messages than there are interrupt vectors; expected 208 at most.');
    return FIRST + index;
  }

  private addressOut(low: number): number {
    if (low === 0) return 0;
    let index = this.addresses.indexOf(low);
    if (index < 0) index = this.addresses.push(low) - 1;
    if (index >= 256) throw new Error('Got more addresses than can be told apart; expected 256 at most.');
    return (CONTROLLER | (index << 4)) >>> 0;
  }

  private readonly addressIn = (low: number): number =>
    (low & 0xfffff000) >>> 0 === CONTROLLER ? (this.addresses[(low >>> 4) & 0xff] ?? low) : low;
  private readonly dataIn = (data: number): number => this.messages[data - FIRST]?.data ?? data;

  written(offset: number, bytes: number, low: number, high: number): Dwords & { readonly before: readonly string[] } {
    const before: readonly string[] = [];
    const entry = Math.floor(offset / 16);
    const place = offset % 16;
    if (bytes < 4 || place % 4 !== 0 || entry >= this.low.length) return { low, high, before };
    let given = { low, high };
    if (place === 0) {
      this.low[entry] = low;
      if (bytes === 8) this.high[entry] = high;
      given = { low: this.addressOut(low >>> 0), high };
    } else if (place === 4) this.high[entry] = low;
    else if (place === 8) {
      const vector = this.vectorOf(entry, low >>> 0);
      const message = this.messages[vector - FIRST];
      message.low = this.low[entry];
      message.high = this.high[entry];
      given = { low: vector, high };
    }
    return { ...given, before };
  }

  readBack(offset: number, bytes: number, low: number, high: number): Dwords {
    const place = offset % 16;
    if (bytes < 4 || place % 4 !== 0) return { low, high };
    if (place === 0) return { low: this.addressIn(low), high };
    if (place === 8) return { low: this.dataIn(low), high };
    return { low, high };
  }

  lookLines(): readonly string[] {
    return [blockLine(COUNTERS, 4 * VECTORS)];
  }

  emptyLines(): readonly string[] {
    return [];
  }

  decoder(): (answers: readonly string[]) => Found {
    return ([answer]) => {
      const bytes = blockOf(answer);
      const counts = new Uint32Array(bytes.buffer, bytes.byteOffset, VECTORS);
      const outputs: DeviceOutput[] = [];
      for (let vector = FIRST; this.isBegun && vector < VECTORS; vector++) {
        const message = this.messages[vector - FIRST];
        for (let more = (counts[vector] - this.counted[vector]) >>> 0; more > 0; more--) {
          const { low, high, data } = message ?? { low: CONTROLLER, high: 0, data: vector };
          outputs.push({ verb: 'send', vector: -1, addressLow: low, addressHigh: high, data });
        }
      }
      this.isBegun = true;
      this.counted = Uint32Array.from(counts);
      return { outputs, emptyLines: [] };
    };
  }
}
