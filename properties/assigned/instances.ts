/**
 * The instances of the assigned device that are checked, and what of each. What is known of them is in `manifest.json`.
 */
import type { AssignedBounds } from '../../machines/device-context.ts';
import { CHECKED, DESIGNS, POSTED, REVIEWED } from '../../machines/designs.ts';
import { HALVES, THREE, TWO } from '../../machines/messages.ts';
import { IndependentVectorsStep } from './claims.ts';
import { ASSIGNED_PROPERTIES } from './index.ts';
import type { AssignedProperty } from './property.ts';

/** An instance, and the properties that are decided of it. */
export interface AssignedTask {
  readonly bounds: AssignedBounds;
  readonly properties: readonly AssignedProperty[];
}

const REPAIRED = [REVIEWED, CHECKED];
const UNREPAIRED = DESIGNS.filter((design) => !REPAIRED.includes(design));
const all = (
  design: AssignedBounds['design'],
  vectors: number,
  messages: AssignedBounds['messages'],
  vcpus?: number,
): AssignedTask => ({
  bounds: { design, vectors, messages, ...(vcpus === undefined ? {} : { vcpus }) },
  properties: ASSIGNED_PROPERTIES,
});

/**
 * What every check gets to: all designs with one vector; two vCPUs of the patch and of those that are repaired, and of these also halves; two
 * vectors of what the review asks for.
 */
export const ASSIGNED_TASKS: readonly AssignedTask[] = [
  ...DESIGNS.map((design) => all(design, 1, THREE)),
  ...REPAIRED.map((design) => all(design, 1, HALVES)),
  ...[POSTED, ...REPAIRED].map((design) => all(design, 1, TWO, 2)),
  all(REVIEWED, 2, TWO),
];

/** What only a full check gets to: what the others make of a second vector, and more of those that are repaired. */
export const FULL_ASSIGNED_TASKS: readonly AssignedTask[] = [
  all(CHECKED, 2, TWO),
  ...UNREPAIRED.map((design) => ({
    bounds: { design, vectors: 2, messages: TWO },
    properties: [IndependentVectorsStep],
  })),
  ...REPAIRED.map((design) => all(design, 2, THREE)),
];
