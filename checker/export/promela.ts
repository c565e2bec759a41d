/**
 * A machine as a Promela model, in which SPIN finds the states and the transitions that we find, one for one.
 *
 * One process loops over one `d_step` an event. A `d_step` is one transition of SPIN, and its guard says that the event is
 * taken: an ignored event is no transition, here as with us. The state vector holds one variable for each compound
 * state. Where a transition must not see what another one of the same step wrote, the value before is kept in a `hidden`
 * variable, which SPIN leaves out of the state vector.
 *
 * SPIN counts as transitions the states it stored and those it met again. The initial state is stored without a transition that
 * leads to it, so SPIN's count is ours and one. (A model that begins with a step, to start a process or to set
 * a variable, has one state and one transition more; this one begins with its variables as they are.)
 *
 * Claims become formulas in LTL, or the automaton of one (`never.ts`). A run may stop, so a model with claims has a step in
 * which nothing happens. SPIN's own fairness is of processes, so ours is a premise of the formula, over variables that
 * every step writes; claims over steps are such variables too. These make several states of one, so a model without
 * claims is for counts, and one with them for verdicts.
 */
import type { AnyStateNode } from 'xstate';
import { requireBoolean, requireCount, requireFields, requireTeller, within } from '../argument/argument.ts';
import type { Claim, ReadClaim, ReadPredicate } from '../decide/claim.ts';
import { readClaim, readClaims } from '../decide/read-claim.ts';
import { type LeadsToConditions, printLtl, printNever } from './never.ts';
import { enabledWhen, fairnessOf, requireNames, stateCondition, stepConditions } from './symbolic-claim.ts';
import {
  activeIn,
  areParallel,
  type Condition,
  type ConditionSyntax,
  Identifiers,
  not,
  or,
  printCondition,
  printPart,
  readBy,
  SYMBOLIC,
  type SymbolicEvent,
  type SymbolicMachine,
  type SymbolicTransition,
  takenWhen,
  TRUE,
  variableName,
} from './symbolic.ts';
import { childrenOf } from '../machine/transition-sets.ts';

/** How a model is printed. */
export interface PromelaOptions {
  /** What is claimed; nothing when left out. Each becomes an `ltl` of its name; no predicate may be a function. */
  readonly claims?: readonly Claim[];
  /** What an event says, for a comment beside it. */
  readonly eventSentence?: (event: string) => string;
  /** Whether a state in which every event is ignored is an error of the model. Default false. */
  readonly forbidsDeadlock?: boolean;
}

/** What SPIN counts beyond what we count, in a model without claims. */
export const SPIN_OFFSET = { states: 0, transitions: 1 } as const;

/**
 * Prints a machine as a Promela model.
 * @throws {RangeError} when it has more names of states than SPIN has symbols, or when a claim cannot be printed.
 */
export function printPromela(symbolic: SymbolicMachine, options: PromelaOptions = {}): string {
  return new Printer(
    SYMBOLIC.require('symbolic of printPromela', symbolic),
    readOptions('options of printPromela', options),
  ).print();
}

/** The options, read. */
interface ReadOptions extends Omit<PromelaOptions, 'claims'> {
  readonly claims: readonly ReadClaim[];
}

function readOptions(place: string, options: unknown): ReadOptions {
  const { claims, eventSentence, forbidsDeadlock } = requireFields(place, options, [
    'claims',
    'eventSentence',
    'forbidsDeadlock',
  ]);
  return {
    claims: readClaims(within(place, 'claims'), claims === undefined ? [] : claims),
    eventSentence:
      eventSentence === undefined ? undefined : requireTeller(within(place, 'eventSentence'), eventSentence),
    forbidsDeadlock: forbidsDeadlock !== undefined && requireBoolean(within(place, 'forbidsDeadlock'), forbidsDeadlock),
  };
}

/**
 * Returns whether a claim holds, given how many errors SPIN found in its formula. What is to be reached is claimed never to
 * be, so that SPIN finds it as an error. SPIN knows no premise without a witness: a claim that is `n/a` holds.
 */
