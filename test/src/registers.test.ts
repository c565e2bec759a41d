/**
 * The register constants, typed a second time from the PCI Express Base Specification, 7.7.2, and without a look at the
 * first: a slip of one digit in either is a failing test, and so is a constant that has no twin here.
 */
import { expect, test } from 'vitest';
import * as registers from '../../src/registers.ts';

/** A number with the bits `high` to `low` set, both counted from 0, as the specification draws its registers. */
const bits = (high: number, low: number): number => 2 ** (high + 1) - 2 ** low;

const TWINS: Record<string, number> = {
  // 7.7.2, the capability structure: three dwords. 7.7.2.1: the ID in bits 7:0 is 11h, Message Control is in bits 31:16.
  CAPABILITY_ID: 17,
  CAPABILITY_BYTES: 3 * 4,
  CAPABILITY_CONTROL_OFFSET: 16 / 8,
  CAPABILITY_TABLE_OFFSET: 1 * 4,
  CAPABILITY_PBA_OFFSET: 2 * 4,
  // 7.7.2.2, Message Control: 10:0 Table Size, 13:11 reserved, 14 Function Mask, 15 MSI-X Enable.
  CONTROL_TABLE_SIZE: bits(10, 0),
  CONTROL_FUNCTION_MASK: bits(14, 14),
  CONTROL_ENABLE: bits(15, 15),
  // 7.7.2.3 and 7.7.2.4: 2:0 the BIR, of which 0 to 5 name a BAR, and 31:3 the offset.
  LOCATION_BIR: bits(2, 0),
  LOCATION_BIR_MAX: 5,
  // 7.7.2.2: Table Size is encoded as N - 1, so all ones are the most vectors.
  VECTOR_COUNT_MAX: bits(10, 0) + 1,
  // 7.7.2, an entry: DWORD 0 Message Address, 1 Message Upper Address, 2 Message Data, 3 Vector Control.
  ENTRY_BYTES: 4 * 4,
  ENTRY_ADDRESS_LOW_OFFSET: 0,
  ENTRY_ADDRESS_HIGH_OFFSET: 1 * 4,
  ENTRY_DATA_OFFSET: 2 * 4,
  ENTRY_VECTOR_CONTROL_OFFSET: 3 * 4,
  // 7.7.2.5: 1:0 are zero for a message that is a DWORD. 7.7.2.8: 0 is the Mask Bit.
  ADDRESS_LOW_RESERVED: bits(1, 0),
  VECTOR_CONTROL_MASK: bits(0, 0),
  // 7.7.2.9: each QWORD of the Pending Bit Array has the bits of 64 vectors.
  PBA_QWORD_BITS: 64,
  PBA_QWORD_BYTES: 64 / 8,
};

test('every register constant equals its twin, and none is without one', () => {
  expect({ ...registers }).toEqual(TWINS);
});
