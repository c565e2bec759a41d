/**
 * The posted design, run: what its review objects to, each beside the design that the review asks for. That it equals its machine in
 * every state is the lockstep's to show.
 */
import { describe, expect, test } from 'vitest';
import {
  OWNER_KERNEL,
  OWNER_REGISTERING,
  OWNER_RETURNING,
  OWNER_USERSPACE,
  WORK_DISABLE_ALL,
  WORK_ENABLE_ALL,
  WORK_NONE,
  WORK_PLACE,
  WORK_REBUILD,
} from '../../src/index.ts';
import { AssignedScene } from '../setup/assigned-scene.ts';

const DESIGNS = ['posted', 'reviewed'] as const;

/** Runs the same story on both designs, and returns what each told. */
function onBoth<Told>(vectors: number, story: (scene: AssignedScene) => Told): Record<(typeof DESIGNS)[number], Told> {
  const [posted, reviewed] = DESIGNS.map((design) => story(new AssignedScene(vectors, { design })));
  return { posted, reviewed };
}

/** Vector 0 is in use with A, and the page is the kernel's. */
const inUse = (scene: AssignedScene): AssignedScene => {
  scene.handOver().write(0, 'A').control('on').unmask(0).take();
  scene.takeExits();
  return scene;
};

describe('what the review objects to', () => {
  //= MSIX-POSTED-1 type=test
  test('an entry of zeros is not in use: its event is never delivered (R2) [MSIX-POSTED-1]', () => {
    const story = (scene: AssignedScene): string[] =>
      inUse(scene).unmask(1).signal(1).arrive(1).mask(1).unmask(1).arrive(1).delivered();
    expect(onBoth(2, story)).toEqual({ posted: [], reviewed: ['deliver 1 zero'] });
  });

  test('a message of a masked vector arrives after the read that should have flushed it (R6)', () => {
    const story = (scene: AssignedScene): string[] => {
      inUse(scene).signal(0).mask(0).flush();
      scene.take();
      return scene.arrive(0).take();
    };
    expect(onBoth(1, story)).toEqual({ posted: ['deliver 0 A'], reviewed: [] });
  });

  //= MSIX-POSTED-5 type=test
  test('because the kernel reads from its own tables, and does not reach the device [MSIX-POSTED-5]', () => {
    const story = (scene: AssignedScene): unknown[] => {
      inUse(scene).signal(0).take();
      const answer = scene.read(0);
      return [answer, scene.takeExits(), scene.device.isInFlight(0)];
    };
    expect(onBoth(1, story)).toEqual({
      posted: ['unmasked A', 0, true],
      reviewed: ['unmasked A', 0, false],
    });
  });

  //= MSIX-POSTED-3, MSIX-POSTED-7 type=test
  test('two records of one Mask Bit come apart when MSI-X is disabled and enabled again (R5) [MSIX-POSTED-3]', () => {
    const story = (scene: AssignedScene): unknown[] => {
      const told = [scene.handOver().write(0, 'A').unmask(0).control('on').mask(0).read(0)];
      // The page goes with the host's MSI-X, and userspace's record is of before; it is copied at the enabling.
      told.push(scene.control('off').read(0), scene.control('on').read(0));
      scene.take();
      return [...told, scene.signal(0).take()];
    };
    const [masked, unmasked] = ['masked A', 'unmasked A'];
    expect(onBoth(1, story)).toEqual({
      posted: [masked, unmasked, unmasked, ['send 0']],
      reviewed: [masked, masked, masked, []],
    });
  });

  //= MSIX-POSTED-2, MSIX-POSTED-4 type=test
  test('a new entry tears down the others, whose interrupts are lost (R9) [MSIX-POSTED-2] [MSIX-POSTED-4]', () => {
    const story = (scene: AssignedScene): unknown[] => {
      inUse(scene).write(1, 'B').mask(0).signal(0).unmask(0).take();
      scene.signal(1).unmask(1);
      return [scene.device.isInFlight(0), scene.arrive(0, 1).delivered()];
    };
    expect(onBoth(2, story)).toEqual({
      posted: [false, []],
      reviewed: [true, ['deliver 0 A', 'deliver 1 B']],
    });
  });

  //= MSIX-POSTED-6 type=test
  test('a write to an unmasked entry is discarded, and one to a masked one is in force at once (R7) [MSIX-POSTED-6]', () => {
    const story = (scene: AssignedScene): unknown[] => {
      const told = [inUse(scene).write(0, 'B').read(0), scene.takeExits()];
      scene.signal(0).mask(0).write(0, 'C').take();
      return [...told, scene.arrive(0).take()];
    };
    expect(onBoth(1, story)).toEqual({
      posted: ['unmasked A', 3, ['deliver 0 C']],
      reviewed: ['unmasked B', 0, ['deliver 0 A']],
    });
  });
});

