/**
 * What a claim is, and what a decision of one says. A predicate is data, which is compiled, or a function of the state's value.
 *
 * A claim is an implication where it has a premise, and its premise is its witness too: if nothing reachable satisfies it,
 * the verdict is `n/a`. On a part of the states a claim can fail, but it can not hold: the verdict is `open`.
 */
import type { StateValue } from 'xstate';
import type { GuardExpression } from '../machine/guard.ts';
import type { Lasso } from '../trace/shape.ts';

export type { Lasso };

/**
 * A predicate over states: an expression; what XState's `stateIn`, `and`, `or`, `not` return; or a function of the state's
 * value. Functions take far longer; they are for small machines.
 */
export type StatePredicate = ReadPredicate | BuiltInGuard;

/** What XState's `stateIn`, `and`, `or`, `not` return, by a field that their type has. */
interface BuiltInGuard {
  readonly _out_TGuard?: unknown;
}

/** A predicate over states, read: XState's guards are expressions by then. */
export type ReadPredicate = GuardExpression | ((value: StateValue) => boolean);

/** A predicate over steps: over the states before and after, the event, the outputs, and whether any transition is taken. */
export type StepPredicate<Predicate = StatePredicate> =
  | { readonly kind: 'before' | 'after'; readonly state: Predicate }
  /** The event is one of these. */
  | { readonly kind: 'event'; readonly names: readonly string[] }
  /** One of the outputs is one of these. */
  | { readonly kind: 'output'; readonly names: readonly string[] }
  | { readonly kind: 'taken' }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly StepPredicate<Predicate>[] }
  | { readonly kind: 'not'; readonly part: StepPredicate<Predicate> };

interface Named {
  readonly name: string;
  /** What it claims, as a sentence. */
  readonly title: string;
}

/** In every reachable state: if `when`, then `holds`. */
export interface InvariantClaim<Predicate = StatePredicate> extends Named {
  readonly kind: 'invariant';
  readonly when?: Predicate;
  readonly holds: Predicate;
}

/** In every step from a reachable state, also one whose event is ignored: if `when`, then `holds`. */
export interface StepClaim<Predicate = StatePredicate> extends Named {
  readonly kind: 'step';
  readonly when?: StepPredicate<Predicate>;
  readonly holds: StepPredicate<Predicate>;
}

/** Some reachable state satisfies `that`. */
export interface ReachClaim<Predicate = StatePredicate> extends Named {
  readonly kind: 'reach';
  readonly that: Predicate;
}

/**
 * In every fair run, each state that satisfies `from` is followed by one that satisfies `to`, or is one. Without `from`:
 * the first state is, so that it is eventually. Without fairness anything may stop for ever.
 */
export interface LeadsToClaim<Predicate = StatePredicate> extends Named {
  readonly kind: 'leadsTo';
  readonly from?: Predicate;
  readonly to: Predicate;
  readonly fairness: readonly Fairness[];
}

export type Claim<Predicate = StatePredicate> =
  | InvariantClaim<Predicate>
  | StepClaim<Predicate>
  | ReachClaim<Predicate>
  | LeadsToClaim<Predicate>;

/** A claim that was read. */
export type ReadClaim = Claim<ReadPredicate>;

export interface Decision {
  readonly claim: Claim;
  readonly result: 'holds' | 'fails' | 'n/a' | 'open';
  /** The events that were left out of the alphabet, if any: the result is that of a machine to which they never happen. */
  readonly without?: readonly string[];
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
