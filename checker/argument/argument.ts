/**
 * What a caller passes in, looked at before anything is done with it. Each refusal is a sentence that names the parameter, what
 * was got and what was expected. Values are read once, into plain copies, so what is checked is what is used.
 *
 * A parameter is named by its *place*, such as "claims[0].when of decide".
 */

/** Thrown when an argument is not what the function takes. */
export class ArgumentError extends RangeError {
  override name = 'ArgumentError';
}

/** Refuses an argument. */
export function refuse(place: string, got: unknown, expected: string): never {
  throw new ArgumentError(`Got ${tell(got)} as ${place}; expected ${expected}.`);
}

const TOLD_CHARACTERS = 60;
const TOLD_NAMES = 12;

/** Tells a value in a few words, whatever it is. */
export function tell(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return shortened(JSON.stringify(value));
    case 'bigint':
      return shortened(`${value}n`);
    case 'symbol':
      return shortened(String(value));
    case 'function':
      return 'a function';
    case 'object':
      return value === null ? 'null' : tellObject(value);
    default:
      return Object.is(value, -0) ? '-0' : String(value);
  }
}

function tellObject(value: object): string {
  const keys = readKeys(value);
  if (keys === undefined) return 'an object that cannot be read';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return keys.length === 0 ? 'an object without fields' : `an object with the fields ${tellNames(keys)}`;
}

