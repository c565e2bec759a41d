/**
 * The buttons that zoom what is shown: a chart, or a map.
 */
import type { JSX } from 'preact';
import { chartView } from './store.ts';

export function ZoomTools(): JSX.Element {
  return (
    <>
      <button type="button" aria-label="Smaller" onClick={() => chartView.value?.zoom(0.8)}>
        −
      </button>
      <button type="button" aria-label="Larger" onClick={() => chartView.value?.zoom(1.25)}>
        +
      </button>
      <button type="button" onClick={() => chartView.value?.fit()}>
        Fit
      </button>
    </>
  );
}
