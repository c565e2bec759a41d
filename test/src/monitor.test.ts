/**
 * The userspace half where the table is not at the start of a BAR, or the BAR is above 4 GiB: every address is where the hardware has it,
 * whoever answers.
 */
import { describe, expect, test } from 'vitest';
import { type AccessOutcome, ACCESS_EXITED, type AssignedDesign, AssignedDevice } from '../../src/index.ts';
import * as exit from '../../src/userspace/exit.ts';
import { AssignedScene } from '../setup/assigned-scene.ts';

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

describe('a write of configuration space that is of neither Message Control nor a BAR', () => {
  test.each(['posted', 'reviewed', 'checked'] as const)('is told to nobody, in the design %s', (design) => {
    const scene = new AssignedScene(1, { design }).handOver().write(0, 'A').control('on');
    const { kernel } = scene.device;
    const vmIoctl = kernel.vmIoctl.bind(kernel);
    let calls = 0;
    kernel.vmIoctl = (...given) => {
      calls++;
      return vmIoctl(...given);
    };
    for (const [offset, bytes] of [
      [0x0c, 2],
      [0x3c, 1],
      [0x52, 1],
      [0x54, 4],
      [0x68, 1],
    ]) {
      scene.after(scene.device.configWrite(offset, bytes, 0));
    }
    expect(calls).toBe(0);
    scene.control('off');
    expect(calls).toBeGreaterThan(0);
  });
});

describe('where BAR 0 is mapped nowhere', () => {
  /** A device whose guest has cleared Memory Space Enable. */
  function unmapped(design: AssignedDesign): AssignedDevice {
    const made = new AssignedDevice({ ...PLACES, design });
    done(made, made.configWrite(4, 2, 4));
    return made;
  }

  test('the kernel is told no place of the table', () => {
    const made = unmapped('reviewed');
    expect([made.register(), made.registered(), made.owner, made.kernel.bus.rangeCount]).toEqual([true, false, 0, 0]);
    const posted = unmapped('posted');
    expect([posted.tellBase(), posted.monitor.device.mmioBase]).toEqual([false, 0]);
    done(posted, posted.configWrite(4, 2, 6));
    expect([posted.tellBase(), posted.monitor.device.mmioBase]).toEqual([true, posted.entryAddress(0)]);
  });

  test('an entry is read by nobody, and written by nobody', () => {
    const made = unmapped('reviewed');
    done(made, made.writeMessage(1, 0xfee01000, 0, 7));
    expect(done(made, made.readEntry(1))).toEqual([0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff]);
    expect([0, 1, 2, 3].map((dword) => made.monitor.peek(1, dword))).toEqual([0, 0, 0, 1]);
  });
});

test('an entry far beyond the table is none, be its place 2^32 bytes from the first', () => {
  const made = device(BARS[0]);
  for (const vector of [3, 2047, 2048, 2 ** 28, 2 ** 28 + 1, 2 ** 40]) {
    done(made, made.writeMessage(vector, 0xfee01000, 0, 7));
    expect(done(made, made.readEntry(vector))).toEqual([0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff]);
  }
  expect([0, 1, 2].map((vector) => made.monitor.peek(vector, 2))).toEqual([0, 0, 0]);
});

describe('who has the page', () => {
  test('is userspace, where another device is in its place', () => {
    const made = device(BARS[0]);
    made.kernel.bus.register(made.entryAddress(0), 16, { write: () => true, read: () => true });
    expect([made.register(), made.registered(), made.owner]).toEqual([true, false, 0]);
  });

  test('is userspace after an enabling of the posted design that failed, whatever entries the kernel has still', () => {
    const scene = new AssignedScene(1, { design: 'posted' }).handOver().write(0, 'A').unmask(0);
    const { device: made } = scene;
    made.kernel.bus.register(made.entryAddress(0) + 0x800, 16, { write: () => true, read: () => true });
    scene.control('on').mask(0);
    expect([made.monitor.device.posted.isMasked(0), made.monitor.peek(0, 3)]).toEqual([false, 1]);
  });

  test.each(['posted', 'reviewed'] as const)('is never what no save has, in the design %s', (design) => {
    const { monitor } = new AssignedDevice({ vectorCount: 1, design });
    const words = new Uint32Array(monitor.savedWords);
    const kept = (owner: number): number => {
      monitor.saveInto(words, 0);
      words[0] = owner;
      monitor.restore(words, 0);
      monitor.saveInto(words, 0);
      return words[0];
    };
    // 4 is no owner: the device is taken away. In the posted design the owner follows from the host's MSI-X.
    expect([0, 1, 2, 3, 4, 5, 7].map(kept)).toEqual(
      design === 'posted' ? [0, 0, 0, 0, 4, 0, 0] : [0, 1, 2, 3, 4, 0, 0],
    );
  });
});

//= MSIX-POSTED-8 type=test
test('what may have to wait until nothing is due: what enables, disables or unmasks, in the posted design [MSIX-POSTED-8]', () => {
  const access = (kind: number, address: number, bytes: number, low: number, high = 0): Uint32Array => {
    const words = new Uint32Array(exit.EXIT_WORDS);
    words[exit.KIND_AT] = kind;
    words[exit.ADDRESS_LOW_AT] = address;
    words[exit.BYTES_AT] = bytes;
    words[exit.LOW_AT] = low;
    words[exit.HIGH_AT] = high;
    return words;
  };
  const may = (words: Uint32Array): boolean[] =>
    (['posted', 'reviewed'] as const).map((design) =>
      new AssignedDevice({ vectorCount: 1, design }).monitor.mayWork(words),
    );
  expect(
    [
      access(exit.CONFIG_WRITE, 0x52, 2, 0),
      access(exit.MMIO_WRITE, 0x1c, 4, 0),
      access(exit.MMIO_WRITE, 0x18, 8, 7, 0),
      access(exit.MMIO_WRITE, 0x18, 8, 0, 1),
      access(exit.MMIO_WRITE, 0x1c, 4, 1),
      access(exit.MMIO_WRITE, 0x14, 4, 0),
      access(exit.MMIO_WRITE, 0x10, 8, 0),
      access(exit.MMIO_READ, 0x1c, 4, 0),
      access(exit.MESSAGE_WRITE, 0x10, 12, 0),
    ].map(may),
  ).toEqual([
    ...[
      [true, true],
      [true, false],
      [true, false],
    ],
    ...[
      [false, false],
      [false, false],
      [false, false],
    ],
    ...[
      [false, false],
      [false, false],
      [false, false],
    ],
  ]);
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
