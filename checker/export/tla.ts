/**
 * A machine as a TLA+ module with a configuration for TLC: for whoever needs its distributed engine, or Apalache. The head of each
 * module says which TLC has read this very text, by its hash; a text that changed reads UNCHECKED again.
 *
 * A variable for each compound state, an action for each event, enabled exactly when the event is taken. TLA+ takes a step that
 * changes nothing for no step. Where a claim speaks of steps, or of fairness, a variable `turn` changes in each of them, and
 * TLC finds up to twice the states. Runs may stop: `Spec` has no fairness, and each claim has its own as a premise.
 */
import type { AnyStateNode } from 'xstate';
import { copyOf, requireFields, requireText, requireTeller, within } from '../argument/argument.ts';
import type { Claim, ReadClaim, ReadPredicate, StepClaim } from '../decide/claim.ts';
import { readClaims } from '../decide/read-claim.ts';
import { requireNames, stateCondition, stepConditions } from './symbolic-claim.ts';
import {
  activeIn,
  type Condition,
  type ConditionSyntax,
  FALSE,
  Identifiers,
  not,
  or,
  printCondition,
  SYMBOLIC,
  type SymbolicEvent,
  type SymbolicMachine,
  TRUE,
  variableName,
} from './symbolic.ts';
import { hash } from '../machine/fingerprint.ts';
import { childrenOf } from '../machine/transition-sets.ts';

/** How a module is printed. */
export interface TlaOptions {
  /** What is claimed; nothing when left out. Each becomes an operator of its name; no predicate may be a function. */
  readonly claims?: readonly Claim[];
  /** What an event says, for a comment beside it. */
  readonly eventSentence?: (event: string) => string;
  /** Which TLC has read a text, by the hash of the text: as `TlaModule` has it. */
  readonly checked?: Readonly<Record<string, string>>;
}

/** A module and its configuration. */
export interface TlaModule {
  /** The files must be called so: `<name>.tla` and `<name>.cfg`. */
  readonly name: string;
  readonly module: string;
  readonly configuration: string;
  /** Of all that TLC reads of both. */
  readonly hash: string;
}

/**
 * Prints a machine as a TLA+ module.
 * @throws {RangeError} when a claim cannot be printed.
 */
export function printTla(symbolic: SymbolicMachine, options: TlaOptions = {}): TlaModule {
  return new Printer(
    SYMBOLIC.require('symbolic of printTla', symbolic),
    readOptions('options of printTla', options),
  ).print();
}

/** The options, read. */
interface ReadOptions extends Omit<TlaOptions, 'claims'> {
  readonly claims: readonly ReadClaim[];
}

function readOptions(place: string, options: unknown): ReadOptions {
  const { claims, eventSentence, checked } = requireFields(place, options, ['claims', 'eventSentence', 'checked']);
  return {
    claims: readClaims(within(place, 'claims'), claims === undefined ? [] : claims),
    eventSentence:
      eventSentence === undefined ? undefined : requireTeller(within(place, 'eventSentence'), eventSentence),
    checked: checked === undefined ? undefined : readChecked(within(place, 'checked'), checked),
  };
}

function readChecked(place: string, checked: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(copyOf(place, checked)).map(([digest, tool]) => {
    return [digest, requireText(within(place, digest), tool)] as const;
  });
  return Object.fromEntries(entries);
}

const RESERVED = new Set(
  (
    'ACTION ASSUME ASSUMPTION AXIOM BOOLEAN BY CASE CHOOSE CONSTANT CONSTANTS COROLLARY DEF DEFINE DEFS DOMAIN ELSE ' +
    'ENABLED EXCEPT EXTENDS FALSE HAVE HIDE IF IN INSTANCE LAMBDA LEMMA LET LOCAL MODULE NEW OBVIOUS OMITTED ONLY OTHER ' +
    'PICK PROOF PROPOSITION PROVE QED RECURSIVE STATE STRING SUBSET SUFFICES TAKE TEMPORAL THEN THEOREM TRUE UNCHANGED ' +
    'UNION USE VARIABLE VARIABLES WITH WITNESS ' +
    // Our own.
    'Init Next Spec TypeOK inactive turn vars'
  ).split(' '),
);

/** The words of a configuration, which takes a claim of such a name for one of its own. */
const CONFIGURATION_WORDS = new Set(
  (
    'ACTION_CONSTRAINT ACTION_CONSTRAINTS ALIAS CHECK_DEADLOCK CONSTANT CONSTANTS CONSTRAINT CONSTRAINTS INIT INVARIANT ' +
    'INVARIANTS NEXT POSTCONDITION PROPERTIES PROPERTY SPECIFICATION SYMMETRY TYPE TYPE_CONSTRAINT VIEW'
  ).split(' '),
);

