/**
 * The picture of a map: zoomed and moved like a chart, and of its places only those in sight are drawn. What the places mean, and what is
 * drawn between them, is the caller's.
 */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { MapNode } from './map.ts';
import { keysOf } from './map-shape.ts';
import { chartView } from './store.ts';

/** A place as it is drawn. */
export interface Place {
  readonly radius: number;
  readonly label: string;
  readonly isVisited: boolean;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Closer than this many times the whole, nothing more is seen. */
const CLOSEST = 12;
/** Of a place, as much may stand out of its middle. */
const REACH = 20;
/** A pointer that moves less is a press. */
const STILL = 4;

export function MapCanvas({
  nodes,
  here,
  chosen,
  label,
  idOf,
  placeOf,
  go,
  choose,
  children,
}: {
  /** By the number of each place. */
  nodes: readonly MapNode[];
  here: number;
  chosen: number | undefined;
  label: string;
  idOf: (place: number) => string;
  placeOf: (place: number) => Place;
  go: (place: number) => void;
  choose: (place: number | undefined) => void;
  children: ComponentChildren;
}): JSX.Element {
  const svg = useRef<SVGSVGElement>(null);
  const whole = boxAround(nodes);
  const [room, setRoom] = useState({ width: 0, height: 0 });
  /** What the reader has chosen to look at; undefined for all of it. */
  const [view, setView] = useState<Box | undefined>(undefined);
  useEffect(() => setView(undefined), [nodes]);
  const shown = withRatioOf(view ?? whole, room);

  const zoomAt = (factor: number, x: number, y: number): void => {
    const fitted = withRatioOf(whole, room);
    const width = Math.max(fitted.width / CLOSEST, shown.width / factor);
    if (width >= fitted.width) return setView(undefined);
    const by = width / shown.width;
    setView({ x: x - (x - shown.x) * by, y: y - (y - shown.y) * by, width, height: shown.height * by });
  };
  const middle = [shown.x + shown.width / 2, shown.y + shown.height / 2] as const;
  const zoom = (factor: number): void => zoomAt(factor, ...middle);
  const bring = ({ x, y }: MapNode): void => {
    const isInSight =
      x - REACH >= shown.x &&
      y - REACH >= shown.y &&
      x + REACH <= shown.x + shown.width &&
      y + REACH <= shown.y + shown.height;
    if (!isInSight) setView({ ...shown, x: x - shown.width / 2, y: y - shown.height / 2 });
  };
  const pointOf = (event: MouseEvent): DOMPoint =>
    new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.current!.getScreenCTM()!.inverse());

  const latest = useRef({ zoom, zoomAt, pointOf });
  latest.current = { zoom, zoomAt, pointOf };
  useLayoutEffect(() => {
    const element = svg.current!;
    const measure = (): void => setRoom({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    const wheel = (event: WheelEvent): void => {
      event.preventDefault();
      const { x, y } = latest.current.pointOf(event);
      latest.current.zoomAt(Math.exp(-event.deltaY / 500), x, y);
    };
    element.addEventListener('wheel', wheel, { passive: false });
    const own = { fit: () => setView(undefined), zoom: (factor: number) => latest.current.zoom(factor) };
    chartView.value = own;
    return () => {
      observer.disconnect();
      element.removeEventListener('wheel', wheel);
      if (chartView.peek() === own) chartView.value = undefined;
    };
  }, []);

  const drag = (event: PointerEvent): void => {
    if (event.button !== 0 || view === undefined) return;
    const [from, begun, scale] = [event, shown, shown.width / Math.max(1, room.width)];
    let isMoving = false;
    const move = (to: PointerEvent): void => {
      isMoving ||= Math.hypot(to.clientX - from.clientX, to.clientY - from.clientY) > STILL;
      if (!isMoving) return;
      setView({
        ...begun,
        x: begun.x - (to.clientX - from.clientX) * scale,
        y: begun.y - (to.clientY - from.clientY) * scale,
      });
    };
    const end = (): void => {
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', end);
      // What was moved was not pressed.
      if (isMoving) addEventListener('click', (click) => click.stopPropagation(), { capture: true, once: true });
    };
    addEventListener('pointermove', move);
    addEventListener('pointerup', end);
  };

  const chooseNext = (place: number | undefined): void => {
    choose(place);
    if (place !== undefined) bring(nodes[place]);
  };
  const onKeyDown = keysOf(nodes, nodes[chosen ?? Math.max(0, here)], go, chooseNext);
  const drawn = nodes.filter(
    ({ x, y, state }) =>
      state === chosen ||
      (x + REACH >= shown.x &&
        y + REACH >= shown.y &&
        x - REACH <= shown.x + shown.width &&
        y - REACH <= shown.y + shown.height),
  );
  return (
    <svg
      ref={svg}
      class={`map-canvas ${view === undefined ? '' : 'zoomed'}`}
      viewBox={`${shown.x} ${shown.y} ${shown.width} ${shown.height}`}
      role="listbox"
      aria-label={label}
      aria-activedescendant={chosen === undefined ? undefined : idOf(chosen)}
      tabindex={0}
      onKeyDown={onKeyDown}
      onPointerDown={drag}
    >
      <g role="presentation">{children}</g>
      {drawn.map(({ state, x, y }) => {
        const { radius, label: told, isVisited } = placeOf(state);
        const classes = [
          'place',
          isVisited ? 'visited' : '',
          state === here ? 'here' : '',
          state === chosen ? 'chosen' : '',
        ];
        return (
          <g
            key={state}
            id={idOf(state)}
            role="option"
            aria-selected={state === here}
            aria-posinset={state + 1}
            aria-setsize={nodes.length}
            aria-label={told}
            class={classes.filter((each) => each !== '').join(' ')}
            onClick={() => go(state)}
            onPointerEnter={() => choose(state)}
          >
            <circle cx={x} cy={y} r={radius} />
            {state === here && <circle class="core" cx={x} cy={y} r={4} />}
            <title>{told}</title>
          </g>
        );
      })}
    </svg>
  );
}

/** Whether a map is shown in a window that is higher than wide. */
export function useTallPane(): boolean {
  const query = '(max-aspect-ratio: 1/1)';
  const [isTall, setTall] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const listen = (): void => setTall(list.matches);
    list.addEventListener('change', listen);
    return () => list.removeEventListener('change', listen);
  }, []);
  return isTall;
}

/** The box around all places. */
function boxAround(nodes: readonly MapNode[]): Box {
  const margin = REACH + 2;
  const [left, right] = [Math.min(...nodes.map(({ x }) => x)), Math.max(...nodes.map(({ x }) => x))];
  const [high, low] = [Math.min(...nodes.map(({ y }) => y)), Math.max(...nodes.map(({ y }) => y))];
  return { x: left - margin, y: high - margin, width: right - left + 2 * margin, height: low - high + 2 * margin };
}

/** The smallest box around another one that has the shape of the room that it is shown in. */
function withRatioOf(box: Box, { width, height }: { readonly width: number; readonly height: number }): Box {
  if (width === 0 || height === 0) return box;
  const scale = Math.max(box.width / width, box.height / height);
  const [wide, tall] = [width * scale, height * scale];
  return { x: box.x - (wide - box.width) / 2, y: box.y - (tall - box.height) / 2, width: wide, height: tall };
}
