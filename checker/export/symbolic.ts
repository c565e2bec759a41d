/**
 * A machine as formulas: for each event the transitions it may take, each with the condition under which it is taken and
 * what it writes. What models for other checkers are printed from.
 *
 * It reads the machine itself, not the tables of `format.ts`. So a checker that explores a printed model decides the
 * selection of transitions a second time, and an error of the compiler shows as another count.
 *
 * Each compound state is a variable, whose value is its current child, or nothing while it is not active. A condition looks
 * at the state before the step, and at most one transition of each region is taken in it.
 */
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { Brand } from '../argument/argument.ts';
import { type Alphabet, readAlphabet } from '../machine/alphabet.ts';
import { type GuardExpression, machineGuards, readGuard } from '../machine/guard.ts';
import { matchedNodes } from '../machine/matching.ts';
import { nameOutput, type NameOutput, outputOf, requireNameOutput } from '../machine/output.ts';
import { admit } from '../machine/subset.ts';
import {
  ancestorsOf,
  childrenOf,
  domainOf,
  enteredBy,
  inConflict,
  initialNodes,
  isBelow,
  isForbidding,
  nodesOf,
  targetsOf,
  type Transition,
} from '../machine/transition-sets.ts';

/**
 * A formula over the state, or over the states before and after a step. `is` holds when `child` is the current child of its
 * parent, a compound state; `next` when its part holds after the step.
 */
export type Condition =
  | { readonly kind: 'is'; readonly child: AnyStateNode }
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not' | 'next'; readonly part: Condition };

/** Always holds. */
export const TRUE: Condition = { kind: 'and', parts: [] };
/** Never holds. */
export const FALSE: Condition = { kind: 'or', parts: [] };

/** A value that a transition gives to a compound state: a child, or nothing when it leaves the state. */
export interface Write {
  readonly compound: AnyStateNode;
  readonly child: AnyStateNode | undefined;
}

/** A transition as one event takes it. */
export interface SymbolicTransition {
  readonly transition: Transition;
  /** Holds exactly in the states in which the event takes the transition. */
  readonly condition: Condition;
  readonly writes: readonly Write[];
  /** What it puts out, and the condition under which it does: states that are left tell of it only when they were active. */
  readonly outputs: readonly { readonly name: string; readonly condition: Condition }[];
}

/** What an event does. Transitions stand in the order in which XState takes them. */
export interface SymbolicEvent {
  readonly name: string;
  readonly transitions: readonly SymbolicTransition[];
}

/** A machine as formulas. */
export interface SymbolicMachine {
  readonly machine: AnyStateMachine;
  /** The compound states in document order, each with its initial child, if it is active at first. */
  readonly variables: ReadonlyMap<AnyStateNode, AnyStateNode | undefined>;
  readonly guards: ReadonlyMap<string, Condition>;
  readonly events: readonly SymbolicEvent[];
  /** The events of the machine that are left out of the alphabet: they never happen. */
  readonly without: readonly string[];
}

/** What `symbolicOf` returns. */
export const SYMBOLIC = new Brand<SymbolicMachine>('a machine as formulas, as symbolicOf returns it');

/**
 * Reads a machine as formulas, for the events of an alphabet.
 * @throws {SubsetError} when the machine is outside of the subset.
 */
export function symbolicOf(
  machine: AnyStateMachine,
  alphabet?: Alphabet,
  name: NameOutput = nameOutput,
): SymbolicMachine {
  admit('machine of symbolicOf', machine);
  const { events, without } = readAlphabet('alphabet of symbolicOf', machine, alphabet);
  const checkedName = requireNameOutput('name of symbolicOf', name);
  const initial = new Set(initialNodes(machine.root));
  const compounds = nodesOf(machine.root).filter(({ type }) => type === 'compound');
  const guards = [...machineGuards(machine)].map(([key, guard]) => [key, conditionOf(machine, guard)] as const);
  const reader = new Reader(machine, new Map(guards), checkedName);
  return SYMBOLIC.mark({
    machine,
    variables: new Map(compounds.map((node) => [node, childrenOf(node).find((child) => initial.has(child))])),
    guards: reader.guards,
    events: events.map((event) => ({ name: event, transitions: reader.read(event) })),
    without,
  });
}

/** Returns the condition under which a state is active. What is current in a compound state is so only while it is active. */
export function activeIn(node: AnyStateNode): Condition {
  const current = [node, ...ancestorsOf(node)].find(({ parent }) => parent?.type === 'compound');
  return current === undefined ? TRUE : { kind: 'is', child: current };
}

/** Returns the formula of a guard. */
export function conditionOf(machine: AnyStateMachine, guard: GuardExpression): Condition {
  switch (guard.kind) {
    case 'named':
      return guard;
    case 'stateIn':
      return and(matchedNodes(machine, guard.value).map(activeIn));
    case 'not':
      return not(conditionOf(machine, guard.part));
    case 'and':
      return and(guard.parts.map((part) => conditionOf(machine, part)));
    case 'or':
      return or(guard.parts.map((part) => conditionOf(machine, part)));
  }
}

