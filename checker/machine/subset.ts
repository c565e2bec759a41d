/**
 * Admission: whether a machine lies in the subset that the checker decides exactly, and what to write where it does not.
 *
 * The subset: parallel, compound and atomic states; guards made of `stateIn`, `and`, `or` and `not`; actions by name, with
 * static parameters, in transitions, entries and exits. All that matters is a state, and one event is one step.
 */
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { requireList, requireText, tell } from '../argument/argument.ts';
import { requireMachine } from './machine.ts';
import { INSTEAD, INSTEAD_OF_FUNCTION, INSTEAD_OF_LARGE, insteadOfAction, insteadOfFinal } from './advice.ts';
import { GUARD_PARTS_MAX, type GuardExpression, isReadable, readGuard, whyUnreadable } from './guard.ts';
import { matchedNodes } from './matching.ts';
import { brokenBy, childrenOf, nodesOf, targetsOf, type Transition } from './transition-sets.ts';

/** Thrown when a machine lies outside of the subset. */
export class SubsetError extends Error {
  override name = 'SubsetError';
  /** Everything that was found, a full sentence each, in document order. */
  readonly problems: readonly string[];

  /** @param machine The id of the machine. */
  constructor(machine: string, problems: readonly string[]) {
    const id = requireText('machine of SubsetError', machine);
    const told = requireList('problems of SubsetError', problems, requireText);
    super(`The machine ${id} is outside of the subset:\n${told.map((each) => `  ${each}`).join('\n')}`);
    this.problems = told;
  }
}

/** The machines that were accepted: they do not change, so one look is enough. */
const accepted = new WeakSet<AnyStateMachine>();

/**
 * Requires a machine that lies in the subset, of a caller that calls it `place`.
 * @throws {ArgumentError} when it is no machine. @throws {SubsetError} when it lies outside of the subset.
 */
export function admit(place: string, machine: unknown): AnyStateMachine {
  const candidate = requireMachine(place, machine);
  if (accepted.has(candidate)) return candidate;
  const problems = problemsOf(candidate);
  if (problems.length > 0) throw new SubsetError(candidate.id, problems);
  accepted.add(candidate);
  return candidate;
}

const NODE_KEYS = new Set(
  'id type initial states on entry exit description meta tags types schemas version context'.split(' '),
);
// XState adds the last three to what was written.
const TRANSITION_KEYS = new Set('target guard actions reenter description meta source eventType toJSON'.split(' '));

/**
 * Accepts a machine that lies in the subset, and returns nothing.
 * @throws {SubsetError} otherwise, with every problem found: its place, what was got, and what to write instead.
 * @throws {ArgumentError} when it is no machine.
 */
export function checkSpec(machine: AnyStateMachine): void {
  admit('machine of checkSpec', machine);
}

function problemsOf(machine: AnyStateMachine): string[] {
  const nodes = nodesOf(machine.root);
  const problems = [...implementationProblems(machine, nodes), ...idProblems(nodes), ...nodes.flatMap(nodeProblems)];
  // Where transitions lead can be said only when every state can be entered.
  if (nodes.every((node) => typeProblems(node).length === 0)) problems.push(...nodes.flatMap(targetsProblems));
  return problems;
}

// ---- States

function idProblems(nodes: readonly AnyStateNode[]): string[] {
  const seen = new Set<string>();
  const again = nodes.filter(({ id }) => seen.has(id) || !seen.add(id));
  return again.map(({ id, path }) => `${id}: got this id a second time, at ${path.join('.')}; write one of its own.`);
}

function nodeProblems(node: AnyStateNode): string[] {
  const own = [...keyProblems(node), ...typeProblems(node)];
  const entry = actionsProblems(node, `${node.id}, entry`, node.entry);
  const exit = actionsProblems(node, `${node.id}, exit`, node.exit);
  return [
    ...own,
    ...entry,
    ...exit,
    ...[...node.transitions].flatMap(([event, each]) => eventProblems(node, event, each)),
  ];
}

