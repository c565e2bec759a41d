/**
 * The transport: where the run is, in a number and in a sentence, and what moves it.
 */
import type { JSX } from 'preact';
import { playing, position, scene, speed, togglePlaying, travel } from './store.ts';

function Icon({ path }: { path: string }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

export function Transport(): JSX.Element {
  const { length, timeline } = scene.value;
  const at = position.value;
  const before = timeline.firstNumber ?? 0;
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
          step {at + before} of {length + before}
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
