/**
 * The page as a whole: its head, its panes, and the transport below; and what is told across it.
 */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { ChartPane, ChartTools } from './chart-pane.tsx';
import { DevicePane } from './device-pane.tsx';
import { Dialogs, openFile } from './dialogs.tsx';
import { EventsPane } from './events-pane.tsx';
import { Front } from './front.tsx';
import { Head } from './head.tsx';
import { LogHeadline } from './log-headline.tsx';
import { MapPane } from './map-pane.tsx';
import { SequencePane, VerdictRules } from './sequence-pane.tsx';
import { isStoryComing, notice, type Pane, pane, story, view } from './store.ts';
import { Headline, StoryPane } from './story-pane.tsx';
import { Transport } from './transport.tsx';

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
    <div class="app" data-pane={pane.value}>
      <Head />
      <Notices />
      <Headline />
      <LogHeadline />
      <main>
        <div class="stage">
          <div class="stage-bar">
            <Tabs />
            <ChartTools />
          </div>
          <Stage />
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

function Stage(): JSX.Element {
  if (pane.value === 'map') return <MapPane />;
  if (pane.value === 'story') return <StoryPane />;
  return (
    <>
      <ChartPane />
      <VerdictRules />
    </>
  );
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
