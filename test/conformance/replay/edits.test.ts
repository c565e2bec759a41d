/**
 * One edit of a recorded guest, at a time: each is caught at its line, in every recording.
 */
import { describe, expect, test } from 'vitest';
import { logLines, messageLine, replayLines } from '../../setup/logs.ts';

const RECORDINGS = [
  'linux-6.1-e1000e-q35',
  'linux-6.1-nvme-q35-kexec',
  'linux-6.1-nvme-q35-reset',
  'linux-6.1-qemu-xhci-q35',
  'linux-6.1-vmxnet3-pc',
  'qtest-nvme-1',
] as const;

/** As many of each kind of edit are made in a recording. */
const EDITS = 3;
/** A line between the first and the last that are alike, and both. */
const some = (lines: readonly number[]): number[] =>
  [...new Set([0, lines.length >> 1, lines.length - 1])].flatMap((index) => lines[index] ?? []).slice(0, EDITS);

describe.each(RECORDINGS)('%s', (name) => {
  const lines = logLines(name);
  const { figures } = replayLines(lines);
  const others = Object.keys(figures.messages.others);
  const senders = new Map<number, string>();
  /** Messages right after the write that unmasks their vector. */
  const unmasked: number[] = [];
  let before: Uint32Array = new Uint32Array(0);
  let opened: { line: number; vectors: readonly number[] } | undefined;
  replayLines(lines, {
    watch: ({ kind, line, message, vector, state }) => {
      if (state !== undefined) {
        const { dwords } = state;
        const isOpened = (dword: number, at: number): boolean =>
          at > 0 && at % 4 === 0 && dword === 0 && before[at] === 1;
        opened = { line, vectors: [...dwords].flatMap((dword, at) => (isOpened(dword, at) ? [at / 4 - 1] : [])) };
        before = dwords;
      }
      if (kind !== 'message') return;
      senders.set(line - 1, message!);
      if (opened?.line === line - 1 && opened.vectors.includes(vector!)) unmasked.push(line - 1);
    },
  });
  const own = [...senders.keys()];
  const at = (pattern: RegExp): number[] => lines.flatMap((line, index) => (pattern.test(line) ? [index] : []));
  const caught = (edited: readonly string[]) => replayLines(edited, { others });
  const flip = (text: string): string =>
    text.replace(/value 0x(\w+)/, (_, digits: string) => `value 0x${(Number.parseInt(digits, 16) ^ 1).toString(16)}`);

  test('as it is, with the messages of others known, nothing is wrong', () => {
    expect(caught(lines).disagreements).toEqual([]);
  });

  test.each(some(at(/_read .*'msix-table'/)))('a value read in the table, after line %i', (index) => {
    const { disagreements } = caught(lines.with(index, flip(lines[index])));
    expect(disagreements.map(({ line }) => line)).toEqual([index + 1]);
  });

  test.each(some(at(/^msix_write_config .*/)))("QEMU's view, after line %i", (index) => {
    const text = lines[index].replace(/masked (\d)/, (_, bit: string) => `masked ${1 - Number(bit)}`);
    const found = caught(lines.with(index, text)).disagreements.map(({ line }) => line);
    expect(found).toContain(index + 1);
  });

  test.each(some(own))('the data of a message that nobody has, after line %i', (index) => {
    const edited = lines.with(index, lines[index].replace(/value 0x\w+/, 'value 0x99'));
    const { disagreements } = caught(edited);
    const [first] = disagreements;
    expect([first.line, first.got]).toEqual([
      index + 1,
      expect.stringMatching(/^The message [0-9a-f]+:99 is neither\.$/),
    ]);
  });

  // One line up, it leaves while the vector is masked.
  test.each(some(unmasked))('a message moved before its unmask, after line %i', (index) => {
    const { disagreements } = caught(lines.toSpliced(index - 1, 2, lines[index], lines[index - 1]));
    expect(disagreements.map(({ line }) => line)).toContain(index);
    expect(disagreements[0].got).toMatch(/^No vector can send it: /);
  });

  test.each(some(unmasked))('an unmask removed, that the message after line %i needs', (index) => {
    const { disagreements } = caught(lines.toSpliced(index - 1, 1));
    expect(disagreements[0]).toMatchObject({ line: index, text: lines[index] });
  });

  test('one more message at the end is explained, or is wrong at its line', () => {
    const message = senders.get(own.at(-1)!)!;
    const longer = [...lines, messageLine(message)];
    const { disagreements, figures: after } = replayLines(longer, { others });
    // Where the log ends with MSI-X on, one more message is as good as the others.
    const isWrong = disagreements.length > 0;
    expect(isWrong ? disagreements[0].line : after.messages.explained[message]).toBe(
      isWrong ? longer.length : (figures.messages.explained[message] ?? 0) + 1,
    );
  });
});
