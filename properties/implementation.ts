/**
 * The properties that only an implementation has, for only it has widths, offsets and read-only bits, and can be saved: P11,
 * P12 and P19. And the judge that holds these and the properties of the machine against every step of one.
 *
 * Some are about one step, like those of the machine; two compare runs that must come out the same.
 */
import { applies, type Property, satisfied, type StepProperty } from '../checker/property.ts';
import { readEvent, readOutput, RESET } from '../machines/alphabet.ts';
import { SIGNAL_HELD, SIGNAL_SENT, WRITE_DONE } from '../src/index.ts';
import * as registers from '../src/registers.ts';
import { type Access, accessSentence, type Answer, RESTORED, type WriteAccess } from './access.ts';
import { FUNCTION_PROPERTIES } from './function.ts';
import {
  entryWord,
  GEOMETRY,
  type Implementation,
  type ImplementationStep,
  type ImplementationView,
  ObservedFunction,
  pendingWord,
} from './observed.ts';
import { blocked } from './view.ts';

type ImplementationProperty = Property<ImplementationView>;
type ImplementationStepProperty = StepProperty<ImplementationView>;

/** Whether a property that speaks of whole accesses is to be asked: once for each access, at the vector that it is for. */
function isAsked({ after: { performed } }: ImplementationStep, vector: number): boolean {
  return performed !== undefined && (performed.decoded.vector ?? 0) === vector;
}

/** How often each kind of access was refused in a step, those that were not left out. */
function refused({ before, after }: ImplementationStep): string[] {
  const counters = Object.keys(after.refusals) as (keyof typeof after.refusals)[];
  return counters
    .filter((name) => after.refusals[name] !== before.refusals[name])
    .map((name) => `${name} ${after.refusals[name] - before.refusals[name]}`);
}

/** Whether two states hold the same registers between two words. */
function sameWords(one: ImplementationView, other: ImplementationView, first: number, end: number): boolean {
  for (let word = first; word < end; word++) if (one.words[word] !== other.words[word]) return false;
  return true;
}

const sameRegisters = (one: ImplementationView, other: ImplementationView): boolean =>
  sameWords(one, other, 0, one.words.length) && one.capability.join() === other.capability.join();

/** P11 TotalAccess, of what is refused. */
export const RefusedAccessStep: ImplementationStepProperty = {
  kind: 'step',
  name: 'RefusedAccessStep',
  title: 'What is refused or ignored is answered with all-ones or says so, changes nothing, and is counted exactly once.',
  rules: ['MSIX-ACCESS-1', 'MSIX-ACCESS-2', 'MSIX-ACCESS-6', 'MSIX-PBA-3'],
  when: (step, vector) => isAsked(step, vector) && step.after.performed?.decoded.refusal !== undefined,
  holds: (step) => {
    const { performed } = step.after;
    const refusal = performed?.decoded.refusal;
    const isRead = performed?.access.kind.endsWith('Read') === true && !performed.access.kind.startsWith('config');
    return (
      performed?.answer?.low === refusal?.answer &&
      (!isRead || performed.answer?.high === 0xffffffff) &&
      step.outputs.length === 0 &&
      sameRegisters(step.before, step.after) &&
      refused(step).join() === `${refusal?.counter} 1`
    );
  },
};

/** P11 TotalAccess, of what is not refused: over the registers of all vectors. */
export const ContainedAccessStep: ImplementationStepProperty = {
  kind: 'step',
  name: 'ContainedAccessStep',
  title: 'No access throws; what is lawful is not counted, and changes no register but those that it is for.',
  rules: ['MSIX-ACCESS-2', 'MSIX-MASK-3', 'MSIX-MASK-4', 'MSIX-ENABLE-3'],
  when: isAsked,
  holds: ({ before, event, outputs, after }, vector) => {
    const { performed, vectorCount, words } = after;
    if (performed?.answer === undefined) return false;
    if (performed.decoded.refusal === undefined && refused({ before, event, outputs, after }).length > 0) return false;
    if (performed.decoded.events.length === 0) return outputs.length === 0 && sameRegisters(before, after);
    if (event === RESET) return true;
    // Of all registers, Message Control changes only with a control, and an entry and a Pending bit with an event of theirs.
    const pbaStart = entryWord(vectorCount);
    if (readEvent(event).vector === undefined) return sameWords(before, after, 1, pbaStart);
    const pendingAt = pendingWord(vectorCount, vector);
    const otherBits = ~(1 << (vector & 31));
    return (
      sameWords(before, after, 0, entryWord(vector)) &&
      sameWords(before, after, entryWord(vector + 1), pendingAt) &&
      ((before.words[pendingAt] ^ words[pendingAt]) & otherBits) === 0 &&
      sameWords(before, after, pendingAt + 1, words.length)
    );
  },
};

