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
 * Claims become formulas in LTL. SPIN's own fairness is of processes, so fairness is a premise of the formula, and
 * events that it names are written to a variable `last`. That multiplies the states: each is there once for each such event
 * that leads to it. So a model with claims is for verdicts, and one without for counts.
 */
import type { AnyStateNode } from 'xstate';
import { type Claim, type Fairness, type Proposition, type Watched, watchedBy } from './claim.ts';
import {
  activeIn,
  areParallel,
  type Condition,
  conditionOf,
  type ConditionSyntax,
  Identifiers,
  or,
  printCondition,
  putOutWhen,
  readBy,
  type SymbolicEvent,
  type SymbolicMachine,
  type SymbolicTransition,
  takenWhen,
  TRUE,
  variableName,
} from './symbolic.ts';
import { childrenOf } from './transition-sets.ts';

/** How a model is printed. */
export interface PromelaOptions {
  /** What is claimed; nothing when left out. Each becomes an `ltl` of its name. */
  readonly claims?: readonly Claim[];
  /** What an event says, for a comment beside it. */
  readonly eventSentence?: (event: string) => string;
  /** Whether a state in which every event is ignored is an error of the model. Default false. */
  readonly forbidsDeadlock?: boolean;
}

/** What SPIN counts beyond ours, in a model without claims. */
export const SPIN_OFFSET = { states: 0, transitions: 1 } as const;

/** The most symbols of a model: SPIN keeps an `mtype` in a byte, whose zero means that there is none. */
const SYMBOLS_MAX = 255;

/**
 * Prints a machine as a Promela model.
 * @throws {RangeError} when it has more names of states than SPIN has symbols, or when a claim cannot be printed.
 */
export function printPromela(symbolic: SymbolicMachine, options: PromelaOptions = {}): string {
  return new Printer(symbolic, options).print();
}

const RESERVED = new Set(
  // Of Promela, with the names that it predefines,
  (
    'active always arrow assert atomic bit bool break byte c_code c_decl c_expr c_state c_track chan cond_expr d_proctype ' +
    'd_step do else empty enabled eval eventually false fi for full get_priority goto hidden if implies in init inline ' +
    'inp int len local ltl mtype nempty never next nfull none notrace np_ od of pc_value pid print printf printm priority ' +
    'proctype provided release return run select set_priority short show skip stronguntil timeout trace true typedef ' +
    'unless unsigned until weakuntil xr xs ' +
    // and of C, in which SPIN writes the variables down.
    'auto case char const continue default double enum extern float long main now register signed sizeof static struct ' +
    'switch trans union void volatile while'
  ).split(' '),
);

/** SPIN's verifier has macros of its own in capitals, and its formulas operators. */
const isReserved = (identifier: string): boolean => RESERVED.has(identifier) || !/[a-z]/.test(identifier);

class Printer {
  private readonly symbolic: SymbolicMachine;
  private readonly options: PromelaOptions;
  private readonly claims: readonly Claim[];
  private readonly watched: Watched;
  private readonly process: string;
  private readonly last: string;
  private readonly inactive: string;
  private readonly variables = new Map<AnyStateNode, string>();
  /** For each variable, the one that may hold its value before the step. */
  private readonly before = new Map<AnyStateNode, string>();
  private readonly guards = new Map<string, string>();
  private readonly keys = new Map<string, string>();
  private readonly events = new Map<string, string>();
  private readonly outputs = new Map<string, string>();

  constructor(symbolic: SymbolicMachine, options: PromelaOptions) {
    const { machine, variables, guards, events } = symbolic;
    this.symbolic = symbolic;
    this.options = options;
    this.claims = options.claims ?? [];
    const alphabet = events.map(({ name }) => name);
    this.watched = watchedBy(this.claims, alphabet);
    const identifiers = new Identifiers(isReserved);
    const name = (names: Iterable<string>, table: Map<string, string>, prefix = ''): void => {
      for (const each of names) if (!table.has(each)) table.set(each, identifiers.give(prefix + each));
    };
    for (const claim of this.claims) identifiers.give(claim.name);
    const compounds = [...variables.keys()];
    for (const node of compounds) this.variables.set(node, identifiers.give(variableName(node)));
    // States with the same key share a symbol, whichever variables may hold it.
    const keys = compounds.flatMap(childrenOf).map(({ key }) => key);
    name(keys, this.keys);
    name(this.watched.events, this.events);
    name(guards.keys(), this.guards);
    name(this.watched.outputs, this.outputs, 'put.');
    for (const node of compounds) this.before.set(node, identifiers.give(`before.${variableName(node)}`));
    this.process = identifiers.give(machine.id);
    this.last = identifiers.give('last');
    this.inactive = identifiers.give('inactive');
    const symbolCount = this.keys.size + this.events.size;
    if (symbolCount > SYMBOLS_MAX) {
      throw new RangeError(
        `Got ${symbolCount} names of states and events in ${machine.id}; expected at most ${SYMBOLS_MAX}, as SPIN has.`,
      );
    }
  }

