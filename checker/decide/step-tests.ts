/**
 * Predicates over steps, as tests of a step.
 *
 * What one says of an event is worked out first: that a step has this event, or can put out none of these outputs, is known without a step. Of
 * most events nothing is left to ask.
 */
import type { CompiledMachine } from '../compile/format.ts';
import type { ReadPredicate, StepClaim as StepClaimOf, StepPredicate as StepPredicateOf } from './claim.ts';
import type { Exploration } from '../explore/explore.ts';
import {
  type Answer,
  type EventQuestion,
  type Found,
  BROKEN,
  type Question,
  SATISFIED,
  search,
  SILENT,
} from './search.ts';
import { StepCursor } from './step-cursor.ts';
import type { Truths } from './truths.ts';

export type StepClaim = StepClaimOf<ReadPredicate>;
type StepPredicate = StepPredicateOf<ReadPredicate>;

/** What a claim asks of steps. */
export function questionOf(
  tests: StepTests,
  { when, holds }: StepClaim,
): Question<StepCursor> & Required<Pick<Question<StepCursor>, 'askOf'>> {
  const askOf = (event: number): EventQuestion<StepCursor> => {
    const premise = when === undefined || tests.of(when, event);
    const conclusion = tests.of(holds, event);
    const applies = typeof premise === 'boolean' ? () => premise : premise;
    const isHeld = typeof conclusion === 'boolean' ? () => conclusion : conclusion;
    return {
      most: premise === false ? SILENT : conclusion === true ? SATISFIED : BROKEN,
      ask: (step) => (!applies(step) ? SILENT : isHeld(step) ? SATISFIED : BROKEN),
    };
  };
  const ask = (step: StepCursor): Answer => {
    if (when !== undefined && !tests.answer(when, step)) return SILENT;
    return tests.answer(holds, step) ? SATISFIED : BROKEN;
  };
  return { of: 'steps', ask, askOf };
}

/** Asks claims of one step after the other, from the first `expanded` states. */
export function searchSteps(
  exploration: Exploration,
  tests: StepTests,
  expanded: number,
  claims: readonly StepClaim[],
): readonly Found[] {
  const cursor = new StepCursor(exploration);
  const at = (state: number, event = 0): StepCursor => {
    cursor.moveTo(state, event);
    return cursor;
  };
  const ground = { states: expanded, expanded, events: exploration.compiled.events.length, at };
  return search(
    ground,
    claims.map((claim) => questionOf(tests, claim)),
  ).found;
}

type StepTest = (step: StepCursor) => boolean;

/** What a predicate says of the steps of an event: the same of all of them, or it depends on the step. */
type Truth = boolean | StepTest;

/** Predicates over steps, as tests. */
export class StepTests {
  private readonly truths: Truths;
  private readonly putsOut: (output: string, event: number) => boolean;

  constructor(truths: Truths) {
    this.truths = truths;
    this.putsOut = outputsOfEvents(truths.exploration.compiled);
  }

  /** Whether a predicate holds in a step. */
  answer(predicate: StepPredicate, step: StepCursor): boolean {
    const truth = this.of(predicate, step.event);
    return typeof truth === 'boolean' ? truth : truth(step);
  }

  /** What a predicate says of the steps of an event. */
  of(predicate: StepPredicate, event: number): Truth {
    switch (predicate.kind) {
      case 'before': {
        const { state } = predicate;
        if (typeof state === 'function') {
          const truth = this.truths.of(state);
          return (step) => truth[step.state] === 1;
        }
        // Few states may be asked, so it is not worked out for all.
        const condition = this.truths.condition(state);
        return (step) => condition(step.words, step.from);
      }
      case 'after': {
        const { state } = predicate;
        if (typeof state === 'function') {
          const truth = this.truths.of(state);
          return (step) => truth[step.target] === 1;
        }
        // Of the state that the step itself leads to: with symmetry, the one that stands for its orbit has its regions in another order.
        const condition = this.truths.condition(state);
        return (step) => condition(step.targetWords, 0);
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
  private joined(parts: readonly StepPredicate[], event: number, deciding: boolean): Truth {
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
export function outputsOfEvents({
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
