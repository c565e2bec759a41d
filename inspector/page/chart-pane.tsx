/**
 * The statechart, to be looked at: zoomed, moved, searched. Events that can be taken now are pressed right in the chart; what a
 * state is for is told below it.
 */
import { computed, useSignalEffect } from '@preact/signals';
import type { JSX, RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { type ChartLayout, findInChart, type PlacedNode } from '../drawing/layout.ts';
import { Statechart } from '../drawing/statechart.tsx';
import { lazily } from './lazy.tsx';
import {
  active,
  canFold,
  chartDrawing,
  chartView,
  isFolded,
  openTransitions,
  presenting,
  query,
  scene,
  selected,
  sendNamed,
  takenTransitions,
  toggleFolding,
} from './store.ts';
import { ZoomTools } from './zoom-tools.tsx';

/** Fetched with the rules, once a state is asked about. */
const Explanation = lazily(async () => (await import('./explanation.tsx')).Explanation);

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

const SCALE = { least: 0.1, most: 3 } as const;
/** Text is read down to this scale: a chart that is larger is looked at in part, to begin with. A room reads less. */
const readable = (): number => (presenting.value ? 1 : 0.9);
/** A pane that is narrower, in pixels, shows no large chart whole. */
const NARROW = 600;
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
      {selected.value !== undefined && <Explanation />}
    </section>
  );
}

