/**
 * A device of one's own, which knows nothing of machines: it is what a guest reads and writes, and what it sends.
 * The bug to switch on, by `MY_BUG=1`: unmasking a vector does not send what is pending.
 */
export default function create({ vectorCount }) {
  const hasBug = globalThis.process?.env.MY_BUG === '1';
  let [control, table, pending, latched, out] = [];
  const reset = () => {
    [control, pending, latched, out] = [0, new Uint8Array(vectorCount + 64), [], []];
    table = new Uint32Array(4 * vectorCount).map((_, dword) => (dword % 4 === 3 ? 1 : 0));
  };
  const send = (v) => out.push({ verb: 'send', vector: v, ...latched[v] });
  /** Latches the entry when nothing blocks the vector any more, and sends what is pending. */
  const settle = (v, sends = true) => {
    const [addressLow, addressHigh, data, mask] = table.subarray(4 * v, 4 * v + 4);
    latched[v] = control === 2 && mask === 0 ? (latched[v] ?? { addressLow, addressHigh, data }) : undefined;
    if (latched[v] && pending[v] && sends) [pending[v]] = [0, send(v)];
  };
  const write = (dword, value) => {
    table[dword] = value & [~3, ~0, ~0, 1][dword % 4];
    if (dword % 4 === 3) settle(dword >> 2, !hasBug);
  };
  const bits = (dword) =>
    pending.slice(32 * dword, 32 * dword + 32).reduce((word, bit, n) => (word | (bit << n)) >>> 0, 0);
  const reader = (word) =>
    function (offset, bytes) {
      this.readHigh = bytes === 8 ? word(offset / 4 + 1) : 0;
      return word(offset / 4);
    };
  reset();
  return {
    ...{ name: 'my device', vectorCount, readHigh: 0, reset },
    configRead: (offset, bytes) =>
      Math.floor((control * 2 ** 30 + (vectorCount - 1) * 2 ** 16 + 0x11) / 2 ** (8 * offset)) % 2 ** (8 * bytes),
    configWrite(offset, bytes, value) {
      if (offset > 3 || offset + bytes <= 3) return;
      control = (value >>> (8 * (3 - offset) + 6)) & 3;
      for (let v = 0; v < vectorCount; v++) settle(v);
    },
    tableRead: reader((dword) => table[dword]),
    tableWrite(offset, bytes, low, high) {
      write(offset / 4, low);
      if (bytes === 8) write(offset / 4 + 1, high);
    },
    pbaRead: reader(bits),
    signal: (v) => (latched[v] ? send(v) : (pending[v] = 1)),
    retire: (v) => (pending[v] = 0),
    takeOutputs: () => out.splice(0),
  };
}
