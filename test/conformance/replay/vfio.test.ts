/**
 * Events that name a device and not an address: those of vfio, of old QEMU and new, beside the guest's own accesses; and those of QEMU's table.
 */
import { describe, expect, test } from 'vitest';
import { explain } from '../../../conformance/replay/explain.ts';
import { found, foundBridge, readConfig, setUp, tableLine, writeConfig } from '../../setup/guest-log.ts';
import { messageLine, refusal, replayLines, total } from '../../setup/logs.ts';

const DEVICE = 'vfio-pci 00:05.0';
const HOST = '0000:01:00.0';
const MESSAGE = 'fee01000:21';
const interrupt = (message = MESSAGE, host = HOST): string =>
  `38518@1618242865.1:vfio_msi_interrupt  (${host}) vector 0 0x${message.replace(':', '/0x')}`;
/** One access, as both sides tell it. */
const read = (host = HOST): string[] => [
  `vfio_pci_read_config  (${host}, @0x0, len=0x2) 0x8086`,
  readConfig(DEVICE, 0, 0x8086),
];
const guest = [...found(DEVICE), ...setUp(DEVICE, MESSAGE).slice(0, -1)];
const start = [...read(), ...guest];
const [MASK, UNMASK] = [tableLine('write', 12, 1), tableLine('write', 12, 0)];

describe('an interrupt that vfio tells', () => {
  test('is the message on the next line, and is counted once', () => {
    const lines = [...start, interrupt(), messageLine(MESSAGE), interrupt(), messageLine(MESSAGE)];
    const { verdict, figures } = replayLines(lines);
    expect([verdict, figures.messages.explained]).toEqual(['holds', { [MESSAGE]: 2 }]);
  });

  test('of a masked vector is held, and must leave at the unmask', () => {
    const held = [...start, interrupt(), messageLine(MESSAGE), MASK, interrupt(), UNMASK];
    expect(replayLines([...held, messageLine(MESSAGE)]).verdict).toBe('holds');
    const lost = [...held, tableLine('read', 12, 0)];
    const { disagreements } = replayLines(lost);
    expect(disagreements.map(({ line, expected }) => [line, expected])).toEqual([
      [lost.length, `Vector 0 sent ${MESSAGE} after line ${held.length}, before this one.`],
    ]);
    const { cause, line } = explain(() => [`${lost.join('\n')}\n`], { vector: 0 });
    expect([cause, line]).toEqual(['device', held.length]);
  });

  test('with a message that is not the entry is a stale route, at its line', () => {
    const moved = [...start, interrupt(), MASK, tableLine('write', 8, 0x31), UNMASK];
    expect(replayLines([...moved, interrupt('fee01000:31')]).disagreements).toEqual([]);
    const { disagreements } = replayLines([...moved, interrupt()]);
    expect(disagreements.map(({ line, got }) => [line, got])).toEqual([
      [moved.length + 1, 'Its message is fee01000:31.'],
    ]);
  });

  test('while MSI-X is disabled is one of MSI', () => {
    const lines = [...read(), ...found(DEVICE), interrupt('fee05000:55'), ...setUp(DEVICE, MESSAGE)];
    expect(replayLines(lines).verdict).toBe('holds');
  });

  test.each<[string, readonly string[], string]>([
    ['a mediated device', read('83b8f4f2-509f-382f-3c1e-e6bfe0fa1001'), '83b8f4f2-509f-382f-3c1e-e6bfe0fa1001'],
    ['a domain of five digits', read('10000:01:00.0'), '10000:01:00.0'],
    ['values without 0x', read().map((line) => line.replace(') 0x', ') ')), HOST],
    ['no access that both sides tell: there is but one', [], HOST],
  ])('is of the function: %s', (_, both, host) => {
    expect(replayLines([...both, ...guest, interrupt(MESSAGE, host)]).figures.messages.explained).toEqual({
      [MESSAGE]: 1,
    });
    expect(replayLines([...both, ...guest, interrupt('fee01000:22', host)]).verdict).toBe('violated');
  });

  test('of another assigned device is not', () => {
    const lines = [...start, ...read('0000:02:00.0').slice(0, 1), interrupt('fee01000:22', '0000:02:00.0')];
    expect(replayLines(lines).disagreements).toEqual([]);
  });

  test.each([
    [
      'vfio_msix_early_setup',
      `vfio_msix_early_setup ${HOST} PCI MSI-X CAP @0x40, BAR 0, offset 0x0, entries 2, noresize 1`,
    ],
    ['vfio_msix_setup', `vfio_msix_setup  (${HOST}) PCI MSI-X CAP @0x40, BAR 0, offset 0x0, entries 2`],
    ['vfio_early_setup_msix', `vfio_early_setup_msix  (${HOST}) PCI MSI-X CAP @0x40, BAR 0, offset 0x0, entries 2`],
  ])('%s tells where MSI-X is, without any line of pci_cfg', (_, place) => {
    const lines = [
      place,
      `vfio_pci_write_config  (${HOST}, @0x10, 0xfe000000, len=0x4)`,
      `vfio_pci_write_config  (${HOST}, @0x42, 0x8001, 0x2B)`,
      ...setUp(DEVICE, MESSAGE).slice(2, -1),
      interrupt(),
    ];
    const { verdict, geometry, figures } = replayLines(lines);
    expect([verdict, geometry.device, total(figures.messages.explained)]).toEqual(['holds', 'vfio-pci 01:00.0', 1]);
  });
});

describe("an event of QEMU's own table", () => {
  const NIC = 'nvme 01:00.0';
  const FORMS = [
    [
      'in parentheses',
      (offset: number, value: number) => `msix_table_mmio_write (nvme, @${offset}, 0x${value.toString(16)}, 4B)`,
    ],
    [
      'with words',
      (offset: number, value: number) => `msix_table_mmio_write nvme, @ ${offset}, val 0x${value.toString(16)}, len 4`,
    ],
  ] as const;
  const begin = [...foundBridge(), ...found(NIC), writeConfig(NIC, 0x42, 0x8001)];
  const WRITES = [
    [0, 0xfee01000],
    [8, 0x21],
    [12, 0],
  ] as const;

  test.each(FORMS)('%s is an access, with or without the line of the region', (_, form) => {
    const alone = [...begin, ...WRITES.map(([offset, value]) => form(offset, value)), messageLine(MESSAGE)];
    const { verdict, figures } = replayLines(alone);
    expect([verdict, figures.accesses.tableWrite, figures.messages.explained]).toEqual(['holds', 3, { [MESSAGE]: 1 }]);
    const late = replayLines([...alone, form(12, 1), messageLine(MESSAGE)]);
    expect(late.disagreements.map(({ line }) => line)).toEqual([alone.length + 2]);
    const beside = [
      ...begin,
      ...WRITES.flatMap(([offset, value]) => [tableLine('write', offset, value), form(offset, value)]),
    ];
    expect(replayLines([...beside, messageLine(MESSAGE)]).figures.accesses.tableWrite).toBe(3);
  });

  test('of two devices of one name, nobody knows which', () => {
    const [, form] = FORMS[0];
    const two = [
      ...found('nvme 02:00.0', 0xfd000000),
      ...begin,
      ...WRITES.map(([offset, value]) => form(offset, value)),
    ];
    expect(refusal(() => replayLines(two, { device: NIC }))).toMatch(/an access of the MSI-X Table/);
  });
});
