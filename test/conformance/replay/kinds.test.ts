/**
 * Further inputs of the kinds that a replay once got wrong, made by a second reader: the right answer of each was written down before it was
 * run. What each was before is in the changes of the day.
 */
import { describe, expect, test } from 'vitest';
import { explain } from '../../../conformance/replay/explain.ts';
import { readLspci } from '../../../conformance/replay/lspci.ts';
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
import { logLines, messageLine, refusal, replayLines, total } from '../../setup/logs.ts';

const NIC = 'nvme 01:00.0';
const OTHER = 'virtio-net-pci 02:00.0';
const OTHER_TABLE = 0xfd000000;
const MESSAGE = 'fee01004:21';
const START = [...foundBridge(), ...found(NIC), ...setUp(NIC, MESSAGE).slice(0, -1)];
const SENDS = messageLine(MESSAGE);
const SIGNAL = 'pci_nvme_irq_msix raising MSI-X IRQ vector 0';
const [MASK, UNMASK, READ] = [tableLine('write', 12, 1), tableLine('write', 12, 0), tableLine('read', 12, 0)];
const pba = (value: number): string =>
  `memory_region_ops_read cpu 0 addr 0xfe001000 value 0x${value.toString(16)} size 8 name 'msix-pba'`;
const withPba = START.flatMap((line) => (line.includes('@0x44 ->') ? [line, readConfig(NIC, 0x48, 0x1000)] : [line]));
const linesOf = (lines: readonly string[], device?: string): number[] =>
  replayLines(lines, device === undefined ? {} : { device }).disagreements.map(({ line }) => line);
const why = (lines: readonly string[]) => explain(() => [`${lines.join('\n')}\n`], { vector: 0 });

describe('a guest that writes entries in use, as Linux did before 5.15', () => {
  const moved = [...START, tableLine('write', 0, 0xfee02004), messageLine('fee02004:21'), tableLine('write', 8, 0x22)];
  test('may see the old message, the new one, or one between', () => {
    const { verdict, figures } = replayLines([...moved, SENDS, messageLine('fee02004:22')]);
    expect([verdict, total(figures.messages.explained)]).toEqual(['holds', 3]);
    expect(why([...moved, messageLine('fee02004:22')]).cause).toBe('sent');
  });
  test.each([
    ['the vector', MASK],
    ['the function', writeConfig(NIC, AT.msix + 2, 0xc001)],
  ])('and none once %s is masked', (_, mask) => {
    const now = messageLine('fee02004:22');
    expect(linesOf([...moved, now, mask, now])).toEqual([moved.length + 3]);
  });
});

describe('messages on the addresses of registers', () => {
  const at = (message: string): string[] => [...foundBridge(), ...found(NIC), ...setUp(NIC, message).slice(0, -1)];
  test.each([
    ['of a guest with more processors than 255', 'fee00020:31', 'kvm-apic-msi'],
    ["of AMD's IOMMU by its older name", 'fee00030:5', 'amd_iommu_ir'],
    ['of an IOMMU that nobody knows', 'fee00050:0', 'iommu-of-2030'],
  ])('%s', (_, message, region) => {
    const sends = messageLine(message).replace('apic-msi', region);
    const lines = [...at(message), sends, MASK, sends];
    expect(replayLines(lines.slice(0, -2)).figures.messages.explained).toEqual({ [message]: 1 });
    expect(linesOf(lines)).toEqual([lines.length]);
  });
});

describe('resets', () => {
  const reset = readsReset(NIC);
  test.each<[string, readonly string[]]>([
    ['of the function, by the upper byte alone', [writeConfig(NIC, AT.express + 9, 0x80)]],
    [
      'that a register shows only after the capability was read',
      [readConfig(NIC, AT.msix, 0x15011), readConfig(NIC, 0x10, 0)],
    ],
  ])('%s', (_, shows) => {
    const again = [writeConfig(NIC, 0x10, 0xfe000000), ...reset, ...setUp(NIC, MESSAGE)];
    expect(replayLines([...START, SENDS, ...shows, ...again]).figures.messages.explained).toEqual({ [MESSAGE]: 2 });
    expect(linesOf([...START, SENDS, ...shows, ...again])).toEqual([]);
  });
  test('the capability read as after a reset, and no reset shown after it, is a fault', () => {
    expect(linesOf([...START, SENDS, readConfig(NIC, AT.msix, 0x15011), SENDS])).toEqual([START.length + 2]);
    const written = [readConfig(NIC, AT.msix, 0x15011), writeConfig(NIC, 0x3c, 1), readConfig(NIC, 0x10, 0)];
    expect(linesOf([...START, SENDS, ...written])).toEqual([START.length + 2]);
  });

  const restored = [
    writeConfig(NIC, AT.msix + 2, 0xc001),
    tableLine('write', 0, 0xfee01004),
    tableLine('write', 8, 0x21),
    UNMASK,
    writeConfig(NIC, AT.msix + 2, 0x8001),
    READ,
    READ,
  ];
  const woken = [writeConfig(NIC, AT.power + 4, 3), writeConfig(NIC, AT.power + 4, 0)];
  test.each<[string, readonly string[]]>([
    ['a pending interrupt that was read', [...withPba, SENDS, MASK, pba(1)]],
    ['a signal of a masked vector', [...START, SIGNAL, SENDS, MASK, SIGNAL]],
  ])('D3hot and back may lose %s, and may keep it', (_, held) => {
    expect(linesOf([...held, ...woken, ...restored])).toEqual([]);
    expect(linesOf([...held, ...woken, ...restored.toSpliced(-2, 0, SENDS)])).toEqual([]);
    expect(linesOf([...held, ...restored]).length).toBe(1);
  });
  test('of another device of this name may lose it too', () => {
    const two = [...found('nvme 02:00.0', OTHER_TABLE), ...withPba, SENDS, MASK, pba(1)];
    const lines = [...two, 'resettable_phase_hold_exec obj=0x55d0(nvme) method=1', ...restored];
    expect(linesOf(lines, NIC)).toEqual([]);
  });
});

