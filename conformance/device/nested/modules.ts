/**
 * Kernel modules: finds those that are wanted and those that they need, in the order in which they are loaded. What a module needs is
 * written in it, so nothing of modprobe's is used, and a package that was only unpacked will do.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A module, uncompressed. */
export interface KernelModule {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The names of a module's file, and of the module, differ in this. */
const plain = (name: string): string => name.replaceAll('-', '_');

/** Reads modules and what they need, needed ones first. Names that are built in, or not there, are left out. */
export function modulesFor(folder: string, wanted: readonly string[]): KernelModule[] {
  const paths = new Map<string, string>();
  for (const entry of readdirSync(join(folder, 'kernel'), { recursive: true, encoding: 'utf8' })) {
    const found = /([^/]+)\.ko(?:\.xz)?$/.exec(entry);
    if (found !== null) paths.set(plain(found[1]), join(folder, 'kernel', entry));
  }
  const loaded = new Map<string, KernelModule>();
  const load = (name: string): void => {
    const path = paths.get(plain(name));
    if (path === undefined || loaded.has(plain(name))) return;
    const bytes = path.endsWith('.xz') ? unpacked(path) : readFileSync(path);
    for (const needed of needsOf(bytes)) load(needed);
    loaded.set(plain(name), { name: plain(name), bytes });
  };
  for (const name of wanted) load(name);
  return [...loaded.values()];
}

function unpacked(path: string): Uint8Array {
  const { stdout, status } = spawnSync('xz', ['--decompress', '--stdout', path], { maxBuffer: 1 << 28 });
  if (status !== 0)
    throw new Error(`Got no module from ${path}; expected xz to unpack it. On Debian: apt-get install xz-utils.`);
  return stdout;
}

/** The modules that one needs: of "depends=vfio,irqbypass" in it. */
function needsOf(bytes: Uint8Array): string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = text.indexOf('\0depends=') + 1;
  if (at === 0) return [];
  const end = text.indexOf(0, at);
  return text
    .toString('latin1', at + 'depends='.length, end)
    .split(',')
    .filter(Boolean);
}
