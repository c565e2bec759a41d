/**
 * The comparison of a simulation: the implementation and the reference go through one history, and whatever one of them says, calls out
 * or looks like otherwise is told. What a callback of a history throws is `boom`.
 */

/** One of the two. */
export interface Side<Act, Reaction> {
  /** What it has called out since it was emptied. */
  readonly log: string[];
  /** What its callbacks do in the next act. */
  begin(reactions: readonly Reaction[]): void;
  perform(act: Act): string;
  look(): unknown;
}

/** What callbacks of a history throw. */
export const boom = new Error('boom');

/** Runs a history; returns what differs first, in a sentence, or undefined. Counts acts and calls out in `counts`. */
export function firstDifference<Act, Reaction>(
  history: readonly { readonly act: Act; readonly reactions: readonly Reaction[] }[],
  ours: Side<Act, Reaction>,
  theirs: Side<Act, Reaction>,
  counts: { acts: number; calls: number },
): string | undefined {
  for (const [index, { act, reactions }] of history.entries()) {
    const [got, expected] = [ours, theirs].map((side) => {
      side.log.length = 0;
      side.begin(reactions);
      let line: string;
      try {
        line = side.perform(act);
      } catch (error) {
        line = isBoom(error) ? 'threw' : `threw ${String(error)}`;
      }
      counts.acts++;
      counts.calls += side.log.length;
      return JSON.stringify([line, side.log, side.look()]);
    });
    if (got !== expected) return `Step ${index}: got ${got}; expected ${expected}.`;
  }
  return undefined;
}

/** What was injected into the implementation, since the start: callbacks that threw, saves with a flipped bit, calls that make no sense. */
export const faults = { thrown: 0, damaged: 0, nonsense: 0 };

const isBoom = (error: unknown): boolean =>
  error === boom || (error instanceof AggregateError && error.errors.every(isBoom));
