/**
 * The properties of a state or a step that only an implementation has, for only it has widths, offsets and read-only
 * bits, and can be saved: P11, P12 and P19, and P8 of what a read returns. `runs.ts` has those that compare runs.
 */
import type { Property, StepProperty } from '../../checker/decide/property.ts';
import { readEvent, readOutput, RESET } from '../../machines/alphabet.ts';
import { SIGNAL_HELD, SIGNAL_SENT, WRITE_DONE } from '../../src/index.ts';
import * as registers from '../../src/registers.ts';
import { type Access, type Answer, RESTORED } from './access.ts';
import { entryDword, pendingDword } from '../device/readback.ts';
import { GEOMETRY, type ImplementationStep, type ImplementationView } from './observed.ts';
import { blocked } from '../../properties/view.ts';

type ImplementationProperty = Property<ImplementationView>;
type ImplementationStepProperty = StepProperty<ImplementationView>;

/**
 * Whether a property that speaks of whole accesses is to be asked: once for each access, at the vector that it is for.
 */
function isAsked({ after: { performed } }: ImplementationStep, vector: number): boolean {
  return performed !== undefined && (performed.decoded.vector ?? 0) === vector;
}

/** What a step added to the counters of refusals, as "tableReads 1"; those that stayed are left out. */
function countedRefusals({ before, after }: ImplementationStep): string[] {
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

/** Whether two states read the same to a guest. */
export const sameRegisters = (one: ImplementationView, other: ImplementationView): boolean =>
  sameWords(one, other, 0, one.words.length) && one.capability.join() === other.capability.join();

/** P11 TotalAccess, of what is refused. */
export const RefusedAccessStep: ImplementationStepProperty = {
  kind: 'step',
  name: 'RefusedAccessStep',
  number: 'P11',
  title:
    'What is refused or ignored is answered with all-ones or says so, changes nothing, and is counted exactly once.',
  rules: ['MSIX-ACCESS-1', 'MSIX-ACCESS-2', 'MSIX-ACCESS-6', 'MSIX-PBA-3'],
  when: (step, vector) => isAsked(step, vector) && step.after.performed?.decoded.refusal !== undefined,
  holds: (step) => {
    const { performed } = step.after;
    const refusal = performed?.decoded.refusal;
    const hasHigh = performed?.access.kind === 'tableRead' || performed?.access.kind === 'pbaRead';
    return (
      performed?.answer?.low === refusal?.answer &&
      (!hasHigh || performed.answer?.high === 0xffffffff) &&
      step.outputs.length === 0 &&
      sameRegisters(step.before, step.after) &&
      countedRefusals(step).join() === `${refusal?.counter} 1`
    );
  },
};

/** P11 TotalAccess, of every access: over the registers of all vectors. */
export const ContainedAccessStep: ImplementationStepProperty = {
  kind: 'step',
  name: 'ContainedAccessStep',
  number: 'P11',
  title: 'No access throws; what is lawful is not counted, and changes no register but those that it is for.',
  rules: ['MSIX-ACCESS-2', 'MSIX-MASK-3', 'MSIX-MASK-4', 'MSIX-ENABLE-3'],
  when: isAsked,
  holds: (step, vector) => {
    const { before, event, outputs, after } = step;
    const { performed, vectorCount, words } = after;
    if (performed?.answer === undefined) return false;
    if (performed.decoded.refusal === undefined && countedRefusals(step).length > 0) return false;
    if (performed.decoded.events.length === 0) return outputs.length === 0 && sameRegisters(before, after);
    if (event === RESET) return true;
    // Message Control changes only with a control, and an entry and its Pending bit only with an event of theirs.
    const pbaStart = entryDword(vectorCount);
    if (readEvent(event).vector === undefined) return sameWords(before, after, 1, pbaStart);
    const pendingAt = pendingDword(vectorCount, vector);
    const otherBits = ~(1 << (vector & 31));
    return (
      sameWords(before, after, 0, entryDword(vector)) &&
      sameWords(before, after, entryDword(vector + 1), pendingAt) &&
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
      return wordsFrom(entryDword(0), access.offset);
    case 'pbaRead':
      return wordsFrom(entryDword(vectorCount), access.offset);
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
  number: 'P8',
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
  number: 'P12',
  title: 'Read-only bits read as they were made, and reserved ones as zero, whatever was written.',
  rules: [
    'MSIX-CAP-1',
    'MSIX-CAP-2',
    'MSIX-CAP-3',
    'MSIX-CAP-6',
    'MSIX-CAP-7',
    'MSIX-TABLE-2',
    'MSIX-TABLE-4',
    'MSIX-PBA-2',
  ],
  when: () => true,
  holds: ({ words, capability, vectorCount }, vector) => {
    const [header, table, pba] = capability;
    const { tableBir, tableOffset, pbaBir, pbaOffset, nextCapability } = GEOMETRY;
    const writable = registers.CONTROL_ENABLE | registers.CONTROL_FUNCTION_MASK;
    // Of the last QWORD of the Pending Bit Array, as many bits as there are vectors left may be set.
    const bits = vectorCount % registers.PBA_QWORD_BITS || registers.PBA_QWORD_BITS;
    const [pendingLow, pendingHigh] = words.subarray(-2);
    return (
      header % 0x10000 === (registers.CAPABILITY_ID | (nextCapability << 8)) &&
      header >>> 16 === words[0] &&
      (words[0] & ~writable) === vectorCount - 1 &&
      table === (tableOffset | tableBir) &&
      pba === (pbaOffset | pbaBir) &&
      (words[entryDword(vector)] & registers.ADDRESS_LOW_RESERVED) === 0 &&
      words[entryDword(vector) + 3] <= registers.VECTOR_CONTROL_MASK &&
      pendingLow < 2 ** Math.min(bits, 32) &&
      pendingHigh < 2 ** Math.max(bits - 32, 0)
    );
  },
};

/** P19 RestoreBisim, in place: what is restored over itself. */
export const RestoreInPlaceStep: ImplementationStepProperty = {
  kind: 'step',
  name: 'RestoreInPlaceStep',
  number: 'P19',
  title: 'Restoring what was just saved changes nothing and sends nothing; what is in use is released and used again.',
  rules: ['MSIX-SAVE-1'],
  when: (step) => step.event === RESTORED,
  holds: ({ before, outputs, after }, vector) => {
    const said = outputs.filter((name) => readOutput(name).vector === vector);
    const told = blocked(before, vector) ? [] : [`release.${vector}`, `use.${vector}.${before.force(vector)}`];
    return said.join() === told.join() && before.force(vector) === after.force(vector) && sameRegisters(before, after);
  },
};

/** All of these properties. */
export const IMPLEMENTATION_PROPERTIES: readonly ImplementationProperty[] = [
  RefusedAccessStep,
  ContainedAccessStep,
  AnswerStep,
  ReadOnlyBitsInv,
  RestoreInPlaceStep,
];
