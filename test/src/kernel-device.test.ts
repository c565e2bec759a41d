/**
 * An assigned device of the kernel by itself: its page on the bus, its interrupts, the calls that stop halfway, and what a save brings back.
 */
import { describe, expect, test } from 'vitest';
import { abi, HostFunction } from '../../src/index.ts';
import { ADDRESS_END, BUS_RANGES_MAX, type BusDevice, MmioBus } from '../../src/kernel/bus.ts';
import { type DeviceSurroundings, KernelDevice } from '../../src/kernel/device.ts';
import { RoutingTable } from '../../src/kernel/routing.ts';

const HOST = { intx: 0x01, msi: 0x02, msix: 0x04 };
const GUEST = { intx: 0x0100, msi: 0x0200, msix: 0x0400 };
const VECTORS = 3;
const PAGE = 0x10000;
const PBA = 0x2000;
const NOBODY: BusDevice = { write: () => false, read: () => false };

/** Requires that a call has succeeded. */
function done(result: number): void {
  if (result !== 0) throw new Error(`got ${result}; expected 0.`);
}

/** Devices on one bus; the first is `device`. */
class Scene implements DeviceSurroundings {
  readonly bus = new MmioBus();
  readonly routing = new RoutingTable();
  readonly irqs = new Map<number, KernelDevice>();
  readonly injected: number[] = [];
  readonly stopsInside: boolean;
  readonly device: KernelDevice;

  constructor(stopsInside = false) {
    this.stopsInside = stopsInside;
    this.routing.restore(0, Uint32Array.of(0xfee01000, 0, 0x41));
    this.device = this.another(0);
  }

  readonly inject: DeviceSurroundings['inject'] = (_words, _at, vector) => void this.injected.push(vector);

  another(id: number): KernelDevice {
    const host = new HostFunction({ vectorCount: VECTORS, firstIrq: 100 + 10 * id });
    const device = new KernelDevice(id, host, this);
    host.attach((irq) => this.irqs.get(irq)?.interrupt(irq));
    return device;
  }

  /** With the one table, whose page is at `base`. */
  withTable(base = PAGE): this {
    done(this.device.createTable(VECTORS, PBA, 0));
    done(this.device.register(base));
    return this;
  }

  /** With entry 0 of the patch told, and the page at `base`. */
  withEntry(base = PAGE): this {
    done(this.device.posted.setCount(1));
    done(this.device.posted.setEntry(0, 0, undefined));
    done(this.device.register(base));
    return this;
  }

  /** Whether somebody answers, of these addresses. */
  answers(...addresses: readonly number[]): boolean[] {
    return addresses.map((address) => this.bus.read(address, 4, new Uint32Array(2)));
  }

  save(device = this.device, at = 0): Uint32Array {
    const words = new Uint32Array(at + device.savedWords);
    device.saveInto(words, at);
    return words;
  }
}

