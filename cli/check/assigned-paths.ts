/**
 * The part of the check that drives the assigned device and its parts along the paths that @xstate/graph finds: a path through every transition, ignored events
 * too, and all simple paths where they are within the rail. Of all machines `cli/enumeration.ts` says it.
 */
import { compile } from '../../checker/compile/compile.ts';
import { enumerate } from '../../checker/explore/enumerate.ts';
import { explore } from '../../checker/explore/explore.ts';
import {
  countSimplePaths,
  type Path,
  SIMPLE_PATH_RAIL,
  simplePaths,
  transitionPaths,
} from '../../checker/explore/paths.ts';
import type { StateGraph } from '../../checker/explore/state-graph.ts';
import { AssignedAdapter, IMPLEMENTED } from '../../conformance/device/assigned.ts';
import { createHost, createOwnership, type PartUnderTest } from '../../conformance/device/parts.ts';
import { AssignedDriver } from '../../conformance/paths/assigned-drive.ts';
import { drivePart } from '../../conformance/paths/parts.ts';
import { type Design, designByName, DESIGNS, moving } from '../../machines/designs.ts';
import { createInterval } from '../../machines/interval.ts';
import { TWO } from '../../machines/messages.ts';
import { AssignedInstance } from '../../properties/assigned/decide.ts';
import { boundsName, createInstance, type Instance, instanceName } from '../../properties/instances.ts';
import { formatCell, print, printTable, startProgress } from '../report.ts';
import type { Budget } from './budget.ts';
import type { Only } from './only.ts';
import { type CheckSection, Violations } from './part.ts';

/** The parts that have machines of their own. */
const PARTS: readonly (readonly [Instance, readonly PartUnderTest[]])[] = [
  [createInstance('ownership'), [createOwnership('reviewed'), createOwnership('checked')]],
  [createInstance('host-function', { vectors: 1 }), [createHost(1)]],
  [createInstance('host-function', { vectors: 2 }), [createHost(2)]],
];

/** A row of the table. */
type Row = readonly (string | number)[];

/** The designs that are driven along their paths: the implemented ones, and in a full check the same under a guest that moves BAR 0. */
export function drivenDesigns(isFull: boolean): Design[] {
  const designs = IMPLEMENTED.map(designByName);
  return isFull ? [...designs, ...designs.map(moving)] : designs;
}

/** The designs that are not implemented: in a full check their paths are found and counted, and driven into nothing. */
export const COUNTED_DESIGNS: readonly Design[] = DESIGNS.filter(
  ({ name }) => !IMPLEMENTED.some((each) => each === name),
);

/** Drives the assigned device and its parts along the paths of their machines; what is brief, its parts alone: lockstep takes every step of the device too. */
export function checkAssignedPaths(isFull: boolean, budget: Budget, { isBrief }: Only): CheckSection {
  const violations = new Violations();
  const open: string[] = [];
  const rows: Row[] = [];
  let steps = 0;
  const note = (row: Row, driven: number): void => {
    rows.push(row);
    steps += driven;
  };
  for (const [instance, parts] of PARTS) {
    const graph = enumerate(instance.machine, instance.events);
    const { kind, paths } = pathsOf(graph);
    for (const part of parts) {
      let driven = 0;
      violations.run(() => {
        for (const path of paths) driven += drivePart(part, graph, path);
      }, instance);
      note([instanceName(instance), kind, paths.length, driven, part.name], driven);
    }
  }
  for (const design of isBrief ? [] : drivenDesigns(isFull)) {
    if (budget.isOver) open.push(`The time was up before the paths of ${design.name} were driven.`);
    else note(...driveDesign(design, violations));
  }
  for (const design of isFull ? COUNTED_DESIGNS : []) {
    if (budget.isOver) open.push(`The time was up before the paths of ${design.name} were found.`);
    else note(countDesign(design, violations), 0);
  }
  if (isFull) note(countInterval(violations), 0);
  printTable(['machine', 'enumerated by @xstate/graph', 'paths', 'steps', 'driven into'], rows);
  print('docs/enumeration.md says of every machine how it is enumerated, and what it is driven into.');
  print();
  return {
    clause: `${formatCell(steps)} steps of the assigned device along paths of @xstate/graph`,
    violations,
    open,
  };
}

/** A path through every transition, for no simple path stays where it is; and all simple paths, where they are few enough. */
function pathsOf(graph: StateGraph): { kind: string; paths: readonly Path[] } {
  const kind = 'a path through every transition';
  const paths = transitionPaths(graph.machine, graph.events);
  if (countSimplePaths(graph).paths > SIMPLE_PATH_RAIL) return { kind, paths };
  return { kind: `${kind}, all simple paths`, paths: [...paths, ...simplePaths(graph)] };
}

/** A design with one vector, its states, and a path through every transition: its simple paths are far beyond the rail. */
function everyPathOf(design: Design, violations: Violations) {
  const bounds = { design, vectors: 1, messages: TWO };
  const exploration = new AssignedInstance(bounds).explore();
  const instance = createInstance('assigned-device', bounds);
  const paths = transitionPaths(instance.machine, instance.events);
  // Ignored events are among them: a path for each state and each event.
  const expected = exploration.states.count * exploration.compiled.events.length;
  if (paths.length !== expected)
    violations.add(`Got ${paths.length} paths of ${design.name} from @xstate/graph; expected ${expected}.`);
  return { bounds, exploration, instance, paths };
}

/** Drives a design along its paths. */
function driveDesign(design: Design, violations: Violations): [Row, number] {
  const { bounds, exploration, instance, paths } = everyPathOf(design, violations);
  const driver = new AssignedDriver(exploration, bounds);
  const progress = startProgress(`paths of ${design.name}`, paths.length);
  violations.run(() => {
    driver.drivePaths(new AssignedAdapter(bounds), paths, (done) => progress.advance(done));
  }, instance);
  progress.end();
  const { steps } = driver.counts;
  const into = `the assigned device, design ${design.name.split(' ')[0]}`;
  return [[instanceName(instance), 'a path through every transition', paths.length, steps, into], steps];
}

/** Finds the paths of a design that is not implemented: @xstate/graph must find as many as we do. */
function countDesign(design: Design, violations: Violations): Row {
  const { instance, paths } = everyPathOf(design, violations);
  return [instanceName(instance), 'a path through every transition', paths.length, 0, 'nothing: it is not implemented'];
}

/** The machine that the assigned device is held against, by its name in tables. */
export function intervalInstance(): { name: string } & ReturnType<typeof createInterval> {
  const bounds = { vectors: 1, messages: TWO };
  return { name: `interval, ${boundsName(bounds)}`, ...createInterval(bounds) };
}

/** Finds its paths, as those of a design that is not implemented. */
function countInterval(violations: Violations): Row {
  const { name, machine, events } = intervalInstance();
  const paths = transitionPaths(machine, events);
  const expected = explore(compile(machine, events)).summary.states * events.length;
  if (paths.length !== expected)
    violations.add(`Got ${paths.length} paths of ${name} from @xstate/graph; expected ${expected}.`);
  const into = 'nothing: the assigned device is held against it';
  return [name, 'a path through every transition', paths.length, 0, into];
}
