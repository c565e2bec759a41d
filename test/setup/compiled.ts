/**
 * Compiles the command line once for a run of the long tests, which start it some hundred times: from its sources each start takes twice as long.
 * It stands in a folder of this run, laid out as `dist` is, and is removed with it.
 */
import { build } from 'esbuild';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

const FOLDERS = [
  'spec',
  'src',
  'machines',
  'checker',
  'properties',
  'conformance',
  'cli',
  'inspector/drawing',
  'inspector/server',
];
const CACHE = 'node_modules/.cache';

const sourcesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?<!\.d)\.tsx?$/.test(name))
    .map((name) => join(folder, name));

export async function setup(): Promise<() => void> {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'maskbit-'));
  // What stands beside its sources, in a package as here.
  symlinkSync(resolve('conformance'), join(folder, 'conformance'));
  await build({
    entryPoints: FOLDERS.flatMap(sourcesIn),
    outdir: join(folder, 'dist'),
    outbase: '.',
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
    plugins: [
      {
        name: 'each file by itself',
        setup(bundler) {
          bundler.onResolve({ filter: /^/ }, ({ kind, path }) =>
            kind === 'entry-point' || path.endsWith('.json')
              ? undefined
              : { path: path.replace(/^(\..*)\.tsx?$/, '$1.js'), external: true },
          );
        },
      },
    ],
  });
  process.env.MASKBIT_COMPILED = resolve(folder, 'dist/cli/maskbit.js');
  return () => rmSync(folder, { recursive: true });
}
