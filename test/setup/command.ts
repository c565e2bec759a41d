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

type Words = readonly [string, ...string[]];

/** The command line of maskbit from its sources, as words. */
const SOURCES: Words = [process.execPath, '--import', 'tsx', 'cli/maskbit.ts'];

const compiled = process.env.MASKBIT_COMPILED;
/** The same from this run's own copy (`compiled.ts`), or from its sources where a run has none. */
export const MASKBIT: Words = compiled === undefined ? SOURCES : [process.execPath, compiled];

/** Runs the command line of maskbit. */
export function maskbit(...parameters: readonly string[]): Ran {
  const [command, ...words] = MASKBIT;
  return runCommand(command, [...words, ...parameters]);
}
