/**
 * What ends an assigned device while something is under way: a reset, a removal, a state that cannot be restored, and a BAR that
 * is mapped nowhere for a while. Each of these was a fault once.
 */
import { describe, expect, test } from 'vitest';
import {
  abi,
  AssignedDevice,
  HostFunction,
  Kernel,
  KIND_AT,
  OWNER_KERNEL,
  OWNER_USERSPACE,
  VOID,
} from '../../src/index.ts';
import { AssignedScene } from '../setup/assigned-scene.ts';
import { Machine, MSIX } from '../setup/machine.ts';

const DESIGNS = ['posted', 'reviewed', 'checked'] as const;

/** Vector 0 is in use with A and open, and the page is the kernel's. */
const inUse = (design: (typeof DESIGNS)[number], vcpuCount = 1): AssignedScene => {
  const scene = new AssignedScene(1, { design, vcpuCount }).handOver().write(0, 'A').unmask(0).control('on');
  scene.take();
  return scene;
};

describe.each(DESIGNS)('in the design %s', (design) => {
  //= MSIX-ASSIGN-15 type=test
  test('a write from before a reset does nothing when it completes [MSIX-ASSIGN-15]', () => {
    const { device } = new AssignedScene(1, { design });
    const fresh = new Uint32Array(device.savedWords);
    device.saveInto(fresh);
    device.writeControl(0x8000);
    device.reset();
    expect([device.complete(), device.stopped, device.host.enabled]).toEqual([true, false, false]);
    const now = new Uint32Array(device.savedWords);
    device.saveInto(now);
    expect([...now]).toEqual([...fresh]);
  });

  //= MSIX-ASSIGN-15 type=test
  test('a read from before a reset is answered as the function stands when it completes [MSIX-ASSIGN-15]', () => {
    const { device } = inUse(design);
    device.configRead(0x52, 2);
    device.reset();
    expect([device.complete(), device.answer[0]]).toEqual([true, 0]);
  });

  //= MSIX-ASSIGN-16 type=test
  test('of a device that was taken away nobody answers, though its page is mapped [MSIX-ASSIGN-16]', () => {
    const { device } = inUse(design);
    device.remove();
    const entry = device.entryAddress(0);
    expect([device.read(entry, 4), device.complete(), device.answer[0]]).toEqual([1, true, 0xffff_ffff]);
    expect([device.write(entry + 12, 4, 1), device.complete(), device.stopped]).toEqual([1, true, false]);
  });

  test('a reset by one vCPU ends the access of the other', () => {
    const { device } = inUse(design, 2);
    device.writeControl(0xc000, 1);
    device.configWrite(0x68, 2, 0x8000);
    expect([device.complete(), device.complete(1), device.isStopped(1)]).toEqual([true, true, false]);
    const read = new Uint32Array(8);
    device.peekInto(read);
    expect(read[0]).toBe(0);
  });

  //= MSIX-ASSIGN-16 type=test
  test('a message that is in flight when the device is taken away reaches nobody [MSIX-ASSIGN-16]', () => {
    const scene = inUse(design).signal(0);
    const { device } = scene;
    expect([device.isInFlight(0), device.remove(), device.isInFlight(0)]).toEqual([true, true, false]);
    scene.signal(0);
    expect([device.assign(), device.arrive(0), device.isPending(0)]).toEqual([true, false, false]);
    // The next owner sees its own alone.
    scene.handOver().write(0, 'B').unmask(0).control('on').signal(0).arrive(0);
    expect(scene.delivered()).toEqual(['deliver 0 B']);
  });

  test('an exit that is out when the device is taken away returns, and nobody answers', () => {
    const { device } = inUse(design);
    device.configRead(0x50, 4);
    device.remove();
    expect(device.accessOf(0)[KIND_AT]).toBe(VOID);
    expect([device.complete(), device.stopped, device.answer[0]]).toEqual([true, false, 0xffff_ffff]);
    expect([device.remove(), device.assign(), device.assign()]).toEqual([false, true, false]);
  });

  test('and so it does when someone else has taken it, by the call that does so', () => {
    const { device } = inUse(design);
    device.writeControl(0);
    const view = new DataView(new ArrayBuffer(abi.ASSIGNED_PCI_DEV.bytes));
    expect(device.kernel.vmIoctl(abi.KVM_DEASSIGN_PCI_DEVICE, view)).toBe(0);
    expect([device.complete(), device.stopped, device.mask(0), device.complete()]).toEqual([true, false, 1, true]);
    expect([device.remove(), device.assign(), device.writeControl(0x8000), device.complete()]).toEqual([
      true,
      true,
      1,
      true,
    ]);
  });

  test('a state whose page has no room here is refused, and nothing has changed', () => {
    const { device } = inUse(design);
    const saved = new Uint32Array(device.savedWords);
    device.saveInto(saved);
    const other = new AssignedDevice({ vectorCount: 1, design });
    const masks: number[] = [];
    other.kernel.bus.register(device.entryAddress(0), 16, {
      write: (_offset, _bytes, low) => masks.push(low) > 0,
      read: () => true,
    });
    const before = new Uint32Array(other.savedWords);
    other.saveInto(before);
    expect(() => other.restore(saved)).toThrow(/^AssignedDevice\.restore: got a state in which the page/);
    const after = new Uint32Array(other.savedWords);
    other.saveInto(after);
    expect([[...after], masks]).toEqual([[...before], []]);
  });

  test('an access that is out when another vCPU moves the BAR finds nobody where the page was', () => {
    const { device } = new AssignedScene(1, { design, vcpuCount: 2 });
    const accesses = [
      () => device.unmask(0, 1),
      () => device.writeMessage(0, 0xfee0_1000, 0, 7, 1),
      () => device.readEntry(0, 1),
    ];
    const read = new Uint32Array(8);
    device.peekInto(read);
    let to = 0x7ec0_0000;
    for (const access of accesses) {
      expect(access()).toBe(1);
      device.configWrite(0x10, 4, to);
      expect([device.complete(0), device.complete(1), device.isStopped(1)]).toEqual([true, true, false]);
      const seen = new Uint32Array(8);
      device.peekInto(seen);
      expect([...seen]).toEqual([...read]);
      to ^= 0x7ec0_0000 ^ 0x7ebf_0000;
    }
    expect([...device.answer.subarray(0, 4)]).toEqual([0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff]);
  });

  //= MSIX-ASSIGN-15 type=test
  test('a read that is out when a reset maps the page elsewhere is answered by nobody [MSIX-ASSIGN-15]', () => {
    const { device } = new AssignedScene(1, { design });
    device.configWrite(0x10, 4, 0x7ec0_0000);
    device.complete();
    device.readEntry(0);
    device.reset();
    // It is void at once: nobody who looks at the exit takes it for a read that is still to be done.
    expect(device.accessOf(0)[KIND_AT]).toBe(VOID);
    expect([device.complete(), device.stopped, device.answer[0], device.answer[3]]).toEqual([
      true,
      false,
      0xffff_ffff,
      0xffff_ffff,
    ]);
  });

  test('what may be peeked at is what a guest reads, also where the page was moved', () => {
    // The kernel's record says masked, and userspace's, where it has one, does not.
    const scene = inUse(design).mask(0);
    const { device } = scene;
    scene.after(device.configWrite(0x10, 4, 0x7ec0_0000));
    const read = new Uint32Array(8);
    device.peekInto(read);
    scene.after(device.readEntry(0));
    expect([...read.subarray(1, 5)]).toEqual([...device.answer.subarray(0, 4)]);
  });

  test('a saved state remembers that the device was taken away', () => {
    const { device } = inUse(design);
    device.remove();
    device.signal(0);
    const saved = new Uint32Array(device.savedWords);
    device.saveInto(saved);
    const other = inUse(design).device;
    other.restore(saved);
    const restored = new Uint32Array(other.savedWords);
    other.saveInto(restored);
    expect([[...restored], other.assign()]).toEqual([[...saved], true]);
    device.restore(saved);
    expect(device.assign()).toBe(true);
  });
});

