/**
 * States of a device as handles: equal states get the same one, and each is kept whole, once.
 */
import type { Snapshot } from './device.ts';

/** Keeps states as a device writes them down: in words, or as a text. */
export class Snapshots<State extends Uint32Array | string = Uint32Array> {
  /** The handles of the states of each text, or of each hash of words. */
  private readonly handles = new Map<string | number, Snapshot[]>();
  private readonly states: State[] = [];

  /** The handle of a state. The state is kept, and must not be changed afterwards. */
  handleOf(state: State): Snapshot {
    const key = typeof state === 'string' ? state : hashOf(state);
    const alike = this.handles.get(key);
    const known = alike?.find((handle) => isSame(this.states[handle], state));
    if (known !== undefined) return known;
    const handle = this.states.push(state) - 1;
    if (alike === undefined) this.handles.set(key, [handle]);
    else alike.push(handle);
    return handle;
  }

  /** The state behind a handle. @throws {RangeError} for a handle that was never given. */
  stateOf(snapshot: Snapshot): State {
    const state = this.states[snapshot];
    if (state === undefined)
      throw new RangeError(`Got the snapshot ${snapshot}; expected one of the ${this.states.length} that were taken.`);
    return state;
  }
}

function hashOf(words: Uint32Array): number {
  let hash = words.length;
  for (let word = 0; word < words.length; word++) hash = Math.imul(hash ^ words[word], 0x9e3779b1) ^ (hash >>> 15);
  return hash;
}

function isSame(one: Uint32Array | string, other: Uint32Array | string): boolean {
  if (typeof one === 'string' || typeof other === 'string') return one === other;
  if (one.length !== other.length) return false;
  for (let word = 0; word < one.length; word++) if (one[word] !== other[word]) return false;
  return true;
}
