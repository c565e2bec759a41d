/**
 * The traces that the page brings along. Each is made when it is picked, by the machines and the checker, as on the command line:
 * nothing here is a recording but the log of a real guest.
 */
import { compile } from '../../checker/compile/compile.ts';
import { decideProperties, type Occurrence, type Property } from '../../checker/decide/property.ts';
import { explore } from '../../checker/explore/explore.ts';
import { makeTrace, type Trace, type TraceVerdict } from '../../checker/trace/trace.ts';
import { THREE, TWO } from '../../machines/messages.ts';
import { POSTED } from '../../machines/designs.ts';
import { boundsOf, type Objection, OBJECTIONS } from '../../properties/assigned/objections.ts';
import { traceVerdict } from '../../properties/assigned/trace.ts';
import { createInstance, type Instance, speaksOf } from '../../properties/instances.ts';
import { MACHINE_PROPERTIES } from '../../properties/machines.ts';
import { instanceByName, traceSubject } from '../../properties/subject.ts';
import { TEMPORAL_PROPERTIES, type TemporalProperty } from '../../properties/temporal.ts';
import { type FunctionView, machineView } from '../../properties/view.ts';
import type { TitleGroup, TraceTitle } from './messages.ts';
import { postedVerdict } from './story.ts';

/** A trace to be picked. */
export interface LibraryTrace extends TraceTitle {
  readonly make: () => Trace;
}

/** Traces of one kind. */
export interface LibraryGroup extends TitleGroup {
  readonly traces: readonly LibraryTrace[];
}

const FUNCTION = createInstance('function', { vectors: 1, messages: TWO });
const PAIR = createInstance('function', { vectors: 2, messages: TWO });
const CHANNEL = createInstance('function', { vectors: 1, messages: THREE, channel: true });

/** A change in one place of `function`, with what then goes wrong. */
interface ToldMutant {
  readonly name: string;
  readonly title: string;
  readonly property: string;
  readonly mutant: string;
  readonly instance?: Readonly<Record<string, string | number>>;
}

const MUTANTS: readonly ToldMutant[] = [
  {
    name: 'unmask-forgets',
    title: 'An unmask forgets the event that waits',
    property: 'PendingTransientInv',
    mutant: 'vector0.pending.set on guest.unmask.0 [openHolding.0.zero]: transition dropped',
  },
  {
    name: 'dropped-while-blocked',
    title: 'An event of a blocked vector is dropped',
    property: 'PBATruthStep',
    mutant: 'vector0.pending.clear on device.signal.0 [blocked.0]: transition dropped',
  },
  {
    name: 'sent-while-disabled',
    title: 'An unmask sends, though MSI-X is disabled',
    property: 'NoDeliverBlockedStep',
    mutant:
      'vector0.pending.set on guest.unmask.0 [openHolding.0.zero]: guard without (capability.enable.enabled and capability.functionMask.clear)',
  },
  {
    name: 'stale-message',
    title: 'What the guest wrote does not come into force',
    property: 'LatchOnUnmaskStep',
    mutant: 'vector0.force.none on guest.unmask.0 [openHolding.0.zero]: guard without vector0.entry.zero',
  },
  {
    name: 'retired-and-sent',
    title: 'An event is sent after its cause is gone',
    property: 'NoSpuriousStep',
    mutant: 'vector0.pending.set on device.retire.0: transition dropped',
  },
  {
    name: 'reset-keeps-entry',
    title: 'A reset leaves the old message in the table',
    property: 'ResetStateStep',
    mutant: 'vector0.entry.A on device.reset: transition dropped',
  },
  {
    name: 'never-released',
    title: 'A vector that becomes blocked is not released',
    property: 'NotifierAlternationStep',
    mutant: 'vector0.force.zero on guest.mask.0: output release.0 dropped',
  },
  {
    name: 'disable-writes',
    title: 'Disabling MSI-X writes to the table',
    property: 'DisableRoundTripStep',
    mutant: 'vector0.entry.zero on guest.write.0.A: also on guest.control.off',
  },
  {
    name: 'neighbour-written',
    title: 'A write to one entry reaches its neighbour',
    property: 'IndependentVectorsStep',
    mutant: 'vector0.entry.zero on guest.write.0.A: also on guest.write.1.A',
    instance: { vectors: 2, messages: 'two' },
  },
  {
    name: 'read-does-not-flush',
    title: 'A read completes before the message that it should push ahead',
    property: 'FlushOnReadStep',
    mutant: 'vector0.transit.zero on guest.read: transition dropped',
    instance: { vectors: 1, messages: 'two', channel: 1 },
  },
];

