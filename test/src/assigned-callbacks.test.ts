/**
 * Calls out of an assigned device that come back into it, or that throw: each access is answered once, with what was there when it was
 * made; no event is lost; a flush ends; and what was thrown reaches the caller once all of it is done.
 */
import { describe, expect, test } from 'vitest';
import { AssignedDevice, type AssignedDeviceOptions, HostFunction } from '../../src/index.ts';

const ADDRESS = 0xfee01000;

/** A device whose page the kernel answers, enabled, with the data 0x41, 0x42, ... and all vectors masked. */
function up(options: Omit<AssignedDeviceOptions, 'vectorCount'>, vectorCount = 2): AssignedDevice {
  const device = new AssignedDevice({ vectorCount, ...options });
  device.writeControl(0x8000);
  device.complete();
  device.register();
  device.registered();
  for (let vector = 0; vector < vectorCount; vector++) device.writeMessage(vector, ADDRESS, 0, 0x41 + vector);
  return device;
}

/** Makes a function that acts the first time that it is called. */
function once(act: () => void): () => void {
  let left = 1;
  return () => {
    if (left-- > 0) act();
  };
}

function boom(): never {
  throw new Error('boom');
}

describe('a call out that throws', () => {
  test('leaves no vector masked in the device when Function Mask is lifted', () => {
    const sent = { act: (): void => {} };
    const device = up({ sent: () => sent.act() });
    device.writeControl(0xc000);
    device.complete();
    for (const vector of [0, 1]) device.unmask(vector);
    for (const vector of [0, 1]) device.signal(vector);
    device.writeControl(0x8000);
    sent.act = once(boom);
    expect(() => device.complete()).toThrow('boom');
    expect([device.stopped, device.host.isMasked(0), device.host.isMasked(1), device.host.inFlight]).toEqual([
      false,
      false,
      false,
      2,
    ]);
  });

  test('stops no flush: what was in flight has arrived when the read throws', () => {
    const delivered: number[] = [];
    const act = once(boom);
    const device = up({
      deliver: (_low, _high, _data, vector) => {
        delivered.push(vector);
        act();
      },
    });
    for (const vector of [0, 1]) device.unmask(vector);
    for (const vector of [0, 1]) device.signal(vector);
    expect(() => device.readEntry(0)).toThrow('boom');
    expect([delivered, device.host.inFlight, device.answer[2]]).toEqual([[0, 1], 0, 0x41]);
  });

  test('keeps nobody else from being told, and all that was thrown is thrown', () => {
    const vectors: number[] = [];
    const device = up({ deliver: boom, interrupt: ({ vector }) => vectors.push(vector) });
    for (const vector of [0, 1]) device.unmask(vector);
    for (const vector of [0, 1]) device.signal(vector);
    expect(() => device.readEntry(0)).toThrow('2 of the functions that an assigned device calls threw an error.');
    expect(vectors).toEqual([0x41, 0x42]);
  });

  test('stops no flush of a host function by itself either', () => {
    const irqs: number[] = [];
    const host = new HostFunction({ vectorCount: 2 });
    host.connect((irq) => {
      irqs.push(irq);
      boom();
    });
    host.enable();
    for (const vector of [0, 1]) {
      host.program(vector);
      host.setMask(vector, 0);
      host.signal(vector);
    }
    expect(() => host.flush()).toThrow(AggregateError);
    expect([irqs, host.inFlight]).toEqual([[64, 65], 0]);
  });
});

describe('a call out that calls back in', () => {
  test.each(['reviewed', 'checked'] as const)('loses no event that comes while the guest disables: %s', (design) => {
    let count = 0;
    const act = once(() => device.signal(0));
    const device: AssignedDevice = up(
      {
        design,
        deliver: () => {
          count++;
          act();
        },
      },
      1,
    );
    device.unmask(0);
    device.signal(0);
    device.writeControl(0);
    device.complete();
    expect([count, device.isPending(0)]).toEqual([1, true]);
    device.writeControl(0x8000);
    device.complete();
    device.arrive(0);
    expect(count).toBe(2);
  });

  test('does not change the answer of the access that brought it about', () => {
    const act = once(() => device.readEntry(1));
    const device: AssignedDevice = up({ deliver: () => act() });
    device.unmask(0);
    device.signal(0);
    device.readEntry(0);
    expect([...device.answer]).toEqual([ADDRESS, 0, 0x41, 0]);
  });

  test('does not change the answer of a read that userspace completes', () => {
    const act = once(() => {
      device.read(device.entryAddress(1) + 8, 4);
      device.complete();
    });
    const device = up({ deliver: () => act() });
    device.unregister();
    device.unregistered();
    device.unmask(0);
    device.complete();
    device.signal(0);
    device.read(device.entryAddress(0), 4);
    expect([device.complete(), device.host.inFlight, device.stopped]).toEqual([true, 0, false]);
    expect(device.answer[0]).toBe(ADDRESS);
  });

  test('does not change the answer of a read of a dword either', () => {
    const act = once(() => device.read(device.entryAddress(1) + 8, 4));
    const device: AssignedDevice = up({ deliver: () => act() });
    device.unmask(0);
    device.signal(0);
    device.read(device.entryAddress(0) + 8, 4);
    expect(device.answer[0]).toBe(0x41);
  });

  test('completes nothing twice, and an access that it makes is not forgotten', () => {
    const inner: unknown[] = [];
    const act = once(() => inner.push(device.complete(), device.configWrite(0x3c, 1, 7)));
    const device: AssignedDevice = up({ deliver: () => act() });
    device.unmask(0);
    device.signal(0);
    device.unregister();
    device.unregistered();
    device.readEntry(0);
    expect([device.complete(), inner, device.stopped, device.answer[2]]).toEqual([true, [false, 1], true, 0x41]);
    device.complete();
    device.configRead(0x3c, 1);
    device.complete();
    expect(device.answer[0]).toBe(7);
  });

  test('is told of what it brought about once it has returned, never from within itself', () => {
    const order: string[] = [];
    const device: AssignedDevice = up({
      deliver: (_low, _high, _data, vector) => {
        order.push(`${vector} begins`);
        if (vector === 0) {
          device.signal(1);
          device.arrive(1);
        }
        order.push(`${vector} ends`);
      },
      interrupt: ({ vector }) => order.push(`interrupt ${vector.toString(16)}`),
    });
    for (const vector of [0, 1]) device.unmask(vector);
    device.signal(0);
    device.arrive(0);
    expect(order).toEqual(['0 begins', '0 ends', 'interrupt 41', '1 begins', '1 ends', 'interrupt 42']);
  });

  test('is told of as many as there are, also of more than ever before', () => {
    let left = 40;
    let count = 0;
    const device: AssignedDevice = up({
      deliver: () => {
        count++;
        for (let each = 0; each < 3 && left > 0; each++, left--) {
          device.signal(left % 2);
          device.arrive(left % 2);
        }
      },
    });
    for (const vector of [0, 1]) device.unmask(vector);
    device.signal(0);
    device.arrive(0);
    expect(count).toBe(41);
  });
});
