/**
 * A device of one's own for `runSuite`: what a guest reads, by whole dwords, and writes, and what it sends. It knows nothing of machines.
 * MY_BUG=1 switches a bug on: unmasking a vector does not send what is pending. (`kits/javascript` takes every access there is.)
 */
export default ({ vectorCount }) => {
  let control, table, inForce, pending, sent;
  const send = (v) => sent.push({ verb: 'send', vector: v, ...inForce[v] });
  // What blocks a vector has changed: its entry comes into force, and what is pending is sent.
  const settle = (v, sends = true) => {
    const [addressLow, addressHigh, data, mask] = table.subarray(4 * v);
    inForce[v] = control === 2 && mask === 0 ? (inForce[v] ?? { addressLow, addressHigh, data }) : undefined;
    if (inForce[v] && sends && pending.delete(v)) send(v);
  };
  const write = (dword, value) => {
    table[dword] = value & [~3, ~0, ~0, 1][dword % 4];
    if (dword % 4 === 3) settle(dword >> 2, globalThis.process?.env.MY_BUG !== '1');
  };
  const reset = () => {
    [control, inForce, pending, sent] = [0, [], new Set(), []];
    table = new Uint32Array(4 * vectorCount).map((_, dword) => Number(dword % 4 === 3));
  };
  reset();
  return {
    ...{ name: 'my device', vectorCount, readHigh: 0, reset },
    configRead: () => control * 2 ** 30 + (vectorCount - 1) * 2 ** 16 + 0x11,
    configWrite: (offset, bytes, value) => {
      if (offset + bytes > 3) control = (value >>> (8 * (3 - offset) + 6)) & 3;
      for (let v = 0; v < vectorCount; v++) settle(v);
    },
    tableRead: (offset) => table[offset / 4],
    tableWrite: (offset, bytes, low, high) => (write(offset / 4, low), bytes === 8 && write(offset / 4 + 1, high)),
    pbaRead: (offset) => [...pending].reduce((word, v) => (v >> 5 === offset / 4 ? word + 2 ** (v % 32) : word), 0),
    signal: (v) => (inForce[v] ? send(v) : pending.add(v)),
    retire: (v) => pending.delete(v),
    takeOutputs: () => sent.splice(0),
  };
};
