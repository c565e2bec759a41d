/**
 * The sequence chart of the run, of which only what is in sight is drawn: a hundred thousand steps scroll like ten.
 */
import { computed, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { columnPlaces, SEQUENCE, SequenceHead, SequenceStep, stepHeight } from '../drawing/sequence.tsx';
import type { Timeline } from '../drawing/timeline.ts';
import type { Proof } from '../decider/messages.ts';
import { firstDifference, position, proof, scene, travel } from './store.ts';

/** Steps drawn beyond what is in sight, on either side. */
const MARGIN = 4;

/** The upper ends of all steps, and the lower end of the last: by which what is in sight is found. */
const edges = computed(() => edgesOf(scene.value.timeline));

function edgesOf(timeline: Timeline): Float64Array {
  const { length } = timeline;
  const tops = new Float64Array(length + 1);
  for (let step = 0; step < length; step++) tops[step + 1] = tops[step] + stepHeight(timeline.arrowCount(step));
  return tops;
}

/** The step at a height. */
export function stepAt(tops: Float64Array, height: number): number {
  let low = 0;
  let high = Math.max(0, tops.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (tops[middle] <= height) low = middle;
    else high = middle - 1;
  }
  return low;
}

const sight = signal({ top: 0, height: 600, width: 440 });

export function SequencePane(): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const { timeline, length } = scene.value;
  const tops = edges.value;
  const { top, height, width } = sight.value;
  const places = columnPlaces(timeline.columns, width);
  const first = Math.max(0, stepAt(tops, top) - MARGIN);
  const last = Math.min(length - 1, stepAt(tops, top + height) + MARGIN);
  const steps = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);

  useEffect(() => {
    const element = list.current!;
    const measure = (): void => {
      sight.value = { top: element.scrollTop, height: element.clientHeight, width: Math.max(280, element.clientWidth) };
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, []);

  const here = position.value;
  useEffect(() => {
    const element = list.current!;
    if (here === 0) {
      element.scrollTop = 0;
      return;
    }
    const [from, to] = [tops[here - 1], tops[here]];
    if (from < element.scrollTop) element.scrollTop = from - 40;
    else if (to > element.scrollTop + element.clientHeight) {
      element.scrollTop = here === length ? element.scrollHeight : to - element.clientHeight + 40;
    }
  }, [here, tops]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(height / 50));
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    travel(here + by);
  };

  return (
    <section class="sequence" aria-label="Sequence chart">
      <svg class="sequence-columns" width={width} height={SEQUENCE.head} aria-hidden="true">
        <SequenceHead places={places} />
      </svg>
      <div
        ref={list}
        class="sequence-list"
        role="listbox"
        aria-label={`Steps of the run, ${length} in all`}
        aria-activedescendant={here > 0 && here - 1 >= first && here - 1 <= last ? `step-${here}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        {length === 0 && (
          <p class="empty" role="option" aria-selected="false">
            Nothing has happened yet. Send an event, or open a trace.
          </p>
        )}
        <div role="presentation" style={{ height: `${tops[length]}px`, position: 'relative' }}>
          {steps.map((step) => (
            <div
              key={step}
              id={`step-${step + 1}`}
              role="option"
              aria-selected={step + 1 === here}
              aria-posinset={step + 1}
              aria-setsize={length}
              class={`step ${step + 1 === here ? 'here' : ''} ${step + 1 > here ? 'ahead' : ''}`}
              style={{ top: `${tops[step]}px`, height: `${tops[step + 1] - tops[step]}px` }}
              onClick={() => travel(step + 1)}
            >
              <span class="visually-hidden">{`${step + 1 + (timeline.firstNumber ?? 0)}. ${timeline.sentence(step)}`}</span>
              <svg width={width} height={tops[step + 1] - tops[step]} aria-hidden="true">
                <SequenceStep
                  number={step + 1 + (timeline.firstNumber ?? 0)}
                  arrows={timeline.arrows(step)}
                  places={places}
                  width={width}
                  mark={firstDifference.value === step + 1 ? '≠' : timeline.loop === step ? '↻' : undefined}
                />
              </svg>
            </div>
          ))}
        </div>
        <Ending />
      </div>
    </section>
  );
}

const ENDINGS: Readonly<Record<Proof['standing'], (name: string) => string>> = {
  broken: (name) => `✗ ${name}, broken`,
  applies: (name) => `✓ ${name}, where it applies`,
  assumed: (name) => `✓ ${name} holds; this is what its assumption rules out`,
  differs: (name) => `≠ ${name}, not as the link claims`,
  unknown: (name) => `? ${name}, not decided here`,
};

/** What the run shows: what broke, and which rules say so. */
function Ending(): JSX.Element | null {
  const at = scene.value;
  if (at.kind !== 'own') return null;
  const { verdict, loop } = at.run;
  const rest =
    loop === undefined
      ? undefined
      : loop === at.length
        ? 'From here on, nothing happens any more.'
        : `From step ${loop + 1} on, again and again.`;
  if (verdict === undefined && rest === undefined) return null;
  const told = proof.value;
  return (
    <div class={`ending ${told?.standing ?? ''}`} role="option" aria-selected="false">
      {rest !== undefined && <p class="rest">↻ {rest}</p>}
      {told?.property !== undefined && (
        <>
          <p class="claim">{ENDINGS[told.standing](told.property.name)}</p>
          <p>{told.property.title}</p>
        </>
      )}
    </div>
  );
}
