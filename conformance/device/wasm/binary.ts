/**
 * The binary format of a WebAssembly module, as far as it must be known to say what a module is and to add to it: its sections, types,
 * imports, functions, globals, exports and data, and the names that a linker left. Code is `code.ts`'s.
 */

/** What is wrong with a module: a sentence for whoever built it. */
export class ModuleError extends Error {
  override readonly name = 'ModuleError';
}

/** Value types, by their byte. */
export const I32 = 0x7f;
export const I64 = 0x7e;
export const F32 = 0x7d;
export const F64 = 0x7c;
const TYPE_NAMES: Readonly<Record<number, string>> = {
  [I32]: 'i32',
  [I64]: 'i64',
  [F32]: 'f32',
  [F64]: 'f64',
  0x7b: 'v128',
  0x70: 'funcref',
  0x6f: 'externref',
};

/** The kinds of imports and exports. */
export const FUNCTION = 0;
export const TABLE = 1;
export const MEMORY = 2;
export const GLOBAL = 3;

/** Sections, by their number. */
export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  code: 10,
  data: 11,
} as const;

/** The type of a function. */
export interface FunctionType {
  readonly params: readonly number[];
  readonly results: readonly number[];
}

/** `(i32, i32) -> i64` */
export function tellType({ params, results }: FunctionType): string {
  const told = (types: readonly number[]): string =>
    types.map((type) => TYPE_NAMES[type] ?? `0x${type.toString(16)}`).join(', ');
  return `(${told(params)}) -> ${results.length === 0 ? 'nothing' : told(results)}`;
}

/** A global variable. */
export interface GlobalType {
  readonly type: number;
  readonly isMutable: boolean;
  readonly name: string;
}

/** Data that is in memory when a module starts. */
export interface DataSegment {
  readonly isPassive: boolean;
  /** Where it goes; -1 where that is not a plain number. */
  readonly address: number;
  readonly length: number;
  readonly name: string;
}

/** A variable of the program, by the table of symbols that `--emit-relocs` keeps. */
export interface Variable {
  readonly name: string;
  readonly address: number;
  readonly length: number;
}

/** A module, read. */
export interface Module {
  readonly bytes: Uint8Array;
  readonly sections: readonly { readonly id: number; readonly from: number; readonly to: number }[];
  readonly types: readonly FunctionType[];
  readonly imports: readonly {
    readonly module: string;
    readonly name: string;
    readonly kind: number;
    readonly type: number;
  }[];
  /** The type of each function, imported ones first. */
  readonly functions: readonly number[];
  readonly importedFunctions: number;
  readonly globals: readonly GlobalType[];
  readonly importedGlobals: number;
  readonly exports: readonly { readonly name: string; readonly kind: number; readonly index: number }[];
  readonly memories: number;
  /** How many tables it has; with those, it knows functions by number. */
  readonly tables: number;
  /** Of the module's own memory, when it starts: pages of 64 kB. */
  readonly pages: number;
  readonly hasStart: boolean;
  readonly data: readonly DataSegment[];
  readonly variables: readonly Variable[];
}

/** Reads numbers, names and lists. */
export class Reader {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  byte(): number {
    if (this.at >= this.end) throw new ModuleError('Got a module that ends early; expected a whole one.');
    return this.bytes[this.at++];
  }

  /** An unsigned number of up to 32 bits. */
  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new ModuleError('Got a number that is too long in the module; expected one of 32 bits.');
  }

  /** A signed number of up to 64 bits is stepped over; its value is returned where it fits 32. */
  signed(): number {
    let value = 0;
    let shift = 0;
    for (;;) {
      const byte = this.byte();
      if (shift < 32) value |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte < 0x80) return shift < 32 && (byte & 0x40) !== 0 ? value | (-1 << shift) : value;
      if (shift > 70) throw new ModuleError('Got a number that is too long in the module; expected one of 64 bits.');
    }
  }

  skip(count: number): void {
    this.at += count;
    if (this.at > this.end) throw new ModuleError('Got a module that ends early; expected a whole one.');
  }

  text(): string {
    const length = this.u32();
    const from = this.at;
    this.skip(length);
    return new TextDecoder().decode(this.bytes.subarray(from, this.at));
  }

  list<Item>(read: (index: number) => Item): Item[] {
    const count = this.u32();
    if (count > this.end - this.at)
      throw new ModuleError('Got a list that is longer than the module; expected a whole one.');
    return Array.from({ length: count }, (_, index) => read(index));
  }

  /** Steps over a constant expression. Returns its value where it is one `i32.const`, and -1 otherwise. */
  constant(): number {
    let value = -1;
    for (let first = true; ; first = false) {
      const opcode = this.byte();
      if (opcode === 0x0b) return value;
      value = -1;
      if (opcode === 0x41) {
        const constant = this.signed() >>> 0;
        value = first ? constant : -1;
      } else if (opcode === 0x42 || opcode === 0xd0) this.signed();
      else if (opcode === 0x43) this.skip(4);
      else if (opcode === 0x44) this.skip(8);
      else if (opcode === 0x23 || opcode === 0xd2) this.u32();
      else if (opcode === 0xfd) this.skip(17);
      else if (opcode < 0x45)
        throw new ModuleError(`Got the opcode 0x${opcode.toString(16)} in a constant; expected a constant.`);
    }
  }
}

