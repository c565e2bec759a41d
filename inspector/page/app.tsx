/**
 * The page as a whole: its head, its panes, and the transport below.
 */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { MACHINE_NAMES } from '../../properties/instances.ts';
import { ChartPane, ChartTools } from './chart-pane.tsx';
import { DevicePane } from './device-pane.tsx';
import { Dialogs, openFile } from './dialogs.tsx';
import { EventsPane } from './events-pane.tsx';
import { MapPane } from './map-pane.tsx';
import { SequencePane, VerdictRules } from './sequence-pane.tsx';
import {
  actors,
  begin,
  dialog,
  notice,
  type Pane,
  pane,
  playing,
  position,
  scene,
  speed,
  togglePlaying,
  traceFile,
  travel,
  watch,
  watchedId,
} from './store.ts';
import { nextTheme, theme } from './theme.ts';

export function App(): JSX.Element {
  useEffect(() => {
    const over = (event: DragEvent): void => event.preventDefault();
    const drop = (event: DragEvent): void => {
      event.preventDefault();
      openFile(event.dataTransfer?.files[0]);
    };
    addEventListener('dragover', over);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('drop', drop);
    };
  }, []);
  return (
    <div class="app" data-pane={pane.value}>
      <Head />
      <Notices />
      <main>
        <div class="stage">
          <div class="stage-bar">
            <Tabs />
            <ChartTools />
          </div>
          {pane.value === 'map' ? <MapPane /> : <ChartPane />}
          <VerdictRules />
          <EventsPane />
        </div>
        <div class="side">
          <DevicePane />
          <SequencePane />
        </div>
      </main>
      <Transport />
      <Dialogs />
    </div>
  );
}

function Head(): JSX.Element {
  return (
    <header class="head">
      <h1>
        <svg class="logo" viewBox="0 0 16 16" width="20" height="20" aria-hidden="true">
          <rect width="16" height="16" rx="4" />
          <path d="M4 11V5l4 4 4-4v6" />
        </svg>
        maskbit
      </h1>
      <MachinePicker />
      <button type="button" class="primary" onClick={() => (dialog.value = 'traces')}>
        Traces
      </button>
      <span class="spring" />
      <button type="button" onClick={() => void copyLink()}>
        Copy link
      </button>
      <button type="button" onClick={download}>
        Save
      </button>
      <button
        type="button"
        title="Light, dark, or as the system"
        aria-label={`Theme: ${theme.value}`}
        onClick={nextTheme}
      >
        {{ system: '◐', light: '○', dark: '●' }[theme.value]}
      </button>
      <button type="button" aria-label="Help" onClick={() => (dialog.value = 'help')}>
        ?
      </button>
    </header>
  );
}

/** The machines that the page begins with, by what they are made of. */
const BEGINNINGS: readonly (readonly [
  label: string,
  machine: (typeof MACHINE_NAMES)[number],
  bounds: Record<string, string | number>,
])[] = [
  ['capability', 'capability', {}],
  ['vector', 'vector', { vectors: 1, messages: 'two' }],
  ['function, 1 vector', 'function', { vectors: 1, messages: 'two' }],
  ['function, 2 vectors', 'function', { vectors: 2, messages: 'two' }],
  ['function, 1 vector, halves of messages', 'function', { vectors: 1, messages: 'halves' }],
  ['function, 1 vector, channel', 'function', { vectors: 1, messages: 'three', channel: 1 }],
  ['function, 4 vectors', 'function', { vectors: 4, messages: 'three' }],
];

function MachinePicker(): JSX.Element {
  const at = scene.value;
  const choose = (choice: string): void => {
    if (choice.startsWith('actor ')) return watch(choice.slice('actor '.length));
    const beginning = BEGINNINGS[Number(choice)];
    if (beginning !== undefined) begin(beginning[1], beginning[2]);
  };
  const index =
    at.kind === 'own'
      ? BEGINNINGS.findIndex(([, machine, bounds]) => isSame(at.subject.instance, bounds) && at.machine.id === machine)
      : -1;
  const chosen = watchedId.value === undefined ? (index < 0 ? 'other' : String(index)) : `actor ${watchedId.value}`;
  return (
    <select class="machine" aria-label="Machine" value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
      {chosen === 'other' && (
        <option value="other">
          {at.kind === 'own' && at.instance.mutant !== undefined ? `${at.title}, changed` : at.title}
        </option>
      )}
      <optgroup label="maskbit">
        {BEGINNINGS.map(([label], each) => (
          <option key={label} value={String(each)}>
            {label}
          </option>
        ))}
      </optgroup>
      {actors.value.size > 0 && (
        <optgroup label="Connected programs">
          {[...actors.value.values()].map(({ sessionId, name }) => (
            <option key={sessionId} value={`actor ${sessionId}`}>
              {name}
            </option>
          ))}
        </optgroup>
      )}
    </select>
  );
}

