/**
 * The page's way to the server that it came from, if that is one of `maskbit inspect`: what other programs tell comes in, and with
 * `--stately` what happens here goes out, both in the inspector's protocol. A page from any other server has no connection.
 */
import { effect, signal } from '@preact/signals';
import type { Session } from '../server/session.ts';
import { hearMessage, loseServer, publishedPage, scene, value } from './store.ts';

/** Whether programs can connect: there is no such server, it listens, or it has gone and is tried again. */
export const connection = signal<'none' | 'here' | 'away'>('none');

/** Where programs connect to. */
export const socketAddress = (): string => `ws://localhost:${location.port || '80'}`;

/** Connects, where there is something to connect to. */
export async function connect(): Promise<void> {
  const answer = await fetch('./session.json');
  if (!answer.ok) return;
  const session = (await answer.json()) as Session;
  publishedPage.value = session.page;
  if (!session.live) return;
  listen();
  if (session.stately) await publish();
}

/** What the sessions of this page begin with. */
const SELF = `maskbit:${crypto.randomUUID()}:`;

const socketUrl = (path: string): string => `${location.origin.replace(/^http/, 'ws')}${path}`;

/** How many servers there have been here, one after the other. Each numbers its programs from 1 on. */
let servers = 0;
let serverId: string | undefined;
const NUMBERS = 1_000_000;

/** Whether the server that answers is another than before; then the programs of the one before have gone. */
async function meetServer(): Promise<void> {
  const answer = await fetch('./session.json');
  const { id } = (await answer.json()) as Session;
  if (serverId !== undefined && id !== serverId) {
    servers++;
    loseServer();
  }
  serverId = id;
}

/** A message with the programs of this server told apart from those of servers before it. */
function renumber(message: Record<string, unknown>): Record<string, unknown> {
  if (servers === 0) return message;
  const renumbered = { ...message };
  for (const name of ['sessionId', 'rootId', 'parentId', 'sourceId']) {
    const [, program, session] = /^(\d+)\/(.*)$/s.exec(String(message[name])) ?? [];
    if (program !== undefined) renumbered[name] = `${Number(program) + servers * NUMBERS}/${session}`;
  }
  if (typeof message.program === 'number') renumbered.program = message.program + servers * NUMBERS;
  return renumbered;
}

/** Listens to what other programs tell, and connects again when the server has been away. */
function listen(): void {
  const socket = new WebSocket(socketUrl('/watch'));
  let met: Promise<void> | undefined;
  socket.addEventListener('open', () => {
    met = meetServer().catch(() => {});
    connection.value = 'here';
  });
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Record<string, unknown>;
    // What this page tells comes back to it, as it comes to every other, with the number of its connection before it.
    if (!String(message.sessionId).includes(`/${SELF}`)) void met!.then(() => hearMessage(renumber(message)));
  });
  socket.addEventListener('close', () => {
    connection.value = 'away';
    setTimeout(listen, 2000);
  });
}

/** Tells what happens to the machine that is shown, as XState's own inspectors do. */
async function publish(): Promise<void> {
  const { createWebSocketInspector } = await import('@statelyai/inspect');
  // A definition is nested deeper than the ten levels that are told by default.
  const inspector = createWebSocketInspector({ url: socketUrl('/'), serializationDepthLimit: 40 });
  let machine: unknown;
  let session = 0;
  effect(() => {
    const at = scene.value;
    if (at.kind !== 'own') return;
    const snapshot = { status: 'active' as const, value: value.value, context: {} };
    if (at.machine !== machine) {
      machine = at.machine;
      session++;
      const actor = { sessionId: `${SELF}${session}`, logic: at.machine } as unknown as Parameters<
        typeof inspector.actor
      >[0];
      inspector.actor(actor, snapshot);
    } else {
      const step = at.run.length === 0 ? undefined : at.eventAt(at.run.length);
      inspector.snapshot(`${SELF}${session}`, snapshot, { event: { type: step ?? 'travel' } });
    }
  });
}
