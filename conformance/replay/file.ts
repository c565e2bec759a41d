/**
 * A trace log in a file, read in pieces: the one part of a replay that needs a file system.
 */
import { closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { ReplayError, type TraceSource } from './log.ts';

const CHUNK_BYTES = 1 << 16;

/** Returns the file at `path` as a source. */
export function fileSource(path: string): TraceSource {
  return function* chunks() {
    const file = openFile(path);
    try {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      for (;;) {
        const count = readChunk(file, chunk, path);
        if (count === 0) return;
        // A character for each byte, so that no character is cut in two, and nonsense survives to be shown.
        yield chunk.toString('latin1', 0, count);
      }
    } finally {
      closeSync(file);
    }
  };
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
  const reason = error instanceof Error ? error.message : String(error);
  return new ReplayError(`Got no text from ${path} (${reason}); expected a trace of QEMU's.`, { cause: error });
}
