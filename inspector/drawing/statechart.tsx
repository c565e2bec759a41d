/**
 * A chart that was laid out, as SVG: for the page, where states light up and events are buttons, and for files.
 * Colours come from the variables of `theme.css`; each of them is doubled by a weight, a dash or a sign.
 */
import type { JSX } from 'preact';
import {
  type ChartLayout,
  METRIC,
  type PlacedEdge,
  type PlacedInitial,
  type PlacedNode,
  type Point,
  type Row,
  tellTransition,
} from './layout.ts';

/** What is live in a chart. All of it is left out in a file. */
export interface LiveChart {
  readonly active?: ReadonlySet<string>;
  /** The ids of the transitions that can be taken now. */
  readonly open?: ReadonlySet<string>;
  /** The ids of the transitions that were taken in the step that led here. */
  readonly taken?: ReadonlySet<string>;
  readonly selected?: string;
  readonly found?: ReadonlySet<string>;
  readonly send?: (event: string) => void;
  readonly select?: (id: string) => void;
}

/** Draws a chart. The caller puts it into an `<svg>`. */
export function Statechart({ layout, live = {} }: { layout: ChartLayout; live?: LiveChart }): JSX.Element {
  return (
    <g class="statechart" role={live.select === undefined ? undefined : 'presentation'}>
      {layout.nodes.map((node) => (
        <StateBox key={node.node.id} placed={node} live={live} />
      ))}
      <g aria-hidden="true">
        {live.select !== undefined &&
          layout.nodes.map((node) => <OwnRows key={node.node.id} placed={node} live={live} />)}
        {layout.initials.map((initial) => (
          <Initial key={initial.target} initial={initial} />
        ))}
        {layout.edges.map((edge) => (
          <Edge key={edge.edge.id} placed={edge} live={live} />
        ))}
        {layout.edges.map((edge) => (
          <Rows
            key={edge.edge.id}
            rows={edge.rows}
            x={edge.label.x + 4}
            y={edge.label.y}
            live={live}
            from={edge.edge.source}
          />
        ))}
      </g>
    </g>
  );
}

function StateBox({ placed, live }: { placed: PlacedNode; live: LiveChart }): JSX.Element {
  const { node, depth, isRegion, x, y, width, height } = placed;
  const isActive = live.active?.has(node.id) ?? false;
  const classes = [
    'state',
    node.children.length === 0 ? 'leaf' : 'group',
    node.folded === undefined ? '' : 'folded',
    isRegion ? 'region' : '',
    isActive ? 'active' : '',
    live.selected === node.id ? 'selected' : '',
    live.found?.has(node.id) === true ? 'found' : '',
  ];
  return (
    <g
      class={classes.filter((name) => name !== '').join(' ')}
      id={live.select === undefined ? undefined : `state-${node.id}`}
      data-state={node.id}
      {...(live.select === undefined
        ? {}
        : {
            role: 'option',
            'aria-selected': live.selected === node.id,
            'aria-label': `${node.id}${isActive ? ', active' : ''}${node.description === '' ? '' : `: ${node.description}`}`,
          })}
    >
      <rect x={x} y={y} width={width} height={height} rx={depth === 0 ? 12 : 8} onClick={() => live.select?.(node.id)}>
        {node.description !== '' && <title>{node.description}</title>}
      </rect>
      {node.kind === 'final' && <rect class="final" x={x + 3} y={y + 3} width={width - 6} height={height - 6} rx={6} />}
      {node.kind === 'history' && (
        <>
          <circle class="history" cx={x + width - 15} cy={y + 15} r={8} />
          <text class="history" x={x + width - 15} y={y + 19} text-anchor="middle" pointer-events="none">
            H
          </text>
        </>
      )}
      <text class="title" x={x + METRIC.padding + 2} y={y + 20} pointer-events="none">
        {node.key}
      </text>
      {isActive && node.children.length === 0 && <circle class="lamp" cx={x + width - 12} cy={y + 15} r={4} />}
      {live.select === undefined && <OwnRows placed={placed} live={live} />}
    </g>
  );
}

/** The rows of a box. On the page they are no part of what is read of a state: the list of events has them. */
function OwnRows({ placed: { node, x, y, rows }, live }: { placed: PlacedNode; live: LiveChart }): JSX.Element {
  return <Rows rows={rows} x={x + METRIC.padding} y={y + METRIC.titleHeight} live={live} from={node.id} />;
}

