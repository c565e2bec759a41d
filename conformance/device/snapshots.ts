/**
 * States of a device as handles: equal states get the same one, and each is kept whole, once.
 */
import type { Snapshot } from './device.ts';

/** Keeps states that a device writes down in words. */
export class Snapshots {
  private readonly handles = new Map<string, Snapshot>();
  private readonly states: Uint32Array[] = [];

  /** The handle of a state. The words are kept, and must not be changed afterwards. */
  handleOf(words: Uint32Array): Snapshot {
    const key = words.join();
    const known = this.handles.get(key);
    if (known !== undefined) return known;
    this.handles.set(key, this.states.length);
    return this.states.push(words) - 1;
  }

  /** The words behind a handle. @throws {RangeError} for a handle that was never given. */
  wordsOf(snapshot: Snapshot): Uint32Array {
    const words = this.states[snapshot];
    if (words === undefined)
      throw new RangeError(`Got the snapshot ${snapshot}; expected one of the ${this.states.length} that were taken.`);
    return words;
  }
}
