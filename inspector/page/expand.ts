/**
 * What `checker/compile/expand.ts` is on the page, by an alias of the build: the page's policy forbids code made of text, so
 * there the stepper steps. It is the same, and slower, which is no matter for machines that are drawn. A test compares the two.
 */
import type { CompiledMachine } from '../../checker/compile/format.ts';
import { createPlainStep, type StepEvent } from '../../checker/compile/step-event.ts';
import { Stepper } from '../../checker/compile/step.ts';
import type { Expand, ExpandEvents } from '../../checker/compile/expand.ts';

/** Makes the function that tries every event in a state. */
export function createExpand(compiled: CompiledMachine): Expand {
  const expand = createExpandEvents(compiled);
  const taken = new Int32Array(compiled.events.length);
  return (states, from, targets) => expand(states, from, targets, taken);
}

/** The same, for who asks which events are taken. */
export function createExpandEvents(compiled: CompiledMachine): ExpandEvents {
  const stepper = new Stepper(compiled);
  const { events, wordCount } = compiled;
  return (states, from, targets, taken) => {
    let count = 0;
    for (let event = 0; event < events.length; event++) {
      stepper.stepWords(states, from, event, targets, count * wordCount);
      if (stepper.takenCount > 0) taken[count++] = event;
    }
    return count;
  };
}

/** One event at a time. */
export function createSteps(compiled: CompiledMachine): StepEvent[] {
  return [...compiled.events.keys()].map((event) => createPlainStep(compiled, event));
}

/** Nothing is written here. */
export function writeParts(): undefined {
  return undefined;
}
