/**
 * What contradicts itself in a saved device: each sentence, on a device that is otherwise as it should be, and the bounds of what is none.
 */
import { describe, expect, test } from 'vitest';
import { contradictionOf, isConfigAccess } from '../../src/assigned-saved.ts';

const [INTX, MSIX] = [0x0101, 0x0404];
const [ENABLE, FUNCTION_MASK] = [0x8000, 0x4000];
const [USERSPACE, REGISTERING, KERNEL] = [0, 1, 2];
const [NOTHING, ENABLE_ALL, DISABLE_ALL, REBUILD, PLACE] = [0, 1, 2, 3, 4];
const [CONFIG_READ, CONFIG_WRITE, MMIO_READ, MMIO_WRITE, MESSAGE_WRITE, ENTRY_READ, COMPLETED, VOID] = [
  ...[1, 2, 3, 4, 5, 6, 7, 8],
];
const END = 2 ** 52;

/** What of a device matters here. Two vectors, of which the first is open, where MSI-X is enabled. */
interface Device {
  readonly works: readonly number[];
  readonly accesses: readonly (readonly number[])[];
  readonly design: string;
  readonly isAssigned: boolean;
  readonly owner: number;
  readonly hasTable: boolean;
  readonly tableControl: number;
  readonly mmioBase: number;
  readonly placed: boolean;
  readonly isInside: boolean;
  readonly isEnabling: boolean;
  readonly irqTypes: number;
  readonly guestIrq: number;
  readonly tableAddress: number;
  readonly barBase: number;
  readonly control: number;
  readonly hostEnabled: boolean;
  readonly blocked: readonly boolean[];
  readonly masked: readonly boolean[];
  readonly flies: readonly boolean[];
  readonly programmed: readonly boolean[];
}

const NO_ACCESS = [0, 0, 0, 0, 0, 0, 0];

/** With MSI-X enabled, and the page the kernel's. */
const REVIEWED: Device = {
  ...{ works: [NOTHING], accesses: [NO_ACCESS], design: 'reviewed', isAssigned: true, owner: KERNEL, hasTable: true },
  ...{
    tableControl: 1,
    mmioBase: 0x10000,
    placed: true,
    isInside: false,
    isEnabling: false,
    irqTypes: MSIX,
    guestIrq: 0,
  },
  ...{ tableAddress: 0x10000, barBase: 0x10000, control: ENABLE, hostEnabled: true },
  ...{ blocked: [false, true], masked: [false, true], flies: [false, false], programmed: [true, false] },
};
const DISABLED: Partial<Device> = {
  ...{ irqTypes: INTX, guestIrq: 11, control: 0, tableControl: 0, hostEnabled: false },
  ...{ blocked: [true, true], masked: [true, true] },
};
const POSTED: Device = { ...REVIEWED, design: 'posted', hasTable: false };
const UNPLACED: Partial<Device> = { placed: false, mmioBase: 0, owner: USERSPACE };

function contradiction(device: Device): string | undefined {
  const { accesses, works, design, isAssigned, owner, hasTable, tableControl, blocked, masked, flies, programmed } =
    device;
  const { mmioBase, placed, isInside, isEnabling, irqTypes, guestIrq, tableAddress, barBase, control } = device;
  const host = {
    vectorCount: 2,
    enabled: device.hostEnabled,
    isMasked: (vector: number) => masked[vector],
    isInFlight: (vector: number) => flies[vector],
    isProgrammed: (vector: number) => programmed[vector],
  };
  const isBlocked = (vector: number): boolean => blocked[vector];
  const monitor = {
    ...{ design, isAssigned, owner, tableAddress, config: { barBase, control } },
    device: {
      ...{ mmioBase, placed, isInside, isEnabling, irqTypes, guestIrq, host, posted: { isBlocked } },
      table: hasTable ? { control: tableControl, blocked: isBlocked } : undefined,
    },
  };
  const words = accesses.map((access) => Uint32Array.from(access));
  return contradictionOf(words, works as never, monitor as never);
}

const due = (work: number): Partial<Device> => ({ works: [work], accesses: [[COMPLETED, 0, 0, 0, 0, 0, 0]] });

