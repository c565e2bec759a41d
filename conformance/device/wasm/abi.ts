/**
 * The ABI, version 1: what a module exports and imports to be a device. `examples/kits/wasm/maskbit.h` and `maskbit.rs` say the same to
 * compilers. What a module lacks, or has too much of, is told in a sentence.
 */
import {
  FUNCTION,
  type FunctionType,
  I32,
  I64,
  MEMORY,
  type Module,
  ModuleError,
  readModule,
  tellType,
} from './binary.ts';
import { type Instrumented, instrument, type SplitFunction } from './instrument.ts';

/** The version that is understood. */
export const ABI_VERSION = 1;

const type = (params: readonly number[], result?: number): FunctionType => ({
  params,
  results: result === undefined ? [] : [result],
});

/** What a module must export. Offsets, sizes and vectors are u32; what a read of the table returns, and what is written to it, u64. */
export const REQUIRED: Readonly<Record<string, FunctionType>> = {
  maskbit_abi: type([], I32),
  init: type([I32]),
  config_read: type([I32, I32], I32),
  config_write: type([I32, I32, I32]),
  table_read: type([I32, I32], I64),
  table_write: type([I32, I32, I64]),
  pba_read: type([I32, I32], I64),
  signal: type([I32]),
};

/** What it may export. */
export const OPTIONAL: Readonly<Record<string, FunctionType>> = {
  reset: type([]),
  retire: type([I32]),
  pba_write: type([I32, I32, I64]),
  poll: type([]),
  left_out: type([I32], I64),
};

/** What it may import, from `env`. */
export const IMPORTS: Readonly<Record<string, FunctionType>> = {
  send: type([I32, I32, I32]),
  use: type([I32]),
  release: type([I32]),
  fail: type([I32]),
};

/** A module that is a device, with what was added to it. */
export interface DeviceModule extends Instrumented {
  readonly module: Module;
  readonly optional: ReadonlySet<string>;
  /** Whether it tells `use` and `release`. */
  readonly notifies: boolean;
}

/** Reads a module, checks it against the ABI, and adds what a prover needs. @throws {ModuleError} in a sentence. */
export function readDevice(bytes: Uint8Array): DeviceModule {
  const module = readModule(bytes);
  checkImports(module);
  if (module.memories !== 1)
    throw new ModuleError(`Got a module with ${module.memories} memories of its own; expected 1.`);
  if (!module.exports.some(({ kind }) => kind === MEMORY))
    throw new ModuleError('Got a module that does not export its memory; expected the export memory.');
  const has = (name: string): boolean => module.exports.some((each) => each.kind === FUNCTION && each.name === name);
  if (!has('maskbit_abi'))
    throw new ModuleError(
      `Got a module without the export maskbit_abi; expected a device of version ${ABI_VERSION} of the ABI, as maskbit.h and maskbit.rs make it. ${tellExports(module)}`,
    );
  const missing = Object.keys(REQUIRED).filter((name) => !has(name));
  if (missing.length > 0)
    throw new ModuleError(
      `Got a module without ${missing.join(', ')}; expected each of ${Object.keys(REQUIRED).join(', ')}. ${tellExports(module)}`,
    );
  const splits: SplitFunction[] = [];
  const optional = new Set<string>();
  for (const [name, expected] of [...Object.entries(REQUIRED), ...Object.entries(OPTIONAL)]) {
    const found = module.exports.find((each) => each.kind === FUNCTION && each.name === name);
    if (found === undefined) continue;
    const got = module.types[module.functions[found.index]];
    if (tellType(got) !== tellType(expected))
      throw new ModuleError(`Got ${name} of type ${tellType(got)}; expected ${tellType(expected)}.`);
    if (name in OPTIONAL) optional.add(name);
    if (name === 'table_read' || name === 'pba_read') splits.push({ name, index: found.index, form: 'read' });
    if (name === 'table_write' || name === 'pba_write') splits.push({ name, index: found.index, form: 'write' });
  }
  const notifies = module.imports.some(({ name }) => name === 'use' || name === 'release');
  return { ...instrument(module, splits), module, optional, notifies };
}

function tellExports({ exports }: Module): string {
  const names = exports.filter(({ kind }) => kind === FUNCTION).map(({ name }) => name);
  return `It exports ${names.length === 0 ? 'no functions' : names.slice(0, 12).join(', ')}.`;
}

function checkImports({ imports, types }: Module): void {
  const told = Object.keys(IMPORTS).join(', ');
  for (const { module, name, kind, type: index } of imports) {
    const expected = module === 'env' && kind === FUNCTION ? IMPORTS[name] : undefined;
    if (expected === undefined) {
      const why = module.startsWith('wasi')
        ? ' It was built for WASI; build it for wasm32-unknown-unknown, and stub what needs a system.'
        : '';
      throw new ModuleError(
        `Got a module that imports ${name} from ${module}; expected at most ${told} from env.${why}`,
      );
    }
    const got = types[index];
    if (tellType(got) !== tellType(expected))
      throw new ModuleError(`Got the import ${name} of type ${tellType(got)}; expected ${tellType(expected)}.`);
  }
}