/** All traces, but for the log, which has to be fetched. */
export const LIBRARY: readonly LibraryGroup[] = [
  {
    kind: 'review',
    title: 'What the review said of the patch as it was posted',
    traces: OBJECTIONS.map(objectionTrace),
  },
  { kind: 'change', title: 'One change, and what it breaks', traces: MUTANTS.map(mutantTrace) },
  { kind: 'assumption', title: 'What would never come, or would show', traces: TEMPORAL_PROPERTIES.map(temporalTrace) },
  { kind: 'witness', title: 'What each property is about', traces: MACHINE_PROPERTIES.map(witnessTrace) },
];

/** The lists, as they are shown. */
export function libraryTitles(): TitleGroup[] {
  return LIBRARY.map(({ traces, ...group }) => ({
    ...group,
    traces: traces.map(({ make: _, ...title }) => title),
  }));
}

/** Finds a trace by its name. */
export function libraryTrace(name: string): LibraryTrace {
  const found = LIBRARY.flatMap(({ traces }) => traces).find((each) => each.name === name);
  if (found === undefined) throw new RangeError(`Got the trace ${name}; expected one of the library.`);
  return found;
}

function objectionTrace(objection: Objection): LibraryTrace {
  const { name, title, words, of: point, property, scope } = objection;
  const make = (): Trace => {
    return traceVerdict(boundsOf(objection, POSTED), property, postedVerdict(objection), scope).trace;
  };
  return { name: `posted-${name}`, title, point, about: words, make };
}

function mutantTrace({ name, title, property: wanted, mutant, instance }: ToldMutant): LibraryTrace {
  const property = propertyNamed(wanted);
  const make = (): Trace => {
    const mutated = instanceByName('function', { ...(instance ?? { vectors: 1, messages: 'two' }), mutant });
    return traceOfOccurrence(mutated, property, 'counterexample', 'fails');
  };
  return { name, title, about: `${wanted}, in a mutant: ${mutant}`, make };
}

function witnessTrace(property: Property<FunctionView>): LibraryTrace {
  const make = (): Trace => {
    const instance = [FUNCTION, PAIR, CHANNEL].find((each) => speaksOf(property, each)) ?? FUNCTION;
    return traceOfOccurrence(instance, property, 'witness', 'witness');
  };
  return { name: `about-${property.name}`, title: property.title, about: property.name, make };
}

function propertyNamed(name: string): Property<FunctionView> {
  const property = MACHINE_PROPERTIES.find((each) => each.name === name);
  if (property === undefined) throw new RangeError(`Got the property ${name}; expected one of the machines.`);
  return property;
}

function traceOfOccurrence(
  instance: Instance,
  property: Property<FunctionView>,
  which: 'witness' | 'counterexample',
  result: TraceVerdict['result'],
): Trace {
  const { machine, events, vectors, messages } = instance;
  const compiled = compile(machine, events);
  const [verdict] = decideProperties(explore(compiled).graph(), [property], machineView(vectors, messages), vectors);
  const occurrence: Occurrence | undefined = verdict[which];
  if (occurrence === undefined) throw new Error(`Got no ${which} of ${property.name}; expected one in ${machine.id}.`);
  return makeTrace({ ...traceSubject(instance), compiled }, occurrence.path, { verdict: verdictOf(property, result) });
}

function temporalTrace(property: TemporalProperty): LibraryTrace {
  const make = (): Trace => {
    const instance = [FUNCTION, CHANNEL].find((each) => property.applies(each)) ?? FUNCTION;
    const { path = [], loop } = property.decideWithout(instance);
    const numbers = (names: readonly string[]) => names.map((name) => instance.events.indexOf(name));
    const run = { path: numbers(path), ...(loop === undefined ? {} : { loop: numbers(loop) }) };
    return makeTrace(traceSubject(instance), run, { verdict: verdictOf(property, 'fails') });
  };
  return {
    name: `without-${property.name}`,
    title: property.title,
    about: `${property.name}, without its assumption`,
    make,
  };
}

function verdictOf(
  { name, title, rules }: { name: string; title: string; rules: readonly string[] },
  result: TraceVerdict['result'],
): TraceVerdict {
  return { property: name, result, sentence: title, rules };
}
