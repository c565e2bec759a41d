/**
 * Adds to a module what a prover needs of it, and changes nothing of what it computes:
 *
 * - *fuel*: each turn of a loop and each call takes one; at none, the module traps. So what loops for ever is an answer, too;
 * - *dirty marks*: each store tells a tracker (`tracker.ts`) which bytes it writes, so that taking a state costs what was written, and not
 *   the size of the memory;
 * - *all of the state*: every global that can change is exported, and the size of the memory is a global, so that growth can be undone;
 * - the functions of the ABI once more, with 64 bits as two halves.
 *
 * What is added comes last, so that no number in the module changes.
 */
import {
  F32,
  F64,
  FUNCTION,
  type FunctionType,
  GLOBAL,
  I32,
  I64,
  MEMORY,
  type Module,
  ModuleError,
  Reader,
  SECTION,
  TABLE,
} from './binary.ts';
import { walkCode } from './code.ts';

/** A memory grows no larger than this, in pages of 64 kB. */
export const PAGES_MAX = 1024;

/** What is added, by the names under which it is exported. */
export const ADDED = {
  fuel: '\0fuel',
  high: '\0high',
  pages: '\0pages',
  memory: '\0memory',
  /** A table whose one element is the function that is told of stores. */
  tracker: '\0tracker',
  /** Not 0 where something was written, and it is not known where. */
  all: '\0all',
  read: (name: string): string => `\0${name}`,
  global: (index: number): string => `\0global-${index}`,
};

/** Instructions. */
const OP = {
  if: 0x04,
  end: 0x0b,
  unreachable: 0x00,
  loop: 0x03,
  brIf: 0x0d,
  call: 0x10,
  callIndirect: 0x11,
  return: 0x0f,
  get: 0x20,
  set: 0x21,
  tee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i32: 0x41,
  i64: 0x42,
  eqz: 0x45,
  eq: 0x46,
  gtU: 0x4b,
  gtS: 0x4a,
  add: 0x6a,
  sub: 0x6b,
  shrU: 0x76,
  or64: 0x84,
  shl64: 0x86,
  shrU64: 0x88,
  wrap: 0xa7,
  extend: 0xad,
};
const EMPTY_BLOCK = 0x40;

/** A function of the ABI that is given in another form as well. */
export interface SplitFunction {
  readonly name: string;
  readonly index: number;
  readonly form: 'read' | 'write';
}

/** What came of it. */
export interface Instrumented {
  readonly bytes: Uint8Array;
  /** The globals that are state, by number; each is exported as `ADDED.global(number)`. */
  readonly stateGlobals: readonly number[];
  /** Whether the module asks for the size of its memory, or changes it. */
  readonly asksForMemory: boolean;
}

/** An unsigned number, encoded. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value >>> 0; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** A signed number of 32 bits, encoded. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value | 0; ; rest >>= 7) {
    const last = (rest >= 0 && rest < 0x40) || (rest < 0 && rest >= -0x40);
    if (last) return [...bytes, rest & 0x7f];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** Adds all of it. @throws {ModuleError} where the module has state that cannot be seen. */
export function instrument(module: Module, splits: readonly SplitFunction[]): Instrumented {
  return new Instrumenter(module, splits).done();
}

class Instrumenter {
  private readonly module: Module;
  private readonly types: number[][] = [];
  private readonly functions: { readonly type: number; readonly body: readonly number[] }[] = [];
  private readonly stores = new Map<string, number>();
  private readonly globals: number[][] = [];
  private readonly exports: number[][] = [];
  private readonly fuel: number;
  private readonly all: number;
  private readonly trackerType: number;
  private readonly high: number;
  private readonly pages: number;
  private readonly helpers = new Map<string, number>();
  private readonly stateGlobals: number[] = [];
  private readonly splits: readonly SplitFunction[];
  private readonly tick: readonly number[];
  private asksForMemory = false;

