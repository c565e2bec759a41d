/**
 * QEMU's trace log, line by line: what `-trace` writes for `memory_region_ops_read`, `memory_region_ops_write`, `pci_cfg_read`,
 * `pci_cfg_write` and `msix_write_config`. Owns the form of these lines, not what they mean.
 *
 *     memory_region_ops_read cpu 1 addr 0xfebf200c value 0x1 size 4 name 'msix-table'
 *     pci_cfg_write nvme 00:02.0 @0x42 <- 0xc004
 *     msix_write_config dev nvme enabled 1 masked 1
 *
 * Whatever stands before the name of an event (a time, a thread, a host) is passed over, and so is every line of another kind. A
 * line that begins as one of the five and goes on otherwise is damaged, and refused. Events of vfio and of devices: `device-events.ts`.
 */
import { refuse, requireFunction, requireText } from '../../checker/argument/argument.ts';
import { parseEvent } from './device-events.ts';
import { readFields } from './fields.ts';
import {
  BUS_ADDRESS,
  CUT_OFF,
  busAddress,
  type ConfigLine,
  type LogLine,
  type MemoryLine,
  type OtherLine,
  PBA_REGION,
  ReplayError,
  TABLE_REGION,
  type TraceSource,
  type ViewLine,
} from './lines.ts';
import { MESSAGE_REGIONS } from './messages.ts';
import { undress, unwrap } from './shape.ts';

export * from './lines.ts';

/** No line of QEMU's comes near this length; without a bound, a file that is not a log would be read as one line. */
const LINE_LIMIT = 4096;

/** Requires a source of text, and of each chunk that it is text. */
export function requireSource(place: string, value: unknown): TraceSource {
  const source = requireFunction(place, value, 'a function that gives an iterable of texts');
  return function* chunks() {
    const given = source();
    const isIterable = typeof given === 'object' && given !== null && isFunctionField(given);
    if (!isIterable) return refuse(`what ${place} gives`, given, 'an iterable of texts');
    for (const chunk of given as Iterable<unknown>) yield requireText(`a chunk of what ${place} gives`, chunk);
  };
}

function isFunctionField(value: object): boolean {
  try {
    return typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function';
  } catch {
    return false;
  }
}

/**
 * Yields the lines of `source`, without their ends. The last line, where it has no end, comes with `CUT_OFF` before it: it may have lost
 * digits without a sign.
 */
export function* linesOf(source: TraceSource): Generator<string> {
  let rest = '';
  for (const chunk of source()) {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      yield start === 0 && rest !== '' ? rest + chunk.slice(0, end) : chunk.slice(start, end);
      if (start === 0) rest = '';
      start = end + 1;
    }
    // What is longer than a line of QEMU's is none; its beginning is enough to say so.
    if (rest.length < LINE_LIMIT) rest += chunk.slice(start);
  }
  if (rest !== '') yield CUT_OFF + rest;
}

const OTHER: OtherLine = { kind: 'other' };

type ParseRest = (cursor: Cursor) => LogLine;

const PARSERS: ReadonlyMap<string, ParseRest> = new Map<string, ParseRest>([
  ['memory_region_ops_read', (cursor) => parseMemory('memoryRead', cursor)],
  ['memory_region_ops_write', (cursor) => parseMemory('memoryWrite', cursor)],
  ['pci_cfg_read', (cursor) => parseConfig('configRead', '->', cursor)],
  ['pci_cfg_write', (cursor) => parseConfig('configWrite', '<-', cursor)],
  ['msix_write_config', parseView],
]);