const isReserved = (identifier: string): boolean =>
  RESERVED.has(identifier) || CONFIGURATION_WORDS.has(identifier) || isFairness(identifier);

/** What begins so is an operator of fairness. */
const isFairness = (name: string): boolean => /^[WS]F[\W_]/.test(name);

/** The operators of an event. */
interface EventNames {
  /** The action. */
  readonly action: string;
  /** The condition under which it is taken. */
  readonly taken: string;
  /** The condition of each transition. */
  readonly transitions: readonly string[];
}

class Printer {
  private readonly symbolic: SymbolicMachine;
  private readonly options: ReadOptions;
  private readonly claims: readonly ReadClaim[];
  private readonly hasTurn: boolean;
  private readonly name: string;
  private readonly variables = new Map<AnyStateNode, string>();
  private readonly guards = new Map<string, string>();
  private readonly events = new Map<string, EventNames>();

  constructor(symbolic: SymbolicMachine, options: ReadOptions) {
    const { machine, variables, guards, events } = symbolic;
    this.symbolic = symbolic;
    this.options = options;
    this.claims = options.claims;
    requireNames(symbolic, this.claims);
    // A module must have a variable.
    this.hasTurn =
      variables.size === 0 ||
      this.claims.some((claim) => claim.kind === 'step' || (claim.kind === 'leadsTo' && claim.fairness.length > 0));
    const identifiers = new Identifiers(isReserved);
    const give = (name: string): string => identifiers.give(isFairness(name) ? `x${name}` : name);
    this.name = give(machine.id);
    for (const { name } of this.claims) identifiers.keep(name);
    for (const node of variables.keys()) this.variables.set(node, give(variableName(node)));
    for (const name of guards.keys()) this.guards.set(name, give(name));
    for (const { name, transitions } of events) {
      this.events.set(name, {
        action: give(name),
        taken: give(`taken.${name}`),
        transitions: transitions.map((_, index) => give(`${name}.${index + 1}`)),
      });
    }
  }

  print(): TlaModule {
    const { name, symbolic } = this;
    const events = symbolic.events.filter(({ transitions }) => transitions.length > 0);
    const ignored = symbolic.events.filter(({ transitions }) => transitions.length === 0);
    const body = [
      ...this.printVariables(),
      '',
      ...this.printInitial(),
      ...this.printGuards(),
      ...events.flatMap((event) => ['', ...this.printEvent(event)]),
      ...ignored.flatMap((event) => ['', comment(`${event.name}: no state takes it.`)]),
      ...(symbolic.without.length === 0 ? [] : ['', comment(`Left out: ${symbolic.without.join(', ')}.`)]),
      '',
      ...(events.length === 0
        ? ['Next == FALSE']
        : ['Next ==', ...events.map((event) => `    \\/ ${this.namesOf(event).action}`)]),
      '',
      'Spec == Init /\\ [][Next]_vars',
      ...this.claims.flatMap((claim) => ['', comment(claim.title), ...this.printClaim(claim)]),
      '====',
    ];
    const settings = this.printConfiguration();
    const digest = hash([name, ...body, ...settings]);
    const state = this.stateOf(digest);
    return {
      name,
      module: `${[`---- MODULE ${name} ----`, ...this.printHead(state), '', ...body].join('\n')}\n`,
      configuration: `${[comment(state), ...settings].join('\n')}\n`,
      hash: digest,
    };
  }

  /** Whether TLC has read this text, in a sentence. */
  private stateOf(digest: string): string {
    const { checked = {} } = this.options;
    return Object.hasOwn(checked, digest)
      ? `${checked[digest]} has read this text, whose hash is ${digest}.`
      : `UNCHECKED: nobody has recorded that TLC has read this text, whose hash is ${digest}.`;
  }

  private printHead(state: string): string[] {
    const { machine } = this.symbolic;
    const { description } = machine.root;
    return [
      comment(description === undefined ? machine.id : `${machine.id}: ${description}`),
      comment(),
      comment(`Printed by maskbit from the machine. ${state} Apalache has not.`),
      comment(`For TLC: java -jar tla2tools.jar -config ${this.name}.cfg ${this.name}.tla`),
      comment(
        this.hasTurn
          ? 'It should find at most twice the states of the machine, for the sake of `turn`.'
          : 'Its distinct states should be those of the machine, and the states it generates the transitions and one.',
      ),
      comment(`For Apalache: apalache-mc check --inv=TypeOK ${this.name}.tla; types stand above the variables.`),
    ];
  }

