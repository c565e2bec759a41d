/**
 * The bus of the kernel half: which device answers which guest-physical addresses. An access that nobody takes, or that its
 * device declines, is an MMIO exit: userspace completes it.
 *
 * Addresses are numbers below 2^52, which is as far as x86 goes. Ranges are kept sorted, and do not overlap. Linux does not check
 * for overlaps of devices (its bus takes the first that answers); here an overlap is refused.
 */
import { EEXIST, EINVAL, ENOSPC } from './abi.ts';
import { dwordOf, requireList, requireNumber, requireObject, requireRoom } from '../sentences.ts';

/** What answers accesses. Offsets are in bytes from the start of the range; an access is wholly inside. */
export interface BusDevice {
  /** Takes a write of `bytes` bytes; `high` is the upper dword of 8. Returns false to decline it: nothing has changed then. */
  write(offset: number, bytes: number, low: number, high: number): boolean;
  /** Answers a read in `out[0]`, and the upper dword of 8 bytes in `out[1]`. Returns false to decline it. */
  read(offset: number, bytes: number, out: Uint32Array): boolean;
}

/** One past the largest guest-physical address. */
export const ADDRESS_END: number = 2 ** 52;
/** How many ranges a bus holds, as in Linux 2.6.36. */
export const BUS_RANGES_MAX = 200;

/** Takes the accesses that no device takes: it declines each. */
const NOBODY: BusDevice = { write: () => false, read: () => false };
/** As much of a hole is remembered as begins and ends with a multiple of it, so that an offset in it is a small integer. */
const HOLE_BYTES = 2 ** 30;

/** A bus with no ranges yet. */
export class MmioBus {
  /** How many accesses no processor makes. They changed nothing. */
  refused = 0;
  private readonly bases = new Float64Array(BUS_RANGES_MAX);
  private readonly ends = new Float64Array(BUS_RANGES_MAX);
  private readonly devices: BusDevice[] = [];
  /** @internal Who takes the access that was looked for last. Mostly the next one is in the same range, or in the same hole. */
  taker: BusDevice = NOBODY;
  private takerBase = 0;
  private takerBytes = 0;

  /** How many ranges are registered. */
  get rangeCount(): number {
    return this.devices.length;
  }

  /**
   * Registers a device for `length` bytes from `base`. Returns 0; `EEXIST` when another range overlaps, `ENOSPC` when the bus is
   * full, `EINVAL` when there is no such range of addresses. It is registered whole, or not at all.
   */
  register(base: number, length: number, device: BusDevice): number {
    requireObject('MmioBus.register', 'the device', device, ['write', 'read']);
    requireNumber('MmioBus.register', 'the base', base);
    requireNumber('MmioBus.register', 'the length', length);
    if (!Number.isInteger(base) || !Number.isInteger(length)) return EINVAL;
    if (!(base >= 0 && length > 0 && base + length <= ADDRESS_END)) return EINVAL;
    const { bases, ends, devices } = this;
    const count = devices.length;
    let at = 0;
    while (at < count && ends[at] <= base) at++;
    if (at < count && bases[at] < base + length) return EEXIST;
    if (count === BUS_RANGES_MAX) return ENOSPC;
    bases.copyWithin(at + 1, at, count);
    ends.copyWithin(at + 1, at, count);
    devices.splice(at, 0, device);
    bases[at] = base;
    ends[at] = base + length;
    this.forget();
    return 0;
  }

  /** Whether `length` bytes from `base` are free, but for ranges of `own`. */
  isFree(base: number, length: number, own: readonly BusDevice[]): boolean {
    requireNumber('MmioBus.isFree', 'the base', base);
    requireNumber('MmioBus.isFree', 'the length', length);
    const free = requireList('MmioBus.isFree', 'the list of own ranges', own);
    return this.devices.every(
      (device, at) => free.includes(device) || this.ends[at] <= base || this.bases[at] >= base + length,
    );
  }