test('a read of an entry from before a reset is answered as the entry stands when it completes', () => {
  const scene = inUse('reviewed').takeBack().hold();
  scene.device.readEntry(0);
  scene.device.reset();
  expect([scene.device.complete(), scene.answer]).toEqual([true, 'masked zero']);
});

test('a message comes into force before the device may send: what is sent in the unmasking already carries it', () => {
  const told: number[] = [];
  const device: AssignedDevice = new AssignedDevice({
    vectorCount: 1,
    sent: (vector) => void device.arrive(vector),
    deliver: (_low, _high, data) => void told.push(data),
  });
  const done = (_: unknown): boolean => device.complete();
  done(device.writeMessage(0, 0xfee01000, 0, 7));
  done(device.writeControl(0x8000));
  device.signal(0);
  done(device.unmask(0));
  expect(told).toEqual([7]);
});

describe('the page of the table', () => {
  //= MSIX-ASSIGN-12 type=test
  test("is the kernel's again when Memory Space Enable is cleared and set again [MSIX-ASSIGN-12]", () => {
    const scene = inUse('reviewed');
    const { device } = scene;
    const before = scene.save();
    scene.after(device.configWrite(4, 2, 0x0004));
    expect([device.owner, device.kernel.bus.rangeCount]).toEqual([OWNER_USERSPACE, 0]);
    // It was given away, and is not given twice.
    expect([device.register(), device.registered()]).toEqual([false, false]);
    scene.after(device.configWrite(4, 2, 0x0006));
    expect([device.owner, device.kernel.bus.rangeCount]).toEqual([OWNER_KERNEL, 2]);
    expect([...scene.save()]).toEqual([...before]);
  });

  test('may be taken back while it is mapped nowhere', () => {
    const scene = inUse('reviewed');
    const { device } = scene;
    scene.after(device.configWrite(4, 2, 0x0004));
    expect([device.unregister(), device.unregistered()]).toEqual([true, true]);
    scene.after(device.configWrite(4, 2, 0x0006));
    expect([device.owner, device.kernel.bus.rangeCount]).toEqual([OWNER_USERSPACE, 0]);
  });

  test('stays where it was in the posted design, which is told of no move (hazard S4)', () => {
    const scene = inUse('posted');
    const { device } = scene;
    const old = device.entryAddress(0);
    scene.after(device.configWrite(0x10, 4, 0x7ec0_0000));
    expect([device.entryAddress(0) - old, device.kernel.bus.read(old, 4, new Uint32Array(2))]).toEqual([
      0x1_0000,
      true,
    ]);
    expect(device.kernel.bus.read(device.entryAddress(0), 4, new Uint32Array(2))).toBe(false);
  });
});

