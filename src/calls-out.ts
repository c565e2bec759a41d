/**
 * Calls out of an assigned device: `sent`, `deliver`, `interrupt`. They come when the state is final, and one after the other.
 *
 * Whoever changes several things in a row holds them back meanwhile. What one of them brings about by calling back in is told when it has
 * returned, so none is ever called from within another of the same device. One that throws keeps none of the others from being told;
 * what was thrown is thrown when nothing is left to be said.
 */

/** Someone who is told of a vector, and of a message: three words from word `at`. It may throw, and call back in. */
export interface Listener {
  tell(words: Uint32Array, at: number, vector: number): void;
}

const MESSAGE_WORDS = 3;
const ENTRY_WORDS = 1 + MESSAGE_WORDS;
const ROOM_AT_START = 16;

/** The calls out of one device, with none to be made yet. Allocates only where more of them wait than ever before. */
export class CallsOut {
  /** How many hold them back, the telling of one included. */
  private depth = 0;
  private first = 0;
  private end = 0;
  private listeners: Listener[] = Array.from<Listener>({ length: ROOM_AT_START });
  /** Of each that waits: the vector, then the message. */
  private words = new Uint32Array(ENTRY_WORDS * ROOM_AT_START);

  /** Whether the next `release` makes calls. */
  get due(): boolean {
    return this.depth === 1 && this.end !== 0;
  }

  /** Holds them back until `release`. */
  hold(): void {
    this.depth++;
  }

  /** Ends what `hold` began; the last one makes the calls that wait, and throws what they threw. */
  release(): void {
    if (this.due) this.drain(NO_ERRORS);
    else this.depth--;
  }

  /** Tells a listener: now, or as soon as nobody holds it back. */
  tell(listener: Listener, words: Uint32Array, at: number, vector: number): void {
    if (this.depth !== 0) {
      this.keep(listener, words, at, vector);
      return;
    }
    this.depth = 1;
    let errors = NO_ERRORS;
    try {
      listener.tell(words, at, vector);
    } catch (error) {
      errors = [error];
    }
    this.drain(errors);
  }

  private keep(listener: Listener, words: Uint32Array, at: number, vector: number): void {
    if (this.end === this.listeners.length) this.grow();
    const to = ENTRY_WORDS * this.end;
    this.listeners[this.end++] = listener;
    this.words[to] = vector;
    for (let word = 0; word < MESSAGE_WORDS; word++) this.words[to + 1 + word] = words[at + word];
  }

  private grow(): void {
    const larger = new Uint32Array(2 * this.words.length);
    larger.set(this.words);
    this.words = larger;
    this.listeners.length *= 2;
  }

  /** Makes the calls that wait, and those that they bring about. */
  private drain(errors: readonly unknown[]): void {
    while (this.first < this.end) {
      const at = ENTRY_WORDS * this.first;
      const listener = this.listeners[this.first++];
      try {
        listener.tell(this.words, at + 1, this.words[at]);
      } catch (error) {
        errors = [...errors, error];
      }
    }
    this.first = 0;
    this.end = 0;
    this.depth = 0;
    throwAll('an assigned device', errors);
  }
}

/** The errors of the calls out that one call made; an array is made only when there is one. */
export const NO_ERRORS: readonly unknown[] = [];

/** Throws what functions that `caller` calls have thrown, now that nothing is left to be said. */
export function throwAll(caller: string, errors: readonly unknown[]): void {
  if (errors.length === 0) return;
  if (errors.length === 1) throw errors[0];
  throw new AggregateError(errors, `${errors.length} of the functions that ${caller} calls threw an error.`);
}
