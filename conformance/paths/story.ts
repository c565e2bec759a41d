/**
 * What was compared, in words: for the sentences that tell a difference.
 */
import { outputSentence } from '../../machines/alphabet.ts';

/** Tells outputs, in their order. */
export function tellOutputs(outputs: readonly string[]): string {
  return outputs.length === 0 ? 'nothing' : outputs.map((name) => `"${outputSentence(name)}"`).join(', then ');
}

const FIELDS = ['Message Address', 'Message Upper Address', 'Message Data', 'Vector Control'];

/** Names a dword of `peekInto`, of a function with `vectorCount` vectors. */
export function dwordName(word: number, vectorCount: number): string {
  if (word === 0) return 'Message Control';
  const field = word - 1;
  if (field < 4 * vectorCount) return `${FIELDS[field & 3]} of vector ${field >>> 2}`;
  return `dword ${field - 4 * vectorCount} of the Pending Bit Array`;
}
