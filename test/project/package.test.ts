import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build as esbuild } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as library from '../../src/index.ts';
import { bundled, packedBytes } from '../setup/bundle.ts';
import { maskbit, runCommand } from '../setup/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'maskbit-package-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Builds and packs the package in a folder of its own, so that nothing of this checkout is written. Returns the two. */
function build(): { readonly staged: string; readonly packed: string; readonly contents: Contents } {
  const staged = join(folder, 'staged');
  const { files } = JSON.parse(readFileSync('package.json', 'utf8')) as { files: string[] };
  const tracked = runCommand('git', ['ls-files', 'package.json', 'README.md', 'LICENSE', ...files.filter(isPlain)]);
  for (const path of tracked.stdout.trim().split('\n')) cpSync(path, join(staged, path));
  const compiled = runCommand('npx', ['tsc', '-p', 'tsconfig.build.json', '--outDir', join(staged, 'dist')]);
  if (compiled.status !== 0) throw new Error(compiled.stdout);
  for (const script of ['scripts/library.ts', 'scripts/citations.ts']) {
    const made = runCommand('npx', ['tsx', script, join(staged, 'dist')]);
    if (made.status !== 0) throw new Error(made.stderr);
  }
  const { status, stdout, stderr } = runCommand(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', folder],
    staged,
  );
  if (status !== 0) throw new Error(stderr);
  const [contents] = JSON.parse(stdout) as Contents[];
  return { staged, packed: join(folder, contents.filename), contents };
}

/** What npm says of a package that it has packed. */
interface Contents {
  readonly filename: string;
  /** In bytes, packed. */
  readonly size: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

const isPlain = (pattern: string): boolean => !pattern.startsWith('!') && pattern !== 'dist';
const { staged, packed, contents } = build();
const paths = contents.files.map(({ path }) => path);

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

describe('the package', () => {
  test('has what is run and read, and nothing that is for its makers: no tests, no maps, no sources but what is there to be read', () => {
    expect(paths.filter((path) => /^(test|scripts|bench)\/|\.map$|\.test\./.test(path))).toEqual([]);
    const sources = paths.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'));
    expect(sources.filter((path) => !/^((checker\/)?examples|machines\/pages)\//.test(path))).toEqual([]);
    // Without the page, whose two megabytes are half a megabyte packed. The test vectors are a tenth of it.
    // With kits in four languages, test vectors, what drives QEMU and WebAssembly, and the pictures of the documents (a quarter: six screenshots).
    expect(contents.size).toBeLessThan(1_550_000);
  });

  test('has the library in one file, beside the registers that other parts import', () => {
    const code = paths.filter((path) => path.startsWith('dist/src/') && path.endsWith('.js'));
    expect(code.toSorted()).toEqual(['dist/src/index.js', 'dist/src/registers.js']);
  });

  test('has the exports and the names of the sources in that file, in plain letters', async () => {
    const file = join(staged, 'dist/src/index.js');
    const published = (await import(pathToFileURL(file).href)) as typeof library;
    const told = ({ abi, ...others }: typeof library) =>
      Object.fromEntries(
        Object.entries({ ...others, ...abi }).map(([name, value]) => [
          name,
          typeof value === 'function' ? value.name : JSON.stringify(value),
        ]),
      );
    expect(told(published)).toEqual(told(library));
    expect(() => new published.MsixFunction({ vectorCount: 0, send: () => {} })).toThrow(
      expect.objectContaining({ stack: expect.stringMatching(/at requireInteger .*at new MsixFunction /s) }),
    );
    // One that is not would have Node read all of the text at double width.
    expect(readFileSync(file, 'latin1')).toMatch(/^[\0-\x7f]+$/);
  });

  test('gives a bundler MsixFunction alone in less than 6 kB, packed by gzip', () => {
    const bytes = packedBytes(bundled("export { MsixFunction } from './dist/src/index.js';", staged));
    expect(bytes).toBeGreaterThan(2000);
    expect(bytes).toBeLessThan(6000);
  });

  test('has whatever its documents link to', () => {
    const links = paths
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) => {
        const text = readFileSync(join(staged, path), 'utf8');
        return Array.from(text.matchAll(/\]\(([^)\s#]+)[^)]*\)/g), ([, link]) => ({ path, link }));
      })
      .filter(({ link }) => !/^\w+:/.test(link));
    expect(links.length).toBeGreaterThan(20);
    const isThere = (target: string): boolean => paths.some((path) => path === target || path.startsWith(`${target}/`));
    expect(links.filter(({ path, link }) => !isThere(join(dirname(path), link)))).toEqual([]);
  });

  test('knows what stands behind each rule without the sources that say so', () => {
    symlinkSync(resolve('node_modules'), join(staged, 'node_modules'));
    const built = runCommand(process.execPath, [join(staged, 'dist/cli/maskbit.js'), 'rules']);
    expect(built).toEqual(maskbit('rules'));
    expect(built.stdout).toMatch(/\d+ rules; numbers count the places/);
  });
});

describe('in a browser', () => {
  const bundle = (entry: string) =>
    esbuild({
      entryPoints: [entry],
      bundle: true,
      write: false,
      platform: 'browser',
      format: 'esm',
      logLevel: 'silent',
    });
  const { exports: entries } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    exports: Record<string, { readonly default?: string }>;
  };
  const files = Object.entries(entries).flatMap(([name, { default: file }]) =>
    file === undefined ? [] : [[name, file.replace('./dist/', './').replace(/js$/, 'ts')] as const],
  );

  test.each(files.filter(([name]) => !name.endsWith('/node')))('%s is bundled', async (_, file) => {
    const { errors, warnings } = await bundle(file);
    expect([...errors, ...warnings]).toEqual([]);
  });

  test.each(files.filter(([name]) => name.endsWith('/node')))('%s is not: it needs Node', async (_, file) => {
    await expect(bundle(file)).rejects.toThrow(/Could not resolve "node:fs"/);
  });
});

test('the package passes publint and are-the-types-wrong', () => {
  const publint = runCommand('npx', ['publint', staged, '--strict', '--pack', 'false']);
  expect(publint.stdout).toContain('All good!');
  const attw = runCommand('npx', ['attw', packed, '--profile', 'esm-only']);
  expect(attw.stdout).toContain('"maskbit/conformance/node"');
  expect(attw.status, attw.stdout + attw.stderr).toBe(0);
});
