/**
 * A device under test that is a module of somebody's: in JavaScript, whose default export makes fresh instances, or in WebAssembly. What is
 * wrong with it is told in a sentence, before anything is asked of it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ArgumentError } from '../../checker/argument/argument.ts';
import { requireFactory } from './argument.ts';
import type { DeviceFactory } from './device.ts';
import { DeviceError } from './failure.ts';
import { ModuleError, type WasmDevice, wasmDevices, type WasmOptions } from './wasm.ts';

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
  const place = `the default export of ${path}`;
  const create = withDeviceError(() => requireFactory(place, loaded.default));
  return (options) => withDeviceError(() => create(options));
}

/** What is wrong with what a module gives is told as what is wrong with a device. */
function withDeviceError<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof ArgumentError ? new DeviceError(error.message, { cause: error }) : error;
  }
}

/** Whether a path is that of a module in WebAssembly. */
export const isWasm = (path: string): boolean => extname(path) === '.wasm';

/** Loads a module in WebAssembly. What it makes is checked when it is made. @throws {DeviceError} where it is no device. */
export function loadWasm(path: string, options: WasmOptions = {}): (wanted: { vectorCount: number }) => WasmDevice {
  if (!existsSync(path)) throw new DeviceError(`Got no file ${path}; expected a module in WebAssembly.`);
  const told = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ModuleError)) throw error;
      throw new DeviceError(`${path}: ${error.message}`, { cause: error });
    }
  };
  const create = told(() => wasmDevices(readFileSync(path), { name: basename(path, '.wasm'), ...options }));
  return (wanted) => told(() => create(wanted));
}
