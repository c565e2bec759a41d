/**
 * The assigned device by hand: stories of guests as Linux is one, then the edges of the handover, then refusals. That it equals its
 * machine in every state is the lockstep's to show.
 */
import { describe, expect, test } from 'vitest';
import {
  ACCESS_REFUSED,
  AssignedDevice,
  type AssignedDeviceOptions,
  CONFIG_WRITE,
  ENTRY_READ,
  MMIO_WRITE,
  WORK_NONE,
} from '../../src/index.ts';
import { AssignedScene } from '../setup/assigned-scene.ts';

describe('a guest brings its device up as Linux does', () => {
  /** Enables with Function Mask set, writes entries while they are masked, clears Function Mask, unmasks one by one. */
  function broughtUp(vectors: number, options: Omit<AssignedDeviceOptions, 'vectorCount'> = {}): AssignedScene {
    const scene = new AssignedScene(vectors, options).handOver().control('onMasked');
    for (let vector = 0; vector < vectors; vector++) scene.write(vector, 'A').mask(vector).flush();
    scene.control('on');
    for (let vector = 0; vector < vectors; vector++) scene.unmask(vector);
    scene.take();
    return scene;
  }

  //= MSIX-ASSIGN-13, MSIX-ASSIGN-4 type=test
  test("and nothing of it exits but Message Control, once the page is the kernel's [MSIX-ASSIGN-13]", () => {
    const scene = broughtUp(4);
    expect(scene.takeExits()).toBe(2);
    scene.signal(2).arrive(2);
    expect(scene.take()).toEqual(['send 2', 'deliver 2 A']);
    scene.mask(2).flush().signal(2);
    expect([scene.take(), scene.device.isPending(2)]).toEqual([['return', 'return'], true]);
    scene.unmask(2).arrive(2);
    expect(scene.take()).toEqual(['send 2', 'return', 'deliver 2 A']);
    expect(scene.takeExits()).toBe(0);
  });

  test("or with every access an exit, while the page is userspace's, and to the same effect", () => {
    const scene = new AssignedScene(1).control('onMasked').write(0, 'A').control('on').unmask(0);
    expect(scene.takeExits()).toBe(6);
    scene.take();
    scene.signal(0).arrive(0);
    expect(scene.take()).toEqual(['send 0', 'deliver 0 A']);
  });

  //= MSIX-ASSIGN-6 type=test
  test('masks, and reads to flush: what is in flight arrives with the read, and then no more [MSIX-ASSIGN-6]', () => {
    const scene = broughtUp(3).signal(0, 1);
    scene.take();
    scene.mask(0).flush();
    expect(scene.take()).toEqual(['return', 'deliver 0 A', 'deliver 1 A', 'return']);
    scene.signal(0).arrive(0);
    expect(scene.take()).toEqual([]);
  });

  //= MSIX-ASSIGN-6 type=test
  test.each([
    ['the Pending Bit Array', 0x2000],
    ['the entry of another vector', 0x20],
    ['a QWORD of the table', 0x08],
  ])('a read of %s flushes as well [MSIX-ASSIGN-6]', (_, offset) => {
    const scene = broughtUp(3).signal(0);
    scene.take();
    scene.after(scene.device.read(scene.device.entryAddress(0) + offset, offset === 8 ? 8 : 4));
    expect(scene.take()).toEqual(['deliver 0 A', 'return']);
  });

  //= MSIX-ASSIGN-9 type=test
  test('masks, and does not read: what is in flight still arrives, in the design that the review asks for [MSIX-ASSIGN-9]', () => {
    const scene = broughtUp(1).signal(0).mask(0).write(0, 'B');
    scene.take();
    scene.arrive(0);
    expect([scene.take(), scene.device.isPending(0)]).toEqual([['deliver 0 A'], false]);
    const checked = broughtUp(1, { design: 'checked' }).signal(0).mask(0).write(0, 'B').arrive(0);
    expect([checked.delivered(), checked.device.isPending(0)]).toEqual([[], true]);
    checked.unmask(0).arrive(0);
    expect(checked.delivered()).toEqual(['deliver 0 B']);
  });

  //= MSIX-ASSIGN-7 type=test
  test('moves an interrupt without masking it: the write is kept, and in force from the next unmask [MSIX-ASSIGN-7]', () => {
    const scene = broughtUp(1).write(0, 'B');
    expect(scene.read(0)).toBe('unmasked B');
    scene.signal(0).arrive(0).mask(0).unmask(0).signal(0).arrive(0);
    expect(scene.delivered()).toEqual(['deliver 0 A', 'deliver 0 B']);
  });

  //= MSIX-ASSIGN-2 type=test
  test('leaves zeros in an entry, and uses it: they mean nothing [MSIX-ASSIGN-2]', () => {
    const scene = new AssignedScene(2).handOver().control('on').unmask(1).signal(1).arrive(1);
    expect(scene.delivered()).toEqual(['deliver 1 zero']);
    scene.mask(1).signal(1).write(1, 'A').write(1, 'zero').write(1, 'C').unmask(1).arrive(1);
    expect(scene.delivered()).toEqual(['deliver 1 C']);
  });

  //= MSIX-ASSIGN-1, MSIX-ASSIGN-10 type=test
  test('adds an entry while the others run, and none of them loses anything [MSIX-ASSIGN-10]', () => {
    for (const owner of ['kernel', 'userspace']) {
      const scene = new AssignedScene(3).handOver().control('on').write(0, 'A').unmask(0).signal(0);
      if (owner === 'userspace') scene.takeBack();
      // One of the others is in flight, one is pending and masked, while vector 1 is unmasked for the first time.
      scene.signal(2).take();
      scene.signal(1).write(1, 'B').unmask(1);
      expect(scene.take().filter((told) => told !== 'return' && told !== 'exit')).toEqual(['send 1']);
      expect([0, 1].map((vector) => scene.device.isInFlight(vector))).toEqual([true, true]);
      expect(scene.device.isPending(2)).toBe(true);
      scene.arrive(1, 0);
      expect(scene.take()).toEqual(['deliver 1 B', 'deliver 0 A']);
    }
  });

  //= MSIX-ASSIGN-8, MSIX-ASSIGN-11, MSIX-ASSIGN-3 type=test
  test('disables MSI-X: what is in flight arrives first, INTx is back, events wait for the next enabling [MSIX-ASSIGN-8]', () => {
    const scene = broughtUp(2);
    expect([scene.device.intx, scene.device.monitor.device.irqTypes]).toEqual([false, 0x0404]);
    scene.signal(0).take();
    scene.control('off');
    expect(scene.take()).toEqual(['exit', 'deliver 0 A', 'return']);
    expect([scene.device.intx, scene.device.monitor.device.irqTypes, scene.device.host.enabled]).toEqual([
      true,
      0x0101,
      false,
    ]);
    scene.signal(1);
    expect([scene.read(1), scene.poll(1)]).toEqual(['unmasked A', 'pending']);
    scene.take();
    scene.control('on').arrive(1);
    expect(scene.take()).toEqual(['exit', 'send 1', 'return', 'deliver 1 A']);
    expect(scene.device.intx).toBe(false);
  });

  //= MSIX-ASSIGN-8, MSIX-ASSIGN-3 type=test
  test('sets Function Mask: what is in flight arrives first, and INTx stays away [MSIX-ASSIGN-8]', () => {
    const scene = broughtUp(1).signal(0);
    scene.take();
    scene.control('onMasked');
    expect([scene.take(), scene.device.intx]).toEqual([['exit', 'deliver 0 A', 'return'], false]);
    scene.signal(0).control('on').arrive(0);
    expect(scene.delivered()).toEqual(['deliver 0 A']);
  });

  test('resets the function by a Function Level Reset: all is as at the start, and INTx is back (HB-20, HB-21)', () => {
    const scene = broughtUp(2).mask(1).signal(0, 1);
    scene.take();
    scene.after(scene.device.configWrite(0x60 + 8, 2, 0x8000));
    expect(scene.take()).toEqual(['exit', 'deliver 0 A', 'return']);
    expect([scene.device.intx, scene.owner]).toEqual([true, 'userspace']);
    expect(scene.peek()).toEqual(new AssignedScene(2).peek());
    // The guest sets its BAR and its command register again, and goes on.
    scene.after(scene.device.configWrite(0x10, 4, 0xfebf0000)).after(scene.device.configWrite(0x04, 2, 6));
    scene.handOver().control('on').write(0, 'B').unmask(0).signal(0).arrive(0);
    expect(scene.delivered()).toEqual(['deliver 0 B']);
  });

  test('gets an interrupt out of a message, decoded', () => {
    const interrupts: string[] = [];
    const device = new AssignedDevice({
      vectorCount: 1,
      interrupt: ({ destination, vector, logical }) => interrupts.push(`${vector} at ${destination} ${logical}`),
    });
    device.writeControl(0x8000);
    device.complete();
    device.register();
    device.registered();
    device.writeAddress(0, 0xfee03004, 0);
    device.writeData(0, 0x41);
    device.unmask(0);
    device.signal(0);
    device.arrive(0);
    expect([interrupts, device.kernel.refusedMessages]).toEqual([['65 at 3 true'], 0]);
  });
});

