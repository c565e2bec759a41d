/**
 * Runs the command line in the process of the tests. It stands apart from `command.ts`: what starts commands and needs no command line of ours has none to import.
 */
import { vi } from 'vitest';
import { call } from '../../cli/program.ts';
import type { Ran } from './command.ts';

/** Runs the command line in this process: what it says and writes needs no start of its own. What a process alone has, such as its signals and pipes, is not seen so. */
export async function called(...words: readonly string[]): Promise<Ran> {
  const told = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    vi.spyOn(process[name], 'write').mockImplementation((text) => (told[name] += String(text)).length > 0);
  try {
    return { status: await call(words), ...told };
  } finally {
    vi.restoreAllMocks();
  }
}
