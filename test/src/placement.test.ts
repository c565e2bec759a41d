/**
 * Where things stand in BARs: the table, the Pending Bit Array and a device's own registers in one BAR; assigned devices of many
 * vectors, above 4 GiB, with table and Pending Bit Array where the hardware has them; and power states.
 */
import { describe, expect, test } from 'vitest';
import { AssignedDevice, MsixFunction, WRITE_DONE, WRITE_IGNORED, WRITE_REFUSED } from '../../src/index.ts';

describe('a BAR of a function', () => {
  const own: unknown[][] = [];
  const create = () =>
    new MsixFunction({
      vectorCount: 2,
      send: () => {},
      tableBir: 2,
      tableOffset: 0x1000,
      pbaOffset: 0x2000,
      registers: {
        read: (bar, offset, bytes) => bar * 0x10000 + offset * 0x10 + bytes,
        write: (...args) => own.push(args),
      },
    });

  test('has the table, the Pending Bit Array and its own registers, each at its place', () => {
    own.length = 0;
    const msix = create();
    expect(msix.placement).toEqual({ tableBir: 2, tableOffset: 0x1000, pbaBir: 2, pbaOffset: 0x2000 });
    expect(msix.barWrite(2, 0x1000, 8, 0x1fee00000)).toBe(WRITE_DONE);
    expect([msix.barRead(2, 0x1000, 8), msix.readHigh, msix.tableRead(4, 4)]).toEqual([0xfee00000, 1, 1]);
    msix.signal(1);
    expect([msix.barRead(2, 0x2000, 4), msix.barWrite(2, 0x2000, 4, 0)]).toEqual([2, WRITE_IGNORED]);
    const reads = [msix.barRead(2, 0x10, 4), msix.barRead(1, 0x1000, 2), msix.barRead(2, 0x20, 8), msix.readHigh];
    expect(reads).toEqual([0x20104, 0x2, 0x20204, 0x20244]);
    expect(msix.barWrite(2, 0x1020, 8, 0x2_0000_0001)).toBe(WRITE_DONE);
    expect(own).toEqual([[2, 0x1020, 8, 1, 2]]);
  });

  test('refuses what touches the table and is no access of it, and what no processor makes', () => {
    const msix = create();
    expect([msix.barRead(2, 0xffc, 8), msix.barRead(2, 0x101e, 4), msix.refusals.tableReads]).toEqual([
      0xffff_ffff, 0xffff_ffff, 2,
    ]);
    expect([msix.barWrite(2, 0x101f, 2, 1), msix.barWrite(0, -1, 4, 1), msix.barWrite(0, 0, 3, 1)]).toEqual([
      WRITE_REFUSED,
      WRITE_REFUSED,
      WRITE_REFUSED,
    ]);
    expect(() => msix.barWrite(0, 0, 4, 1n as never)).toThrow('expected a number');
    expect(() => msix.barRead(0, Symbol('x') as never, 4)).toThrow('the offset is Symbol(x); expected a number.');
  });

  // A read that gave nothing read as 0, and a bigint threw V8's words.
  test.each([undefined, null, '7', 7n, Symbol('x'), {}])('refuses %s as what a register reads', (given) => {
    const registers = { read: () => given as never, write: () => {} };
    const msix = new MsixFunction({ vectorCount: 1, send: () => {}, registers });
    for (const bytes of [1, 2, 4, 8]) {
      expect(() => msix.barRead(1, 0, bytes)).toThrow(
        /^MsixFunction\.barRead: what read of registers gives is .*; expected a number\.$/,
      );
    }
  });

  test('reads as all-ones where nobody is', () => {
    const msix = new MsixFunction({ vectorCount: 1, send: () => {} });
    expect([msix.barRead(3, 0, 1), msix.barRead(3, 0, 8), msix.readHigh, msix.barWrite(3, 0, 4, 1)]).toEqual([
      0xff,
      0xffff_ffff,
      0xffff_ffff,
      WRITE_IGNORED,
    ]);
    expect(() => new MsixFunction({ vectorCount: 1, send: () => {}, registers: {} as never })).toThrow(
      'MsixFunction: read of registers is undefined; expected a function.',
    );
  });
});

