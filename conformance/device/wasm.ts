/**
 * A device under test that is a WebAssembly module: anyone's C or Rust, in this process and sandboxed. It answers at once, and its memory and
 * globals are its whole state, so that it saves and restores without a line of its author's.
 *
 *     const create = wasmDevices(bytes)          reads and checks the module: a sentence where it is none
 *     const device = create({ vectorCount: 2 })
 *
 * A trap, an assertion of its own, or a loop without end is thrown, in a sentence; `restore` makes the device whole again.
 */
import { FailureError } from './failure.ts';
import { hex } from './hexadecimal.ts';
import { ABI_VERSION, type DeviceModule, readDevice } from './wasm/abi.ts';
import { ModuleError } from './wasm/binary.ts';
import { ADDED, FUEL, PAGES_MAX } from './wasm/instrument.ts';
import { deadStackOf, type Layout, rangesNamed, type Region, regionAt } from './wasm/regions.ts';
import { States } from './wasm/states.ts';
import { createTracker, engine } from './wasm/tracker.ts';
import type { Device, DeviceOptions, DeviceOutput, Snapshot } from './device.ts';

export { ModuleError } from './wasm/binary.ts';
export type { Region } from './wasm/regions.ts';
export type { Range } from './wasm/states.ts';

/** How modules become devices. */
export interface WasmOptions {
  /** The name of the devices. Default `a module`. */
  readonly name?: string;
  /** Bytes that are no part of the state: names of variables, or `0x1040+8`. The dead stack, and what the module itself leaves out, are none anyway. */
  readonly ignore?: readonly string[];
  /** Whether the dead stack is a part of the state. Default false. */
  readonly keepStack?: boolean;
}

/** A device in WebAssembly, with what a prover may ask of it. */
export interface WasmDevice extends Device {
  save(): Snapshot;
  restore(snapshot: Snapshot): void;
  /** What is left out of its state. */
  readonly leftOut: readonly Region[];
  /** Its states. */
  readonly states: Pick<States, 'count' | 'bytes' | 'memory' | 'differing' | 'wordAt' | 'peek' | 'poke'>;
  /** What an address belongs to. */
  regionAt(address: number): Region;
}

/** Makes devices of a module. @throws {ModuleError} where it is none. */
export function wasmDevices(bytes: Uint8Array, options: WasmOptions = {}): (options: DeviceOptions) => WasmDevice {
  const device = readDevice(bytes);
  let compiled: object;
  try {
    compiled = new engine.Module(device.bytes);
  } catch (error) {
    throw new ModuleError(`Got a module that is not valid: ${messageOf(error)}; expected one that passes validation.`, {
      cause: error,
    });
  }
  return ({ vectorCount }) => new Instance(device, compiled, vectorCount, options);
}

type Exported = (...values: number[]) => number;
interface EngineTable {
  set(index: number, value: unknown): void;
}
interface EngineGlobal {
  value: number | bigint;
}
class Instance implements WasmDevice {
  readonly name: string;
  readonly vectorCount: number;
  readonly notifies: boolean;
  readonly leftOut: readonly Region[];
  readonly states: States;
  reset?: () => void;
  retire?: (vector: number) => void;
  pbaWrite?: (offset: number, bytes: number, low: number, high: number) => void;
  private outputs: DeviceOutput[] = [];
  private readonly layout: Layout;
  /** Those that were asked for: modules have thousands of variables. */
  private readonly regions = new Map<number, Region>();
  private readonly exports: Readonly<Record<string, unknown>>;
  private readonly fuel: EngineGlobal;
  private readonly highHalf: EngineGlobal;
  private readonly tracker = createTracker();
  private readonly functions: Readonly<
    Record<'configRead' | 'configWrite' | 'tableRead' | 'tableWrite' | 'pbaRead' | 'signal', Exported>
  >;
  private readonly poll: Exported | undefined;
  /** The size of memory at the begin, in pages. */
  private readonly pages: number;
  private memory = new Int32Array();
  private failure: FailureError | undefined;

  constructor(device: DeviceModule, compiled: object, vectorCount: number, options: WasmOptions) {
    this.name = options.name ?? 'a module';
    this.vectorCount = vectorCount;
    this.notifies = device.notifies;
    this.pages = device.module.pages;
    this.exports = this.instantiate(compiled);
    const of = (name: string): Exported => this.exports[name] as Exported;
    const split = (name: string): Exported => of(ADDED.read(name));
    this.fuel = this.exports[ADDED.fuel] as EngineGlobal;
    this.highHalf = this.exports[ADDED.high] as EngineGlobal;
    this.functions = {
      configRead: of('config_read'),
      configWrite: of('config_write'),
      tableRead: split('table_read'),
      tableWrite: split('table_write'),
      pbaRead: split('pba_read'),
      signal: of('signal'),
    };
    this.poll = device.optional.has('poll') ? of('poll') : undefined;
    if (device.optional.has('reset')) this.reset = () => this.event(of('reset'), 0);
    if (device.optional.has('retire')) this.retire = (vector) => this.event(of('retire'), vector);
    if (device.optional.has('pba_write')) {
      const write = split('pba_write');
      this.pbaWrite = (offset, bytes, low, high) => this.write(write, offset, bytes, low, high);
    }
    this.begin(of, vectorCount);
    this.layout = this.layoutOf(device);
    this.leftOut = this.leftOutBy(device, options);
    this.states = new States(this.machineOf(device), this.leftOut);
  }

