/**
 * Who takes part in a run, for sequence charts: guest, kernel, userspace, device and host, and which event and output goes from
 * whom to whom.
 */
import { refuse, requireText } from '../checker/argument/argument.ts';
import type { Cast } from '../checker/export/mermaid.ts';
import { eventSentence, outputSentence, readEvent, readOutput } from '../machines/alphabet.ts';

const PARTICIPANTS = ['guest', 'kernel', 'userspace', 'device', 'host'];

/** Who takes part in a run of the function and its parts, from left to right. */
export const CAST: Cast = castBy(
  // By the actor. A device's own doings, and arrivals at the host, lead to nobody until an output comes of them.
  { guest: ['guest', 'device'], device: ['device', 'device'], fabric: ['host', 'host'] },
  // By the verb. Messages go out to the host; the kernel is told which of them are in use.
  { send: ['device', 'host'], use: ['device', 'kernel'], release: ['device', 'kernel'], deliver: ['host', 'guest'] },
);

/** Who takes part in a run of an assigned device: the kernel is the host, and injects. */
export const ASSIGNED_CAST: Cast = castBy(
  {
    guest: ['guest', 'kernel'],
    vmm: ['userspace', 'kernel'],
    kernel: ['kernel', 'kernel'],
    device: ['device', 'device'],
    fabric: ['device', 'kernel'],
    host: ['kernel', 'device'],
    access: ['kernel', 'kernel'],
  },
  {
    exit: ['kernel', 'userspace'],
    return: ['kernel', 'guest'],
    answer: ['kernel', 'guest'],
    send: ['device', 'device'],
    deliver: ['kernel', 'guest'],
    interrupt: ['device', 'kernel'],
  },
);

/** The cast of a machine, by its id. */
export function castOf(machine: string): Cast {
  requireText('machine of castOf', machine);
  return ['vector-page', 'capability', 'vector', 'function'].includes(machine) ? CAST : ASSIGNED_CAST;
}

/** From whom, to whom. */
type Route = readonly [from: string, to: string];

function castBy(events: Readonly<Record<string, Route>>, outputs: Readonly<Record<string, Route>>): Cast {
  const arrow = ([from, to]: Route, label: string) => ({ from, to, label });
  return {
    participants: PARTICIPANTS,
    // Another vCPU is the guest, too.
    event: (name) =>
      arrow(routeOf(events, readEvent(name).actor.replace(/^vcpu\d+$/, 'guest'), name), eventSentence(name)),
    output: (name) => arrow(routeOf(outputs, readOutput(name).verb, name), outputSentence(name)),
  };
}

function routeOf(routes: Readonly<Record<string, Route>>, key: string, name: string): Route {
  if (Object.hasOwn(routes, key)) return routes[key];
  return refuse('name in a cast', name, `one of ${Object.keys(routes).join(', ')} in it`);
}
