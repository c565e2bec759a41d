/**
 * Files that people have when an interrupt is missing, and that cannot be replayed: each is called by its name, with what to record instead.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { fileSource } from '../../../conformance/replay/file.ts';
import { replay } from '../../../conformance/replay/replay.ts';
import { logLines, refusal, replayLines } from '../../setup/logs.ts';

const PROC = /^Got \/proc\/interrupts/;
const FTRACE = /^Got a trace of Linux's ftrace/;
const XEN = /^Got what Xen's debug keys/;
const DMESG = /^Got the kernel's messages \(dmesg\)/;
const LSPCI = /^Got what lspci prints/;
const MONITOR = /^Got what QEMU's monitor prints/;

describe('text of other kinds', () => {
  test.each<[string, string, RegExp]>([
    [
      '/proc/interrupts',
      '           CPU0       CPU1       \n 24:         12          0   PCI-MSI 32768-edge      nvme0q0',
      PROC,
    ],
    [
      '/proc/interrupts of arm64',
      '           CPU0\n 47:         10   ITS-MSI 524288 Edge      nvme0q0\nIPI0:      123   Rescheduling',
      PROC,
    ],
    ['a line of it', ' 27:        0  12  IR-PCI-MSIX-0000:00:02.0   0-edge      nvme0q0', PROC],
    ['a line of it, GIC', ' 11:      12345      67890     GICv3  27 Level     arch_timer', PROC],
    ['ftrace', '# tracer: nop\n  qemu-kvm-1234  [000] .....   12.400001: kvm_msi_set_irq: dst 1 vec 35', FTRACE],
    ['trace-cmd report', 'cpus=2\n          <idle>-0     [001]   12.345678: irq_handler_entry:    irq=25', FTRACE],
    [
      'perf script',
      'qemu-kvm  1234 [000]    12.400001:            kvm:kvm_msi_set_irq: dst 1 vec 35 (Fixed|physical|edge)',
      FTRACE,
    ],
    ['vectors of Linux', '  <idle>-0  [000] d..1. 1.1: vector_alloc: irq=25 vector=35 reserved=1 ret=0', FTRACE],
    ['debug key M of Xen', '(XEN)  MSI-X   78 vec=a1  fixed  edge   assert  phys    cpu dest=00000002 mask=1/ /0', XEN],
    [
      'the same without a prefix',
      ' MSI-X   78 vec=a1  fixed  edge   assert  phys    cpu dest=00000002 mask=1/ /0',
      XEN,
    ],
    ['xentrace_format', 'CPU0  12345 (+     123)  VMEXIT      [ exitcode = 0x00000030 ]', /^Got a trace of xentrace/],
    ['xenalyze', '  0.123456789 -x d1v0 vmexit exit_reason EXTERNAL_INTERRUPT', /^Got a trace of xentrace/],
    ['dmesg', '[    1.527082] pci 0000:00:00.0: BAR 0 [mem 0x40000000-0x40003fff]: assigned', DMESG],
    ['dmesg -T', '[Sat Nov 28 08:29:13 2026] nvme nvme0: I/O 4 QID 0 timeout, completion polled', DMESG],
    ['dmesg -r', '<6>[    1.527082] nvme 0000:00:02.0: enabling device', DMESG],
    ['journalctl -k', 'Nov 28 08:29:13 host kernel: nvme nvme0: I/O 4 QID 0 timeout', DMESG],
    ['lspci', '00:02.0 Non-Volatile memory controller: Red Hat, Inc.', LSPCI],
    ['lspci -D', '0000:00:02.0 Ethernet controller: Intel Corporation 82574L\n\tCapabilities: <access denied>', LSPCI],
    ['lspci -n', '00:02.0 0108: 1b36:0010 (rev 02)', LSPCI],
    ['info pci', '  Bus  0, device   2, function 0:\n    NVM controller: PCI device 1b36:0010', MONITOR],
    ['info lapic', 'dumping local APIC state for CPU 0', MONITOR],
    ['info irq', 'IRQ statistics for ioapic:\n 4: 12', MONITOR],
    ['info mtree', 'address-space: memory\n  0000000000000000-ffffffffffffffff (prio 0, i/o): system', MONITOR],
    ['-d int', 'Servicing hardware INT=0x23', /^Got what QEMU writes for -d int/],
    ['a debugger of Windows', '0: kd> !pci 1 0 2', /^Got what a debugger of Windows/],
    ['a log of VMware', '2026-09-24T23:20:21.497Z In(05) vmx - Log for VMware ESX', /^Got a log of VMware's/],
    ['JSON', '{"messages": []}', /^Got JSON, and not a log/],
    ['HTML', '<!doctype html><html>', /^Got a document in XML or HTML/],
    ['a program', '#include <linux/pci.h>', /^Got the source of a program/],
    [
      'anything',
      'IRQ nvme0q1(25) guest affinity',
      /^Line 1, column 1: got "IRQ nvme0q1.* expected one of memory_region_ops_read/,
    ],
    [
      'events of vfio alone',
      '1@2.3:vfio_msix_setup  (0000:01:00.0) PCI MSI-X CAP @0xb0, BAR 4, offset 0x0, entries 3\n1@2.4:vfio_msi_interrupt  (0000:01:00.0) vector 0 0xfee01004/0x23',
      /n\/a, .* vfio-pci 01:00\.0 has 3 vectors, .* Vector 0 of vfio-pci 01:00\.0 sends 0xfee01004\/0x23\. Missing: memory_region_ops_read/,
    ],
    [
      'events of a device alone',
      '1@2.3:msix_write_config dev nvme enabled 1 masked 0\n1@2.4:pci_nvme_irq_msix raising MSI-X IRQ vector 0',
      /n\/a, .* nvme signals vector 0\. Missing: memory_region_ops_read/,
    ],
  ])('%s', (_, text, sentence) => {
    const told = refusal(() => replay(() => [`${text}\n`]));
    expect(told).toMatch(sentence);
    expect(told).toContain("-trace 'memory_region_ops_*'");
  });
});

describe('half of a log', () => {
  const lines = logLines('base');
  const without = (event: string) => lines.filter((line) => !line.startsWith(event));
  test.each([
    ['memory_region_ops_write', /^Got a log without memory_region_ops_write; expected what the guest wrote/],
    ['pci_cfg_write', /^Got a log without pci_cfg_write; expected what the guest wrote/],
    ['pci_cfg_read', /expected the trace to show, before it, a function with MSI-X: .* --lspci FILE/],
    ['pci_cfg', /expected the trace to show, before it, a function with MSI-X: .* --lspci FILE/],
  ])('without %s', (event, sentence) => {
    expect(refusal(() => replayLines(without(event)))).toMatch(sentence);
  });

  test('without reads of memory nothing is wrong', () => {
    expect(replayLines(without('memory_region_ops_read')).verdict).toBe('holds');
  });
});

describe('files that are no text', () => {
  const folder = mkdtempSync(join(tmpdir(), 'maskbit-artefacts-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const tar = Buffer.alloc(1024);
  tar.write('log.txt');
  tar.write('ustar', 257);
  test.each<[string, Buffer, RegExp]>([
    ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0]), /, a file packed by xz; .* Unpack it first\.$/],
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0]), /, a file packed by zstd/],
    ['bzip2', Buffer.from('BZh91AY&SY'), /, a file packed by bzip2/],
    ['7-Zip', Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27]), /, a file packed by 7-Zip/],
    ['tar', tar, /, an archive \(tar\)/],
    ['pcap', Buffer.from([0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0]), /, a capture of packets \(pcap\)/],
    ['pcapng', Buffer.from([0x0a, 0x0d, 0x0d, 0x0a, 0x1c, 0, 0, 0]), /, a capture of packets \(pcapng\)/],
    ['a core dump', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]), /, a program or a core dump/],
    [
      'simpletrace',
      Buffer.from('ffffffffffffffffb429a40acb77b1f204000000', 'hex'),
      /, a binary trace of QEMU's back end simple; .*simpletrace\.py/,
    ],
    ['trace.dat', Buffer.from('\u0017\u0008Dtracing6'), /, a binary trace of trace-cmd/],
    ['perf.data', Buffer.from('PERFILE2h'), /, a file of perf/],
    ['a disk', Buffer.from('QFI\u00fb\u0000', 'latin1'), /, an image of a disk/],
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), /, a picture \(PNG\)/],
    [
      'noise',
      Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * at * 7919) >> 3)),
      /, which is no text: \d+ of its first 4096 bytes/,
    ],
    [
      'old ends of lines',
      Buffer.from('pci_cfg_read nvme 00:02.0 @0x0 -> 0x1b36\rpci_cfg_read nvme 00:02.0 @0x4 -> 0x1\rx'),
      /^Got lines that end in a carriage return/,
    ],
    ['nothing', Buffer.alloc(0), /^Got an empty trace/],
  ])('%s', (name, content, sentence) => {
    const path = join(folder, 'file');
    writeFileSync(path, content);
    expect(
      refusal(() => replay(fileSource(path))),
      name,
    ).toMatch(sentence);
  });
});
