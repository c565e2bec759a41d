/**
 * Words that belong to the states of a machine of parallel regions, told region by region: each state of a region flips the same bits,
 * whatever the others are in. So a few words for each state of each region stand for those of all states together. They are told in two parts,
 * which can be flipped apart: what is seen of a device, and what it keeps.
 *
 * That the words can be told like this is an assumption of whoever learns them. It is shown by holding them against all states.
 */
import type { RegionStates } from '../../checker/compile/region-states.ts';

/** Words, in two parts. */
export interface Words {
  readonly seen: Uint32Array;
  readonly kept: Uint32Array;
}

/** Which words are flipped, each followed by which of its bits, as signed integers: those are small ones to V8. */
export type Flips = readonly number[];

/** What a region flips on the way from one of its states to another. */
export type Step = Readonly<Record<keyof Words, Flips>>;

/** The words of all states, of those of the regions that are known. */
export class RegionWords {
  private readonly regions: RegionStates;
  /** Where the words of a state are written. Who flips them flips them back. */
  private readonly written: Words;
  /** Of each region, what each state flips of the words of the first; and the steps from each to each. */
  private readonly flips: (Step | undefined)[][];
  private readonly steps: Step[][][];
  /** The states of the regions where the words were written last. */
  readonly here: number[];
  private base: Words = { seen: new Uint32Array(), kept: new Uint32Array() };

  constructor(regions: RegionStates, written: Words) {
    this.regions = regions;
    this.written = written;
    this.flips = regions.names.map(() => []);
    this.steps = regions.names.map(() => []);
    this.here = regions.names.map(() => 0);
  }

  /** Begins with the words of the state that begins at `from` in `words`, and writes them. */
  begin(words: Int32Array, from: number, { seen, kept }: Words): void {
    this.base = { seen: seen.slice(), kept: kept.slice() };
    this.written.seen.set(seen);
    this.written.kept.set(kept);
    const none = { seen: [], kept: [] };
    for (const [region, known] of this.flips.entries()) {
      this.here[region] = this.regions.stateOf(region, words, from);
      known[this.here[region]] = none;
    }
  }

  /** Writes the words of a state of which every region is known; returns false of another. A region that is where it was written last flips nothing. */
  write(words: Int32Array, from: number): boolean {
    const { regions, here, written } = this;
    for (let region = 0; region < here.length; region++) {
      const before = here[region];
      const after = regions.stateOf(region, words, from);
      if (before === after) continue;
      const step = this.stepOf(region, before, after);
      if (step === undefined) return false;
      here[region] = after;
      flip(written.seen, step.seen);
      flip(written.kept, step.kept);
    }
    return true;
  }

  /**
   * Finds the way from the words that were written last to those of the state in `next`, from which no regions but those of `changed` may
   * differ. Writes its steps to `way`, and returns how many they are, or -1 where the state of a region is not known.
   */
  wayTo(changed: readonly number[], next: Int32Array, way: Step[]): number {
    const { regions, here } = this;
    let count = 0;
    for (let index = 0; index < changed.length; index++) {
      const region = changed[index];
      const before = here[region];
      const after = regions.stateOf(region, next, 0);
      if (before === after) continue;
      const step = this.stepOf(region, before, after);
      if (step === undefined) return -1;
      way[count++] = step;
    }
    return count;
  }

  /** The step of one region from where the words were written last to the state in `next`; nothing where one of the two is not known. */
  stepTo(region: number, next: Int32Array): Step | undefined {
    return this.stepOf(region, this.here[region], this.regions.stateOf(region, next, 0));
  }

  /** What a region flips from one of its states to another, where both are known. */
  private stepOf(region: number, before: number, after: number): Step | undefined {
    return this.steps[region][before]?.[after] ?? this.learnStep(region, before, after);
  }

  private learnStep(region: number, before: number, after: number): Step | undefined {
    const [one, other] = [this.flips[region][before], this.flips[region][after]];
    if (one === undefined || other === undefined) return undefined;
    const flipped = (part: keyof Words): Flips => {
      const words = new Uint32Array(this.base[part].length);
      flip(words, one[part]);
      flip(words, other[part]);
      return flipsOf(words);
    };
    return ((this.steps[region][before] ??= [])[after] = { seen: flipped('seen'), kept: flipped('kept') });
  }

  /** Learns the one region that is not known of a state from the words of that state; returns false where it is not one. */
  learn(words: Int32Array, from: number, learnt: Words): boolean {
    const states = this.flips.map((_, region) => this.regions.stateOf(region, words, from));
    const unknown = states.flatMap((state, region) => (this.flips[region][state] === undefined ? [region] : []));
    if (unknown.length !== 1) return false;
    const rest = (part: keyof Words): Flips => {
      const left = this.base[part].map((word, at) => word ^ learnt[part][at]);
      for (const [region, state] of states.entries()) {
        if (region !== unknown[0]) flip(left, this.flips[region][state]![part]);
      }
      return flipsOf(left);
    };
    this.flips[unknown[0]][states[unknown[0]]] = { seen: rest('seen'), kept: rest('kept') };
    return true;
  }
}

/** The words that are not zero, as flips. */
export function flipsOf(words: Uint32Array): Flips {
  return [...words.entries()].flatMap(([at, bits]) => (bits === 0 ? [] : [at, bits | 0]));
}

/** Flips bits; and flips them back. */
export function flip(words: Uint32Array, flips: Flips): void {
  for (let index = 0; index < flips.length; index += 2) words[flips[index]] ^= flips[index + 1];
}
