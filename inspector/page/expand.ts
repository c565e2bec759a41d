/**
 * What `checker/compile/expand.ts` is on the page, by an alias of the build: the page's policy forbids code made of text, so
 * there the stepper steps. It is the same, and slower, which is no matter for machines that are drawn. A test compares the two.
 */
import type { CompiledMachine } from '../../checker/compile/format.ts';
import { Stepper } from '../../checker/compile/step.ts';
import type { Expand } from '../../checker/compile/expand.ts';

/** Makes the function that tries every event in a state. */
export function createExpand(compiled: CompiledMachine): Expand {
  const stepper = new Stepper(compiled);
  const { events, wordCount } = compiled;
  return (states, from, targets) => {
    let count = 0;
    for (let event = 0; event < events.length; event++) {
      stepper.stepWords(states, from, event, targets, count * wordCount);
      if (stepper.takenCount > 0) count++;
    }
    return count;
  };
}
