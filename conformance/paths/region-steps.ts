/**
 * What an event does in each region, wherever that depends on the region and on a shared one alone: what is learnt of the steps in one state of the machine is
 * then told of all states that are put together of the same states of regions.
 */
import { ASK } from './machine-steps.ts';
import type { RegionWords, Step } from './region-words.ts';

/** A step of one region: what it flips, and the bits of its transitions in what `MachineSteps` says. */
interface RegionStep {
  readonly step: Step;
  readonly talking: number;
}

/** The steps that one event is in all states in which the shared region is in one state. */
export class RegionSteps {
  /** The bits of the transitions of each region, as `bitsApart` gives them. */
  private readonly bits: readonly number[];
  /** By region, and by the state that it is in. */
  private readonly known: (RegionStep | undefined)[][];

  constructor(bits: readonly number[]) {
    this.bits = bits;
    this.known = bits.map(() => []);
  }

  /** Writes the steps of all regions from where they are to `way`; returns what `MachineSteps.take` returns, or `ASK` where one was not learnt. */
  wayFrom(here: readonly number[], way: Step[]): number {
    const { known } = this;
    let talking = 0;
    for (let region = 0; region < known.length; region++) {
      const found = known[region][here[region]];
      if (found === undefined) return ASK;
      way[region] = found.step;
      talking |= found.talking;
    }
    return talking;
  }

  /** Learns the step of each region from one of the machine, of which `MachineSteps.take` returned `talking`. */
  learn(told: RegionWords, next: Int32Array, talking: number): void {
    for (const [region, known] of this.known.entries()) {
      const step = told.stepTo(region, next);
      if (step !== undefined) known[told.here[region]] = { step, talking: talking & this.bits[region] };
    }
  }
}
