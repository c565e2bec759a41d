/**
 * Userspace's side of the posted design by itself: which of its two records of a Mask Bit counts when, what it keeps once the host's vectors
 * are down, and what lies beside its table.
 */
import { describe, expect, test } from 'vitest';
import { WORK_ENABLE_ALL } from '../../src/index.ts';
import { KernelCalls } from '../../src/userspace/kernel-calls.ts';
import { TwoTables } from '../../src/userspace/two-tables.ts';
import { AssignedScene } from '../setup/assigned-scene.ts';

const posted = (vectors: number, vcpuCount = 1): AssignedScene =>
  new AssignedScene(vectors, { design: 'posted', vcpuCount });

/** Userspace's side alone, beside the one that the device of the scene has. */
function alone({ device }: AssignedScene): TwoTables {
  const calls = new KernelCalls(device.kernel, 0);
  return new TwoTables(calls, device.monitor.device, { guestIrq: 11, pbaOffset: device.pbaOffset });
}

/** What such a side saves: two bits of Message Control, its table, and a record for each entry. */
function savedOf(table: TwoTables): number[] {
  const words = new Uint32Array(table.savedWords);
  table.saveInto(words, 0);
  return [...words];
}

//= MSIX-POSTED-6 type=test
describe('a message that is written to an entry [MSIX-POSTED-6]', () => {
  test("is discarded where userspace's record says unmasked, while the entry is not in use", () => {
    expect([posted(1).unmask(0).write(0, 'A').read(0), posted(1).unmask(0).mask(0).write(0, 'A').read(0)]).toEqual([
      'unmasked zero',
      'masked A',
    ]);
  });

  test.each([0, 2])("is held against the kernel's record once the host's vectors are down, of vector %i", (vector) => {
    // With the page the kernel's, a mask reaches its record alone; without, userspace's alone.
    const onThePage = posted(3).handOver().write(vector, 'A').control('on').unmask(vector).control('off');
    expect(onThePage.write(vector, 'B').read(vector)).toBe('masked A');
    const maskedThere = posted(3).handOver().write(vector, 'A').unmask(vector).control('on').mask(vector);
    expect(maskedThere.control('off').write(vector, 'B').read(vector)).toBe('unmasked B');
    const offThePage = posted(3).write(vector, 'A').unmask(vector).control('on').mask(vector).control('off');
    expect(offThePage.write(vector, 'B').read(vector)).toBe('masked A');
    const maskedHere = posted(3).write(vector, 'A').control('on').unmask(vector).control('off');
    expect(maskedHere.write(vector, 'B').read(vector)).toBe('unmasked B');
  });
});

describe('what is kept of the kernel', () => {
  test("is its Mask Bit of each entry in use, and nothing of the others, when the host's vectors go down", () => {
    for (const scene of [posted(3), posted(3).handOver()]) {
      const { monitor } = scene.write(0, 'A').write(2, 'B').unmask(2).control('on').control('off').device;
      const words = new Uint32Array(monitor.savedWords);
      monitor.saveInto(words, 0);
      const records = 1 + monitor.config.savedWords + 1 + 12;
      // Bit 0: it has a route. Bit 1: the kernel had it masked.
      expect([...words.subarray(records, records + 3)]).toEqual([3, 0, 1]);
    }
  });

  test('comes back from a save as far as an access could have left it there', () => {
    const table = alone(posted(3));
    table.restore(new Uint32Array(table.savedWords).fill(0xffff_ffff), 0);
    const entry = [0xffff_fffc, 0xffff_ffff, 0xffff_ffff, 1];
    expect(savedOf(table)).toEqual([3, ...entry, ...entry, ...entry, 3, 3, 3]);
  });
});

describe('enabling', () => {
  test('does nothing when another vCPU has taken the last entry out of use by then', () => {
    const { device } = posted(1, 2).write(0, 'A').unmask(0).mask(0);
    device.writeControl(0x8000);
    expect([device.complete(), device.due]).toEqual([false, WORK_ENABLE_ALL]);
    device.writeMessage(0, 0, 0, 0, 1);
    expect([device.complete(1), device.enableAll(), device.stopped, device.host.enabled]).toEqual([
      ...[true, true, false, false],
    ]);
  });

  test('does nothing with an entry more than one that failed has told, for no call takes those back', () => {
    const scene = posted(2).handOver().write(0, 'A').unmask(0);
    const { device } = scene;
    const neighbour = { write: () => true, read: () => true };
    device.kernel.bus.register(device.entryAddress(0) + 0x800, 16, neighbour);
    scene.control('on');
    device.kernel.bus.unregister(neighbour);
    scene.write(1, 'B').unmask(1);
    expect([device.monitor.device.posted.entryCount, device.host.enabled, device.stopped]).toEqual([1, false, false]);
  });
});

test('what lies beside the table and the Pending Bit Array reads all-ones, and does not reach the device', () => {
  const scene = posted(1).handOver().write(0, 'A').control('on').unmask(0).signal(0);
  const { device } = scene;
  const base = device.entryAddress(0);
  for (const offset of [0x10, 0x1ff8, 0x2008, 0x8000]) {
    scene.after(device.read(base + offset, 4));
    expect([offset, device.answer[0], device.isInFlight(0)]).toEqual([offset, 0xffff_ffff, true]);
  }
  scene.after(device.read(base + 0x2000, 4));
  expect([device.answer[0], device.isInFlight(0)]).toEqual([0, false]);
});
