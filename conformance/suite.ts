/**
 * The suite for any device that answers at once: every step of the machine `function`, from reset along a shortest path, in every
 * dialect; and where the device saves and restores its state, every pair of states that device and machine reach together.
 * What comes of it is data.
 */
import { requireFields, requireFunction, requireOneOf } from '../checker/argument/argument.ts';
import { enumerate } from '../checker/explore/enumerate.ts';
import { transitionPaths } from '../checker/explore/paths.ts';
import { createInstance, INSTANCES, instanceName } from '../properties/instances.ts';
import { requireFactory } from './device/argument.ts';
import type { DeviceFactory } from './device/device.ts';
import { DIALECTS } from './device/words.ts';
import { createDriver } from './paths/drive.ts';
import { ConformanceError, type Failure, kindOf } from './paths/failure.ts';
import { isRestorable, walkInLockstep } from './paths/lockstep.ts';

/** The parts of the suite. */
export const SUITE_PARTS = ['paths', 'lockstep'] as const;
export type SuitePart = (typeof SUITE_PARTS)[number];

/** How the suite is run. */
export interface SuiteOptions {
  /** One part alone. */
  readonly only?: SuitePart;
  /** Is told of each failure the moment it is found. */
  readonly onFailure?: (failure: Failure) => void;
}

/** What came of a part for one instance of the machine. */
export interface SuiteCount {
  readonly part: SuitePart;
  readonly instance: string;
  /** The paths driven, or the pairs of states walked. */
  readonly count: number;
  /** Of those, the ones in which the device differs. A walk ends at the first. */
  readonly failing: number;
  /** Why it was left out, where it was. */
  readonly skipped?: string;
}

/** What came of the suite. */
export interface SuiteReport {
  readonly holds: boolean;
  readonly counts: readonly SuiteCount[];
  /** Of those that differ in the same way, the first: it has a shortest path. */
  readonly failures: readonly Failure[];
}

/** Runs the suite against fresh devices. What they throw is thrown. */
export function runSuite(factory: DeviceFactory, options: SuiteOptions = {}): SuiteReport {
  const create = requireFactory('create of runSuite', factory);
  const fields = requireFields('the options of runSuite', options, ['only', 'onFailure']);
  const only = fields.only === undefined ? undefined : requireOneOf('only of runSuite', fields.only, SUITE_PARTS);
  const onFailure =
    fields.onFailure === undefined ? undefined : requireFunction('onFailure of runSuite', fields.onFailure);
  const failures = new Map<string, Failure>();
  /** Runs what may find a difference; returns whether it did not. */
  const agrees = (work: () => void): boolean => {
    try {
      work();
      return true;
    } catch (error) {
      if (!(error instanceof ConformanceError)) throw error;
      const kind = kindOf(error.failure);
      if (!failures.has(kind)) onFailure?.(error.failure);
      if (!failures.has(kind)) failures.set(kind, error.failure);
      return false;
    }
  };
  const counts = INSTANCES.filter(({ machine, channel }) => machine.id === 'function' && !channel).flatMap((each) => {
    const { vectors, messages } = each;
    const { machine, events } = createInstance('function', { vectors, messages });
    const graph = enumerate(machine, events);
    const name = instanceName(each);
    const parts: Readonly<Record<SuitePart, () => SuiteCount>> = {
      paths: () => {
        const driver = createDriver(graph, vectors, messages);
        const paths = transitionPaths(machine, events);
        const device = create({ vectorCount: vectors });
        let failing = 0;
        for (const path of paths)
          for (const dialect of DIALECTS) if (!agrees(() => driver.drive(device, path, dialect))) failing++;
        return { part: 'paths', instance: name, count: paths.length * DIALECTS.length, failing };
      },
      lockstep: () => {
        const device = create({ vectorCount: vectors });
        let count = 0;
        let failing = 0;
        if (!isRestorable(device)) {
          const skipped = 'It saves and restores no state.';
          return { part: 'lockstep', instance: name, count, failing, skipped };
        }
        for (const dialect of DIALECTS) {
          if (!agrees(() => (count += walkInLockstep(graph, device, messages, dialect).pairs))) failing++;
        }
        return { part: 'lockstep', instance: name, count, failing };
      },
    };
    return SUITE_PARTS.filter((part) => only === undefined || only === part).map((part) => parts[part]());
  });
  return { holds: failures.size === 0, counts, failures: [...failures.values()] };
}
