/**
 * The implementation as a device under test, in the same process.
 */
import { copyOf, readField, refuse, requireBoolean, requireFields } from '../../checker/argument/argument.ts';
import { requireNumber } from '../../machines/argument.ts';
import { MsixFunction, type MsixFunctionOptions } from '../../src/index.ts';
import type { AccessResult, Device, DeviceOutput } from './device.ts';
import { OutputWords, verbWord } from './output-words.ts';
import { Snapshots } from './snapshots.ts';

/** How the implementation is set up as a device. */
export interface InProcessOptions {
  /** Whether it is given `use` and `release`. Without them it takes shorter ways. Default true. */
  readonly notifies?: boolean;
  /** A subclass, with a planted fault perhaps. Default `MsixFunction`. */
  readonly Implementation?: Implementation;
  /** Where it is in its BARs, and where the next capability is. Default as `MsixFunction` has it. */
  readonly geometry?: Partial<MsixFunctionOptions>;
  /** Where its states are kept. Devices that keep theirs together migrate. Default: in a place of its own. */
  readonly snapshots?: Snapshots;
}

/** A device whose state is words that a suite may hold by itself. Equal words mean equal behaviour. */
export interface WordDevice extends Required<Device> {
  /** The number of words of a state. */
  readonly savedWords: number;
  /** Takes the state. */
  saveInto(words: Uint32Array): void;
  /** Puts a state back, and forgets what that does to the outside. */
  restoreFrom(words: Uint32Array): void;
  /**
   * All words that the device keeps, as they stand, in no order that a suite knows. While they are the same, it is the same device; who writes
   * back what once stood here has that device again. None where it may keep something elsewhere.
   */
  readonly memory: Uint32Array;
  /** What `takeOutputs` takes. */
  readonly outputs: OutputWords;
}

/** The class of the implementation, or of one with a planted fault. */
export type Implementation = new (options: MsixFunctionOptions) => MsixFunction;

// What the implementation says in small integers, in words: WRITE_DONE and its like, and SIGNAL_SENT.
const WRITE_RESULTS: readonly AccessResult[] = ['done', 'ignored', 'refused'];
const SIGNAL_RESULTS: readonly AccessResult[] = ['sent', 'held', 'refused'];

