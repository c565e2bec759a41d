/**
 * A trace: one run of a machine, step by step. A path, a counterexample, a lasso and a recorded guest are all traces.
 *
 * A run is decided by where it starts and by its event numbers; outputs and changes are what the machine made of them. So a
 * trace can be shown without its machine, and replayed with it: a trace that the machine no longer makes is refused, in a
 * sentence that says what is stale. `codec.ts` writes traces and reads them.
 */
import { type AnyStateMachine, initialTransition, type StateValue } from 'xstate';
import { stepper } from '../explore/enumerate.ts';
import {
  copyOf,
  isObject,
  refuse,
  requireFields,
  requireList,
  requireTeller,
  shortened,
  within,
} from '../argument/argument.ts';
import { FINGERPRINT_PARTS, fingerprintOf, hash } from '../machine/fingerprint.ts';
import { COMPILED, type CompiledMachine } from '../compile/format.ts';
import { packValue, unpackValue } from '../compile/layout.ts';
import { type Regions, regionReader, regionsOf, valueOf } from '../machine/regions.ts';
import { requireEvents } from '../machine/alphabet.ts';
import { admit } from '../machine/subset.ts';
import { requireWholeState } from '../machine/value.ts';
import { Stepper } from '../compile/step.ts';
import {
  type Lasso,
  nameSubject,
  type PackedTrace,
  requireAnyTrace,
  requireClosedLoop,
  requireEvent,
  requireTrace,
  requireVerdict,
  type Trace,
  TraceError,
  type TraceInstance,
  type TraceStep,
  type TraceVerdict,
} from './shape.ts';

export {
  nameSubject,
  type PackedTrace,
  type Trace,
  TraceError,
  type TraceInstance,
  type TraceStep,
  type TraceVerdict,
} from './shape.ts';

/** What events and outputs say, as clauses: "the guest masks vector 0". */
export interface TraceWords {
  readonly event: (name: string) => string;
  readonly output: (name: string) => string;
}

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

/** A run by its event numbers: just those, or with a loop that follows them for ever. */
export type Run = readonly number[] | Lasso;

/** What is told of a run beside its events. */
export interface TraceOptions {
  /** The state to start from; the initial one when left out. */
  readonly start?: StateValue;
  readonly verdict?: TraceVerdict;
}

/**
 * Makes the trace of a run: of event numbers, or of what a decision has as witness or counterexample, its loop included.
 * The subject may be a compiled machine alone.
 * @throws {TraceError} when an event is not in the alphabet, or when the loop does not close.
 */
export function makeTrace(subject: TraceSubject | CompiledMachine, run: Run, options: TraceOptions = {}): Trace {
  const read = readSubject('subject of makeTrace', subject);
  const { path, loop } = readRun('run of makeTrace', run);
  const { start, verdict } = requireFields('options of makeTrace', options, ['start', 'verdict']);
  const trace = traceOf(read, [...path, ...(loop ?? [])], {
    start: start === undefined ? undefined : requireStart(read, start),
    verdict: verdict === undefined ? undefined : requireVerdict('options.verdict of makeTrace', verdict),
    loop: loop === undefined ? undefined : path.length,
  });
  requireClosedLoop(trace);
  return trace;
}

/** Requires a whole state of the machine to start from. */
function requireStart({ machine }: TraceSubject, start: unknown): StateValue {
  return requireWholeState('options.start of makeTrace', machine, start);
}

function readRun(place: string, run: unknown): Lasso {
  // Whether it is the number of an event is looked at where the event is taken.
  const event = (_: string, each: unknown) => each as number;
  if (!isObject(run))
    return { path: requireList(place, run, event, 'an array of numbers of events, or { path, loop }') };
  const { path, loop } = requireFields(place, run, ['path', 'loop']);
  return {
    path: requireList(within(place, 'path'), path, event),
    ...(loop === undefined ? {} : { loop: requireList(within(place, 'loop'), loop, event) }),
  };
}

function readSubject(place: string, subject: unknown): TraceSubject {
  if (COMPILED.has(subject)) {
    return { machine: subject.machine, events: subject.events, instance: {}, compiled: subject };
  }
  const fields = requireFields(place, subject, ['machine', 'events', 'instance', 'compiled', 'words']);
  const machine = admit(within(place, 'machine'), fields.machine);
  const events = requireEvents(within(place, 'events'), machine, fields.events);
  const compiled =
    fields.compiled === undefined ? undefined : COMPILED.require(within(place, 'compiled'), fields.compiled);
  if (compiled !== undefined && (compiled.machine !== machine || compiled.events.join() !== events.join())) {
    refuse(within(place, 'compiled'), compiled, 'the same machine, compiled for the same events');
  }
  const { event, output } = requireFields(within(place, 'words'), fields.words ?? {}, ['event', 'output']);
  const words: TraceWords = {
    event: event === undefined ? PLAIN_WORDS.event : requireTeller(within(place, 'words.event'), event),
    output: output === undefined ? PLAIN_WORDS.output : requireTeller(within(place, 'words.output'), output),
  };
  return { machine, events, instance: readInstance(within(place, 'instance'), fields.instance ?? {}), compiled, words };
}

