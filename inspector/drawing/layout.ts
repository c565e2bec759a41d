/**
 * Where the parts of a chart stand. The Eclipse Layout Kernel decides; what is here is how large everything is, so that the
 * picture is the same in a page and in a file: names are set in a monospaced font, whose widths are known without a screen.
 */
import type { ELK, ElkEdgeSection, ElkExtendedEdge, ElkLabel, ElkNode } from 'elkjs/lib/elk-api.js';
import { hash } from '../../checker/machine/fingerprint.ts';
import {
  type Chart,
  type ChartEdge,
  type ChartNode,
  type ChartTransition,
  eachNode,
  transitionCount,
} from './chart.ts';

/** Sizes, in pixels at zoom 1. A character of the usual monospaced fonts is 0.602 of its size wide, or narrower. */
export const METRIC = {
  titleSize: 13,
  textSize: 11,
  lineHeight: 16,
  titleHeight: 30,
  padding: 10,
  character: 0.602,
} as const;

/**
 * A row of text in a box or beside an edge: an event, which can be sent, or what hangs on the events above it. Where a chart is terse,
 * transitions of one event share a row, and their guards are told when it is looked at.
 */
export type Row =
  | { readonly kind: 'event'; readonly transitions: readonly ChartTransition[]; readonly text: string }
  | { readonly kind: 'detail'; readonly text: string };

