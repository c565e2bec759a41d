/**
 * Where things stand on machines of other kinds: messages in the regions of every interrupt controller, messages that several functions have,
 * tables in other regions or above 4 GiB, and devices that are gone with others at their address.
 */
import { describe, expect, test } from 'vitest';
import {
  AT,
  found,
  foundBridge,
  readConfig,
  readsReset,
  setUp,
  tableLine,
  writeConfig,
} from '../../setup/guest-log.ts';
import { logLines, messageLine, refusal, replayLines } from '../../setup/logs.ts';

const NIC = 'nvme 01:00.0';
const send = (message: string, region: string): string => messageLine(message).replace('apic-msi', region);
const withoutNames = (lines: readonly string[]): string[] => lines.map((line) => line.replace(/ name '.*'$/, ''));

/** A guest that sets vector 0 up with a message of up to 64 bits of address. */
function started(message: string): string[] {
  const [address, data] = message.split(':').map((digits) => Number.parseInt(digits, 16));
  return [
    ...foundBridge(),
    ...found(NIC),
    writeConfig(NIC, AT.msix + 2, 0x8001),
    tableLine('write', 0, address % 2 ** 32),
    tableLine('write', 4, Math.floor(address / 2 ** 32)),
    tableLine('write', 8, data),
    tableLine('write', 12, 0),
  ];
}
const MASK = tableLine('write', 12, 1);

describe('a message is known in the region of', () => {
  test.each([
    ['an x86 of QEMU', 'fee01004:22', 'apic-msi'],
    ['an x86 of KVM', 'fee01004:22', 'kvm-apic-msi'],
    ['an IOMMU of Intel, where a handle lies among the addresses of registers', 'fee00218:0', 'vtd-ir'],
    ['an IOMMU of Intel, entry 0x7f', 'fee00ff8:0', 'vtd-ir'],
    ['an IOMMU of Intel, a handle of 16 bits', 'fee0010c:0', 'vtd-ir'],
    ['an IOMMU of Intel, on a register of 16 bytes', 'fee000b0:0', 'vtd-ir'],
    ['an IOMMU of AMD', 'fee00000:41', 'amdvi-ir'],
    ['a GICv2m', '8020040:50', 'gicv2m'],
    ['an ITS', '8090040:1', 'translation'],
    ['an ITS of KVM', '8090040:1', 'control-translation'],
    ['an ITS by another name', '8090040:1', 'gicv3_its_translation'],
    ['an IMSIC of RISC-V', '28001000:3', 'riscv.imsic'],
    ['a LoongArch', '2ff00000:20', 'loongarch_pch_msi'],
    ['a pseries, above 4 GiB and at zero below', '40000000000:1000', 'msi'],
    ['something that nobody knows yet', 'd0000040:7', 'msi-frame-of-2030'],
  ])('%s', (_, message, region) => {
    const lines = [...started(message), send(message, region), send(message, region)];
    const { verdict, figures } = replayLines(lines);
    expect([verdict, figures.messages.explained]).toEqual(['holds', { [message]: 2 }]);
    const { disagreements } = replayLines([...lines, MASK, send(message, region)]);
    expect(disagreements.map(({ line, got }) => [line, got])).toEqual([
      [lines.length + 2, 'No vector can send it: all are blocked.'],
    ]);
  });

  test("an old QEMU that names no region; a processor's own registers are none", () => {
    const end = 'memory_region_ops_write cpu 0 addr 0xfee000b0 value 0x0 size 4';
    const lines = withoutNames([...started('fee000b8:0'), end, send('fee000b8:0', 'vtd-ir'), end, MASK, end]);
    const { verdict, figures } = replayLines(lines);
    expect([verdict, figures.messages]).toEqual([
      'holds',
      { explained: { 'fee000b8:0': 1 }, others: {}, unattributed: {} },
    ]);
  });
});

describe('an ITS, where functions have the same messages', () => {
  const OTHER = 'virtio-blk-pci 00:05.0';
  const BOTH = '8090040:0';
  const sends = send(BOTH, 'translation');
  const own = [...started(BOTH).slice(2 + found(NIC).length), sends];
  const LIMIT = /^An ITS tells functions apart by who sends/;

  test("the table of another function has it: not ours while we are masked, and the log's limit is said", () => {
    const other = [...setUp(OTHER, BOTH, 0xfd000000).slice(0, -1), sends];
    const lines = [...foundBridge(), ...found(NIC), ...found(OTHER, 0xfd000000), ...other, ...own, MASK, sends];
    const { disagreements, limits } = replayLines(lines, { device: NIC });
    expect(disagreements).toEqual([]);
    expect(limits.some((limit) => LIMIT.test(limit))).toBe(true);
  });

  test.each([
    ['of 32 bits', 0x0000, [writeConfig(OTHER, 0xd8, 0)], true],
    ['of 64 bits', 0x0080, [writeConfig(OTHER, 0xd8, 0), writeConfig(OTHER, 0xdc, 0)], true],
    ['of 64 bits, with other data', 0x0080, [writeConfig(OTHER, 0xd8, 0), writeConfig(OTHER, 0xdc, 8)], false],
    ['of 64 bits above', 0x0080, [writeConfig(OTHER, 0xd8, 1), writeConfig(OTHER, 0xdc, 0)], false],
    ['with eight vectors', 0x0006, [writeConfig(OTHER, 0xd8, 3)], true],
  ])('the MSI of another function has it: %s', (_, control, writes, isTheirs) => {
    const msi = [
      readConfig(OTHER, 0x34, 0xd0),
      readConfig(OTHER, 0xd0, 0x0005),
      readConfig(OTHER, 0xd2, control),
      writeConfig(OTHER, 0xd4, 0x8090040),
      ...writes,
    ];
    const lines = [...foundBridge(), ...found(NIC), ...msi, ...own, MASK, sends];
    expect(replayLines(lines).verdict).toBe(isTheirs ? 'holds' : 'violated');
  });

  test('a log that begins late has not shown the others: nobody is accused', () => {
    const told = { capability: AT.msix, tableAddress: 0xfe000000, vectorCount: 2 };
    const { disagreements, figures } = replayLines([...own, MASK, sends], { told });
    expect(disagreements).toEqual([]);
    expect(figures.messages.unattributed).toEqual({ [BOTH]: 1 });
  });
});

