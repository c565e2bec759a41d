/**
 * A real guest's log as a trace of the machine `function`: what the guest did, what the device must have done, and what the
 * machine makes of it, each step with its line. The messages are those of the log, and the vectors those that the guest used: each vector
 * goes its own way beside the function's bits, so the others can be left out.
 */
import type { StateValue } from 'xstate';
import { valueOf } from '../../checker/machine/regions.ts';
import { packTrace } from '../../checker/trace/codec.ts';
import { makeTrace, reduceTrace, type Trace, type TraceSubject } from '../../checker/trace/trace.ts';
import { readEvent } from '../../machines/alphabet.ts';
import { wholeMessages } from '../../machines/messages.ts';
import { createInstance } from '../../properties/instances.ts';
import { compiledSubject } from '../../properties/subject.ts';
import { messageName } from './events.ts';
import { ReplayError, type TraceSource } from './log.ts';
import { MACHINE_MESSAGES_MAX } from './machine.ts';
import { replay, type ReplayOptions } from './replay.ts';
import type { Disagreement, Replay } from './results.ts';

/** The most vectors that are drawn; as many transitions as a second of a page's time lays out. */
export const VECTORS_DRAWN = 16;

/** A function with no more vectors than this is drawn whole. */
const VECTORS_OF_FEW = 8;

/** What to draw of a log. */
export interface TraceLogOptions extends ReplayOptions {
  /** The vectors. Default: all of a few; else those that disagree, send, or are unmasked, in this order, as many as can be drawn. */
  readonly vectors?: readonly number[];
}

/** A disagreement, and the step of the trace that it shows at. */
export interface TracedDisagreement extends Disagreement {
  /** The number of steps before it. */
  readonly step: number;
}

/** What a log says beside the trace that was made of it. */
export interface LogStory {
  readonly device: string;
  readonly verdict: Replay['verdict'];
  readonly reason: string | undefined;
  /** How many vectors the function has. */
  readonly vectorCount: number;
  /** Those that are drawn: the machine's vector k is `vectors[k]`. */
  readonly vectors: readonly number[];
  /** How many more the guest used. */
  readonly vectorsLeftOut: number;
  /** Whether the log goes on after the last step. */
  readonly isCut: boolean;
  /** The line of each step. */
  readonly lines: readonly number[];
  /** The first hundred. */
  readonly disagreements: readonly TracedDisagreement[];
  readonly disagreementCount: number;
}

/** A log as a trace, and what the replay of it disagreed with. */
export interface TracedLog {
  readonly subject: TraceSubject;
  readonly trace: Trace;
  readonly disagreements: readonly Disagreement[];
  readonly story: LogStory;
}

/** An event of the machine, and the line that it comes of. */
export interface LoggedEvent {
  readonly name: string;
  readonly line: number;
}

/** The most steps that are kept: of what the page opens, and what an explanation may show. */
export const STEPS_MAX = 400_000;

/** Keeps the events of a replay, in bounded memory. */
export class EventLog {
  readonly events: LoggedEvent[] = [];
  /** Whether there were more, and the last of them are missing. */
  full = false;
  private repeats = 0;

  take(names: readonly string[], line: number): void {
    for (const name of names) {
      this.repeats = this.events.at(-1)?.name === name ? this.repeats + 1 : 0;
      if (this.repeats >= REPEATS_KEPT && this.events.length > STEPS_OF_EACH) continue;
      if (this.events.length === STEPS_MAX) this.full = true;
      else this.events.push({ name, line });
    }
  }
}

/** A signal of a vector that sends at once leaves everything as it was: beyond so many steps, it is not kept again and again. */
const REPEATS_KEPT = 3;
const STEPS_OF_EACH = 50_000;

/** Listens to a replay, and makes a trace of it when it has ended. */
export class LogTracer {
  private readonly log = new EventLog();
  private readonly use = new VectorUse();
  /** What a replay is told, so that this listens. */
  readonly hooks: Required<Pick<ReplayOptions, 'events' | 'watch'>> = {
    events: (names, line) => this.log.take(names, line),
    watch: ({ kind, vector }) => void (kind === 'disagreement' && this.use.disagrees(vector)),
  };

  /** The trace of what was heard, with the vectors that are wanted, or those that matter most. */
  trace(
    { geometry, disagreements, disagreementCount, verdict, reason }: Replay,
    wanted?: readonly number[],
  ): TracedLog {
    const { log, use } = this;
    for (const { name } of log.events) use.take(name);
    const { vectorCount, device } = geometry;
    const beyond = wanted?.find((vector) => vector >= vectorCount);
    if (beyond !== undefined) {
      throw new ReplayError(`Got vector ${beyond}; expected one of ${device}, 0 to ${vectorCount - 1}.`);
    }
    const used = wanted ?? use.ranked;
    const all = Array.from({ length: vectorCount }, (_, vector) => vector);
    const few = wanted === undefined && vectorCount <= VECTORS_OF_FEW;
    const vectors = fitting(few ? [...new Set([...used, ...all])] : used.length === 0 ? [0] : used, use);
    const { subject, trace, lines } = traceEvents(log.events, vectors);
    const story: LogStory = {
      device,
      verdict,
      reason,
      vectorCount,
      vectors,
      vectorsLeftOut: Math.max(0, used.length - vectors.length),
      isCut: log.full,
      lines,
      disagreements: disagreements.map((each) => ({ ...each, step: stepAt(lines, each.line) })),
      disagreementCount,
    };
    return { subject, trace, disagreements, story };
  }
}

