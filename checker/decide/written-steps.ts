/**
 * Claims about steps, written out in JavaScript around the programs of the events, so that all of them are asked in one pass: each step
 * is made once, the state after it is asked in its words and never searched for, and an event of which no claim can say
 * anything in a state is not tried there.
 *
 * The text is made of numbers and of nothing else, as that of `../compile/expand.ts`. Functions of the value cannot be written;
 * claims that have them, and steps of programs that are too long to be written, go through `step-tests.ts`.
 */
import { Conditions } from '../compile/condition.ts';
import { writeParts, writtenBits } from '../compile/expand.ts';
import * as format from '../compile/format.ts';
import type { CompiledMachine } from '../compile/format.ts';
import { ProgramBuilder } from '../compile/program.ts';
import { holds } from '../compile/step.ts';
import type { ReadPredicate, StepPredicate as StepPredicateOf } from './claim.ts';
import { all, any, type Atom, atomsOf, type Formula, literal, negate, ofState, print } from './formula.ts';
import { type Answer, BROKEN, type Found, type Place, SATISFIED, SILENT } from './search.ts';
import { outputsOfEvents, type StepClaim } from './step-tests.ts';

type StepPredicate = StepPredicateOf<ReadPredicate>;

/** Asks all steps of a state, and notes what is new. `seen` has the answers so far, of each claim. */
type Asking = (
  states: Int32Array,
  from: number,
  seen: Uint8Array,
  note: (claim: number, event: number, answer: Answer) => void,
  isHeld: (condition: number, words: Int32Array, from: number) => boolean,
  target: Int32Array,
) => void;

/** Whether no predicate of a claim is a function. */
export function isWritable({ when, holds: conclusion }: StepClaim): boolean {
  const isData = (predicate: StepPredicate): boolean => {
    if ('state' in predicate) return typeof predicate.state !== 'function';
    if ('part' in predicate) return isData(predicate.part);
    return !('parts' in predicate) || predicate.parts.every(isData);
  };
  return (when === undefined || isData(when)) && isData(conclusion);
}

/** After so many states, and each time after sixteen times as many, what was answered by then is left out of the text. */
const STATES_FIRST = 1024;

/**
 * Finds for each claim the first step of which it says anything, and the first that breaks it, among the steps from the first `expanded`
 * states. Returns nothing where the claims cannot be written.
 */
export function searchWritten(
  compiled: CompiledMachine,
  words: Int32Array,
  expanded: number,
  claims: readonly StepClaim[],
): readonly Found[] | undefined {
  const written = new WrittenClaims(compiled, claims);
  const found = claims.map((): { witness?: Place; broken?: Place } => ({}));
  const seen = new Uint8Array(claims.length);
  const target = new Int32Array(compiled.wordCount);
  let state = 0;
  let isAnyNew = true;
  const isHeld = (condition: number, at: Int32Array, from: number): boolean => holds(written.code, condition, at, from);
  const note = (claim: number, event: number, answer: Answer): void => {
    if (answer <= seen[claim]) return;
    found[claim].witness ??= { state, event };
    if (answer === BROKEN) found[claim].broken = { state, event };
    seen[claim] = answer;
    isAnyNew = true;
  };
  let parts: Asking[] | undefined = [];
  for (let end = Math.min(STATES_FIRST, expanded); state < expanded; end = Math.min(16 * end, expanded)) {
    if (isAnyNew) {
      parts = written.write(seen);
      if (parts === undefined) return undefined;
      isAnyNew = false;
    }
    if (parts.length === 0) break;
    for (; state < end; state++) {
      for (const part of parts) part(words, state * compiled.wordCount, seen, note, isHeld, target);
    }
  }
  return found;
}

/** What is asked of one claim in the steps of one event. */
interface EventQuestion {
  readonly claim: number;
  readonly event: number;
  /** Its premise, and that it is broken. */
  readonly applies: Formula;
  readonly breaks: Formula;
}

/** A condition of more tests than this is asked by a call. */
const TESTS_OF_TEXT = 60;
const COST_OF_CALL = 100;

/** The claims about steps of a machine, as text. */
class WrittenClaims {
  /** The conditions. */
  readonly code: Int32Array;
  private readonly compiled: CompiledMachine;
  private readonly puts: (output: string, event: number) => boolean;
  /** The transitions whose outputs are asked for. */
  private readonly noted = new Set<number>();
  /** The address of each predicate over states. */
  private readonly conditions = new Map<ReadPredicate, number>();
  private readonly questions: readonly EventQuestion[];
  /** Transitions with outputs, by event. */
  private readonly talking: ReadonlyMap<string, readonly number[]>;