describe('the page changes hands', () => {
  /** Two vectors: 0 in use with A, in flight, and since rewritten to B; 1 masked and pending. */
  const busy = (design: 'reviewed' | 'checked' = 'reviewed'): AssignedScene => {
    const scene = new AssignedScene(2, { design }).control('on').write(0, 'A').write(1, 'C').unmask(0).signal(0, 1);
    scene.write(0, 'B').take();
    return scene;
  };

  //= MSIX-OWN-2, MSIX-OWN-1 type=test
  test('and nothing that the guest can read or receive changes, at any step of the way, either way [MSIX-OWN-2]', () => {
    const expected = busy().peek();
    const scene = busy();
    const { device } = scene;
    for (const step of ['register', 'registered', 'unregister', 'unregistered', 'register', 'registered'] as const) {
      expect(device[step]()).toBe(true);
      expect([scene.take(), scene.peek(), device.isInFlight(0)]).toEqual([[], expected, true]);
    }
    scene.arrive(0).unmask(1).arrive(1);
    expect(scene.delivered()).toEqual(['deliver 0 A', 'deliver 1 C']);
  });

  //= MSIX-OWN-1 type=test
  test('and accesses exit, but while the kernel has it [MSIX-OWN-1]', () => {
    const scene = new AssignedScene(1);
    const { device } = scene;
    const told = [
      () => true,
      () => device.register(),
      () => device.registered(),
      () => device.unregister(),
      () => device.unregistered(),
    ].map((step) => {
      step();
      scene.mask(0).flush();
      return `${scene.owner}: ${scene.takeExits()} exits`;
    });
    expect(told).toEqual([
      'userspace: 2 exits',
      'registering: 2 exits',
      'kernel: 0 exits',
      'returning: 2 exits',
      'userspace: 2 exits',
    ]);
  });

  //= MSIX-OWN-3, MSIX-OWN-2, MSIX-ASSIGN-5 type=test
  test('while an access is stopped in an exit, which completes to the same effect [MSIX-OWN-3] [MSIX-ASSIGN-5]', () => {
    const steps = ['register', 'registered', 'unregister', 'unregistered', 'register'] as const;
    for (let count = 0; count <= steps.length; count++) {
      const scene = new AssignedScene(1).control('on').write(0, 'A').signal(0).hold().unmask(0);
      for (const step of steps.slice(0, count)) expect(scene.device[step]()).toBe(true);
      scene.take();
      scene.complete();
      expect(scene.take()).toEqual(['send 0', 'return']);
      // Whoever answers now, there is one Mask Bit.
      scene.read(0);
      expect([scene.complete().answer, scene.delivered()]).toEqual(['unmasked A', ['deliver 0 A']]);
    }
  });

  test('while a read is stopped, which then returns what stands there as it completes', () => {
    const scene = new AssignedScene(1).control('on').write(0, 'A').unmask(0).hold();
    scene.take();
    scene.read(0);
    scene.device.register();
    scene.signal(0).device.registered();
    scene.complete();
    expect(scene.take()).toEqual(['exit', 'send 0', 'deliver 0 A', 'return unmasked A']);
  });

  test('and it is not its turn: nothing happens', () => {
    const { device } = new AssignedScene(1);
    expect([device.registered(), device.unregister(), device.unregistered(), device.owner]).toEqual([
      false,
      false,
      false,
      0,
    ]);
    device.register();
    expect([device.register(), device.unregister(), device.unregistered(), device.owner]).toEqual([
      false,
      false,
      false,
      1,
    ]);
  });

  //= MSIX-ASSIGN-12 type=test
  test('when the guest moves the BAR: the kernel answers where it is now, and nowhere else [MSIX-ASSIGN-12]', () => {
    const scene = new AssignedScene(1).handOver().control('on').write(0, 'A').unmask(0);
    const { device } = scene;
    const before = device.entryAddress(0);
    scene.after(device.configWrite(0x10, 4, 0xe000_0000)).take();
    scene.takeExits();
    expect(device.entryAddress(0)).toBe(0xe000_0000);
    scene.after(device.read(before, 4));
    expect([scene.takeExits(), device.answer[0]]).toEqual([1, 0xffffffff]);
    expect([scene.read(0), scene.takeExits(), scene.owner]).toEqual(['unmasked A', 0, 'kernel']);
  });

  //= MSIX-ASSIGN-12 type=test
  test("when the guest unmaps the BAR, or puts it where something else is: the page is userspace's again [MSIX-ASSIGN-12]", () => {
    const scene = new AssignedScene(1).handOver();
    const { device } = scene;
    scene.after(device.configWrite(0x04, 2, 0));
    expect([scene.owner, device.kernel.bus.rangeCount]).toEqual(['userspace', 0]);
    scene.handOver();
    expect(scene.owner).toBe('userspace');
    scene.after(device.configWrite(0x04, 2, 2)).handOver();
    expect(scene.owner).toBe('kernel');
    const other = { write: () => true as const, read: () => true as const };
    device.kernel.bus.register(0xd0002000, 16, other);
    scene.after(device.configWrite(0x10, 4, 0xd0000000));
    expect([scene.owner, device.kernel.bus.rangeCount]).toEqual(['userspace', 1]);
    scene.mask(0);
    expect(scene.take().slice(-2)).toEqual(['exit', 'return']);
  });
});

