/**
 * The cache of the levels: the initramfs and the saved state, made once for each kernel, QEMU, busybox, our own files and command lines.
 * What is made is whole or not there, one process makes it while others wait, and no process that has ended holds them up.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../cache.ts';
import { DeviceError } from '../failure.ts';
import { countingFirmware, haltingFirmware, READY, READY_AT } from '../qemu/firmware.ts';
import { dwordsOf, readLine } from '../qemu/qtest.ts';
import { instrumentKey } from './instrument.ts';
import { Levels, type LevelsOptions, parametersOf } from './machine.ts';
import { INIT_TEXT, makeInitramfs, type Parts, partsKey } from './parts.ts';

/** Is told what is being done, in sentences. */
export type Progress = (text: string) => void;

/** What the levels are started from. */
export interface LevelFiles {
  readonly initramfs: string;
  /** Undefined where the device cannot be saved: then each start is a cold one. */
  readonly state: string | undefined;
}

/** Changed when anything about how the levels are made changes that the key does not see. */
const FORMAT = 1;

/** Where the levels are kept. */
export const levelsFolder = (): string => join(cacheFolder(), 'levels');

/** Removes all that is kept. Returns how many bytes that were. */
export function cleanLevels(): number {
  const folder = levelsFolder();
  if (!existsSync(folder)) return 0;
  const bytes = sizeOf(folder);
  rmSync(folder, { recursive: true, force: true });
  return bytes;
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(folder, name)))
    .filter((entry) => entry.isFile())
    .reduce((sum, { size }) => sum + size, 0);
}

const hashOf = (...parts: readonly unknown[]): string =>
  createHash('sha256')
    .update(JSON.stringify([FORMAT, ...parts]))
    .digest('hex')
    .slice(0, 16);

/** Finds the initramfs and the saved state, or makes them. @throws {DeviceError} */
export async function makeLevels(
  parts: Parts,
  options: Omit<LevelsOptions, 'initramfs' | 'state'>,
  onProgress: Progress,
): Promise<LevelFiles> {
  const folder = levelsFolder();
  mkdirSync(folder, { recursive: true });
  const ours =
    options.level === 'guest' ? [[...countingFirmware()], [...haltingFirmware()]] : ['instrument', ...instrumentKey()];
  const key = hashOf(partsKey(parts), INIT_TEXT, hashOf(...ours));
  const initramfs = join(folder, `${key}.initramfs`);
  const command = parametersOf({ ...options, initramfs });
  const state = join(folder, `${hashOf(key, command)}.state`);
  const cold = `${state}.cold`;
  if (existsSync(initramfs) && existsSync(state)) return { initramfs, state };
  if (existsSync(initramfs) && existsSync(cold)) return { initramfs, state: undefined };
  const unlock = await lock(`${state}.lock`, onProgress);
  try {
    if (!existsSync(initramfs)) {
      onProgress(
        `Makes the initramfs of L1: Linux ${parts.release}, busybox, ${options.level === 'guest' ? `QEMU ${parts.version} and its libraries` : 'and our instrument'}.`,
      );
      writeWhole(initramfs, makeInitramfs(parts, options.level));
    }
    if (!existsSync(state)) {
      onProgress(`Boots the levels once, and saves their state; that takes ten seconds to a minute.`);
      const began = performance.now();
      const size = await bootAndSave({ ...options, initramfs }, state);
      if (size === undefined) {
        writeWhole(cold, new Uint8Array());
        onProgress('QEMU cannot save a machine with this device, so each start is a cold one.');
        return { initramfs, state: undefined };
      }
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      onProgress(
        `The levels are up after ${seconds} s. Their state is ${megabytes(size)} MB, all that is kept in ${folder} is ${megabytes(sizeOf(folder))} MB (--clean removes it).`,
      );
    }
    return { initramfs, state };
  } finally {
    unlock();
  }
}

const megabytes = (bytes: number): string => String(Math.round(bytes / 1e6));

/** Whether messages become interrupts that are counted; otherwise they are found in memory. */
export const isCounted = ({ level, accel }: Pick<LevelsOptions, 'level' | 'accel'>): boolean =>
  level !== 'guest' || accel === 'kvm';

/** How long a cold start may take, in milliseconds. */
export const COLD = 180_000;

/** Waits until L2 answers, and its guest counts. */
export async function untilReady(levels: Levels, isSeen: boolean): Promise<void> {
  const until = performance.now() + COLD;
  for (;;) {
    const [answer] = await levels.process.qtest.ask([readLine(READY_AT, 4)]);
    if (!isSeen || dwordsOf(answer).low === READY) return;
    if (performance.now() > until) throw new Error("L2's processor does not run its firmware; expected it to count.");
  }
}

async function bootAndSave(options: Omit<LevelsOptions, 'state'>, state: string): Promise<number | undefined> {
  const levels = new Levels({ ...options, patience: COLD });
  try {
    await untilReady(levels, isCounted(options));
    return await levels.save(state);
  } catch (error) {
    if ((error as Error).message.includes('non-migratable')) return undefined;
    const text = error instanceof DeviceError ? error.message : await levels.tell(error as Error);
    throw new DeviceError(`The levels do not start: ${text}`, { cause: error });
  } finally {
    await levels.end();
  }
}

function writeWhole(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(`${path}.new`, bytes);
    renameSync(`${path}.new`, path);
  } catch (error) {
    rmSync(`${path}.new`, { force: true });
    throw new DeviceError(
      `Got ${(error as Error).message} for ${path}; expected ${megabytes(bytes.length)} MB of space there.`,
      {
        cause: error,
      },
    );
  }
}

/** Takes a lock, which is a folder with the number of a process; one whose process has ended is taken over. Returns what gives it back. */
async function lock(path: string, onProgress: Progress): Promise<() => void> {
  for (let isTold = false; ;) {
    try {
      mkdirSync(path);
      writeFileSync(join(path, 'pid'), String(process.pid));
      return () => rmSync(path, { recursive: true, force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (!isAlive(path)) {
      rmSync(path, { recursive: true, force: true });
      continue;
    }
    if (!isTold) onProgress('Another maskbit makes the levels; waits for it.');
    isTold = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Whether the process that holds a lock still runs. One that has not written its number yet has just begun. */
function isAlive(path: string): boolean {
  try {
    process.kill(Number(readFileSync(join(path, 'pid'), 'utf8')), 0);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) < 2000;
    return code === 'EPERM';
  }
}