/** Returns the condition under which all of `parts` hold. */
export function and(parts: readonly Condition[]): Condition {
  return joined('and', parts, FALSE);
}

/** Returns the condition under which one of `parts` holds at least. */
export function or(parts: readonly Condition[]): Condition {
  return joined('or', parts, TRUE);
}

/** Without parts that decide nothing; `decided` alone where a part decides all. */
function joined(kind: 'and' | 'or', parts: readonly Condition[], decided: Condition): Condition {
  const flat = parts.flatMap((part) => (part.kind === kind ? part.parts : [part]));
  if (flat.includes(decided)) return decided;
  if (flat.length === 0) return decided === TRUE ? FALSE : TRUE;
  return flat.length === 1 ? flat[0] : { kind, parts: flat };
}

/** Returns the condition under which `part` does not hold. */
export function not(part: Condition): Condition {
  if (part === TRUE) return FALSE;
  if (part === FALSE) return TRUE;
  return part.kind === 'not' ? part.part : { kind: 'not', part };
}

/** Returns the condition under which an event is taken, not ignored. */
export function takenWhen({ transitions }: SymbolicEvent): Condition {
  return or(transitions.map(({ condition }) => condition));
}

/** Returns the condition under which an event puts out `output`. */
export function putOutWhen({ transitions }: SymbolicEvent, output: string): Condition {
  const cases = transitions.flatMap(({ condition, outputs }) => {
    return outputs.filter(({ name }) => name === output).map((each) => and([condition, each.condition]));
  });
  return or(cases);
}

/** Returns the compound states that a condition asks about, as they are before the step. */
export function readBy(condition: Condition, guards: ReadonlyMap<string, Condition>): Set<AnyStateNode> {
  const read = new Set<AnyStateNode>();
  const followed = new Set<string>();
  const visit = (each: Condition): void => {
    switch (each.kind) {
      case 'is':
        read.add(each.child.parent as AnyStateNode);
        break;
      case 'named':
        if (followed.has(each.name)) break;
        followed.add(each.name);
        visit(guards.get(each.name) as Condition);
        break;
      case 'and':
      case 'or':
        for (const part of each.parts) visit(part);
        break;
      case 'not':
        visit(each.part);
        break;
      case 'next':
    }
  };
  visit(condition);
  return read;
}

class Reader {
  readonly guards: ReadonlyMap<string, Condition>;
  private readonly machine: AnyStateMachine;
  private readonly name: NameOutput;

  constructor(machine: AnyStateMachine, guards: ReadonlyMap<string, Condition>, name: NameOutput) {
    this.machine = machine;
    this.guards = guards;
    this.name = name;
  }

  read(event: string): SymbolicTransition[] {
    const read: SymbolicTransition[] = [];
    for (const { transition, condition } of this.select(this.machine.root, event)) {
      if (isForbidding(transition)) continue;
      // Of two that would leave a common state, the first is taken.
      const rivals = read.filter((earlier) => inConflict(earlier.transition, transition));
      read.push({
        transition,
        condition: this.unless(
          condition,
          rivals.map((rival) => rival.condition),
        ),
        writes: writesOf(transition),
        outputs: this.outputsOf(transition),
      });
    }
    return read;
  }

  /** The transitions that a state and those below it select: a state itself only where nothing below it does. */
  private select(node: AnyStateNode, event: string): Pick<SymbolicTransition, 'transition' | 'condition'>[] {
    const below = childrenOf(node).flatMap((child) => this.select(child, event));
    const passed = below.map(({ condition }) => condition);
    const candidates = (node.transitions.get(event) ?? []) as Transition[];
    const own = candidates.map((transition) => {
      const guard = transition.guard ? conditionOf(this.machine, readGuard(transition.guard)) : TRUE;
      const condition = this.unless(and([activeIn(node), guard]), passed);
      passed.push(guard);
      return { transition, condition };
    });
    return [...below, ...own];
  }

  /** The condition without the cases of `others`. Those that it rules out by itself are not written. */
  private unless(condition: Condition, others: readonly Condition[]): Condition {
    const possible = others.filter((other) => !this.contradict(condition, other));
    return and([condition, ...possible.map(not)]);
  }

  /** Whether two conditions ask for different children of one compound state. */
  private contradict(one: Condition, other: Condition): boolean {
    const asked = this.childrenAsked(one);
    return [...this.childrenAsked(other)].some(([compound, child]) => (asked.get(compound) ?? child) !== child);
  }

