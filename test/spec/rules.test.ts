/**
 * The rules as data: whole, in order, and findable. What stands behind each of them is another test's.
 */
import { describe, expect, test } from 'vitest';
import { citedRules, type Rule, ruleById, RULES } from '../../spec/index.ts';

/** How many rules each area has. Areas and rules are added at the end; a rule is never renumbered. */
const RULE_COUNTS: Readonly<Record<string, number>> = {
  CAP: 11,
  TABLE: 7,
  PBA: 4,
  ACCESS: 6,
  MASK: 4,
  PEND: 6,
  MSG: 7,
  ENABLE: 8,
  RESET: 6,
  NOTIFY: 3,
  SAVE: 2,
  ASSIGN: 16,
  OWN: 3,
  POSTED: 10,
  CALL: 6,
};

/** Everything that a rule says in sentences. */
const sentencesOf = ({ text, choice, exempt }: Rule): string[] => [
  text,
  ...(choice === undefined ? [] : [choice.ours, choice.because, choice.others]),
  ...(exempt === undefined ? [] : [exempt]),
];

/** Picks the ids of the rules that a condition holds for, so that a failure names them. */
const idsWhere = (condition: (rule: Rule) => boolean): string[] => RULES.filter(condition).map((rule) => rule.id);

describe('the rules', () => {
  test('are numbered by area, each id once and without a gap', () => {
    const expected = Object.entries(RULE_COUNTS).flatMap(([area, count]) =>
      Array.from({ length: count }, (_, index) => `MSIX-${area}-${index + 1}`),
    );
    expect(RULES.map((rule) => rule.id)).toEqual(expected);
    expect(RULES).toHaveLength(99);
  });

  test('name a section of the standard, a requirement of the thread, or maskbit itself as their source', () => {
    expect(idsWhere((rule) => !/^(PCIe \d+(\.\d+){1,5}|thread R[1-9]|maskbit)$/.test(rule.source))).toEqual([]);
  });

  test('have a title of a few words, and no two the same', () => {
    expect(idsWhere((rule) => !/^[A-Z].{3,48}[^. ]$/.test(rule.title))).toEqual([]);
    expect(new Set(RULES.map((rule) => rule.title)).size).toBe(RULES.length);
  });

  test('are told in one to three whole sentences', () => {
    expect(idsWhere((rule) => rule.text.split(/(?<=\.) /).length > 3)).toEqual([]);
    expect(
      idsWhere((rule) => sentencesOf(rule).some((each) => !/^\S.*\S\.$/.test(each) || each.includes('  '))),
    ).toEqual([]);
  });

  test('record our choice, or why there is none to make, wherever the standard does not decide', () => {
    const open = ({ strength }: Rule) => strength !== 'must' && strength !== 'should';
    expect(idsWhere((rule) => open(rule) && rule.choice === undefined && rule.exempt === undefined)).toEqual([]);
    // The standard is silent on what is ours alone.
    expect(idsWhere((rule) => rule.source === 'maskbit' && rule.strength !== 'silent')).toEqual([]);
  });

  test('refer to each other by ids that exist', () => {
    const named = RULES.flatMap((rule) => sentencesOf(rule).flatMap((each) => each.match(/MSIX-[A-Z]+-\d+/g) ?? []));
    expect(named).toContain('MSIX-CAP-6');
    expect(named.filter((id) => !RULES.some((rule) => rule.id === id))).toEqual([]);
  });
});

describe('ruleById', () => {
  test('finds every rule by its id', () => {
    expect(RULES.map((rule) => ruleById(rule.id))).toEqual(RULES);
  });

  test('refuses an id that no rule has, in a sentence', () => {
    expect(() => ruleById('msix-pend-3')).toThrow(
      new RangeError('Got the id "msix-pend-3"; expected one of the 99 rules, such as MSIX-CAP-1.'),
    );
  });
});

describe('citedRules', () => {
  test.each([
    ['The cause is gone. [MSIX-PEND-3] [MSIX-PEND-5]', ['MSIX-PEND-3', 'MSIX-PEND-5']],
    ['Disabled, or masked as a whole.', []],
    ['MSIX-PEND-3 is named, and not cited [here].', []],
    ['A list is no id. [MSIX-PEND-3, MSIX-PEND-5]', ['MSIX-PEND-3, MSIX-PEND-5']],
    ['Misspelt, and so unknown. [MSIX-PEND3]', ['MSIX-PEND3']],
  ])('reads %j as citing %j', (text, ids) => {
    expect(citedRules(text)).toEqual(ids);
  });
});