describe('the page', () => {
  test('of the table is on the bus with the Pending Bit Array, or neither is, and nothing is kept of a refusal', () => {
    const scene = new Scene();
    const { device, bus } = scene;
    device.createTable(VECTORS, PBA, 0);
    bus.register(PAGE + PBA, 8, NOBODY);
    expect([device.register(PAGE), device.mmioBase, device.placed, bus.rangeCount]).toEqual([abi.EEXIST, 0, false, 1]);
    expect([device.register(PAGE + 8), device.mmioBase, device.placed, bus.rangeCount]).toEqual([0, PAGE + 8, true, 3]);
    expect([device.register(PAGE), device.mmioBase]).toEqual([abi.EEXIST, PAGE + 8]);
    expect([device.unregister(), device.mmioBase, device.placed, bus.rangeCount]).toEqual([0, 0, false, 1]);
    expect(device.unregister()).toBe(abi.EINVAL);
  });

  test.each([
    ['at the end of all addresses', ADDRESS_END - 4096, 0],
    ['beyond it', ADDRESS_END - 2048, abi.EINVAL],
  ])('of the patch is told %s', (_name, base, result) => {
    const { device } = new Scene();
    expect([device.register(base), device.mmioBase]).toEqual([result, result === 0 ? base : 0]);
  });

  test('of the patch moves when it is told again, or stays whole where the new place is taken', () => {
    const scene = new Scene().withEntry();
    const { device, bus } = scene;
    expect([device.placed, device.assignIrqs(HOST.msix, 0), device.placed]).toEqual([false, 0, true]);
    expect([device.register(PAGE), scene.answers(PAGE)]).toEqual([0, [true]]);
    bus.register(0x21000, 16, NOBODY);
    expect([device.register(0x20008), device.mmioBase, device.placed]).toEqual([abi.EEXIST, PAGE, true]);
    expect(scene.answers(PAGE, 0x20008)).toEqual([true, false]);
    expect([device.register(0x20000), device.mmioBase, scene.answers(PAGE, 0x20000)]).toEqual([
      0,
      0x20000,
      [false, true],
    ]);
    // There is no call of the patch that takes it back.
    expect([device.unregister(), device.placed]).toEqual([abi.EINVAL, true]);
  });

  test('has room where nobody else is, of the patch: 256 entries', () => {
    const { device, bus } = new Scene().withEntry();
    bus.register(0x20ff8, 8, NOBODY);
    const room = (): boolean[] => [0x1f000, 0x1fff8, 0x1fff9, 0x20ff8, 0x21000].map((base) => device.canPlace(base));
    expect(room()).toEqual([true, true, false, false, true]);
    device.assignIrqs(HOST.msix, 0);
    expect([PAGE, PAGE + 8].map((base) => device.canPlace(base))).toEqual([true, true]);
  });

  test('has room where nobody else is, of the table: its entries, and the Pending Bit Array', () => {
    const { device, bus } = new Scene().withTable();
    bus.register(0x30000, 8, NOBODY);
    expect([0x30000 - 48, 0x30000 - 47, 0x30000 - 8, 0x30008].map((base) => device.canPlace(base))).toEqual([
      ...[true, false, false, true],
    ]);
    expect([0x2e000 - 8, 0x2e000 - 1, 0x2e000, 0x2e007, 0x2e008].map((base) => device.canPlace(base))).toEqual([
      ...[true, false, false, false, true],
    ]);
    expect(device.canPlace(PAGE)).toBe(true);
  });

  test('is read and written for userspace by its offset; what is behind the Pending Bit Array is none', () => {
    const { device } = new Scene().withTable();
    const access = (offset: number, isWrite: boolean): number[] => {
      const data = Uint32Array.of(5, 5);
      return [isWrite ? device.write(offset, 4, 5, 0) : device.read(offset, 4, data), data[0]];
    };
    expect([access(8, true), access(8, false)]).toEqual([
      [0, 5],
      [0, 5],
    ]);
    const { refusals } = device.table!;
    access(PBA, true);
    access(PBA + 4, true);
    expect(refusals).toEqual({ reads: 0, writes: 0 });
    access(PBA + 8, true);
    access(PBA - 4, true);
    expect(refusals).toEqual({ reads: 0, writes: 2 });
    expect([access(PBA, false), access(PBA + 8, false), refusals.reads]).toEqual([[0, 0], [0, 0xffff_ffff], 1]);
    const { device: bare } = new Scene();
    expect([bare.read(0, 4, new Uint32Array(2)), bare.write(0, 4, 0, 0)]).toEqual([abi.EINVAL, abi.EINVAL]);
  });
});

