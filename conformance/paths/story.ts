/**
 * What was compared, in words: for the sentences that tell a difference.
 */
import { outputSentence } from '../../machines/alphabet.ts';

/** Tells outputs, in their order. */
export function tellOutputs(outputs: readonly string[]): string {
  return outputs.length === 0 ? 'nothing' : outputs.map((name) => `"${outputSentence(name)}"`).join(', then ');
}
