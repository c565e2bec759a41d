/**
 * Emulations that keep a table of bytes and act in the access itself: disabled is masked, a message is the entry as it stands.
 */
import { type Emulation, Frame } from './frame.ts';

/** One flag says whether the function is masked, be it disabled or by Function Mask; an edge is looked for vector by vector. */
class OneFlag extends Frame {
  readonly name = 'one-flag';
  private readonly pba = new Uint32Array(64);
  private isAllMasked = true;

  private isPending(vector: number): boolean {
    return ((this.pba[vector >> 5] >>> (vector & 31)) & 1) === 1;
  }

  private setPending(vector: number, bit: boolean): void {
    if (bit) this.pba[vector >> 5] |= 1 << (vector & 31);
    else this.pba[vector >> 5] &= ~(1 << (vector & 31));
  }

  private isMasked(vector: number, isAllMasked: boolean): boolean {
    return isAllMasked || this.isVectorMasked(vector);
  }

  private afterMask(vector: number, wasMasked: boolean): void {
    const isMasked = this.isMasked(vector, this.isAllMasked);
    if (isMasked === wasMasked || isMasked || !this.isPending(vector)) return;
    this.setPending(vector, false);
    this.emitEntry(vector);
  }

  configWrite(offset: number, bytes: number, value: number): void {
    const after = this.controlAfter(offset, bytes, value);
    if (after === undefined) return;
    const was = this.isAllMasked;
    this.control = after;
    this.isAllMasked = !this.isEnabled || this.isFunctionMasked;
    if (was === this.isAllMasked) return;
    // One fault: the loop ends at the first vector that is masked by itself.
    for (let vector = 0; vector < this.vectorCount; vector++) {
      if (this.fault === 'loop-breaks' && this.isVectorMasked(vector)) break;
      this.afterMask(vector, this.isMasked(vector, was));
    }
  }

  tableWrite(offset: number, bytes: number, low: number, high: number): void {
    if (!this.isWhole(offset, bytes)) return;
    for (const [index, word] of (bytes === 8 ? [low, high] : [low]).entries()) {
      const dword = offset / 4 + index;
      const vector = dword >> 2;
      const wasMasked = this.isMasked(vector, this.isAllMasked);
      this.put(dword, word);
      // Another: whether it was masked is looked at after the write where the write is wide.
      this.afterMask(
        vector,
        this.fault === 'was-masked-late' && bytes === 8 ? this.isMasked(vector, this.isAllMasked) : wasMasked,
      );
    }
  }

  signal(vector: number): void {
    if (this.isMasked(vector, this.isAllMasked)) this.setPending(vector, true);
    else this.emitEntry(vector);
  }

  retire(vector: number): void {
    this.setPending(vector, false);
  }

  reset(): void {
    this.control = 0;
    // A third: the flag is not told of the reset.
    if (this.fault !== 'flag-outlives-reset') this.isAllMasked = true;
    this.pba.fill(0);
    for (let dword = 0; dword < 4 * this.vectorCount; dword++) this.put(dword, dword % 4 === 3 ? 1 : 0);
  }

  pendingDword(dword: number): number {
    return this.pba[dword] ?? 0;
  }
}

/** Entries as structures; Function Mask lifted goes through all of the Pending Bit Array, and so does enabling. */
class Structures extends Frame {
  readonly name = 'structures';
  private readonly pba: bigint[] = Array.from({ length: Math.ceil(this.vectorCount / 64) }, () => 0n);

  private bit(vector: number): bigint {
    return 1n << BigInt(vector % 64);
  }

  private inject(vector: number): void {
    this.pba[vector >> 6] &= ~this.bit(vector);
    this.emitEntry(vector);
  }

  configWrite(offset: number, bytes: number, value: number): void {
    const after = this.controlAfter(offset, bytes, value);
    if (after === undefined) return;
    const wasOpen = this.control === 0x8000;
    this.control = after;
    if (wasOpen || after !== 0x8000) return;
    for (let vector = 0; vector < this.vectorCount; vector++) {
      // A fault: the Mask Bit is not asked.
      if ((this.pba[vector >> 6] & this.bit(vector)) === 0n) continue;
      if (this.fault !== 'ignores-mask-bit-at-lift' && this.isVectorMasked(vector)) continue;
      this.inject(vector);
    }
  }

  tableWrite(offset: number, bytes: number, low: number, high: number): void {
    if (!this.isWhole(offset, bytes)) return;
    const vector = Math.floor(offset / 16);
    const wasMasked = this.isVectorMasked(vector);
    if (offset % 16 === 12) this.put(offset / 4, low & 1);
    else if (bytes === 8 && offset % 16 === 8) {
      this.put(offset / 4, low);
      this.put(offset / 4 + 1, high & 1);
    } else {
      this.put(offset / 4, low);
      if (bytes === 8) this.put(offset / 4 + 1, high);
    }
    const unmasks = wasMasked && !this.isVectorMasked(vector);
    // A fault: a pending vector that is unmasked under Function Mask is injected all the same.
    const isOpen = this.fault === 'unmask-under-function-mask' ? this.isEnabled : this.control === 0x8000;
    if (unmasks && isOpen && (this.pba[vector >> 6] & this.bit(vector)) !== 0n) this.inject(vector);
  }

  signal(vector: number): void {
    // While disabled, the device falls back to INTx, and the event is none of MSI-X.
    if (!this.isEnabled) return;
    if (this.control !== 0x8000 || this.isVectorMasked(vector)) this.pba[vector >> 6] |= this.bit(vector);
    else this.emitEntry(vector);
  }