  private printVariables(): string[] {
    const { variables } = this.symbolic;
    const isNested = [...variables.keys()].some((node) => activeIn(node) !== TRUE);
    const nodes = [...variables.keys()];
    const declared = nodes.map((node) => [
      ...this.describe(node),
      comment('@type: Str;'),
      `${this.variables.get(node)}`,
    ]);
    const turn = [comment('Changes in every step.'), comment('@type: Bool;'), 'turn'];
    const all = [...declared, ...(this.hasTurn ? [turn] : [])];
    return [
      'VARIABLES',
      ...all.flatMap((lines, index) => {
        const end = index < all.length - 1 ? ',' : '';
        return lines.map((line, at) => `    ${line}${at === lines.length - 1 ? end : ''}`);
      }),
      '',
      `vars == <<${this.variableNames().join(', ')}>>`,
      ...(isNested ? ['', comment('The value of a compound state that is not active.'), 'inactive == ""'] : []),
    ];
  }

  private describe(node: AnyStateNode): string[] {
    const told = [node, ...childrenOf(node)].filter(({ description }) => description !== undefined);
    return told.map((each) => comment(each === node ? `${each.description}` : `${each.key}: ${each.description}`));
  }

  private variableNames(): string[] {
    return [...this.variables.values(), ...(this.hasTurn ? ['turn'] : [])];
  }

  private printInitial(): string[] {
    const { variables } = this.symbolic;
    const types = [...variables.keys()].map((node) => {
      const values = childrenOf(node).map(valueOf);
      return `    /\\ ${this.variables.get(node)} \\in {${[...values, ...(activeIn(node) === TRUE ? [] : ['inactive'])].join(', ')}}`;
    });
    const initial = [...variables].map(([node, child]) => `    /\\ ${this.variables.get(node)} = ${valueOf(child)}`);
    return [
      'TypeOK ==',
      ...types,
      ...(this.hasTurn ? ['    /\\ turn \\in BOOLEAN'] : []),
      '',
      'Init ==',
      ...initial,
      ...(this.hasTurn ? ['    /\\ turn = FALSE'] : []),
    ];
  }

  private printGuards(): string[] {
    const guards = [...this.symbolic.guards].map(
      ([name, guard]) => `${this.guards.get(name)} == ${this.condition(guard)}`,
    );
    return guards.length === 0 ? [] : ['', ...guards];
  }

  // ---- Steps

  private namesOf(event: SymbolicEvent): EventNames {
    return this.events.get(event.name) as EventNames;
  }

  private printEvent(event: SymbolicEvent): string[] {
    const { eventSentence } = this.options;
    const { action, taken, transitions: names } = this.namesOf(event);
    const conditions = event.transitions.flatMap(({ transition, condition, outputs }, index) => {
      const put = outputs.length === 0 ? [] : [`Puts out ${outputs.map(({ name }) => name).join(', ')}.`];
      const told = [...(transition.description === undefined ? [] : [transition.description]), ...put];
      return [...(told.length > 0 ? [comment(told.join(' '))] : []), `${names[index]} == ${this.condition(condition)}`];
    });
    const changed = [...this.variables].flatMap(([node, variable]) => {
      const cases = event.transitions.flatMap(({ writes }, index) => {
        return writes
          .filter(({ compound }) => compound === node)
          .map(({ child }) => `${names[index]} -> ${valueOf(child)}`);
      });
      return cases.length === 0 ? [] : [{ variable, cases }];
    });
    const kept = [...this.variables.values()].filter((name) => !changed.some(({ variable }) => variable === name));
    return [
      comment(`${event.name}${eventSentence === undefined ? '' : `: ${eventSentence(event.name)}`}`),
      ...conditions,
      `${taken} ==`,
      ...names.map((name) => `    \\/ ${name}`),
      `${action} ==`,
      // As a value, not as a choice of ways: TLC would generate the state once for each.
      `    /\\ (${taken}) = TRUE`,
      // Of several transitions of one step no two write the same variable, so at most one case applies.
      ...changed.map(
        ({ variable, cases }) => `    /\\ ${variable}' = CASE ${[...cases, `OTHER -> ${variable}`].join(' [] ')}`,
      ),
      ...(kept.length > 0 ? [`    /\\ UNCHANGED <<${kept.join(', ')}>>`] : []),
      ...(this.hasTurn ? ["    /\\ turn' = ~turn"] : []),
    ];
  }

  // ---- Claims

