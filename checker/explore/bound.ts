/**
 * The error of a bound, alone, so that the command line can tell it from others without what explores.
 */

/** Thrown when an exploration meets its bound before it is done. */
export class BoundError extends Error {
  override name = 'BoundError';
}
