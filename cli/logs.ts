/**
 * A log that the command line names: a file, or what a pipe brings. It is read twice, so a pipe goes to a temporary file first, and so does
 * what gzip has packed, of whatever size, once it has begun as a log does (`beginning.ts`); both are deleted at the end.
 */
import { hex } from '../conformance/device/hexadecimal.ts';
import {
  constants,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  closeSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants as zlib, createGunzip } from 'node:zlib';
import type { ToldGeometry } from '../conformance/replay/access.ts';
import { ReplayError } from '../conformance/replay/lines.ts';
import { isGzip } from '../conformance/replay/magic.ts';
import { readLspci } from '../conformance/replay/lspci.ts';
import type { ReplayOptions } from '../conformance/replay/survey.ts';
import { requireBeginning } from './beginning.ts';
import { requireEnding } from './input.ts';
import { shellWord } from './output.ts';

/** What the command line may say of a log. */
export interface LogChoices {
  readonly device?: string;
  readonly lspci?: string;
  readonly capability?: number;
  readonly table?: number;
  readonly pba?: number;
  readonly vectors?: number;
  readonly skipDamaged?: boolean;
}

/** What was chosen, as the command line spells it: a command that is told to the user has to choose the same. */
export function spellChoices({ device, lspci, capability, table, pba, vectors, skipDamaged }: LogChoices): string {
  const address = (option: string, value: number | undefined): string =>
    value === undefined ? '' : ` ${option} ${hex(value)}`;
  return [
    device === undefined ? '' : ` --device ${shellWord(device)}`,
    lspci === undefined ? '' : ` --lspci ${shellWord(lspci)}`,
    address('--capability', capability),
    address('--table', table),
    address('--pba', pba),
    vectors === undefined ? '' : ` --vectors ${vectors}`,
    skipDamaged === true ? ' --skip-damaged' : '',
  ].join('');
}

/** What these choices are to a replay. */
export function logOptions({ device, lspci, capability, table, pba, vectors, skipDamaged }: LogChoices): ReplayOptions {
  const told: ToldGeometry | undefined =
    capability === undefined ? undefined : { capability, tableAddress: table, pbaAddress: pba, vectorCount: vectors };
  if (capability === undefined && (table !== undefined || vectors !== undefined || pba !== undefined)) {
    throw new ReplayError(
      'Got --table, --pba or --vectors without --capability; expected the offset of the capability, too.',
    );
  }
  if (lspci !== undefined && !existsSync(lspci)) {
    throw new ReplayError(`Got no text from ${lspci}; expected what "lspci -vvv -xxxx" prints in the guest.`);
  }
  if (lspci !== undefined) requireEnding(lspci);
  return {
    ...(device === undefined ? {} : { device }),
    ...(told === undefined ? {} : { told }),
    ...(skipDamaged === undefined ? {} : { skipDamaged }),
    ...(lspci === undefined ? {} : { before: readLspci(readFileSync(lspci, 'latin1')) }),
  };
}

/** Calls `use` with the path of a file that can be read twice. */
export async function withLog<Result>(path: string, use: (file: string) => Result): Promise<Result> {
  const piped = path === '-' || (existsSync(path) && !statSync(path).isFile() && !statSync(path).isDirectory());
  if (!piped && !isPacked(path)) return use(path);
  const folder = mkdtempSync(join(tmpdir(), 'maskbit-'));
  try {
    let file = join(folder, path === '-' ? 'log' : basename(path));
    if (piped) {
      const piping = path === '-' ? process.stdin : createReadStream(path);
      await pipeline(piping, requireBeginning(), createWriteStream(file));
    } else file = path;
    if (isPacked(file)) {
      const unpacked = join(folder, 'unpacked');
      try {
        await pipeline(
          createReadStream(file),
          createGunzip({ finishFlush: zlib.Z_SYNC_FLUSH }),
          requireBeginning(),
          createWriteStream(unpacked),
        );
      } catch (error) {
        if (error instanceof ReplayError) throw error;
        const reason = error instanceof Error ? error.message : String(error);
        throw new ReplayError(`Got ${path}, which gzip cannot unpack (${reason}); expected a whole file.`, {
          cause: error,
        });
      }
      file = unpacked;
    }
    return use(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isPacked(path: string): boolean {
  if (!existsSync(path) || !statSync(path).isFile()) return false;
  // What looks like a file and waits, as /proc/kmsg does, is left to whoever reads it, who says so.
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const magic = Buffer.alloc(2);
    return readSync(file, magic) === 2 && isGzip(magic);
  } catch {
    return false;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
