/**
 * State values and guards as a caller writes them, read into plain data.
 */
import type { AnyStateMachine, AnyStateNode, StateValue } from 'xstate';
import {
  copyOf,
  isObject,
  readField,
  refuse,
  requireFields,
  requireList,
  requireName,
  requireOneOf,
  tellNames,
  within,
} from '../argument/argument.ts';
import { GUARD_PARTS_MAX, type GuardExpression, isBuiltIn, readGuard } from './guard.ts';

/** More levels than this are taken for a mistake: nobody writes them, and an object that contains itself has no end. */
const LEVELS_MAX = 200;

/** Requires that something written in levels has an end. */
export function requireLevel(place: string, value: unknown, level: number): void {
  if (level > LEVELS_MAX)
    refuse(shortened(place), value, `at most ${LEVELS_MAX} levels, and nothing that contains itself`);
}

/** How many parts an expression may still have. */
export interface Room {
  parts: number;
}

/** Requires that an expression is not too large. A part that stands in two places is read twice, and so doubles with every level. */
export function requireRoom(place: string, value: unknown, room: Room): void {
  if (--room.parts < 0) refuse(shortened(place), value, `at most ${GUARD_PARTS_MAX} parts when it is written out`);
}

/** A place of hundreds of levels, as far as anyone reads it. */
function shortened(place: string): string {
  const [first, ...rest] = place.split(' of ');
  return [`${first.slice(0, 40)}…`, ...rest].join(' of ');
}

/** Requires a state value: the key of a child, or an object of them. */
export function requireStateValue(place: string, value: unknown, level = 0): StateValue {
  const what = 'a state value: the key of a state, or an object of keys and state values';
  if (typeof value === 'string') return value;
  requireLevel(place, value, level);
  const entries = Object.entries(copyOf(place, value, what));
  return Object.fromEntries(
    entries.map(([key, each]) => [key, requireStateValue(within(place, key), each, level + 1)]),
  );
}

/** Requires the value of a whole state of a machine: a child for each compound state that is active, and all regions. */
export function requireWholeState(place: string, machine: AnyStateMachine, value: unknown): StateValue {
  const visit = (node: AnyStateNode, at: StateValue | undefined): void => {
    const keys = typeof at === 'string' ? [at] : Object.keys(at ?? {});
    const known = keys.every((key) => Object.hasOwn(node.states, key));
    const count = node.type === 'compound' ? 1 : Object.keys(node.states).length;
    if (!known || keys.length !== count) {
      refuse(
        place,
        at,
        `a whole state of ${machine.id}; ${node.id} has ${tellNames(Object.keys(node.states)) || 'no children'}`,
      );
    }
    for (const key of keys) visit(node.states[key], typeof at === 'string' ? undefined : at?.[key]);
  };
  const read = requireStateValue(place, value);
  visit(machine.root, read);
  return read;
}

const FIELDS = { named: ['name'], stateIn: ['value'], and: ['parts'], or: ['parts'], not: ['part'] } as const;
const KINDS = Object.keys(FIELDS) as (keyof typeof FIELDS)[];

/** Reads a kind and the other fields of an object that has one. */
export function requireKind<Kind extends string, Key extends string>(
  place: string,
  value: unknown,
  fields: Readonly<Record<Kind, readonly Key[]>>,
  what: string,
): { readonly kind: Kind; readonly fields: Readonly<Partial<Record<Key, unknown>>> } {
  if (!isObject(value)) return refuse(place, value, what);
  const kind = requireOneOf(within(place, 'kind'), readField(value, 'kind'), Object.keys(fields) as Kind[]);
  return {
    kind,
    fields: requireFields(place, value, ['kind', ...fields[kind]] as (Key | 'kind')[]),
  };
}

/**
 * Reads an expression over states: data, or what XState's `stateIn`, `and`, `or`, `not` return.
 * @throws {ArgumentError} when it is neither.
 */
export function requireExpression(
  place: string,
  value: unknown,
  level = 0,
  room: Room = { parts: GUARD_PARTS_MAX },
): GuardExpression {
  if (isBuiltIn(value)) return readGuard(value);
  requireLevel(place, value, level);
  requireRoom(place, value, room);
  const what = `an object with a kind among ${KINDS.join(', ')}, or a guard made by XState's stateIn, and, or, not`;
  const { kind, fields } = requireKind<keyof typeof FIELDS, 'name' | 'value' | 'parts' | 'part'>(
    place,
    value,
    FIELDS,
    what,
  );
  switch (kind) {
    case 'named':
      return { kind, name: requireName(within(place, 'name'), fields.name) };
    case 'stateIn':
      return { kind, value: requireStateValue(within(place, 'value'), fields.value) };
    case 'not':
      return { kind, part: requireExpression(within(place, 'part'), fields.part, level + 1, room) };
    default: {
      const part = (at: string, each: unknown) => requireExpression(at, each, level + 1, room);
      return { kind, parts: requireList(within(place, 'parts'), fields.parts, part) };
    }
  }
}