describe('interrupts', () => {
  test.each([
    ['none', 0, abi.EINVAL],
    ['two of the host', HOST.intx | HOST.msi, abi.EINVAL],
    ['two of the guest', GUEST.intx | GUEST.msi, abi.EINVAL],
    ['two of the host, and one of the guest', HOST.intx | HOST.msix | GUEST.msix, abi.EINVAL],
    ['one of the host, and two of the guest', HOST.intx | GUEST.msi | GUEST.msix, abi.EINVAL],
    ['MSI of the host', HOST.msi, abi.EINVAL],
    ['a type of the host that does not exist', 0x08, abi.EINVAL],
    ['a type of the guest that does not exist', 0x0800, abi.EINVAL],
    ['MSI of the guest', GUEST.msi, 0],
    ['INTx of both', HOST.intx | GUEST.intx, 0],
    ['MSI-X of both', HOST.msix | GUEST.msix, 0],
    ['bits above', 0x10000 | GUEST.msix, 0],
  ])('%s', (_name, flags, result) => {
    const { device } = new Scene().withTable();
    expect([device.assignIrqs(flags, 5), device.irqTypes]).toEqual([result, result === 0 ? flags & 0xffff : 0]);
  });

  test('of host and guest are assigned and taken back each for itself', () => {
    const { device } = new Scene().withTable();
    const state = (): unknown[] => [device.irqTypes, device.guestIrq, device.host.enabled];
    expect([device.assignIrqs(GUEST.intx, 5), ...state()]).toEqual([0, GUEST.intx, 5, false]);
    expect([device.assignIrqs(HOST.msix, 6), ...state()]).toEqual([0, HOST.msix | GUEST.intx, 5, true]);
    // What is assigned is not assigned again, and what makes no sense is said first.
    expect([HOST.msix, GUEST.msix, 0x03, 0x0300].map((flags) => device.assignIrqs(flags, 7))).toEqual([
      ...[abi.EEXIST, abi.EEXIST, abi.EINVAL, abi.EINVAL],
    ]);
    expect([device.deassignIrqs(HOST.msix), ...state()]).toEqual([0, GUEST.intx, 5, false]);
    device.assignIrqs(HOST.msix, 8);
    expect([device.deassignIrqs(GUEST.intx), ...state()]).toEqual([0, HOST.msix, 0, true]);
    expect([device.deassignIrqs(GUEST.msix), ...state()]).toEqual([0, HOST.msix, 0, true]);
    expect([device.deassignIrqs(0xffff), ...state(), device.deassignIrqs(0xffff)]).toEqual([0, 0, 0, false, abi.ENXIO]);
  });

  test('of one device are forgotten, and those of another stay', () => {
    const scene = new Scene().withTable();
    const other = scene.another(1);
    other.createTable(VECTORS, PBA, 0);
    for (const device of [scene.device, other]) {
      device.assignIrqs(HOST.msix, 0);
      device.table!.setControl(1);
      device.write(12, 4, 0, 0);
    }
    expect([...scene.irqs]).toEqual([
      [100, scene.device],
      [110, other],
    ]);
    scene.device.table!.setControl(0);
    expect([scene.device.deassignIrqs(HOST.msix), [...scene.irqs.keys()]]).toEqual([0, [110]]);
    other.dispose();
    expect(scene.irqs.size).toBe(0);
  });

  test('of an enabled table are not taken back, and a reset leaves MSI-X of the host as it was', () => {
    const { device } = new Scene().withTable();
    device.reset();
    expect(device.host.enabled).toBe(false);
    device.assignIrqs(HOST.msix, 0);
    device.table!.setControl(1);
    expect(device.deassignIrqs(HOST.msix)).toBe(abi.EBUSY);
    expect([device.reset(), device.host.enabled, device.table!.control]).toEqual([0, true, 0]);
    expect(new Scene().device.reset()).toBe(abi.EINVAL);
  });
});

describe('a call of the patch that stops halfway', () => {
  test('enables the vectors, and puts the page on the bus when it goes on; meanwhile interrupts are busy', () => {
    const { device } = new Scene(true).withEntry();
    const state = (): unknown[] => [device.isInside, device.isEnabling, device.placed, device.host.enabled];
    expect([device.assignIrqs(HOST.msix, 0), ...state()]).toEqual([abi.CALL_UNFINISHED, true, true, false, true]);
    expect([device.assignIrqs(GUEST.msix, 0), device.deassignIrqs(HOST.msix), device.irqTypes]).toEqual([
      ...[abi.EBUSY, abi.EBUSY, HOST.msix],
    ]);
    expect([device.finish(), ...state(), device.finish()]).toEqual([0, false, false, true, true, 0]);
    expect([device.deassignIrqs(HOST.msix), ...state()]).toEqual([abi.CALL_UNFINISHED, true, false, false, true]);
    expect([device.assignIrqs(GUEST.msix, 0), device.deassignIrqs(HOST.msix)]).toEqual([abi.EBUSY, abi.EBUSY]);
    expect([device.finish(), ...state(), device.irqTypes]).toEqual([0, false, false, false, false, 0]);
  });

  test('is undone where the bus is full, but for the entries', () => {
    const scene = new Scene().withEntry();
    const { device, bus, irqs } = scene;
    for (let base = 0x4000_0000; bus.rangeCount < BUS_RANGES_MAX; base += 16) bus.register(base, 16, NOBODY);
    expect([device.assignIrqs(HOST.msix | GUEST.intx, 5), device.irqTypes, device.guestIrq]).toEqual([
      abi.ENOSPC,
      0,
      0,
    ]);
    expect([irqs.size, device.host.enabled, device.posted.entryCount, device.isInside]).toEqual([0, false, 1, false]);
  });

  test('ends with the device', () => {
    const scene = new Scene(true).withEntry();
    const { device, bus, irqs } = scene;
    device.assignIrqs(HOST.msix | GUEST.msix, 5);
    device.dispose();
    expect([device.isInside, bus.rangeCount, irqs.size, device.irqTypes, device.guestIrq, device.mmioBase]).toEqual([
      ...[false, 0, 0, 0, 0, 0],
    ]);
  });
});

