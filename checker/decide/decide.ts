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
import { type Exploration, requireExploration } from '../explore/explore.ts';
import { printStateClause, printStepClause, stateClauses, stepClauses } from './clauses.ts';
import { type Answer, BROKEN, type Found, type Place, SATISFIED, search, SILENT, verdictOf } from './search.ts';
import { StepCursor } from './step-cursor.ts';
import { COMPILED, type CompiledMachine } from '../compile/format.ts';
import type { Renaming } from '../explore/symmetry.ts';
import { packValue } from '../compile/layout.ts';
import { leftOut } from '../machine/alphabet.ts';
import { requireWholeState } from '../machine/value.ts';
import type { Claim, Decision, Lasso, ReadClaim, ReadPredicate, StepPredicate as StepPredicateOf } from './claim.ts';
import { readClaims, requireNames } from './read-claim.ts';
import { findLasso } from './liveness.ts';
import { searchSteps, type StepClaim, StepTests } from './step-tests.ts';
import { Truths } from './truths.ts';
import { isData, searchSifted } from './sifted-steps.ts';

type StepPredicate = StepPredicateOf<ReadPredicate>;

/** The same machine from another state. @throws {RangeError} when the value is no whole state of it. */
export function startAt(compiled: CompiledMachine, value: StateValue): CompiledMachine {
  const known = COMPILED.require('compiled of startAt', compiled);
  const start = requireWholeState('value of startAt', known.machine, value);
  return COMPILED.mark({ ...known, initial: packValue(known, start) });
}

/**
 * Decides claims on an exploration. Those about steps are decided together, in one pass over all steps.
 * @throws {RangeError} when a claim names what the machine does not have; on an exploration with symmetry, when it says
 * something else of each state of an orbit; of a leads-to, when one of its assumptions does.
 */
export function decide(exploration: Exploration, claims: readonly Claim[]): Decision[] {
  const { compiled } = requireExploration('exploration of decide', exploration);
  const read = readClaims('claims of decide', claims);
  for (const claim of read) requireDecidable(exploration, claim);
  const truths = new Truths(exploration);
  const isStep = (claim: ReadClaim): claim is StepClaim => claim.kind === 'step';
  const steps = read.filter(isStep);
  const findings = new Map(findSteps(truths, steps).map((found, index) => [steps[index], found]));
  return read.map((claim, index) => {
    const conclusion = isStep(claim) ? conclude(exploration, findings.get(claim)!) : decideClaim(truths, claim);
    return { claim: claims[index], ...conclusion, ...leftOut(compiled) };
  });
}

/**
 * Requires that a claim can be decided on an exploration.
 * @throws {RangeError} when it names what the machine does not have, or is not the same for regions that the exploration exchanges.
 */
export function requireDecidable(exploration: Exploration, claim: ReadClaim): void {
  requireNames(exploration.compiled, claim);
  requireSymmetric(exploration, claim);
}

/** What a decision says, but of which claim. */
type Conclusion = Omit<Decision, 'claim' | 'without'>;

function decideClaim(truths: Truths, claim: Exclude<ReadClaim, StepClaim>): Conclusion {
  const { exploration } = truths;
  const always = new Uint8Array(exploration.states.count).fill(1);
  switch (claim.kind) {
    case 'invariant': {
      const applies = claim.when === undefined ? always : truths.of(claim.when);
      const found = findStates(exploration, applies, truths.of(claim.holds));
      const failing = stateClauses(claim.holds).filter(
        (part) => found.broken >= 0 && truths.of(part)[found.broken] === 0,
      );
      return conclude(exploration, { ...found, clauses: failing.map(printStateClause) });
    }
    case 'reach': {
      const { witness } = findStates(exploration, truths.of(claim.that), always);
      if (witness !== undefined) return { result: 'holds', witness };
      return { result: exploration.summary.complete ? 'fails' : 'open' };
    }
    case 'leadsTo': {
      const from = claim.from === undefined ? initialOnly(exploration) : truths.of(claim.from);
      const first = from.indexOf(1);
      const witness = first < 0 ? undefined : { path: exploration.pathTo(first) };
      // A run in a part of the states may leave that part, so that nothing can be said.
      if (!exploration.summary.complete) return { result: 'open', witness };
      const counterexample = findLasso(exploration, from, truths.of(claim.to), claim.fairness);
      return conclude(exploration, { witness, counterexample });
    }
  }
}

