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
  type Rule,
} from '../spec/index.ts';
import { EXIT, type Exit, print, printTable } from './report.ts';
import { mentionsBelow, PROPERTIES, traceRules } from './traceability.ts';

/** Prints the table of all rules, or whatever has the id, whole. @throws {RangeError} for an id that nothing has. */
export function rules(id: string | undefined): Exit {
  if (id === undefined) return printAll();
  const found = registered(id);
  switch (found.kind) {
    case 'rule':
      return printRule(found.entry);
    case 'bug':
      return printBug(found.entry);
    case 'property':
      return printProperty(found.entry);
    case 'review':
      return printReview(found.entry);
  }
}

function printAll(): Exit {
  const evidence = traceRules();
  const mark = (places: readonly unknown[]): string => (places.length === 0 ? '-' : String(places.length));
  printTable(
    ['rule', 'title', 'strength', 'machine', 'implementation', 'property', 'test', 'exempt'],
    evidence.map(({ rule, machine, implementation, property, test }) => [
      rule.id,
      rule.title,
      rule.strength,
      mark(machine),
      mark(implementation),
      mark(property),
      mark(test),
      rule.exempt === undefined ? '' : 'yes',
    ]),
  );
  const bare = evidence.filter(
    ({ rule, machine, implementation, property, test }) =>
      rule.exempt === undefined && [machine, implementation, property, test].every((places) => places.length === 0),
  );
  print();
  print(
    `${evidence.length} rules; numbers count the places that cite a rule. maskbit rules ${evidence[0].rule.id} prints one whole.`,
  );
  if (bare.length === 0) return EXIT.holds;
  print(`Nothing stands behind ${bare.map(({ rule }) => rule.id).join(', ')}, and no reason is given.`);
  return EXIT.violated;
}

function printRule({ id, title, source, strength, text, choice, exempt }: Rule): Exit {
  const evidence = traceRules().find(({ rule }) => rule.id === id)!;
  print(`${id}  ${title}`);
  print(`${source}; ${strength}`);
  print();
  print(text);
  if (choice !== undefined) {
    print();
    print(`maskbit: ${choice.ours}`);
    print(`Because: ${choice.because}`);
    print(`Others:  ${choice.others}`);
  }
  print();
  if (exempt !== undefined) print(`Exempt:         ${exempt}`);
  print(`Machine:        ${listed(evidence.machine)}`);
  print(`Implementation: ${listed(evidence.implementation.map((place) => `src/${place}`))}`);
  print(`Property:       ${listed(evidence.property)}`);
  print(`Test:           ${listed(evidence.test.map((place) => `test/${place}`))}`);
  return EXIT.holds;
}

function printBug({ id, title, system, source, cause, breaks, beyond }: HistoricalBug): Exit {
  const { faults, properties, places } = catchersOf({ id, breaks });
  print(`${id}  ${title}`);
  print(`${system}; ${source}`);
  print();
  print(cause);
  print(`Breaks: ${breaks}`);
  print();
  if (beyond !== undefined) print(`Beyond us:      ${beyond}`);
  for (const fault of faults) print(`Planted:        ${fault.title} Caught by ${fault.breaks.join(', ')}.`);
  print(`Properties:     ${listed(properties)}`);
  print(`Code and tests: ${listed(places)}`);
  return EXIT.holds;
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
  const named = new RegExp(`\\b${id}\\b`, 'g');
  const numbers = breaks.match(/\bP\d+\b/g) ?? [];
  return {
    faults: FAULTS.filter(({ seenIn = '' }) => seenIn.match(named) !== null),
    properties: [...new Set(numbers.flatMap(propertiesOf).map(({ name }) => name))],
    places: ['src', 'machines', 'conformance', 'test']
      .flatMap((folder) => mentionsBelow(folder, named))
      .map(({ place }) => place),
  };
}

function printProperty({ id, name, claim, beyond }: RegisteredProperty): Exit {
  const named = new RegExp(`\\b${id}\\b`);
  print(`${id}  ${name}`);
  print();
  print(claim);
  print();
  if (beyond !== undefined) print(`Beyond us: ${beyond}`);
  for (const { name: ours, title } of propertiesOf(id)) print(`${ours}: ${title}`);
  print(`Broken by: ${listed(HISTORICAL_BUGS.filter(({ breaks }) => named.test(breaks)).map((bug) => bug.id))}`);
  return EXIT.holds;
}

/** The properties of ours that carry a number of the register. */
export function propertiesOf(id: string): readonly { readonly name: string; readonly title: string }[] {
  return PROPERTIES.filter(({ number }) => number?.split(' ')[0] === id);
}

function printReview({ id, title, text }: ReviewPoint): Exit {
  const named = new RegExp(`\\b${id}\\b`);
  print(`${id}  ${title}`);
  print();
  print(text);
  print();
  print(`Rules:      ${listed(RULES.filter(({ source }) => named.test(source)).map((rule) => rule.id))}`);
  for (const { of, title: objection } of OBJECTIONS.filter((each) => named.test(each.of)))
    print(`Objection:  ${of}: ${objection}`);
  return EXIT.holds;
}

const listed = (names: readonly string[]): string => names.join(', ') || '-';
