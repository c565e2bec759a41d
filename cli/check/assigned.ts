/**
 * The parts of the check that are about the machine of the assigned device: its designs and their properties, and the objections
 * of the review. What drives the implementation is in `assigned-device.ts`.
 */
import { type Finding, type ManifestEntry, pinVerdict } from '../../checker/decide/manifest.ts';
import { packTrace } from '../../checker/trace/codec.ts';
import { nameSubject, reduceTrace } from '../../checker/trace/trace.ts';
import { tellSteps } from '../../conformance/paths/story.ts';
import type { AssignedBounds } from '../../machines/device-context.ts';
import { CHAIN, DESIGNS, REVIEWED } from '../../machines/designs.ts';
import { AssignedInstance } from '../../properties/assigned/decide.ts';
import { ASSIGNED_PROPERTIES, mayFail, NOT_OF_MACHINE } from '../../properties/assigned/index.ts';
import { ASSIGNED_TASKS, type AssignedTask, FULL_ASSIGNED_TASKS } from '../../properties/assigned/instances.ts';
import { BREAKERS, decideBroken, decideWhole } from '../../properties/assigned/mutants.ts';
import {
  boundsOf,
  decideObjections,
  HANDOVER_OBJECTIONS,
  handoverProblems,
  OBJECTIONS,
  type ObjectionRow,
  rowProblem,
  UNEXPRESSED,
} from '../../properties/assigned/objections.ts';
import type { AssignedProperty, AssignedVerdict, Scope } from '../../properties/assigned/property.ts';
import { boundsName } from '../../properties/instances.ts';
import { traceVerdict } from '../../properties/assigned/trace.ts';
import { TWO } from '../../machines/messages.ts';
import { formatCell, print, printTable, startProgress } from '../report.ts';
import { Budget } from './budget.ts';
import { decideEveryOf, type EveryColumn, printEveryOfDesigns } from './every.ts';
import type { Only } from './only.ts';
import { type CheckSection, shownBy, Violations } from './part.ts';

interface Decided {
  readonly task: AssignedTask;
  readonly verdicts: readonly AssignedVerdict[];
  readonly counts: { readonly states: number; readonly transitions: number; readonly depth: number };
  /** What is said of every number of vectors, where anything is. */
  readonly every: EveryColumn | undefined;
}

