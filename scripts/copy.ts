/**
 * A copy of the project in which one line is changed: what shows that a fault is found changes it there, and not here.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A change of one place: `before` is written there, once, and `after` is to be. */
export interface Change {
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

/** Does something in a copy of some folders in which a place is changed, and takes the copy away. */
export async function inChangedCopy<T>(
  folders: readonly string[],
  { file, before, after }: Change,
  work: (folder: string) => T | Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'changed-'));
  try {
    for (const each of folders) cpSync(each, join(folder, each), { recursive: true });
    for (const each of ['package.json', 'tsconfig.json']) cpSync(each, join(folder, each));
    symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(before)) throw new Error(`Got no "${before}" in ${file}; expected it.`);
    writeFileSync(
      path,
      text.replace(before, () => after),
    );
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
