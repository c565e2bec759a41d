/**
 * What a run shows, decided again: a link may claim what it likes, and the page says what its own machines say.
 *
 * A property of states or steps is asked of the run itself. What speaks of all runs (that something comes about, that two runs are
 * alike) and what asks monitors is decided in the machine again, and the run is compared with the one that comes of it.
 */
import { applies, type Property, satisfied } from '../../checker/decide/property.ts';
import { type Regions, valueOf } from '../../checker/machine/regions.ts';
import type { Trace } from '../../checker/trace/trace.ts';
import { AssignedInstance } from '../../properties/assigned/decide.ts';
import { ASSIGNED_PROPERTIES } from '../../properties/assigned/index.ts';
import { POSTED } from '../../machines/designs.ts';
import { type Instance, instanceName, MACHINE_PROPERTIES } from '../../properties/instances.ts';
import { instanceByName } from '../../properties/subject.ts';
import { TEMPORAL_PROPERTIES, type TemporalProperty } from '../../properties/temporal.ts';
import { type FunctionView, machineView } from '../../properties/view.ts';
import type { Proof } from './messages.ts';
import { isRun, objectionOf, postedVerdict } from './story.ts';

/** The most states of a machine that is decided again while a reader waits. */
const STATES = 200_000;

/** Decides again what a trace claims. A trace without a verdict claims nothing, and is refused. */
export function prove(trace: Trace): Proof {
  const { verdict } = trace;
  if (verdict === undefined) throw new RangeError('Got a trace without a verdict; expected one that claims something.');
  const instance = instanceByName(trace.machine, trace.instance);
  if (instance.design !== undefined) return proveAssigned(trace, instance);
  const property = MACHINE_PROPERTIES.find(({ name }) => name === verdict.property);
  if (property !== undefined) return proveOnRun(trace, instance, property);
  const temporal = TEMPORAL_PROPERTIES.find(({ name }) => name === verdict.property);
  if (temporal !== undefined) return proveTemporal(trace, instance, temporal);
  return unknown(trace);
}

function unknown(trace: Trace): Proof {
  return {
    standing: 'unknown',
    sentence: `The link names a property that ${trace.machine} does not have: nothing is claimed of this run.`,
  };
}

/** Asks a property of the last step of the run, and of the state that it leads to. */
function proveOnRun(trace: Trace, instance: Instance, property: Property<FunctionView>): Proof {
  const { vectors, messages, machine } = instance;
  const view = machineView(vectors, messages);
  const [before, after] = lastStates(trace).map((regions) => view(valueOf(machine, regions)));
  const last = trace.steps.at(-1);
  const asked = [
    ...(last === undefined ? [] : [{ before, event: trace.events[last.event], outputs: last.outputs, after }]),
    ...(property.kind === 'invariant' ? [{ before: after, event: '', outputs: [], after }] : []),
  ];
  const answers = asked.flatMap((step) =>
    Array.from({ length: vectors }, (_, index) => ({ step, index }))
      .filter(({ index }) => applies(property, step, index))
      .map(({ index }) => satisfied(property, step, index)),
  );
  const where = last === undefined ? 'in the first state' : `in step ${trace.steps.length}`;
  if (answers.includes(false)) return proof('broken', property, `Broken ${where} of this run.`);
  if (trace.verdict!.result === 'witness' && answers.includes(true))
    return proof('applies', property, `It applies ${where} of this run, and holds.`);
  const claimed = trace.verdict!.result === 'fails' ? 'is broken' : 'applies';
  const found = answers.length === 0 ? 'it does not apply there' : 'it holds there';
  return proof(
    'differs',
    property,
    `The link claims that this property ${claimed} ${where}; asked just now, ${found}.`,
  );
}

function lastStates({ start, steps }: Trace): [Regions, Regions] {
  let before = start;
  let after = start;
  for (const { changes } of steps) [before, after] = [after, { ...after, ...changes }];
  return [before, after];
}

function proveTemporal(trace: Trace, instance: Instance, property: TemporalProperty): Proof {
  if (!property.applies(instance))
    return proof('differs', property, `This property says nothing of ${instanceName(instance)}.`);
  if (instance.vectors > 2)
    return proof(
      'unknown',
      property,
      'It speaks of all runs of a machine that is too large to be searched while you wait.',
    );
  if (property.decide(instance).result !== 'holds')
    return proof('broken', property, 'Broken, decided over all runs of this machine.');
  const { path = [], loop = [] } = property.decideWithout(instance);
  if (!isRun(trace, path, loop))
    return proof(
      'unknown',
      property,
      'It holds in this machine; whether this run breaks it without its assumption is not known.',
    );
  const sentence = `It holds, decided here over all runs. This run is what its assumption rules out: ${property.assumption}`;
  return proof('assumed', property, sentence);
}

function proveAssigned(trace: Trace, instance: Instance): Proof {
  const property = ASSIGNED_PROPERTIES.find(({ name }) => name === trace.verdict!.property);
  if (property === undefined) return unknown(trace);
  const { design = POSTED, vectors, messages, vcpus } = instance;
  const objection = objectionOf(trace);
  const {
    result,
    states = 0,
    path = [],
    loop = [],
  } = objection === undefined
    ? new AssignedInstance({ design, vectors, messages, vcpus }, { limits: { states: STATES } }).decide(property)
    : postedVerdict(objection);
  const count = states.toLocaleString('en-US');
  if (result === 'open')
    return proof('unknown', property, `It was not decided within ${STATES.toLocaleString('en-US')} states.`);
  if (result !== 'fails')
    return proof(
      'differs',
      property,
      `The link claims that it is broken; decided just now over ${count} states: ${result}.`,
    );
  if (isRun(trace, path, loop))
    return proof('broken', property, `Broken, decided over ${count} states; this is a shortest run.`);
  return proof(
    'unknown',
    property,
    `It is broken in this machine (${count} states); whether by this run is not known.`,
  );
}

function proof(
  standing: Proof['standing'],
  { name, title, rules }: NonNullable<Proof['property']>,
  sentence: string,
): Proof {
  return { standing, property: { name, title, rules }, sentence };
}