describe('a device after a physical function is none of its virtual ones', () => {
  const [PHYSICAL, NEXT] = ['nvme 00:02.0', 'virtio-net-pci 00:03.0'];
  const sriov = (count: number): string[] => [
    readConfig(PHYSICAL, 0x100, 0x1201000e),
    readConfig(PHYSICAL, 0x120, 0x00010010),
    readConfig(PHYSICAL, 0x12e, count),
    readConfig(PHYSICAL, 0x134, 1),
    readConfig(PHYSICAL, 0x136, 1),
    readConfig(PHYSICAL, 0x144, 4),
    writeConfig(PHYSICAL, 0x144, 0xffffffff),
    readConfig(PHYSICAL, 0x144, 0xffffc004),
    writeConfig(PHYSICAL, 0x144, 0xfc000000),
  ];
  test.each([
    ['VF Enable is cleared', writeConfig(PHYSICAL, 0x128, 0)],
    ['the physical function is reset', writeConfig(PHYSICAL, AT.express + 8, 0x8000)],
  ])('and goes on when %s', (_, line) => {
    for (const count of [2, 0]) {
      const lines = [
        ...found(PHYSICAL),
        ...sriov(count),
        ...found(NEXT, OTHER_TABLE),
        ...setUp(NEXT, MESSAGE, OTHER_TABLE),
      ];
      const { verdict, figures } = replayLines([...lines, line, tableLine('read', 12, 0, OTHER_TABLE), SENDS], {
        device: NEXT,
      });
      expect([verdict, figures.messages.explained]).toEqual(['holds', { [MESSAGE]: 2 }]);
    }
  });
});

test('a Base Address Register in two words', () => {
  const words = [writeConfig(NIC, 0x10, 0), writeConfig(NIC, 0x12, 0xfe00)];
  const rest = found(NIC).filter((line) => !line.includes('@0x10 '));
  expect(replayLines([...foundBridge(), ...rest, ...words, ...setUp(NIC, MESSAGE)]).verdict).toBe('holds');
});

test('a device that sends while Bus Master Enable is off', () => {
  const lines = [...START, SENDS, writeConfig(NIC, 4, 2), SENDS];
  expect(linesOf(lines)).toEqual([lines.length]);
  const { cause, line, rule } = why(lines);
  expect([cause, line, rule]).toEqual(['device', lines.length, 'MSIX-ENABLE-7']);
  // Another function has the message now.
  const others = setUp(OTHER, MESSAGE, OTHER_TABLE);
  expect(linesOf([...lines.slice(0, -1), ...found(OTHER, OTHER_TABLE), ...others], NIC)).toEqual([]);
});

describe('the end of a log', () => {
  test.each<[string, readonly string[]]>([
    ['at a signal', [SIGNAL]],
    ['at an unmask', [MASK, SIGNAL, UNMASK]],
  ])('%s misses no message; one line later does', (_, lines) => {
    const cut = [...START, SIGNAL, SENDS, ...lines];
    expect(linesOf(cut)).toEqual([]);
    expect(linesOf([...cut, READ, READ]).length).toBe(1);
  });
});

test('a signal that the Pending Bit Array no longer shows was taken back', () => {
  const lines = [...withPba, SIGNAL, SENDS, MASK, SIGNAL, pba(0), UNMASK, READ, READ];
  expect(linesOf(lines)).toEqual([]);
  expect(linesOf(lines.filter((line) => line !== pba(0))).length).toBe(1);
});

test('an address of zero is no address, whatever the data', () => {
  const lines = [...START, MASK, tableLine('write', 0, 0), UNMASK];
  const { cause, line, sentence } = why(lines);
  expect([cause, line]).toEqual(['zeros', START.length + 2]);
  expect(sentence).toContain('holds no address, 0:21, since line');
});

