/**
 * The guards of an XState machine, read back as data. XState keeps them as functions that carry their parts; this is the
 * one place that knows how.
 */
import { and, type AnyStateMachine, not, or, stateIn, type StateValue } from 'xstate';

/** A guard as an expression over the state alone: what the checker compiles, exports and mutates. */
export type GuardExpression =
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'stateIn'; readonly value: StateValue }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly GuardExpression[] }
  | { readonly kind: 'not'; readonly part: GuardExpression };

// XState gives its built-in guards away only by the function that checks them.
const CHECKS = {
  stateIn: checkOf(stateIn('')),
  and: checkOf(and([])),
  or: checkOf(or([])),
  not: checkOf(not('')),
};

function checkOf(guard: unknown): unknown {
  return (guard as { check?: unknown }).check;
}

/** Reads a guard, of a transition or of a machine's `implementations.guards`. Throws when it is an inline function. */
export function readGuard(guard: unknown): GuardExpression {
  if (typeof guard === 'string') return { kind: 'named', name: guard };
  if (typeof guard === 'object' && guard !== null && 'type' in guard) return readGuard(guard.type);
  if (typeof guard === 'function') {
    const { guards = [], stateValue } = guard as { guards?: unknown[]; stateValue?: StateValue };
    const check = checkOf(guard);
    if (check === CHECKS.stateIn) return { kind: 'stateIn', value: stateValue as StateValue };
    if (check === CHECKS.and) return { kind: 'and', parts: guards.map(readGuard) };
    if (check === CHECKS.or) return { kind: 'or', parts: guards.map(readGuard) };
    if (check === CHECKS.not) return { kind: 'not', part: readGuard(guards[0]) };
  }
  throw new TypeError(`Got the guard ${String(guard)}; expected a name, or stateIn, and, or, not over names.`);
}

/** Builds the XState guard of an expression: the inverse of `readGuard`. */
export function buildGuard(expression: GuardExpression): any {
  switch (expression.kind) {
    case 'named':
      return expression.name;
    case 'stateIn':
      return stateIn(expression.value);
    case 'and':
      return and(expression.parts.map(buildGuard));
    case 'or':
      return or(expression.parts.map(buildGuard));
    case 'not':
      return not(buildGuard(expression.part));
  }
}

/** Reads the named guards of a machine. */
export function machineGuards(machine: AnyStateMachine): Map<string, GuardExpression> {
  const { guards } = machine.implementations;
  return new Map(Object.entries(guards).map(([name, guard]) => [name, readGuard(guard)]));
}

/** Writes a guard as a formula. */
export function printGuard(expression: GuardExpression): string {
  switch (expression.kind) {
    case 'named':
      return expression.name;
    case 'stateIn':
      return printStateValue(expression.value);
    case 'not':
      return `not ${printGuard(expression.part)}`;
    case 'and':
    case 'or':
      return `(${expression.parts.map(printGuard).join(` ${expression.kind} `)})`;
  }
}

/** Writes a partial state value as paths: "vector0.mask.masked". */
function printStateValue(value: unknown): string {
  if (typeof value === 'string') return value;
  return Object.entries(value as object)
    .map(([name, inside]) => `${name}.${printStateValue(inside)}`)
    .join(' & ');
}
