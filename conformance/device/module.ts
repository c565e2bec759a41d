/**
 * A device under test that is a module of somebody's: in JavaScript, whose default export makes fresh instances, or in WebAssembly. What is
 * wrong with it is told in a sentence, before anything is asked of it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Device, DeviceFactory } from './device.ts';
import { DeviceError } from './process.ts';
import { ModuleError, type WasmDevice, wasmDevices, type WasmOptions } from './wasm.ts';

const METHODS = ['configRead', 'configWrite', 'tableRead', 'tableWrite', 'pbaRead', 'signal', 'takeOutputs'] as const;
const ABILITIES = ['reset', 'retire', 'pbaWrite', 'peekInto', 'save', 'restore'] as const;

/** Loads a module. @throws {DeviceError} where it makes no devices. */
export async function loadModule(path: string): Promise<DeviceFactory> {
  if (!existsSync(path))
    throw new DeviceError(`Got no file ${path}; expected a module that default-exports a factory.`);
  if (isWasm(path)) return loadWasm(path);
  let loaded: { default?: unknown };
  try {
    loaded = (await import(pathToFileURL(resolve(path)).href)) as { default?: unknown };
  } catch (error) {
    throw new DeviceError(`Got ${String(error)} from ${path}; expected a module that can be imported.`, {
      cause: error,
    });
  }
  const create = loaded.default;
  if (typeof create !== 'function') {
    throw new DeviceError(
      `Got a default export of type ${typeof create} from ${path}; expected a function that takes { vectorCount } and returns a device.`,
    );
  }
  return (options) => requireDevice((create as DeviceFactory)(options), path, options.vectorCount);
}

/** Whether a path is that of a module in WebAssembly. */
export const isWasm = (path: string): boolean => extname(path) === '.wasm';

/** Loads a module in WebAssembly. @throws {DeviceError} where it is no device. */
export function loadWasm(path: string, options: WasmOptions = {}): (wanted: { vectorCount: number }) => WasmDevice {
  try {
    return wasmDevices(readFileSync(path), { name: basename(path, '.wasm'), ...options });
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    throw new DeviceError(`${path}: ${error.message}`, { cause: error });
  }
}

/** Returns what was given, if it is a device. @throws {DeviceError} */
export function requireDevice(device: Device, path: string, vectorCount: number): Device {
  const refuse = (got: string, expected: string): never => {
    throw new DeviceError(`Got ${got} from ${path}; expected ${expected}.`);
  };
  if (typeof device !== 'object' || device === null) return refuse(`${String(device)} as a device`, 'an object');
  if (typeof (device as { then?: unknown }).then === 'function') return refuse('a promise of a device', 'a device');
  for (const name of METHODS) {
    if (typeof device[name] !== 'function')
      refuse(`a device whose ${name} is of type ${typeof device[name]}`, 'a function');
  }
  for (const name of ABILITIES) {
    const type = typeof device[name];
    if (type !== 'function' && type !== 'undefined')
      refuse(`a device whose ${name} is of type ${type}`, 'a function, or none');
  }
  if ((device.save === undefined) !== (device.restore === undefined)) {
    refuse('a device with only one of save and restore', 'both, or neither');
  }
  if (device.vectorCount !== vectorCount) {
    refuse(`a device with vectorCount ${String(device.vectorCount)}`, `${vectorCount}, as was asked for`);
  }
  return device;
}
