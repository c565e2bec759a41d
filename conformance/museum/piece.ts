/**
 * A piece of the museum: a device that is wrong in one way, and what is known of that way.
 */
import type { PlainClass } from './plain.ts';

/** One wrong device. */
export interface Piece {
  /** In kebab case; `maskbit museum NAME` runs it. */
  readonly name: string;
  /** What it does wrong, in a sentence. */
  readonly title: string;
  /** The bug that it is, in the list of bugs that real emulations have had; a kind of bug that is not there has none. */
  readonly bug?: string;
  /** The rules it breaks; a finding must cite one of them. */
  readonly rules: readonly string[];
  /** How many vectors it takes to show it. Default 1. */
  readonly vectors?: number;
  /** The device that is wrong in this way, and otherwise as `Base` is. */
  readonly device: (Base: PlainClass) => PlainClass;
}
