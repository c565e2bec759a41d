/**
 * Resets of every kind, by what a log shows of them: after each, the function is as a reset leaves it, and a guest that reads so is right. Without
 * what shows it, the same reads are disagreements, so none of these can hold by itself.
 */
import { describe, expect, test } from 'vitest';
import { explain } from '../../../conformance/replay/explain.ts';
import {
  AT,
  BRIDGE,
  found,
  foundBridge,
  readConfig,
  readsReset,
  setUp,
  tableLine,
  writeConfig,
} from '../../setup/guest-log.ts';
import { logLines, messageLine, replayLines } from '../../setup/logs.ts';

const NIC = 'nic 01:00.0';
const begin = (power = 0): string[] => [
  ...foundBridge(),
  ...found(NIC, undefined, power),
  ...setUp(NIC, 'fee01000:21'),
];
const end = [writeConfig(NIC, 0x10, 0xfe000000), ...readsReset(NIC), ...setUp(NIC, 'fee01000:22')];

describe('a reset', () => {
  test.each<[string, readonly string[]]>([
    ['of the function, by PCI Express', [writeConfig(NIC, AT.express + 8, 0x8000)]],
    ['of the function, by Advanced Features', [writeConfig(NIC, AT.advanced + 4, 1)]],
    ['of the bus above, a word', [writeConfig(BRIDGE, 0x3e, 0x40), writeConfig(BRIDGE, 0x3e, 0)]],
    ['of the bus above, a dword', [writeConfig(BRIDGE, 0x3c, 0x00400000), writeConfig(BRIDGE, 0x3c, 0)]],
    ['by D3hot and back', [writeConfig(NIC, AT.power + 4, 3), writeConfig(NIC, AT.power + 4, 0)]],
    ['that QEMU tells, by name', ['resettable_phase_hold_exec obj=0x55d0(nic) method=1']],
    [
      'that QEMU tells, with a time',
      ['38518@1618242865.000001:resettable_phase_enter_exec obj=0x55d0(nic) type=0 method=1'],
    ],
    ['of the system, by Base Address Registers', [readConfig(NIC, 0x10, 0)]],
    ['of the system, by Command', [readConfig(NIC, 0x04, 0)]],
  ])('%s', (_, shows) => {
    const { disagreements, figures, verdict } = replayLines([...begin(), ...shows, ...end]);
    expect(disagreements).toEqual([]);
    expect(verdict).toBe('holds');
    expect(figures.messages.explained).toEqual({ 'fee01000:21': 1, 'fee01000:22': 1 });
    const without = replayLines([...begin(), ...end]);
    expect(without.verdict).toBe('violated');
    expect(without.disagreements[0].line).toBeGreaterThan(begin().length);
  });

  test.each<[string, readonly string[]]>([
    [
      'of another bus',
      [writeConfig('pcie-root-port 00:02.0', 0x18, 0x00020200), writeConfig('pcie-root-port 00:02.0', 0x3e, 0x40)],
    ],
    ['of another device', ['resettable_phase_hold_exec obj=0x55d0(disk) method=1']],
    ['of a function without the capability to', [writeConfig(NIC, AT.express + 8, 0x0010)]],
    ['that ends a bridge and begins none', [writeConfig(BRIDGE, 0x3e, 0)]],
    ['into D3hot alone', [writeConfig(NIC, AT.power + 4, 3)]],
  ])('that is none: %s', (_, shows) => {
    const goesOn = [tableLine('read', 12, 0), messageLine('fee01000:21')];
    expect(replayLines([...begin(), ...shows, ...goesOn]).disagreements).toEqual([]);
    expect(replayLines([...begin(), ...shows, ...readsReset(NIC)]).verdict).toBe('violated');
  });

  test('D3hot and back resets nothing where the function says No_Soft_Reset, and may reset where it does not', () => {
    const woken = [writeConfig(NIC, AT.power + 4, 3), writeConfig(NIC, AT.power + 4, 0)];
    expect(replayLines([...begin(8), ...woken, ...end]).verdict).toBe('violated');
    const kept = [tableLine('read', 12, 0), messageLine('fee01000:21')];
    expect(replayLines([...begin(8), ...woken, ...kept]).disagreements).toEqual([]);
    expect(replayLines([...begin(), ...woken, ...kept]).disagreements).toEqual([]);
  });

  test('that QEMU tells of one of two devices with the same name may be of the other', () => {
    const other = 'nic 02:00.0';
    const two = [...foundBridge(), ...found(NIC), ...found(other, 0xfd000000), ...setUp(NIC, 'fee01000:21')];
    const reset = 'resettable_phase_hold_exec obj=0x55d0(nic) method=1';
    const goesOn = [tableLine('read', 12, 0), messageLine('fee01000:21')];
    expect(replayLines([...two, reset, ...goesOn], { device: NIC }).disagreements).toEqual([]);
    expect(replayLines([...two, reset, ...end], { device: NIC }).disagreements).toEqual([]);
  });

  test('is what explain names when nothing follows it', () => {
    const lines = [...begin(), writeConfig(NIC, AT.express + 8, 0x8000)];
    const { cause, line, sentence } = explain(() => [`${lines.join('\n')}\n`], { vector: 0 });
    expect([cause, line]).toEqual(['disabled', lines.length]);
    expect(sentence).toMatch(
      /^The function was reset at line \d+, and MSI-X is disabled since\. It could send from line/,
    );
  });
});

