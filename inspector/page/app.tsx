/**
 * The page as a whole: its head, its panes, and the transport below; and what is told across it.
 */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { ChartPane, ChartTools } from './chart-pane.tsx';
import { DevicePane } from './device-pane.tsx';
import { Dialogs, openFile } from './dialogs.tsx';
import { EventsPane } from './events-pane.tsx';
import { Head } from './head.tsx';
import { MapPane } from './map-pane.tsx';
import { SequencePane, VerdictRules } from './sequence-pane.tsx';
import { notice, type Pane, pane } from './store.ts';
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
