import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../setup/command.ts';

// Packing builds anew by itself; here it must not, since other tests use what is built.
/**
 * Packs the package into a folder, and returns the name of the file. The test of the layers, which runs beside this one, has files in
 * the sources for a moment; packing that meets one as it goes is begun again.
 */
function pack(folder: string): string {
  for (let tries = 1; ; tries++) {
    const { status, stdout, stderr } = runCommand('npm', [
      'pack',
      '--ignore-scripts',
      '--json',
      '--pack-destination',
      folder,
    ]);
    if (status === 0) return (JSON.parse(stdout) as { filename: string }[])[0].filename;
    if (tries === 3) throw new Error(stderr);
  }
}

describe('the package, installed from npm pack into an empty folder without its optional dependencies', () => {
  const folder = mkdtempSync(join(tmpdir(), 'maskbit-package-'));
  const run = (command: string, ...parameters: string[]) => runCommand(command, parameters, folder);

  beforeAll(() => {
    const filename = pack(folder);
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'stranger', type: 'module' }));
    const installed = run('npm', 'install', '--omit=optional', '--no-audit', '--no-fund', `./${filename}`);
    if (installed.status !== 0) throw new Error(installed.stderr);
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test('brings nothing but itself', () => {
    const packages = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(packages).toEqual(['maskbit']);
  });

  test('is imported from JavaScript in one line', () => {
    writeFileSync(
      join(folder, 'use.js'),
      `import { MsixFunction } from 'maskbit';
       const messages = [];
       const msix = new MsixFunction({ vectorCount: 1, send: (...message) => messages.push(message) });
       msix.tableWrite(0, 8, 0xfee00000, 0);
       msix.tableWrite(8, 8, 0x41, 0);
       msix.configWrite(2, 2, 0x8000);
       msix.signal(0);
       console.log(JSON.stringify(messages));`,
    );
    expect(run(process.execPath, 'use.js')).toEqual({ status: 0, stdout: '[[4276092928,0,65,0]]\n', stderr: '' });
  });

  test('is imported from TypeScript with its types', () => {
    const tsc = resolve('node_modules/.bin/tsc');
    const check = (text: string) => {
      writeFileSync(join(folder, 'use.ts'), text);
      return run(tsc, '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--ignoreConfig', 'use.ts')
        .stdout;
    };
    const use = (send: string): string =>
      `import { MsixFunction, type SignalOutcome } from 'maskbit';
       export const outcome: SignalOutcome = new MsixFunction({ vectorCount: 1, send: ${send} }).signal(0);`;
    expect(check(use('(low: number, high: number) => void [low, high]'))).toBe('');
    expect(check(use("'nobody'"))).toMatch(/Type 'string' is not assignable to type 'SendMessage'/);
  });

  test('says what its command line lacks', () => {
    const { status, stderr } = run('npx', '--no-install', 'maskbit', 'rules');
    expect(stderr).toContain('maskbit: got no package commander; expected the optional dependencies of maskbit');
    expect(status).toBe(2);
  });
});

test('the package passes publint and are-the-types-wrong', () => {
  const publint = runCommand('npx', ['publint', '--strict', '--pack', 'false']);
  expect(publint.stdout).toContain('All good!');
  const packed = mkdtempSync(join(tmpdir(), 'maskbit-packed-'));
  const attw = runCommand('npx', ['attw', join(packed, pack(packed)), '--profile', 'esm-only']);
  rmSync(packed, { recursive: true });
  expect(attw.stdout).toContain('"maskbit/conformance"');
  expect(attw.status).toBe(0);
});
