/**
 * A device of one's own, in the shortest form: what each dword reads, what a write of it does, and what is sent. It knows nothing of
 * machines. MY_BUG=1 switches a bug on: what is pending when a vector is unblocked is lost.
 */
export default ({ vectorCount, send }) => {
  const hasBug = globalThis.process?.env.MY_BUG === '1';
  let control = 0;
  const table = new Uint32Array(4 * vectorCount).map((_, dword) => (dword % 4 === 3 ? 1 : 0));
  const inForce = []; // the message of each vector as it stood when the vector was unblocked; none while it is blocked
  const pending = new Set();
  // What blocks a vector may have changed.
  const settle = (vector) => {
    const [addressLow, addressHigh, data, mask] = table.subarray(4 * vector);
    if (control !== 0x8000 || mask === 1) inForce[vector] = undefined;
    else inForce[vector] ??= [addressLow, addressHigh, data];
    if (inForce[vector] && pending.delete(vector) && !hasBug) send(vector, ...inForce[vector]);
  };
  return {
    readControl: () => control + vectorCount - 1,
    writeControl(value) {
      control = value & 0xc000;
      for (let vector = 0; vector < vectorCount; vector++) settle(vector);
    },
    readTable: (dword) => table[dword],
    writeTable(dword, value) {
      table[dword] = value & [~3, ~0, ~0, 1][dword % 4];
      settle(dword >> 2);
    },
    isPending: (vector) => pending.has(vector),
    signal: (vector) => (inForce[vector] ? send(vector, ...inForce[vector]) : pending.add(vector)),
    retire: (vector) => pending.delete(vector),
  };
};