describe('what contradicts itself', () => {
  const WRONG: readonly (readonly [sentence: string, device: Device, change: Partial<Device>])[] = [
    // ---- The vCPUs
    ['the number of vCPUs for which work is due is 2; expected 0 or 1.', POSTED, { works: [1, 0, 2], accesses: [] }],
    ['the work due is 1; expected 0 to 0.', REVIEWED, due(ENABLE_ALL)],
    ['the work due is 5; expected 0 to 4.', POSTED, due(5)],
    ['the kind of access is 9; expected 0 to 8.', REVIEWED, { accesses: [[9, 0, 0, 0, 0, 0, 0]] }],
    ['the work due is 0; expected some, after an exit.', POSTED, { accesses: [[COMPLETED, 0, 0, 0, 0, 0, 0]] }],
    ['the work due is 2; expected none, without an exit before it.', POSTED, { works: [DISABLE_ALL] }],
    [
      'the work due is 2; expected none, without an exit before it.',
      POSTED,
      { works: [DISABLE_ALL], accesses: [[VOID, 0, 0, 0, 0, 0, 0]] },
    ],
    ['the work due is 2; expected none without a device.', POSTED, { ...due(DISABLE_ALL), isAssigned: false }],
    // Another vCPU, too.
    [
      'the kind of access is 9; expected 0 to 8.',
      REVIEWED,
      { works: [0, 0], accesses: [NO_ACCESS, [9, 0, 0, 0, 0, 0, 0]] },
    ],

    // ---- The page, with the one table
    ['a call of the kernel is under way; expected none: it has the one table.', REVIEWED, { isInside: true }],
    ['the address of the page is 65552; expected 65536.', REVIEWED, { mmioBase: 0x10010 }],
    ['the address of the page is 65536; expected 0.', REVIEWED, { placed: false, owner: USERSPACE }],
    ['the owner of the page is 1; expected 2, for it is on the bus.', REVIEWED, { owner: REGISTERING }],
    ['the page is on the bus; expected off it while BAR 0 is not mapped.', REVIEWED, { barBase: 0, mmioBase: 0x10000 }],

    // ---- The page of the patch
    ['the address of the page is 65544; expected one that the kernel takes.', POSTED, { mmioBase: 0x10008 }],
    [
      `the address of the page is ${END - 4080}; expected one that the kernel takes.`,
      POSTED,
      { mmioBase: END - 4080, placed: false },
    ],
    ['the page is on the bus; expected off it.', POSTED, { mmioBase: 0 }],
    ['the page is on the bus; expected off it.', POSTED, DISABLED],
    ['the page is on the bus; expected off it.', POSTED, { isInside: true }],
    ['a call of the kernel is under way; expected none.', POSTED, { ...UNPLACED, isInside: true }],
    ['a call of the kernel is under way; expected none.', POSTED, { ...DISABLED, placed: false, isInside: true }],
    ['the work due is 0; expected what ends the call under way.', POSTED, { placed: false, isInside: true }],
    [
      'the work due is 2; expected what ends the call under way.',
      POSTED,
      { ...due(DISABLE_ALL), placed: false, isInside: true, isEnabling: true },
    ],
    [
      'the work due is 4; expected what ends the call under way.',
      POSTED,
      { ...due(PLACE), placed: false, isInside: true },
    ],
    [
      'the work due is 1; expected what ends the call under way.',
      POSTED,
      { ...due(ENABLE_ALL), placed: false, isInside: true },
    ],
    ['the work due is 4; expected another: no call is under way.', POSTED, due(PLACE)],

    // ---- Interrupts
    ["the host's MSI-X Enable is false; expected true, as its interrupts are.", REVIEWED, { hostEnabled: false }],
    [
      "the host's MSI-X Enable is true; expected false, as its interrupts are.",
      REVIEWED,
      { ...DISABLED, hostEnabled: true },
    ],
    ['the interrupts is 4; expected 0, 257 or 1028.', REVIEWED, { irqTypes: 4 }],
    ['the interrupts is 256; expected 0, 257 or 1028.', REVIEWED, { ...DISABLED, irqTypes: 0x100 }],
    ['the GSI of INTx is 0; expected 11.', REVIEWED, { ...DISABLED, guestIrq: 0 }],
    ['the GSI of INTx is 11; expected 0.', REVIEWED, { guestIrq: 11 }],
    [
      'the interrupts is 257; expected INTx while MSI-X is disabled.',
      POSTED,
      { ...DISABLED, ...UNPLACED, control: ENABLE },
    ],
    [
      'the interrupts is 0; expected INTx while MSI-X is disabled.',
      POSTED,
      { ...DISABLED, ...UNPLACED, irqTypes: 0, guestIrq: 0 },
    ],
    ['the interrupts is 1028; expected 257.', REVIEWED, { control: 0 }],
    ['the interrupts is 257; expected 1028.', REVIEWED, { ...DISABLED, control: ENABLE }],
    ['the interrupts is 0; expected 257.', REVIEWED, { ...DISABLED, irqTypes: 0, guestIrq: 0 }],
    ['the control of the table is 3; expected 1.', REVIEWED, { tableControl: 3 }],
    ['the control of the table is 1; expected 3.', REVIEWED, { control: ENABLE | FUNCTION_MASK }],
    ['the control of the table is 0; expected 2.', REVIEWED, { ...DISABLED, control: FUNCTION_MASK }],

    // ---- Vectors
    ["the host's Mask Bit of vector 0 is true; expected false.", REVIEWED, { masked: [true, true] }],
    ["the host's Mask Bit of vector 1 is false; expected true.", REVIEWED, { masked: [false, false] }],
    ["the host's Mask Bit of vector 1 is false; expected true.", POSTED, { masked: [false, false] }],
    [
      'the flight of vector 1 is true; expected false: MSI-X is disabled.',
      REVIEWED,
      { ...DISABLED, flies: [false, true] },
    ],
    [
      "the host's message of vector 0 is none; expected one, since the vector may send.",
      REVIEWED,
      { programmed: [false, false] },
    ],
    [
      "the host's message of vector 1 is none; expected one, since the vector may send.",
      REVIEWED,
      { flies: [false, true] },
    ],
  ];
  test.each(WRONG)('%s', (sentence, device, change) => {
    expect(contradiction({ ...device, ...change })).toBe(sentence);
  });
});

