/**
 * States of a device as handles: equal states get the same one, and each is kept whole, once.
 */
import type { Snapshot } from './device.ts';

/** Keeps states as a device writes them down: in words, or as a text. */
export class Snapshots<State extends Uint32Array | string = Uint32Array> {
  private readonly handles = new Map<string, Snapshot>();
  private readonly states: State[] = [];

  /** The handle of a state. The state is kept, and must not be changed afterwards. */
  handleOf(state: State): Snapshot {
    const key = typeof state === 'string' ? state : state.join();
    const known = this.handles.get(key);
    if (known !== undefined) return known;
    this.handles.set(key, this.states.length);
    return this.states.push(state) - 1;
  }

  /** The state behind a handle. @throws {RangeError} for a handle that was never given. */
  stateOf(snapshot: Snapshot): State {
    const state = this.states[snapshot];
    if (state === undefined)
      throw new RangeError(`Got the snapshot ${snapshot}; expected one of the ${this.states.length} that were taken.`);
    return state;
  }
}
