/** Devices that are wrong about accesses: their widths, their offsets, and the bits that cannot be written. */
import type { Piece } from '../piece.ts';

export const ACCESS: readonly Piece[] = [
  {
    name: 'control-byte-ignored',
    title: 'A write of the upper byte of Message Control is ignored.',
    rules: ['MSIX-CAP-8'],
    device: (Base) =>
      class extends Base {
        override writeControl(value: number, bytes: number): void {
          if (bytes !== 1) super.writeControl(value, bytes);
        }
      },
  },
  {
    name: 'control-dword-ignored',
    title: 'A write of Message Control as part of its dword is ignored.',
    rules: ['MSIX-CAP-8', 'MSIX-CAP-4', 'MSIX-CAP-5'],
    device: (Base) =>
      class extends Base {
        override writeControl(value: number, bytes: number): void {
          if (bytes !== 4) super.writeControl(value, bytes);
        }
      },
  },
  {
    name: 'control-byte-does-not-send',
    title: 'Clearing Function Mask by a byte sends nothing of what is pending.',
    rules: ['MSIX-CAP-8', 'MSIX-PEND-2'],
    device: (Base) =>
      class extends Base {
        override writeControl(value: number, bytes: number): void {
          this.memory[0] = bytes === 1 ? 1 : 0;
          super.writeControl(value, bytes);
          this.memory[0] = 0;
        }
        override releaseAll(): void {
          if (this.memory[0] === 0) super.releaseAll();
        }
      },
  },
  {
    name: 'qword-control-ignored',
    title: 'The upper half of a QWORD write of data and Vector Control is ignored.',
    bug: 'HB-13',
    rules: ['MSIX-ACCESS-4', 'MSIX-TABLE-3'],
    device: (Base) =>
      class extends Base {
        override writeDword(dword: number, value: number, bytes: number): void {
          if (bytes !== 8 || dword % 4 !== 3) super.writeDword(dword, value, bytes);
        }
      },
  },
  {
    name: 'qword-unmask-does-not-send',
    title: 'Unmasking by a QWORD does not send what is pending.',
    bug: 'HB-13',
    rules: ['MSIX-ACCESS-4', 'MSIX-PEND-2'],
    device: (Base) =>
      class extends Base {
        override writeDword(dword: number, value: number, bytes: number): void {
          if (bytes === 8 && dword % 4 === 3) this.table[dword] = value & 1;
          else super.writeDword(dword, value, bytes);
        }
      },
  },
  {
    name: 'qword-address-upper-half-ignored',
    title: 'The upper half of a QWORD write of the address is ignored.',
    rules: ['MSIX-ACCESS-3'],
    device: (Base) =>
      class extends Base {
        override writeDword(dword: number, value: number, bytes: number): void {
          if (bytes !== 8 || dword % 4 !== 1) super.writeDword(dword, value, bytes);
        }
      },
  },
  {
    name: 'qword-halves-exchanged',
    title: 'The halves of a QWORD write are exchanged.',
    bug: 'HB-36',
    rules: ['MSIX-ACCESS-3', 'MSIX-ACCESS-4'],
    device: (Base) =>
      class extends Base {
        override tableWrite(offset: number, bytes: number, low: number, high: number): void {
          super.tableWrite(offset, bytes, bytes === 8 ? high : low, bytes === 8 ? low : high);
        }
      },
  },
  {
    name: 'control-before-data',
    title: 'Of a QWORD write of data and Vector Control, the control takes effect first, and the old data is sent.',
    bug: 'HB-13',
    rules: ['MSIX-ACCESS-4', 'MSIX-MSG-1'],
    device: (Base) =>
      class extends Base {
        override tableWrite(offset: number, bytes: number, low: number, high: number): void {
          if (bytes !== 8 || offset % 16 !== 8) return super.tableWrite(offset, bytes, low, high);
          this.writeDword(offset / 4 + 1, high, 4);
          this.writeDword(offset / 4, low, 4);
        }
      },
  },
  {
    name: 'qword-read-repeats',
    title: 'A QWORD read of the table returns its lower half twice.',
    rules: ['MSIX-ACCESS-3', 'MSIX-TABLE-1', 'MSIX-TABLE-3', 'MSIX-MASK-2', 'MSIX-MASK-1'],
    device: (Base) =>
      class extends Base {
        override tableRead(offset: number, bytes: number): number {
          const low = super.tableRead(offset, bytes);
          this.readHigh = low;
          return low;
        }
      },
  },
  {
    name: 'big-endian-table',
    title: 'A read of the table returns the bytes of a dword in the wrong order.',
    bug: 'HB-36',
    rules: ['MSIX-TABLE-1', 'MSIX-TABLE-3', 'MSIX-MASK-2', 'MSIX-MASK-1', 'MSIX-RESET-1'],
    device: (Base) =>
      class extends Base {
        override readDword(dword: number): number {
          const value = this.table[dword];
          return ((value >>> 24) | ((value >>> 8) & 0xff00) | ((value << 8) & 0xff0000) | (value << 24)) >>> 0;
        }
      },
  },
  {
    name: 'control-at-the-next-entry',
    title: 'A write of Vector Control reaches the one of the next entry.',
    bug: 'HB-33',
    rules: ['MSIX-MASK-4', 'MSIX-TABLE-3', 'MSIX-TABLE-1'],
    vectors: 2,
    device: (Base) =>
      class extends Base {
        override writeVectorControl(vector: number, value: number): void {
          super.writeVectorControl((vector + 1) % this.vectorCount, value);
        }
      },
  },
  {
    name: 'reserved-control-bits-kept',
    title: 'Bits 13:11 of Message Control can be written.',
    rules: ['MSIX-CAP-3'],
    device: (Base) =>
      class extends Base {
        override configWrite(offset: number, bytes: number, value: number): void {
          if (offset === 0) this.memory[0] = (value >>> 16) & 0x3800;
          super.configWrite(offset, bytes, value);
        }
        override readControl = (): number =>
          (this.enabled ? 0x8000 : 0) | (this.functionMask ? 0x4000 : 0) | this.memory[0] | (this.vectorCount - 1);
      },
  },
  {
    name: 'table-size-can-be-written',
    title: 'Table Size can be written.',
    bug: 'HB-32',
    rules: ['MSIX-CAP-2'],
    device: (Base) =>
      class extends Base {
        override configWrite(offset: number, bytes: number, value: number): void {
          if (offset === 0 && (value >>> 16) % 2048 !== 0) this.memory[0] = 0x7ff;
          super.configWrite(offset, bytes, value);
        }
        override readControl(): number {
          return super.readControl() | this.memory[0];
        }
      },
  },
  {
    name: 'table-size-is-the-number',
    title: 'Table Size holds the number of vectors, not one less.',
    bug: 'HB-05',
    rules: ['MSIX-CAP-2'],
    device: (Base) =>
      class extends Base {
        override readControl(): number {
          return (super.readControl() & ~0x7ff) | this.vectorCount;
        }
      },
  },
  {
    name: 'table-size-truncated',
    title: 'Table Size has five bits.',
    bug: 'HB-06',
    rules: ['MSIX-CAP-2'],
    vectors: 33,
    device: (Base) =>
      class extends Base {
        override readControl(): number {
          return super.readControl() & 0xc01f;
        }
      },
  },
  {
    name: 'byte-write-panics',
    title: 'A write of one byte to the table ends the device.',
    bug: 'HB-34',
    rules: ['MSIX-ACCESS-1'],
    device: (Base) =>
      class extends Base {
        override tableWrite(offset: number, bytes: number, low: number, high: number): void {
          if (bytes < 4) throw new Error(`assertion failed: data.len() == 4 (left: ${bytes})`);
          super.tableWrite(offset, bytes, low, high);
        }
      },
  },
  {
    name: 'unaligned-write-spills',
    title: 'A write that is not aligned reaches the next dwords whole.',
    bug: 'HB-16',
    rules: ['MSIX-ACCESS-1', 'MSIX-TABLE-3', 'MSIX-TABLE-1'],
    device: (Base) =>
      class extends Base {
        override tableWrite(offset: number, bytes: number, low: number, high: number): void {
          if (bytes === 4 && offset % 4 !== 0)
            for (let dword = offset >> 2; dword % 4 !== 0 || dword === offset >> 2; dword++)
              this.writeDword(dword, low, 4);
          else super.tableWrite(offset, bytes, low, high);
        }
      },
  },
  {
    name: 'word-write-reaches-the-mask',
    title: 'A write of two bytes to the address clears the Mask Bit.',
    rules: ['MSIX-ACCESS-1', 'MSIX-TABLE-3', 'MSIX-MASK-2'],
    device: (Base) =>
      class extends Base {
        override tableWrite(offset: number, bytes: number, low: number, high: number): void {
          if (bytes === 2 && offset % 16 < 12) this.writeVectorControl(offset >> 4, 0);
          else super.tableWrite(offset, bytes, low, high);
        }
      },
  },
  {
    name: 'read-of-control-acknowledges',
    title: 'A read of Vector Control clears the Pending bit of its vector.',
    rules: ['MSIX-PBA-4', 'MSIX-PEND-1', 'MSIX-PEND-2'],
    device: (Base) =>
      class extends Base {
        override readDword(dword: number): number {
          if (dword % 4 === 3) this.pending[dword >> 2] = 0;
          return super.readDword(dword);
        }
      },
  },
  {
    name: 'read-of-capability-masks',
    title: 'A read of Message Control by two bytes sets Function Mask.',
    rules: ['MSIX-CAP-4'],
    device: (Base) =>
      class extends Base {
        override configRead(offset: number, bytes: number): number {
          const value = super.configRead(offset, bytes);
          if (bytes === 2) this.functionMask = true;
          return value;
        }
      },
  },
  {
    name: 'pba-write-panics',
    title: 'A write to the Pending Bit Array ends the device.',
    bug: 'HB-62',
    rules: ['MSIX-PBA-3', 'MSIX-ACCESS-1', 'MSIX-ACCESS-2'],
    device: (Base) =>
      class extends Base {
        override pbaWrite = (): void => {
          throw new Error('no handler for a write at 0x0 of the PBA');
        };
      },
  },
];