  private instantiate(compiled: object): Readonly<Record<string, unknown>> {
    const record =
      (verb: DeviceOutput['verb']) =>
      (vector: number): void =>
        void this.outputs.push({ verb, vector, addressLow: 0, addressHigh: 0, data: 0 });
    const send = (low: number, high: number, data: number): void =>
      void this.outputs.push({
        verb: 'send',
        vector: -1,
        addressLow: low >>> 0,
        addressHigh: high >>> 0,
        data: data >>> 0,
      });
    const fail = (code: number): never => {
      this.failure = new FailureError(`an assertion of its own, fail(${code >>> 0})`, code >>> 0);
      throw this.failure;
    };
    try {
      const env = { send, use: record('use'), release: record('release'), fail };
      const { exports } = new engine.Instance(compiled, { env });
      (exports[ADDED.tracker] as EngineTable).set(0, this.tracker.mark);
      return exports;
    } catch (error) {
      throw new ModuleError(`Got ${messageOf(error)} when the module started; expected it to start.`, { cause: error });
    }
  }

  /** Checks the version, and makes the function. */
  private begin(of: (name: string) => Exported, vectorCount: number): void {
    let version: number;
    try {
      version = of('maskbit_abi')();
    } catch (error) {
      throw new ModuleError(`Got ${this.told(error)} from maskbit_abi; expected ${ABI_VERSION}.`);
    }
    if (version !== ABI_VERSION)
      throw new ModuleError(
        `Got version ${version} of the ABI; expected ${ABI_VERSION}. Build the module again with the maskbit.h or maskbit.rs of this maskbit.`,
      );
    try {
      of('init')(vectorCount);
    } catch (error) {
      throw new ModuleError(
        `Got ${this.told(error)} from init(${vectorCount}); expected a function with ${vectorCount} vectors.`,
      );
    }
    this.fuel.value = FUEL;
    this.takeOutputs();
  }

  private layoutOf({ module, stateGlobals, asksForMemory }: DeviceModule): Layout {
    const address = (name: string): number => {
      const found = this.exports[name] as EngineGlobal | undefined;
      return typeof found?.value === 'number' ? found.value >>> 0 : -1;
    };
    const named = module.globals.findIndex(({ name }) => name === '__stack_pointer');
    // Linkers make the stack pointer the first global, and the first that changes.
    const index = named >= 0 ? named : module.globals.findIndex(({ isMutable, type }) => isMutable && type === 0x7f);
    return {
      module,
      stackPointer: index < 0 ? -1 : address(ADDED.global(index)),
      dataEnd: address('__data_end'),
      heapBase: address('__heap_base'),
      globals: [
        ...stateGlobals.flatMap((each) => {
          const { name, type } = module.globals[each];
          const told = each === index ? 'the stack pointer' : `the global ${name || each}`;
          return type === 0x7f ? [told] : [told, told];
        }),
        ...(asksForMemory ? ['the size of memory'] : []),
      ],
    };
  }

  private leftOutBy(device: DeviceModule, { ignore = [], keepStack = false }: WasmOptions): Region[] {
    const regions: Region[] = [];
    const dead = deadStackOf(this.layout);
    if (dead !== undefined && !keepStack) regions.push(dead);
    const size = this.memoryNow().byteLength;
    const leftOut = this.exports['left_out'] as ((index: number) => bigint) | undefined;
    for (let index = 0; device.optional.has('left_out') && index < 1000; index++) {
      const range = this.asked(`left_out(${index})`, () => leftOut!(index));
      const [address, length] = [Number(range & 0xffffffffn), Number((range >> 32n) & 0xffffffffn)];
      if (length === 0) break;
      if (address + length > size)
        throw new ModuleError(
          `Got ${length} bytes at ${hex(address)} from left_out(${index}); expected bytes of its memory of ${size}.`,
        );
      const { name, kind } = regionAt(this.layout, address);
      regions.push({ name, kind, address, length });
    }
    for (const name of ignore) {
      const ranges = rangesNamed(this.layout, name);
      if (ranges.length === 0 || ranges.some((range) => range.address + range.length > size)) {
        const some = this.layout.module.variables.map((variable) => variable.name).slice(0, 12);
        throw new RangeError(
          `Got --ignore ${name}; expected stack, bytes such as 0x1040+8, or a variable${some.length === 0 ? ', whose names --emit-relocs keeps' : `: ${some.join(', ')}`}.`,
        );
      }
      regions.push(...ranges);
    }
    return regions;
  }

