/**
 * The implementation as a device under test, in the same process.
 */
import { MsixFunction } from '../src/index.ts';
import type { DeviceOutput } from './device.ts';
import type { RestorableDevice } from './lockstep.ts';

/** Creates an `MsixFunction`, or one of a subclass with a planted fault, that records what it does. */
export function createInProcessDevice(vectorCount: number, Implementation = MsixFunction): RestorableDevice {
  let outputs: DeviceOutput[] = [];
  const record =
    (verb: DeviceOutput['verb']) =>
    (vector: number, addressLow = 0, addressHigh = 0, data = 0): void =>
      void outputs.push({ verb, vector, addressLow, addressHigh, data });
  const send = record('send');
  const msix = new Implementation({
    vectorCount,
    send: (addressLow, addressHigh, data, vector) => send(vector, addressLow, addressHigh, data),
    use: record('use'),
    release: record('release'),
  });
  return {
    name: Implementation.name,
    vectorCount,
    reset: () => msix.reset(),
    configWrite: (offset, bytes, value) => void msix.configWrite(offset, bytes, value),
    tableWrite: (offset, bytes, low, high) => void msix.tableWrite(offset, bytes, low, high),
    signal: (vector) => void msix.signal(vector),
    retire: (vector) => void msix.retire(vector),
    peekInto: (out) => msix.peekInto(out),
    save: () => {
      const words = new Uint32Array(msix.savedWords);
      msix.saveInto(words);
      return words;
    },
    restore: (words) => msix.restore(words),
    takeOutputs: () => {
      const taken = outputs;
      outputs = [];
      return taken;
    },
  };
}
