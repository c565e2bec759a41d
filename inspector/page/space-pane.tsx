/**
 * The map of a state space that is too large to be drawn state by state: lots of states, put together by the regions that the reader
 * tells apart; where the run has been, where it is, and a way to wherever one is pressed.
 */
import { computed, effect, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Lot, Space } from '../decider/space.ts';
import { ask } from './decider.ts';
import { type MapNode, placeInColumns } from './map.ts';
import { MapCanvas, useTallPane } from './map-canvas.tsx';
import { curve } from './map-shape.ts';
import type { OwnScene } from './scene.ts';
import { notice, pane, position, scene, send } from './store.ts';
import { tellError } from './open.ts';

/** The space of a machine, with the places of its lots. */
interface DrawnSpace {
  readonly machine: OwnScene['machine'];
  readonly space: Space;
  readonly nodes: readonly MapNode[];
  /** The lots by what is told apart. */
  readonly numbers: ReadonlyMap<string, number>;
}

const drawn = signal<DrawnSpace | undefined>(undefined);
const problem = signal<string | undefined>(undefined);
/** The regions that the reader wants told apart; undefined for the map's own choice. */
const wanted = signal<{ readonly machine: OwnScene['machine']; readonly apart: readonly string[] } | undefined>(
  undefined,
);
const chosen = signal<number | undefined>(undefined);

/** The largest radius of a lot. */
const RADIUS = 16;

effect(() => {
  const at = scene.value;
  if (pane.value !== 'map' || at.kind !== 'own') return;
  const { machine } = at;
  const apart = wanted.value?.machine === machine ? wanted.value.apart : undefined;
  const known = drawn.peek();
  if (known?.machine === machine && (apart === undefined || apart.join() === known.space.apart.join())) return;
  problem.value = undefined;
  ask('space', { subject: { machine: machine.id, instance: at.subject.instance }, apart }).then(
    (space) => {
      if (scene.peek().machine === machine) drawn.value = place(machine, space);
    },
    (error: unknown) => (problem.value = tellError(error)),
  );
});

function place(machine: OwnScene['machine'], space: Space): DrawnSpace {
  const { lots, links } = space;
  const nodes = placeInColumns(
    lots.map(({ depth }) => depth),
    links.map(([from, to]) => [from, to] as const),
  );
  return {
    ...{ machine, space, nodes },
    numbers: new Map(lots.map(({ children }, lot) => [children.join(), lot])),
  };
}

/** The most steps of a run that count. */
const RUN_STEPS = 20_000;

/** The lot at each position of the run, and how many different states of each lot it has been in. */
const walked = computed(() => {
  const at = scene.value;
  const known = drawn.value;
  const lots: number[] = [];
  const seen = new Map<number, Set<string>>();
  if (at.kind !== 'own' || known?.machine !== at.machine) return { lots, seen };
  const { apart } = known.space;
  for (let step = 0; step <= Math.min(at.length, RUN_STEPS); step++) {
    const regions = at.run.regionsAt(step);
    const lot = known.numbers.get(apart.map((name) => regions[name]).join()) ?? -1;
    lots.push(lot);
    const states = seen.get(lot) ?? new Set();
    seen.set(lot, states.add(Object.values(regions).join()));
  }
  return { lots, seen };
});

export function SpacePane({ at }: { at: OwnScene }): JSX.Element {
  const known = drawn.value;
  return (
    <section class="map" aria-label="State space">
      {known?.machine === at.machine && <Apart at={at} space={known.space} />}
      {problem.value !== undefined && (
        <p class="empty" role="alert">
          {problem.value}
        </p>
      )}
      {known?.machine === at.machine ? (
        <SpaceDrawing at={at} known={known} />
      ) : (
        problem.value === undefined && (
          <p class="empty" role="status">
            Every state is being explored…
          </p>
        )
      )}
    </section>
  );
}

