/**
 * The parts of the check that are about the machine of the assigned device: its designs and their properties, and the objections
 * of the review. What drives the implementation is in `assigned-device.ts`.
 */
import { type Finding, pinVerdict } from '../../checker/decide/manifest.ts';
import type { AssignedBounds } from '../../machines/assembly.ts';
import { CHAIN, DESIGNS, REVIEWED } from '../../machines/designs.ts';
import { AssignedInstance } from '../../properties/assigned/decide.ts';
import { ASSIGNED_PROPERTIES, mayFail, NOT_HERE } from '../../properties/assigned/index.ts';
import { ASSIGNED_TASKS, type AssignedTask, FULL_ASSIGNED_TASKS } from '../../properties/assigned/instances.ts';
import { BREAKERS, decideBroken, decideWhole } from '../../properties/assigned/mutants.ts';
import {
  decideObjections,
  HANDOVER_OBJECTIONS,
  handoverProblems,
  OBJECTIONS,
  type ObjectionRow,
  rowProblem,
  UNEXPRESSED,
} from '../../properties/assigned/objections.ts';
import type { AssignedVerdict } from '../../properties/assigned/property.ts';
import { formatCell, print, printTable, startProgress } from '../report.ts';
import { Budget } from './budget.ts';
import type { Only } from './only.ts';
import { type Part, Violations } from './part.ts';

/** Names an instance in tables and sentences: "reviewed, 2 vectors, messages two". */
export function assignedName({ design, vectors, messages, vcpus = 1 }: AssignedBounds): string {
  const processors = vcpus === 1 ? '' : `, ${vcpus} vCPUs`;
  return `${design.name}, ${vectors} vector${vectors === 1 ? '' : 's'}${processors}, messages ${messages.name}`;
}

interface Decided {
  readonly task: AssignedTask;
  readonly verdicts: readonly AssignedVerdict[];
  readonly counts: { readonly states: number; readonly transitions: number; readonly depth: number };
}

/** Decides the properties of every design, within the bounds of a usual check or of a full one. */
export function checkAssigned(isFull: boolean, budget: Budget, only: Only): Part {
  const violations = new Violations();
  const asked = [...ASSIGNED_TASKS, ...(isFull ? FULL_ASSIGNED_TASKS : [])];
  const tasks = asked.filter(({ bounds }) => only.instance(assignedName(bounds)));
  const progress = startProgress('designs', tasks.length);
  const open: string[] = [];
  const decided = tasks.flatMap((task, index): Decided[] => {
    progress.advance(index);
    if (budget.isOver) open.push(`The time was up before ${assignedName(task.bounds)}.`);
    if (budget.isOver) return [];
    const results = decideTask(task, budget, open, only);
    for (const result of results) for (const each of unexpected(result)) violations.add(each);
    return results;
  });
  progress.end();
  printTable(
    ['assigned device', 'states', 'transitions', 'depth', 'hold', 'fail', 'n/a'],
    decided.map(({ task, counts, verdicts }) => [
      assignedName(task.bounds),
      ...[counts.states, counts.transitions, counts.depth],
      ...(['holds', 'fails', 'n/a'] as const).map((result) => verdicts.filter((each) => each.result === result).length),
    ]),
  );
  if (!isFull && !only.isPart) {
    print(`Left to a full check: ${FULL_ASSIGNED_TASKS.map(({ bounds }) => assignedName(bounds)).join('; ')}.`);
  }
  print();
  printVerdicts(
    decided,
    ASSIGNED_PROPERTIES.filter(({ name }) => only.property(name)),
  );
  const states = decided.reduce((sum, { counts }) => sum + counts.states, 0);
  return {
    clause: `${DESIGNS.length} designs of the assigned device with ${formatCell(states)} states, ${ASSIGNED_PROPERTIES.length} properties`,
    violations,
    findings: decided.map((each) =>
      findingOf(
        each,
        FULL_ASSIGNED_TASKS.some(({ bounds }) => bounds === each.task.bounds),
      ),
    ),
    open,
  };
}

function decideTask(whole: AssignedTask, budget: Budget, open: string[], only: Only): Decided[] {
  const task = { ...whole, properties: whole.properties.filter(({ name }) => only.property(name)) };
  const instance = new AssignedInstance(task.bounds, { limits: budget.limits });
  const { states, transitions, depth, complete } = instance.explore().summary;
  const verdicts = complete ? instance.decideAll(task.properties) : [];
  const undecided = verdicts.filter(({ result }) => result === 'open').map(({ property }) => property);
  if (!complete) open.push(`${assignedName(task.bounds)} has ${formatCell(states)} states or more.`);
  if (undecided.length > 0) open.push(`${undecided.join(', ')} of ${assignedName(task.bounds)} met a bound.`);
  return complete && undecided.length === 0 ? [{ task, verdicts, counts: { states, transitions, depth } }] : [];
}

/** What a repaired design must not fail, whatever the manifest says; and what is n/a though nobody knows why. */
function unexpected({ task, verdicts }: Decided): string[] {
  const name = assignedName(task.bounds);
  return verdicts.flatMap(({ property, result, reason }, index) => {
    if (result === 'n/a' && reason === undefined) return [`${property} is vacuous in ${name}, and nobody knows why.`];
    const { design } = task.bounds;
    const isExpected = !design.grow || mayFail(task.properties[index], design);
    return result === 'fails' && !isExpected ? [`${property} fails in ${name}.`] : [];
  });
}

