/**
 * The names of the machines, so that the command line can list them without the machines.
 */

/** The names of the machines, as the command line takes them: the pages first. */
export const MACHINE_NAMES = [
  'vector-page',
  'capability',
  'ownership',
  'vector',
  'function',
  'host-function',
  'assigned-device',
] as const;
export type MachineName = (typeof MACHINE_NAMES)[number];
