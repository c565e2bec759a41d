/**
 * The statechart, to be looked at: zoomed, moved, searched. Events that can be taken now are pressed right in the chart; what a
 * state is for is told below it.
 */
import { computed, signal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { type ChartLayout, findInChart, type PlacedNode } from '../drawing/layout.ts';
import { Statechart } from '../drawing/statechart.tsx';
import { Cited } from './rules.tsx';
import {
  active,
  chartDrawing,
  openTransitions,
  pane,
  query,
  scene,
  selected,
  sendNamed,
  takenTransitions,
} from './store.ts';

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What is in sight of a chart: the shift of its corner, and how large it is. */
interface Sight {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

/** What the keyboard and the buttons can do with the chart. */
export const chartView = signal<{ zoom(factor: number): void; fit(): void } | undefined>(undefined);

const SCALE = { least: 0.15, most: 3 } as const;
const clampScale = (scale: number): number => Math.max(SCALE.least, Math.min(SCALE.most, scale));

const found = computed<readonly PlacedNode[]>(() => {
  const layout = chartDrawing.value?.layout;
  return layout === undefined ? [] : findInChart(layout, query.value);
});

export function ChartPane(): JSX.Element {
  const drawing = chartDrawing.value;
  const { problem } = scene.value;
  const leftOut = drawing?.layout === undefined ? 0 : drawing.chart.edges.length - drawing.layout.edges.length;
  const crowded =
    leftOut === 0 ? undefined : `With its ${leftOut} edges nobody could read this chart: here are the states alone.`;
  const told = drawing?.problem ?? problem ?? crowded;
  return (
    <section class="chart-pane" aria-label="Statechart">
      <div class="canvas">
        {drawing?.layout === undefined ? (
          <p class="empty" role="status">
            {told ?? (drawing === undefined ? 'There is nothing to draw.' : 'Laying out the chart…')}
          </p>
        ) : (
          <Canvas layout={drawing.layout} />
        )}
        {drawing?.layout !== undefined && told !== undefined && <p class="aside-note">{told}</p>}
      </div>
      <Explanation />
    </section>
  );
}

function Canvas({ layout }: { layout: ChartLayout }): JSX.Element {
  const frame = useRef<SVGSVGElement>(null);
  const content = useRef<SVGGElement>(null);
  const sight = useRef<Sight>({ x: 0, y: 0, scale: 1 });

  const look = (next: Sight): void => {
    sight.current = next;
    content.current?.setAttribute('transform', `translate(${next.x} ${next.y}) scale(${next.scale})`);
  };
  const fit = (): void => {
    const { clientWidth: width = 0, clientHeight: height = 0 } = frame.current ?? {};
    if (width === 0 || height === 0) return;
    // Text below nine pixels is not read: a chart that does not fit is looked at from its corner on.
    const whole = Math.min(1.25, (width - 32) / layout.width, (height - 32) / layout.height);
    const scale = Math.max(0.62, whole);
    const x = Math.max(16, (width - layout.width * scale) / 2);
    const y = Math.max(16, (height - layout.height * scale) / 2);
    look({ x, y, scale });
  };
  const zoomAt = (factor: number, x: number, y: number): void => {
    const { x: left, y: top, scale } = sight.current;
    const next = clampScale(scale * factor);
    look({ x: x - ((x - left) * next) / scale, y: y - ((y - top) * next) / scale, scale: next });
  };

  useEffect(() => {
    const svg = frame.current!;
    fit();
    chartView.value = { fit, zoom: (factor) => zoomAt(factor, svg.clientWidth / 2, svg.clientHeight / 2) };
    const observer = new ResizeObserver(fit);
    observer.observe(svg);
    const wheel = (event: WheelEvent): void => {
      event.preventDefault();
      const { left, top } = svg.getBoundingClientRect();
      if (event.ctrlKey || event.metaKey || !event.shiftKey) {
        zoomAt(Math.exp(-event.deltaY / 500), event.clientX - left, event.clientY - top);
      } else {
        look({ ...sight.current, x: sight.current.x - event.deltaX - event.deltaY });
      }
    };
    svg.addEventListener('wheel', wheel, { passive: false });
    return () => {
      observer.disconnect();
      svg.removeEventListener('wheel', wheel);
      chartView.value = undefined;
    };
  }, [layout]);

  /** Brings a part of the chart into the middle; or leaves all as it is, where the part is in sight already. */
  const bring = ({ x, y, width, height }: Box): void => {
    if (frame.current === null) return;
    const { clientWidth, clientHeight } = frame.current;
    const { x: left, y: top, scale } = sight.current;
    const isInSight =
      x * scale + left >= 0 &&
      y * scale + top >= 0 &&
      (x + width) * scale + left <= clientWidth &&
      (y + height) * scale + top <= clientHeight;
    if (isInSight) return;
    look({
      scale,
      x: clientWidth / 2 - (x + width / 2) * scale,
      y: clientHeight / 2 - (y + height / 2) * scale,
    });
  };
  useSignalEffect(() => {
    const [first] = found.value;
    if (first !== undefined) bring(first);
  });
  // What was just taken is what the reader looks for.
  useSignalEffect(() => {
    const taken = takenTransitions.value;
    const edge = layout.edges.find(({ edge: { transitions } }) => transitions.some(({ id }) => taken.has(id)));
    if (edge !== undefined) bring(edge.label);
  });

  const drag = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const { clientX, clientY } = event;
    const { x, y, scale } = sight.current;
    const move = (to: PointerEvent): void => look({ x: x + to.clientX - clientX, y: y + to.clientY - clientY, scale });
    const end = (): void => {
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', end);
      frame.current?.classList.remove('dragging');
    };
    frame.current?.classList.add('dragging');
    addEventListener('pointermove', move);
    addEventListener('pointerup', end);
  };
  const pan = (event: KeyboardEvent): void => {
    const shift = { ArrowUp: [0, 60], ArrowDown: [0, -60], ArrowLeft: [60, 0], ArrowRight: [-60, 0] }[event.key];
    if (shift === undefined || !event.shiftKey) return;
    event.preventDefault();
    const { x, y, scale } = sight.current;
    look({ x: x + shift[0], y: y + shift[1], scale });
  };

  const label = `Statechart of ${scene.value.title}. Active: ${[...active.value].filter((id) => isLeaf(layout, id)).join(', ')}`;
  return (
    <svg ref={frame} class="chart" role="img" aria-label={label} tabindex={0} onPointerDown={drag} onKeyDown={pan}>
      <g ref={content}>
        <Statechart
          layout={layout}
          live={{
            active: active.value,
            open: openTransitions.value,
            taken: takenTransitions.value,
            selected: selected.value,
            found: new Set(found.value.map(({ node }) => node.id)),
            send: scene.value.kind === 'own' ? sendNamed : undefined,
            select: (id) => (selected.value = selected.value === id ? undefined : id),
          }}
        />
      </g>
    </svg>
  );
}

const isLeaf = (layout: ChartLayout, id: string): boolean =>
  layout.nodes.some(({ node }) => node.id === id && node.children.length === 0);

/** The field that searches the chart, and the buttons that zoom it. */
export function ChartTools(): JSX.Element | null {
  if (pane.value === 'map' || pane.value === 'story') return null;
  const count = found.value.length;
  return (
    <div class="tools">
      {query.value.trim() !== '' && (
        <span class="count" role="status">
          {count === 0 ? 'nothing found' : `${count} found`}
        </span>
      )}
      <input
        id="search"
        type="search"
        placeholder="Search  /"
        aria-label="Search states and events"
        value={query.value}
        onInput={(event) => (query.value = event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
      />
      <button type="button" aria-label="Smaller" onClick={() => chartView.value?.zoom(0.8)}>
        −
      </button>
      <button type="button" aria-label="Larger" onClick={() => chartView.value?.zoom(1.25)}>
        +
      </button>
      <button type="button" onClick={() => chartView.value?.fit()}>
        Fit
      </button>
    </div>
  );
}

/** What the state that was pressed is for, and the rules that it cites. */
function Explanation(): JSX.Element | null {
  const placed = chartDrawing.value?.layout?.nodes.find(({ node }) => node.id === selected.value);
  if (placed === undefined) return null;
  const { node } = placed;
  return (
    <aside class="explanation" aria-label={`About ${node.key}`}>
      <header>
        <h3>{node.id}</h3>
        <button type="button" aria-label="Close" onClick={() => (selected.value = undefined)}>
          ×
        </button>
      </header>
      <Cited text={node.description || 'It has no description.'} />
      {[...node.inner]
        .filter(({ description }) => description !== '')
        .map(({ id, event, description }) => (
          <p key={id}>
            <code>{event}</code> <Cited text={description} inline />
          </p>
        ))}
    </aside>
  );
}