  /** Takes a device off the bus, with all its ranges; returns how many they were. */
  unregister(device: BusDevice): number {
    const { bases, ends, devices } = this;
    let found = 0;
    for (let at = devices.indexOf(device); at >= 0; at = devices.indexOf(device)) {
      devices.splice(at, 1);
      bases.copyWithin(at, at + 1, devices.length + 1);
      ends.copyWithin(at, at + 1, devices.length + 1);
      ends[devices.length] = 0;
      found++;
    }
    this.forget();
    return found;
  }

  /** Writes to whoever answers the address. Returns false for an exit, and for an access that no processor makes, counted. */
  write(address: number, bytes: number, low: number, high = 0): boolean {
    if (typeof low !== 'number' || typeof high !== 'number' || low >>> 0 !== low || high >>> 0 !== high) {
      low = dwordOf('MmioBus.write', 'the lower dword', low);
      high = dwordOf('MmioBus.write', 'the upper dword', high);
    }
    if (!isAccess(address, bytes)) return this.refuse(address, bytes);
    const offset = this.offsetOf(address, bytes);
    return this.taker.write(offset, bytes, low, high);
  }

  /** Reads from whoever answers the address, into `out`. Returns false as `write` does. */
  read(address: number, bytes: number, out: Uint32Array): boolean {
    requireRoom('MmioBus.read', out, 2);
    if (!isAccess(address, bytes)) return this.refuse(address, bytes);
    const offset = this.offsetOf(address, bytes);
    return this.taker.read(offset, bytes, out);
  }

  /** Counts an access that no processor makes. */
  private refuse(address: number, bytes: number): false {
    requireNumber('MmioBus', 'the address', address);
    requireNumber('MmioBus', 'the width', bytes);
    this.refused++;
    return false;
  }

  /**
   * @internal The offset in the range that holds all of the access, or in a hole; `taker` takes it, who is nobody where there is no such
   * address. The width is one that there is.
   */
  offsetOf(address: number, bytes: number): number {
    if (typeof address === 'number') {
      // In a range of less than 2 GiB an offset is a small integer to V8, as an address of 52 bits is not: so it is made one here, once.
      const offset = address - this.takerBase;
      const small = offset | 0;
      if (small === offset && small >= 0 && small <= this.takerBytes - bytes) return small;
    }
    return this.search(address, bytes);
  }

  private search(address: number, bytes: number): number {
    if (!isAccess(address, bytes)) return this.remember(NOBODY, 0, 0, 0);
    const { bases, ends, devices } = this;
    let base = address - (address % HOLE_BYTES);
    let end = base + HOLE_BYTES;
    for (let at = 0; at < devices.length; at++) {
      if (address >= bases[at] && address + bytes <= ends[at])
        return this.remember(devices[at], bases[at], ends[at], address);
      if (ends[at] <= address) base = Math.max(base, ends[at]);
      else end = Math.min(end, bases[at]);
    }
    return this.remember(NOBODY, base, end, address);
  }

  /** Remembers who takes accesses from `base` to `end`; returns the offset of one. */
  private remember(taker: BusDevice, base: number, end: number, address: number): number {
    this.taker = taker;
    this.takerBase = smallest(base);
    this.takerBytes = smallest(end - base);
    return address - this.takerBase;
  }

  /** The ranges have changed: the next access is searched for. */
  private forget(): void {
    this.remember(NOBODY, 0, 0, 0);
  }
}

/** The same number, as a small integer where it is one: what a `Float64Array` gives is none to V8. */
function smallest(value: number): number {
  const small = value | 0;
  return small === value ? small : value;
}

/** Whether a processor makes such an access: 1, 2, 4 or 8 bytes, all of them at addresses that there are. */
export function isAccess(address: number, bytes: number): boolean {
  if (typeof address !== 'number' || (bytes !== 4 && bytes !== 8 && bytes !== 1 && bytes !== 2)) return false;
  // Below 2^31 all of it is integers to V8.
  if ((address | 0) === address) return address >= 0;
  return address > 0 && address + bytes <= ADDRESS_END && Math.floor(address) === address;
}
