/**
 * The rules of MSI-X, all of them, in the order of their areas. Imports nothing from outside of this folder but what counts the edits between two ids.
 */
import { distance } from 'fastest-levenshtein';
import { ACCESS_RULES } from './access.ts';
import { ASSIGNED_RULES } from './assigned.ts';
import { HISTORICAL_BUGS, type HistoricalBug } from './bugs.ts';
import { CAPABILITY_RULES } from './capability.ts';
import { ENABLE_RULES } from './enable.ts';
import { MASK_RULES } from './mask.ts';
import { MESSAGE_RULES } from './message.ts';
import { NOTIFY_RULES } from './notify.ts';
import { CALL_RULES } from './calls.ts';
import { OWNERSHIP_RULES } from './ownership.ts';
import { PBA_RULES } from './pba.ts';
import { PENDING_RULES } from './pending.ts';
import { POSTED_RULES } from './posted.ts';
import { REGISTERED_PROPERTIES, type RegisteredProperty } from './properties.ts';
import { RESET_RULES } from './reset.ts';
import { REVIEW_POINTS, type ReviewPoint } from './review.ts';
import type { Rule } from './rule.ts';
import { SAVE_RULES } from './save.ts';
import { TABLE_RULES } from './table.ts';

export { HISTORICAL_BUGS, type HistoricalBug } from './bugs.ts';
export { REGISTERED_PROPERTIES, type RegisteredProperty } from './properties.ts';
export { REVIEW_POINTS, type ReviewPoint } from './review.ts';
export type { Choice, Rule, Strength } from './rule.ts';

/** All rules, by area and number. */
export const RULES: readonly Rule[] = [
  ...CAPABILITY_RULES,
  ...TABLE_RULES,
  ...PBA_RULES,
  ...ACCESS_RULES,
  ...MASK_RULES,
  ...PENDING_RULES,
  ...MESSAGE_RULES,
  ...ENABLE_RULES,
  ...RESET_RULES,
  ...NOTIFY_RULES,
  ...SAVE_RULES,
  ...ASSIGNED_RULES,
  ...OWNERSHIP_RULES,
  ...POSTED_RULES,
  ...CALL_RULES,
];

const RULES_BY_ID: ReadonlyMap<string, Rule> = new Map(RULES.map((rule) => [rule.id, rule]));

/**
 * Returns the rule `id`.
 *
 * @throws {RangeError} when there is none.
 */
export function ruleById(id: string): Rule {
  const rule = RULES_BY_ID.get(id);
  if (rule !== undefined) return rule;
  throw new RangeError(`Got the id ${tell(id)}; expected one of the ${RULES.length} rules, such as ${RULES[0].id}.`);
}

/** Whatever has an id: a rule, a bug of a real system, a property, a comment of the review. */
export type Registered =
  | { readonly kind: 'rule'; readonly entry: Rule }
  | { readonly kind: 'bug'; readonly entry: HistoricalBug }
  | { readonly kind: 'property'; readonly entry: RegisteredProperty }
  | { readonly kind: 'review'; readonly entry: ReviewPoint };

const REGISTERED: ReadonlyMap<string, Registered> = new Map<string, Registered>([
  ...RULES.map((entry) => [entry.id, { kind: 'rule', entry }] as const),
  ...HISTORICAL_BUGS.map((entry) => [entry.id, { kind: 'bug', entry }] as const),
  ...REGISTERED_PROPERTIES.map((entry) => [entry.id, { kind: 'property', entry }] as const),
  ...REVIEW_POINTS.map((entry) => [entry.id, { kind: 'review', entry }] as const),
]);

/** An id as it is looked up: in capitals, its number without zeros before it. */
const spelt = (id: unknown): string => (typeof id === 'string' ? id.toUpperCase().replace(/(?<!\d)0+(?=\d)/, '') : '');

const BY_SPELLING: ReadonlyMap<string, Registered> = new Map(
  Array.from(REGISTERED, ([id, entry]) => [spelt(id), entry]),
);

