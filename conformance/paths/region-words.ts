/**
 * Words that belong to the states of a machine of parallel regions, told region by region: each state of a region flips the same bits,
 * whatever the others are in. So a few words for each state of each region stand for those of all states together.
 *
 * That the words can be told like this is an assumption of whoever learns them. It is shown by holding them against all states.
 */
import type { RegionStates } from '../../checker/compile/region-states.ts';

/** What a state of a region flips: which words, and which of their bits. */
interface Flips {
  readonly at: readonly number[];
  readonly bits: readonly number[];
}

/** The words of all states, of those of the regions that are known. */
export class RegionWords {
  private readonly regions: RegionStates;
  private readonly flips: (Flips | undefined)[][];
  private base = new Uint32Array();

  constructor(regions: RegionStates) {
    this.regions = regions;
    this.flips = regions.names.map(() => []);
  }

  /** Begins with the words of the state that begins at `from` in `words`. */
  begin(words: Int32Array, from: number, seen: Uint32Array): void {
    this.base = seen.slice();
    for (const [region, known] of this.flips.entries()) {
      known[this.regions.stateOf(region, words, from)] = { at: [], bits: [] };
    }
  }

  /** Writes the words of a state of which every region is known; returns false of another. */
  write(words: Int32Array, from: number, out: Uint32Array): boolean {
    out.set(this.base);
    for (let region = 0; region < this.flips.length; region++) {
      const flips = this.flips[region][this.regions.stateOf(region, words, from)];
      if (flips === undefined) return false;
      flip(out, flips);
    }
    return true;
  }

  /** Makes the words of one state those of another. Returns how many regions differ, or -1 where one is not known; nothing is done for that. */
  move(words: Int32Array, from: number, others: Int32Array, other: number, out: Uint32Array): number {
    const { regions, flips } = this;
    let moved = 0;
    for (let region = 0; region < flips.length; region++) {
      if (!regions.differ(region, words, from, others, other)) continue;
      const known = flips[region];
      const next = known[regions.stateOf(region, others, other)];
      if (next === undefined) return -1;
      flip(out, known[regions.stateOf(region, words, from)]!);
      flip(out, next);
      moved++;
    }
    return moved;
  }

  /** Learns the one region that is not known of a state from the words of that state; returns false where it is not one. */
  learn(words: Int32Array, from: number, seen: Uint32Array): boolean {
    const states = this.flips.map((_, region) => this.regions.stateOf(region, words, from));
    const unknown = states.flatMap((state, region) => (this.flips[region][state] === undefined ? [region] : []));
    if (unknown.length !== 1) return false;
    const rest = this.base.slice();
    for (const [region, state] of states.entries()) if (region !== unknown[0]) flip(rest, this.flips[region][state]!);
    const at = [...seen.keys()].filter((word) => seen[word] !== rest[word]);
    this.flips[unknown[0]][states[unknown[0]]] = { at, bits: at.map((word) => seen[word] ^ rest[word]) };
    return true;
  }
}

function flip(words: Uint32Array, { at, bits }: Flips): void {
  for (let index = 0; index < at.length; index++) words[at[index]] ^= bits[index];
}