describe('an assigned device', () => {
  test.each([257, 1024, 2048])('has %d vectors, and the last one is like any other', (vectorCount) => {
    const got: number[] = [];
    const device = new AssignedDevice({ vectorCount, deliver: (_low, _high, _data, vector) => got.push(vector) });
    device.writeControl(0x8000);
    device.complete();
    device.register();
    expect(device.registered()).toBe(true);
    device.unmask(vectorCount - 1);
    device.signal(vectorCount - 1);
    device.signal(0);
    device.readPending(0);
    expect([got, device.answer[0], device.pbaOffset >= 16 * vectorCount]).toEqual([[vectorCount - 1], 1, true]);
    device.configRead(0x52, 2);
    device.complete();
    expect(device.answer[0] & 0x7ff).toBe(vectorCount - 1);
    const words = new Uint32Array(device.savedWords);
    device.saveInto(words);
    const other = new AssignedDevice({ vectorCount });
    other.restore(words);
    expect(other.isPending(0)).toBe(true);
  });

  test('has its BAR above 4 GiB, and table and Pending Bit Array where the hardware has them', () => {
    const barAddress = 0x80_0000_0000;
    const device = new AssignedDevice({
      vectorCount: 4,
      barAddress,
      barBytes: 0x4000,
      tableOffset: 0x1000,
      pbaOffset: 0x3008,
    });
    expect([device.entryAddress(1), device.pbaAddress]).toEqual([barAddress + 0x1010, barAddress + 0x3008]);
    const config = (offset: number): number => {
      device.configRead(offset, 4);
      device.complete();
      return device.answer[0];
    };
    expect([config(0x10), config(0x14), config(0x54), config(0x58)]).toEqual([4, 0x80, 0x1000, 0x3008]);
    device.register();
    expect(device.registered()).toBe(true);
    expect(device.writeData(1, 0x41)).toBe(0);
    device.configWrite(0x14, 4, 0x81);
    device.complete();
    expect([device.entryAddress(0), device.owner]).toEqual([0x81_0000_1000, 2]);
    device.readEntry(1);
    expect(device.answer[2]).toBe(0x41);
  });

  test.each([
    [{ barBytes: 0x3000 }, 'barBytes is 12288; expected a power of two.'],
    [{ tableOffset: 8 }, 'tableOffset is 8; expected a multiple of 16 from 0 to 65512.'],
    [{ pbaOffset: 8 }, 'pbaOffset is 8; expected a multiple of 8 from 16 to 65528.'],
  ])('is refused elsewhere: %o', (options, sentence) => {
    expect(() => new AssignedDevice({ vectorCount: 1, ...options })).toThrow(`AssignedDevice: ${sentence}`);
  });

  //= MSIX-RESET-3 type=test
  test('shows its power state, answers nothing in D3hot, and is reset on the way back [MSIX-RESET-3]', () => {
    const got: number[] = [];
    const device = new AssignedDevice({ vectorCount: 2, deliver: (_low, _high, _data, vector) => got.push(vector) });
    const write = (offset: number, value: number): void => {
      device.configWrite(offset, 2, value);
      device.complete();
    };
    const read = (offset: number): number => {
      device.configRead(offset, 2);
      device.complete();
      return device.answer[0];
    };
    device.register();
    device.registered();
    write(0x52, 0x8000);
    device.unmask(0);
    device.signal(0);
    device.signal(1);
    write(0x44, 1);
    expect(read(0x44)).toBe(0);
    const entry = device.entryAddress(0);
    write(0x44, 3);
    expect([read(0x44), got, device.isPending(1)]).toEqual([3, [0], false]);
    device.signal(0);
    expect([device.host.inFlight, device.read(entry, 4), device.complete(), device.answer[0]]).toEqual([
      0,
      1,
      true,
      0xffff_ffff,
    ]);
    write(0x44, 0);
    expect([read(0x44), read(0x52), device.host.isMasked(0), device.owner]).toEqual([0, 1, true, 0]);
  });
});
