/**
 * Entries that a guest writes while their vectors are not blocked, as Linux did before 5.15. What is sent then is left open: the message from
 * before, or any that the entry has been since. Owns which messages these are.
 */
import type { Entries } from './events.ts';

/** Messages that are kept of each vector: a guest that goes on so without end has shown enough. */
const KEPT = 256;

/** Follows the writes of entries that are in use. */
export class Rewritten {
  /** Whether a message was accepted for this reason. */
  used = false;
  private readonly entries: Entries;
  /** What each vector's entry has been since it was unblocked, but for what it was then. */
  private readonly messages = new Map<number, Set<string>>();

  constructor(entries: Entries) {
    this.entries = entries;
  }

  /** Takes that the entry of a vector was written, and whether the vector is blocked then. */
  take(vector: number, isBlocked: boolean): void {
    if (isBlocked) return void this.messages.delete(vector);
    let messages = this.messages.get(vector);
    if (messages === undefined) this.messages.set(vector, (messages = new Set()));
    if (messages.size < KEPT) messages.add(this.entries.nameOf(vector));
  }

  /** Every vector is blocked. */
  clear(): void {
    this.messages.clear();
  }

  /** Whether a vector may send this message. */
  may(vector: number, name: string): boolean {
    return this.messages.get(vector)?.has(name) ?? false;
  }

  /** A vector that is not blocked, and may send this message; undefined when there is none. */
  vectorOf(name: string, inForce: readonly (string | undefined)[]): number | undefined {
    for (const [vector, messages] of this.messages)
      if (inForce[vector] !== undefined && messages.has(name)) return vector;
    return undefined;
  }
}
