/**
 * The device as a module: `maskbit conform ./device.js`. It default-exports what makes a fresh instance.
 * With MASKBIT_BUG=mask-forgets in the environment, a bug is switched on.
 */
import process from 'node:process';
import { Msix } from './msix.js';

export default ({ vectorCount }) => {
  let outputs = [];
  const send = (addressLow, addressHigh, data) =>
    void outputs.push({ verb: 'send', vector: -1, addressLow, addressHigh, data });
  const msix = new Msix(vectorCount, send, process.env.MASKBIT_BUG);
  return {
    name: 'javascript-kit',
    vectorCount,
    configRead: (offset, bytes) => msix.configRead(offset, bytes),
    configWrite: (offset, bytes, value) => msix.configWrite(offset, bytes, value),
    tableRead: (offset, bytes) => msix.tableRead(offset, bytes),
    tableWrite: (offset, bytes, low, high) => msix.tableWrite(offset, bytes, low, high),
    pbaRead: (offset, bytes) => msix.pbaRead(offset, bytes),
    get readHigh() {
      return msix.readHigh;
    },
    signal: (vector) => msix.signal(vector),
    retire: (vector) => msix.retire(vector),
    reset: () => msix.reset(),
    takeOutputs: () => {
      const taken = outputs;
      outputs = [];
      return taken;
    },
  };
};
