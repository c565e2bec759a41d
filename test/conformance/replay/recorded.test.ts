import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fileSource } from '../../../conformance/replay/file.ts';
import { ReplayError } from '../../../conformance/replay/log.ts';
import { readRecord, replayFile } from '../../../conformance/replay/record.ts';
import { replay, type ReplayOptions } from '../../../conformance/replay/replay.ts';
import { MsixFunction, SIGNAL_HELD } from '../../../src/index.ts';

const TRACE = 'traces/linux-6.1-nvme.trace';
const RECORD = readRecord('traces/linux-6.1-nvme.json');
const LINES: readonly string[] = readFileSync(TRACE, 'utf8').split('\n').slice(0, -1);

/** The trace with lines edited; lines are numbered as in the file, from 1. */
const changed = (line: number, from: string, to: string): string[] => {
  expect(LINES[line - 1]).toContain(from);
  return LINES.with(line - 1, LINES[line - 1].replace(from, to));
};
const without = (line: number): string[] => LINES.toSpliced(line - 1, 1);
const movedUp = (line: number): string[] => LINES.toSpliced(line - 2, 2, LINES[line - 1], LINES[line - 2]);

const run = (lines: readonly string[], options: ReplayOptions = { others: RECORD.others }) =>
  replay(() => [lines.map((line) => `${line}\n`).join('')], options);
const linesOf = (lines: readonly string[], options?: ReplayOptions) =>
  run(lines, options).disagreements.map(({ line }) => line);

describe('the boot of Linux 6.1 with an NVMe controller', () => {
  test('replays with no disagreement, and counts what the record says', () => {
    const result = replayFile(TRACE);
    expect(result.disagreements).toEqual([]);
    expect(result.disagreementCount).toBe(0);
    expect(result.recordPath).toBe('traces/linux-6.1-nvme.json');
    expect(result.differences).toEqual([]);
    expect(result.machine).toEqual({ messages: 12 });
    expect(result.geometry).toEqual({
      device: 'nvme 00:02.0',
      capability: 0x40,
      nextCapability: 0x80,
      vectorCount: 5,
      tableBir: 0,
      tableOffset: 0x2000,
    });
  });

  test('has the figures that were counted by another program', () => {
    const { figures } = replayFile(TRACE);
    const total = (tallies: Readonly<Record<string, number>>) =>
      Object.values(tallies).reduce((sum, each) => sum + each);
    expect(figures.lines).toBe(1971);
    expect(figures.accesses.tableRead + figures.accesses.tableWrite).toBe(207);
    expect(figures.comparisons).toEqual({ implementation: 832, machine: 992 });
    expect(total(figures.messages.explained)).toBe(721);
    expect(total(figures.messages.others)).toBe(707);
    expect(figures.edges).toEqual({ mask: 9, unmask: 9, block: 9, unblock: 9 });
  });

  test('says what it cannot show', () => {
    const missing =
      'A signal is inferred from the message that followed it, so a message that is missing does not show.';
    expect(replayFile(TRACE).limits).toEqual([missing]);
    expect(run(LINES, {}).limits).toEqual([
      missing,
      'The messages of other devices are not known, so one of them may be a wrong one of ours.',
    ]);
  });

  test('replays the same however the text is cut', () => {
    const pieces = readFileSync(TRACE, 'utf8').match(/[^]{1,7}/g) ?? [];
    expect(replay(() => pieces).figures).toEqual(RECORD.figures);
  });

  test('tells its progress', () => {
    const told: [number, number][] = [];
    const progress = (linesDone: number, lines: number) => void told.push([linesDone, lines]);
    run([...LINES, ...Array.from({ length: 10_000 }, () => '')], { progress });
    expect(told).toEqual([
      [8192, 11_971],
      [11_971, 11_971],
    ]);
  });
});

