/**
 * `maskbit rules`: the rules, and what stands behind each.
 */
import { ruleById } from '../spec/index.ts';
import { EXIT, type Exit, print, printTable } from './report.ts';
import { traceRules } from './traceability.ts';

/** Prints the table of all rules, or one rule whole. */
export function rules(id: string | undefined): Exit {
  return id === undefined ? printAll() : printOne(id);
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

function printOne(id: string): Exit {
  const { title, source, strength, text, choice, exempt } = ruleById(id);
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
  print(`Machine:        ${evidence.machine.join(', ') || '-'}`);
  print(`Implementation: ${evidence.implementation.map((place) => `src/${place}`).join(', ') || '-'}`);
  print(`Property:       ${evidence.property.join(', ') || '-'}`);
  print(`Test:           ${evidence.test.map((place) => `test/${place}`).join(', ') || '-'}`);
  return EXIT.holds;
}
