/**
 * What a property of the assigned device is: a claim about one vector, with the monitors that it asks, and the reason why a design
 * or an instance has nothing that it is about. Vectors are alike, so what is decided for the first holds for each.
 */
import type { Exploration } from '../../checker/explore/explore.ts';
import type { Claim, Decision, StatePredicate, StepPredicate } from '../../checker/decide/claim.ts';
import type { AssignedBounds } from '../../machines/device-context.ts';
import type { MonitorName } from '../../machines/monitors.ts';

/** Where a claim is made from, and what does not happen: one property has many causes, and this asks for one of them. */
export interface Scope {
  /** What has happened before, as names of events. Those that a design ignores do nothing. */
  readonly after?: readonly string[];
  /** The events that do not happen from there on. */
  readonly without?: (event: string) => boolean;
  /** The scope as a clause, for tables: "after bring-up, writes left out". */
  readonly words?: string;
}

/** What every property has. */
interface Stated {
  /** Ends in `Inv`, `Step`, `Leads` or `Runs`. */
  readonly name: string;
  /** P1 to P23, as the bugs that it stands for are numbered; absent for what is no bug of a real system. */
  readonly number?: string;
  /** What it claims, as a sentence. */
  readonly title: string;
  readonly rules: readonly string[];
  /** Why it says nothing of an instance; undefined when it says something. */
  readonly notFor?: (bounds: AssignedBounds) => string | undefined;
  /** Why a design that meets every objection may fail it all the same; absent where it may not. */
  readonly beyond?: string;
  /** Where it is claimed, if not from the start and of everything. */
  readonly scope?: Scope;
}

/** What is claimed, by whatever name. */
export type ClaimBody = Claim extends infer Each ? (Each extends Claim ? Omit<Each, 'name' | 'title'> : never) : never;

/** A property of states, steps or fair runs. */
export interface ClaimProperty extends Stated {
  readonly monitors: readonly MonitorName[];
  /** The claim, with the names that the instance has. */
  readonly claim: (bounds: AssignedBounds) => ClaimBody;
}

/** A property that compares runs. */
export interface RunsProperty extends Stated {
  /** What the other run or machine does in the last step of a counterexample, which shows but one of them. */
  readonly contrast: string;
  readonly compare: (instance: Explorable, scope: Scope) => Compared;
}

/** A property. */
export type AssignedProperty = ClaimProperty | RunsProperty;

/** An instance that can be explored, with monitors and in a scope. */
export interface Explorable {
  readonly bounds: AssignedBounds;
  readonly explore: (monitors?: readonly MonitorName[], scope?: Scope) => Exploration;
}

/** What came of a comparison: `path` has the events of a shortest difference. */
export interface Compared {
  readonly same: boolean;
  readonly pairs: number;
  readonly path?: readonly string[];
}

/** What came of a property. */
export interface AssignedVerdict {
  readonly property: string;
  readonly result: Decision['result'];
  /** Why it is `n/a`. */
  readonly reason?: string;
  /** States explored for it. */
  readonly states?: number;
  /** Names of the events of a shortest counterexample, those of its scope left out; and what is repeated after it. */
  readonly path?: readonly string[];
  readonly loop?: readonly string[];
  /** The clauses of the claim that fail in the last step, as formulas. */
  readonly clauses?: readonly string[];
}

/** The claim that a property makes of an instance. */
export function claimOf({ name, title, claim }: ClaimProperty, bounds: AssignedBounds): Claim {
  return { name, title, ...claim(bounds) };
}

// ---- Words for claims

export const named = (name: string): StatePredicate => ({ kind: 'named', name });
export const before = (state: StatePredicate): StepPredicate => ({ kind: 'before', state });
export const after = (state: StatePredicate): StepPredicate => ({ kind: 'after', state });
export const event = (...names: readonly string[]): StepPredicate => ({ kind: 'event', names });
export const output = (...names: readonly string[]): StepPredicate => ({ kind: 'output', names });
export const not = (part: StepPredicate): StepPredicate => ({ kind: 'not', part });
export const and = (...parts: readonly StepPredicate[]): StepPredicate => ({ kind: 'and', parts });
export const or = (...parts: readonly StepPredicate[]): StepPredicate => ({ kind: 'or', parts });
/** If the first, then the second. */
export const implies = (premise: StepPredicate, conclusion: StepPredicate): StepPredicate =>
  or(not(premise), conclusion);
