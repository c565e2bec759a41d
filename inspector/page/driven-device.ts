/**
 * What is driven beside a machine: an implementation that takes the machine's events, and tells in what it differs. There is one
 * for the function, and one for the assigned device in the designs that are implemented.
 */
import type { StateValue } from 'xstate';
import { AssignedAdapter, IMPLEMENTED } from '../../conformance/device/assigned.ts';
import { expectedOf, outputsDifference, stateDifferences } from '../../conformance/paths/assigned-expectation.ts';
import { dwordName, readbackDwords } from '../../conformance/device/readback.ts';
import type { Snapshot } from '../../conformance/device/device.ts';
import { Snapshots } from '../../conformance/device/snapshots.ts';
import { DIALECTS, outputNameOf, perform, readback } from '../../conformance/device/words.ts';
import { createInProcessDevice, type InProcessOptions } from '../../conformance/device/in-process.ts';
import { tellOutputs } from '../../conformance/paths/story.ts';
import type { Instance } from '../../properties/instances.ts';

/** Something in which machine and implementation differ. */
export interface Difference {
  /** The dword of Message Control, table and Pending Bit Array, counted as `peekInto` does; undefined of all else. */
  readonly word?: number;
  readonly sentence: string;
}

/** An implementation beside a machine. */
export interface DrivenDevice {
  /** Whether it tells which message comes into force. */
  readonly notifies: boolean;
  /** Takes an event, whose machine is in the state `value` before it; returns its outputs in the machine's words. */
  perform(event: string, value: StateValue): readonly string[];
  /** What differs from what the machine put out. */
  outputDifferences(due: readonly string[], done: readonly string[]): Difference[];
  /** What differs from a state of the machine. */
  differences(value: StateValue): Difference[];
  /** Message Control, the table and the Pending Bit Array. */
  read(): Uint32Array;
  save(): Snapshot;
  restore(snapshot: Snapshot): void;
}

/** Why an instance has no implementation beside it; undefined when it has. */
export function drivenRefusal({ machine, channel, design }: Instance): string | undefined {
  if (machine.id === 'assigned-device') {
    // The same code answers, whether the guest moves its BAR or not.
    if (IMPLEMENTED.some((name) => name === design?.name.replace(/ moved$/, ''))) return undefined;
    return `Of the designs, ${IMPLEMENTED.join(', ')} are implemented.`;
  }
  if (machine.id !== 'function' && machine.id !== 'vector')
    return 'This machine is a part: it has no implementation of its own.';
  return channel ? 'The implementation sends within the step, so it has no messages in transit to compare.' : undefined;
}

/** Creates the implementation beside an instance that has one. */
export function createDrivenDevice(instance: Instance, options: InProcessOptions = {}): DrivenDevice {
  return instance.machine.id === 'assigned-device' ? drivenAssignedDevice(instance) : drivenFunction(instance, options);
}

const roomFor = (vectors: number): Uint32Array => new Uint32Array(readbackDwords(vectors));

function drivenFunction({ vectors, messages }: Instance, options: InProcessOptions): DrivenDevice {
  const device = createInProcessDevice(vectors, options);
  const [dialect] = DIALECTS;
  const read = (): Uint32Array => {
    const words = roomFor(vectors);
    device.peekInto(words);
    return words;
  };
  device.reset();
  device.takeOutputs();
  return {
    notifies: true,
    perform: (event, value) => {
      perform(event, { device, dialect, messages, value });
      return device.takeOutputs().map((output) => outputNameOf(messages, output));
    },
    outputDifferences: (due, done) => {
      if (due.join(' ') === done.join(' ')) return [];
      return [{ sentence: `The machine does ${tellOutputs(due)}; the implementation does ${tellOutputs(done)}.` }];
    },
    differences: (value) => {
      const words = read();
      return readback(value, vectors, messages).flatMap((expected, word) => {
        if (words[word] === expected) return [];
        const name = dwordName(word, vectors);
        return [
          {
            word,
            sentence: `${name} is ${hex(expected)} in the machine, and ${hex(words[word])} in the implementation.`,
          },
        ];
      });
    },
    read,
    save: () => device.save(),
    restore: (snapshot) => {
      device.restore(snapshot);
      device.takeOutputs();
    },
  };
}

function drivenAssignedDevice({ vectors, messages, design, vcpus }: Instance): DrivenDevice {
  if (design === undefined) throw new Error('Got an assigned device without a design; expected one.');
  const bounds = { design, vectors, messages, vcpus };
  const adapter = new AssignedAdapter(bounds);
  const snapshots = new Snapshots();
  const sentence = (what: string): string => `Of the implementation: ${what}.`;
  return {
    notifies: false,
    perform: (event, value) => {
      const { entries } = expectedOf(value, bounds);
      return [...adapter.perform(event, (vector) => entries[vector])];
    },
    outputDifferences: (due, done) => {
      const what = outputsDifference(done, due);
      return what === undefined ? [] : [{ sentence: sentence(what) }];
    },
    differences: (value) =>
      Array.from(stateDifferences(adapter.device, expectedOf(value, bounds), roomFor(vectors)), ({ word, what }) => ({
        word,
        sentence: sentence(what),
      })),
    read: () => {
      const words = roomFor(vectors);
      adapter.device.peekInto(words);
      return words;
    },
    save: () => snapshots.handleOf(adapter.save()),
    restore: (snapshot) => adapter.restore(snapshots.stateOf(snapshot)),
  };
}

const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;
