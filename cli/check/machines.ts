/**
 * The first part of the check: explores the machines, and counts. Small ones are explored by XState and by @xstate/graph too.
 */
import type { AnyStateNode } from 'xstate';
import { ArgumentError } from '../../checker/argument/argument.ts';
import { compile } from '../../checker/compile/compile.ts';
import type { ManifestEntry } from '../../checker/decide/manifest.ts';
import { enumerate } from '../../checker/explore/enumerate.ts';
import { type Exploration, explore } from '../../checker/explore/explore.ts';
import { compareWithAdjacency } from '../../checker/explore/paths.ts';
import type { StateGraph } from '../../checker/explore/state-graph.ts';
import { nameSubject } from '../../checker/trace/trace.ts';
import { capability } from '../../machines/pages/capability.ts';
import { ownership } from '../../machines/pages/ownership.ts';
import { vector as vectorPage } from '../../machines/pages/vector.ts';
import { FULL_INSTANCES, type Instance, instanceName, INSTANCES } from '../../properties/instances.ts';
import { followExploration, formatCell, print, printTable } from '../report.ts';
import type { Budget } from './budget.ts';
import { type Explored, findingOf, type CheckSection, Violations } from './part.ts';

/** What the pages say of the event that a refusal names: a machine that has lost its last line about an event has lost a rule. */
function rulesOfEvent(refusal: string): string {
  const [, event = ''] = /^Got "([^"]+)"/.exec(refusal) ?? [];
  const name = event.replace(/\.\d+(?=\.|$)/, '.0');
  const said = [vectorPage, capability, ownership].flatMap(({ root }) =>
    [root, ...descendants(root)].flatMap((node) =>
      (node.transitions.get(name) ?? []).map(({ description }) => `\n  Rule: ${description}`),
    ),
  );
  return [...new Set(said)].join('');
}

const descendants = (node: AnyStateNode): AnyStateNode[] =>
  Object.values(node.states).flatMap((child) => [child, ...descendants(child)]);

/** What the limits of an exploration are called on the command line. */
const BOUNDS = { states: '--states', bytes: '--memory', milliseconds: '--seconds' };

/** Explores instances, and returns those that it explored whole, with the part that they are. */
export function checkMachines(
  instances: readonly Instance[],
  budget: Budget,
  manifest: readonly ManifestEntry[],
): { readonly explored: readonly Explored[]; readonly part: CheckSection } {
  const violations = new Violations();
  const open: string[] = [];
  const explored: Explored[] = [];
  const rows = instances.map((instance) => {
    const name = instanceName(instance);
    const known = manifest.find((entry) => nameSubject(entry) === nameSubject(findingOf(instance)));
    const progress = followExploration(name, known?.states);
    let exploration: Exploration;
    try {
      exploration = explore(compile(instance.machine, instance.events), {
        limits: budget.limits,
        onProgress: (each) => progress.report(each),
      });
    } catch (error) {
      if (!(error instanceof ArgumentError)) throw error;
      violations.add(`${name}: ${error.message}${rulesOfEvent(error.message)}`, error.message.split(' as ')[0]);
      return [name, '', '', '', '', 'refused'];
    } finally {
      progress.end();
    }
    const { states, transitions, tries, depth, complete, bound } = exploration.summary;
    if (!complete) {
      open.push(`${name} has ${formatCell(states)} states or more: ${BOUNDS[bound!]} was met before all were found.`);
      return [name, `>= ${formatCell(states)}`, `>= ${formatCell(transitions)}`, '', `>= ${depth}`, 'open'];
    }
    const isSmall = INSTANCES.includes(instance);
    const differences: string[] = [];
    if (isSmall) {
      const graph = enumerate(instance.machine, instance.events);
      differences.push(...compareWithAdjacency(graph));
      if (graph.states.length !== states || graph.transitionCount !== transitions || graph.depth !== depth) {
        differences.push(`XState finds ${graph.states.length} states of ${name}, and the compiled machine ${states}.`);
      }
      explored.push({ instance, exploration, graph, isSmall });
    } else explored.push(withGraph({ instance, exploration, isSmall }));
    for (const difference of differences) violations.add(difference);
    const agrees = differences.length > 0 ? 'differs' : isSmall ? 'equal' : '-';
    return [name, formatCell(states), formatCell(transitions), formatCell(tries), formatCell(depth), agrees];
  });
  printTable(['machine', 'states', 'transitions', 'state x event', 'depth', '@xstate/graph'], rows, [1, 2, 3, 4]);
  print();
  const states = explored.reduce((sum, { exploration }) => sum + exploration.states.count, 0);
  const findings = explored.map(({ instance, exploration: { summary } }) => {
    const { transitions, depth } = summary;
    const full = FULL_INSTANCES.includes(instance) ? { full: true as const } : {};
    return { ...findingOf(instance), ...full, states: summary.states, transitions, depth };
  });
  const clause = `${explored.length} instances of the machines with ${formatCell(states)} states`;
  return { explored, part: { clause, violations, open, findings } };
}

/** With a graph that is made where it is asked for: of a large instance hardly anything does, and it is much larger than the exploration. */
function withGraph(explored: Omit<Explored, 'graph'>): Explored {
  let made: StateGraph | undefined;
  return {
    ...explored,
    get graph() {
      return (made ??= explored.exploration.graph());
    },
  };
}
