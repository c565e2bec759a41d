/**
 * A function as a property sees it, whether it is the machine or the implementation: one property, two subjects.
 */
import type { StateValue } from 'xstate';
import { copyOf } from '../checker/argument/argument.ts';
import { requireNumber, VECTORS_MAX } from '../machines/argument.ts';
import { type MessageSet, requireMessages } from '../machines/messages.ts';
import { vectorRegionName } from '../machines/vector.ts';

/** The state of a function. Messages are compared by `===` and by nothing else. */
export interface FunctionView {
  readonly vectorCount: number;
  readonly enabled: boolean;
  /** Undefined where there is none: `vector` has a gate in its place. */
  readonly functionMask: boolean | undefined;
  /** The Mask Bit of a vector. */
  masked(vector: number): boolean;
  pending(vector: number): boolean;
  /** Address and data of an entry, as the guest reads them. */
  entry(vector: number): string;
  /** The message in force; undefined while the vector is released. */
  force(vector: number): string | undefined;
  /** The message in transit; undefined when there is none, or no channel (MSIX-MSG-5). */
  transit?(vector: number): string | undefined;
  /** What `entry` is after reset (MSIX-RESET-4). */
  readonly resetEntry: string;
  /** What an entry becomes by the write that an event names, `guest.write.<vector>.<name>`. */
  written(entry: string, name: string): string;
}

/** Whether a vector must not send (MSIX-MASK-1). The properties' own copy of the rule, on purpose. */
export function blocked(view: FunctionView, vector: number): boolean {
  return !view.enabled || view.functionMask === true || view.masked(vector);
}

type Region = Record<string, string>;

/** Makes the decoder of the states of `function` and of `vector`, whose gate stands for an enabled, unmasked capability. */
export function machineView(vectorCount: number, messages: MessageSet): (value: StateValue) => FunctionView {
  requireNumber('vectorCount of machineView', vectorCount, 1, VECTORS_MAX);
  const { values, writes } = requireMessages('messages of machineView', messages);
  const [resetEntry] = values;
  const written = (entry: string, name: string): string =>
    writes.find((each) => each.name === name)?.result(entry) ?? entry;
  return (value) => {
    const regions = copyOf('value of a view', value, 'a state of function or of vector');
    const regionOf = (name: string): Region => copyOf(`${name} of a view`, regions[name], 'a region') as Region;
    const capability = regions.capability === undefined ? undefined : regionOf('capability');
    const vectors = Array.from({ length: vectorCount }, (_, vector) => regionOf(vectorRegionName(vector)));
    return {
      vectorCount,
      resetEntry,
      written,
      enabled: capability === undefined ? regions.gate === 'open' : capability.enable === 'enabled',
      functionMask: capability === undefined ? undefined : capability.functionMask === 'set',
      masked: (vector) => vectors[vector].mask === 'masked',
      pending: (vector) => vectors[vector].pending === 'set',
      entry: (vector) => vectors[vector].entry,
      force: (vector) => (vectors[vector].force === 'none' ? undefined : vectors[vector].force),
      ...(vectors.some((region) => 'transit' in region)
        ? { transit: (vector: number) => (vectors[vector].transit === 'none' ? undefined : vectors[vector].transit) }
        : {}),
    };
  };
}
