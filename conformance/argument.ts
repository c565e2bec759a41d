/**
 * What callers pass to the suites, looked at before anything is done with it. Each refusal is a sentence (`checker/argument`).
 */
import {
  type Fields,
  isObject,
  readField,
  refuse,
  requireFields,
  requireCount,
  requireFunction,
  requireList,
  requireName,
  requireOneOf,
  requireText,
  within,
} from '../checker/argument/argument.ts';
import { requireNumber } from '../machines/argument.ts';
import { MsixFunction } from '../src/index.ts';
import type { Device, DeviceFactory } from './device/device.ts';
import type { Failure } from './paths/failure.ts';
import type { ToldGeometry } from './replay/access.ts';
import type { TraceSource } from './replay/lines.ts';
import type { ReplayOptions } from './replay/replay.ts';

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

/** Requires our implementation, or a subclass of it. */
export function requireImplementation(place: string, value: unknown): typeof MsixFunction {
  const isIt =
    value === MsixFunction || (typeof value === 'function' && readField(value, 'prototype') instanceof MsixFunction);
  return isIt ? (value as typeof MsixFunction) : refuse(place, value, 'MsixFunction, or a class that extends it');
}

/** Requires a failure, as `runSuite` tells it. */
export function requireFailure(place: string, value: unknown): Failure {
  const fields = requireFields(place, value, ['device', 'path', 'subject', 'got', 'expected', 'cause']);
  const text = (name: keyof Failure): string => requireText(within(place, name), fields[name]);
  const cause = requireFields(within(place, 'cause'), fields.cause, ['rules', 'sentences']);
  const texts = (name: 'rules' | 'sentences'): string[] =>
    requireList(within(within(place, 'cause'), name), cause[name], requireText);
  return {
    device: text('device'),
    path: requireList(within(place, 'path'), fields.path, requireText),
    subject: text('subject'),
    got: text('got'),
    expected: text('expected'),
    cause: { rules: texts('rules'), sentences: texts('sentences') },
  };
}

/** Requires a function, or nothing. */
export function requireHook<Hook>(place: string, value: unknown): Hook | undefined {
  return value === undefined ? undefined : (requireFunction(place, value) as Hook);
}

/** Requires fields, or nothing. */
export function requireOptions<Key extends string>(place: string, value: unknown, known: readonly Key[]): Fields<Key> {
  return requireFields(place, value ?? {}, known);
}

const REPLAY_HOOKS = ['progress', 'events', 'watch'] as const;
const REPLAY_OPTIONS = [...REPLAY_HOOKS, 'device', 'told', 'before', 'others', 'Implementation'] as const;
/** Of what is told of a geometry, the least and the most. */
const BOUNDS: Readonly<Record<keyof ToldGeometry, readonly [least: number, most: number]>> = {
  capability: [0x40, 0xf4],
  tableAddress: [0, Number.MAX_SAFE_INTEGER],
  pbaAddress: [0, Number.MAX_SAFE_INTEGER],
  vectorCount: [1, 2048],
  tableBir: [0, 5],
  tableOffset: [0, 2 ** 32 - 8],
  pbaBir: [0, 5],
  pbaOffset: [0, 2 ** 32 - 8],
};
const TOLD = Object.keys(BOUNDS) as (keyof typeof BOUNDS)[];

/** Requires the options of a replay. Returns a copy. */
export function requireReplayOptions(place: string, value: unknown): ReplayOptions {
  const fields = requireFields(place, value, REPLAY_OPTIONS);
  const given = <Item>(name: (typeof REPLAY_OPTIONS)[number], read: (place: string, value: unknown) => Item) =>
    fields[name] === undefined ? {} : { [name]: read(within(place, name), fields[name]) };
  return {
    ...Object.assign({}, ...REPLAY_HOOKS.map((name) => given(name, requireFunction))),
    ...given('device', requireName),
    ...given('Implementation', requireImplementation),
    ...given('others', (at, each) => requireList(at, each, requireText)),
    ...given('told', (at, each) => {
      const told = requireFields(at, each, TOLD);
      for (const name of TOLD)
        if (told[name] !== undefined) requireNumber(within(at, name), told[name], ...BOUNDS[name]);
      requireNumber(within(at, 'capability'), told.capability, ...BOUNDS.capability);
      return told;
    }),
    ...given('before', (at, each) =>
      requireList(at, each, (line, item) => {
        const read = requireFields(line, item, ['kind', 'device', 'offset', 'value', 'bytes']);
        requireOneOf(within(line, 'kind'), read.kind, ['configRead', 'configWrite']);
        requireName(within(line, 'device'), read.device);
        requireCount(within(line, 'offset'), read.offset);
        requireCount(within(line, 'value'), read.value);
        if (read.bytes !== undefined) requireNumber(within(line, 'bytes'), read.bytes, 1, 4);
        return read;
      }),
    ),
  };
}

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
