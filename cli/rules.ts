/**
 * `maskbit rules`: the rules and the registers (bugs of real systems, properties, comments of the review), and what stands behind each.
 */
import { FAULTS } from '../conformance/random/faults.ts';
import { OBJECTIONS } from '../properties/assigned/objections.ts';
import {
  HISTORICAL_BUGS,
  type HistoricalBug,
  registered,
  type RegisteredProperty,
  type ReviewPoint,
  RULES,
} from '../spec/index.ts';
import { EXIT, type Exit, print, printJson } from './output.ts';
import { printTable } from './report.ts';
import { citationsOf, CITING, type Evidence, type OwnProperty, PROPERTIES, traceRules } from './traceability.ts';

/**
 * Prints the table of all rules, or one entry of a register whole.
 * @param id Of a rule, a bug, a property or a comment, in letters of any case.
 * @throws {RangeError} when nothing has that id.
 */
export function rules(id: string | undefined, asJson = false): Exit {
  if (id === undefined) return printAll(traceRules(), asJson);
  const found = registered(id);
  switch (found.kind) {
    case 'rule':
      return tell(
        traceRules().find(({ rule }) => rule === found.entry)!,
        asJson,
        tellRule,
      );
    case 'bug':
      return tell({ bug: found.entry, ...catchersOf(found.entry) }, asJson, tellBug);
    case 'property':
      return tell(propertyEvidence(found.entry), asJson, tellProperty);
    case 'review':
      return tell(reviewEvidence(found.entry), asJson, tellReview);
  }
}

/** Prints what is known of one entry: as JSON, or as lines. */
function tell<Known>(known: Known, asJson: boolean, lines: (known: Known) => readonly string[]): Exit {
  if (asJson) printJson(known);
  else for (const line of lines(known)) print(line);
  return EXIT.holds;
}

const listed = (names: readonly string[]): string => names.join(', ') || '-';

function printAll(evidence: readonly Evidence[], asJson: boolean): Exit {
  const bare = evidence.filter(isBare);
  if (asJson) printJson(evidence);
  else {
    const mark = (places: readonly unknown[]): string => (places.length === 0 ? '-' : String(places.length));
    printTable(
      ['rule', 'title', 'strength', 'machine', 'implementation', 'property', 'test', 'exempt'],
      evidence.map(({ rule, machine, implementation, property, test }) => [
        ...[rule.id, rule.title, rule.strength, mark(machine), mark(implementation), mark(property), mark(test)],
        rule.exempt === undefined ? '' : 'yes',
      ]),
    );
    print();
    print(
      `${evidence.length} rules; numbers count the places that cite a rule. maskbit rules ${evidence[0].rule.id} prints one whole.`,
    );
    if (bare.length > 0) {
      print(`Nothing stands behind ${bare.map(({ rule }) => rule.id).join(', ')}, and no reason is given.`);
    }
  }
  return bare.length > 0 ? EXIT.violated : EXIT.holds;
}

/** Whether nothing stands behind a rule, and no reason is given. */
const isBare = ({ rule, machine, implementation, property, test }: Evidence): boolean =>
  rule.exempt === undefined && [machine, implementation, property, test].every((places) => places.length === 0);

function tellRule({ rule, machine, implementation, property, test }: Evidence): string[] {
  const { id, title, source, strength, text, choice, exempt } = rule;
  return [
    `${id}  ${title}`,
    `${source}; ${strength}`,
    '',
    text,
    ...(choice === undefined
      ? []
      : ['', `maskbit: ${choice.ours}`, `Because: ${choice.because}`, `Others:  ${choice.others}`]),
    '',
    ...(exempt === undefined ? [] : [`Exempt:         ${exempt}`]),
    `Machine:        ${listed(machine)}`,
    `Implementation: ${listed(implementation.map((place) => `src/${place}`))}`,
    `Property:       ${listed(property)}`,
    `Test:           ${listed(test.map((place) => `test/${place}`))}`,
  ];
}

/** What of ours catches a bug. */
export interface Catchers {
  /** Faults that are planted for it, each with the properties that break. */
  readonly faults: typeof FAULTS;
  /** Our properties of the numbers that it breaks. */
  readonly properties: readonly string[];
  /** The places in code and tests that name it. */
  readonly places: readonly string[];
}

/** Gathers what of ours catches a bug. */
export function catchersOf({ id, breaks }: Pick<HistoricalBug, 'id' | 'breaks'>): Catchers {
  const named = new RegExp(`\\b${id}\\b`);
  const numbers = breaks.match(/\bP\d+\b/g) ?? [];
  return {
    faults: FAULTS.filter(({ seenIn = '' }) => named.test(seenIn)),
    properties: [...new Set(numbers.flatMap(propertiesOf).map(({ name }) => name))],
    places: CITING.flatMap((folder) => citationsOf(folder).mentions.filter((each) => each.id === id)).map(
      ({ place }) => place,
    ),
  };
}

function tellBug({ bug, faults, properties, places }: Catchers & { readonly bug: HistoricalBug }): string[] {
  const { id, title, system, source, cause, breaks, beyond } = bug;
  return [
    `${id}  ${title}`,
    `${system}; ${source}`,
    '',
    cause,
    `Breaks: ${breaks}`,
    '',
    ...(beyond === undefined ? [] : [`Beyond us:      ${beyond}`]),
    ...faults.map((fault) => `Planted:        ${fault.title} Caught by ${fault.breaks.join(', ')}.`),
    `Properties:     ${listed(properties)}`,
    `Code and tests: ${listed(places)}`,
  ];
}

/** The properties of ours that carry a number of the register. */
export function propertiesOf(id: string): readonly OwnProperty[] {
  return PROPERTIES.filter(({ number }) => number?.split(' ')[0] === id);
}

function propertyEvidence(property: RegisteredProperty) {
  const named = new RegExp(`\\b${property.id}\\b`);
  const ours = propertiesOf(property.id).map(({ name, of, title }) => ({ name, of, title }));
  return { property, ours, brokenBy: HISTORICAL_BUGS.filter(({ breaks }) => named.test(breaks)).map(({ id }) => id) };
}

function tellProperty({ property, ours, brokenBy }: ReturnType<typeof propertyEvidence>): string[] {
  const { id, name, claim, beyond } = property;
  return [
    `${id}  ${name}`,
    '',
    claim,
    '',
    ...(beyond === undefined ? [] : [`Beyond us: ${beyond}`]),
    ...ours.map((each) => `${each.name} (${each.of}): ${each.title}`),
    `Broken by: ${listed(brokenBy)}`,
  ];
}

function reviewEvidence(point: ReviewPoint) {
  const named = new RegExp(`\\b${point.id}\\b`);
  return {
    point,
    rules: RULES.filter(({ source }) => named.test(source)).map(({ id }) => id),
    objections: OBJECTIONS.filter(({ of }) => named.test(of)).map(({ of, title }) => ({ of, title })),
  };
}

function tellReview({ point, rules: ids, objections }: ReturnType<typeof reviewEvidence>): string[] {
  return [
    `${point.id}  ${point.title}`,
    '',
    point.text,
    '',
    `Rules:     ${listed(ids)}`,
    ...objections.map(({ of, title }) => `Objection: ${of}: ${title}`),
  ];
}
