/** Devices that are right about the first vectors, and wrong about others. */
import type { Piece } from '../piece.ts';

export const VECTORS: readonly Piece[] = [
  {
    name: 'last-vector-unusable',
    title: 'The events of the last of several vectors are ignored.',
    bug: 'HB-05',
    rules: ['MSIX-PEND-1', 'MSIX-MSG-6', 'MSIX-MASK-1'],
    vectors: 2,
    device: (Base) =>
      class extends Base {
        override signal(vector: number): void {
          if (vector === 0 || vector < this.vectorCount - 1) super.signal(vector);
        }
      },
  },
  {
    name: 'pending-word-of-32',
    title: 'The Pending bit of vector v is that of vector v mod 32.',
    rules: ['MSIX-MASK-4', 'MSIX-PBA-1', 'MSIX-PEND-1', 'MSIX-PBA-4'],
    vectors: 33,
    device: (Base) =>
      class extends Base {
        override isShownPending = (vector: number): boolean =>
          this.pending[vector % 32] === 1 && vector < this.vectorCount;
      },
  },
  {
    name: 'vector-32-never-pending',
    title: 'An event of vector 32 is dropped while it is blocked.',
    rules: ['MSIX-PEND-1'],
    vectors: 33,
    device: (Base) =>
      class extends Base {
        override hold(vector: number): void {
          if (vector !== 32) super.hold(vector);
        }
      },
  },
  {
    name: 'storage-of-32',
    title: 'Entry 32 is stored where entry 0 is.',
    bug: 'HB-35',
    rules: ['MSIX-MASK-4', 'MSIX-ACCESS-2', 'MSIX-TABLE-1', 'MSIX-TABLE-3'],
    vectors: 33,
    device: (Base) =>
      class extends Base {
        override writeDword(dword: number, value: number, bytes: number): void {
          super.writeDword(dword >= 128 ? dword - 128 : dword, value, bytes);
        }
      },
  },
  {
    name: 'second-qword-not-shown',
    title: 'Pending bits from vector 64 on never show.',
    rules: ['MSIX-PEND-1', 'MSIX-PBA-4'],
    vectors: 65,
    device: (Base) =>
      class extends Base {
        override isShownPending = (vector: number): boolean => vector < 64 && this.pending[vector] === 1;
      },
  },
  {
    name: 'function-mask-edge-ends-at-64',
    title: 'Clearing Function Mask sends what is pending of the first 64 vectors only.',
    rules: ['MSIX-PEND-2', 'MSIX-PEND-5'],
    vectors: 65,
    device: (Base) =>
      class extends Base {
        override releaseAll(): void {
          for (let vector = 0; vector < Math.min(64, this.vectorCount); vector++) this.release(vector);
        }
      },
  },
  {
    name: 'vector-2047-masks-vector-1023',
    title: 'Masking vector 2047 masks vector 1023, too.',
    bug: 'HB-06',
    rules: ['MSIX-MASK-4'],
    vectors: 2048,
    device: (Base) =>
      class extends Base {
        override writeVectorControl(vector: number, value: number): void {
          super.writeVectorControl(vector, value);
          if (vector === 2047) super.writeVectorControl(1023, value);
        }
      },
  },
  {
    name: 'vector-2047-sends-nothing',
    title: 'Vector 2047 never sends.',
    bug: 'HB-05',
    rules: ['MSIX-MSG-6', 'MSIX-MASK-1', 'MSIX-PEND-2'],
    vectors: 2048,
    device: (Base) =>
      class extends Base {
        override send(vector: number): void {
          if (vector !== 2047) super.send(vector);
        }
      },
  },
  {
    name: 'stray-pending-bits',
    title: 'Bits of the Pending Bit Array beyond the last vector read set.',
    rules: ['MSIX-PBA-2'],
    device: (Base) =>
      class extends Base {
        override isShownPending = (vector: number): boolean => vector >= this.vectorCount || this.pending[vector] === 1;
      },
  },
];
