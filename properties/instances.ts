/**
 * The bounded instances of the machines that are explored whole. What is known of each is in `manifest.json`: a count that
 * changes is a change of the specification, and the commit that changes it says why.
 */
import type { AnyStateMachine } from 'xstate';
import {
  requireBoolean,
  requireFields,
  requireList,
  requireOneOf,
  requireText,
  within,
} from '../checker/argument/argument.ts';
import type { CompiledMachine } from '../checker/compile/format.ts';
import type { Property } from '../checker/decide/property.ts';
import { Symmetry } from '../checker/explore/symmetry.ts';
import { requireMachine } from '../checker/machine/machine.ts';
import {
  CAPABILITY_EVENTS,
  control,
  functionEvents,
  hostEvents,
  OWNERSHIP_EVENTS,
  VECTOR_PAGE_EVENTS,
  RESET,
  vectorEvents,
} from '../machines/alphabet.ts';
import { requireNumber, VECTORS_MAX } from '../machines/argument.ts';
import { createAssignedDevice } from '../machines/assigned-device.ts';
import { capability } from '../machines/pages/capability.ts';
import { ownership } from '../machines/pages/ownership.ts';
import { vector as vectorPage } from '../machines/pages/vector.ts';
import { type Design, requireDesign, REVIEWED } from '../machines/designs.ts';
import { createFunction } from '../machines/function.ts';
import { createHostFunction } from '../machines/host-function.ts';
import { HALVES, type MessageSet, requireMessages, THREE, TWO } from '../machines/messages.ts';
import { createVector, GATE, vectorRegionName } from '../machines/vector.ts';
import { MACHINE_NAMES, type MachineName } from './names.ts';
import type { FunctionView } from './view.ts';

/** What an instance is made of. Left out: one vector, two messages, no channel, the design `reviewed`. */
export interface Bounds {
  /** The number of vectors; the pages have none of their own, and `vector` has one. */
  readonly vectors?: number;
  readonly messages?: MessageSet;
  /** Whether messages take their time; `function` alone has the option. */
  readonly channel?: boolean;
  /** Of `assigned-device` alone, as is the number of vCPUs: 1 or 2. */
  readonly design?: Design;
  readonly vcpus?: number;
}

/** A machine with its bounds. */
export interface Instance extends Required<Omit<Bounds, 'design' | 'vcpus'>>, Pick<Bounds, 'design' | 'vcpus'> {
  readonly machine: AnyStateMachine;
  /** The alphabet that it is explored with: every event in every state. */
  readonly events: readonly string[];
}

/** Creates a machine by its name. */
export function createInstance(name: MachineName, bounds: Bounds = {}): Instance {
  const place = 'the bounds of createInstance';
  const fields = requireFields(place, bounds, ['vectors', 'messages', 'channel', 'design', 'vcpus']);
  const vectors = requireNumber('vectors of createInstance', fields.vectors ?? 1, 0, VECTORS_MAX);
  const messages = requireMessages('messages of createInstance', fields.messages ?? TWO);
  const channel = requireBoolean('channel of createInstance', fields.channel ?? false);
  switch (requireOneOf('name of createInstance', name, MACHINE_NAMES)) {
    case 'capability':
      return { machine: capability, events: CAPABILITY_EVENTS, vectors: 0, messages, channel: false };
    case 'vector-page':
      return { machine: vectorPage, events: VECTOR_PAGE_EVENTS, vectors: 0, messages, channel: false };
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
    case 'ownership':
      return { machine: ownership, events: OWNERSHIP_EVENTS, vectors: 0, messages, channel: false };
    case 'host-function':
      return {
        machine: createHostFunction({ vectors }),
        events: hostEvents(vectors),
        vectors,
        messages,
        channel: false,
      };
    case 'assigned-device': {
      const design = requireDesign('design of createInstance', fields.design ?? REVIEWED);
      const vcpus = requireNumber('vcpus of createInstance', fields.vcpus ?? 1, 1, 2);
      const device = createAssignedDevice({ design, vectors, messages, vcpus });
      return { ...device, vectors, messages, channel: false, design, ...(vcpus === 1 ? {} : { vcpus }) };
    }
  }
}

