/**
 * The implementation as a device under test, in the same process.
 */
import { MsixFunction } from '../../src/index.ts';
import type { Device, DeviceOutput } from './device.ts';
import { Snapshots } from './snapshots.ts';

/** How the implementation is set up as a device. */
export interface InProcessOptions {
  /** Whether it is given `use` and `release`. Without them it takes shorter ways. Default true. */
  readonly notifies?: boolean;
  /** A subclass, with a planted fault perhaps. Default `MsixFunction`. */
  readonly Implementation?: typeof MsixFunction;
}

/** Creates an `MsixFunction` that records what it does. */
export function createInProcessDevice(vectorCount: number, options: InProcessOptions = {}): Required<Device> {
  const { notifies = true, Implementation = MsixFunction } = options;
  let outputs: DeviceOutput[] = [];
  const snapshots = new Snapshots();
  const record =
    (verb: DeviceOutput['verb']) =>
    (vector: number, addressLow = 0, addressHigh = 0, data = 0): void =>
      void outputs.push({ verb, vector, addressLow, addressHigh, data });
  const send = record('send');
  const msix = new Implementation({
    vectorCount,
    send: (addressLow, addressHigh, data, vector) => send(vector, addressLow, addressHigh, data),
    ...(notifies ? { use: record('use'), release: record('release') } : {}),
  });
  return {
    name: notifies ? Implementation.name : `${Implementation.name} without notifiers`,
    notifies,
    vectorCount,
    reset: () => msix.reset(),
    configRead: (offset, bytes) => msix.configRead(offset, bytes),
    configWrite: (offset, bytes, value) => void msix.configWrite(offset, bytes, value),
    tableRead: (offset, bytes) => msix.tableRead(offset, bytes),
    tableWrite: (offset, bytes, low, high) => void msix.tableWrite(offset, bytes, low, high),
    pbaRead: (offset, bytes) => msix.pbaRead(offset, bytes),
    pbaWrite: (offset, bytes, low, high) => void msix.pbaWrite(offset, bytes, low, high),
    get readHigh() {
      return msix.readHigh;
    },
    signal: (vector) => void msix.signal(vector),
    retire: (vector) => void msix.retire(vector),
    peekInto: (out) => msix.peekInto(out),
    save: () => {
      const words = new Uint32Array(msix.savedWords);
      msix.saveInto(words);
      return snapshots.handleOf(words);
    },
    restore: (snapshot) => msix.restore(snapshots.stateOf(snapshot)),
    takeOutputs: () => {
      const taken = outputs;
      outputs = [];
      return taken;
    },
  };
}
