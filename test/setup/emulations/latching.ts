/**
 * Emulations that keep a copy of the message somewhere: a route, a latch, an interrupt remapping entry; or let something else hold
 * what waits.
 */
import { type Emulation, Frame } from './frame.ts';

type Message = readonly [number, number, number];

/** A copy with a flag that says that the entry has changed since; it is taken over at the next edge. */
class UpdatedFlag extends Frame {
  readonly name = 'updated-flag';
  private readonly routes: Message[] = Array.from({ length: this.vectorCount }, () => [0, 0, 0]);
  private readonly updated = new Uint8Array(this.vectorCount);
  private readonly pending = new Uint8Array(this.vectorCount);

  private isOpen(vector: number): boolean {
    return this.control === 0x8000 && !this.isVectorMasked(vector);
  }

  /** The vector has become open. */
  private open(vector: number): void {
    if (this.updated[vector] === 1) {
      this.routes[vector] = [this.get(4 * vector), this.get(4 * vector + 1), this.get(4 * vector + 2)];
      this.updated[vector] = 0;
    }
    if (this.pending[vector] === 0) return;
    this.pending[vector] = 0;
    this.emit(...this.routes[vector]);
  }

  configWrite(offset: number, bytes: number, value: number): void {
    const after = this.controlAfter(offset, bytes, value);
    if (after === undefined) return;
    const before = Array.from({ length: this.vectorCount }, (_, vector) => this.isOpen(vector));
    this.control = after;
    for (let vector = 0; vector < this.vectorCount; vector++)
      if (!before[vector] && this.isOpen(vector)) this.open(vector);
  }

  tableWrite(offset: number, bytes: number, low: number, high: number): void {
    if (!this.isWhole(offset, bytes)) return;
    const vector = Math.floor(offset / 16);
    const wasOpen = this.isOpen(vector);
    for (const [index, word] of (bytes === 8 ? [low, high] : [low]).entries()) {
      const dword = offset / 4 + index;
      const value = dword % 4 === 3 ? word & 1 : word;
      // A fault: what is written again as it was clears the flag, and a change before it is forgotten.
      if (dword % 4 !== 3)
        this.updated[vector] =
          this.get(dword) !== value >>> 0 ? 1 : this.fault === 'same-value-clears' ? 0 : this.updated[vector];
      // Another: a change of the upper address alone is none.
      if (this.fault === 'upper-address-is-no-change' && dword % 4 === 1) this.updated[vector] = 0;
      this.put(dword, value);
    }
    if (!wasOpen && this.isOpen(vector)) this.open(vector);
  }

  signal(vector: number): void {
    if (this.isOpen(vector)) this.emit(...this.routes[vector]);
    else this.pending[vector] = 1;
  }

  reset(): void {
    this.control = 0;
    this.pending.fill(0);
    for (let dword = 0; dword < 4 * this.vectorCount; dword++) this.put(dword, dword % 4 === 3 ? 1 : 0);
    // A fault: the flags are cleared, though the entries have changed to zero, and the routes have not.
    this.updated.fill(this.fault === 'reset-clears-flags' ? 0 : 1);
  }

  pendingDword(dword: number): number {
    let bits = 0;
    for (let bit = 0; bit < 32; bit++) if (this.pending[32 * dword + bit] === 1) bits |= 1 << bit;
    return bits >>> 0;
  }
}

/** Two paths: an eventfd that the kernel consumes while the vector is open, and one that the monitor reads while it is masked. */
class TwoPaths extends Frame {
  readonly name = 'two-paths';
  private readonly isBypassed = new Uint8Array(this.vectorCount);
  private readonly routes: Message[] = Array.from({ length: this.vectorCount }, () => [0, 0, 0]);
  /** What the eventfd holds while nobody reads it. */
  private readonly unread = new Uint8Array(this.vectorCount);
  private readonly pending = new Uint8Array(this.vectorCount);

  private use(vector: number): void {
    this.isBypassed[vector] = 1;
    this.routes[vector] = [this.get(4 * vector), this.get(4 * vector + 1), this.get(4 * vector + 2)];
    const waits = this.pending[vector] + this.unread[vector] > 0;
    this.pending[vector] = 0;
    this.unread[vector] = 0;
    if (waits) this.deliver(vector);
  }

  private deliver(vector: number): void {
    const [low, high, data] = this.routes[vector];
    // Only what goes to an interrupt controller of an x86 is an interrupt.
    if (low >>> 20 === 0xfee && high === 0) this.emit(low, high, data);
  }

  private refresh(vector: number): void {
    const isOpen = this.control === 0x8000 && !this.isVectorMasked(vector);
    if (isOpen && this.isBypassed[vector] === 0) this.use(vector);
    // A fault: a vector that Function Mask closes stays with the kernel.
    if (!isOpen && !(this.fault === 'function-mask-keeps-bypass' && this.isEnabled && !this.isVectorMasked(vector)))
      this.isBypassed[vector] = 0;
  }

  configWrite(offset: number, bytes: number, value: number): void {
    const after = this.controlAfter(offset, bytes, value);
    if (after === undefined) return;
    const enables = !this.isEnabled && (after & 0x8000) !== 0;
    this.control = after;
    for (let vector = 0; vector < this.vectorCount; vector++) {
      this.refresh(vector);
      // Once MSI-X is enabled, the monitor reads what a masked vector's eventfd holds.
      if (enables && this.unread[vector] === 1 && this.isBypassed[vector] === 0) {
        this.unread[vector] = 0;
        this.pending[vector] = 1;
      }
    }
  }

  tableWrite(offset: number, bytes: number, low: number, high: number): void {
    if (!this.isWhole(offset, bytes)) return;
    for (const [index, word] of (bytes === 8 ? [low, high] : [low]).entries()) this.put(offset / 4 + index, word);
    this.refresh(Math.floor(offset / 16));
  }

