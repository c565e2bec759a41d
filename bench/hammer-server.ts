/**
 * Malformed requests against the inspector's server, over loopback: paths that are no paths, hosts of others, headers that contradict
 * each other, upgrades that are refused or reset, frames and messages of no protocol. The server runs in a process of its own,
 * so that its memory is its own. It must be there at the end, and need no more memory than after its first requests.
 *
 * `npm run hammer:server [requests] [seed]`. The tests send a smaller number with `hammerServer`.
 */
import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../inspector/server/server.ts';

/** What to send, and where. */
export interface ServerHammerOptions {
  readonly port: number;
  readonly requests: number;
  readonly seed: number;
  /** Is called now and then with the number of requests that were sent. */
  readonly progress?: (requests: number) => void;
}

/** What happened. */
export interface ServerHammerCounts {
  /** Requests sent. A frame or a message on a WebSocket counts as one. */
  requests: number;
  /** Connections opened for them. */
  connections: number;
  /** Answers that began with a status. */
  answers: number;
  /** WebSockets that were opened. */
  upgrades: number;
}

/** How many connections are open at once. */
const AT_ONCE = 32;
/** How long a connection waits for the end of its answers, at the least: a malformed request may have none. */
const WAIT_MILLISECONDS = 250;
/** And at the least so many times as long as the server takes for an answer: on a busy machine all of them come late. */
const WAIT_ANSWERS = 20;

type Below = (end: number) => number;

/** Sends malformed requests until there were so many of them. Returns when all connections are closed. */
export async function hammerServer({
  port,
  requests,
  seed,
  progress,
}: ServerHammerOptions): Promise<ServerHammerCounts> {
  const below = randomBelow(seed);
  const counts: ServerHammerCounts = { requests: 0, connections: 0, answers: 0, upgrades: 0 };
  const begin = performance.now();
  await exchange(
    port,
    [Buffer.from(`GET / HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`)],
    false,
    10_000,
  );
  const patience = Math.max(WAIT_MILLISECONDS, WAIT_ANSWERS * (performance.now() - begin));
  const worker = async (): Promise<void> => {
    while (counts.requests < requests) {
      const wanted = Math.min(1 + below(24), requests - counts.requests);
      counts.requests += wanted;
      counts.connections++;
      const isSocket = below(6) === 0;
      const parts = isSocket ? socketParts(below, port, wanted) : requestParts(below, port, wanted);
      // oxlint-disable-next-line no-await-in-loop -- each worker has one connection at a time
      const answer = await exchange(port, parts, below(8) === 0, patience);
      counts.answers += countOf(answer);
      counts.upgrades += answer.split('HTTP/1.1 101').length - 1;
      progress?.(counts.requests);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return counts;
}

/**
 * Writes to a connection of its own, and returns what came back. The last part, after which there may be no more answers, waits for
 * those to the others; or the connection is reset at once, where that is asked for.
 */
function exchange(port: number, parts: readonly Buffer[], resets: boolean, patience: number): Promise<string> {
  const last = parts.at(-1)!;
  const expected = parts.length - 1;
  return new Promise((resolve) => {
    const socket: Socket = connect(port, '127.0.0.1');
    let text = '';
    let isWhole = false;
    const finish = (): void => {
      isWhole = true;
      socket.write(last);
    };
    socket.setTimeout(patience, () => socket.resetAndDestroy());
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (!isWhole && countOf(text) >= expected) finish();
    });
    socket.on('error', () => {});
    // Ports that were closed in order are kept for a minute, and there are not so many.
    socket.on('end', () => socket.resetAndDestroy());
    socket.on('close', () => resolve(text));
    if (resets) socket.write(Buffer.concat(parts), () => socket.resetAndDestroy());
    else if (expected === 0) finish();
    else socket.write(Buffer.concat(parts.slice(0, -1)));
  });
}

const countOf = (text: string): number => text.split('HTTP/1.1 ').length - 1;

const PATHS = ['/', '//', '//[', '/%', '/%zz', '/%2e%2e/x', '/watch', '/\\', 'http://[/', '*', '/\u007f', 'x'];
/** After one of the others Node reads no more of the connection. */
const LAWFUL_PATHS = 9;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'OPTIONS', 'TRACE', 'PROPFIND', 'CONNECT', 'G', 'get', ''];
const HOSTS = ['evil.example', '[', '', 'localhost:99999', '[::1', '127.0.0.1.evil.example', '\u00ff'];
const HEADERS = [
  'Range: bytes=5-2',
  'Range: bytes=-',
  'Range: bytes=99999999999999999999-',
  'Range: lines=1-2',
  'If-None-Match: "',
  'Accept-Encoding: br;q=x, ,;;',
  'Accept-Encoding: gzip, br',
  'Content-Length: 7',
  'Content-Length: -1',
  'Content-Length: 1, 2',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: chunked, chunked',
  'Expect: 100-continue',
  'Expect: tea',
  'Connection: Upgrade\r\nUpgrade: websocket',
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Connection: Upgrade\r\nUpgrade: h2c',
  'Connection: keep-alive, close',
  'Sec-WebSocket-Key: short',
  'Origin: http://evil.example',
  'Origin: http://[',
  'Origin: null',
  'Cookie: \u0000',
  ': nothing',
  'Host: twice',
  ' folded: header',
  `X: ${'x'.repeat(9000)}`,
];

