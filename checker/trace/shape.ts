/**
 * The shape of a trace: its types, and what holds of every trace, whoever made it. `schema.ts` says most of it for other languages.
 */
import {
  isObject,
  refuse,
  requireFields,
  requireList,
  requireOneOf,
  requirePlain,
  requireText,
  shortened,
  tell,
  within,
} from '../argument/argument.ts';
import type { Regions } from '../machine/regions.ts';
import { type SchemaProblem, TRACE_FORMAT, TRACE_VERSION } from './schema.ts';
import { validate } from './generated/validate.ts';

/** Thrown when a trace cannot be made, read or replayed, with what was got and what was expected. */
export class TraceError extends RangeError {
  override name = 'TraceError';
}

/** What an instance of a machine is made of: its design, its number of vectors, its messages. */
export type TraceInstance = Readonly<Record<string, string | number>>;

/** One step of a trace. */
export interface TraceStep {
  readonly event: number;
  readonly outputs: readonly string[];
  /** The regions whose current child is another one after the step. */
  readonly changes: Regions;
  /** What happens, for a reader. Nothing is decided by it. */
  readonly sentence: string;
}

/** What a run shows: how a property fails, that it holds along it, or where it applies. */
export interface TraceVerdict {
  readonly property: string;
  readonly result: 'fails' | 'holds' | 'witness';
  readonly sentence: string;
  readonly rules: readonly string[];
}

/** What it takes to make a trace again, and to know that it is the same. */
interface TraceOrigin {
  /** The id of the machine. */
  readonly machine: string;
  readonly instance: TraceInstance;
  /** Of the machine's words, as `fingerprintOf` has it. */
  readonly fingerprint: string;
  /**
   * The number of steps before a loop: those from there on happen again and again. With no steps from there on, nothing
   * happens any more. Absent when the run just ends.
   */
  readonly loop?: number;
  readonly verdict?: TraceVerdict;
}

/** A run of a machine. */
export interface Trace extends TraceOrigin {
  /** The alphabet. */
  readonly events: readonly string[];
  /** Before the first step. */
  readonly start: Regions;
  readonly steps: readonly TraceStep[];
}

/** A trace without what the machine makes of it: as short as a link. */
export interface PackedTrace extends TraceOrigin {
  /** Absent when it is the initial state. */
  readonly start?: Regions;
  /** The event numbers. */
  readonly path: readonly number[];
  /** Of all steps, as `digestOf` has it. */
  readonly digest: string;
}

/** A run, as numbers of events from the initial state on. */
export interface Lasso {
  readonly path: readonly number[];
  /** What is repeated for ever after the path; empty when nothing happens any more. Absent where a run need not go on. */
  readonly loop?: readonly number[];
}

// ---- What holds of every trace

const WHAT = 'a trace, as makeTrace or readTrace returns it';

/** Requires a trace. @throws {TraceError} when it has another shape, or a loop that does not close. */
export function requireTrace(place: string, value: unknown): Trace {
  if (!isObject(value)) return refuse(place, value, WHAT);
  return plainTrace(requirePlain(place, value, WHAT) as object);
}

/** Requires that a copy of data is a trace. */
function plainTrace(plain: object): Trace {
  const trace = toTrace({ ...plain, format: TRACE_FORMAT, version: TRACE_VERSION });
  requireClosedLoop(trace);
  return trace;
}

/** Requires what a run shows. */
export function requireVerdict(place: string, value: unknown): TraceVerdict {
  const { property, result, sentence, rules } = requireFields(place, value, [
    'property',
    'result',
    'sentence',
    'rules',
  ]);
  return {
    property: requireText(within(place, 'property'), property),
    result: requireOneOf(within(place, 'result'), result, ['fails', 'holds', 'witness']),
    sentence: requireText(within(place, 'sentence'), sentence),
    rules: requireList(within(place, 'rules'), rules, requireText),
  };
}

/** Requires a trace, or a packed one. */
export function requireAnyTrace(place: string, value: unknown): Trace | PackedTrace {
  if (!isObject(value)) return refuse(place, value, WHAT);
  const plain = requirePlain(place, value, WHAT) as object;
  return 'steps' in plain ? plainTrace(plain) : plainPacked(place, plain);
}

/** Requires a packed trace. */
export function requirePacked(place: string, value: unknown): PackedTrace {
  const what = 'a packed trace, as reduceTrace or unpackTrace returns it';
  if (!isObject(value)) return refuse(place, value, what);
  return plainPacked(place, requirePlain(place, value, what) as object);
}

