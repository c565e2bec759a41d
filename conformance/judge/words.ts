/**
 * What was got and what was expected, in words and registers.
 */
import { hex, wideHex } from '../device/hexadecimal.ts';
import type { Difference } from './evidence.ts';
import { ANY_SEND, readSend, UNANSWERED_ENTRY, UNKNOWN_ENTRY, UNKNOWN_SEND } from './fields.ts';
import type { MessageBook } from './messages.ts';

const bit = (value: number): string => (value === 1 ? 'set' : value === 0 ? 'clear' : 'neither');
const RESERVED = ['zero', 'ones', 'some ones'];

/** One difference, as a sentence. */
export function tellDifference({ field, expected, got }: Difference, vector: number, book: MessageBook): string {
  switch (field) {
    case 'mask':
      return `Got the Mask Bit of vector ${vector} ${got === 1 ? 'clear' : 'set'}; expected it ${expected === 1 ? 'clear' : 'set'}.`;
    case 'pending':
      return `Got the Pending bit of vector ${vector} ${bit(got)}; expected it ${bit(expected)}.`;
    case 'entry':
      return `Got ${tellEntry(book, vector, got)} in entry ${vector}; expected ${tellEntry(book, vector, expected)}.`;
    case 'send':
      return `Got ${tellSend(book, vector, got)} of vector ${vector}; expected ${tellSend(book, vector, expected)}.`;
    case 'usage':
      return `Got ${tellUsage(got)} of vector ${vector}; expected ${tellUsage(expected)}.`;
    case 'enable':
      return `Got MSI-X Enable ${bit(got)}; expected it ${bit(expected)}.`;
    case 'functionMask':
      return `Got Function Mask ${bit(got)}; expected it ${bit(expected)}.`;
    case 'constant':
      return `Got ${hex(got >>> 0)} in the first dword of the capability; expected ${hex(expected >>> 0)}, beside the two bits that can be written.`;
    case 'tableOffset':
    case 'pbaOffset':
      return `Got ${hex(got >>> 0)} in ${field === 'pbaOffset' ? 'PBA Offset and PBA BIR' : 'Table Offset and Table BIR'} after a write of ones; expected ${hex(expected >>> 0)}, as before it.`;
    case 'strayPending':
      return `Got ${hex(got >>> 0)} in bits of the Pending Bit Array that are of no vector; expected zero.`;
    default:
      return `Got ${RESERVED[got] ?? got} in the reserved bits of vector ${vector}; expected ${RESERVED[expected] ?? expected}.`;
  }
}

const tellUsage = (value: number): string =>
  ['no call', 'a call of use', 'a call of release'][value] ?? 'several calls';

function tellEntry(book: MessageBook, vector: number, message: number): string {
  if (message === UNANSWERED_ENTRY) return 'all ones, as where nobody answers,';
  if (message === UNKNOWN_ENTRY) return 'something that was never written';
  return `${book.names[message]} (${tellRegisters(book, vector, message)})`;
}

function tellSend(book: MessageBook, vector: number, code: number): string {
  if (code === 0) return 'no message';
  if (code <= ANY_SEND && code > ANY_SEND - 3) return 'a message, whatever it is,';
  if (code === UNKNOWN_SEND) return 'a message that its entry never held, or several different ones';
  const { message, times } = readSend(code);
  return `${['the message', 'twice the message', 'three times or more the message'][times - 1]} ${book.names[message]} (${tellRegisters(book, vector, message)})`;
}

function tellRegisters(book: MessageBook, vector: number, message: number): string {
  const [low, high, data] = [0, 1, 2].map((which) => book.word(vector, message, which));
  return `${wideHex(low, high)}:${hex(data)}`;
}
