/**
 * The page as a whole: its head, its panes, and the transport below; and what is told across it.
 */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { EventsPane } from './events-pane.tsx';
import { openAnyFile } from './files.ts';
import { Head } from './head.tsx';
import { lazily } from './lazy.tsx';
import { SequencePane } from './sequence-pane.tsx';
import {
  dialog,
  isStoryComing,
  moduleName,
  notice,
  origin,
  type Pane,
  pane,
  presenting,
  scene,
  sideWidth,
  story,
  view,
} from './store.ts';
import { Transport } from './transport.tsx';
import { ZoomTools } from './zoom-tools.tsx';

const ChartPane = lazily(async () => (await import('./chart-pane.tsx')).ChartPane);
const ChartTools = lazily(async () => (await import('./chart-pane.tsx')).ChartTools);
const DevicePane = lazily(async () => (await import('./device-pane.tsx')).DevicePane);
const ActorPane = lazily(async () => (await import('./actor-pane.tsx')).ActorPane);
const ModuleHeadline = lazily(async () => (await import('./module-pane.tsx')).ModuleHeadline);
const Front = lazily(async () => (await import('./front.tsx')).Front);
const OpenDialog = lazily(async () => (await import('./dialogs.tsx')).Dialogs);
const Headline = lazily(async () => (await import('./story-pane.tsx')).Headline);
const StoryPane = lazily(async () => (await import('./story-pane.tsx')).StoryPane);
const LogHeadline = lazily(async () => (await import('./log-headline.tsx')).LogHeadline);
const MapPane = lazily(async () => (await import('./map-pane.tsx')).MapPane);

export function App(): JSX.Element {
  useEffect(() => {
    const over = (event: DragEvent): void => event.preventDefault();
    const drop = (event: DragEvent): void => {
      event.preventDefault();
      openAnyFile(event.dataTransfer?.files[0]);
    };
    addEventListener('dragover', over);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('drop', drop);
    };
  }, []);
  if (view.value === 'front') {
    return (
      <div class="app">
        <Head />
        <Notices />
        <Front />
        <Dialogs />
      </div>
    );
  }
  return (
    <div class={`app ${presenting.value ? 'presenting' : ''}`} data-pane={pane.value}>
      <Head />
      <Notices />
      <Headlines />
      {moduleName.value !== undefined && <ModuleHeadline />}
      <main style={{ '--side': `${sideWidth.value}px` }}>
        <div class="stage">
          <div class="stage-bar">
            <Tabs />
            {/* Asked here, for a story does without what draws charts. */}
            {pane.value !== 'map' && pane.value !== 'story' && <ChartTools />}
            {pane.value === 'map' && scene.value.kind === 'own' && (
              <div class="tools">
                <ZoomTools />
              </div>
            )}
          </div>
          <Stage />
          <EventsPane />
        </div>
        <Divider />
        <div class="side">
          <Side />
          <SequencePane />
        </div>
      </main>
      <Transport />
      <Dialogs />
    </div>
  );
}

const SIDE = { least: 300, most: 1200 } as const;

/** The border between stage and side, which is moved by pointer and by keyboard. */
function Divider(): JSX.Element {
  const set = (width: number): void => {
    sideWidth.value = Math.round(Math.max(SIDE.least, Math.min(SIDE.most, innerWidth - 320, width)));
  };
  const drag = (event: PointerEvent): void => {
    event.preventDefault();
    const begun = sideWidth.value + event.clientX;
    const move = (to: PointerEvent): void => set(begun - to.clientX);
    const end = (): void => {
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', end);
    };
    addEventListener('pointermove', move);
    addEventListener('pointerup', end);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: 40, ArrowRight: -40 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    set(sideWidth.value + by);
  };
  return (
    <div
      class="divider"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the panes at the side"
      aria-valuenow={sideWidth.value}
      aria-valuemin={SIDE.least}
      aria-valuemax={SIDE.most}
      tabIndex={0}
      onPointerDown={drag}
      onKeyDown={onKeyDown}
    />
  );
}

/** What stands above a run: that it claims something, or is a log, or is a branch of either. */
function Headlines(): JSX.Element | null {
  const at = scene.value;
  if (at.kind === 'watched') return null;
  return (
    <>
      {(at.run.verdict !== undefined || origin.value !== undefined) && <Headline />}
      {at.log !== undefined && <LogHeadline />}
    </>
  );
}

function Side(): JSX.Element {
  const at = scene.value;
  return at.kind === 'watched' ? <ActorPane at={at} /> : <DevicePane at={at} />;
}

const Dialogs = (): JSX.Element | null => (dialog.value === undefined ? null : <OpenDialog />);

function Stage(): JSX.Element {
  if (pane.value === 'map') return <MapPane />;
  if (pane.value === 'story') return <StoryPane />;
  return <ChartPane />;
}

const TABS: readonly (readonly [pane: Pane, label: string, narrow: boolean])[] = [
  ['story', 'Story', false],
  ['chart', 'Statechart', false],
  ['map', 'State space', false],
  ['events', 'Events', true],
  ['device', 'Device', true],
  ['sequence', 'Sequence', true],
];

function Tabs(): JSX.Element {
  return (
    <nav class="tabs" aria-label="Views">
      {TABS.filter(([name]) => name !== 'story' || story.value !== undefined || isStoryComing.value).map(
        ([name, label, narrow]) => (
          <button
            key={name}
            type="button"
            class={narrow ? 'narrow-only' : ''}
            aria-pressed={pane.value === name}
            onClick={() => (pane.value = name)}
          >
            {label}
          </button>
        ),
      )}
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