describe('the configuration space', () => {
  const read = (scene: AssignedScene, offset: number, bytes: number): number => {
    scene.after(scene.device.configRead(offset, bytes));
    return scene.device.answer[0];
  };

  test('has its chain of capabilities intact, with MSI-X in it', () => {
    const scene = new AssignedScene(64);
    const chain: string[] = [];
    for (let at = read(scene, 0x34, 1); at !== 0; at = read(scene, at + 1, 1)) {
      chain.push(`${at.toString(16)}: ${read(scene, at, 1).toString(16)}`);
    }
    expect(chain).toEqual(['40: 1', '50: 11', '60: 10']);
    expect([read(scene, 0x06, 2) & 0x10, read(scene, 0x00, 4), read(scene, 0x0e, 1)]).toEqual([0x10, 0x00101b36, 0]);
    expect([0x52, 0x54, 0x58].map((offset) => read(scene, offset, offset === 0x52 ? 2 : 4))).toEqual([63, 0, 0x2000]);
  });

  //= MSIX-CAP-8 type=test
  test('takes the two bits by a write of any width, and keeps what is read-only [MSIX-CAP-8]', () => {
    for (const [offset, bytes, value] of [
      [0x50, 4, 0xffff_ffff],
      [0x52, 2, 0xffff],
      [0x53, 1, 0xff],
    ]) {
      const scene = new AssignedScene(3);
      scene.after(scene.device.configWrite(offset, bytes, value));
      expect([read(scene, 0x50, 4), scene.device.intx]).toEqual([0xc0026011, false]);
    }
    const scene = new AssignedScene(3);
    scene.after(scene.device.configWrite(0x52, 1, 0xff)).after(scene.device.configWrite(0x54, 4, 0xffff_ffff));
    expect([read(scene, 0x50, 4), read(scene, 0x54, 4), scene.device.intx]).toEqual([0x00026011, 0, true]);
  });

  test('shows the length of its BAR when the guest asks for it', () => {
    const scene = new AssignedScene(1);
    scene.after(scene.device.configWrite(0x04, 2, 0)).after(scene.device.configWrite(0x10, 4, 0xffff_ffff));
    expect(read(scene, 0x10, 4)).toBe(0xffff_0000);
  });

  test('answers what does not exist with all-ones, and takes no write there', () => {
    const scene = new AssignedScene(1);
    const before = scene.peek();
    expect([read(scene, 0x100, 4), read(scene, 0xfe, 4), read(scene, 0, 3)]).toEqual([
      0xffff_ffff, 0xffff_ffff, 0xffff_ffff,
    ]);
    for (const offset of [0x100, 0.5, -1, 0x51 + 2 ** 32]) {
      scene.after(scene.device.configWrite(offset, 4, 0xffff_ffff));
    }
    expect([scene.peek(), scene.device.monitor.config.refused, scene.device.refused]).toEqual([before, 4, 3]);
  });
});

