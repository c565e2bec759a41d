/**
 * What a run shows, decided again: a link may claim what it likes, and the page says what its own machines say.
 *
 * A property of states or steps is asked of the run itself. What speaks of all runs (that something comes about, that two runs are
 * alike) and what asks monitors is decided in the machine again, and the run is compared with the one that comes of it.
 */
import type { Trace } from '../../checker/trace/trace.ts';
import { AssignedInstance } from '../../properties/assigned/decide.ts';
import { ASSIGNED_PROPERTIES } from '../../properties/assigned/index.ts';
import { POSTED } from '../../machines/designs.ts';
import type { Instance } from '../../properties/instances.ts';
import { instanceByName } from '../../properties/subject.ts';
import type { Proof } from './messages.ts';
import { proof, unknown } from './standing.ts';
import { isRun, objectionOf, postedVerdict } from './story.ts';

/** The most states of a machine that is decided again while a reader waits. */
const STATES = 200_000;

/** Decides again what a trace claims. A trace without a verdict claims nothing, and is refused. */
export async function prove(trace: Trace): Promise<Proof> {
  const { verdict } = trace;
  if (verdict === undefined) throw new RangeError('Got a trace without a verdict; expected one that claims something.');
  const instance = instanceByName(trace.machine, trace.instance);
  if (instance.design !== undefined) return proveAssigned(trace, instance);
  return (await import('./machine-proof.ts')).proveMachine(trace, instance);
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