/** Reads a module. @throws {ModuleError} in a sentence, for what is none. */
export function readModule(bytes: Uint8Array): Module {
  const magic = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  if (bytes.length < 8 || magic.slice(0, 4).some((byte, index) => bytes[index] !== byte)) {
    const got = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new ModuleError(
      `Got a file of ${bytes.length} bytes that begins with ${got === '' ? 'nothing' : got}; expected a WebAssembly module, which begins with 00 61 73 6d.`,
    );
  }
  if (magic.some((byte, index) => bytes[index] !== byte))
    throw new ModuleError(
      `Got version ${bytes[4]} of the binary format, layer ${bytes[6]}; expected a core module of version 1, not a component.`,
    );
  const sections: { id: number; from: number; to: number }[] = [];
  const reader = new Reader(bytes, 8);
  while (reader.at < bytes.length) {
    const id = reader.byte();
    const length = reader.u32();
    const from = reader.at;
    reader.skip(length);
    sections.push({ id, from, to: reader.at });
  }
  const of = (id: number): Reader => {
    const found = sections.find((section) => section.id === id);
    return found === undefined ? new Reader(NONE) : new Reader(bytes, found.from, found.to);
  };
  const types = readTypes(of(SECTION.type));
  const globals: { type: number; isMutable: boolean; value?: number }[] = [];
  const functions: number[] = [];
  let memories = 0;
  const imports = readImports(of(SECTION.import), functions, globals, () => memories++);
  const importedFunctions = functions.length;
  const importedGlobals = globals.length;
  const declared = of(SECTION.function);
  declared.list(() => functions.push(declared.u32()));
  const own = of(SECTION.global);
  own.list(() => {
    const type = own.byte();
    const isMutable = own.byte() === 1;
    globals.push({ type, isMutable, value: own.constant() });
  });
  const memory = of(SECTION.memory);
  const sizes = memory.list(() => limits(memory));
  memories += sizes.length;
  const exported = of(SECTION.export);
  const exports = exported.list(() => ({ name: exported.text(), kind: exported.byte(), index: exported.u32() }));
  const names = namesOf(bytes, sections);
  const dataEndOf = (): number => {
    const found = exports.find(({ name, kind }) => name === '__data_end' && kind === GLOBAL);
    return found === undefined ? -1 : (globals[found.index]?.value ?? -1);
  };
  const data = readData(of(SECTION.data), names.data);
  return {
    bytes,
    sections,
    types,
    imports,
    functions,
    importedFunctions,
    globals: globals.map((each, index) => ({ ...each, name: names.globals.get(index) ?? '' })),
    importedGlobals,
    exports,
    memories,
    tables: of(SECTION.table).u32(),
    pages: sizes[0] ?? 0,
    hasStart: sections.some(({ id }) => id === SECTION.start),
    data,
    variables: variablesOf(bytes, sections, data, dataEndOf()),
  };
}

/** An empty list. */
const NONE = new Uint8Array([0]);

function readTypes(reader: Reader): FunctionType[] {
  return reader.list(() => {
    const form = reader.byte();
    if (form !== 0x60)
      throw new ModuleError(`Got a type of form 0x${form.toString(16)}; expected types of functions (0x60) alone.`);
    return { params: reader.list(() => reader.byte()), results: reader.list(() => reader.byte()) };
  });
}

/** Returns the smallest size, in pages. */
function limits(reader: Reader): number {
  const flags = reader.byte();
  if ((flags & ~1) !== 0)
    throw new ModuleError('Got a memory that is shared or of 64 bits; expected a plain one (no threads, no memory64).');
  const smallest = reader.u32();
  if ((flags & 1) !== 0) reader.u32();
  return smallest;
}

function readImports(
  reader: Reader,
  functions: number[],
  globals: { type: number; isMutable: boolean }[],
  onMemory: () => void,
): { module: string; name: string; kind: number; type: number }[] {
  return reader.list(() => {
    const module = reader.text();
    const name = reader.text();
    const kind = reader.byte();
    let type = -1;
    if (kind === FUNCTION) {
      type = reader.u32();
      functions.push(type);
    } else if (kind === GLOBAL) {
      globals.push({ type: reader.byte(), isMutable: reader.byte() === 1 });
    } else if (kind === MEMORY) {
      limits(reader);
      onMemory();
    } else if (kind === 1) {
      reader.byte();
      const flags = reader.byte();
      reader.u32();
      if ((flags & 1) !== 0) reader.u32();
    } else throw new ModuleError(`Got an import of kind ${kind}; expected functions.`);
    return { module, name, kind, type };
  });
}

