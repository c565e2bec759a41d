/**
 * The configuration space of an assigned device, 256 bytes, as userspace keeps it: a header, BAR 0, and a chain of capabilities
 * in which MSI-X stands between the others, as on a real device. It owns bytes; what a write of them means is `monitor.ts`'s.
 *
 *     0x00 header type 0   0x40 Power Management -> 0x50 MSI-X -> 0x60 PCI Express -> end
 */
import { allOnes } from '../access.ts';
import * as registers from '../registers.ts';

/** Length of the configuration space in bytes. */
export const CONFIG_BYTES = 256;
/** Where BAR 0 is. */
export const BAR0_OFFSET = 0x10;
/** Where the first capability is named. */
export const CAPABILITIES_POINTER_OFFSET = 0x34;
/** Where the MSI-X capability begins. */
export const MSIX_CAPABILITY_OFFSET = 0x50;

const STATUS_CAPABILITIES_LIST = 0x0010;
const POWER_MANAGEMENT = { at: 0x40, id: 0x01 };
/** Power Management Control/Status, of which the PowerState is writable. No_Soft_Reset is clear. */
const POWER_STATE_OFFSET = POWER_MANAGEMENT.at + 4;
const POWER_STATE = 3;
const D0 = 0;
const D3HOT = 3;
const BAR_64_BIT = 4;
const PCI_EXPRESS = { at: 0x60, id: 0x10 };
const DEVICE_CONTROL_OFFSET = PCI_EXPRESS.at + 8;
const DEVICE_CONTROL_RESET = 0x8000;
const DEVICE_CAPABILITIES_RESET = 1 << 28;
const CONTROL_WRITABLE = registers.CONTROL_ENABLE | registers.CONTROL_FUNCTION_MASK;

/** What a configuration space shows. */
export interface ConfigSpaceOptions {
  readonly vectorCount: number;
  readonly vendorId: number;
  readonly deviceId: number;
  /** Length of BAR 0, a power of two. */
  readonly barBytes: number;
  /** Whether BAR 0 takes addresses of 64 bits, and BAR 1 with it. Default false. */
  readonly isBarWide?: boolean;
  /** Byte offsets of the table and of the Pending Bit Array in BAR 0. */
  readonly tableOffset: number;
  readonly pbaOffset: number;
}

/** A configuration space after a reset. */
export class ConfigSpace {
  /** How many accesses did not exist. */
  refused = 0;
  private readonly bytes = new Uint8Array(CONFIG_BYTES);
  /** The bits that the guest may write. */
  private readonly writable = new DataView(new ArrayBuffer(CONFIG_BYTES));
  private readonly initial: Uint8Array;
  private readonly isBarWide: boolean;
  private readonly view = new DataView(this.bytes.buffer);
  /** The dwords that have a writable bit, which are the state. */
  private readonly dwords: readonly number[];

  constructor({ vectorCount, vendorId, deviceId, barBytes, isBarWide = false, ...at }: ConfigSpaceOptions) {
    const { tableOffset, pbaOffset } = at;
    this.isBarWide = isBarWide;
    const { view, writable } = this;
    view.setUint16(0x00, vendorId, true);
    view.setUint16(0x02, deviceId, true);
    view.setUint16(0x06, STATUS_CAPABILITIES_LIST, true);
    view.setUint8(CAPABILITIES_POINTER_OFFSET, POWER_MANAGEMENT.at);
    // Command: memory space, bus master, interrupt disable. Cache line and latency. The base of BAR 0. Interrupt line.
    writable.setUint16(0x04, 0x0406, true);
    writable.setUint16(0x0c, 0xffff, true);
    writable.setUint32(BAR0_OFFSET, -barBytes >>> 0, true);
    if (isBarWide) {
      view.setUint32(BAR0_OFFSET, BAR_64_BIT, true);
      writable.setUint32(BAR0_OFFSET + 4, 0xffffffff, true);
    }
    writable.setUint8(POWER_STATE_OFFSET, POWER_STATE);
    writable.setUint8(0x3c, 0xff);
    view.setUint16(POWER_MANAGEMENT.at, POWER_MANAGEMENT.id | (MSIX_CAPABILITY_OFFSET << 8), true);
    view.setUint16(MSIX_CAPABILITY_OFFSET, registers.CAPABILITY_ID | (PCI_EXPRESS.at << 8), true);
    view.setUint16(MSIX_CAPABILITY_OFFSET + registers.CAPABILITY_CONTROL_OFFSET, vectorCount - 1, true);
    view.setUint32(MSIX_CAPABILITY_OFFSET + registers.CAPABILITY_TABLE_OFFSET, tableOffset, true);
    view.setUint32(MSIX_CAPABILITY_OFFSET + registers.CAPABILITY_PBA_OFFSET, pbaOffset, true);
    writable.setUint16(MSIX_CAPABILITY_OFFSET + registers.CAPABILITY_CONTROL_OFFSET, CONTROL_WRITABLE, true);
    view.setUint16(PCI_EXPRESS.at, PCI_EXPRESS.id, true);
    view.setUint16(PCI_EXPRESS.at + 2, 0x0002, true);
    view.setUint32(PCI_EXPRESS.at + 4, DEVICE_CAPABILITIES_RESET, true);
    this.initial = this.bytes.slice();
    const dwords = Array.from({ length: CONFIG_BYTES / 4 }, (_, dword) => dword);
    this.dwords = dwords.filter((dword) => writable.getUint32(4 * dword, true) !== 0);
  }

