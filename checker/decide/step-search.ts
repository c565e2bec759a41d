/**
 * Claims about steps, decided in one pass over all steps of an exploration.
 *
 * What a claim says of an event is worked out before the pass: that a step has this event, or can put out none of these outputs, is known
 * without a step. Of most events nothing is left to ask, and those are not looked at.
 */
import type { CompiledMachine } from '../compile/format.ts';
import type {
  Lasso,
  ReadPredicate,
  StepClaim as StepClaimOf,
  StepPredicate as StepPredicateOf,
} from './claim.ts';
import { printStepClause, stepClauses } from './clauses.ts';
import { StepCursor } from './step-cursor.ts';
import type { Truths } from './truths.ts';

export type StepClaim = StepClaimOf<ReadPredicate>;
type StepPredicate = StepPredicateOf<ReadPredicate>;

/** What was found of a claim. */
export interface Findings {
  readonly witness?: Lasso;
  readonly counterexample?: Lasso;
  readonly clauses?: readonly string[];
}

interface StepSearch {
  readonly claim: StepClaim;
  witness?: Lasso;
  counterexample?: Lasso;
  clauses?: readonly string[];
}

/** What is left to ask of the steps of one event for one claim. */
interface Question {
  readonly search: StepSearch;
  readonly applies: Answer;
  readonly holds: Answer;
}

/** For each claim the first step that its premise is true of, and the first that breaks it. Steps from states that were not expanded are not looked at. */
export function findSteps(truths: Truths, claims: readonly StepClaim[]): Findings[] {
  const { exploration } = truths;
  const { summary, compiled } = exploration;
  const tests = new StepTests(truths);
  const searches = claims.map((claim): StepSearch => ({ claim }));
  const questions = compiled.events.map((_, event) =>
    searches.map((search): Question => {
      const { when, holds } = search.claim;
      return { search, applies: when === undefined || tests.of(when, event), holds: tests.of(holds, event) };
    }),
  );
  // A claim that is broken is not asked again, nor one that has its witness where nothing can break it.
  const isOpen = ({ search: { witness, counterexample }, applies, holds }: Question): boolean =>
    counterexample === undefined && applies !== false && (holds !== true || witness === undefined);
  let open = openOf(questions, isOpen);
  const cursor = new StepCursor(exploration);
  for (let state = 0; state < summary.states - summary.frontier && open.length > 0; state++) {
    let isChanged = false;
    for (const { event, asked } of open) {
      cursor.moveTo(state, event);
      for (const { search, applies, holds } of asked) {
        if (search.counterexample !== undefined || !answer(applies, cursor)) continue;
        const isHeld = answer(holds, cursor);
        if (isHeld && search.witness !== undefined) continue;
        const here: Lasso = { path: exploration.pathTo(state, event) };
        search.witness ??= here;
        isChanged = true;
        if (isHeld) continue;
        search.counterexample = here;
        const failing = stepClauses(search.claim.holds).filter((part) => !answer(tests.of(part, event), cursor));
        search.clauses = failing.map(printStepClause);
      }
    }
    if (isChanged) open = openOf(questions, isOpen);
  }
  return searches;
}

/** The events of which something is left to ask, in their order. */
function openOf(
  questions: readonly (readonly Question[])[],
  isOpen: (question: Question) => boolean,
): { readonly event: number; readonly asked: readonly Question[] }[] {
  return questions.flatMap((each, event) => {
    const asked = each.filter(isOpen);
    return asked.length === 0 ? [] : [{ event, asked }];
  });
}

type StepTest = (step: StepCursor) => boolean;

/** What a predicate says of the steps of an event: the same of all of them, or it depends on the step. */
type Answer = boolean | StepTest;

const answer = (each: Answer, step: StepCursor): boolean => (typeof each === 'boolean' ? each : each(step));

/** Predicates over steps, as tests. */
class StepTests {
  private readonly truths: Truths;
  private readonly putsOut: (output: string, event: number) => boolean;

  constructor(truths: Truths) {
    this.truths = truths;
    this.putsOut = outputsOfEvents(truths.exploration.compiled);
  }

  /** What a predicate says of the steps of an event. */
  of(predicate: StepPredicate, event: number): Answer {
    switch (predicate.kind) {
      case 'before': {
        const truth = this.truths.of(predicate.state);
        return (step) => truth[step.state] === 1;
      }
      case 'after': {
        const truth = this.truths.of(predicate.state);
        return (step) => truth[step.target] === 1;
      }
      case 'event':
        return predicate.names.includes(this.truths.exploration.compiled.events[event]);
      case 'output':
        return predicate.names.some((name) => this.putsOut(name, event)) && outputTest(predicate.names);
      case 'taken':
        return (step) => step.taken;
      case 'not': {
        const part = this.of(predicate.part, event);
        return typeof part === 'boolean' ? !part : (step) => !part(step);
      }
      case 'and':
        return this.joined(predicate.parts, event, false);
      case 'or':
        return this.joined(predicate.parts, event, true);
    }
  }

  /** The conjunction of parts, which one that is false decides; or the disjunction, which one that is true decides. */
  private joined(parts: readonly StepPredicate[], event: number, deciding: boolean): Answer {
    const answers = parts.map((part) => ({ cost: COSTS[part.kind], each: this.of(part, event) }));
    if (answers.some(({ each }) => each === deciding)) return deciding;
    // What is known of the state before costs nothing, so it is asked first.
    const tests = answers
      .toSorted((one, other) => one.cost - other.cost)
      .flatMap(({ each }) => (typeof each === 'boolean' ? [] : [each]));
    const [first, second] = tests;
    if (first === undefined) return !deciding;
    if (second === undefined) return first;
    if (tests.length === 2) {
      return deciding ? (step) => first(step) || second(step) : (step) => first(step) && second(step);
    }
    return (step) => {
      for (const test of tests) if (test(step) === deciding) return deciding;
      return !deciding;
    };
  }
}

const COSTS: Readonly<Record<StepPredicate['kind'], number>> = {
  event: 0,
  before: 0,
  not: 1,
  taken: 1,
  output: 2,
  and: 3,
  or: 3,
  after: 4,
};

function outputTest(names: readonly string[]): StepTest {
  // Lists of outputs are few, and equal ones are one object.
  const answers = new Map<readonly string[], boolean>();
  return ({ outputs }) => {
    let known = answers.get(outputs);
    if (known === undefined) {
      known = outputs.some((output) => names.includes(output));
      answers.set(outputs, known);
    }
    return known;
  };
}

/** Whether any transition of an event can put out an output. Most steps need not be made to know that they do not. */
function outputsOfEvents({
  events,
  outputs,
  transitions,
}: CompiledMachine): (output: string, event: number) => boolean {
  const found = events.map(() => new Set<string>());
  const numbers = new Map(events.map((name, event) => [name, event]));
  for (const each of transitions) {
    const event = numbers.get(each.transition.eventType);
    if (event === undefined) continue;
    const all = [...each.outputs, ...each.entries, ...each.exits.flatMap((exit) => exit.outputs)];
    for (const output of all) found[event].add(outputs[output]);
  }
  return (output, event) => found[event].has(output);
}
