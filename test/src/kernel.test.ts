/**
 * The ioctls of the kernel half: what they do, the bugs that real ones have had, and everything that they refuse.
 */
import { describe, expect, test } from 'vitest';
import { abi, DecodedMessage, HostFunction, Kernel } from '../../src/index.ts';
import { BUS_RANGES_MAX } from '../../src/kernel/bus.ts';
import { KernelCalls } from '../../src/userspace/kernel-calls.ts';
import { randomNumbers } from '../setup/random-machine.ts';
import { CALL_NAMES, callOf, INTX, Machine, MESSAGE, MSIX } from '../setup/machine.ts';

const route = (gsi: number, values: abi.Values = {}): abi.Values => ({ gsi, type: 2, ...MESSAGE, ...values });

describe('a device is brought up by the calls of the patch', () => {
  /** Two entries in use, of a device with four. */
  function broughtUp(): Machine {
    const machine = new Machine(4).assigned(7);
    machine.setRoutes([route(30), route(31, { data: 0x42 })]);
    machine.require('setNr', { assigned_dev_id: 7, entry_nr: 2 });
    machine.require('setEntry', { assigned_dev_id: 7, entry: 3, gsi: 30 });
    machine.require('setEntry', { assigned_dev_id: 7, entry: 0, gsi: 31 });
    machine.require('register', { assigned_dev_id: 7, base_addr: 0xfebf0000n });
    machine.require('assignIrq', { assigned_dev_id: 7, flags: MSIX });
    return machine;
  }

  test('a message is injected by its GSI, and the mask bit is done in the kernel', () => {
    const machine = broughtUp();
    const [host] = machine.hosts;
    const { bus } = machine.kernel;
    expect(bus.write(0xfebf003c, 4, 0, 0)).toBe(true);
    host.signal(3);
    expect([host.isInFlight(3), host.arrive(3)]).toEqual([true, true]);
    expect(machine.take()).toEqual(['deliver 7.3 fee01000 41', 'interrupt 41 at 1']);
    expect(bus.write(0xfebf003c, 4, 1, 0)).toBe(true);
    host.signal(3);
    expect([host.isInFlight(3), host.isPending(3)]).toEqual([false, true]);
  });

  test('an entry in use is read from its route, and what is not in use exits', () => {
    const { bus } = broughtUp().kernel;
    const out = new Uint32Array(2);
    const read = (offset: number, bytes: number): number[] | string =>
      bus.read(0xfebf0000 + offset, bytes, out) ? [...out.subarray(0, bytes / 4)] : 'exit';
    expect([read(0, 8), read(8, 8), read(0x30, 4), read(0x38, 4)]).toEqual([
      [0xfee01000, 0],
      [0x42, 1],
      [0xfee01000],
      [0x41],
    ]);
    expect([read(0x10, 4), read(0x2c, 4), bus.write(0xfebf0000, 4, 0, 0)]).toEqual(['exit', 'exit', false]);
  });

  test('all of it is gone when the device is deassigned', () => {
    const machine = broughtUp();
    expect([machine.kernel.bus.rangeCount, machine.call('deassign', { assigned_dev_id: 7 })]).toEqual([1, 0]);
    expect([machine.kernel.bus.rangeCount, machine.hosts[0].enabled]).toEqual([0, false]);
    expect(machine.call('deassign', { assigned_dev_id: 7 })).toBe(abi.EINVAL);
    expect(machine.assigned(7).kernel.devices.size).toBe(1);
  });

  test('one vCPU that enables a capability changes what a call means for the whole machine (hazard S6)', () => {
    const machine = broughtUp();
    const masked = { assigned_dev_id: 7, entry: 3, gsi: 30, padding: [1] };
    const unmask = (): boolean => machine.kernel.bus.write(0xfebf003c, 4, 0, 0);
    unmask();
    machine.require('setEntry', masked);
    expect(machine.hosts[0].isMasked(3)).toBe(false);
    expect(machine.enableCap({ cap: abi.KVM_CAP_DEVICE_MSIX_EXT })).toBe(0);
    machine.require('setEntry', masked);
    expect(machine.hosts[0].isMasked(3)).toBe(true);
  });
});

