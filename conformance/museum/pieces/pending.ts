/** Devices that are wrong about how events wait, and how they leave. */
import type { Piece } from '../piece.ts';

export const PENDING: readonly Piece[] = [
  {
    name: 'masked-events-dropped',
    title: 'An event of a blocked vector is dropped.',
    bug: 'HB-65',
    rules: ['MSIX-PEND-1'],
    device: (Base) =>
      class extends Base {
        override hold(): void {}
      },
  },
  {
    name: 'pending-never-shown',
    title: 'An event is held and sent on unmasking, and the Pending bit never shows it.',
    bug: 'HB-27',
    rules: ['MSIX-PEND-1', 'MSIX-PBA-4'],
    device: (Base) =>
      class extends Base {
        override isShownPending = (): boolean => false;
      },
  },
  {
    name: 'unmask-does-not-send',
    title: 'Unmasking a pending vector does not send it.',
    rules: ['MSIX-PEND-2'],
    device: (Base) =>
      class extends Base {
        override writeVectorControl(vector: number, value: number): void {
          this.table[4 * vector + 3] = value & 1;
        }
      },
  },
  {
    name: 'function-mask-edge-does-not-send',
    title: 'Clearing Function Mask does not send what is pending.',
    rules: ['MSIX-PEND-2'],
    device: (Base) =>
      class extends Base {
        override writeControl(value: number, bytes: number): void {
          this.memory[0] = this.functionMask && this.enabled ? 1 : 0;
          super.writeControl(value, bytes);
          this.memory[0] = 0;
        }
        override releaseAll(): void {
          if (this.memory[0] === 0) super.releaseAll();
        }
      },
  },
  {
    name: 'enable-edge-does-not-send',
    title: 'Enabling MSI-X leaves what is pending as it is, in vectors that nothing blocks.',
    rules: ['MSIX-PEND-5', 'MSIX-PEND-2'],
    device: (Base) =>
      class extends Base {
        override writeControl(value: number, bytes: number): void {
          this.memory[0] = !this.enabled ? 1 : 0;
          super.writeControl(value, bytes);
          this.memory[0] = 0;
        }
        override releaseAll(): void {
          if (this.memory[0] === 0) super.releaseAll();
        }
      },
  },
  {
    name: 'pending-outlives-its-message',
    title: 'The message is sent on unmasking, and the Pending bit stays set.',
    rules: ['MSIX-PEND-2', 'MSIX-PEND-5'],
    device: (Base) =>
      class extends Base {
        override release(vector: number): void {
          if (this.pending[vector] === 1 && !this.isBlocked(vector)) this.send(vector);
        }
      },
  },
  {
    name: 'masking-clears-pending',
    title: 'Writing the Mask Bit of a masked vector clears its Pending bit.',
    rules: ['MSIX-PBA-4', 'MSIX-PEND-1'],
    device: (Base) =>
      class extends Base {
        override writeVectorControl(vector: number, value: number): void {
          if ((value & 1) === 1) this.pending[vector] = 0;
          super.writeVectorControl(vector, value);
        }
      },
  },
  {
    name: 'function-mask-clears-pending',
    title: 'Setting Function Mask clears all Pending bits.',
    rules: ['MSIX-PBA-4', 'MSIX-PEND-1'],
    device: (Base) =>
      class extends Base {
        override writeControl(value: number, bytes: number): void {
          if ((value & 0xc000) === 0xc000 && this.enabled) this.pending.fill(0);
          super.writeControl(value, bytes);
        }
      },
  },
  {
    name: 'redundant-enable-clears-pending',
    title: 'Enabling MSI-X when it is enabled already clears the Pending bits.',
    bug: 'HB-58',
    rules: ['MSIX-PBA-4', 'MSIX-PEND-1', 'MSIX-PEND-2'],
    device: (Base) =>
      class extends Base {
        override writeControl(value: number, bytes: number): void {
          if (this.enabled && (value & 0x8000) !== 0) this.pending.fill(0);
          super.writeControl(value, bytes);
        }
      },
  },
  {
    name: 'sends-twice',
    title: 'Unmasking a pending vector sends its message twice.',
    rules: ['MSIX-PEND-4'],
    device: (Base) =>
      class extends Base {
        override release(vector: number): void {
          if (this.pending[vector] === 1 && !this.isBlocked(vector)) this.send(vector);
          super.release(vector);
        }
      },
  },
  {
    name: 'bogus-mask-update',
    title: 'Writing a Mask Bit that is clear already sends the message once more.',
    bug: 'HB-23',
    rules: ['MSIX-PEND-4'],
    device: (Base) =>
      class extends Base {
        override writeVectorControl(vector: number, value: number): void {
          if (!this.isBlocked(vector) && (value & 1) === 0) this.send(vector);
          super.writeVectorControl(vector, value);
        }
      },
  },
  {
    name: 'sends-on-every-unmask',
    title: 'Unmasking sends, whether anything is pending or not.',
    rules: ['MSIX-PEND-4'],
    device: (Base) =>
      class extends Base {
        override writeVectorControl(vector: number, value: number): void {
          if (this.isMasked(vector) && (value & 1) === 0) this.pending[vector] = 1;
          super.writeVectorControl(vector, value);
        }
      },
  },
  {
    name: 'poll-clears',
    title: 'A read of the Pending Bit Array clears what it returns.',
    rules: ['MSIX-PBA-4', 'MSIX-PEND-1', 'MSIX-PEND-2'],
    device: (Base) =>
      class extends Base {
        override readPending(dword: number): number {
          const bits = super.readPending(dword);
          this.pending.fill(0, 32 * dword, Math.min(32 * dword + 32, this.vectorCount));
          return bits;
        }
      },
  },
  {
    name: 'poll-sees-the-past',
    title: 'A read of the Pending Bit Array returns what the read before should have.',
    rules: ['MSIX-PBA-4', 'MSIX-PEND-1'],
    device: (Base) =>
      class extends Base {
        override readPending(dword: number): number {
          const bits = super.readPending(dword);
          const before = this.memory[dword];
          this.memory[dword] = bits;
          return before;
        }
      },
  },
  {
    name: 'qword-poll-reads-zero',
    title: 'A read of the Pending Bit Array by a QWORD returns zero.',
    rules: ['MSIX-PBA-1', 'MSIX-PBA-4'],
    device: (Base) =>
      class extends Base {
        override pbaRead(offset: number, bytes: number): number {
          const low = super.pbaRead(offset, bytes);
          if (bytes === 8) this.readHigh = 0;
          return bytes === 8 ? 0 : low;
        }
      },
  },
  {
    name: 'retire-ignored',
    title: 'The Pending bit stays set when the cause is gone.',
    rules: ['MSIX-PEND-3'],
    device: (Base) =>
      class extends Base {
        override retire(): void {}
      },
  },
  {
    name: 'retire-clears-the-neighbour',
    title: 'When the cause of one vector is gone, the Pending bit of the other is cleared as well.',
    rules: ['MSIX-MASK-4'],
    vectors: 2,
    device: (Base) =>
      class extends Base {
        override retire(vector: number): void {
          this.pending[vector] = 0;
          this.pending[vector ^ 1] = 0;
        }
      },
  },
  {
    name: 'retire-sends',
    title: 'When the cause of a pending event is gone, its message is sent.',
    rules: ['MSIX-PEND-3', 'MSIX-MASK-1', 'MSIX-MASK-2', 'MSIX-ENABLE-1'],
    device: (Base) =>
      class extends Base {
        override retire(vector: number): void {
          if (this.pending[vector] === 1 && this.enabled) this.send(vector);
          super.retire(vector);
        }
      },
  },
  {
    name: 'second-event-clears',
    title: 'A second event of a blocked vector clears its Pending bit.',
    rules: ['MSIX-PBA-4', 'MSIX-PEND-1', 'MSIX-PEND-4'],
    device: (Base) =>
      class extends Base {
        override hold(vector: number): void {
          this.pending[vector] ^= 1;
        }
      },
  },
  {
    name: 'one-bit-for-all',
    title: 'There is one Pending bit, and it shows for every vector.',
    rules: ['MSIX-MASK-4', 'MSIX-PBA-1'],
    vectors: 2,
    device: (Base) =>
      class extends Base {
        override isShownPending = (vector: number): boolean => vector < this.vectorCount && this.pending.includes(1);
      },
  },
  {
    name: 'unmasking-one-drops-the-other',
    title: 'Unmasking a vector clears the Pending bit of the one beside it.',
    bug: 'HB-42',
    rules: ['MSIX-MASK-4'],
    vectors: 2,
    device: (Base) =>
      class extends Base {
        override writeVectorControl(vector: number, value: number): void {
          super.writeVectorControl(vector, value);
          if ((value & 1) === 0 && this.vectorCount > 1) this.pending[vector ^ 1] = 0;
        }
      },
  },
  {
    name: 'sends-only-one-at-the-edge',
    title: 'Clearing Function Mask sends one pending vector, and leaves the others pending.',
    rules: ['MSIX-PEND-2', 'MSIX-PEND-5'],
    vectors: 2,
    device: (Base) =>
      class extends Base {
        override releaseAll(): void {
          const first = this.pending.findIndex((bit, vector) => bit === 1 && !this.isBlocked(vector));
          if (first >= 0) this.release(first);
        }
      },
  },
];