describe('another device at the same place, or another log after the first', () => {
  const again = (vectors: number): string[] =>
    found(NIC).map((line) => line.replace('@0x42 -> 0x1', `@0x42 -> 0x${(vectors - 1).toString(16)}`));
  test('with another number of vectors is told', () => {
    const lines = [...START, SENDS, readConfig(NIC, 0x10, 0), ...again(5)];
    expect(refusal(() => replayLines(lines))).toMatch(
      /^Line \d+: got 5 vectors of nvme 01:00\.0, which had 2 before it was reset; expected one device\. /,
    );
    expect(replayLines([...START, SENDS, readConfig(NIC, 0x10, 0), ...again(2)]).verdict).toBe('holds');
  });
  test('and without a reset between, it is a fault', () => {
    expect(replayLines([...START, SENDS, readConfig(NIC, 0x42, 0x8004)]).verdict).toBe('violated');
  });
});

describe('a log that begins while interrupts come', () => {
  const told = { capability: AT.msix, tableAddress: 0xfe000000, vectorCount: 2 };
  const entry = [tableLine('read', 0, 0xfee01004), tableLine('read', 4, 0), tableLine('read', 8, 0x21), READ];
  test.each<[string, readonly string[]]>([
    ['never shows Message Control', []],
    ['reads it later', [readConfig(NIC, 0x42, 0x8001)]],
    ['writes it later', [writeConfig(NIC, 0x42, 0xc001)]],
  ])('and %s', (_, later) => {
    const { verdict, figures } = replayLines([...entry, SENDS, SENDS, ...later], { told });
    expect([verdict, figures.messages.explained]).toEqual(['holds', { [MESSAGE]: 2 }]);
  });
  test('and shows the Mask Bit before the message', () => {
    const lines = [...entry.toReversed(), SENDS, READ];
    expect(replayLines(lines, { told }).figures.messages.explained).toEqual({ [MESSAGE]: 1 });
    expect(replayLines([...lines, MASK, SENDS], { told }).disagreements.map(({ line }) => line)).toEqual([8]);
  });
  test('is explained as far as it goes', () => {
    const { sentence, steps } = explain(() => [`${[...entry, SENDS, readConfig(NIC, 0x42, 0x8001)].join('\n')}\n`], {
      vector: 1,
      told,
    });
    expect(sentence).toMatch(/^Vector 1 is masked as a reset leaves it, as far as the log shows: it begins late/);
    expect(steps).toEqual([]);
  });
  test('and shows that MSI-X was disabled', () => {
    const lines = [readConfig(NIC, 0x42, 1), ...entry, SENDS];
    expect(replayLines(lines, { told }).figures.messages.explained).toEqual({});
  });
});

test.each<[string, (line: string) => string]>([
  ['spaces that do not break, in UTF-8', (line) => line.replaceAll(' ', '\u00c2\u00a0')],
  ['tags of HTML', (line) => `<span class="l">${line.replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</span>`],
  ['CDATA of XML', (line) => `<![CDATA[${line}]]>`],
  ['colours within the name of an event', (line) => line.replace('pci_cfg', '\u001b[1mpci_cfg\u001b[0m')],
])('lines in the dress of %s', (_, shape) => {
  const { verdict, figures } = replayLines(logLines('base').map(shape));
  expect([verdict, total(figures.messages.explained), figures.passedOver]).toEqual(['holds', 68, 0]);
});

test('lspci in a mail', () => {
  const words = `01:00.0 Non-Volatile memory controller: Red Hat\n\tCapabilities: [40] MSI-X: Enable+ Count=2 Masked-\n`;
  expect(readLspci(words.replace(/^/gm, '> '))).toEqual(readLspci(words));
});

test.each([
  ['tcpdump', '18:55:13.497100 IP 10.0.2.15.22 > 10.0.2.2.51234: Flags [P.], length 36', /tcpdump or Wireshark/],
  ['strace', 'ioctl(17, KVM_SET_GSI_ROUTING, 0x55d0)  = 0', /strace/],
  ['gdb', '#0  msix_notify (dev=0x55, vector=3) at ../hw/pci/msix.c:520', /a debugger/],
  ['kvm_stat', 'kvm statistics - summary', /kvm_stat/],
  ['debugfs', 'handler:  handle_edge_irq', /\/sys\/kernel\/debug\/irq/],
  ['dmesg without times', "nvme 0000:01:00.0: can't change power state", /dmesg/],
  ['cloud-hypervisor', 'cloud-hypervisor: 12.345678s: <vmm> INFO:pci/src/msix.rs:123 -- enabled', /another VMM/],
  ['other events', '4711@1618242865.100001:virtio_notify vdev 0x55bd vq 0x55be', /none that tells an access/],
])('what %s prints is called by its name', (_, line, sentence) => {
  expect(refusal(() => replayLines([line]))).toMatch(sentence);
});
