/**
 * The state of the page, as signals: what is shown, where in it, and what follows from both. Components read from here and call
 * what is exported here; none of them keeps a second copy.
 */
import { batch, computed, effect, signal } from '@preact/signals';
import type { AnyStateMachine, StateValue } from 'xstate';
import { printTrace } from '../../checker/trace/codec.ts';
import { TraceError } from '../../checker/trace/trace.ts';
import { activeIds, type Chart, chartOf, foldChart, restingRegions, transitionCount } from '../drawing/chart.ts';
import { type ChartLayout, TOLD_TRANSITIONS } from '../drawing/layout.ts';
import { layOutInWorker } from './elk.ts';
import type { Proof, Story, TitleGroup } from '../decider/messages.ts';
import { ask } from './decider.ts';
import {
  landingOf,
  OPENED_FILE,
  OPENED_HASH,
  type OpenedLog,
  openedScene,
  openText,
  openTraceText,
  readFile,
  readLink,
  tellError,
  writeLink,
} from './open.ts';
import type { Driver } from './driver.ts';
import type { createComparison, Comparison, ComparisonState } from './comparison.ts';
import type { findLead } from './lead.ts';
import { beginScene, type OwnScene, type Scene, takeEvents, traceScene } from './scene.ts';
import { type Actor, Watched, watchedScene } from './watch.ts';

/** The parts of the page that a narrow window shows one at a time. */
export const PANES = ['story', 'chart', 'map', 'device', 'sequence', 'events'] as const;
export type Pane = (typeof PANES)[number];