  constructor(compiled: CompiledMachine, claims: readonly StepClaim[]) {
    this.compiled = compiled;
    this.puts = outputsOfEvents(compiled);
    this.code = this.compileConditions(claims);
    this.talking = talkingOf(compiled);
    this.questions = compiled.events.flatMap((_, event) => {
      const written = writtenBits(compiled, event);
      return claims.flatMap(({ when, holds: conclusion }, claim): EventQuestion[] => {
        const applies = when === undefined || this.formula(when, event, written);
        if (applies === false) return [];
        return [{ claim, event, applies, breaks: all([applies, negate(this.formula(conclusion, event, written))]) }];
      });
    });
  }

  /** Writes what is still to be asked when these answers were given; nothing where a program is too long. */
  write(seen: Uint8Array): Asking[] | undefined {
    const asked = new Map<number, EventQuestion[]>();
    for (const question of this.questions) {
      const { claim, event, breaks } = question;
      if (seen[claim] === BROKEN || (seen[claim] === SATISFIED && breaks === false)) continue;
      const known = asked.get(event);
      if (known === undefined) asked.set(event, [question]);
      else known.push(question);
    }
    const isTried = (event: number): Formula =>
      any(asked.get(event)!.map(({ claim, applies, breaks }) => ofState(seen[claim] === SILENT ? applies : breaks)));
    const parts = writeParts(this.compiled, {
      events: [...asked.keys()],
      noted: this.noted,
      parameters: ['seen', 'note', 'isHeld', 'target'],
      before: (events) => this.statements(events.flatMap((event) => asked.get(event)!)),
      isTried: (event) => print(isTried(event)),
      after: (event) => asked.get(event)!.map((question) => tellQuestion(question, seen[question.claim] as Answer)),
      end: [],
    });
    return parts as Asking[] | undefined;
  }

  /** Works out the conditions of the state before that questions ask. */
  private statements(questions: readonly EventQuestion[]): string[] {
    const atoms = questions.flatMap(({ applies, breaks }) => [...atomsOf(applies), ...atomsOf(breaks)]);
    const names = new Set(atoms.filter(({ isOfState }) => isOfState).map(({ text }) => text));
    return [...names].map((name) => {
      const condition = Number(name.slice(1));
      return `const ${name} = ${this.conditionText(condition, 's') ?? `isHeld(${condition}, states, from)`};`;
    });
  }

  private compileConditions(claims: readonly StepClaim[]): Int32Array {
    const builder = new ProgramBuilder();
    const conditions = new Conditions(this.compiled.machine, this.compiled, builder);
    const visit = (predicate: StepPredicate): void => {
      if ('part' in predicate) return visit(predicate.part);
      if ('parts' in predicate) return predicate.parts.forEach(visit);
      if (!('state' in predicate) || typeof predicate.state === 'function') return;
      // Equal conditions are one program.
      const program = conditions.program(predicate.state, format.YES, format.NO);
      this.conditions.set(predicate.state, builder.addressOf(program));
    };
    for (const { when, holds: conclusion } of claims) {
      if (when !== undefined) visit(when);
      visit(conclusion);
    }
    return builder.write().code;
  }

  /** A predicate over the steps of an event, whose program writes these bits. */
  private formula(predicate: StepPredicate, event: number, written: Int32Array): Formula {
    switch (predicate.kind) {
      case 'before':
        return this.before(this.conditions.get(predicate.state)!);
      case 'after': {
        const condition = this.conditions.get(predicate.state)!;
        // What the event cannot change is as it was before.
        return readsAny(this.code, condition, written) ? this.after(condition) : this.before(condition);
      }
      case 'event':
        return predicate.names.includes(this.compiled.events[event]);
      case 'output':
        return any(predicate.names.map((name) => this.puts(name, event) && this.output(name, event)));
      case 'taken':
        return literal({ text: 'taken', cost: 2, isOfState: false });
      case 'not':
        return negate(this.formula(predicate.part, event, written));
      case 'and':
        return all(predicate.parts.map((part) => this.formula(part, event, written)));
      case 'or':
        return any(predicate.parts.map((part) => this.formula(part, event, written)));
    }
  }

  private before(condition: number): Formula {
    if (condition < 0) return condition === format.YES;
    return literal({ text: `b${condition}`, cost: 1, isOfState: true });
  }

