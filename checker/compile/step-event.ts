/**
 * One event at a time, and what came of it: the words in which a translated step and a plain one say so, and the plain one.
 */
import type { CompiledMachine } from './format.ts';
import { Stepper } from './step.ts';

/**
 * Takes one event in the state that begins at `from` in `states`, and writes the state after it to `target`. Returns `IGNORED`,
 * `SILENT` where the step puts out nothing, or `TALKING` where it may: a stepper says what.
 */
export type StepEvent = (
  states: Int32Array,
  from: number,
  target: Int32Array,
) => typeof IGNORED | typeof SILENT | typeof TALKING;
export const IGNORED = 0;
export const SILENT = 1;
export const TALKING = 2;

/** Takes an event by the stepper: slower than what is translated, and any step of it may put out something. */
export function createPlainStep(compiled: CompiledMachine, event: number): StepEvent {
  const stepper = new Stepper(compiled);
  return (states, from, target) => {
    stepper.stepWords(states, from, event, target, 0);
    return stepper.takenCount === 0 ? IGNORED : TALKING;
  };
}
