/** Devices that are wrong about what they tell their device model: `use` and `release`. */
import type { DeviceOutput } from '../../device/device.ts';
import type { Piece } from '../piece.ts';
import type { PlainClass } from '../plain.ts';

/** A device that tells of each vector when it opens and when it closes. `memory` has who is in use. */
const telling = (Base: PlainClass) =>
  class extends Base {
    override readonly notifies: boolean = true;
    readonly calls: DeviceOutput[] = [];

    tell(verb: 'use' | 'release', vector: number): void {
      this.calls.push({ verb, vector, addressLow: 0, addressHigh: 0, data: 0 });
    }

    /** Tells whatever has changed. */
    update(vector: number): void {
      const isUsed = this.isBlocked(vector) ? 0 : 1;
      if (isUsed === this.memory[vector]) return;
      this.memory[vector] = isUsed;
      this.tell(isUsed === 1 ? 'use' : 'release', vector);
    }

    updateAll(): void {
      for (let vector = 0; vector < this.vectorCount; vector++) this.update(vector);
    }

    override writeVectorControl(vector: number, value: number): void {
      super.writeVectorControl(vector, value);
      this.update(vector);
    }

    override writeControl(value: number, bytes: number): void {
      super.writeControl(value, bytes);
      this.updateAll();
    }

    override reset(): void {
      super.reset();
      this.updateAll();
    }

    override takeOutputs(): readonly DeviceOutput[] {
      return [...super.takeOutputs(), ...this.calls.splice(0)];
    }
  };

const RULES = ['MSIX-NOTIFY-1'];

export const NOTIFY: readonly Piece[] = [
  {
    name: 'not-released-on-disable',
    title: 'Vectors in use are not released when MSI-X is disabled.',
    bug: 'HB-46',
    rules: RULES,
    device: (Base) =>
      class extends telling(Base) {
        override updateAll(): void {
          if (this.enabled) super.updateAll();
        }
      },
  },
  {
    name: 'used-twice',
    title: 'Writing a Mask Bit that is clear already tells that the vector is in use once more.',
    bug: 'HB-23',
    rules: RULES,
    device: (Base) =>
      class extends telling(Base) {
        override writeVectorControl(vector: number, value: number): void {
          const again = !this.isBlocked(vector) && (value & 1) === 0;
          super.writeVectorControl(vector, value);
          if (again) this.tell('use', vector);
        }
      },
  },
  {
    name: 'released-without-use',
    title: 'Masking a vector releases it, though MSI-X is disabled and it was never in use.',
    bug: 'HB-48',
    rules: RULES,
    device: (Base) =>
      class extends telling(Base) {
        override writeVectorControl(vector: number, value: number): void {
          const unmasked = !this.isMasked(vector) && !this.enabled;
          super.writeVectorControl(vector, value);
          if (unmasked && this.isMasked(vector)) this.tell('release', vector);
        }
      },
  },
  {
    name: 'not-released-on-function-mask',
    title: 'Vectors in use are not released when Function Mask is set.',
    bug: 'HB-46',
    rules: RULES,
    device: (Base) =>
      class extends telling(Base) {
        override updateAll(): void {
          if (!this.functionMask) super.updateAll();
        }
      },
  },
];
