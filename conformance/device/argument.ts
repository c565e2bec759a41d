/**
 * What makes devices, looked at before a suite drives them: a device of a caller's that lacks a method is a sentence, not a crash in the middle.
 */
import {
  ArgumentError,
  type Callback,
  isObject,
  readField,
  refuse,
  requireFunction,
  requireText,
  within,
} from '../../checker/argument/argument.ts';
import type { Device, DeviceFactory } from './device.ts';
import { type DwordDevice, isByDwords, type MakerOptions, wholeDevice } from './dwords.ts';
import { isPromise } from './nonsense.ts';

const NEEDED = ['configRead', 'configWrite', 'tableRead', 'tableWrite', 'pbaRead', 'signal', 'takeOutputs'] as const;
const OPTIONAL = ['reset', 'retire', 'pbaWrite', 'peekInto', 'save', 'restore'] as const;
const NEEDED_BY_DWORDS = ['readControl', 'writeControl', 'readTable', 'writeTable', 'isPending', 'signal'] as const;
const OPTIONAL_BY_DWORDS = ['written', 'retire'] as const;

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
  for (const name of byDwords ? NEEDED_BY_DWORDS : NEEDED) requireFunction(within(place, name), readField(value, name));
  for (const name of byDwords ? OPTIONAL_BY_DWORDS : OPTIONAL) {
    const method = readField(value, name);
    if (method !== undefined) requireFunction(within(place, name), method, 'a function, or none');
  }
  if (byDwords) return device;
  if ((readField(value, 'save') === undefined) !== (readField(value, 'restore') === undefined))
    return refuse(place, value, 'both save and restore, or neither');
  requireText(within(place, 'name'), readField(value, 'name'));
  const count = readField(value, 'vectorCount');
  if (count !== vectorCount) return refuse(within(place, 'vectorCount'), count, `${vectorCount}, as it was asked for`);
  return device;
}
