/**
 * `maskbit show`: a trace, from a file or from a link, made again by its machine and printed in one of several forms.
 */
import { existsSync, readFileSync } from 'node:fs';
import { compile } from '../checker/compile.ts';
import { printItf } from '../checker/itf.ts';
import { type Cast, printMermaid } from '../checker/mermaid.ts';
import { isPacked, LINK_CHARACTERS, packTrace, printTrace, readTrace } from '../checker/trace-codec.ts';
import { tellTrace } from '../checker/trace-text.ts';
import {
  reduceTrace,
  replayTrace,
  type Trace,
  TraceError,
  type TraceInstance,
  type TraceSubject,
} from '../checker/trace.ts';
import { eventSentence, outputSentence, readEvent, readOutput } from '../machines/alphabet.ts';
import { MESSAGE_SETS } from '../machines/messages.ts';
import { createMachineByName, type Instance, MACHINE_NAMES } from '../properties/instances.ts';
import { EXIT, type Exit } from './report.ts';

/** The forms in which a trace is printed. */
export const TRACE_FORMS = ['text', 'mermaid', 'itf', 'json', 'link'] as const;
export type TraceForm = (typeof TRACE_FORMS)[number];

/**
 * Prints a trace.
 * @param source A packed trace, or the path of a file with one, packed or whole.
 * @throws {TraceError} when there is none, or one that its machine does not make any more.
 */
export function show(source: string, form: TraceForm): Exit {
  const recorded = readTrace(readSource(source));
  const subject = subjectByName(recorded.machine, recorded.instance);
  process.stdout.write(printAs(form, subject, replayTrace(subject, recorded), source));
  return EXIT.holds;
}

function readSource(source: string): string {
  if (existsSync(source)) return readFileSync(source, 'utf8');
  if (isPacked(source)) return source;
  throw new TraceError(`Got ${source}; expected the path of a file that exists, or a packed trace.`);
}

function printAs(form: TraceForm, subject: TraceSubject, trace: Trace, source: string): string {
  const packed = packTrace(reduceTrace(subject, trace));
  const fits = packed.length <= LINK_CHARACTERS;
  switch (form) {
    case 'text':
      return tellTrace(trace, `maskbit show ${fits ? packed : source}`);
    case 'mermaid':
      return printMermaid(trace, CAST);
    case 'itf':
      return printItf(trace);
    case 'json':
      return printTrace(trace);
    case 'link':
      if (fits) return `${packed}\n`;
      throw new TraceError(
        `Got a trace with ${packed.length} characters when packed; expected at most ${LINK_CHARACTERS}, as a link has. ` +
          'The form json makes a file of it.',
      );
  }
}

// ---- MSI-X

/** Makes an instance of a machine a subject of traces. */
export function traceSubject({
  machine,
  events,
  vectors,
  messages,
  channel,
}: Omit<Instance, 'expected'>): TraceSubject {
  const bounds: TraceInstance = vectors === 0 ? {} : { vectors, messages: messages.name };
  const instance: TraceInstance = channel ? { ...bounds, channel: 1 } : bounds;
  return { machine, events, instance, words: { event: eventSentence, output: outputSentence } };
}

/**
 * Finds the subject of a trace.
 * @throws {TraceError} when there is no such machine, or no such instance of it.
 */
export function subjectByName(machine: string, instance: TraceInstance): TraceSubject {
  const name = MACHINE_NAMES.find((each) => each === machine);
  if (name === undefined) {
    throw new TraceError(`Got a trace of the machine ${machine}; expected one of ${MACHINE_NAMES.join(', ')}.`);
  }
  const { vectors = 0, messages = 'two', channel = 0 } = instance;
  if (typeof vectors !== 'number' || !Number.isInteger(vectors) || vectors < 0 || vectors > 64) {
    throw new TraceError(`Got a trace of ${vectors} vectors; expected a whole number from 0 to 64.`);
  }
  if (!Object.hasOwn(MESSAGE_SETS, messages)) {
    throw new TraceError(
      `Got a trace with messages ${messages}; expected one of ${Object.keys(MESSAGE_SETS).join(', ')}.`,
    );
  }
  const subject = traceSubject(createMachineByName(name, vectors, MESSAGE_SETS[messages], channel === 1));
  return { ...subject, compiled: compile(subject.machine, subject.events) };
}

/** Who takes part in a run, from left to right. */
export const CAST: Cast = {
  participants: ['guest', 'kernel', 'userspace', 'device', 'host'],
  event: (name) => ({ ...routeOf(EVENT_ROUTES, readEvent(name).actor, name), label: eventSentence(name) }),
  output: (name) => ({ ...routeOf(OUTPUT_ROUTES, readOutput(name).verb, name), label: outputSentence(name) }),
};

interface Route {
  readonly from: string;
  readonly to: string;
}

/** By the actor of an event. A device's own doings, and arrivals at the host, lead to nobody until an output comes of them. */
const EVENT_ROUTES: Readonly<Record<string, Route>> = {
  guest: { from: 'guest', to: 'device' },
  device: { from: 'device', to: 'device' },
  fabric: { from: 'host', to: 'host' },
};

/** By the verb of an output. Messages go out to the host; the kernel is told which of them are in use. */
const OUTPUT_ROUTES: Readonly<Record<string, Route>> = {
  send: { from: 'device', to: 'host' },
  use: { from: 'device', to: 'kernel' },
  release: { from: 'device', to: 'kernel' },
  deliver: { from: 'host', to: 'guest' },
};

function routeOf(routes: Readonly<Record<string, Route>>, key: string, name: string): Route {
  if (Object.hasOwn(routes, key)) return routes[key];
  throw new Error(`Got ${name}; expected one of ${Object.keys(routes).join(', ')} in it.`);
}