  constructor(module: Module, splits: readonly SplitFunction[]) {
    this.module = module;
    this.splits = splits;
    this.fuel = this.addGlobal(I32, [OP.i32, ...signed(FUEL), OP.end]);
    this.all = this.addGlobal(I32, [OP.i32, 0, OP.end]);
    this.trackerType = this.addType({ params: [I32, I32], results: [] });
    this.high = this.addGlobal(I32, [OP.i32, 0, OP.end]);
    this.pages = this.addGlobal(I32, [OP.i32, ...signed(module.pages), OP.end]);
    const fuel = unsigned(this.fuel);
    this.tick = [
      ...[OP.globalGet, ...fuel, OP.i32, 1, OP.sub, OP.globalSet, ...fuel],
      ...[OP.globalGet, ...fuel, OP.eqz, OP.if, EMPTY_BLOCK, OP.unreachable, OP.end],
    ];
  }

  done(): Instrumented {
    const { module } = this;
    const code = this.rewrittenCode();
    this.exportState();
    for (const split of this.splits) this.addSplit(split);
    const added = this.functions.map(({ body }) => [...unsigned(body.length), ...body]);
    const out: Uint8Array[] = [module.bytes.subarray(0, 8)];
    const put = (id: number, parts: readonly (Uint8Array | readonly number[])[]): void => {
      const length = parts.reduce((sum, part) => sum + part.length, 0);
      out.push(Uint8Array.from([id, ...unsigned(length)]), ...parts.map((part) => Uint8Array.from(part)));
    };
    const grown = (id: number, items: readonly (readonly number[])[]): void => {
      const section = module.sections.find((each) => each.id === id);
      const reader = new Reader(module.bytes, section?.from ?? 0, section?.to ?? 0);
      const count = section === undefined ? 0 : reader.u32();
      const rest = section === undefined ? [] : module.bytes.subarray(reader.at, section.to);
      put(id, [unsigned(count + items.length), rest, ...items]);
    };
    for (const id of ORDER) {
      if (id === SECTION.type) grown(id, this.types);
      else if (id === SECTION.function)
        grown(
          id,
          this.functions.map(({ type }) => unsigned(type)),
        );
      else if (id === SECTION.table) grown(id, [[0x70, 1, 1, 1]]);
      else if (id === SECTION.global) grown(id, this.globals);
      else if (id === SECTION.export) grown(id, this.exports);
      else if (id === SECTION.code) put(id, [unsigned(code.length + added.length), ...code, ...added]);
      else {
        const section = module.sections.find((each) => each.id === id);
        if (section !== undefined) put(id, [module.bytes.subarray(section.from, section.to)]);
      }
    }
    const bytes = new Uint8Array(out.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of out) {
      bytes.set(part, at);
      at += part.length;
    }
    return { bytes, stateGlobals: this.stateGlobals, asksForMemory: this.asksForMemory };
  }

  private addGlobal(type: number, initial: readonly number[]): number {
    this.globals.push([type, 1, ...initial]);
    return this.module.globals.length + this.globals.length - 1;
  }

  private addType({ params, results }: FunctionType): number {
    const bytes = [0x60, ...unsigned(params.length), ...params, ...unsigned(results.length), ...results];
    const known = this.types.findIndex((each) => each.join() === bytes.join());
    return this.module.types.length + (known >= 0 ? known : this.types.push(bytes) - 1);
  }

  /** Adds a function. `locals` is how many of i32 it has, and of i64. */
  private addFunction(type: FunctionType, code: readonly number[], locals: readonly [number, number] = [0, 0]): number {
    const declared = [...(locals[0] > 0 ? [locals[0], I32] : []), ...(locals[1] > 0 ? [locals[1], I64] : [])];
    const body = [declared.length / 2, ...declared, ...code, OP.end];
    this.functions.push({ type: this.addType(type), body });
    return this.module.functions.length + this.functions.length - 1;
  }