function findingOf({ task: { bounds }, counts, verdicts }: Decided, isFull: boolean): Finding {
  return {
    machine: 'assigned-device',
    instance: {
      design: bounds.design.name,
      vectors: bounds.vectors,
      messages: bounds.messages.name,
      ...(bounds.vcpus === undefined ? {} : { vcpus: bounds.vcpus }),
    },
    ...(isFull ? { full: true } : {}),
    ...counts,
    verdicts: Object.fromEntries(
      verdicts.flatMap(({ property, result, path = [], loop }) =>
        result === 'open' ? [] : [[property, pinVerdict(result, { path, loop })]],
      ),
    ),
  };
}

function printVerdicts(decided: readonly Decided[], asked: typeof ASSIGNED_PROPERTIES): void {
  const columns = decided.filter(({ task }) => task.properties.length === asked.length);
  const heads = columns.map(
    ({ task: { bounds } }) =>
      `${bounds.design.name}\n${bounds.vectors} ${bounds.messages.name}${bounds.vcpus === 2 ? ', 2 vCPUs' : ''}`,
  );
  printTable(
    ['property', 'of', ...heads],
    asked.map(({ name, number = '' }, index) => [
      name,
      number,
      ...columns.map(({ verdicts }) => tellVerdict(verdicts[index])),
    ]),
  );
  print('In brackets: the steps of a shortest trace; what fails is expected to, and pinned.');
  for (const [index, { name, beyond }] of asked.entries()) {
    const [reason] = columns.flatMap(({ verdicts }) => verdicts[index].reason ?? []);
    if (reason !== undefined) print(`n/a: ${name} where ${reason}.`);
    if (beyond !== undefined) print(`fails in reviewed: ${name}. ${beyond}`);
  }
  for (const [number, why] of Object.entries(NOT_HERE)) print(`n/a: ${number}: ${why}.`);
  print();
}

const tellVerdict = ({ result, path }: AssignedVerdict): string =>
  path === undefined ? result : `fails (${path.length})`;

/** What a part comes to for which there was no time. */
const unasked = (what: string): Part => ({
  clause: `no ${what}`,
  violations: new Violations(),
  open: [`The time was up before the ${what}.`],
});

/** Breaks each property of the assigned device: by a mutant of a design in which it holds, or by a design that lacks a repair. */
export function checkAssignedMutants(budget: Budget): Part {
  if (budget.isOver) return unasked('mutants of the assigned device');
  const progress = startProgress('mutants of designs', BREAKERS.length);
  const violations = new Violations();
  const rows = BREAKERS.map((breaker, index) => {
    const { property, design, mutant } = breaker;
    const broken = decideBroken(breaker);
    const whole = decideWhole(breaker);
    progress.advance(index + 1);
    if (broken.result !== 'fails') violations.add(`${property.name} ${broken.result} where it should be broken.`);
    if (whole !== undefined && whole.result !== 'holds')
      violations.add(`${property.name} ${whole.result} without its mutant.`);
    return [property.name, design.name, broken.path?.length ?? 0, mutant ?? 'the design itself'];
  });
  progress.end();
  for (const { name } of ASSIGNED_PROPERTIES) {
    if (!BREAKERS.some(({ property }) => property.name === name)) violations.add(`Nothing breaks ${name}.`);
  }
  printTable(['property', 'is broken in', 'steps', 'by'], rows);
  print();
  return {
    clause: `${BREAKERS.length} properties of the assigned device, each broken by a mutant or a design`,
    violations,
  };
}

/** Holds the chain of designs against the objections of the review. */
export function checkObjections(budget = new Budget()): Part {
  if (budget.isOver) return unasked('objections of the review');
  const progress = startProgress('objections', OBJECTIONS.length);
  const rows = decideObjections((done) => progress.advance(done));
  progress.end();
  const violations = new Violations();
  for (const problem of [...rows.flatMap((row) => rowProblem(row) ?? []), ...handoverProblems()])
    violations.add(problem);
  printObjections(rows);
  return {
    clause: `${OBJECTIONS.length} objections, each turned by its repair alone`,
    violations,
  };
}

function printObjections(rows: readonly ObjectionRow[]): void {
  printTable(
    ['objection', 'property', ...CHAIN.map(({ name }) => name), `${REVIEWED.name} without`],
    rows.map(({ objection, chain, withoutRepair }) => [
      objection.of,
      objection.property.name,
      ...chain.map(tellVerdict),
      `${[objection.repair, objection.with ?? []].flat().join(' and ')}: ${tellVerdict(withoutRepair)}`,
    ]),
  );
  print('Each design is the one before it and one repair. In brackets: the steps of a shortest trace.');
  for (const { of, words, property, scene = property.scene } of OBJECTIONS) {
    print(`${of}: ${words}${scene?.words === undefined ? '' : ` Asked ${scene.words}.`}`);
  }
  for (const { of, words } of HANDOVER_OBJECTIONS) print(`${of}, of the design handed alone: ${words}`);
  for (const [hazard, why] of Object.entries(UNEXPRESSED)) print(`${hazard} is not asked: ${why}.`);
  print();
}
