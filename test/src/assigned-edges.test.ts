/**
 * An assigned device at its edges: where table and Pending Bit Array just fit, what lies behind the words that it writes, the second of two
 * vCPUs, and reads that are under way while something ends.
 */
import { describe, expect, test } from 'vitest';
import { ACCESS_EXITED, ACCESS_REFUSED, ACCESS_RETURNED, AssignedDevice, WORK_ENABLE_ALL } from '../../src/index.ts';
import { AssignedScene } from '../setup/assigned-scene.ts';

describe('the Pending Bit Array', () => {
  test.each([
    // Where there is room, it has a page of its own; where not, it follows the table.
    [1, 0x1000, 0x10],
    [1, 0x2000, 0x10],
    [1, 0x4000, 0x2000],
    [256, 0x2000, 0x1000],
    [1024, 0x8000, 0x4000],
  ])('of %i vectors in a BAR of %i bytes is at %i, where nothing is said', (vectorCount, barBytes, pbaOffset) => {
    expect(new AssignedDevice({ vectorCount, barBytes }).pbaOffset).toBe(pbaOffset);
  });

  test.each([
    [64, 0xff8],
    [65, 0xff0],
    [128, 0xff0],
  ])('of %i vectors may end with the BAR, and no further', (vectorCount, last) => {
    const at = (pbaOffset: number) => () => new AssignedDevice({ vectorCount, barBytes: 0x1000, pbaOffset }).pbaOffset;
    expect(at(last)()).toBe(last);
    expect(at(last + 8)).toThrow(/^AssignedDevice: pbaOffset is /);
  });

  test('is read by the dword that has the bit of a vector', () => {
    const scene = new AssignedScene(70).control('on').signal(40, 69);
    expect([0, 39, 40, 68, 69].map((vector) => scene.poll(vector))).toEqual([
      ...['quiet', 'quiet', 'pending', 'quiet', 'pending'],
    ]);
  });
});

test('what may be peeked at is as long as is said, and nothing behind it is touched', () => {
  const { device } = new AssignedScene(65);
  const out = new Uint32Array(300).fill(7);
  expect([device.peekInto(out), out.indexOf(7)]).toEqual([1 + 4 * 65 + 4, 1 + 4 * 65 + 4]);
});

test('of a number that does not fit, a dword takes the lower 32 bits, be it negative or no integer', () => {
  const scene = new AssignedScene(1).handOver();
  const { device } = scene;
  for (const [value, dword] of [
    [2 ** 40 + 7, 7],
    [-(2 ** 40) + 8, 8],
    [-1, 0xffff_ffff],
    [9.5, 9],
  ]) {
    scene.after(device.write(device.entryAddress(0) + 8, 4, value));
    expect(device.monitor.peek(0, 2)).toBe(dword);
  }
});

test('an address of an entry is one up to the largest vector that is asked for, and not beyond', () => {
  const device = new AssignedDevice({ vectorCount: 1 });
  const largest = 2 ** 40;
  expect([device.entryAddress(0), device.entryAddress(largest)]).toEqual([0x7ebf0000, 0x7ebf0000 + 16 * largest]);
  expect(() => device.entryAddress(largest + 1)).toThrow('AssignedDevice: the vector is 1099511627777; expected');
});

//= MSIX-POSTED-8 type=test
test('what is due of the second vCPU makes the first one wait, and is settled by its number [MSIX-POSTED-8]', () => {
  const scene = new AssignedScene(1, { design: 'posted', vcpuCount: 2 }).write(0, 'A').unmask(0);
  const { device } = scene;
  expect([device.settle(), device.settle(1)]).toEqual([false, false]);
  device.writeControl(0x8000, 1);
  expect([device.complete(1), device.dueOf(0), device.dueOf(1)]).toEqual([false, 0, WORK_ENABLE_ALL]);
  device.writeControl(0);
  expect([device.complete(0), device.isExitOf(0), device.settle(0), device.dueOf(1)]).toEqual([
    ...[false, true, false, WORK_ENABLE_ALL],
  ]);
  expect([device.settle(1), device.isStopped(1), device.complete(0), device.dueOf(0)]).toEqual([true, false, false, 2]);
});

