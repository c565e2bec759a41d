/**
 * The keyboard: every key that does something, with what it does. The help is made of this list.
 */
import { chartView, dialog, pane, scene, position, presenting, togglePlaying, travel, view } from './store.ts';
import { nextTheme } from './theme.ts';

/** A key and what it does. */
export interface Shortcut {
  /** As the browser calls it. */
  readonly keys: readonly string[];
  /** As the key is labelled. */
  readonly label: string;
  readonly does: string;
  readonly run: () => void;
}

/** Focuses what may first have to come into sight, or be fetched. */
function focusOn(selector: string): void {
  let frames = 120;
  const focus = (): void => {
    document.querySelector<HTMLElement>(selector)?.focus();
    if (document.activeElement?.matches(selector) !== true && frames-- > 0) requestAnimationFrame(focus);
  };
  focus();
}

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ['ArrowRight', 'l'], label: '→', does: 'a step forward', run: () => travel(position.value + 1) },
  { keys: ['ArrowLeft', 'h'], label: '←', does: 'a step back', run: () => travel(position.value - 1) },
  { keys: ['Home'], label: 'Home', does: 'to the beginning', run: () => travel(0) },
  { keys: ['End'], label: 'End', does: 'to the end', run: () => travel(scene.value.length) },
  { keys: [' '], label: 'Space', does: 'play, or stop', run: togglePlaying },
  {
    keys: ['e'],
    label: 'E',
    does: 'to the events that can be sent',
    run: () => {
      // In a narrow window they have a pane of their own; where a run is looked at, they are folded away.
      if (document.querySelector('.narrow-only')?.checkVisibility() === true) pane.value = 'events';
      document.querySelector('details.events')?.setAttribute('open', '');
      focusOn('.events button');
    },
  },
  {
    keys: ['s'],
    label: 'S',
    does: 'to the sequence chart; ↑ and ↓ travel',
    run: () => {
      pane.value = 'sequence';
      focusOn('.sequence-list');
    },
  },
  { keys: ['t'], label: 'T', does: 'traces', run: () => (dialog.value = 'traces') },
  { keys: ['c'], label: 'C', does: 'the statechart', run: () => (pane.value = 'chart') },
  {
    keys: ['m'],
    label: 'M',
    does: 'the map of the state space; arrows choose, Enter goes there',
    run: () => {
      pane.value = 'map';
      focusOn('.map-canvas');
    },
  },
  { keys: ['d'], label: 'D', does: 'the device', run: () => (pane.value = 'device') },
  {
    keys: ['/'],
    label: '/',
    does: 'search the chart',
    run: () => {
      pane.value = 'chart';
      focusOn('#search');
    },
  },
  { keys: ['+', '='], label: '+', does: 'larger', run: () => chartView.value?.zoom(1.25) },
  { keys: ['-'], label: '−', does: 'smaller', run: () => chartView.value?.zoom(0.8) },
  { keys: ['0'], label: '0', does: 'the whole chart', run: () => chartView.value?.fit() },
  {
    keys: ['p'],
    label: 'P',
    does: 'large, for a room, or as before',
    run: () => (presenting.value = !presenting.value),
  },
  {
    keys: ['y'],
    label: 'Y',
    does: 'copy the link',
    run: () => void import('./share.ts').then(({ copyLink }) => copyLink()),
  },
  {
    keys: ['w'],
    label: 'W',
    does: 'save the run, or a picture of it',
    run: () => {
      if (view.value === 'scene') dialog.value = 'save';
    },
  },
  { keys: ['b'], label: 'B', does: 'light, dark, or as the system', run: nextTheme },
  {
    keys: ['?'],
    label: '?',
    does: 'this help',
    run: () => (dialog.value = dialog.value === 'help' ? undefined : 'help'),
  },
];

/** Listens to the keyboard, wherever no field or list has a use for the key itself. */
export function listenToKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target instanceof Element ? event.target : document.body;
    // A box that is ticked has no use for letters.
    if (target.closest('input:not([type=checkbox]), select, textarea, dialog') !== null) return;
    // A button is pressed by Space; so it is not for playing there.
    if (event.key === ' ' && target.closest('button, summary, a, input') !== null) return;
    const shortcut = SHORTCUTS.find(({ keys }) => keys.includes(event.key) || keys.includes(event.key.toLowerCase()));
    if (shortcut === undefined) return;
    event.preventDefault();
    shortcut.run();
  });
}
