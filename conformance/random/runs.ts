/**
 * The properties that compare runs of a device: the same bits by other widths (P12), and the same state saved and restored (P19).
 * `projection.ts` compares one vector of many with the machine.
 */
import { readOutput } from '../../machines/alphabet.ts';
import * as registers from '../../src/registers.ts';
import type { DeviceFactory, Snapshot } from '../device/device.ts';
import { sameRegisters } from './device-properties.ts';
import { type DeviceView, ObservedDevice } from './observed.ts';
import { type Stimulus, stimulusSentence, type Write } from './stimulus.ts';

/** A claim that several runs come out the same. */
export interface RunProperty<Runs> {
  readonly kind: 'runs';
  /** Ends in `Runs`. */
  readonly name: string;
  /** Of the register of properties: `P1` to `P23`. */
  readonly number?: string;
  readonly title: string;
  readonly rules: readonly string[];
  /** Makes the runs with fresh devices, and returns the first difference. A device that lacks an ability that it takes has none. */
  readonly difference: (runs: Runs, create: DeviceFactory) => string | undefined;
}

/** Makes a device that has seen some stimuli. */
function deviceAfter(vectorCount: number, history: readonly Stimulus[], create: DeviceFactory): ObservedDevice {
  const subject = new ObservedDevice(create({ vectorCount }));
  for (const stimulus of history) subject.perform(stimulus);
  return subject;
}

/** What a stimulus made a device say, in order, and what it answered. */
function said(subject: ObservedDevice, stimulus: Stimulus): string {
  const outputs = subject.perform(stimulus).flatMap((step) => step.outputs);
  const { response, error } = subject.view.performed ?? {};
  if (response === undefined) return [...outputs, `throw ${String(error)}`].join(' ');
  return [...outputs, `answer ${response.low}`, response.result ?? ''].join(' ');
}

/** What is to be written to a register, whatever the widths it is written by. */
export type RegisterWrite =
  | { readonly register: 'control'; readonly byte: number }
  | { readonly register: 'address'; readonly vector: number; readonly low: number; readonly high: number }
  | { readonly register: 'dataAndControl'; readonly vector: number; readonly data: number; readonly masked: boolean };

/**
 * The ways to write a meaning, each a list of accesses: every width and offset that covers the byte of Message Control;
 * a QWORD, or two dwords in order. All bits that are reserved, read-only or beyond the width are taken from `noise`.
 */
function spellings(meaning: RegisterWrite, noise: number): readonly (readonly Stimulus[])[] {
  const tableWrite = (offset: number, bytes: number, low: number, high = 0): Write => ({
    verb: 'tableWrite',
    offset,
    bytes,
    low,
    high,
  });
  switch (meaning.register) {
    case 'control': {
      const places = [0, 1, 2, 3].flatMap((offset) => [1, 2, 4].map((bytes) => ({ offset, bytes })));
      return places
        .filter(({ offset, bytes }) => offset + bytes > 3)
        .map(({ offset, bytes }) => {
          const shift = 8 * (3 - offset);
          const value = ((noise & ~(0xff << shift)) | (meaning.byte << shift)) >>> 0;
          return [{ verb: 'configWrite', offset, bytes, value }];
        });
    }
    case 'address': {
      const { low, high } = meaning;
      const at = registers.ENTRY_BYTES * meaning.vector;
      const reserved = ((low & ~registers.ADDRESS_LOW_RESERVED) | (noise & registers.ADDRESS_LOW_RESERVED)) >>> 0;
      return [
        [tableWrite(at, 8, low, high)],
        [tableWrite(at, 8, reserved, high)],
        [tableWrite(at, 4, reserved), tableWrite(at + 4, 4, high)],
        [tableWrite(at + 4, 4, high), tableWrite(at, 4, reserved)],
      ];
    }
    case 'dataAndControl': {
      const { data, masked } = meaning;
      const at = registers.ENTRY_BYTES * meaning.vector + registers.ENTRY_DATA_OFFSET;
      const mask = Number(masked);
      const reserved = ((noise & ~registers.VECTOR_CONTROL_MASK) | mask) >>> 0;
      return [
        [tableWrite(at, 8, data, mask)],
        [tableWrite(at, 8, data, reserved)],
        [tableWrite(at, 4, data), tableWrite(at + 4, 4, reserved)],
      ];
    }
  }
}

