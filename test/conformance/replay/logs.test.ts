/**
 * Logs as people have them: recorded guests and machines of other kinds, in other shapes, with faults planted, and damaged.
 */
import { describe, expect, test } from 'vitest';
import { stepsOf } from '../../../conformance/replay/assigned.ts';
import { explain } from '../../../conformance/replay/explain.ts';
import { messageName } from '../../../conformance/replay/events.ts';
import { fileSource } from '../../../conformance/replay/file.ts';
import { ReplayError } from '../../../conformance/replay/log.ts';
import { readLspci } from '../../../conformance/replay/lspci.ts';
import { replay } from '../../../conformance/replay/replay.ts';
import { logLines, logPath, messageLine, refusal, replayLines, total } from '../../setup/logs.ts';

describe('logs of guests', () => {
  test.each([
    ['bridge', 'nvme 01:00.0', 'holds', 18, 23, 0],
    ['bridge', 'nvme', 'holds', 18, 23, 0],
    ['bridge', '01:00.0', 'holds', 18, 23, 0],
    ['bridge', '0000:01:00.0', 'holds', 18, 23, 0],
    ['linux-6.1-e1000e-q35', undefined, 'holds', 303, 1, 0],
    ['linux-6.1-nvme-q35-kexec', undefined, 'holds', 250, 1, 0],
    ['linux-6.1-nvme-q35-reset', undefined, 'holds', 492, 1, 0],
    ['linux-6.1-qemu-xhci-q35', undefined, 'holds', 451, 1, 0],
    ['linux-6.1-vmxnet3-pc', undefined, 'holds', 225, 1, 0],
    ['qtest-nvme-1', undefined, 'holds', 43, 1, 0],
  ] as const)('%s %s: %s, %i messages explained', (name, device, verdict, explained, others, passedOver) => {
    const result = replay(fileSource(logPath(name)), { device });
    expect(result.disagreements).toEqual([]);
    const { messages } = result.figures;
    expect([result.verdict, total(messages.explained), total(messages.others), result.figures.passedOver]).toEqual([
      verdict,
      explained,
      others,
      passedOver,
    ]);
    expect(messages.unattributed).toEqual({});
  });

  test('two functions with MSI-X are named with their vectors', () => {
    expect(refusal(() => replay(fileSource(logPath('bridge'))))).toMatch(
      /--device with one of pcie-root-port 00:01\.0 \(1 vector\), nvme 01:00\.0 \(65 vectors\)\.$/,
    );
  });

  test('without a message nothing holds', () => {
    const silent = logLines('base').filter((line) => !line.includes('apic-msi'));
    const { verdict, reason } = replayLines(silent);
    expect(verdict).toBe('n/a');
    expect(reason).toMatch(/^No message stands in the log: with KVM and irqfd/);
    expect(stepsOf(() => [silent.join('\n'), '\n']).steps.some(({ kind }) => kind === 'message')).toBe(false);
  });

  test('messages of a region that nobody knows yet are known by the table', () => {
    const renamed = logLines('base').map((line) => line.replace("'apic-msi'", "'some-msi-frame'"));
    expect(total(replayLines(renamed).figures.messages.explained)).toBe(68);
  });

  test('a message that a disabled function once had, and nobody else, is unattributed', () => {
    const lines = logLines('base');
    const off = lines.findLastIndex((line) => /msix_write_config dev nvme enabled 1/.test(line));
    const late = "memory_region_ops_write cpu -1 addr 0xfee02004 value 0x23 size 4 name 'apic-msi'";
    const disabled = [
      ...lines.slice(0, off + 1),
      ...lines.slice(off + 1, 330),
      'pci_cfg_write nvme 00:02.0 @0x42 <- 0x4',
      'msix_write_config dev nvme enabled 0 masked 0',
      late,
      late,
    ];
    const { disagreements, figures } = replayLines(disabled);
    expect(disagreements).toEqual([]);
    expect(figures.messages.unattributed).toEqual({ 'fee02004:23': 2 });
  });
});

