/**
 * The userspace half where the table is not at the start of a BAR, or the BAR is above 4 GiB: every address is where the hardware has it,
 * whoever answers.
 */
import { describe, expect, test } from 'vitest';
import { type AccessOutcome, ACCESS_EXITED, AssignedDevice } from '../../src/index.ts';

const PLACES = { vectorCount: 3, barBytes: 0x8000, tableOffset: 0x1000, pbaOffset: 0x3008 };
const BARS = [0x7ebf0000, 2 ** 32, 0x80_0000_0000];
const OWNERS = ['userspace', 'the kernel'] as const;

/** A device with MSI-X enabled, whose page is userspace's or the kernel's. */
function device(barAddress: number, owner: (typeof OWNERS)[number] = 'userspace'): AssignedDevice {
  const made = new AssignedDevice({ ...PLACES, barAddress });
  made.writeControl(0x8000);
  made.complete();
  if (owner === 'the kernel') {
    made.register();
    made.registered();
  }
  return made;
}

/** Completes an access, where it exits, and returns what it read. */
function done(made: AssignedDevice, outcome: AccessOutcome): number[] {
  if (outcome === ACCESS_EXITED) made.complete();
  return [...made.answer];
}

const CASES = BARS.flatMap((bar) => OWNERS.map((owner) => [bar, owner] as const));

describe.each(CASES)('a BAR at %d, whose page is of %s', (bar, owner) => {
  test('has its table at its place', () => {
    const made = device(bar, owner);
    expect([made.entryAddress(0), made.pbaAddress]).toEqual([bar + 0x1000, bar + 0x3008]);
    done(made, made.write(bar + 0x1010, 8, 0xfee01000, 1));
    done(made, made.write(bar + 0x1018, 8, 0x41, 0));
    expect([0, 1, 2, 3].map((dword) => made.monitor.peek(1, dword))).toEqual([0xfee01000, 1, 0x41, 0]);
    expect(done(made, made.read(bar + 0x1018, 8)).slice(0, 2)).toEqual([0x41, 0]);
    expect(done(made, made.readEntry(1))).toEqual([0xfee01000, 1, 0x41, 0]);
    done(made, made.writeMessage(2, 0xfee02000, 3, 0x42));
    expect(done(made, made.readEntry(2))).toEqual([0xfee02000, 3, 0x42, 1]);
    expect(made.monitor.device.table!.refusals).toEqual({ reads: 0, writes: 0 });
  });

  test('has its Pending Bit Array at its place', () => {
    const made = device(bar, owner);
    made.signal(1);
    expect(done(made, made.read(bar + 0x3008, 4))[0]).toBe(2);
    expect(done(made, made.readPending(0))[0]).toBe(2);
    expect(made.monitor.device.table!.refusals.reads).toBe(0);
  });

  test.each([
    // What is in the BAR and no register is refused by the table; what is outside of the BAR is nobody's, and comes to no table.
    [0x1030, 1],
    [0x7ffc, 1],
    [0x8000, 0],
    [0x8ffc, 0],
    [0xffc, 0],
  ])('knows what is in it and behind the table, at +%d', (offset, refusals) => {
    const made = device(bar, owner);
    expect(done(made, made.read(bar + offset, 4))[0]).toBe(0xffff_ffff);
    done(made, made.write(bar + offset, 4, 0, 0));
    expect(made.monitor.device.table!.refusals).toEqual({ reads: refusals, writes: refusals });
  });

  test('is mapped where it was after a reset, and nowhere after one by the guest', () => {
    const made = device(bar, owner);
    done(made, made.configWrite(0x68, 2, 0x8000));
    expect([made.monitor.config.barBase, made.owner]).toEqual([0, 0]);
    expect(done(made, made.read(bar + 0x1000, 4))[0]).toBe(0xffff_ffff);
    made.reset();
    expect([made.monitor.config.barBase, made.entryAddress(0), made.owner]).toEqual([bar, bar + 0x1000, 0]);
  });
});

describe('a write of configuration space', () => {
  const writes: readonly (readonly [offset: number, bytes: number, value: number, control: number])[] = [
    [0x52, 2, 0xc000, 3],
    [0x53, 1, 0xc0, 3],
    [0x50, 4, 0xc000_0000, 3],
    [0x52, 1, 0xff, 1],
    [0x54, 4, 0xffff_ffff, 1],
    [0x4f, 4, 0xffff_ffff, 1],
    [0x51, 2, 0xffff, 1],
  ];
  test.each(writes)('at %d of %d bytes of %d tells the table %d', (offset, bytes, value, control) => {
    const made = device(BARS[0]);
    done(made, made.configWrite(offset, bytes, value));
    expect(made.monitor.device.table!.control).toBe(control);
  });
});

describe('a device that is taken away', () => {
  test('has nobody who answers, and is the same when it is put back from a save', () => {
    const made = device(BARS[2], 'the kernel');
    made.remove();
    const saved = new Uint32Array(made.savedWords).fill(0xffff_ffff);
    made.saveInto(saved);
    expect([made.owner, made.monitor.peek(0, 3), made.tellBase()]).toEqual([4, 0xffff_ffff, false]);
    const other = device(BARS[2]);
    other.restore(saved);
    const again = new Uint32Array(other.savedWords);
    other.saveInto(again);
    expect([other.owner, [...again]]).toEqual([4, [...saved]]);
    expect([other.assign(), other.owner, other.monitor.peek(0, 3)]).toEqual([true, 0, 1]);
    expect([made.monitor.design, made.monitor.remove(), made.monitor.ends]).toEqual(['reviewed', false, 1]);
  });

  test('is reset like any other, and stays away', () => {
    const made = device(BARS[0]);
    made.signal(0);
    made.remove();
    made.signal(0);
    made.reset();
    expect([made.owner, made.isPending(0), made.entryAddress(0)]).toEqual([4, false, BARS[0] + 0x1000]);
  });
});
