/**
 * What the way through the assigned device costs: the pair of accesses that a guest makes all day, answered by the kernel half from the
 * bus and by userspace in exits, and the injection of a message. Everything is held against the bare pair, in the same run.
 */
import { execFileSync } from 'node:child_process';
import { AssignedDevice } from '../src/index.ts';
import { ADDRESS_LOW, createBareArray, createOurs, DATA, VECTOR_COUNT } from './contenders.ts';
import { type Effort, median, printTable, timeInTurns, type Timing, type Work } from './timing.ts';

const LAST = VECTOR_COUNT - 1;

/** An assigned device with all vectors enabled and masked; what is delivered goes into `sum`. */
class Bench {
  readonly device: AssignedDevice;
  sum = 0;

  constructor(barAddress: number | undefined, isKernelOwner: boolean) {
    const interrupt = ({ vector, destination }: { readonly vector: number; readonly destination: number }): void => {
      this.sum = (this.sum + vector + destination) | 0;
    };
    this.device = new AssignedDevice({
      vectorCount: VECTOR_COUNT,
      interrupt,
      ...(barAddress === undefined ? {} : { barAddress }),
    });
    const { device } = this;
    device.writeControl(0x8000);
    device.complete();
    device.register();
    device.registered();
    for (let vector = 0; vector < VECTOR_COUNT; vector++) device.writeMessage(vector, ADDRESS_LOW, 0, DATA + vector);
    if (isKernelOwner) return;
    device.unregister();
    device.unregistered();
  }
}

/** The pair, answered by the kernel half. Counts the set bits read, as the bare pair does. */
function kernelPairs(barAddress?: number): (count: number) => number {
  const { device } = new Bench(barAddress, true);
  const base = device.entryAddress(0) + 12;
  return (count) => {
    let set = 0;
    for (let index = 0; index < count; index++) {
      const address = base + ((index & LAST) << 4);
      device.write(address, 4, (index >>> 6) & 1);
      device.read(address, 4);
      set += device.answer[0];
    }
    return set;
  };
}

/** The pair, each access an exit that userspace completes. */
function exitPairs(): (count: number) => number {
  const { device } = new Bench(undefined, false);
  const base = device.entryAddress(0) + 12;
  return (count) => {
    let set = 0;
    for (let index = 0; index < count; index++) {
      const address = base + ((index & LAST) << 4);
      device.write(address, 4, (index >>> 6) & 1);
      device.complete();
      device.read(address, 4);
      device.complete();
      set += device.answer[0];
    }
    return set;
  };
}

/** Injects messages from address and data, and by GSIs that stand for the same messages. */
function injections(): [direct: (count: number) => number, byGsi: (count: number) => number] {
  const bench = new Bench(undefined, true);
  const { kernel } = bench.device;
  for (let gsi = 0; gsi < VECTOR_COUNT; gsi++) kernel.routing.restore(gsi, Uint32Array.of(ADDRESS_LOW, 0, DATA + gsi));
  // The sum is read where no loop ends: V8 compiles a loop before it has seen what comes behind it, and throws it away there.
  const counted = (inject: (index: number) => unknown): ((count: number) => number) => {
    const loop = (count: number): void => {
      for (let index = 0; index < count; index++) inject(index & LAST);
    };
    return (count) => {
      bench.sum = 0;
      loop(count);
      return bench.sum;
    };
  };
  return [
    counted((index) => kernel.injectMessage(ADDRESS_LOW, 0, DATA + index)),
    counted((gsi) => kernel.injectGsi(gsi)),
  ];
}

/** Signals vectors that are not masked, and has each message arrive. */
function arrivals(): (count: number) => number {
  const bench = new Bench(undefined, true);
  const { device } = bench;
  for (let vector = 0; vector < VECTOR_COUNT; vector++) device.unmask(vector);
  const loop = (count: number): void => {
    for (let index = 0; index < count; index++) {
      device.signal(index & LAST);
      device.arrive(index & LAST);
    }
  };
  return (count) => {
    bench.sum = 0;
    loop(count);
    return bench.sum;
  };
}

