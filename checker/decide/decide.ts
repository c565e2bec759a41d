/**
 * Claims about a machine, decided on an exploration of it: what always holds, what each step does, what can be reached, and
 * what comes about in the end. A predicate is data, which is compiled, or a function of the state's value.
 *
 * A claim is an implication where it has a premise, and its premise is its witness too: if nothing reachable satisfies it,
 * the verdict is `n/a`. On a part of the states a claim can fail, but it can not hold: the verdict is `open`.
 *
 * A claim may be made from another state (`startAt`), or with events left out: compile with a smaller alphabet.
 */
import type { StateValue } from 'xstate';
import { compileCondition } from '../compile/compile.ts';
import { type Exploration, requireUnfolded } from '../explore/explore.ts';
import type { CompiledMachine } from '../compile/format.ts';
import type { GuardExpression } from '../machine/guard.ts';
import type { Renaming } from '../explore/symmetry.ts';
import { packValue } from '../compile/layout.ts';
import { type Fairness, findLasso, type Lasso } from './liveness.ts';

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
}

/** The same machine from another state. @throws {RangeError} when the value is no whole state of it. */
export function startAt(compiled: CompiledMachine, value: StateValue): CompiledMachine {
  return { ...compiled, initial: packValue(compiled, value) };
}

/**
 * Decides claims on an exploration.
 * @throws {RangeError} when a claim names what the machine does not have; on an exploration with symmetry, when it says
 * something else of each state of an orbit, or is a leads-to: fairness is of single events.
 */
export function decide(exploration: Exploration, claims: readonly Claim[]): Decision[] {
  for (const claim of claims) requireSymmetric(exploration, claim);
  return claims.map((claim) => decideClaim(exploration, claim));
}

function decideClaim(exploration: Exploration, claim: Claim): Decision {
  const always = new Uint8Array(exploration.states.count).fill(1);
  switch (claim.kind) {
    case 'invariant': {
      const applies = claim.when === undefined ? always : truthOf(exploration, claim.when);
      return conclude(exploration, claim, findStates(exploration, applies, truthOf(exploration, claim.holds)));
    }
    case 'step': {
      const applies = claim.when === undefined ? () => true : stepTest(exploration, claim.when);
      return conclude(exploration, claim, findSteps(exploration, applies, stepTest(exploration, claim.holds)));
    }
    case 'reach': {
      const { witness } = findStates(exploration, truthOf(exploration, claim.that), always);
      if (witness !== undefined) return { claim, result: 'holds', witness };
      return { claim, result: exploration.summary.complete ? 'fails' : 'open' };
    }
    case 'leadsTo': {
      const initial = always.map((_, state) => (state === 0 ? 1 : 0));
      const from = claim.from === undefined ? initial : truthOf(exploration, claim.from);
      const { witness } = findStates(exploration, from, always);
      // A run in a part of the states may leave that part, so that nothing can be said.
      if (!exploration.summary.complete) return { claim, result: 'open', witness };
      const counterexample = findLasso(exploration, from, truthOf(exploration, claim.to), claim.fairness);
      return conclude(exploration, claim, { witness, counterexample });
    }
  }
}

/** With symmetry, requires that a claim is symmetric too. */
function requireSymmetric(exploration: Exploration, claim: Claim): void {
  const { symmetry } = exploration;
  if (symmetry === undefined) return;
  if (claim.kind === 'leadsTo') return requireUnfolded(exploration);
  symmetry.requireSymmetric(claim.name, (renaming) => {
    const state = (predicate: StatePredicate | undefined): string => tellState(claim.name, predicate, renaming);
    const step = (predicate: StepPredicate | undefined): string => tellStep(claim.name, predicate, renaming);
    if (claim.kind === 'reach') return state(claim.that);
    return claim.kind === 'invariant'
      ? `${state(claim.holds)} when ${state(claim.when)}`
      : `${step(claim.holds)} when ${step(claim.when)}`;
  });
}

function tellState(claim: string, predicate: StatePredicate | undefined, renaming: Renaming): string {
  if (predicate === undefined) return 'anything';
  if (typeof predicate !== 'function') return renaming.expression(predicate);
  throw new RangeError(`Got a function in the claim ${claim}; expected an expression, whose symmetry can be seen.`);
}

