/**
 * Compiles the command line once for a run of the long tests, which start it some hundred times: from its sources each start takes twice as long.
 * It stands in a folder of this run, laid out as `dist` is, and is removed with it.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

const CACHE = 'node_modules/.cache';

export function setup(): () => void {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'maskbit-'));
  // What stands beside its sources, in a package as here.
  symlinkSync(resolve('conformance'), join(folder, 'conformance'));
  execFileSync('npx', ['tsx', 'scripts/compile.ts', join(folder, 'dist')]);
  process.env.MASKBIT_COMPILED = resolve(folder, 'dist/cli/maskbit.js');
  return () => rmSync(folder, { recursive: true });
}
