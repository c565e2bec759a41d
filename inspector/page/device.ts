/**
 * The device as an engineer sees it: what a state of a machine says about registers, owners and messages, in one plain shape for
 * every machine. A part that a machine does not have is left out here, and not drawn.
 *
 * `ADAPTERS` is where a machine gets its reader, by its id.
 */
import type { StateValue } from 'xstate';
import type { Instance } from '../../properties/instances.ts';
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

/**
 * The readers, by the machine's id. The machine of an assigned device belongs here too: its adapter gives the owner of the
 * table's page, the vCPU and userspace as `facts`, and the host's messages as `inFlight`.
 */
export const ADAPTERS: Readonly<Record<string, AdapterFactory>> = {
  capability: () => (value) => {
    const { enable, functionMask } = value as { enable: string; functionMask: string };
    return { control: { enable: enable === 'enabled', functionMask: functionMask === 'set' }, rows: [], facts: [] };
  },
  vector: adaptFunction,
  function: adaptFunction,
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
