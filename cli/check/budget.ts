/**
 * How much a check may take. What it does not get to is told as open, and the exit status says so.
 */
import type { ExploreLimits } from '../../checker/explore/tally.ts';

/** The budgets of a check; what is left out has no bound, but for the memory of an exploration: 4 GB. */
export interface Budgets {
  /** Of one exploration. */
  readonly states?: number;
  /** Of the tables of one exploration, in bytes. */
  readonly memory?: number;
  /** Of the whole check. */
  readonly seconds?: number;
}

/** The budgets of a check that has begun. */
export class Budget {
  private readonly budgets: Budgets;
  private readonly start = performance.now();

  constructor(budgets: Budgets = {}) {
    this.budgets = budgets;
  }

  /** Since the check began. */
  get seconds(): number {
    return (performance.now() - this.start) / 1000;
  }

  /** Whether the time is up. */
  get isOver(): boolean {
    return this.milliseconds <= 0;
  }

  /** The time that is left: none once it is up, never less. */
  get milliseconds(): number {
    return Math.max(0, 1000 * ((this.budgets.seconds ?? Infinity) - this.seconds));
  }

  /** The time that is left in seconds; undefined where it has no bound. */
  get secondsLeft(): number | undefined {
    return this.budgets.seconds === undefined ? undefined : this.milliseconds / 1000;
  }

  /** How far the next exploration may go. */
  get limits(): ExploreLimits {
    const { states, memory } = this.budgets;
    return { states, bytes: memory, milliseconds: this.milliseconds };
  }
}
