/**
 * Restoring an assigned device is all or nothing: whatever bits of a save flip, either nothing has changed, or the device saves the same
 * words again and goes on without an error.
 */
import { describe, expect, test } from 'vitest';
import { type AssignedDesign, AssignedDevice } from '../../src/index.ts';

function saved(device: AssignedDevice): Uint32Array {
  const words = new Uint32Array(device.savedWords);
  device.saveInto(words);
  return words;
}

/** Does all that is due. */
function settle(device: AssignedDevice): void {
  for (let step = 0; step < 6 && device.stopped; step++) {
    if (!device.complete() && !device.enableAll()) device.disableAll();
  }
}

const STATES: Readonly<Record<string, (device: AssignedDevice) => void>> = {
  'as it is made': () => {},
  "with its page the kernel's, in flight": (device) => {
    device.writeControl(0x8000);
    settle(device);
    device.register();
    device.registered();
    device.writeMessage(0, 0xfee01000, 0, 0x41);
    settle(device);
    device.unmask(0);
    settle(device);
    device.signal(0);
    device.signal(1);
  },
  'stopped in a write': (device) => {
    device.writeControl(0xc000);
    settle(device);
    device.unmask(1);
    settle(device);
    device.register();
    device.writeMessage(1, 0xfee02000, 0, 0x42);
  },
};

/** Uses a device a little; it must not throw. */
function exercise(device: AssignedDevice): void {
  settle(device);
  device.readEntry(0);
  settle(device);
  device.unmask(1);
  settle(device);
  for (const vector of [0, 1]) {
    device.signal(vector);
    device.arrive(vector);
  }
  device.writeControl(0);
  settle(device);
  device.configWrite(0x68, 2, 0x8000);
  settle(device);
}

describe.each(['reviewed', 'checked', 'posted'] as const)(
  'a damaged save of the design %s',
  (design: AssignedDesign) => {
    test.each(Object.keys(STATES))('is taken whole or not at all: %s', (name) => {
      const from = new AssignedDevice({ vectorCount: 2, design });
      STATES[name](from);
      const good = saved(from);
      const before = saved(new AssignedDevice({ vectorCount: 2, design })).join();
      const outcomes = { taken: 0, refused: 0 };
      const wrong: string[] = [];
      const experienced = new AssignedDevice({ vectorCount: 2, design });
      for (let bit = 0; bit < 32 * good.length; bit++) {
        const damaged = good.slice();
        damaged[bit >>> 5] ^= 1 << (bit & 31);
        const device = new AssignedDevice({ vectorCount: 2, design, deliver: fail, sent: fail });
        const message = refusalOf(device, damaged);
        const after = saved(device).join();
        // What was right before makes nothing right that is a bit away from it.
        experienced.restore(good);
        if (refusalOf(experienced, damaged) !== message) wrong.push(`bit ${bit}: told otherwise after a good one`);
        if (message !== undefined) {
          outcomes.refused++;
          if (!SENTENCE.test(message) || after !== before) wrong.push(`bit ${bit}: ${message}`);
          continue;
        }
        outcomes.taken++;
        if (after !== damaged.join()) wrong.push(`bit ${bit}: saved differently`);
        const other = new AssignedDevice({ vectorCount: 2, design });
        other.restore(damaged);
        exercise(other);
      }
      expect(wrong).toEqual([]);
      expect(Math.min(outcomes.taken, outcomes.refused)).toBeGreaterThan(100);
      const again = new AssignedDevice({ vectorCount: 2, design });
      again.restore(good);
      expect([...saved(again)]).toEqual([...good]);
    });
  },
);

const SENTENCE = /^AssignedDevice\.restore: .*; expected .* Nothing was restored\.$/;

/** What a device says of a save that it refuses. */
function refusalOf(device: AssignedDevice, words: Uint32Array): string | undefined {
  try {
    device.restore(words);
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
}

function fail(): never {
  throw new Error('Got a call out of a restore; expected none.');
}
