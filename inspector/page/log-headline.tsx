/**
 * The headline of a log: what it is of, its verdict, and its disagreements one by one, each with its line; and the line of the step that is
 * looked at.
 */
import type { JSX } from 'preact';
import type { LogStory } from '../../conformance/replay/trace.ts';
import { tellVectors } from './log-vectors.ts';
import { position, scene, travel } from './store.ts';

export function LogHeadline(): JSX.Element | null {
  const at = scene.value;
  if (at.kind !== 'own' || at.log === undefined) return null;
  const { log } = at;
  const here = position.value;
  return (
    <section class="headline log" aria-label="The log">
      <div class="headline-row">
        <h2>
          {log.device} <span class="quiet">{tellVectors(log)}</span>
        </h2>
        <span class="spring" />
        <LineField log={log} />
      </div>
      <Verdict log={log} here={here} />
    </section>
  );
}

/** The line of the step that is looked at; another may be typed. */
function LineField({ log }: { log: LogStory }): JSX.Element {
  const { lines } = log;
  const here = position.value;
  const line = here === 0 ? 1 : (lines[here - 1] ?? 1);
  const go = (text: string): void => {
    const wanted = Number(text);
    if (!Number.isInteger(wanted) || wanted < 1) return;
    let step = 0;
    while (step < lines.length && lines[step] <= wanted) step++;
    travel(step);
  };
  return (
    <label class="line">
      line{' '}
      <input
        type="number"
        min="1"
        max={lines.at(-1) ?? 1}
        value={line}
        aria-label="Line of the log"
        onChange={(event) => go(event.currentTarget.value)}
      />{' '}
      of {lines.at(-1) ?? 1}
    </label>
  );
}

function Verdict({ log, here }: { log: LogStory; here: number }): JSX.Element {
  const { disagreements, disagreementCount, verdict, reason } = log;
  if (disagreementCount === 0) {
    return (
      <p class="standing applies" role="status">
        <b>{verdict === 'holds' ? '✓ The log agrees.' : 'n/a'}</b>{' '}
        {verdict === 'holds' ? 'Whatever was read and sent is what implementation and machine do.' : reason}
      </p>
    );
  }
  const index = Math.max(
    0,
    disagreements.findLastIndex(({ step }) => step <= here),
  );
  const { line, got, expected, text } = disagreements[index];
  const go = (to: number): void => travel(disagreements[to].step);
  return (
    <>
      <p class="standing broken" role="status">
        <b>
          ✗ Disagreement {index + 1} of {disagreementCount}, line {line}:
        </b>{' '}
        {got} {expected}
      </p>
      <div class="headline-row">
        <code>{text}</code>
        <span class="spring" />
        <nav class="neighbours" aria-label="Disagreements">
          <button type="button" disabled={index === 0} onClick={() => go(index - 1)}>
            ‹ Previous
          </button>
          <button type="button" onClick={() => go(index)}>
            Show line {line}
          </button>
          <button type="button" disabled={index + 1 >= disagreements.length} onClick={() => go(index + 1)}>
            Next ›
          </button>
        </nav>
      </div>
    </>
  );
}