function Rows({
  rows,
  x,
  y,
  live,
  from,
}: {
  rows: readonly Row[];
  x: number;
  y: number;
  live: LiveChart;
  from: string;
}) {
  return (
    <>
      {rows.map((row, index) => {
        const at = y + index * METRIC.lineHeight;
        if (row.kind === 'detail') {
          return (
            <text key={index} class="detail" x={x + 6} y={at + 12}>
              {row.text}
            </text>
          );
        }
        return <EventRow key={index} row={row} x={x} y={at} live={live} from={from} />;
      })}
    </>
  );
}

function EventRow({
  row,
  x,
  y,
  live,
  from,
}: {
  row: Row & { kind: 'event' };
  x: number;
  y: number;
  live: LiveChart;
  from: string;
}) {
  const { transitions, text } = row;
  const [{ event }] = transitions;
  const isOpen = transitions.some(({ id }) => live.open?.has(id));
  const isTaken = transitions.some(({ id }) => live.taken?.has(id));
  const width = text.length * METRIC.textSize * METRIC.character + 6;
  const classes = ['event', isOpen ? 'open' : '', isTaken ? 'taken' : ''].filter((name) => name !== '').join(' ');
  const shape = (
    <>
      <rect x={x - 3} y={y + 1} width={width} height={METRIC.lineHeight - 1} rx={4}>
        <title>{transitions.map(tellTransition).join('\n')}</title>
      </rect>
      <text x={x} y={y + 12} pointer-events="none">
        {text}
      </text>
    </>
  );
  const { send } = live;
  if (!isOpen || send === undefined) return <g class={classes}>{shape}</g>;
  return (
    // The same events are buttons of the list beside the chart, which is what the keyboard goes to.
    <g class={classes} data-event={event} data-from={from} onClick={() => send(event)}>
      {shape}
    </g>
  );
}

function Edge({ placed, live }: { placed: PlacedEdge; live: LiveChart }): JSX.Element {
  const { edge, points } = placed;
  const isTaken = edge.transitions.some(({ id }) => live.taken?.has(id));
  const isOpen = edge.transitions.some(({ id }) => live.open?.has(id));
  const classes = ['edge', isOpen ? 'open' : '', isTaken ? 'taken' : ''].filter((name) => name !== '').join(' ');
  return (
    <g class={classes}>
      <path d={roundedPath(points)} />
      <ArrowHead points={points} />
    </g>
  );
}

function Initial({ initial: { dot, points } }: { initial: PlacedInitial }): JSX.Element {
  return (
    <g class="initial">
      <circle cx={dot.x} cy={dot.y} r={4} />
      <path d={roundedPath(points)} />
      <ArrowHead points={points} />
    </g>
  );
}

function ArrowHead({ points }: { points: readonly Point[] }): JSX.Element | null {
  if (points.length < 2) return null;
  const [from, to] = points.slice(-2);
  const angle = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI;
  return (
    <path
      class="head"
      d="M0,0L-7,-3.5L-7,3.5Z"
      transform={`translate(${round(to.x)} ${round(to.y)}) rotate(${round(angle)})`}
    />
  );
}

const CORNER = 6;
const round = (value: number): number => Math.round(value * 10) / 10;

/** A polyline whose corners are rounded. */
export function roundedPath(points: readonly Point[]): string {
  if (points.length === 0) return '';
  const [first] = points;
  const parts = [`M${round(first.x)},${round(first.y)}`];
  for (let index = 1; index < points.length - 1; index++) {
    const [before, corner, after] = points.slice(index - 1, index + 2);
    const start = towards(corner, before);
    const end = towards(corner, after);
    parts.push(
      `L${round(start.x)},${round(start.y)}`,
      `Q${round(corner.x)},${round(corner.y)} ${round(end.x)},${round(end.y)}`,
    );
  }
  const last = points[points.length - 1];
  return [...parts, `L${round(last.x)},${round(last.y)}`].join('');
}

/** The point near `corner` on the way to `other`. */
function towards(corner: Point, other: Point): Point {
  const length = Math.hypot(other.x - corner.x, other.y - corner.y);
  const share = length === 0 ? 0 : Math.min(CORNER, length / 2) / length;
  return { x: corner.x + (other.x - corner.x) * share, y: corner.y + (other.y - corner.y) * share };
}
