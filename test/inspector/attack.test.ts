/**
 * What a stranger sends to the inspector's server: it is refused in a sentence, or let go of, and the server is still there.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hammerServer } from '../../bench/hammer-server.ts';
import { PROGRAMS } from '../../inspector/server/relay.ts';
import { type InspectorServer, startServer } from '../../inspector/server/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'maskbit-attack-'));
let server: InspectorServer;

beforeAll(async () => {
  writeFileSync(join(folder, 'index.html'), '<title>maskbit inspector</title>');
  server = await startServer({ folder, port: 0 });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Sends lines as they stand, with the host that is ours unless they name one; returns the first line of the answer. */
function send(...lines: readonly string[]): Promise<string> {
  const host = lines.some((line) => /^host:/i.test(line)) ? [] : [`Host: localhost:${server.port}`];
  return new Promise((resolve) => {
    const socket = connect(server.port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (text.includes('\r\n')) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text.split('\r\n', 1)[0]));
    socket.write([...lines, ...host, '', ''].join('\r\n'));
  });
}

const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';

test.each([
  ['a path of two slashes', ['GET // HTTP/1.1'], 'HTTP/1.1 404 Not Found'],
  ['a path that is no URL', ['GET //[ HTTP/1.1'], 'HTTP/1.1 404 Not Found'],
  ['a malformed escape', ['GET /%zz HTTP/1.1'], 'HTTP/1.1 404 Not Found'],
  ['a whole URL in place of a path', ['GET http://[/ HTTP/1.1'], 'HTTP/1.1 400 Bad Request'],
  ['a range that ends before it begins', ['GET / HTTP/1.1', 'Range: bytes=5-2'], 'HTTP/1.1 200 OK'],
  ['a range beyond the file', ['GET / HTTP/1.1', 'Range: bytes=1000-'], 'HTTP/1.1 200 OK'],
  ['another host before anything else', ['GET //[ HTTP/1.1', 'Host: evil.example'], 'HTTP/1.1 403 Forbidden'],
  [
    'an upgrade of two slashes from elsewhere',
    ['GET // HTTP/1.1', ...upgrade, key, 'Origin: http://evil.example'],
    'HTTP/1.1 403 Forbidden',
  ],
  [
    'an upgrade with an origin that is no URL',
    ['GET /watch HTTP/1.1', ...upgrade, key, 'Origin: http://['],
    'HTTP/1.1 403 Forbidden',
  ],
  ['an upgrade of no path', ['GET http://[ HTTP/1.1', ...upgrade, key], 'HTTP/1.1 400 Bad Request'],
  ['an upgrade without a key', ['GET / HTTP/1.1', ...upgrade], 'HTTP/1.1 400 Bad Request'],
  [
    'an upgrade to something else',
    ['GET / HTTP/1.1', 'Connection: Upgrade', 'Upgrade: h2c', key],
    'HTTP/1.1 400 Bad Request',
  ],
  ['another verb', ['DELETE / HTTP/1.1'], 'HTTP/1.1 405 Method Not Allowed'],
  ['a tunnel', ['CONNECT localhost:1 HTTP/1.1'], ''],
  ['no HTTP', ['\u0000\u0001\u0002'], 'HTTP/1.1 400 Bad Request'],
] as const)('%s', async (_, lines, answer) => {
  expect(await send(...lines)).toBe(answer);
  expect(await send('GET / HTTP/1.1')).toBe('HTTP/1.1 200 OK');
});

test('a refused upgrade whose sender resets the connection', async () => {
  for (const origin of ['http://evil.example', `http://localhost:${server.port}`]) {
    for (let round = 0; round < 50; round++) {
      const socket: Socket = connect(server.port, '127.0.0.1');
      socket.on('error', () => {});
      const lines = ['GET /watch HTTP/1.1', ...upgrade, key, `Origin: ${origin}`, `Host: localhost:${server.port}`];
      await new Promise<void>((resolve) => {
        socket.write([...lines, '', ''].join('\r\n'), () => {
          socket.resetAndDestroy();
          resolve();
        });
      });
    }
  }
  expect(await send('GET / HTTP/1.1')).toBe('HTTP/1.1 200 OK');
});

test('twenty thousand malformed requests, and none of them ends it', async () => {
  const { requests, answers } = await hammerServer({ port: server.port, requests: 20_000, seed: 20_101_020 });
  expect(requests).toBe(20_000);
  expect(answers).toBeGreaterThan(5_000);
  expect(await send('GET / HTTP/1.1')).toBe('HTTP/1.1 200 OK');
});

test('more programs than there is room for are told so, and the others stay', async () => {
  const opened = await Promise.all(
    Array.from({ length: PROGRAMS + 3 }, async () => {
      const socket = new WebSocket(`ws://localhost:${server.port}/`);
      const status = await new Promise<number>((resolve) => {
        socket.once('open', () => resolve(101));
        socket.once('unexpected-response', (_, answer) => resolve(answer.statusCode ?? 0));
        socket.once('error', () => {});
      });
      return { socket, status };
    }),
  );
  const statuses = opened.map(({ status }) => status);
  expect(statuses.filter((status) => status === 101)).toHaveLength(PROGRAMS);
  expect(statuses.filter((status) => status === 503)).toHaveLength(3);
  for (const { socket } of opened) socket.terminate();
});