/** Requires that a copy of data is a packed trace. */
function plainPacked(place: string, plain: object): PackedTrace {
  const { path, digest, start, ...origin } = plain as Record<string, unknown>;
  // But for its steps, it has the shape of a trace: so it is one without any.
  const whole = { ...origin, format: TRACE_FORMAT, version: TRACE_VERSION, events: [], start: start ?? {}, steps: [] };
  const { events: _events, start: _start, steps: _steps, ...checked } = toTrace(whole);
  const isPath = Array.isArray(path) && path.every((event) => Number.isSafeInteger(event));
  if (!isPath || typeof digest !== 'string' || !/^[0-9a-f]{8}$/.test(digest)) {
    throw new TraceError(
      `Got ${isPath ? `${quote(digest)} as the digest` : `${quote(path)} as the path`} in ${place}; expected ` +
        'numbers of events, and a digest of 8 hexadecimal digits.',
    );
  }
  return { ...checked, ...(start === undefined ? {} : { start: start as Regions }), path: path as number[], digest };
}

/**
 * Requires that a document is a trace of this version, and strips what says so.
 * @throws {TraceError} otherwise.
 */
export function toTrace(document: unknown): Trace {
  const { format, version } = Object(document) as { format?: unknown; version?: unknown };
  if (format !== TRACE_FORMAT) {
    throw new TraceError(`Got JSON with the format ${quote(format)}; expected ${quote(TRACE_FORMAT)}.`);
  }
  if (version !== TRACE_VERSION) {
    throw new TraceError(`Got a trace of version ${quote(version)}; expected version ${TRACE_VERSION}.`);
  }
  if (!validate(document)) throw new TraceError(tellProblem(document, validate.errors[0]));
  const { format: _format, version: _version, ...trace } = document as Trace & { format: string; version: number };
  for (const [index, { event, changes }] of trace.steps.entries()) {
    requireEvent(event, index, trace.events);
    requireRegions(changes, index, trace.start);
  }
  return trace;
}

function requireRegions(changes: Regions, index: number, start: Regions): void {
  const unknown = Object.keys(changes).find((name) => !Object.hasOwn(start, name));
  if (unknown === undefined) return;
  throw new TraceError(
    `Got a change of ${unknown} at step ${index + 1}; expected one of ${Object.keys(start).join(', ') || 'no region'}.`,
  );
}

function tellProblem(document: unknown, { instancePath, message, params }: SchemaProblem): string {
  const keys = instancePath.split('/').slice(1);
  const got = keys.reduce((at, key) => (at as any)[key.replaceAll('~1', '/').replaceAll('~0', '~')], document);
  const allowed = params.allowedValues === undefined ? '' : `: ${params.allowedValues.map(quote).join(', ')}`;
  const added = params.additionalProperty === undefined ? '' : `: ${params.additionalProperty}`;
  const what = message.replace('must NOT', 'must not');
  return `Got ${quote(got)} at ${instancePath || 'the top'} of the trace; it ${what}${allowed}${added}.`;
}

/** Quotes a value as JSON writes it, as far as that fits into a sentence. */
export function quote(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text =
    JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each)) ?? tell(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** Requires that an event is in the alphabet. Steps are counted from 1 where people read of them. */
export function requireEvent(event: number, index: number, events: readonly string[]): void {
  if (Number.isInteger(event) && event >= 0 && event < events.length) return;
  throw new TraceError(
    `Got the event number ${tell(event)} at step ${index + 1}; expected one from 0 to ${events.length - 1}.`,
  );
}

/** What a trace is of, for a sentence: "function (vectors 2, messages two)". */
export function nameSubject({ machine, instance }: Pick<Trace, 'machine' | 'instance'>): string {
  const parts = Object.entries(instance).map(([name, value]) => `${name} ${value}`);
  return parts.length === 0 ? machine : `${machine} (${parts.join(', ')})`;
}

/** Requires that the loop of a trace ends in the state in which it begins. */
export function requireClosedLoop({ loop, start, steps }: Trace): void {
  if (loop === undefined) return;
  if (!(loop >= 0 && loop <= steps.length)) {
    throw new TraceError(`Got a loop after ${loop} steps; expected a number of steps from 0 to ${steps.length}.`);
  }
  const before = merged(start, steps.slice(0, loop));
  const moved = merged({}, steps.slice(loop));
  const open = Object.keys(moved).find((name) => moved[name] !== before[name]);
  if (open === undefined) return;
  throw new TraceError(
    `Got a loop after ${loop} steps that ends with ${open} in ${shortened(moved[open]) || 'no state'}; expected ` +
      `${shortened(before[open]) || 'no state'}, where it begins.`,
  );
}

function merged(start: Regions, steps: readonly TraceStep[]): Regions {
  const regions = { ...start };
  for (const { changes } of steps) Object.assign(regions, changes);
  return regions;
}
