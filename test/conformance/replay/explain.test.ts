/**
 * Why did this interrupt not come? One fault of each kind, planted in a small log and in a recorded guest, named with its line.
 */
import { describe, expect, test } from 'vitest';
import { explain } from '../../../conformance/replay/explain.ts';
import { RULES } from '../../../spec/index.ts';
import { AT, found, foundBridge, setUp, tableLine, writeConfig } from '../../setup/guest-log.ts';
import { logLines, messageLine, replayLines } from '../../setup/logs.ts';

const NIC = 'nvme 01:00.0';
const FOUND = [...foundBridge(), ...found(NIC)];
const START = [...FOUND, ...setUp(NIC, 'fee01004:21')];
const SIGNAL = 'pci_nvme_irq_msix raising MSI-X IRQ vector 0';
const pba = (value: number): string =>
  `memory_region_ops_read cpu 0 addr 0xfe001000 value 0x${value.toString(16)} size 8 name 'msix-pba'`;
const why = (lines: readonly string[], vector = 0) => explain(() => [`${lines.join('\n')}\n`], { vector });

describe('a fault of each kind', () => {
  const withPba = START.flatMap((line) =>
    line.includes('@0x44 ->') ? [line, `pci_cfg_read ${NIC} @0x48 -> 0x1000`] : [line],
  );
  test.each<[string, readonly string[], string, number | undefined, RegExp]>([
    [
      'Mask Bit',
      [...START, tableLine('write', 12, 1)],
      'masked',
      START.length + 1,
      /^Vector 0 is masked since line \d+\. It could send from line \d+ to line \d+, and sent one message/,
    ],
    [
      'Mask Bit, pending',
      [...withPba, tableLine('write', 12, 1), pba(1)],
      'masked',
      withPba.length + 1,
      /An interrupt is pending, and is sent when the guest unmasks it\./,
    ],
    [
      'never unmasked',
      [...START, tableLine('read', 28, 1)],
      'masked',
      undefined,
      /^Vector 1 is masked from the beginning of the log\. Vector 1 could not send at any line before\./,
    ],
    [
      'Function Mask',
      [...START, writeConfig(NIC, AT.msix + 2, 0xc001)],
      'function masked',
      START.length + 1,
      /^The function is masked since line/,
    ],
    [
      'MSI-X Enable',
      [...START, writeConfig(NIC, AT.msix + 2, 0x0001), 'msix_write_config dev nvme enabled 0 masked 0'],
      'disabled',
      START.length + 1,
      /^MSI-X is disabled since line/,
    ],
    [
      'a reset',
      [...START, writeConfig(NIC, AT.express + 8, 0x8000)],
      'disabled',
      START.length + 1,
      /^The function was reset at line/,
    ],
    [
      'Bus Master Enable',
      [...START, writeConfig(NIC, 0x04, 0x2)],
      'bus master',
      START.length + 1,
      /^Bus Master Enable is off since line/,
    ],
    [
      'zeros',
      [...FOUND, ...setUp(NIC, '0:0').slice(0, -1)],
      'zeros',
      FOUND.length + 5,
      /holds zeros .* its message goes to address 0\./,
    ],
    [
      'a message that is missing',
      [...START, tableLine('read', 12, 0), SIGNAL, messageLine('fee01004:21'), SIGNAL, tableLine('read', 12, 0)],
      'device',
      START.length + 4,
      /^The device signalled vector 0 at line \d+, and no message followed/,
    ],
    [
      'nobody took it',
      [...START, messageLine('fee01004:21')],
      'sent',
      START.length + 1,
      /to logical destination 1, processor 0 in the flat model, as its vector 33 \(0x21\)/,
    ],
    [
      'no signal',
      START.slice(0, -1),
      'never signalled',
      START.length - 1,
      /the device did not signal it, or its signals are not logged/,
    ],
    [
      'another processor, since a line',
      [...START, tableLine('write', 12, 1), tableLine('write', 0, 0xfee02004), tableLine('write', 12, 0)],
      'never signalled',
      START.length + 3,
      /no message fee02004:21 has left, to logical destination 2.* Before, it sent one message, fee01004:21/,
    ],
  ])('%s', (name, lines, cause, line, sentence) => {
    const answer = why(lines, name === 'never unmasked' ? 1 : 0);
    expect([answer.cause, answer.line]).toEqual([cause, line]);
    expect(answer.sentence).toMatch(sentence);
    expect(answer.next).toMatch(/\S/);
    expect(RULES.map(({ id }) => id)).toContain(answer.rule);
    expect(answer.link?.packed).toMatch(/^t1\./);
  });
});

describe('a recorded guest whose device tells its signals: resets, D3hot, moves between processors', () => {
  const lines = logLines('linux-6.1-nvme-signals');
  const options = { device: NIC };
  const signals = lines.flatMap((line, at) => (line.startsWith('pci_nvme_irq_msix') ? [at] : []));

  test('holds, and shows that no message is missing', () => {
    const { verdict, disagreements, limits, figures } = replayLines(lines, options);
    expect([verdict, disagreements]).toEqual(['holds', []]);
    expect(Object.values(figures.messages.explained).reduce((a, b) => a + b, 0)).toBe(160);
    expect(signals.length).toBe(160);
    expect(limits.some((limit) => limit.startsWith('A signal is inferred'))).toBe(false);
  });

  test('every message that is taken away is missed at its signal, and explained by it', () => {
    let tried = 0;
    for (const at of signals.filter((_, index) => index % 20 === 3)) {
      if (!lines[at + 1].includes("'apic-msi'")) continue;
      tried++;
      const edited = lines.toSpliced(at + 1, 1);
      expect(replayLines(edited, options).disagreements.map(({ line }) => line)).toEqual([at + 1]);
      const vector = Number(lines[at].split(' ').at(-1));
      const { cause, line } = explain(() => [`${edited.join('\n')}\n`], { ...options, vector });
      expect([cause, line]).toEqual(['device', at + 1]);
    }
    expect(tried).toBeGreaterThan(4);
  });
});