  /** The children that must be current for a condition to hold. Some may be missing; none is too many. */
  private childrenAsked(condition: Condition): Map<AnyStateNode, AnyStateNode> {
    switch (condition.kind) {
      case 'is': {
        const { child } = condition;
        const current = [child, ...ancestorsOf(child)].filter(({ parent }) => parent?.type === 'compound');
        return new Map(current.map((node) => [node.parent as AnyStateNode, node]));
      }
      case 'named':
        return this.childrenAsked(this.guards.get(condition.name) as Condition);
      case 'and':
        return new Map(condition.parts.flatMap((part) => [...this.childrenAsked(part)]));
      default:
        return new Map();
    }
  }

  private outputsOf(transition: Transition): SymbolicTransition['outputs'] {
    const isMoving = targetsOf(transition).length > 0;
    const domain = domainOf(transition);
    const left = isMoving ? nodesOf(this.machine.root).filter((node) => isBelow(node, domain)) : [];
    const entered = isMoving ? enteredBy(transition) : [];
    return [
      ...left.toReversed().flatMap((node) => this.namesOf(node.exit, activeIn(node))),
      ...this.namesOf(transition.actions, TRUE),
      ...entered.flatMap((node) => this.namesOf(node.entry, TRUE)),
    ];
  }

  private namesOf(actions: readonly unknown[], condition: Condition): { name: string; condition: Condition }[] {
    return actions.map((action) => ({ name: outputOf(action, this.name), condition }));
  }
}

/** What a transition makes of the compound states below its domain. Those that cannot be active before stay as they are. */
function writesOf(transition: Transition): Write[] {
  if (targetsOf(transition).length === 0) return [];
  const entered = new Set(enteredBy(transition));
  const compounds = nodesOf(domainOf(transition) ?? transition.source.machine.root).filter(
    ({ type }) => type === 'compound',
  );
  return compounds
    .map((compound) => ({ compound, child: childrenOf(compound).find((child) => entered.has(child)) }))
    .filter(({ compound, child }) => child !== undefined || areTogether(compound, transition.source));
}

/** Returns whether two states can be active at once. */
function areTogether(one: AnyStateNode, other: AnyStateNode): boolean {
  return one === other || isBelow(one, other) || isBelow(other, one) || areParallel(one, other);
}

/** Returns whether two states lie in different regions of a parallel state. */
export function areParallel(one: AnyStateNode, other: AnyStateNode): boolean {
  if (one === other || isBelow(one, other) || isBelow(other, one)) return false;
  return ancestorsOf(one).find((node) => isBelow(other, node))?.type === 'parallel';
}

// ---- Printing

/** How a language writes conditions. */
export interface ConditionSyntax {
  readonly and: string;
  readonly or: string;
  readonly not: string;
  readonly yes: string;
  readonly no: string;
  is(child: AnyStateNode): string;
  named(name: string): string;
  next(part: Condition): string;
}

/** Prints a condition. */
export function printCondition(condition: Condition, syntax: ConditionSyntax): string {
  switch (condition.kind) {
    case 'is':
      return syntax.is(condition.child);
    case 'named':
      return syntax.named(condition.name);
    case 'next':
      return syntax.next(condition.part);
    case 'not': {
      const text = printCondition(condition.part, syntax);
      return syntax.not + (condition.part.kind === 'named' ? text : `(${text})`);
    }
    default: {
      const { kind, parts } = condition;
      if (parts.length === 0) return kind === 'and' ? syntax.yes : syntax.no;
      if (parts.length === 1) return printCondition(parts[0], syntax);
      return parts.map((part) => printPart(part, syntax)).join(syntax[kind]);
    }
  }
}

/** Prints a condition as a part of a larger one, in brackets where it needs them. */
export function printPart(condition: Condition, syntax: ConditionSyntax): string {
  const text = printCondition(condition, syntax);
  return 'parts' in condition && condition.parts.length > 1 ? `(${text})` : text;
}

/** Gives names that a language admits, no two alike: letters, digits and underscores, and none that is `reserved`. */
export class Identifiers {
  private readonly used = new Set<string>();
  private readonly isReserved: (identifier: string) => boolean;

  constructor(isReserved: (identifier: string) => boolean) {
    this.isReserved = isReserved;
  }

  /**
   * Keeps a name for what must be called so.
   * @throws {RangeError} when it is taken, or the language does not admit it.
   */
  keep(name: string): void {
    if (!/^[A-Za-z]\w*$/.test(name) || this.used.has(name) || this.isReserved(name)) {
      throw new RangeError(`Got the name '${name}'; expected letters and digits, and a name that is not taken.`);
    }
    this.used.add(name);
  }

  /** Returns a name of its own for something that is called `name`. */
  give(name: string): string {
    let identifier = name.replaceAll(/\W/g, '_').replace(/^(?=[^A-Za-z])/, 'x');
    while (this.used.has(identifier) || this.isReserved(identifier)) identifier += '_';
    this.used.add(identifier);
    return identifier;
  }
}

/** Returns what the variable of a compound state is called: the keys that lead to it, or the machine's id. */
export function variableName({ machine, path }: AnyStateNode): string {
  return path.length === 0 ? machine.id : path.join('.');
}