/** Creates an `MsixFunction` that records what it does. */
export function createInProcessDevice(vectorCount: number, options: InProcessOptions = {}): WordDevice {
  requireNumber('vectorCount of createInProcessDevice', vectorCount, 1, 2048);
  const place = 'the options of createInProcessDevice';
  const fields = requireFields(place, options, ['notifies', 'Implementation', 'geometry', 'snapshots']);
  const notifies = requireBoolean('notifies of createInProcessDevice', fields.notifies ?? true);
  const Implementation = requireImplementation(
    'Implementation of createInProcessDevice',
    fields.Implementation ?? MsixFunction,
  );
  const geometry = copyOf('geometry of createInProcessDevice', fields.geometry ?? {});
  const snapshots = fields.snapshots ?? new Snapshots();
  if (!(snapshots instanceof Snapshots))
    return refuse('snapshots of createInProcessDevice', snapshots, 'states that devices keep together');
  let lastResult: AccessResult = 'done';
  const outputs = new OutputWords(vectorCount);
  let isHeard = true;
  const record = (verb: DeviceOutput['verb']) => {
    const word = verbWord(verb);
    return (vector: number, addressLow: number, addressHigh: number, data: number): void => {
      if (isHeard) outputs.add(word, vector, addressLow, addressHigh, data);
    };
  };
  const [send, release] = [record('send'), record('release')];
  const msix = new Implementation({
    ...geometry,
    vectorCount,
    send: (addressLow, addressHigh, data, vector) => send(vector, addressLow, addressHigh, data),
    ...(notifies ? { use: record('use'), release: (vector) => release(vector, 0, 0, 0) } : {}),
  });
  return {
    name: notifies ? Implementation.name : `${Implementation.name} without notifiers`,
    notifies,
    migrates: options.snapshots !== undefined,
    vectorCount,
    reset: () => msix.reset(),
    configRead: (offset, bytes) => msix.configRead(offset, bytes),
    configWrite: (offset, bytes, value) => {
      lastResult = WRITE_RESULTS[msix.configWrite(offset, bytes, value)];
    },
    tableRead: (offset, bytes) => msix.tableRead(offset, bytes),
    tableWrite: (offset, bytes, low, high) => {
      lastResult = WRITE_RESULTS[msix.tableWrite(offset, bytes, low, high)];
    },
    pbaRead: (offset, bytes) => msix.pbaRead(offset, bytes),
    pbaWrite: (offset, bytes, low, high) => {
      lastResult = WRITE_RESULTS[msix.pbaWrite(offset, bytes, low, high)];
    },
    get readHigh() {
      return msix.readHigh;
    },
    signal: (vector) => {
      lastResult = SIGNAL_RESULTS[msix.signal(vector)];
    },
    retire: (vector) => {
      lastResult = msix.retire(vector) ? 'done' : 'refused';
    },
    get lastResult() {
      return lastResult;
    },
    get refusals() {
      return msix.refusals;
    },
    peekInto: (out) => msix.peekInto(out),
    save: () => {
      const words = new Uint32Array(msix.savedWords);
      msix.saveInto(words);
      return snapshots.handleOf(words);
    },
    restore: (snapshot) => msix.restore(snapshots.stateOf(snapshot)),
    savedWords: msix.savedWords,
    get memory() {
      return memoryOf(msix);
    },
    saveInto: (words) => void msix.saveInto(words),
    restoreFrom: (words) => {
      isHeard = false;
      try {
        msix.restore(words);
      } finally {
        isHeard = true;
      }
    },
    outputs,
    takeOutputs: () => outputs.take(),
  };
}

/**
 * The same device, but a state of it is all that it remembers: how it stands in its memory, with what it does not save. One that remembers no more than it saves has as
 * many states as before.
 */
export function byMemory(device: WordDevice): WordDevice {
  const { memory, name } = device;
  if (memory.length === 0) {
    throw new RangeError(`Got ${name}, which may keep something beside its memory; expected one that does not.`);
  }
  const snapshots = new Snapshots();
  const restoreFrom = (words: Uint32Array): void => memory.set(words);
  return {
    ...device,
    name: `${name}, by its memory`,
    savedWords: memory.length,
    saveInto: (words) => words.set(memory),
    restoreFrom,
    save: () => snapshots.handleOf(memory.slice()),
    restore: (snapshot) => restoreFrom(snapshots.stateOf(snapshot)),
  };
}

/**
 * The memory of a function, where it is all that it keeps: a class that has fields of its own, or saves and restores in a way of its own,
 * may keep something elsewhere. How often it refused, and the upper half of what was read, no later access shows.
 */
function memoryOf(msix: MsixFunction): Uint32Array {
  const { vectorCount } = msix;
  const { prototype } = MsixFunction;
  const savesAlike = (['saveInto', 'restore', 'peekInto'] as const).every((name) => msix[name] === prototype[name]);
  const plain = new MsixFunction({ vectorCount, send: () => {} });
  const keepsAlike = Reflect.ownKeys(msix).join() === Reflect.ownKeys(plain).join();
  return savesAlike && keepsAlike ? msix['memory'] : new Uint32Array();
}

/** Requires our implementation, or a subclass of it. */
export function requireImplementation(place: string, value: unknown): typeof MsixFunction {
  const isIt =
    value === MsixFunction || (typeof value === 'function' && readField(value, 'prototype') instanceof MsixFunction);
  return isIt ? (value as typeof MsixFunction) : refuse(place, value, 'MsixFunction, or a class that extends it');
}