describe('an edit of the trace is caught at its line', () => {
  test.each([
    ['Vector Control read in the table   ', 207, 'value 0x1', 'value 0x0'],
    ['Message Data read back             ', 254, 'value 0x23', 'value 0x24'],
    ['a message address read to flush    ', 1727, 'value 0xfee01004', 'value 0xfee02004'],
    ['Message Control read               ', 204, '-> 0xc004', '-> 0x8004'],
    ['Message Control read, disabled     ', 1965, '-> 0x8004', '-> 0x4'],
    ['Table Offset read again            ', 283, '-> 0x2000', '-> 0x3000'],
    ['the header read again              ', 169, '-> 0x8011', '-> 0x9011'],
  ])('a value read: %s', (_, line, from, to) => {
    expect(linesOf(changed(line, from, to))).toEqual([line]);
  });

  test('tells a changed read in full', () => {
    expect(run(changed(254, 'value 0x23', 'value 0x24')).disagreements).toEqual([
      {
        line: 254,
        text: "memory_region_ops_read cpu 1 addr 0xfebf2008 value 0x24 size 4 name 'msix-table'",
        expected: 'The guest read 0x24 at offset 8 of the table.',
        got: 'The implementation returns 0x23.',
      },
    ]);
  });

  test("QEMU's view of Message Control, by the implementation and by the machine", () => {
    const { disagreements } = run(changed(221, 'masked 0', 'masked 1'));
    expect(disagreements.map(({ line, expected, got }) => [line, expected, got])).toEqual([
      [221, 'QEMU has MSI-X enabled, with Function Mask set.', 'Message Control of the implementation is 0x8004.'],
      [221, 'QEMU has MSI-X enabled, with Function Mask set.', 'Message Control of the machine is 0x8004.'],
    ]);
  });

  // Where an unmask is missing, the first message that needed it shows it, at its own line in the shorter file.
  test.each([
    [259, 260],
    [318, 319],
    [329, 1103],
    [340, 349],
    [1718, 1719],
    [1815, 1816],
    [1874, 1875],
    [1896, 1905],
  ])('an unmask removed: line %i, needed by the message at %i', (unmask, message) => {
    expect(LINES[unmask - 1]).toMatch(/_write .*c value 0x0 .*'msix-table'/);
    expect(run(without(unmask)).disagreements[0]).toMatchObject({ line: message - 1, text: LINES[message - 1] });
  });

  test('an unmask that no message and no read needed shows in the figures only', () => {
    const { disagreements, figures } = run(without(1885));
    expect(disagreements).toEqual([]);
    expect(figures.edges).toEqual({ mask: 8, unmask: 8, block: 8, unblock: 8 });
  });

  test.each([260, 319, 1719, 1816])('a message moved before its unmask: line %i', (message) => {
    const [first, ...more] = run(movedUp(message)).disagreements;
    expect(more).toEqual([]);
    expect(first.line).toBe(message - 1);
    expect(first.got).toMatch(/^No vector can send it: /);
  });

  test.each([
    ['nobody has     ', 319, '0x24', '0x99', 'The message fee02004:99 is neither.'],
    [
      'a vector has, still masked',
      319,
      '0x24',
      '0x23',
      'No vector can send it: not blocked are vector 0 with fee02004:24.',
    ],
    [
      'an entry held on its way',
      319,
      '0x24',
      '0xef',
      'No vector can send it: not blocked are vector 0 with fee02004:24.',
    ],
  ])('the data of a message changed to one that %s', (_, line, from, to, got) => {
    const { disagreements } = run(changed(line, `value ${from}`, `value ${to}`));
    expect(disagreements.map((each) => [each.line, each.got])).toEqual([[line, got]]);
  });

  test('data changed to those of another message that may leave just then show in the figures only', () => {
    for (const to of ['0x23', '0x27']) {
      const line = LINES.findIndex((text, index) => index > 400 && text.includes('0xfee02004 value 0x24')) + 1;
      const { disagreements, figures } = run(changed(line, 'value 0x24', `value ${to}`));
      expect(disagreements).toEqual([]);
      expect(figures.messages.explained['fee02004:24']).toBe(27);
    }
  });

  test('data that nobody has are another device, as long as the other devices are not known', () => {
    const { disagreements, figures } = run(changed(319, 'value 0x24', 'value 0x99'), {});
    expect(disagreements).toEqual([]);
    expect(figures.messages.others['fee02004:99']).toBe(1);
  });
});

