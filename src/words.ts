/**
 * Words of a state, copied and compared one by one. Mostly they are few, and `set`, and a view to set from, are calls that take longer than a
 * dozen of them.
 */

/** Copies all of `words` into `out` from word `at`. */
export function putWords(words: Uint32Array, out: Uint32Array, at: number): void {
  for (let word = 0; word < words.length; word++) out[at + word] = words[word];
}

/** Takes all of `words` from word `at` of `saved`. */
export function takeWords(words: Uint32Array, saved: Uint32Array, at: number): void {
  for (let word = 0; word < words.length; word++) words[word] = saved[at + word];
}

/** Whether two that are as long have the same words. */
export function sameWords(one: Uint32Array, other: Uint32Array): boolean {
  for (let word = 0; word < one.length; word++) if (one[word] !== other[word]) return false;
  return true;
}