/** Decides the properties of every design, within the bounds of a usual check or of a full one. */
export function checkAssigned(
  isFull: boolean,
  budget: Budget,
  only: Only,
  manifest: readonly ManifestEntry[] = [],
): CheckSection {
  const violations = new Violations();
  const asked = [...ASSIGNED_TASKS, ...(isFull ? FULL_ASSIGNED_TASKS : [])];
  const tasks = asked.filter(({ bounds }) => only.instance(boundsName(bounds)));
  const progress = startProgress('designs', tasks.length);
  const open: string[] = [];
  const decided = tasks.flatMap((task, index): Decided[] => {
    progress.advance(index);
    if (budget.isOver) open.push(`The time was up before ${boundsName(task.bounds)}.`);
    if (budget.isOver) return [];
    const results = decideTask(task, budget, open, only, violations);
    for (const result of results) for (const each of unexpected(result, manifest)) violations.add(each);
    return results;
  });
  progress.end();
  printTable(
    ['assigned device', 'states', 'transitions', 'depth', 'hold', 'fail', 'n/a'],
    decided.map(({ task, counts, verdicts }) => [
      boundsName(task.bounds),
      ...[counts.states, counts.transitions, counts.depth],
      ...(['holds', 'fails', 'n/a'] as const).map((result) => verdicts.filter((each) => each.result === result).length),
    ]),
  );
  if (!isFull && !only.isPart) {
    print(`Left to a full check: ${FULL_ASSIGNED_TASKS.map(({ bounds }) => boundsName(bounds)).join('; ')}.`);
  }
  print();
  printVerdicts(
    decided,
    ASSIGNED_PROPERTIES.filter(({ name }) => only.property(name)),
  );
  printEveryOfDesigns(
    decided.flatMap(({ every }) => every ?? []),
    violations,
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

function decideTask(
  whole: AssignedTask,
  budget: Budget,
  open: string[],
  only: Only,
  violations: Violations,
): Decided[] {
  const task = { ...whole, properties: whole.properties.filter(({ name }) => only.property(name)) };
  const instance = new AssignedInstance(task.bounds, { limits: budget.limits });
  const { states, transitions, depth, complete } = instance.explore().summary;
  const verdicts = complete ? instance.decideTogether(task.properties) : [];
  const undecided = verdicts.filter(({ result }) => result === 'open').map(({ property }) => property);
  if (!complete) open.push(`${boundsName(task.bounds)} has ${formatCell(states)} states or more.`);
  if (undecided.length > 0) open.push(`${undecided.join(', ')} of ${boundsName(task.bounds)} met a bound.`);
  if (!complete || undecided.length > 0) return [];
  const every = decideEveryOf(instance, task.properties, verdicts, violations);
  return [{ task, verdicts, counts: { states, transitions, depth }, every }];
}

/** What a design fails that neither the manifest nor its repairs allow; and what is n/a though nobody knows why. */
function unexpected(decided: Decided, manifest: readonly ManifestEntry[]): string[] {
  const { task, verdicts } = decided;
  const { bounds } = task;
  const name = boundsName(bounds);
  const finding = findingOf(decided, false);
  const pinned = manifest.find((entry) => nameSubject(entry) === nameSubject(finding))?.verdicts ?? {};
  return verdicts.flatMap((verdict, index) => {
    const { property: of, result, reason } = verdict;
    if (result === 'n/a' && reason === undefined) return [`${of} is vacuous in ${name}, and nobody knows why.`];
    const property = task.properties[index];
    const isExpected = bounds.design.grow ? mayFail(property, bounds.design) : pinned[of] !== 'holds';
    return result === 'fails' && !isExpected ? [tellCounterexample(`fails in ${name}`, bounds, property, verdict)] : [];
  });
}

/** Tells a counterexample: the rules, the clauses that fail, the steps in registers, and how to see it again. */
function tellCounterexample(
  where: string,
  bounds: AssignedBounds,
  property: AssignedProperty,
  verdict: AssignedVerdict,
  scene: Scope | undefined = property.scope,
): string {
  const head = `${property.name} [${property.rules.join(', ')}] ${where}.\n  ${property.title}`;
  if (verdict.path === undefined) return head;
  const { subject, trace } = traceVerdict(bounds, property, verdict, scene);
  return [
    head,
    ...(scene?.words === undefined ? [] : [`  Asked ${scene.words}.`]),
    ...(verdict.clauses ?? []).map((clause) => `  Fails: ${clause}`),
    ...tellSteps(verdict.path),
    ...shownBy(packTrace(reduceTrace(subject, trace))),
  ].join('\n');
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
  for (const [number, why] of Object.entries(NOT_OF_MACHINE)) print(`n/a: ${number}: ${why}.`);
  print();
}

const tellVerdict = ({ result, path }: AssignedVerdict): string =>
  path === undefined ? result : `fails (${path.length})`;

/** What a part comes to for which there was no time. */
const unasked = (what: string): CheckSection => ({
  clause: `no ${what}`,
  violations: new Violations(),
  open: [`The time was up before the ${what}.`],
});

/** Breaks each property of the assigned device: by a mutant of a design in which it holds, or by a design that lacks a repair. */
export function checkAssignedMutants(budget: Budget): CheckSection {
  if (budget.isOver) return unasked('mutants of the assigned device');
  const progress = startProgress('mutants of designs', BREAKERS.length);
  const violations = new Violations();
  const instances = new Map<string, AssignedInstance>();
  const rows = BREAKERS.map((breaker, index) => {
    const { property, design, mutant, vectors = 1, messages = TWO } = breaker;
    const broken = decideBroken(breaker);
    const whole = decideWhole(breaker, instances);
    progress.advance(index + 1);
    if (broken.result !== 'fails') violations.add(`${property.name} ${broken.result} where it should be broken.`);
    if (whole !== undefined && whole.result !== 'holds') {
      const where = `${whole.result} in ${design.name} without its mutant`;
      violations.add(tellCounterexample(where, { design, vectors, messages }, property, whole));
    }
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
export function checkObjections(budget = new Budget()): CheckSection {
  if (budget.isOver) return unasked('objections of the review');
  const progress = startProgress('objections', OBJECTIONS.length);
  const rows = decideObjections((done) => progress.advance(done));
  progress.end();
  const violations = new Violations();
  for (const row of rows) {
    const problem = rowProblem(row);
    if (problem !== undefined) violations.add([problem, ...tellFailing(row)].join('\n'));
  }
  for (const problem of handoverProblems()) violations.add(problem);
  printObjections(rows);
  return {
    clause: `${OBJECTIONS.length} objections, each turned by its repair alone`,
    violations,
  };
}

/** The counterexample in the last design of the chain that fails an objection. */
function tellFailing({ objection, chain }: ObjectionRow): string[] {
  const last = chain.findLastIndex(({ result }) => result === 'fails');
  if (last < 0) return [];
  const where = `fails in ${CHAIN[last].name}`;
  const { property, scope } = objection;
  return [`  ${tellCounterexample(where, boundsOf(objection, CHAIN[last]), property, chain[last], scope)}`];
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
  for (const { of, words, property, scope = property.scope } of OBJECTIONS) {
    print(`${of}: ${words}${scope?.words === undefined ? '' : ` Asked ${scope.words}.`}`);
  }
  for (const { of, words } of HANDOVER_OBJECTIONS) print(`${of}, of the design handed alone: ${words}`);
  for (const [hazard, why] of Object.entries(UNEXPRESSED)) print(`${hazard} is not asked: ${why}.`);
  print();
}
