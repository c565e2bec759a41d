/**
 * Why did this interrupt not come? A log is replayed, one vector is watched, and what stands in the way is told with the line that put it
 * there, the state at that line, what to look at next, and the steps that matter as a link.
 */
import { LINK_CHARACTERS } from '../../checker/trace/codec.ts';
import { readEvent } from '../../machines/alphabet.ts';
import { type Answer, causeOf } from './causes.ts';
import { ReplayError, type TraceSource } from './lines.ts';
import { replay, type ReplayOptions } from './replay.ts';
import type { Replay } from './results.ts';
import { EventLog, linkLog, type LoggedEvent, stepAt, traceEvents } from './trace.ts';
import { type ExplainedStep, type VectorState, VectorWatch } from './vector-watch.ts';

export type { Cause } from './causes.ts';
export type { ExplainedStep, VectorState } from './vector-watch.ts';

/** The answer. */
export interface Explanation extends Answer {
  readonly device: string;
  readonly vector: number;
  /** The line after which it is explained: that which was asked for, or the last. */
  readonly at: number;
  /** The last things that happened to it, in order; and how many there were before. */
  readonly steps: readonly ExplainedStep[];
  readonly stepsBefore: number;
  /** The state at the end, and right after the line of the cause. */
  readonly state: VectorState;
  readonly stateAtCause: VectorState | undefined;
  /** The steps that matter as a packed trace of this vector alone, and the step of the cause in it. */
  readonly link: { readonly packed: string; readonly step: number } | undefined;
  readonly replay: Replay;
}

const STEPS_TOLD = 12;

/** How to explain. */
export interface ExplainOptions extends ReplayOptions {
  readonly vector: number;
  /** Explain the state after this line. Default: at the end. */
  readonly at?: number;
}

/**
 * Explains why an interrupt of a vector did not come.
 * @throws {ReplayError} as `replay` does, and when the function has no such vector.
 */
export function explain(source: TraceSource, { vector, at = Infinity, ...options }: ExplainOptions): Explanation {
  const watch = new VectorWatch(vector, at, options.told !== undefined || options.before !== undefined);
  const isOwn = (name: string): boolean => (readEvent(name).vector ?? vector) === vector;
  const log = new EventLog();
  const result = replay(source, {
    ...options,
    events: (names, line) => void (line <= at && log.take(names.filter(isOwn), line)),
    watch: (happening) => watch.take(happening),
  });
  const { device, vectorCount } = result.geometry;
  if (vector >= vectorCount) {
    throw new ReplayError(`Got vector ${vector}; expected one of ${device}, 0 to ${vectorCount - 1}.`);
  }
  if (at < 1) throw new ReplayError(`Got line ${at}; expected one of the log, 1 to ${result.figures.lines}.`);
  const answer = causeOf(watch);
  const { steps, state } = watch;
  return {
    ...answer,
    device,
    vector,
    at: Math.min(at, result.figures.lines),
    replay: result,
    steps: steps.slice(-STEPS_TOLD),
    stepsBefore: Math.max(0, steps.length - STEPS_TOLD),
    state,
    stateAtCause: answer.line === undefined ? undefined : watch.stateAt(answer.line),
    link: log.full ? undefined : linkOf(log.events, vector, answer.line),
  };
}

/** The steps around the cause, as a link to a machine with this vector alone; undefined when its messages are too many. */
function linkOf(events: readonly LoggedEvent[], vector: number, line: number | undefined): Explanation['link'] {
  try {
    const traced = traceEvents(events, [vector]);
    const link = linkLog(traced, line === undefined ? 0 : stepAt(traced.lines, line));
    return link.packed.length > LINK_CHARACTERS ? undefined : link;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
