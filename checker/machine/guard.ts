/**
 * The guards of an XState machine, read back as data. XState keeps them as functions that carry their parts; this is the
 * one place that knows how.
 */
import { and, type AnyStateMachine, not, or, stateIn, type StateValue } from 'xstate';
import { requireMachine } from './machine.ts';
import { readField, tell } from '../argument/argument.ts';

/** A guard as an expression over the state alone: what the checker compiles, exports and mutates. */
export type GuardExpression =
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'stateIn'; readonly value: StateValue }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly GuardExpression[] }
  | { readonly kind: 'not'; readonly part: GuardExpression };

// XState gives its built-in guards away only by the function that checks them.
const CHECKS = new Map<unknown, string>([
  [readField(stateIn(''), 'check'), 'stateIn'],
  [readField(and([]), 'check'), 'and'],
  [readField(or([]), 'check'), 'or'],
  [readField(not(''), 'check'), 'not'],
]);
// Another copy of XState has functions of its own, by the same names.
const CHECK_NAMES = new Map<unknown, string>([
  ['checkStateIn', 'stateIn'],
  ['checkAnd', 'and'],
  ['checkOr', 'or'],
  ['checkNot', 'not'],
]);

/** Which of XState's built-in guards a function is, made by this copy of XState or by another one. */
function builtInOf(guard: (...args: never) => unknown): string | undefined {
  const check = readField(guard, 'check');
  if (typeof check !== 'function') return undefined;
  const kind = CHECKS.get(check);
  if (kind !== undefined) return kind;
  // Both names must fit, so that nobody's own guard is taken for one of XState's.
  const named = CHECK_NAMES.get(readField(check, 'name'));
  return named !== undefined && readField(guard, 'name') === named ? named : undefined;
}

/** Whether a value is a guard that XState's `stateIn`, `and`, `or` or `not` made. */
export function isBuiltIn(guard: unknown): boolean {
  return typeof guard === 'function' && builtInOf(guard as () => unknown) !== undefined;
}

/** More parts than this, or levels of them, are refused: a part that stands in two places is read twice, and so doubles with every level. */
export const GUARD_PARTS_MAX = 100_000;
const GUARD_LEVELS_MAX = 1000;

/** Thrown for a guard that is too large to be read when it is written out. */
export class LargeGuardError extends RangeError {
  override name = 'LargeGuardError';

  constructor() {
    super(
      `Got a guard of more than ${GUARD_PARTS_MAX} parts, or ${GUARD_LEVELS_MAX} levels, when it is written out; expected fewer: give parts of it names, in setup.`,
    );
  }
}

/**
 * Reads a guard, of a transition or of a machine's `implementations.guards`.
 * @throws {RangeError} when it is an inline function, or too large (`LargeGuardError`).
 */
export function readGuard(guard: unknown): GuardExpression {
  let parts = 0;
  const read = (each: unknown, level: number): GuardExpression => {
    if (++parts > GUARD_PARTS_MAX || level > GUARD_LEVELS_MAX) throw new LargeGuardError();
    if (typeof each === 'string') return { kind: 'named', name: each };
    const type = typeof each === 'object' && each !== null ? readField(each, 'type') : each;
    if (typeof type === 'string') return { kind: 'named', name: type };
    if (typeof type === 'function') {
      const kind = builtInOf(type as () => unknown);
      const { guards = [], stateValue } = (kind === undefined ? {} : type) as {
        guards?: unknown[];
        stateValue?: StateValue;
      };
      switch (kind) {
        case 'stateIn':
          return { kind: 'stateIn', value: stateValue as StateValue };
        case 'and':
        case 'or':
          return { kind, parts: guards.map((part) => read(part, level + 1)) };
        case 'not':
          return { kind: 'not', part: read(guards[0], level + 1) };
      }
    }
    throw new RangeError(`Got ${tell(each)} as a guard; expected a name, or stateIn, and, or, not over names.`);
  };
  return read(guard, 0);
}

/** Whether a guard can be read. */
export function isReadable(guard: unknown): boolean {
  return whyUnreadable(guard) === undefined;
}

/** Why a guard cannot be read: it is a function, or it is too large. */
export function whyUnreadable(guard: unknown): 'function' | 'large' | undefined {
  try {
    readGuard(guard);
    return undefined;
  } catch (error) {
    return error instanceof LargeGuardError ? 'large' : 'function';
  }
}

/** How many parts an expression has when every name in it is replaced by what it stands for. A name is followed once. */
export function sizeOf(expression: GuardExpression, guards: ReadonlyMap<string, GuardExpression>): number {
  const known = new Map<string, number>();
  const size = (each: GuardExpression): number => {
    switch (each.kind) {
      case 'named': {
        const guard = guards.get(each.name);
        const found = known.get(each.name) ?? (guard === undefined ? 1 : size(guard));
        known.set(each.name, found);
        return found;
      }
      case 'stateIn':
        return 1;
      case 'not':
        return size(each.part);
      default:
        return each.parts.reduce((sum, part) => sum + size(part), 1);
    }
  };
  return size(expression);
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

/**
 * Reads the named guards of a machine. What no machine may use is left out: functions, and guards that name what nobody gives, or
 * themselves. A machine that uses one is refused; one that only has it is not.
 */
export function machineGuards(machine: AnyStateMachine): Map<string, GuardExpression> {
  const { guards: given } = requireMachine('machine of machineGuards', machine).implementations;
  const readable = Object.entries(given).filter(([, guard]) => isReadable(guard));
  const guards = new Map(readable.map(([name, guard]) => [name, readGuard(guard)]));
  // Undefined while a guard is being followed: whoever meets it then names itself.
  const isWhole = new Map<string, boolean | undefined>();
  const follow = (expression: GuardExpression): boolean => {
    if ('parts' in expression) return expression.parts.every(follow);
    if ('part' in expression) return follow(expression.part);
    if (expression.kind !== 'named') return true;
    const { name } = expression;
    if (isWhole.has(name)) return isWhole.get(name) === true;
    isWhole.set(name, undefined);
    const guard = guards.get(name);
    isWhole.set(name, guard !== undefined && follow(guard));
    return isWhole.get(name) === true;
  };
  return new Map([...guards].filter(([name]) => follow({ kind: 'named', name })));
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