/**
 * Makes a trace of a log.
 * @throws {ReplayError} when the log is damaged or is none.
 */
export function traceLog(source: TraceSource, { vectors, ...options }: TraceLogOptions = {}): TracedLog {
  const tracer = new LogTracer();
  return tracer.trace(replay(source, { ...options, ...tracer.hooks }), vectors);
}

/** Makes a trace of the events of some vectors, and of those of the whole function; vector `vectors[k]` is vector k of the machine. */
export function traceEvents(
  events: readonly LoggedEvent[],
  vectors: readonly number[],
): Pick<TracedLog, 'subject' | 'trace'> & Pick<LogStory, 'lines'> {
  const places = new Map(vectors.map((vector, place) => [vector, place]));
  const drawn = events.flatMap(({ name, line }) => {
    const own = renamed(name, places);
    return own === undefined ? [] : [{ name: own, line }];
  });
  const messages = new Set([messageName(0, 0, 0)]);
  for (const { name } of drawn) {
    const { verb, value } = readEvent(name);
    if (verb === 'write' && value !== undefined) messages.add(value);
  }
  // A machine has two messages or more; the second is a guest's that wrote none.
  if (messages.size === 1) messages.add(messageName(0xfee00000, 0, 0));
  const instance = createInstance('function', {
    vectors: vectors.length,
    messages: wholeMessages('listed', [...messages]),
  });
  const subject = compiledSubject(instance);
  const numbers = new Map(instance.events.map((name, number) => [name, number]));
  const trace = makeTrace(
    subject,
    drawn.map(({ name }) => numbers.get(name)!),
  );
  return { subject, trace, lines: drawn.map(({ line }) => line) };
}

/** An event with the vector's place for its number; undefined when it is of a vector that is not drawn. */
function renamed(name: string, places: ReadonlyMap<number, number>): string | undefined {
  const { vector } = readEvent(name);
  if (vector === undefined) return name;
  const place = places.get(vector);
  if (place === undefined || place === vector) return place === undefined ? undefined : name;
  const [actor, verb, , ...rest] = name.split('.');
  return [actor, verb, place, ...rest].join('.');
}

/** As many of the vectors, the first of them first, as can be drawn with their messages; in the order of their numbers. */
function fitting(ranked: readonly number[], use: VectorUse): number[] {
  const messages = new Set([messageName(0, 0, 0)]);
  const vectors: number[] = [];
  for (const vector of ranked) {
    const added = use.messagesOf(vector).filter((each) => !messages.has(each));
    if (vectors.length === VECTORS_DRAWN || messages.size + added.length > MACHINE_MESSAGES_MAX) break;
    for (const each of added) messages.add(each);
    vectors.push(vector);
  }
  if (vectors.length === 0) {
    throw new ReplayError(
      `Got more than ${MACHINE_MESSAGES_MAX} messages of vector ${ranked[0]}; expected no more for a machine to be drawn.`,
    );
  }
  return vectors.toSorted((a, b) => a - b);
}

/** Which vectors a guest uses, and for what. */
class VectorUse {
  private readonly messages = new Map<number, Set<string>>();
  private readonly unmasked = new Set<number>();
  private readonly sending = new Set<number>();
  private readonly disagreeing = new Set<number>();

  disagrees(vector: number | undefined): void {
    if (vector !== undefined) this.disagreeing.add(vector);
  }

  take(name: string): void {
    const { verb, vector, value } = readEvent(name);
    if (vector === undefined) return;
    if (verb === 'signal') this.sending.add(vector);
    else if (verb === 'unmask') this.unmasked.add(vector);
    else if (verb === 'write' && value !== undefined) {
      const own = this.messages.get(vector);
      if (own === undefined) this.messages.set(vector, new Set([value]));
      else own.add(value);
    }
  }

  messagesOf(vector: number): string[] {
    return [...(this.messages.get(vector) ?? [])];
  }

  /** Those that matter most first. */
  get ranked(): number[] {
    return [...new Set([...this.disagreeing, ...this.sending, ...this.unmasked])];
  }
}

/** How many steps are at this line or before it. */
export function stepAt(lines: readonly number[], line: number): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (lines[middle] <= line) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many steps a link shows before the one that it is about, and after it. */
const LINKED_BEFORE = 60;
const LINKED_AFTER = 20;

/** A part of a traced log that fits into a link: it begins in the state that the machine was in then. */
export function linkLog(
  { subject, trace }: Pick<TracedLog, 'subject' | 'trace'>,
  step: number,
): { readonly packed: string; readonly step: number } {
  const first = Math.max(0, step - LINKED_BEFORE);
  const numbers = trace.steps.map(({ event }) => event);
  const start = first === 0 ? undefined : stateAfter({ subject, trace: makeTrace(subject, numbers.slice(0, first)) });
  const part = makeTrace(subject, numbers.slice(first, step + LINKED_AFTER), start === undefined ? {} : { start });
  return { packed: packTrace(reduceTrace(subject, part)), step: step - first };
}

/** The state at the end of a trace. */
function stateAfter({ subject, trace }: Pick<TracedLog, 'subject' | 'trace'>): StateValue {
  const regions = Object.assign({ ...trace.start }, ...trace.steps.map(({ changes }) => changes)) as typeof trace.start;
  return valueOf(subject.machine, regions);
}