  print(): string {
    const { machine, events } = this.symbolic;
    const { forbidsDeadlock = false } = this.options;
    const taken = events.filter(({ transitions }) => transitions.length > 0);
    const ignored = events.filter(({ transitions }) => transitions.length === 0).map(({ name }) => name);
    const steps = [
      ...taken.map((event) => this.printEvent(event)),
      ...(this.claims.length > 0 ? [this.printStop()] : []),
    ];
    const { description } = machine.root;
    const lines = [
      comment(description === undefined ? machine.id : `${machine.id}: ${description}`),
      ...this.printVariables(),
      ...this.printWatched(),
      ...this.printGuards(),
      '',
      ...(ignored.length > 0 ? [comment(`Ignored in every state: ${ignored.join(', ')}.`)] : []),
      `active proctype ${this.process}() {`,
      // Where it may end, a state without transitions is no error.
      ...(forbidsDeadlock ? [] : ['end:']),
      '  do',
      // A loop needs a step. This one is never taken.
      ...(steps.length > 0 ? steps : [[':: false']]).flat().map((line) => `  ${line}`),
      '  od',
      '}',
      ...this.claims.flatMap((claim) => ['', comment(claim.title), this.printClaim(claim)]),
    ];
    return `${lines.join('\n')}\n`;
  }

  // ---- Declarations

  private printVariables(): string[] {
    const { variables, events } = this.symbolic;
    const saved = events.flatMap(({ transitions }) => [...this.arrange(transitions).saved]);
    const isNested = [...variables.keys()].some((node) => activeIn(node) !== TRUE);
    const symbols = [...this.keys.values(), ...this.events.values()];
    return [
      ...(symbols.length > 0 ? [`mtype = { ${symbols.join(', ')} };`] : []),
      ...(isNested ? [comment('The value of a state that is not active.'), `#define ${this.inactive} 0`] : []),
      ...[...variables].flatMap(([node, initial]) => ['', ...this.printVariable(node, initial)]),
      ...(saved.length > 0 ? ['', comment('Values before the step in hand, no part of the state.')] : []),
      ...[...new Set(saved)].map((node) => `hidden mtype ${this.before.get(node)};`),
    ];
  }

  private printVariable(node: AnyStateNode, initial: AnyStateNode | undefined): string[] {
    const told = [node, ...childrenOf(node)].filter(({ description }) => description !== undefined);
    const lines = told.map((each) => (each === node ? `${each.description}` : `${each.key}: ${each.description}`));
    const value = `mtype ${this.variables.get(node)} = ${this.symbol(initial)};`;
    return [...(lines.length > 0 ? [comment(...lines)] : []), value];
  }

  private printWatched(): string[] {
    const { events } = this.watched;
    return [
      ...(events.size > 0
        ? ['', comment('The last event, if it is one that a claim names.'), `mtype ${this.last};`]
        : []),
      ...[...this.outputs].flatMap(([name, put]) => [
        '',
        comment(`Whether the last step put out ${name}.`),
        `bool ${put};`,
      ]),
    ];
  }

  private printGuards(): string[] {
    const guards = [...this.symbolic.guards].map(([name, guard]) => {
      return `#define ${this.guards.get(name)} (${this.condition(guard)})`;
    });
    return guards.length === 0 ? [] : ['', ...guards];
  }

  // ---- Steps

  private printEvent(event: SymbolicEvent): string[] {
    const { eventSentence } = this.options;
    const { transitions } = event;
    const { groups, saved } = this.arrange(transitions);
    const saves = [...saved].map((node) => `${this.before.get(node)} = ${this.variables.get(node)}`);
    const first = [...this.printNotes(event), ...saves];
    // What is alone in its step is its guard too.
    const isAlone = groups.length === 1 && first.length === 0;
    const cases = transitions.map(({ condition }) => this.condition(condition));
    const statements = [
      ...first.map((each) => [each]),
      ...groups.map((group) => this.printGroup(group, this.syntax(saved), isAlone)),
    ];
    return [
      comment(`${event.name}${eventSentence === undefined ? '' : `: ${eventSentence(event.name)}`}`),
      ':: d_step {',
      ...(isAlone ? [] : [`     (${cases.join(' ||\n      ')}) ->`]),
      ...statements.flatMap((lines, index) => {
        const end = index < statements.length - 1 ? ';' : '';
        return lines.map((line, at) => `     ${line}${at === lines.length - 1 ? end : ''}`);
      }),
      '   }',
    ].flatMap((text) => text.split('\n'));
  }

