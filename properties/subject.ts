/**
 * The instances of the machines as subjects of traces: what a trace says of its instance, and the way back from there.
 */
import { compile } from '../checker/compile/compile.ts';
import { TraceError, type TraceInstance, type TraceSubject } from '../checker/trace/trace.ts';
import { eventSentence, outputSentence } from '../machines/alphabet.ts';
import type { AssignedBounds } from '../machines/assembly.ts';
import { createAssignedDevice } from '../machines/assigned-device.ts';
import { designByName } from '../machines/designs.ts';
import { MESSAGE_SETS, type MessageSet } from '../machines/messages.ts';
import { createInstance, type Instance, MACHINE_NAMES } from './instances.ts';

/** Makes an instance of a machine a subject of traces. */
export function traceSubject({ machine, events, vectors, messages, channel }: Instance): TraceSubject {
  const bounds: TraceInstance = vectors === 0 ? {} : { vectors, messages: messages.name };
  const instance: TraceInstance = channel ? { ...bounds, channel: 1 } : bounds;
  return { machine, events, instance, words: { event: eventSentence, output: outputSentence } };
}

/** A subject that has its machine compiled. */
export type CompiledSubject = TraceSubject & Required<Pick<TraceSubject, 'compiled'>>;

/** Makes an assigned device a subject of traces. */
export function assignedSubject({ design, vectors, messages }: AssignedBounds): CompiledSubject {
  const { machine, events } = createAssignedDevice({ design, vectors, messages });
  const instance: TraceInstance = { design: design.name, vectors, messages: messages.name };
  const compiled = compile(machine, events);
  return { machine, events, instance, words: { event: eventSentence, output: outputSentence }, compiled };
}

/**
 * Finds the subject of a trace.
 * @throws {TraceError} when there is no such machine, or no such instance of it.
 */
export function subjectByName(machine: string, instance: TraceInstance): TraceSubject {
  if (machine === 'assigned-device') return assignedByName(instance);
  const name = MACHINE_NAMES.find((each) => each === machine);
  if (name === undefined) {
    const names = [...MACHINE_NAMES, 'assigned-device'].join(', ');
    throw new TraceError(`Got a trace of the machine ${machine}; expected one of ${names}.`);
  }
  const channel = instance.channel === 1;
  const subject = traceSubject(createInstance(name, { ...boundsOf(instance, 0, 'two'), channel }));
  return { ...subject, compiled: compile(subject.machine, subject.events) };
}

function assignedByName(instance: TraceInstance): TraceSubject {
  const bounds = boundsOf(instance, 1, 'three');
  try {
    return assignedSubject({ design: designByName(String(instance.design)), ...bounds });
  } catch (error) {
    if (error instanceof RangeError) throw new TraceError(error.message);
    throw error;
  }
}

/** The bounds that a trace says its instance has: at least `vectorsMin` vectors, and as many where it does not say. */
function boundsOf(
  { vectors = Number.NaN, messages = '' }: TraceInstance,
  vectorsMin: number,
  messagesDefault: string,
): {
  readonly vectors: number;
  readonly messages: MessageSet;
} {
  const count = Number.isNaN(vectors) ? vectorsMin : vectors;
  if (typeof count !== 'number' || !Number.isInteger(count) || count < vectorsMin || count > 64) {
    throw new TraceError(`Got a trace of ${count} vectors; expected a whole number from ${vectorsMin} to 64.`);
  }
  const set = messages === '' ? messagesDefault : messages;
  if (!Object.hasOwn(MESSAGE_SETS, set)) {
    const names = Object.keys(MESSAGE_SETS).join(', ');
    throw new TraceError(`Got a trace with messages ${set}; expected one of ${names}.`);
  }
  return { vectors: count, messages: MESSAGE_SETS[set] };
}