describe('a log that begins late', () => {
  const lines = logLines('base');
  const first = lines.findIndex((line) => line.includes('msix-table'));
  const late = lines.slice(lines.findLastIndex((line, at) => at < first && line.includes('@0x42 <-')) - 2);

  test('is refused with the way out, and replayed when it is told where MSI-X is', () => {
    expect(refusal(() => replayLines(late))).toMatch(/Where the log begins late, say where it is: --lspci FILE/);
    const told = { capability: 0x40, tableAddress: 0xfebf2000 };
    expect(replayLines(late, { told }).verdict).toBe('holds');
  });

  test("takes the guest's lspci, in words and in bytes", () => {
    const words = [
      '00:02.0 Non-Volatile memory controller: Red Hat, Inc. QEMU NVM Express Controller (rev 02)',
      '\tRegion 0: Memory at febf0000 (64-bit, non-prefetchable) [size=16K]',
      '\tCapabilities: [40] MSI-X: Enable+ Count=5 Masked-',
      '\t\tVector table: BAR=0 offset=00002000',
      '\t\tPBA: BAR=0 offset=00003000',
    ];
    expect(replayLines(late, { before: readLspci(words.join('\n')) }).verdict).toBe('holds');
    const bytes = Array.from({ length: 256 }, () => 0);
    const put = (at: number, ...values: readonly number[]) =>
      values.forEach((value, index) => (bytes[at + index] = value));
    put(0x10, 0x04, 0x00, 0xbf, 0xfe);
    put(0x34, 0x40);
    put(0x40, 0x11, 0x80, 0x04, 0x80, 0x00, 0x20, 0x00, 0x00, 0x00, 0x30, 0x00, 0x00);
    const dump = Array.from({ length: 16 }, (_, row) => {
      const cells = bytes.slice(16 * row, 16 * row + 16).map((byte) => byte.toString(16).padStart(2, '0'));
      return `${(16 * row).toString(16).padStart(2, '0')}: ${cells.join(' ')}`;
    });
    const before = readLspci([words[0], ...dump].join('\n'));
    expect(replayLines(late, { before }).verdict).toBe('holds');
    expect(
      replayLines(
        late.filter((line) => !line.startsWith('pci_cfg')),
        { before },
      ).disagreements,
    ).toEqual([]);
  });
});

const RECORDINGS = [
  'linux-6.1-e1000e-q35',
  'linux-6.1-nvme-q35-reset',
  'linux-6.1-qemu-xhci-q35',
  'linux-6.1-vmxnet3-pc',
  'base',
] as const;

const places = new Map<string, ReturnType<typeof findPlaces>>();

/** Where, in a recording, a vector that sends is masked, and where its message is replaced. */
function placesOf(name: string): ReturnType<typeof findPlaces> {
  const found = places.get(name) ?? findPlaces(logLines(name));
  places.set(name, found);
  return found;
}

function findPlaces(lines: readonly string[]) {
  let masked: { line: number; vector: number; message: string } | undefined;
  let replaced: { line: number; vector: number; message: string } | undefined;
  let before: Uint32Array | undefined;
  const sending = new Map<number, string>();
  const used = new Map<number, string>();
  replayLines(lines, {
    watch: ({ line, state, kind, vector, message }) => {
      if (kind === 'message' && vector !== undefined && message !== undefined) {
        sending.set(vector, message);
        const earlier = used.get(vector);
        if (earlier !== undefined && earlier !== message) replaced ??= { line, vector, message: earlier };
        used.set(vector, message);
      }
      if (state === undefined) return;
      for (const [at, sent] of sending) {
        const [low, high, data, control] = state.dwords.subarray(1 + 4 * at, 5 + 4 * at);
        const now =
          messageName(low, high, data) === sent && (state.dwords[0] & 0xc000) === 0x8000 && (control & 1) === 1;
        if (now && before !== undefined && (before[4 + 4 * at] & 1) === 0)
          masked ??= { line, vector: at, message: sent };
      }
      before = state.dwords;
    },
  });
  return { masked, replaced };
}