/** Requests one behind the other, as a connection that is kept open takes them. */
function requestParts(below: Below, port: number, count: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => {
    const isLast = index === count - 1;
    // Only the last may be one after which nothing more is read.
    const version = isLast && below(20) === 0 ? `HTTP/${below(3)}.${below(12)}` : 'HTTP/1.1';
    const method = isLast ? METHODS[below(METHODS.length)] : METHODS[below(2)];
    const path = isLast ? PATHS[below(PATHS.length)] : PATHS[below(LAWFUL_PATHS)];
    const host = below(4) === 0 ? HOSTS[below(HOSTS.length)] : `localhost:${port}`;
    const headers = Array.from({ length: below(isLast ? 5 : 2) }, () => HEADERS[below(isLast ? HEADERS.length : 7)]);
    const lines = [`${method} ${path} ${version}`, `Host: ${host}`, ...headers, '', ''];
    const text = Buffer.from(lines.join('\r\n'), 'latin1');
    return isLast && below(3) === 0 ? damage(text, below) : text;
  });
}

const MESSAGES = [
  '',
  '{',
  '7',
  'null',
  '[]',
  '{"type":"@xstate.actor"}',
  '{"type":"@xstate.actor","sessionId":7}',
  '{"type":"@xstate.actor","sessionId":"x:0","definition":7,"parentId":{}}',
  '{"type":"@xstate.snapshot","sessionId":"__proto__","snapshot":null}',
  '{"type":"@xstate.event","sessionId":"x:0","sourceId":[]}',
  '{"type":"@maskbit.program","sessionId":"x:0","program":1,"status":"gone"}',
  '['.repeat(3000),
];

/** A WebSocket that is opened in order, and then frames with nonsense, or of nonsense. */
function socketParts(below: Below, port: number, count: number): Buffer[] {
  const isPage = below(3) === 0;
  const lines = [
    `GET ${isPage ? '/watch' : '/'} HTTP/1.1`,
    `Host: localhost:${port}`,
    ...(isPage ? [`Origin: http://localhost:${port}`] : []),
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ];
  const frames = Array.from({ length: count - 1 }, (_, index) => {
    const text = frame(below(12) === 0 ? sessionMessage(below) : MESSAGES[below(MESSAGES.length)]);
    return index === count - 2 ? damage(text, below) : text;
  });
  return [Buffer.from([...lines, '', ''].join('\r\n')), Buffer.concat(frames)];
}

/** A message that is of the protocol, with a session of its own: what would fill a memory that has no bound. */
function sessionMessage(below: Below): string {
  const definition = 'x'.repeat(below(10) === 0 ? 60_000 : 600);
  return JSON.stringify({ type: '@xstate.actor', sessionId: `s:${below(1_000_000)}`, definition, snapshot: {} });
}

function frame(text: string): Buffer {
  const body = Buffer.from(text);
  const head =
    body.length < 126
      ? Buffer.from([0x81, 0x80 | body.length])
      : Buffer.from([0x81, 0xfe, body.length >> 8, body.length & 255]);
  return Buffer.concat([head, Buffer.alloc(4), body]);
}

/** Changes bytes at random, and cuts the end off. */
function damage(bytes: Buffer, below: Below): Buffer {
  const damaged = Buffer.from(bytes);
  for (let change = below(4); change > 0; change--) damaged[below(damaged.length)] = below(256);
  return below(2) === 0 ? damaged : damaged.subarray(0, 1 + below(damaged.length));
}

/** The generator mulberry32. */
function randomBelow(seed: number): Below {
  let state = seed;
  return (end) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
  };
}

// ---- The command

const megabytesOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

/** The process of the server. */
async function serve(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'maskbit-hammer-'));
  writeFileSync(join(folder, 'index.html'), `<title>maskbit inspector</title>${'<p>A page.</p>'.repeat(1000)}`);
  const server = await startServer({ folder, port: 0, stately: true });
  rmSync(folder, { recursive: true });
  process.send!(server.port);
  process.on('disconnect', () => process.exit(0));
}

async function main(): Promise<void> {
  const requests = Number(process.argv[2] ?? 1_000_000);
  const seed = Number(process.argv[3] ?? 20_101_020);
  const child = fork(import.meta.filename, ['serve'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const port = await new Promise<number>((resolve) => child.once('message', (message) => resolve(Number(message))));
  let ended: string | undefined;
  child.once('exit', (code, signal) => (ended = `${code ?? signal}`));
  console.log(`${requests} malformed requests, seed ${seed}; it takes some minutes`);
  const start = performance.now();
  const samples: number[] = [];
  const step = Math.ceil(requests / 20);
  const counts = await hammerServer({
    port,
    requests,
    seed,
    progress: (sent) => {
      if (ended !== undefined)
        throw new Error(`Got the end of the server (${ended}) after ${sent} requests; expected none.`);
      if (sent < (samples.length + 1) * step) return;
      samples.push(megabytesOf(child.pid!));
      console.log(`${sent} requests, ${samples.at(-1)!.toFixed(0)} MB`);
    },
  });
  const answer = await fetch(`http://localhost:${port}/`);
  const figures = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  console.log(`${figures.join(', ')} in ${((performance.now() - start) / 1000).toFixed(0)} s`);
  const [early, late] = [samples.slice(2, 6), samples.slice(-4)].map((part) => Math.max(...part));
  console.log(
    `memory at most ${early.toFixed(0)} MB early, ${late.toFixed(0)} MB late; then the page with status ${answer.status}`,
  );
  child.disconnect();
  if (answer.status !== 200 || late > 1.25 * early) process.exitCode = 1;
}

if (process.argv[1] === import.meta.filename) await (process.argv[2] === 'serve' ? serve() : main());
