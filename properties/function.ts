/**
 * The properties of one function, over `FunctionView`: decided on every reachable state and step of the machines, and
 * checked on random runs of the implementation. Each stands for bugs that real emulations have had (P1 to P23).
 *
 * Each says of every vector "if `when`, then `holds`". A state or a step in which `when` is so is its witness.
 */
import type { Invariant, Property, StepProperty, StepView } from '../checker/decide/property.ts';
import { type MachineEvent, readEvent, readOutput, RESET } from '../machines/alphabet.ts';
import { blocked, type FunctionView } from './view.ts';

type FunctionStep = StepView<FunctionView>;
type FunctionInvariant = Invariant<FunctionView>;
type FunctionStepProperty = StepProperty<FunctionView>;

const NOTHING: readonly string[] = [];

/** Remembers the last answer: all properties ask about one step, for one vector after the other, millions of times. */
function rememberLast<Question, Answer>(answer: (question: Question) => Answer): (question: Question) => Answer {
  let last: { readonly question: Question; readonly given: Answer } | undefined;
  return (question) => {
    if (last?.question !== question) last = { question, given: answer(question) };
    return last.given;
  };
}

/** Events that were taken apart. An alphabet is small, and each of its events is asked about in every state. */
const known = new Map<string, MachineEvent>();
const KNOWN_MAX = 10_000;

function eventOf(name: string): MachineEvent {
  let event = known.get(name);
  if (event === undefined) {
    if (known.size === KNOWN_MAX) known.clear();
    event = readEvent(name);
    known.set(name, event);
  }
  return event;
}

/** The outputs of a step, taken apart. */
export const outputsOf = rememberLast((outputs: readonly string[]) => outputs.map(readOutput));

/** The messages that a step sends from a vector. */
export function sent(step: FunctionStep, vector: number): readonly string[] {
  if (step.outputs.length === 0) return NOTHING;
  return outputsOf(step.outputs)
    .filter((each) => each.verb === 'send' && each.vector === vector)
    .map((each) => each.message ?? '');
}

/** The notifications of a step about a vector: `use` and `release`, with their messages. */
function notified(step: FunctionStep, vector: number): readonly string[] {
  if (step.outputs.length === 0) return NOTHING;
  const outputs = outputsOf(step.outputs);
  return step.outputs.filter((_, index) => {
    const output = outputs[index];
    return output.vector === vector && (output.verb === 'use' || output.verb === 'release');
  });
}

/** Whether a step's event is `actor.verb`, of this vector if it has one. */
function isEvent(step: FunctionStep, name: string, vector: number): boolean {
  // Most events are told apart by their first letters; properties ask this millions of times.
  if (!step.event.startsWith(name)) return false;
  return step.event === name || (eventOf(step.event).vector ?? vector) === vector;
}

const isControl = (step: FunctionStep): boolean => step.event.startsWith('guest.control.');

/** Whether the vector stops being blocked in this step. */
function unblocks(step: FunctionStep, vector: number): boolean {
  return blocked(step.before, vector) && !blocked(step.after, vector);
}

/** P1 NoDeliverBlocked. */
export const NoDeliverBlockedStep: FunctionStepProperty = {
  kind: 'step',
  name: 'NoDeliverBlockedStep',
  number: 'P1',
  title: 'A vector that sends is not blocked once the step is done.',
  rules: ['MSIX-MASK-1', 'MSIX-MASK-2', 'MSIX-ENABLE-1'],
  when: (step, vector) => sent(step, vector).length > 0,
  holds: (step, vector) => !blocked(step.after, vector),
};

/** P3 PendingTransient. */
export const PendingTransientInv: FunctionInvariant = {
  kind: 'invariant',
  name: 'PendingTransientInv',
  number: 'P3',
  title: 'A pending vector is blocked.',
  rules: ['MSIX-PEND-2', 'MSIX-PEND-5', 'MSIX-PEND-6', 'MSIX-ENABLE-5'],
  when: (state, vector) => state.pending(vector),
  holds: (state, vector) => blocked(state, vector),
};

/** P4 NoSpurious. */
export const NoSpuriousStep: FunctionStepProperty = {
  kind: 'step',
  name: 'NoSpuriousStep',
  number: 'P4',
  title: 'What is sent and what waits is no more than what waited and what was signalled; retiring leaves nothing.',
  rules: ['MSIX-PEND-3', 'MSIX-PEND-4', 'MSIX-RESET-5'],
  when: (step, vector) => sent(step, vector).length > 0 || step.before.pending(vector) || step.after.pending(vector),
  holds: (step, vector) => {
    const over = isEvent(step, 'device.retire', vector) || step.event === RESET;
    const waited = Number(step.before.pending(vector)) + Number(isEvent(step, 'device.signal', vector));
    return sent(step, vector).length + Number(step.after.pending(vector)) <= (over ? 0 : waited);
  },
};

