/**
 * The regions of a parallel machine in its packed states: which state each of them is in, as a number that says all of it.
 */
import { ancestorsOf, childrenOf } from '../machine/transition-sets.ts';
import type { Layout } from './format.ts';

/** The bits of a region in one word of a state, and where they go in the number of the region's state. */
interface RegionPart {
  readonly word: number;
  readonly mask: number;
  readonly shift: number;
  readonly to: number;
}

const BITS_MAX = 31;

/** The regions of a machine, and the number of the state that each is in. */
export class RegionStates {
  readonly names: readonly string[];
  private readonly parts: readonly (readonly RegionPart[])[];

  /** @throws {RangeError} for a region whose states take more bits than a number tells apart. */
  constructor({ root, fields }: Layout) {
    const regions = childrenOf(root);
    this.names = regions.map(({ key }) => key);
    this.parts = regions.map((region) => {
      const masks = new Map<number, number>();
      for (const [node, { word, mask }] of fields) {
        if (node === region || ancestorsOf(node).includes(region)) masks.set(word, (masks.get(word) ?? 0) | mask);
      }
      let to = 0;
      const parts = [...masks].map(([word, mask]) => {
        const shift = 31 - Math.clz32(mask & -mask);
        const part = { word, mask, shift, to };
        to += 32 - Math.clz32(mask >>> shift);
        return part;
      });
      // In one bit more the number would have a sign, and in two more it would tell states no longer apart.
      if (to > BITS_MAX) throw new RangeError(`Got ${to} bits for region ${region.key}; expected ${BITS_MAX} at most.`);
      return parts;
    });
  }

  /** Whether a region is in different states. */
  differ(region: number, words: Int32Array, from: number, others: Int32Array, other: number): boolean {
    const parts = this.parts[region];
    for (let index = 0; index < parts.length; index++) {
      const { word, mask } = parts[index];
      if (((words[from + word] ^ others[other + word]) & mask) !== 0) return true;
    }
    return false;
  }

  /** The regions that some of the bits belong to. */
  within(bits: Int32Array): number[] {
    const none = new Int32Array(bits.length);
    return [...this.names.keys()].filter((region) => this.differ(region, bits, 0, none, 0));
  }

  /** The number of the state that a region is in. */
  stateOf(region: number, words: Int32Array, from: number): number {
    let state = 0;
    const parts = this.parts[region];
    for (let index = 0; index < parts.length; index++) {
      const { word, mask, shift, to } = parts[index];
      state |= ((words[from + word] & mask) >>> shift) << to;
    }
    return state;
  }
}