describe('the page of the patch', () => {
  /** A device with one entry whose page is told, and MSI-X not assigned yet. */
  function told(): Machine {
    const machine = new Machine(2).assigned();
    machine.setRoutes([route(30)]);
    machine.require('setNr', { entry_nr: 1 });
    machine.require('setEntry', { entry: 0, gsi: 30 });
    machine.require('register', { base_addr: 0x10000n });
    return machine;
  }

  //= MSIX-POSTED-7 type=test
  test("is on the bus exactly while the host's MSI-X is assigned, at the address that is kept [MSIX-POSTED-7]", () => {
    const machine = told();
    const { bus } = machine.kernel;
    const ranges = [bus.rangeCount];
    for (let turn = 0; turn < 2; turn++) {
      machine.require('assignIrq', { flags: MSIX });
      ranges.push(bus.rangeCount);
      machine.require('deassignIrq', { flags: MSIX });
      ranges.push(bus.rangeCount);
      machine.require('setNr', { entry_nr: 1 });
      machine.require('setEntry', { entry: 0, gsi: 30 });
    }
    expect(ranges).toEqual([0, 1, 0, 1, 0]);
  });

  test('on a full bus is told all the same, and undoes the enabling: ENOSPC, and MSI-X is off', () => {
    const machine = new Machine(2).assigned();
    machine.setRoutes([route(30)]);
    machine.require('setNr', { entry_nr: 1 });
    machine.require('setEntry', { entry: 0, gsi: 30 });
    fillBus(machine);
    expect(machine.call('register', { base_addr: 0x10000n })).toBe(0);
    expect(machine.call('assignIrq', { flags: MSIX })).toBe(abi.ENOSPC);
    const [host] = machine.hosts;
    host.signal(0);
    expect([host.enabled, host.isInFlight(0), machine.call('deassignIrq', { flags: MSIX })]).toEqual([
      false,
      false,
      abi.ENXIO,
    ]);
    // Its entries are as they were: there is no call that takes them back, and none that tells their number again.
    expect([machine.call('setNr', { entry_nr: 1 }), machine.call('setEntry', { entry: 0, gsi: 30 })]).toEqual([
      abi.EINVAL,
      0,
    ]);
    expect(machine.call('assignIrq', { flags: MSIX })).toBe(abi.ENOSPC);
  });

  test('moves when its address is told again while it is on the bus (hazard S1)', () => {
    const machine = told();
    const { bus } = machine.kernel;
    const answers = (address: number): boolean => bus.read(address, 4, new Uint32Array(2));
    machine.require('assignIrq', { flags: MSIX });
    expect([answers(0x10000), answers(0x20000)]).toEqual([true, false]);
    machine.require('register', { base_addr: 0x20000n });
    expect([answers(0x10000), answers(0x20000), bus.rangeCount]).toEqual([false, true, 1]);
  });

  /** Puts devices on the bus until it is full, far away from what the tests use. */
  function fillBus({ kernel: { bus } }: Machine): void {
    const nobody = { write: () => false, read: () => false };
    for (let base = 0x4000_0000; bus.rangeCount < BUS_RANGES_MAX; base += 0x1000) bus.register(base, 16, nobody);
  }
});