export function holdsBySpin(claim: Claim, errors: number): boolean {
  const { kind } = readClaim('claim of holdsBySpin', claim);
  requireCount('errors of holdsBySpin', errors);
  return kind === 'reach' ? errors > 0 : errors === 0;
}

/** The most symbols of a model: SPIN keeps an `mtype` in a byte, whose zero means that there is none. */
const SYMBOLS_MAX = 255;

const RESERVED = new Set(
  // Of Promela, with the names that it predefines,
  (
    'active always arrow assert atomic bit bool break byte c_code c_decl c_expr c_state c_track chan cond_expr d_proctype ' +
    'd_step do else empty enabled equivalent eval eventually false fi for full get_priority goto hidden if implies in ' +
    'init inline int len local ltl mtype nempty never next nfull notrace np_ od of pc_value pid printf printm priority ' +
    'proctype provided release return run select set_priority short show skip stronguntil timeout trace true typedef ' +
    'unless unsigned until weakuntil xr xs ' +
    // and of C, in which SPIN writes the variables down.
    'auto case char const continue default double enum extern float long main now register signed sizeof static struct ' +
    'switch trans union void volatile while'
  ).split(' '),
);

/** The operators of SPIN's formulas are single capitals. */
const isReserved = (identifier: string): boolean => RESERVED.has(identifier) || /^[UVX]$/.test(identifier);

/** A claim over steps, and what it says of the steps of one event. */
interface StepClaim {
  readonly name: string;
  readonly condition: Condition;
}

/** What stands for some events in the model that the fairness of a claim names. */
interface FairEvents {
  readonly events: readonly string[];
  /** The macro for the condition under which one of them can be taken. */
  readonly enabled: string;
  /** The variable that says whether the last step took one. */
  readonly took: string;
}

class Printer {
  private readonly symbolic: SymbolicMachine;
  private readonly options: ReadOptions;
  private readonly claims: readonly ReadClaim[];
  private readonly process: string;
  private readonly inactive: string;
  private readonly variables = new Map<AnyStateNode, string>();
  /** For each variable, the one that may hold its value before the step. */
  private readonly before = new Map<AnyStateNode, string>();
  /** The symbols of states, by key. States with the same key share one, whichever variables may hold it. */
  private readonly keys = new Map<string, string>();
  private readonly guards = new Map<string, string>();
  /** For each claim over steps, the variable that says whether the last step was as claimed. */
  private readonly kept = new Map<string, string>();
  /** Each set of events once, however many claims name it. */
  private readonly fairEvents = new Map<string, FairEvents>();

  constructor(symbolic: SymbolicMachine, options: ReadOptions) {
    const { machine, variables, guards } = symbolic;
    this.symbolic = symbolic;
    this.options = options;
    this.claims = options.claims;
    requireNames(symbolic, this.claims);
    const identifiers = new Identifiers(isReserved);
    const compounds = [...variables.keys()];
    for (const { name } of this.claims) identifiers.keep(name);
    for (const node of compounds) this.variables.set(node, identifiers.give(inLowerCase(node)));
    for (const { key } of compounds.flatMap(childrenOf)) {
      if (!this.keys.has(key)) this.keys.set(key, identifiers.give(key));
    }
    for (const name of guards.keys()) this.guards.set(name, identifiers.give(name));
    for (const node of compounds) this.before.set(node, identifiers.give(`before.${variableName(node)}`));
    this.process = identifiers.give(machine.id);
    this.inactive = identifiers.give('inactive');
    for (const { name, kind } of this.claims) {
      if (kind === 'step') this.kept.set(name, identifiers.give(`kept.${name}`));
    }
    for (const { events } of fairnessOf(this.claims)) {
      const key = JSON.stringify(events);
      if (this.fairEvents.has(key)) continue;
      const called = events.join('.');
      const [enabled, took] = ['enabled', 'took'].map((prefix) => identifiers.give(`${prefix}.${called}`));
      this.fairEvents.set(key, { events, enabled, took });
    }
    if (this.keys.size > SYMBOLS_MAX) {
      throw new RangeError(
        `Got ${this.keys.size} names of states in ${machine.id}; expected at most ${SYMBOLS_MAX}, as SPIN has.`,
      );
    }
  }

