/**
 * What a device gives, looked at before it is compared or judged: what is no number of 32 bits, or no output, is nonsense of the device, told in a sentence, and breaks no
 * rule of MSI-X. Reads of a device in this process pay for it with a look at the type.
 */
import { isObject, tell } from '../../checker/argument/argument.ts';
import type { DeviceOutput } from './device.ts';

/** Thrown where a device gives what no device may give. */
export class NonsenseError extends Error {
  override name = 'NonsenseError';
  /** What gave it, as a clause: "what readControl gives". */
  readonly what: string;
  readonly got: string;
  readonly expected: string;

  constructor(what: string, value: unknown, expected: string) {
    const got = isPromise(value) ? 'a promise' : tell(value);
    super(`Got ${got} as ${what}; expected ${expected}.`);
    this.what = what;
    this.got = got;
    this.expected = expected;
  }
}

/** Whether a value is a promise, or anything that is waited for like one. */
export const isPromise = (value: unknown): boolean =>
  isObject(value) && typeof (value as { then?: unknown }).then === 'function';

const isDword = (value: unknown): value is number =>
  typeof value === 'number' && (value >>> 0 === value || (value | 0) === value);

/** A number of 32 bits that a method of a device gave, as an unsigned one; bits that JavaScript makes a negative number of are taken as they are. */
export function dwordOf(method: string, value: unknown): number {
  if (isDword(value)) return value >>> 0;
  throw new NonsenseError(`what ${method} gives`, value, 'a whole number of 32 bits');
}

/** Requires that a method of a device has done what it does: one that gives a promise does it later, and nobody waits for it. */
export function done(method: string, value: unknown): void {
  if (value !== undefined && isPromise(value))
    throw new NonsenseError(`what ${method} gives`, value, 'nothing: the device must answer at once');
}

/** The outputs that a device gave. */
export function outputsOf(value: unknown): readonly DeviceOutput[] {
  if (!Array.isArray(value)) throw new NonsenseError('what takeOutputs gives', value, 'an array of outputs');
  for (let index = 0; index < value.length; index++) requireOutput(value[index], index);
  return value as readonly DeviceOutput[];
}

const VERBS: ReadonlySet<unknown> = new Set(['send', 'use', 'release']);

function requireOutput(value: unknown, index: number): void {
  const place = `[${index}] of what takeOutputs gives`;
  if (!isObject(value))
    throw new NonsenseError(place, value, 'an output, such as { verb, vector, addressLow, addressHigh, data }');
  const { verb, vector, addressLow, addressHigh, data } = value as DeviceOutput;
  if (!VERBS.has(verb)) throw new NonsenseError(`verb of ${place}`, verb, 'send, use or release');
  requireMessage(place, vector, verb === 'release' ? [0, 0, 0] : [addressLow, addressHigh, data]);
}

/** Requires the vector and the message of an output. */
export function requireMessage(place: string, vector: unknown, message: readonly [unknown, unknown, unknown]): void {
  if (!Number.isInteger(vector)) throw new NonsenseError(`vector of ${place}`, vector, 'a whole number');
  for (let word = 0; word < 3; word++) {
    const value = message[word];
    if (!isDword(value))
      throw new NonsenseError(`${MESSAGE_FIELDS[word]} of ${place}`, value, 'a whole number of 32 bits');
  }
}
const MESSAGE_FIELDS = ['addressLow', 'addressHigh', 'data'] as const;
