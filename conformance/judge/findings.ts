/**
 * Findings: what was wrong, grouped by cause (the rules, the kind of access, the situation before and after), each with its shortest
 * trace. What was found is excused from then on, so that the next cause shows.
 */
import type { Action } from './actions.ts';
import type { Difference, Standing } from './blame.ts';
import type { Fault } from './judge.ts';
import type { MessageBook } from './messages.ts';
import { MORE_SENDS, UNKNOWN_ENTRY, UNKNOWN_SEND } from './fields.ts';

/** One cause. */
export interface Finding {
  /** What tells it from the others. */
  readonly signature: string;
  readonly rules: readonly string[];
  /** The kind of access: `unmask/4`, `control/1`, `read pba/8`. */
  readonly access: string;
  /** What blocked the vector before the access and after it. */
  readonly before: Standing;
  readonly after: Standing;
  /** The names of the actions, from a fresh instance; the last one is where it shows. */
  trace: readonly string[];
  /** What was expected and what was got, a clause each. */
  differences: readonly string[];
  /** How often it was seen. */
  count: number;
  /** Of how many tries on fresh instances the trace showed it; undefined when it was not tried. */
  reproduced?: { readonly shown: number; readonly tries: number };
  /** The strategy that found it. */
  strategy?: string;
  /** Whether nothing shorter shows it. */
  isShortest?: boolean;
}

/** Gathers findings. */
export class Findings {
  readonly all: Finding[] = [];
  private readonly excused = new Map<string, Finding>();

  /** Takes up what is wrong with a step. Returns the finding when it is new, or shorter than before. */
  add(
    faults: readonly Fault[],
    action: Action | undefined,
    book: MessageBook,
    trace: () => readonly string[],
  ): Finding | undefined {
    const signed = faults.map((fault) => ({ fault, signature: signatureOf(fault, action) }));
    const unknown = signed.filter(({ signature }) => !this.excused.has(signature));
    if (unknown.length === 0) {
      const found = this.excused.get(signed[0].signature)!;
      found.count++;
      return undefined;
    }
    const [first] = unknown;
    const finding: Finding = {
      signature: first.signature,
      rules: [...new Set(unknown.flatMap(({ fault }) => fault.rules))],
      access: action?.kind ?? 'a fresh instance',
      before: first.fault.before,
      after: first.fault.after,
      trace: trace(),
      differences: [
        ...new Set(
          unknown
            .slice(0, 4)
            .flatMap(({ fault }) => fault.differences.map((each) => tellDifference(each, fault, book))),
        ),
      ],
      count: 1,
    };
    for (const { signature } of unknown) this.excused.set(signature, finding);
    this.all.push(finding);
    return finding;
  }

  /** Takes up something that is wrong with the device itself: it threw, crashed, or hung. */
  addFailure(
    action: Action | undefined,
    request: string,
    text: string,
    trace: () => readonly string[],
  ): Finding | undefined {
    const access = action?.kind ?? 'a fresh instance';
    const signature = `failure|${access}`;
    const known = this.excused.get(signature);
    if (known !== undefined) {
      known.count++;
      return undefined;
    }
    const finding: Finding = {
      signature,
      rules: ['MSIX-ACCESS-1', 'MSIX-ACCESS-2'],
      access,
      before: 'off',
      after: 'off',
      trace: trace(),
      differences: [`Got ${text} at ${request}; expected an answer.`],
      count: 1,
    };
    this.excused.set(signature, finding);
    this.all.push(finding);
    return finding;
  }

  /** Whether something of this kind was found already. */
  isExcused(fault: Fault, action: Action | undefined): boolean {
    return this.excused.has(signatureOf(fault, action));
  }
}

/** What tells one cause from another. */
export function signatureOf(fault: Fault, action: Action | undefined): string {
  const fields = fault.differences.map(({ field, expected, got }) => `${field}${directionOf(field, expected, got)}`);
  const access = action?.kind ?? 'fresh';
  const relation = fault.isOfAnother ? 'another' : '';
  return [fault.rules.join('+'), fields.join('+'), access, relation, `${fault.before}>${fault.after}`].join('|');
}

function directionOf(field: Difference['field'], expected: number, got: number): string {
  if (field === 'entry') return '';
  if (field === 'constant' || field === 'strayPending') return '';
  if (field === 'send') return got === 0 ? '-' : expected === 0 ? '+' : got === UNKNOWN_SEND ? '?' : '~';
  return `${expected}${got}`;
}

/** One difference, as a sentence. */
function tellDifference({ field, expected, got }: Difference, fault: Fault, book: MessageBook): string {
  const { vector } = fault;
  const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;
  const bit = (value: number): string => (value === 1 ? 'set' : value === 0 ? 'clear' : 'neither');
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
      return `Got ${hex(got)} in the first dword of the capability; expected ${hex(expected)} beside the two bits that can be written.`;
    case 'strayPending':
      return `Got ${hex(got)} in bits of the Pending Bit Array that are of no vector; expected zero.`;
    default:
      return `Got ${RESERVED[got] ?? got} in the reserved bits of vector ${vector}; expected ${RESERVED[expected] ?? expected}.`;
  }
}

const RESERVED = ['zero', 'ones', 'some ones'];
const tellUsage = (value: number): string =>
  ['no call', 'a call of use', 'a call of release'][value] ?? 'several calls';

function tellEntry(book: MessageBook, vector: number, message: number): string {
  if (message === UNKNOWN_ENTRY) return 'something that was never written';
  return `${book.names[message]} (${tellRegisters(book, vector, message)})`;
}

function tellSend(book: MessageBook, vector: number, code: number): string {
  if (code === 0) return 'no message';
  if (code === UNKNOWN_SEND) return 'a message that its entry never held, or several different ones';
  const isMore = code >= MORE_SENDS;
  const message = code - (isMore ? MORE_SENDS : 1);
  return `${isMore ? 'more than one message' : 'the message'} ${book.names[message]} (${tellRegisters(book, vector, message)})`;
}

function tellRegisters(book: MessageBook, vector: number, message: number): string {
  const [low, high, data] = [0, 1, 2].map((which) => book.word(vector, message, which));
  const address = (BigInt(high) << 32n) | BigInt(low);
  return `0x${address.toString(16)}:0x${data.toString(16)}`;
}
