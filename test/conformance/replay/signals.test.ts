/**
 * Devices that tell of their signals: then a message that is missing shows by itself, at the line of its signal.
 */
import { describe, expect, test } from 'vitest';
import { explain } from '../../../conformance/replay/explain.ts';
import { AT, found, foundBridge, setUp, tableLine, writeConfig } from '../../setup/guest-log.ts';
import { logLines, messageLine, replayLines } from '../../setup/logs.ts';

/** How each device says that it signals vector 0. */
const SAYS: readonly (readonly [string, string])[] = [
  ['nvme 01:00.0', 'pci_nvme_irq_msix raising MSI-X IRQ vector 0'],
  ['qemu-xhci 01:00.0', 'usb_xhci_irq_msix nr 0'],
  ['e1000e 01:00.0', 'e1000e_irq_msix_notify_vec MSI-X notify vector 0x0'],
  ['e1000e 01:00.0', 'e1000e_irq_msix_notify_postponed_vec Sending MSI-X postponed by EITR[0]'],
  ['igb 01:00.0', 'e1000e_irq_msix_notify_postponed_vec Sending MSI-X postponed by EITR[0]'],
  ['megasas-gen2 01:00.0', 'megasas_msix_raise vector 0'],
];
const MISSING = 'A signal is inferred from the message that followed it, so a message that is missing does not show.';

describe.each(SAYS)('%s says "%s"', (device, signal) => {
  const sends = [signal, messageLine('fee01000:21')];
  const start = [...foundBridge(), ...found(device), ...setUp(device, 'fee01000:21').slice(0, -1)];
  const masks = tableLine('write', 12, 1);
  const unmasks = tableLine('write', 12, 0);
  const ends = tableLine('read', 12, 0);

  test('every signal has its message: the log shows that none is missing', () => {
    const { verdict, limits } = replayLines([...start, ...sends, ...sends, ends]);
    expect(verdict).toBe('holds');
    expect(limits).not.toContain(MISSING);
  });

  test('a message that is missing is found at its signal, and explained by it', () => {
    const lines = [...start, ...sends, signal, unmasks, ends];
    const { verdict, disagreements } = replayLines(lines);
    const line = start.length + sends.length + 1;
    expect(verdict).toBe('violated');
    expect(disagreements.map((each) => [each.line, each.got])).toEqual([[line, 'There is no such message.']]);
    const why = explain(() => [`${lines.join('\n')}\n`], { vector: 0 });
    expect([why.cause, why.line]).toEqual(['device', line]);
  });

  test('what is signalled while masked is held, and must leave at the unmask', () => {
    const held = [...start, ...sends, masks, signal];
    expect(replayLines([...held, unmasks, messageLine('fee01000:21'), ends]).disagreements).toEqual([]);
    const { disagreements } = replayLines([...held, unmasks, ends, ends]);
    expect(disagreements.map(({ line }) => line)).toEqual([held.length]);
  });

  test('a reset, or MSI-X disabled, loses what was signalled', () => {
    for (const loses of [writeConfig(device, AT.express + 8, 0x8000), writeConfig(device, AT.msix + 2, 1)]) {
      expect(replayLines([...start, ...sends, masks, signal, loses]).disagreements).toEqual([]);
    }
  });

  test('of two such devices nobody knows which signals', () => {
    const other = device.replace('01:00.0', '02:00.0');
    const lines = [...foundBridge(), ...found(other, 0xfd000000), ...start.slice(2), ...sends, signal, unmasks, ends];
    const { disagreements, limits } = replayLines(lines, { device });
    expect(disagreements).toEqual([]);
    expect(limits).toContain(MISSING);
  });

  test('another device signals something else', () => {
    const other = device.startsWith('nvme') ? 'usb_xhci_irq_msix nr 0' : 'pci_nvme_irq_msix raising MSI-X IRQ vector 0';
    expect(replayLines([...start, ...sends, other, unmasks, ends]).disagreements).toEqual([]);
  });
});

test('in a recorded guest: each signal is put before its message, and every message taken away is missed', () => {
  const senders = new Map<number, number>();
  replayLines(logLines('base'), {
    watch: ({ kind, line, vector }) => void (kind === 'message' && senders.set(line, vector!)),
  });
  const told = logLines('base').flatMap((line, at) => {
    const vector = senders.get(at + 1);
    return vector === undefined ? [line] : [`pci_nvme_irq_msix raising MSI-X IRQ vector ${vector}`, line];
  });
  expect(replayLines(told).disagreements).toEqual([]);
  const signals = told.flatMap((line, at) => (line.startsWith('pci_nvme_irq_msix') ? [at] : []));
  expect(signals.length).toBe(68);
  for (const at of signals.filter((_, index) => index % 8 === 0)) {
    const { disagreements } = replayLines(told.toSpliced(at + 1, 1));
    expect(disagreements.map(({ line }) => line)).toEqual([at + 1]);
  }
});