describe('a device of the host that goes from one machine to another', () => {
  const place = { busnr: 0, devfn: 8 };

  /** A machine that the function is assigned to, with vector 0 live. */
  function owner(host: HostFunction, told: string[], name: string): Kernel {
    const kernel = new Kernel({
      hostDevices: [{ ...place, function: host }],
      deliver: (_low, _high, data, vector) => told.push(`${name} ${vector} ${data}`),
    });
    const call = (request: number, struct: abi.Struct, values: abi.Values): void => {
      const view = new DataView(new ArrayBuffer(struct.bytes));
      abi.encode(struct, values, view);
      expect(kernel.vmIoctl(request, view)).toBe(0);
    };
    call(abi.KVM_ASSIGN_PCI_DEVICE, abi.ASSIGNED_PCI_DEV, { ...place, flags: 1 });
    call(abi.MASKBIT_CREATE_MSIX_TABLE, abi.MSIX_TABLE, { vector_count: 1, pba_offset: 0x2000 });
    call(abi.KVM_ASSIGN_DEV_IRQ, abi.ASSIGNED_IRQ, { flags: MSIX });
    call(abi.MASKBIT_SET_MSIX_CONTROL, abi.MSIX_CONTROL, { control: abi.MSIX_CONTROL_ENABLE });
    const unmasked = { offset: 12, bytes: 4, is_write: 1, data: [0, 0] };
    call(abi.MASKBIT_ACCESS_MSIX, abi.MSIX_ACCESS, unmasked);
    return kernel;
  }

  test('takes no message along, in flight or pending', () => {
    const told: string[] = [];
    const host = new HostFunction({ vectorCount: 1 });
    const first = owner(host, told, 'first');
    host.signal(0);
    expect([host.isInFlight(0), deassign(first), host.isInFlight(0)]).toEqual([true, 0, false]);
    host.signal(0);
    const second = owner(host, told, 'second');
    expect([host.arrive(0), second.devices.size, told]).toEqual([false, 1, []]);
    host.signal(0);
    host.arrive(0);
    expect(told).toEqual(['second 0 0']);
  });

  test('is masked, disabled and connected to nobody in between', () => {
    const told: string[] = [];
    const host = new HostFunction({ vectorCount: 1 });
    const first = owner(host, told, 'first');
    deassign(first);
    expect([host.enabled, host.isMasked(0), first.hostInterrupt(host.firstIrq), first.spuriousIrqs]).toEqual([
      false,
      true,
      false,
      1,
    ]);
    host.enable();
    host.program(0);
    host.setMask(0, 0);
    host.signal(0);
    expect([host.arrive(0), first.spuriousIrqs, told]).toEqual([true, 1, []]);
  });

  function deassign(kernel: Kernel): number {
    return kernel.vmIoctl(abi.KVM_DEASSIGN_PCI_DEVICE, new DataView(new ArrayBuffer(abi.ASSIGNED_PCI_DEV.bytes)));
  }

  test('is reset when it is assigned: what someone left in it is gone', () => {
    const machine = new Machine(1);
    const [host] = machine.hosts;
    host.enable();
    host.program(0);
    host.setMask(0, 0);
    host.signal(0);
    machine.assigned();
    expect([host.enabled, host.isMasked(0), host.isInFlight(0)]).toEqual([false, true, false]);
  });
});
