/**
 * `maskbit rules`: the rules, and what stands behind each.
 */
import { closest } from 'fastest-levenshtein';
import { type Rule, RULES } from '../spec/index.ts';
import { EXIT, type Exit, print, printJson } from './output.ts';
import { printTable } from './report.ts';
import { type Evidence, traceRules } from './traceability.ts';

/**
 * Prints the table of all rules, or one rule whole.
 * @param id The rule, in letters of any case.
 * @throws {RangeError} when there is none of that id.
 */
export function rules(id: string | undefined, asJson = false): Exit {
  const rule = id === undefined ? undefined : ruleOf(id);
  const evidence = traceRules();
  const bare = evidence.filter(isBare);
  const one = evidence.find((each) => each.rule === rule);
  if (asJson) printJson(one === undefined ? evidence : one);
  else if (one !== undefined) printOne(one);
  else printAll(evidence, bare);
  return one === undefined && bare.length > 0 ? EXIT.violated : EXIT.holds;
}

/** Finds a rule by its id, in letters of any case. */
function ruleOf(id: string): Rule {
  const wanted = id.trim().toUpperCase();
  const found = RULES.find((rule) => rule.id === wanted);
  if (found !== undefined) return found;
  const nearest = closest(
    wanted,
    RULES.map((rule) => rule.id),
  );
  throw new RangeError(`There is no rule ${id}; expected one of the ${RULES.length}. The nearest is ${nearest}.`);
}

/** Whether nothing stands behind a rule, and no reason is given. */
const isBare = ({ rule, machine, implementation, property, test }: Evidence): boolean =>
  rule.exempt === undefined && [machine, implementation, property, test].every((places) => places.length === 0);

function printAll(evidence: readonly Evidence[], bare: readonly Evidence[]): void {
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
  print();
  print(
    `${evidence.length} rules; numbers count the places that cite a rule. maskbit rules ${evidence[0].rule.id} prints one whole.`,
  );
  if (bare.length === 0) return;
  print(`Nothing stands behind ${bare.map(({ rule }) => rule.id).join(', ')}, and no reason is given.`);
}

function printOne({ rule, machine, implementation, property, test }: Evidence): void {
  const { id, title, source, strength, text, choice, exempt } = rule;
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
  print(`Machine:        ${machine.join(', ') || '-'}`);
  print(`Implementation: ${implementation.map((place) => `src/${place}`).join(', ') || '-'}`);
  print(`Property:       ${property.join(', ') || '-'}`);
  print(`Test:           ${test.map((place) => `test/${place}`).join(', ') || '-'}`);
}