  print(): string {
    const { machine, events } = this.symbolic;
    const { description } = machine.root;
    const steps = [
      ...events.flatMap((event) => [...this.printTaken(event), ...this.printIgnored(event)]),
      ...(this.claims.length > 0 ? this.printStop() : []),
      // A loop must have a step. This one is never taken.
      ...(events.some(({ transitions }) => transitions.length > 0) ? [] : [':: false']),
    ];
    const lines = [
      comment(description === undefined ? machine.id : `${machine.id}: ${description}`),
      ...(this.symbolic.without.length === 0 ? [] : [comment(`Left out: ${this.symbolic.without.join(', ')}.`)]),
      ...this.printVariables(),
      ...this.printGuards(),
      ...this.printWatched(),
      '',
      `active proctype ${this.process}() {`,
      // Where a process may end, a state without transitions is no error.
      ...(this.options.forbidsDeadlock === true ? [] : ['end:']),
      '  do',
      ...steps.map(indented),
      '  od',
      '}',
      ...this.claims.flatMap((claim) => ['', ...this.printClaim(claim)]),
    ];
    return `${lines.join('\n')}\n`;
  }

  // ---- Declarations

  private printVariables(): string[] {
    const { variables, events } = this.symbolic;
    const saved = new Set(events.flatMap((event) => [...this.arrange(event).saved]));
    const isNested = [...variables.keys()].some((node) => activeIn(node) !== TRUE);
    const symbols = [...this.keys.values()];
    return [
      ...(symbols.length > 0 ? [`mtype = { ${symbols.join(', ')} };`] : []),
      ...(isNested ? [comment('The value of a compound state that is not active.'), `#define ${this.inactive} 0`] : []),
      ...[...variables].flatMap(([node, initial]) => ['', ...this.printVariable(node, initial)]),
      ...(saved.size > 0 ? ['', comment('Values before the step in hand; no part of the state.')] : []),
      ...[...saved].map((node) => `hidden mtype ${this.before.get(node)};`),
    ];
  }

  private printVariable(node: AnyStateNode, initial: AnyStateNode | undefined): string[] {
    const told = [node, ...childrenOf(node)].filter(({ description }) => description !== undefined);
    const lines = told.map((each) => (each === node ? `${each.description}` : `${each.key}: ${each.description}`));
    const value = `mtype ${this.variables.get(node)} = ${this.symbol(initial)};`;
    return [...(lines.length > 0 ? [comment(...lines)] : []), value];
  }

  /** The variables that claims need beside the state. */
  private printWatched(): string[] {
    const kept = [...this.kept].flatMap(([name, variable]) => {
      return ['', comment(`Whether the last step is as ${name} claims.`), `bool ${variable} = true;`];
    });
    const fairness = [...this.fairEvents.values()].flatMap(({ events, enabled, took }) => [
      '',
      comment(`Whether ${events.join(', ')} can be taken, and whether the last step was one.`),
      `#define ${enabled} (${this.condition(enabledWhen(this.symbolic, events))})`,
      `bool ${took};`,
    ]);
    return [...kept, ...fairness];
  }

  private printGuards(): string[] {
    const guards = [...this.symbolic.guards].map(([name, guard]) => {
      return `#define ${this.guards.get(name)} (${this.condition(guard)})`;
    });
    return guards.length === 0 ? [] : ['', ...guards];
  }

  // ---- Steps

