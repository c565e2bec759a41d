/**
 * A log that grows: what is written to it is copied aside as it comes, so that nothing is lost when it is truncated, rotated or deleted. Owns
 * the file system; what is made of the copy is for who asks.
 */
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TraceSource } from '../conformance/replay/lines.ts';

const CHUNK_BYTES = 1 << 16;
const NEWLINE = 0x0a;

/** What happened to the file, beside growing. */
export type FileEvent = 'missing' | 'found' | 'truncated' | 'rotated' | 'deleted';

/** Follows one file. */
export class LogFollower {
  private readonly path: string;
  private readonly folder = mkdtempSync(join(tmpdir(), 'maskbit-watch-'));
  private readonly copyPath = join(this.folder, 'log');
  private readonly copy = openSync(this.copyPath, 'w');
  private readonly chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  private file: number | undefined;
  private inode = 0;
  /** How far the file was read, and how long the copy is. */
  private position = 0;
  private copied = 0;
  /** Where in the copy each log begins: one more after each truncation and rotation. */
  private readonly beginnings: number[] = [0];
  private lastByte = NEWLINE;
  private isGone = false;
  private isMissing = false;

  constructor(path: string) {
    this.path = path;
  }

  /** How many bytes have come. */
  get length(): number {
    return this.copied;
  }

  /** How many logs have begun. */
  get count(): number {
    return this.beginnings.length;
  }

  /** Takes what has come since the last time; says what else happened. */
  poll(): FileEvent[] {
    const events: FileEvent[] = [];
    if (this.file === undefined) {
      if (!this.open()) {
        if (!this.isMissing) events.push('missing');
        this.isMissing = true;
        return events;
      }
      if (this.isMissing) events.push('found');
    }
    if (fstatSync(this.file!).size < this.position) {
      events.push('truncated');
      this.position = 0;
      this.begin();
    }
    this.read();
    const now = statSync(this.path, { throwIfNoEntry: false });
    if (now === undefined) {
      // Whoever writes it may go on doing so.
      if (!this.isGone) events.push('deleted');
      this.isGone = true;
    } else if (now.ino !== this.inode) {
      events.push('rotated');
      closeSync(this.file!);
      this.file = undefined;
      this.isGone = false;
      this.begin();
      if (this.open()) this.read();
    }
    return events;
  }

  /** The log from the beginning `back` before the last; 0 is the last alone. */
  source(back = 0): TraceSource {
    const first = this.beginnings.at(-1 - back) ?? 0;
    const end = this.copied;
    const { copyPath } = this;
    return function* chunks() {
      const file = openSync(copyPath, 'r');
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      try {
        for (let at = first; at < end;) {
          const count = readSync(file, chunk, 0, Math.min(CHUNK_BYTES, end - at), at);
          if (count === 0) return;
          at += count;
          yield chunk.toString('latin1', 0, count);
        }
      } finally {
        closeSync(file);
      }
    };
  }

  /** Ends, and deletes the copy. */
  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    closeSync(this.copy);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private open(): boolean {
    try {
      this.file = openSync(this.path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
    this.inode = fstatSync(this.file).ino;
    this.position = 0;
    return true;
  }

  /** Another log begins; a line of the one before that has no end gets one. */
  private begin(): void {
    if (this.copied === this.beginnings.at(-1)!) return;
    if (this.lastByte !== NEWLINE) this.write(Buffer.of(NEWLINE));
    this.beginnings.push(this.copied);
  }

  private read(): void {
    for (;;) {
      const count = readSync(this.file!, this.chunk, 0, CHUNK_BYTES, this.position);
      if (count === 0) return;
      this.position += count;
      this.write(this.chunk.subarray(0, count));
    }
  }

  private write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) at += writeSync(this.copy, bytes, at);
    this.copied += bytes.length;
    this.lastByte = bytes.at(-1) ?? this.lastByte;
  }
}