/** Every id that can be cited. */
export const REGISTERED_IDS: readonly string[] = [...REGISTERED.keys()];

/**
 * Looks an id up in all registers, in any case: `hb-21` is HB-21, whatever zeros it has: `hb-1` is HB-01.
 *
 * @throws {RangeError} when there is none, with the nearest ones.
 */
export function registered(id: string): Registered {
  const found = BY_SPELLING.get(spelt(id));
  if (found !== undefined) return found;
  const gap = isLeftOut(spelt(id)) ? ' This number is given to nothing: the list leaves it out.' : '';
  throw new RangeError(
    `Got the id ${tell(id)}; expected one that is registered, such as ${nearestIds(spelt(id)).join(', ')}.${gap}`,
  );
}

/** Whether the number of an id that is not registered is less than one that is. */
function isLeftOut(id: string): boolean {
  const [, kind, number] = /^(.*?)(\d+)$/.exec(id) ?? [];
  if (kind === undefined) return false;
  return REGISTERED_IDS.some((each) => {
    const [, like, other] = /^(.*?)(\d+)$/.exec(each) ?? [];
    return like === kind && Number(other) > Number(number);
  });
}

/**
 * Looks a rule up, in any case: `msix-pend-2` is MSIX-PEND-2.
 *
 * @throws {RangeError} when there is none, with the nearest ones.
 */
export function ruleNamed(id: string): Rule {
  const found = BY_SPELLING.get(spelt(id));
  if (found?.kind === 'rule') return found.entry;
  const nearest = nearestIds(spelt(id)).filter((each) => REGISTERED.get(each)!.kind === 'rule');
  const what = found === undefined ? '' : `, which is ${KINDS[found.kind]} and no rule`;
  const like = nearest.length > 0 ? nearest : ['MSIX-PEND-2', 'MSIX-MASK-1'];
  throw new RangeError(`Got ${tell(id)}${what}; expected a rule that maskbit rules lists, such as ${like.join(', ')}.`);
}

const KINDS: Readonly<Record<Registered['kind'], string>> = {
  rule: 'a rule',
  bug: 'a bug of a real system',
  property: 'a property',
  review: 'a comment of the review',
};

const TOLD_CHARACTERS = 60;

/** What a caller passed for a text. Nothing of it but text is looked into. */
function tell(value: unknown): string {
  if (typeof value !== 'string') return value === null ? 'null' : typeof value;
  return value.length > TOLD_CHARACTERS ? `${JSON.stringify(value.slice(0, TOLD_CHARACTERS))}…` : JSON.stringify(value);
}

/** The three ids that are nearest by edits, and among equals by their numbers; one of each kind, where none is near. */
function nearestIds(id: string): string[] {
  const numberOf = (each: string): number => Number(/\d+$/.exec(each)?.[0] ?? 0);
  const near = REGISTERED_IDS.flatMap((each) => {
    // So many edits it takes at least: what is far too long is not compared letter by letter, however long it is.
    if (Math.abs(id.length - each.length) > id.length / 2) return [];
    const edits = distance(id, each);
    return edits <= id.length / 2 ? [{ each, edits, apart: Math.abs(numberOf(each) - numberOf(id)) }] : [];
  });
  if (near.length === 0) return ['MSIX-PEND-2', 'HB-21', 'P7', 'R5'];
  return near
    .toSorted((one, other) => one.edits - other.edits || one.apart - other.apart)
    .slice(0, 3)
    .map(({ each }) => each);
}

/**
 * Returns the ids that a description cites, in order: "The cause is gone. [MSIX-PEND-3] [MSIX-PEND-5]" cites two.
 *
 * Whatever stands in brackets and begins like an id is returned as it is, so that a misspelt one comes to light in
 * `ruleById` instead of citing nothing.
 */
export function citedRules(text: string): string[] {
  if (typeof text !== 'string') throw new RangeError(`Got ${tell(text)} as text of citedRules; expected a text.`);
  return Array.from(text.matchAll(/\[(MSIX[^\]]*)\]/g), ([, id]) => id);
}