/** P5 LatchOnUnmask. */
export const LatchOnUnmaskStep: FunctionStepProperty = {
  kind: 'step',
  name: 'LatchOnUnmaskStep',
  number: 'P5',
  title: 'When a vector stops being blocked, its whole entry as it stands then comes into force.',
  rules: ['MSIX-MSG-1', 'MSIX-MSG-6'],
  when: unblocks,
  holds: (step, vector) => step.after.force(vector) === step.after.entry(vector),
};

/** P6 NoTorn. */
export const NoTornStep: FunctionStepProperty = {
  kind: 'step',
  name: 'NoTornStep',
  number: 'P6',
  title:
    'Between edges the message in force stays, unless the function reads its whole entry again; no other one is sent.',
  rules: ['MSIX-MSG-2', 'MSIX-MSG-3', 'MSIX-MSG-4'],
  when: (step, vector) =>
    sent(step, vector).length > 0 || (!blocked(step.before, vector) && !blocked(step.after, vector)),
  holds: (step, vector) =>
    sent(step, vector).every((message) => message === step.after.force(vector)) &&
    (unblocks(step, vector) ||
      step.before.force(vector) === step.after.force(vector) ||
      (isEvent(step, 'device.refresh', vector) && step.after.force(vector) === step.after.entry(vector))),
};

/** P8 SingleView, of registers: each reads as it was last written, and nothing else changes it. */
export const SingleViewStep: FunctionStepProperty = {
  kind: 'step',
  name: 'SingleViewStep',
  number: 'P8',
  title: 'Enable, Function Mask and the Mask Bit read as they were last written or reset.',
  rules: ['MSIX-CAP-4', 'MSIX-CAP-5', 'MSIX-TABLE-3', 'MSIX-ENABLE-6', 'MSIX-MASK-3', 'MSIX-RESET-1'],
  when: () => true,
  holds: (step, vector) => {
    const { before, after } = step;
    const value = isControl(step) ? eventOf(step.event).value : undefined;
    const reset = step.event === RESET;
    const enabled = isControl(step) ? value === 'on' || value === 'onMasked' : !reset && before.enabled;
    const functionMask = isControl(step)
      ? value === 'offMasked' || value === 'onMasked'
      : !reset && before.functionMask;
    const masked =
      reset || isEvent(step, 'guest.mask', vector) || (before.masked(vector) && !isEvent(step, 'guest.unmask', vector));
    const sameFunctionMask = before.functionMask === undefined || after.functionMask === functionMask;
    return after.enabled === enabled && sameFunctionMask && after.masked(vector) === masked;
  },
};

/** P8 SingleView, of messages. */
export const EntryStep: FunctionStepProperty = {
  kind: 'step',
  name: 'EntryStep',
  number: 'P8',
  title: 'Address and data of an entry read as last written or reset, half by half; nothing else changes them.',
  rules: ['MSIX-MSG-2', 'MSIX-TABLE-1', 'MSIX-RESET-4'],
  when: (step, vector) =>
    step.before.entry(vector) !== step.after.entry(vector) || isEvent(step, 'guest.write', vector),
  holds: (step, vector) => {
    if (!isEvent(step, 'guest.write', vector)) return step.event === RESET;
    const { value = '' } = eventOf(step.event);
    return step.after.entry(vector) === step.before.written(step.before.entry(vector), value);
  },
};

/** P13 ResetState. */
export const ResetStateStep: FunctionStepProperty = {
  kind: 'step',
  name: 'ResetStateStep',
  number: 'P13',
  title:
    'Reset disables, clears Function Mask and Pending, sets every Mask Bit, zeroes every entry, and sends nothing.',
  rules: ['MSIX-RESET-1', 'MSIX-RESET-4', 'MSIX-RESET-5'],
  when: (step) => step.event === RESET,
  holds: (step, vector) =>
    !step.after.enabled &&
    step.after.functionMask !== true &&
    step.after.masked(vector) &&
    !step.after.pending(vector) &&
    step.after.entry(vector) === step.after.resetEntry &&
    sent(step, vector).length === 0,
};