describe("a guest's nonsense", () => {
  test('is answered by all-ones, changes nothing and is counted, by the kernel and in an exit alike', () => {
    for (const owner of ['kernel', 'userspace'] as const) {
      const scene = new AssignedScene(2).control('on').write(0, 'A').unmask(0);
      if (owner === 'kernel') scene.handOver();
      const { device } = scene;
      const before = [...scene.save()];
      const base = device.entryAddress(0);
      for (const [address, bytes] of [
        [base + 1, 4],
        [base + 4, 8],
        [base, 2],
        [base, 1],
        [base + 28, 8],
        [base + 0x2002, 4],
      ]) {
        scene.after(device.read(address, bytes));
        expect(device.answer[0]).toBe(bytes === 1 ? 0xff : bytes === 2 ? 0xffff : 0xffff_ffff);
        scene.after(device.write(address, bytes, 0xffff_ffff, 0xffff_ffff));
      }
      expect([...scene.save()]).toEqual(before);
      expect(device.monitor.device.table?.refusals).toEqual({ reads: 6, writes: 5 });
    }
  });

  test("beyond the table is nobody's, or userspace's to refuse", () => {
    const scene = new AssignedScene(2).handOver().control('on');
    const { device } = scene;
    const before = [...scene.save()];
    for (const address of [
      device.entryAddress(2),
      device.entryAddress(0) + 0xfff8,
      device.entryAddress(0) - 8,
      0,
      2 ** 40,
    ]) {
      scene.after(device.read(address, 8));
      expect([...device.answer.subarray(0, 2)]).toEqual([0xffff_ffff, 0xffff_ffff]);
      scene.after(device.write(address, 4, 1));
    }
    scene.mask(2, 200).unmask(2).write(2, 'A');
    scene.after(device.writeMessage(2, 1, 2, 3));
    expect([...scene.save()]).toEqual(before);
  });

  test('a write to the Pending Bit Array is ignored', () => {
    for (const owner of ['kernel', 'userspace'] as const) {
      const scene = new AssignedScene(2).control('on').signal(1);
      if (owner === 'kernel') scene.handOver();
      scene.after(scene.device.write(scene.device.pbaAddress, 8, 0xffff_ffff, 0xffff_ffff));
      scene.after(scene.device.write(scene.device.pbaAddress, 4, 0));
      expect(scene.device.isPending(1)).toBe(true);
      scene.after(scene.device.read(scene.device.pbaAddress, 8));
      expect([...scene.device.answer.subarray(0, 2)]).toEqual([2, 0]);
    }
  });
});