describe('bugs that such code has had', () => {
  test('a device with as many entries as the limit is accepted, and one more is not (HB-07)', () => {
    const machine = new Machine(256).assigned();
    expect(machine.call('setNr', { entry_nr: 257 })).toBe(abi.EINVAL);
    expect(machine.call('setNr', { entry_nr: 256 })).toBe(0);
    expect(new Machine(256).assigned().call('createTable', { vector_count: 256, pba_offset: 0x2000 })).toBe(0);
    const large = new Machine(257).assigned();
    expect(
      [256, 258, 257].map((vector_count) => large.call('createTable', { vector_count, pba_offset: 0x2000 })),
    ).toEqual([abi.EINVAL, abi.EINVAL, 0]);
  });

  test('the last entry is one, and the one behind it is none (HB-05)', () => {
    const machine = new Machine(2).assigned();
    machine.require('setNr', { entry_nr: 2 });
    expect([1, 2].map((entry) => machine.call('setEntry', { entry, gsi: 40 }))).toEqual([0, abi.EINVAL]);
    const table = new Machine(2).assigned().withTable(2);
    expect([0x1001c, 0x10020].map((address) => table.kernel.bus.write(address, 4, 0, 0))).toEqual([true, false]);
  });

  test("a host interrupt that is nobody's is not taken for the first entry (HB-08)", () => {
    const machine = new Machine(2).assigned().withTable(2);
    machine.kernel.bus.write(0x1000c, 4, 0, 0);
    expect([machine.kernel.hostInterrupt(1000), machine.take().length]).toEqual([true, 1]);
    expect([0, 999, 1001, 2000].map((irq) => machine.kernel.hostInterrupt(irq))).toEqual([false, false, false, false]);
    expect([machine.take(), machine.kernel.spuriousIrqs]).toEqual([[], 4]);
  });

  test('GSI 0 is a GSI, and its slot is not free (HB-09)', () => {
    const machine = new Machine(2).assigned();
    machine.setRoutes([route(0, { data: 0x50 }), route(30)]);
    machine.require('setNr', { entry_nr: 2 });
    machine.require('setEntry', { entry: 0, gsi: 0 });
    machine.require('setEntry', { entry: 1, gsi: 30 });
    machine.require('register', { base_addr: 0x10000n });
    machine.require('assignIrq', { flags: MSIX });
    for (const entry of [0, 1]) {
      machine.kernel.bus.write(0x1000c + 16 * entry, 4, 0, 0);
      machine.hosts[0].signal(entry);
      machine.hosts[0].arrive(entry);
    }
    expect(machine.take().filter((told) => told.startsWith('deliver'))).toEqual([
      'deliver 0.0 fee01000 50',
      'deliver 0.1 fee01000 41',
    ]);
  });

  test('a number of entries that is refused is not kept (HB-38)', () => {
    const machine = new Machine(4).assigned();
    for (const entry_nr of [0, 257, 0xffff]) expect(machine.call('setNr', { entry_nr })).toBe(abi.EINVAL);
    expect(machine.call('setEntry', { entry: 0, gsi: 30 })).toBe(abi.ENOSPC);
    expect([machine.call('setNr', { entry_nr: 1 }), machine.call('setNr', { entry_nr: 1 })]).toEqual([0, abi.EINVAL]);
    expect([0, 0, 1].map((entry) => machine.call('setEntry', { entry, gsi: 30 }))).toEqual([0, 0, abi.ENOSPC]);
  });

  test('a number of routes whose size overflows 32 bits is no number (HB-39)', () => {
    const machine = new Machine(1);
    for (const nr of [1024, 0x0555_5556, 0xffff_ffff]) expect(machine.setRoutes([route(30)], { nr })).toBe(abi.EINVAL);
    expect(machine.setRoutes([route(30)], { nr: 2 })).toBe(abi.EFAULT);
    expect(machine.kernel.injectGsi(30)).toBe(false);
  });

  test('a GSI outside of the routing table has no route, and does no harm (HB-40)', () => {
    const machine = new Machine(1).assigned();
    for (const gsi of [1024, 0xffff_ffff]) {
      expect([machine.setRoutes([route(gsi)]), machine.kernel.injectGsi(gsi)]).toEqual([abi.EINVAL, false]);
    }
    machine.require('setNr', { entry_nr: 1 });
    machine.require('setEntry', { entry: 0, gsi: 0xffff_ffff });
    machine.require('assignIrq', { flags: MSIX });
    machine.kernel.hostInterrupt(1000);
    expect([machine.take(), machine.kernel.devices.get(0)?.posted.lost]).toEqual([[], 1]);
  });

  test('a reset wipes what the host has written, which is written again (HB-51)', () => {
    const machine = new Machine(1).assigned().withTable(1);
    const [host] = machine.hosts;
    machine.kernel.bus.write(0x1000c, 4, 0, 0);
    machine.require('reset');
    machine.require('setControl', { control: 1 });
    machine.kernel.bus.write(0x1000c, 4, 0, 0);
    host.signal(0);
    host.flush();
    expect([machine.take().length, machine.kernel.spuriousIrqs]).toEqual([1, 0]);
  });
});

describe('the routing table', () => {
  test('is replaced whole', () => {
    const machine = new Machine(1);
    expect(machine.setRoutes([route(5), route(6)])).toBe(0);
    expect([machine.kernel.injectGsi(5), machine.kernel.injectGsi(7)]).toEqual([true, false]);
    expect(machine.setRoutes([route(7)])).toBe(0);
    expect([machine.kernel.injectGsi(5), machine.kernel.injectGsi(7)]).toEqual([false, true]);
    expect(machine.setRoutes([])).toBe(0);
    expect(machine.kernel.injectGsi(7)).toBe(false);
  });

  test('has pins, which are no messages', () => {
    const machine = new Machine(1);
    const pin = (gsi: number, controller: number): abi.Values => ({
      gsi,
      type: 1,
      address_lo: controller,
      address_hi: gsi,
    });
    expect(machine.setRoutes([pin(3, 0), pin(3, 2), pin(4, 0), route(5)])).toBe(0);
    expect([3, 4, 5].map((gsi) => machine.kernel.injectGsi(gsi))).toEqual([false, false, true]);
    expect(machine.setRoutes([pin(3, 0), pin(3, 0)])).toBe(abi.EINVAL);
    expect(machine.setRoutes([pin(3, 0), route(3)])).toBe(abi.EINVAL);
    expect(machine.setRoutes([route(3), pin(3, 0)])).toBe(abi.EINVAL);
    expect(machine.kernel.injectGsi(5)).toBe(true);
  });

  test.each([
    ['two messages of one GSI', [route(5), route(5)]],
    ['flags of a route', [route(5, { flags: 1 })]],
    ['a type that does not exist', [route(5, { type: 3 })]],
    ['no type', [route(5, { type: 0 })]],
  ])('refuses %s', (_, routes) => {
    expect(new Machine(1).setRoutes(routes)).toBe(abi.EINVAL);
  });
});

