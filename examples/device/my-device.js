/**
 * A device of one's own, in the shortest form: what each dword reads, what a write of it does, and what is sent. It knows nothing of
 * machines. MY_BUG=1 switches a bug on: what is pending when a vector is unblocked is lost.
 */
export default ({ vectorCount, send }) => {
  const table = new Uint32Array(4 * vectorCount).map((_, dword) => (dword % 4 === 3 ? 1 : 0));
  const inForce = []; // of each vector, the message as it stood when unblocked; none while blocked
  const pending = new Set();
  let control = 0;
  return {
    readControl: () => control + vectorCount - 1,
    writeControl: (value) => (control = value & 0xc000),
    readTable: (dword) => table[dword],
    writeTable: (dword, value) => (table[dword] = value & [~3, ~0, ~0, 1][dword % 4]),
    written(vector) {
      if (control !== 0x8000 || table[4 * vector + 3] === 1) inForce[vector] = undefined;
      else inForce[vector] ??= table.slice(4 * vector, 4 * vector + 3);
      if (inForce[vector] && pending.delete(vector) && !process.env.MY_BUG) send(vector, ...inForce[vector]);
    },
    isPending: (vector) => pending.has(vector),
    signal: (vector) => (inForce[vector] ? send(vector, ...inForce[vector]) : pending.add(vector)),
    retire: (vector) => pending.delete(vector),
  };
};