describe('a save', () => {
  const HIGH = 0x12_3456_0000;

  test('brings page, interrupts and table back, at another place of the buffer, above 4 GiB', () => {
    const scene = new Scene().withTable(HIGH);
    scene.device.assignIrqs(HOST.msix | GUEST.intx, 5);
    scene.device.table!.setControl(1);
    scene.device.write(12, 4, 0, 0);
    const saved = scene.save(scene.device, 7);
    const other = new Scene().withTable();
    expect(other.device.canRestore(saved, 7)).toBe(true);
    other.device.restore(saved, 7);
    expect([...other.save(other.device, 7)]).toEqual([...saved]);
    expect([
      other.device.mmioBase,
      other.device.guestIrq,
      other.answers(PAGE, HIGH, HIGH + PBA),
      [...other.irqs.keys()],
    ]).toEqual([HIGH, 5, [false, true, true], [100]]);
    expect(other.bus.rangeCount).toBe(2);
  });

  test.each([
    ['on the bus', PAGE, [true, false], true],
    ['on the bus elsewhere', 0x20000, [false, true], true],
    ['nowhere', 0, [false, false], false],
  ])('puts a page that is on the bus %s', (_name, base, answers, placed) => {
    const scene = new Scene();
    scene.device.createTable(VECTORS, PBA, 0);
    if (base !== 0) scene.device.register(base);
    const saved = scene.save();
    const other = new Scene().withTable();
    other.device.restore(saved, 0);
    expect([other.answers(PAGE, 0x20000), other.device.placed, other.device.mmioBase]).toEqual([answers, placed, base]);
    expect(other.bus.rangeCount).toBe(placed ? 2 : 0);
    // And back, onto a bus where it was not.
    other.device.restore(new Scene().withTable().save(), 0);
    expect([other.answers(PAGE, 0x20000), other.bus.rangeCount]).toEqual([[true, false], 2]);
  });

  test('can be restored where its page has room, or is on no bus', () => {
    const scene = new Scene().withTable();
    const placed = scene.save();
    scene.device.unregister();
    const unplaced = scene.save();
    const other = new Scene();
    other.device.createTable(VECTORS, PBA, 0);
    other.bus.register(0, 0x100000, NOBODY);
    expect([placed, unplaced].map((saved) => other.device.canRestore(saved, 0))).toEqual([false, true]);
  });

  test('of a call that stopped halfway goes on after it is restored', () => {
    const scene = new Scene(true).withEntry();
    scene.device.assignIrqs(HOST.msix | GUEST.msix, 0);
    const enabling = scene.save();
    scene.device.finish();
    scene.device.deassignIrqs(HOST.msix | GUEST.msix);
    const disabling = scene.save();
    const other = new Scene(true).withEntry();
    other.device.restore(enabling, 0);
    expect([other.device.isEnabling, other.device.finish(), other.device.placed]).toEqual([true, 0, true]);
    other.device.restore(disabling, 0);
    expect([other.device.isInside, other.device.isEnabling, other.device.placed]).toEqual([true, false, false]);
    expect([other.device.finish(), other.device.irqTypes, other.irqs.size]).toEqual([0, 0, 0]);
  });

  test('of the function alone is what is left of a device that was taken back', () => {
    const scene = new Scene().withTable();
    scene.device.assignIrqs(HOST.msix, 0);
    const whole = scene.save();
    const words = new Uint32Array(whole.length);
    scene.device.saveHost(words, 0);
    const own = scene.device.host.savedWords;
    expect([...words.subarray(0, 4), ...words.subarray(4, 4 + own)]).toEqual([
      0,
      0,
      0,
      0,
      ...whole.subarray(4, 4 + own),
    ]);
    const other = new Scene();
    other.device.restoreHost(words, 0);
    expect(other.device.host.enabled).toBe(true);
  });
});

test('a save ends where the words of the device end', () => {
  const scene = new Scene().withTable();
  scene.device.assignIrqs(HOST.msix, 0);
  for (const control of [0, 1]) {
    scene.device.table!.setControl(control);
    const words = new Uint32Array(scene.device.savedWords + 8).fill(7);
    scene.device.saveInto(words, 2);
    expect([...words.subarray(0, 2), ...words.subarray(-6)]).toEqual([7, 7, 7, 7, 7, 7, 7, 7]);
  }
});
