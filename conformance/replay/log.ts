/**
 * QEMU's trace log, line by line: what `-trace` writes for `memory_region_ops_read`, `memory_region_ops_write`,
 * `pci_cfg_read`, `pci_cfg_write` and `msix_write_config`. Owns the form of these lines, not what they mean.
 *
 *     memory_region_ops_read cpu 1 addr 0xfebf200c value 0x1 size 4 name 'msix-table'
 *     pci_cfg_write nvme 00:02.0 @0x42 <- 0xc004
 *     msix_write_config dev nvme enabled 1 masked 1
 *
 * QEMU may write `PID@SECONDS:` before a line, and `mr POINTER` after `cpu`; both are passed over.
 */

/** Thrown when a trace cannot be replayed. The message is a full sentence; nothing has been driven halfway. */
export class ReplayError extends Error {
  override name = 'ReplayError';
}

/** A trace as chunks of text, cut anywhere. Called once for each pass over it. */
export type TraceSource = () => Iterable<string>;

/** An access of a memory region. An 8-byte value is two dwords. */
export interface MemoryLine {
  readonly kind: 'memoryRead' | 'memoryWrite';
  readonly region: string;
  /** Guest-physical, below 2^53. */
  readonly address: number;
  readonly bytes: number;
  readonly low: number;
  readonly high: number;
}

/** An access of configuration space. The log does not hold its width. */
export interface ConfigLine {
  readonly kind: 'configRead' | 'configWrite';
  /** Name and bus address: `nvme 00:02.0`. */
  readonly device: string;
  readonly offset: number;
  readonly value: number;
}

/** What QEMU takes MSI-X Enable and Function Mask to be, after a write of the byte that holds both. */
export interface ViewLine {
  readonly kind: 'view';
  /** Name without bus address: `nvme`. */
  readonly name: string;
  readonly enabled: boolean;
  readonly masked: boolean;
}

/** One line of the log. */
export type LogLine = MemoryLine | ConfigLine | ViewLine;

/** The region of each function's MSI-X Table. */
export const TABLE_REGION = 'msix-table';
/** The region of each function's Pending Bit Array. */
export const PBA_REGION = 'msix-pba';
/** The region that messages are written to. */
export const MESSAGE_REGION = 'apic-msi';

/** No line of QEMU's comes near this length; without a bound, a file that is not a log would be read as one line. */
const LINE_LIMIT = 4096;

/**
 * Yields the lines of `source`, without their ends.
 * @throws {ReplayError} when the last line has no end: it was cut off, and may have lost digits without a sign.
 */
export function* linesOf(source: TraceSource): Generator<string> {
  let line = 1;
  let rest = '';
  for (const chunk of source()) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    line += parts.length;
    yield* parts;
    if (rest.length > LINE_LIMIT) {
      const got = excerpt(rest);
      throw new ReplayError(
        `Line ${line}: got more than ${LINE_LIMIT} characters, ${got}; expected a line of QEMU's log.`,
      );
    }
  }
  if (rest !== '') {
    throw new ReplayError(
      `Line ${line}: got ${excerpt(rest)} without a line end; expected a line that was not cut off.`,
    );
  }
}

type ParseRest = (cursor: Cursor) => LogLine;

const PARSERS: ReadonlyMap<string, ParseRest> = new Map<string, ParseRest>([
  ['memory_region_ops_read', (cursor) => parseMemory('memoryRead', cursor)],
  ['memory_region_ops_write', (cursor) => parseMemory('memoryWrite', cursor)],
  ['pci_cfg_read', (cursor) => parseConfig('configRead', '->', cursor)],
  ['pci_cfg_write', (cursor) => parseConfig('configWrite', '<-', cursor)],
  ['msix_write_config', parseView],
]);

/**
 * Parses `text`, the line numbered `line`; a blank line is undefined.
 * @throws {ReplayError} for anything else than a whole line of one of the five kinds, saying where it departs from one.
 */
export function parseLine(text: string, line: number): LogLine | undefined {
  if (text.trim() === '') return undefined;
  const start = /^\d+@\d+(?:\.\d+)?:/.exec(text)?.[0].length ?? 0;
  const space = text.indexOf(' ', start);
  const parse = PARSERS.get(space < 0 ? text.slice(start) : text.slice(start, space));
  const cursor = new Cursor(text, line, start);
  if (parse === undefined) return cursor.refuse(`one of ${[...PARSERS.keys()].join(', ')}`);
  cursor.word('the kind of line');
  return parse(cursor);
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
  const region = cursor.quoted('name');
  cursor.end();
  // Other regions may return more bits than were asked for, and QEMU logs them before it drops them.
  if (region === TABLE_REGION || region === PBA_REGION || region === MESSAGE_REGION) {
    const excess = bytes === 8 ? 0 : bytes === 4 ? high : high + (low >>> (8 * bytes));
    if (excess !== 0) cursor.refuseAt(valueAt, `a value of ${bytes} bytes, which is the size`);
  }
  return { kind, region, address, bytes, low, high };
}

function parseConfig(kind: ConfigLine['kind'], arrow: string, cursor: Cursor): ConfigLine {
  const name = cursor.word('the name of a device');
  const place = cursor.matching(/^[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/, 'a bus address such as 00:02.0');
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
    if (found.length < 2 || !found.startsWith("'") || !found.endsWith("'")) this.refuse('a name in quotes');
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
    throw new ReplayError(`Line ${this.line}, column ${column}: got ${got}; expected ${expected}.`);
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
