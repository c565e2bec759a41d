/**
 * A run as it is looked at: a trace that grows by a step at a time, and the state at each of its positions. Position 0 is before
 * the first step. It keeps the whole state at every `STRIDE`th position, so that a hundred thousand steps can be travelled.
 */
import { initialTransition, type StateValue } from 'xstate';
import {
  makeTrace,
  type Trace,
  type TraceStep,
  type TraceSubject,
  type TraceVerdict,
} from '../../checker/trace/trace.ts';
import { type Regions, regionsOf, valueOf } from '../../checker/machine/regions.ts';

const STRIDE = 512;

/** An output, and the position after the step that it came of. */
export interface TimedOutput {
  readonly position: number;
  readonly output: string;
}

/** A run of a machine. Adding steps is all that changes it. */
export class Run {
  readonly subject: TraceSubject;
  readonly start: Regions;
  readonly steps: TraceStep[];
  readonly loop: number | undefined;
  readonly verdict: TraceVerdict | undefined;
  /** All outputs, in order. */
  readonly outputs: TimedOutput[] = [];
  private readonly kept: Regions[];
  /** The regions that some step has changed. */
  private readonly moved = new Set<string>();
  private seen: { position: number; readonly regions: Record<string, string> };

  private constructor(subject: TraceSubject, { start, steps, loop, verdict }: RunParts) {
    this.subject = subject;
    this.start = start;
    this.steps = [];
    this.loop = loop;
    this.verdict = verdict;
    this.kept = [start];
    this.seen = { position: 0, regions: { ...start } };
    this.add(steps);
  }

  /** The run of no step. */
  static begin(subject: TraceSubject): Run {
    return new Run(subject, {
      start: regionsOf(subject.machine, initialTransition(subject.machine)[0].value),
      steps: [],
    });
  }

  /** The run of a trace, which its machine has made. */
  static of(subject: TraceSubject, trace: Trace): Run {
    return new Run(subject, trace);
  }

  /** How many positions there are after the first. */
  get length(): number {
    return this.steps.length;
  }

  /** The regions at a position. */
  regionsAt(position: number): Regions {
    return { ...this.look(position) };
  }

  /** The state at a position. */
  valueAt(position: number): StateValue {
    return valueOf(this.subject.machine, this.look(position));
  }

  /** The event that led to a position, or undefined at the first. */
  eventAt(position: number): string | undefined {
    return position === 0 ? undefined : this.subject.events[this.steps[position - 1].event];
  }

  /** The number of outputs up to a position: the first so many of `outputs`. */
  outputCountAt(position: number): number {
    let low = 0;
    let high = this.outputs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.outputs[middle].position <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Takes events after a position. At the end that lengthens this run, and returns it; before, it makes another one, without
   * what came after and without the verdict.
   */
  take(position: number, events: readonly number[]): Run {
    const start = this.valueAt(position);
    const { steps } = makeTrace(this.subject, events, { start });
    if (position === this.length && this.verdict === undefined && this.loop === undefined) {
      this.add(steps);
      return this;
    }
    return new Run(this.subject, { start: this.start, steps: [...this.steps.slice(0, position), ...steps] });
  }

  /** Tells whether a region, by its path, ever changes in this run. */
  movedRegions(): (path: readonly string[]) => boolean {
    return (path) => this.moved.has(path.join('.'));
  }

  /** The run as a trace, to be packed or saved. */
  trace(): Trace {
    const { subject, steps, loop, verdict } = this;
    const { machine, instance, fingerprint, events, start } = makeTrace(subject, [], { start: this.valueAt(0) });
    return {
      ...{ machine, instance, fingerprint, events, start, steps },
      ...(loop === undefined ? {} : { loop }),
      ...(verdict === undefined ? {} : { verdict }),
    };
  }

  /** The regions at a position, until the next look: whoever goes along a run looks at one after the other. */
  private look(position: number): Regions {
    const kept = Math.min(Math.floor(position / STRIDE), this.kept.length - 1);
    if (this.seen.position > position || this.seen.position < kept * STRIDE) {
      this.seen = { position: kept * STRIDE, regions: { ...this.kept[kept] } };
    }
    const { seen } = this;
    for (; seen.position < position; seen.position++) Object.assign(seen.regions, this.steps[seen.position].changes);
    return seen.regions;
  }

  private add(steps: readonly TraceStep[]): void {
    for (const step of steps) {
      this.steps.push(step);
      for (const region of Object.keys(step.changes)) this.moved.add(region);
      for (const output of step.outputs) this.outputs.push({ position: this.length, output });
      if (this.length % STRIDE === 0) this.kept.push(this.regionsAt(this.length));
    }
  }
}

interface RunParts {
  readonly start: Regions;
  readonly steps: readonly TraceStep[];
  readonly loop?: number;
  readonly verdict?: TraceVerdict;
}
