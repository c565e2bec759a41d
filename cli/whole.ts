/**
 * Files that are written whole or not at all: under another name first, which goes when anything fails or the command is interrupted. What is no plain
 * file, such as /dev/stdout or a FIFO, is written as it stands: nothing may take its place.
 */
import { closeSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { InputError } from './input.ts';

/** A file that is being written. One whose name ends in .gz is packed. */
export class WholeFile {
  private readonly path: string;
  private readonly unfinished: string;
  private readonly file: number;
  private readonly isPacked: boolean;
  private readonly onInterrupt: () => void;
  private held: string[] = [];
  private heldLength = 0;
  private isOpen = true;

  /** Opens the file. @throws {InputError} where a folder has its name. */
  constructor(path: string) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory() === true) throw new InputError(`Got ${path}, which is a folder; expected a file.`);
    this.path = path;
    this.unfinished = stats === undefined || stats.isFile() ? `${path}.new` : path;
    this.isPacked = path.endsWith('.gz');
    try {
      this.file = openSync(this.unfinished, 'w');
    } catch (error) {
      // Whoever called knows nothing of the other name.
      if (error instanceof Error) error.message = error.message.replace(`'${this.unfinished}'`, `'${path}'`);
      throw error;
    }
    this.onInterrupt = () => {
      this.drop();
      process.exit(130);
    };
    process.once('SIGINT', this.onInterrupt);
    process.once('SIGTERM', this.onInterrupt);
  }

  /** Adds text. */
  write(text: string): void {
    this.held.push(text);
    this.heldLength += text.length;
    if (this.heldLength >= HELD_LENGTH) this.flush();
  }

  /** Gives the file its name. Where that fails, {@link drop} is still to be called. */
  finish(): void {
    this.flush();
    this.end();
    if (this.unfinished !== this.path) renameSync(this.unfinished, this.path);
  }

  /** Leaves nothing behind: no file, and nobody who waits for an interrupt. */
  drop(): void {
    this.end();
    if (this.unfinished !== this.path) rmSync(this.unfinished, { force: true });
  }

  private flush(): void {
    const bytes = Buffer.from(this.held.join(''));
    // Packed pieces one after the other are one packed file.
    const written = this.isPacked && bytes.length > 0 ? gzipSync(bytes) : bytes;
    for (let at = 0; at < written.length;) at += writeSync(this.file, written, at);
    this.held = [];
    this.heldLength = 0;
  }

  private end(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    closeSync(this.file);
    process.off('SIGINT', this.onInterrupt);
    process.off('SIGTERM', this.onInterrupt);
  }
}

const HELD_LENGTH = 1 << 20;

/** Tries whether a file can be made, before what goes into it is worked out. What is no plain file is not touched. @throws where it cannot. */
export function tryWhole(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.isFile() || stats.isDirectory()) new WholeFile(path).drop();
}

/** Writes a text to a file, whole or not at all. */
export function writeWhole(path: string, text: string): void {
  const file = new WholeFile(path);
  try {
    file.write(text);
    file.finish();
  } catch (error) {
    file.drop();
    throw error;
  }
}
