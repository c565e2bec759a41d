/**
 * How many bytes each operation allocates, seen on the heap over ten million of each.
 *
 * An operation runs in chunks that fit into the young generation, each after a collection: no collection comes in between,
 * so what the heap has grown by is what was allocated. Operations that do allocate show that the scale works.
 */
import { MsixFunction, type SendMessage } from '../src/index.ts';
import { assignedWorks } from './assigned.ts';
import { ADDRESS_LOW, createOurs, DATA, VECTOR_COUNT } from './contenders.ts';
import type { Work } from './timing.ts';

/** What one kind of operation allocates. */
export interface Allocation {
  readonly name: string;
  readonly bytesPerOperation: number;
  readonly checksum: number;
}

/** How much to measure, and how to collect garbage: `gc` of `node --expose-gc`. */
export interface AllocationEffort {
  readonly chunks: number;
  /** Operations in a chunk. At 32 bytes each they must fit into the young generation. */
  readonly operations: number;
  /** Chunks before these, in which V8 compiles. */
  readonly warmUp: number;
  readonly gc: () => void;
}

/** Measures what each kind of operation allocates. */
export function benchAllocation({ chunks, operations, warmUp, gc }: AllocationEffort): Allocation[] {
  return [...ownWorks(), ...assignedDeviceWorks(), ...allocatingWorks()].map(({ name, run }) => {
    for (let chunk = 0; chunk < warmUp; chunk++) run(operations);
    let bytes = 0;
    let checksum = 0;
    for (let chunk = 0; chunk < chunks; chunk++) {
      bytes += heapGrowth(gc, () => (checksum = run(operations))) - heapGrowth(gc, nothing);
    }
    return { name, bytesPerOperation: bytes / (chunks * operations), checksum };
  });
}

/** By how many bytes the heap grows while `work` runs, including what looking at it costs. */
function heapGrowth(gc: () => void, work: () => void): number {
  gc();
  const before = process.memoryUsage().heapUsed;
  work();
  return process.memoryUsage().heapUsed - before;
}

function nothing(): void {}

/** Every operation of a function, in the vectors of `createOurs` and with its messages. */
function ownWorks(): Work[] {
  const ours = createOurs();
  let sum = 0;
  const msix = createOpen((addressLow, addressHigh, data) => {
    sum = (sum + (addressLow ^ addressHigh ^ data)) | 0;
  });
  const saved = new Uint32Array(msix.savedWords);
  const peek = new Uint32Array(msix.savedWords);
  const each = (name: string, operation: (index: number) => number): Work => ({
    name,
    run: (count) => {
      let checksum = 0;
      for (let index = 0; index < count; index++) checksum = (checksum + operation(index)) | 0;
      return checksum ^ sum;
    },
  });
  return [
    { name: 'write a Mask Bit, read it back', run: ours.togglePairs },
    { name: 'signal, unmasked', run: ours.signalUnmasked },
    { name: 'signal, masked', run: ours.signalMasked },
    { name: 'signal, masked; retire', run: ours.signalRetire },
    each('write an address, read it back', (index) => {
      msix.tableWrite((index & 63) << 4, 4, ADDRESS_LOW + (index & 0xff000));
      return msix.tableRead((index & 63) << 4, 4) | 0;
    }),
    each('write and read a QWORD', (index) => {
      msix.tableWrite((index & 63) << 4, 8, ADDRESS_LOW, index);
      return msix.tableRead((index & 63) << 4, 8) ^ msix.readHigh;
    }),
    each('mask, signal, unmask', (index) => {
      const offset = ((index & 63) << 4) + 12;
      msix.tableWrite(offset, 4, 1);
      msix.signal(index & 63);
      return msix.tableWrite(offset, 4, 0);
    }),
    each('set Function Mask, signal, clear it', (index) => {
      msix.configWrite(2, 2, 0xc000);
      msix.signal(index & 63);
      return msix.configWrite(2, 2, 0x8000);
    }),
    each('read Message Control', () => msix.configRead(2, 2)),
    each('read a Pending QWORD', () => msix.pbaRead(0, 8) ^ msix.readHigh),
    each(
      'refused accesses',
      (index) => msix.tableRead(index | 1, 4) ^ msix.tableWrite(-1, 4, index) ^ msix.signal(-index - 1),
    ),
    each('peek', () => msix.peekInto(peek)),
    each('save, and restore every hundredth time', (index) => {
      const words = msix.saveInto(saved);
      if (index % 100 === 0) msix.restore(saved);
      return words;
    }),
  ];
}

/** Every operation of an assigned device; the two that only serve as its scale are left out. */
function assignedDeviceWorks(): Work[] {
  return assignedWorks().slice(2);
}

/** What is known to allocate, or may: V8 boxes a number of 2^31 or more when it crosses a call that is not inlined. */
function allocatingWorks(): Work[] {
  const box: { value?: object } = {};
  let sum = 0;
  // Six closures of six sources: the call in the function has seen too many to inline any.
  const callbacks: SendMessage[] = [
    (low, high, data) => void (sum = (sum + low + high + data) | 0),
    (low, high, data) => void (sum = (sum + low - high + data) | 0),
    (low, high, data) => void (sum = (sum - low + high + data) | 0),
    (low, high, data) => void (sum = (sum + low + high - data) | 0),
    (low, high, data) => void (sum = (sum - low + high - data) | 0),
    (low, high, data) => void (sum = (sum - low - high + data) | 0),
  ];
  const signalMany = (addressLow: number): ((count: number) => number) => {
    const functions = callbacks.map((send) => createOpen(send, addressLow));
    return (count) => {
      for (let index = 0; index < count; index++) functions[index % functions.length].signal(index & 63);
      return sum;
    };
  };
  return [
    { name: 'signal, six callbacks, address below 2^31', run: signalMany(0x7ee01004) },
    { name: 'signal, six callbacks, address of x86', run: signalMany(ADDRESS_LOW) },
    {
      name: 'an object of one field, for scale',
      run: (count) => {
        for (let index = 0; index < count; index++) box.value = { index };
        return count;
      },
    },
  ];
}

/** A function with all vectors enabled and unmasked. */
function createOpen(send: SendMessage, addressLow = ADDRESS_LOW): MsixFunction {
  const msix = new MsixFunction({ vectorCount: VECTOR_COUNT, send });
  msix.configWrite(2, 2, 0x8000);
  for (let vector = 0; vector < VECTOR_COUNT; vector++) {
    msix.tableWrite(16 * vector, 8, addressLow, 0);
    msix.tableWrite(16 * vector + 8, 8, DATA + vector, 0);
  }
  return msix;
}

function main(): void {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('Got no function gc; expected node --expose-gc --min-semi-space-size=64.');
  const [chunks = 20, operations = 500_000] = process.argv.slice(2).map(Number);
  const total = (chunks * operations).toLocaleString('en-US');
  console.log(`bytes an operation, over ${total} operations of each kind`);
  for (const { name, bytesPerOperation, checksum } of benchAllocation({ chunks, operations, warmUp: 4, gc })) {
    console.log(`${bytesPerOperation.toFixed(2)}\t${name}\t${checksum}`);
  }
}

if (process.argv[1] === import.meta.filename) main();
