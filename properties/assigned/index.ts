/**
 * Every property of the assigned device, and those of the list that have nothing to be about here.
 */
import type { Design } from '../../machines/designs.ts';
import { ASSIGNED_CLAIMS } from './claims.ts';
import type { AssignedProperty } from './property.ts';
import { ASSIGNED_RUNS } from './runs.ts';

/** Whether a design may fail a property that goes beyond what the review asks for. */
export const mayFail = ({ beyond }: AssignedProperty, { check }: Design): boolean => beyond !== undefined && !check;

/** All properties, in the order of their numbers. */
export const ASSIGNED_PROPERTIES: readonly AssignedProperty[] = [...ASSIGNED_CLAIMS, ...ASSIGNED_RUNS];

/** The properties of real systems that the machine has nothing to say of, by their numbers, and why. */
export const NOT_OF_MACHINE: Readonly<Record<string, string>> = {
  'P9 of masks of the host': 'it masks for no reason of its own in this machine',
  P11: 'the machine has no widths and offsets; the implementation is asked',
  P12: 'the machine has no widths and offsets; the implementation is asked',
  P18: 'a guest has no way to the registers of the host in this machine',
  P19: 'the machine is not saved; the implementation is',
  P21: 'the machine has no INTx; the userspace half of the implementation has',
  P23: 'nobody is told of edges: the kernel injects, and masks the device (P9)',
};
