/**
 * Signals that a device tells of by itself, and the messages that must follow them. With these, and only with these, a message that is
 * missing shows by itself.
 */
import type { Disagreement } from './results.ts';

/** Signals that nothing followed are kept up to this number. */
const UNANSWERED_KEPT = 100;

interface ToldSignal {
  readonly line: number;
  readonly text: string;
  /** Whether the vector could send at the access before this one. */
  readonly sendable: boolean;
}

/** A signal that no message followed. */
export interface Unanswered extends Disagreement {
  readonly vector: number;
}

/** Follows the signals of one function. */
export class Signals {
  /** Signals that no message has followed yet, by vector. */
  private readonly open = new Map<number, ToldSignal>();
  private readonly unanswered: Unanswered[] = [];
  private answered = 0;
  private untold = 0;

  /**
   * Takes a signal of an enabled function; `inForce` is the message of the vector, where it is not blocked. Events of a blocked vector
   * coalesce; of another, each has its message before the next one.
   */
  take(
    vector: number,
    line: number,
    text: string,
    inForce: string | undefined,
    seen: (vector: number) => boolean,
  ): void {
    //= MSIX-PEND-4
    const before = this.open.get(vector);
    if (before !== undefined && before.sendable && inForce !== undefined)
      this.miss(vector, before, inForce, line, seen);
    if (before === undefined || before.sendable) {
      this.open.set(vector, { line, text, sendable: inForce !== undefined });
    }
  }

  /** The vector that was signalled at the very end of the log; undefined where none was. */
  cutShort: number | undefined;

  /** Takes a message of a vector. Says whether a signal was told before it. */
  answer(vector: number): void {
    if (this.open.delete(vector)) this.answered++;
    else this.untold++;
  }

  /** A guest reads that nothing is pending: the device has taken back what it signalled. */
  retire(vector: number): void {
    this.open.delete(vector);
  }

  /** A reset loses what was signalled. */
  clear(): void {
    this.open.clear();
  }

  /**
   * Before the next access: a signal of a vector that is not blocked has sent its message. `inForce` are the messages in force, and `seen`
   * says whether a message of a vector would stand in the log.
   */
  collect(line: number, inForce: readonly (string | undefined)[], seen: (vector: number) => boolean): void {
    if (this.open.size === 0) return;
    for (const [vector, signal] of this.open) {
      const name = inForce[vector];
      if (name === undefined) continue;
      if (!signal.sendable) {
        // Unblocked by the last access: what was pending leaves now, before the next one.
        this.open.set(vector, { ...signal, sendable: true });
        continue;
      }
      if (signal.line === line) {
        this.cutShort = vector;
        continue;
      }
      this.open.delete(vector);
      this.miss(vector, signal, name, line, seen);
    }
  }

  private miss(
    vector: number,
    signal: ToldSignal,
    name: string,
    before: number,
    seen: (vector: number) => boolean,
  ): void {
    if (!seen(vector) || this.unanswered.length === UNANSWERED_KEPT) return;
    this.unanswered.push({
      line: signal.line,
      text: signal.text,
      vector,
      expected: `Vector ${vector} is signalled, and sends ${name} before line ${before}.`,
      got: 'There is no such message.',
    });
  }

  /** Whether every message had its signal: then the device tells them all. */
  get complete(): boolean {
    return this.untold === 0 && this.answered > 0;
  }

  /** Signals without a message, which are faults if the device tells them all. */
  get faults(): readonly Unanswered[] {
    return this.complete ? this.unanswered : [];
  }
}
