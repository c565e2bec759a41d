/**
 * Words that belong to the states of a machine of parallel regions, told region by region: each state of a region flips the same bits,
 * whatever the others are in. So a few words for each state of each region stand for those of all states together.
 *
 * That the words can be told like this is an assumption of whoever learns them. It is shown by holding them against all states.
 */
import type { RegionStates } from '../../checker/compile/region-states.ts';

/** What is flipped: which words, and which of their bits. */
export interface Flips {
  readonly at: Uint32Array;
  readonly bits: Uint32Array;
}

/** The words of all states, of those of the regions that are known. */
export class RegionWords {
  private readonly regions: RegionStates;
  /** What each state of each region flips, and what a step flips that takes a region from one state to another. */
  private readonly flips: (Flips | undefined)[][];
  private readonly steps: Flips[][][];
  /** The states of the regions where the words were written last. */
  readonly here: number[];
  private base = new Uint32Array();

  constructor(regions: RegionStates) {
    this.regions = regions;
    this.flips = regions.names.map(() => []);
    this.steps = regions.names.map(() => []);
    this.here = regions.names.map(() => 0);
  }

  /** Begins with the words of the state that begins at `from` in `words`. */
  begin(words: Int32Array, from: number, seen: Uint32Array): void {
    this.base = seen.slice();
    for (const [region, known] of this.flips.entries()) {
      known[this.regions.stateOf(region, words, from)] = flipsOf(new Uint32Array());
    }
  }

  /** Writes the words of a state of which every region is known; returns false of another. */
  write(words: Int32Array, from: number, out: Uint32Array): boolean {
    const { regions, flips, here } = this;
    out.set(this.base);
    for (let region = 0; region < flips.length; region++) {
      here[region] = regions.stateOf(region, words, from);
      const known = flips[region][here[region]];
      if (known === undefined) return false;
      flip(out, known);
    }
    return true;
  }

  /**
   * What to flip in the words that were written last to make them those of the state in `next`, from which no regions but those of `changed` may
   * differ; nothing where the state of one is not known.
   */
  way(changed: readonly number[], next: Int32Array): readonly Flips[] | undefined {
    const { regions, here, steps } = this;
    const way: Flips[] = [];
    for (let index = 0; index < changed.length; index++) {
      const region = changed[index];
      const before = here[region];
      const after = regions.stateOf(region, next, 0);
      if (before === after) continue;
      const step = steps[region][before]?.[after] ?? this.learnStep(region, before, after);
      if (step === undefined) return undefined;
      way.push(step);
    }
    return way;
  }

  private learnStep(region: number, before: number, after: number): Flips | undefined {
    const [one, other] = [this.flips[region][before], this.flips[region][after]];
    if (one === undefined || other === undefined) return undefined;
    const words = new Uint32Array(this.base.length);
    flip(words, one);
    flip(words, other);
    return ((this.steps[region][before] ??= [])[after] = flipsOf(words));
  }

  /** Learns the one region that is not known of a state from the words of that state; returns false where it is not one. */
  learn(words: Int32Array, from: number, seen: Uint32Array): boolean {
    const states = this.flips.map((_, region) => this.regions.stateOf(region, words, from));
    const unknown = states.flatMap((state, region) => (this.flips[region][state] === undefined ? [region] : []));
    if (unknown.length !== 1) return false;
    const rest = this.base.map((word, at) => word ^ seen[at]);
    for (const [region, state] of states.entries()) if (region !== unknown[0]) flip(rest, this.flips[region][state]!);
    this.flips[unknown[0]][states[unknown[0]]] = flipsOf(rest);
    return true;
  }
}

/** The words that are not zero. */
function flipsOf(words: Uint32Array): Flips {
  const at = Uint32Array.from([...words.keys()].filter((word) => words[word] !== 0));
  return { at, bits: at.map((word) => words[word]) };
}

/** Goes a way, or back. */
export function flipAll(words: Uint32Array, way: readonly Flips[]): void {
  for (let index = 0; index < way.length; index++) flip(words, way[index]);
}

function flip(words: Uint32Array, { at, bits }: Flips): void {
  for (let index = 0; index < at.length; index++) words[at[index]] ^= bits[index];
}