  private asked<Answer>(what: string, ask: () => Answer): Answer {
    try {
      return ask();
    } catch (error) {
      throw new ModuleError(`Got ${this.told(error)} from ${what}; expected bytes, or a length of 0.`, {
        cause: error,
      });
    }
  }

  private memoryNow(): Int32Array {
    const { buffer } = this.exports[ADDED.memory] as { buffer: ArrayBuffer };
    if (this.memory.buffer !== buffer) this.memory = new Int32Array(buffer);
    return this.memory;
  }

  private machineOf({ stateGlobals, module, asksForMemory }: DeviceModule): ConstructorParameters<typeof States>[0] {
    const globals = stateGlobals.map((index) => ({
      global: this.exports[ADDED.global(index)] as EngineGlobal,
      type: module.globals[index].type,
    }));
    if (asksForMemory) globals.push({ global: this.exports[ADDED.pages] as EngineGlobal, type: 0x7f });
    const scratch = new DataView(new ArrayBuffer(8));
    const all = this.exports[ADDED.all] as EngineGlobal;
    const { tracker } = this;
    return {
      memory: () => this.memoryNow(),
      takeWritten: (visit) => {
        tracker.take(visit);
        if (all.value === 0) return;
        all.value = 0;
        visit(-1);
      },
      globalsInto: (words) => {
        let at = 0;
        for (const { global, type } of globals) {
          if (type === 0x7f) words[at++] = global.value as number;
          else {
            if (type === 0x7e) scratch.setBigInt64(0, global.value as bigint);
            else scratch.setFloat64(0, global.value as number);
            words[at++] = scratch.getInt32(0);
            words[at++] = scratch.getInt32(4);
          }
        }
        return at;
      },
      setGlobals: (words, from) => {
        let at = from;
        for (const { global, type } of globals) {
          if (type === 0x7f) global.value = words[at++];
          else {
            scratch.setInt32(0, words[at++]);
            scratch.setInt32(4, words[at++]);
            global.value = type === 0x7e ? scratch.getBigInt64(0) : scratch.getFloat64(0);
          }
        }
      },
    };
  }

  // ---- The port

  configRead(offset: number, bytes: number): number {
    try {
      return this.functions.configRead(offset, bytes) >>> 0;
    } catch (error) {
      throw this.trap(error);
    }
  }

  configWrite(offset: number, bytes: number, value: number): void {
    try {
      this.functions.configWrite(offset, bytes, value);
      this.poll?.();
    } catch (error) {
      throw this.trap(error);
    }
  }

  tableRead(offset: number, bytes: number): number {
    try {
      return this.functions.tableRead(offset, bytes) >>> 0;
    } catch (error) {
      throw this.trap(error);
    }
  }

  tableWrite(offset: number, bytes: number, low: number, high: number): void {
    this.write(this.functions.tableWrite, offset, bytes, low, high);
  }

  pbaRead(offset: number, bytes: number): number {
    try {
      return this.functions.pbaRead(offset, bytes) >>> 0;
    } catch (error) {
      throw this.trap(error);
    }
  }

  get readHigh(): number {
    return (this.highHalf.value as number) >>> 0;
  }

  signal(vector: number): void {
    this.event(this.functions.signal, vector);
  }

  private event(call: Exported, vector: number): void {
    try {
      call(vector);
      this.poll?.();
    } catch (error) {
      throw this.trap(error);
    }
  }

  private write(call: Exported, offset: number, bytes: number, low: number, high: number): void {
    try {
      call(offset, bytes, low, high);
      this.poll?.();
    } catch (error) {
      throw this.trap(error);
    }
  }

  takeOutputs(): readonly DeviceOutput[] {
    this.fuel.value = FUEL;
    if (this.outputs.length === 0) return NOTHING;
    const taken = this.outputs;
    this.outputs = [];
    return taken;
  }

  save(): Snapshot {
    return this.states.save();
  }

  restore(snapshot: Snapshot): void {
    this.fuel.value = FUEL;
    this.states.restore(snapshot);
    if (this.outputs.length > 0) this.outputs = [];
  }

  regionAt(address: number): Region {
    let region = this.regions.get(address);
    if (region === undefined) {
      region = regionAt(this.layout, address);
      this.regions.set(address, region);
    }
    return region;
  }

  // ---- What goes wrong

  private told(error: unknown): string {
    return this.trap(error).message;
  }

  private trap(error: unknown): FailureError {
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) return failure;
    if ((this.fuel.value as number) === 0) {
      this.fuel.value = FUEL;
      return new FailureError(`no end after ${FUEL.toLocaleString('en')} turns of loops and calls`);
    }
    const text = messageOf(error);
    const pages = (this.exports[ADDED.pages] as EngineGlobal).value as number;
    const grown =
      pages > this.pages
        ? `, with its memory grown to ${Math.round(pages / 16)} of the ${PAGES_MAX / 16} MB that it may have`
        : '';
    return new FailureError(`a trap: ${text}${grown}`);
  }
}

const NOTHING: readonly DeviceOutput[] = [];
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
