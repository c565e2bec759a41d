/**
 * What an explorer need not search for. Two events are *independent* when neither writes what the other reads or writes: then both orders lead to
 * the same state, and neither makes the other possible or impossible.
 *
 * A state that was found from another by an event has, by each independent event of lower number, a successor that is known already: the lower
 * event was taken in the other state first, so what it led to is expanded earlier, and there the first event led to that successor. All states,
 * numbers, origins and counts of transitions stay as they are. It is the idea of sleep sets (Godefroid, Partial-Order Methods, 1996), where states
 * are kept and expanded in the order in which they are found, so that no set need be kept with a state: the event that found it is enough.
 */
import type { CompiledMachine } from '../compile/format.ts';
import { touchedBits } from '../compile/touched-bits.ts';

/** For an event, a byte for each other: whether its successor is known in a state that was found by the first. It is worked out where it is asked for. */
export function knownAfter(compiled: CompiledMachine): (found: number) => Uint8Array {
  const numbers = [...compiled.events.keys()];
  const all = numbers.map((event) => touchedBits(compiled, event));
  const written = all.map((each) => each.written);
  const touched = all.map((each) => each.read.map((word, at) => word | each.written[at]));
  const meet = (one: Int32Array, other: Int32Array): boolean => one.some((bits, word) => (bits & other[word]) !== 0);
  const rows: Uint8Array[] = [];
  return (found) =>
    (rows[found] ??= Uint8Array.from(numbers, (event) =>
      event < found && !meet(written[found], touched[event]) && !meet(written[event], touched[found]) ? 1 : 0,
    ));
}
