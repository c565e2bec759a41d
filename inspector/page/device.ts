/**
 * The device as an engineer sees it: what a state of a machine says about registers, owners and messages, in one plain shape for
 * every machine. A part that a machine does not have is left out here, and not drawn.
 *
 * `ADAPTERS` is where a machine gets its reader, by its id.
 */
import type { StateValue } from 'xstate';
import type { Instance } from '../../properties/instances.ts';
import { entriesRead } from '../../conformance/paths/assigned-reading.ts';
import { REVIEWED } from '../../machines/designs.ts';
import { vectorRegionName } from '../../machines/vector.ts';
import { blocked, machineView } from '../../properties/view.ts';

/** A row of the MSI-X Table, and the Pending bit that goes with it. */
export interface DeviceRow {
  readonly vector: number;
  /** The message in the entry, by its name: address and data as the guest reads them. */
  readonly message?: string;
  readonly mask?: boolean;
  readonly pending?: boolean;
  /** Whether anything keeps the vector from sending: Enable, Function Mask or its own Mask Bit. */
  readonly blocked?: boolean;
  /** The message in force, or undefined while there is none. */
  readonly force?: string;
}

/** A message between two places. */
export interface Flight {
  readonly vector: number;
  readonly message: string;
}

/** A fact with a name, for what is neither a register nor a message: who owns the table's page, what the vCPU does. */
export interface DeviceFact {
  readonly name: string;
  readonly value: string;
}

/** The device in one state. */
export interface DeviceView {
  /** MSI-X Enable and, where there is one, Function Mask. */
  readonly control?: { readonly enable: boolean; readonly functionMask?: boolean };
  readonly rows: readonly DeviceRow[];
  /** The messages on their way; undefined where the machine has no way that takes time. */
  readonly inFlight?: readonly Flight[];
  /** Who owns the page of the table, what the vCPU does, what userspace is about to do. */
  readonly facts: readonly DeviceFact[];
}

/** Reads a state. */
export type DeviceAdapter = (value: StateValue) => DeviceView;

/** Makes the reader of an instance's states. */
export type AdapterFactory = (instance: Instance) => DeviceAdapter;

/** The readers, by the machine's id. A machine that is not here is drawn all the same, but for its device. */
export const ADAPTERS: Readonly<Record<string, AdapterFactory>> = {
  capability: () => (value) => {
    const { enable, functionMask } = value as { enable: string; functionMask: string };
    return { control: { enable: enable === 'enabled', functionMask: functionMask === 'set' }, rows: [], facts: [] };
  },
  vector: adaptFunction,
  function: adaptFunction,
  ownership: () => (value) => ({ rows: [], facts: factsOf(value as AssignedValue) }),
  'host-function': adaptHost,
  'assigned-device': adaptAssigned,
};

function adaptFunction({ vectors, messages, channel }: Instance): DeviceAdapter {
  const read = machineView(vectors, messages);
  return (value) => {
    const view = read(value);
    const indices = Array.from({ length: vectors }, (_, vector) => vector);
    const flights = indices.map((vector) => ({ vector, message: view.transit?.(vector) }));
    return {
      control: { enable: view.enabled, functionMask: view.functionMask },
      rows: indices.map((vector) => ({
        vector,
        message: view.entry(vector),
        mask: view.masked(vector),
        pending: view.pending(vector),
        blocked: blocked(view, vector),
        force: view.force(vector),
      })),
      ...(channel ? { inFlight: flights.filter((flight): flight is Flight => flight.message !== undefined) } : {}),
      facts: [],
    };
  };
}

type VectorValue = Readonly<Record<string, string>>;
type AssignedValue = Readonly<Record<string, string | VectorValue>>;

const OWNERS: Readonly<Record<string, string>> = {
  userspace: 'userspace',
  registering: 'userspace, which is handing it to the kernel',
  removed: 'nobody: there is no device',
  kernel: 'the kernel',
  returning: 'userspace, which the kernel is handing it back to',
};

/** Who owns the page, whether the kernel knows where it is, what each vCPU does, and what the host has built up. */
function factsOf(value: AssignedValue): DeviceFact[] {
  const { ownership, base, host, ...others } = value as VectorValue;
  const processors = Object.entries(others).filter(([name]) => /^vcpu\d*$/.test(name));
  const doing = (state: string): string => {
    if (state === 'running') return 'runs';
    return state === 'void' ? 'is stopped in nothing any more' : `is stopped: ${state.replaceAll('_', ' ')}`;
  };
  return [
    { name: 'Page of the table', value: OWNERS[ownership] ?? ownership },
    ...(base === undefined
      ? []
      : [{ name: 'Its address', value: base === 'told' ? 'known to the kernel' : 'not told' }]),
    ...processors.map(([name, state]) => ({
      name: name.replace('vcpu', 'vCPU').replace(/(\d)$/, ' $1'),
      value: doing(state),
    })),
    ...(host === undefined ? [] : [{ name: "The host's vectors", value: host === 'up' ? 'built up' : 'torn down' }]),
  ];
}

/** The messages of the vectors that are in flight. The host's say which vector they are of, and no more. */
function flightsOf(vectors: readonly VectorValue[]): Flight[] {
  return vectors.flatMap(({ flight }, vector) => (flight === 'flying' ? [{ vector, message: 'an interrupt' }] : []));
}

function vectorsOf(value: AssignedValue, count: number): VectorValue[] {
  return Array.from({ length: count }, (_, vector) => value[vectorRegionName(vector)] as VectorValue);
}

function adaptHost({ vectors }: Instance): DeviceAdapter {
  return (value) => {
    const regions = vectorsOf(value as AssignedValue, vectors);
    return {
      rows: regions.map(({ mask, pending }, vector) => ({
        vector,
        mask: mask === 'masked',
        pending: pending === 'set',
        blocked: mask === 'masked',
      })),
      inFlight: flightsOf(regions),
      facts: [],
    };
  };
}

/** An assigned device. A row has what a guest reads; where that has two records, the facts have both. */
function adaptAssigned({ vectors, design = REVIEWED }: Instance): DeviceAdapter {
  return (value) => {
    const whole = value as AssignedValue;
    const { enable, functionMask } = whole.capability as VectorValue;
    const isOpen = enable === 'enabled' && functionMask === 'clear';
    const regions = vectorsOf(whole, vectors);
    const read = entriesRead(value, { design, vectors });
    const details = regions.flatMap(({ kernelMask, userMask, entry, route, allocation }, vector) => [
      ...(kernelMask === undefined
        ? []
        : [{ name: `Mask Bit ${vector}`, value: `${kernelMask} to the kernel, ${userMask} to userspace` }]),
      ...(route === undefined ? [] : [{ name: `Entry ${vector}`, value: `${entry}, with the route ${route}` }]),
      ...(allocation === undefined ? [] : [{ name: `Host's vector ${vector}`, value: allocation }]),
    ]);
    return {
      control: { enable: enable === 'enabled', functionMask: functionMask === 'set' },
      rows: regions.map(({ mask, kernelMask, pending, force }, vector) => ({
        vector,
        message: read[vector].message,
        mask: read[vector].isMasked,
        pending: pending === 'set',
        blocked: !isOpen || (mask ?? kernelMask) === 'masked',
        force,
      })),
      inFlight: flightsOf(regions),
      facts: [...factsOf(whole), ...details],
    };
  };
}
