/**
 * Events and outputs in words, each name that a machine has for a message with the registers that it stands for.
 */
import { eventSentence, outputSentence, readEvent, readOutput } from '../../machines/alphabet.ts';
import { hex, wideHex } from '../device/hexadecimal.ts';
import { messageOf } from '../device/words.ts';

/** What something differs in: "the Mask Bit of entry 0", "reads 0x1", "0x0". */
export interface Clause {
  /** What differs: a register by its name, or the outputs. */
  readonly subject: string;
  /** What it does, with its verb. */
  readonly got: string;
  readonly expected: string;
}

/** Tells a clause: "the Mask Bit of entry 0 reads 0x1; expected 0x0". */
export const tellClause = ({ subject, got, expected }: Clause): string => `${subject} ${got}; expected ${expected}`;

/** Tells outputs, in their order. */
export function tellOutputs(outputs: readonly string[]): string {
  if (outputs.length === 0) return 'nothing';
  return outputs
    .map((name) => {
      const { vector, message } = readOutput(name);
      return `"${outputSentence(name)}"${registersOf(message, vector)}`;
    })
    .join(', then ');
}

/** Tells events, one to a line. */
export function tellSteps(path: readonly string[]): string[] {
  return path.map((name, index) => `  ${index + 1}. ${tellEvent(name)}`);
}

/** Tells an event. */
export function tellEvent(name: string): string {
  const { vector = 0, value } = readEvent(name);
  return `${eventSentence(name)}${registersOf(value, vector)}`;
}

/** The registers behind the name of a message, or of a half of one, in parentheses; nothing for any other word. */
export function registersOf(name: string | undefined, vector: number): string {
  const [, address, data] = /^(address\d)?(data\d)?$/.exec(name ?? '') ?? [];
  if (name === undefined || (!['zero', 'A', 'B'].includes(name) && address === undefined && data === undefined))
    return '';
  const isHalf = (address === undefined) !== (data === undefined);
  const [low, high, word] = messageOf(isHalf ? `${address ?? 'address0'}${data ?? 'data0'}` : name, vector);
  const fields = [`address ${wideHex(low, high)}`, `data ${hex(word)}`].filter(
    (_, field) => !isHalf || (field === 0) === (data === undefined),
  );
  return ` (${fields.join(', ')})`;
}