describe('a vCPU that is stopped', () => {
  test('makes no access, and says which one it is in', () => {
    const scene = new AssignedScene(1).hold().control('on');
    const { device } = scene;
    const before = [...scene.save()];
    expect([device.stopped, device.isExit, device.due, device.access[0]]).toEqual([
      true,
      true,
      WORK_NONE,
      CONFIG_WRITE,
    ]);
    expect([
      device.writeControl(0),
      device.configRead(0, 4),
      device.mask(0),
      device.read(0, 4),
      device.writeMessage(0, 0, 0, 0),
      device.readEntry(0),
    ]).toEqual([2, 2, 2, 2, 2, 2]);
    expect([ACCESS_REFUSED, [...scene.save()]]).toEqual([2, before]);
    expect([device.complete(), device.complete(), device.stopped]).toEqual([true, false, false]);
    device.mask(0);
    expect([...device.access]).toEqual([MMIO_WRITE, 0x7ebf000c, 0, 4, 1, 0, 0]);
    device.complete();
    device.readEntry(0);
    expect([...device.access]).toEqual([ENTRY_READ, 0x7ebf0000, 0, 16, 0, 0, 0]);
  });
});

describe('a saved device', () => {
  test('comes back as it was, an exit, a handover, and messages in flight with it', () => {
    for (const design of ['reviewed', 'checked', 'posted'] as const) {
      const scene = new AssignedScene(2, { design })
        .control('on')
        .write(0, 'A')
        .unmask(0)
        .handOver()
        .signal(0, 1)
        .write(0, 'B');
      scene.device.unregister();
      scene.hold().unmask(1);
      const restored = new AssignedScene(2, { design });
      restored.device.restore(scene.save());
      expect([restored.take(), [...restored.save()]]).toEqual([[], [...scene.save()]]);
      expect(restored.peek()).toEqual(scene.peek());
      scene.take();
      const goOn = (each: AssignedScene): string[] =>
        each.complete().arrive(0, 1).take().concat(each.signal(1).arrive(1).take());
      expect(goOn(restored)).toEqual(goOn(scene));
    }
  });

  test('is refused in a sentence when it has another size', () => {
    const { device } = new AssignedScene(2);
    const words = device.savedWords;
    expect(() => device.restore(new AssignedScene(3).save())).toThrow(
      /^AssignedDevice.restore: got a Uint32Array of \d+ words; expected/,
    );
    expect(() => device.restore(undefined as never)).toThrow(
      new RangeError(`AssignedDevice.restore: got undefined; expected a Uint32Array of ${words} words.`),
    );
    expect(() => device.saveInto(new Uint32Array(3))).toThrow(
      new RangeError(
        `AssignedDevice.saveInto: got a Uint32Array of 3 words; expected a Uint32Array of at least ${words} words.`,
      ),
    );
    expect(() => device.peekInto(new Uint32Array(3))).toThrow(
      new RangeError(
        'AssignedDevice.peekInto: got a Uint32Array of 3 words; expected a Uint32Array of at least 11 words.',
      ),
    );
  });
});

test.each([
  [{ vectorCount: 0 }, 'vectorCount is 0; expected an integer from 1 to 2048.'],
  [{ vectorCount: 2049 }, 'vectorCount is 2049; expected an integer from 1 to 2048.'],
  [{ vectorCount: 1.5 }, 'vectorCount is 1.5; expected an integer from 1 to 2048.'],
  [{ vectorCount: 1, design: 'other' }, "design is 'other'; expected one of reviewed, checked, posted."],
  [
    { vectorCount: 1, barAddress: 0x1000 },
    'barAddress is 4096; expected a multiple of 65536 from 65536 to 4503599627304960.',
  ],
  [{ vectorCount: 1, barAddress: 0 }, 'barAddress is 0; expected a multiple of 65536 from 65536 to 4503599627304960.'],
])('options that no device can have are refused in a sentence: %j', (options, sentence) => {
  expect(() => new AssignedDevice(options as AssignedDeviceOptions)).toThrow(
    new RangeError(`AssignedDevice: ${sentence}`),
  );
});
