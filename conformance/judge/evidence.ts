/**
 * What is held against a device: what might have been, what was, and the rules that stand between.
 */
import type { FieldName } from './fields.ts';

/** What one state does in a step, and what may be read afterwards. */
export interface Candidate {
  readonly from: number;
  readonly to: number;
  /** All fields, as a code. */
  readonly code: number;
  readonly taken: readonly number[];
}

/** Something that might have been, and was not. */
export interface BlamedCandidate extends Candidate {
  /** The fields that are read otherwise, and those that were doubted before. */
  readonly doubts: number;
  /** Whether what it sent or told differs, too. */
  readonly isOfOutputs: boolean;
}

/** Where a vector stands: what blocks it. */
export type BlockedBy = 'off' | 'function mask' | 'masked' | 'open';

/** What is wrong with one step, as far as one vector or the capability shows. */
export interface Blame {
  readonly candidates: readonly BlamedCandidate[];
  /** Field by field, what was expected and what was got. */
  readonly differences: readonly Difference[];
  /** The rules that are broken, or of which one is, the likeliest first. */
  readonly rules: readonly string[];
  readonly before: BlockedBy;
  readonly after: BlockedBy;
}

/** One field that differs. */
export interface Difference {
  readonly field: FieldName;
  /** As codes of the field. */
  readonly expected: number;
  readonly got: number;
}
