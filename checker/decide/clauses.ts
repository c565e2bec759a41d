/**
 * The clauses of a claim: what a conjunction asks for one by one, and each as a formula, so that a failure can be told by the part
 * that fails.
 */
import { printGuard } from '../machine/guard.ts';
import type { ReadPredicate, StepPredicate } from './claim.ts';

/** The parts of a predicate over states that must all hold; itself, where it is no conjunction. */
export function stateClauses(predicate: ReadPredicate): readonly ReadPredicate[] {
  if (typeof predicate === 'function' || predicate.kind !== 'and') return [predicate];
  return predicate.parts.flatMap(stateClauses);
}

/** The same of a predicate over steps. An implication asks for each part of its conclusion. */
export function stepClauses(predicate: StepPredicate<ReadPredicate>): readonly StepPredicate<ReadPredicate>[] {
  if (predicate.kind === 'and') return predicate.parts.flatMap(stepClauses);
  const implication = implicationOf(predicate);
  if (implication === undefined) return [predicate];
  const [premise, conclusion] = implication;
  return stepClauses(conclusion).map((part) => ({ kind: 'or', parts: [premise, part] }));
}

/** The two parts of an implication, the premise as it is written: negated. */
function implicationOf(
  predicate: StepPredicate<ReadPredicate>,
): readonly [premise: StepPredicate<ReadPredicate>, conclusion: StepPredicate<ReadPredicate>] | undefined {
  if (predicate.kind !== 'or' || predicate.parts.length !== 2) return undefined;
  const [premise, conclusion] = predicate.parts;
  return premise.kind === 'not' ? [premise, conclusion] : undefined;
}

/** Writes a predicate over states as a formula. */
export function printStateClause(predicate: ReadPredicate): string {
  return typeof predicate === 'function' ? 'a function of the state' : printGuard(predicate);
}

/** Writes a predicate over steps as a formula: "if output deliver.0.A, then before seenUnmasked.0". */
export function printStepClause(predicate: StepPredicate<ReadPredicate>): string {
  switch (predicate.kind) {
    case 'before':
    case 'after':
      return `${predicate.kind} ${printStateClause(predicate.state)}`;
    case 'event':
    case 'output':
      return `${predicate.kind} ${predicate.names.join(' or ')}`;
    case 'taken':
      return 'taken';
    case 'not':
      return `not (${printStepClause(predicate.part)})`;
    case 'and':
    case 'or': {
      const [premise, conclusion] = implicationOf(predicate) ?? [];
      if (premise?.kind === 'not' && conclusion !== undefined) {
        return `if ${printStepClause(premise.part)}, then ${printStepClause(conclusion)}`;
      }
      return `(${predicate.parts.map(printStepClause).join(` ${predicate.kind} `)})`;
    }
  }
}