/** What a lawful access must answer, of what the registers held; `undefined` where it answers nothing. */
function trueAnswer({ before, outputs }: ImplementationStep, access: Access): Answer {
  const { words, capability, vectorCount } = before;
  const wordsFrom = (start: number, offset: number): Answer => ({
    low: words[start + offset / 4],
    high: words[start + offset / 4 + 1],
  });
  switch (access.kind) {
    case 'configRead': {
      const bytes = Array.from({ length: access.bytes }, (_, index) => {
        const at = access.offset + index;
        return Math.floor(capability[Math.floor(at / 4)] / 2 ** (8 * (at % 4))) % 256;
      });
      return { low: bytes.reduce((value, byte, index) => value + byte * 2 ** (8 * index), 0), high: 0 };
    }
    case 'tableRead':
      return wordsFrom(entryWord(0), access.offset);
    case 'pbaRead':
      return wordsFrom(entryWord(vectorCount), access.offset);
    case 'signal':
      return { low: outputs.some((name) => readOutput(name).verb === 'send') ? SIGNAL_SENT : SIGNAL_HELD, high: 0 };
    case 'retire':
      return { low: true, high: 0 };
    case 'configWrite':
    case 'tableWrite':
    case 'pbaWrite':
      return { low: WRITE_DONE, high: 0 };
    case 'reset':
    case 'restore':
      return { low: undefined, high: 0 };
  }
}

/** P8 SingleView, of answers. */
export const AnswerStep: ImplementationStepProperty = {
  kind: 'step',
  name: 'AnswerStep',
  title: 'A lawful read of any width returns what the registers hold, and a signal says what became of it.',
  rules: ['MSIX-TABLE-1', 'MSIX-PBA-1', 'MSIX-PBA-4', 'MSIX-ACCESS-6'],
  when: (step, vector) => isAsked(step, vector) && step.after.performed?.decoded.refusal === undefined,
  holds: (step) => {
    const { performed } = step.after;
    if (performed === undefined) return true;
    const { access, answer } = performed;
    const expected = trueAnswer(step, access);
    const isWide = (access.kind === 'tableRead' || access.kind === 'pbaRead') && access.bytes === 8;
    return answer?.low === expected.low && (!isWide || answer?.high === expected.high);
  },
};

/** P12 ROBits. */
export const ReadOnlyBitsInv: ImplementationProperty = {
  kind: 'invariant',
  name: 'ReadOnlyBitsInv',
  title: 'Read-only bits read as they were made, and reserved ones as zero, whatever was written.',
  rules: [
    ...['MSIX-CAP-1', 'MSIX-CAP-2', 'MSIX-CAP-3', 'MSIX-CAP-6', 'MSIX-CAP-7'],
    ...['MSIX-TABLE-2', 'MSIX-TABLE-4', 'MSIX-PBA-2'],
  ],
  when: () => true,
  holds: ({ words, capability, vectorCount }, vector) => {
    const [header, table, pba] = capability;
    const { tableBir, tableOffset, pbaBir, pbaOffset, nextCapability } = GEOMETRY;
    const writable = registers.CONTROL_ENABLE | registers.CONTROL_FUNCTION_MASK;
    const tailBits = vectorCount % registers.PBA_QWORD_BITS;
    const [tailLow, tailHigh] = words.subarray(-2);
    return (
      header % 0x10000 === (registers.CAPABILITY_ID | (nextCapability << 8)) &&
      header >>> 16 === words[0] &&
      (words[0] & ~writable) === vectorCount - 1 &&
      table === (tableOffset | tableBir) &&
      pba === (pbaOffset | pbaBir) &&
      (words[entryWord(vector)] & registers.ADDRESS_LOW_RESERVED) === 0 &&
      words[entryWord(vector) + 3] <= registers.VECTOR_CONTROL_MASK &&
      (tailBits === 0 || (tailHigh * 2 ** 32 + tailLow) / 2 ** tailBits < 1)
    );
  },
};

