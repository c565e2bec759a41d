/**
 * Claims as formulas. Only those made of data can be printed for another checker: a predicate in JavaScript cannot.
 */
import { ArgumentError, tell, tellNames } from '../argument/argument.ts';
import type { Fairness, ReadClaim, ReadPredicate, StepClaim, StepPredicate } from '../decide/claim.ts';
import type { GuardExpression } from '../machine/guard.ts';
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
 * Requires that the events and outputs that claims name are there. One that is misspelt would make a claim that says nothing.
 * @throws {RangeError} otherwise.
 */
export function requireNames({ events }: SymbolicMachine, claims: readonly ReadClaim[]): void {
  const steps = claims.flatMap((claim) => (claim.kind === 'step' ? [claim.when, claim.holds] : []));
  const atoms = steps.flatMap((predicate) => (predicate === undefined ? [] : atomsOf(predicate)));
  const named = (kind: 'event' | 'output') => atoms.flatMap((atom) => (atom.kind === kind ? atom.names : []));
  const fair = fairnessOf(claims).flatMap((fairness) => fairness.events);
  requireKnown('event', [...named('event'), ...fair], new Set(events.map(({ name }) => name)));
  const transitions = events.flatMap((event) => event.transitions);
  requireKnown(
    'output',
    named('output'),
    new Set(transitions.flatMap(({ outputs }) => outputs.map(({ name }) => name))),
  );
}

function atomsOf(predicate: StepPredicate<ReadPredicate>): StepPredicate<ReadPredicate>[] {
  if ('parts' in predicate) return predicate.parts.flatMap(atomsOf);
  return 'part' in predicate ? atomsOf(predicate.part) : [predicate];
}

function requireKnown(what: string, names: readonly string[], known: ReadonlySet<string>): void {
  const unknown = names.find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw new ArgumentError(`Got a claim about the ${what} ${tell(unknown)}; expected one of ${tellNames([...known])}.`);
}

/** Returns the assumptions of claims. */
export function fairnessOf(claims: readonly ReadClaim[]): Fairness[] {
  return claims.flatMap((claim) => (claim.kind === 'leadsTo' ? claim.fairness : []));
}

/**
 * Returns the formula of a predicate over states; TRUE where there is none.
 * @throws {RangeError} when the predicate is a function, or names what the machine does not have.
 */
export function stateCondition({ machine, guards }: SymbolicMachine, predicate: ReadPredicate | undefined): Condition {
  if (predicate === undefined) return TRUE;
  if (typeof predicate === 'function') {
    throw new RangeError('Got a claim with a function as predicate; expected one of stateIn, named, and, or, not.');
  }
  requireKnown('guard', guardsIn(predicate), new Set(guards.keys()));
  return conditionOf(machine, predicate);
}

function guardsIn(guard: GuardExpression): string[] {
  if ('parts' in guard) return guard.parts.flatMap(guardsIn);
  if ('part' in guard) return guardsIn(guard.part);
  return guard.kind === 'named' ? [guard.name] : [];
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
  { when, holds }: StepClaim<ReadPredicate>,
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
  predicate: StepPredicate<ReadPredicate>,
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
