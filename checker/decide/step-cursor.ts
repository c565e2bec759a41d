/**
 * One step of an exploration, looked at from several sides, each of which is worked out once at most: predicates over steps ask
 * for the same step again and again, and most are decided by the state before it.
 */
import { Stepper } from '../compile/step.ts';
import type { Exploration } from '../explore/explore.ts';

/** A step: a state by its number, and an event by its number. It stands where it was last moved to. */
export class StepCursor {
  state = 0;
  event = 0;
  private readonly exploration: Exploration;
  private readonly stepper: Stepper;
  private readonly after: Int32Array;
  private readonly sorted: Int32Array;
  private isStepped = false;
  private names: readonly string[] | undefined;
  private found: number | undefined;

  constructor(exploration: Exploration) {
    this.exploration = exploration;
    this.stepper = new Stepper(exploration.compiled);
    this.after = new Int32Array(exploration.compiled.wordCount);
    this.sorted = new Int32Array(exploration.compiled.wordCount);
  }

  /** Moves to another step. */
  moveTo(state: number, event: number): void {
    this.state = state;
    this.event = event;
    this.isStepped = false;
    this.names = undefined;
    this.found = undefined;
  }

  /** Whether any transition takes the event. */
  get taken(): boolean {
    this.step();
    return this.stepper.takenCount > 0;
  }

  /** The outputs, in order. Equal lists are one object. */
  get outputs(): readonly string[] {
    this.step();
    this.names ??= this.stepper.outputs(this.exploration.states.words, this.from);
    return this.names;
  }

  /** The number of the state after the step; with symmetry, of the one that stands for its orbit. */
  get target(): number {
    this.step();
    if (this.found === undefined) {
      const { states, symmetry } = this.exploration;
      if (symmetry === undefined) this.found = states.find(this.after, 0);
      else {
        this.sorted.set(this.after);
        symmetry.canonicalize(this.sorted, 1);
        this.found = states.find(this.sorted, 0);
      }
    }
    return this.found;
  }

  /** The words of the state after the step; with symmetry, of the one that it leads to and not of the one that stands for its orbit. */
  get targetWords(): Int32Array {
    this.step();
    return this.after;
  }

  /** The words of all states, and where those of the state before the step begin. */
  get words(): Int32Array {
    return this.exploration.states.words;
  }

  get from(): number {
    return this.state * this.exploration.compiled.wordCount;
  }

  private step(): void {
    if (this.isStepped) return;
    this.stepper.stepWords(this.exploration.states.words, this.from, this.event, this.after, 0);
    this.isStepped = true;
  }
}