describe('what is refused, by its errno', () => {
  test('capabilities: those of the patch are there, others are not', () => {
    const { kernel } = new Machine(1);
    const check = (cap: number): number => kernel.systemIoctl(abi.KVM_CHECK_EXTENSION, cap);
    expect([59, 60, 17, 25, 28, 29, 54, 77].map(check)).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    expect([58, 61, -1, 0xffff_ffff, NaN].map(check)).toEqual([0, 0, 0, 0, 0]);
    expect(kernel.systemIoctl(abi.KVM_ENABLE_CAP, 59)).toBe(abi.EINVAL);
  });

  test('capabilities to enable: only that of the flags, without flags of its own', () => {
    const machine = new Machine(1);
    expect(machine.enableCap({ cap: 60 })).toBe(abi.EINVAL);
    expect(machine.enableCap({ cap: 59, flags: 1 })).toBe(abi.EINVAL);
    expect(machine.kernel.vcpuIoctl(abi.KVM_ENABLE_CAP, new DataView(new ArrayBuffer(103)))).toBe(abi.EFAULT);
    expect(machine.kernel.vcpuIoctl(abi.KVM_SIGNAL_MSI, undefined)).toBe(abi.EINVAL);
    expect(machine.kernel.msixFlagsEnabled).toBe(false);
    expect([machine.enableCap({ cap: 59 }), machine.kernel.msixFlagsEnabled]).toEqual([0, true]);
    machine.assigned().require('setNr', { entry_nr: 1 });
    expect(machine.call('setEntry', { entry: 0, padding: [2] })).toBe(abi.EINVAL);
  });

  test('an ioctl that does not exist', () => {
    const { kernel } = new Machine(1);
    expect([0, 0xae7d, 0x4018ae7d].map((request) => kernel.vmIoctl(request, undefined))).toEqual([
      abi.ENOTTY,
      abi.ENOTTY,
      abi.ENOTTY,
    ]);
  });

  test.each(CALL_NAMES)('a pointer that is bad: %s', (name) => {
    const { kernel } = new Machine(1);
    const [request, struct] = callOf(name);
    const view = new DataView(new ArrayBuffer(struct.bytes));
    const results = [
      kernel.vmIoctl(request, undefined),
      kernel.vmIoctl(request, new DataView(new ArrayBuffer(struct.bytes - 1))),
      kernel.vmIoctl(request, view, 1),
      kernel.vmIoctl(request, view, -1),
      kernel.vmIoctl(request, view, NaN),
    ];
    expect(results).toEqual(results.map(() => abi.EFAULT));
  });

  test.each([
    ...(['setNr', 'setEntry', 'register', 'createTable', 'setControl', 'unregister', 'access', 'reset'] as const).map(
      (name) => [name, 'EINVAL', abi.EINVAL] as const,
    ),
    ['deassign', 'EINVAL', abi.EINVAL] as const,
    ['assignIrq', 'ENODEV', abi.ENODEV] as const,
    ['deassignIrq', 'ENODEV', abi.ENODEV] as const,
  ])('a device that was not assigned: %s is %s, as in Linux', (name, _, errno) => {
    expect(
      new Machine(1)
        .assigned(1)
        .call(name, { assigned_dev_id: 2, ...(name === 'register' ? { base_addr: 0x10000n } : {}) }),
    ).toBe(errno);
  });

  test.each([
    ['no IOMMU', { busnr: 0, devfn: 8, flags: 0 }, abi.EINVAL],
    ['no IOMMU, whatever else', { busnr: 0, devfn: 8, flags: 6 }, abi.EINVAL],
    ['no such device of the host', { busnr: 0, devfn: 16, flags: 1 }, abi.EINVAL],
    ['no such segment', { segnr: 1, busnr: 0, devfn: 8, flags: 1 }, abi.EINVAL],
  ])('assigning a device: %s', (_, values, errno) => {
    expect(new Machine(1).call('assign', values)).toBe(errno);
  });

  test('assigning a device twice, by its id and by its place', () => {
    const machine = new Machine(1, 1).assigned(3);
    expect(machine.call('assign', { assigned_dev_id: 3, busnr: 0, devfn: 16, flags: 1 })).toBe(abi.EEXIST);
    expect(machine.call('assign', { assigned_dev_id: 4, busnr: 0, devfn: 8, flags: 1 })).toBe(abi.EBUSY);
  });

  test.each([
    ['no base', { base_addr: 0n }],
    ['flags', { base_addr: 0x10000n, flags: 1 }],
    ['reserved, lower half', { base_addr: 0x10000n, reserved: 1n }],
    ['reserved, upper half', { base_addr: 0x10000n, reserved: 1n << 63n }],
    ['an unknown device', { assigned_dev_id: 1, base_addr: 0x10000n }],
    ['a base within an entry', { base_addr: 0x10008n }],
    ['a base beyond physical addresses', { base_addr: 1n << 52n }],
    ['a base whose table ends beyond them', { base_addr: (1n << 52n) - 16n }],
  ])('registering a page: %s', (_, values) => {
    expect(new Machine(2).assigned().call('register', values)).toBe(abi.EINVAL);
  });

  test('registering a page that is registered leaves it as it was (hazard S1)', () => {
    const machine = new Machine(1).assigned().withTable(1);
    expect(machine.call('register', { base_addr: 0x40000n })).toBe(abi.EEXIST);
    expect([0x1000c, 0x4000c].map((address) => machine.kernel.bus.write(address, 4, 0, 0))).toEqual([true, false]);
    expect([machine.call('unregister'), machine.call('unregister')]).toEqual([0, abi.EINVAL]);
    expect(machine.kernel.bus.rangeCount).toBe(0);
    expect(machine.call('unregister', { reserved: 1 })).toBe(abi.EINVAL);
  });

  test('registering a page over another, be it the table or only the Pending Bit Array, which leaves no half of it', () => {
    const machine = new Machine(1, 1).assigned().withTable(1);
    machine.require('assign', { assigned_dev_id: 1, busnr: 0, devfn: 16, flags: 1 });
    machine.require('createTable', { assigned_dev_id: 1, vector_count: 1, pba_offset: 0x1000 });
    for (const base of [0x10000n, 0x12000n, 0xf000n, 0x11000n]) {
      expect(machine.call('register', { assigned_dev_id: 1, base_addr: base })).toBe(abi.EEXIST);
      expect(machine.kernel.bus.rangeCount).toBe(2);
    }
    machine.require('register', { assigned_dev_id: 1, base_addr: 0x20000n });
  });

  test.each([
    ['no type', 0],
    ['two types of the host', 0x0003],
    ['two types of the guest', 0x0300],
    ['MSI, which the device has not', 0x0202],
    ['a type that does not exist', 0x0010],
    ["the host's MSI-X without entries", 0x0004],
  ])('assigning interrupts: %s', (_, flags) => {
    expect(new Machine(1).assigned().call('assignIrq', { flags })).toBe(abi.EINVAL);
  });

  test('assigning interrupts: what is assigned already, of the host or of the guest, and neither half of such a call', () => {
    const machine = new Machine(1).assigned();
    machine.require('assignIrq', { flags: 0x0100 });
    expect(machine.call('assignIrq', { flags: INTX })).toBe(abi.EEXIST);
    expect(machine.call('assignIrq', { flags: 0x0001 })).toBe(0);
    expect(machine.call('assignIrq', { flags: 0x0004 })).toBe(abi.EEXIST);
    expect(machine.call('deassignIrq', { flags: INTX })).toBe(0);
    expect(machine.call('deassignIrq', { flags: INTX })).toBe(abi.ENXIO);
  });

  test("the one table: a size that is not the device's, a Pending Bit Array within it, flags, twice, and beside entries", () => {
    const refuse = (values: abi.Values, errno: number = abi.EINVAL): void =>
      expect(new Machine(2).assigned().call('createTable', { vector_count: 2, pba_offset: 32, ...values })).toBe(errno);
    refuse({}, 0);
    refuse({ vector_count: 1 });
    refuse({ vector_count: 0 });
    refuse({ pba_offset: 24 });
    refuse({ pba_offset: 36 });
    refuse({ flags: 2 });
    const machine = new Machine(2).assigned();
    machine.require('setNr', { entry_nr: 1 });
    expect(machine.call('createTable', { vector_count: 2, pba_offset: 32 })).toBe(abi.EBUSY);
    const table = new Machine(2).assigned().withTable(2);
    expect(table.call('createTable', { vector_count: 2, pba_offset: 32 })).toBe(abi.EEXIST);
    expect(table.call('setNr', { entry_nr: 1 })).toBe(abi.EBUSY);
    expect(table.call('setEntry', { entry: 0 })).toBe(abi.EBUSY);
  });

  test('telling the two bits: others, without a table, enabled with nothing to carry a message, and taking that away', () => {
    expect(new Machine(1).assigned().call('setControl', { control: 0 })).toBe(abi.EINVAL);
    const machine = new Machine(1).assigned();
    machine.require('createTable', { vector_count: 1, pba_offset: 16 });
    expect([4, 1, 3, 2, 0].map((control) => machine.call('setControl', { control }))).toEqual([
      abi.EINVAL,
      abi.EINVAL,
      abi.EINVAL,
      0,
      0,
    ]);
    machine.require('assignIrq', { flags: MSIX });
    machine.require('setControl', { control: 1 });
    expect(machine.call('deassignIrq', { flags: MSIX })).toBe(abi.EBUSY);
  });

  test('handing over an access without a table, or one that is neither a read nor a write', () => {
    const machine = new Machine(1).assigned();
    expect(machine.call('access', { bytes: 4 })).toBe(abi.EINVAL);
    expect(machine.call('reset')).toBe(abi.EINVAL);
    machine.withTable(1);
    expect(machine.call('access', { bytes: 4, is_write: 2 })).toBe(abi.EINVAL);
    // A guest's nonsense that userspace hands over is no mistake of userspace's.
    expect(machine.call('access', { offset: 0xffff_ffff, bytes: 3, is_write: 1 })).toBe(0);
    expect(machine.kernel.devices.get(0)?.table?.refusals).toEqual({ reads: 0, writes: 1 });
  });

  test('a message with flags, or one that x86 has not', () => {
    const machine = new Machine(1);
    expect(machine.call('signalMsi', MESSAGE)).toBe(1);
    expect(machine.take()).toEqual(['interrupt 41 at 1']);
    expect(machine.call('signalMsi', { ...MESSAGE, flags: 1 })).toBe(abi.EINVAL);
    expect(machine.call('signalMsi', { ...MESSAGE, data: 0x0f })).toBe(abi.EINVAL);
    expect([machine.take(), machine.kernel.refusedMessages]).toEqual([[], 1]);
  });
});

