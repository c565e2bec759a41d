/**
 * Claims about steps, asked only in states where they have something new to say. Which these are is known of a state by its bits: from the claims that are not yet
 * satisfied, or not yet broken, one set of states is worked out by going back through the programs of the events (`preconditions.ts`), translated, and asked of
 * each state in a few tests. Mostly no state is in it any more after the first few, and for many claims no word at all.
 *
 * Functions of the value cannot be looked into; claims that have them are asked in each step, as are all where the sets are too large.
 */
import { Conditions } from '../compile/condition.ts';
import { createExpand } from '../compile/expand.ts';
import * as format from '../compile/format.ts';
import { COMPILED, type CompiledMachine } from '../compile/format.ts';
import { type Program, ProgramBuilder } from '../compile/program.ts';
import type { Exploration } from '../explore/explore.ts';
import { ALWAYS, type BitDiagram, BudgetError, NEVER } from './bit-diagrams.ts';
import type { ReadPredicate, StepPredicate as StepPredicateOf } from './claim.ts';
import { Preconditions } from './preconditions.ts';
import { type Answer, BROKEN, type Found, type Place, SILENT } from './search.ts';
import { StepCursor } from './step-cursor.ts';
import { outputsOfEvents, questionOf, type StepClaim, type StepTests } from './step-tests.ts';

type StepPredicate = StepPredicateOf<ReadPredicate>;

/** Whether no predicate of a claim is a function. */
export function isData({ when, holds }: StepClaim): boolean {
  const isOne = (predicate: StepPredicate): boolean => {
    if ('state' in predicate) return typeof predicate.state !== 'function';
    if ('part' in predicate) return isOne(predicate.part);
    return !('parts' in predicate) || predicate.parts.every(isOne);
  };
  return (when === undefined || isOne(when)) && isOne(holds);
}

/** Steps of working out which states are to be asked, for each thousand steps of the machine: less than it takes to ask these. */
const BUDGET_OF_THOUSAND = 500;
const BUDGET_MAX = 4_000_000;

/** How it is worked out which states are to be asked. */
export interface Effort {
  /** Anew after so many states that were asked. */
  readonly asked: number;
  /** In so many steps at most. */
  readonly budget: number;
}

function effortOf(steps: number): Effort {
  return { asked: 32, budget: Math.min(BUDGET_MAX, (steps / 1000) * BUDGET_OF_THOUSAND) };
}

/**
 * Finds for each claim the first step of which it says anything, and the first that breaks it, among the steps from the first `expanded`
 * states. Returns nothing where it cannot be worked out which states to ask.
 */
export function searchSifted(
  exploration: Exploration,
  tests: StepTests,
  expanded: number,
  claims: readonly StepClaim[],
  effort: Effort = effortOf(expanded * exploration.compiled.events.length),
): readonly Found[] | undefined {
  const { compiled, states } = exploration;
  const { wordCount } = compiled;
  const seen = new Uint8Array(claims.length);
  const asking = new Asking(exploration, tests, claims, seen);
  const sieve = new Sieve(compiled, claims);
  const targets = new Int32Array(wordCount);
  let isWorth: ((states: Int32Array, from: number, targets: Int32Array) => number) | undefined = () => 1;
  let asked = 0;
  for (let state = 0; state < expanded; state++) {
    if (isWorth(states.words, state * wordCount, targets) === 0) continue;
    asking.ask(state);
    if (++asked % effort.asked !== 0) continue;
    try {
      isWorth = sieve.write(seen, effort.budget);
    } catch (error) {
      if (error instanceof BudgetError) return undefined;
      throw error;
    }
    if (isWorth === undefined) break;
  }
  return asking.found;
}

/** Asks claims in all steps of a state, and keeps what is found first. */
class Asking {
  readonly found: readonly { witness?: Place; broken?: Place }[];
  private readonly seen: Uint8Array;
  private readonly cursor: StepCursor;
  private readonly questions: readonly (readonly {
    readonly claim: number;
    readonly ask: (step: StepCursor) => Answer;
  }[])[];

  constructor(exploration: Exploration, tests: StepTests, claims: readonly StepClaim[], seen: Uint8Array) {
    this.found = claims.map(() => ({}));
    this.seen = seen;
    this.cursor = new StepCursor(exploration);
    const ofClaims = claims.map((claim) => questionOf(tests, claim));
    this.questions = exploration.compiled.events.map((_, event) =>
      ofClaims.flatMap(({ askOf }, claim) => {
        const question = askOf(event);
        return question.most === SILENT ? [] : [{ claim, ask: (step: StepCursor) => question.ask(step) }];
      }),
    );
  }

  ask(state: number): void {
    const { found, seen, cursor, questions } = this;
    for (let event = 0; event < questions.length; event++) {
      cursor.moveTo(state, event);
      for (const { claim, ask } of questions[event]) {
        if (seen[claim] === BROKEN) continue;
        const answer = ask(cursor);
        if (answer <= seen[claim]) continue;
        found[claim].witness ??= { state, event };
        if (answer === BROKEN) found[claim].broken = { state, event };
        seen[claim] = answer;
      }
    }
  }
}

/** Works out in which states claims have something new to say. */
class Sieve {
  private readonly compiled: CompiledMachine;
  private readonly claims: readonly StepClaim[];
  private readonly puts: (output: string, event: number) => boolean;
  /** Predicates over states, as conditions. */
  private readonly code: Int32Array;
  private readonly conditions = new Map<ReadPredicate, number>();

