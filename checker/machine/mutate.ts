/**
 * The mutants of a machine, made mechanically: each transition dropped, each part of a guard dropped, each output dropped,
 * each target changed, each transition taken on another event too. A property that no mutant breaks guards nothing; a mutant that breaks no property is a gap.
 */
import { type AnyStateMachine, StateMachine } from 'xstate';
import { requireFunction, requireList, requireName } from '../argument/argument.ts';
import { admit } from './subset.ts';
import { buildGuard, type GuardExpression, machineGuards, printGuard, readGuard, sizeOf } from './guard.ts';

export interface Mutant {
  /** What was changed, and where: unique within a machine, the same in every run. */
  readonly name: string;
  readonly machine: AnyStateMachine;
}

interface TransitionConfig {
  target?: string;
  guard?: unknown;
  actions?: unknown;
}
interface StateConfig {
  on?: Record<string, unknown>;
  states?: Record<string, StateConfig>;
}

/**
 * Makes every mutant of `machine` that differs from it in one place, in the order of its configuration.
 * `others` names the events that the transitions of an event shall be taken on too, where their state has none for them.
 */
export function mutate(machine: AnyStateMachine, others: (event: string) => readonly string[] = () => []): Mutant[] {
  admit('machine of mutate', machine);
  const otherEvents = requireFunction('others of mutate', others);
  const guards = machineGuards(machine);
  const original = machine.config as StateConfig;
  const mutants: Mutant[] = [];

  for (const { path, event, index, siblings } of transitionsOf(original)) {
    const stateAt = (config: StateConfig): StateConfig => path.reduce((node, key) => node.states![key], config);
    const handlers = stateAt(original).on!;
    const transition = listOf(handlers[event])[index];
    const place = `${path.join('.')} on ${event}${transition.guard === undefined ? '' : ` [${printGuard(readGuard(transition.guard))}]`}`;
    const add = (
      change: string,
      apply: (transitions: TransitionConfig[], on: Record<string, unknown>) => void,
    ): void => {
      const make = (): AnyStateMachine => {
        const config = copied(original);
        const on = stateAt(config).on!;
        const transitions = listOf(on[event]);
        on[event] = transitions;
        apply(transitions, on);
        return new StateMachine(config as never, machine.implementations) as AnyStateMachine;
      };
      let made: AnyStateMachine | undefined;
      // Who looks for one by its name need not wait until all are made.
      mutants.push({
        name: `${place}: ${change}`,
        get machine() {
          return (made ??= make());
        },
      });
    };

    const named = requireList(`what others of mutate gives for ${event}`, otherEvents(event), requireName);
    for (const other of named.filter((name) => !Object.hasOwn(handlers, name))) {
      add(`also on ${other}`, (_, on) => void (on[other] = [transition]));
    }
    add('transition dropped', (transitions) => void transitions.splice(index, 1));
    for (const other of [...siblings, undefined].filter((name) => name !== transition.target)) {
      if (other === undefined && transition.actions === undefined) continue;
      add(`target ${other ?? 'dropped'}`, (transitions) => void (transitions[index].target = other));
    }
    for (const [position, action] of listOfActions(transition.actions).entries()) {
      const kept = listOfActions(transition.actions).toSpliced(position, 1);
      add(`output ${describeAction(action)} dropped`, (transitions) => void (transitions[index].actions = kept));
    }
    if (transition.guard !== undefined) {
      for (const { dropped, rest } of weakenings(expandSmall(readGuard(transition.guard), guards))) {
        const guard = rest === undefined ? undefined : buildGuard(rest);
        add(`guard without ${dropped}`, (transitions) => void (transitions[index].guard = guard));
      }
    }
  }
  return mutants;
}

interface Place {
  readonly path: readonly string[];
  readonly event: string;
  readonly index: number;
  /** The states that the transition could lead to instead, its own source included. */
  readonly siblings: readonly string[];
}

function transitionsOf(config: StateConfig, path: readonly string[] = [], siblings: readonly string[] = []): Place[] {
  const own = Object.entries(config.on ?? {}).flatMap(([event, transitions]) =>
    listOf(transitions).map((_, index) => ({ path, event, index, siblings })),
  );
  const states = Object.entries(config.states ?? {});
  const names = states.map(([name]) => name);
  return [...own, ...states.flatMap(([name, state]) => transitionsOf(state, [...path, name], names))];
}

function listOf(transitions: unknown): TransitionConfig[] {
  const list = Array.isArray(transitions) ? transitions : [transitions];
  // What is undefined forbids the event, as an object without entries does.
  return list.map((each) => (typeof each === 'string' ? { target: each } : ((each ?? {}) as TransitionConfig)));
}

/**
 * Copies a configuration. Not as `structuredClone`, which has no functions, and in which a transition that is written for several
 * events stays one object: changed for one, changed for all. Not as JSON, which has no forbidden transitions.
 */
function copied<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(copied) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copied(each)])) as Value;
}

function listOfActions(actions: unknown): unknown[] {
  return actions === undefined ? [] : Array.isArray(actions) ? actions : [actions];
}

function describeAction(action: unknown): string {
  const { type, params } = action as { type: string; params?: object };
  return [type, ...Object.values(params ?? {})].join('.');
}

/** A guard that is larger than this by what its names stand for is weakened as it stands. */
const EXPANDED_PARTS = 1000;

function expandSmall(expression: GuardExpression, guards: ReadonlyMap<string, GuardExpression>): GuardExpression {
  return sizeOf(expression, guards) > EXPANDED_PARTS ? expression : expand(expression, guards);
}

/** Replaces the names in a guard by what they stand for. */
function expand(expression: GuardExpression, guards: ReadonlyMap<string, GuardExpression>): GuardExpression {
  switch (expression.kind) {
    case 'named':
      return expand(guards.get(expression.name)!, guards);
    case 'stateIn':
      return expression;
    case 'not':
      return { kind: 'not', part: expand(expression.part, guards) };
    case 'and':
    case 'or':
      return { kind: expression.kind, parts: expression.parts.map((part) => expand(part, guards)) };
  }
}

interface Weakening {
  readonly dropped: string;
  /** What is left of the guard; nothing when all of it was dropped. */
  readonly rest?: GuardExpression;
}

/** Drops one part of a guard at a time, at any depth: the whole of it, a part of an `and`, a part of an `or`. */
function weakenings(expression: GuardExpression): Weakening[] {
  const whole = { dropped: printGuard(expression) };
  if (expression.kind === 'not') {
    return [whole, ...inner(expression.part, (part) => ({ kind: 'not', part }))];
  }
  if (expression.kind !== 'and' && expression.kind !== 'or') return [whole];
  const { kind, parts } = expression;
  return parts.flatMap((part, position) => [
    { dropped: printGuard(part), rest: { kind, parts: parts.toSpliced(position, 1) } },
    ...inner(part, (changed) => ({ kind, parts: parts.with(position, changed) })),
  ]);
}

/** The weakenings within a part that leave something of it, each put back in its place. */
function inner(part: GuardExpression, place: (changed: GuardExpression) => GuardExpression): Weakening[] {
  return weakenings(part).flatMap(({ dropped, rest }) => (rest === undefined ? [] : [{ dropped, rest: place(rest) }]));
}
