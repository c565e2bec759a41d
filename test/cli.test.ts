import { describe, expect, test } from 'vitest';
import { maskbit } from './setup/command.ts';

describe('maskbit', () => {
  test('tells what there is, with examples', () => {
    const { status, stdout } = maskbit('--help');
    expect(status).toBe(0);
    expect(stdout).toContain('Examples:\n  maskbit check');
    expect(stdout).toContain('Exit status: 0 holds, 1 violated, 2 wrong call, 3 a bound was met before an answer.');
  });

  test.each(['check', 'export', 'inspect', 'replay', 'rules', 'show'])('%s --help has an example', (verb) => {
    const { status, stdout } = maskbit(verb, '--help');
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples?:\\n  maskbit ${verb}`));
  });

  test.each([
    [[], /Usage: maskbit/],
    [['chek'], /unknown command 'chek'/],
    [['export'], /required option '--machine <name>' not specified/],
    [
      ['export', '--machine', 'toaster'],
      /argument 'toaster' is invalid. Allowed choices are capability, vector, function/,
    ],
    [['export', '--machine', 'function', '--vectors', '0'], /Got 0; expected a whole number from 1 to 64/],
    [
      ['export', '--machine', 'vector', '--vectors', '3'],
      /got vector with --vectors or --channel; expected them of function/,
    ],
    [['inspect', '--port', '0'], /Got 0; expected a whole number from 1 to 65535/],
    [['inspect', '--vectors', '3'], /got no machine with --vectors or --channel; expected them of function/],
    [['inspect', '--machine', 'toaster'], /argument 'toaster' is invalid/],
    [['rules', 'MSIX-TEA-1'], /There is no rule MSIX-TEA-1; expected one of the 64/],
    [['replay', 'no-such-file'], /no-such-file/],
  ])('%j is a wrong call: exit status 2', (parameters, complaint) => {
    const { status, stdout, stderr } = maskbit(...parameters);
    expect(stderr).toMatch(complaint);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });

  test('rules prints every rule, and one whole', () => {
    expect(maskbit('rules').stdout).toMatch(/\n64 rules; numbers count the places that cite a rule\./);
    const { status, stdout } = maskbit('rules', 'MSIX-MSG-2');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^MSIX-MSG-2 {2}/);
    expect(stdout).toMatch(/^Property: {7}NoTornStep/m);
  });
});
