/**
 * The instances of the machines as subjects of traces: what a trace says of its instance, and the way back from there.
 */
import { compile } from '../checker/compile/compile.ts';
import { TraceError, type TraceInstance, type TraceSubject } from '../checker/trace/trace.ts';
import { eventSentence, outputSentence } from '../machines/alphabet.ts';
import { MESSAGE_SETS } from '../machines/messages.ts';
import { createInstance, type Instance, MACHINE_NAMES } from './instances.ts';

/** Makes an instance of a machine a subject of traces. */
export function traceSubject({ machine, events, vectors, messages, channel }: Instance): TraceSubject {
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
  const subject = traceSubject(
    createInstance(name, { vectors, messages: MESSAGE_SETS[messages], channel: channel === 1 }),
  );
  return { ...subject, compiled: compile(subject.machine, subject.events) };
}