/** Every piece of work, made when it is asked for; the first is the bare pair. */
const WORKS: readonly { readonly name: string; readonly make: () => Work['run'] }[] = [
  { name: 'pair, a bare Uint32Array', make: () => createBareArray().togglePairs },
  { name: 'pair, an MsixFunction', make: () => createOurs().togglePairs },
  { name: 'pair, bus and kernel half', make: () => kernelPairs() },
  { name: 'pair, the same above 2^31', make: () => kernelPairs(0xfebf0000) },
  { name: 'pair, two exits and completions', make: exitPairs },
  { name: 'inject from address and data', make: () => injections()[0] },
  { name: 'inject by GSI', make: () => injections()[1] },
  { name: 'signal, arrive, inject', make: arrivals },
];

/** Their names: the bare pair, that of an `MsixFunction`, then the ways through an assigned device. */
export const ASSIGNED_NAMES: readonly string[] = WORKS.map(({ name }) => name);

/** All pieces of work, or some of them. Of two devices V8 knows less than of one: so none is made that is not measured. */
export function assignedWorks(which = WORKS.map((_, index) => index)): Work[] {
  return which.map((index) => ({ name: WORKS[index].name, run: WORKS[index].make() }));
}

/** Times all of it, or the bare pair and one other. Throws when pairs that must read the same did not, or injections did not inject the same. */
export function benchAssigned(effort: Effort, only?: number): Timing[] {
  const timings = timeInTurns(assignedWorks(only === undefined ? undefined : [...new Set([0, only])]), effort);
  const requireSame = (group: readonly Timing[]): void => {
    for (const { name, checksum } of group) {
      if (checksum === group[0].checksum) continue;
      throw new Error(`${name}: got the checksum ${checksum}; expected ${group[0].checksum}.`);
    }
  };
  const isInjection = ({ name }: Timing): boolean => !name.startsWith('pair');
  requireSame(timings.filter((timing) => !isInjection(timing)));
  requireSame(timings.filter(isInjection));
  return timings;
}

/** So many processes time each row. */
const PROCESSES = 7;

const HEAD = [`operation, median of ${PROCESSES} processes`, 'nanoseconds', '/ bare pair', 'checksum'];

/** One row: a work, its nanoseconds, how many times as long it took as the bare pair in turns with it, and its checksum. */
type Row = readonly [name: string, nanoseconds: number, ratio: number, checksum: number];

function rowOf(only: number): Row {
  // Short rounds, and the fastest counts: in one of them nothing else had the processor.
  const timings = benchAssigned({ operations: 12_800, rounds: 800, warmUp: 400 }, only);
  const [bare] = timings;
  const { name, fastest, checksum } = timings.at(-1)!;
  return [name, fastest, fastest / bare.fastest, checksum];
}

function main(): void {
  const [only] = process.argv.slice(2);
  if (only !== undefined) {
    console.log(JSON.stringify(rowOf(Number(only))));
    return;
  }
  // Each row has processes of its own: V8 compiles for one use of the device, as somebody has who uses it, and not always the same.
  const once = (index: number): Row =>
    JSON.parse(execFileSync(process.execPath, [import.meta.filename, String(index)], { encoding: 'utf8' }));
  const rows = WORKS.map((_, index): string[] => {
    const all = Array.from({ length: PROCESSES }, () => once(index));
    const [[name, , , checksum]] = all;
    const middle = (of: (row: Row) => number): string => median(all.map(of)).toFixed(1);
    return [name, middle(([, nanoseconds]) => nanoseconds), middle(([, , ratio]) => ratio), String(checksum)];
  });
  printTable([HEAD, ...rows], 1);
}

if (process.argv[1] === import.meta.filename) main();
