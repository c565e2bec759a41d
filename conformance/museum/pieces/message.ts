/** Devices that are wrong about which message a vector sends. */
import type { Piece } from '../piece.ts';
import type { PlainClass } from '../plain.ts';

/** A device that keeps a copy of each message, in `memory`, and sends that. */
const copying = (Base: PlainClass) =>
  class extends Base {
    copy(vector: number): void {
      for (let dword = 0; dword < 3; dword++) this.memory[4 * vector + dword] = this.table[4 * vector + dword];
    }
    override messageOf(vector: number): readonly number[] {
      return this.memory.slice(4 * vector, 4 * vector + 3);
    }
    copyAll(): void {
      for (let vector = 0; vector < this.vectorCount; vector++) if (!this.isMasked(vector)) this.copy(vector);
    }
  };

export const MESSAGE: readonly Piece[] = [
  {
    name: 'data-zero-is-unused',
    title: 'An entry whose data is zero is taken for one that is not in use, and its events are dropped.',
    bug: 'HB-01',
    rules: ['MSIX-MSG-6', 'MSIX-PEND-2', 'MSIX-PEND-1'],
    device: (Base) =>
      class extends Base {
        override signal(vector: number): void {
          if (this.table[4 * vector + 2] !== 0) super.signal(vector);
        }
      },
  },
  {
    name: 'data-zero-at-enable',
    title: 'An entry whose data is zero when MSI-X is enabled is never wired up, whatever is written to it later.',
    bug: 'HB-01',
    rules: ['MSIX-MSG-6', 'MSIX-MASK-1', 'MSIX-PEND-1', 'MSIX-PEND-2'],
    device: (Base) =>
      class extends Base {
        override writeControl(value: number, bytes: number): void {
          const enables = !this.enabled && (value & 0x8000) !== 0;
          for (let vector = 0; enables && vector < this.vectorCount; vector++)
            this.memory[vector] = this.table[4 * vector + 2] === 0 ? 1 : 0;
          super.writeControl(value, bytes);
        }
        override signal(vector: number): void {
          if (!this.enabled || this.memory[vector] === 0) super.signal(vector);
        }
      },
  },
  {
    name: 'affinity-ignored',
    title: 'The message that a vector had when it was first unmasked is the one it sends ever after.',
    bug: 'HB-02',
    rules: ['MSIX-MSG-1'],
    device: (Base) =>
      class extends copying(Base) {
        override send(vector: number): void {
          if (this.memory[4 * vector + 3] === 0) {
            this.copy(vector);
            this.memory[4 * vector + 3] = 1;
          }
          super.send(vector);
        }
        override reset(): void {
          super.reset();
          this.memory.fill(0);
        }
      },
  },
  {
    name: 'masked-at-enable-is-skipped',
    title: 'A vector that is masked when MSI-X is enabled is skipped until MSI-X is enabled again.',
    bug: 'HB-03',
    rules: ['MSIX-MASK-1', 'MSIX-MSG-6', 'MSIX-PEND-2', 'MSIX-PEND-1'],
    device: (Base) =>
      class extends Base {
        override writeControl(value: number, bytes: number): void {
          const enables = !this.enabled && (value & 0x8000) !== 0;
          for (let vector = 0; enables && vector < this.vectorCount; vector++)
            this.memory[vector] = this.isMasked(vector) ? 1 : 0;
          super.writeControl(value, bytes);
        }
        override signal(vector: number): void {
          if (!this.enabled || this.memory[vector] === 0) super.signal(vector);
        }
      },
  },
  {
    name: 'route-not-refreshed-by-function-mask',
    title: 'An entry changed under Function Mask keeps its old message when Function Mask is cleared.',
    rules: ['MSIX-MSG-1'],
    device: (Base) =>
      class extends copying(Base) {
        override writeVectorControl(vector: number, value: number): void {
          if (this.isMasked(vector) && (value & 1) === 0) this.copy(vector);
          super.writeVectorControl(vector, value);
        }
      },
  },
  {
    name: 'route-not-refreshed-by-unmask',
    title: 'An entry changed under its Mask Bit keeps its old message when it is unmasked.',
    bug: 'HB-02',
    rules: ['MSIX-MSG-1'],
    device: (Base) =>
      class extends copying(Base) {
        override writeControl(value: number, bytes: number): void {
          for (let vector = 0; vector < this.vectorCount; vector++) this.copy(vector);
          super.writeControl(value, bytes);
        }
      },
  },
  {
    name: 'torn-message',
    title: 'A message is torn: its address is that of the entry, its data what the entry held when MSI-X was enabled.',
    rules: ['MSIX-MSG-1', 'MSIX-MSG-3'],
    device: (Base) =>
      class extends copying(Base) {
        override messageOf(vector: number): readonly number[] {
          return [...this.table.slice(4 * vector, 4 * vector + 2), this.memory[4 * vector + 2]];
        }
        override writeControl(value: number, bytes: number): void {
          for (let vector = 0; !this.enabled && vector < this.vectorCount; vector++) this.copy(vector);
          super.writeControl(value, bytes);
        }
      },
  },
  {
    name: 'data-is-16-bits',
    title: 'Only the lower half of the data is sent.',
    rules: ['MSIX-MSG-4'],
    device: (Base) =>
      class extends Base {
        override messageOf(vector: number): readonly number[] {
          const [low, high, data] = super.messageOf(vector);
          return [low, high, data & 0xffff];
        }
      },
  },
  {
    name: 'upper-address-not-sent',
    title: 'A message goes to the lower half of its address.',
    rules: ['MSIX-MSG-4'],
    device: (Base) =>
      class extends Base {
        override messageOf(vector: number): readonly number[] {
          const [low, , data] = super.messageOf(vector);
          return [low, 0, data];
        }
      },
  },
  {
    name: 'address-is-48-bits',
    title: 'A message goes to the lower 48 bits of its address.',
    rules: ['MSIX-MSG-4'],
    device: (Base) =>
      class extends Base {
        override messageOf(vector: number): readonly number[] {
          const [low, high, data] = super.messageOf(vector);
          return [low, high & 0xffff, data];
        }
      },
  },
  {
    name: 'address-bit-31-not-sent',
    title: 'The address is sent as a number with a sign, and loses bit 31.',
    rules: ['MSIX-MSG-4'],
    device: (Base) =>
      class extends Base {
        override messageOf(vector: number): readonly number[] {
          const [low, high, data] = super.messageOf(vector);
          return [low & 0x7fffffff, high, data];
        }
      },
  },
  {
    name: 'upper-address-wiped-by-mask',
    title: 'A write of Vector Control clears the upper half of the address.',
    bug: 'HB-60',
    rules: ['MSIX-TABLE-1', 'MSIX-MSG-4'],
    device: (Base) =>
      class extends Base {
        override writeVectorControl(vector: number, value: number): void {
          this.table[4 * vector + 1] = 0;
          super.writeVectorControl(vector, value);
        }
      },
  },
  {
    name: 'write-under-function-mask-discarded',
    title: 'A write to an entry is discarded when its Mask Bit is clear, though Function Mask is set.',
    bug: 'HB-18',
    rules: ['MSIX-TABLE-1', 'MSIX-MSG-2'],
    device: (Base) =>
      class extends Base {
        override writeDword(dword: number, value: number, bytes: number): void {
          if (dword % 4 === 3 || this.isMasked(dword >> 2)) super.writeDword(dword, value, bytes);
        }
      },
  },
  {
    name: 'first-event-lost',
    title: 'What the first event of a vector needs is allocated by it, and the event is lost.',
    rules: ['MSIX-MSG-6', 'MSIX-MASK-1'],
    device: (Base) =>
      class extends Base {
        override signal(vector: number): void {
          if (!this.isBlocked(vector) && this.memory[vector] === 0) this.memory[vector] = 1;
          else super.signal(vector);
        }
      },
  },
  {
    name: 'route-removed-while-masked',
    title: 'Masking an open vector takes its route away, and an event that comes then is consumed and lost.',
    bug: 'HB-41',
    rules: ['MSIX-PEND-1'],
    device: (Base) =>
      class extends Base {
        override writeVectorControl(vector: number, value: number): void {
          if (!this.isBlocked(vector)) this.memory[vector] = 1;
          super.writeVectorControl(vector, value);
        }
        override hold(vector: number): void {
          if (this.memory[vector] === 0 || !this.isMasked(vector) || !this.enabled) super.hold(vector);
        }
      },
  },
  {
    name: 'no-resource-for-the-third',
    title: 'Only two vectors have a route; the events of a third one are lost.',
    bug: 'HB-66',
    rules: ['MSIX-MSG-6', 'MSIX-MASK-1', 'MSIX-PEND-2'],
    vectors: 3,
    device: (Base) =>
      class extends Base {
        override send(vector: number): void {
          if (vector < 2) super.send(vector);
        }
      },
  },
  {
    name: 'third-open-vector-is-lost',
    title: 'Two vectors can be open at a time; the events of one more are lost.',
    bug: 'HB-66',
    rules: ['MSIX-MSG-6', 'MSIX-MASK-1', 'MSIX-PEND-2', 'MSIX-PEND-1'],
    vectors: 3,
    device: (Base) =>
      class extends Base {
        override send(vector: number): void {
          let open = 0;
          for (let other = 0; other < vector; other++) if (!this.isBlocked(other)) open++;
          if (open < 2) super.send(vector);
        }
      },
  },
  {
    name: 'unknown-is-entry-zero',
    title: 'A vector that was never written sends the message of entry 0.',
    bug: 'HB-08',
    rules: ['MSIX-MASK-4', 'MSIX-MSG-1', 'MSIX-MSG-6'],
    vectors: 2,
    device: (Base) =>
      class extends Base {
        override messageOf(vector: number): readonly number[] {
          const own = super.messageOf(vector);
          return own[2] === 0 ? super.messageOf(0) : own;
        }
      },
  },
  {
    name: 'zero-marks-a-free-slot',
    title: 'While the data of entry 0 is zero, a write to another entry goes there.',
    bug: 'HB-09',
    rules: ['MSIX-MASK-4', 'MSIX-TABLE-1'],
    vectors: 2,
    device: (Base) =>
      class extends Base {
        override writeDword(dword: number, value: number, bytes: number): void {
          super.writeDword(dword % 4 === 2 && this.table[2] === 0 ? 2 : dword, value, bytes);
        }
      },
  },
  {
    name: 'message-is-of-the-last-write',
    title: 'The message sent is that of the entry that was written last.',
    rules: ['MSIX-MASK-4', 'MSIX-MSG-1', 'MSIX-MSG-4'],
    vectors: 2,
    device: (Base) =>
      class extends Base {
        override writeDword(dword: number, value: number, bytes: number): void {
          if (dword % 4 === 2) this.memory[0] = dword >> 2;
          super.writeDword(dword, value, bytes);
        }
        override messageOf(vector: number): readonly number[] {
          return super.messageOf(this.memory[0] === 1 ? 1 : vector);
        }
      },
  },
];