function keyProblems(node: AnyStateNode): string[] {
  const config = node.config as Readonly<Record<string, unknown>>;
  const problems = Object.keys(config)
    .filter((key) => !NODE_KEYS.has(key) && !isNothing(config[key]))
    .map((key) => `${node.id}: got ${key}; write ${INSTEAD[key] ?? 'a state, an event or an action'} instead.`);
  const { context } = config;
  if (typeof context === 'function' || (context !== undefined && Object.keys(context ?? {}).length > 0)) {
    problems.push(`${node.id}: got context; write a region with a state for each value instead.`);
  }
  if (node.parent !== undefined && (node.key === '' || /^#|[.\\]/.test(node.key))) {
    problems.push(
      `${node.id}: got the key '${node.key}'; write one without '.' and '\\', and with no '#' at its start.`,
    );
  }
  // XState asks with `in` whether a state value has a key, and every object has these.
  for (const key of [...Object.keys(config.states ?? {}), ...(node.parent === undefined ? [node.id] : [])]) {
    if (!(key in Object.prototype)) continue;
    problems.push(
      `${node.id}: got the name '${key}', a member of Object.prototype, which XState finds in every state value; write another one.`,
    );
  }
  return problems;
}

/** Whether a key says nothing: XState takes an empty list, or an object without entries, for what is not there. */
function isNothing(value: unknown): boolean {
  return value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}

function typeProblems(node: AnyStateNode): string[] {
  const count = childrenOf(node).length;
  switch (node.type) {
    case 'atomic':
      return count === 0 ? [] : [`${node.id}: got an atomic state with children; write no type instead.`];
    case 'parallel': {
      const { initial } = node.config as { initial?: unknown };
      if (initial !== undefined)
        return [`${node.id}: got initial in a parallel state; write it in its regions instead.`];
      return count > 0 ? [] : [`${node.id}: got a parallel state without regions; write an atomic state instead.`];
    }
    case 'compound':
      return initialProblems(node);
    case 'final':
      return [`${node.id}: got a final state; write ${insteadOfFinal(node)} instead.`];
    case 'history':
      return [`${node.id}: got a history state; write a region that remembers the child instead.`];
    default:
      return [`${node.id}: got the type ${tell(node.type)}; write 'parallel', or no type.`];
  }
}

function initialProblems(node: AnyStateNode): string[] {
  try {
    const { actions, target } = node.initial;
    if (target.length !== 1) return [`${node.id}: got no initial state; write the key of one of its children.`];
    if (actions.length === 0) return [];
    return [
      `${node.id}: got actions of the initial transition; write them as the first entry actions of a copy of ${target[0].id} that only this transition enters instead.`,
    ];
  } catch {
    const initial = JSON.stringify((node.config as { initial?: unknown }).initial);
    return [`${node.id}: got the initial state ${initial}; write the key of one of its children instead.`];
  }
}

// ---- Transitions

function eventProblems(node: AnyStateNode, event: string, transitions: readonly Transition[]): string[] {
  // XState's own events come from `after`, `invoke` and `onDone`, which are refused as keys of the state.
  if (event.startsWith('xstate.')) {
    const own = Object.hasOwn((node.config as { on?: object }).on ?? {}, event);
    return own ? [`${node.id}: got XState's own event '${event}'; write an event of your own instead.`] : [];
  }
  if (event === '*' || event.endsWith('.*')) {
    return [`${node.id}: got the wildcard '${event}'; write each event that it stands for instead.`];
  }
  return transitions.flatMap((transition) => transitionProblems(placeOf(transition), transition));
}

/** Where a transition stands: its source, its event, and its place among those of the same event. */
function placeOf(transition: Transition): string {
  const { source, eventType } = transition;
  const alike = source.transitions.get(eventType) as readonly Transition[];
  return `${source.id}, on ${eventType}${alike.length > 1 ? `, transition ${alike.indexOf(transition) + 1}` : ''}`;
}

function transitionProblems(place: string, transition: Transition): string[] {
  const keys = Object.entries(transition)
    .filter(([key, value]) => !TRANSITION_KEYS.has(key) && value !== undefined)
    .map(([key]) => `${place}: got ${key}; write ${INSTEAD[key] ?? 'nothing'} instead.`);
  const guard = transition.guard ? guardProblems(transition.source.machine, place, transition.guard) : [];
  return [...keys, ...guard, ...actionsProblems(transition.source, place, transition.actions)];
}

function targetsProblems(node: AnyStateNode): string[] {
  return [...node.transitions.values()].flat().flatMap((transition: Transition) => {
    if (transition.target?.length === 0) return [`${placeOf(transition)}: got no targets in a list; write no target.`];
    const broken = brokenBy(transition);
    if (broken === undefined) return [];
    const ids = targetsOf(transition).map(({ id }) => id);
    return [
      `${placeOf(transition)}: got the targets ${ids.join(', ')}, which enter two children of ${broken.id}; write one of them.`,
    ];
  });
}

// ---- Guards

const LARGE_GUARD = `a guard of more than ${GUARD_PARTS_MAX} parts when it is written out`;

function guardProblems(machine: AnyStateMachine, place: string, guard: unknown): string[] {
  if (typeof guard === 'object' && guard !== null && typeof (guard as { params?: unknown }).params === 'function') {
    return [`${place}: got a guard with dynamic parameters; write a guard of its own for each case instead.`];
  }
  switch (whyUnreadable(guard)) {
    case 'large':
      return [`${place}: got ${LARGE_GUARD}; write ${INSTEAD_OF_LARGE} instead.`];
    case 'function':
      if (typeof guard !== 'function')
        return [`${place}: got ${tell(guard)} as guard; write the name of one, or leave it out.`];
      return [`${place}: got an inline function as guard; write ${INSTEAD_OF_FUNCTION} instead.`];
    case undefined:
      return expressionProblems(machine, place, readGuard(guard), [], new Set());
  }
}

function expressionProblems(
  machine: AnyStateMachine,
  place: string,
  expression: GuardExpression,
  names: readonly string[],
  seen: Set<string>,
): string[] {
  switch (expression.kind) {
    case 'named': {
      const { name } = expression;
      if (names.includes(name)) return [`${place}: got the guard '${name}' made of itself; write it without.`];
      // Guards that name each other would be looked at again and again.
      if (seen.has(name)) return [];
      const { guards } = machine.implementations;
      const guard: unknown = Object.hasOwn(guards, name) ? guards[name] : undefined;
      if (guard === undefined) return [`${place}: got the guard '${name}', which no one gives; write it in setup.`];
      // One that is a function is said once, where it is given.
      const problems = isReadable(guard)
        ? expressionProblems(machine, place, readGuard(guard), [...names, name], seen)
        : [];
      seen.add(name);
      return problems;
    }
    case 'stateIn':
      try {
        matchedNodes(machine, expression.value);
        return [];
      } catch (error) {
        return [`${place}: got a guard that never holds: ${(error as Error).message}`];
      }
    case 'not':
      return expressionProblems(machine, place, expression.part, names, seen);
    default:
      return expression.parts.flatMap((part) => expressionProblems(machine, place, part, names, seen));
  }
}

// ---- Actions

function actionsProblems(node: AnyStateNode, place: string, actions: readonly unknown[]): string[] {
  return actions.flatMap((action) => {
    if (typeof action === 'function') {
      // The actions that `after` puts here are no one's writing: `after` itself is what is refused.
      if ('resolve' in action && (node.config as { after?: unknown }).after !== undefined) return [];
      if ('resolve' in action) {
        const { type } = action as { type?: unknown };
        return [`${place}: got the action ${String(type)}; write ${insteadOfAction(type)} instead.`];
      }
      return [
        `${place}: got an inline function as action; write the name of an action instead, and a state for what it keeps.`,
      ];
    }
    if (typeof action === 'string') return [];
    // XState takes these when a machine is made, and throws in words of V8 where one is executed.
    if (!isNamed(action))
      return [`${place}: got ${tell(action)} as an action; write the name of one, or leave it out.`];
    const { type, params } = action as { type: string; params?: unknown };
    if (typeof params === 'function') {
      return [
        `${place}: got dynamic parameters of ${type}; write a transition with static ones for each case instead.`,
      ];
    }
    return Object.entries(params ?? {})
      .filter(([, value]) => !['string', 'number', 'boolean'].includes(typeof value))
      .map(([key]) => `${place}: got the parameter ${key} of ${type}; write a string, a number or a boolean instead.`);
  });
}

/** Whether a value is an object with a type that is a name. */
function isNamed(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

// ---- Implementations

/** What is wrong with the guards and actions that the machine uses. What it does not use does nothing. */
function implementationProblems(machine: AnyStateMachine, nodes: readonly AnyStateNode[]): string[] {
  const { actions, guards } = machine.implementations;
  const transitions = nodes.flatMap((node) => [...node.transitions.values()].flat()) as Transition[];
  const usedActions = new Set(
    [...nodes.flatMap(({ entry, exit }) => [...entry, ...exit]), ...transitions.flatMap((each) => each.actions)].map(
      nameOfAction,
    ),
  );
  const badActions = Object.entries(actions)
    .filter(([name, action]) => usedActions.has(name) && action !== undefined)
    .filter(([, action]) => typeof action !== 'function' || 'resolve' in action)
    .map(([name, action]) => {
      const { type } = (typeof action === 'function' ? action : {}) as { type?: unknown };
      const what = typeof action === 'function' ? String(type) : typeof action;
      return `${machine.id}: got the action '${name}' made by ${what}; write ${insteadOfAction(type)} instead.`;
    });
  const usedGuards = guardsUsed(machine, transitions);
  const badGuards = Object.entries(guards)
    .filter(([name, guard]) => usedGuards.has(name) && !isReadable(guard))
    .map(([name, guard]) =>
      whyUnreadable(guard) === 'large'
        ? `${machine.id}: got in '${name}' ${LARGE_GUARD}; write ${INSTEAD_OF_LARGE} instead.`
        : `${machine.id}: got the guard '${name}' as a function; write it with ${INSTEAD_OF_FUNCTION} instead.`,
    );
  return [...badActions, ...badGuards];
}

function nameOfAction(action: unknown): unknown {
  return typeof action === 'string' ? action : (action as { type?: unknown } | undefined)?.type;
}

/** The names of the guards that transitions ask for, or that those are made of. */
function guardsUsed(machine: AnyStateMachine, transitions: readonly Transition[]): Set<string> {
  const { guards } = machine.implementations;
  const used = new Set<string>();
  const use = (expression: GuardExpression): void => {
    if ('parts' in expression) for (const part of expression.parts) use(part);
    if ('part' in expression) use(expression.part);
    if (expression.kind !== 'named' || used.has(expression.name)) return;
    used.add(expression.name);
    const guard: unknown = Object.hasOwn(guards, expression.name) ? guards[expression.name] : undefined;
    if (isReadable(guard)) use(readGuard(guard));
  };
  for (const { guard } of transitions) if (guard !== undefined && isReadable(guard)) use(readGuard(guard));
  return used;
}
