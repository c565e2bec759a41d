/**
 * Small state graphs in DOT, the language of Graphviz.
 */
import type { StateValue } from 'xstate';
import { requireCount, requireFields, requireList, requireTeller, within } from '../argument/argument.ts';
import { regionsOf } from '../machine/regions.ts';
import { GRAPH, type StateGraph } from '../explore/state-graph.ts';

/** The most states that are printed: beyond them nobody reads the picture. */
export const DOT_STATES = 500;

const BOLD = ', penwidth=3';

/** How a graph is drawn. */
export interface DotOptions {
  /** What stands in a state; its regions, one a line, when left out. */
  readonly label?: (value: StateValue) => string;
  /** Event numbers from the initial state on; the path is drawn bold. */
  readonly path?: readonly number[];
}

/**
 * Prints a state graph in DOT: one edge for all events that lead from one state to another with the same outputs. Ignored
 * events are left out.
 * @throws {RangeError} when the graph is too large to be looked at.
 */
export function printDot(graph: StateGraph, options: DotOptions = {}): string {
  const { machine, states } = GRAPH.require('graph of printDot', graph);
  const place = 'options of printDot';
  const read = requireFields(place, options, ['label', 'path']);
  if (states.length > DOT_STATES) {
    throw new RangeError(`Got ${states.length} states of ${machine.id}; expected at most ${DOT_STATES}.`);
  }
  const label =
    read.label === undefined
      ? (value: StateValue) => labelOf(graph, value)
      : requireTeller(within(place, 'label'), read.label);
  const event = (at: string, each: unknown) => requireCount(at, each, graph.events.length - 1);
  const bold = pathSteps(graph, requireList(within(place, 'path'), read.path === undefined ? [] : read.path, event));
  const nodes = states.map((value, state) => {
    return `${state} [label=${quote(`${state}\n${label(value)}`)}${bold.states.has(state) ? BOLD : ''}]`;
  });
  const edges = states.flatMap((_, state) => edgesFrom(graph, state, bold.steps));
  const lines = ['node [shape=box]', 'start [shape=point]', 'start -> 0', ...nodes, ...edges];
  return [`digraph ${quote(machine.id)} {`, ...lines.map((line) => `  ${line}`), '}', ''].join('\n');
}

function labelOf({ machine }: StateGraph, value: StateValue): string {
  const regions = Object.entries(regionsOf(machine, value)).filter(([, child]) => child !== '');
  return regions.map(([name, child]) => `${name} ${child}`).join('\n');
}

/** The states on a path, and its steps as `state event`. */
function pathSteps(graph: StateGraph, path: readonly number[]): { states: Set<number>; steps: Set<string> } {
  const states = new Set(path.length > 0 ? [0] : []);
  const steps = new Set<string>();
  let state = 0;
  for (const event of path) {
    steps.add(`${state} ${event}`);
    state = graph.target(state, event);
    states.add(state);
  }
  return { states, steps };
}

interface Edge {
  readonly target: number;
  readonly events: string[];
  readonly outputs: readonly string[];
  isBold: boolean;
}

function edgesFrom(graph: StateGraph, state: number, bold: ReadonlySet<string>): string[] {
  const edges = new Map<string, Edge>();
  for (const [event, name] of graph.events.entries()) {
    if (!graph.taken(state, event)) continue;
    const target = graph.target(state, event);
    const outputs = graph.outputs(state, event);
    const key = JSON.stringify([target, outputs]);
    const edge = edges.get(key) ?? { target, events: [], outputs, isBold: false };
    edge.events.push(name);
    edge.isBold ||= bold.has(`${state} ${event}`);
    edges.set(key, edge);
  }
  return [...edges.values()].map(({ target, events, outputs, isBold }) => {
    const label = [...events, ...outputs.map((output) => `/ ${output}`)].join('\n');
    return `${state} -> ${target} [label=${quote(label)}${isBold ? BOLD : ''}]`;
  });
}

/** Quotes text as DOT does: its lines end in an escape of their own. */
function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
