/**
 * The part of the check that says what holds of every number of vectors, with the cutoff: so many vectors decide it for all.
 */
import { DESIGNS } from '../../machines/designs.ts';
import { TWO } from '../../machines/messages.ts';
import type { AssignedInstance } from '../../properties/assigned/decide.ts';
import type { AssignedProperty, AssignedVerdict } from '../../properties/assigned/property.ts';
import {
  checkFamily,
  designFamily,
  DESIGN_SIZES,
  everyOfDesign,
  everyOfFunction,
  type EveryRow,
  functionFamily,
  FUNCTION_CUTOFF,
  FUNCTION_SIZES,
} from '../../properties/every.ts';
import { boundsName, instanceName } from '../../properties/instances.ts';
import { print, printTable } from '../report.ts';
import { type CheckSection, type Explored, Violations } from './part.ts';

// The one assumption of a verdict on every number.
const ASSUMED = 'that it goes on so with more is assumed (checker/cutoff/README.md).';

/** What is said of the vectors of one machine. */
export interface EveryColumn {
  readonly head: string;
  readonly rows: readonly EveryRow[];
}

/** Decides the properties of the function for every number of vectors. */
export function checkEvery(explored: readonly Explored[]): CheckSection {
  const violations = new Violations();
  const columns = explored
    .filter(({ instance }) => instance.machine.id === 'function' && instance.vectors === FUNCTION_CUTOFF)
    .flatMap(({ instance, exploration }): EveryColumn[] => {
      const { messages, channel } = instance;
      const checked = checkFamily(functionFamily(messages, channel), FUNCTION_SIZES);
      if (!('because' in checked))
        return [{ head: headOf(instance), rows: everyOfFunction(checked, instance, exploration) }];
      violations.add(`${instanceName(instance)} says nothing of every number of vectors. ${checked.because}`);
      return [];
    });
  const count = printEvery(columns, violations);
  print(`The function was seen to be written by one template with ${FUNCTION_SIZES.join(', ')} vectors; ${ASSUMED}`);
  print();
  return { clause: `${count} properties of the function with every number of vectors`, violations };
}

const headOf = ({ channel, messages }: Explored['instance']): string =>
  `function\n${messages.name}${channel ? ', channel' : ''}`;

/** Decides the properties of a design for every number of vectors, where it is one of those that the premise may hold of. */
export function decideEveryOf(
  instance: AssignedInstance,
  properties: readonly AssignedProperty[],
  verdicts: readonly AssignedVerdict[],
  violations: Violations,
): EveryColumn | undefined {
  const { bounds } = instance;
  const { design, messages, vectors, vcpus } = bounds;
  if (!design.grow || !design.direct || vectors < 2) return undefined;
  const checked = checkFamily(designFamily(design, messages, vcpus), DESIGN_SIZES);
  if (!('because' in checked)) {
    return { head: `${design.name}\n${messages.name}`, rows: everyOfDesign(checked, instance, properties, verdicts) };
  }
  violations.add(`${boundsName(bounds)} says nothing of every number of vectors. ${checked.because}`);
  return undefined;
}

/** Prints what is said of the designs, and what stands in the way in the others. */
export function printEveryOfDesigns(columns: readonly EveryColumn[], violations: Violations): void {
  if (columns.length === 0) return;
  printEvery(columns, violations);
  print(`These designs were seen to be written by one template with ${DESIGN_SIZES.join(', ')} vectors; ${ASSUMED}`);
  for (const design of DESIGNS.filter(({ grow, direct }) => !grow || !direct)) {
    const checked = checkFamily(designFamily(design, TWO), DESIGN_SIZES);
    if ('because' in checked) print(`not of every number: ${checked.because}`);
    else violations.add(`${design.name} is one of a family by now; expected a sentence that reads a vector.`);
  }
  print();
}

/** Prints a table, and what stands in the way. @returns How many properties hold of every number of vectors in some column. */
function printEvery(columns: readonly EveryColumn[], violations: Violations): number {
  const names = [...new Set(columns.flatMap(({ rows }) => rows.map(({ property }) => property)))];
  const rowOf = ({ rows }: EveryColumn, name: string): EveryRow | undefined =>
    rows.find(({ property }) => property === name);
  printTable(
    ['every number of vectors', ...columns.map(({ head }) => head)],
    names.map((name) => [name, ...columns.map((column) => tellRow(rowOf(column, name)))]),
  );
  print('every N (k): it holds of every number of vectors, as k of them decide. of each: of what is seen of any one.');
  const because = columns.flatMap(({ rows }) => rows.flatMap((row) => (row.because === undefined ? [] : [row])));
  for (const { property, because: why, isKnown } of because) {
    if (isKnown !== true) violations.add(`${property} is not decided for every number of vectors: ${why}.`);
  }
  for (const line of new Set(
    because.map(({ property, because: why }) => `not of every number: ${property}, for ${why}.`),
  ))
    print(line);
  return names.filter((name) => columns.some((column) => rowOf(column, name)?.result === 'holds')).length;
}

function tellRow(row: EveryRow | undefined): string {
  if (row === undefined) return '';
  if (row.result === 'holds') return `every N (${row.cutoff})${row.isOfEach === true ? ', of each' : ''}`;
  return row.result ?? 'n/a';
}