/** Requires an instance, as `createInstance` makes it. */
export function requireInstance(place: string, value: unknown): Instance & { readonly mutant?: string } {
  const names = ['machine', 'events', 'vectors', 'messages', 'channel', 'design', 'vcpus', 'mutant'] as const;
  const fields = requireFields(place, value, names, 'an instance, as createInstance makes it');
  return {
    machine: requireMachine(within(place, 'machine'), fields.machine),
    events: requireList(within(place, 'events'), fields.events, requireText),
    vectors: requireNumber(within(place, 'vectors'), fields.vectors, 0, VECTORS_MAX),
    messages: requireMessages(within(place, 'messages'), fields.messages),
    channel: requireBoolean(within(place, 'channel'), fields.channel),
    ...(fields.design === undefined ? {} : { design: requireDesign(within(place, 'design'), fields.design) }),
    ...(fields.vcpus === undefined ? {} : { vcpus: requireNumber(within(place, 'vcpus'), fields.vcpus, 1, 2) }),
    ...(fields.mutant === undefined ? {} : { mutant: requireText(within(place, 'mutant'), fields.mutant) }),
  };
}

/** The instances that XState explores too, and that an implementation is driven through. */
export const INSTANCES: readonly Instance[] = [
  createInstance('capability'),
  createInstance('vector', { messages: TWO }),
  createInstance('function', { vectors: 1, messages: TWO }),
  createInstance('function', { vectors: 1, messages: HALVES }),
  createInstance('function', { vectors: 2, messages: TWO }),
  createInstance('function', { vectors: 1, messages: THREE, channel: true }),
];

/** The instances that `maskbit check` explores beside those, by the compiled machine alone. */
export const LARGER_INSTANCES: readonly Instance[] = [
  createInstance('function', { vectors: 3, messages: TWO }),
  createInstance('function', { vectors: 4, messages: TWO }),
  createInstance('function', { vectors: 2, messages: THREE, channel: true }),
];

/** The instances that only a full check gets to. */
export const FULL_INSTANCES: readonly Instance[] = [
  createInstance('function', { vectors: 5, messages: TWO }),
  createInstance('function', { vectors: 6, messages: TWO }),
  createInstance('function', { vectors: 3, messages: TWO, channel: true }),
];

/** The symmetry of the vectors of a function, compiled. @throws {SymmetryError} when it has fewer than two. */
export function vectorSymmetry(compiled: CompiledMachine, vectors: number): Symmetry {
  return new Symmetry(compiled, {
    regions: Array.from({ length: vectors }, (_, vector) => vectorRegionName(vector)),
    // Events and outputs have the number of the vector among their parts, and no other number.
    rename: (name, of) =>
      name
        .split('.')
        .map((part) => (/^\d+$/.test(part) ? of(Number(part)) : part))
        .join('.'),
  });
}

/** What an instance must have for a property that says what it `needs`. */
const NEEDS: Readonly<Record<string, (instance: Instance) => boolean>> = {
  'a channel': ({ channel }) => channel,
  'a second vector': ({ vectors }) => vectors > 1,
  'a Function Mask': ({ machine }) => machine.id === 'function',
};

/** Whether a property of the machines has anything to say of an instance. */
export const speaksOf = ({ needs }: Property<FunctionView>, instance: Instance): boolean =>
  needs === undefined || NEEDS[needs](instance);

/** What an instance is called in tables: "function, 2 vectors, messages two". */
export function instanceName(instance: Instance): string {
  const { machine, ...bounds } = requireInstance('the instance of instanceName', instance);
  return bounds.vectors === 0 ? machine.id : `${machine.id}, ${boundsName(bounds)}`;
}

/** What an instance of a machine that is known is called: "reviewed, 1 vector, 2 vCPUs, messages two". */
export function boundsName({ vectors = 1, messages = TWO, channel = false, design, vcpus = 1 }: Bounds): string {
  const parts = [
    design?.name,
    `${vectors} vector${vectors === 1 ? '' : 's'}`,
    vcpus === 1 ? undefined : `${vcpus} vCPUs`,
    `messages ${messages.name}`,
    channel ? 'channel' : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}
