/**
 * The messages of the permitted function: those that a suite writes, and one that stands for whatever else an entry may hold.
 */
import { type MessageSet, wholeMessages } from '../messages.ts';

/** What an entry holds that nobody here wrote: after a reset perhaps, or after a wrong write. What it is, is read. */
export const OTHER = 'other';
/** What an entry holds after a reset that may leave anything, until it is read or written. */
export const UNDEFINED = 'undefined';

/** What a vector sends whose entry was changed while it was not masked: any message at all. */
export const TORN = 'torn';

/** Zero, two messages, and `C`, whose data is zero: an entry with data of zero is an entry like any other (MSIX-MSG-6). */
export const JUDGED: MessageSet = wholeMessages('judged', ['zero', 'A', 'B', 'C']);
/** Zero and one message. */
export const SMALL: MessageSet = wholeMessages('small', ['zero', 'A']);
/** A message of an x86, one to another address below 4 GiB, and one above. */
export const ADDRESSES: MessageSet = wholeMessages('addresses', ['zero', 'A', 'far', 'high']);

const PARTS = [0, 1, 2];
const partsName = (address: number, data: number): string =>
  address + data === 0 ? 'zero' : `address${address}data${data}`;
const partsOf = (message: string): readonly [number, number] => {
  const [, address, data] = /^address(\d)data(\d)$/.exec(message) ?? ['', '0', '0'];
  return [Number(address), Number(data)];
};

/** Address and data apart, zero and two values each: what it takes to see a torn message (MSIX-MSG-3). */
export const PARTED: MessageSet = {
  name: 'parted',
  values: PARTS.flatMap((address) => PARTS.map((data) => partsName(address, data))),
  writes: [1, 2].flatMap((value) => [
    {
      name: `address${value}`,
      result: (message) => (message === OTHER ? OTHER : partsName(value, partsOf(message)[1])),
    },
    { name: `data${value}`, result: (message) => (message === OTHER ? OTHER : partsName(partsOf(message)[0], value)) },
  ]),
};

/** Whether a message goes to the interrupt controller of an x86. */
export const isOfX86 = (message: string): boolean => message !== 'far' && message !== 'high' && !isZero(message);
/** Whether the address of a message is zero. */
export const isZero = (message: string): boolean => message === 'zero' || message.startsWith('address0');