  private after(condition: number): Formula {
    const text = this.conditionText(condition, 't');
    if (text !== undefined) return literal({ text: `(${text})`, cost: 3 + text.length, isOfState: false });
    const writes = Array.from({ length: this.compiled.wordCount }, (_, word) => `target[${word}] = t${word}`);
    return literal({
      text: `(${writes.join(', ')}, isHeld(${condition}, target, 0))`,
      cost: COST_OF_CALL,
      isOfState: false,
    });
  }

  /** That a step of an event puts out an output, by the transitions that it takes. */
  private output(name: string, event: number): Formula {
    const { compiled } = this;
    const output = compiled.outputs.indexOf(name);
    return any(
      (this.talking.get(compiled.events[event]) ?? []).map((number) => {
        const { outputs, entries, exits } = compiled.transitions[number];
        const isTaken: Atom = { text: `r${number}`, cost: 2, isOfState: false };
        const leaving = exits.filter((exit) => exit.outputs.includes(output));
        const isSaid = outputs.includes(output) || entries.includes(output);
        if (!isSaid && leaving.length === 0) return false;
        this.noted.add(number);
        if (isSaid) return literal(isTaken);
        const active = leaving.map(({ condition }) => {
          const text = `(${graphText(compiled.code, condition, 's')})`;
          return literal({ text, cost: 3 + text.length, isOfState: false });
        });
        return all([literal(isTaken), any(active)]);
      }),
    );
  }

  /** A condition of the words `s` or `t`; nothing where its tests are too many to be written. */
  private conditionText(condition: number, words: 's' | 't'): string | undefined {
    if (testsOf(this.code, condition, TESTS_OF_TEXT) > TESTS_OF_TEXT) return undefined;
    return graphText(this.code, condition, words);
  }
}

/** A question as a statement behind the step. */
function tellQuestion({ claim, event, applies, breaks }: EventQuestion, seen: Answer): string {
  const broken = `if (${print(breaks)}) note(${claim}, ${event}, ${BROKEN});`;
  if (seen !== SILENT) return broken;
  return `if (seen[${claim}] !== 0) { ${broken} } else if (${print(applies)}) { note(${claim}, ${event}, ${SATISFIED}); ${broken} }`;
}

/** The transitions that put out anything, by event. */
function talkingOf({ transitions }: CompiledMachine): Map<string, number[]> {
  const talking = new Map<string, number[]>();
  for (const [number, { transition, outputs, entries, exits }] of transitions.entries()) {
    if (outputs.length + entries.length + exits.length === 0) continue;
    const known = talking.get(transition.eventType);
    if (known === undefined) talking.set(transition.eventType, [number]);
    else known.push(number);
  }
  return talking;
}

/** Whether a condition tests any of these bits. */
function readsAny(code: Int32Array, condition: number, bits: Int32Array): boolean {
  const open = [condition];
  const met = new Set(open);
  for (let address = open.pop(); address !== undefined; address = open.pop()) {
    if (address < 0) continue;
    if ((code[address + format.MASK] & bits[code[address + format.WORD]]) !== 0) return true;
    for (const next of [code[address + format.THEN], code[address + format.ELSE]]) {
      if (!met.has(next)) open.push(next);
      met.add(next);
    }
  }
  return false;
}

/** The tests of a condition, followed as a tree; counted no further than a little over `most`. */
function testsOf(code: Int32Array, address: number, most: number): number {
  if (address < 0) return 0;
  if (most < 0) return 1;
  const then = testsOf(code, code[address + format.THEN], most - 1);
  return 1 + then + testsOf(code, code[address + format.ELSE], most - 1 - then);
}

/** A condition as an expression. */
function graphText(code: Int32Array, address: number, words: 's' | 't'): string {
  if (address < 0) return address === format.YES ? 'true' : 'false';
  const word = `${words}${code[address + format.WORD]}`;
  const test = `(${word} & ${code[address + format.MASK]}) === ${code[address + format.VALUE]}`;
  const [then, other] = [format.THEN, format.ELSE].map((side) => code[address + side]);
  if (then === format.YES && other === format.NO) return test;
  if (then === format.NO && other === format.YES) return `!(${test})`;
  const [yes, no] = [then, other].map((next) => graphText(code, next, words));
  if (other === format.NO) return `${test} && (${yes})`;
  if (then === format.YES) return `${test} || (${no})`;
  return `(${test} ? ${yes} : ${no})`;
}
