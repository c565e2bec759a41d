/**
 * What makes devices, looked at before a suite drives them: a device of a caller's that lacks a method is a sentence, not a crash in the middle.
 */
import {
  ArgumentError,
  type Callback,
  isObject,
  readField,
  refuse,
  requireBoolean,
  requireFunction,
  requireText,
  within,
} from '../../checker/argument/argument.ts';
import type { Device, DeviceFactory } from './device.ts';
import { BY_DWORDS, type DwordDevice, isByDwords, type MakerOptions, methodsOf, WHOLE, wholeDevice } from './dwords.ts';
import { isPromise } from './nonsense.ts';
import { readbackDwords } from './readback.ts';

const OPTIONAL = ['reset', 'retire', 'pbaWrite', 'peekInto', 'save', 'restore'] as const;
const OPTIONAL_BY_DWORDS = ['written', 'retire', 'reset'] as const;
/** What a device by dwords cannot be asked for: one that has it waits for what never comes. */
const OF_WHOLE_ONES = OPTIONAL.filter((name) => !(OPTIONAL_BY_DWORDS as readonly string[]).includes(name));

/** Requires what makes devices, whole ones or by dwords, and of each that it has all methods that every device has. */
export function requireFactory(place: string, value: unknown): DeviceFactory {
  const create = requireFunction(place, value, MAKER);
  if (isClass(create))
    throw new ArgumentError(`Got a class as ${place}; expected ${MAKER}: (options) => new Device(options).`);
  return ({ vectorCount }) =>
    wholeDevice(
      (options) => requireDevice(`what ${place} gives`, made(place, create, options), vectorCount),
      vectorCount,
    );
}

const MAKER = 'a function that takes { vectorCount } and returns a new device';

const isClass = (value: Callback): boolean => /^class\b/.test(Function.prototype.toString.call(value));

/** Calls what makes a device. What it throws is told of it. */
function made(place: string, create: Callback, options: MakerOptions): unknown {
  try {
    return create(options);
  } catch (error) {
    throw new ArgumentError(`Got ${String(error)} from ${place}; expected a device.`, { cause: error });
  }
}

function requireDevice(place: string, value: unknown, vectorCount: number): Device | DwordDevice {
  if (!isObject(value)) return refuse(place, value, 'a device');
  if (isPromise(value))
    throw new ArgumentError(
      `Got a promise as ${place}; expected a device: it must be there at once, and answer at once.`,
    );
  const device = value as Device | DwordDevice;
  const byDwords = isByDwords(device);
  if (methodsOf(value, WHOLE) === WHOLE.length && methodsOf(value, BY_DWORDS) === BY_DWORDS.length)
    throw new ArgumentError(
      `Got both ${WHOLE.join(', ')} and ${BY_DWORDS.join(', ')} of ${place}; expected one of the two forms of a device: which of them to drive cannot be told.`,
    );
  for (const name of byDwords ? BY_DWORDS : WHOLE) requireFunction(within(place, name), readField(value, name));
  for (const name of byDwords ? OPTIONAL_BY_DWORDS : OPTIONAL) {
    const method = readField(value, name);
    if (method !== undefined) requireFunction(within(place, name), method, 'a function, or none');
  }
  if (byDwords) {
    const name = OF_WHOLE_ONES.find((each) => readField(value, each) !== undefined);
    if (name === undefined) return device;
    throw new ArgumentError(
      `Got ${name} of ${place}, a device by dwords; expected none: only a device that takes whole accesses (${WHOLE.join(', ')}) is asked for it.`,
    );
  }
  if ((readField(value, 'save') === undefined) !== (readField(value, 'restore') === undefined))
    return refuse(place, value, 'both save and restore, or neither');
  requireText(within(place, 'name'), readField(value, 'name'));
  const count = readField(value, 'vectorCount');
  if (count !== vectorCount) return refuse(within(place, 'vectorCount'), count, `${vectorCount}, as it was asked for`);
  for (const name of ['notifies', 'migrates'] as const) requireBoolean(within(place, name), device[name] ?? false);
  requireAbilities(place, device);
  return device;
}

/**
 * Asks a fresh device for what says nothing of MSI-X, and must come in one form: many a class has a method of the same name that gives something
 * else, which would look like a fault in every step.
 */
function requireAbilities(place: string, device: Device): void {
  const { vectorCount } = device;
  const asked = (name: string, call: () => unknown, isRight: (given: unknown) => boolean, expected: string): void => {
    let given: unknown;
    try {
      given = call();
    } catch (error) {
      throw new ArgumentError(`Got ${String(error)} from ${name} of ${place}; expected ${expected}.`, { cause: error });
    }
    if (!isRight(given)) refuse(`what ${name} gives, of ${place}`, given, expected);
  };
  if (device.peekInto !== undefined) {
    const dwords = readbackDwords(vectorCount);
    const peek = () => device.peekInto!(new Uint32Array(dwords));
    asked('peekInto', peek, (given) => given === dwords, `${dwords}, the number of dwords that it copies`);
  }
  if (device.save !== undefined)
    asked('save', () => device.save!(), Number.isSafeInteger, 'a whole number that stands for the state');
}
