/**
 * The properties of the way between function and host: what the option `channel` of the machine adds. The implementation
 * sends within the step, so they are about the machine alone.
 */
import type { StepProperty, StepView } from '../checker/decide/property.ts';
import { READ } from '../machines/alphabet.ts';
import { outputsOf, sent } from './function.ts';
import type { FunctionView } from './view.ts';

type FunctionStep = StepView<FunctionView>;

/** The messages of a vector that a step delivers. */
function delivered(step: FunctionStep, vector: number): string[] {
  const outputs = outputsOf(step.outputs);
  return outputs.filter((each) => each.verb === 'deliver' && each.vector === vector).map((each) => each.message ?? '');
}

/** What of a vector is in transit, as a list of one message or none. */
function inTransit(view: FunctionView, vector: number): string[] {
  const message = view.transit?.(vector);
  return message === undefined ? [] : [message];
}

/** P7 FlushOnRead. */
export const FlushOnReadStep: StepProperty<FunctionView> = {
  kind: 'step',
  name: 'FlushOnReadStep',
  number: 'P7',
  title: 'Once a read has completed, nothing that was sent before is still on its way.',
  rules: ['MSIX-MSG-5'],
  needs: 'a channel',
  when: (step, vector) => step.event === READ && inTransit(step.before, vector).length > 0,
  holds: (step, vector) => inTransit(step.after, vector).length === 0,
};

/** P1, P4 and P6, at arrival. */
export const DeliverSentStep: StepProperty<FunctionView> = {
  kind: 'step',
  name: 'DeliverSentStep',
  title:
    'What is delivered, and what is on its way afterwards, is what was on its way and what is sent, in that order.',
  rules: ['MSIX-MSG-5', 'MSIX-MSG-3'],
  needs: 'a channel',
  when: (step, vector) =>
    step.after.transit !== undefined &&
    (step.before.transit?.(vector) !== undefined ||
      step.after.transit(vector) !== undefined ||
      sent(step, vector).length > 0),
  holds: (step, vector) =>
    [...delivered(step, vector), ...inTransit(step.after, vector)].join() ===
    [...inTransit(step.before, vector), ...sent(step, vector)].join(),
};

/** All properties of the way. */
export const CHANNEL_PROPERTIES: readonly StepProperty<FunctionView>[] = [FlushOnReadStep, DeliverSentStep];
