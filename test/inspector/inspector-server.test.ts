/**
 * The server of the inspector: who may talk to it, what it passes on and remembers, and the page as files.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWebSocketInspector } from '@statelyai/inspect';
import { WebSocket } from 'ws';
import { createActor } from 'xstate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writePage } from '../../inspector/server/files.ts';
import { ACTORS_KEPT } from '../../inspector/server/relay.ts';
import { type InspectorServer, startServer } from '../../inspector/server/server.ts';
import { createInstance } from '../../properties/instances.ts';

const folder = mkdtempSync(join(tmpdir(), 'maskbit-inspector-'));
const page = join(folder, 'built');
let server: InspectorServer;

beforeAll(async () => {
  mkdirSync(page);
  writeFileSync(join(page, 'index.html'), '<title>maskbit inspector</title>');
  server = await startServer({ folder: page, port: 0, stately: true });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: server.port, path, method, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    sent.on('error', reject);
    sent.end();
  });

describe('the server', () => {
  test('serves the page with a policy that lets nothing in from elsewhere', async () => {
    const { status, headers, text } = await get('/');
    expect(status).toBe(200);
    expect(text).toContain('maskbit inspector');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).not.toMatch(/unsafe|https?:/);
  });

  test('says that there is a server behind the page', async () => {
    expect(JSON.parse((await get('/session.json')).text)).toEqual({ live: true, stately: true });
  });

  test.each(['evil.example', `evil.example:8080`, 'localhost', '127.0.0.1.evil.example'])(
    'refuses the host %s',
    async (host) => {
      const { status, text } = await get('/', { host });
      expect(status).toBe(403);
      expect(text).toContain(`Got the host ${host}; expected localhost:`);
    },
  );

  test('answers only GET and HEAD, and nothing beyond the folder', async () => {
    expect((await get('/', {}, 'POST')).status).toBe(405);
    expect((await get('/../../package.json')).status).toBe(404);
    expect((await get('/%2e%2e/%2e%2e/package.json')).status).toBe(404);
  });

  test("lets Stately's inspector in on one page, and there alone", async () => {
    const { headers } = await get('/stately');
    expect(headers['content-security-policy']).toContain('frame-src https://stately.ai');
    expect((await get('/stately.js')).text).toContain("'/watch'");
  });
});

const connect = (path: string, origin?: string, host = `localhost:${server.port}`): Promise<WebSocket | number> =>
  new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { origin, headers: { host } });
    socket.once('open', () => resolve(socket));
    socket.once('unexpected-response', (_, answer) => resolve(answer.statusCode ?? 0));
    socket.once('error', () => {});
  });

/** Opens a page's socket, and collects what it is told. */
async function watchPage(): Promise<{
  socket: WebSocket;
  told: Record<string, any>[];
  until: (count: number) => Promise<void>;
}> {
  const told: Record<string, any>[] = [];
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/watch`, {
    origin: `http://localhost:${server.port}`,
    headers: { host: `localhost:${server.port}` },
  });
  socket.on('message', (data: Buffer) => told.push(JSON.parse(data.toString()) as Record<string, any>));
  await new Promise((resolve) => socket.once('open', resolve));
  const until = async (count: number): Promise<void> => {
    const end = Date.now() + 5000;
    while (told.length < count && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  return { socket, told, until };
}

describe('the relay', () => {
  test.each([
    ['/watch', 'http://evil.example', undefined],
    ['/watch', undefined, undefined],
    ['/watch', 'http://localhost:1', undefined],
    ['/', 'http://evil.example', undefined],
    ['/', 'null', undefined],
    ['/', undefined, 'evil.example'],
  ])('refuses %s from the origin %s and the host %s', async (path, origin, host) => {
    expect(await connect(path, origin, host)).toBe(403);
  });

  test.each([undefined, 'http://localhost:5173', 'http://127.0.0.1:3000'])(
    'takes programs of the origin %s',
    async (origin) => {
      const socket = await connect('/', origin);
      expect(socket).toBeInstanceOf(WebSocket);
      (socket as WebSocket).terminate();
    },
  );

  test('tells a page that comes late of a definition that was told long before', async () => {
    const { machine } = createInstance('function');
    const inspector = createWebSocketInspector({ url: `ws://127.0.0.1:${server.port}`, serializationDepthLimit: 40 });
    const actor = createActor(machine, { inspect: inspector.inspect });
    actor.start();
    // What is said before there is a connection is kept for it, but no more than the last two hundred messages.
    const early = await watchPage();
    await early.until(early.told.length + 2);
    for (let round = 0; round < 150; round++) {
      actor.send({ type: 'guest.control.on' });
      actor.send({ type: 'guest.control.off' });
    }
    await early.until(600);
    const late = await watchPage();
    await late.until(2);
    const [definition, last] = late.told.filter(
      ({ name, sessionId }) => name === 'function' || sessionId === actor.sessionId,
    );
    expect(definition.type).toBe('@xstate.actor');
    expect(definition.definition).toContain('openHolding.0.zero');
    expect(definition.definition).not.toContain('[Object]');
    expect(last.type).toBe('@xstate.snapshot');
    expect(last.snapshot.value.capability.enable).toBe('disabled');
    inspector.stop();
    for (const { socket } of [early, late]) socket.terminate();
  });

  test('passes on nothing that is not of the protocol, and forgets the oldest of too many', async () => {
    const { socket, told, until } = await watchPage();
    const known = told.length;
    const program = (await connect('/')) as WebSocket;
    for (const nonsense of ['', '{', '7', '{"type":"@xstate.actor"}', '{"type":"other","sessionId":"x"}'])
      program.send(nonsense);
    for (let number = 0; number < ACTORS_KEPT + 5; number++) {
      program.send(JSON.stringify({ type: '@xstate.actor', sessionId: `many:${number}`, snapshot: {} }));
    }
    await until(known + ACTORS_KEPT + 5);
    expect(told.slice(known).filter(({ sessionId }) => !String(sessionId).startsWith('many:'))).toEqual([]);
    const late = await watchPage();
    await late.until(ACTORS_KEPT);
    expect(late.told).toHaveLength(ACTORS_KEPT);
    expect(late.told.at(-1)?.sessionId).toBe(`many:${ACTORS_KEPT + 4}`);
    for (const each of [socket, program, late.socket]) each.terminate();
  });
});

describe('the page as files', () => {
  test('is written where nothing is, and over itself', () => {
    const target = join(folder, 'deep', 'site');
    writePage(page, target);
    expect(JSON.parse(readFileSync(join(target, 'session.json'), 'utf8'))).toEqual({ live: false, stately: false });
    writeFileSync(join(target, 'old'), '');
    writePage(page, target);
    expect(readdirSync(target).toSorted()).toEqual(['index.html', 'session.json']);
    expect(readdirSync(join(folder, 'deep'))).toEqual(['site']);
  });

  test('is not written over anything else', () => {
    const foreign = join(folder, 'foreign');
    mkdirSync(foreign);
    writeFileSync(join(foreign, 'precious'), 'mine');
    expect(() => writePage(page, foreign)).toThrow(/which holds something else; expected an empty folder/);
    expect(() => writePage(page, join(foreign, 'precious'))).toThrow(/which is a file; expected a folder/);
    expect(readFileSync(join(foreign, 'precious'), 'utf8')).toBe('mine');
  });

  test('leaves what was there when it fails half way', () => {
    const target = join(folder, 'kept');
    writePage(page, target);
    expect(() => writePage(join(folder, 'no such folder'), target)).toThrow(/ENOENT/);
    expect(existsSync(join(target, 'index.html'))).toBe(true);
    expect(readdirSync(folder).filter((name) => name.startsWith('.kept'))).toEqual([]);
  });
});
