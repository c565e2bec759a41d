/**
 * The messages of the suites: no device can lose a bit of an address or of data, or have one stuck, and pass.
 */
import { expect, test } from 'vitest';
import { MessageBook, registersOf } from '../../../conformance/judge/messages.ts';
import { ADDRESSES, JUDGED } from '../../../machines/permitted/index.ts';

const all = [...new Set([...JUDGED.values, ...ADDRESSES.values])].filter((name) => name !== 'zero');
const DWORDS = ['address', 'upper address', 'data'];
/** Bits 1:0 of an address are reserved. */
const bits = DWORDS.flatMap((_, which) =>
  Array.from({ length: 32 }, (__, bit) => ({ which, bit })).filter(({ bit }) => which > 0 || bit > 1),
);
const tell = ({ which, bit }: { which: number; bit: number }): string => `bit ${bit} of the ${DWORDS[which]}`;

test('each bit is set in one message that is sent, and clear in another', () => {
  const same = bits.filter(
    ({ which, bit }) => new Set(all.map((name) => (registersOf(name, 0)[which] >>> bit) & 1)).size !== 2,
  );
  expect(same.map(tell)).toEqual([]);
});

test.each([JUDGED, ADDRESSES])('a message with one bit turned over is not that message any more: $name', (messages) => {
  const book = new MessageBook(messages, 1);
  const taken = messages.values.flatMap((name) =>
    bits.flatMap(({ which, bit }) => {
      const [low, high, data] = registersOf(name, 0).map((dword, index) =>
        index === which ? (dword ^ (1 << bit)) >>> 0 : dword,
      );
      return book.senderOf(low, high, data, () => 1) < 0 ? [] : [`${name}: ${tell({ which, bit })}`];
    }),
  );
  expect(taken).toEqual([]);
  messages.values.forEach((name, message) => expect(book.senderOf(...registersOf(name, 0), () => 1)).toBe(message));
});
