/**
 * The one table of an assigned device, dword for dword, for vectors other than the first: what mutants of it survived where only the way
 * through one vector was looked at.
 */
import { describe, expect, test } from 'vitest';
import { ACCESS_EXITED, AssignedDevice, HostFunction } from '../../src/index.ts';
import { MsixTable } from '../../src/kernel/table.ts';

const COUNT = 70;
const got: number[][] = [];

/** A device of 70 vectors, enabled, whose page the kernel answers. */
function up(options: { design?: 'reviewed' | 'checked' } = {}): AssignedDevice {
  got.length = 0;
  const device = new AssignedDevice({
    vectorCount: COUNT,
    deliver: (low, high, data, vector) => got.push([low, high, data, vector]),
    ...options,
  });
  device.writeControl(0x8000);
  device.complete();
  device.register();
  device.registered();
  return device;
}

function saved(device: AssignedDevice): Uint32Array {
  const words = new Uint32Array(device.savedWords);
  device.saveInto(words);
  return words;
}

test('each dword of each entry is its own, and reserved address bits read as zero', () => {
  const device = up();
  for (let word = 0; word < 4 * COUNT; word++) {
    device.write(
      device.entryAddress(0) + 4 * word,
      4,
      word % 4 === 3 ? word & 1 : 0x1000 + 4 * word + (word % 4 === 0 ? 3 : 0),
    );
  }
  for (let vector = 0; vector < COUNT; vector++) {
    const word = 4 * vector;
    device.readEntry(vector);
    expect([...device.answer]).toEqual([0x1000 + 4 * word, 0x1004 + 4 * word, 0x1008 + 4 * word, (word + 3) & 1]);
    expect([0, 1, 2, 3].map((dword) => device.monitor.peek(vector, dword))).toEqual([...device.answer]);
  }
});

test('a read of 4 bytes leaves the upper dword alone, and one of 8 returns it', () => {
  const device = up();
  device.answer[1] = 0x1234;
  device.writeAddress(1, 0xfee01000, 7);
  device.read(device.entryAddress(1), 4);
  expect([device.answer[0], device.answer[1]]).toEqual([0xfee01000, 0x1234]);
  // So does one that messages arrive before.
  device.unmask(1);
  device.signal(1);
  device.read(device.entryAddress(1), 4);
  expect([device.isInFlight(1), device.answer[0], device.answer[1]]).toEqual([false, 0xfee01000, 0x1234]);
  device.read(device.entryAddress(1), 8);
  expect(device.answer[1]).toBe(7);
});

test('the Pending Bit Array has both halves of a QWORD, and takes writes without an exit', () => {
  const device = up();
  for (const vector of [1, 33, 65]) device.signal(vector);
  device.read(device.pbaAddress, 8);
  expect([device.answer[0], device.answer[1]]).toEqual([2, 2]);
  device.answer[1] = 0x1234;
  device.read(device.pbaAddress + 8, 4);
  expect([device.answer[0], device.answer[1]]).toEqual([2, 0x1234]);
  expect([device.write(device.pbaAddress, 8, 0, 0), device.stopped, device.isPending(1)]).toEqual([0, false, true]);
});

test('a write of Message Control that keeps the function open brings nothing in', () => {
  const device = up();
  device.unmask(1);
  device.signal(1);
  device.writeControl(0x8000);
  device.complete();
  expect([got.length, device.isInFlight(1)]).toEqual([0, true]);
});

test('the message in force stays where an open function is opened again, and a mask is written again', () => {
  const device = up();
  device.writeMessage(69, 0xfee01000, 0, 0x41);
  device.unmask(69);
  device.writeData(69, 0x42);
  device.unmask(69);
  device.writeControl(0x8000);
  device.complete();
  device.signal(69);
  device.arrive(69);
  expect(got).toEqual([[0xfee01000, 0, 0x41, 69]]);
});

describe('a save', () => {
  test('has nothing of a message that nothing can carry, and all of one in flight', () => {
    const [device, other] = [up(), up()];
    device.writeMessage(69, 0xfee01000, 5, 0x41);
    device.unmask(69);
    const open = saved(device);
    device.mask(69);
    other.writeMessage(69, 0xfee01000, 5, 0x41);
    expect(saved(device)).toEqual(saved(other));
    expect(saved(device)).not.toEqual(open);
    for (const each of [68, 69]) device.unmask(each);
    device.signal(69);
    device.mask(69);
    const again = up();
    again.restore(saved(device));
    again.arrive(69);
    expect([got, again.kernel.spuriousIrqs]).toEqual([[[0xfee01000, 5, 0x41, 69]], 0]);
    again.signal(68);
    again.arrive(68);
    expect([got.length, again.kernel.spuriousIrqs]).toEqual([2, 0]);
  });

  test.each([0, 1, 68, 69])('with a bit that no access leaves there is refused: vector %d', (vector) => {
    const device = up();
    for (const each of [0, 1, 68, 69]) {
      device.writeMessage(each, 0xfee01000, 5, 0x41);
      device.unmask(each);
    }
    const good = saved(device);
    const memory = good.length - (1 + 7 * COUNT);
    for (const [word, bit] of [
      [1 + 4 * vector, 1],
      [1 + 4 * vector + 3, 2],
      [1 + 4 * COUNT + 3 * vector, 2],
    ]) {
      const damaged = good.slice();
      damaged[memory + word] ^= bit;
      expect(() => up().restore(damaged)).toThrow(
        `got 0x${damaged[memory + word].toString(16)} in word ${memory + word}`,
      );
    }
  });
});

test('the host writes its message for a vector once, however often it is masked', () => {
  const device = up();
  let writes = 0;
  const { host } = device;
  const program = host.program.bind(host);
  host.program = (vector) => {
    writes++;
    program(vector);
  };
  for (const _ of [0, 1, 2]) {
    device.unmask(1);
    device.mask(1);
  }
  expect(writes).toBe(1);
});

test('a write behind the table does not exist, and is counted', () => {
  const device = up();
  device.unregister();
  device.unregistered();
  expect([device.write(device.entryAddress(COUNT) + 12, 4, 0), device.complete()]).toEqual([ACCESS_EXITED, true]);
  expect(device.monitor.device.table!.refusals).toEqual({ reads: 0, writes: 1 });
});

test('what Function Mask held of 64 vectors leaves as it was, behind the last one, too', () => {
  const delivered: number[][] = [];
  const device = new AssignedDevice({
    vectorCount: 64,
    deliver: (low, high, data, vector) => delivered.push([low, high, data, vector]),
  });
  device.writeControl(0x8000);
  device.complete();
  device.register();
  device.registered();
  device.writeMessage(32, 0xfee01000, 0, 0x41);
  device.unmask(32);
  device.writeControl(0xc000);
  device.complete();
  device.signal(32);
  device.writeControl(0x8000);
  device.complete();
  expect([device.arrive(32), delivered]).toEqual([true, [[0xfee01000, 0, 0x41, 32]]]);
});

test('the host interrupt of a vector is allocated once, however often its message changes', () => {
  const host = new HostFunction({ vectorCount: 2 });
  const allocated: number[] = [];
  const allocate = (vector: number): void => void allocated.push(vector);
  const table = new MsixTable({ host, checksArrivals: false, inject: () => {}, allocate });
  host.enable();
  table.setControl(1);
  for (const data of [1, 2, 3]) {
    table.write(0x18, 4, data, 0);
    table.write(0x1c, 4, 0, 0);
    table.write(0x1c, 4, 1, 0);
  }
  expect(allocated).toEqual([1]);
});
