/**
 * The user's cache folder: what is costly to make and can be made again. A file there is whole, or is not there.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where maskbit keeps what it can make again: MASKBIT_CACHE, or the user's cache folder. */
export function cacheFolder(): string {
  const { MASKBIT_CACHE, XDG_CACHE_HOME } = process.env;
  const folder = MASKBIT_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'maskbit');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Writes a file whole, unless it is there with these bytes already. */
export function keepFile(path: string, bytes: Uint8Array): void {
  try {
    if (Buffer.compare(readFileSync(path), bytes) === 0) return;
  } catch {
    // It is not there.
  }
  const part = `${path}.${process.pid}.new`;
  writeFileSync(part, bytes);
  renameSync(part, path);
}
