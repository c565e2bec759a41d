/**
 * The server of `maskbit inspect`: the page as files, and the two ends of the relay. It listens on the loopback interface alone.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import sirv from 'sirv';
import { WebSocketServer } from 'ws';
import { isLocal, isOwnHost, isOwnPage } from './access.ts';
import { Relay } from './relay.ts';
import { type Session, SESSION_FILE } from './session.ts';
import { STATELY_ORIGIN, STATELY_PAGE, STATELY_SCRIPT, STATELY_STYLE } from './stately.ts';

/** The port that XState's own inspectors connect to unless they are told another. */
export const DEFAULT_PORT = 8080;

/** What to serve, and where. */
export interface ServerOptions {
  /** The folder of the built page. */
  readonly folder: string;
  /** The port; 0 for any that is free. */
  readonly port: number;
  /** Whether Stately's inspector is shown too. */
  readonly stately?: boolean;
}

/** A server that runs. */
export interface InspectorServer {
  readonly port: number;
  /** Where the page is. */
  readonly url: string;
  close(): Promise<void>;
}

/** The longest message that a program may send: a definition of a large machine is some hundred kilobytes. */
const MESSAGE_BYTES = 1 << 23;

const POLICY = policy({
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self'",
  'connect-src': "'self'",
  'worker-src': "'self'",
});
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
export async function startServer({ folder, port: wanted, stately = false }: ServerOptions): Promise<InspectorServer> {
  const files = sirv(folder, { etag: true, dev: false });
  const relay = new Relay();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES });
  let port = wanted;

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    response.setHeader('Content-Security-Policy', POLICY);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    response.setHeader('Cache-Control', 'no-cache');
    if (!isOwnHost(request, port))
      return refuse(response, 403, `Got the host ${request.headers.host}; expected localhost:${port}.`);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return refuse(response, 405, `Got ${request.method}; expected GET.`);
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const session: Session = { live: true, stately };
    const made = {
      [`/${SESSION_FILE}`]: ['application/json', JSON.stringify(session)],
      ...(stately ? STATELY_FILES : {}),
    }[path];
    if (made !== undefined) {
      const [type, text] = made;
      if (path === '/stately') response.setHeader('Content-Security-Policy', STATELY_POLICY);
      response.setHeader('Content-Type', type);
      response.end(text);
      return;
    }
    files(request, response, () => refuse(response, 404, `Got no file ${path}; expected one of the page.`));
  };

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const isPage = new URL(request.url ?? '/', 'http://localhost').pathname === '/watch';
    if (!isOwnHost(request, port) || !(isPage ? isOwnPage(request) : isLocal(request))) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      if (isPage) relay.addPage(opened);
      else relay.addProgram(opened);
    });
  };

  const server = createServer(answer);
  server.on('upgrade', upgrade);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(wanted, '127.0.0.1', resolve);
  });
  ({ port } = server.address() as AddressInfo);
  return {
    port,
    url: `http://localhost:${port}/`,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const STATELY_FILES: Readonly<Record<string, readonly [type: string, text: string]>> = {
  '/stately': ['text/html; charset=utf-8', STATELY_PAGE],
  '/stately.js': ['text/javascript; charset=utf-8', STATELY_SCRIPT],
  '/stately.css': ['text/css; charset=utf-8', STATELY_STYLE],
};

function refuse(response: ServerResponse, status: number, sentence: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(`${sentence}\n`);
}
