/**
 * What every program here shares: it starts its actors under the local inspector. Run `npx maskbit inspect`, then one of them:
 * `node examples/xstate/timers.js`. MASKBIT_URL is where the inspector listens.
 */
import { createWebSocketInspector } from '@statelyai/inspect';
import { createActor } from 'xstate';

/** Connects to the inspector. A definition is nested deeper than the ten levels that are told by default. */
export const connect = () =>
  createWebSocketInspector({ url: process.env.MASKBIT_URL ?? 'ws://localhost:8080', serializationDepthLimit: 40 });

/** Starts a machine under the inspector. */
export function watch(machine, options = {}) {
  const inspector = connect();
  const actor = createActor(machine, { ...options, inspect: inspector.inspect }).start();
  return { actor, inspector };
}

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