/** A sentence for the reader: that something was refused, or that something came. */
export interface Notice {
  readonly kind: 'error' | 'news';
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** Whether the front door is shown, or a scene. */
export const view = signal<'front' | 'scene'>('front');

const own = signal<OwnScene>(beginScene('function', { vectors: 2, messages: 'two' }));
/** What was heard of other programs, and a number that grows with it. */
export const watched = new Watched();
export const watchedVersion = signal(0);
/** The actors of other programs. */
export const actors = computed<readonly Actor[]>(() => {
  void watchedVersion.value;
  return [...watched.actors.values()];
});
/** The session of the actor that is watched; undefined while one of maskbit's machines is shown. */
export const watchedId = signal<string | undefined>(undefined);

export const scene = computed<Scene>(() => {
  if (watchedId.value === undefined) return own.value;
  void watchedVersion.value;
  const actor = watched.actors.get(watchedId.value);
  return actor === undefined ? own.value : watchedScene(actor, watched);
});

const ownPosition = signal(0);
/** Where a watched actor is looked at; undefined while it is followed. */
const watchedPosition = signal<number | undefined>(undefined);
export const position = computed(() => {
  const { kind, length } = scene.value;
  return Math.min(length, kind === 'own' ? ownPosition.value : (watchedPosition.value ?? length));
});

export const pane = signal<Pane>('chart');
export const notice = signal<Notice | undefined>(undefined);
export const selected = signal<string | undefined>(undefined);
export const query = signal('');
/** What the keyboard and the buttons can do with the chart. */
export const chartView = signal<{ zoom(factor: number): void; fit(): void } | undefined>(undefined);
export const dialog = signal<'help' | 'traces' | 'save' | undefined>(undefined);
export const playing = signal(false);
/** Whether the page is shown to a room: large, and without the panes at the side. */
export const presenting = signal(false);
/** The width of the panes at the side, in pixels. */
export const sideWidth = signal(480);
/** The page that links lead to, where that is not this one. */
export const publishedPage = signal<string | undefined>(undefined);
/** Steps a second. */
export const speed = signal(2);

// ---- The chart

/** A chart with its layout, once it has one. */
interface Drawing {
  readonly machine: AnyStateMachine;
  readonly folded: ReadonlySet<string>;
  readonly chart: Chart;
  readonly layout?: ChartLayout;
  readonly problem?: string;
}
const drawing = signal<Drawing | undefined>(undefined);
export const chartDrawing = computed(() => drawing.value);
const layouts = new WeakMap<AnyStateMachine, Map<string, Drawing>>();

const charts = new WeakMap<AnyStateMachine, Chart>();
/** The whole chart of a machine, which is read once. */
function wholeChart(machine: AnyStateMachine): Chart {
  const chart = charts.get(machine) ?? chartOf(machine);
  charts.set(machine, chart);
  return chart;
}

const NOTHING: ReadonlySet<string> = new Set();
/** The states whose insides are not drawn, since nothing in them moves in the run. */
const folded = signal(NOTHING);
export const isFolded = computed(() => folded.value.size > 0);
/** Folds what rests in the run that is shown; or draws all of it. */
export function toggleFolding(): void {
  folded.value = isFolded.value ? NOTHING : restingIn(scene.value);
}

/** Whether something of the chart rests, and may be folded. */
export const canFold = computed(() => restingIn(scene.value).size > 0);

/** What rests in a run: nothing of it, where the whole chart is easily read. */
function restingIn(at: Scene): ReadonlySet<string> {
  if (at.kind !== 'own' || at.length === 0) return NOTHING;
  const chart = wholeChart(at.machine);
  return transitionCount(chart) > TOLD_TRANSITIONS ? restingRegions(chart.root, at.run.movedRegions()) : NOTHING;
}

effect(() => {
  const { machine } = scene.value;
  const hidden = folded.value;
  const before = drawing.peek();
  if (machine === before?.machine && hidden === before?.folded) return;
  if (machine === undefined) {
    drawing.value = undefined;
    return;
  }
  const key = [...hidden].join();
  const known = layouts.get(machine)?.get(key);
  if (known !== undefined) {
    drawing.value = { ...known, folded: hidden };
    return;
  }
  const chart = foldChart(wholeChart(machine), hidden);
  const begun: Drawing = { machine, folded: hidden, chart };
  drawing.value = begun;
  const told = (part: Partial<Drawing>): void => {
    const now = drawing.peek();
    if (now?.machine === machine && now.folded === hidden) drawing.value = { ...begun, ...part };
  };
  layOutInWorker(chart).then(
    (layout) => {
      const all = layouts.get(machine) ?? new Map<string, Drawing>();
      layouts.set(machine, all.set(key, { ...begun, layout }));
      told({ layout });
    },
    (error: unknown) => told({ problem: `This machine cannot be laid out. ${tellError(error)}` }),
  );
});

// ---- What follows

/** The state at the position. */
export const value = computed<StateValue | undefined>(() => scene.value.valueAt(position.value));

/** The ids of the states that are active. */
export const active = computed<ReadonlySet<string>>(() => {
  const chart = drawing.value?.chart;
  return chart === undefined ? new Set() : activeIds(chart.root, value.value);
});

/** The numbers of the events that some transition takes now. */
export const openEvents = computed<ReadonlySet<number>>(() => {
  const at = scene.value;
  if (at.kind !== 'own') return new Set();
  const snapshot = at.machine.resolveState({ value: value.value!, context: {} });
  return new Set(
    at.subject.events.flatMap((type, number) =>
      at.machine.getTransitionData(snapshot, { type }).length > 0 ? [number] : [],
    ),
  );
});

/** The ids of the chart's transitions that can be taken now. */
export const openTransitions = computed<ReadonlySet<string>>(() => {
  const at = scene.value;
  if (at.kind !== 'own') return new Set();
  return transitionIds(
    at,
    value.value,
    [...openEvents.value].map((number) => at.subject.events[number]),
  );
});

/** The ids of the transitions that were taken in the step that led here. */
export const takenTransitions = computed<ReadonlySet<string>>(() => {
  const at = scene.value;
  const event = at.eventAt(position.value);
  if (event === undefined) return new Set();
  return transitionIds(at, at.valueAt(position.value - 1), [event]);
});

function transitionIds(at: Scene, from: StateValue | undefined, events: readonly string[]): ReadonlySet<string> {
  const chart = drawing.value?.chart;
  if (chart === undefined || at.machine === undefined || from === undefined) return new Set();
  try {
    const snapshot = at.machine.resolveState({ value: from, context: {} });
    return new Set(
      events.flatMap((type) =>
        at.machine!.getTransitionData(snapshot, { type }).flatMap((transition) => chart.ids.get(transition) ?? []),
      ),
    );
  } catch {
    // A watched machine has names for guards, and nobody to ask.
    return new Set();
  }
}

/** What stands beside a machine: the implementation, or what a reader has put in its place. */
export interface Beside {
  /** What it is called; `implementation` when left out. */
  readonly label?: string;
  readonly firstDifference: number | undefined;
  at(position: number): ComparisonState;
  /** Compares up to `count` more positions. Returns whether there is nothing left to compare. */
  compare(count: number): boolean;
  /** The registers of a message, where they are not those of the implementation. */
  registersOf?(message: string, vector: number): readonly number[];
}
/** What a reader has put beside a scene, or why it is not there. */
export const beside = signal<{ readonly scene: OwnScene; readonly device: Beside | string } | undefined>(undefined);
/** The name of the module that was dropped on the page. */
export const moduleName = signal<string | undefined>(undefined);

/** Whether the implementation is asked for in a story, too: a story is of machines, and does without until then. */
const isWanted = signal(false);
export const wantImplementation = (): void => void (isWanted.value = true);

type Kind = 'function' | 'assigned-device';
const kindOf = ({ machine }: OwnScene): Kind => (machine.id === 'assigned-device' ? 'assigned-device' : 'function');
interface Driving {
  readonly make: typeof createComparison;
  readonly driver: Driver;
}
/** What makes the implementation beside a machine, and drives it. Each is fetched when a machine of its kind is first shown with it. */
const driving = signal<Readonly<Partial<Record<Kind, Driving>>>>({});
const FETCHED: Readonly<Record<Kind, () => Promise<Driver>>> = {
  function: async () => (await import('./driven-device.ts')).FUNCTION_DRIVER,
  'assigned-device': async () => (await import('./driven-assigned.ts')).ASSIGNED_DRIVER,
};
const comparisonOf = new WeakMap<OwnScene['run'], Comparison | string>();
const fetchedKinds = new Set<Kind>();
/** What finds the way to where a run begins, once a run has begun elsewhere than at reset. */
const search = signal<typeof findLead | undefined>(undefined);
effect(() => {
  if (view.value === 'front' || scene.value.kind !== 'own' || (pane.value === 'story' && !isWanted.value)) return;
  const kind = kindOf(own.value);
  if (fetchedKinds.has(kind)) return;
  fetchedKinds.add(kind);
  void Promise.all([import('./comparison.ts'), FETCHED[kind]()]).then(([{ createComparison: make }, driver]) => {
    driving.value = { ...driving.peek(), [kind]: { make, driver } };
  });
});
/** The implementation beside the machine; or why there is none; or undefined while it is fetched. */
export const comparison = computed<Beside | string | undefined>(() => {
  const at = scene.value;
  if (beside.value !== undefined && beside.value.scene === at) return beside.value.device;
  if (at.kind !== 'own') return undefined;
  const fetched = driving.value[kindOf(at)];
  if (fetched === undefined) return undefined;
  const known = comparisonOf.get(at.run) ?? fetched.make(fetched.driver, at.instance, at.subject, at.run, search.value);
  if (known !== undefined) comparisonOf.set(at.run, known);
  return known;
});
effect(() => {
  const at = scene.value;
  if (at.kind !== 'own' || driving.value[kindOf(at)] === undefined || comparison.value !== undefined) return;
  void import('./lead.ts').then((lead) => (search.value = lead.findLead));
});

/** Machine and implementation, at the position. */
export const comparisonState = computed(() =>
  typeof comparison.value === 'object' ? comparison.value.at(position.value) : undefined,
);

/** The first position at which the two differ, as far as they have been compared. */
export const firstDifference = signal<number | undefined>(undefined);
const COMPARED_AT_ONCE = 400;

effect(() => {
  const at = own.value;
  const other = comparison.value;
  if (typeof other !== 'object') {
    firstDifference.value = undefined;
    return;
  }
  firstDifference.value = other.firstDifference;
  const go = (): void => {
    if (own.peek() !== at || comparison.peek() !== other) return;
    const isDone = other.compare(COMPARED_AT_ONCE);
    firstDifference.value = other.firstDifference;
    if (!isDone) setTimeout(go);
  };
  setTimeout(go);
});

// ---- What the run shows, decided again

/** What is decided of the run that is shown, as it comes in. */
interface Decided {
  readonly scene: OwnScene;
  readonly proof?: Proof;
  readonly story?: Story;
  /** Whether all of it has come in. */
  readonly isWhole: boolean;
}
const decided = signal<Decided | undefined>(undefined);

/** What the run shows; undefined while it is being decided, and where nothing is claimed of it. */
export const proof = computed(() => (decided.value?.scene === scene.value ? decided.value?.proof : undefined));

/** The run that the reader has left by an event of their own, to be returned to. */
interface Origin {
  readonly scene: OwnScene;
  readonly position: number;
  readonly story: Story | undefined;
}
export const origin = signal<Origin | undefined>(undefined);

/** The story that is told, or that the reader has branched off from. */
export const story = computed(() =>
  decided.value?.scene === scene.value
    ? decided.value?.story
    : watchedId.value === undefined
      ? origin.value?.story
      : undefined,
);
/** Whether it is not known yet whether there is a story. */
export const isStoryComing = computed(() => {
  const at = scene.value;
  return at.kind === 'own' && at.run.verdict !== undefined && decided.value?.isWhole !== true;
});

effect(() => {
  const at = own.value;
  const { verdict } = at.run;
  decided.value = undefined;
  if (verdict === undefined) return;
  const trace = at.run.trace();
  const isShown = (): boolean => own.peek() === at;
  const told = (part: Partial<Decided>): void => {
    if (isShown()) decided.value = { scene: at, isWhole: false, ...decided.peek(), ...part };
  };
  const asked = [
    ask('proof', trace).then(
      (answer) => told({ proof: answer }),
      (error: unknown) => told({ proof: { standing: 'unknown', sentence: tellError(error) } }),
    ),
    ask('story', trace).then(
      (answer) => told({ story: answer }),
      () => {},
    ),
  ];
  void Promise.all(asked).then(() => {
    told({ isWhole: true });
    if (isShown() && decided.peek()?.story === undefined && pane.peek() === 'story') pane.value = 'chart';
  });
});

/** The lists of traces that the page brings along; empty until they are there. */
export const library = signal<readonly TitleGroup[]>([]);

/** Fetches the lists, which are written when the page is built; a page that is worked on asks the decider for them. */
async function fetchLibrary(): Promise<void> {
  const written = await fetch('./library.json').then(
    (answer) =>
      answer.ok && answer.headers.get('content-type')?.includes('json')
        ? (answer.json() as Promise<readonly TitleGroup[]>)
        : undefined,
    () => undefined,
  );
  library.value = written ?? (await ask('library', undefined));
}

// ---- What can be done

/** Shows a scene of maskbit's own. */
function show(next: OwnScene, at = next.length): void {
  batch(() => {
    if (next.machine !== own.value.machine) selected.value = undefined;
    own.value = next;
    view.value = 'scene';
    watchedId.value = undefined;
    ownPosition.value = Math.min(at, next.length);
    playing.value = false;
    notice.value = undefined;
  });
}

/** Does what may be refused; a refusal is told, and changes nothing. */
export function attempt(act: () => void): void {
  try {
    act();
  } catch (error) {
    notice.value = { kind: 'error', text: tellError(error) };
  }
}

/** Goes elsewhere: what was there before is one step back in the browser. A refusal is told, and changes nothing. */
export function goTo(make: () => OwnScene, at?: number): void {
  attempt(() => {
    const next = make();
    batch(() => {
      origin.value = undefined;
      folded.value = restingIn(next);
      isElsewhere = true;
      show(next, at ?? landingOf(next));
      const { verdict } = next.run;
      if (verdict !== undefined && next.instance.design !== undefined) pane.value = 'story';
      else if (pane.value === 'story') pane.value = 'chart';
    });
  });
}

/** Goes to a trace of the library, and plays it where the reader has nothing against movement. */
export async function goToTrace(name: string): Promise<void> {
  try {
    const trace = await ask('trace', name);
    goTo(() => traceScene(trace));
    playing.value = scene.peek().length > 0 && !matchMedia('(prefers-reduced-motion: reduce)').matches;
  } catch (error) {
    notice.value = { kind: 'error', text: tellError(error) };
  }
}

/** Goes to the front door. */
export function goToFront(): void {
  isElsewhere = true;
  batch(() => {
    view.value = 'front';
    folded.value = NOTHING;
    watchedId.value = undefined;
    origin.value = undefined;
    playing.value = false;
    notice.value = undefined;
  });
}

/** Begins anew with a machine. */
export const begin = (machine: string, bounds: Readonly<Record<string, string | number>>): void =>
  goTo(() => beginScene(machine, bounds));

/** Opens the trace of a link. */
export const openLink = (packed: string, at?: number): void => goTo(() => openTraceText(packed), at);

/** Opens a trace or a log from text. It is looked at from its beginning; a log that disagrees, from its first disagreement. */
export async function openTrace(text: string): Promise<void> {
  try {
    const opened = await openText(text);
    goTo(() => opened);
  } catch (error) {
    notice.value = { kind: 'error', text: tellError(error) };
  }
}

/** Opens a file that was picked or dropped. */
export function openFile(file: File | undefined): void {
  if (file === undefined) return;
  dialog.value = undefined;
  readFile(file).then(
    (text) => openTrace(text),
    (error: unknown) => {
      const text = error instanceof RangeError ? error.message : `The file ${file.name} could not be read.`;
      notice.value = { kind: 'error', text };
    },
  );
}

/** Opens the log that the server was started with. */
async function openServed(): Promise<void> {
  try {
    const answer = await fetch(`./${OPENED_FILE}`);
    if (!answer.ok) throw new TraceError('Got no log from the server; expected "maskbit inspect LOG" to run.');
    const opened = (await answer.json()) as OpenedLog;
    goTo(() => openedScene(opened), opened.step);
  } catch (error) {
    notice.value = { kind: 'error', text: tellError(error) };
  }
}

/** Sends events to the machine that is shown, by number. */
export function send(...events: readonly number[]): void {
  const at = scene.value;
  if (at.kind !== 'own') return;
  attempt(() => {
    const next = takeEvents(at, position.value, events);
    const isBranch = at.run.verdict !== undefined || at.log !== undefined;
    batch(() => {
      if (isBranch) {
        origin.value = { scene: at, position: position.value, story: story.value };
        isElsewhere = true;
        if (pane.value === 'story') pane.value = 'chart';
      }
      // What has begun to move is drawn.
      if (isFolded.value) folded.value = NOTHING;
      show(next);
    });
  });
}

/** Returns to the run that the reader has left by an event of their own. */
export function returnToOrigin(): void {
  const from = origin.value;
  if (from === undefined) return;
  batch(() => {
    origin.value = undefined;
    isElsewhere = true;
    show(from.scene, from.position);
    if (from.story !== undefined) pane.value = 'story';
  });
}

/** Sends an event by its name. */
export function sendNamed(name: string): void {
  const at = scene.value;
  if (at.kind === 'own') send(at.subject.events.indexOf(name));
}

/** Goes to a position. */
export function travel(to: number): void {
  const { kind, length } = scene.value;
  const at = Math.max(0, Math.min(length, to));
  if (kind === 'own') ownPosition.value = at;
  else watchedPosition.value = at === length ? undefined : at;
}

/** Watches an actor of another program, or goes back to maskbit's own machine. */
export function watch(sessionId: string | undefined): void {
  batch(() => {
    watchedId.value = sessionId;
    if (sessionId !== undefined) view.value = 'scene';
    if (pane.value === 'story') pane.value = 'chart';
    watchedPosition.value = undefined;
    selected.value = undefined;
    playing.value = false;
    notice.value = undefined;
  });
}

const heard: unknown[] = [];
let settling: ReturnType<typeof setTimeout> | undefined;
/** The roots that the reader was told of. */
const announced = new Set<string>();

/** Hears a message of the inspector's protocol. Those of one frame are taken together, so that a burst stays smooth. */
export function hearMessage(message: unknown): void {
  heard.push(message);
  if (heard.length > 1) return;
  // Where drawing takes long, more is taken at a time: then it takes a third of the time, at most.
  const wait = 2 * drawingTook;
  if (wait < 32) requestAnimationFrame(takeHeard);
  else setTimeout(() => requestAnimationFrame(takeHeard), Math.min(wait, 500));
}
/** How long it took to draw what was heard last, in milliseconds. */
let drawingTook = 0;

/** Hears that the server was started anew: whatever was connected to the one before has gone. */
export function loseServer(): void {
  watched.leaveAll('The server was started anew.');
  watchedVersion.value++;
}

function settle(): void {
  // What has come and is not taken yet may be an answer.
  if (heard.length > 0) return;
  if (watched.settle(performance.now()) > 0) watchedVersion.value++;
  if (watched.isWaiting) settling = setTimeout(settle, 600);
}

function takeHeard(): void {
  for (const message of heard.splice(0)) watched.hear(message);
  const begun = performance.now();
  watchedVersion.value++;
  // What is drawn by the next frame was drawn for this.
  requestAnimationFrame(() => (drawingTook = performance.now() - begun - 16));
  if (watched.isWaiting) {
    clearTimeout(settling);
    settling = setTimeout(settle, 600);
  }
  // What has gone is listed, and no news. Of several the last is told.
  const isNews = (root: Actor): boolean => !announced.has(root.sessionId) && watched.goneBecause(root) === undefined;
  const come = watched.children(undefined).findLast(isNews);
  for (const { sessionId } of watched.children(undefined)) announced.add(sessionId);
  // At the front door they are listed.
  if (come === undefined || view.peek() === 'front') return;
  const news: Notice = {
    kind: 'news',
    text: `${come.name} has connected.`,
    action: { label: 'Watch it', run: () => watch(come.sessionId) },
  };
  notice.value = notice.value?.kind === 'error' ? notice.value : news;
}

/** The run as a file. */
export function traceFile(): Blob | undefined {
  const at = scene.value;
  return at.kind === 'own' ? new Blob([printTrace(at.run.trace())], { type: 'application/json' }) : undefined;
}

// ---- The title of the window says what is shown

effect(() => {
  const at = scene.value;
  const named = story.value === undefined ? at.title : `${story.value.point}: ${story.value.title}`;
  const verdict = at.kind === 'own' ? at.run.verdict : undefined;
  const what =
    story.value === undefined && proof.value?.property !== undefined ? `${proof.value.property.name}, ${named}` : named;
  const told =
    view.value === 'front'
      ? 'maskbit: MSI-X masking, settled by machine'
      : `${verdict === undefined ? named : what} · maskbit`;
  if (typeof document !== 'undefined') document.title = told;
});

// ---- The address is the trace

let written = '';
/** Whether the reader has gone to something else since the address was last written. */
let isElsewhere = false;
/** Whether it is the browser that goes somewhere. */
let isArriving = false;

/** The trace that the address of the browser is of; empty at the front. */
const addressed = (): string => location.hash.replace(/^#/, '');

/** Keeps the address and the page in step, from now on. */
export function keepAddress(): void {
  const read = (): void => {
    if (addressed() === written) return;
    written = addressed();
    isArriving = true;
    const link = readLink(location.hash);
    if (link === undefined) goToFront();
    else if (link.packed === OPENED_HASH) void openServed();
    else openLink(link.packed, link.position ?? 0);
    // What the browser goes to is there already, before or behind.
    isElsewhere = false;
    isArriving = false;
  };
  read();
  void fetchLibrary();
  addEventListener('hashchange', read);
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const at = own.value;
    const to = ownPosition.value;
    const isFront = view.value === 'front';
    const write = (): void => {
      // A refused address stays where it is, to be looked at beside the message that refuses it.
      if (notice.peek()?.kind === 'error') return;
      // The browser has gone on already, and says so in a moment: the address is that of another page.
      if (!isElsewhere && addressed() !== written) return;
      written = isFront ? '' : (writeLink(at, to) ?? '');
      const address = written === '' ? location.pathname + location.search : `#${written}`;
      if (isElsewhere && addressed() !== written) history.pushState(null, '', address);
      else history.replaceState(null, '', address);
      isElsewhere = false;
    };
    clearTimeout(timer);
    // Where the reader goes is in the browser's history at once; a run that is travelled is written when it rests.
    if (isElsewhere && !isArriving) write();
    else timer = setTimeout(write, 150);
  });
}

// ---- Playing

effect(() => {
  if (!playing.value) return;
  const timer = setInterval(() => {
    travel(position.peek() + 1);
    if (position.peek() >= scene.peek().length) playing.value = false;
  }, 1000 / speed.value);
  return () => clearInterval(timer);
});

/** Plays from here, or from the beginning where there is nothing left; or stops. */
export function togglePlaying(): void {
  if (!playing.value && position.value >= scene.value.length) travel(0);
  playing.value = !playing.value && scene.value.length > 0;
}
