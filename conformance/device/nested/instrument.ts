/**
 * The smaller instruments: a program in L1 in place of QEMU, with less below it. Its sources, in C, are in `instrument/`; it is compiled when an
 * initramfs is made, without shared libraries. It speaks qtest, so the same adapter drives it, and the same trace runs on each level.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DeviceError } from '../failure.ts';
import { barOf, type Family } from '../qemu/family.ts';
import { writeLine } from '../qemu/qtest.ts';

/** Of the program in L1: so many events its device has had. */
export const SENT_AT = 0x200404;

/** Where the sources are: beside this file, or in the package that its compiled form belongs to. */
const FOLDER = ['./instrument/', '../../../../conformance/device/nested/instrument/']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path))!;

const COMMAND = ['gcc', '-std=gnu11', '-D_GNU_SOURCE', '-O2', '-Wall', '-Wextra', '-static', '-pthread'];

/** The text of all sources, and the command that compiles them: what tells one program from another. */
export function instrumentKey(): readonly string[] {
  return [COMMAND.join(' '), ...sources().map((name) => readFileSync(join(FOLDER, name), 'utf8'))];
}

const sources = (): readonly string[] =>
  readdirSync(FOLDER)
    .filter((name) => /\.[ch]$/.test(name))
    .toSorted();

/** Compiles the program. @throws {DeviceError} where it cannot be. */
export function compileInstrument(): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'maskbit-instrument-'));
  try {
    const [program, ...words] = COMMAND;
    const out = join(folder, 'instrument');
    const files = sources()
      .filter((name) => name.endsWith('.c'))
      .map((name) => join(FOLDER, name));
    const { status, error, stderr } = spawnSync(program, [...words, '-o', out, ...files], { encoding: 'utf8' });
    if (status !== 0)
      throw new DeviceError(
        `Got ${error?.message ?? stderr.slice(0, 500)}; expected ${program} to compile the instrument. On Debian: apt-get install gcc libc6-dev.`,
      );
    return readFileSync(out);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const DOORBELL = 0x2000;

/** The device of the level `kvm`: a thread of the program, which writes an event descriptor when its doorbell is rung. */
export const DOORBELL_FAMILY: Family = {
  names: ['doorbell'],
  by: 'a write of its number to BAR0+0x2000; a thread writes its event descriptor',
  vectorCount: 4,
  parameters: () => [],
  setUp: async (bench) => {
    const lines = (vector: number): readonly string[] => [writeLine(barOf(bench, 0) + DOORBELL, 4, vector)];
    return { lines, race: { signal: lines, again: () => [] } };
  },
};