function tellStep(claim: string, predicate: StepPredicate | undefined, renaming: Renaming): string {
  switch (predicate?.kind) {
    case undefined:
      return 'anything';
    case 'taken':
      return 'taken';
    case 'before':
    case 'after':
      return `${predicate.kind}(${tellState(claim, predicate.state, renaming)})`;
    case 'event':
    case 'output':
      return `${predicate.kind}(${predicate.names.map(renaming.word).toSorted().join(' ')})`;
    case 'not':
      return `not(${tellStep(claim, predicate.part, renaming)})`;
    case 'and':
    case 'or': {
      const parts = predicate.parts.map((part) => tellStep(claim, part, renaming));
      return `${predicate.kind}(${parts.toSorted().join(', ')})`;
    }
  }
}

interface Findings {
  readonly witness?: Lasso;
  readonly counterexample?: Lasso;
}

function conclude({ summary }: Exploration, claim: Claim, { witness, counterexample }: Findings): Decision {
  if (counterexample !== undefined) return { claim, result: 'fails', witness, counterexample };
  if (!summary.complete) return { claim, result: 'open', witness };
  return witness === undefined ? { claim, result: 'n/a' } : { claim, result: 'holds', witness };
}

/** The first state that applies, and the first that does not hold too. States stand in the order of their depth. */
function findStates(exploration: Exploration, applies: Uint8Array, holds: Uint8Array): Findings {
  const first = applies.indexOf(1);
  const broken = applies.findIndex((each, state) => each === 1 && holds[state] === 0);
  const at = (state: number): Lasso | undefined => (state < 0 ? undefined : { path: exploration.pathTo(state) });
  return { witness: at(first), counterexample: at(broken) };
}

/** The same for steps. Those of states that were not expanded are not looked at. */
function findSteps(exploration: Exploration, applies: StepTest, holds: StepTest): Findings {
  const { summary, compiled } = exploration;
  let witness: Lasso | undefined;
  for (let state = 0; state < summary.states - summary.frontier; state++) {
    for (let event = 0; event < compiled.events.length; event++) {
      if (!applies(state, event)) continue;
      const at = (): Lasso => ({ path: exploration.pathTo(state, event) });
      witness ??= at();
      if (!holds(state, event)) return { witness, counterexample: at() };
    }
  }
  return { witness };
}

/** For each state, whether a predicate holds: 1 or 0. */
function truthOf(exploration: Exploration, predicate: StatePredicate): Uint8Array {
  const { states, compiled } = exploration;
  const truth = new Uint8Array(states.count);
  if (typeof predicate === 'function') return truth.map((_, state) => (predicate(exploration.value(state)) ? 1 : 0));
  const condition = compileCondition(compiled, predicate);
  return truth.map((_, state) => (condition(states.words, state * compiled.wordCount) ? 1 : 0));
}

type StepTest = (state: number, event: number) => boolean;

function stepTest(exploration: Exploration, predicate: StepPredicate): StepTest {
  switch (predicate.kind) {
    case 'before': {
      const truth = truthOf(exploration, predicate.state);
      return (state) => truth[state] === 1;
    }
    case 'after': {
      const truth = truthOf(exploration, predicate.state);
      return (state, event) => truth[exploration.target(state, event)] === 1;
    }
    case 'event': {
      const numbers = new Set(predicate.names.map((name) => numberOf('event', exploration.compiled.events, name)));
      return (_, event) => numbers.has(event);
    }
    case 'output': {
      for (const name of predicate.names) numberOf('output', exploration.compiled.outputs, name);
      return (state, event) => exploration.outputs(state, event).some((output) => predicate.names.includes(output));
    }
    case 'taken':
      return (state, event) => exploration.taken(state, event);
    case 'not': {
      const part = stepTest(exploration, predicate.part);
      return (state, event) => !part(state, event);
    }
    case 'and': {
      const parts = predicate.parts.map((part) => stepTest(exploration, part));
      return (state, event) => parts.every((part) => part(state, event));
    }
    case 'or': {
      const parts = predicate.parts.map((part) => stepTest(exploration, part));
      return (state, event) => parts.some((part) => part(state, event));
    }
  }
}

/** The place of a name. A name that is misspelt would make a predicate that never holds, and a claim that says nothing. */
function numberOf(what: string, names: readonly string[], name: string): number {
  const number = names.indexOf(name);
  if (number >= 0) return number;
  throw new RangeError(`Got a claim about the ${what} '${name}'; expected one of ${names.join(', ')}.`);
}
