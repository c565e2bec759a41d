/**
 * QEMU in tests: without it they are skipped, and say why; in CI, which installs it, they fail instead.
 */
import { spawnSync } from 'node:child_process';

const { stdout } = spawnSync('qemu-system-x86_64', ['--version'], { encoding: 'utf8' });

/** Why tests with QEMU cannot run; undefined where they can. */
export const qemuMissing: string | undefined =
  stdout === null ? 'skipped, since there is no qemu-system-x86_64: apt-get install qemu-system-x86' : undefined;

if (qemuMissing !== undefined && process.env.CI !== undefined)
  throw new Error(`Got no qemu-system-x86_64 in CI; expected it, or its tests show nothing (${qemuMissing}).`);
