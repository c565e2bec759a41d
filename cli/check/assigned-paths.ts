/**
 * The part of the check that drives the assigned device and its parts along the paths that @xstate/graph finds: all simple paths
 * where they are within the rail, a path through every transition elsewhere. And the table that says of every machine how it is
 * enumerated, and into what it is driven.
 */
import { enumerate } from '../../checker/explore/enumerate.ts';
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
import { designByName, DESIGNS } from '../../machines/designs.ts';
import { TWO } from '../../machines/messages.ts';
import { AssignedInstance } from '../../properties/assigned/decide.ts';
import { createInstance, type Instance, instanceName } from '../../properties/instances.ts';
import { formatCell, print, printTable, startProgress } from '../report.ts';
import type { Budget } from './budget.ts';
import { type CheckSection, Violations } from './part.ts';

/** The parts that have machines of their own. */
const PARTS: readonly (readonly [Instance, readonly PartUnderTest[]])[] = [
  [createInstance('ownership'), [createOwnership('reviewed'), createOwnership('checked')]],
  [createInstance('host-function', { vectors: 1 }), [createHost(1)]],
  [createInstance('host-function', { vectors: 2 }), [createHost(2)]],
];

/** What is enumerated, and is driven into nothing. */
const NOT_DRIVEN: readonly (readonly [string, string, string])[] = [
  ['function, channel', 'compared with @xstate/graph', 'nothing: the implementation sends within the step'],
  [
    `assigned-device, designs ${DESIGNS.filter(({ name }) => !IMPLEMENTED.some((each) => each === name))
      .map(({ name }) => name)
      .join(', ')}`,
    'explored by the compiled machine',
    'nothing: they are steps of the chain, and not implemented',
  ],
  ['interval', 'explored by the compiled machine', 'nothing: it is what others are held against'],
];

/** A row of the table. */
type Row = readonly (string | number)[];

/** Drives the assigned device and its parts along the paths of their machines. */
export function checkAssignedPaths(budget: Budget): CheckSection {
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
  for (const name of IMPLEMENTED) {
    if (budget.isOver) open.push(`The time was up before the paths of ${name} were driven.`);
    else note(...driveDesign(name, violations));
  }
  printTable(['machine', 'enumerated by @xstate/graph', 'paths', 'steps', 'driven into'], rows);
  print('The machines of the function, their paths and what they are driven into stand above. Besides:');
  printTable(['machine', 'is', 'and driven into'], NOT_DRIVEN);
  print();
  return {
    clause: `${formatCell(steps)} steps of the assigned device along paths of @xstate/graph`,
    violations,
    open,
  };
}

/** All simple paths, or a path through every transition. */
function pathsOf(graph: StateGraph): { kind: string; paths: readonly Path[] } {
  const { paths } = countSimplePaths(graph);
  if (paths <= SIMPLE_PATH_RAIL) return { kind: 'all simple paths', paths: simplePaths(graph) };
  return { kind: 'a path through every transition', paths: transitionPaths(graph.machine, graph.events) };
}

/** Drives a design along a path through every transition: its simple paths are far beyond the rail. */
function driveDesign(name: (typeof IMPLEMENTED)[number], violations: Violations): [Row, number] {
  const bounds = { design: designByName(name), vectors: 1, messages: TWO };
  const exploration = new AssignedInstance(bounds).explore();
  const driver = new AssignedDriver(exploration, bounds);
  const instance = createInstance('assigned-device', bounds);
  const paths = transitionPaths(instance.machine, instance.events);
  const progress = startProgress(`paths of ${name}`, paths.length);
  violations.run(() => {
    driver.drivePaths(new AssignedAdapter(bounds), paths, (done) => progress.advance(done));
  }, instance);
  progress.end();
  // Ignored events are among them: a path for each state and each event.
  const expected = exploration.states.count * exploration.compiled.events.length;
  if (paths.length !== expected)
    violations.add(`Got ${paths.length} paths of ${name} from @xstate/graph; expected ${expected}.`);
  const { steps } = driver.counts;
  const row = [
    instanceName(instance),
    'a path through every transition',
    paths.length,
    steps,
    `the assigned device, design ${name}`,
  ];
  return [row, steps];
}
