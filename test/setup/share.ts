/**
 * How much a random test does. The files in `test/checker/random` are run by two projects of `vitest.config.ts`: among the quick tests they take the
 * first tenth of their machines, for the project `random` all. What came of either is pinned.
 */
import { inject } from 'vitest';

/** How much a project takes. */
export type Share = 'a tenth' | 'all';

declare module 'vitest' {
  interface ProvidedContext {
    readonly share: Share;
  }
}

const isWhole = (): boolean => inject('share') === 'all';

/** How many of so many machines are taken. */
export function share(all: number): number {
  return isWhole() ? all : all / 10;
}

/** What must come of them: of a tenth, and of all. */
export function pinned<Counts>(ofTenth: Counts, ofAll: Counts): Counts {
  return isWhole() ? ofAll : ofTenth;
}
