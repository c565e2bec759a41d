/**
 * A line that came before is known again, where it is likely to come next or anywhere: with another time before it, it says the same; cut off, or
 * behind another event, it does not.
 */
import { beforeEach, expect, test } from 'vitest';
import { CUT_OFF, parseLine } from '../../../conformance/replay/log.ts';

const FIRST = 'pci_cfg_write nvme 00:02.0 @0x42 <- 0xc004';
const NEXT = "memory_region_ops_read cpu 1 addr 0xfebf200c value 0x1 size 4 name 'msix-table'";
const read = parseLine(NEXT, 1);

beforeEach(() => {
  parseLine(FIRST, 1);
  parseLine(NEXT, 2);
  // Now NEXT is expected.
  parseLine(FIRST, 3);
});

test.each(['', '12.345: ', '38518@1618242865.123:', '2026-11-28T10:00:00.123Z '])(
  'after %j it says the same',
  (before) => {
    expect(read).toMatchObject({ kind: 'memoryRead', address: 0xfebf200c });
    expect(parseLine(before + NEXT, 4)).toEqual(read);
  },
);

test('cut off, it is none', () => {
  expect(parseLine(CUT_OFF + NEXT, 4)).toEqual({ kind: 'other' });
});

test('behind another event, that one is damaged', () => {
  expect(() => parseLine(`pci_cfg_write nvme ${NEXT}`, 4)).toThrow(/^Line 4, column 20: .*expected a bus address/);
});
