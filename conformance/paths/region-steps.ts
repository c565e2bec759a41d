/**
 * What an event does in each region, wherever that depends on the region and on a shared one alone: what is learnt of the steps in one state of the machine is
 * then told of all states that are put together of the same states of regions.
 */
import { ASK } from './machine-steps.ts';
import type { RegionWords, Step } from './region-words.ts';

/** The steps that one event is in all states in which the shared region is in one state. */
export class RegionSteps {
  /** The bits of the transitions of each region, as `bitsApart` gives them. */
  private readonly bits: readonly number[];
  /** By region, and by the state that it is in: its step; and where on the tape that stands, or 0 where it is not known. */
  private readonly steps: Step[][];
  private readonly places: number[][];
  /** Of each step the bits of its transitions in what `MachineSteps.take` returns, how many numbers follow, and what it flips of the words that are kept. */
  private readonly tape: number[] = [0];
  /** Where the steps of all regions stand that were asked for last. */
  private readonly found: number[];

  constructor(bits: readonly number[]) {
    this.bits = bits;
    this.steps = bits.map(() => []);
    this.places = bits.map(() => []);
    this.found = bits.map(() => 0);
  }

  /** Finds the steps of all regions from where they are; returns what `MachineSteps.take` returns, or `ASK` where one was not learnt. */
  find(here: readonly number[]): number {
    const { places, tape, found } = this;
    let talking = 0;
    for (let region = 0; region < places.length; region++) {
      const place = places[region][here[region]] | 0;
      if (place === 0) return ASK;
      found[region] = place;
      talking |= tape[place];
    }
    return talking;
  }

  /** Flips what the steps flip that were found last. */
  flip(memory: Uint32Array): void {
    const { tape, found } = this;
    for (let region = 0; region < found.length; region++) {
      const place = found[region] + 1;
      const end = place + tape[place];
      for (let at = place + 1; at < end; at += 2) memory[tape[at]] ^= tape[at + 1];
    }
  }

  /** The steps themselves of all regions from where they are, which are known. */
  wayFrom(here: readonly number[]): Step[] {
    return this.steps.map((known, region) => known[here[region]]);
  }

  /** Learns the step of each region from one of the machine, of which `MachineSteps.take` returned `talking`. */
  learn(told: RegionWords, next: Int32Array, talking: number): void {
    for (const [region, known] of this.steps.entries()) {
      const before = told.here[region];
      const step = known[before] === undefined ? told.stepTo(region, next) : undefined;
      if (step === undefined) continue;
      known[before] = step;
      this.places[region][before] = this.tape.length;
      this.tape.push(talking & this.bits[region], step.kept.length + 1, ...step.kept);
    }
  }
}
