/**
 * The map of the state space: where the run has been, where it is, and where it has not been yet.
 */
import { computed, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { BoundError } from '../../checker/explore/bound.ts';
import { mapOf, pathBetween, type StateMap } from './map.ts';
import { MapCanvas, useTallPane } from './map-canvas.tsx';
import { curve } from './map-shape.ts';
import { SpacePane } from './space-pane.tsx';
import { pane, position, scene, send, value } from './store.ts';

/** The maps of the machines that were looked at; `large` where states have to be put together. */
const maps = new WeakMap<object, StateMap | 'large'>();

const map = computed<StateMap | 'large' | undefined>(() => {
  const at = scene.value;
  if (at.kind !== 'own' || pane.value !== 'map') return undefined;
  const known = maps.get(at.machine) ?? makeMap(at.subject);
  maps.set(at.machine, known);
  return known;
});

function makeMap(subject: Parameters<typeof mapOf>[0]): StateMap | 'large' {
  try {
    return mapOf(subject);
  } catch (error) {
    if (error instanceof BoundError) return 'large';
    throw error;
  }
}

/** The states along the run, by number. */
const path = computed<readonly number[]>(() => {
  const at = scene.value;
  const { numbers } = Object(map.value) as Partial<StateMap>;
  if (at.kind !== 'own' || numbers === undefined) return [];
  return Array.from(
    { length: Math.min(at.length, PATH_STEPS) + 1 },
    (_, step) => numbers.get(JSON.stringify(at.valueAt(step))) ?? -1,
  );
});

/** Steps of a run that count for the map: with three hundred states, more of them show nothing new. */
const PATH_STEPS = 20_000;

/** How many different transitions the run has tried, of those that are taken. */
const coverage = computed(() => {
  const at = scene.value;
  const { graph } = Object(map.value) as Partial<StateMap>;
  if (at.kind !== 'own' || graph === undefined) return 0;
  const { steps } = at.run;
  const tried = path.value.slice(0, -1).flatMap((from, step) => {
    return from >= 0 && graph.taken(from, steps[step].event) ? [`${from} ${steps[step].event}`] : [];
  });
  return new Set(tried).size;
});

const chosen = signal<number | undefined>(undefined);

export function MapPane(): JSX.Element {
  const at = scene.value;
  const drawn = map.value;
  if (at.kind === 'own' && drawn === 'large') return <SpacePane at={at} />;
  if (typeof drawn === 'object') return <MapDrawing map={drawn} />;
  return (
    <section class="map" aria-label="State space">
      <p class="empty" role="status">
        The state space of a watched program is not known: its guards are not told.
      </p>
    </section>
  );
}

/** The rings are drawn out to the shape of most windows. */
const STRETCH = 1.5;

function MapDrawing({ map: { graph, nodes: round, links, numbers } }: { map: StateMap }): JSX.Element {
  const visited = new Set(path.value);
  const here = numbers.get(JSON.stringify(value.value)) ?? -1;
  const end = Math.min(position.value, path.value.length - 1);
  const walked = path.value.slice(0, end + 1).filter((state) => state >= 0);
  const took = new Set(path.value.slice(1).map((state, index) => `${path.value[index]} ${state}`));
  const at = chosen.value !== undefined && chosen.value < round.length ? chosen.value : undefined;
  const isTall = useTallPane();
  const nodes = useMemo(() => round.map((node) => ({ ...node, x: node.x * (isTall ? 1 : STRETCH) })), [round, isTall]);

  const go = (state: number): void => {
    const events = pathBetween(graph, here, state);
    if (events !== undefined && events.length > 0) send(...events);
  };
  const outward = useMemo(
    () =>
      links
        .filter(([from, to]) => nodes[to].depth > nodes[from].depth)
        .map(([from, to]) => curve(nodes[from], nodes[to]))
        .join(''),
    [links, nodes],
  );

  return (
    <section class="map" aria-label="State space">
      <p class="legend">
        <span>{graph.states.length} states</span>
        <span>
          <i class="dot visited" /> {visited.size} on this run
        </span>
        <span>
          <i class="dot" /> {graph.states.length - visited.size} not on it
        </span>
        <span>
          <i class="dot here" /> here
        </span>
        <span>
          {coverage.value} of {graph.transitionCount.toLocaleString('en-US')} transitions
        </span>
        <span class="hint">
          Each ring is a step further from reset; drawn are the steps outward and those of the run. Press a state to
          take the shortest way there.
        </span>
      </p>
      <MapCanvas
        nodes={nodes}
        here={here}
        chosen={at}
        label={`${graph.states.length} states; the run has been in ${visited.size}`}
        idOf={(state) => `map-${state}`}
        placeOf={(state) => ({
          radius: state === here ? 10 : 7,
          label: `${visited.has(state) ? 'visited: ' : ''}${tellState(graph.states[state])}`,
          isVisited: visited.has(state),
        })}
        go={go}
        choose={(next) => (chosen.value = next)}
      >
        {[...new Set(round.map(({ x, y }) => Math.round(Math.hypot(x, y))))].map((ring) => (
          <ellipse key={ring} class="ring" rx={ring * (isTall ? 1 : STRETCH)} ry={ring} />
        ))}
        <path class="links" d={outward} />
        <path
          class="links taken"
          d={links
            .filter(([from, to]) => took.has(`${from} ${to}`))
            .map(([from, to]) => curve(nodes[from], nodes[to]))
            .join('')}
        />
        <path
          class="walked"
          d={walked
            .slice(1)
            .map((state, index) => curve(nodes[walked[index]], nodes[state]))
            .join('')}
        />
      </MapCanvas>
      <p class="chosen-state" role="status">
        {at === undefined ? tellState(value.value) : tellState(graph.states[at])}
      </p>
    </section>
  );
}

/** A state in words: "capability: enabled, clear; vector0: masked, A, none, set". */
function tellState(state: unknown): string {
  if (typeof state === 'string') return state;
  return Object.entries(Object(state) as object)
    .map(([name, inside]) => `${name}: ${typeof inside === 'string' ? inside : leaves(inside).join(', ')}`)
    .join('; ');
}

const leaves = (state: unknown): string[] =>
  typeof state === 'string' ? [state] : Object.values(Object(state) as object).flatMap(leaves);
