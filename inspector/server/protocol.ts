/**
 * The inspector's protocol, as far as the relay reads it, and what the relay adds: whose a session is, and which programs there are.
 *
 * XState numbers its sessions from x:0 in every program. So each connection has a number, and the session x:0 of the third is told as
 * `3/x:0`, wherever a message names a session.
 */

/** What the relay tells of a program, besides what the program tells. */
export interface ProgramMessage {
  readonly type: '@maskbit.program';
  /** Its number: the sessions of program 3 begin with `3/`. */
  readonly program: number;
  readonly status: 'here' | 'gone';
  /** Why it has gone, where it did not simply end. */
  readonly because?: string;
}

/** A message of a program, with its sessions told apart from those of others. */
export interface SessionMessage {
  readonly type: '@xstate.actor' | '@xstate.event' | '@xstate.snapshot';
  readonly sessionId: string;
  readonly parentId?: string;
  /** Whether the actor has not ended, as far as its snapshot says. */
  readonly isLiving: boolean;
  /** The message as it is passed on. */
  readonly bytes: Buffer;
}

/** The longest definition that is passed on; that of the largest machine of maskbit has some hundred kilobytes. */
export const DEFINITION_CHARACTERS = 1 << 21;

const TYPES: ReadonlySet<unknown> = new Set(['@xstate.actor', '@xstate.event', '@xstate.snapshot']);
const SESSIONS = ['sessionId', 'rootId', 'parentId', 'sourceId'];

/** Reads a message of a program; undefined when it is none of the protocol, for anything may connect. */
export function readMessage(text: string, program: number): SessionMessage | undefined {
  let message: Record<string, unknown>;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    message = parsed as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const { type, sessionId, definition } = message;
  if (!TYPES.has(type) || typeof sessionId !== 'string') return undefined;
  for (const name of SESSIONS) {
    const session = message[name];
    if (typeof session === 'string') message[name] = `${program}/${session}`;
    else delete message[name];
  }
  if (typeof definition === 'string' && definition.length > DEFINITION_CHARACTERS) {
    delete message.definition;
    message.problem = `Got a definition of ${definition.length} characters; expected at most ${DEFINITION_CHARACTERS}.`;
  }
  const { status } = Object(message.snapshot) as { readonly status?: unknown };
  return {
    type: type as SessionMessage['type'],
    sessionId: message.sessionId as string,
    parentId: message.parentId as string | undefined,
    isLiving: status === undefined || status === 'active',
    bytes: Buffer.from(JSON.stringify(message)),
  };
}
