/**
 * The properties of a state or a step that only a device has, and no machine, for only it has widths, offsets and read-only bits,
 * and can be saved: P11, P12 and P19, and P8 of what a read returns. `runs.ts` has those that compare runs.
 */
import type { Property, StepProperty } from '../../checker/decide/property.ts';
import { readEvent, readOutput, RESET } from '../../machines/alphabet.ts';
import * as registers from '../../src/registers.ts';
import type { RefusalCounts } from '../device/device.ts';
import { type Response, RESTORED, type Stimulus } from './stimulus.ts';
import { entryDword, pendingDword } from '../device/readback.ts';
import type { DeviceStep, DeviceView } from './observed.ts';
import { blocked } from '../../properties/view.ts';

type DeviceProperty = Property<DeviceView>;
type DeviceStepProperty = StepProperty<DeviceView>;

/**
 * Whether a property that speaks of whole accesses is to be asked: once for each access, at the vector that it is for.
 */
function isAsked({ after: { performed } }: DeviceStep, vector: number): boolean {
  return performed !== undefined && (performed.decoded.vector ?? 0) === vector;
}

/** What a step added to the counters of refusals, as "tableReads 1"; undefined of a device that counts none. */
function countedRefusals({ before, after }: DeviceStep): string | undefined {
  const [were, are] = [before.refusals, after.refusals];
  if (were === undefined || are === undefined) return undefined;
  return (Object.keys(are) as (keyof RefusalCounts)[])
    .filter((name) => are[name] !== were[name])
    .map((name) => `${name} ${are[name] - were[name]}`)
    .join();
}

/** Whether a device told what it must. One that tells nothing is not asked. */
const agrees = <Said>(got: Said | undefined, expected: Said | undefined): boolean =>
  got === undefined || expected === undefined || got === expected;

/** Whether two states hold the same registers between two words. */
function sameWords(one: DeviceView, other: DeviceView, first: number, end: number): boolean {
  for (let word = first; word < end; word++) if (one.words[word] !== other.words[word]) return false;
  return true;
}

/** Whether two states read the same to a guest. */
export const sameRegisters = (one: DeviceView, other: DeviceView): boolean =>
  sameWords(one, other, 0, one.words.length) && one.capability.join() === other.capability.join();

/** P11 TotalAccess, of what is refused. */
export const RefusedAccessStep: DeviceStepProperty = {
  kind: 'step',
  name: 'RefusedAccessStep',
  number: 'P11',
  title:
    'What is refused or ignored is answered with all-ones or says so, changes nothing, and is counted exactly once.',
  rules: ['MSIX-ACCESS-1', 'MSIX-ACCESS-2', 'MSIX-ACCESS-6', 'MSIX-PBA-3'],
  when: (step, vector) => isAsked(step, vector) && step.after.performed?.decoded.refusal !== undefined,
  holds: (step) => {
    const { stimulus, response, decoded } = step.after.performed!;
    const { counter, low, result } = decoded.refusal!;
    const hasHigh = (stimulus.verb === 'tableRead' || stimulus.verb === 'pbaRead') && stimulus.bytes === 8;
    return (
      response?.low === low &&
      (!hasHigh || response.high === 0xffffffff) &&
      agrees(response.result, result) &&
      step.outputs.length === 0 &&
      sameRegisters(step.before, step.after) &&
      agrees(countedRefusals(step), `${counter} 1`)
    );
  },
};