  private printTaken(event: SymbolicEvent): string[] {
    const { eventSentence } = this.options;
    const sentence = eventSentence === undefined ? '' : `: ${eventSentence(event.name)}`;
    if (event.transitions.length === 0) return [comment(`${event.name}${sentence}. No state takes it.`)];
    const { groups, saved } = this.arrange(event);
    const syntax = this.syntax(saved);
    const saves = [...saved].map((node) => `${this.before.get(node)} = ${this.variables.get(node)}`);
    const notes = [...this.printKept(this.stepClaims(event, 'taken'), syntax), ...this.printTook(event.name)];
    // What is alone in its step is its guard too.
    const isAlone = groups.length === 1 && saves.length + notes.length === 0;
    const cases = event.transitions.map(({ condition }) => printPart(condition, this.syntax()));
    const statements = [
      ...saves.map((each) => [each]),
      ...groups.map((group) => this.printGroup(group, syntax, isAlone)),
      ...notes.map((each) => [each]),
    ];
    return [
      comment(`${event.name}${sentence}`),
      ':: d_step {',
      ...(isAlone ? [] : [`     (${cases.join(' ||\n        ')}) ->`]),
      ...separated(statements).map((line) => `     ${line}`),
      '   }',
    ];
  }

  /** Transitions of which at most one is taken. */
  private printGroup(group: readonly SymbolicTransition[], syntax: ConditionSyntax, isGuard: boolean): string[] {
    const choices = group.flatMap(({ condition, writes, transition, outputs }) => {
      const put = outputs.length === 0 ? [] : [`Puts out ${outputs.map(({ name }) => name).join(', ')}.`];
      const told = [...(transition.description === undefined ? [] : [transition.description]), ...put];
      const written = writes.map(({ compound, child }) => `${this.variables.get(compound)} = ${this.symbol(child)}`);
      return [
        ...(told.length > 0 ? [comment(told.join(' '))] : []),
        `:: ${printCondition(condition, syntax)} -> ${written.join('; ') || 'skip'}`,
      ];
    });
    return ['if', ...choices, ...(isGuard ? [] : [':: else']), 'fi'];
  }

  /** The step in which an event is ignored, where a claim over steps says anything of it. */
  private printIgnored(event: SymbolicEvent): string[] {
    const kept = this.printKept(this.stepClaims(event, 'ignored'), this.syntax());
    if (kept.length === 0) return [];
    const statements = [...kept, ...this.printTook()];
    return [
      comment(`${event.name}, ignored`),
      `:: d_step { ${this.condition(not(takenWhen(event)))} -> ${statements.join('; ')} }`,
    ];
  }

  /** A step in which nothing happens, for a run that stops. */
  private printStop(): string[] {
    return [comment('A run may stop.'), `:: d_step { true -> ${this.printTook().join('; ') || 'skip'} }`];
  }

  /** What a step writes for fairness; `event` is the one that it takes, if any. */
  private printTook(event?: string): string[] {
    return [...this.fairEvents.values()].map(({ events, took }) => {
      return `${took} = ${event !== undefined && events.includes(event)}`;
    });
  }

  private printKept(claims: readonly StepClaim[], syntax: ConditionSyntax): string[] {
    return claims.map(({ name, condition }) => `${this.kept.get(name)} = (${printCondition(condition, syntax)})`);
  }

  /** The claims over steps that say anything of an event that is taken, or ignored. */
  private stepClaims(event: SymbolicEvent, step: 'taken' | 'ignored'): StepClaim[] {
    const claims = this.claims.flatMap((claim) => {
      if (claim.kind !== 'step') return [];
      return [{ name: claim.name, condition: stepConditions(this.symbolic, claim, event)[step] }];
    });
    return claims.filter(({ condition }) => condition !== TRUE);
  }

