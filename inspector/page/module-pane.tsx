/**
 * The headline of a module: what it is, what the judge says of it, and what he found, each as a run to be played.
 */
import type { JSX } from 'preact';
import { closeModule, loaded, showFinding, shown } from './module.ts';

export function ModuleHeadline(): JSX.Element | null {
  const module = loaded.value;
  if (module === undefined) return null;
  const { name, bytes, progress, verdict, problem } = module;
  return (
    <section class="headline module" aria-label="The module">
      <div class="headline-row">
        <h2>
          {name}{' '}
          <span class="quiet">a device in WebAssembly, {bytes.toLocaleString('en-US')} bytes, beside the machine</span>
        </h2>
        <span class="spring" />
        <button type="button" onClick={closeModule}>
          Take it away
        </button>
      </div>
      {problem !== undefined && <p class="standing broken">{problem}</p>}
      {progress !== undefined && (
        <p class="quiet" role="status">
          Judged meanwhile: {progress}
        </p>
      )}
      {verdict !== undefined && (
        <p class={`standing ${verdict.verdict === 'proven' ? 'applies' : 'broken'}`} role="status">
          {verdict.sentence}
        </p>
      )}
      {verdict !== undefined && verdict.findings.length > 0 && (
        <ul class="module-findings" aria-label="What the judge found">
          {verdict.findings.map(({ rules, sentence, trace, run }, index) => (
            <li key={trace.join()}>
              <button
                type="button"
                data-finding={index}
                aria-pressed={shown.value === index}
                disabled={typeof run === 'string'}
                title={typeof run === 'string' ? run : trace.join(', ')}
                onClick={() => showFinding(index)}
              >
                <b>{rules[0]}</b> {sentence} <small>{trace.length === 0 ? 'a fresh instance' : trace.join(', ')}</small>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