  constructor(compiled: CompiledMachine, claims: readonly StepClaim[]) {
    this.compiled = compiled;
    this.claims = claims;
    this.puts = outputsOfEvents(compiled);
    this.code = this.compileConditions();
  }

  /**
   * Translates the set of states that are still to be asked when these answers were given: what it returns says of one whether it is in it, by 1 or 0. Returns nothing where
   * the set is empty.
   */
  write(
    seen: Uint8Array,
    budget: number,
  ): ((states: Int32Array, from: number, targets: Int32Array) => number) | undefined {
    const { compiled, claims } = this;
    const preconditions = new Preconditions(compiled, budget);
    const { diagrams } = preconditions;
    const set = compiled.events.reduce((states, _, event) => {
      const news = claims.reduce<BitDiagram>((any, { when, holds }, claim) => {
        if (seen[claim] === BROKEN) return any;
        const applies = when === undefined ? ALWAYS : this.formula(preconditions, when, event);
        if (applies === NEVER || seen[claim] === SILENT) return diagrams.or(any, applies);
        return diagrams.or(any, diagrams.and(applies, diagrams.not(this.formula(preconditions, holds, event))));
      }, NEVER);
      return diagrams.or(states, preconditions.before(event, news));
    }, NEVER);
    return set === NEVER ? undefined : this.translate(preconditions, set);
  }

  /** A set as the one event of a machine, which is taken in the states that are in it. */
  private translate(
    preconditions: Preconditions,
    set: BitDiagram,
  ): (states: Int32Array, from: number, targets: Int32Array) => number {
    const { compiled } = this;
    const { diagrams } = preconditions;
    const builder = new ProgramBuilder();
    const programs = new Map<BitDiagram, Program>([
      [NEVER, format.NO],
      [ALWAYS, builder.take(0, [], [], format.NO)],
    ]);
    const program = (diagram: BitDiagram): Program => {
      let found = programs.get(diagram);
      if (found === undefined) {
        const { word, mask } = preconditions.bitOf(diagrams.variable(diagram));
        const [yes, no] = [program(diagrams.whereSet(diagram)), program(diagrams.whereClear(diagram))];
        // Two tests, one after the other and with a common way out, become one.
        const isClearFirst = typeof no !== 'number' && no.other === yes;
        found = isClearFirst
          ? builder.test([{ word, mask, value: 0 }], no, yes)
          : builder.test([{ word, mask, value: mask }], yes, no);
        programs.set(diagram, found);
      }
      return found;
    };
    const start = builder.addressOf(program(set));
    return createExpand(
      COMPILED.mark({
        ...compiled,
        events: [compiled.events[0]],
        starts: Int32Array.of(start),
        ...builder.write(),
      }),
    );
  }

  private compileConditions(): Int32Array {
    const builder = new ProgramBuilder();
    const conditions = new Conditions(this.compiled.machine, this.compiled, builder);
    const visit = (predicate: StepPredicate): void => {
      if ('part' in predicate) return visit(predicate.part);
      if ('parts' in predicate) return predicate.parts.forEach(visit);
      if (!('state' in predicate) || typeof predicate.state === 'function') return;
      this.conditions.set(
        predicate.state,
        builder.addressOf(conditions.program(predicate.state, format.YES, format.NO)),
      );
    };
    for (const { when, holds } of this.claims) {
      if (when !== undefined) visit(when);
      visit(holds);
    }
    return builder.write().code;
  }

  /** A predicate over the steps of an event. */
  private formula(preconditions: Preconditions, predicate: StepPredicate, event: number): BitDiagram {
    const { diagrams } = preconditions;
    switch (predicate.kind) {
      case 'before':
      case 'after':
        return preconditions.condition(this.code, this.conditions.get(predicate.state)!, predicate.kind);
      case 'event':
        return predicate.names.includes(this.compiled.events[event]) ? ALWAYS : NEVER;
      case 'output':
        return predicate.names.reduce(
          (any, name) => (this.puts(name, event) ? diagrams.or(any, this.output(preconditions, name, event)) : any),
          NEVER,
        );
      case 'taken':
        return preconditions.taken;
      case 'not':
        return diagrams.not(this.formula(preconditions, predicate.part, event));
      case 'and':
        return predicate.parts.reduce((all, part) => {
          return all === NEVER ? NEVER : diagrams.and(all, this.formula(preconditions, part, event));
        }, ALWAYS);
      case 'or':
        return predicate.parts.reduce((any, part) => {
          return any === ALWAYS ? ALWAYS : diagrams.or(any, this.formula(preconditions, part, event));
        }, NEVER);
    }
  }

  /** That a step of an event puts out an output, by the transitions that it takes. */
  private output(preconditions: Preconditions, name: string, event: number): BitDiagram {
    const { transitions, outputs, events, code } = this.compiled;
    const { diagrams } = preconditions;
    const output = outputs.indexOf(name);
    return transitions.reduce((any, { transition, outputs: own, entries, exits }, number) => {
      if (transition.eventType !== events[event]) return any;
      const isSaid = own.includes(output) || entries.includes(output);
      const leaving = isSaid ? [] : exits.filter((exit) => exit.outputs.includes(output));
      const puts = leaving.reduce(
        (some, { condition }) => diagrams.or(some, preconditions.condition(code, condition, 'before')),
        isSaid ? ALWAYS : NEVER,
      );
      return diagrams.or(any, diagrams.and(preconditions.takes(number), puts));
    }, NEVER);
  }
}
