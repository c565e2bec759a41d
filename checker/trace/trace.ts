/**
 * A trace: one run of a machine, step by step. A path, a counterexample, a lasso and a recorded guest are all traces.
 *
 * A run is decided by where it starts and by its event numbers; outputs and changes are what the machine made of them. So a
 * trace can be shown without its machine, and replayed with it: a trace that the machine no longer makes is refused, in a
 * sentence that says what is stale. `codec.ts` writes traces and reads them.
 */
import { type AnyStateMachine, initialTransition, type StateValue } from 'xstate';
import { stepper } from '../explore/enumerate.ts';
import { FINGERPRINT_PARTS, fingerprintOf, hash } from '../machine/fingerprint.ts';
import type { CompiledMachine } from '../compile/format.ts';
import { packValue, unpackValue } from '../compile/layout.ts';
import { type Regions, regionReader, regionsOf, valueOf } from '../machine/regions.ts';
import { Stepper } from '../compile/step.ts';

/** Thrown when a trace cannot be made, read or replayed, with what was got and what was expected. */
export class TraceError extends RangeError {
  override name = 'TraceError';
}

/** What events and outputs say, as clauses: "the guest masks vector 0". */
export interface TraceWords {
  event(name: string): string;
  output(name: string): string;
}

/** What an instance of a machine is made of: its design, its number of vectors, its messages. */
export type TraceInstance = Readonly<Record<string, string | number>>;

/** A machine whose runs are traced. */
export interface TraceSubject {
  readonly machine: AnyStateMachine;
  /** The alphabet. Events go by their place in it. */
  readonly events: readonly string[];
  readonly instance: TraceInstance;
  /** The machine, compiled for these events: it steps faster than XState, which is used when this is left out. */
  readonly compiled?: CompiledMachine;
  /** Left out, events and outputs go by their names. */
  readonly words?: TraceWords;
}

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

/** What is told of a run beside its events. */
export interface TraceOptions {
  /** The state to start from; the initial one when left out. */
  readonly start?: StateValue;
  readonly loop?: number;
  readonly verdict?: TraceVerdict;
}

/**
 * Makes the trace of a run, given by its event numbers.
 * @throws {TraceError} when an event is not in the alphabet, or when the loop does not close.
 */
export function makeTrace(subject: TraceSubject, path: readonly number[], options: TraceOptions = {}): Trace {
  const trace = traceOf(subject, path, options);
  requireClosedLoop(trace);
  return trace;
}

function traceOf(subject: TraceSubject, path: readonly number[], options: TraceOptions): Trace {
  const { machine, events, instance } = subject;
  const { loop, verdict, start = initialTransition(machine)[0].value } = options;
  return {
    machine: machine.id,
    instance,
    fingerprint: fingerprintOf(machine, events),
    events,
    start: regionsOf(machine, start),
    steps: [...run(subject, start, path)],
    ...(loop === undefined ? {} : { loop }),
    ...(verdict === undefined ? {} : { verdict }),
  };
}

/**
 * Makes a recorded trace again, and holds every output and every change against it.
 * @throws {RangeError} when it was recorded from another machine, or from this one when it was another: says what differs.
 */
export function replayTrace(subject: TraceSubject, recorded: Trace | PackedTrace): Trace {
  requireSameWords(subject, recorded);
  const { loop, verdict } = recorded;
  const start = recorded.start && valueOf(subject.machine, recorded.start);
  const path = 'steps' in recorded ? recorded.steps.map(({ event }) => event) : recorded.path;
  const trace = traceOf(subject, path, { start, loop, verdict });
  if ('steps' in recorded) requireSameSteps(trace, recorded);
  else requireSameDigest(trace, recorded);
  // What is the same as a loop that was closed is closed; what was written by hand may never have been.
  requireClosedLoop(trace);
  return trace;
}

/** Reduces a trace to what it takes to make it again; `packTrace` writes that as text. */
export function reduceTrace({ machine }: TraceSubject, trace: Trace): PackedTrace {
  const { events: _, start, steps, ...origin } = trace;
  const isInitial = sameEntries(start, regionsOf(machine, initialTransition(machine)[0].value));
  const path = steps.map(({ event }) => event);
  return { ...origin, ...(isInitial ? {} : { start }), path, digest: digestOf(steps) };
}

// ---- Steps

/** Takes one event after the other, from some state on. */
type Walk = (event: number) => { readonly value: StateValue; readonly outputs: readonly string[] };

function walkFrom({ machine, events, compiled }: TraceSubject, start: StateValue): Walk {
  if (compiled !== undefined) return walkCompiled(compiled, start);
  const step = stepper(machine);
  let snapshot = machine.resolveState({ value: start, context: {} });
  return (event) => {
    const { next, outputs } = step(snapshot, events[event]);
    snapshot = next;
    return { value: next.value, outputs };
  };
}

function walkCompiled(compiled: CompiledMachine, start: StateValue): Walk {
  const step = new Stepper(compiled);
  let here: Int32Array = packValue(compiled, start);
  let next: Int32Array = new Int32Array(compiled.wordCount);
  return (event) => {
    step.stepWords(here, 0, event, next, 0);
    const outputs = step.outputs(here);
    [here, next] = [next, here];
    return { value: unpackValue(compiled, here), outputs };
  };
}