/** A state with its place, from the upper left corner of the drawing. */
export interface PlacedNode {
  readonly node: ChartNode;
  readonly depth: number;
  /** Whether its parent has all of its children at once, so that it is a region. */
  readonly isRegion: boolean;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly rows: readonly Row[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** An edge with its route, and with the place of its rows. */
export interface PlacedEdge {
  readonly edge: ChartEdge;
  readonly points: readonly Point[];
  readonly label: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly rows: readonly Row[];
}

/** Where a state is entered first: a dot, and a line from it. */
export interface PlacedInitial {
  readonly dot: Point;
  readonly target: string;
  readonly points: readonly Point[];
}

export interface ChartLayout {
  readonly chart: Chart;
  readonly width: number;
  readonly height: number;
  /** Parents before their children. */
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly initials: readonly PlacedInitial[];
}

const DOT = 8;
/** Room for the lamp of a state that is active. */
const LAMP = 18;

/** The most edges that are laid out. Nobody reads more, and the library takes many seconds for them. */
export const CHART_EDGES = 600;

/**
 * Lays a chart out. It is the same for the same chart, always. Of one with more than `CHART_EDGES` edges only the states are
 * there, which light up all the same.
 */
export async function layOut(whole: Chart, elk: Pick<ELK, 'layout'>): Promise<ChartLayout> {
  const { chart, graph } = layoutGraph(whole);
  return readPlaces(chart, await elk.layout(graph));
}

/** The most transitions whose guards and actions are drawn: a chart with more is terse. */
export const TOLD_TRANSITIONS = 110;
const isTerse = (chart: Chart): boolean => transitionCount(chart) > TOLD_TRANSITIONS;

/** What is given to the library, and the chart that is then drawn. */
export function layoutGraph(whole: Chart): { readonly chart: Chart; readonly graph: ElkNode } {
  const chart = whole.edges.length > CHART_EDGES ? { ...whole, edges: [] } : whole;
  const terse = isTerse(chart);
  const crossed = crossedNodes(chart);
  const owners = edgeOwners(chart);
  // The library fails over what orders a layout where an edge crosses a border.
  const ordered = crossed.size === 0;
  const layered = ordered ? { ...LAYERED, ...ORDERED } : LAYERED;
  const build = (node: ChartNode): ElkNode => {
    const rows = rowsOf(node, terse);
    const own = boxSize(node, rows);
    if (node.children.length === 0) return { id: node.id, width: own.width, height: own.height };
    const dot =
      node.initial === undefined
        ? []
        : [{ id: dotId(node), width: DOT, height: DOT, layoutOptions: ordered ? FIRST : {} }];
    const edges = (owners.get(node.id) ?? []).map((edge) => elkEdge(edge, terse));
    if (node.initial !== undefined) {
      edges.unshift({ id: `initial ${node.id}`, sources: [dotId(node)], targets: [node.initial] });
    }
    return {
      id: node.id,
      layoutOptions: {
        ...layered,
        ...(node.kind === 'parallel' && !crossed.has(node.id) ? PACKED : {}),
        'elk.hierarchyHandling': crossed.has(node.id) ? 'INCLUDE_CHILDREN' : 'SEPARATE_CHILDREN',
        'elk.padding': `[top=${own.height + METRIC.padding},left=16,bottom=16,right=16]`,
        'elk.nodeSize.constraints': 'MINIMUM_SIZE',
        'elk.nodeSize.minimum': `(${own.width},${own.height})`,
      },
      children: [...dot, ...node.children.map(build)],
      edges,
    };
  };
  const graph: ElkNode = {
    id: ROOT,
    layoutOptions: {
      ...layered,
      'elk.hierarchyHandling': crossed.has(ROOT) ? 'INCLUDE_CHILDREN' : 'SEPARATE_CHILDREN',
      'elk.padding': '[top=0,left=0,bottom=0,right=0]',
    },
    children: [build(chart.root)],
    edges: (owners.get(ROOT) ?? []).map((edge) => elkEdge(edge, terse)),
  };
  return { chart, graph };
}

/** The name of a graph: two of the same name are laid out alike. */
export function graphKey(graph: ElkNode): string {
  const text = JSON.stringify(graph);
  return `${hash([text])}-${text.length}`;
}

const ROOT = ' root';

const LAYERED = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.edgeCoords': 'ROOT',
  'elk.json.shapeCoords': 'ROOT',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.spacing.nodeNodeBetweenLayers': '20',
  'elk.layered.spacing.edgeNodeBetweenLayers': '14',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '12',
  'elk.spacing.nodeNode': '24',
  'elk.spacing.edgeNode': '16',
  'elk.spacing.edgeEdge': '12',
  'elk.spacing.edgeLabel': '4',
  'elk.spacing.componentComponent': '20',
};

/** States in the order in which the machine has them. */
const ORDERED = {
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
};

/** A chart is read from where it begins. */
const FIRST = { 'elk.layered.layering.layerConstraint': 'FIRST_SEPARATE' };

const PACKED = {
  'elk.algorithm': 'rectpacking',
  'elk.aspectRatio': '1.5',
  'elk.spacing.nodeNode': '16',
  'elk.rectpacking.widthApproximation.strategy': 'GREEDY',
};

const dotId = (node: ChartNode): string => `dot ${node.id}`;

function elkEdge({ id, source, target, transitions }: ChartEdge, terse: boolean): ElkExtendedEdge {
  const rows = rowsOfTransitions(transitions, terse);
  const size = { width: widthOf(rows) + 8, height: rows.length * METRIC.lineHeight };
  return { id, sources: [source], targets: [target], labels: [{ id: `label ${id}`, text: ' ', ...size }] };
}

/** For each state that contains edges, those edges: they belong to the nearest state that has both ends within. */
function edgeOwners({ root, edges }: Chart): Map<string, ChartEdge[]> {
  const chains = chainsOf(root);
  const owners = new Map<string, ChartEdge[]>();
  for (const edge of edges) {
    const source = chains.get(edge.source) ?? [];
    const target = chains.get(edge.target) ?? [];
    const shared = source.filter((id, depth) => target[depth] === id);
    const owner = shared.at(-1) ?? ROOT;
    owners.set(owner, [...(owners.get(owner) ?? []), edge]);
  }
  return owners;
}

/** The states whose border some edge crosses on its way further in: they are laid out with what is in them. */
function crossedNodes({ root, edges }: Chart): Set<string> {
  const chains = chainsOf(root);
  const crossed = new Set<string>();
  for (const { source, target } of edges) {
    const one = chains.get(source) ?? [];
    const other = chains.get(target) ?? [];
    const shared = one.filter((id, depth) => other[depth] === id).length;
    const inside = [...one.slice(shared, -1), ...other.slice(shared, -1)];
    if (inside.length > 0) for (const id of [one[shared - 1] ?? ROOT, ...inside]) crossed.add(id);
  }
  return crossed;
}

/** For each state, the ids from the root down to itself. */
function chainsOf(root: ChartNode): Map<string, readonly string[]> {
  const chains = new Map<string, readonly string[]>();
  const visit = (node: ChartNode, above: readonly string[]): void => {
    const chain = [...above, node.id];
    chains.set(node.id, chain);
    for (const child of node.children) visit(child, chain);
  };
  visit(root, []);
  return chains;
}

// ---- Sizes

/** The rows of a box: what happens on entry and exit, and the transitions that stay. */
export function rowsOf({ entry, exit, invoked, inner, folded }: ChartNode, terse = false): Row[] {
  if (folded !== undefined) return [{ kind: 'detail', text: `${folded} states, at rest` }];
  return [
    ...invoked.map((name): Row => ({ kind: 'detail', text: `invoke / ${name}` })),
    ...entry.map((name): Row => ({ kind: 'detail', text: `entry / ${name}` })),
    ...exit.map((name): Row => ({ kind: 'detail', text: `exit / ${name}` })),
    ...rowsOfTransitions(inner, terse),
  ];
}

/** The rows of transitions. Neighbours with the same guard and the same actions share the row that tells them. */
export function rowsOfTransitions(transitions: readonly ChartTransition[], terse = false): Row[] {
  if (terse) {
    const rows = new Map<string, ChartTransition[]>();
    for (const each of transitions) rows.set(textOf(each), [...(rows.get(textOf(each)) ?? []), each]);
    return [...rows].map(([text, shared]) => {
      return { kind: 'event', transitions: shared, text: shared.length === 1 ? text : `${text} ×${shared.length}` };
    });
  }
  return transitions.flatMap((transition, index): Row[] => {
    const event: Row = { kind: 'event', transitions: [transition], text: textOf(transition) };
    const detail = detailOf(transition);
    const next = transitions[index + 1];
    if (detail === '' || (next !== undefined && detailOf(next) === detail)) return [event];
    return [event, { kind: 'detail', text: detail }];
  });
}

const textOf = ({ event, leadsTo }: ChartTransition): string =>
  leadsTo === undefined ? event : `${event} → ${leadsTo}`;

/** A transition as a whole: its event, its guard, its actions, and what it is for. */
export function tellTransition(transition: ChartTransition): string {
  const { description } = transition;
  const parts = [textOf(transition), detailOf(transition)].filter((part) => part !== '').join(' ');
  return description === '' ? parts : `${parts}\n${description}`;
}

function detailOf({ guard, actions }: ChartTransition): string {
  return [guard === undefined ? '' : `[${guard}]`, actions.length === 0 ? '' : `/ ${actions.join(', ')}`]
    .filter((part) => part !== '')
    .join(' ');
}

const widthOf = (rows: readonly Row[]): number =>
  Math.ceil(
    Math.max(0, ...rows.map(({ text, kind }) => text.length + (kind === 'detail' ? 1 : 0))) *
      METRIC.textSize *
      METRIC.character,
  );

function boxSize(node: ChartNode, rows: readonly Row[]): { width: number; height: number } {
  const title = node.key.length * METRIC.titleSize * METRIC.character + LAMP;
  return {
    width: Math.max(72, Math.ceil(title) + 2 * METRIC.padding + 6, widthOf(rows) + 2 * METRIC.padding),
    height: METRIC.titleHeight + rows.length * METRIC.lineHeight + (rows.length > 0 ? 6 : 0),
  };
}

// ---- Places

/** Reads where everything stands, from what the library gives for the graph of a chart. */
export function readPlaces(chart: Chart, placed: ElkNode): ChartLayout {
  const terse = isTerse(chart);
  const places = new Map<string, ElkNode>();
  const routes = new Map<string, ElkExtendedEdge>();
  const collect = (node: ElkNode): void => {
    places.set(node.id, node);
    for (const edge of node.edges ?? []) routes.set(edge.id, edge);
    for (const child of node.children ?? []) collect(child);
  };
  collect(placed);

  const nodes: PlacedNode[] = [];
  const initials: PlacedInitial[] = [];
  const place = (node: ChartNode, depth: number, isRegion: boolean): void => {
    const { x = 0, y = 0, width = 0, height = 0 } = places.get(node.id) ?? {};
    nodes.push({ node, depth, isRegion, x, y, width, height, rows: rowsOf(node, terse) });
    if (node.initial !== undefined) {
      const { x: left = 0, y: top = 0 } = places.get(dotId(node)) ?? {};
      const points = pointsOf(routes.get(`initial ${node.id}`));
      initials.push({ dot: { x: left + DOT / 2, y: top + DOT / 2 }, target: node.initial, points });
    }
    for (const child of node.children) place(child, depth + 1, node.kind === 'parallel');
  };
  place(chart.root, 0, false);

  const edges = chart.edges.map((edge): PlacedEdge => {
    const route = routes.get(edge.id);
    const { x = 0, y = 0, width = 0, height = 0 }: Partial<ElkLabel> = route?.labels?.[0] ?? {};
    return {
      edge,
      points: pointsOf(route),
      label: { x, y, width, height },
      rows: rowsOfTransitions(edge.transitions, terse),
    };
  });
  return { chart, width: placed.width ?? 0, height: placed.height ?? 0, nodes, edges, initials };
}

function pointsOf(route: ElkExtendedEdge | undefined): Point[] {
  return (route?.sections ?? []).flatMap(({ startPoint, bendPoints = [], endPoint }: ElkEdgeSection) => [
    startPoint,
    ...bendPoints,
    endPoint,
  ]);
}

/** The states whose name contains `text`, and the events that do, for a search. */
export function findInChart({ nodes }: ChartLayout, text: string): PlacedNode[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  const found = new Set<string>();
  for (const { node } of nodes) {
    eachNode(node, (each) => {
      if (each.id.toLowerCase().includes(wanted)) found.add(each.id);
    });
  }
  return nodes.filter(
    ({ node, rows }) => found.has(node.id) || rows.some((row) => row.text.toLowerCase().includes(wanted)),
  );
}
