/**
 * Where the inspector is, unless it is told otherwise.
 */

/** The port that XState's own inspectors connect to unless they are told another. */
export const DEFAULT_PORT = 8080;
