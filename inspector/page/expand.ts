/**
 * What `checker/compile/expand.ts` is on the page, by an alias of the build: the page's policy forbids code made of text, so
 * there the stepper steps. It is the same, and slower, which is no matter for machines that are drawn. A test compares the two.
 */
import type { CompiledMachine } from '../../checker/compile/format.ts';
import { Stepper } from '../../checker/compile/step.ts';
import type { Expand, ExpandEvents, StepEvent } from '../../checker/compile/expand.ts';

export const IGNORED = 0;
export const SILENT = 1;
export const TALKING = 2;

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

/** Makes the function that takes each event. Of one that is taken, a stepper says what it puts out. */
export function createSteps(compiled: CompiledMachine): StepEvent[] {
  const stepper = new Stepper(compiled);
  return [...compiled.events.keys()].map((event) => (states, from, target) => {
    stepper.stepWords(states, from, event, target, 0);
    return stepper.takenCount === 0 ? IGNORED : TALKING;
  });
}

/** Nothing is written here: claims about steps are asked step by step. */
export function writeParts(): undefined {
  return undefined;
}

/** Whoever asks what an event may write is about to write a text, and gets none: any bit will do. */
export function writtenBits({ wordCount }: CompiledMachine): Int32Array {
  return new Int32Array(wordCount).fill(-1);
}
