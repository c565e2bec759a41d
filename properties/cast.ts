/**
 * Who takes part in a run, for sequence charts: guest, kernel, userspace, device and host, and which event and output goes from
 * whom to whom.
 */
import type { Cast } from '../checker/export/mermaid.ts';
import { eventSentence, outputSentence, readEvent, readOutput } from '../machines/alphabet.ts';

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
