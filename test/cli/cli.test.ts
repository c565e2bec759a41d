import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compile } from '../../checker/compile/compile.ts';
import { explore } from '../../checker/explore/explore.ts';
import { Budget } from '../../cli/check/budget.ts';
import { MANIFEST, pinProblem } from '../../cli/check.ts';
import { tellProgress } from '../../cli/report.ts';
import { createInstance } from '../../properties/instances.ts';
import { called } from '../setup/called.ts';
import { maskbit } from '../setup/command.ts';

const tooWide = (text: string): string[] => text.split('\n').filter((line) => line.length > 80);

describe('maskbit', () => {
  test('tells what there is, with examples', () => {
    const { status, stdout } = maskbit('--help');
    expect(status).toBe(0);
    expect(stdout).toContain('Examples:\n  maskbit check');
    expect(stdout).toMatch(/Exit status: 0 holds, 1 violated, 2 wrong call, 3 a bound was met before an\nanswer,/);
    expect(tooWide(stdout)).toEqual([]);
  });

  test.each([
    ...['check', 'replay', 'explain', 'record', 'conform', 'prove', 'generate'],
    ...['export', 'inspect', 'museum', 'show', 'rules', 'help'],
  ])('%s --help has an example, and fits in 80 columns', async (verb) => {
    const { status, stdout } = await called(verb, '--help');
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples?:\\n  maskbit ${verb}`));
    expect(tooWide(stdout)).toEqual([]);
  });

  test.each([
    [[], /Usage: maskbit/],
    [['chek'], /unknown command 'chek'/],
    [['export'], /required option '--machine <name>' not specified/],
    [
      ['export', '--machine', 'toaster'],
      /argument 'toaster' is invalid. Allowed choices are vector-page, capability, .*function/,
    ],
    [['export', '--machine', 'function', '--vectors', '0'], /Got 0; expected a whole number from 1 to 64/],
    [
      ['export', '--machine', 'vector', '--vectors', '3'],
      /got vector with --vectors; expected it of function, host-function, assigned-device, interval alone/,
    ],
    [['inspect', '--port', '0'], /Got 0; expected a whole number from 1 to 65535/],
    [
      ['inspect', '--vectors', '3'],
      /got no machine with --vectors; expected it of function, host-function, assigned-device, interval alone/,
    ],
    [['inspect', '--machine', 'toaster'], /argument 'toaster' is invalid/],
    [
      ['export', '--machine', 'function', '--format', 'png'],
      /argument 'png' is invalid. Allowed choices are typescript, promela/,
    ],
    [
      ['export', '--machine', 'function', '--vectors', '3', '--format', 'dot'],
      /Got function, 3 vectors, messages two with more than 500 states; expected no more than that for the format dot/,
    ],
    [
      ['export', '--machine', 'function', '--design', 'posted'],
      /got function with --design; expected it of assigned-device alone/,
    ],
    [['export', '--machine', 'assigned-device', '--design', 'tea'], /Got the design tea; expected one of posted, /],
    [['rules', 'MSIX-TEA-1'], /Got the id "MSIX-TEA-1"; expected one that is registered, such as MSIX-PBA-1/],
    [['rules', 'MSIX-PEND-33'], /Got the id "MSIX-PEND-33"; expected one that is registered, such as MSIX-PEND-3,/],
    [['record', 'toaster'], /^Got the device toaster; expected one of nvme, /],
    [['record', 'nvme', 'tea'], /^Got the scenario tea; expected some of affinity, /],
    [['replay', 'no-such-file'], /no-such-file/],
    [['conform', '--qemu', 'rocker', '--level', 'vfio'], /got --device, .*--level.* without --assigned; expected both/],
    [['conform', '--assigned', '--level', 'kvm', '--device', 'nvme'], /got --device with --level kvm/],
    [['conform', '--assigned', '--burst', '4'], /got --race, .*--burst without --races; expected both/],
    [['check', '--states', 'many'], /Got many; expected a whole number, 1 or more/],
    [['check', '--memory', '4T'], /Got 4T; expected a number of bytes, such as 500M or 8G/],
    [['check', '--manifest', 'package.json'], /Got a manifest of version "\d+\.\d+\.\d+"; expected version 1/],
  ])('%j is a wrong call: exit status 2', async (parameters, complaint) => {
    const { status, stdout, stderr } = await called(...parameters);
    expect(stderr).toMatch(complaint);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });

  test('a wrong call ends the process with that status, and says the same', async () => {
    expect(maskbit('chek')).toEqual(await called('chek'));
  });

  test('rules prints every rule, and one whole', async () => {
    expect((await called('rules')).stdout).toMatch(/\n99 rules; numbers count the places that cite a rule\./);
    const { status, stdout } = await called('rules', 'MSIX-MSG-2');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^MSIX-MSG-2 {2}/);
    expect(stdout).toMatch(/^Property: {7}NoTornStep/m);
  });

  test('check with a bound on states says what it did not explore whole: exit status 3', () => {
    const { status, stdout } = maskbit('check', '--states', '40', '--seconds', '3');
    expect(stdout).toContain(
      'open: function, 1 vector, messages halves has 40 states or more: --states was met before',
    );
    expect(stdout).toMatch(/^function, 1 vector, messages two +32 +223 +352 +4 +equal$/m);
    expect(stdout).toMatch(/^function, 4 vectors, messages two +>= 40 +>= \d+ +>= \d+ +open$/m);
    expect(status).toBe(3);
  });

  // It was told as a violation once, of a limit of -6,851 milliseconds.
  test('a time that is up leaves an exploration no time, and is no nonsense', () => {
    const budget = new Budget({ seconds: 1e-9 });
    expect([budget.isOver, budget.milliseconds, budget.secondsLeft]).toEqual([true, 0, 0]);
    const { machine, events } = createInstance('function');
    expect(explore(compile(machine, events), { limits: budget.limits }).summary.complete).toBe(false);
  });

  test('an exploration tells its rate, and how long it will take where the number of states is known', () => {
    const progress = {
      states: 1_500,
      frontier: 500,
      tries: 40_000,
      transitions: 20_000,
      depth: 4,
      milliseconds: 2_000,
      triesPerSecond: 20_000_000,
    };
    expect(tellProgress(progress)).toBe('1,500 states, 500 of them open, depth 4, 20.0 million tries/s');
    expect(tellProgress(progress, 3_000)).toBe(
      '1,500 states (50% of 3,000), 500 of them open, depth 4, 20.0 million tries/s, 4 s left',
    );
  });

  test('what is violated is not pinned', () => {
    const section = (count: number) => ({ clause: 'one', violations: { count, untold: 0 } });
    expect(pinProblem([section(0)], 'manifest.json')).toBeUndefined();
    expect(pinProblem([section(0), section(2)], 'manifest.json')).toMatch(
      /^Got 2 places that are violated; expected none, so manifest\.json is as it was\./,
    );
  });

  test('check that differs from the manifest says what it got and what was expected: exit status 1', () => {
    const folder = mkdtempSync(join(tmpdir(), 'maskbit-manifest-'));
    try {
      const file = join(folder, 'manifest.json');
      const known = readFileSync(MANIFEST, 'utf8');
      writeFileSync(file, known.replace('"depth": 4', '"depth": 5'));
      const { status, stdout } = maskbit('check', '--seconds', '3', '--manifest', file);
      expect(stdout).toContain('violated: Got 4 as the depth of vector (vectors 1, messages two); expected 5.');
      expect(stdout).toMatch(/\nviolated, in 1 place, after /);
      expect(status).toBe(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