describe('a virtual function', () => {
  const PHYSICAL = 'nvme 01:00.0';
  const VIRTUAL = 'nvme 01:00.1';
  const BARS = 0xfd000000;
  /** SR-IOV at 0x120 of the physical function: two virtual functions of 16 KiB each, from the next routing ID on. */
  const sriov = (enabled: boolean): string[] => [
    readConfig(PHYSICAL, 0x100, 0x1201000e),
    readConfig(PHYSICAL, 0x120, 0x00010010),
    readConfig(PHYSICAL, 0x134, 1),
    readConfig(PHYSICAL, 0x136, 1),
    readConfig(PHYSICAL, 0x144, 0x4),
    writeConfig(PHYSICAL, 0x144, 0xffffffff),
    readConfig(PHYSICAL, 0x144, 0xffffc004),
    writeConfig(PHYSICAL, 0x144, BARS),
    writeConfig(PHYSICAL, 0x128, enabled ? 9 : 0),
  ];
  const virtual = (device: string): string[] => found(device).filter((line) => !line.includes('@0x10 '));
  const run = (index: number, ...more: readonly string[][]) => {
    const device = `nvme 01:00.${index + 1}`;
    const table = BARS + 0x4000 * index;
    const lines = [
      ...foundBridge(),
      ...found(PHYSICAL),
      ...sriov(true),
      ...virtual(device),
      ...setUp(device, 'fee01000:31', table),
    ];
    return replayLines([...lines, ...more.flat()], { device });
  };

  test.each([0, 1])('number %i has its piece of the Base Address Register of all', (index) => {
    const { verdict, figures } = run(index);
    expect([verdict, figures.messages.explained]).toEqual(['holds', { 'fee01000:31': 1 }]);
  });

  test.each<[string, string]>([
    ['VF Enable is cleared', writeConfig(PHYSICAL, 0x128, 0)],
    ['the physical function is reset', writeConfig(PHYSICAL, AT.express + 8, 0x8000)],
    ['it is reset itself', writeConfig(VIRTUAL, AT.express + 8, 0x8000)],
    ['the bus above is reset', writeConfig(BRIDGE, 0x3e, 0x40)],
  ])('is gone, or new, when %s', (_, line) => {
    expect(run(0, [line], readsReset(VIRTUAL, BARS)).disagreements).toEqual([]);
    expect(run(0, readsReset(VIRTUAL, BARS)).verdict).toBe('violated');
  });

  test('that another one is reset changes nothing', () => {
    const goesOn = [tableLine('read', 12, 0, BARS), messageLine('fee01000:31')];
    expect(run(0, [writeConfig('nvme 01:00.2', AT.express + 8, 0x8000)], goesOn).disagreements).toEqual([]);
  });

  test('of a real guest: every edit of a value that it reads of its table is found', () => {
    const lines = logLines('sriov1');
    const reads = lines.flatMap((line, at) => (/_read .*'msix-table'/.test(line) ? [at] : []));
    const own = reads.filter((at) => {
      const changed = lines.with(at, lines[at].replace(/value 0x\w+/, 'value 0x77'));
      const { disagreements } = replayLines(changed, { device: VIRTUAL });
      return disagreements.some(({ line }) => line === at + 1);
    });
    expect(own.length).toBeGreaterThan(0);
  });
});