describe('a call that fails', () => {
  /** What fields mostly hold, so that calls often succeed and the machine gets about. */
  const USUAL: Readonly<Record<string, readonly number[]>> = {
    assigned_dev_id: [0, 0, 0, 1],
    devfn: [8, 16],
    'kvm_assigned_pci_dev.flags': [1],
    'kvm_assigned_irq.flags': [INTX, MSIX, MSIX, 0x0004],
    entry_nr: [1, 2],
    entry: [0, 1, 2],
    gsi: [0, 30],
    base_addr: [0x10000, 0x20000],
    vector_count: [2, 3],
    pba_offset: [0x2000, 48],
    control: [0, 1, 2, 3],
    offset: [0, 12, 28, 0x2000],
    bytes: [4, 8],
    is_write: [0, 1],
    nr: [0, 1],
    cap: [59],
    address_lo: [MESSAGE.address_lo],
    data: [MESSAGE.data, 0],
  };

  /** Makes 10,000 calls, many with garbage. Throws when one fails, and yet the state is another than before. */
  function hammer(kernel: Kernel): { failed: number; done: number; changed: number } {
    const below = randomNumbers(20_101_020);
    const pick = <Each>(list: readonly Each[]): Each => list[below(list.length)];
    const calls = [
      ...CALL_NAMES.map(callOf),
      [abi.KVM_SET_GSI_ROUTING, abi.IRQ_ROUTING],
      [abi.KVM_ENABLE_CAP, abi.ENABLE_CAP],
    ] as const;
    const counts = { failed: 0, done: 0, changed: 0 };
    let before = Buffer.from(kernel.save().buffer);
    for (let index = 0; index < 10_000; index++) {
      const [request, struct] = pick(calls);
      // Room for one route behind the header, or a buffer that ends too early.
      const bytes = below(16) === 0 ? below(struct.bytes) : struct.bytes + abi.IRQ_ROUTING_ENTRY.bytes;
      const view = new DataView(new ArrayBuffer(bytes));
      for (const { name, type, offset } of struct.fields) {
        if (offset + 8 > bytes) continue;
        const value = below(32) === 0 ? below(2 ** 32) : pick(USUAL[`${struct.name}.${name}`] ?? USUAL[name] ?? [0]);
        if (type === 'u16') view.setUint16(offset, value, true);
        else view.setUint32(offset, value, true);
      }
      if (request === abi.KVM_SET_GSI_ROUTING && bytes > 12) view.setUint32(12, below(4), true);
      const result = request === abi.KVM_ENABLE_CAP ? kernel.vcpuIoctl(request, view) : kernel.vmIoctl(request, view);
      const after = Buffer.from(kernel.save().buffer);
      const isSame = before.equals(after);
      counts[result < 0 ? 'failed' : 'done']++;
      if (!isSame) counts.changed++;
      if (result < 0 && !isSame) {
        throw new Error(`Call ${index}, 0x${request.toString(16)}, returned ${result}, and yet it changed something.`);
      }
      before = after;
    }
    return counts;
  }

  //= MSIX-ASSIGN-14 type=test
  test('changes nothing: the state is the same before and after [MSIX-ASSIGN-14]', () => {
    expect(hammer(new Machine(3, 2).kernel)).toEqual({ failed: 8_349, done: 1_651, changed: 499 });
  });

  test('and changes something all the same is found', () => {
    const { kernel } = new Machine(3, 2);
    const { routing } = kernel;
    const replace = routing.replace.bind(routing);
    routing.replace = (view, at) => {
      const result = replace(view, at);
      if (result !== 0) routing.routes.fill(0);
      return result;
    };
    expect(() => hammer(kernel)).toThrow(/^Call \d+, 0x4008ae6a, returned -\d+, and yet it changed something\.$/);
  });
});

