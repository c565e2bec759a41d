/**
 * A trace log in a file, read in pieces: the one part of a replay that needs a file system. Takes gzip, and UTF-16 as some shells
 * write it; tells other files by what they begin with.
 */
import { closeSync, constants, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { constants as zlib, gunzipSync } from 'node:zlib';
import { requireText, shortened } from '../../checker/argument/argument.ts';
import { ReplayError, type TraceSource } from './log.ts';
import { isGzip, tellMagic } from './magic.ts';

const CHUNK_BYTES = 1 << 16;

/** Returns the file at `path` as a source. */
export function fileSource(path: string): TraceSource {
  requireText('path of fileSource', path);
  return function* chunks() {
    const file = openFile(path);
    try {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      let count = readChunk(file, chunk, path);
      const start = chunk.subarray(0, count);
      if (isGzip(start)) return yield* unpack(path);
      const wide = wideOf(start);
      const magic = tellMagic(start);
      if (magic !== undefined) throw new ReplayError(`Got ${path}, ${magic}`);
      for (; count > 0; count = readChunk(file, chunk, path)) {
        // A character for each byte, so that no character is cut in two, and nonsense survives to be shown.
        yield wide === undefined ? chunk.toString('latin1', 0, count) : narrow(chunk.subarray(0, count), wide);
      }
    } finally {
      closeSync(file);
    }
  };
}

/** What is unpacked in memory. The command line unpacks to a file first, of any size. */
const UNPACKED_BYTES_MAX = 1 << 29;

function* unpack(path: string): Generator<string> {
  let bytes: Buffer = readFileSync(path);
  try {
    // A log that was packed on its way, and again by whoever attached it.
    for (let layer = 0; layer < 3 && isGzip(bytes); layer++) {
      // What was cut short is read as far as it goes; its last line has no end, which is told.
      bytes = gunzipSync(bytes, { maxOutputLength: UNPACKED_BYTES_MAX, finishFlush: zlib.Z_SYNC_FLUSH });
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  const magic = tellMagic(bytes);
  if (magic !== undefined) throw new ReplayError(`Got ${path}, packed by gzip; in it is ${magic}`);
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.toString('latin1', at, at + CHUNK_BYTES);
}

/** Whether two bytes make a character, and which of them is the first; by a mark at the beginning, or by zeros. */
function wideOf(bytes: Uint8Array): 'little' | 'big' | undefined {
  const [a, b, c, d] = bytes;
  if ((a === 0xff && b === 0xfe && c !== 0xff) || (a > 0 && b === 0 && c > 0 && d === 0)) return 'little';
  if ((a === 0xfe && b === 0xff) || (a === 0 && b > 0 && c === 0 && d > 0)) return 'big';
  return undefined;
}

/** One byte of each character: a log of QEMU's has no others. Chunks are of even length, but for the last. */
function narrow(bytes: Uint8Array, wide: 'little' | 'big'): string {
  const own = wide === 'little' ? 0 : 1;
  const narrowed = Buffer.allocUnsafe(bytes.length >> 1);
  for (let at = 0; at < narrowed.length; at++) {
    narrowed[at] = bytes[2 * at + 1 - own] === 0 ? bytes[2 * at + own] : 0x3f;
  }
  return narrowed.toString('latin1');
}

function openFile(path: string): number {
  try {
    // What looks like a file and waits, as /proc/kmsg does, says so instead. A pipe may wait: its writer is another program.
    const waits = statSync(path).isFile() ? constants.O_NONBLOCK : 0;
    return openSync(path, constants.O_RDONLY | waits);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function readChunk(file: number, chunk: Buffer, path: string): number {
  try {
    return readSync(file, chunk);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): ReplayError {
  const reason = String(error instanceof Error ? error.message : error).replaceAll(path, shortened(path));
  return new ReplayError(`Got no text from ${shortened(path)} (${reason}); expected a trace of QEMU's.`, {
    cause: error,
  });
}
