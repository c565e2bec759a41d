/**
 * Claims as a caller writes them, read: every field is looked at, none is left over, and what XState's guards say is data from
 * here on. A claim that is read says what was meant, or it is refused in a sentence.
 */
import type { StateValue } from 'xstate';
import { compileCondition } from '../compile/condition.ts';
import type { CompiledMachine } from '../compile/format.ts';
import {
  ArgumentError,
  refuse,
  requireFields,
  requireList,
  requireName,
  requireOneOf,
  requireText,
  tell,
  tellNames,
  within,
} from '../argument/argument.ts';
import { GUARD_PARTS_MAX, isBuiltIn } from '../machine/guard.ts';
import { requireExpression, requireKind, requireLevel, requireRoom, type Room } from '../machine/value.ts';
import type { Fairness, ReadClaim, ReadPredicate, StepPredicate } from './claim.ts';

const CLAIM_FIELDS = {
  invariant: ['name', 'title', 'when', 'holds'],
  step: ['name', 'title', 'when', 'holds'],
  reach: ['name', 'title', 'that'],
  leadsTo: ['name', 'title', 'from', 'to', 'fairness'],
} as const;

type ClaimField = (typeof CLAIM_FIELDS)[keyof typeof CLAIM_FIELDS][number];

/** Reads claims. @throws {ArgumentError} when one of them is none. */
export function readClaims(place: string, claims: unknown): ReadClaim[] {
  return requireList(place, claims, readClaim, 'an array of claims');
}

/** Reads a claim. @throws {ArgumentError} when it is none. */
export function readClaim(place: string, claim: unknown): ReadClaim {
  const what = 'a claim, whose kind is invariant, step, reach or leadsTo';
  const { kind, fields } = requireKind<keyof typeof CLAIM_FIELDS, ClaimField>(place, claim, CLAIM_FIELDS, what);
  const name = requireName(within(place, 'name'), fields.name);
  const named = { name, title: requireText(within(place, 'title'), fields.title) };
  const at = (field: ClaimField): string => `${within(place, field)}, in the claim ${name}`;
  const state = (field: ClaimField) => readStatePredicate(at(field), fields[field]);
  const step = (field: ClaimField) => readStepPredicate(at(field), fields[field]);
  switch (kind) {
    case 'invariant':
      return { kind, ...named, ...(fields.when === undefined ? {} : { when: state('when') }), holds: state('holds') };
    case 'step':
      return { kind, ...named, ...(fields.when === undefined ? {} : { when: step('when') }), holds: step('holds') };
    case 'reach':
      return { kind, ...named, that: state('that') };
    case 'leadsTo': {
      const fairness = requireList(
        at('fairness'),
        fields.fairness,
        readFairness,
        'an array of assumptions of fairness',
      );
      return {
        kind,
        ...named,
        ...(fields.from === undefined ? {} : { from: state('from') }),
        to: state('to'),
        fairness,
      };
    }
  }
}

/** Reads a predicate over states. A function of the caller's is asked for true or false. */
function readStatePredicate(place: string, predicate: unknown): ReadPredicate {
  if (typeof predicate !== 'function' || isBuiltIn(predicate)) return requireExpression(place, predicate);
  return (value) => {
    let holds: unknown;
    try {
      holds = (predicate as (value: StateValue) => unknown)(value);
    } catch (error) {
      throw new ArgumentError(`Got ${String(error)} from the function ${place}; expected true or false.`, {
        cause: error,
      });
    }
    return typeof holds === 'boolean'
      ? holds
      : refuse(`what the function gives as ${place}`, holds, 'true or false, at once');
  };
}

const STEP_FIELDS = {
  before: ['state'],
  after: ['state'],
  event: ['names'],
  output: ['names'],
  taken: [],
  and: ['parts'],
  or: ['parts'],
  not: ['part'],
} as const;

function readStepPredicate(
  place: string,
  predicate: unknown,
  level = 0,
  room: Room = { parts: GUARD_PARTS_MAX },
): StepPredicate<ReadPredicate> {
  requireLevel(place, predicate, level);
  requireRoom(place, predicate, room);
  const what = `an object with a kind among ${Object.keys(STEP_FIELDS).join(', ')}`;
  const { kind, fields } = requireKind<keyof typeof STEP_FIELDS, 'state' | 'names' | 'parts' | 'part'>(
    place,
    predicate,
    STEP_FIELDS,
    what,
  );
  switch (kind) {
    case 'before':
    case 'after':
      return { kind, state: readStatePredicate(within(place, 'state'), fields.state) };
    case 'event':
    case 'output':
      return { kind, names: readNames(within(place, 'names'), fields.names) };
    case 'taken':
      return { kind };
    case 'not':
      return { kind, part: readStepPredicate(within(place, 'part'), fields.part, level + 1, room) };
    default: {
      const part = (at: string, each: unknown) => readStepPredicate(at, each, level + 1, room);
      return { kind, parts: requireList(within(place, 'parts'), fields.parts, part) };
    }
  }
}

/** Names of events or outputs. None at all would make a predicate that never holds, and a claim that says nothing. */
function readNames(place: string, names: unknown): string[] {
  const list = requireList(place, names, requireName, 'an array of names');
  return list.length > 0 ? list : refuse(place, names, 'one name at least');
}

function readFairness(place: string, fairness: unknown): Fairness {
  const { strength, events } = requireFields(place, fairness, ['strength', 'events']);
  return {
    strength: requireOneOf(within(place, 'strength'), strength, ['weak', 'strong']),
    events: readNames(within(place, 'events'), events),
  };
}

// ---- What a claim names

/**
 * Requires that a machine has the events, outputs, guards and states that a claim names. One that is misspelt would make a predicate
 * that never holds, and a claim that says nothing.
 */
export function requireNames(compiled: CompiledMachine, claim: ReadClaim): void {
  const { events, outputs, without } = compiled;
  const state = (predicate: ReadPredicate | undefined): void => {
    if (predicate !== undefined && typeof predicate !== 'function') compileCondition(compiled, predicate);
  };
  const step = (predicate: StepPredicate<ReadPredicate> | undefined): void => {
    if (predicate === undefined || predicate.kind === 'taken') return;
    if ('parts' in predicate) for (const part of predicate.parts) step(part);
    else if ('part' in predicate) step(predicate.part);
    else if ('state' in predicate) state(predicate.state);
    else requireKnown(claim, predicate.kind, predicate.names, predicate.kind === 'event' ? events : outputs, without);
  };
  switch (claim.kind) {
    case 'invariant':
      state(claim.when);
      return state(claim.holds);
    case 'step':
      step(claim.when);
      return step(claim.holds);
    case 'reach':
      return state(claim.that);
    case 'leadsTo':
      state(claim.from);
      state(claim.to);
      for (const fairness of claim.fairness) requireKnown(claim, 'event', fairness.events, events, without);
  }
}

function requireKnown(
  { name }: ReadClaim,
  what: 'event' | 'output',
  names: readonly string[],
  known: readonly string[],
  without: readonly string[],
): void {
  const unknown = names.find((each) => !known.includes(each));
  if (unknown === undefined) return;
  const isLeftOut = what === 'event' && without.includes(unknown);
  throw new ArgumentError(
    `Got the ${what} ${tell(unknown)} in the claim ${name}; expected ${isLeftOut ? 'one that is not left out of the alphabet' : 'one that the machine has'}: ${tellNames(known) || 'there is none'}.`,
  );
}
