/**
 * Logs on the command line: `replay`, `explain` and `inspect` of a log, and a log that is watched while it grows.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { LogFollower } from '../../cli/follow.ts';
import { EXIT } from '../../cli/output.ts';
import { called } from '../setup/called.ts';
import { MASKBIT } from '../setup/command.ts';
import { logLines, logPath } from '../setup/logs.ts';

const folder = mkdtempSync(join(tmpdir(), 'maskbit-logs-'));
afterAll(() => rmSync(folder, { recursive: true }));
const BASE = logLines('base');
const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

describe('cases of the world', () => {
  test('--assigned without an interrupt counts exits, and lost none', async () => {
    const silent = join(folder, 'silent.log');
    writeFileSync(silent, text(BASE.filter((line) => !line.includes('apic-msi'))));
    const { status, stdout } = await called('replay', silent, '--assigned');
    expect(stdout).toMatch(/^an interrupt +n\/a +n\/a +n\/a$/m);
    expect(stdout).toMatch(/^interrupts lost +0 +0 +0$/m);
    expect(stdout).toContain(
      'n/a for the recorded guest: no interrupt of the function stands in its log, so none was lost.',
    );
    expect(stdout).not.toContain('Infinity');
    expect(status).toBe(EXIT.holds);
  });

  test("a virtual function's table is found by the SR-IOV capability of its physical function", async () => {
    const { status, stdout } = await called('replay', logPath('sriov1'), '--device', 'nvme 01:00.1');
    expect(stdout).toMatch(/: nvme 01:00\.1, \d+ vectors$/m);
    expect(stdout).toMatch(/^disagreements +0$/m);
    expect(stdout).toMatch(/^n\/a: No message of the function stands in the log/m);
    expect(status).toBe(EXIT.bound);
  });

  test('a packed log has its record beside it', async () => {
    const log = 'traces/recorded/linux-6.1-nvme-hotplug.gz';
    const { status, stdout } = await called('replay', log, '--device', 'nvme 01:00.0');
    expect(stdout).toContain('Record: traces/recorded/linux-6.1-nvme-hotplug.json');
    expect(stdout).toMatch(/^holds/m);
    expect(status).toBe(EXIT.holds);
  });
});

describe('a log that disagrees', () => {
  const wrong = join(folder, 'wrong.log');
  const at = BASE.findIndex((line) => /_read .*8 value 0x23 .*msix-table/.test(line));
  writeFileSync(wrong, text(BASE.with(at, BASE[at].replace('value 0x23', 'value 0x24'))));

  test('ends with the way to look at it', async () => {
    const { status, stdout } = await called('replay', wrong);
    expect(status).toBe(EXIT.violated);
    expect(stdout).toContain(`See it: maskbit inspect ${wrong} --at ${at + 1}`);
    const [, link] = /^maskbit show '(t1\.[\w.-]+&step=\d+)'$/.exec(stdout.trimEnd().split('\n').at(-1)!)!;
    const shown = await called('show', link);
    expect(shown.status).toBe(EXIT.holds);
    expect(shown.stdout).toContain('fee02004:23');
  });

  test('is explained with the state at the line of the cause, and the same way on', async () => {
    const { stdout } = await called('explain', wrong, '--vector', '0', '--at', '290');
    expect(stdout).toMatch(
      /^nvme 00:02\.0, vector 0, after line 290: why did no interrupt come\?\n\nThe function is masked since line 280/,
    );
    expect(stdout).toMatch(/^Rule MSIX-MASK-1, What blocks a vector: /m);
    expect(stdout).toMatch(/^> 280 {2}the guest sets Function Mask$/m);
    expect(stdout).toMatch(/^register +after line 280 +after line 290$/m);
    expect(stdout).toMatch(/^Function Mask +set +set$/m);
    expect(stdout).toContain(`See it: maskbit inspect ${wrong} --at 280`);
  });

  test('of a log that begins late, the way to look at it says where MSI-X is, too', async () => {
    const told = ['--capability', '0x40', '--table', '0xfebf2000', '--vectors', '5'];
    const { stdout } = await called('explain', logPath('late'), '--vector', '0', ...told);
    expect(stdout).toMatch(/^See it: maskbit inspect \S+ --at \d+ --capability 0x40 --table 0xfebf2000 --vectors 5$/m);
  });

  test.each([
    [['inspect', '--at', '7'], /got --at without a log; expected the call without it/],
    [['inspect', wrong, '--design', 'posted'], /got --design with a log; expected the call without it/],
    [['inspect', join(folder, 'none.log'), '--no-open'], /Got no (?:text|page)/],
    [['replay', '-', '--watch'], /got - with --watch; expected the path of a file that grows/],
    [['explain', wrong, '--vector', '7'], /Got vector 7; expected one of nvme 00:02\.0, 0 to 4\./],
  ])('%j is refused', async (parameters, sentence) => {
    const { status, stderr } = await called(...parameters);
    expect(stderr).toMatch(sentence);
    expect([EXIT.usage, EXIT.failed]).toContain(status);
  });
});

describe('a log that grows', () => {
  test('is followed over truncation, rotation and deletion, and nothing of it is lost', () => {
    const path = join(folder, 'follow.log');
    const follower = new LogFollower(path);
    const seen = (back = 0): string => [...follower.source(back)()].join('');
    expect(follower.poll()).toEqual(['missing']);
    expect(follower.poll()).toEqual([]);
    writeFileSync(path, 'one\ntw');
    expect(follower.poll()).toEqual(['found']);
    appendFileSync(path, 'o\nthree');
    expect(follower.poll()).toEqual([]);
    expect(seen()).toBe('one\ntwo\nthree');
    truncateSync(path);
    appendFileSync(path, 'four\n');
    expect(follower.poll()).toEqual(['truncated']);
    expect([seen(), seen(1)]).toEqual(['four\n', 'one\ntwo\nthree\nfour\n']);
    renameSync(path, `${path}.1`);
    appendFileSync(`${path}.1`, 'five\n');
    writeFileSync(path, 'six\n');
    expect(follower.poll()).toEqual(['rotated']);
    expect([seen(), seen(1)]).toEqual(['six\n', 'four\nfive\nsix\n']);
    rmSync(path);
    expect(follower.poll()).toEqual(['deleted']);
    expect(follower.poll()).toEqual([]);
    writeFileSync(path, 'seven\n');
    expect(follower.poll()).toEqual(['rotated']);
    expect(seen(3)).toBe('one\ntwo\nthree\nfour\nfive\nsix\nseven\n');
    follower.close();
    expect(readdirSync(folder)).toContain('follow.log');
  });

  /** Waits until the output holds a text. */
  async function until(child: ChildProcess, told: () => string, wanted: RegExp): Promise<void> {
    for (let tries = 0; tries < 400 && !wanted.test(told()) && child.exitCode === null; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(told()).toMatch(wanted);
  }

  /** A log that is watched on the command line, with all that was told so far. */
  function watched(verb: string, path: string, ...more: readonly string[]) {
    const [command, ...words] = MASKBIT;
    const child = spawn(command, [...words, verb, path, ...more, '--watch']);
    let told = '';
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => void (told += String(chunk)));
    return { child, ended, told: () => told, until: (wanted: RegExp) => until(child, () => told, wanted) };
  }

  test(
    'that is truncated, rotated and deleted is followed, and told whole at Ctrl+C',
    { timeout: 60_000 },
    async () => {
      const path = join(folder, 'moves.log');
      const { child, ended, told, until: tells } = watched('replay', path);
      try {
        await tells(/moves\.log is not there yet; it is waited for\./);
        writeFileSync(path, text(BASE));
        await tells(/moves\.log is there\.[^]*^line 400: holds so far, 0 disagreements; 68 messages explained/m);
        truncateSync(path);
        appendFileSync(path, text(BASE.slice(0, 290)));
        await tells(/was truncated: another log begins\.[^]*^line 290: holds so far, 0 disagreements; 5 messages/m);
        renameSync(path, `${path}.1`);
        writeFileSync(path, text(BASE.slice(290)));
        await tells(/is another file now: the log goes on in it\.[^]*^line 400: holds so far, 0 disagreements; 68/m);
        rmSync(path);
        await tells(/was deleted; whoever has it open may go on writing, and another may come\./);
      } finally {
        child.kill('SIGINT');
      }
      expect(await ended).toBe(EXIT.holds);
      expect(told()).toMatch(/^holds: 400 lines replayed without a disagreement\.$/m);
    },
  );

  test('is explained anew when the answer is another', { timeout: 60_000 }, async () => {
    const path = join(folder, 'why.log');
    writeFileSync(path, text(BASE.slice(0, 281)));
    const { child, ended, told, until: tells } = watched('explain', path, '--vector', '0');
    try {
      await tells(/^line 281: The function is masked since line 280/m);
      appendFileSync(path, text(BASE.slice(281)));
      await tells(/^line 400: It was sent \d+ times since line \d+/m);
    } finally {
      child.kill('SIGTERM');
    }
    expect(await ended).toBe(EXIT.holds);
    expect(told()).toMatch(/^nvme 00:02\.0, vector 0, after line 400: why did no interrupt come\?$/m);
  });

  test('is judged as it grows, and whole at Ctrl+C', { timeout: 40_000 }, async () => {
    const path = join(folder, 'grows.log');
    writeFileSync(path, text(BASE.slice(0, 150)));
    const { child, ended, told, until: tells } = watched('replay', path);
    try {
      await tells(/Not yet: The trace does not show/);
      appendFileSync(path, text(BASE.slice(150, 290)));
      await tells(/^line 290: holds so far, 0 disagreements; 5 messages explained/m);
      const at = BASE.findIndex((line, index) => index > 290 && /_read .*msix-table/.test(line));
      const wrong = BASE.with(at, BASE[at].replace(/value 0x\w+/, 'value 0x77'));
      appendFileSync(path, text(wrong.slice(290)));
      await tells(/^line 400: violated so far, 1 disagreement;/m);
      expect(told()).toContain(`${path}:${at + 1}: The implementation returns`);
    } finally {
      child.kill('SIGINT');
    }
    expect(await ended).toBe(EXIT.violated);
    expect(told()).toMatch(/^violated: 1 disagreement,/m);
  });
});
