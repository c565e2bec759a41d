/**
 * What is driven beside a machine: an implementation that takes the machine's events, and tells in what it differs. Here is that of the
 * function; `driven-assigned.ts` has that of the assigned device.
 */
import type { StateValue } from 'xstate';
import { dwordName, readbackDwords } from '../../conformance/device/readback.ts';
import type { Snapshot } from '../../conformance/device/device.ts';
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
  readonly vectors: number;
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

/** What drives an implementation beside a machine. */
export interface Driver {
  /** Why an instance has no implementation beside it; undefined when it has. */
  refusal(instance: Instance): string | undefined;
  create(instance: Instance): DrivenDevice;
}

/** Drives the function. */
export const FUNCTION_DRIVER: Driver = {
  refusal: ({ machine, channel }) => {
    if (machine.id !== 'function' && machine.id !== 'vector')
      return 'This machine is a part: it has no implementation of its own.';
    return channel
      ? 'The implementation sends within the step, so it has no messages in transit to compare.'
      : undefined;
  },
  create: (instance) => driveFunction(instance),
};

/** Room for Message Control, the table and the Pending Bit Array. */
export const roomFor = (vectors: number): Uint32Array => new Uint32Array(readbackDwords(vectors));

/** Drives the function, or a wrong one. */
export function driveFunction({ vectors, messages }: Instance, options: InProcessOptions = {}): DrivenDevice {
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
    vectors,
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

const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;
