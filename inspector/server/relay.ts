/**
 * The relay between programs and pages, in the inspector's protocol. It remembers each actor, and where it was last, so that a
 * page that comes late learns of what came before it: the usual relay forgets definitions after two hundred messages.
 */
import type { RawData, WebSocket } from 'ws';

/** The most actors that are remembered; of more, those that were heard of first are forgotten. */
export const ACTORS_KEPT = 200;
/** A page that falls so many bytes behind is let go of; it connects again by itself. */
const BEHIND_BYTES = 1 << 26;

interface Remembered {
  /** The message that told of the actor, with its definition. */
  actor?: string;
  snapshot?: string;
}

/** Passes messages on from programs to pages. */
export class Relay {
  private readonly actors = new Map<string, Remembered>();
  private readonly pages = new Set<WebSocket>();

  /** Takes in a program. Its messages go to every page. */
  addProgram(socket: WebSocket): void {
    socket.on('message', (data) => this.pass(textOf(data)));
    socket.on('error', () => socket.terminate());
  }

  /** Takes in a page, and tells it what it has missed. */
  addPage(socket: WebSocket): void {
    this.pages.add(socket);
    socket.on('close', () => this.pages.delete(socket));
    socket.on('error', () => socket.terminate());
    for (const { actor, snapshot } of this.actors.values()) {
      for (const message of [actor, snapshot]) if (message !== undefined) socket.send(message);
    }
  }

  private pass(text: string): void {
    const message = parse(text);
    if (message === undefined) return;
    this.remember(message, text);
    for (const page of this.pages) {
      if (page.bufferedAmount > BEHIND_BYTES) page.terminate();
      else if (page.readyState === page.OPEN) page.send(text);
    }
  }

  private remember({ type, sessionId }: ProtocolMessage, text: string): void {
    if (type === '@xstate.event') return;
    const known = this.actors.get(sessionId);
    if (type === '@xstate.actor') this.actors.set(sessionId, { actor: text });
    else if (known !== undefined) known.snapshot = text;
    else this.actors.set(sessionId, { snapshot: text });
    if (this.actors.size <= ACTORS_KEPT) return;
    const [oldest] = this.actors.keys();
    this.actors.delete(oldest);
  }
}

interface ProtocolMessage {
  readonly type: '@xstate.actor' | '@xstate.event' | '@xstate.snapshot';
  readonly sessionId: string;
}

/** Reads a message; undefined when it is none of the protocol, for anything may connect. */
function parse(text: string): ProtocolMessage | undefined {
  try {
    const { type, sessionId } = Object(JSON.parse(text)) as Record<string, unknown>;
    const isKnown = type === '@xstate.actor' || type === '@xstate.event' || type === '@xstate.snapshot';
    return isKnown && typeof sessionId === 'string' ? { type, sessionId } : undefined;
  } catch {
    return undefined;
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString('utf8');
}
