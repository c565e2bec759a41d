import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../setup/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'maskbit-package-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Builds and packs the package in a folder of its own, so that nothing of this checkout is written. Returns the two. */
function build(): { readonly staged: string; readonly packed: string } {
  const staged = join(folder, 'staged');
  const { files } = JSON.parse(readFileSync('package.json', 'utf8')) as { files: string[] };
  const tracked = runCommand('git', ['ls-files', 'package.json', 'README.md', 'LICENSE', ...files.filter(isPlain)]);
  for (const path of tracked.stdout.trim().split('\n')) cpSync(path, join(staged, path));
  const compiled = runCommand('npx', ['tsc', '-p', 'tsconfig.build.json', '--outDir', join(staged, 'dist')]);
  if (compiled.status !== 0) throw new Error(compiled.stdout);
  const { status, stdout, stderr } = runCommand(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', folder],
    staged,
  );
  if (status !== 0) throw new Error(stderr);
  return { staged, packed: join(folder, (JSON.parse(stdout) as { filename: string }[])[0].filename) };
}
const isPlain = (pattern: string): boolean => !pattern.startsWith('!') && pattern !== 'dist';
const { staged, packed } = build();

describe('the package, installed from npm pack into an empty folder without its optional dependencies', () => {
  const home = mkdtempSync(join(folder, 'home-'));
  const run = (command: string, ...parameters: string[]) => runCommand(command, parameters, home);

  beforeAll(() => {
    writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'stranger', type: 'module' }));
    const installed = run('npm', 'install', '--omit=optional', '--no-audit', '--no-fund', packed);
    if (installed.status !== 0) throw new Error(installed.stderr);
  });

  test('brings nothing but itself', () => {
    const packages = readdirSync(join(home, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(packages).toEqual(['maskbit']);
  });

  test('is imported from JavaScript in one line', () => {
    writeFileSync(
      join(home, 'use.js'),
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
      writeFileSync(join(home, 'use.ts'), text);
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
  const publint = runCommand('npx', ['publint', staged, '--strict', '--pack', 'false']);
  expect(publint.stdout).toContain('All good!');
  const attw = runCommand('npx', ['attw', packed, '--profile', 'esm-only']);
  expect(attw.stdout).toContain('"maskbit/conformance"');
  expect(attw.status, attw.stdout + attw.stderr).toBe(0);
});
