/**
 * Logs as people have them: recorded guests and machines of other kinds, in other shapes, with faults planted, and damaged.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { stepsOf } from '../../../conformance/replay/assigned.ts';
import { explain } from '../../../conformance/replay/explain.ts';
import { messageName } from '../../../conformance/replay/events.ts';
import { fileSource } from '../../../conformance/replay/file.ts';
import { ReplayError } from '../../../conformance/replay/log.ts';
import { readLspci } from '../../../conformance/replay/lspci.ts';
import { replay, type ReplayOptions } from '../../../conformance/replay/replay.ts';

const path = (name: string): string => `traces/logs/${name}.gz`;
const linesOf = (name: string): string[] =>
  gunzipSync(readFileSync(path(name)))
    .toString('latin1')
    .split('\n')
    .slice(0, -1);
const run = (lines: readonly string[], options?: ReplayOptions) =>
  replay(() => [lines.map((line) => `${line}\n`).join('')], options);
const total = (tallies: Readonly<Record<string, number>>): number => Object.values(tallies).reduce((a, b) => a + b, 0);
const refusal = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof ReplayError) return error.message;
    throw error;
  }
  throw new Error('Got a replay; expected a ReplayError.');
};

describe('logs of guests', () => {
  test.each([
    ['ioapic', undefined, 'holds', 22, 36, 0],
    ['v2m', undefined, 'holds', 59, 0, 0],
    ['kvm', undefined, 'holds', 1, 0, 0],
    ['dword', undefined, 'holds', 1, 1, 0],
    ['word', undefined, 'holds', 1, 1, 0],
    ['reboot', undefined, 'holds', 5, 33, 0],
    ['sriov1', 'nvme 01:00.1', 'n/a', 0, 40, 0],
    ['bridge', 'nvme 01:00.0', 'holds', 18, 23, 0],
    ['bridge', 'nvme', 'holds', 18, 23, 0],
    ['bridge', '01:00.0', 'holds', 18, 23, 0],
    ['bridge', '0000:01:00.0', 'holds', 18, 23, 0],
    ['mixed', undefined, 'holds', 68, 2, 20],
    ['base', undefined, 'holds', 68, 2, 0],
    ['linux-6.1-e1000e-q35', undefined, 'holds', 303, 1, 0],
    ['linux-6.1-nvme-q35-kexec', undefined, 'holds', 250, 1, 0],
    ['linux-6.1-nvme-q35-reset', undefined, 'holds', 492, 1, 0],
    ['linux-6.1-qemu-xhci-q35', undefined, 'holds', 451, 1, 0],
    ['linux-6.1-vmxnet3-pc', undefined, 'holds', 225, 1, 0],
    ['qtest-nvme-1', undefined, 'holds', 43, 1, 0],
  ] as const)('%s %s: %s, %i messages explained', (name, device, verdict, explained, others, passedOver) => {
    const result = replay(fileSource(path(name)), { device });
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
    expect(refusal(() => replay(fileSource(path('bridge'))))).toMatch(
      /--device with one of pcie-root-port 00:01\.0 \(1 vector\), nvme 01:00\.0 \(65 vectors\)\.$/,
    );
  });

  test('without a message nothing holds', () => {
    const silent = linesOf('base').filter((line) => !line.includes('apic-msi'));
    const { verdict, reason } = run(silent);
    expect(verdict).toBe('n/a');
    expect(reason).toMatch(/^No message stands in the log: with KVM and irqfd/);
    expect(stepsOf(() => [silent.join('\n'), '\n']).steps.some(({ kind }) => kind === 'message')).toBe(false);
  });

  test('messages of a region that nobody knows yet are known by the table', () => {
    const renamed = linesOf('base').map((line) => line.replace("'apic-msi'", "'some-msi-frame'"));
    expect(total(run(renamed).figures.messages.explained)).toBe(68);
  });

  test('a message that a disabled function once had, and nobody else, is unattributed', () => {
    const lines = linesOf('base');
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
    const { disagreements, figures } = run(disabled);
    expect(disagreements).toEqual([]);
    expect(figures.messages.unattributed).toEqual({ 'fee02004:23': 2 });
  });
});

describe('shapes of a line', () => {
  const lines = linesOf('base');
  test.each<[string, (line: string, index: number) => string]>([
    ['a time in ISO 8601', (line, at) => `2026-09-24T23:20:21.${String(at).padStart(6, '0')}Z ${line}`],
    ['a time with a zone', (line) => `2026-09-24T23:20:21.497100+02:00 ${line}`],
    ['a process and a time', (line, at) => `38518@1618242865.${at}:${line}`],
    ['a process, a time and a space', (line, at) => `38518@1618242865.${at}: ${line}`],
    ['journald', (line) => `Sep 24 23:20:21 host qemu-system-x86_64[4711]: ${line}`],
    ['seconds in brackets', (line, at) => `[${at}.000123] ${line}`],
    ['grep -n', (line, at) => `${at + 1}:${line}`],
    ['a name of the guest', (line) => `vm1 | ${line}`],
    ['CRLF', (line) => `${line}\r`],
    ['spaces at the end', (line) => `${line}  `],
    ['spaces before', (line) => `  ${line}`],
    ['quoted whole', (line) => `"${line}",`],
    ['pointers', (line) => line.replace(' addr', ' mr 0x55bdff8dca0 addr')],
    ['slot:function', (line) => line.replace('00:02.0', '02:0')],
    ['a domain', (line) => line.replace('00:02.0', '0000:00:02.0')],
    ['no names of regions', (line) => line.replace(/ name '.*'$/, '')],
    ['names in double quotes', (line) => line.replace(/ name '(.*)'$/, ' name "$1"')],
  ])('%s', (_, shape) => {
    const { verdict, figures } = run(lines.map(shape));
    expect([verdict, total(figures.messages.explained), figures.passedOver]).toEqual(['holds', 68, 0]);
  });

  test('chatter and other events between are passed over and counted', () => {
    const chatter = [
      "qemu-system-x86_64: warning: trace event 'pci_cfg_read' does not exist",
      'pci_update_mappings_add nvme 00:02.0 0,0xfebf0000+0x4000',
      'char device redirected to /dev/pts/3 (label serial0)',
      'apic_deliver_irq dest 1 dest_mode 0 delivery_mode 0 vector 35 trigger_mode 0',
    ];
    const { verdict, figures } = run(lines.flatMap((line, at) => [chatter[at % chatter.length], line]));
    expect([verdict, figures.passedOver]).toEqual(['holds', lines.length]);
  });
});

describe('a log that begins late', () => {
  const lines = linesOf('base');
  const first = lines.findIndex((line) => line.includes('msix-table'));
  const late = lines.slice(lines.findLastIndex((line, at) => at < first && line.includes('@0x42 <-')) - 2);

  test('is refused with the way out, and replayed when it is told where MSI-X is', () => {
    expect(refusal(() => run(late))).toMatch(/Where the log begins late, say where it is: --lspci FILE/);
    const told = { capability: 0x40, tableAddress: 0xfebf2000 };
    expect(run(late, { told }).verdict).toBe('holds');
  });

  test("takes the guest's lspci, in words and in bytes", () => {
    const words = [
      '00:02.0 Non-Volatile memory controller: Red Hat, Inc. QEMU NVM Express Controller (rev 02)',
      '\tRegion 0: Memory at febf0000 (64-bit, non-prefetchable) [size=16K]',
      '\tCapabilities: [40] MSI-X: Enable+ Count=5 Masked-',
      '\t\tVector table: BAR=0 offset=00002000',
      '\t\tPBA: BAR=0 offset=00003000',
    ];
    expect(run(late, { before: readLspci(words.join('\n')) }).verdict).toBe('holds');
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
    expect(run(late, { before }).verdict).toBe('holds');
    expect(
      run(
        late.filter((line) => !line.startsWith('pci_cfg')),
        { before },
      ).disagreements,
    ).toEqual([]);
  });
});

describe('files that are no such log', () => {
  test.each([
    [
      '           CPU0       CPU1       \n 24:         12          0   PCI-MSI 32768-edge      nvme0q0\n',
      /^Got \/proc\/interrupts/,
    ],
    [
      '# tracer: nop\n  qemu-kvm-1234  [000] .....   12.400001: kvm_msi_set_irq: dst 1 vec 35\n',
      /^Got a trace of Linux's ftrace/,
    ],
    [
      '(XEN)  MSI-X   78 vec=a1  fixed  edge   assert  phys    cpu dest=00000002 mask=1/ /0\n',
      /^Got what Xen's debug keys/,
    ],
    [
      '[    1.527082] pci 0000:00:00.0: BAR 0 [mem 0x40000000-0x40003fff]: assigned\n',
      /^Got the kernel's messages \(dmesg\)/,
    ],
    ['00:02.0 Non-Volatile memory controller: Red Hat, Inc.\n', /^Got what lspci prints/],
    [
      '1@2.3:vfio_msix_setup  (0000:01:00.0) PCI MSI-X CAP @0xb0, BAR 4, offset 0x0, entries 3\n1@2.4:vfio_msi_interrupt  (0000:01:00.0) vector 0 0xfee01004/0x23\n',
      /n\/a, .* vfio-pci 01:00\.0 has 3 vectors, .* Vector 0 of vfio-pci 01:00\.0 sends 0xfee01004\/0x23\. Missing: memory_region_ops_read/,
    ],
    [
      '1@2.3:msix_write_config dev nvme enabled 1 masked 0\n1@2.4:pci_nvme_irq_msix raising MSI-X IRQ vector 0\n',
      /n\/a, .* nvme signals vector 0\. Missing: memory_region_ops_read/,
    ],
  ])('%#', (text, sentence) => {
    const told = refusal(() => replay(() => [text]));
    expect(told).toMatch(sentence);
    expect(told).toContain("-trace 'memory_region_ops_*'");
  });
});

const RECORDINGS = [
  'linux-6.1-e1000e-q35',
  'linux-6.1-nvme-q35-reset',
  'linux-6.1-qemu-xhci-q35',
  'linux-6.1-vmxnet3-pc',
  'base',
] as const;

/** Where, in a recording, a vector that sends is masked, and where its message is replaced. */
function placesOf(lines: readonly string[]) {
  let masked: { line: number; vector: number; message: string } | undefined;
  let replaced: { line: number; vector: number; message: string } | undefined;
  let before: Uint32Array | undefined;
  const sending = new Map<number, string>();
  const used = new Map<number, string>();
  run(lines, {
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
  const send = (message: string): string => {
    const [address, data] = message.split(':');
    return `memory_region_ops_write cpu -1 addr 0x${address} value 0x${data} size 4 name 'apic-msi'`;
  };
  const why = (lines: readonly string[], vector: number) => explain(() => [`${lines.join('\n')}\n`], { vector });

  test.each(RECORDINGS)('a mask dropped by the device: %s', (name) => {
    const lines = linesOf(name);
    const { masked } = placesOf(lines);
    expect(masked).toBeDefined();
    const { line, vector, message } = masked!;
    const { cause, line: found } = why(lines.toSpliced(line, 0, send(message)), vector);
    expect([cause, found]).toEqual(['device', line + 1]);
  });

  test.each(RECORDINGS)('a stale route: %s', (name) => {
    const lines = linesOf(name);
    const { replaced } = placesOf(lines);
    expect(replaced).toBeDefined();
    const { line, vector, message } = replaced!;
    const { cause, line: found } = why(lines.toSpliced(line, 0, send(message)), vector);
    expect(['stale', 'device']).toContain(cause);
    expect(found).toBe(line + 1);
  });

  test.each(RECORDINGS)('a disabled window: %s', (name) => {
    const lines = linesOf(name);
    const { masked } = placesOf(lines);
    const at = lines.findLastIndex((text, index) => index < masked!.line && /^pci_cfg_write .* <- 0x80/.test(text));
    const [, place, value] = /^pci_cfg_write (.*) <- 0x(80\w\w)$/.exec(lines[at])!;
    const off = `pci_cfg_write ${place} <- 0x${(Number.parseInt(value, 16) & 0x7fff).toString(16)}`;
    const view = `msix_write_config dev ${place.split(' ')[0]} enabled 0 masked 0`;
    const cut = [...lines.slice(0, masked!.line - 1), off, view];
    const { cause, line } = why(cut, masked!.vector);
    expect([cause, line]).toEqual(['disabled', masked!.line]);
  });

  test('a lost replay at unmask, in five places of a run with reads of the Pending Bit Array', () => {
    const lines = linesOf('qtest-nvme-1');
    let found = 0;
    for (const [at, text] of lines.entries()) {
      if (found === 5 || !/^memory_region_ops_write .*'apic-msi'$/.test(text)) continue;
      const without = lines.toSpliced(at, 1);
      const [first] = run(without).disagreements;
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
    const lines = linesOf('base').slice(0, 330);
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
        answer = run(damaged).verdict;
      } catch (error) {
        if (!(error instanceof ReplayError)) throw error;
        answer = error.message;
      }
      expect(answer).toMatch(/^(?:holds|violated|n\/a)$|^[A-Z].*(?:\.|FILE)$/s);
    }
  });
});
