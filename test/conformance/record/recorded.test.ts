/**
 * What `maskbit record` has recorded, replayed: every function of each recording comes to what its record says. And what a recording is
 * made of: the filter of lines, the guest's program for system calls, its scenarios.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { callProgram } from '../../../conformance/record/call.ts';
import { keeper } from '../../../conformance/record/compact.ts';
import { functionsIn } from '../../../conformance/record/functions.ts';
import { record } from '../../../conformance/record/recorder.ts';
import { SCENARIOS } from '../../../conformance/record/scenarios.ts';
import { replayFile } from '../../../conformance/replay/record.ts';
import { levelsMissing } from '../../setup/levels.ts';
import { total } from '../../setup/logs.ts';

const FOLDER = 'traces/recorded';
const NAMES = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.gz'))
  .map((name) => name.slice(0, -'.gz'.length));

interface Told {
  readonly command: string;
  readonly functions: Readonly<Record<string, { readonly verdict: string; readonly disagreements: readonly string[] }>>;
}
const toldOf = (name: string): Told => JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as Told;

/** Verdict and messages explained, of each function. */
const EXPECTED: Readonly<Record<string, string>> = {
  'linux-6.1-nvme-assigned vfio-pci 00:10.0': 'holds 56',
  'linux-6.1-nvme-hotplug nvme 01:00.0': 'holds 123',
  'linux-6.1-nvme-hotplug pcie-root-port 00:01.0': 'holds 19',
  'linux-6.1-nvme-suspend-crash nvme 01:00.0': 'holds 145',
  'linux-6.1-nvme-suspend-crash pcie-root-port 00:01.0': 'holds 3',
  'linux-6.1-nvme-virtual-functions nvme 01:00.0': 'holds 56',
  'linux-6.1-nvme-virtual-functions nvme 01:00.1': 'holds 42',
  'linux-6.1-nvme-virtual-functions nvme 01:00.2': 'violated 17',
  'linux-6.1-nvme-virtual-functions pcie-root-port 00:01.0': 'holds 1',
  'linux-6.1-virtio-blk-kexec pcie-root-port 00:01.0': 'holds 3',
  'linux-6.1-virtio-blk-kexec virtio-blk-pci 01:00.0': 'holds 231',
  'linux-6.1-virtio-net-8-queues pcie-root-port 00:01.0': 'holds 1',
  'linux-6.1-virtio-net-8-queues virtio-net-pci 01:00.0': 'holds 1926',
};

describe('recordings', () => {
  test.each(NAMES)('%s: every function comes to what its record says', (name) => {
    const { functions, command } = toldOf(name);
    expect(command).toMatch(/^maskbit record /);
    for (const [device, told] of Object.entries(functions)) {
      const { verdict, figures, differences, disagreements } = replayFile(join(FOLDER, `${name}.gz`), { device });
      expect(differences).toEqual([]);
      expect(verdict).toBe(told.verdict);
      expect(disagreements.map(({ line, got, expected }) => `${line}: ${got} ${expected}`)).toEqual(told.disagreements);
      expect(`${verdict} ${total(figures.messages.explained)}`).toBe(EXPECTED[`${name} ${device}`]);
    }
  });

  test('every recording and function is expected', () => {
    const all = NAMES.flatMap((name) => Object.keys(toldOf(name).functions).map((device) => `${name} ${device}`));
    expect(all.toSorted()).toEqual(Object.keys(EXPECTED).toSorted());
  });

  test("a virtual function that gets its interrupts when it is there already reads another Table Size than before, which is QEMU's", () => {
    const { disagreements } = toldOf('linux-6.1-nvme-virtual-functions').functions['nvme 01:00.2'];
    expect(disagreements).toHaveLength(13);
    for (const sentence of disagreements) {
      const [, got, read] = /returns 0x([\da-f]+)\. The guest read 0x([\da-f]+) at offset 2/.exec(sentence)!;
      // Two vectors instead of one, and nothing else.
      expect(Number.parseInt(read, 16)).toBe(Number.parseInt(got, 16) + 1);
    }
  });

  test('a lost mask in a recording is found', () => {
    const lines = gunzipSync(readFileSync(join(FOLDER, 'linux-6.1-virtio-net-8-queues.gz')))
      .toString()
      .split('\n');
    const at = lines.findLastIndex((line) => /read .*c value 0x1 .*'msix-table'/.test(line));
    const wrong = lines.slice(0, -1).with(at, lines[at].replace('value 0x1', 'value 0x0'));
    expect(functionsIn(wrong).functions.find(({ name }) => name.startsWith('virtio-net'))?.verdict).toBe('violated');
  });

  test('a reset of a device that has just come is not the reset of the function that has its name', () => {
    const lines = gunzipSync(readFileSync(join(FOLDER, 'linux-6.1-nvme-virtual-functions.gz')))
      .toString()
      .split('\n');
    const resets = lines.filter((line) => line.startsWith('resettable_phase_hold_exec') && line.includes('(nvme)'));
    expect(new Set(resets.map((line) => /obj=(\w+)/.exec(line)![1])).size).toBe(3);
    // With one object for all of them, the function itself would be reset.
    const one = lines.slice(0, -1).map((line) => line.replace(/obj=\w+\(nvme\)/, 'obj=0x1(nvme)'));
    expect(functionsIn(one).functions.find(({ name }) => name === 'nvme 01:00.0')?.verdict).toBe('violated');
  });
});

