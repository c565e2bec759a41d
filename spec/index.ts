/**
 * The rules of MSI-X, all of them, in the order of their areas. Imports nothing from outside of this folder.
 */
import { ACCESS_RULES } from './access.ts';
import { ASSIGNED_RULES } from './assigned.ts';
import { CAPABILITY_RULES } from './capability.ts';
import { ENABLE_RULES } from './enable.ts';
import { MASK_RULES } from './mask.ts';
import { MESSAGE_RULES } from './message.ts';
import { NOTIFY_RULES } from './notify.ts';
import { OWNERSHIP_RULES } from './ownership.ts';
import { PBA_RULES } from './pba.ts';
import { PENDING_RULES } from './pending.ts';
import { POSTED_RULES } from './posted.ts';
import { RESET_RULES } from './reset.ts';
import type { Rule } from './rule.ts';
import { SAVE_RULES } from './save.ts';
import { TABLE_RULES } from './table.ts';

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
  throw new RangeError(`There is no rule ${id}; expected one of the ${RULES.length} in spec/, such as ${RULES[0].id}.`);
}

/**
 * Returns the ids that a description cites, in order: "The cause is gone. [MSIX-PEND-3] [MSIX-PEND-5]" cites two.
 *
 * Whatever stands in brackets and begins like an id is returned as it is, so that a misspelt one comes to light in
 * `ruleById` instead of citing nothing.
 */
export function citedRules(text: string): string[] {
  return Array.from(text.matchAll(/\[(MSIX[^\]]*)\]/g), ([, id]) => id);
}