  /** Reads 1, 2 or 4 bytes; all-ones for an access that does not exist, counted. */
  read(offset: number, bytes: number): number {
    if (!isAccess(offset, bytes)) {
      this.refused++;
      return allOnes(bytes);
    }
    let value = 0;
    for (let byte = bytes - 1; byte >= 0; byte--) value = value * 256 + this.bytes[offset + byte];
    return value;
  }

  /**
   * Writes 1, 2 or 4 bytes, as far as they are writable. Returns whether it resets the function: a Function Level Reset was asked for,
   * or it goes from D3hot to D0. An access that does not exist changes nothing, and is counted.
   */
  write(offset: number, bytes: number, value: number): boolean {
    if (!isAccess(offset, bytes)) {
      this.refused++;
      return false;
    }
    const { powerState } = this;
    for (let byte = 0; byte < bytes; byte++) {
      const mask = this.writable.getUint8(offset + byte);
      this.bytes[offset + byte] = (this.bytes[offset + byte] & ~mask) | ((value >>> (8 * byte)) & mask);
    }
    // A write of a state that the device does not have is discarded.
    if (this.powerState !== D0 && this.powerState !== D3HOT) this.setPowerState(powerState);
    //= MSIX-RESET-3
    if (powerState === D3HOT && this.powerState === D0) return true;
    const reset = DEVICE_CONTROL_OFFSET + 1;
    if (offset > reset || offset + bytes <= reset) return false;
    return ((value >>> (8 * (reset - offset))) & (DEVICE_CONTROL_RESET >>> 8)) !== 0;
  }

  /** MSI-X Enable and Function Mask, as they stand in Message Control. */
  get control(): number {
    return this.messageControl & CONTROL_WRITABLE;
  }

  /** Message Control, 16 bits. */
  get messageControl(): number {
    return this.view.getUint16(MSIX_CAPABILITY_OFFSET + registers.CAPABILITY_CONTROL_OFFSET, true);
  }

  /** The base of BAR 0; 0 while it is not set, Memory Space Enable is clear, or the device sleeps. */
  get barBase(): number {
    if ((this.bytes[0x04] & 2) === 0 || this.powerState !== D0) return 0;
    const low = this.view.getUint32(BAR0_OFFSET, true);
    return this.isBarWide ? this.view.getUint32(BAR0_OFFSET + 4, true) * 2 ** 32 + low - BAR_64_BIT : low;
  }

  /** D0 or D3hot, by its number. */
  get powerState(): number {
    return this.bytes[POWER_STATE_OFFSET] & POWER_STATE;
  }

  private setPowerState(state: number): void {
    this.bytes[POWER_STATE_OFFSET] = (this.bytes[POWER_STATE_OFFSET] & ~POWER_STATE) | state;
  }

  /** Puts all of it back as it was. */
  reset(): void {
    this.bytes.set(this.initial);
  }

  /** How many words `saveInto` writes. */
  get savedWords(): number {
    return this.dwords.length;
  }

  saveInto(out: Uint32Array, at: number): void {
    for (let index = 0; index < this.dwords.length; index++) {
      out[at + index] = this.view.getUint32(4 * this.dwords[index], true);
    }
  }

  /** Takes over what `saveInto` left, as far as it is writable. */
  restore(saved: Uint32Array, at: number): void {
    const { view, writable } = this;
    for (let index = 0; index < this.dwords.length; index++) {
      const byte = 4 * this.dwords[index];
      const mask = writable.getUint32(byte, true);
      view.setUint32(byte, (view.getUint32(byte, true) & ~mask) | (saved[at + index] & mask), true);
    }
    if (this.powerState !== D3HOT) this.setPowerState(D0);
  }
}

function isAccess(offset: number, bytes: number): boolean {
  const width = bytes === 1 || bytes === 2 || bytes === 4;
  return width && offset >>> 0 === offset && offset + bytes <= CONFIG_BYTES;
}