/** Lists names, the first dozen of them. */
export function tellNames(names: readonly string[]): string {
  const told = names.slice(0, TOLD_NAMES).map((name) => shortened(name));
  const rest = names.length - told.length;
  return `${told.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** A text, cut where it is longer than a sentence can carry. */
export function shortened(text: string, characters = TOLD_CHARACTERS): string {
  return text.length > characters ? `${text.slice(0, characters)}…` : text;
}

/** The keys of an object; undefined where a proxy does not let them be read. */
function readKeys(value: object): string[] | undefined {
  try {
    return Object.keys(value);
  } catch {
    return undefined;
  }
}

/** Reads a field; undefined where a proxy or a getter does not let it be read. */
export function readField(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

/** Whether a value is an object, and no array. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !isArray(value);
}

/** Whether a value is an array. A proxy that was revoked is none. */
function isArray(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** Requires a text. */
export function requireText(place: string, value: unknown): string {
  return typeof value === 'string' ? value : refuse(place, value, 'a text');
}

/** Requires a text that is not empty. */
export function requireName(place: string, value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : refuse(place, value, 'a name');
}

/** Requires true or false. */
export function requireBoolean(place: string, value: unknown): boolean {
  return typeof value === 'boolean' ? value : refuse(place, value, 'true or false');
}

/** A function of a caller's: whatever it gives must be looked at. */
export type Callback = (...args: readonly unknown[]) => unknown;

/** Requires a function. */
export function requireFunction(place: string, value: unknown, what = 'a function'): Callback {
  return typeof value === 'function' ? (value as Callback) : refuse(place, value, what);
}

/** Requires a function that gives texts, and wraps it so that it gives nothing else. */
export function requireTeller(place: string, value: unknown): (...args: readonly unknown[]) => string {
  const told = requireFunction(place, value);
  return (...args) => requireText(`what ${place} gives`, told(...args));
}

/** Requires a whole number that is not negative, and at most `most`. */
export function requireCount(place: string, value: unknown, most = Number.MAX_SAFE_INTEGER): number {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most) return value as number;
  const bound = most === Number.MAX_SAFE_INTEGER ? 'that is not negative' : `from 0 to ${most}`;
  return refuse(place, value, `a whole number ${bound}`);
}

/** Requires a limit: a number that is not negative; `Infinity` is none. */
export function requireLimit(place: string, value: unknown): number {
  return typeof value === 'number' && value >= 0 ? value : refuse(place, value, 'a number that is not negative');
}

/** Requires an Int32Array of so many words at least. */
export function requireWords(place: string, value: unknown, least: number): void {
  if (ArrayBuffer.isView(value) && value instanceof Int32Array && value.length >= least) return;
  refuse(place, value, `an Int32Array of ${least} words or more`);
}

/** Requires one of some texts. */
export function requireOneOf<Word extends string>(place: string, value: unknown, words: readonly Word[]): Word {
  return words.includes(value as Word) ? (value as Word) : refuse(place, value, `one of ${words.join(', ')}`);
}

/** Requires an array, and of each item what `item` requires. Returns a copy. */
export function requireList<Item>(
  place: string,
  value: unknown,
  item: (place: string, value: unknown) => Item,
  what = 'an array',
): Item[] {
  if (!isArray(value)) return refuse(place, value, what);
  const list = readItems(value) ?? refuse(place, value, what);
  const [first, ...rest] = place.split(' of ');
  const behind = rest.length === 0 ? '' : ` of ${rest.join(' of ')}`;
  return list.map((each, index) => item(`${first}[${index}]${behind}`, each));
}

/** Requires a list that is not empty, each item by its own place. */
export function requireSome<Item>(
  place: string,
  value: unknown,
  item: (place: string, value: unknown) => Item,
): Item[] {
  const list = requireList(place, value, item);
  return list.length > 0 ? list : refuse(place, list, 'at least one item');
}

function readItems(value: readonly unknown[]): unknown[] | undefined {
  try {
    return Array.from(value);
  } catch {
    return undefined;
  }
}

/** The fields of an object, read. */
export type Fields<Key extends string> = Readonly<Partial<Record<Key, unknown>>>;

/**
 * Requires an object that has no other fields than those that are known. Returns a copy; a field that is undefined counts
 * as one that is left out.
 */
export function requireFields<Key extends string>(
  place: string,
  value: unknown,
  known: readonly Key[],
  what = `an object with fields among ${known.join(', ')}`,
): Fields<Key> {
  const copy = copyOf(place, value, what);
  const unknown = Object.keys(copy).find(
    (key) => !(known as readonly string[]).includes(key) && copy[key] !== undefined,
  );
  if (unknown === undefined) return copy as Fields<Key>;
  throw new ArgumentError(`Got the field ${tell(unknown)} in ${place}; expected none but ${known.join(', ')}.`);
}

/** Copies the fields of an object. */
export function copyOf(place: string, value: unknown, what = 'an object'): Record<string, unknown> {
  if (!isObject(value)) return refuse(place, value, what);
  return readFields(value) ?? refuse(place, value, what);
}

/** The fields of an object; undefined where they cannot be read, or where it is a date, a map or their like. */
function readFields(value: object): Record<string, unknown> | undefined {
  const entries = readEntries(value);
  return entries === undefined ? undefined : Object.fromEntries(entries);
}

function readEntries(value: object): [string, unknown][] | undefined {
  try {
    if (Object.prototype.toString.call(value) !== '[object Object]') return undefined;
    return Object.entries(value);
  } catch {
    return undefined;
  }
}

const PLAIN_LEVELS = 100;

/** Copies data, whole. What is undefined is left out. @throws {ArgumentError} when it cannot be read, or has no end. */
export function requirePlain(place: string, value: unknown, what: string, level = 0): unknown {
  if (typeof value === 'function') return refuse(place, value, what);
  if (typeof value !== 'object' || value === null) return value;
  if (level > PLAIN_LEVELS) return refuse(place, value, what);
  const copy = (each: unknown): unknown => requirePlain(place, each, what, level + 1);
  if (isArray(value)) return (readItems(value) ?? refuse(place, value, what)).map(copy);
  const entries = readEntries(value) ?? refuse(place, value, what);
  // The pairs are our own: a trace has hundreds of thousands, which are written over and not made again.
  for (const pair of entries) pair[1] = copy(pair[1]);
  return Object.fromEntries(entries.filter(([, each]) => each !== undefined));
}

/** Names a field of a place: "claims[0] of decide" and "when" make "claims[0].when of decide". */
export function within(place: string, field: string): string {
  const [first, ...rest] = place.split(' of ');
  return [`${first}.${field}`, ...rest].join(' of ');
}

/** What objects stand for their makers' word: only what was put in is in it, and asking runs none of their code. */
export class Brand<Type extends object> {
  private readonly made = new WeakSet<object>();
  private readonly what: string;

  /** @param what What is expected, for a sentence: "what compile returns". */
  constructor(what: string) {
    this.what = what;
  }

  /** Notes that an object was made here. Returns it. */
  mark<Made extends Type>(object: Made): Made {
    this.made.add(object);
    return object;
  }

  /** Whether an object was made here. */
  has(value: unknown): value is Type {
    return typeof value === 'object' && value !== null && this.made.has(value);
  }

  /** Requires an object that was made here. */
  require(place: string, value: unknown): Type {
    return this.has(value) ? value : refuse(place, value, this.what);
  }
}
