/**
 * Nonsense, put in the place of every argument and of everything inside of it: what a caller in JavaScript may pass. A call of a public
 * function either takes it, or refuses it in a sentence; it never ends in words of V8, and never hangs.
 */
import { createRequire } from 'node:module';

/** A proxy that lets nothing be done with it. */
function throwing<Target extends object>(target: Target): Target {
  const traps = Object.getOwnPropertyNames(Reflect);
  const refuse = (): never => {
    throw new Error('trapped');
  };
  return new Proxy(target, Object.fromEntries(traps.map((trap) => [trap, refuse])));
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy;
}

function cyclic(): object {
  const object: Record<string, unknown> = { kind: 'not', type: 'not', parts: [] };
  object.part = object;
  object.value = object;
  (object.parts as unknown[]).push(object);
  return object;
}

function otherMachine(): unknown {
  const require = createRequire(import.meta.url);
  const copy = require(require.resolve('xstate').replace(/[^/]*$/, 'xstate.umd.min.js')) as typeof import('xstate');
  return copy.createMachine({ id: 'other', initial: 'a', states: { a: { on: { go: 'b' } }, b: {} } });
}

/** Values by what they are called. */
export const NONSENSE: Readonly<Record<string, unknown>> = {
  undefined,
  null: null,
  true: true,
  NaN,
  'minus zero': -0,
  'a half': 0.5,
  '2^32': 2 ** 32,
  'minus one': -1,
  infinity: Infinity,
  'an empty text': '',
  'a text': 'nonsense',
  __proto__: '__proto__',
  'a huge text': 'x'.repeat(1_000_000),
  'a symbol': Symbol('nonsense'),
  'a bigint': 7n,
  'an object': {},
  'an object without a prototype': Object.assign(Object.create(null) as object, { kind: 'reach' }),
  'an array': [],
  'an array of nothing': [undefined],
  'a function': () => {},
  'an async function': async () => true,
  'a proxy that throws': throwing({}),
  'a proxy of an array that throws': throwing([]),
  'a proxy of a function that throws': throwing(() => {}),
  'a revoked proxy': revoked(),
  'an object that contains itself': cyclic(),
  'a date': new Date(0),
  'a map': new Map(),
  words: new Int32Array(4),
  'a machine of another copy': otherMachine(),
  'a plain configuration': { id: 'm', initial: 'a', states: { a: {} } },
};

/** What is tried of an entry point. */
export interface Table {
  /** For each function, the arguments of a call that is right. A method goes by its owner: `Stepper.holds`. */
  readonly calls: Readonly<Record<string, () => readonly unknown[]>>;
  /** Objects that functions return, with methods. */
  readonly owners?: Readonly<Record<string, object>>;
  /** Of functions, places of data that may be a function of the caller's too. */
  readonly callable?: Readonly<Record<string, RegExp>>;
}

/** A public function, and a call of it that is right. */
export interface Call {
  readonly name: string;
  readonly call: (...args: never[]) => unknown;
  readonly args: () => readonly unknown[];
  /** Places of data that may be a function of the caller's too. */
  readonly callable?: RegExp;
}

/** What came of the calls of a function. */
export interface Outcome {
  /** How many calls were tried. */
  tried: number;
  /** What was taken, by place. */
  readonly taken: Record<string, string>;
  /** What ended otherwise than in a sentence. */
  readonly bad: string[];
}

const LEVELS = 5;
const ITEMS = 2;
const MILLISECONDS = 15_000;

