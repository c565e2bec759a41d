/**
 * What the command line keeps to when its surroundings are hostile: 1 means violated and nothing else, whatever it reads ends, and no
 * control sequence of a file reaches the terminal.
 */
import { spawnSync } from 'node:child_process';
import { ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InputError, readText } from '../../cli/input.ts';
import { wholeNumber } from '../../cli/options.ts';
import { EXIT, safe, shellWord, wrapLines } from '../../cli/output.ts';
import { printTrace } from '../../checker/trace/codec.ts';
import { makeTrace } from '../../checker/trace/trace.ts';
import { createInstance } from '../../properties/instances.ts';
import { traceSubject } from '../../properties/subject.ts';
import { called } from '../setup/called.ts';
import { MASKBIT, type Ran } from '../setup/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'maskbit-promises-'));
const inside = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a line of shell in which "maskbit" is the command; it must end by itself. */
function shell(line: string): Ran {
  const command = `maskbit() { ${MASKBIT.join(' ')} "$@"; }`;
  const { status, stdout, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', `${command}\n${line}`], {
    encoding: 'utf8',
    timeout: 50_000,
    maxBuffer: 1 << 28,
  });
  return { status, stdout, stderr };
}

describe('an output that cannot be written', () => {
  test('is no verdict: a full device', () => {
    const { status, stderr } = shell('maskbit rules > /dev/full');
    expect(stderr).toMatch(/^Got ENOSPC: no space left on device, write; expected an output that takes all/);
    expect(status).toBe(EXIT.failed);
  });

  test('is no verdict: a reader that has gone', () => {
    const { status, stderr } = shell('maskbit rules --json | true');
    expect(stderr).toBe(
      'Got nobody who reads the output any more; expected an output that takes all there is to say. There is no verdict.\n',
    );
    expect(status).toBe(EXIT.failed);
  });

  test('is no verdict where a violation is told: the status is not 1', () => {
    const { status } = shell('maskbit check --design posted > /dev/full');
    expect(status).toBe(EXIT.failed);
  });

  test('is no verdict when the errors cannot be written either', () => {
    expect(shell('maskbit rules > /dev/full 2> /dev/full').status).toBe(EXIT.failed);
  });
});

