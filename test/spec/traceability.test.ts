import { describe, expect, test } from 'vitest';
import { citationsBelow, findCitations, machineCitations, traceRules } from '../../cli/traceability.ts';
import { MACHINE_PROPERTIES } from '../../properties/instances.ts';
import { RULES } from '../../spec/index.ts';

const known = new Set(RULES.map(({ id }) => id));

describe('the rules and what stands behind them', () => {
  test('no citation names a rule that does not exist', () => {
    const cited = [
      ...machineCitations(),
      ...['src', 'machines', 'properties', 'conformance', 'checker', 'cli', 'test'].flatMap(citationsBelow),
      ...MACHINE_PROPERTIES.flatMap(({ name, rules }) => rules.map((id) => ({ id, place: name, isTest: false }))),
    ];
    expect(cited.length).toBeGreaterThan(100);
    expect(cited.filter(({ id }) => !known.has(id))).toEqual([]);
  });

  test('every rule has a test, or a reason why it can have none', () => {
    const bare = traceRules().filter(({ rule, test: tests }) => rule.exempt === undefined && tests.length === 0);
    expect(bare.map(({ rule }) => rule.id)).toEqual([]);
  });

  test('no exempt rule is realised after all', () => {
    const realised = traceRules().filter(
      ({ rule, implementation, property, test: tests }) =>
        rule.exempt !== undefined && implementation.length + property.length + tests.length > 0,
    );
    expect(realised.map(({ rule }) => rule.id)).toEqual([]);
  });
});

test('a citation is a comment of its own, with one id or several', () => {
  const text = ['  //= MSIX-PEND-1, MSIX-PEND-4', '//= MSIX-PEND-2 type=test', "const text = '//= MSIX-PEND-3';"].join(
    '\n',
  );
  expect(findCitations('some.ts', text)).toEqual([
    { id: 'MSIX-PEND-1', isTest: false, place: 'some.ts:1' },
    { id: 'MSIX-PEND-4', isTest: false, place: 'some.ts:1' },
    { id: 'MSIX-PEND-2', isTest: true, place: 'some.ts:2' },
  ]);
});