function readInstance(place: string, instance: unknown): TraceInstance {
  const entries = Object.entries(copyOf(place, instance)).map(([name, value]) => {
    if (typeof value === 'string' || typeof value === 'number') return [name, value];
    return refuse(within(place, name), value, 'a text or a number');
  });
  return Object.fromEntries(entries) as TraceInstance;
}

/** What a run is told with; the number of steps before its loop, where it has one. */
interface TraceParts extends TraceOptions {
  readonly loop?: number;
}

function traceOf(subject: TraceSubject, path: readonly number[], options: TraceParts): Trace {
  const { machine, events, instance } = subject;
  const { loop, verdict, start = startOf(subject) } = options;
  return {
    machine: machine.id,
    instance,
    fingerprint: fingerprintOf(machine, events),
    events,
    start: regionsOf(machine, start),
    steps: [...stepsOf(subject, start, path)],
    ...(loop === undefined ? {} : { loop }),
    ...(verdict === undefined ? {} : { verdict }),
  };
}

/** The state in which a subject begins: that of its compiled machine, which may be another than the initial one. */
function startOf({ machine, compiled }: TraceSubject): StateValue {
  return compiled === undefined ? initialTransition(machine)[0].value : unpackValue(compiled, compiled.initial);
}

/**
 * Makes a recorded trace again, and holds every output and every change against it.
 * @throws {RangeError} when it was recorded from another machine, or from this one when it was another: says what differs.
 */
export function replayTrace(subject: TraceSubject | CompiledMachine, recorded: Trace | PackedTrace): Trace {
  const known = readSubject('subject of replayTrace', subject);
  const read = requireAnyTrace('recorded of replayTrace', recorded);
  requireSameWords(known, read);
  const { loop, verdict } = read;
  const start =
    read.start === undefined ? initialTransition(known.machine)[0].value : valueOf(known.machine, read.start);
  const path = 'steps' in read ? read.steps.map(({ event }) => event) : read.path;
  const trace = traceOf(known, path, { start, loop, verdict });
  if ('steps' in read) requireSameSteps(trace, read);
  else requireSameDigest(trace, read);
  // What is the same as a loop that was closed is closed; what was written by hand may never have been.
  requireClosedLoop(trace);
  return trace;
}

/** Reduces a trace to what it takes to make it again; `packTrace` writes that as text. */
export function reduceTrace(subject: TraceSubject | CompiledMachine, trace: Trace): PackedTrace {
  const { machine } = readSubject('subject of reduceTrace', subject);
  const { events: _, start, steps, ...origin } = requireTrace('trace of reduceTrace', trace);
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
  let value = start;
  return (event) => {
    step.stepWords(here, 0, event, next, 0);
    const outputs = step.outputs(here);
    if (step.takenCount > 0) {
      [here, next] = [next, here];
      value = unpackValue(compiled, here);
    }
    return { value, outputs };
  };
}

function* stepsOf(subject: TraceSubject, start: StateValue, path: readonly number[]): Generator<TraceStep> {
  const { machine, events, words = PLAIN_WORDS } = subject;
  const walk = walkFrom(subject, start);
  const { names, children } = regionReader(machine);
  let last = start;
  let before = children(start);
  for (const [index, event] of path.entries()) {
    requireEvent(event, index, events);
    const { value, outputs } = walk(event);
    const after = value === last ? before : children(value);
    const changed = names.flatMap((name, region) => (after[region] === before[region] ? [] : [[name, after[region]]]));
    const sentence = tellStep(words, events[event], outputs, changed.length > 0);
    yield { event, outputs, changes: Object.fromEntries(changed) as Regions, sentence };
    last = value;
    before = after;
  }
}

const PLAIN_WORDS: TraceWords = { event: (name) => `event ${name}`, output: (name) => `output ${name}` };

function tellStep(words: TraceWords, event: string, outputs: readonly string[], isChange: boolean): string {
  const clause = words.event(event);
  const told = outputs.map((output) => words.output(output)).join(', then ');
  const rest = told !== '' ? `; ${told}` : isChange ? '' : '; nothing changes';
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}${rest}.`;
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
  const made = shortened(nameSubject(recorded));
  const expected = shortened(nameSubject({ machine: machine.id, instance }));
  if (recorded.machine !== machine.id || !sameEntries(recorded.instance, instance)) {
    throw new TraceError(`Got a trace made for ${made}; expected one made for ${expected}.`);
  }
  const stale = `Got a stale trace, made for ${made} when`;
  const names = 'events' in recorded ? recorded.events : events;
  for (let event = 0; event < Math.max(names.length, events.length); event++) {
    if (names[event] === events[event]) continue;
    const was = shortened(names[event] ?? 'missing');
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

function sameEntries(left: TraceInstance, right: TraceInstance): boolean {
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => left[key] === right[key]);
}
