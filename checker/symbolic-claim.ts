/**
 * Claims as formulas. Only those made of data can be printed for another checker: a predicate in JavaScript cannot.
 */
import type { Claim, StatePredicate, StepPredicate } from './decide.ts';
import type { Fairness } from './liveness.ts';
import {
  and,
  type Condition,
  conditionOf,
  FALSE,
  not,
  or,
  putOutWhen,
  type SymbolicEvent,
  type SymbolicMachine,
  takenWhen,
  TRUE,
} from './symbolic.ts';

/**
 * Requires that claims can be printed.
 * @throws {RangeError} when a name is no identifier, or is there twice, or when fairness names an event of another alphabet.
 */
export function requirePrintable({ events }: SymbolicMachine, claims: readonly Claim[]): void {
  const names = claims.map(({ name }) => name);
  const refused = names.find((name, index) => !/^[A-Za-z]\w*$/.test(name) || names.indexOf(name) !== index);
  if (refused !== undefined) {
    throw new RangeError(
      `Got a claim called '${refused}'; expected a letter, then letters and digits, each name once.`,
    );
  }
  const alphabet = events.map(({ name }) => name);
  const unknown = fairnessOf(claims)
    .flatMap((fairness) => fairness.events)
    .find((event) => !alphabet.includes(event));
  if (unknown === undefined) return;
  throw new RangeError(`Got fairness of the event '${unknown}'; expected one of ${alphabet.join(', ')}.`);
}

/** Returns the assumptions of claims. */
export function fairnessOf(claims: readonly Claim[]): Fairness[] {
  return claims.flatMap((claim) => (claim.kind === 'leadsTo' ? claim.fairness : []));
}

/**
 * Returns the formula of a predicate over states; TRUE where there is none.
 * @throws {RangeError} when the predicate is a function.
 */
export function stateCondition({ machine }: SymbolicMachine, predicate: StatePredicate | undefined): Condition {
  if (predicate === undefined) return TRUE;
  if (typeof predicate !== 'function') return conditionOf(machine, predicate);
  throw new RangeError('Got a claim with a function as predicate; expected one of stateIn, named, and, or, not.');
}

/** What a claim over steps says of the steps of one event. */
export interface StepConditions {
  /** Of those that are taken. */
  readonly taken: Condition;
  /** Of those that are ignored; a state is before and after them. */
  readonly ignored: Condition;
}

/** Returns what a claim over steps says of one event. */
export function stepConditions(
  symbolic: SymbolicMachine,
  { when, holds }: Extract<Claim, { kind: 'step' }>,
  event: SymbolicEvent,
): StepConditions {
  const conditionIf = (isTaken: boolean): Condition => {
    const premise = when === undefined ? TRUE : stepCondition(symbolic, when, event, isTaken);
    return or([not(premise), stepCondition(symbolic, holds, event, isTaken)]);
  };
  return { taken: conditionIf(true), ignored: conditionIf(false) };
}

function stepCondition(
  symbolic: SymbolicMachine,
  predicate: StepPredicate,
  event: SymbolicEvent,
  isTaken: boolean,
): Condition {
  const parts =
    'parts' in predicate ? predicate.parts.map((part) => stepCondition(symbolic, part, event, isTaken)) : [];
  switch (predicate.kind) {
    case 'before':
      return stateCondition(symbolic, predicate.state);
    case 'after': {
      const part = stateCondition(symbolic, predicate.state);
      return isTaken ? { kind: 'next', part } : part;
    }
    case 'event':
      return predicate.names.includes(event.name) ? TRUE : FALSE;
    case 'output':
      return isTaken ? or(predicate.names.map((output) => putOutWhen(event, output))) : FALSE;
    case 'taken':
      return isTaken ? TRUE : FALSE;
    case 'and':
      return and(parts);
    case 'or':
      return or(parts);
    case 'not':
      return not(stepCondition(symbolic, predicate.part, event, isTaken));
  }
}

/** Returns the condition under which one of some events is taken. */
export function enabledWhen({ events }: SymbolicMachine, names: readonly string[]): Condition {
  return or(events.filter(({ name }) => names.includes(name)).map(takenWhen));
}
