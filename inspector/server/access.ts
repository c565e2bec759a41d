/**
 * Who may talk to the server. It listens on the loopback interface, but any page in the reader's browser reaches that too: so a
 * request must name a loopback host, which a rebound name does not, and a WebSocket must come from a page that may have it.
 */
import type { IncomingMessage } from 'node:http';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
/** The port that a host does not name. */
const HTTP_PORT = 80;

/** Whether the host that a request names is this server. */
export function isOwnHost({ headers }: Pick<IncomingMessage, 'headers'>, port: number): boolean {
  return LOOPBACK.some((name) => headers.host === `${name}:${port}` || (port === HTTP_PORT && headers.host === name));
}

/** Whether a WebSocket comes from this server's own page. */
export function isOwnPage({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers.origin === `http://${headers.host}`;
}

/** Whether a WebSocket comes from a program, which has no origin, or from a page that was served on this machine. */
export function isLocal({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const { origin } = headers;
  if (origin === undefined) return true;
  return URL.canParse(origin) && LOOPBACK.includes(new URL(origin).hostname);
}

/** The path that a request asks for, as it was sent but for its query; undefined when its target is no path. */
export function pathOf({ url = '' }: Pick<IncomingMessage, 'url'>): string | undefined {
  return url.startsWith('/') ? url.split(/[?#]/, 1)[0] : undefined;
}