test('a device is found in its segment', () => {
  const host = new HostFunction({ vectorCount: 1 });
  const kernel = new Kernel({ hostDevices: [{ segnr: 2, busnr: 3, devfn: 4, function: host }] });
  const view = new DataView(new ArrayBuffer(abi.ASSIGNED_PCI_DEV.bytes));
  abi.encode(abi.ASSIGNED_PCI_DEV, { segnr: 2, busnr: 3, devfn: 4, flags: 1 }, view);
  expect(kernel.vmIoctl(abi.KVM_ASSIGN_PCI_DEVICE, view)).toBe(0);
});

describe("userspace's calls", () => {
  const kernel = new Kernel({ hostDevices: [] });

  test('of a capability that the kernel lacks, and one that fails, are told in a sentence', () => {
    const calls = new KernelCalls(kernel, 7);
    expect(() => calls.enableCapability(1)).toThrow(
      'KVM_CHECK_EXTENSION: got no capability 1; expected a kernel that has it.',
    );
    expect(() => calls.assignIrqs(MSIX)).toThrow(
      /^KVM_ASSIGN_DEV_IRQ: got the errno \d+ for device 7; expected success\.$/,
    );
  });
});

test('a route is restored where there is one, and a GSI that is none is left alone', () => {
  const { routing } = new Machine(1).kernel;
  const message = Uint32Array.of(MESSAGE.address_lo, 0, MESSAGE.data);
  routing.restore(abi.KVM_MAX_IRQ_ROUTES, message);
  expect(routing.routes.every((word) => word === 0)).toBe(true);
  routing.restore(3, message);
  expect(routing.routes.some((word) => word === MESSAGE.data)).toBe(true);
  routing.restore(3, undefined);
  expect(routing.routes.every((word) => word === 0)).toBe(true);
});