describe('what a recording is made of', () => {
  test('the accesses of tables, messages, and what concerns the functions that are wanted', () => {
    const keep = keeper(['nvme']);
    const message = (address: string): string =>
      `12@3.4:memory_region_ops_write cpu -1 mr 0x55d0 addr 0x${address} value 0x23 size 4 name 'apic-msi'`;
    expect(keep(message('fee01004'))).toBe(
      "memory_region_ops_write cpu -1 addr 0xfee01004 value 0x23 size 4 name 'apic-msi'",
    );
    expect(keep(message('fee000b0'))).toBeUndefined();
    expect(keep('pci_cfg_read nvme 01:00.0 @0x0 -> 0x101b36')).toBe('pci_cfg_read nvme 01:00.0 @0x0 -> 0x101b36');
    expect(keep('pci_cfg_read mch 00:00.0 @0x0 -> 0x29c08086')).toBeUndefined();
    expect(keep("memory_region_ops_read cpu 0 mr 0x1 addr 0x3f8 value 0x0 size 1 name 'serial'")).toBeUndefined();
    expect(keep('pci_nvme_irq_msix raising MSI-X IRQ vector 0')).toBeDefined();
    expect(keep('resettable_phase_hold_exec obj=0x55d0(nvme) method=0')).toBeDefined();
    expect(keep('resettable_phase_hold_exec obj=0x55d0(e1000e) method=0')).toBeUndefined();
  });

  test.runIf(process.platform === 'linux' && process.arch === 'x64')(
    'a program makes one system call, with numbers, texts and bytes',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'maskbit-call-'));
      const path = join(folder, 'call');
      writeFileSync(path, callProgram(), { mode: 0o755 });
      const call = (...words: readonly string[]) => spawnSync(path, words, { encoding: 'latin1' });
      // exit(5); write(1, "hello", 5); write(1, bytes, 3); close(99), which is no descriptor: EBADF.
      expect(call('3c', '5').status).toBe(5);
      expect(call('1', '1', '=hello', '5')).toMatchObject({ stdout: 'hello', status: 256 - 5 });
      expect(call('1', '1', '@00ff7a', '3').stdout).toBe('\0ÿz');
      expect(call('3', '63').status).toBe(9);
      rmSync(folder, { recursive: true });
    },
  );

  test('what cannot be recorded is refused in a sentence', async () => {
    await expect(record({ device: 'floppy', scenarios: [] })).rejects.toThrow(
      /^Got the device floppy; expected one of nvme, /,
    );
    await expect(record({ device: 'nvme', scenarios: ['dance'] })).rejects.toThrow(
      /^Got the scenario dance; expected some of affinity, /,
    );
    await expect(record({ device: 'nvme', scenarios: ['kexec', 'flr'] })).rejects.toThrow(
      'Got kexec before flr; expected it to be the last one.',
    );
    await expect(record({ device: 'nvme', scenarios: ['hotplug'], isAssigned: true })).rejects.toThrow(
      /^Got the scenario hotplug with an assigned device; expected one that the guest does by itself: affinity, /,
    );
    await expect(record({ device: 'virtio-blk-pci', scenarios: ['vfs'] })).rejects.toThrow(
      /expected nvme, which has virtual functions\.$/,
    );
  });

  test('each scenario is plain shell', () => {
    for (const { name, shell } of SCENARIOS)
      expect(spawnSync('/bin/sh', ['-n'], { input: shell, encoding: 'utf8' }), name).toMatchObject({
        status: 0,
        stderr: '',
      });
  });
});

describe.skipIf(levelsMissing !== undefined)(`a guest is recorded (${levelsMissing ?? 'QEMU, Linux, busybox'})`, () => {
  test('it boots, unbinds and binds its driver, and its log holds', async () => {
    const { lines, said, ending } = await record({ device: 'nvme', scenarios: ['rebind'], seconds: 120 });
    expect(ending).toBeUndefined();
    expect(said).toContain('unbound');
    const nvme = functionsIn(lines).functions.find(({ name }) => name === 'nvme 01:00.0')!;
    expect(nvme.disagreements).toEqual([]);
    expect(total(nvme.figures.messages.explained)).toBeGreaterThan(20);
  }, 180_000);
});
