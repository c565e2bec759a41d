/**
 * The bounded instances of the machines that are explored whole, and what is known of each: the pinned counts. A count that
 * changes is a change of the specification, and the commit that changes it says why.
 */
import type { AnyStateMachine } from 'xstate';
import type { Property } from '../checker/decide/property.ts';
import { CAPABILITY_EVENTS, control, functionEvents, RESET, vectorEvents } from '../machines/alphabet.ts';
import { createCapability } from '../machines/capability.ts';
import { createFunction } from '../machines/function.ts';
import { HALVES, type MessageSet, THREE, TWO } from '../machines/messages.ts';
import { createVector, GATE } from '../machines/vector.ts';
import { CHANNEL_PROPERTIES } from './channel.ts';
import { FUNCTION_PROPERTIES } from './function.ts';
import type { FunctionView } from './view.ts';

/** What an instance is made of. Left out: one vector, two messages, no channel. */
export interface Bounds {
  /** The number of vectors; `capability` has none, and `vector` has one. */
  readonly vectors?: number;
  readonly messages?: MessageSet;
  /** Whether messages take their time; `function` alone has the option. */
  readonly channel?: boolean;
}

/** A machine with its bounds. */
export interface Instance extends Required<Bounds> {
  readonly machine: AnyStateMachine;
  /** The alphabet that it is explored with: every event in every state. */
  readonly events: readonly string[];
}

/** An instance of which it is known how large it is. */
export interface PinnedInstance extends Instance {
  readonly expected: { readonly states: number; readonly transitions: number; readonly depth: number };
}

/** The names of the machines, as the command line takes them. */
export const MACHINE_NAMES = ['capability', 'vector', 'function'] as const;
export type MachineName = (typeof MACHINE_NAMES)[number];

/** Creates a machine by its name. */
export function createInstance(name: MachineName, bounds: Bounds = {}): Instance {
  const { vectors = 1, messages = TWO, channel = false } = bounds;
  switch (name) {
    case 'capability':
      return { machine: createCapability(), events: CAPABILITY_EVENTS, vectors: 0, messages, channel: false };
    case 'vector': {
      const gate = [...GATE.opening, ...GATE.closing].map(control);
      const events = [...gate, RESET, ...vectorEvents(0, messages)];
      return { machine: createVector({ messages }), events, vectors: 1, messages, channel: false };
    }
    case 'function':
      return {
        machine: createFunction({ vectors, messages, channel }),
        events: functionEvents(vectors, messages, channel),
        vectors,
        messages,
        channel,
      };
  }
}

/** Every instance that `maskbit check` explores. */
export const INSTANCES: readonly PinnedInstance[] = [
  { ...createInstance('capability'), expected: { states: 4, transitions: 15, depth: 1 } },
  { ...createInstance('vector', { messages: TWO }), expected: { states: 16, transitions: 79, depth: 4 } },
  {
    ...createInstance('function', { vectors: 1, messages: TWO }),
    expected: { states: 32, transitions: 223, depth: 4 },
  },
  {
    ...createInstance('function', { vectors: 1, messages: HALVES }),
    expected: { states: 72, transitions: 575, depth: 6 },
  },
  {
    ...createInstance('function', { vectors: 2, messages: TWO }),
    expected: { states: 256, transitions: 2559, depth: 7 },
  },
  {
    ...createInstance('function', { vectors: 1, messages: THREE, channel: true }),
    expected: { states: 204, transitions: 1958, depth: 8 },
  },
];

/** The properties of the machines. Those of the channel say nothing where there is none. */
export const MACHINE_PROPERTIES: readonly Property<FunctionView>[] = [...FUNCTION_PROPERTIES, ...CHANNEL_PROPERTIES];

/** What an instance is called in tables: "function, 2 vectors, messages two". */
export function instanceName({ machine, vectors, messages, channel }: Instance): string {
  if (vectors === 0) return machine.id;
  const bounds = `${machine.id}, ${vectors} vector${vectors === 1 ? '' : 's'}, messages ${messages.name}`;
  return channel ? `${bounds}, channel` : bounds;
}