describe('a read that is under way', () => {
  //= MSIX-ASSIGN-15 type=test
  test('of configuration space is answered as it stands, also after a reset that moves the page [MSIX-ASSIGN-15]', () => {
    const scene = new AssignedScene(1);
    const { device } = scene;
    scene.after(device.configWrite(0x10, 4, 0x7ec0_0000));
    device.configRead(0x10, 4);
    device.reset();
    expect([device.complete(), device.answer[0]]).toEqual([true, 0x7ebf_0000]);
  });

  test('of the page goes on as a read when another vCPU resets the device, and nobody answers: all-ones of its width', () => {
    const { device } = new AssignedScene(1, { vcpuCount: 2 });
    device.read(device.entryAddress(0), 2, 1);
    device.configWrite(0x68, 2, 0x8000);
    expect([device.complete(0), device.complete(1), device.answer[0]]).toEqual([true, true, 0xffff]);
  });
});

describe('what is refused of a save', () => {
  const { device } = new AssignedScene(1).handOver();
  const saved = new Uint32Array(device.savedWords);
  device.saveInto(saved);

  test('is told with what the part said that would not take it', () => {
    // The first word of the function's part, behind the kernel's header, says what it is.
    const kernelWords = device.monitor.device.savedWords;
    const damaged = saved.slice();
    damaged[saved.length - kernelWords + 4] = 0x1234;
    expect(() => device.restore(damaged)).toThrow(
      /^AssignedDevice\.restore: got words that cannot be taken over \(MsixFunction\.restore: .*\); expected a saved device\. Nothing was restored\.$/,
    );
  });

  test('is told with the end of the sentence, too, where the page has no room', () => {
    const other = new AssignedDevice({ vectorCount: 1 });
    other.kernel.bus.register(other.entryAddress(0), 16, { write: () => true, read: () => true });
    expect(() => other.restore(saved)).toThrow(/expected its addresses to be free here\. Nothing was restored\.$/);
  });
});

describe('another device on the bus', () => {
  test('is asked once for a read that it declines, and is given a dword where a number was written', () => {
    const device = new AssignedDevice({ vectorCount: 1 });
    const seen: number[][] = [];
    device.kernel.bus.register(0x1000, 16, {
      write: (...access) => seen.push(access) > 0,
      read: (offset, bytes) => seen.push([offset, bytes]) < 0,
    });
    expect([device.write(0x1004, 4, -1), device.write(0x1008, 8, -1), device.read(0x1004, 4)]).toEqual([
      ACCESS_RETURNED,
      ACCESS_RETURNED,
      ACCESS_EXITED,
    ]);
    expect(seen).toEqual([
      [4, 4, 0xffffffff, 0],
      [8, 8, 0xffffffff, 0],
      [4, 4],
    ]);
  });
});

describe('an access 4 GiB below the table', () => {
  test('is at no place of the page, though its lower dword is', () => {
    const device = new AssignedDevice({ vectorCount: 1, barAddress: 2 ** 33 });
    const address = device.entryAddress(0) + 12 - 2 ** 32;
    expect([device.write(address, 4, 0), device.complete(), device.monitor.peek(0, 3)]).toEqual([
      ACCESS_EXITED,
      true,
      1,
    ]);
    expect([device.read(address, 4), device.complete(), device.answer[0]]).toEqual([ACCESS_EXITED, true, 0xffffffff]);
  });
});

describe('an entry at addresses that there are not', () => {
  test('is neither read nor written, and is counted', () => {
    const device = new AssignedDevice({ vectorCount: 1, barAddress: 2 ** 52 - 0x10000 });
    expect([device.writeMessage(0x1000, 0, 0, 0), device.readEntry(0x1000), device.writeData(0x1000, 0)]).toEqual([
      ACCESS_REFUSED,
      ACCESS_REFUSED,
      ACCESS_REFUSED,
    ]);
    expect([device.refused, device.kernel.bus.refused, device.stopped]).toEqual([3, 0, false]);
  });
});
