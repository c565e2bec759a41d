/**
 * What a caller passes, looked at before anything is done with it. A caller's nonsense is refused in a sentence that says what was got and
 * what was expected; a guest's, which is a number where a number belongs, is counted by whoever owns the register.
 */

const TOLD_CHARACTERS = 60;

/** A wrong value in a sentence; text in quotes, for '4' is not 4, and no longer than a sentence carries. Of an object its kind only. */
export function told(value: unknown): string {
  if (typeof value === 'string') return `'${shortened(value)}'`;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  return isWords(value) ? `a Uint32Array of ${value.length} words` : kindOf(value);
}

/** A register in a sentence. */
export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** A text, cut where it is longer than a sentence can carry. */
export function shortened(text: string): string {
  return text.length > TOLD_CHARACTERS ? `${text.slice(0, TOLD_CHARACTERS)}…` : text;
}

/** The kind of an object, as `Object` says it; of a proxy that does not let it be asked, so much. */
function kindOf(value: object): string {
  try {
    return Object.prototype.toString.call(value).slice('[object '.length, -1);
  } catch {
    return 'an object that cannot be read';
  }
}

/** The name that an array of numbers has within, whatever its prototype says and whatever realm it is of; of all else undefined. */
// oxlint-disable-next-line typescript/unbound-method -- it is called with the value as its `this`
const kindWithin = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint32Array.prototype), Symbol.toStringTag)!
  .get as (this: unknown) => string | undefined;

/** Whether a value is a `Uint32Array`, be it of another realm. Asked at each save and restore, so it makes no text. */
export function isWords(value: unknown): value is Uint32Array {
  return kindWithin.call(value) === 'Uint32Array';
}

/** Refuses options that are no object, and those that have a name which is not known. Returns a copy: what was looked at is what is used. */
export function requireOptionsOf<Options extends object>(
  owner: string,
  options: Options,
  known: readonly string[],
): Options {
  const copy = copyOf(options);
  if (copy === undefined) {
    throw new TypeError(`${owner}: the options are ${told(options)}; expected an object with ${known[0]}.`);
  }
  const unknown = Object.keys(copy).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`${owner}: got the option ${shortened(unknown)}; expected one of ${known.join(', ')}.`);
  }
  return copy;
}

/** The fields of an object; undefined of what is none, or does not let them be read. */
export function copyOf<Fields extends object>(value: Fields): Fields | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    return { ...value };
  } catch {
    return undefined;
  }
}

/** Refuses what is no integer from `least` to `most`. */
export function requireInteger(owner: string, name: string, value: unknown, least: number, most: number): void {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`${owner}: ${name} is ${told(value)}; expected an integer from ${least} to ${most}.`);
}

/** Refuses what is no multiple of `factor` from `least` to `most`. */
export function requireMultiple(
  owner: string,
  name: string,
  value: unknown,
  factor: number,
  least: number,
  most: number,
): void {
  const isInside = typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
  if (isInside && value % factor === 0) return;
  throw new RangeError(
    `${owner}: ${name} is ${told(value)}; expected a multiple of ${factor} from ${least} to ${most}.`,
  );
}

/** Refuses what is no function; of an optional one, undefined is none. */
export function requireFunction(owner: string, name: string, value: unknown, required = false): void {
  if (typeof value === 'function' || (value === undefined && !required)) return;
  throw new TypeError(`${owner}: ${name} is ${told(value)}; expected a function.`);
}

/** Refuses what is no object with these methods. */
export function requireObject(owner: string, name: string, value: unknown, methods: readonly string[]): void {
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`${owner}: ${name} is ${told(value)}; expected an object with ${methods.join(' and ')}.`);
  }
  for (const method of methods) {
    requireFunction(owner, `${method} of ${name}`, fieldOf(value, method), true);
  }
}

/** A field of an object, a method perhaps of its class; undefined where it does not let it be read. */
function fieldOf(value: object, name: string): unknown {
  try {
    return (value as Readonly<Record<string, unknown>>)[name];
  } catch {
    return undefined;
  }
}

/** Refuses what is no array. Returns a copy. */
export function requireList<Item>(owner: string, name: string, value: readonly Item[]): Item[] {
  try {
    if (Array.isArray(value)) return [...(value as readonly Item[])];
  } catch {
    // A proxy that does not let it be read is none.
  }
  throw new TypeError(`${owner}: ${name} is ${told(value)}; expected an array.`);
}

/** Refuses what is neither true nor false. */
export function requireBoolean(owner: string, name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw new TypeError(`${owner}: ${name} is ${told(value)}; expected true or false.`);
}

/** Refuses what is no `Uint32Array`, and one with fewer words. */
export function requireRoom(owner: string, out: unknown, wordCount: number): void {
  if (isWords(out) && out.length >= wordCount) return;
  throw new RangeError(`${owner}: got ${told(out)}; expected a Uint32Array of at least ${wordCount} words.`);
}

/** Refuses what is no number, in a place where numbers that make no sense are counted. */
export function requireNumber(owner: string, name: string, value: unknown): void {
  if (typeof value === 'number') return;
  throw new TypeError(`${owner}: ${name} is ${told(value)}; expected a number.`);
}

/** A dword as a register takes it: any number, modulo 2^32. */
export function dwordOf(owner: string, name: string, value: unknown): number {
  requireNumber(owner, name, value);
  return (value as number) >>> 0;
}

/** The upper dword of a QWORD that is written as two dwords or, without `high`, as one safe integer, of which no bit is lost. */
export function upperOf(owner: string, low: unknown, high: unknown): number {
  if (high !== undefined) return dwordOf(owner, 'the upper dword', high);
  requireInteger(owner, 'the value', low, -(2 ** 31), Number.MAX_SAFE_INTEGER);
  return (low as number) < 0 ? 0 : Math.floor((low as number) / 2 ** 32);
}

/** Refuses what `restore` of an owner was given. */
export function refuseSaved(owner: string, what: string, got: number | string, expected: number | string): never {
  throw new RangeError(`${owner}.restore: ${what} is ${got}; expected ${expected}. Nothing was restored.`);
}
