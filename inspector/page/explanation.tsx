/**
 * What is told of the state that was pressed: what it is for, its transitions with their guards, and the rules that they cite.
 */
import type { JSX } from 'preact';
import { tellTransition } from '../drawing/layout.ts';
import { Cited } from './rules.tsx';
import { chartDrawing, selected } from './store.ts';

/** What the state that was pressed is for, and the rules that it cites. */
export function Explanation(): JSX.Element | null {
  const placed = chartDrawing.value?.layout?.nodes.find(({ node }) => node.id === selected.value);
  if (placed === undefined) return null;
  const { node } = placed;
  const leaving = chartDrawing
    .value!.chart.edges.filter(({ source }) => source === node.id)
    .flatMap(({ transitions, target }) => transitions.map((each) => ({ ...each, leadsTo: target.split('.').at(-1) })));
  return (
    <aside class="explanation" aria-label={`About ${node.key}`} aria-live="polite">
      <header>
        <h3>{node.id}</h3>
        <button type="button" aria-label="Close" onClick={() => (selected.value = undefined)}>
          ×
        </button>
      </header>
      <Cited text={node.description || 'It has no description.'} />
      {[...node.inner, ...leaving].map((transition) => (
        <p key={transition.id}>
          <code>{tellTransition({ ...transition, description: '' })}</code>{' '}
          {transition.description !== '' && <Cited text={transition.description} inline />}
        </p>
      ))}
    </aside>
  );
}
