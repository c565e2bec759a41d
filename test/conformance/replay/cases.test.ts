/**
 * The inputs of the world that a replay once got wrong, by their numbers, as they were: each with the right answer. The
 * recordings are counted in `logs.test.ts`.
 */
import { spawnSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../../cli/output.ts';
import { fileSource } from '../../../conformance/replay/file.ts';
import { replay, type ReplayOptions } from '../../../conformance/replay/replay.ts';
import { traceLog } from '../../../conformance/replay/trace.ts';
import { MASKBIT } from '../../setup/command.ts';
import { logLines, logPath, refusal, replayLines, total } from '../../setup/logs.ts';

/** Where the MSI-X of the guest of case 26 is. */
const TOLD = { capability: 0x40, tableAddress: 0xfebf2000, pbaAddress: 0xfebf3000 };

test.each<[string, string, ReplayOptions, verdict: string, explained: number, others: number, passedOver: number]>([
  ['01: a message that the I/O APIC has', 'ioapic', {}, 'holds', 22, 36, 0],
  ['03: messages of a GICv2m', 'v2m', {}, 'holds', 59, 0, 0],
  ['05: messages of KVM', 'kvm', {}, 'holds', 1, 0, 0],
  ['09: a dword that disables', 'dword', {}, 'holds', 1, 1, 0],
  ['11: a word at an odd offset', 'word', {}, 'holds', 1, 1, 0],
  ['12: a reset of the system', 'reboot', {}, 'holds', 5, 33, 0],
  ['14: the first virtual function', 'sriov1', { device: 'nvme 01:00.1' }, 'n/a', 0, 40, 0],
  ['16: times in ISO 8601', 'iso', {}, 'holds', 68, 2, 0],
  ['18: QEMU before 7.0', 'pre70', {}, 'holds', 68, 2, 0],
  ['20: other events', 'mixed', {}, 'holds', 68, 2, 20],
  ['22: a warning', 'warn', {}, 'holds', 68, 2, 1],
  ['24: gzip', 'base', {}, 'holds', 68, 2, 0],
  ['26: a log that begins late', 'late', { told: TOLD }, 'holds', 68, 2, 0],
  ['28: one of two functions', 'bridge', { device: 'nvme' }, 'holds', 18, 23, 0],
])('case %s', (_, name, options, verdict, explained, others, passedOver) => {
  const { disagreements, figures, ...result } = replay(fileSource(logPath(name)), options);
  const { messages } = figures;
  expect(disagreements).toEqual([]);
  expect([result.verdict, total(messages.explained), total(messages.others), figures.passedOver]).toEqual([
    verdict,
    explained,
    others,
    passedOver,
  ]);
  expect(messages.unattributed).toEqual({});
});

test.each([
  ['26: a log that begins late', 'late', /^Line 8: .* Where the log begins late, say where it is: --lspci FILE/],
  [
    '28: which of two functions',
    'bridge',
    /--device with one of pcie-root-port 00:01\.0 \(1 vector\), nvme 01:00\.0 \(65/,
  ],
])('case %s is refused with the way out', (_, name, sentence) => {
  expect(refusal(() => replay(fileSource(logPath(name))))).toMatch(sentence);
});

test.each([
  [
    '34: vfio alone',
    'vfio',
    /vfio-pci 01:00\.0 has 3 vectors, its capability at @0xb0 and its table in BAR 4 at 0x0\./,
  ],
  [
    '34: its interrupt',
    'vfio',
    /Vector 0 of vfio-pci 01:00\.0 sends 0xfee01004\/0x23\. .* is released\. Missing: memory_region/,
  ],
  [
    '36: events of a device alone',
    'nvme-only',
    /MSI-X of nvme is enabled, .* nvme signals vector 0\. Missing: memory_region/,
  ],
  ['38: /proc/interrupts', 'proc-interrupts', /^Got \/proc\/interrupts/],
  ['38: ftrace', 'ftrace', /^Got a trace of Linux's ftrace/],
  ['38: debug key M of Xen', 'xl-debug-M', /^Got what Xen's debug keys/],
  ['38: dmesg', 'dmesg', /^Got the kernel's messages \(dmesg\)/],
])('case %s is called by its name, with what to record instead', (_, name, sentence) => {
  const told = refusal(() => replay(fileSource(logPath(name))));
  expect(told).toMatch(sentence);
  expect(told).toMatch(/-trace 'memory_region_ops_\*' -trace 'pci_cfg_\*'/);
});

test('case 07: an assigned device without an interrupt is in test/cli/logs.test.ts; its log holds by itself', () => {
  expect(replayLines(logLines('v2m')).verdict).toBe('holds');
});

describe('case 30: standard input', () => {
  const run = (input: Buffer) =>
    spawnSync(MASKBIT[0], [...MASKBIT.slice(1), 'replay', '-'], { input, encoding: 'utf8' });
  const packed = readFileSync(logPath('base'));

  test.each([
    ['text', gunzipSync(packed)],
    ['gzip', packed],
  ])('%s', (_, input) => {
    const { status, stdout } = run(input);
    expect(stdout).toMatch(/^holds: 400 lines replayed without a disagreement\.$/m);
    expect(status).toBe(EXIT.holds);
  });

  test('what is packed otherwise is called by its name', () => {
    const { status, stderr } = run(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4]));
    expect(stderr).toMatch(/a file packed by xz; expected text, or gzip\. Unpack it first\.$/m);
    expect(status).toBe(EXIT.usage);
  });
});

test('case 32: the inspector takes 65 vectors', () => {
  const { story } = traceLog(fileSource(logPath('bridge')), { device: 'nvme 01:00.0' });
  expect([story.vectorCount, story.verdict, story.disagreementCount]).toEqual([65, 'holds', 0]);
  expect(story.vectors.length).toBeGreaterThan(0);
});
