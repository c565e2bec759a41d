/**
 * What `checker/decide/sifted-steps.ts` is on the page, by an alias of the build: machines that are drawn are small, so claims about steps are asked in
 * every state. It is the same verdict, and less to load.
 */
import type { Found } from '../../checker/decide/search.ts';

/** No claim is told apart. */
export const isData = (): boolean => false;

/** Nothing is sifted: all claims are searched for. */
export const searchSifted = (): readonly Found[] | undefined => undefined;
