/**
 * `maskbit conform` as people call it: an interrupt leaves a report of what was found so far and nothing running; what a device or a profile does not say
 * right is told in a sentence.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { printProfile, profileNamed } from '../../conformance/judge/profile.ts';
import { called } from '../setup/called.ts';
import { MASKBIT, maskbit } from '../setup/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'maskbit-conform-'));
afterAll(() => rmSync(folder, { recursive: true }));
const processes = (): string[] => execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
const KIT = 'examples/kits/javascript/device.js';

describe('an interrupt', () => {
  test('leaves a usable report of what was found so far, and nothing that runs', async () => {
    const report = join(folder, 'report.json');
    const mark = `mark-${process.pid}`;
    const device = [process.execPath, 'test/setup/troubled.mjs', 'crash', mark];
    const [command, ...words] = MASKBIT;
    const parameters = ['conform', '--learn', '--seconds', '120', '--report', report, '--', ...device];
    const child = spawn(command, [...words, ...parameters]);
    let told = '';
    child.stderr.on('data', (text: Buffer) => (told += text.toString()));
    // It was found to crash once it was started a few times.
    const seen = new Set<string>();
    for (let waited = 0; seen.size < 9 && waited < 60_000; waited += 50) {
      for (const line of processes().filter((each) => each.includes(mark))) seen.add(line.trim().split(' ')[0]);
      await pause(50);
    }
    child.kill('SIGINT');
    const [status] = (await once(child, 'exit')) as [number | null];
    expect(told).toContain('Interrupted: the report is of what was found so far.');
    const {
      maskbit: kind,
      verdict,
      causes,
    } = JSON.parse(readFileSync(report, 'utf8')) as {
      readonly maskbit: string;
      readonly verdict: string;
      readonly causes: readonly { readonly access: string }[];
    };
    expect([kind, status, verdict]).toEqual(['conform', 1, 'violated']);
    expect(causes.map(({ access }) => access)).toContain('retire');
    expect(processes().filter((line) => line.includes(mark))).toEqual([]);
  }, 120_000);

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'while a device that hangs has not begun, %s leaves nothing that runs',
    async (signal) => {
      const [mark, asked] = [`hangs-${process.pid}-${signal}`, join(folder, `asked-${signal}`)];
      const program = join(folder, 'hangs.mjs');
      // It says who it is, and nothing else; it does not look whether anybody is there.
      writeFileSync(
        program,
        `import { createInterface } from 'node:readline';
import { writeFileSync } from 'node:fs';
createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === 'hello') console.log('ok maskbit-dut/1 name=hangs vectors=0x1 lacks=save');
  else writeFileSync(process.argv[2], ''), Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
});`,
      );
      const child = spawn(process.execPath, [
        ...['--import', 'tsx', 'cli/maskbit.ts', 'conform', '--patience', '60000', '--'],
        ...[process.execPath, program, asked, mark],
      ]);
      for (let waited = 0; !existsSync(asked) && waited < 60_000; waited += 50) await pause(50);
      expect(processes().filter((line) => line.includes(`${program} ${asked} ${mark}`))).not.toEqual([]);
      child.kill(signal);
      expect(await once(child, 'exit')).toEqual([null, signal]);
      expect(processes().filter((line) => line.includes(mark))).toEqual([]);
    },
    120_000,
  );
});

test('another number of vectors than the program has is a sentence', () => {
  const { status, stderr } = maskbit(
    'conform',
    '--vectors',
    '65',
    '--',
    process.execPath,
    'test/setup/misbehaving.mjs',
    'well',
  );
  expect([status, stderr]).toEqual([2, expect.stringMatching(/^Got --vectors 65, and 4 of the program/)]);
});

describe('a report that cannot be written', () => {
  const call = (path: string): { readonly status: number | null; readonly out: string; readonly err: string } => {
    const [command, ...words] = MASKBIT;
    const { status, stdout, stderr } = spawnSync(
      command,
      [...words, 'conform', '--seconds', '1', '--report', path, '--format', 'html', KIT],
      { encoding: 'utf8', timeout: 60_000 },
    );
    return { status, out: stdout, err: stderr };
  };

  test('is told before the run where the file cannot be made', () => {
    const { status, out, err } = call(join(folder, 'no such folder', 'x.html'));
    expect([status, out]).toEqual([2, '']);
    expect(err).not.toContain('to the judge');
  });

  test('is printed all the same where the disk is full', () => {
    const { status, out } = call('/dev/full');
    expect([status, out.includes('what was done:')]).toEqual([4, true]);
  });
});

describe('a wrong call is a sentence, and exit status 2:', () => {
  const strict = profileNamed('strict');
  test.each([
    ['an unknown profile', 'lax', /^Got the profile lax; expected strict, pcie/],
    [
      'an older one',
      printProfile(strict).replace('"version": 1', '"version": 0'),
      /^Got version 0 of a profile in .*Learn it again with --learn\./,
    ],
    [
      'one that contradicts itself',
      printProfile({ ...strict, choices: { ...strict.choices, disabledEvent: 'hidden', pendingAtEnable: 'lost' } }),
      /^Got a profile that contradicts itself in .*: disabledEvent is hidden and pendingAtEnable is lost;/,
    ],
  ])('%s', async (name, profile, message) => {
    const path = profile.includes('{') ? join(folder, `${name}.json`) : profile;
    if (path !== profile) writeFileSync(path, profile);
    const { status, stderr } = await called('conform', '--profile', path, '--seconds', '1', KIT);
    expect([status, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe('a program that answers "unsupported"', () => {
  /** A right device that supports all but one request, and says nothing of that. */
  const without = (verb: string): readonly string[] => [
    'bash',
    '-c',
    `sed -u 's/^${verb}.*/nothing/' | ${process.execPath} test/setup/troubled.mjs none`,
  ];

  test('to what it should say that it lacks, is asked nothing of it', () => {
    const { status, stdout } = maskbit('conform', '--profile', 'strict', '--seconds', '4', '--', ...without('retire'));
    expect(stdout).toContain(
      'Got "unsupported" to retire, and no lacks=retire in the answer to hello; expected one with the other. It is taken to lack it.',
    );
    expect(status).not.toBe(1);
  });

  test('to what every device has, is refused', () => {
    const { status, stderr } = maskbit('conform', '--seconds', '4', '--', ...without('pba-read'));
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining('Got "unsupported" to "pba-read 0x0 0x4"; expected an answer, for every device has it.'),
    ]);
  });
});
