/**
 * The head of the page: the machine to look at, the traces, and what is done with all of it.
 */
import type { JSX } from 'preact';
import { BEGINNINGS } from './beginnings.ts';
import { actors, begin, dialog, goToFront, scene, view, watch, watched, watchedId } from './store.ts';
import { nextTheme, theme } from './theme.ts';

/** What copies is fetched when something is copied. */
const copy = (what: 'copyLink' | 'copyMarkdown'): Promise<void> => import('./share.ts').then((share) => share[what]());

export function Head(): JSX.Element {
  return (
    <header class="head">
      <h1>
        <button type="button" class="home" aria-label="maskbit, to the front page" onClick={goToFront}>
          <svg class="logo" viewBox="0 0 16 16" width="20" height="20" aria-hidden="true">
            <rect width="16" height="16" rx="4" />
            <path d="M4 11V5l4 4 4-4v6" />
          </svg>
          maskbit
        </button>
      </h1>
      <MachinePicker />
      <button type="button" class="primary" onClick={() => (dialog.value = 'traces')}>
        Traces
      </button>
      <span class="spring" />
      {view.value === 'scene' && <Sharing />}
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

/** What is done with the run that is shown. */
function Sharing(): JSX.Element {
  return (
    <>
      <button type="button" onClick={() => void copy('copyLink')}>
        Copy link
      </button>
      <button type="button" class="wide-only" onClick={() => void copy('copyMarkdown')}>
        Copy as Markdown
      </button>
      <button type="button" onClick={() => (dialog.value = 'save')}>
        Save…
      </button>
    </>
  );
}

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
  const shown = index < 0 ? 'other' : String(index);
  const chosen = view.value === 'front' ? 'none' : watchedId.value === undefined ? shown : `actor ${watchedId.value}`;
  return (
    <select class="machine" aria-label="Machine" value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
      {chosen === 'none' && <option value="none">Choose a machine</option>}
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
      {actors.value.length > 0 && (
        <optgroup label="Connected programs">
          {actors.value.slice(-100).map((actor) => (
            <option key={actor.sessionId} value={`actor ${actor.sessionId}`}>
              {actor.name}
              {watched.goneBecause(actor) === undefined ? '' : ' (gone)'}
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
