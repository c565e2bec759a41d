/**
 * What a claim is, and what a decision of one says. A predicate is data, which is compiled, or a function of the state's value.
 *
 * A claim is an implication where it has a premise, and its premise is its witness too: if nothing reachable satisfies it,
 * the verdict is `n/a`. On a part of the states a claim can fail, but it can not hold: the verdict is `open`.
 */
import type { StateValue } from 'xstate';
import type { GuardExpression } from '../machine/guard.ts';

/** A predicate over states. Functions take far longer; they are for small machines. */
export type StatePredicate = GuardExpression | ((value: StateValue) => boolean);

/** A predicate over steps: over the states before and after, the event, the outputs, and whether any transition is taken. */
export type StepPredicate =
  | { readonly kind: 'before' | 'after'; readonly state: StatePredicate }
  /** The event is one of these. */
  | { readonly kind: 'event'; readonly names: readonly string[] }
  /** One of the outputs is one of these. */
  | { readonly kind: 'output'; readonly names: readonly string[] }
  | { readonly kind: 'taken' }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly StepPredicate[] }
  | { readonly kind: 'not'; readonly part: StepPredicate };

interface Named {
  readonly name: string;
  /** What it claims, as a sentence. */
  readonly title: string;
}

/** In every reachable state: if `when`, then `holds`. */
export interface InvariantClaim extends Named {
  readonly kind: 'invariant';
  readonly when?: StatePredicate;
  readonly holds: StatePredicate;
}

/** In every step from a reachable state, also one whose event is ignored: if `when`, then `holds`. */
export interface StepClaim extends Named {
  readonly kind: 'step';
  readonly when?: StepPredicate;
  readonly holds: StepPredicate;
}

/** Some reachable state satisfies `that`. */
export interface ReachClaim extends Named {
  readonly kind: 'reach';
  readonly that: StatePredicate;
}

/**
 * In every fair run, each state that satisfies `from` is followed by one that satisfies `to`, or is one. Without `from`:
 * the first state is, so that it is eventually. Without fairness anything may stop for ever.
 */
export interface LeadsToClaim extends Named {
  readonly kind: 'leadsTo';
  readonly from?: StatePredicate;
  readonly to: StatePredicate;
  readonly fairness: readonly Fairness[];
}

export type Claim = InvariantClaim | StepClaim | ReachClaim | LeadsToClaim;

export interface Decision {
  readonly claim: Claim;
  readonly result: 'holds' | 'fails' | 'n/a' | 'open';
  /** A shortest path to where the premise is satisfied, or to what is to be reached. */
  readonly witness?: Lasso;
  /** A shortest path to where the claim is broken, its last step included; for `leadsTo`, a run that never gets there. */
  readonly counterexample?: Lasso;
  /** The clauses of `holds` that fail where the counterexample ends, as formulas. */
  readonly clauses?: readonly string[];
}

/**
 * An assumption on runs. Its events, taken together, are enabled where any of them is not ignored. Weak: if they stay enabled
 * from some point on, one is taken again and again. Strong: also if they are enabled again and again.
 */
export interface Fairness {
  readonly strength: 'weak' | 'strong';
  readonly events: readonly string[];
}

/** A run, as numbers of events from the initial state on. */
export interface Lasso {
  readonly path: readonly number[];
  /** What is repeated for ever after the path; empty when nothing happens any more. Absent where a run need not go on. */
  readonly loop?: readonly number[];
}