/** Tries all nonsense in all places of a call. */
export function tryNonsense({ name, call, args, callable }: Call): Outcome {
  const outcome: Outcome = { tried: 0, taken: {}, bad: [] };
  const right = args();
  let isFunction = false;
  const attempt = (place: string, value: string, changed: readonly unknown[]): void => {
    outcome.tried++;
    const start = performance.now();
    try {
      (call as (...given: readonly unknown[]) => unknown)(...changed);
      const before = outcome.taken[place];
      outcome.taken[place] = before === undefined ? value : `${before}, ${value}`;
    } catch (error) {
      // What a caller's own function throws is the caller's.
      const isOwn =
        (isFunction || callable?.test(place) === true) &&
        value === 'a proxy of a function that throws' &&
        String(error) === 'Error: trapped';
      const flaw = isOwn ? undefined : flawOf(error);
      if (flaw !== undefined) outcome.bad.push(`${name}, ${place}: ${value}: ${flaw}`);
    }
    if (performance.now() - start > MILLISECONDS) outcome.bad.push(`${name}, ${place}: ${value}: takes too long`);
  };
  for (const index of right.keys()) {
    for (const place of placesOf(right[index])) {
      const told = [index, ...place].join('.');
      isFunction = typeof place.reduce<unknown>((at, key) => (at as Holder)[key], right[index]) === 'function';
      const put = (change: (holder: Holder, key: string | number) => void): unknown[] =>
        changedAt(args(), [index, ...place], change);
      for (const [value, nonsense] of Object.entries(NONSENSE)) {
        attempt(
          told,
          value,
          put((holder, key) => void (holder[key] = nonsense)),
        );
      }
      if (place.length > 0)
        attempt(
          told,
          'left out',
          put((holder, key) => void delete holder[key]),
        );
      attempt(
        told,
        'a field too many',
        put((holder, key) => {
          const at = holder[key];
          holder[key] = isPlain(at) && !Array.isArray(at) ? { ...at, unheardOf: 1 } : Symbol('a field too many');
        }),
      );
    }
  }
  return outcome;
}

type Holder = Record<string | number, unknown>;

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype;
}

/** The ways to everything inside of plain data, itself first. Of a list, its first few items stand for all. */
function placesOf(value: unknown, level = 0): (string | number)[][] {
  if (!isPlain(value) || level === LEVELS || MADE.has(value)) return [[]];
  const keys = Array.isArray(value) ? [...value.keys()].slice(0, ITEMS) : Object.keys(value);
  const inside = keys.flatMap((key) => placesOf((value as Holder)[key], level + 1).map((rest) => [key, ...rest]));
  return [[], ...inside];
}

/** What a function made and asks for again: nothing is changed inside of it. */
const MADE = new WeakSet();

/** Marks what is not to be changed inside. */
export function whole<Value extends object>(value: Value): Value {
  MADE.add(value);
  return value;
}

/** A copy of arguments in which something is changed. What is on the way there is copied, and nothing else. */
function changedAt(
  args: readonly unknown[],
  place: readonly (string | number)[],
  change: (holder: Holder, key: string | number) => void,
): unknown[] {
  const copy = [...args];
  let holder = copy as unknown as Holder;
  for (const key of place.slice(0, -1)) {
    const inside = holder[key] as object;
    holder[key] = Array.isArray(inside) ? [...(inside as unknown[])] : { ...inside };
    holder = holder[key] as Holder;
  }
  change(holder, place.at(-1)!);
  return copy;
}

/** What is wrong with an error that a caller sees; undefined where it is a sentence. */
function flawOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  const { message } = error;
  // The implementation names the class in front, and throws a TypeError where the type is wrong.
  const isOfOurs = /^(\w+(\.\w+)?|Kernel: a host device): .*\b(is|are|got|overlap) .*; expected .*\.$/s.test(message);
  const isV8s = error instanceof TypeError || error instanceof SyntaxError;
  if (isV8s && !isOfOurs) return `${error.name}: ${message.slice(0, 200)}`;
  const isSentence = isOfOurs || (/^(Got|The machine|The trace|stateIn) ?/.test(message) && /[.:;,]/.test(message));
  if (!isSentence) return `${error.name}: ${message.slice(0, 200)}`;
  if (message.length > 3000) return `a sentence of ${message.length} characters`;
  return undefined;
}