  reset(): void {
    this.control = 0;
    this.pba.fill(0n);
    // Address and data stay as they were.
    for (let vector = 0; vector < this.vectorCount; vector++) this.put(4 * vector + 3, 1);
  }

  pendingDword(dword: number): number {
    const word = this.pba[dword >> 1] ?? 0n;
    // A fault: the upper half is that of the lower one.
    return Number((this.fault === 'upper-dword-repeats' ? word : word >> BigInt(32 * (dword & 1))) & 0xffffffffn);
  }
}

/** Events are counted per vector while it is blocked, three at most, and go out each. */
class Counting extends Frame {
  readonly name = 'counting';
  private readonly waiting = new Uint8Array(this.vectorCount);

  private isOpen(vector: number): boolean {
    return this.control === 0x8000 && !this.isVectorMasked(vector);
  }

  private drain(vector: number): void {
    if (!this.isOpen(vector)) return;
    // A fault: one more than there were, where there were several.
    const extra = this.fault === 'one-too-many' && this.waiting[vector] > 1 ? 1 : 0;
    for (let left = this.waiting[vector] + extra; left > 0; left--) this.emitEntry(vector);
    this.waiting[vector] = 0;
  }

  configWrite(offset: number, bytes: number, value: number): void {
    const after = this.controlAfter(offset, bytes, value);
    if (after === undefined) return;
    // A fault: disabling and masking in one write forgets what waits of the vectors that are unmasked.
    if (this.fault === 'off-masked-forgets' && this.control === 0x8000 && after === 0x4000)
      for (let vector = 0; vector < this.vectorCount; vector++) this.put(4 * vector + 3, 1);
    this.control = after;
    for (let vector = 0; vector < this.vectorCount; vector++) this.drain(vector);
  }

  tableWrite(offset: number, bytes: number, low: number, high: number): void {
    if (!this.isWhole(offset, bytes)) return;
    for (const [index, word] of (bytes === 8 ? [low, high] : [low]).entries()) {
      const dword = offset / 4 + index;
      this.put(dword, dword % 4 === 3 ? word & 1 : dword % 4 === 0 ? word & ~3 : word);
    }
    this.drain(Math.floor(offset / 16));
  }

  signal(vector: number): void {
    if (this.isOpen(vector)) this.emitEntry(vector);
    else this.waiting[vector] = Math.min(2, this.waiting[vector] + 1);
  }

  retire(vector: number): void {
    // A fault: one event is taken off, not all.
    if (this.fault === 'retire-takes-one') this.waiting[vector] = Math.max(0, this.waiting[vector] - 1);
    else this.waiting[vector] = 0;
  }

  reset(): void {
    this.control = 0;
    this.waiting.fill(0);
    for (let dword = 0; dword < 4 * this.vectorCount; dword++) this.put(dword, dword % 4 === 3 ? 1 : 0);
  }

  pendingDword(dword: number): number {
    let bits = 0;
    for (let bit = 0; bit < 32; bit++) if ((this.waiting[32 * dword + bit] ?? 0) > 0) bits |= 1 << bit;
    return bits >>> 0;
  }
}

export const EAGER: readonly Emulation[] = [
  {
    name: 'one-flag',
    style: 'QEMU: bytes, reserved bits kept, disabled is masked, the entry is read when it is sent',
    make: (vectorCount, fault) => new OneFlag(vectorCount, fault),
    faults: {
      'loop-breaks': {
        says: 'Opening the function sends what is pending of the vectors before the first masked one only.',
        rules: ['MSIX-PEND-2', 'MSIX-PEND-5', 'MSIX-MASK-4'],
      },
      'was-masked-late': {
        says: 'A QWORD that unmasks does not see the edge.',
        rules: ['MSIX-ACCESS-4', 'MSIX-PEND-2'],
      },
      'flag-outlives-reset': {
        says: 'After a reset of an open function, an unmasked vector sends while disabled.',
        rules: ['MSIX-ENABLE-1', 'MSIX-RESET-1'],
      },
    },
  },
  {
    name: 'structures',
    style:
      'cloud-hypervisor, Firecracker: QWORDs of Pending bits, nothing is held while disabled, entries outlive a reset',
    make: (vectorCount, fault) => new Structures(vectorCount, fault),
    faults: {
      'ignores-mask-bit-at-lift': {
        says: 'Opening the function sends what is pending of masked vectors, too.',
        rules: ['MSIX-MASK-2'],
      },
      'unmask-under-function-mask': {
        says: 'Unmasking a pending vector sends though Function Mask is set.',
        rules: ['MSIX-MASK-1', 'MSIX-MASK-3', 'MSIX-CAP-4'],
      },
      'upper-dword-repeats': {
        says: 'Pending bits 63:32 read as bits 31:0.',
        rules: ['MSIX-PBA-1', 'MSIX-PBA-2', 'MSIX-PBA-4', 'MSIX-MASK-4', 'MSIX-PEND-1'],
      },
    },
  },
  {
    name: 'counting',
    style: 'an eventfd that is read with its count: two events of a blocked vector are two messages',
    make: (vectorCount, fault) => new Counting(vectorCount, fault),
    faults: {
      'one-too-many': { says: 'Several events become one message more.', rules: ['MSIX-PEND-4'] },
      'off-masked-forgets': {
        says: 'Disabling and masking in one write sets the Mask Bits.',
        rules: ['MSIX-ENABLE-3', 'MSIX-MASK-3'],
      },
      'retire-takes-one': { says: 'A cause that is gone takes one event off of two.', rules: ['MSIX-PEND-3'] },
    },
  },
];
