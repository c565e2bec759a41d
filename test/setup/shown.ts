/**
 * Runs what a document shows, as a module of this process: a process of its own reads all sources again.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { format } from 'node:util';
import { vi } from 'vitest';

/** What a module prints by `console.log`. What it throws is thrown; whatever else it would say on the console is an error. */
export async function printedBy(code: string): Promise<string> {
  const folder = mkdtempSync('.shown-');
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((...values) => void lines.push(`${format(...values)}\n`));
  const others = (['error', 'warn'] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation((...values) => {
      throw new Error(`Got ${format(...values)} on console.${name}; expected nothing.`);
    }),
  );
  try {
    writeFileSync(join(folder, 'shown.mjs'), code);
    await import(resolve(folder, 'shown.mjs'));
  } finally {
    for (const spy of [log, ...others]) spy.mockRestore();
    rmSync(folder, { recursive: true });
  }
  return lines.join('');
}
