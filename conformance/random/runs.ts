/**
 * The properties that compare runs of the implementation: the same bits by other widths (P12), and the same function
 * saved and restored (P19). `projection.ts` compares one vector of many with the machine.
 */
import { readOutput } from '../../machines/alphabet.ts';
import * as registers from '../../src/registers.ts';
import { type Access, accessSentence, type WriteAccess } from './access.ts';
import { sameRegisters } from './implementation.ts';
import { type Implementation, ObservedFunction } from './observed.ts';

/** A claim that several runs come out the same. */
export interface RunProperty<Runs> {
  readonly kind: 'runs';
  /** Ends in `Runs`. */
  readonly name: string;
  /** Of the register of properties: `P1` to `P23`. */
  readonly number?: string;
  readonly title: string;
  readonly rules: readonly string[];
  /** Makes the runs, with the implementation or one with a planted fault, and returns the first difference. */
  readonly difference: (runs: Runs, Class?: Implementation) => string | undefined;
}

/** Makes a function that has seen some accesses. */
function functionAfter(vectorCount: number, history: readonly Access[], Class?: Implementation): ObservedFunction {
  const subject = new ObservedFunction(vectorCount, Class);
  for (const access of history) subject.perform(access);
  return subject;
}

/** What an access made a function say, in order, and what it answered. */
function said(subject: ObservedFunction, access: Access): string {
  const outputs = subject.perform(access).flatMap((step) => step.outputs);
  const { answer, error } = subject.view.performed ?? {};
  return [...outputs, answer === undefined ? `throw ${String(error)}` : `answer ${String(answer.low)}`].join(' ');
}

/** What is to be written to a register, whatever the widths it is written by. */
export type Meaning =
  | { readonly register: 'control'; readonly byte: number }
  | { readonly register: 'address'; readonly vector: number; readonly low: number; readonly high: number }
  | { readonly register: 'dataAndControl'; readonly vector: number; readonly data: number; readonly masked: boolean };

/**
 * The ways to write a meaning, each a list of accesses: every width and offset that covers the byte of Message Control;
 * a QWORD, or two dwords in order. All bits that are reserved, read-only or beyond the width are taken from `noise`.
 */
function spellings(meaning: Meaning, noise: number): readonly (readonly Access[])[] {
  const tableWrite = (offset: number, bytes: number, low: number, high = 0): WriteAccess => ({
    kind: 'tableWrite',
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
          const low = ((noise & ~(0xff << shift)) | (meaning.byte << shift)) >>> 0;
          return [{ kind: 'configWrite', offset, bytes, low, high: 0 }];
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
  readonly history: readonly Access[];
  readonly meaning: Meaning;
  readonly noise: number;
}> = {
  kind: 'runs',
  name: 'SizeEquivalenceRuns',
  number: 'P12',
  title: 'The same bits written by any widths, from the same state, leave the same state and send the same.',
  rules: ['MSIX-CAP-8', 'MSIX-ACCESS-3', 'MSIX-ACCESS-4', 'MSIX-ACCESS-5', 'MSIX-TABLE-5'],
  difference: ({ vectorCount, history, meaning, noise }, Class) => {
    const start = functionAfter(vectorCount, history, Class).save();
    const results = spellings(meaning, noise).map((accesses) => {
      const subject = new ObservedFunction(vectorCount, Class);
      subject.restore(start);
      const outputs = accesses.flatMap((access) => subject.perform(access).flatMap((step) => step.outputs));
      const told = accesses.map(accessSentence).join(' and ');
      return { told, result: `${outputs.join(' ')} | ${subject.save().join()}` };
    });
    const other = results.find(({ result }) => result !== results[0].result);
    return other && `A guest that ${other.told} gets other than one that ${results[0].told}, from the same state.`;
  },
};

/** P19 RestoreBisim. */
export const RestoreBisimRuns: RunProperty<{
  readonly vectorCount: number;
  readonly history: readonly Access[];
  /** What the function has seen that is restored into. */
  readonly otherHistory: readonly Access[];
  readonly continuation: readonly Access[];
}> = {
  kind: 'runs',
  name: 'RestoreBisimRuns',
  number: 'P19',
  title: 'A function restored into any other one reads and does the same as the one that was saved, now and later.',
  rules: ['MSIX-SAVE-1'],
  difference: ({ vectorCount, history, otherHistory, continuation }, Class) => {
    const saved = functionAfter(vectorCount, history, Class);
    const restored = functionAfter(vectorCount, otherHistory, Class);
    const outputs = restored.restore(saved.save());
    if (outputs.some((name) => readOutput(name).verb === 'send')) return 'Restoring sends a message.';
    const reading = (): string | undefined =>
      sameRegisters(saved.view, restored.view) ? undefined : 'reads otherwise';
    // The whole state is compared at both ends only: words of 2048 vectors are many, and what differs stays so.
    const whole = (): string | undefined => {
      for (let vector = 0; vector < vectorCount; vector++) {
        if (saved.view.force(vector) !== restored.view.force(vector)) return 'has other messages in force';
      }
      return saved.save().join() === restored.save().join() ? reading() : 'saves otherwise';
    };
    let difference = whole();
    let when = 'From the start';
    for (const access of continuation) {
      if (difference !== undefined) break;
      when = `Once one ${accessSentence(access)}`;
      const [expected, got] = [said(saved, access), said(restored, access)];
      difference = got === expected ? reading() : `says "${got}"; expected "${expected}"`;
    }
    difference ??= whole();
    return difference && `${when}, the restored function ${difference}.`;
  },
};