  signal(vector: number): void {
    if (this.isBypassed[vector] === 1) this.deliver(vector);
    else if (!this.isEnabled) this.unread[vector] = 1;
    else if (this.fault === 'second-event-toggles') this.pending[vector] ^= 1;
    else this.pending[vector] = 1;
  }

  reset(): void {
    this.control = 0;
    for (let dword = 0; dword < 4 * this.vectorCount; dword++) this.put(dword, dword % 4 === 3 ? 1 : 0);
    this.isBypassed.fill(0);
    this.pending.fill(0);
    // A fault: nobody drains the eventfd.
    if (this.fault !== 'eventfd-outlives-reset') this.unread.fill(0);
  }

  pendingDword(dword: number): number {
    let bits = 0;
    for (let bit = 0; bit < 32; bit++) if (this.pending[32 * dword + bit] === 1) bits |= 1 << bit;
    return bits >>> 0;
  }
}

/** Writes to an open entry are refused, and a write of some bytes is performed. Disabling drops what waits. */
class Refusing extends Frame {
  readonly name = 'refusing';
  private pending = 0n;

  private isOpen(vector: number): boolean {
    return this.control === 0x8000 && !this.isVectorMasked(vector);
  }

  private release(vector: number): void {
    const bit = 1n << BigInt(vector);
    if ((this.pending & bit) === 0n || !this.isOpen(vector)) return;
    this.pending &= ~bit;
    this.emitEntry(vector);
  }

  configWrite(offset: number, bytes: number, value: number): void {
    const after = this.controlAfter(offset, bytes, value);
    if (after === undefined) return;
    this.control = after;
    if (!this.isEnabled) this.pending = 0n;
    for (let vector = 0; vector < this.vectorCount; vector++) this.release(vector);
  }

  tableWrite(offset: number, bytes: number, low: number, high: number): void {
    if (offset + bytes > 16 * this.vectorCount) return;
    const vector = Math.floor(offset / 16);
    const words = BigInt(low >>> 0) | (BigInt(high >>> 0) << 32n);
    const isRefusing = !this.isVectorMasked(vector) && !this.isFunctionMasked;
    for (let index = 0; index < bytes; index++) {
      const at = offset + index;
      const byte = Number((words >> BigInt(8 * index)) & 0xffn);
      const within = at % 16;
      if (within < 12 && isRefusing) continue;
      this.table.setUint8(at, within === 0 ? byte & 0xfc : within === 12 ? byte & 1 : within > 12 ? 0 : byte);
    }
    // A fault: a vector that is unmasked forgets what waits of its neighbour above.
    if (this.fault === 'shifts-pending' && offset % 16 === 12 && this.isOpen(vector))
      this.pending &= ~(2n << BigInt(vector));
    this.release(vector);
  }

  signal(vector: number): void {
    if (!this.isEnabled) return;
    if (this.isOpen(vector)) this.emitEntry(vector);
    else this.pending |= 1n << BigInt(vector);
  }

  retire(vector: number): void {
    this.pending &= ~(1n << BigInt(vector));
  }

  reset(): void {
    this.control = 0;
    this.pending = 0n;
    for (let dword = 0; dword < 4 * this.vectorCount; dword++) this.put(dword, dword % 4 === 3 ? 1 : 0xdeadbeec);
  }

  pendingDword(dword: number): number {
    return Number((this.pending >> BigInt(32 * dword)) & 0xffffffffn);
  }
}

export const LATCHING: readonly Emulation[] = [
  {
    name: 'updated-flag',
    style: 'Xen vpci: a copy and a flag that the entry has changed; it is taken over at the next edge',
    make: (vectorCount, fault) => new UpdatedFlag(vectorCount, fault),
    faults: {
      'same-value-clears': {
        says: 'A value written again forgets the change of another dword.',
        rules: ['MSIX-MSG-1', 'MSIX-MSG-3'],
      },
      'upper-address-is-no-change': {
        says: 'A change after which the upper address is written never comes into force.',
        rules: ['MSIX-MSG-1', 'MSIX-MSG-3', 'MSIX-MSG-4'],
      },
      'reset-clears-flags': {
        says: 'After a reset, a vector sends the message from before it.',
        rules: ['MSIX-MSG-1', 'MSIX-MSG-4', 'MSIX-MSG-6'],
      },
    },
  },
  {
    name: 'two-paths',
    style:
      'vfio in QEMU, crosvm: an eventfd that the kernel consumes while open, only addresses of an x86, hidden while disabled',
    make: (vectorCount, fault) => new TwoPaths(vectorCount, fault),
    faults: {
      'function-mask-keeps-bypass': {
        says: 'A vector that only Function Mask closes sends all the same.',
        rules: ['MSIX-MASK-1', 'MSIX-CAP-4', 'MSIX-MASK-3'],
      },
      'second-event-toggles': {
        says: 'A second event of a masked vector takes the first back.',
        rules: ['MSIX-PBA-4', 'MSIX-PEND-1', 'MSIX-PEND-4'],
      },
      'eventfd-outlives-reset': {
        says: 'An event while disabled outlives a reset.',
        rules: ['MSIX-PEND-4', 'MSIX-RESET-1', 'MSIX-RESET-5', 'MSIX-PBA-4'],
      },
    },
  },
  {
    name: 'refusing',
    style:
      'xen_pt, and hosts that trust nobody: an open entry is not written, disabling drops what waits, bytes are written',
    make: (vectorCount, fault) => new Refusing(vectorCount, fault),
    faults: {
      'shifts-pending': { says: 'Unmasking a vector drops what waits of the next one.', rules: ['MSIX-MASK-4'] },
    },
  },
];
