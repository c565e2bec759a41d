/**
 * The server of the inspector: who may talk to it, what it serves, and what it passes on and remembers.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { createWebSocketInspector } from '@statelyai/inspect';
import { WebSocket } from 'ws';
import { createActor } from 'xstate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACTORS_KEPT, KEPT_BYTES, Memory, PROGRAM_BYTES } from '../../inspector/server/memory.ts';
import { DEFINITION_CHARACTERS, readMessage } from '../../inspector/server/protocol.ts';
import { MESSAGE_BYTES } from '../../inspector/server/relay.ts';
import { type InspectorServer, startServer } from '../../inspector/server/server.ts';
import { createInstance } from '../../properties/instances.ts';

const folder = mkdtempSync(join(tmpdir(), 'maskbit-inspector-'));
const page = join(folder, 'built');
const SCRIPT = 'globalThis.told = 1;\n'.repeat(200);
let server: InspectorServer;

beforeAll(async () => {
  mkdirSync(page);
  writeFileSync(join(page, 'index.html'), '<title>maskbit inspector</title>');
  mkdirSync(join(page, 'assets'));
  writeFileSync(join(page, 'assets', 'index.js'), SCRIPT);
  server = await startServer({ folder: page, port: 0, stately: true });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly bytes: Buffer;
  readonly text: string;
}

const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: server.port, path, method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const bytes = Buffer.concat(chunks);
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes, text: bytes.toString() });
      });
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
    expect(JSON.parse((await get('/session.json')).text)).toMatchObject({ live: true, stately: true });
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

  test.each([
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['br;q=0, gzip;q=0.5', 'gzip', gunzipSync],
  ])('compresses text for whoever accepts %s', async (accepted, encoding, unpack) => {
    const { headers, bytes } = await get('/assets/index.js', { 'accept-encoding': accepted });
    expect(headers['content-encoding']).toBe(encoding);
    expect(headers['vary']).toBe('Accept-Encoding');
    expect(Number(headers['content-length'])).toBeLessThan(SCRIPT.length / 10);
    expect(unpack(bytes).toString()).toBe(SCRIPT);
    const again = await get('/assets/index.js', {
      'accept-encoding': accepted,
      'if-none-match': String(headers['etag']),
    });
    expect(again.status).toBe(304);
    expect(again.bytes).toHaveLength(0);
  });

  test('compresses nothing for others, and nothing that is small', async () => {
    const { headers, text } = await get('/assets/index.js?query');
    expect(headers['content-encoding']).toBeUndefined();
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(text).toBe(SCRIPT);
    expect((await get('/', { 'accept-encoding': 'br' })).headers['content-encoding']).toBeUndefined();
    const head = await get('/assets/index.js', {}, 'HEAD');
    expect(head.headers['content-length']).toBe(String(SCRIPT.length));
    expect(head.text).toBe('');
  });

  test('serves the page as it was when the server started', async () => {
    const gone = join(page, 'assets', 'index.js');
    rmSync(gone);
    expect((await get('/assets/index.js')).text).toBe(SCRIPT);
    writeFileSync(gone, SCRIPT);
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
  /** What is told of programs, and not by them. */
  programs: Record<string, any>[];
  until: (count: number) => Promise<void>;
}> {
  const told: Record<string, any>[] = [];
  const programs: Record<string, any>[] = [];
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/watch`, {
    origin: `http://localhost:${server.port}`,
    headers: { host: `localhost:${server.port}` },
  });
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as Record<string, any>;
    (message.type === '@maskbit.program' ? programs : told).push(message);
  });
  await new Promise((resolve) => socket.once('open', resolve));
  const until = async (count: number): Promise<void> => {
    const end = Date.now() + 5000;
    while (told.length < count && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  return { socket, told, programs, until };
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
      ({ name, sessionId }) => name === 'function' || String(sessionId).endsWith(`/${actor.sessionId}`),
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
    expect(told.slice(known).filter(({ sessionId }) => !/^\d+\/many:/.test(sessionId))).toEqual([]);
    const late = await watchPage();
    await late.until(ACTORS_KEPT);
    expect(late.told).toHaveLength(ACTORS_KEPT);
    expect(late.told.at(-1)?.sessionId).toMatch(new RegExp(`/many:${ACTORS_KEPT + 4}$`));
    for (const each of [socket, program, late.socket]) each.terminate();
  });

  const actor = (sessionId: string, more: object = {}): string =>
    JSON.stringify({ type: '@xstate.actor', sessionId, snapshot: { status: 'active' }, ...more });

  test('tells two programs apart that have a session x:0 each, and says when one has gone', async () => {
    const { socket, told, programs } = await watchPage();
    const ours = (): Record<string, any>[] => told.filter(({ sessionId }) => /^\d+\/x:[01]$/.test(String(sessionId)));
    const until = async (count: number): Promise<void> => {
      while (ours().length < count) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    const [first, second] = [(await connect('/')) as WebSocket, (await connect('/')) as WebSocket];
    first.send(actor('x:0', { name: 'first', rootId: 'x:0' }));
    await until(1);
    second.send(actor('x:0', { name: 'second', rootId: 'x:0' }));
    second.send(actor('x:1', { name: 'child', rootId: 'x:0', parentId: 'x:0' }));
    second.send(JSON.stringify({ type: '@xstate.event', sessionId: 'x:1', sourceId: 'x:0', event: { type: 'go' } }));
    await until(4);
    const [one, two, child, event] = ours();
    const [program, other] = [one, two].map(({ sessionId }) => Number.parseInt(sessionId, 10));
    expect(one.sessionId).toBe(`${program}/x:0`);
    expect(other).not.toBe(program);
    expect(two).toMatchObject({ name: 'second', sessionId: `${other}/x:0`, rootId: `${other}/x:0` });
    expect(child).toMatchObject({ sessionId: `${other}/x:1`, parentId: `${other}/x:0` });
    expect(event).toMatchObject({ sessionId: `${other}/x:1`, sourceId: `${other}/x:0`, event: { type: 'go' } });
    first.close();
    while (programs.at(-1)?.status !== 'gone') await new Promise((resolve) => setTimeout(resolve, 10));
    expect(programs.filter((each) => each.program === program).map(({ status }) => status)).toEqual(['here', 'gone']);
    const late = await watchPage();
    while (!late.told.some(({ name }) => name === 'child')) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(late.programs).toContainEqual({ type: '@maskbit.program', program, status: 'gone' });
    expect(late.programs).toContainEqual({ type: '@maskbit.program', program: other, status: 'here' });
    expect(late.told).toContainEqual(expect.objectContaining({ sessionId: `${program}/x:0`, name: 'first' }));
    for (const each of [socket, second, late.socket]) each.terminate();
  });

  test('lets go of a program whose message is too long, and says why', async () => {
    const { socket, programs } = await watchPage();
    const program = (await connect('/')) as WebSocket;
    program.on('error', () => {});
    const status = new Promise((resolve) => program.once('close', resolve));
    program.send('x'.repeat(MESSAGE_BYTES + 1));
    expect(await status).toBe(1009);
    while (!programs.some(({ because }) => because !== undefined))
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(programs.at(-1)).toMatchObject({
      status: 'gone',
      because: `It sent a message of more than ${MESSAGE_BYTES} bytes.`,
    });
    socket.terminate();
  });

  test('passes on no definition that is too long, and says so in its place', () => {
    const definition = 'x'.repeat(DEFINITION_CHARACTERS + 1);
    const { bytes } = readMessage(actor('x:0', { definition }), 3)!;
    expect(JSON.parse(bytes.toString())).toMatchObject({
      sessionId: '3/x:0',
      problem: `Got a definition of ${DEFINITION_CHARACTERS + 1} characters; expected at most ${DEFINITION_CHARACTERS}.`,
    });
    expect(bytes.length).toBeLessThan(1000);
  });

  test('holds a program up while a page cannot follow, and loses nothing', async () => {
    const { socket, told } = await watchPage();
    const program = (await connect('/')) as WebSocket;
    socket.pause();
    const [count, padding] = [3_000, 'x'.repeat(20_000)];
    for (let number = 0; number < count; number++) {
      program.send(JSON.stringify({ type: '@xstate.event', sessionId: 'slow', number, padding }));
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
    // Of sixty megabytes some are in the buffers of the system; most have not left the program.
    expect(program.bufferedAmount).toBeGreaterThan(30_000_000);
    socket.resume();
    const numbers = (): number[] =>
      told.filter(({ padding: padded }) => padded !== undefined).map(({ number }) => number);
    const end = Date.now() + 20_000;
    while (numbers().length < count && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(numbers()).toEqual(Array.from({ length: count }, (_, number) => number));
    for (const each of [socket, program]) each.terminate();
  });

  test('passes on a burst of 5,000 events of an actor, with their snapshots, in under three seconds', async () => {
    const { socket, told } = await watchPage();
    const program = (await connect('/')) as WebSocket;
    const context = { list: Array.from({ length: 50 }, (_, number) => ({ number, text: 'an entry' })) };
    const snapshot = { status: 'active', value: { one: { two: 'three' } }, context };
    const start = performance.now();
    for (let number = 0; number < 5_000; number++) {
      const event = { type: 'go', number };
      program.send(JSON.stringify({ type: '@xstate.event', sessionId: 'burst', event }));
      program.send(JSON.stringify({ type: '@xstate.snapshot', sessionId: 'burst', event, snapshot }));
    }
    const count = (): number => told.filter(({ sessionId }) => String(sessionId).endsWith('/burst')).length;
    while (count() < 10_000) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(performance.now() - start).toBeLessThan(3_000);
    for (const each of [socket, program]) each.terminate();
  });

  test('lets go of a page that does not catch up', async () => {
    const { socket } = await watchPage();
    const other = await watchPage();
    const program = (await connect('/')) as WebSocket;
    socket.pause();
    const padding = 'x'.repeat(100_000);
    const known = other.told.length;
    for (let number = 0; number < 300; number++) {
      program.send(JSON.stringify({ type: '@xstate.event', sessionId: 'slow', number, padding }));
    }
    const end = Date.now() + 20_000;
    while (other.told.length < known + 300 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(other.told).toHaveLength(known + 300);
    for (const each of [socket, other.socket, program]) each.terminate();
  });
});

describe('what the relay remembers', () => {
  const megabyte = Buffer.alloc(1 << 20);
  const begin = (memory: Memory, program: number, session: string, parent?: string, isLiving = true): void =>
    memory.begin(
      { key: `${program}/${session}`, program, parent: parent && `${program}/${parent}`, isLiving },
      megabyte,
    );

  test('has a bound for each program, and for all', () => {
    const memory = new Memory();
    for (let number = 0; number < 100; number++) begin(memory, 1, `x:${number}`);
    expect(memory.bytes).toBe(PROGRAM_BYTES);
    for (let program = 2; program < 8; program++) {
      for (let number = 0; number < 100; number++) {
        begin(memory, program, `x:${number}`);
        memory.move(`${program}/x:${number}`, program, megabyte, true);
        expect(memory.bytes).toBeLessThanOrEqual(KEPT_BYTES);
      }
    }
    expect(memory.keys.at(-1)).toBe('7/x:99');
  });

  test('is at last a root with living children: first go those of programs that have gone, then those that have ended', () => {
    const memory = new Memory();
    begin(memory, 1, 'root');
    begin(memory, 1, 'child', 'root');
    begin(memory, 1, 'ended', 'root', false);
    begin(memory, 2, 'here');
    begin(memory, 3, 'elsewhere');
    memory.leave(3);
    const order: string[] = [];
    let known = memory.keys;
    for (let number = 0; number < 200; number++) {
      const program = 4 + (number % 2);
      memory.begin({ key: `${program}/${number}`, program, parent: `${program}/none`, isLiving: true }, megabyte);
      order.push(...known.filter((key) => !memory.keys.includes(key) && !/^[45]/.test(key)));
      known = memory.keys;
    }
    expect(order.slice(0, 3)).toEqual(['3/elsewhere', '1/ended', '1/child']);
    expect(memory.keys).toContain('1/root');
  });
});
