/**
 * The implementation of the function, driven beside its machine. It is fetched when the first function is looked at.
 */
import { hex } from '../../conformance/device/hexadecimal.ts';
import { dwordName, readbackDwords } from '../../conformance/device/readback.ts';
import { DIALECTS, outputNameOf, perform, readback } from '../../conformance/device/words.ts';
import { createInProcessDevice, type InProcessOptions } from '../../conformance/device/in-process.ts';
import { tellOutputs } from '../../conformance/paths/story.ts';
import type { Instance } from '../../properties/instances.ts';
import type { DrivenDevice, Driver } from './driver.ts';

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

/** Drives the function, or a wrong one. */
export function driveFunction({ vectors, messages }: Instance, options: InProcessOptions = {}): DrivenDevice {
  const device = createInProcessDevice(vectors, options);
  const [dialect] = DIALECTS;
  const read = (): Uint32Array => {
    const words = new Uint32Array(readbackDwords(vectors));
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
