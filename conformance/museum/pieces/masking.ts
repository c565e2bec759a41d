/** Devices that are wrong about what blocks a vector, and whose Mask Bit is whose. */
import type { Piece } from '../piece.ts';

export const MASKING: readonly Piece[] = [
  {
    name: 'mask-ignored',
    title: 'A masked vector sends all the same.',
    bug: 'HB-04',
    rules: ['MSIX-MASK-2'],
    device: (Base) =>
      class extends Base {
        override isBlocked = (): boolean => !this.enabled || this.functionMask;
      },
  },
  {
    name: 'function-mask-ignored',
    title: 'Function Mask is kept and blocks nothing.',
    rules: ['MSIX-MASK-1'],
    device: (Base) =>
      class extends Base {
        override isBlocked = (vector: number): boolean => !this.enabled || this.isMasked(vector);
      },
  },
  {
    name: 'enable-ignored',
    title: 'An event is sent while MSI-X is disabled.',
    rules: ['MSIX-ENABLE-1'],
    device: (Base) =>
      class extends Base {
        override isBlocked = (vector: number): boolean => this.functionMask || this.isMasked(vector);
      },
  },
  {
    name: 'unmask-sends-while-disabled',
    title: 'Unmasking a pending vector sends it though MSI-X is disabled.',
    rules: ['MSIX-ENABLE-1'],
    device: (Base) =>
      class extends Base {
        override writeVectorControl(vector: number, value: number): void {
          this.table[4 * vector + 3] = value & 1;
          if (this.pending[vector] === 0 || this.functionMask || this.isMasked(vector)) return;
          this.pending[vector] = 0;
          this.send(vector);
        }
      },
  },
  {
    name: 'one-write-clears-both',
    title: 'A write that clears Function Mask and MSI-X Enable together sends what is pending.',
    rules: ['MSIX-ENABLE-1'],
    device: (Base) =>
      class extends Base {
        override writeControl(value: number, bytes: number): void {
          if (this.enabled && this.functionMask && (value & 0xc000) === 0) {
            this.functionMask = false;
            this.releaseAll();
          }
          super.writeControl(value, bytes);
        }
      },
  },
  {
    name: 'enables-before-it-masks',
    title: 'A write that sets both bits takes them one after the other, and sends in between.',
    rules: ['MSIX-MASK-1'],
    device: (Base) =>
      class extends Base {
        override writeControl(value: number, bytes: number): void {
          if ((value & 0xc000) === 0xc000 && !this.enabled) super.writeControl(0x8000, bytes);
          super.writeControl(value, bytes);
        }
      },
  },
  {
    name: 'function-mask-sets-mask-bits',
    title: 'Setting Function Mask sets every Mask Bit, and clearing it does not clear them.',
    rules: ['MSIX-MASK-3'],
    device: (Base) =>
      class extends Base {
        override writeControl(value: number, bytes: number): void {
          super.writeControl(value, bytes);
          if (this.functionMask)
            for (let vector = 0; vector < this.vectorCount; vector++) this.table[4 * vector + 3] = 1;
        }
      },
  },
  {
    name: 'function-mask-clears-mask-bits',
    title: 'Clearing Function Mask clears every Mask Bit.',
    rules: ['MSIX-MASK-3'],
    device: (Base) =>
      class extends Base {
        override writeControl(value: number, bytes: number): void {
          const lifts = this.functionMask && (value & 0x4000) === 0;
          super.writeControl(value, bytes);
          if (lifts) for (let vector = 0; vector < this.vectorCount; vector++) this.table[4 * vector + 3] = 0;
        }
      },
  },
  {
    name: 'masks-the-neighbour',
    title: 'Masking an entry masks the one beside it, too.',
    rules: ['MSIX-MASK-4'],
    vectors: 2,
    device: (Base) =>
      class extends Base {
        override writeVectorControl(vector: number, value: number): void {
          super.writeVectorControl(vector, value);
          if ((value & 1) === 1) this.table[4 * (vector ^ 1) + 3] |= 1;
        }
      },
  },
  {
    name: 'masks-its-equals',
    title: 'Masking an entry masks every other one with the same message.',
    rules: ['MSIX-MASK-4'],
    vectors: 2,
    device: (Base) =>
      class extends Base {
        override writeVectorControl(vector: number, value: number): void {
          super.writeVectorControl(vector, value);
          const own = this.messageOf(vector).join();
          for (let other = 0; other < this.vectorCount; other++)
            if ((value & 1) === 1 && this.messageOf(other).join() === own) this.table[4 * other + 3] |= 1;
        }
      },
  },
  {
    name: 'unmask-forgotten-after-a-write',
    title: 'The first unmasking after a change of the entry is forgotten.',
    bug: 'HB-10',
    rules: ['MSIX-TABLE-3'],
    device: (Base) =>
      class extends Base {
        override writeDword(dword: number, value: number, bytes: number): void {
          const vector = dword >> 2;
          if (dword % 4 !== 3) this.memory[vector] = 1;
          else if (this.memory[vector] === 1 && (value & 1) === 0) return void (this.memory[vector] = 0);
          super.writeDword(dword, value, bytes);
        }
      },
  },
  {
    name: 'mask-forgotten-after-a-write',
    title: 'The first masking after a change of the entry is forgotten.',
    bug: 'HB-11',
    rules: ['MSIX-TABLE-3'],
    device: (Base) =>
      class extends Base {
        override writeDword(dword: number, value: number, bytes: number): void {
          const vector = dword >> 2;
          if (dword % 4 !== 3) this.memory[vector] = 1;
          else if (this.memory[vector] === 1 && (value & 1) === 1) return void (this.memory[vector] = 0);
          super.writeDword(dword, value, bytes);
        }
      },
  },
  {
    name: 'whole-word-is-the-mask',
    title: 'Any reserved bit that is set in Vector Control masks the vector.',
    bug: 'HB-53',
    rules: ['MSIX-TABLE-3', 'MSIX-MASK-1', 'MSIX-PEND-1', 'MSIX-TABLE-4'],
    device: (Base) =>
      class extends Base {
        override isMasked = (vector: number): boolean => this.table[4 * vector + 3] !== 0;
        override writeVectorControl(vector: number, value: number): void {
          this.table[4 * vector + 3] = value;
          this.release(vector);
        }
      },
  },
  {
    name: 'exchanged-control-bits',
    title: 'Message Control is read with Enable and Function Mask exchanged.',
    rules: ['MSIX-CAP-4', 'MSIX-CAP-5'],
    device: (Base) =>
      class extends Base {
        override readControl = (): number =>
          (this.enabled ? 0x4000 : 0) | (this.functionMask ? 0x8000 : 0) | (this.vectorCount - 1);
      },
  },
  {
    name: 'mask-bit-reads-clear',
    title: 'The Mask Bit works, and always reads clear.',
    rules: ['MSIX-TABLE-3', 'MSIX-RESET-1', 'MSIX-MASK-2'],
    device: (Base) =>
      class extends Base {
        override readDword = (dword: number): number => (dword % 4 === 3 ? 0 : this.table[dword]);
      },
  },
];
