/**
 * What a run of a machine of one function claims, decided again: of the run itself, or, where it is of all runs, of all of them.
 */
import { applies, type Property, satisfied } from '../../checker/decide/property.ts';
import { type Regions, valueOf } from '../../checker/machine/regions.ts';
import type { Trace } from '../../checker/trace/trace.ts';
import { type Instance, instanceName } from '../../properties/instances.ts';
import { MACHINE_PROPERTIES } from '../../properties/machines.ts';
import { TEMPORAL_PROPERTIES, type TemporalProperty } from '../../properties/temporal.ts';
import { type FunctionView, machineView } from '../../properties/view.ts';
import type { Proof } from './messages.ts';
import { proof, unknown } from './standing.ts';
import { isRun } from './story.ts';

/** Decides what the run claims. */
export function proveMachine(trace: Trace, instance: Instance): Proof {
  const property = MACHINE_PROPERTIES.find(({ name }) => name === trace.verdict!.property);
  if (property !== undefined) return proveOnRun(trace, instance, property);
  const temporal = TEMPORAL_PROPERTIES.find(({ name }) => name === trace.verdict!.property);
  return temporal === undefined ? unknown(trace) : proveTemporal(trace, instance, temporal);
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