describe('a damaged or foreign file is refused whole', () => {
  const refusal = (act: () => unknown): string => {
    try {
      act();
    } catch (error) {
      if (error instanceof ReplayError) return error.message;
      throw error;
    }
    throw new Error('Got a replay; expected a ReplayError.');
  };

  test.each([
    [
      'a line cut short',
      changed(210, " size 4 name 'msix-table'", ''),
      'Line 210, column 57: got the end of the line; expected "size".',
    ],
    ['a name cut short', changed(210, "-table'", ''), 'Line 210, column 70: got "\'msix"; expected a name in quotes.'],
    [
      'more than a line',
      changed(202, '0xc004', '0xc004 0x0'),
      'Line 202, column 43: got " 0x0"; expected the end of the line.',
    ],
    [
      'no hexadecimal',
      changed(210, '0xef', '239'),
      'Line 210, column 53: got "239 size 4 name \'msix-table\'"; expected a value of at most 64 bits.',
    ],
    [
      'a digit that is none',
      changed(202, '0xc004', '0xc00g'),
      'Line 202, column 37: got "0xc00g"; expected a value of at most 32 bits.',
    ],
    [
      'a value of more than 32 bits',
      changed(202, '0xc004', '0x10000c004'),
      'Line 202, column 37: got "0x10000c004"; expected a value of at most 32 bits.',
    ],
    [
      'a value wider than its access',
      changed(210, '0xef', '0x1000000ef'),
      'Line 210, column 53: got "0x1000000ef size 4 name \'msix-table\'"; expected a value of 4 bytes, which is the size.',
    ],
    [
      'an address beyond 2^53',
      changed(210, '0xfebf2008', '0x20000000000000'),
      'Line 210, column 36: got "0x20000000000000 value 0xef size 4 name \'msix-table\'"; expected an address below 2^53.',
    ],
    [
      'a size that does not exist',
      changed(210, 'size 4', 'size 3'),
      'Line 210, column 63: got "3 name \'msix-table\'"; expected 1, 2, 4 or 8.',
    ],
    [
      'an offset outside',
      changed(202, '@0x42', '@0x1000'),
      'Line 202, column 28: got "@0x1000 <- 0xc004"; expected an offset in configuration space, 0x0 to 0xfff.',
    ],
    [
      'a bus address that is none',
      changed(202, '00:02.0', '00:02.9'),
      'Line 202, column 20: got "00:02.9 @0x42 <- 0xc004"; expected a bus address such as 00:02.0.',
    ],
    ['an arrow the wrong way', changed(202, '<-', '->'), 'Line 202, column 34: got "-> 0xc004"; expected "<-".'],
    [
      'a truth value that is none',
      changed(203, 'masked 1', 'masked 2'),
      'Line 203, column 45: got "2"; expected 0 or 1.',
    ],
    [
      'an access outside the table',
      changed(210, '0xfebf2008', '0xfebf2058'),
      'Line 210: got an access of msix-table at 0xfebf2058, which is outside; expected one inside, where the trace shows it ' +
        'to be.',
    ],
    ['nothing', [], "Got an empty trace; expected lines of QEMU's log."],
    [
      'blank lines',
      ['', '  ', ''],
      'The trace does not show a function with MSI-X: a chain of capabilities from @0x34 to one with the ID 0x11; ' +
        'expected the log of a boot that uses MSI-X.',
    ],
  ])('%s', (_, lines, message) => {
    let driven = 0;
    class Counting extends MsixFunction {
      constructor(...options: ConstructorParameters<typeof MsixFunction>) {
        super(...options);
        driven++;
      }
    }
    expect(refusal(() => run(lines, { Implementation: Counting }))).toBe(message);
    expect(driven).toBe(0);
  });

  test('a last line that was cut off is passed over, for it may have lost digits, and that is said', () => {
    const text = readFileSync(TRACE, 'utf8');
    for (const cut of [1, 2, 20]) {
      const { figures, limits, verdict } = replay(() => [text.slice(0, -cut)]);
      expect([figures.lines, figures.passedOver, verdict]).toEqual([1971, 1, 'holds']);
      expect(limits).toContain('The last line was cut off, and passed over.');
    }
  });

  test('a source file, and bytes', () => {
    expect(refusal(() => replay(fileSource('test/conformance/replay/assigned.test.ts')))).toMatch(
      /^Line 1, column 1: got "\/\*\*"; expected one of memory_region_ops_read.* Record the guest's accesses with QEMU/,
    );
    const bytes = Array.from({ length: 10_000 }, (_, index) => String.fromCharCode((index * 197) & 0xff));
    expect(refusal(() => replay(() => [bytes.join('')]))).toMatch(/^Line 1, column 1: got "\\u0000/);
    expect(refusal(() => replay(() => bytes.map((byte) => byte.replace('\n', ' '))))).toMatch(
      /^Line 1, column 1: got "\\u0000/,
    );
  });

  test('a file that cannot be read, or changes meanwhile', () => {
    expect(refusal(() => replayFile('traces/none.trace'))).toMatch(/^Got no text from traces\/none\.trace \(ENOENT/);
    expect(refusal(() => replayFile('traces'))).toMatch(/^Got no text from traces \(EISDIR/);
    let pass = 0;
    expect(refusal(() => replay(() => [`${LINES.slice(0, pass++ === 0 ? 400 : 399).join('\n')}\n`]))).toBe(
      'Got 399 lines after 400; expected a trace that does not change meanwhile.',
    );
  });

  test('a record that is none', () => {
    expect(refusal(() => readRecord(TRACE))).toMatch(/^Got no JSON from traces\/linux-6\.1-nvme\.trace/);
    expect(refusal(() => readRecord('package.json'))).toBe(
      'Got package.json without a list of messages in "others"; expected such as ["fee01004:22"].',
    );
  });

  const lacking = (pattern: RegExp): string[] => LINES.filter((line) => !pattern.test(line));
  test.each([
    [
      'the chain       ',
      / @0x34 /,
      /^Line 198: .* before it, a function with MSI-X: a chain of capabilities from @0x34 to one with the ID 0x11\. Where the log begins late, say/,
    ],
    [
      'the capability  ',
      / @0x40 /,
      /^Line 1\d\d: .* before it, a function with MSI-X: a chain of capabilities from @0x34 to one with the ID 0x11\./,
    ],
    ['Message Control ', /_read .* @0x42 /, /before it, Message Control of nvme 00:02\.0, a read of @0x42\./],
    ['Table Offset    ', / @0x44 /, /before it, where the msix-table of nvme 00:02\.0 is, a read of @0x44\./],
    ['the BAR         ', / @0x10 /, /before it, a memory address in Base Address Register 0 of nvme 00:02\.0\./],
    [
      'any access      ',
      /msix-table/,
      /^The trace does not show an access of the MSI-X Table; expected the log of a boot/,
    ],
  ])('a trace that lacks %s', (_, pattern, message) => {
    expect(refusal(() => run(lacking(pattern)))).toMatch(message);
  });
});

/** A function with two vectors, as a guest finds it; the table at 0xfe000000, the Pending Bit Array a page above. */
const found = (device = 'nvme 00:02.0', base = 0xfe000000): string[] => [
  `pci_cfg_read ${device} @0x34 -> 0x40`,
  `pci_cfg_read ${device} @0x40 -> 0x5011`,
  `pci_cfg_read ${device} @0x50 -> 0x10`,
  `pci_cfg_read ${device} @0x54 -> 0x10008000`,
  `pci_cfg_read ${device} @0x42 -> 0x1`,
  `pci_cfg_read ${device} @0x44 -> 0x0`,
  `pci_cfg_read ${device} @0x48 -> 0x1000`,
  `pci_cfg_write ${device} @0x10 <- 0x${base.toString(16)}`,
];

const PLACES: Readonly<Record<string, { readonly region: string; readonly verb: string; readonly offset: number }>> = {
  'table.read': { region: 'msix-table', verb: 'read', offset: 0 },
  'table.write': { region: 'msix-table', verb: 'write', offset: 0 },
  'pba.read': { region: 'msix-pba', verb: 'read', offset: 0x1000 },
  'pba.write': { region: 'msix-pba', verb: 'write', offset: 0x1000 },
};

/** A small notation: `table.write 0xc 0x0`, `pba.readq 0x0 0x1` for 8 bytes, `message 0xfee00000 0x41`. */
const told = (notation: string, base = 0xfe000000): string => {
  const [what, place, value] = notation.split(' ');
  const bytes = what.endsWith('q') ? 8 : 4;
  if (what === 'message') return `memory_region_ops_write cpu 0 addr ${place} value ${value} size 4 name 'apic-msi'`;
  const { region, verb, offset } = PLACES[what.replace(/q$/, '')];
  const address = (base + offset + Number(place)).toString(16);
  return `memory_region_ops_${verb} cpu 0 addr 0x${address} value ${value} size ${bytes} name '${region}'`;
};
const guest = (...notation: readonly string[]): string[] =>
  notation.map((each) => (/^(table|pba|message)\b/.test(each) ? told(each) : each));
const ENABLE = 'pci_cfg_write nvme 00:02.0 @0x42 <- 0x8001';
const SETUP = [...found(), ...guest(ENABLE, 'table.write 0x0 0xfee00000', 'table.write 0x8 0x41')];

describe('what a trace may hold beside the boot above', () => {
  test('a Pending bit read is a signal before it, and its message must follow the unmask', () => {
    const lines = [...SETUP, ...guest('pba.read 0x0 0x1', 'table.write 0xc 0x0', 'message 0xfee00000 0x41')];
    const { figures, disagreements } = run(lines);
    expect(disagreements).toEqual([]);
    expect(figures.messages.explained).toEqual({ 'fee00000:41': 1 });
    expect(figures.inferred).toEqual({ signals: 1, retirements: 0 });
    expect(figures.accesses.pbaRead).toBe(1);

    expect(run(lines.toSpliced(-1, 1, told('table.read 0xc 0x0'))).disagreements).toMatchObject([
      {
        line: 14,
        expected: 'Vector 0 sent fee00000:41 after line 13, before this one.',
        got: 'There is no such message.',
      },
    ]);
    // At the end of the log it may have been cut off.
    const cut = run(lines.slice(0, -1));
    expect(cut.disagreements).toEqual([]);
    expect(cut.limits).toContain('The log ends where a message of vector 0 was due, so it is not missed.');
  });

  test('a Pending bit that was read set and is read clear was retired', () => {
    const { figures, disagreements } = run([
      ...SETUP,
      ...guest('pba.readq 0x0 0x3', 'pba.read 0x0 0x2', 'pba.read 0x4 0x0', 'pba.write 0x0 0x0', 'pba.read 0x0 0x2'),
    ]);
    expect(disagreements).toEqual([]);
    expect(figures.inferred).toEqual({ signals: 2, retirements: 1 });
    expect(figures.accesses).toMatchObject({ pbaRead: 4, pbaWrite: 1 });
  });

  test.each([
    [
      'of a vector that is not blocked',
      guest('table.write 0xc 0x0', 'pba.read 0x0 0x1'),
      'The implementation returns 0x0.',
    ],
    ['of no vector                   ', guest('pba.read 0x0 0x4'), 'The implementation returns 0x0.'],
    ['of no vector, in a QWORD       ', guest('pba.readq 0x0 0x100000000'), 'The implementation returns 0x0.'],
  ])('a Pending bit %s disagrees', (_, lines, got) => {
    expect(run([...SETUP, ...lines]).disagreements).toMatchObject([{ line: SETUP.length + lines.length, got }]);
  });

  test('QWORDs, a byte or a dword of Message Control, and processors that reach their own registers', () => {
    const { disagreements, figures } = run([
      ...found(),
      ...guest(
        'table.writeq 0x0 0x1fee00000',
        'table.writeq 0x8 0x41',
        'table.readq 0x0 0x1fee00000',
        'pci_cfg_write nvme 00:02.0 @0x43 <- 0xc0',
        'msix_write_config dev nvme enabled 1 masked 1',
        'pci_cfg_read nvme 00:02.0 @0x40 -> 0xc0015011',
        'pci_cfg_write nvme 00:02.0 @0x40 <- 0x80015011',
        'pci_cfg_read nvme 00:02.0 @0x42 -> 0x8001',
        'message 0x1fee00000 0x41',
        'message 0xfee000b0 0x0',
      ),
    ]);
    expect(disagreements).toEqual([]);
    expect(figures.messages).toEqual({ explained: { '1fee00000:41': 1 }, others: {}, unattributed: {} });
    expect(figures.edges).toEqual({ mask: 0, unmask: 1, block: 0, unblock: 1 });
  });

  test('after a write of an entry that is not blocked, the message is left open until it is [MSIX-MSG-1]', () => {
    const lines = [...SETUP, ...guest('table.write 0xc 0x0', 'table.write 0x8 0x42', 'message 0xfee00000 0x41')];
    const both = [...lines, told('message 0xfee00000 0x42'), told('message 0xfee00000 0x41')];
    expect(linesOf(both)).toEqual([]);
    const { limits, figures } = run(both);
    expect(figures.messages.explained).toEqual({ 'fee00000:41': 2, 'fee00000:42': 1 });
    expect(limits.some((limit) => limit.startsWith('The guest wrote entries that were not masked.'))).toBe(true);
    const masked = [...both, told('table.write 0xc 0x1'), told('message 0xfee00000 0x42')];
    expect(linesOf(masked)).toEqual([masked.length]);
  });

  test('a Function Level Reset [MSIX-RESET-1] [MSIX-RESET-2]', () => {
    const reset = 'pci_cfg_write nvme 00:02.0 @0x58 <- 0x8000';
    const lines = [...SETUP, ...guest('table.write 0xc 0x0', reset, 'table.read 0xc 0x1', 'table.read 0x8 0x0')];
    const { disagreements, figures } = run([...lines, 'pci_cfg_read nvme 00:02.0 @0x42 -> 0x1']);
    expect(disagreements).toEqual([]);
    expect(figures.accesses.reset).toBe(1);
    // Where the function has no such reset, the bit means nothing.
    expect(linesOf(lines.map((line) => line.replace('0x10008000', '0x8000')))).toEqual([14, 15]);
  });

  test('a table that moves with its Base Address Register, also above 4 GiB', () => {
    const { disagreements, figures } = run([
      ...SETUP,
      'pci_cfg_write nvme 00:02.0 @0x10 <- 0xffffffff',
      'pci_cfg_read nvme 00:02.0 @0x10 -> 0xffffc004',
      'pci_cfg_write nvme 00:02.0 @0x10 <- 0xfd000004',
      'pci_cfg_write nvme 00:02.0 @0x14 <- 0x8',
      told('table.read 0x8 0x41', 0x8fd000000),
    ]);
    expect(disagreements).toEqual([]);
    expect(figures.accesses.tableRead).toBe(1);
  });

  test('the prefix and the pointers that QEMU writes, and regions of other devices', () => {
    const { disagreements, figures } = run([
      ...SETUP.map((line) => `4711@1700000000.123456:${line.replace('addr', 'mr 0x55d0c0ffee00 addr')}`),
      "memory_region_ops_read cpu 1 addr 0xfe000000 value 0x1ff size 1 name 'vga ioports remapped'",
    ]);
    expect(disagreements).toEqual([]);
    expect(figures.accesses).toMatchObject({ tableWrite: 2, elsewhere: 5 });
  });

  test('two functions with MSI-X: refused, unless one is named', () => {
    const other = [...found('e1000e 00:03.0', 0xfc000000), told('table.write 0xc 0x0', 0xfc000000)];
    const lines = [...SETUP, ...other, told('table.read 0x8 0x41')];
    expect(() => run(lines)).toThrow(
      'Line 20: got an access of the MSI-X of e1000e 00:03.0 after one of nvme 00:02.0; expected one function, or to be ' +
        'told which one to replay: --device with one of nvme 00:02.0 (2 vectors), e1000e 00:03.0 (2 vectors).',
    );
    expect(run(lines, { device: 'nvme 00:02.0' }).figures.accesses).toMatchObject({ tableRead: 1, tableWrite: 2 });
    expect(run(lines, { device: 'e1000e 00:03.0' }).figures.accesses).toMatchObject({ tableRead: 0, tableWrite: 1 });
    expect(() => run(lines, { device: 'nvme 00:04.0' })).toThrow(
      'The trace does not show a configuration access of nvme 00:04.0; expected the log of a boot that uses MSI-X.',
    );
  });

  test('a Pending Bit Array that the trace has not placed is refused', () => {
    const lines = SETUP.filter((line) => !line.includes('@0x48'));
    expect(() => run([...lines, told('pba.read 0x0 0x0')])).toThrow(
      'Line 11: got an access of msix-pba at 0xfe001000; expected the trace to show, before it, where the msix-pba of ' +
        'nvme 00:02.0 is, a read of @0x48.',
    );
  });

  test('a geometry that no function has is refused', () => {
    expect(() => run(SETUP.map((line) => line.replace('@0x48 -> 0x1000', '@0x48 -> 0x10')))).toThrow(
      /^The trace shows nvme 00:02\.0 with a geometry that no function has\. MsixFunction: .* overlap in BAR 0/,
    );
  });

  test('with more messages than the machine is built for, the implementation alone is driven, and that is said', () => {
    const writes = Array.from({ length: 62 }, (_, index) => told(`table.write 0x18 0x${(index + 1).toString(16)}`));
    expect(run([...SETUP, ...writes.slice(1)]).machine).toEqual({ messages: 64 });
    const { machine, figures, limits, disagreements } = run([...SETUP, ...writes]);
    const notApplicable = 'The machine is not stepped: the table held 65 different messages, more than 64.';
    expect(machine).toEqual({ notApplicable });
    expect(limits).toContain(notApplicable);
    expect(figures.comparisons).toEqual({ implementation: 4, machine: 0 });
    expect(disagreements).toEqual([]);
  });
});

describe('a fault in the implementation shows in the replay', () => {
  class IgnoringMasks extends MsixFunction {
    override tableWrite(offset: number, bytes: number, low: number, high = 0) {
      return offset % 16 === 12 && low === 1 ? 0 : super.tableWrite(offset, bytes, low, high);
    }
  }
  class Forgetting extends MsixFunction {
    override signal(vector: number) {
      return vector === 1 ? SIGNAL_HELD : super.signal(vector);
    }
  }
  class LosingFunctionMask extends MsixFunction {
    override configWrite(offset: number, bytes: number, value: number) {
      return super.configWrite(offset, bytes, value & 0xbfff);
    }
  }
  class ReadingZero extends MsixFunction {
    override tableRead(offset: number, bytes: number) {
      return offset % 16 === 12 ? 0 : super.tableRead(offset, bytes);
    }
  }

  test.each([
    [
      'masks are ignored         ',
      IgnoringMasks,
      265,
      'The machine does "vector 0 is released".',
      'The implementation does nothing.',
    ],
    [
      'signals of one are lost   ',
      Forgetting,
      1103,
      'The machine does "vector 1 sends fee01004:23".',
      'The implementation does nothing.',
    ],
    [
      'Function Mask is lost     ',
      LosingFunctionMask,
      202,
      'In the machine, Message Control is then 0xc004.',
      'In the implementation, Message Control is then 0x8004.',
    ],
    [
      'masks read as zero        ',
      ReadingZero,
      207,
      'The guest read 0x1 at offset 12 of the table.',
      'The implementation returns 0x0.',
    ],
  ])('%s', (_, Implementation, line, expected, got) => {
    const { disagreements, disagreementCount } = run(LINES, { others: RECORD.others, Implementation });
    expect(disagreements.find((each) => each.line === line)).toEqual({ line, text: LINES[line - 1], expected, got });
    expect(disagreements[0].line).toBe(line);
    expect(disagreements.length).toBe(Math.min(disagreementCount, 100));
  });
});
