/**
 * How long somebody may look at a walk, when it is over: a device that loops for ever takes a tenth of a second for each step.
 */
import { pause } from '../judge/course.ts';

/** The time that is left. */
export interface TimeLeft {
  /** Whether it is over, or somebody has interrupted it. */
  isOver(): boolean;
  /** Rests a few times a second, so that an interrupt is heard. */
  rest(): Promise<void>;
}

/** Time until `deadline`, as of `performance.now()`. */
export const timeUntil = (deadline: number, isStopped: () => boolean = () => false): TimeLeft => ({
  isOver: () => isStopped() || performance.now() > deadline,
  rest: pause,
});
