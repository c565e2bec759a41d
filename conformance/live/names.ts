/**
 * The names of the races, so that the command line can list them without what runs them.
 */

/** What an event may meet. */
export const RACE_NAMES = ['mask', 'unmask', 'function-mask', 'disable', 'rewrite', 'add'] as const;
export type RaceName = (typeof RACE_NAMES)[number];
