/**
 * The simulations that there are, as properties of histories: whatever happens, implementation and reference tell, answer and look the same.
 */
import * as fc from 'fast-check';
import { histories } from './histories.ts';
import { hostHistories, hostDifferenceOf } from './machines.ts';
import { differenceOf } from './world.ts';

/** How many acts were done, and how many lines of calls out they made, on both sides together. */
export interface Counts {
  acts: number;
  calls: number;
}

/** A simulation by its name. */
export interface Simulation {
  readonly name: string;
  readonly property: fc.IProperty<[unknown]>;
}

/** All simulations, counting into `counts`. */
export function simulations(counts: Counts): readonly Simulation[] {
  const none = (difference: string | undefined): void => {
    if (difference !== undefined) throw new Error(difference);
  };
  return [
    {
      name: 'assigned devices, each with userspace and vCPU',
      property: fc.property(histories, (history) => none(differenceOf(history, counts))),
    },
    {
      name: 'machines that share the devices of one host',
      property: fc.property(hostHistories, (history) => none(hostDifferenceOf(history, counts))),
    },
  ];
}
