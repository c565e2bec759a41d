import { describe, expect, test } from 'vitest';
import { catchersOf, propertiesOf } from '../../cli/rules.ts';
import {
  citationsBelow,
  citationsOf,
  findCitations,
  machineCitations,
  PROPERTIES,
  traceRules,
} from '../../cli/traceability.ts';
import { MACHINE_PROPERTIES } from '../../properties/machines.ts';
import { HISTORICAL_BUGS, REGISTERED_IDS, REGISTERED_PROPERTIES, registered, RULES } from '../../spec/index.ts';

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

describe('the registers of bugs, properties and comments', () => {
  const folders = ['spec', 'src', 'machines', 'properties', 'conformance', 'cli', 'test'];
  const mentions = folders.flatMap((folder) => citationsOf(folder).mentions);

  test('have every id that is named anywhere', () => {
    const unknown = mentions.filter(
      ({ id, place }) => !REGISTERED_IDS.includes(id) && !EXAMPLES.has(place.split(':')[0]),
    );
    expect(mentions.length).toBeGreaterThan(200);
    expect(unknown).toEqual([]);
  });
  // These speak of ids that are not registered, on purpose.
  const EXAMPLES = new Set(['test/spec/traceability.test.ts']);

  test('of bugs says for each what catches it, or why nothing can', () => {
    const bare = HISTORICAL_BUGS.filter((bug) => {
      const { faults, properties, places } = catchersOf(bug);
      return bug.beyond === undefined && faults.length + properties.length + places.length === 0;
    });
    expect(bare.map(({ id, title }) => `${id} ${title}`)).toEqual([]);
    // A line that names a bug twice is one place.
    for (const { places } of HISTORICAL_BUGS.map(catchersOf)) expect(places).toHaveLength(new Set(places).size);
  });

  test('of properties says for each which of ours it is, or why it is none', () => {
    const bare = REGISTERED_PROPERTIES.filter(
      ({ id, beyond }) => beyond === undefined && propertiesOf(id).length === 0,
    );
    expect(bare.map(({ id }) => id)).toEqual([]);
    const numbers = PROPERTIES.flatMap(({ number }) => (number === undefined ? [] : [number.split(' ')[0]]));
    expect(numbers.filter((id) => !REGISTERED_IDS.includes(id))).toEqual([]);
    // Two that have one name speak of different machines, and are told with them.
    const told = PROPERTIES.map(({ name, of }) => `${name} (${of})`);
    expect(told).toHaveLength(new Set(told).size);
  });

  test('are asked in any case, and suggest the nearest', () => {
    expect(registered('hb-21')).toMatchObject({ kind: 'bug', entry: { id: 'HB-21' } });
    // The number counts, however it is written.
    expect(['hb-1', 'hb-01', 'hb-001'].map((id) => registered(id).entry.id)).toEqual(['HB-01', 'HB-01', 'HB-01']);
    expect(['P7', 'p07', 'R05', 'MSIX-PEND-02'].map((id) => registered(id).entry.id)).toEqual([
      'P7',
      'P7',
      'R5',
      'MSIX-PEND-2',
    ]);
    expect(registered('p7')).toMatchObject({ kind: 'property' });
    expect(registered('S7')).toMatchObject({ kind: 'review' });
    expect(registered('msix-pend-2')).toMatchObject({ kind: 'rule' });
    expect(() => registered('HB-26')).toThrow(
      'Got the id "HB-26"; expected one that is registered, such as HB-27, HB-24, HB-23. This number is given to nothing: the list leaves it out.',
    );
    expect(() => registered('constructor')).toThrow(/such as MSIX-PEND-2, HB-21, P7, R5\.$/);
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