function* run(subject: TraceSubject, start: StateValue, path: readonly number[]): Generator<TraceStep> {
  const { machine, events, words = PLAIN_WORDS } = subject;
  const walk = walkFrom(subject, start);
  const { names, children } = regionReader(machine);
  let before = children(start);
  for (const [index, event] of path.entries()) {
    requireEvent(event, index, events);
    const { value, outputs } = walk(event);
    const after = children(value);
    const changed = names.flatMap((name, region) => (after[region] === before[region] ? [] : [[name, after[region]]]));
    const sentence = tellStep(words, events[event], outputs, changed.length > 0);
    yield { event, outputs, changes: Object.fromEntries(changed) as Regions, sentence };
    before = after;
  }
}

/** Requires that an event is in the alphabet. Steps are counted from 1 where people read of them. */
export function requireEvent(event: number, index: number, events: readonly string[]): void {
  if (event in events) return;
  throw new TraceError(
    `Got the event number ${event} at step ${index + 1}; expected one from 0 to ${events.length - 1}.`,
  );
}

const PLAIN_WORDS: TraceWords = { event: (name) => `event ${name}`, output: (name) => `output ${name}` };

function tellStep(words: TraceWords, event: string, outputs: readonly string[], isChange: boolean): string {
  const clause = words.event(event);
  const told = outputs.map((output) => words.output(output)).join(', then ');
  const rest = told !== '' ? `; ${told}` : isChange ? '' : '; nothing changes';
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}${rest}.`;
}

/** What a trace is of, for a sentence: "function (vectors 2, messages two)". */
export function nameSubject({ machine, instance }: Pick<Trace, 'machine' | 'instance'>): string {
  const parts = Object.entries(instance).map(([name, value]) => `${name} ${value}`);
  return parts.length === 0 ? machine : `${machine} (${parts.join(', ')})`;
}

// ---- What is compared

/** Hashes the outputs and changes of all steps, whatever the order in which a step's changes are written. */
function digestOf(steps: readonly TraceStep[]): string {
  return hash(linesOf(steps));
}

function* linesOf(steps: readonly TraceStep[]) {
  for (const { outputs, changes } of steps) {
    const names = Object.keys(changes).toSorted();
    yield JSON.stringify([outputs, names.map((name) => [name, changes[name]])]);
  }
}

/** Requires that a trace was recorded from a machine with the same name, of the same make, and with the same words. */
function requireSameWords(subject: TraceSubject, recorded: Trace | PackedTrace): void {
  const { machine, instance, events } = subject;
  const made = nameSubject(recorded);
  const expected = nameSubject({ machine: machine.id, instance });
  if (recorded.machine !== machine.id || !sameEntries(recorded.instance, instance)) {
    throw new TraceError(`Got a trace made for ${made}; expected one made for ${expected}.`);
  }
  const stale = `Got a stale trace, made for ${made} when`;
  const names = 'events' in recorded ? recorded.events : events;
  for (let event = 0; event < Math.max(names.length, events.length); event++) {
    if (names[event] === events[event]) continue;
    const was = names[event] ?? 'missing';
    throw new TraceError(`${stale} its event ${event} was ${was}; expected ${events[event] ?? 'no such event'}.`);
  }
  const parts = fingerprintOf(machine, events).split('-');
  for (const [part, got] of recorded.fingerprint.split('-').entries()) {
    if (got === parts[part]) continue;
    const what = FINGERPRINT_PARTS[part];
    throw new TraceError(`${stale} its ${what} had other names: their fingerprint is ${got}; expected ${parts[part]}.`);
  }
}

function requireSameSteps(trace: Trace, recorded: Trace): void {
  if (!sameEntries(trace.start, recorded.start)) {
    throw new TraceError(
      `Got a trace that starts with ${tellRegions(recorded.start)}; expected ${tellRegions(trace.start)}.`,
    );
  }
  for (const [index, { event, outputs, changes }] of trace.steps.entries()) {
    const got = recorded.steps[index];
    const at = `at step ${index + 1}, ${trace.events[event]}`;
    if (JSON.stringify(got.outputs) !== JSON.stringify(outputs)) {
      throw new TraceError(`Got ${tellNames(got.outputs)} put out ${at}; expected ${tellNames(outputs)}.`);
    }
    if (!sameEntries(got.changes, changes)) {
      throw new TraceError(`Got ${tellRegions(got.changes)} ${at}; expected ${tellRegions(changes)}.`);
    }
  }
}

function requireSameDigest(trace: Trace, recorded: PackedTrace): void {
  const digest = digestOf(trace.steps);
  if (recorded.digest === digest) return;
  throw new TraceError(
    `Got a stale trace: its steps had other outputs or changes than ${nameSubject(trace)} makes of them, with the digest ` +
      `${recorded.digest}; expected ${digest}.`,
  );
}

const tellNames = (names: readonly string[]): string => names.join(' ') || 'nothing';

function tellRegions(regions: Regions): string {
  const parts = Object.entries(regions).map(([name, child]) => `${name} in ${child || 'no state'}`);
  return parts.join(', ') || 'no change';
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
    `Got a loop after ${loop} steps that ends with ${open} in ${moved[open] || 'no state'}; expected ` +
      `${before[open] || 'no state'}, where it begins.`,
  );
}

function merged(start: Regions, steps: readonly TraceStep[]): Regions {
  const regions = { ...start };
  for (const { changes } of steps) Object.assign(regions, changes);
  return regions;
}

function sameEntries(left: TraceInstance, right: TraceInstance): boolean {
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => left[key] === right[key]);
}