/** The legend, and the regions to be told apart. */
function Apart({ at, space }: { at: OwnScene; space: Space }): JSX.Element {
  const { regions, apart, states, lots } = space;
  const toggle = (name: string): void => {
    const next = apart.includes(name) ? apart.filter((each) => each !== name) : [...apart, name];
    wanted.value = { machine: at.machine, apart: regions.filter((each) => next.includes(each)) };
  };
  return (
    <div class="legend">
      <span>
        {states.toLocaleString('en-US')} states in {lots.length} lots
      </span>
      <span>
        <i class="dot visited" /> on this run
      </span>
      <span>
        <i class="dot here" /> here
      </span>
      <details class="apart">
        <summary>
          Told apart: {apart.length} of {regions.length} regions
        </summary>
        <fieldset>
          <legend class="visually-hidden">Regions that are told apart</legend>
          {regions.map((name) => (
            <label key={name}>
              <input type="checkbox" checked={apart.includes(name)} onChange={() => toggle(name)} /> {name}
            </label>
          ))}
        </fieldset>
      </details>
      <span class="hint">
        A lot is all states that are alike in those regions; the larger, the more. It begins at reset, and each row of
        lots is a step further. Press a lot to take the shortest way into it.
      </span>
    </div>
  );
}

function SpaceDrawing({ at, known }: { at: OwnScene; known: DrawnSpace }): JSX.Element {
  const { space } = known;
  const isTall = useTallPane();
  // In a window that is higher than wide, what is further from reset is further down.
  const nodes = useMemo(
    () => (isTall ? known.nodes.map((node) => ({ ...node, x: node.y, y: node.x })) : known.nodes),
    [known.nodes, isTall],
  );
  const { lots, links, apart } = space;
  const { lots: path, seen } = walked.value;
  const here = path[Math.min(position.value, path.length - 1)] ?? -1;
  const took = new Set(path.slice(1).map((lot, index) => `${path[index]} ${lot}`));
  const chosenLot = chosen.value !== undefined && chosen.value < lots.length ? chosen.value : undefined;

  const go = (lot: number): void => {
    const { machine, subject, run } = at;
    const question = {
      ...{ subject: { machine: machine.id, instance: subject.instance }, from: run.regionsAt(position.value) },
      ...{ apart, children: lots[lot].children },
    };
    ask('way', question).then(
      (way) => {
        if (way === undefined)
          notice.value = { kind: 'news', text: 'No event and no run of events leads there from this state.' };
        else if (way.length > 0 && scene.peek() === at) send(...way);
      },
      (error: unknown) => (notice.value = { kind: 'error', text: tellError(error) }),
    );
  };
  const tell = (lot: number): string => {
    const count = seen.get(lot)?.size ?? 0;
    const visited = count === 0 ? '' : `, ${count} of them on this run`;
    return `${tellLot(apart, lots[lot])}: ${states(lots[lot].states)}${visited}`;
  };
  return (
    <>
      <MapCanvas
        nodes={nodes}
        here={here}
        chosen={chosenLot}
        label={`${lots.length} lots of states; the run has been in ${seen.size}`}
        idOf={(lot) => `lot-${lot}`}
        placeOf={(lot) => ({
          radius: Math.min(4 + 1.6 * Math.log2(lots[lot].states + 1), RADIUS),
          label: tell(lot),
          isVisited: seen.has(lot),
        })}
        go={go}
        choose={(next) => (chosen.value = next)}
      >
        <path class="links" d={links.map(([from, to]) => curve(nodes[from], nodes[to])).join('')} />
        <path
          class="walked"
          d={links
            .filter(([from, to]) => took.has(`${from} ${to}`))
            .map(([from, to]) => curve(nodes[from], nodes[to]))
            .join('')}
        />
      </MapCanvas>
      <p class="chosen-state" role="status">
        {chosenLot !== undefined ? tell(chosenLot) : here >= 0 ? tell(here) : ''}
      </p>
    </>
  );
}

const states = (count: number): string => `${count.toLocaleString('en-US')} ${count === 1 ? 'state' : 'states'}`;

/** A lot in words: "ownership: kernel; vcpu: running". */
const tellLot = (apart: readonly string[], { children }: Lot): string =>
  apart.length === 0 ? 'All states' : apart.map((name, index) => `${name}: ${children[index] || 'none'}`).join('; ');