/** P14 DisableRoundTrip. That INTx comes back is the device model's part (MSIX-ENABLE-4). */
export const DisableRoundTripStep: FunctionStepProperty = {
  kind: 'step',
  name: 'DisableRoundTripStep',
  number: 'P14',
  title: 'Disabling and enabling keep Mask Bits and entries; disabling sends nothing and drops no event.',
  rules: ['MSIX-ENABLE-1', 'MSIX-ENABLE-2', 'MSIX-ENABLE-3'],
  when: (step) => isControl(step) && step.before.enabled !== step.after.enabled,
  holds: (step, vector) =>
    step.before.masked(vector) === step.after.masked(vector) &&
    step.before.entry(vector) === step.after.entry(vector) &&
    (step.after.enabled ||
      (sent(step, vector).length === 0 && step.before.pending(vector) === step.after.pending(vector))),
};

/** P15 FmaskIndependent. */
export const FmaskIndependentStep: FunctionStepProperty = {
  kind: 'step',
  name: 'FmaskIndependentStep',
  number: 'P15',
  title: 'Function Mask changes no Mask Bit, and a Mask Bit does not change Function Mask.',
  rules: ['MSIX-MASK-3'],
  needs: 'a Function Mask',
  when: (step, vector) =>
    step.before.functionMask !== undefined &&
    ((isControl(step) && step.before.functionMask !== step.after.functionMask) ||
      isEvent(step, 'guest.mask', vector) ||
      isEvent(step, 'guest.unmask', vector)),
  holds: (step, vector) =>
    isControl(step)
      ? step.before.masked(vector) === step.after.masked(vector)
      : step.before.functionMask === step.after.functionMask,
};

/** P16 PBATruth. */
export const PBATruthStep: FunctionStepProperty = {
  kind: 'step',
  name: 'PBATruthStep',
  number: 'P16',
  title: 'An event is sent or shows as pending, and stays so until it is sent, retired or reset.',
  rules: ['MSIX-PBA-4', 'MSIX-PEND-1', 'MSIX-PEND-4', 'MSIX-ENABLE-2'],
  when: (step, vector) =>
    isEvent(step, 'device.signal', vector) ||
    (step.before.pending(vector) && !isEvent(step, 'device.retire', vector) && step.event !== RESET),
  holds: (step, vector) => step.after.pending(vector) || sent(step, vector).length > 0,
};

/** P20 IndependentVectors, as far as one step shows it. */
export const IndependentVectorsStep: FunctionStepProperty = {
  kind: 'step',
  name: 'IndependentVectorsStep',
  number: 'P20',
  title: "An event of one vector changes nothing of another's, and makes it send nothing.",
  rules: ['MSIX-MASK-4'],
  needs: 'a second vector',
  when: (step, vector) => (eventOf(step.event).vector ?? vector) !== vector,
  holds: (step, vector) =>
    outputsOf(step.outputs).every((output) => output.vector !== vector) &&
    step.before.masked(vector) === step.after.masked(vector) &&
    step.before.pending(vector) === step.after.pending(vector) &&
    step.before.entry(vector) === step.after.entry(vector) &&
    step.before.force(vector) === step.after.force(vector),
};

/** P23 NotifierAlternation. Exactly one notification at each blocking edge makes them alternate. */
export const NotifierAlternationStep: FunctionStepProperty = {
  kind: 'step',
  name: 'NotifierAlternationStep',
  number: 'P23',
  title: 'Each edge of a vector is told once, with the message that comes into force; what is no edge is not told.',
  rules: ['MSIX-NOTIFY-1', 'MSIX-RESET-5'],
  when: (step, vector) =>
    notified(step, vector).length > 0 || blocked(step.before, vector) !== blocked(step.after, vector),
  holds: (step, vector) => {
    const { before, after } = step;
    const edge = blocked(before, vector) !== blocked(after, vector);
    const told = blocked(after, vector) ? `release.${vector}` : `use.${vector}.${after.force(vector)}`;
    return notified(step, vector).join() === (edge ? told : '');
  },
};

/** P23 NotifierAlternation, in one state: what the notifications have said is so. */
export const InForceInv: FunctionInvariant = {
  kind: 'invariant',
  name: 'InForceInv',
  number: 'P23',
  title: 'A vector has a message in force exactly while it is not blocked.',
  rules: ['MSIX-NOTIFY-1', 'MSIX-MASK-1'],
  when: () => true,
  holds: (state, vector) => (state.force(vector) === undefined) === blocked(state, vector),
};

/** All properties of a function, in the order of the bugs that they stand for. */
export const FUNCTION_PROPERTIES: readonly Property<FunctionView>[] = [
  NoDeliverBlockedStep,
  PendingTransientInv,
  NoSpuriousStep,
  LatchOnUnmaskStep,
  NoTornStep,
  SingleViewStep,
  EntryStep,
  ResetStateStep,
  DisableRoundTripStep,
  FmaskIndependentStep,
  PBATruthStep,
  IndependentVectorsStep,
  NotifierAlternationStep,
  InForceInv,
];
