/** Devices that are wrong only after something has happened: each step alone is right. */
import type { Piece } from '../piece.ts';

const PEND = ['MSIX-PEND-1', 'MSIX-PBA-4', 'MSIX-PEND-2'] as const;

export const HISTORY: readonly Piece[] = [
  {
    name: 'lost-after-unmask-and-mask',
    title: 'Once a vector was open, events that come while it is masked are dropped.',
    bug: 'HB-41',
    rules: PEND,
    device: (Base) =>
      class extends Base {
        override writeVectorControl(vector: number, value: number): void {
          super.writeVectorControl(vector, value);
          if (!this.isBlocked(vector)) this.memory[vector] = 1;
        }
        override hold(vector: number): void {
          if (this.memory[vector] === 0) super.hold(vector);
        }
      },
  },
  {
    name: 'third-masking',
    title: 'From the third masking on, events of a vector are dropped.',
    rules: PEND,
    device: (Base) =>
      class extends Base {
        override writeVectorControl(vector: number, value: number): void {
          if ((value & 1) === 1 && !this.isMasked(vector) && this.memory[vector] < 3) this.memory[vector]++;
          super.writeVectorControl(vector, value);
        }
        override hold(vector: number): void {
          if (this.memory[vector] < 3) super.hold(vector);
        }
      },
  },
  {
    name: 'lost-after-a-disable',
    title: 'Once MSI-X was disabled, events of masked vectors are dropped.',
    rules: PEND,
    device: (Base) =>
      class extends Base {
        override writeControl(value: number, bytes: number): void {
          if (this.enabled && (value & 0x8000) === 0) this.memory[0] = 1;
          super.writeControl(value, bytes);
        }
        override hold(vector: number): void {
          if (this.memory[0] === 0) super.hold(vector);
        }
      },
  },
  {
    name: 'mask-ignored-after-function-mask',
    title: 'Once Function Mask was set and cleared, Mask Bits block nothing.',
    rules: ['MSIX-MASK-2'],
    device: (Base) =>
      class extends Base {
        override isBlocked = (vector: number): boolean =>
          !this.enabled || this.functionMask || (this.memory[0] === 0 && this.isMasked(vector));
        override writeControl(value: number, bytes: number): void {
          if (this.functionMask && (value & 0x4000) === 0) this.memory[0] = 1;
          super.writeControl(value, bytes);
        }
      },
  },
  {
    name: 'second-function-mask-clears-it',
    title: 'Setting Function Mask when it is set already clears it.',
    rules: ['MSIX-CAP-4'],
    device: (Base) =>
      class extends Base {
        override writeControl(value: number, bytes: number): void {
          const again = this.functionMask && (value & 0x4000) !== 0 && this.enabled;
          super.writeControl(again ? value & ~0x4000 : value, bytes);
        }
      },
  },
  {
    name: 'write-while-open-sticks',
    title: 'Once an entry was changed while unmasked, no later change of it is sent.',
    bug: 'HB-52',
    rules: ['MSIX-MSG-1'],
    device: (Base) =>
      class extends Base {
        override writeDword(dword: number, value: number, bytes: number): void {
          const vector = dword >> 2;
          if (dword % 4 === 2 && !this.isBlocked(vector) && this.memory[4 * vector + 3] === 0) {
            for (let word = 0; word < 3; word++) this.memory[4 * vector + word] = this.table[4 * vector + word];
            this.memory[4 * vector + 2] = value;
            this.memory[4 * vector + 3] = 1;
          }
          super.writeDword(dword, value, bytes);
        }
        override messageOf(vector: number): readonly number[] {
          return this.memory[4 * vector + 3] === 1
            ? this.memory.slice(4 * vector, 4 * vector + 3)
            : super.messageOf(vector);
        }
      },
  },
  {
    name: 'lost-after-a-poll',
    title: 'An event that was seen by a poll is not sent on unmasking, though its bit stays set until then.',
    rules: ['MSIX-PEND-2', 'MSIX-PEND-5'],
    device: (Base) =>
      class extends Base {
        override readPending(dword: number): number {
          if (dword === 0 && this.pending[0] === 1) this.memory[0] = 1;
          return super.readPending(dword);
        }
        override release(vector: number): void {
          if (vector === 0 && this.memory[0] === 1 && this.pending[0] === 1 && !this.isBlocked(0)) {
            this.memory[0] = 0;
            this.pending[0] = 0;
          } else super.release(vector);
        }
        override reset(): void {
          this.memory[0] = 0;
          super.reset();
        }
      },
  },
  {
    name: 'mixed-widths',
    title: 'After a byte write of Message Control, a QWORD write of Vector Control is ignored.',
    rules: ['MSIX-ACCESS-4', 'MSIX-TABLE-3'],
    device: (Base) =>
      class extends Base {
        override writeControl(value: number, bytes: number): void {
          this.memory[0] = bytes === 1 ? 1 : 0;
          super.writeControl(value, bytes);
        }
        override writeDword(dword: number, value: number, bytes: number): void {
          if (bytes !== 8 || dword % 4 !== 3 || this.memory[0] === 0) super.writeDword(dword, value, bytes);
        }
      },
  },
  {
    name: 'eight-events-overflow',
    title: 'The eighth event of a blocked vector clears its Pending bit.',
    rules: PEND,
    device: (Base) =>
      class extends Base {
        override hold(vector: number): void {
          this.memory[vector] = (this.memory[vector] + 1) % 8;
          this.pending[vector] = this.memory[vector] === 0 ? 0 : 1;
        }
        override release(vector: number): void {
          if (!this.isBlocked(vector)) this.memory[vector] = 0;
          super.release(vector);
        }
        override retire(vector: number): void {
          this.memory[vector] = 0;
          super.retire(vector);
        }
        override resetVector(vector: number): void {
          this.memory[vector] = 0;
          super.resetVector(vector);
        }
      },
  },
  {
    name: 'retire-then-deaf',
    title: 'After its cause was gone once, a vector drops its next event while blocked.',
    rules: PEND,
    device: (Base) =>
      class extends Base {
        override retire(vector: number): void {
          if (this.pending[vector] === 1) this.memory[vector] = 1;
          super.retire(vector);
        }
        override hold(vector: number): void {
          if (this.memory[vector] === 0) super.hold(vector);
          this.memory[vector] = 0;
        }
      },
  },
  {
    name: 'reset-keeps-a-copy',
    title: 'Function Mask reads clear after reset, and the copy of it that decides what is blocked survives.',
    bug: 'HB-21',
    rules: ['MSIX-RESET-1', 'MSIX-MASK-1', 'MSIX-MSG-6', 'MSIX-PEND-2'],
    device: (Base) =>
      class extends Base {
        override isBlocked(vector: number): boolean {
          return super.isBlocked(vector) || this.memory[0] === 1;
        }
        override writeControl(value: number, bytes: number): void {
          const masks = (value & 0x4000) !== 0;
          if (masks !== this.functionMask) this.memory[0] = masks ? 1 : 0;
          super.writeControl(value, bytes);
        }
      },
  },
  {
    name: 'masking-one-ends-the-watch',
    title:
      'Once a vector is masked while another is open, no write of a Mask Bit takes effect any more, though each reads back.',
    bug: 'HB-19',
    rules: ['MSIX-MASK-2', 'MSIX-MASK-1', 'MSIX-PEND-1', 'MSIX-PEND-2', 'MSIX-MASK-4'],
    vectors: 2,
    device: (Base) =>
      class extends Base {
        override isBlocked(vector: number): boolean {
          return !this.enabled || this.functionMask || this.memory[vector + 1] === 0;
        }
        override writeVectorControl(vector: number, value: number): void {
          const others = this.memory.slice(1, this.vectorCount + 1).some((open, each) => each !== vector && open === 1);
          if (this.memory[0] === 0) {
            this.memory[0] = (value & 1) === 1 && this.memory[vector + 1] === 1 && others ? 1 : 0;
            this.memory[vector + 1] = (value & 1) ^ 1;
          }
          super.writeVectorControl(vector, value);
        }
        override reset(): void {
          this.memory.fill(0);
          super.reset();
        }
      },
  },
  {
    name: 'second-event-at-once-is-lost',
    title: 'Of two events of an open vector with no access in between, the second is lost.',
    rules: ['MSIX-MASK-1', 'MSIX-MSG-6', 'MSIX-PEND-1'],
    device: (Base) =>
      class extends Base {
        override signal(vector: number): void {
          if (this.memory[vector] === 0) super.signal(vector);
          this.memory[vector] = this.isBlocked(vector) ? 0 : 1;
        }
        override configRead(offset: number, bytes: number): number {
          this.memory.fill(0);
          return super.configRead(offset, bytes);
        }
        override configWrite(offset: number, bytes: number, value: number): void {
          this.memory.fill(0);
          super.configWrite(offset, bytes, value);
        }
        override tableRead(offset: number, bytes: number): number {
          this.memory.fill(0);
          return super.tableRead(offset, bytes);
        }
        override tableWrite(offset: number, bytes: number, low: number, high: number): void {
          this.memory.fill(0);
          super.tableWrite(offset, bytes, low, high);
        }
        override pbaRead(offset: number, bytes: number): number {
          this.memory.fill(0);
          return super.pbaRead(offset, bytes);
        }
        override reset(): void {
          this.memory.fill(0);
          super.reset();
        }
      },
  },
  {
    name: 'waits-for-what-blocked-it',
    title:
      'An event that came while its Mask Bit was set is sent by unmasking alone, not by clearing Function Mask after that.',
    rules: ['MSIX-PEND-2', 'MSIX-PEND-5'],
    device: (Base) =>
      class extends Base {
        override hold(vector: number): void {
          super.hold(vector);
          this.memory[vector] = this.isMasked(vector) ? 1 : 0;
        }
        override releaseAll(): void {
          for (let vector = 0; vector < this.vectorCount; vector++) if (this.memory[vector] === 0) this.release(vector);
        }
      },
  },
  {
    name: 'message-of-the-event',
    title: 'What a blocked vector sends once it is unmasked is the message that its entry held when the event came.',
    rules: ['MSIX-MSG-1'],
    device: (Base) =>
      class extends Base {
        override hold(vector: number): void {
          if (this.pending[vector] === 0)
            this.messageOf(vector).forEach((word, dword) => (this.memory[4 * vector + dword] = word));
          super.hold(vector);
        }
        override release(vector: number): void {
          if (this.pending[vector] === 0 || this.isBlocked(vector)) return;
          this.pending[vector] = 0;
          const [low, high, data] = this.memory.slice(4 * vector, 4 * vector + 3);
          this.emit(low, high, data, vector);
        }
      },
  },
  {
    name: 'level-triggered',
    title: 'An event stays until its cause is gone, and each unmasking sends it again.',
    rules: ['MSIX-PEND-4'],
    device: (Base) =>
      class extends Base {
        override signal(vector: number): void {
          this.memory[vector] = 1;
          super.signal(vector);
        }
        override retire(vector: number): void {
          this.memory[vector] = 0;
          super.retire(vector);
        }
        override resetVector(vector: number): void {
          this.memory[vector] = 0;
          super.resetVector(vector);
        }
        override writeVectorControl(vector: number, value: number): void {
          const unmasks = this.isMasked(vector) && (value & 1) === 0;
          if (unmasks && this.memory[vector] === 1) this.pending[vector] = 1;
          super.writeVectorControl(vector, value);
        }
      },
  },
];
