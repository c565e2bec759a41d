/** Devices that are wrong about MSI-X Enable, and about reset. */
import type { Piece } from '../piece.ts';

export const ENABLE: readonly Piece[] = [
  {
    name: 'disable-wipes-the-table',
    title: 'Disabling MSI-X clears address and data of every entry.',
    bug: 'HB-51',
    rules: ['MSIX-ENABLE-3'],
    device: (Base) =>
      class extends Base {
        override writeControl(value: number, bytes: number): void {
          const disables = this.enabled && (value & 0x8000) === 0;
          super.writeControl(value, bytes);
          for (let dword = 0; disables && dword < this.table.length; dword++)
            if (dword % 4 !== 3) this.table[dword] = 0;
        }
      },
  },
  {
    name: 'disable-masks-all',
    title: 'Disabling MSI-X sets every Mask Bit.',
    bug: 'HB-54',
    rules: ['MSIX-ENABLE-3'],
    device: (Base) =>
      class extends Base {
        override writeControl(value: number, bytes: number): void {
          const disables = this.enabled && (value & 0x8000) === 0;
          super.writeControl(value, bytes);
          for (let dword = 3; disables && dword < this.table.length; dword += 4) this.table[dword] = 1;
        }
      },
  },
  {
    name: 'enable-unmasks-all',
    title: 'Enabling MSI-X clears every Mask Bit.',
    rules: ['MSIX-ENABLE-3'],
    device: (Base) =>
      class extends Base {
        override writeControl(value: number, bytes: number): void {
          const enables = !this.enabled && (value & 0x8000) !== 0;
          super.writeControl(value, bytes);
          for (let dword = 3; enables && dword < this.table.length; dword += 4) this.table[dword] = 0;
        }
      },
  },
  {
    name: 'host-left-enabled',
    title: 'The guest disables MSI-X, reads that it is disabled, and is sent messages all the same.',
    bug: 'HB-45',
    rules: ['MSIX-ENABLE-1'],
    device: (Base) =>
      class extends Base {
        override isBlocked = (vector: number): boolean =>
          this.memory[0] === 0 || this.functionMask || this.isMasked(vector);
        override writeControl(value: number, bytes: number): void {
          if ((value & 0x8000) !== 0) this.memory[0] = 1;
          super.writeControl(value, bytes);
        }
        override reset(): void {
          this.memory[0] = 0;
          super.reset();
        }
      },
  },
  {
    name: 'disable-drops-function-mask',
    title: 'Function Mask cannot be set while MSI-X is disabled.',
    rules: ['MSIX-CAP-4'],
    device: (Base) =>
      class extends Base {
        override writeControl(value: number, bytes: number): void {
          super.writeControl((value & 0x8000) === 0 ? 0 : value, bytes);
        }
      },
  },
  {
    name: 'enable-needs-function-mask-clear',
    title: 'MSI-X Enable is ignored in a write that sets Function Mask.',
    rules: ['MSIX-CAP-5', 'MSIX-ENABLE-6'],
    device: (Base) =>
      class extends Base {
        override writeControl(value: number, bytes: number): void {
          super.writeControl((value & 0xc000) === 0xc000 && !this.enabled ? 0x4000 : value, bytes);
        }
      },
  },
  {
    name: 'reset-leaves-unmasked',
    title: 'Reset clears the Mask Bits.',
    bug: 'HB-20',
    rules: ['MSIX-RESET-1'],
    device: (Base) =>
      class extends Base {
        override resetVector(vector: number): void {
          super.resetVector(vector);
          this.table[4 * vector + 3] = 0;
        }
      },
  },
  {
    name: 'reset-leaves-enabled',
    title: 'MSI-X Enable survives reset.',
    bug: 'HB-21',
    rules: ['MSIX-RESET-1'],
    device: (Base) =>
      class extends Base {
        override reset(): void {
          const { enabled } = this;
          super.reset();
          this.enabled = enabled;
        }
      },
  },
  {
    name: 'reset-leaves-function-mask',
    title: 'Function Mask survives reset.',
    bug: 'HB-21',
    rules: ['MSIX-RESET-1'],
    device: (Base) =>
      class extends Base {
        override reset(): void {
          const { functionMask } = this;
          super.reset();
          this.functionMask = functionMask;
        }
      },
  },
  {
    name: 'reset-leaves-pending',
    title: 'Pending bits survive reset.',
    rules: ['MSIX-RESET-1'],
    device: (Base) =>
      class extends Base {
        override resetVector(vector: number): void {
          const bit = this.pending[vector];
          super.resetVector(vector);
          this.pending[vector] = bit;
        }
      },
  },
  {
    name: 'reset-leaves-mask-bits',
    title: 'Mask Bits survive reset.',
    bug: 'HB-20',
    rules: ['MSIX-RESET-1'],
    device: (Base) =>
      class extends Base {
        override resetVector(vector: number): void {
          const mask = this.table[4 * vector + 3];
          super.resetVector(vector);
          this.table[4 * vector + 3] = mask;
        }
      },
  },
  {
    name: 'reset-sends',
    title: 'Reset sends what is pending.',
    rules: ['MSIX-RESET-1', 'MSIX-RESET-5', 'MSIX-ENABLE-1'],
    device: (Base) =>
      class extends Base {
        override resetVector(vector: number): void {
          if (this.pending[vector] === 1) this.send(vector);
          super.resetVector(vector);
        }
      },
  },
  {
    name: 'reset-leaves-the-route',
    title: 'The first message after reset goes where the last one before it went.',
    bug: 'HB-50',
    rules: ['MSIX-MSG-1', 'MSIX-MSG-4'],
    device: (Base) =>
      class extends Base {
        override send(vector: number): void {
          const stale = this.memory[4 * vector + 3] === 1 ? this.memory.slice(4 * vector, 4 * vector + 3) : undefined;
          const message = stale ?? this.messageOf(vector);
          this.emit(message[0], message[1], message[2], vector);
          this.memory[4 * vector + 3] = 0;
          this.messageOf(vector).forEach((word, dword) => (this.memory[4 * vector + dword] = word));
        }
        override reset(): void {
          super.reset();
          for (let vector = 0; vector < this.vectorCount; vector++)
            if (this.memory[4 * vector + 2] !== 0) this.memory[4 * vector + 3] = 1;
        }
      },
  },
  {
    name: 'event-leaks-across-reset',
    title: 'An event that was pending at reset is sent by the first unmasking after it.',
    rules: ['MSIX-PEND-4'],
    device: (Base) =>
      class extends Base {
        override resetVector(vector: number): void {
          this.memory[vector] = this.pending[vector];
          super.resetVector(vector);
        }
        override writeVectorControl(vector: number, value: number): void {
          super.writeVectorControl(vector, value);
          if (this.memory[vector] === 1 && !this.isBlocked(vector)) {
            this.memory[vector] = 0;
            this.send(vector);
          }
        }
      },
  },
];