  /**
   * Puts the transitions of an event into groups, of each of which at most one is taken, and finds the variables that are
   * asked for after a group has written them.
   */
  private arrange(event: SymbolicEvent): {
    readonly groups: readonly (readonly SymbolicTransition[])[];
    readonly saved: ReadonlySet<AnyStateNode>;
  } {
    const groups: SymbolicTransition[][] = [];
    for (const each of event.transitions) {
      const last = groups.at(-1);
      const isAlternative = last?.every(({ transition }) => !areParallel(transition.source, each.transition.source));
      if (last && isAlternative) last.push(each);
      else groups.push([each]);
    }
    const written = new Set<AnyStateNode>();
    const saved = new Set<AnyStateNode>();
    const ask = (condition: Condition): void => {
      for (const compound of readBy(condition, this.symbolic.guards)) if (written.has(compound)) saved.add(compound);
    };
    for (const group of groups) {
      for (const { condition } of group) ask(condition);
      for (const { compound } of group.flatMap(({ writes }) => writes)) written.add(compound);
    }
    for (const { condition } of this.stepClaims(event, 'taken')) ask(condition);
    return { groups, saved };
  }

  // ---- Claims

  private printClaim(claim: ReadClaim): string[] {
    const { name, title } = claim;
    if (claim.kind !== 'leadsTo') return [comment(title), `ltl ${name} { [] (${this.printInvariant(claim)}) }`];
    const conditions: LeadsToConditions = {
      ...(claim.from === undefined ? {} : { from: this.predicate(claim.from) }),
      to: this.predicate(claim.to),
      fairness: claim.fairness.map(({ strength, events }) => {
        return { ...(this.fairEvents.get(JSON.stringify(events)) as FairEvents), strength };
      }),
    };
    return [comment(title, `ltl { ${printLtl(conditions)} }`), ...printNever(name, conditions)];
  }

  private printInvariant(claim: Exclude<ReadClaim, { readonly kind: 'leadsTo' }>): string {
    switch (claim.kind) {
      case 'invariant': {
        const [when, holds] = [claim.when, claim.holds].map((each) => stateCondition(this.symbolic, each));
        return this.condition(or([not(when), holds]));
      }
      case 'step':
        return this.kept.get(claim.name) as string;
      case 'reach':
        return this.condition(not(stateCondition(this.symbolic, claim.that)));
    }
  }

  // ---- Conditions

  private predicate(predicate: ReadPredicate): string {
    return this.condition(stateCondition(this.symbolic, predicate));
  }

  private condition(condition: Condition): string {
    return printCondition(condition, this.syntax());
  }

  private symbol(child: AnyStateNode | undefined): string | undefined {
    return child === undefined ? this.inactive : this.keys.get(child.key);
  }

  /** How a condition is written that asks for the values before the step where these are `saved`. */
  private syntax(saved: ReadonlySet<AnyStateNode> = new Set()): ConditionSyntax {
    const { guards } = this.symbolic;
    const syntax: ConditionSyntax = {
      and: ' && ',
      or: ' || ',
      not: '!',
      yes: 'true',
      no: 'false',
      is: (child) => {
        const compound = child.parent as AnyStateNode;
        return `${(saved.has(compound) ? this.before : this.variables).get(compound)} == ${this.symbol(child)}`;
      },
      named: (name) => {
        const guard: Condition = { kind: 'named', name };
        if (![...readBy(guard, guards)].some((node) => saved.has(node))) return this.guards.get(name) as string;
        // The macro asks for the values of now.
        return `(${printCondition(guards.get(name) as Condition, syntax)})`;
      },
      next: (part) => `(${this.condition(part)})`,
    };
    return syntax;
  }
}

/** The name of a variable. SPIN's verifier has macros of its own in capitals. */
function inLowerCase(node: AnyStateNode): string {
  const name = variableName(node);
  return /[a-z]/.test(name) ? name : `state.${name}`;
}

/** The lines of statements, with a semicolon between each and the next. */
function separated(statements: readonly (readonly string[])[]): string[] {
  return statements.flatMap((lines, index) => {
    const end = index < statements.length - 1 ? ';' : '';
    return lines.map((line, at) => (at === lines.length - 1 ? line + end : line));
  });
}

const indented = (line: string): string => `  ${line}`;

function comment(...lines: readonly string[]): string {
  return `/* ${lines.map((line) => line.replaceAll('*/', '* /')).join('\n * ')} */`;
}
