/**
 * Admission: whether a machine lies in the subset that the checker decides exactly, and what to write where it does not.
 *
 * The subset: parallel, compound and atomic states; guards made of `stateIn`, `and`, `or` and `not`; actions by name, with
 * static parameters, in transitions, entries and exits. All that matters is a state, and one event is one step.
 */
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { type GuardExpression, readGuard } from './guard.ts';
import { matchedNodes } from './matching.ts';
import { brokenBy, childrenOf, nodesOf, targetsOf, type Transition } from './transition-sets.ts';

/** Thrown when a machine lies outside of the subset. */
export class SubsetError extends Error {
  override name = 'SubsetError';
  /** Everything that was found, a full sentence each, in document order. */
  readonly problems: readonly string[];

  constructor(machine: AnyStateMachine, problems: readonly string[]) {
    super(`The machine ${machine.id} is outside of the subset:\n${problems.map((each) => `  ${each}`).join('\n')}`);
    this.problems = problems;
  }
}

const NODE_KEYS = new Set(
  'id type initial states on entry exit description meta tags types schemas version context'.split(' '),
);
// XState adds the last three to what was written.
const TRANSITION_KEYS = new Set('target guard actions reenter description meta source eventType toJSON'.split(' '));

// What to write instead of a key that is outside of the subset.
const INSTEAD: Readonly<Record<string, string>> = {
  after: 'an event for the moment at which the time is up',
  always: 'the guard on the events that lead here',
  delay: 'an event for the moment at which the time is up',
  history: 'a region that remembers the child',
  invoke: 'events for what the invoked actor does',
  onDone: 'an event for the end of the work',
  output: 'an action on the last transition',
  route: 'a transition with a target',
  in: 'a guard made of stateIn',
  cond: 'guard',
  internal: 'reenter',
};

/**
 * Accepts a machine that lies in the subset, and returns nothing.
 * @throws {SubsetError} otherwise, with every problem found: its place, what was got, and what to write instead.
 */
export function checkSpec(machine: AnyStateMachine): void {
  const nodes = nodesOf(machine.root);
  const problems = [...implementationProblems(machine), ...idProblems(nodes), ...nodes.flatMap(nodeProblems)];
  // Where transitions lead can be said only when every state can be entered.
  if (nodes.every((node) => typeProblems(node).length === 0)) problems.push(...nodes.flatMap(targetsProblems));
  if (problems.length > 0) throw new SubsetError(machine, problems);
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
    .filter((key) => !NODE_KEYS.has(key) && config[key] !== undefined)
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
  return problems;
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
      return [`${node.id}: got a final state; write an atomic state without transitions instead.`];
    case 'history':
      return [`${node.id}: got a history state; write a region that remembers the child instead.`];
  }
}

function initialProblems(node: AnyStateNode): string[] {
  try {
    const { actions, target } = node.initial;
    if (target.length !== 1) return [`${node.id}: got no initial state; write the key of one of its children.`];
    if (actions.length === 0) return [];
    return [`${node.id}: got actions of the initial transition; write entry actions of ${target[0].id} instead.`];
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
    const broken = brokenBy(transition);
    if (broken === undefined) return [];
    const ids = targetsOf(transition).map(({ id }) => id);
    return [
      `${placeOf(transition)}: got the targets ${ids.join(', ')}, which enter two children of ${broken.id}; write one of them.`,
    ];
  });
}

// ---- Guards

function guardProblems(machine: AnyStateMachine, place: string, guard: unknown): string[] {
  if (typeof guard === 'object' && guard !== null && typeof (guard as { params?: unknown }).params === 'function') {
    return [`${place}: got a guard with dynamic parameters; write a guard of its own for each case instead.`];
  }
  try {
    return expressionProblems(machine, place, readGuard(guard), []);
  } catch {
    return [`${place}: got an inline function as guard; write stateIn, and, or, not under a name in setup instead.`];
  }
}

function expressionProblems(
  machine: AnyStateMachine,
  place: string,
  expression: GuardExpression,
  names: readonly string[],
): string[] {
  switch (expression.kind) {
    case 'named': {
      const { name } = expression;
      if (names.includes(name)) return [`${place}: got the guard '${name}' made of itself; write it without.`];
      const guard: unknown = machine.implementations.guards[name];
      if (guard === undefined) return [`${place}: got the guard '${name}', which no one gives; write it in setup.`];
      try {
        return expressionProblems(machine, place, readGuard(guard), [...names, name]);
      } catch {
        // Said once, where the guard is given.
        return [];
      }
    }
    case 'stateIn':
      try {
        matchedNodes(machine, expression.value);
        return [];
      } catch (error) {
        return [`${place}: got a guard that never holds: ${(error as Error).message}`];
      }
    case 'not':
      return expressionProblems(machine, place, expression.part, names);
    default:
      return expression.parts.flatMap((part) => expressionProblems(machine, place, part, names));
  }
}

// ---- Actions

function actionsProblems(node: AnyStateNode, place: string, actions: readonly unknown[]): string[] {
  return actions.flatMap((action) => {
    if (typeof action === 'function') {
      // The actions that `after` puts here are no one's writing: `after` itself is what is refused.
      if ('resolve' in action && (node.config as { after?: unknown }).after !== undefined) return [];
      const what = 'type' in action ? `the action ${String(action.type)}` : 'an inline function as action';
      return [`${place}: got ${what}; write the name of an action instead, and a state for what it keeps.`];
    }
    if (typeof action === 'string') return [];
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

// ---- Implementations

function implementationProblems(machine: AnyStateMachine): string[] {
  const { actions, guards } = machine.implementations;
  const badActions = Object.entries(actions)
    .filter(([, action]) => action !== undefined && (typeof action !== 'function' || 'resolve' in action))
    .map(([name, action]) => {
      const what = typeof action === 'function' ? String((action as { type?: unknown }).type) : typeof action;
      return `${machine.id}: got the action '${name}' made by ${what}; write a function that only tells of an output instead.`;
    });
  const badGuards = Object.entries(guards)
    .filter(([, guard]) => !isReadable(guard))
    .map(
      ([name]) => `${machine.id}: got the guard '${name}' as a function; write it with stateIn, and, or, not instead.`,
    );
  return [...badActions, ...badGuards];
}

function isReadable(guard: unknown): boolean {
  try {
    readGuard(guard);
    return true;
  } catch {
    return false;
  }
}