/** A name of one of the five kinds, wherever it stands: a console may have left half a line before it. */
const FIVE = /(memory_region_ops_(?:read|write)|pci_cfg_(?:read|write)|msix_write_config)(?![\w'])/;
/** What QEMU itself writes before an event. A line that begins like this is QEMU's own, and must be whole. */
const PREFIX = /^(?:\d+@\d+(?:\.\d+)?:|\d{4}-\d\d-\d\d[T ][\d:.,]+(?:Z|[+-]\d\d:?\d\d)? ?)?$/;
/** The usual lines, whole. Anything else is taken apart by the cursor, which can say what is wrong. */
const MEMORY =
  /^memory_region_ops_(read|write) cpu (?:-1|\d{1,4}) (?:mr \S+ )?addr 0x([0-9a-f]{1,13}) value 0x([0-9a-f]{1,8}) size ([48]) name '([ -&(-~]*)'$/;
const CONFIG =
  /^pci_cfg_(read|write) (\S+) ([0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) @0x([0-9a-f]{1,3}) (->|<-) 0x([0-9a-f]{1,8})$/;
const EVENTS = ['memory_region_ops_', 'pci_cfg_', 'msix_write_config'] as const;

/** A line that was parsed before, without what stood before its event. */
interface KnownLine {
  readonly text: string;
  readonly parsed: LogLine;
  /** Whether the text begins with its event, so that anything may stand before it. */
  readonly isBare: boolean;
  /** What followed it last. Guests walk in circles, so that it is likely to follow again. */
  next: KnownLine | undefined;
}

const KEPT = 20_000;
let known = new Map<string, KnownLine>();
/** The known line that was read last. */
let last: KnownLine | undefined;

function follow(line: KnownLine): LogLine {
  if (last !== undefined) last.next = line;
  last = line;
  return line.parsed;
}

/** Whether `text` ends with a known line, and no event begins before it: the names of all have a `_`. */
function isAgain(text: string, { text: line, isBare }: KnownLine): boolean {
  const start = text.length - line.length;
  if (start === 0) return text === line;
  return isBare && start > 0 && text.endsWith(line) && text.lastIndexOf('_', start - 1) < 0 && !isQuoted(text, start);
}

/**
 * Parses `text`, the line numbered `line`; a blank line is undefined.
 * @throws {ReplayError} for a line that is one of the five kinds, but not whole, saying where it departs from one.
 */
export function parseLine(text: string, line: number): LogLine | undefined {
  if (text.startsWith(CUT_OFF)) return OTHER;
  const guess = last?.next;
  if (guess !== undefined && isAgain(text, guess)) return follow(guess);
  const start = startOf(text);
  // Colours may part the name of an event.
  if (start < 0) return text.includes('\u001b[') ? parseFresh(text, line) : parseOther(text);
  // Lines come again, but for the time before each.
  const isBare = !isQuoted(text, start);
  const rest = start === 0 || !isBare ? text : text.slice(start);
  const before = known.get(rest);
  if (before !== undefined) return follow(before);
  const parsed = (isBare ? parseUsual(rest) : undefined) ?? parseFresh(text, line);
  if (parsed !== undefined && parsed !== OTHER && isWorthKeeping(parsed)) {
    if (known.size === KEPT) [known, last] = [new Map(), undefined];
    const kept: KnownLine = { text: ownCopy(rest), parsed, isBare, next: undefined };
    known.set(kept.text, kept);
    follow(kept);
  }
  return parsed;
}

/** A copy of a text that is kept. A piece of a chunk keeps all of the chunk in memory. */
export function ownCopy(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}

const QUOTES: ReadonlySet<number> = new Set(['"', "'", '`'].map((quote) => quote.charCodeAt(0)));

function isQuoted(text: string, start: number): boolean {
  return start > 0 && QUOTES.has(text.charCodeAt(start - 1));
}

/** Where the name of the first event begins; -1 where there is none. Once one is found, only what stands before it is searched. */
function startOf(text: string): number {
  let first = -1;
  for (const event of EVENTS) {
    if (first < 0) first = text.indexOf(event);
    else for (let at = first; at > 0 && (at = text.lastIndexOf(event, at - 1)) >= 0;) first = at;
  }
  return first;
}

/** Lines of other regions are many, and each is another. */
function isWorthKeeping(line: LogLine): boolean {
  if (line.kind !== 'memoryRead' && line.kind !== 'memoryWrite') return true;
  return line.region === TABLE_REGION || line.region === PBA_REGION || MESSAGE_REGIONS.has(line.region);
}

/** Parses a line as QEMU writes it; undefined when it is another, or needs a closer look. */
function parseUsual(rest: string): LogLine | undefined {
  const memory = MEMORY.exec(rest);
  if (memory !== null) {
    const [, verb, address, value, size, region] = memory;
    const kind = verb === 'read' ? 'memoryRead' : 'memoryWrite';
    const at = Number.parseInt(address, 16);
    return { kind, region, address: at, bytes: size === '4' ? 4 : 8, low: Number.parseInt(value, 16), high: 0 };
  }
  const config = CONFIG.exec(rest);
  if (config === null) return undefined;
  const [, verb, name, place, offset, arrow, value] = config;
  if ((verb === 'read') !== (arrow === '->')) return undefined;
  const kind = verb === 'read' ? 'configRead' : 'configWrite';
  return { kind, device: `${name} ${place}`, offset: Number.parseInt(offset, 16), value: Number.parseInt(value, 16) };
}

/** Parses a line without one of the five names. */
function parseOther(text: string): LogLine | undefined {
  if (text.length > LINE_LIMIT) return OTHER;
  return parseEvent(text) ?? (text.trim() === '' ? undefined : OTHER);
}

/** Whether a line is one of QEMU's that a replay reads. */
export const isKnown = (line: LogLine | undefined): line is Exclude<LogLine, OtherLine> =>
  line !== undefined && line.kind !== 'other';

/** Parses lines; damaged ones are refused, or passed over and told. */
export function lineReader(
  { skipDamaged = false }: { readonly skipDamaged?: boolean },
  damaged?: (number: number) => void,
): (text: string, number: number) => LogLine | undefined {
  if (!skipDamaged) return parseLine;
  return (text, number) => {
    try {
      return parseLine(text, number);
    } catch (error) {
      if (!(error instanceof ReplayError)) throw error;
      damaged?.(number);
      return OTHER;
    }
  };
}

function parseFresh(text: string, line: number): LogLine | undefined {
  if (text.length > LINE_LIMIT) return OTHER;
  const plain = undress(text);
  const found = FIVE.exec(plain);
  if (found === null) return parseEvent(plain) ?? OTHER;
  const [, name] = found;
  const start = found.index;
  const prefix = plain.slice(0, start);
  const own = PREFIX.test(prefix);
  const fields = readFields(name, plain.slice(start + name.length));
  if (fields !== undefined) return fields;
  // Some back ends write a colon after the name.
  const after = start + name.length + (plain[start + name.length] === ':' ? 1 : 0);
  const cursor = new Cursor(own ? plain.trimEnd() : unwrap(plain, start), line, after + 1);
  try {
    return PARSERS.get(name)!(cursor);
  } catch (error) {
    // Text that speaks of an event, and is not one.
    if (error instanceof ReplayError && !own) return OTHER;
    throw error;
  }
}

function parseMemory(kind: MemoryLine['kind'], cursor: Cursor): MemoryLine {
  cursor.literal('cpu');
  cursor.matching(/^(-1|\d{1,4})$/, 'the number of a processor');
  if (cursor.passes('mr')) cursor.word('a pointer');
  cursor.literal('addr');
  const addressLow = cursor.hexadecimal('an address below 2^53', 53);
  const address = cursor.high * 2 ** 32 + addressLow;
  cursor.literal('value');
  const valueAt = cursor.at;
  const low = cursor.hexadecimal('a value of at most 64 bits', 64);
  const high = cursor.high;
  cursor.literal('size');
  const bytes = Number(cursor.matching(/^[1248]$/, '1, 2, 4 or 8'));
  // QEMU before 5.2 names no region.
  const region = cursor.at > cursor.length ? '' : cursor.quoted('name');
  cursor.end();
  // Other regions may return more bits than were asked for, and QEMU logs them before it drops them.
  if (region === TABLE_REGION || region === PBA_REGION || MESSAGE_REGIONS.has(region)) {
    const excess = bytes === 8 ? 0 : bytes === 4 ? high : high + (low >>> (8 * bytes));
    if (excess !== 0) cursor.refuseAt(valueAt, `a value of ${bytes} bytes, which is the size`);
  }
  return { kind, region, address, bytes, low, high };
}

function parseConfig(kind: ConfigLine['kind'], arrow: string, cursor: Cursor): ConfigLine {
  const name = cursor.word('the name of a device');
  const place = busAddress(cursor.matching(BUS_ADDRESS, 'a bus address such as 00:02.0'));
  const offset = cursor.hexadecimal('an offset in configuration space, 0x0 to 0xfff', 12, '@');
  cursor.literal(arrow);
  const value = cursor.hexadecimal('a value of at most 32 bits', 32);
  cursor.end();
  return { kind, device: `${name} ${place}`, offset, value };
}

function parseView(cursor: Cursor): ViewLine {
  cursor.literal('dev');
  const name = cursor.word('the name of a device');
  cursor.literal('enabled');
  const enabled = cursor.matching(/^[01]$/, '0 or 1') === '1';
  cursor.literal('masked');
  const masked = cursor.matching(/^[01]$/, '0 or 1') === '1';
  cursor.end();
  return { kind: 'view', name, enabled, masked };
}

/** A place in a line. Every part that is taken ends at a space or at the end of the line. */
class Cursor {
  /** Where the next part begins. */
  at: number;
  /** The upper dword of the last hexadecimal number. */
  high = 0;
  private readonly text: string;
  private readonly line: number;

  constructor(text: string, line: number, at: number) {
    this.text = text;
    this.line = line;
    this.at = at;
  }

  get length(): number {
    return this.text.length;
  }

  word(expected: string): string {
    const found = this.peek();
    if (found === '') this.refuse(expected);
    this.at += found.length + 1;
    return found;
  }

  /** Takes `expected` if it stands here; says whether it did. */
  passes(expected: string): boolean {
    if (this.peek() !== expected) return false;
    this.at += expected.length + 1;
    return true;
  }

  literal(expected: string): void {
    if (!this.passes(expected)) this.refuse(`"${expected}"`);
  }

  matching(pattern: RegExp, expected: string): string {
    if (!pattern.test(this.peek())) this.refuse(expected);
    return this.word(expected);
  }

  /** Takes a number of at most `bits` bits after `prefix`; returns its lower dword, and leaves the upper one in `high`. */
  hexadecimal(expected: string, bits: number, prefix = ''): number {
    const found = this.peek();
    const digits = found.slice(prefix.length + 2);
    if (!found.startsWith(`${prefix}0x`) || !/^[0-9a-f]{1,16}$/.test(digits)) this.refuse(expected);
    const low = Number.parseInt(digits.slice(-8), 16);
    this.high = digits.length > 8 ? Number.parseInt(digits.slice(0, -8), 16) : 0;
    // Sixteen digits are 64 bits; a sum of two dwords that is rounded to 2^53 is still no less than that.
    if (bits < 64 && this.high * 2 ** 32 + low >= 2 ** bits) this.refuse(expected);
    this.at += found.length + 1;
    return low;
  }

  /** Takes `key 'text'`, where the text may hold spaces: it is the last part of its line. */
  quoted(key: string): string {
    this.literal(key);
    const found = this.text.slice(this.at);
    const quote = found.charAt(0);
    if (found.length < 2 || !/['"]/.test(quote) || !found.endsWith(quote)) this.refuse('a name in quotes');
    this.at = this.text.length + 1;
    return found.slice(1, -1);
  }

  end(): void {
    // The place is one beyond the last part and the space after it; there is no such space at the end of a line.
    if (this.at <= this.text.length) this.refuseAt(this.at - 1, 'the end of the line');
  }

  refuse(expected: string): never {
    return this.refuseAt(this.at, expected);
  }

  refuseAt(at: number, expected: string): never {
    const got = at < this.text.length ? excerpt(this.text.slice(at)) : 'the end of the line';
    const column = Math.min(at, this.text.length) + 1;
    throw new ReplayError(
      `Line ${this.line}, column ${column}: got ${got}; expected ${expected}.${this.suspicion(at)}`,
    );
  }

  /** What may have happened to a damaged line, and the way out. */
  private suspicion(at: number): string {
    return FIVE.test(this.text.slice(at)) ? ' Two programs wrote at once; --skip-damaged passes over such lines.' : '';
  }

  private peek(): string {
    const space = this.text.indexOf(' ', this.at);
    return space < 0 ? this.text.slice(this.at) : this.text.slice(this.at, space);
  }
}

/** A piece of a line as a message shows it: in quotes, escaped, and not too long. */
function excerpt(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}
