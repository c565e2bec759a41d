/**
 * The server of `maskbit inspect`: the page as files, and the two ends of the relay. It listens on the loopback interface alone.
 *
 * Whatever comes is asked for its host before anything of it is read; no handler throws, each socket has someone who hears its
 * errors, and there is a bound on connections, on their time and on what they may send.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { isLocal, isOwnHost, isOwnPage, pathOf } from './access.ts';
import { PageFiles } from './page-files.ts';
import { MESSAGE_BYTES, Relay } from './relay.ts';
import { type Session, SESSION_FILE } from './session.ts';
import { STATELY_ORIGIN, STATELY_PAGE, STATELY_SCRIPT, STATELY_STYLE } from './stately.ts';

/** What to serve, and where. */
export interface ServerOptions {
  /** The folder of the built page. */
  readonly folder: string;
  /** The port; 0 for any that is free. */
  readonly port: number;
  /** Whether Stately's inspector is shown too. */
  readonly stately?: boolean;
  /** The address of a published page, which links lead to. */
  readonly page?: string;
  /** What the page opens first, as JSON of its own: `opened.json`. */
  readonly opened?: string;
}

/** A server that runs. */
export interface InspectorServer {
  readonly port: number;
  /** Where the page is. */
  readonly url: string;
  close(): Promise<void>;
}

/** How many connections there may be at once, WebSockets among them; more are closed at once. */
const CONNECTIONS = 512;
/** How long a request may take to arrive. */
const REQUEST_MILLISECONDS = 10_000;

const OWN = {
  'script-src': "'self'",
  'style-src': "'self'",
  // A picture of a chart becomes one of pixels by way of a blob.
  'img-src': "'self' blob:",
  'connect-src': "'self'",
  'worker-src': "'self'",
};
const POLICY = policy(OWN);
/** The thread of a module, and nothing else, may compile WebAssembly. It has no document. */
const MODULE_THREAD = /^\/assets\/module-thread-[\w-]+\.js$/;
const MODULE_POLICY = policy({ ...OWN, 'script-src': "'self' 'wasm-unsafe-eval'" });
const STATELY_POLICY = policy({
  'script-src': "'self'",
  'style-src': "'self'",
  'connect-src': "'self'",
  'frame-src': STATELY_ORIGIN,
});

function policy(directives: Readonly<Record<string, string>>): string {
  const all = {
    'default-src': "'none'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
    ...directives,
  };
  return Object.entries(all)
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ');
}

/**
 * Starts a server.
 * @throws an error with the code `EADDRINUSE` when the port is taken.
 */
export async function startServer({
  folder,
  port: wanted,
  stately = false,
  page,
  opened,
}: ServerOptions): Promise<InspectorServer> {
  const files = filesOf(folder, { live: true, stately, id: randomUUID(), page });
  if (opened !== undefined) files.add('/opened.json', opened);
  const relay = new Relay();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES });
  let port = wanted;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.setHeader('Content-Security-Policy', POLICY);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    response.setHeader('Cache-Control', 'no-cache');
    if (!isOwnHost(request, port))
      return refuse(response, 403, `Got the host ${request.headers.host}; expected localhost:${port}.`);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return refuse(response.setHeader('Connection', 'close'), 405, `Got ${request.method}; expected GET.`);
    const path = pathOf(request);
    if (path === undefined) return refuse(response, 400, 'Got a target that is no path; expected one, as of /.');
    if (!files.has(path)) return refuse(response, 404, `Got no file ${path}; expected one of the page.`);
    if (MODULE_THREAD.test(path)) response.setHeader('Content-Security-Policy', MODULE_POLICY);
    if (path === '/stately') response.setHeader('Content-Security-Policy', STATELY_POLICY);
    await files.answer(path, request, response);
  };

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (!isOwnHost(request, port)) return refuseUpgrade(socket, '403 Forbidden');
    const path = pathOf(request);
    if (path === undefined) return refuseUpgrade(socket, '400 Bad Request');
    const isPage = path === '/watch';
    if (!(isPage ? isOwnPage(request) : isLocal(request))) return refuseUpgrade(socket, '403 Forbidden');
    if (isPage ? relay.isFullOfPages : relay.isFullOfPrograms) return refuseUpgrade(socket, '503 Service Unavailable');
    sockets.handleUpgrade(request, socket, head, (connected) => {
      if (isPage) relay.addPage(connected);
      else relay.addProgram(connected);
    });
  };

  const server = createServer({
    headersTimeout: REQUEST_MILLISECONDS,
    requestTimeout: REQUEST_MILLISECONDS,
    connectionsCheckingInterval: 1000,
  });
  server.maxConnections = CONNECTIONS;
  // A bug of ours ends one connection, not the server with all others.
  server.on('request', (request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.on('upgrade', (request, socket, head) => {
    // Whoever asks for an upgrade may reset the connection at any time, before and after it is refused.
    socket.on('error', () => socket.destroy());
    try {
      upgrade(request, socket, head);
    } catch {
      socket.destroy();
    }
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else refuseUpgrade(socket, error.code === 'HPE_HEADER_OVERFLOW' ? TOO_LARGE : '400 Bad Request');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(wanted, '127.0.0.1', resolve);
  });
  ({ port } = server.address() as AddressInfo);
  return {
    port,
    url: `http://localhost:${port}/`,
    close: async () => {
      relay.close();
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** The files of the page, and those that the server makes. */
function filesOf(folder: string, session: Session): PageFiles {
  const files = new PageFiles(folder);
  files.add(`/${SESSION_FILE}`, JSON.stringify(session));
  if (!session.stately) return files;
  files.add('/stately', STATELY_PAGE);
  files.add('/stately.js', STATELY_SCRIPT);
  files.add('/stately.css', STATELY_STYLE);
  return files;
}

const TOO_LARGE = '431 Request Header Fields Too Large';

/** Refuses in a sentence. */
function refuse(response: ServerResponse, status: number, sentence: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(`${sentence}\n`);
}

/** Refuses on a socket that Node has handed over, or could not read a request from. */
function refuseUpgrade(socket: Duplex, status: string): void {
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
