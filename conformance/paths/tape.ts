/**
 * What is done to a device and what must come of it, event after event, in one list of numbers: what a walk goes through millions of times then lies in one
 * piece of memory, in the order in which it is needed. Of each event there stand on it
 *
 *     its number
 *     how many acts, and of each: what is called, the offset or the vector, the width, the lower dword, the upper
 *     how many words of outputs, and those (`output-words.ts`)
 *     how many words of the device's memory the event flips, and of each which it is, and which of its bits
 */
import type { WordDevice } from '../device/in-process.ts';
import type { OutputWords } from '../device/output-words.ts';
import type { Flips } from './region-words.ts';

const CALLS = ['configWrite', 'tableWrite', 'signal', 'retire', 'reset'] as const;

/** An access, a signal, a retirement or a reset of a device: what is called, and with what. A closure for each would be a call that V8 cannot foresee. */
export interface Act {
  readonly call: (typeof CALLS)[number];
  /** The offset, or the vector. */
  readonly at: number;
  readonly bytes: number;
  readonly low: number;
  readonly high: number;
}

/** An event, and what must come of it. */
export interface TapedEvent {
  readonly event: number;
  /** Written, by `actWords`. */
  readonly acts: Int32Array;
  readonly put: OutputWords;
  readonly flips: Flips;
}

const ACT_WORDS = 5;

/** Writes acts: how many, and then each. */
export function actWords(acts: readonly Act[]): Int32Array {
  const words = acts.flatMap(({ call, at, bytes, low, high }) => [CALLS.indexOf(call), at, bytes, low, high]);
  return Int32Array.from([acts.length, ...words]);
}

/** Writes events onto a tape. */
export function tapeOf(events: readonly TapedEvent[]): Int32Array {
  return Int32Array.from(
    events.flatMap(({ event, acts, put, flips }) => {
      const words = put.toWords();
      return [event, ...acts, words.length, ...words, flips.length / 2, ...flips];
    }),
  );
}

/** Performs the acts that stand at `at`; returns where the outputs stand. */
export function performActs(tape: Int32Array, at: number, device: WordDevice): number {
  const from = at + 1;
  const end = from + ACT_WORDS * tape[at];
  for (let act = from; act < end; act += ACT_WORDS) {
    const place = tape[act + 1];
    switch (tape[act]) {
      case 0:
        device.configWrite(place, tape[act + 2], tape[act + 3] >>> 0);
        break;
      case 1:
        device.tableWrite(place, tape[act + 2], tape[act + 3] >>> 0, tape[act + 4] >>> 0);
        break;
      case 2:
        device.signal(place);
        break;
      case 3:
        device.retire(place);
        break;
      default:
        device.reset();
    }
  }
  return end;
}

/** Flips the words whose number stands at `at`; returns where the next event stands. */
export function flipWords(tape: Int32Array, at: number, memory: Uint32Array): number {
  const end = at + 1 + 2 * tape[at];
  for (let word = at + 1; word < end; word += 2) memory[tape[word]] ^= tape[word + 1];
  return end;
}
