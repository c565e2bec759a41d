/**
 * The relay between programs and pages. It remembers each actor, and where it was last, so that a page that comes late learns of
 * what came before it: the usual relay forgets definitions after two hundred messages.
 *
 * A page that cannot follow holds the programs up: nothing more is read from them until it has caught up, and nothing is lost. One that
 * does not catch up in time is let go of; it connects again by itself, and is told where everything is then.
 */
import type { RawData, WebSocket } from 'ws';
import { Memory } from './memory.ts';
import { type ProgramMessage, readMessage } from './protocol.ts';

/** The longest message that a program may send. */
export const MESSAGE_BYTES = 1 << 22;
/** How many programs and pages there may be at once. */
export const PROGRAMS = 32;
export const PAGES = 16;

/** A page that is so many bytes behind holds the programs up, until it is behind by less than the other. */
const BEHIND_BYTES = 1 << 22;
const CAUGHT_UP_BYTES = 1 << 18;
const BEHIND_MILLISECONDS = 5_000;
const LOOK_MILLISECONDS = 10;

/** How many programs that have gone are told of. */
const GONE_KEPT = 100;
/** The status with which a WebSocket ends after a message that is too long. */
const TOO_LONG = 1009;

interface Page {
  readonly socket: WebSocket;
  /** The actors that it must still be told of, by key. What comes of them meanwhile is told with them. */
  readonly missing: Set<string>;
  /** Since when it is too far behind. */
  behindSince?: number;
}

/** Passes messages on from programs to pages. */
export class Relay {
  private readonly memory = new Memory();
  private readonly pages = new Set<Page>();
  private readonly programs = new Map<number, WebSocket>();
  private readonly gone = new Map<number, ProgramMessage>();
  private programCount = 0;
  private looking: NodeJS.Timeout | undefined;

  get isFullOfPrograms(): boolean {
    return this.programs.size >= PROGRAMS;
  }

  get isFullOfPages(): boolean {
    return this.pages.size >= PAGES;
  }

  /** The bytes that are remembered of actors. */
  get bytes(): number {
    return this.memory.bytes;
  }

  /** Takes in a program. Its messages go to every page. */
  addProgram(socket: WebSocket): void {
    const program = ++this.programCount;
    let hasSpoken = false;
    let tooLong = false;
    this.programs.set(program, socket);
    socket.on('message', (data) => {
      if (!hasSpoken) this.tell({ type: '@maskbit.program', program, status: 'here' });
      hasSpoken = true;
      this.pass(textOf(data), program);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      tooLong = error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
      // What is too long is told to the program, by the status with which its connection is closed.
      if (!tooLong) socket.terminate();
    });
    socket.on('close', (code) => {
      this.programs.delete(program);
      if (hasSpoken || tooLong || code === TOO_LONG) this.leave(program, tooLong || code === TOO_LONG);
    });
    if (this.looking !== undefined) socket.pause();
  }

  /** Takes in a page, and tells it what it has missed. */
  addPage(socket: WebSocket): void {
    const page: Page = { socket, missing: new Set(this.memory.keys) };
    this.pages.add(page);
    socket.on('close', () => this.pages.delete(page));
    socket.on('error', () => socket.terminate());
    for (const program of this.programs.keys()) {
      if (this.memory.knows(program)) send(page, programBytes({ type: '@maskbit.program', program, status: 'here' }));
    }
    for (const message of this.gone.values()) {
      if (this.memory.knows(message.program)) send(page, programBytes(message));
    }
    this.catchUp(page);
  }

  /** Ends what the relay does by itself. */
  close(): void {
    clearInterval(this.looking);
  }

  private pass(text: string, program: number): void {
    const message = readMessage(text, program);
    if (message === undefined) return;
    const { type, sessionId, parentId, isLiving, bytes } = message;
    if (type === '@xstate.actor') this.memory.begin({ key: sessionId, program, parent: parentId, isLiving }, bytes);
    if (type === '@xstate.snapshot') this.memory.move(sessionId, program, bytes, isLiving);
    for (const page of this.pages) if (!page.missing.has(sessionId)) send(page, bytes);
    this.look();
  }

  private tell(message: ProgramMessage): void {
    const bytes = programBytes(message);
    for (const page of this.pages) send(page, bytes);
  }

  private leave(program: number, tooLong: boolean): void {
    const because = tooLong ? `It sent a message of more than ${MESSAGE_BYTES} bytes.` : undefined;
    const message: ProgramMessage = { type: '@maskbit.program', program, status: 'gone', because };
    this.memory.leave(program);
    this.gone.set(program, message);
    for (const oldest of this.gone.keys()) if (this.gone.size > GONE_KEPT) this.gone.delete(oldest);
    this.tell(message);
  }

  /** Tells a page of the actors that it must still be told of, one after the other, as fast as it takes them. */
  private catchUp(page: Page): void {
    for (const key of page.missing) {
      page.missing.delete(key);
      const known = this.memory.get(key);
      if (known === undefined) continue;
      const messages = [known.actor, known.snapshot].filter((message) => message !== undefined);
      for (const message of messages) send(page, message);
      if (page.socket.bufferedAmount <= CAUGHT_UP_BYTES) continue;
      this.look();
      setTimeout(() => this.resumeCatchUp(page), LOOK_MILLISECONDS);
      return;
    }
  }

  private resumeCatchUp(page: Page): void {
    if (!this.pages.has(page)) return;
    if (page.socket.bufferedAmount <= CAUGHT_UP_BYTES) this.catchUp(page);
    else setTimeout(() => this.resumeCatchUp(page), LOOK_MILLISECONDS);
  }

  /** Looks whether a page is too far behind, and if so, holds the programs up until none is. */
  private look(): void {
    const now = performance.now();
    let isBehind = false;
    for (const page of this.pages) {
      const { bufferedAmount } = page.socket;
      if (bufferedAmount > (page.behindSince === undefined ? BEHIND_BYTES : CAUGHT_UP_BYTES)) {
        page.behindSince ??= now;
        if (now - page.behindSince > BEHIND_MILLISECONDS) page.socket.terminate();
        else isBehind = true;
      } else page.behindSince = undefined;
    }
    if (isBehind === (this.looking !== undefined)) return;
    for (const socket of this.programs.values()) {
      if (isBehind) socket.pause();
      else socket.resume();
    }
    if (isBehind) this.looking = setInterval(() => this.look(), LOOK_MILLISECONDS);
    else {
      clearInterval(this.looking);
      this.looking = undefined;
    }
  }
}

const programBytes = (message: ProgramMessage): Buffer => Buffer.from(JSON.stringify(message));

function send({ socket }: Page, bytes: Buffer): void {
  if (socket.readyState === socket.OPEN) socket.send(bytes, { binary: false });
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString('utf8');
}
