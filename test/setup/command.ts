/**
 * Runs a command the way a shell does, and gives back what it printed and how it ended.
 */
import { spawnSync } from 'node:child_process';

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program and waits for it. */
export function runCommand(command: string, parameters: readonly string[], cwd = '.'): Ran {
  const { status, stdout, stderr } = spawnSync(command, parameters, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
  return { status, stdout, stderr };
}

/** Runs the command line of maskbit from its sources, so that no test waits for a build. */
export function maskbit(...parameters: readonly string[]): Ran {
  return runCommand(process.execPath, ['--import', 'tsx', 'cli/maskbit.ts', ...parameters]);
}
