/**
 * How what was decided of a run is told.
 */
import type { Trace } from '../../checker/trace/trace.ts';
import type { Proof } from './messages.ts';

/** What is told where the link names a property that there is not. */
export function unknown(trace: Trace): Proof {
  return {
    standing: 'unknown',
    sentence: `The link names a property that ${trace.machine} does not have: nothing is claimed of this run.`,
  };
}

/** What was found of a property. */
export function proof(
  standing: Proof['standing'],
  { name, title, rules }: NonNullable<Proof['property']>,
  sentence: string,
): Proof {
  return { standing, property: { name, title, rules }, sentence };
}