/** For each state, whether it is the initial one. */
function initialOnly({ states }: Exploration): Uint8Array {
  const initial = new Uint8Array(states.count);
  initial[0] = 1;
  return initial;
}

/** With symmetry, requires that a claim is symmetric too. */
function requireSymmetric(exploration: Exploration, claim: ReadClaim): void {
  const { symmetry } = exploration;
  if (symmetry === undefined) return;
  symmetry.requireSymmetric(claim.name, (renaming) => {
    const state = (predicate: ReadPredicate | undefined): string => tellState(claim.name, predicate, renaming);
    const step = (predicate: StepPredicate | undefined): string => tellStep(claim.name, predicate, renaming);
    if (claim.kind === 'reach') return state(claim.that);
    if (claim.kind === 'leadsTo') {
      // Each assumption has to be the same by itself: a set of assumptions that are exchanged for each other is not enough.
      const fairness = claim.fairness.map(
        ({ strength, events }) => `${strength}(${events.map(renaming.word).toSorted().join(' ')})`,
      );
      return `${state(claim.to)} after ${state(claim.from)} under [${fairness.join(', ')}]`;
    }
    return claim.kind === 'invariant'
      ? `${state(claim.holds)} when ${state(claim.when)}`
      : `${step(claim.holds)} when ${step(claim.when)}`;
  });
}

function tellState(claim: string, predicate: ReadPredicate | undefined, renaming: Renaming): string {
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
  readonly clauses?: readonly string[];
}

function conclude({ summary }: Exploration, { witness, counterexample, clauses }: Findings): Conclusion {
  const result = verdictOf(witness, counterexample, summary.complete);
  return {
    result,
    ...(witness === undefined ? {} : { witness }),
    ...(result === 'fails' ? { counterexample, clauses } : {}),
  };
}

/** The first state that applies, and the first that does not hold too. */
function findStates(
  exploration: Exploration,
  applies: Uint8Array,
  holds: Uint8Array,
): Findings & { readonly broken: number } {
  const ground = { states: exploration.states.count, expanded: 0, events: 0, at: (state: number) => state };
  const ask = (state: number): Answer => (applies[state] === 0 ? SILENT : holds[state] === 0 ? BROKEN : SATISFIED);
  const [found] = search(ground, [{ of: 'states', ask }]).found;
  return { ...lassosOf(exploration, found), broken: found.broken?.state ?? -1 };
}

/** Fewer steps than this are looked at sooner than it is worked out which. */
const STEPS_SIFTED = 20_000;

/** The same for steps, of several claims at once. */
function findSteps(truths: Truths, claims: readonly StepClaim[]): Findings[] {
  const { exploration } = truths;
  const { summary, compiled } = exploration;
  const tests = new StepTests(truths);
  const expanded = summary.states - summary.frontier;
  const isLong = expanded * compiled.events.length >= STEPS_SIFTED;
  const data = isLong ? claims.filter(isData) : [];
  const sifted = data.length === 0 ? [] : searchSifted(exploration, tests, expanded, data);
  const others = sifted === undefined ? claims : claims.filter((claim) => !data.includes(claim));
  const searched = searchSteps(exploration, tests, expanded, others);
  const found = new Map<StepClaim, Found>([
    ...(sifted ?? []).map((each, index): [StepClaim, Found] => [data[index], each]),
    ...others.map((claim, index): [StepClaim, Found] => [claim, searched[index]]),
  ]);
  const cursor = new StepCursor(exploration);
  return claims.map((claim) => {
    const each = found.get(claim)!;
    const { broken } = each;
    if (broken?.event === undefined) return lassosOf(exploration, each);
    cursor.moveTo(broken.state, broken.event);
    const failing = stepClauses(claim.holds).filter((part) => !tests.answer(part, cursor));
    return { ...lassosOf(exploration, each), clauses: failing.map(printStepClause) };
  });
}

/** The places of a search as paths. */
function lassosOf(exploration: Exploration, { witness, broken }: Found): Pick<Findings, 'witness' | 'counterexample'> {
  const lasso = (place: Place | undefined): Lasso | undefined =>
    place && { path: exploration.pathTo(place.state, place.event) };
  return { witness: lasso(witness), counterexample: lasso(broken) };
}
