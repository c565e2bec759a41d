/**
 * The steps of a sequence chart, as SVG: one step at a time, so that a page draws those in sight and a file draws all.
 */
import type { JSX } from 'preact';
import type { DrawnArrow } from './timeline.ts';

/** Sizes, in pixels. An arrow has its label above it, and all arrows are equally far apart. */
export const SEQUENCE = { gutter: 52, arrowHeight: 32, padding: 5, head: 34, textSize: 11.5 } as const;

/** The height of a step with so many arrows. */
export const stepHeight = (arrows: number): number => arrows * SEQUENCE.arrowHeight + 2 * SEQUENCE.padding;

/** The middle of each column. */
export function columnPlaces(columns: readonly string[], width: number): Map<string, number> {
  const each = (width - SEQUENCE.gutter) / columns.length;
  return new Map(columns.map((name, index) => [name, Math.round(SEQUENCE.gutter + (index + 0.5) * each) + 0.5]));
}

interface StepProps {
  readonly number: number;
  readonly arrows: readonly DrawnArrow[];
  readonly places: ReadonlyMap<string, number>;
  readonly width: number;
  /** A sign beside the number: that the two differ here, that a loop begins. */
  readonly mark?: string;
}

/** Draws one step, from the upper left corner of its own place. */
export function SequenceStep({ number, arrows, places, width, mark }: StepProps): JSX.Element {
  const height = stepHeight(arrows.length);
  return (
    <g class="sequence-step">
      {[...places.values()].map((x) => (
        <line key={x} class="lifeline" x1={x} x2={x} y1={0} y2={height} />
      ))}
      <text class="number" x={SEQUENCE.gutter - 18} y={SEQUENCE.padding + 26}>
        {number}
      </text>
      {mark !== undefined && (
        <text class="mark" x={SEQUENCE.gutter - 8} y={SEQUENCE.padding + 26}>
          {mark}
        </text>
      )}
      {arrows.map((arrow, index) => (
        <ArrowRow
          key={index}
          arrow={arrow}
          places={places}
          width={width}
          y={SEQUENCE.padding + index * SEQUENCE.arrowHeight}
        />
      ))}
    </g>
  );
}

function ArrowRow({
  arrow,
  places,
  width,
  y,
}: {
  arrow: DrawnArrow;
  places: ReadonlyMap<string, number>;
  width: number;
  y: number;
}) {
  const from = places.get(arrow.from) ?? SEQUENCE.gutter;
  const to = places.get(arrow.to) ?? SEQUENCE.gutter;
  const line = y + 22;
  const isSelf = from === to;
  const direction = to < from ? -1 : 1;
  const half = (arrow.label.length * SEQUENCE.textSize * 0.54) / 2;
  const middle = isSelf ? from : (from + to) / 2;
  const at = Math.round(Math.max(SEQUENCE.gutter + half - 4, Math.min(width - half - 6, middle)));
  return (
    <g class={`arrow ${arrow.kind}`}>
      {isSelf ? (
        <path class="line" d={`M${from},${line - 5}h18a4,4 0 0 1 4,4v2a4,4 0 0 1 -4,4h-12`} />
      ) : (
        <path class="line" d={`M${from},${line}H${to - direction * 6}`} />
      )}
      {isSelf ? (
        <path class="tip" d={`M${from + 1},${line + 5}l8,-4v8z`} />
      ) : (
        <path class="tip" d={`M${to - direction},${line}l${-direction * 8},-4v8z`} />
      )}
      <text x={at} y={y + 12}>
        {arrow.label}
      </text>
    </g>
  );
}

/** Draws the heads of the columns. */
export function SequenceHead({ places }: { places: ReadonlyMap<string, number> }): JSX.Element {
  return (
    <g class="sequence-head">
      {[...places].map(([name, x]) => {
        const half = Math.max(34, Math.round(name.length * 3.7) + 8);
        return (
          <g key={name}>
            <rect x={x - half} y={6} width={2 * half} height={22} rx={6} />
            <text x={x} y={21}>
              {name}
            </text>
          </g>
        );
      })}
    </g>
  );
}