describe('a file that', () => {
  beforeAll(() => {
    const file = openSync(inside('large.json'), 'w');
    ftruncateSync(file, 600 * 2 ** 20);
    spawnSync('mkfifo', [inside('fifo')]);
  });

  test.each([
    ['has 600 MB', 'maskbit show large.json', /large.json with more than 134217728 bytes; expected a trace of no more/],
    ['is a folder', 'maskbit show .', /which is a folder; expected a file/],
    ['is a FIFO that nobody writes to', 'maskbit show fifo', /which is a FIFO; expected a file/],
    ['is a FIFO that nobody writes to', 'maskbit replay fifo', /which is a FIFO; expected a file/],
    ['is a FIFO that nobody writes to', 'maskbit conform fifo', /which is a FIFO; expected a file/],
    ['is a FIFO that nobody writes to', 'maskbit prove fifo', /which is a FIFO; expected a file/],
    ['is a FIFO that nobody writes to', 'maskbit conform --profile fifo dut.js', /which is a FIFO; expected a file/],
    ['is a FIFO that nobody writes to', 'maskbit replay --lspci fifo log', /which is a FIFO; expected a file/],
    ['never ends', 'maskbit show /dev/zero', /Got \/dev\/zero, which is a device; expected a file/],
    ['never ends', 'maskbit check --manifest /dev/zero', /Got \/dev\/zero, which is a device; expected a file/],
    ['never ends', 'maskbit replay /dev/zero', /Got \/dev\/zero, which is a device; expected a file/],
    ['looks like a file and waits', 'maskbit show /proc/kmsg', /^Got E\w+: .*; expected a file that can be read/],
    ['looks like a file and waits', 'maskbit replay /proc/kmsg', /Got no text from \/proc\/kmsg \(E\w+: /],
    ['is no memory that can be read', 'maskbit show /proc/self/mem', /^Got EIO: .*; expected a file that can be read/],
    ['is a pipe that never ends', 'maskbit show <(cat /dev/zero)', /with more than 134217728 bytes; expected a trace/],
  ])('%s is refused in a sentence: %s', (_, line, sentence) => {
    const { status, stdout, stderr } = shell(line.replace(/ (large|fifo|\.$)/, ` ${folder}/$1`));
    expect(stderr.split('\n').at(-2)).toMatch(sentence);
    expect(stdout).toBe('');
    expect(status).toBe(EXIT.usage);
  });

  test('comes through a pipe of the shell is read', () => {
    const subject = traceSubject(createInstance('function'));
    writeFileSync(inside('trace.json'), printTrace(makeTrace(subject, [0])));
    const { status, stdout } = shell(`maskbit show <(cat ${inside('trace.json')})`);
    expect(stdout).toContain('1 step');
    expect(status).toBe(EXIT.holds);
  });

  test('has as many bytes as are allowed is read, and one more is refused', () => {
    writeFileSync(inside('small'), 'four');
    expect(readText(inside('small'), 'a word', 4)).toBe('four');
    expect(() => readText(inside('small'), 'a word', 3)).toThrow(InputError);
  });
});

describe('no control sequence reaches the terminal', () => {
  const ESCAPE = '\u001b';
  const OSC = `${ESCAPE}]0;pwned\u0007${ESCAPE}[2J\u009b2J`;

  function damaged(name: string, damage: (trace: any) => void): string {
    const trace = JSON.parse(printTrace(makeTrace(traceSubject(createInstance('function')), [0])));
    damage(trace);
    writeFileSync(inside(name), JSON.stringify(trace));
    return inside(name);
  }

  test.each([
    [
      'in the sentence of a verdict',
      (trace: any) => void (trace.verdict = { property: 'X', sentence: OSC, result: 'fails' }),
    ],
    ['in the state at the start', (trace: any) => void (trace.start.gate = OSC)],
    ['in the name of a machine', (trace: any) => void (trace.machine = OSC)],
  ])('%s', async (name, damage) => {
    const { stdout, stderr } = await called('show', damaged(`${name}.json`, damage));
    expect(stdout + stderr).toContain('\\u001b');
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  });

  test.each([
    ['show', `${OSC}file`],
    ['rules', OSC],
    ['replay', `/nowhere/${OSC}`],
    [OSC],
    ['export', '--machine', OSC],
  ])('in a parameter of %j', async (...parameters) => {
    const { status, stdout, stderr } = await called(...parameters);
    expect(stdout + stderr).toContain('\\u001b');
    expect(stdout + stderr).not.toContain(ESCAPE);
    expect(status).toBe(EXIT.usage);
  });

  test('and JSON stays what it was', () => {
    const text = JSON.stringify({ value: `\u009b2J\u202e${ESCAPE}` });
    expect(safe(text)).not.toBe(text);
    expect(JSON.parse(safe(text))).toEqual(JSON.parse(text));
  });
});

describe('strictly read', () => {
  test.each(['0', '-1', '1.5', '1e3', '0x10', ' 8', '8 ', '08', '', 'NaN', 'Infinity', '9007199254740993', '８'])(
    'the number %j',
    (text) => {
      expect(() => wholeNumber(1)(text)).toThrow(/^Got .*; expected a whole number, 1 or more\.$/);
    },
  );

  test.each([
    [['check', '--states', '0'], /Got 0; expected a whole number, 1 or more/],
    [['check', '--seconds', '0'], /Got 0; expected a whole number, 1 or more/],
    [['check', '--memory', '0'], /Got 0; expected a number of bytes/],
    [['inspect', '--port', '0x50'], /Got 0x50; expected a whole number from 1 to 65535/],
    [['export', '--machine', 'function', '--vectors', '1e1'], /Got 1e1; expected a whole number from 1 to 64/],
    [['rules', 'MSIX-PEMD-2'], /Got the id "MSIX-PEMD-2"; expected one that is registered, such as MSIX-PEND-2/],
    [['help', 'chek'], /unknown command 'chek'\n\(Did you mean check\?\)/],
    [['chek'], /unknown command 'chek'\n\(Did you mean check\?\)/],
  ])('%j', async (parameters, sentence) => {
    const { status, stderr } = await called(...parameters);
    expect(stderr).toMatch(sentence);
    expect(status).toBe(EXIT.usage);
  });

  test('but for the case of a rule', async () => {
    const { status, stdout } = await called('rules', 'msix-pend-2');
    expect(stdout).toMatch(/^MSIX-PEND-2 {2}/);
    expect(status).toBe(EXIT.holds);
  });
});

describe('help', () => {
  test('of a verb is told by help VERB as by --help, and its groups by both', async () => {
    const { status, stdout } = await called('help', 'rules');
    expect(status).toBe(EXIT.holds);
    expect(stdout).toBe((await called('rules', '--help')).stdout);
    expect((await called('help')).stdout).toMatch(/\nDecide:\n {2}check [^]*\nShow:\n {2}export /);
  });

  test('says what each exit status means', async () => {
    expect((await called('--help')).stdout).toContain(
      '4 no answer: the output cannot be written, or maskbit itself has failed.',
    );
  });
});

test('rules are printed as JSON, all or one', async () => {
  const { stdout } = await called('rules', '--json');
  const all = JSON.parse(stdout) as { rule: { id: string } }[];
  expect(all.length).toBeGreaterThan(80);
  const one = JSON.parse((await called('rules', 'msix-pend-2', '--json')).stdout) as { rule: { id: string } };
  expect(all).toContainEqual(one);
});

describe('a link', () => {
  let link = '';
  beforeAll(async () => {
    writeFileSync(inside('whole.json'), printTrace(makeTrace(traceSubject(createInstance('function')), [0])));
    link = (await called('show', inside('whole.json'), '--format', 'link')).stdout.trim();
  });

  test('leads to a published page, and is read back as it was pasted', async () => {
    const { stdout } = await called('show', link, '--format', 'link', '--base-url', 'https://example.org/msix/');
    expect(stdout).toBe(`https://example.org/msix/#${link}\n`);
    expect((await called('show', `(${stdout.trim()}&amp;step=1).`)).stdout).toBe((await called('show', link)).stdout);
  });

  test.each([
    [['--base-url', 'https://example.org/'], /got --base-url with --format text; expected --format link/],
    [['--format', 'link', '--base-url', 'javascript:1'], /Got javascript:1; expected the address of a page/],
  ])('is made of a page and a trace: %j', async (parameters, sentence) => {
    const { status, stderr } = await called('show', link, ...parameters);
    expect(stderr).toMatch(sentence);
    expect(status).toBe(EXIT.usage);
  });
});

describe('on a terminal', () => {
  test('prose is wrapped to its width, and what follows is indented as the line is', () => {
    expect(wrapLines('  1. The device signals vector 0, which is masked.', 24)).toBe(
      '  1. The device signals\n     vector 0, which is\n     masked.',
    );
    const command = `Show it again: maskbit show t1.${'x'.repeat(40)}`;
    expect(wrapLines(`short\n${command}`, 40)).toBe(`short\n${command}`);
  });

  test('a command can be copied as it stands', () => {
    expect(['trace.json', "it's here", '-x', '$(rm)', ''].map(shellWord)).toEqual([
      'trace.json',
      "'it'\\''s here'",
      "'-x'",
      "'$(rm)'",
      "''",
    ]);
  });
});
