/**
 * The part of the check that decides properties of states and steps, and holds them against mutants.
 */
import { pinVerdict } from '../../checker/decide/manifest.ts';
import { decideProperties, type Verdict } from '../../checker/decide/property.ts';
import { registersOf, tellOutputs } from '../../conformance/paths/story.ts';
import { instanceName } from '../../properties/instances.ts';
import { decideByVector } from '../../properties/by-vector.ts';
import { MACHINE_PROPERTIES } from '../../properties/machines.ts';
import { type FunctionView, machineView } from '../../properties/view.ts';
import { formatCell, print, printTable, startProgress } from '../report.ts';
import type { Budget } from './budget.ts';
import { judgeMutants, NO_MUTANTS } from './mutants.ts';
import type { Only } from './only.ts';
import { type Explored, findingOf, type CheckSection, tellPath, Violations } from './part.ts';

/**
 * Decides every property for every instance, and judges the mutants.
 * @param isCut Whether instances were left out.
 */
export function checkProperties(
  explored: readonly Explored[],
  budget: Budget,
  only: Only,
  isCut: boolean,
): CheckSection {
  const violations = new Violations();
  const asked = MACHINE_PROPERTIES.filter(({ name }) => only.property(name));
  const subjects = explored.filter(({ instance }) => instance.vectors > 0);
  const verdicts = subjects.map((subject) => {
    const decided = decideFor(asked, subject, budget);
    // The shortest first: it is nearest to the cause of all.
    const lengthOf = ({ counterexample }: Verdict<FunctionView>): number => counterexample?.path.length ?? 0;
    const failing = decided.filter(({ result }) => result === 'fails');
    for (const verdict of failing.toSorted((one, other) => lengthOf(one) - lengthOf(other))) {
      violations.add(tellFailure(subject, verdict), verdict.property.name);
    }
    return decided;
  });
  const findings = subjects.map(({ instance }, index) => {
    const decided = verdicts[index].flatMap(({ property, result, counterexample }) =>
      result === 'open' ? [] : [[property.name, pinVerdict(result, counterexample)]],
    );
    return { ...findingOf(instance), verdicts: Object.fromEntries(decided) };
  });
  const mutants = only.judges ? judgeMutants(budget) : NO_MUTANTS;
  // A mutant that breaks none of some properties may break another one.
  const isOfAll = only.judges && asked.length === MACHINE_PROPERTIES.length;
  const isWhole = mutants.unjudged === 0 && verdicts.flat().every(({ result }) => result !== 'open');
  const columns = verdicts.map((decided) => decided.map(({ result }) => result));
  printVerdicts(asked, subjects, columns, only.judges ? mutants.broken : undefined);
  if (isOfAll) printTable(['mutants', 'count'], [...mutants.survivors, ['that break a property', mutants.told]]);
  print();
  const properties = `${asked.length} ${asked.length === 1 ? 'property' : 'properties'}`;
  const clause = `${properties}, ${formatCell(mutants.told)} of ${formatCell(mutants.count)} mutants told apart`;
  for (const name of isOfAll ? mutants.unexplained : [])
    violations.add(`no property tells this mutant from the machine: ${name}.`);
  // Of instances that a bound left out nothing is known: a property may be about those alone.
  if (isWhole && only.judges && !isCut)
    for (const idle of idleProperties(asked, columns, mutants.broken)) violations.add(idle);
  return {
    clause: isOfAll ? `${clause} and ${mutants.explained} explained` : properties,
    violations,
    findings,
    open: isWhole ? [] : [`The time was up with ${mutants.unjudged} mutants unjudged.`],
  };
}

/** Decides properties: over XState's own graph of a small instance, and of a larger one vector by vector. */
function decideFor(
  asked: typeof MACHINE_PROPERTIES,
  subject: Explored,
  budget: Budget,
): readonly Verdict<FunctionView>[] {
  const { instance, exploration, isSmall } = subject;
  const { vectors, messages } = instance;
  const progress = startProgress(`properties of ${instanceName(instance)}`, exploration.states.count);
  const goesOn = (states: number): boolean => {
    progress.advance(states);
    return !budget.isOver;
  };
  const isByVector = !isSmall && instance.machine.id === 'function';
  const byVector = isByVector ? decideByVector(exploration, asked, instance, goesOn) : undefined;
  // Where a property asks about more than a vector shows, all of what there is is asked.
  const verdicts =
    byVector?.refusals.size === 0
      ? byVector.verdicts
      : decideProperties(subject.graph, asked, machineView(vectors, messages), vectors, goesOn);
  progress.end();
  return verdicts;
}

