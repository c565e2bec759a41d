/**
 * Undoes each mend of the library singly, in a copy, and shows that the simulator finds it within a minute: `npm run undo-mends`.
 * A mend that nothing finds is a failure of the simulator. Exit status: 0 all found, 1 one is not.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A mend: what is to be written in its place, in which file, to be without it. */
interface Mend {
  readonly name: string;
  readonly file: string;
  readonly mended: string;
  readonly undone: string;
}

const MENDS: readonly Mend[] = [
  {
    name: 'a save is tried before it is taken',
    file: 'assigned-device.ts',
    mended: 'if (wrong !== undefined) throw new RangeError(`AssignedDevice.restore: ${wrong} Nothing was restored.`);',
    undone: '',
  },
  {
    name: 'what is taken contradicts itself nowhere',
    file: 'assigned-device.ts',
    mended: 'return contradictionOf(this.exits, this.works, this.monitor);',
    undone: 'contradictionOf(this.exits, this.works, this.monitor); return undefined;',
  },
  {
    name: 'a flush is held together',
    file: 'host/host-function.ts',
    mended: 'if (this.flyingCount === 0) return;\n    this.calls.hold();',
    undone: 'if (this.flyingCount === 0) return;\n    this.calls.hold = () => {}; this.calls.release = () => {};',
  },
  {
    name: 'Function Mask and MSI-X Enable are written whole before anyone is told',
    file: 'kernel/table.ts',
    mended: 'this.host.calls.hold();\n    if (closes)',
    undone: 'this.host.calls.release();\n    if (closes)',
  },
  {
    name: 'what one callback throws keeps no other from being told',
    file: 'calls-out.ts',
    mended: 'errors = [...errors, error];',
    undone: 'this.first = 0; this.end = 0; this.depth = 0; throw error;',
  },
  {
    name: 'the answer of an access is not changed by a callback',
    file: 'assigned-device.ts',
    mended: 'this.answer.set(this.kept);',
    undone: '',
  },
  {
    name: 'an exit is completed before anyone is told',
    file: 'assigned-device.ts',
    mended: 'this.begin();\n    try {\n      return this.completeExit(vcpu, words);',
    undone:
      'try {\n      const { hold, release } = this.host.calls; this.host.calls.hold = () => {}; this.host.calls.release = () => {};\n      try { return this.completeExit(vcpu, words); } finally { this.host.calls.hold = hold; this.host.calls.release = release; this.begin(); }',
  },
  {
    name: 'no call out is made from within another of the same device',
    file: 'calls-out.ts',
    mended: 'this.depth = 1;\n    let errors',
    undone: 'let errors',
  },
  {
    name: 'a vector that does not exist does not arrive',
    file: 'host/host-function.ts',
    mended: '  arrive(vector: number): boolean {\n    if (!this.has(vector)) return false;',
    undone: '  arrive(vector: number): boolean {',
  },
  {
    name: "the host's Mask Bit of a vector that does not exist is not written",
    file: 'host/host-function.ts',
    mended: '  setMask(vector: number, mask: number): void {\n    this.requireVector(vector);',
    undone: '  setMask(vector: number, mask: number): void {',
  },
  {
    name: 'an access that no processor makes is none',
    file: 'kernel/bus.ts',
    mended: '  if (bytes !== 4 && bytes !== 8 && bytes !== 1 && bytes !== 2) return false;\n',
    undone: '',
  },
  {
    name: 'an option that does not exist is refused',
    file: 'sentences.ts',
    mended: 'if (unknown !== undefined) {',
    undone: 'if (unknown === NaN as never) {',
  },
  {
    name: 'a value that is no number is refused',
    file: 'sentences.ts',
    mended: '  requireNumber(owner, name, value);\n  return (value as number) >>> 0;',
    undone: '  return (value as number) >>> 0;',
  },
  {
    name: 'what is in flight at the deassignment is lost',
    file: 'kernel/device.ts',
    mended: '    this.host.reset();\n    this.host.lose();\n    this.host.attach();',
    undone: '    this.host.reset();\n    this.host.attach();',
  },
  {
    name: "a function is one machine's at a time",
    file: 'kernel/kernel.ts',
    mended: 'if (host.isAttached) return abi.EBUSY;',
    undone: 'if ([...this.devices.values()].some((device) => device.host === host)) return abi.EBUSY;',
  },
  {
    name: 'what a save sets beyond the writable bits is not taken',
    file: 'userspace/config-space.ts',
    mended: '(this.initial[byte + lane] & ~mask) | ((saved[at + index] >>> (8 * lane)) & mask)',
    undone: '(saved[at + index] >>> (8 * lane)) & 0xff',
  },
];

const only = process.argv[2];
let missed = 0;
for (const mend of MENDS.filter(({ name }) => only === undefined || name.includes(only))) {
  const folder = mkdtempSync(join(tmpdir(), 'undo-'));
  try {
    for (const each of ['src', 'test/simulator', 'scripts']) cpSync(each, join(folder, each), { recursive: true });
    cpSync('package.json', join(folder, 'package.json'));
    symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
    const path = join(folder, 'src', mend.file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(mend.mended))
      throw new Error(`undo-mends: got no "${mend.mended}" in ${mend.file}; expected it.`);
    writeFileSync(path, text.replace(mend.mended, mend.undone));
    const begin = performance.now();
    const { status, stdout, stderr } = spawnSync('npx', ['tsx', 'scripts/simulate.ts', '--seconds', '60'], {
      cwd: folder,
      encoding: 'utf8',
    });
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    if (status === 1) console.log(`found in ${seconds} s: without "${mend.name}"`);
    else {
      missed++;
      console.log(`MISSED (status ${status}) after ${seconds} s: without "${mend.name}"\n${stdout}${stderr}`.trimEnd());
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
process.exitCode = missed === 0 ? 0 : 1;
