/**
 * Waiting, with bounds. A device that works in its own time has signalled when it says so, and its message may be on its way still. Whether
 * one must come, the function's own registers say: enabled and not masked, or else a Pending bit. It is waited for up to a bound:
 *
 *     prompt   there at the first look
 *     late     there at a later one; how long it took is kept
 *     absent   not there when the bound was over: lost, as far as anyone can tell
 */

/** What is asked while waiting. */
export interface Watched {
  stateOf(vector: number): Promise<{ readonly isEnabled: boolean; readonly isMasked: boolean }>;
  isPending(vector: number): Promise<boolean>;
  /** Looks for messages, and says whether there is any. */
  look(): Promise<boolean>;
}

/** What waiting came to. */
export class Waits {
  /** In milliseconds. */
  readonly bound: number;
  prompt = 0;
  late = 0;
  absent = 0;
  /** Signals while MSI-X was disabled: nothing must come. */
  unasked = 0;
  /** In milliseconds, of those that came late. */
  longest = 0;
  /** In milliseconds, all of it. */
  spent = 0;

  constructor(bound: number) {
    this.bound = bound;
  }

  /** Takes up that it was waited for everything to be quiet. */
  settled(milliseconds: number): void {
    this.spent += milliseconds;
  }

  /** Waits for what a signal must show. Returns whether it showed, or nothing must. */
  async for(watched: Watched, vector: number): Promise<boolean> {
    const began = performance.now();
    const { isEnabled, isMasked } = await watched.stateOf(vector);
    if (!isEnabled) {
      this.unasked++;
      return true;
    }
    for (let looks = 0; ; looks++) {
      const isThere = isMasked ? await watched.isPending(vector) : await watched.look();
      const elapsed = performance.now() - began;
      if (isThere) {
        if (looks === 0) this.prompt++;
        else {
          this.late++;
          this.longest = Math.max(this.longest, elapsed);
          this.spent += elapsed;
        }
        return true;
      }
      if (elapsed < this.bound) continue;
      this.absent++;
      this.spent += elapsed;
      return false;
    }
  }

  /** A sentence, and where nothing was waited for, nothing. */
  get told(): string | undefined {
    const { prompt, late, absent, longest, bound } = this;
    if (prompt + late + absent === 0) return undefined;
    const lateWords = late === 0 ? 'none later' : `${late} later, the last of them after ${longest.toFixed(1)} ms`;
    return `Of ${prompt + late + absent} events that must show, ${prompt} showed at once, ${lateWords}, ${absent} not within ${bound} ms.`;
  }
}
