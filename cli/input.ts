/**
 * Files that a command reads whole: bounded, and only what ends. A folder, a device and a FIFO that nobody may ever write to are
 * refused before they are opened; what a shell pipes in, as `<(…)` does, is read up to the bound.
 */
import { closeSync, constants, openSync, readSync, statSync } from 'node:fs';

/** The most that is read of a file: 100,000 steps of a trace are a tenth of it. */
const TEXT_BYTES = 1 << 27;

const CHUNK_BYTES = 1 << 16;

/** Thrown when what was named cannot be read as it is. */
export class InputError extends RangeError {
  override name = 'InputError';
}

/**
 * Requires that `path` is something that ends: a file, or what the shell or a pipe holds open for this process.
 * @throws {InputError} when it is something else; what does not exist is left to whoever opens it.
 */
export function requireEnding(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.isFile()) return;
  const isHeldOpen = /^\/(dev\/(stdin$|fd\/)|proc\/self\/fd\/)/.test(path);
  if (isHeldOpen && (stats.isFIFO() || stats.isSocket())) return;
  const kind = stats.isDirectory() ? 'folder' : stats.isFIFO() ? 'FIFO' : stats.isSocket() ? 'socket' : 'device';
  throw new InputError(`Got ${path}, which is a ${kind}; expected a file.`);
}

/**
 * Reads a file of text whole.
 * @param what What is expected of it: "a trace".
 * @throws {InputError} when it is no file, or longer than `limit`; and errors of the system.
 */
export function readText(path: string, what: string, limit = TEXT_BYTES): string {
  requireEnding(path);
  // What looks like a file and waits, as /proc/kmsg does, says so instead. A pipe may wait: its writer is another program.
  const waits = statSync(path, { throwIfNoEntry: false })?.isFile() === true ? constants.O_NONBLOCK : 0;
  const file = openSync(path, constants.O_RDONLY | waits);
  try {
    const chunks: Buffer[] = [];
    for (let length = 0; ;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const count = readSync(file, chunk);
      if (count === 0) return Buffer.concat(chunks).toString('utf8');
      chunks.push(chunk.subarray(0, count));
      length += count;
      if (length > limit)
        throw new InputError(`Got ${path} with more than ${limit} bytes; expected ${what} of no more.`);
    }
  } finally {
    closeSync(file);
  }
}
