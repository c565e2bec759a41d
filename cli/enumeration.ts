/**
 * Which machine is enumerated how, and driven into what: one table of all machines, with counts. `npx tsx scripts/enumeration.ts` writes it
 * to docs/enumeration.md; the counts are those of the enumerations themselves, which `maskbit check` drives.
 */
import { enumerate } from '../checker/explore/enumerate.ts';
import { explore } from '../checker/explore/explore.ts';
import { countSimplePaths, SIMPLE_PATH_RAIL } from '../checker/explore/paths.ts';
import type { StateGraph } from '../checker/explore/state-graph.ts';
import { compile } from '../checker/compile/compile.ts';
import { DIALECTS } from '../conformance/device/words.ts';
import type { AssignedBounds } from '../machines/device-context.ts';
import { type Design, HANDED, moving } from '../machines/designs.ts';
import { TWO } from '../machines/messages.ts';
import { AssignedInstance } from '../properties/assigned/decide.ts';
import { FULL_ASSIGNED_TASKS } from '../properties/assigned/instances.ts';
import {
  boundsName,
  createInstance,
  FULL_INSTANCES,
  type Instance,
  instanceName,
  INSTANCES,
  LARGER_INSTANCES,
} from '../properties/instances.ts';
import { walksOf } from './check/assigned-device.ts';
import { COUNTED_DESIGNS, drivenDesigns, intervalInstance } from './check/assigned-paths.ts';
import { formatCell } from './report.ts';

/** What is enumerated of a machine, and driven into what. */
export interface Row {
  readonly machine: string;
  readonly states: number;
  /** How @xstate/graph enumerates its paths, or what explores it instead. */
  readonly how: string;
  /** How many paths there are, and how many steps they have in all; absent where there are none. */
  readonly paths?: { readonly paths: number; readonly steps: number };
  readonly into: string;
}

const SIMPLE = 'all simple paths';
const EACH = 'a path through every transition';
const COMPILED = 'none: explored by the compiled machine';

/** The rows, in the order of the machines. */
export function enumerationRows(): Row[] {
  return [
    ...INSTANCES.flatMap(ofFunction),
    ...[...LARGER_INSTANCES, ...FULL_INSTANCES].map(ofLargerFunction),
    ...[
      [createInstance('ownership'), 'the assigned device, designs reviewed and checked'] as const,
      [createInstance('host-function', { vectors: 1 }), 'the host function'] as const,
      [createInstance('host-function', { vectors: 2 }), 'the host function'] as const,
    ].flatMap(([instance, into]) => ofPart(instance, into)),
    ...drivenDesigns(false).flatMap((design) => [
      ofDesign(design, `the assigned device, design ${design.name}`),
      ofDesign(moving(design), `the assigned device, design ${design.name}, in a full check`),
      ...walksOf(design).map(ofWalk),
    ]),
    ...COUNTED_DESIGNS.map(ofStep),
    ofInterval(),
  ];
}

/** A path through every transition, ignored ones included: a shortest path to each state, and each event there. */
function everyTransition(states: readonly number[], events: number): { paths: number; steps: number } {
  const steps = states.reduce((sum, depth) => sum + (depth + 1) * events, 0);
  return { paths: states.length * events, steps };
}

const depthsOf = (graph: StateGraph): number[] => graph.states.map((_, state) => graph.pathTo(state).length);

const DRIVEN = `the function, in ${DIALECTS.length} dialects, with notifiers and without`;

function ofFunction(instance: Instance): Row[] {
  const graph = enumerate(instance.machine, instance.events);
  const machine = instanceName(instance);
  const states = graph.states.length;
  if (instance.channel) {
    const into = 'nothing: the implementation sends within the step';
    return [{ machine, states, how: 'its adjacency map alone, compared', into }];
  }
  const simple = countSimplePaths(graph);
  const rows: Row[] = [];
  if (simple.paths <= SIMPLE_PATH_RAIL) rows.push({ machine, states, how: SIMPLE, paths: simple, into: DRIVEN });
  if (instance.machine.id !== 'function') return rows;
  const paths = everyTransition(depthsOf(graph), graph.events.length);
  return [...rows, { machine, states, how: EACH, paths, into: `${DRIVEN}; and in lockstep, whole` }];
}