function Canvas({ layout }: { layout: ChartLayout }): JSX.Element {
  const frame = useRef<SVGSVGElement>(null);
  const content = useRef<SVGGElement>(null);
  const lens = useRef<SVGRectElement>(null);
  const sight = useRef<Sight>({ x: 0, y: 0, scale: 1 });
  /** Whether the reader has chosen what is in sight: then a pane that changes its size leaves it. */
  const isChosen = useRef(false);

  const look = (next: Sight): void => {
    sight.current = next;
    content.current?.setAttribute('transform', `translate(${next.x} ${next.y}) scale(${next.scale})`);
    const { clientWidth = 0, clientHeight = 0 } = frame.current ?? {};
    const seen = { x: -next.x, y: -next.y, width: clientWidth, height: clientHeight };
    for (const [name, value] of Object.entries(seen)) lens.current?.setAttribute(name, String(value / next.scale));
    // Where all of it is in sight, a map of it says nothing.
    const isWhole =
      seen.x <= 0 &&
      seen.y <= 0 &&
      layout.width * next.scale <= clientWidth - next.x &&
      layout.height * next.scale <= clientHeight - next.y;
    lens.current?.ownerSVGElement?.classList.toggle('needless', isWhole);
  };
  const choose = (next: Sight): void => {
    isChosen.current = true;
    look(next);
  };
  const wholeScale = (): number => {
    const { clientWidth: width = 0, clientHeight: height = 0 } = frame.current ?? {};
    return clampScale(Math.min(1.25, (width - 24) / layout.width, (height - 24) / layout.height));
  };
  /** Has the whole chart in sight; or, to begin with, its upper left part, where nobody could read the whole. */
  const fit = (least: number = SCALE.least): void => {
    const { clientWidth: width = 0, clientHeight: height = 0 } = frame.current ?? {};
    if (width === 0 || height === 0) return;
    const scale = Math.max(least, wholeScale());
    const x = Math.max(12, (width - layout.width * scale) / 2);
    const y = Math.max(12, (height - layout.height * scale) / 2);
    look({ x, y, scale });
  };
  const zoomAt = (factor: number, x: number, y: number): void => {
    const { x: left, y: top, scale } = sight.current;
    const next = clampScale(scale * factor);
    choose({ x: x - ((x - left) * next) / scale, y: y - ((y - top) * next) / scale, scale: next });
  };

  useEffect(() => {
    const svg = frame.current!;
    isChosen.current = false;
    fit(readable());
    bring(takenBox(layout, takenTransitions.peek()));
    chartView.value = {
      fit: () => {
        isChosen.current = false;
        fit();
      },
      zoom: (factor) => zoomAt(factor, svg.clientWidth / 2, svg.clientHeight / 2),
    };
    let { clientWidth, clientHeight } = svg;
    const observer = new ResizeObserver(() => {
      const { x, y, scale } = sight.current;
      // The middle stays the middle.
      const middle = { x: x + (svg.clientWidth - clientWidth) / 2, y: y + (svg.clientHeight - clientHeight) / 2 };
      ({ clientWidth, clientHeight } = svg);
      if (isChosen.current) look({ ...middle, scale });
      else {
        fit(readable());
        bring(takenBox(layout, takenTransitions.peek()));
      }
    });
    observer.observe(svg);
    const wheel = (event: WheelEvent): void => {
      event.preventDefault();
      const { left, top } = svg.getBoundingClientRect();
      if (event.ctrlKey || event.metaKey || !event.shiftKey) {
        zoomAt(Math.exp(-event.deltaY / 500), event.clientX - left, event.clientY - top);
      } else {
        choose({ ...sight.current, x: sight.current.x - event.deltaX - event.deltaY });
      }
    };
    svg.addEventListener('wheel', wheel, { passive: false });
    return () => {
      observer.disconnect();
      svg.removeEventListener('wheel', wheel);
      chartView.value = undefined;
    };
  }, [layout]);

  /** Brings a part of the chart into sight, smaller where it is too large; or leaves all as it is, where it is in sight already. */
  const bring = (box: Box | undefined): void => {
    if (frame.current === null || box === undefined) return;
    const { clientWidth, clientHeight } = frame.current;
    const { x, y, width, height } = box;
    const { x: left, y: top, scale } = sight.current;
    const isInSight =
      x * scale + left >= 0 &&
      y * scale + top >= 0 &&
      (x + width) * scale + left <= clientWidth &&
      (y + height) * scale + top <= clientHeight;
    if (isInSight) return;
    const wanted = Math.min(scale, (clientWidth - 32) / width, (clientHeight - 32) / height);
    // A room, and a narrow window, read the first of it, rather than all of it in small.
    const least = presenting.value ? readable() : clientWidth < NARROW ? 0.7 * readable() : 0;
    const next = clampScale(Math.max(wanted, least));
    // As far as there is more of the chart, none of the room is left empty.
    const startOf = (from: number, size: number, room: number, whole: number): number => {
      const start = size * next > room ? 16 - from * next : room / 2 - (from + size / 2) * next;
      return whole * next > room ? Math.min(12, Math.max(room - 12 - whole * next, start)) : start;
    };
    look({
      scale: next,
      x: startOf(x, width, clientWidth, layout.width),
      y: startOf(y, height, clientHeight, layout.height),
    });
  };
  useSignalEffect(() => {
    const [first] = found.value;
    if (first !== undefined) bring(first);
  });
  // What was just taken is what the reader looks for: all of it.
  useSignalEffect(() => bring(takenBox(layout, takenTransitions.value)));

  const drag = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const { clientX, clientY } = event;
    const { x, y, scale } = sight.current;
    const move = (to: PointerEvent): void =>
      choose({ x: x + to.clientX - clientX, y: y + to.clientY - clientY, scale });
    const end = (): void => {
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', end);
      frame.current?.classList.remove('dragging');
    };
    frame.current?.classList.add('dragging');
    addEventListener('pointermove', move);
    addEventListener('pointerup', end);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const shift = { ArrowUp: [0, 60], ArrowDown: [0, -60], ArrowLeft: [60, 0], ArrowRight: [-60, 0] }[event.key];
    const { x, y, scale } = sight.current;
    if (event.shiftKey && shift !== undefined) choose({ x: x + shift[0], y: y + shift[1], scale });
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const by = event.key === 'ArrowDown' ? 1 : -1;
      const at = layout.nodes.findIndex(({ node }) => node.id === selected.value);
      const next = layout.nodes[Math.max(0, Math.min(layout.nodes.length - 1, at + by))];
      selected.value = next.node.id;
      bring({ x: next.x, y: next.y, width: Math.min(next.width, 200), height: Math.min(next.height, 60) });
    } else if (event.key === 'Escape' && selected.value !== undefined) selected.value = undefined;
    else return;
    event.preventDefault();
  };

  const label = `Statechart of ${scene.value.title}. Active: ${[...active.value].filter((id) => isLeaf(layout, id)).join(', ')}`;
  const at = layout.nodes.some(({ node }) => node.id === selected.value) ? selected.value : undefined;
  return (
    <>
      <svg
        ref={frame}
        class="chart"
        role="listbox"
        aria-label={label}
        aria-activedescendant={at === undefined ? undefined : `state-${at}`}
        tabindex={0}
        onPointerDown={drag}
        onKeyDown={onKeyDown}
      >
        <g ref={content} role="presentation">
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
      <Minimap
        layout={layout}
        lens={lens}
        goTo={(x, y) => {
          const { clientWidth = 0, clientHeight = 0 } = frame.current ?? {};
          const { scale } = sight.current;
          choose({ x: clientWidth / 2 - x * scale, y: clientHeight / 2 - y * scale, scale });
        }}
      />
    </>
  );
}