  private printClaim(claim: ReadClaim): string[] {
    const { name } = claim;
    switch (claim.kind) {
      case 'invariant': {
        const [when, holds] = [claim.when, claim.holds].map((each) => stateCondition(this.symbolic, each));
        return [`${name} == ${this.ofState(or([not(when), holds]))}`];
      }
      case 'reach':
        return [
          comment('To be reached: TLC shows how when it finds this violated.'),
          `${name} == ${this.ofState(not(stateCondition(this.symbolic, claim.that)))}`,
        ];
      case 'step':
        return [`${name} ==`, ...this.printStepClaim(claim)];
      case 'leadsTo': {
        const to = `(${this.condition(stateCondition(this.symbolic, claim.to))})`;
        const from = `(${this.condition(stateCondition(this.symbolic, claim.from))})`;
        const goal = claim.from === undefined ? `<>${to}` : `${from} ~> ${to}`;
        const premises = claim.fairness.map(({ strength, events }) => {
          const actions = this.symbolic.events.filter(
            (each) => events.includes(each.name) && each.transitions.length > 0,
          );
          const action = actions.map((each) => this.namesOf(each).action).join(' \\/ ') || 'FALSE';
          return `${strength === 'weak' ? 'WF' : 'SF'}_vars(${action})`;
        });
        return [`${name} == ${premises.length === 0 ? goal : `(${premises.join(' /\\ ')}) => (${goal})`}`];
      }
    }
  }

  private printStepClaim(claim: StepClaim<ReadPredicate>): string[] {
    const said = this.symbolic.events.flatMap((event) => {
      const { taken, ignored } = stepConditions(this.symbolic, claim, event);
      const names = this.namesOf(event);
      const isTaken = event.transitions.length > 0 && taken !== TRUE;
      // An ignored event is no step, so what is said of it is said of the state.
      const missed = event.transitions.length > 0 ? `${names.taken} \\/ ` : '';
      return [
        ...(isTaken ? [`    /\\ [][${names.action} => (${this.condition(taken)})]_vars`] : []),
        ...(ignored === TRUE ? [] : [`    /\\ [](${missed}(${this.condition(ignored)}))`]),
      ];
    });
    return said.length === 0 ? ['    [](vars = vars)'] : said;
  }

  private printConfiguration(): string[] {
    const invariants = this.claims
      .filter(({ kind }) => kind === 'invariant' || kind === 'reach')
      .map(({ name }) => name);
    const properties = this.claims.filter(({ kind }) => kind === 'step' || kind === 'leadsTo').map(({ name }) => name);
    return [
      'SPECIFICATION Spec',
      ...['TypeOK', ...invariants].map((name) => `INVARIANT ${name}`),
      ...properties.map((name) => `PROPERTY ${name}`),
      'CHECK_DEADLOCK FALSE',
    ];
  }

  // ---- Conditions

  /** A condition that speaks of the state, as TLC wants an invariant to, even where it always holds, or never does. */
  private ofState(condition: Condition): string {
    if (condition === TRUE) return 'vars = vars';
    return condition === FALSE ? 'vars # vars' : this.condition(condition);
  }

  private condition(condition: Condition): string {
    const syntax: ConditionSyntax = {
      and: ' /\\ ',
      or: ' \\/ ',
      not: '~',
      yes: 'TRUE',
      no: 'FALSE',
      is: (child) => `${this.variables.get(child.parent as AnyStateNode)} = ${valueOf(child)}`,
      named: (name) => this.guards.get(name) as string,
      next: (part) => `(${printCondition(part, primed)})`,
    };
    // Apalache primes variables, and no operators, so guards are written out.
    const primed: ConditionSyntax = {
      ...syntax,
      is: (child) => `${this.variables.get(child.parent as AnyStateNode)}' = ${valueOf(child)}`,
      named: (name) => `(${printCondition(this.symbolic.guards.get(name) as Condition, primed)})`,
    };
    return printCondition(condition, syntax);
  }
}

/** The value of a compound state: the key of its child. A text of TLA+ has no other characters than those of ASCII. */
function valueOf(child: AnyStateNode | undefined): string {
  if (child === undefined) return 'inactive';
  return `"${child.key.replaceAll(/[^ !#-[\]-~]/g, (each) => `_u${each.charCodeAt(0).toString(16)}_`)}"`;
}

/** A line of comment. TLA+ is written in ASCII. */
function comment(text = ''): string {
  return `\\* ${text.replaceAll(/\s+/g, ' ').replaceAll(/[^\x20-\x7e]/g, '?')}`.trimEnd();
}