/** P11 TotalAccess, of every access: over the registers of all vectors. */
export const ContainedAccessStep: DeviceStepProperty = {
  kind: 'step',
  name: 'ContainedAccessStep',
  number: 'P11',
  title: 'No access throws; what is lawful is not counted, and changes no register but those that it is for.',
  rules: ['MSIX-ACCESS-2', 'MSIX-MASK-3', 'MSIX-MASK-4', 'MSIX-ENABLE-3'],
  when: isAsked,
  holds: (step, vector) => {
    const { before, event, outputs, after } = step;
    const { performed, vectorCount, words } = after;
    if (performed?.response === undefined) return false;
    if (performed.decoded.refusal === undefined && !agrees(countedRefusals(step), '')) return false;
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

/** What must come of what is lawful, by what the registers held. */
function dueResponse({ before, outputs }: DeviceStep, stimulus: Stimulus): Response {
  const { words, capability, vectorCount } = before;
  const wordsFrom = (start: number, offset: number): Response => ({
    low: words[start + offset / 4],
    high: words[start + offset / 4 + 1],
    result: undefined,
  });
  switch (stimulus.verb) {
    case 'configRead': {
      const bytes = Array.from({ length: stimulus.bytes }, (_, index) => {
        const at = stimulus.offset + index;
        return Math.floor(capability[Math.floor(at / 4)] / 2 ** (8 * (at % 4))) % 256;
      });
      const low = bytes.reduce((value, byte, index) => value + byte * 2 ** (8 * index), 0);
      return { low, high: 0, result: undefined };
    }
    case 'tableRead':
      return wordsFrom(entryDword(0), stimulus.offset);
    case 'pbaRead':
      return wordsFrom(entryDword(vectorCount), stimulus.offset);
    case 'signal': {
      const isSent = outputs.some((name) => readOutput(name).verb === 'send');
      return { low: 0, high: 0, result: isSent ? 'sent' : 'held' };
    }
    default:
      return { low: 0, high: 0, result: 'done' };
  }
}

/** P8 SingleView, of answers. */
export const AnswerStep: DeviceStepProperty = {
  kind: 'step',
  name: 'AnswerStep',
  number: 'P8',
  title: 'A lawful read of any width returns what the registers hold, and a signal says what became of it.',
  rules: ['MSIX-TABLE-1', 'MSIX-PBA-1', 'MSIX-PBA-4', 'MSIX-ACCESS-6'],
  when: (step, vector) => isAsked(step, vector) && step.after.performed?.decoded.refusal === undefined,
  holds: (step) => {
    const { stimulus, response } = step.after.performed!;
    const due = dueResponse(step, stimulus);
    const isWide = (stimulus.verb === 'tableRead' || stimulus.verb === 'pbaRead') && stimulus.bytes === 8;
    return response?.low === due.low && (!isWide || response.high === due.high) && agrees(response.result, due.result);
  },
};

/** P12 ROBits. */
export const ReadOnlyBitsInv: DeviceProperty = {
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
  holds: ({ words, capability, fresh, vectorCount }, vector) => {
    const [header, table, pba] = capability;
    const writable = registers.CONTROL_ENABLE | registers.CONTROL_FUNCTION_MASK;
    // Of the last QWORD of the Pending Bit Array, as many bits as there are vectors left may be set.
    const bits = vectorCount % registers.PBA_QWORD_BITS || registers.PBA_QWORD_BITS;
    const [pendingLow, pendingHigh] = words.subarray(-2);
    return (
      header % 0x100 === registers.CAPABILITY_ID &&
      header % 0x10000 === fresh[0] % 0x10000 &&
      header >>> 16 === words[0] &&
      (words[0] & ~writable) === vectorCount - 1 &&
      table === fresh[1] &&
      pba === fresh[2] &&
      (words[entryDword(vector)] & registers.ADDRESS_LOW_RESERVED) === 0 &&
      words[entryDword(vector) + 3] <= registers.VECTOR_CONTROL_MASK &&
      pendingLow < 2 ** Math.min(bits, 32) &&
      pendingHigh < 2 ** Math.max(bits - 32, 0)
    );
  },
};

/** P19 RestoreBisim, in place: what is restored over itself. */
export const RestoreInPlaceStep: DeviceStepProperty = {
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
export const DEVICE_PROPERTIES: readonly DeviceProperty[] = [
  RefusedAccessStep,
  ContainedAccessStep,
  AnswerStep,
  ReadOnlyBitsInv,
  RestoreInPlaceStep,
];
