/** Devices that are wrong about registers that cannot be written, and about accesses that are neither dwords nor QWORDs. */
import type { Piece } from '../piece.ts';

export const CONSTANTS: readonly Piece[] = [
  {
    name: 'low-byte-is-control',
    title: 'A write of the lower byte of Message Control is taken for one of the upper.',
    bug: 'HB-33',
    rules: ['MSIX-CAP-4', 'MSIX-CAP-5', 'MSIX-CAP-2'],
    device: (Base) =>
      class extends Base {
        override configWrite(offset: number, bytes: number, value: number): void {
          super.configWrite(offset === 2 && bytes === 1 ? 3 : offset, bytes, value);
        }
      },
  },
  {
    name: 'next-pointer-can-be-written',
    title: 'The pointer to the next capability can be written.',
    bug: 'HB-32',
    rules: ['MSIX-CAP-1'],
    device: (Base) =>
      class extends Base {
        override configWrite(offset: number, bytes: number, value: number): void {
          if (offset === 0 && bytes >= 2) this.memory[0] = value & 0xff00;
          super.configWrite(offset, bytes, value);
        }
        override configRead(offset: number, bytes: number): number {
          return super.configRead(offset, bytes) | (offset === 0 ? this.memory[0] : 0);
        }
      },
  },
  {
    name: 'table-offset-can-be-written',
    title: 'Table Offset can be written.',
    bug: 'HB-32',
    rules: ['MSIX-CAP-6'],
    device: (Base) =>
      class extends Base {
        override configWrite(offset: number, bytes: number, value: number): void {
          if (offset === 4) this.memory[0] = value;
          super.configWrite(offset, bytes, value);
        }
        override configRead(offset: number, bytes: number): number {
          return offset === 4 && this.memory[0] !== 0 ? this.memory[0] : super.configRead(offset, bytes);
        }
      },
  },
  {
    name: 'byte-read-panics',
    title: 'A read of one byte of the table ends the device.',
    bug: 'HB-34',
    rules: ['MSIX-ACCESS-1'],
    device: (Base) =>
      class extends Base {
        override tableRead(offset: number, bytes: number): number {
          if (bytes === 1) throw new Error(`assertion failed: data.len() >= 2 (left: ${bytes})`);
          return super.tableRead(offset, bytes);
        }
      },
  },
  {
    name: 'byte-poll-clears',
    title: 'A read of one byte of the Pending Bit Array clears the bits of its dword.',
    rules: ['MSIX-PBA-4', 'MSIX-PEND-1', 'MSIX-ACCESS-1'],
    device: (Base) =>
      class extends Base {
        override pbaRead(offset: number, bytes: number): number {
          if (bytes === 1) this.pending.fill(0, 8 * (offset & ~3), 8 * (offset & ~3) + 32);
          return super.pbaRead(offset, bytes);
        }
      },
  },
  {
    name: 'last-qword-repeats',
    title: 'The Pending Bit Array has as many dwords as its vectors need; beyond the last one a QWORD reads it again.',
    bug: 'HB-61',
    rules: ['MSIX-PBA-2'],
    device: (Base) =>
      class extends Base {
        override pbaRead(offset: number, bytes: number): number {
          const low = super.pbaRead(offset, bytes);
          if (bytes === 8 && 8 * (offset + 4) >= this.vectorCount) this.readHigh = low;
          return low;
        }
      },
  },
];
