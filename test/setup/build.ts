/**
 * Builds `dist` once before the tests: the command line and the package are tested as they are published.
 * A type error does not keep them from running; `npm run types` is there for it.
 */
import { spawnSync } from 'node:child_process';

export default function setup(): void {
  spawnSync('npx', ['tsc', '-p', 'tsconfig.build.json']);
}
