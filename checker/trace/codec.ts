/**
 * Traces as text: whole, as JSON for a file, and packed, for a link. Reading one is strict, and each refusal is a sentence.
 *
 * A packed trace is `t1.HEADER.PATH.CHECKSUM`, of characters that a URL leaves alone. The header is base64url of JSON: what
 * the trace is of, but for its steps. The path has the number of each event in as many digits to the base 64 as the header
 * says: one for an alphabet of up to 64 events, so a path can be read, and two be compared, by eye. The machine knows the rest.
 */
import { hash } from '../machine/fingerprint.ts';
import { requireCount, requireText } from '../argument/argument.ts';
import { TRACE_FORMAT, TRACE_VERSION } from './schema.ts';
import {
  type PackedTrace,
  quote,
  requireClosedLoop,
  requirePacked,
  requireTrace,
  toTrace,
  type Trace,
  TraceError,
} from './shape.ts';

/** The most characters that a link may have, for what is in between to carry it. A longer trace is a file. */
export const LINK_CHARACTERS = 8192;

/** The largest number of an event that five digits hold. */
const EVENT_MAX = 64 ** 5 - 1;

const PACKED = /^t\d+\./;
const PREFIX = `t${TRACE_VERSION}.`;
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Whether text looks like a packed trace, of whatever version. */
export function isPacked(text: string): boolean {
  return PACKED.test(requireText('text of isPacked', text).trim());
}

/**
 * Reads a trace, packed or whole.
 * @throws {TraceError} when it is neither.
 */
export function readTrace(text: string): Trace | PackedTrace {
  return isPacked(requireText('text of readTrace', text)) ? unpackTrace(text) : parseTrace(text);
}

// ---- Whole

/** Prints a trace as JSON, each step on a line of its own. */
export function printTrace(trace: Trace): string {
  const read = requireTrace('trace of printTrace', trace);
  const fields = Object.entries({ format: TRACE_FORMAT, version: TRACE_VERSION, ...read }).map(([name, value]) => {
    const isLong = name === 'events' || name === 'steps';
    return `  ${JSON.stringify(name)}: ${isLong ? printLines(value as unknown[]) : JSON.stringify(value)}`;
  });
  return `{\n${fields.join(',\n')}\n}\n`;
}

function printLines(items: readonly unknown[]): string {
  return items.length === 0 ? '[]' : `[\n${items.map((item) => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`;
}

/**
 * Parses a trace. Whether the machine still makes it is up to `replayTrace`.
 * @throws {TraceError} when it is not JSON, of another format or version, or of another shape.
 */
export function parseTrace(text: string): Trace {
  const trace = toTrace(parseJson(requireText('text of parseTrace', text)));
  requireClosedLoop(trace);
  return trace;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TraceError(`Got text that is not JSON (${(error as Error).message}); expected a trace.`);
  }
}

// ---- Packed

/** Packs a trace. The result may be longer than `LINK_CHARACTERS`: then it had better be a file. */
export function packTrace(packed: PackedTrace): string {
  const { path, ...origin } = requirePacked('packed of packTrace', packed);
  for (const [index, event] of path.entries()) requireCount(`path[${index}] of packTrace`, event, EVENT_MAX);
  const digits = digitsFor(Math.max(0, ...new Set(path)));
  const header = toBase64(JSON.stringify({ ...origin, digits }));
  const body = `${header}.${path.map((event) => writeNumber(event, digits)).join('')}`;
  return `${PREFIX}${body}.${hash([body])}`;
}

/**
 * Unpacks a trace.
 * @throws {TraceError} when it is no packed trace of this version, cut short, or changed.
 */
export function unpackTrace(text: string): PackedTrace {
  const { header, path } = intactParts(requireText('text of unpackTrace', text).trim());
  const { digits, digest, start, ...origin } = Object(parseJson(fromBase64(header))) as Record<string, any>;
  // But for its steps, a header has the shape of a trace: so it is one without any.
  const whole = { ...origin, format: TRACE_FORMAT, version: TRACE_VERSION, events: [], start: start ?? {}, steps: [] };
  const { events: _events, start: _start, steps: _steps, ...checked } = toTrace(whole);
  if (!/^[0-9a-f]{8}$/.test(digest) || ![1, 2, 3, 4, 5].includes(digits) || path.length % digits !== 0) {
    throw new TraceError(
      `Got a packed trace with the digest ${quote(digest)} and ${quote(path.length)} digits in steps of ${quote(digits)}; ` +
        'expected a digest of 8 digits, and from 1 to 5 digits for each step.',
    );
  }
  return { ...checked, ...(start === undefined ? {} : { start }), path: readNumbers(path, digits), digest };
}

/** Takes a packed trace apart, given that it is of this version and as it was packed. */
function intactParts(packed: string): { readonly header: string; readonly path: string } {
  if (!PACKED.test(packed)) {
    throw new TraceError(`Got ${quote(packed)}; expected a packed trace, which begins with ${PREFIX}`);
  }
  const [version, header, path, checksum = '', ...more] = packed.split('.');
  if (`${version}.` !== PREFIX) {
    throw new TraceError(`Got a packed trace of version ${version.slice(1)}; expected version ${TRACE_VERSION}.`);
  }
  if (checksum.length < 8) {
    throw new TraceError('Got a packed trace without its end; expected it to close with a checksum of 8 digits.');
  }
  const expected = hash([`${header}.${path}`]);
  if (checksum === expected && more.length === 0) return { header, path };
  throw new TraceError(
    `Got a packed trace that was changed: its checksum is ${[checksum, ...more].join('.')}; expected ${expected}.`,
  );
}

function digitsFor(largest: number): number {
  let digits = 1;
  while (64 ** digits <= largest) digits++;
  return digits;
}

function writeNumber(value: number, digits: number): string {
  let text = '';
  for (let rest = value; text.length < digits; rest = Math.floor(rest / 64)) text = DIGITS[rest % 64] + text;
  return text;
}

function readNumbers(text: string, digits: number): number[] {
  return Array.from({ length: text.length / digits }, (_, index) => {
    let value = 0;
    for (let digit = 0; digit < digits; digit++) value = 64 * value + DIGITS.indexOf(text[index * digits + digit]);
    return value;
  });
}

function toBase64(text: string): string {
  const bytes = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte));
  return btoa(bytes.join('')).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64(text: string): string {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (byte) => byte.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new TraceError(`Got a packed trace whose header is ${quote(text)}; expected base64url of JSON.`);
  }
}
