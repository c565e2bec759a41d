/**
 * The programs of `format.ts`, interpreted for an explorer: the events in a state, one after the other. A translated program (`expand.ts`) takes a fraction of the
 * time, but V8 compiles it first, again whenever it meets a branch that it has not seen; for some ten thousand states that takes longer than all of this.
 */
import * as format from './format.ts';
import type { CompiledMachine } from './format.ts';
import { hasTaken } from './step.ts';

// A module-level alias costs nothing in a hot loop, where an imported binding cost more than twice a literal.
const WORD = format.WORD;
const MASK = format.MASK;
const VALUE = format.VALUE;
const THEN = format.THEN;
const ELSE = format.ELSE;
const KEEP = format.KEEP;
const SET = format.SET;
const LIST = format.LIST;
const TAKEN = format.TAKEN;
const OPERATION = format.OPERATION;
const TEST = format.TEST;
const TAKE = format.TAKE;
const UNLESS = format.UNLESS;

/**
 * Tries events in the state that begins at `from` in `states`, and writes to `targets` the states after those that are taken, and to `events` which
 * events these are. Returns how many were taken.
 * @param taken Scratch, with room for as many transitions as the machine has.
 * @param asked The events that are tried: a set, a bit for each in words of 32.
 */
export function interpretAll(
  compiled: CompiledMachine,
  states: Int32Array,
  from: number,
  targets: Int32Array,
  events: Int32Array,
  taken: Int32Array,
  asked: Int32Array,
): number {
  if (compiled.wordCount === 1) return interpretWord(compiled, states[from], targets, events, taken, asked);
  const { code, starts, lists, wordCount } = compiled;
  let count = 0;
  let to = 0;
  for (let part = 0; part < asked.length; part++) {
    for (let open = asked[part]; open !== 0; open &= open - 1) {
      const event = 32 * part + 31 - Math.clz32(open & -open);
      let takenCount = 0;
      let at = starts[event];
      // Every address outside of the code is an end. Mostly the event is ignored, and nothing is written.
      while (at >= 0) {
        const operation = code[at + OPERATION];
        if (operation === TEST) {
          const isSo = (states[from + code[at + WORD]] & code[at + MASK]) === code[at + VALUE];
          at = isSo ? code[at + THEN] : code[at + ELSE];
        } else if (operation === UNLESS) {
          at = hasTaken(lists, code[at + LIST], taken, takenCount) ? code[at + ELSE] : code[at + THEN];
        } else {
          if (takenCount === 0) for (let word = 0; word < wordCount; word++) targets[to + word] = states[from + word];
          const word = to + code[at + WORD];
          targets[word] = (targets[word] & code[at + KEEP]) | code[at + SET];
          if (operation === TAKE) taken[takenCount++] = code[at + TAKEN];
          at = code[at + THEN];
        }
      }
      if (takenCount === 0) continue;
      events[count++] = event;
      to += wordCount;
    }
  }
  return count;
}

/** The same, where a state is one word: as most are. */
function interpretWord(
  { code, starts, lists }: CompiledMachine,
  state: number,
  targets: Int32Array,
  events: Int32Array,
  taken: Int32Array,
  asked: Int32Array,
): number {
  let count = 0;
  for (let part = 0; part < asked.length; part++) {
    for (let open = asked[part]; open !== 0; open &= open - 1) {
      const event = 32 * part + 31 - Math.clz32(open & -open);
      let takenCount = 0;
      let target = state;
      let at = starts[event];
      while (at >= 0) {
        const operation = code[at + OPERATION];
        if (operation === TEST) {
          at = (state & code[at + MASK]) === code[at + VALUE] ? code[at + THEN] : code[at + ELSE];
        } else if (operation === UNLESS) {
          at = hasTaken(lists, code[at + LIST], taken, takenCount) ? code[at + ELSE] : code[at + THEN];
        } else {
          target = (target & code[at + KEEP]) | code[at + SET];
          if (operation === TAKE) taken[takenCount++] = code[at + TAKEN];
          at = code[at + THEN];
        }
      }
      if (takenCount === 0) continue;
      targets[count] = target;
      events[count++] = event;
    }
  }
  return count;
}