/** The box around all that was taken in a step: labels, and the states that they lead from and to. */
function takenBox(layout: ChartLayout, taken: ReadonlySet<string>): Box | undefined {
  const boxes: Box[] = [];
  for (const { edge, label } of layout.edges) {
    if (!edge.transitions.some(({ id }) => taken.has(id))) continue;
    const ends = layout.nodes.filter(({ node }) => node.id === edge.source || node.id === edge.target);
    boxes.push(label, ...ends.filter(({ node }) => node.children.length === 0));
  }
  for (const placed of layout.nodes)
    if (placed.node.children.length === 0 && placed.node.inner.some(({ id }) => taken.has(id))) boxes.push(placed);
  if (boxes.length === 0) return undefined;
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  return {
    ...{ x, y },
    width: Math.max(...boxes.map((box) => box.x + box.width)) - x,
    height: Math.max(...boxes.map((box) => box.y + box.height)) - y,
  };
}

/** The whole chart in small, with what is in sight framed. The pointer's way; the keyboard has the arrows. */
function Minimap({
  layout,
  lens,
  goTo,
}: {
  layout: ChartLayout;
  lens: RefObject<SVGRectElement | null>;
  goTo: (x: number, y: number) => void;
}): JSX.Element {
  const move = (event: PointerEvent): void => {
    if (event.buttons !== 1) return;
    const svg = event.currentTarget as SVGSVGElement;
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM()!.inverse());
    goTo(at.x, at.y);
  };
  return (
    <svg
      class="minimap"
      viewBox={`0 0 ${layout.width} ${layout.height}`}
      aria-hidden="true"
      onPointerDown={move}
      onPointerMove={move}
    >
      {layout.nodes
        .filter(({ depth, node }) => depth < 3 || active.value.has(node.id))
        .map(({ node, x, y, width, height }) => (
          <rect
            key={node.id}
            class={active.value.has(node.id) && node.children.length === 0 ? 'active' : ''}
            {...{ x, y, width, height }}
          />
        ))}
      <rect ref={lens} class="lens" />
    </svg>
  );
}

const isLeaf = (layout: ChartLayout, id: string): boolean =>
  layout.nodes.some(({ node }) => node.id === id && node.children.length === 0);

/** The field that searches the chart, and the buttons that zoom it. */
export function ChartTools(): JSX.Element {
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
      <ZoomTools />
      {(isFolded.value || canFold.value) && (
        <button
          type="button"
          class="fold"
          aria-pressed={isFolded.value}
          title="Regions in which this run never moves"
          onClick={toggleFolding}
        >
          {isFolded.value ? 'Unfold' : 'Fold what rests'}
        </button>
      )}
    </div>
  );
}
