/**
 * The machines that the page offers: the pages first (`machines/pages/`), then those that are generated, by what they are made of.
 */
import { DESIGNS } from '../../machines/designs.ts';
import type { MACHINE_NAMES } from '../../properties/names.ts';

/** A machine to begin with. */
export type Beginning = readonly [
  label: string,
  machine: (typeof MACHINE_NAMES)[number],
  bounds: Readonly<Record<string, string | number>>,
];

export const BEGINNINGS: readonly Beginning[] = [
  ['page: one vector', 'vector-page', {}],
  ['page: capability', 'capability', {}],
  ['page: ownership', 'ownership', {}],
  ['vector, two messages', 'vector', { vectors: 1, messages: 'two' }],
  ['function, 1 vector', 'function', { vectors: 1, messages: 'two' }],
  ['function, 2 vectors', 'function', { vectors: 2, messages: 'two' }],
  ['function, 1 vector, halves of messages', 'function', { vectors: 1, messages: 'halves' }],
  ['function, 1 vector, channel', 'function', { vectors: 1, messages: 'three', channel: 1 }],
  ['function, 4 vectors', 'function', { vectors: 4, messages: 'three' }],
  ['host function', 'host-function', { vectors: 1, messages: 'two' }],
  ...DESIGNS.map(({ name }): Beginning => {
    return [`assigned device, ${name}`, 'assigned-device', { design: name, vectors: 1, messages: 'three' }];
  }),
];
