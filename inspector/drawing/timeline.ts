/**
 * A run as a sequence chart sees it: who takes part, and the arrows of each step. For traces of maskbit's machines, and for
 * whatever else has steps.
 */
import type { Arrow } from '../../checker/export/mermaid.ts';
import type { TraceStep } from '../../checker/trace/trace.ts';
import { castOf } from '../../properties/cast.ts';

/** An arrow of a chart: solid for what happens, dashed for what comes of it. */
export interface DrawnArrow extends Arrow {
  readonly kind: 'event' | 'output';
}

/** Steps to be drawn, by number from 0 on. */
export interface Timeline {
  /** From left to right. */
  readonly columns: readonly string[];
  readonly length: number;
  /** The number of steps before a loop, where there is one. */
  readonly loop?: number;
  /** How many steps there were before the first of these. */
  readonly firstNumber?: number;
  arrows(step: number): readonly DrawnArrow[];
  /** How many arrows a step has, which is told without making them. */
  arrowCount(step: number): number;
  sentence(step: number): string;
}

/** What it takes to draw a run of one of maskbit's machines. */
export interface DrawnRun {
  /** The id of the machine. */
  readonly machine: string;
  readonly events: readonly string[];
  readonly steps: readonly TraceStep[];
  readonly loop?: number;
  /** Every output that the machine has: who takes part does not change while a run grows. */
  readonly outputNames: readonly string[];
}

/** Makes the timeline of a run. */
export function timelineOf({ machine, events, steps, loop, outputNames }: DrawnRun): Timeline {
  const cast = castOf(machine);
  const possible = [...events.map((name) => cast.event(name)), ...outputNames.map((name) => cast.output(name))];
  const present = new Set(possible.flatMap(({ from, to }) => [from, to]));
  return {
    columns: cast.participants.filter((name) => present.has(name)),
    length: steps.length,
    loop,
    arrows: (step) => {
      const { event, outputs } = steps[step];
      return [
        { ...cast.event(events[event]), kind: 'event' },
        ...outputs.map((name): DrawnArrow => ({ ...cast.output(name), kind: 'output' })),
      ];
    },
    arrowCount: (step) => 1 + steps[step].outputs.length,
    sentence: (step) => steps[step].sentence,
  };
}