/** Properties that say nothing anywhere, or that no mutant breaks: they guard nothing. */
function idleProperties(
  asked: typeof MACHINE_PROPERTIES,
  columns: readonly (readonly string[])[],
  broken: ReadonlyMap<string, number>,
): string[] {
  return asked.flatMap(({ name, needs }, index) => {
    const results = new Set(columns.map((column) => column[index]));
    return [
      ...(results.has('holds') ? [] : [`${name} is vacuous in every instance.`]),
      ...(results.has('n/a') && needs === undefined ? [`${name} is vacuous, and nobody knows why.`] : []),
      ...(broken.has(name) ? [] : [`${name} is broken by no mutant, so it guards nothing.`]),
    ];
  });
}

function printVerdicts(
  asked: typeof MACHINE_PROPERTIES,
  subjects: readonly Explored[],
  columns: readonly (readonly string[])[],
  broken: ReadonlyMap<string, number> | undefined,
): void {
  const heads = subjects.map(({ instance: { machine, vectors, messages, channel } }) =>
    [machine.id, `${vectors} ${messages.name}`, channel ? 'channel' : ''].join('\n'),
  );
  const rows = asked.map(({ name }, index) => {
    return [name, ...columns.map((column) => column[index]), broken === undefined ? '-' : (broken.get(name) ?? 0)];
  });
  printTable(['property', ...heads, 'mutants that\nbreak it'], rows);
  for (const { name, needs } of asked) if (needs !== undefined) print(`n/a: ${name} needs ${needs}.`);
  print();
}

/** Tells a property that fails: what the last step did and left, in registers, and what is claimed. */
function tellFailure({ instance, exploration, graph }: Explored, { property, counterexample }: Verdict<FunctionView>) {
  const { path, index } = counterexample!;
  const head = `${property.name} [${property.rules.join(', ')}] in ${instanceName(instance)}, for vector ${index}.`;
  const events = path.map((event) => exploration.compiled.events[event]);
  const numbers = events.map((event) => graph.events.indexOf(event));
  const before = numbers.slice(0, -1).reduce((state, event) => graph.target(state, event), 0);
  const last = numbers.at(-1);
  const outputs = last === undefined ? [] : graph.outputs(before, last);
  const after = last === undefined ? before : graph.target(before, last);
  const view = machineView(instance.vectors, instance.messages)(graph.states[after]);
  const got = `it did ${tellOutputs(outputs)}, and left ${tellRegisters(view, index)}`;
  return tellPath(`${head}\n  Got: ${got}.\n  Expected: ${property.title}`, instance, events, property.rules);
}

/** Tells the registers of a vector, and what else a function shows of it, as far as the machine has it. */
function tellRegisters(view: FunctionView, vector: number): string {
  const { enabled, functionMask } = view;
  const bit = (name: string, isSet: boolean): string => `${name} ${isSet ? 'set' : 'clear'}`;
  const message = (name: string): string => `${name}${registersOf(name, vector)}`;
  const [entry, force, transit] = [view.entry(vector), view.force(vector), view.transit?.(vector)];
  return [
    // The gate of vector stands for both bits of Message Control.
    ...(functionMask === undefined
      ? [`the gate ${enabled ? 'open' : 'closed'}`]
      : [bit('MSI-X Enable', enabled), bit('Function Mask', functionMask)]),
    bit('the Mask Bit', view.masked(vector)),
    bit('the Pending bit', view.pending(vector)),
    `the entry at ${message(entry)}`,
    force === undefined ? 'no message in force' : `the message ${message(force)} in force`,
    ...(transit === undefined ? [] : [`the message ${message(transit)} in transit`]),
  ].join(', ');
}