describe('twenty planted faults, each explained by its line', () => {
  const why = (lines: readonly string[], vector: number) => explain(() => [`${lines.join('\n')}\n`], { vector });

  test.each(RECORDINGS)('a mask dropped by the device: %s', (name) => {
    const lines = logLines(name);
    const { masked } = placesOf(name);
    expect(masked).toBeDefined();
    const { line, vector, message } = masked!;
    const { cause, line: found } = why(lines.toSpliced(line, 0, messageLine(message)), vector);
    expect([cause, found]).toEqual(['device', line + 1]);
  });

  test.each(RECORDINGS)('a stale route: %s', (name) => {
    const lines = logLines(name);
    const { replaced } = placesOf(name);
    expect(replaced).toBeDefined();
    const { line, vector, message } = replaced!;
    const { cause, line: found } = why(lines.toSpliced(line, 0, messageLine(message)), vector);
    expect(['stale', 'device']).toContain(cause);
    expect(found).toBe(line + 1);
  });

  test.each(RECORDINGS)('a disabled window: %s', (name) => {
    const lines = logLines(name);
    const { masked } = placesOf(name);
    const at = lines.findLastIndex((text, index) => index < masked!.line && /^pci_cfg_write .* <- 0x80/.test(text));
    const [, place, value] = /^pci_cfg_write (.*) <- 0x(80\w\w)$/.exec(lines[at])!;
    const off = `pci_cfg_write ${place} <- 0x${(Number.parseInt(value, 16) & 0x7fff).toString(16)}`;
    const view = `msix_write_config dev ${place.split(' ')[0]} enabled 0 masked 0`;
    const cut = [...lines.slice(0, masked!.line - 1), off, view];
    const { cause, line } = why(cut, masked!.vector);
    expect([cause, line]).toEqual(['disabled', masked!.line]);
  });

  test('a lost replay at unmask, in five places of a run with reads of the Pending Bit Array', () => {
    const lines = logLines('qtest-nvme-1');
    let found = 0;
    for (const [at, text] of lines.entries()) {
      if (found === 5 || !/^memory_region_ops_write .*'apic-msi'$/.test(text)) continue;
      const without = lines.toSpliced(at, 1);
      const [first] = replayLines(without).disagreements;
      if (first === undefined || !first.got.startsWith('There is no such message')) continue;
      const [, vector, due] = /^Vector (\d+) sent .* after line (\d+)/.exec(first.expected)!;
      const { cause, line } = why(without, Number(vector));
      expect([cause, line]).toEqual(['device', Number(due)]);
      expect(without[line! - 1]).toMatch(/^memory_region_ops_write .*'msix-table'|^pci_cfg_write/);
      found++;
    }
    expect(found).toBe(5);
  });
});

describe('a damaged log', () => {
  test('is answered, or refused in a sentence: two thousand edits', () => {
    const lines = logLines('base').slice(0, 330);
    let state = 7;
    const random = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state % below;
    };
    for (let round = 0; round < 100; round++) {
      const damaged = lines.slice();
      for (let edit = 0; edit < 20; edit++) {
        const at = random(damaged.length);
        const text = damaged[at];
        const place = random(text.length + 1);
        const kinds = [
          () => text.slice(0, place),
          () => text.slice(place),
          () => text.slice(0, place) + String.fromCharCode(random(256)) + text.slice(place + 1),
          () => text + damaged[random(damaged.length)],
          () => '',
        ];
        damaged[at] = kinds[random(kinds.length)]();
      }
      let answer: string;
      try {
        answer = replayLines(damaged).verdict;
      } catch (error) {
        if (!(error instanceof ReplayError)) throw error;
        answer = error.message;
      }
      expect(answer).toMatch(/^(?:holds|violated|n\/a)$|^[A-Z].*(?:\.|FILE)$/s);
    }
  });
});