const isSame = (one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>): boolean =>
  Object.keys(one).length === Object.keys(other).length &&
  Object.entries(one).every(([name, each]) => other[name] === each);

const TABS: readonly (readonly [pane: Pane, label: string, narrow: boolean])[] = [
  ['chart', 'Statechart', false],
  ['map', 'State space', false],
  ['events', 'Events', true],
  ['device', 'Device', true],
  ['sequence', 'Sequence', true],
];

function Tabs(): JSX.Element {
  return (
    <nav class="tabs" aria-label="Views">
      {TABS.map(([name, label, narrow]) => (
        <button
          key={name}
          type="button"
          class={narrow ? 'narrow-only' : ''}
          aria-pressed={pane.value === name}
          onClick={() => (pane.value = name)}
        >
          {label}
        </button>
      ))}
    </nav>
  );
}

function Notices(): JSX.Element | null {
  const told = notice.value;
  if (told === undefined) return null;
  const close = (): void => void (notice.value = undefined);
  return (
    <div class={`notice ${told.kind}`} role={told.kind === 'error' ? 'alert' : 'status'}>
      <p>
        <b>{told.kind === 'error' ? 'Not opened. ' : ''}</b>
        {told.text}
      </p>
      {told.action !== undefined && (
        <button type="button" onClick={told.action.run}>
          {told.action.label}
        </button>
      )}
      <button type="button" aria-label="Close" onClick={close}>
        ×
      </button>
    </div>
  );
}

function Icon({ path }: { path: string }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

function Transport(): JSX.Element {
  const { length, timeline } = scene.value;
  const at = position.value;
  const sentence =
    at === 0
      ? length === 0
        ? 'At the beginning: as after a reset.'
        : `Before the first of ${length} steps.`
      : timeline.sentence(at - 1);
  return (
    <footer class="transport" aria-label="Run">
      <div class="buttons">
        <button type="button" aria-label="To the beginning" disabled={at === 0} onClick={() => travel(0)}>
          <Icon path="M3 3v10M13 3.5v9L5.5 8z" />
        </button>
        <button type="button" aria-label="A step back" disabled={at === 0} onClick={() => travel(at - 1)}>
          <Icon path="M11.5 3.5v9L4 8z" />
        </button>
        <button
          type="button"
          class="primary"
          aria-label={playing.value ? 'Stop' : 'Play'}
          disabled={length === 0}
          onClick={togglePlaying}
        >
          <Icon path={playing.value ? 'M4 3h3v10H4zM9 3h3v10H9z' : 'M4 3l9 5-9 5z'} />
        </button>
        <button type="button" aria-label="A step forward" disabled={at === length} onClick={() => travel(at + 1)}>
          <Icon path="M4.5 3.5v9L12 8z" />
        </button>
        <button type="button" aria-label="To the end" disabled={at === length} onClick={() => travel(length)}>
          <Icon path="M13 3v10M3 3.5v9L10.5 8z" />
        </button>
      </div>
      <label class="position">
        <span>
          step {at} of {length}
        </span>
        <input
          type="range"
          aria-label="Position in the run"
          min={0}
          max={length}
          value={at}
          onInput={(event) => travel(Number(event.currentTarget.value))}
        />
      </label>
      <label class="speed">
        <span class="visually-hidden">Speed</span>
        <select value={String(speed.value)} onChange={(event) => (speed.value = Number(event.currentTarget.value))}>
          {[1, 2, 5, 20].map((each) => (
            <option key={each} value={String(each)}>
              {each}/s
            </option>
          ))}
        </select>
      </label>
      <p class="sentence" role="status">
        {sentence}
      </p>
    </footer>
  );
}

/** Copies the address, which is the trace; or says why it is not. */
export async function copyLink(): Promise<void> {
  // The address follows the run a moment later; a link is wanted of what is in sight.
  await new Promise((resolve) => setTimeout(resolve, 200));
  if (location.hash === '') {
    notice.value = {
      kind: 'news',
      text: 'There is no link of this: it is watched, or longer than a link may be. Save it as a file.',
    };
    return;
  }
  try {
    await navigator.clipboard.writeText(location.href);
    notice.value = { kind: 'news', text: 'The link is copied: whoever opens it sees this run.' };
  } catch {
    notice.value = { kind: 'error', text: 'The browser does not let the page copy; the link is in the address bar.' };
  }
}

function download(): void {
  const blob = traceFile();
  if (blob === undefined) return;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = 'trace.json';
  link.click();
  URL.revokeObjectURL(link.href);
}