  private addExport(name: string, kind: number, index: number): void {
    const text = new TextEncoder().encode(name);
    this.exports.push([...unsigned(text.length), ...text, kind, ...unsigned(index)]);
  }

  // ---- Code

  private rewrittenCode(): Uint8Array[] {
    const { bytes, sections } = this.module;
    const section = sections.find(({ id }) => id === SECTION.code);
    if (section === undefined) return [];
    const reader = new Reader(bytes, section.from, section.to);
    return reader.list(() => {
      const length = reader.u32();
      const body = this.rewrittenBody(new Reader(bytes, reader.at, reader.at + length));
      reader.skip(length);
      return body;
    });
  }

  private rewrittenBody(reader: Reader): Uint8Array {
    const { bytes } = this.module;
    const from = reader.at;
    reader.list(() => {
      reader.u32();
      reader.byte();
    });
    const parts: (Uint8Array | readonly number[])[] = [bytes.subarray(from, reader.at), this.tick];
    let copied = reader.at;
    const instead = (to: number, at: number, code: readonly number[]): void => {
      parts.push(bytes.subarray(copied, at), code);
      copied = to;
    };
    walkCode(reader, ({ kind, opcode, immediate, offset, from: start, to }) => {
      if (kind === 'plain') return;
      if (kind === 'loop') instead(to, to, this.tick);
      else if (kind === 'store') instead(to, start, [OP.call, ...unsigned(this.storeOf(opcode, immediate, offset))]);
      else if (kind === 'write') instead(start, start, [OP.i32, 1, OP.globalSet, ...unsigned(this.all)]);
      else if (kind === 'hidden')
        throw new ModuleError(
          'Got a module that changes a table, or drops a segment, while it runs; expected its state to be in memory and globals alone.',
        );
      else instead(to, start, [OP.call, ...unsigned(this.helperOf(kind, immediate))]);
    });
    parts.push(bytes.subarray(copied, reader.end));
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const body = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      body.set(part, at);
      at += part.length;
    }
    const size = unsigned(length);
    const sized = new Uint8Array(size.length + length);
    sized.set(size);
    sized.set(body, size.length);
    return sized;
  }

  /** A function that stores, and marks what it has stored to. */
  private storeOf(opcode: number, alignment: number, offset: number): number {
    const key = `${opcode} ${offset}`;
    let index = this.stores.get(key);
    if (index === undefined) {
      const [type, width] = STORES[opcode];
      index = this.addFunction({ params: [I32, type], results: [] }, [
        ...[OP.get, 0, OP.get, 1, opcode, ...unsigned(alignment), ...unsigned(offset)],
        ...[OP.get, 0, OP.i32, ...signed(offset), OP.add],
        ...[OP.get, 0, OP.i32, ...signed(offset + width - 1), OP.add],
        ...this.tell,
      ]);
      this.stores.set(key, index);
    }
    return index;
  }

  /** Tells the tracker of the first and the last byte, which are on the stack. */
  private get tell(): number[] {
    return [OP.i32, 0, OP.callIndirect, ...unsigned(this.trackerType), ...unsigned(this.module.tables)];
  }

  private helperOf(kind: string, segment: number): number {
    const key = `${kind} ${kind === 'memory.init' ? segment : ''}`;
    let index = this.helpers.get(key);
    if (index === undefined) {
      index = this.makeHelper(kind, segment);
      this.helpers.set(key, index);
    }
    return index;
  }

  private makeHelper(kind: string, segment: number): number {
    const pages = unsigned(this.pages);
    if (kind === 'memory.size') {
      this.asksForMemory = true;
      return this.addFunction({ params: [], results: [I32] }, [OP.globalGet, ...pages]);
    }
    if (kind === 'memory.grow') {
      this.asksForMemory = true;
      // What was given back by restoring a state is there still, and is given out again.
      return this.addFunction(
        { params: [I32], results: [I32] },
        [
          ...[OP.get, 0, OP.i32, ...signed(PAGES_MAX), OP.globalGet, ...pages, OP.sub, OP.gtU],
          ...[OP.if, EMPTY_BLOCK, OP.i32, 0x7f, OP.return, OP.end],
          ...[OP.globalGet, ...pages, OP.get, 0, OP.add, 0x3f, 0, OP.sub, OP.tee, 1, OP.i32, 0, OP.gtS],
          ...[OP.if, EMPTY_BLOCK, OP.get, 1, 0x40, 0, OP.i32, 0x7f, OP.eq],
          ...[OP.if, EMPTY_BLOCK, OP.i32, 0x7f, OP.return, OP.end, OP.end],
          ...[OP.globalGet, ...pages, OP.globalGet, ...pages, OP.get, 0, OP.add, OP.globalSet, ...pages],
        ],
        [1, 0],
      );
    }
    const own = { 'memory.copy': [0xfc, 10, 0, 0], 'memory.fill': [0xfc, 11, 0] }[kind] ?? [
      0xfc,
      8,
      ...unsigned(segment),
      0,
    ];
    return this.addFunction({ params: [I32, I32, I32], results: [] }, [
      ...[OP.get, 0, OP.get, 1, OP.get, 2, ...own],
      ...[OP.get, 2, OP.eqz, OP.if, EMPTY_BLOCK, OP.return, OP.end],
      ...[OP.get, 0, OP.get, 0, OP.get, 2, OP.add, OP.i32, 1, OP.sub],
      ...this.tell,
    ]);
  }

  // ---- What is exported

  private exportState(): void {
    this.module.globals.forEach(({ type, isMutable }, index) => {
      if (!isMutable) return;
      if (type !== I32 && type !== I64 && type !== F32 && type !== F64)
        throw new ModuleError(
          `Got a global of a type that cannot be saved (0x${type.toString(16)}); expected globals that are numbers.`,
        );
      this.stateGlobals.push(index);
      this.addExport(ADDED.global(index), GLOBAL, index);
    });
    this.addExport(ADDED.fuel, GLOBAL, this.fuel);
    this.addExport(ADDED.high, GLOBAL, this.high);
    this.addExport(ADDED.pages, GLOBAL, this.pages);
    this.addExport(ADDED.memory, MEMORY, 0);
    this.addExport(ADDED.all, GLOBAL, this.all);
    this.addExport(ADDED.tracker, TABLE, this.module.tables);
  }

  private addSplit({ name, index, form }: SplitFunction): void {
    const high = unsigned(this.high);
    const call = [OP.call, ...unsigned(index)];
    const added =
      form === 'read'
        ? this.addFunction(
            { params: [I32, I32], results: [I32] },
            [
              ...[OP.get, 0, OP.get, 1, ...call, OP.tee, 2],
              ...[OP.i64, 32, OP.shrU64, OP.wrap, OP.globalSet, ...high, OP.get, 2, OP.wrap],
            ],
            [0, 1],
          )
        : this.addFunction({ params: [I32, I32, I32, I32], results: [] }, [
            ...[OP.get, 0, OP.get, 1, OP.get, 2, OP.extend],
            ...[OP.get, 3, OP.extend, OP.i64, 32, OP.shl64, OP.or64, ...call],
          ]);
    this.addExport(ADDED.read(name), FUNCTION, added);
  }
}

/** So many turns of loops and calls one step may take. */
export const FUEL = 20_000_000;

/** Type and width of what each store stores. */
const STORES: Readonly<Record<number, readonly [type: number, width: number]>> = {
  0x36: [I32, 4],
  0x37: [I64, 8],
  0x38: [F32, 4],
  0x39: [F64, 8],
  0x3a: [I32, 1],
  0x3b: [I32, 2],
  0x3c: [I64, 1],
  0x3d: [I64, 2],
  0x3e: [I64, 4],
};

/** The sections in their order; what only names or documents is left out. 12 is the count of data, 4 tables, 9 their elements. */
const ORDER: readonly number[] = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];
