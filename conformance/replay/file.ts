/**
 * A trace log in a file, read in pieces: the one part of a replay that needs a file system. Takes gzip, and UTF-16 as some shells
 * write it; tells other compressions by their name.
 */
import { closeSync, constants, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { requireText, shortened } from '../../checker/argument/argument.ts';
import { ReplayError, type TraceSource } from './log.ts';

const CHUNK_BYTES = 1 << 16;

/** Returns the file at `path` as a source. */
export function fileSource(path: string): TraceSource {
  requireText('path of fileSource', path);
  return function* chunks() {
    const file = openFile(path);
    try {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      let count = readChunk(file, chunk, path);
      const packing = PACKED.find(([magic]) => chunk.subarray(0, count).indexOf(Buffer.from(magic)) === 0)?.[1];
      if (packing === 'gzip') return yield* unpack(path);
      if (packing === 'UTF-16')
        return yield* (
          readFileSync(path, 'utf16le')
            .slice(1)
            .match(/[^]{1,65536}/g) ?? []
        );
      if (packing !== undefined) {
        throw new ReplayError(`Got a file packed by ${packing}, ${path}; expected text, or gzip. Unpack it first.`);
      }
      for (; count > 0; count = readChunk(file, chunk, path)) {
        // A character for each byte, so that no character is cut in two, and nonsense survives to be shown.
        yield chunk.toString('latin1', 0, count);
      }
    } finally {
      closeSync(file);
    }
  };
}

const PACKED: readonly (readonly [readonly number[], string])[] = [
  [[0x1f, 0x8b], 'gzip'],
  [[0xff, 0xfe], 'UTF-16'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'xz'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd'],
  [[0x42, 0x5a, 0x68], 'bzip2'],
  [[0x50, 0x4b, 0x03, 0x04], 'zip'],
];
/** What is unpacked in memory. The command line unpacks to a file first, of any size. */
const UNPACKED_BYTES_MAX = 1 << 29;

function* unpack(path: string): Generator<string> {
  let bytes: Buffer;
  try {
    bytes = gunzipSync(readFileSync(path), { maxOutputLength: UNPACKED_BYTES_MAX });
  } catch (error) {
    throw unreadable(path, error);
  }
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.toString('latin1', at, at + CHUNK_BYTES);
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