function ofLargerFunction(instance: Instance): Row {
  const inFull = FULL_INSTANCES.includes(instance) ? ' (in a full check)' : '';
  if (instance.channel) return ofExplored(instance, `nothing: properties are decided${inFull}`);
  return ofExplored(instance, 'the function, with notifiers, in lockstep by words, whole in a full check');
}

function ofExplored(instance: Instance, into: string): Row {
  const { states } = explore(compile(instance.machine, instance.events)).summary;
  return { machine: instanceName(instance), states, how: COMPILED, into };
}

function ofInterval(): Row {
  const { name, machine, events } = intervalInstance();
  const exploration = explore(compile(machine, events));
  const depths = Array.from({ length: exploration.states.count }, (_, state) => exploration.pathTo(state).length);
  return {
    machine: name,
    states: depths.length,
    how: EACH,
    paths: everyTransition(depths, events.length),
    into: 'nothing: the assigned device is held against it; found and counted in a full check',
  };
}

function ofPart(instance: Instance, into: string): Row[] {
  const graph = enumerate(instance.machine, instance.events);
  const row = { machine: instanceName(instance), states: graph.states.length, into };
  const simple = countSimplePaths(graph);
  const paths = everyTransition(depthsOf(graph), graph.events.length);
  return [
    ...(simple.paths <= SIMPLE_PATH_RAIL ? [{ ...row, how: SIMPLE, paths: simple }] : []),
    { ...row, how: EACH, paths },
  ];
}

function ofDesign(design: Design, into: string): Row {
  const bounds = { design, vectors: 1, messages: TWO };
  const exploration = new AssignedInstance(bounds).explore();
  const depths = Array.from({ length: exploration.states.count }, (_, state) => exploration.pathTo(state).length);
  return {
    machine: `assigned-device, ${boundsName(bounds)}`,
    states: depths.length,
    how: EACH,
    paths: everyTransition(depths, exploration.compiled.events.length),
    into,
  };
}

function ofWalk({ bounds, isLarge }: ReturnType<typeof walksOf>[number]): Row {
  const implementation = bounds.design.name.split(' ')[0];
  const extent = isLarge ? 'whole in a full check, a sample in a usual one' : 'whole';
  const states = statesOf(bounds);
  const machine = `assigned-device, ${boundsName(bounds)}`;
  return {
    machine,
    states,
    how: COMPILED,
    into: `the assigned device, design ${implementation}, in lockstep, ${extent}`,
  };
}

function ofStep(design: Design): Row {
  const why = design === HANDED ? 'it shows what a handover by itself would do' : 'it is a step of the chain';
  return ofDesign(design, `nothing: ${why}, and not implemented; found and counted in a full check`);
}

const statesOf = (bounds: AssignedBounds): number => new AssignedInstance(bounds).explore().summary.states;

/** The page. */
export function printEnumeration(found: readonly Row[] = enumerationRows()): string {
  const rows = found.map(({ machine, states, how, paths, into }) => {
    const counts = paths === undefined ? ['-', '-'] : [formatCell(paths.paths), formatCell(paths.steps)];
    return `| ${[machine, formatCell(states), how, ...counts, into].join(' | ')} |`;
  });
  const full = FULL_ASSIGNED_TASKS.map(({ bounds }) => boundsName(bounds));
  return [
    '# Which machine is enumerated how',
    '',
    'Made by `npx tsx scripts/enumeration.ts`. Paths are those of `@xstate/graph`: all simple paths, which meet no state twice, where there are at most',
    `${formatCell(SIMPLE_PATH_RAIL)} of them; elsewhere a path through every transition, which is a shortest path to each state and each event there, ignored events`,
    'included. *In lockstep* is stronger: machine and implementation are walked together through every pair of states that they reach, every event in',
    'each. `maskbit check` drives all of it, but for what the table says is left to `maskbit check --full`.',
    '',
    '| machine | states | paths by @xstate/graph | paths | steps | driven into |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    `Of the assigned device a full check also decides properties, without driving anything, of: ${full.join('; ')}.`,
    '',
  ].join('\n');
}
