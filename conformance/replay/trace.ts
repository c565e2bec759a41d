/**
 * A real guest's log as a trace of the machine `function`: what the guest did, what the device must have done, and what the
 * machine makes of it. The messages are those of the log.
 */
import { makeTrace, type Trace, type TraceSubject } from '../../checker/trace/trace.ts';
import { readEvent } from '../../machines/alphabet.ts';
import { wholeMessages } from '../../machines/messages.ts';
import { createInstance } from '../../properties/instances.ts';
import { compiledSubject } from '../../properties/subject.ts';
import { ReplayError, type TraceSource } from './log.ts';
import { MACHINE_MESSAGES_MAX, MACHINE_VECTORS_MAX } from './machine.ts';
import { replay, type ReplayOptions } from './replay.ts';
import type { Disagreement } from './results.ts';
import { messageName } from './events.ts';

/** The most vectors that an instance of a trace has. */
const VECTORS_MAX = MACHINE_VECTORS_MAX;

/** A log as a trace, and what the replay of it disagreed with. */
export interface TracedLog {
  readonly subject: TraceSubject;
  readonly trace: Trace;
  readonly disagreements: readonly Disagreement[];
}

/**
 * Makes a trace of a log.
 * @throws {ReplayError} when the log is damaged or is none, or has more vectors or messages than an instance may have.
 */
export function traceLog(source: TraceSource, options: ReplayOptions = {}): TracedLog {
  const names: string[] = [];
  const { geometry, disagreements } = replay(source, { ...options, events: (events) => void names.push(...events) });
  const written = names.map(readEvent).flatMap(({ verb, value }) => (verb === 'write' && value ? [value] : []));
  const messages = [...new Set([messageName(0, 0, 0), ...written])];
  const vectors = geometry.vectorCount;
  if (messages.length > MACHINE_MESSAGES_MAX || vectors > VECTORS_MAX) {
    throw new ReplayError(
      `Got a log with ${vectors} vectors and ${messages.length} messages; expected at most ${VECTORS_MAX} and ` +
        `${MACHINE_MESSAGES_MAX} for a machine to be drawn.`,
    );
  }
  const instance = createInstance('function', { vectors, messages: wholeMessages('listed', messages) });
  const subject = compiledSubject(instance);
  const numbers = new Map(instance.events.map((name, number) => [name, number]));
  const trace = makeTrace(
    subject,
    names.map((name) => numbers.get(name)!),
  );
  return { subject, trace, disagreements };
}