/** P19 RestoreBisim, in place: what is restored over itself. */
export const RestoreInPlaceStep: ImplementationStepProperty = {
  kind: 'step',
  name: 'RestoreInPlaceStep',
  title: 'Restoring what was just saved changes nothing and sends nothing; what is in use is released and used again.',
  rules: ['MSIX-SAVE-1'],
  when: (step) => step.event === RESTORED,
  holds: ({ before, outputs, after }, vector) => {
    const said = outputs.filter((name) => readOutput(name).vector === vector);
    const told = blocked(before, vector) ? [] : [`release.${vector}`, `use.${vector}.${before.force(vector)}`];
    return (
      said.join() === told.join() && before.force(vector) === after.force(vector) && sameRegisters(before, after)
    );
  },
};

/** The properties of one state or step that only an implementation has. */
export const IMPLEMENTATION_PROPERTIES: readonly ImplementationProperty[] = [
  RefusedAccessStep,
  ContainedAccessStep,
  AnswerStep,
  ReadOnlyBitsInv,
  RestoreInPlaceStep,
];

// ---- The judge

/** How often each property applied, by its name: its witnesses. One that is missing says nothing. */
export type Witnesses = Map<string, number>;

/** A property that a step breaks. */
export interface Breach {
  readonly property: string;
  /** A sentence: which access, which vector, and what the property claims. */
  readonly story: string;
}

/** Holds all properties against the steps of a run, and stops at the first step that breaks any. */
export class Judge {
  readonly breaches: Breach[] = [];
  private readonly witnesses: Witnesses;
  private readonly met = new Set<number>();

  constructor(witnesses: Witnesses) {
    this.witnesses = witnesses;
  }

  /** Makes an access and judges it, for the vectors that it may have touched. */
  watch(subject: ObservedFunction, access: Access): void {
    for (const step of subject.perform(access)) {
      for (const vector of this.suspects(step)) this.judge(step, vector, access);
    }
  }

  /**
   * The vectors that a step is judged for: the one that it is for, its neighbours, the first and the last; and of an event
   * that concerns all vectors, every vector of the run so far. That no register of any other changes,
   * `ContainedAccessStep` looks at over all of them.
   */
  private suspects({ event, after }: ImplementationStep): ReadonlySet<number> {
    const { vectorCount, performed } = after;
    const vector = readEvent(event).vector ?? performed?.decoded.vector;
    const near = vector === undefined ? [...this.met] : [vector - 1, vector, vector + 1];
    const suspects = new Set([0, ...near, vectorCount - 1].filter((each) => each >= 0 && each < vectorCount));
    if (vector !== undefined) for (const each of suspects) this.met.add(each);
    return suspects;
  }

  private judge(step: ImplementationStep, vector: number, access: Access): void {
    // Restoring is no step of the machine: it tells notifiers what is no edge.
    const isMachineStep = step.event !== RESTORED;
    const properties = isMachineStep ? [...FUNCTION_PROPERTIES, ...IMPLEMENTATION_PROPERTIES] : IMPLEMENTATION_PROPERTIES;
    for (const property of properties) {
      // An invariant speaks of the state before a step; here it is to speak of the one that the step has led to.
      const shown = property.kind === 'invariant' ? { ...step, before: step.after } : step;
      if (!applies(property, shown, vector)) continue;
      this.witnesses.set(property.name, (this.witnesses.get(property.name) ?? 0) + 1);
      if (satisfied(property, shown, vector)) continue;
      const what = `${accessSentence(access)} (${step.event}, then ${step.outputs.join(' ') || 'nothing'})`;
      this.breaches.push({ property: property.name, story: `Vector ${vector}: ${what} breaks "${property.title}"` });
    }
  }
}