describe('an access', () => {
  // Kind, address low and high, bytes, low, high, data; and the word that it cannot have.
  const STRAY: readonly (readonly [access: readonly number[], word: number])[] = [
    [[0, 1, 0, 0, 0, 0, 0], 1],
    [[0, 0, 1, 0, 0, 0, 0], 2],
    [[VOID, 0, 0, 1, 0, 0, 0], 3],
    [[CONFIG_READ, 0, 0, 4, 0, 0, 1], 6],
    [[MMIO_WRITE, 0, 0, 8, 0, 0, 1], 6],
    [[MMIO_WRITE, 0, 0, 4, 0, 1, 0], 5],
    [[CONFIG_WRITE, 0, 0, 4, 0, 1, 0], 5],
    [[MMIO_READ, 0, 0, 8, 0, 1, 0], 5],
    [[CONFIG_READ, 0, 0, 4, 1, 0, 0], 4],
    [[MMIO_READ, 0, 0, 4, 1, 0, 0], 4],
    [[ENTRY_READ, 0, 0, 16, 1, 0, 0], 4],
    [[MESSAGE_WRITE, 0, 0, 8, 0, 0, 0], 3],
    [[ENTRY_READ, 0, 0, 12, 0, 0, 0], 3],
    [[CONFIG_READ, 0x10000, 0, 4, 0, 0, 0], 1],
    [[CONFIG_READ, 0, 1, 4, 0, 0, 0], 1],
    [[CONFIG_WRITE, 0, 0, 9, 0, 0, 0], 1],
    [[CONFIG_WRITE, 0, 0, 0, 0, 0, 0], 1],
    [[MMIO_READ, 0, 0, 3, 0, 0, 0], 3],
    [[MMIO_READ, 0, 2 ** 20, 4, 0, 0, 0], 3],
    [[MMIO_WRITE, 0xffff_fffd, 2 ** 20 - 1, 4, 0, 0, 0], 3],
    [[ENTRY_READ, 0xffff_fffc, 2 ** 20 - 1, 16, 0, 0, 0], 3],
  ];
  test.each(STRAY)('of the words %j cannot have word %d', (access, word) => {
    expect(contradiction({ ...REVIEWED, accesses: [access] })).toBe(
      `word ${word} of an access of kind ${access[0]} is ${access[word]}; expected one that it can have.`,
    );
  });

  const FINE: readonly (readonly number[])[] = [
    ...[NO_ACCESS, [VOID, 0, 0, 0, 0, 0, 0], [CONFIG_READ, 0xffff, 0, 1, 0, 0, 0], [CONFIG_WRITE, 0x50, 0, 8, 5, 0, 0]],
    ...[
      [MMIO_READ, 0x10000, 0, 1, 0, 0, 0],
      [MMIO_WRITE, 0x10000, 0, 8, 1, 2, 0],
      [MMIO_WRITE, 0, 0, 4, 1, 0, 0],
    ],
    ...[
      [MESSAGE_WRITE, 0x10000, 0, 12, 1, 2, 3],
      [ENTRY_READ, 0x10000, 7, 16, 0, 0, 0],
    ],
    ...[
      [MMIO_READ, 0xffff_fffc, 2 ** 20 - 1, 4, 0, 0, 0],
      [ENTRY_READ, 0xffff_fff8, 2 ** 20 - 1, 16, 0, 0, 0],
    ],
  ];
  test.each(FINE.map((access) => [access]))('may have the words %j', (access) => {
    expect(contradiction({ ...REVIEWED, accesses: [access] })).toBeUndefined();
  });

  test.each([
    [0, 1, true],
    [0xffff, 8, true],
    [0x10000, 1, false],
    [-1, 1, false],
    [0, 0, false],
    [0, 9, false],
    [0.5, 1, false],
    [0, 1.5, false],
    [NaN, 4, false],
  ])('of configuration space at %d of %d bytes comes to userspace: %s', (offset, bytes, comes) => {
    expect(isConfigAccess(offset, bytes)).toBe(comes);
  });
});

