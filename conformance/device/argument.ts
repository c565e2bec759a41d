/**
 * What makes devices, looked at before a suite drives them: a device of a caller's that lacks a method is a sentence, not a crash in the middle.
 */
import { isObject, readField, refuse, requireFunction, requireText, within } from '../../checker/argument/argument.ts';
import type { Device, DeviceFactory } from './device.ts';

const NEEDED = ['configRead', 'configWrite', 'tableRead', 'tableWrite', 'pbaRead', 'signal', 'takeOutputs'] as const;
const OPTIONAL = ['reset', 'retire', 'pbaWrite', 'peekInto', 'save', 'restore'] as const;

/** Requires what makes devices, and of each that it makes all methods that every device has. */
export function requireFactory(place: string, value: unknown): DeviceFactory {
  const create = requireFunction(place, value, 'a function that returns a new device');
  return (options) => requireDevice(`what ${place} gives`, create(options), options.vectorCount);
}

function requireDevice(place: string, value: unknown, vectorCount: number): Device {
  if (!isObject(value)) return refuse(place, value, 'a device');
  const least = (name: string) => requireFunction(within(place, name), readField(value, name));
  for (const name of NEEDED) least(name);
  for (const name of OPTIONAL) if (readField(value, name) !== undefined) least(name);
  requireText(within(place, 'name'), readField(value, 'name'));
  const count = readField(value, 'vectorCount');
  if (count !== vectorCount) return refuse(within(place, 'vectorCount'), count, `${vectorCount}, as it was asked for`);
  return value as Device;
}
