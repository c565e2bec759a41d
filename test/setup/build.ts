/**
 * Builds `dist` once before the tests: the command line and the package are tested as they are published.
 * A type error does not keep them from running; `npm run types` is there for it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';

export default function setup(): void {
  rmSync('dist', { recursive: true, force: true });
  const { stderr } = spawnSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { encoding: 'utf8' });
  if (!existsSync('dist/cli/maskbit.js'))
    throw new Error(`Got no dist/cli/maskbit.js; expected tsc to write it.\n${stderr}`);
}