test('entries that no interrupt has been assigned for are restored as such', () => {
  const [one, other] = [new Machine(2).assigned(), new Machine(2).assigned()];
  one.require('setNr', { entry_nr: 1 });
  one.require('setEntry', { gsi: 5, entry: 1 });
  const [from, to] = [one, other].map(({ kernel }) => [...kernel.devices.values()][0]);
  const saved = new Uint32Array(from.savedWords);
  from.saveInto(saved, 0);
  to.restore(saved, 0);
  const again = new Uint32Array(to.savedWords);
  to.saveInto(again, 0);
  expect(again).toEqual(saved);
});

test('a message that was not taken apart yet says nothing', () => {
  expect({ ...new DecodedMessage() }).toEqual({
    ...{ destination: 0, logical: false, redirectionHint: false },
    ...{ deliveryMode: 0, vector: 0, levelTriggered: false, asserted: false },
  });
});

describe('what is told of an interrupt', () => {
  /** A kernel that calls `heard` for each interrupt. */
  const kernelOf = (heard?: (message: DecodedMessage) => void): Kernel =>
    new Kernel({ hostDevices: [], ...(heard === undefined ? {} : { interrupt: heard }) });

  test('is whether there is one, whoever listens', () => {
    for (const kernel of [kernelOf(), kernelOf(() => {})]) {
      expect([kernel.injectMessage(0xfee01000, 0, 0x41), kernel.injectMessage(0x1000, 0, 0x41)]).toEqual([true, false]);
      expect(kernel.refusedMessages).toBe(1);
    }
  });

  test('stays as it is while another is told from within', () => {
    const vectors: number[] = [];
    const kernel: Kernel = kernelOf((message) => {
      if (message.vector < 0x43) kernel.injectMessage(0xfee01000, 0, message.vector + 1);
      vectors.push(message.vector);
    });
    kernel.injectMessage(0xfee01000, 0, 0x41);
    expect(vectors).toEqual([0x43, 0x42, 0x41]);
  });

  test('is in the same message each time, also after one of those that listen has thrown', () => {
    const messages = new Set<DecodedMessage>();
    const kernel = kernelOf((message) => {
      messages.add(message);
      if (messages.size === 1 && message.vector === 0x41) throw new Error('heard');
    });
    expect(() => kernel.injectMessage(0xfee01000, 0, 0x41)).toThrow('heard');
    kernel.injectMessage(0xfee01000, 0, 0x42);
    expect(messages.size).toBe(1);
  });
});

