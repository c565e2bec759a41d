/**
 * The mutants of the machines, judged: how many break each property, and whether any breaks none without a reason.
 */
import { functionMutants, judge, SURVIVORS } from '../../properties/mutants.ts';
import { startProgress } from '../report.ts';
import type { Budget } from './budget.ts';

/** What came of the mutants. */
export interface MutantScore {
  readonly count: number;
  /** Mutants that break a property. */
  readonly told: number;
  /** Mutants that break none, for a reason that is given. */
  readonly explained: number;
  /** How many mutants break none, for each reason. */
  readonly survivors: readonly (readonly [reason: string, count: number])[];
  /** Mutants that break none, and nobody knows why. */
  readonly unexplained: readonly string[];
  /** How many mutants break each property. */
  readonly broken: ReadonlyMap<string, number>;
  /** Mutants that there was no time for. */
  readonly unjudged: number;
}

/** What comes of mutants that nobody judges. */
export const NO_MUTANTS: MutantScore = {
  ...{ count: 0, told: 0, explained: 0, unjudged: 0 },
  survivors: [],
  unexplained: [],
  broken: new Map(),
};

/** Judges all mutants, or as many as there is time for. */
export function judgeMutants(budget: Budget): MutantScore {
  const mutants = [...functionMutants()];
  const progress = startProgress('mutants', mutants.length);
  const broken = new Map<string, number>();
  const verdicts = mutants.flatMap((mutant, done) => {
    progress.advance(done);
    return budget.isOver ? [] : [judge(mutant)];
  });
  progress.end();
  for (const name of verdicts.flatMap((verdict) => verdict.broken)) broken.set(name, (broken.get(name) ?? 0) + 1);
  const survivors = verdicts.filter((verdict) => verdict.broken.length === 0);
  const unexplained = survivors.filter(({ because }) => because === undefined).map(({ mutant }) => mutant);
  const told = verdicts.length - survivors.length;
  const rows = SURVIVORS.map(({ because }): [string, number] => {
    return [`that break none: ${because}`, survivors.filter((each) => each.because === because).length];
  });
  const explained = survivors.length - unexplained.length;
  const unjudged = mutants.length - verdicts.length;
  return { count: verdicts.length, told, explained, survivors: rows, unexplained, broken, unjudged };
}