describe('what the patch leaves open', () => {
  //= MSIX-POSTED-9 type=test
  test('a read of the Pending Bit Array reaches the device, and brings in what is in flight [MSIX-POSTED-9]', () => {
    const story = (scene: AssignedScene): unknown[] => {
      inUse(scene).signal(0).take();
      const answer = scene.poll(0);
      return [answer, scene.delivered(), scene.device.isInFlight(0)];
    };
    const told = ['quiet', ['deliver 0 A'], false];
    expect(onBoth(1, story)).toEqual({ posted: told, reviewed: told });
  });

  //= MSIX-POSTED-10 type=test
  test("masking by a QWORD reaches userspace's record alone, and the vector still sends [MSIX-POSTED-10]", () => {
    const story = (scene: AssignedScene): unknown[] => {
      inUse(scene);
      const { device } = scene;
      scene.after(device.write(device.entryAddress(0) + 8, 8, 7, 1)).take();
      const exits = scene.takeExits();
      return [exits, scene.read(0), scene.signal(0).take().includes('send 0')];
    };
    const { posted, reviewed } = onBoth(1, story);
    expect(posted).toEqual([1, 'unmasked A', true]);
    expect(reviewed).toEqual([0, expect.stringMatching(/^masked /), false]);
  });

  //= MSIX-POSTED-8 type=test
  test('nothing is built up or torn down for two vCPUs at once, and all else goes on [MSIX-POSTED-8]', () => {
    const scene = new AssignedScene(1, { design: 'posted', vcpuCount: 2 }).handOver().write(0, 'A').unmask(0);
    const { device } = scene;
    device.writeControl(0x8000);
    device.writeControl(0, 1);
    expect([device.complete(), device.dueOf(0), device.complete(1), device.isExitOf(1)]).toEqual([
      false,
      WORK_ENABLE_ALL,
      false,
      true,
    ]);
    expect([device.enableAll(), device.dueOf(0), device.owner]).toEqual([false, WORK_PLACE, OWNER_REGISTERING]);
    expect([device.complete(1), device.place(), device.owner]).toEqual([false, true, OWNER_KERNEL]);
    expect([device.complete(1), device.dueOf(1), device.disableAll()]).toEqual([false, WORK_DISABLE_ALL, false]);
    expect([device.withdraw(), device.owner, device.withdraw()]).toEqual([true, OWNER_RETURNING, false]);
    // A mask of the other vCPU, while vectors are live and the page is off the bus: hazard S3.
    device.mask(0);
    expect(device.complete()).toBe(true);
    expect(scene.signal(0).take()).toContain('send 0');
    expect([device.disableAll(), device.owner, device.stopped]).toEqual([true, OWNER_USERSPACE, false]);
  });

  test('an enabling that fails leaves MSI-X off, whatever the guest thinks, and userspace goes on', () => {
    const scene = new AssignedScene(1, { design: 'posted' }).handOver().write(0, 'A').unmask(0);
    const { device } = scene;
    // Something else stands where the guest has put the page by then.
    const neighbour = { write: () => true as const, read: () => true as const };
    device.kernel.bus.register(device.entryAddress(0) + 0x800, 16, neighbour);
    scene.control('on').signal(0).take();
    expect([device.host.enabled, device.stopped, device.isInFlight(0), device.owner]).toEqual([
      false,
      false,
      false,
      OWNER_USERSPACE,
    ]);
    expect(scene.read(0)).toBe('unmasked A');
    device.kernel.bus.unregister(neighbour);
    expect(scene.control('off').control('on').signal(0).take()).toContain('send 0');
  });
});