describe('the fields of a call', () => {
  test('of an access are both dwords of a QWORD, and those of a read are answered', () => {
    const machine = new Machine(2).assigned().withTable(2);
    const access = (values: abi.Values): unknown => {
      const view = new DataView(new ArrayBuffer(abi.MSIX_ACCESS.bytes));
      abi.encode(abi.MSIX_ACCESS, values, view);
      return [machine.kernel.vmIoctl(abi.MASKBIT_ACCESS_MSIX, view), abi.decode(abi.MSIX_ACCESS, view).data];
    };
    expect(access({ offset: 16, bytes: 8, is_write: 1, data: [0xfee01000, 0x1234_5678] })).toEqual([
      ...[0, [0xfee01000, 0x1234_5678]],
    ]);
    expect(access({ offset: 16, bytes: 8, is_write: 0 })).toEqual([0, [0xfee01000, 0x1234_5678]]);
    expect(access({ offset: 16, bytes: 8, is_write: 2, data: [1, 2] })).toEqual([abi.EINVAL, [1, 2]]);
  });

  test('of interrupts have the GSI of INTx', () => {
    const machine = new Machine(2).assigned(7);
    machine.require('assignIrq', { assigned_dev_id: 7, flags: INTX, guest_irq: 0x0102_0304 });
    expect(machine.kernel.devices.get(7)!.guestIrq).toBe(0x0102_0304);
  });

  test.each(['reset', 'unregister'] as const)('that are reserved are zero: %s', (name) => {
    const machine = new Machine(2).assigned().withTable(2);
    expect([1, 2 ** 31, 0].map((reserved) => machine.call(name, { reserved }))).toEqual([abi.EINVAL, abi.EINVAL, 0]);
  });
});

test('a saved kernel has its devices in the order of their ids, and says of each whether it has the one table', () => {
  const machine = new Machine(1, 1);
  machine.require('assign', { assigned_dev_id: 5, devfn: 8, flags: 1 });
  machine.require('assign', { assigned_dev_id: 3, devfn: 16, flags: 1 });
  machine.require('createTable', { assigned_dev_id: 5, vector_count: 1, pba_offset: 0x2000 });
  const devices = [3, 5].map((id) => machine.kernel.devices.get(id)!);
  const [first, second] = devices.map((device) => {
    const words = new Uint32Array(device.savedWords);
    device.saveInto(words, 0);
    return [...words];
  });
  expect([...machine.kernel.save()].slice(3 + machine.kernel.routing.routes.length)).toEqual([
    3,
    0,
    ...first,
    5,
    1,
    ...second,
  ]);
});