function readData(reader: Reader, names: ReadonlyMap<number, string>): DataSegment[] {
  return reader.list((index) => {
    const flags = reader.u32();
    if (flags === 2) reader.u32();
    const address = flags === 1 ? -1 : reader.constant();
    const length = reader.u32();
    reader.skip(length);
    return { isPassive: flags === 1, address, length, name: names.get(index) ?? '' };
  });
}

/** The names of globals and of data, from the section of names. Whatever is odd in it is left out: names are for people. */
function namesOf(
  bytes: Uint8Array,
  sections: Module['sections'],
): Record<'globals' | 'data', ReadonlyMap<number, string>> {
  const found = { globals: new Map<number, string>(), data: new Map<number, string>() };
  const reader = customSection(bytes, sections, 'name');
  try {
    while (reader !== undefined && reader.at < reader.end) {
      const kind = reader.byte();
      const length = reader.u32();
      const to = reader.at + length;
      const into = kind === 7 ? found.globals : kind === 9 ? found.data : undefined;
      if (into !== undefined) reader.list(() => into.set(reader.u32(), reader.text()));
      reader.at = to;
    }
  } catch {
    // A name that cannot be read names nothing.
  }
  return found;
}

function customSection(bytes: Uint8Array, sections: Module['sections'], wanted: string): Reader | undefined {
  for (const { id, from, to } of sections) {
    if (id !== SECTION.custom) continue;
    const reader = new Reader(bytes, from, to);
    if (reader.text() === wanted) return reader;
  }
  return undefined;
}

/** The variables of the program, where the linker has kept its symbols (`--emit-relocs`). */
function variablesOf(
  bytes: Uint8Array,
  sections: Module['sections'],
  data: readonly DataSegment[],
  dataEnd: number,
): Variable[] {
  const reader = customSection(bytes, sections, 'linking');
  if (reader === undefined) return [];
  const segments: { name: string; alignment: number }[] = [];
  const symbols: { name: string; segment: number; offset: number; length: number }[] = [];
  try {
    reader.u32();
    while (reader.at < reader.end) {
      const kind = reader.byte();
      const length = reader.u32();
      const to = reader.at + length;
      if (kind === 5)
        reader.list(() => {
          segments.push({ name: reader.text(), alignment: 2 ** reader.u32() });
          reader.u32();
        });
      if (kind === 8) reader.list(() => readSymbol(reader, symbols));
      reader.at = to;
    }
  } catch {
    return [];
  }
  // A segment of zeros is not in the file. It is the last one, and ends where data ends; programs are linked from 1024 on.
  const stored = data.filter(({ address }) => address >= 0);
  const end = Math.max(1024, ...stored.map(({ address, length }) => address + length));
  const starts = segments.map(({ alignment }, index) => {
    if (index < stored.length) return stored[index].address;
    const lengths = symbols.filter(({ segment }) => segment === index).map(({ offset, length }) => offset + length);
    const from = dataEnd < 0 ? end + alignment - 1 : dataEnd - Math.max(0, ...lengths);
    return Math.floor(from / alignment) * alignment;
  });
  return symbols
    .filter(({ segment, length }) => segment in starts && length > 0)
    .map(({ name, segment, offset, length }) => ({ name: demangle(name), address: starts[segment] + offset, length }))
    .toSorted((one, other) => one.address - other.address);
}

function readSymbol(
  reader: Reader,
  symbols: { name: string; segment: number; offset: number; length: number }[],
): void {
  const kind = reader.byte();
  const flags = reader.u32();
  const isUndefined = (flags & 0x10) !== 0;
  if (kind === 1) {
    const name = reader.text();
    if (!isUndefined) symbols.push({ name, segment: reader.u32(), offset: reader.u32(), length: reader.u32() });
  } else if (kind === 3) reader.u32();
  else {
    reader.u32();
    if (!isUndefined || (flags & 0x40) !== 0) reader.text();
  }
}

/** `_ZN3kit5COUNT17h0123456789abcdefE` is `kit::COUNT`. */
function demangle(name: string): string {
  const mangled = /^_ZN(.*)E(\..*)?$/.exec(name);
  if (mangled === null) return name;
  const parts: string[] = [];
  for (let rest = mangled[1]; rest !== '';) {
    const length = Number.parseInt(rest, 10);
    if (!(length > 0)) return name;
    const from = String(length).length;
    parts.push(rest.slice(from, from + length));
    rest = rest.slice(from + length);
  }
  if (/^h[0-9a-f]{16}$/.test(parts[parts.length - 1] ?? '')) parts.pop();
  return parts
    .join('::')
    .replaceAll('$LT$', '<')
    .replaceAll('$GT$', '>')
    .replaceAll('$u20$', ' ')
    .replaceAll('..', '::');
}