// ---- Runs compared

/** A claim that several runs come out the same. */
export interface RunProperty<Runs> {
  readonly kind: 'runs';
  /** Ends in `Runs`. */
  readonly name: string;
  readonly title: string;
  readonly rules: readonly string[];
  /** Makes the runs, with the implementation or one with a planted fault, and returns the first difference. */
  readonly difference: (runs: Runs, Class?: Implementation) => string | undefined;
}

/** Makes a function that has seen some accesses. */
export function functionAfter(
  vectorCount: number,
  history: readonly Access[],
  Class?: Implementation,
): ObservedFunction {
  const subject = new ObservedFunction(vectorCount, Class);
  for (const access of history) subject.perform(access);
  return subject;
}

/** What an access made a function say, in order. An error is among it: no access may throw, and none alike in both. */
function said(subject: ObservedFunction, access: Access): string {
  const outputs = subject.perform(access).flatMap((step) => step.outputs);
  const { answer, error } = subject.view.performed ?? {};
  return [...outputs, `answers ${answer === undefined ? `with ${String(error)}` : String(answer.low)}`].join(' ');
}

/** What is to be written to a register, whatever the widths it is written by. */
export type Meaning =
  | { readonly register: 'control'; readonly byte: number }
  | { readonly register: 'address'; readonly vector: number; readonly low: number; readonly high: number }
  | { readonly register: 'dataAndControl'; readonly vector: number; readonly data: number; readonly masked: boolean };

/**
 * The ways to write a meaning, each a list of accesses: every width and offset that covers the byte of Message Control; a
 * QWORD, or two dwords in order. All bits that are reserved, read-only or beyond the width are taken from `noise`.
 */
export function spellings(meaning: Meaning, noise: number): readonly (readonly Access[])[] {
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
  title: 'The same bits written by any widths, from the same state, leave the same state and send the same.',
  rules: ['MSIX-CAP-8', 'MSIX-ACCESS-3', 'MSIX-ACCESS-4', 'MSIX-ACCESS-5', 'MSIX-TABLE-5'],
  difference: ({ vectorCount, history, meaning, noise }, Class) => {
    const start = functionAfter(vectorCount, history, Class).save();
    const results = spellings(meaning, noise).map((accesses) => {
      const subject = new ObservedFunction(vectorCount, Class);
      subject.restore(start);
      const outputs = accesses.flatMap((access) => subject.perform(access).flatMap((step) => step.outputs));
      return { result: `${outputs.join(' ')} | ${subject.save().join()}`, told: accesses.map(accessSentence).join(', ') };
    });
    const other = results.find(({ result }) => result !== results[0].result);
    return other && `From the same state, a guest that ${other.told} does not do what one does that ${results[0].told}.`;
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
  title: 'A function restored into any other one reads and does the same as the one that was saved, now and later.',
  rules: ['MSIX-SAVE-1'],
  difference: ({ vectorCount, history, otherHistory, continuation }, Class) => {
    const saved = functionAfter(vectorCount, history, Class);
    const restored = functionAfter(vectorCount, otherHistory, Class);
    const outputs = restored.restore(saved.save());
    if (outputs.some((name) => readOutput(name).verb === 'send')) return 'Restoring sends a message.';
    const compare = (when: string): string | undefined => {
      if (!sameRegisters(saved.view, restored.view)) return `${when}, the restored function reads otherwise.`;
      for (let vector = 0; vector < vectorCount; vector++) {
        if (saved.view.force(vector) === restored.view.force(vector)) continue;
        return `${when}, vector ${vector} has another message in force.`;
      }
      return saved.save().join() === restored.save().join() ? undefined : `${when}, the restored function saves otherwise.`;
    };
    let difference = compare('Restored');
    for (const access of continuation) {
      if (difference !== undefined) break;
      const when = `Once one ${accessSentence(access)}`;
      const [expected, got] = [said(saved, access), said(restored, access)];
      difference = got === expected ? compare(when) : `${when}, the restored function does ${got}, not ${expected}.`;
    }
    return difference;
  },
};
