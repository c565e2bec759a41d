/**
 * The time that a subject may take: whoever waits for an answer gives up when it is over, however patient the device's keeper is.
 */
import type { RemoteDevice } from '../device/device.ts';

/** Thrown to whoever waits when the time is over. What was asked then has no answer, and nothing is known of it. */
export class OverTime extends Error {
  override name = 'OverTime';
}

/** Resolves to undefined where the time is over before something came of the work. */
export async function unlessOver<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OverTime) return undefined;
    throw error;
  }
}

/** Until when answers are waited for. */
export class TimeLimit {
  /** As of `performance.now()`. Nothing is asked any more after that, and a device that may be left while it answers is. */
  until = Infinity;
  /** And then any device is. */
  end = Infinity;
  /** Somebody may end it before. */
  isStopped: () => boolean = () => false;
  /** How many milliseconds an answer was waited for that had not come when the time was over, at most. */
  waited = 0;

  /** @throws {OverTime} */
  check(): void {
    if (performance.now() > this.until) throw new OverTime();
  }

  /** What is awaited, unless the time is over before; or somebody has ended it, where who answers may be left. @throws {OverTime} */
  async within<T>(awaited: Promise<T>, mayBeLeft: boolean): Promise<T> {
    const began = performance.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const over = new Promise<never>((_, reject) => {
      const look = (): void => {
        const now = performance.now();
        if (now > (mayBeLeft ? this.until : this.end) || (mayBeLeft && this.isStopped())) {
          this.waited = Math.max(this.waited, now - began);
          reject(new OverTime());
        } else timer = setTimeout(look, LOOK);
      };
      timer = setTimeout(look, LOOK);
    });
    try {
      return await Promise.race([awaited, over]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** So often the clock is looked at while an answer is to come, in milliseconds. */
const LOOK = 50;

/**
 * The same device, whose answers are waited for no longer than a limit says. One that queues what it is asked is left while it answers, and its
 * next instance ends it.
 */
export function limited(device: RemoteDevice, limit: TimeLimit): RemoteDevice {
  const mayBeLeft = device.queues === true;
  const within = <T>(awaited: Promise<T>): Promise<T> => {
    // What comes of it later, nobody is there to hear.
    awaited.catch(() => {});
    return limit.within(awaited, mayBeLeft);
  };
  return {
    get name() {
      return device.name;
    },
    get vectorCount() {
      return device.vectorCount;
    },
    get abilities() {
      return device.abilities;
    },
    get signalled() {
      return device.signalled;
    },
    get notes() {
      return device.notes;
    },
    unsupported: device.unsupported,
    merges: device.merges,
    waitsItself: device.waitsItself,
    queues: device.queues,
    run: async (requests) => {
      limit.check();
      return within(device.run(requests));
    },
    fresh: async () => {
      limit.check();
      return within(device.fresh());
    },
    close: () => device.close(),
  };
}