describe('what is a device', () => {
  const FINE: readonly (readonly [name: string, device: Device])[] = [
    ['reviewed, enabled, the page the kernel’s', REVIEWED],
    ['reviewed, disabled', { ...REVIEWED, ...DISABLED }],
    ['reviewed, the page userspace’s', { ...REVIEWED, ...UNPLACED }],
    ['reviewed, the page being handed over', { ...REVIEWED, ...UNPLACED, owner: REGISTERING }],
    ['reviewed, the page mapped nowhere', { ...REVIEWED, ...UNPLACED, owner: KERNEL, barBase: 0, tableAddress: 0 }],
    [
      'reviewed, masked as a whole',
      { ...REVIEWED, control: 0xc000, tableControl: 3, blocked: [true, true], masked: [true, true] },
    ],
    [
      'reviewed, masked, a message in flight',
      { ...REVIEWED, blocked: [true, true], masked: [true, true], flies: [true, false] },
    ],
    ['reviewed, a message in flight', { ...REVIEWED, flies: [true, false] }],
    ['taken away', { ...REVIEWED, isAssigned: false, owner: 4, placed: true, hostEnabled: false }],
    ['posted, built up', POSTED],
    ['posted, disabled', { ...POSTED, ...DISABLED, ...UNPLACED }],
    ['posted, disabled, the page told', { ...POSTED, ...DISABLED, placed: false }],
    ['posted, told the last page', { ...POSTED, ...DISABLED, placed: false, mmioBase: END - 4096 }],
    ['posted, built up, the page not told', { ...POSTED, ...UNPLACED }],
    [
      'posted, to be built up',
      { ...POSTED, ...DISABLED, ...UNPLACED, ...due(ENABLE_ALL), control: ENABLE, irqTypes: 0, guestIrq: 0 },
    ],
    [
      'posted, enabled, nothing to be built up',
      { ...POSTED, ...DISABLED, ...UNPLACED, control: ENABLE, irqTypes: 0, guestIrq: 0 },
    ],
    ['posted, being built up', { ...POSTED, ...due(PLACE), placed: false, isInside: true, isEnabling: true }],
    ['posted, being torn down', { ...POSTED, ...due(DISABLE_ALL), control: 0, placed: false, isInside: true }],
    ['posted, to be torn down', { ...POSTED, ...due(DISABLE_ALL), control: 0 }],
    ['posted, being torn down for another', { ...POSTED, ...due(REBUILD), placed: false, isInside: true }],
    [
      'posted, with two vCPUs, one of which has work',
      { ...POSTED, works: [NOTHING, REBUILD], accesses: [NO_ACCESS, [COMPLETED, 0, 0, 0, 0, 0, 0]] },
    ],
  ];
  test.each(FINE)('%s', (_, device) => {
    expect(contradiction(device)).toBeUndefined();
  });
});