describe('the posted design at work', () => {
  test('builds all vectors up at once, tears them down at once, and says what is due', () => {
    const { device } = new AssignedScene(2, { design: 'posted' });
    const complete = (): number => {
      device.complete();
      return device.due;
    };
    device.writeControl(0x8000);
    expect([complete(), device.intx]).toEqual([WORK_NONE, false]);
    device.writeMessage(1, 1 << 4, 0, 5);
    complete();
    device.unmask(1);
    expect([complete(), device.stopped, device.isExit]).toEqual([WORK_ENABLE_ALL, true, false]);
    expect([device.complete(), device.disableAll(), device.mask(1), device.enableAll(), device.stopped]).toEqual([
      false,
      false,
      2,
      true,
      false,
    ]);
    device.writeMessage(0, 1 << 5, 0, 6);
    complete();
    device.unmask(0);
    expect([complete(), device.enableAll(), device.disableAll(), device.due]).toEqual([
      WORK_REBUILD,
      false,
      false,
      WORK_ENABLE_ALL,
    ]);
    expect([device.enableAll(), device.host.enabled, device.host.isMasked(0)]).toEqual([true, true, false]);
    device.writeControl(0);
    expect([complete(), device.intx, device.enableAll()]).toEqual([WORK_DISABLE_ALL, false, false]);
    expect([device.disableAll(), device.intx, device.host.enabled]).toEqual([true, true, false]);
  });

  test("loses what is signalled while the host's vectors are down", () => {
    const scene = new AssignedScene(1, { design: 'posted' }).write(0, 'A').unmask(0).signal(0).control('on').arrive(0);
    expect([scene.delivered(), scene.device.isPending(0)]).toEqual([[], false]);
    expect(scene.signal(0).arrive(0).delivered()).toEqual(['deliver 0 A']);
  });

  test('drops a message whose entry was zeroed while it was in flight', () => {
    const scene = inUse(new AssignedScene(1, { design: 'posted' }))
      .signal(0)
      .mask(0)
      .write(0, 'zero')
      .arrive(0);
    expect([scene.delivered(), scene.device.monitor.device.posted.lost]).toEqual([[], 1]);
  });

  test("refuses a guest's nonsense as the other does", () => {
    const scene = inUse(new AssignedScene(2, { design: 'posted' }));
    const { device } = scene;
    const before = [...scene.save()];
    const base = device.entryAddress(0);
    for (const [address, bytes] of [
      [base + 1, 4],
      [base + 4, 8],
      [base, 2],
      [base + 16, 1],
      [base + 28, 8],
      [base + 0x800, 4],
      [base + 0x2008, 4],
    ]) {
      scene.after(device.read(address, bytes));
      expect(device.answer[0]).toBe(bytes === 1 ? 0xff : bytes === 2 ? 0xffff : 0xffff_ffff);
      scene.after(device.write(address, bytes, 0xffff_ffff, 0xffff_ffff));
    }
    scene.after(device.writeMessage(2, 1, 2, 3)).mask(2);
    expect([...scene.save()]).toEqual(before);
    scene.after(device.read(device.pbaAddress, 8));
    expect([...device.answer.subarray(0, 2)]).toEqual([0, 0]);
  });

  test('is reset by a Function Level Reset, too', () => {
    const scene = inUse(new AssignedScene(1, { design: 'posted' })).signal(0);
    scene.after(scene.device.configWrite(0x68, 4, 0x8000));
    expect([scene.peek(), scene.device.intx, scene.owner]).toEqual([new AssignedScene(1).peek(), true, 'userspace']);
  });
});
