/**
 * The instances of the machines as subjects of traces: what a trace says of its instance, and the way back from there.
 */
import { copyOf, requireText, tell } from '../checker/argument/argument.ts';
import { compile } from '../checker/compile/compile.ts';
import { mutate } from '../checker/machine/mutate.ts';
import { TraceError, type TraceInstance, type TraceSubject } from '../checker/trace/trace.ts';
import { eventSentence, outputSentence } from '../machines/alphabet.ts';
import { type Design, designByName } from '../machines/designs.ts';
import { VECTORS_MAX } from '../machines/argument.ts';
import { MESSAGE_SETS, type MessageSet, wholeMessages } from '../machines/messages.ts';
import { createInstance, type Instance, requireInstance } from './instances.ts';
import { MACHINE_NAMES, type MachineName } from './names.ts';

/** What an instance of a trace is beside its bounds: changed in one place, under the name of its mutant. */
export interface MutatedInstance extends Instance {
  readonly mutant?: string;
}

/** Makes an instance of a machine a subject of traces. */
export function traceSubject(instance: MutatedInstance): TraceSubject {
  const place = 'the instance of traceSubject';
  const { machine, events, vectors, messages, channel, design, vcpus, mutant } = requireInstance(place, instance);
  const named = MESSAGE_SETS[messages.name] === messages ? messages.name : messages.values.join(' ');
  const bounds: TraceInstance = {
    ...(design === undefined ? {} : { design: design.name }),
    ...(vectors === 0 ? {} : { vectors, messages: named }),
    ...(vcpus === undefined ? {} : { vcpus }),
    ...(channel ? { channel: 1 } : {}),
    ...(mutant === undefined ? {} : { mutant }),
  };
  return { machine, events, instance: bounds, words: { event: eventSentence, output: outputSentence } };
}

/**
 * Finds the subject of a trace.
 * @throws {TraceError} when there is no such machine, or no such instance of it.
 */
export function subjectByName(machine: string, instance: TraceInstance): CompiledSubject {
  return compiledSubject(instanceByName(machine, instance));
}

/** A subject that has its machine compiled: it steps fast. */
export type CompiledSubject = TraceSubject & Required<Pick<TraceSubject, 'compiled'>>;

/** Makes an instance a subject of traces that steps fast. */
export function compiledSubject(instance: MutatedInstance): CompiledSubject {
  const { machine, events } = requireInstance('the instance of compiledSubject', instance);
  return { ...traceSubject(instance), compiled: compile(machine, events) };
}

/**
 * Finds the instance that a trace is of.
 * @throws {TraceError} when there is no such machine, or no such instance of it.
 */
export function instanceByName(machine: string, bounds: TraceInstance): MutatedInstance {
  const name = MACHINE_NAMES.find((each) => each === machine);
  if (name === undefined) {
    throw new TraceError(`Got a trace of the machine ${tell(machine)}; expected one of ${MACHINE_NAMES.join(', ')}.`);
  }
  const copy = copyOf('bounds of instanceByName', bounds);
  const { vectors = 0, messages = 'two', channel = 0, design, vcpus = 1, mutant } = copy;
  const least = VECTORLESS.has(name) ? 0 : 1;
  if (typeof vectors !== 'number' || !Number.isInteger(vectors) || vectors < least || vectors > VECTORS_MAX) {
    throw new TraceError(
      `Got a trace of ${tell(vectors)} vectors; expected a whole number from ${least} to ${VECTORS_MAX}.`,
    );
  }
  if (vcpus !== 1 && vcpus !== 2) throw new TraceError(`Got a trace of ${tell(vcpus)} vCPUs; expected 1 or 2.`);
  const instance = createInstance(name, {
    vectors,
    vcpus,
    messages: messagesByName(messages),
    channel: channel === 1,
    design: design === undefined ? undefined : designOf(requireText('design in bounds of instanceByName', design)),
  });
  return mutant === undefined
    ? instance
    : mutantOf(instance, requireText('mutant in bounds of instanceByName', mutant));
}

/** The machines that have one vector, or none, whatever a trace says. */
const VECTORLESS: ReadonlySet<MachineName> = new Set(['vector-page', 'capability', 'ownership', 'vector']);

function designOf(name: string): Design {
  try {
    return designByName(name);
  } catch (error) {
    throw new TraceError((error as Error).message);
  }
}

/** The messages of an instance: a set by its name, or whole messages by theirs, with spaces between them. */
function messagesByName(name: unknown): MessageSet {
  if (typeof name === 'string' && Object.hasOwn(MESSAGE_SETS, name)) return MESSAGE_SETS[name];
  const values = typeof name === 'string' ? name.split(' ') : [];
  const isList = values.length > 1 && values.length <= 64 && new Set(values).size === values.length;
  if (isList && values.every((value) => /^[\w:]+$/.test(value))) return wholeMessages('listed', values);
  throw new TraceError(
    `Got a trace with messages ${tell(name)}; expected one of ${Object.keys(MESSAGE_SETS).join(', ')}, or 2 to 64 names with ` +
      'spaces between them.',
  );
}

function mutantOf(instance: Instance, name: string): MutatedInstance {
  // All mutants of a large machine are more than a page that opens a link should make.
  if (instance.vectors > 2 || !Object.hasOwn(MESSAGE_SETS, instance.messages.name)) {
    throw new TraceError(
      `Got a trace of a mutant with ${instance.vectors} vectors and messages ${instance.messages.values.join(' ')}; ` +
        'expected at most 2 vectors, and messages that have a name.',
    );
  }
  // The other events that a transition could be taken on are many; the name says which of them it is.
  const other = /: also on (.+)$/.exec(name)?.[1];
  const mutants = mutate(instance.machine, () => (other === undefined ? [] : [other]));
  const mutant = mutants.find((each) => each.name === name);
  if (mutant !== undefined) return { ...instance, machine: mutant.machine, mutant: name };
  throw new TraceError(
    `Got a trace of ${instance.machine.id} with the change ${tell(name)}; expected the name of a mutant of it.`,
  );
}
