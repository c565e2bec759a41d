/**
 * The front door: what this is, the life of one vector to try at once, and three ways in.
 */
import { computed, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { layOutInWorker } from './elk.ts';
import { activeIds, chartOf } from '../drawing/chart.ts';
import type { ChartLayout } from '../drawing/layout.ts';
import { Statechart } from '../drawing/statechart.tsx';
import { beginScene, type OwnScene, takeEvents } from './scene.ts';
import { actors, begin, goToTrace, library, watch, watched } from './store.ts';
import type { Actor } from './watch.ts';
import { connection, socketAddress } from './connection.ts';

export function Front(): JSX.Element {
  return (
    <main class="front">
      <div class="front-left">
        <section class="front-about">
          <h2>See how an interrupt gets lost, step by step.</h2>
          <p class="lead">
            maskbit is a model of <b>MSI-X</b>, the way in which PCI Express devices interrupt a processor. Each{' '}
            <b>vector</b> is a message that a device may send; its <b>Mask Bit</b> holds the message back. The model is
            made of statecharts, and a program has checked every state that they can reach.
          </p>
        </section>
        <ul class="ways" aria-label="Three ways in">
          <Review />
          <Explore />
          <Watch />
        </ul>
      </div>
      <Vector />
      <Objections />
    </main>
  );
}

// ---- The life of one vector, alive

const vector = signal<OwnScene | undefined>(undefined);
const vectorLayout = signal<ChartLayout | undefined>(undefined);
const vectorActive = computed(() => {
  const at = vector.value;
  const chart = vectorLayout.value?.chart;
  return at === undefined || chart === undefined ? new Set<string>() : activeIds(chart.root, at.valueAt(at.length));
});

/** What a newcomer tries, in words, with the event behind it. */
const TRIES = [
  ['enable MSI-X', 'guest.control.on'],
  ['disable it', 'guest.control.off'],
  ['unmask', 'guest.unmask.0'],
  ['mask', 'guest.mask.0'],
  ['the device has an event', 'device.signal.0'],
  ['reset', 'device.reset'],
] as const;

/** The regions of the chart, and what their names mean. */
const REGIONS = [
  ['gate', 'open while MSI-X is on, and not masked as a whole'],
  ['mask', 'the Mask Bit of the vector'],
  ['force', 'the message in force: what the entry held when the vector became free to send'],
  ['pending', 'whether an event waits, for the vector may not send'],
] as const;

/** One region of the chart by itself, so that its letters can be read in a narrow window too. */
function Region({ layout, name }: { layout: ChartLayout; name: string }): JSX.Element | null {
  const id = `vector-page.${name}`;
  const isInside = (other: string): boolean => other === id || other.startsWith(`${id}.`);
  const nodes = layout.nodes.filter(({ node }) => isInside(node.id));
  const [box] = nodes;
  if (box === undefined) return null;
  const part: ChartLayout = {
    ...layout,
    nodes,
    edges: layout.edges.filter(({ edge }) => isInside(edge.source)),
    initials: layout.initials.filter(({ target }) => isInside(target)),
  };
  const active = nodes.find(({ node }) => node.children.length === 0 && vectorActive.value.has(node.id));
  return (
    <svg
      class="front-chart"
      viewBox={`${box.x - 2} ${box.y - 2} ${box.width + 4} ${box.height + 4}`}
      role="img"
      aria-label={`The region ${name}. Active: ${active?.node.key ?? 'none'}`}
    >
      <Statechart layout={part} live={{ active: vectorActive.value }} />
    </svg>
  );
}

function Vector(): JSX.Element {
  useEffect(() => {
    const scene = beginScene('vector-page', {});
    vector.value ??= scene;
    layOutInWorker(chartOf(scene.machine)).then(
      (layout) => (vectorLayout.value = layout),
      () => {},
    );
  }, []);
  const at = vector.value;
  const layout = vectorLayout.value;
  const take = (event: string): void => {
    if (at !== undefined) vector.value = takeEvents(at, at.length, [at.subject.events.indexOf(event)]);
  };
  const length = at?.length ?? 0;
  const last = at === undefined || length === 0 ? undefined : at.timeline.sentence(length - 1);
  const before = Array.from({ length: Math.min(TOLD_BEFORE, Math.max(0, length - 1)) }, (_, back) => length - 2 - back);
  return (
    <section class="front-vector" aria-label="The life of one vector">
      <h3>The life of one vector. Try it.</h3>
      <div class="tries">
        {TRIES.map(([label, event]) => (
          <button key={event} type="button" data-try={event} onClick={() => take(event)}>
            {label}
          </button>
        ))}
      </div>
      <p class="front-told" role="status">
        {last ?? 'As after a reset: MSI-X is off, the vector is masked, nothing is pending.'}
      </p>
      <div class="front-regions">
        {REGIONS.map(([name, meaning]) => (
          <figure key={name}>
            {layout === undefined ? <div class="front-chart" /> : <Region layout={layout} name={name} />}
            <figcaption>
              <b>{name}</b>: {meaning}
            </figcaption>
          </figure>
        ))}
      </div>
      {at === undefined || length < 2 ? (
        <p class="quiet">
          For instance: <b>the device has an event</b>, which is held; <b>enable MSI-X</b>; <b>unmask</b>, and it is
          sent.
        </p>
      ) : (
        <ol class="front-before" reversed start={length - 1} aria-label="Before that">
          {before.map((step) => (
            <li key={step}>{at.timeline.sentence(step)}</li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** How many steps are told, before the last. */
const TOLD_BEFORE = 6;

// ---- Three ways in

const review = computed(() => library.value.find(({ kind }) => kind === 'review')?.traces ?? []);

function Review(): JSX.Element {
  const [first] = review.value;
  return (
    <li class="way">
      <h3>Watch the review of 2010</h3>
      <p>
        A patch for Linux kept a guest’s Mask Bit in two places. Here is each objection of its reviewers, as the
        shortest run that goes wrong.
      </p>
      <div class="way-begin">
        <button
          type="button"
          class="primary"
          disabled={first === undefined}
          onClick={() => first !== undefined && void goToTrace(first.name)}
        >
          ▶ Begin here: the first objection
        </button>
        <button
          type="button"
          class="link"
          onClick={() => document.querySelector('#objections')?.scrollIntoView({ block: 'start' })}
        >
          all of them ↓
        </button>
      </div>
    </li>
  );
}

const EXPLORED = [
  [
    'a function of two vectors',
    'function',
    { vectors: 2, messages: 'two' },
    'Two vectors: press events, and see registers and messages',
  ],
  [
    'one with messages in flight',
    'function',
    { vectors: 1, messages: 'three', channel: 1 },
    'One vector, whose messages take time: what a read must flush',
  ],
  [
    'a guest’s device, patch of 2010',
    'assigned-device',
    { design: 'posted', vectors: 1, messages: 'three' },
    'A device that is given to a guest, as the patch of 2010 had it',
  ],
  [
    'the same, as reviewed',
    'assigned-device',
    { design: 'reviewed', vectors: 1, messages: 'three' },
    'The same, as its reviewers asked for it: one owner for each bit',
  ],
] as const;

function Explore(): JSX.Element {
  return (
    <li class="way">
      <h3>Explore MSI-X masking</h3>
      <p>Send events; an implementation runs along, and what differs is red.</p>
      <div class="explored">
        {EXPLORED.map(([title, machine, bounds, about]) => (
          <button key={title} type="button" data-explore={title} title={about} onClick={() => begin(machine, bounds)}>
            {title}
          </button>
        ))}
      </div>
    </li>
  );
}

/** Actors that are listed, those of living programs and the last that came first; a menu above has the others. */
const ROOTS_LISTED = 6;

function Watch(): JSX.Element {
  const roots = actors.value.filter(({ parentId }) => parentId === undefined).toReversed();
  const isGone = (actor: Actor): boolean => watched.goneBecause(actor) !== undefined;
  const living = roots.filter((actor) => !isGone(actor));
  const state = connection.value;
  return (
    <li class="way">
      <h3>Watch my XState app</h3>
      {state === 'none' ? (
        <p>
          This page came from a plain web server. Run <code>npx maskbit inspect</code>, and programs can connect to it.
        </p>
      ) : (
        <>
          <p>Add this to a program with XState 5, and it is drawn here as it runs. Nothing leaves this machine.</p>
          <pre class="snippet" tabIndex={0} aria-label="What to add to the program">
            {SNIPPET(socketAddress())}
          </pre>
          <div class="connected-row">
            <p class={`connected ${living.length > 0 ? 'some' : ''}`} role="status">
              {state === 'away'
                ? 'The server has gone. It is tried again every two seconds.'
                : living.length > 0
                  ? `${living.length} actor${living.length === 1 ? '' : 's'} connected:`
                  : roots.length === 0
                    ? 'Nothing has connected yet.'
                    : 'Nothing is connected now. What was:'}
            </p>
            <div class="roots">
              {[...living, ...roots.filter(isGone)].slice(0, ROOTS_LISTED).map((actor) => (
                <button
                  key={actor.sessionId}
                  type="button"
                  class={isGone(actor) ? 'gone' : ''}
                  onClick={() => watch(actor.sessionId)}
                >
                  {actor.name}
                  {isGone(actor) && <span class="quiet"> gone</span>}
                </button>
              ))}
              {roots.length > ROOTS_LISTED && <span class="quiet">and {roots.length - ROOTS_LISTED} more</span>}
            </div>
          </div>
        </>
      )}
    </li>
  );
}

/** All of the review, by number. */
function Objections(): JSX.Element {
  return (
    <section class="front-review" id="objections" aria-labelledby="objections-title">
      <h3 id="objections-title">What the review of 2010 objected to</h3>
      <p class="quiet">
        Each plays beside the design that the reviewers asked for. R numbers the points of the review, S what was found
        beside it.
      </p>
      <ol class="objections">
        {review.value.map(({ name, title, point }) => (
          <li key={name}>
            <button type="button" data-trace={name} onClick={() => void goToTrace(name)}>
              <span class="point">{point}</span> {title}
            </button>
          </li>
        ))}
      </ol>
      {review.value.length === 0 && <p class="quiet">The list is on its way…</p>}
    </section>
  );
}

const SNIPPET = (url: string): string => `import { createWebSocketInspector } from '@statelyai/inspect';
const { inspect } = createWebSocketInspector({
  url: '${url}', serializationDepthLimit: 40 });
createActor(machine, { inspect }).start();`;
