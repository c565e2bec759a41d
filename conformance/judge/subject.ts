/**
 * A subject: whatever is put to the judge, behind one face. It makes fresh instances, and paths are run on them: at once where the
 * device is in this process, in batches sent ahead of answers where it is not.
 */
import type { Ability, DeviceFactory, RemoteDevice } from '../device/device.ts';
import { abilitiesOf } from '../device/remote.ts';
import type { Instance, Lateness } from './instance.ts';
import { localInstance } from './local-instance.ts';
import { deadInstance, remoteInstance } from './remote-instance.ts';
import { limited, OverTime, TimeLimit } from './time-limit.ts';

/** Something that makes instances. */
export interface Subject {
  readonly name: string;
  /** The numbers of vectors that it can have, smallest first. */
  readonly vectorCounts: readonly number[];
  readonly abilities: ReadonlySet<Ability>;
  /** The vectors that can be signalled, of an instance with a number of them; undefined when all can. */
  readonly signalled?: (vectorCount: number) => readonly number[] | undefined;
  /** The forms of access that it says it has not: they are not asked. */
  readonly unsupported?: ReadonlySet<string>;
  /** What its keeper has to say of it, in sentences. */
  readonly notes?: readonly string[];
  /** Whether its devices are in this process. */
  readonly isLocal: boolean;
  /** How messages are waited for that come after their answers; undefined where devices do that themselves. */
  readonly lateness?: Lateness;
  /** How many instances were made. */
  readonly instances: number;
  /** Until when its devices are waited for: whoever opens an instance, or runs a path on one, may be told that it is over. */
  readonly time: TimeLimit;
  open(vectorCount: number): Promise<Instance>;
  close(): Promise<void>;
}

/** The numbers of vectors that are tried. */
export const VECTOR_COUNTS: readonly number[] = [1, 2, 3, 33, 65, 2048];

/** A subject of a factory in this process. @throws what the factory throws when no number of vectors suits it. */
export function subjectOf(factory: DeviceFactory, wished: readonly number[] = VECTOR_COUNTS): Subject {
  const counts: number[] = [];
  let abilities: ReadonlySet<Ability> = new Set();
  let name = '';
  let refusal: unknown;
  for (const vectorCount of wished) {
    try {
      const device = factory({ vectorCount });
      if (device.vectorCount !== vectorCount) {
        // It has a number of its own.
        if (!counts.includes(device.vectorCount)) counts.push(device.vectorCount);
      } else counts.push(vectorCount);
      abilities = abilitiesOf(device);
      ({ name } = device);
    } catch (error) {
      refusal ??= error;
    }
  }
  if (counts.length === 0) throw refusal;
  let instances = 0;
  const time = new TimeLimit();
  return {
    name,
    vectorCounts: counts.toSorted((one, other) => one - other),
    abilities,
    isLocal: true,
    time,
    get instances() {
      return instances;
    },
    open: async (vectorCount) => {
      instances++;
      return localInstance(factory({ vectorCount }), time);
    },
    close: async () => {},
  };
}

/** A subject of devices that answer later, with different numbers of vectors. Each has one instance at a time. */
export function remoteSubject(...given: readonly [RemoteDevice, ...RemoteDevice[]]): Subject {
  let instances = 0;
  const time = new TimeLimit();
  const devices = given.map((device) => limited(device, time));
  const lateness = devices.every(({ waitsItself }) => waitsItself !== true)
    ? { wait: 0, longest: 0, count: 0 }
    : undefined;
  const deviceOf = (vectorCount: number): RemoteDevice =>
    devices.find((each) => each.vectorCount === vectorCount) ?? devices[0];
  return {
    name: devices[0].name,
    get vectorCounts() {
      return devices.map(({ vectorCount }) => vectorCount).toSorted((one, other) => one - other);
    },
    get abilities() {
      return devices[0].abilities;
    },
    signalled: (vectorCount) => deviceOf(vectorCount).signalled,
    unsupported: new Set(devices.flatMap(({ unsupported = [] }) => [...unsupported])),
    notes: devices.flatMap(({ notes = [] }) => notes),
    isLocal: false,
    lateness,
    time,
    get instances() {
      return instances;
    },
    open: async (vectorCount) => {
      instances++;
      const device = deviceOf(vectorCount);
      try {
        await device.fresh();
      } catch (error) {
        if (error instanceof OverTime) throw error;
        // A program that does not start again is an observation, too.
        return deadInstance(device, error);
      }
      return remoteInstance(device, lateness);
    },
    close: async () => {
      await Promise.all(devices.map((each) => each.close()));
    },
  };
}