  /**
   * Puts transitions into groups, of each of which at most one is taken, and finds the variables that a group reads after
   * another one has written them.
   */
  private arrange(transitions: readonly SymbolicTransition[]): {
    readonly groups: readonly (readonly SymbolicTransition[])[];
    readonly saved: ReadonlySet<AnyStateNode>;
  } {
    const groups: SymbolicTransition[][] = [];
    const written = new Set<AnyStateNode>();
    const saved = new Set<AnyStateNode>();
    for (const each of transitions) {
      const last = groups.at(-1);
      const isAlternative = last?.every(({ transition }) => !areParallel(transition.source, each.transition.source));
      if (last && isAlternative) last.push(each);
      else groups.push([each]);
    }
    for (const group of groups) {
      for (const { condition } of group) {
        for (const compound of readBy(condition, this.symbolic.guards)) if (written.has(compound)) saved.add(compound);
      }
      for (const { compound } of group.flatMap(({ writes }) => writes)) written.add(compound);
    }
    return { groups, saved };
  }

  /** What is written of a step for claims to speak of, while the state before it is there to be asked. */
  private printNotes(event: SymbolicEvent): string[] {
    const { events } = this.watched;
    const name = events.has(event.name) ? this.events.get(event.name) : '0';
    return [
      ...(events.size > 0 ? [`${this.last} = ${name}`] : []),
      ...[...this.outputs].map(([output, put]) => `${put} = (${this.condition(putOutWhen(event, output))})`),
    ];
  }

  /** A step in which nothing happens, for a run that stops. It is there only for claims, and no event. */
  private printStop(): string[] {
    const forgotten = [...(this.watched.events.size > 0 ? [this.last] : []), ...this.outputs.values()];
    return [
      comment('A run may stop.'),
      `:: d_step { true -> ${forgotten.map((each) => `${each} = 0`).join('; ') || 'skip'} }`,
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

  // ---- Claims

  private printClaim(claim: Claim): string {
    const formula = claim.kind === 'invariant' ? `[] (${this.proposition(claim.holds)})` : this.printLiveness(claim);
    return `ltl ${claim.name} { ${formula} }`;
  }

  private printLiveness(claim: Exclude<Claim, { kind: 'invariant' }>): string {
    const end = `<> (${this.proposition(claim.to)})`;
    const goal = claim.kind === 'eventually' ? end : `[] ((${this.proposition(claim.from)}) -> ${end})`;
    const premises = claim.fairness.map((fairness) => this.printFairness(fairness));
    return premises.length === 0 ? goal : `(${premises.join(' && ')}) -> ${goal}`;
  }

  private printFairness({ strength, events }: Fairness): string {
    const able = this.symbolic.events.filter(({ name }) => events.includes(name)).map(takenWhen);
    const can = this.condition(or(able));
    const taken = this.condition({ kind: 'event', events });
    return strength === 'weak' ? `([] <> ((${taken}) || !(${can})))` : `(([] <> (${can})) -> ([] <> (${taken})))`;
  }

  // ---- Conditions

  private proposition(proposition: Proposition): string {
    return this.condition(conditionOf(this.symbolic.machine, proposition));
  }

  private condition(condition: Condition): string {
    return printCondition(condition, this.syntax());
  }

  private symbol(child: AnyStateNode | undefined): string {
    return child === undefined ? this.inactive : (this.keys.get(child.key) as string);
  }

  /** How a condition is written that asks for the values before the step where these are `saved`. */
  private syntax(saved: ReadonlySet<AnyStateNode> = new Set()): ConditionSyntax {
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
      // A macro would ask for the values of now.
      named: (name) => {
        if (saved.size === 0) return this.guards.get(name) as string;
        return `(${printCondition(this.symbolic.guards.get(name) as Condition, syntax)})`;
      },
      event: (name) => `${this.last} == ${this.events.get(name)}`,
      output: (name) => this.outputs.get(name) as string,
    };
    return syntax;
  }
}

function comment(...lines: readonly string[]): string {
  return `/* ${lines.map((line) => line.replaceAll('*/', '* /')).join('\n * ')} */`;
}