describe('a device that is gone', () => {
  const gone = [...started('fee01000:21'), messageLine('fee01000:21'), writeConfig(NIC, AT.msix + 2, 1)];
  const next = (device: string): string[] => [...gone, ...found(device), ...setUp(device, 'fee01000:31')];
  test.each(['e1000e 01:00.0', 'nvme 02:00.0', 'e1000e 00:07.0'])('its address is that of %s now', (device) => {
    for (const [told, message] of [
      [device, 'fee01000:31'],
      [NIC, 'fee01000:21'],
    ]) {
      const { verdict, figures } = replayLines(next(device), { device: told });
      expect([verdict, figures.messages.explained, figures.messages.unattributed]).toEqual([
        'holds',
        { [message]: 1 },
        {},
      ]);
    }
    expect(refusal(() => replayLines(next(device)))).toContain(`after one of ${NIC}; expected one function`);
  });

  test('another of its name is at its place: a function as after a reset', () => {
    const again = [...gone, readConfig(NIC, 0x10, 0), ...found(NIC), ...readsReset(NIC), ...setUp(NIC, 'fee01000:31')];
    expect(replayLines(again).figures.messages.explained).toEqual({ 'fee01000:21': 1, 'fee01000:31': 1 });
  });
});

describe('two functions of one name', () => {
  const OTHER = 'nvme 02:00.0';
  const lines = [
    ...foundBridge(),
    ...found(NIC),
    ...found(OTHER, 0xfd000000),
    ...setUp(NIC, 'fee01000:21'),
    ...setUp(OTHER, 'fee01000:22', 0xfd000000),
  ];
  test('the name alone does not say which', () => {
    for (const device of ['nvme', undefined]) {
      expect(refusal(() => replayLines(lines, { device }))).toMatch(
        /--device with one of nvme 01:00\.0 \(2 vectors\), nvme 02:00\.0 \(2 vectors\)\.$/,
      );
    }
  });
  test.each(['02:00.0', '0000:02:00.0', OTHER])('%s does', (device) => {
    expect(replayLines(lines, { device }).figures.messages.explained).toEqual({ 'fee01000:22': 1 });
  });
  test('one that is not there is refused with those that are', () => {
    expect(refusal(() => replayLines(lines, { device: '03:00.0' }))).toMatch(
      /a configuration access of 03:00\.0; .* Functions with MSI-X in it: nvme 01:00\.0 \(2 vectors\), nvme 02:00\.0/,
    );
  });
});

describe('a table', () => {
  test.each(['xen-pci-pt-msix', 'vfio-user-msix', 'MSI-X table'])('in a region named %s', (region) => {
    const lines = logLines('base').map((line) => line.replace("'msix-table'", `'${region}'`));
    const { verdict, figures } = replayLines(lines);
    expect([verdict, figures.accesses.tableRead]).toEqual([
      'holds',
      replayLines(logLines('base')).figures.accesses.tableRead,
    ]);
  });

  test('of a Base Address Register of 64 bits, above 4 GiB', () => {
    const table = 0x380000000000;
    const bars = [
      readConfig(NIC, 0x10, 4),
      readConfig(NIC, 0x14, 0),
      writeConfig(NIC, 0x10, 0xffffffff),
      readConfig(NIC, 0x10, 0xffffc004),
      writeConfig(NIC, 0x14, 0xffffffff),
      readConfig(NIC, 0x14, 0xffffffff),
      writeConfig(NIC, 0x10, 4),
      writeConfig(NIC, 0x14, table / 2 ** 32),
    ];
    const lines = [...foundBridge(), ...found(NIC).filter((line) => !line.includes('@0x10 ')), ...bars];
    const { verdict, figures } = replayLines([...lines, ...setUp(NIC, 'fee01000:21', table)]);
    expect([verdict, figures.messages.explained]).toEqual(['holds', { 'fee01000:21': 1 }]);
  });
});