/** P12 SizeEquivalence. */
export const SizeEquivalenceRuns: RunProperty<{
  readonly vectorCount: number;
  readonly history: readonly Stimulus[];
  readonly meaning: RegisterWrite;
  readonly noise: number;
}> = {
  kind: 'runs',
  name: 'SizeEquivalenceRuns',
  number: 'P12',
  title: 'The same bits written by any widths, from the same state, leave the same state and send the same.',
  rules: ['MSIX-CAP-8', 'MSIX-ACCESS-3', 'MSIX-ACCESS-4', 'MSIX-ACCESS-5', 'MSIX-TABLE-5'],
  difference: ({ vectorCount, history, meaning, noise }, create) => {
    const subject = deviceAfter(vectorCount, history, create);
    if (!subject.isRestorable) return undefined;
    const start = subject.save();
    const results = spellings(meaning, noise).map((stimuli) => {
      subject.restore(start);
      const outputs = stimuli.flatMap((stimulus) => subject.perform(stimulus).flatMap((step) => step.outputs));
      return { told: stimuli.map(stimulusSentence).join(' and '), result: `${outputs.join(' ')} | ${subject.save()}` };
    });
    const other = results.find(({ result }) => result !== results[0].result);
    return other && `A guest that ${other.told} gets other than one that ${results[0].told}, from the same state.`;
  },
};

/** P19 RestoreBisim. */
export const RestoreBisimRuns: RunProperty<{
  readonly vectorCount: number;
  readonly history: readonly Stimulus[];
  /** What the device has seen that is restored into: another one where devices migrate, else the same since it was saved. */
  readonly otherHistory: readonly Stimulus[];
  readonly continuation: readonly Stimulus[];
}> = {
  kind: 'runs',
  name: 'RestoreBisimRuns',
  number: 'P19',
  title: 'A state restored over any other, and into any other device, reads and does the same, now and later.',
  rules: ['MSIX-SAVE-1'],
  difference: ({ vectorCount, history, otherHistory, continuation }, create) => {
    const saved = deviceAfter(vectorCount, history, create);
    if (!saved.isRestorable) return undefined;
    const start = saved.save();
    const before = saved.view;
    const lived = continuation.map((stimulus) => ({ said: said(saved, stimulus), view: saved.view }));
    const end = saved.save();
    const subject = saved.device.migrates === true ? deviceAfter(vectorCount, [], create) : saved;
    for (const stimulus of otherHistory) subject.perform(stimulus);
    const outputs = subject.restore(start);
    if (outputs.some((name) => readOutput(name).verb === 'send')) return 'Restoring sends a message.';

    const reading = (expected: DeviceView): string | undefined =>
      sameRegisters(expected, subject.view) ? undefined : 'reads otherwise';
    // The whole state is compared at both ends only: words of 2048 vectors are many, and what differs stays so.
    const whole = (expected: DeviceView, handle: Snapshot): string | undefined => {
      for (let vector = 0; vector < vectorCount; vector++) {
        if (expected.force(vector) !== subject.view.force(vector)) return 'has other messages in force';
      }
      return subject.save() === handle ? reading(expected) : 'saves otherwise';
    };
    let difference = whole(before, start);
    let when = 'From the start';
    for (const [index, stimulus] of continuation.entries()) {
      if (difference !== undefined) break;
      when = `Once one ${stimulusSentence(stimulus)}`;
      const { said: expected, view } = lived[index];
      const got = said(subject, stimulus);
      difference = got === expected ? reading(view) : `says "${got}"; expected "${expected}"`;
    }
    difference ??= whole(lived.at(-1)?.view ?? before, end);
    return difference && `${when}, the restored device ${difference}.`;
  },
};
