/**
 * An instance of a device, and how paths are run on it: what a subject makes, whatever the device is made of and wherever it runs.
 */
import type { Ability, Device, RemoteDevice } from '../device/device.ts';
import type { Action, MutableKnowledge } from './actions.ts';
import type { Failure } from './bench.ts';
import type { MessageBook } from './messages.ts';
import type { Observation } from './observation.ts';

/** What is read back after a step: everything, some vectors, or nothing. */
export type Readback = 'all' | 'none' | readonly number[];

/** A path as it is run: actions one by one, chosen by what the guest knows; undefined ends it. */
export interface SubjectPath {
  readonly next: (knowledge: MutableKnowledge, step: number) => Action | undefined;
  readonly readback: (action: Action, step: number) => Readback;
  /** How many steps are sent ahead of their answers, where the device answers later. One tells where it ends exactly. */
  readonly ahead?: number;
  /**
   * The message that every entry of a right device holds after a reset, by number, where that is known: then more is sent before it is read.
   * A device that holds another one ends the path, and is not asked ahead again.
   */
  readonly resetLeaves?: number;
  /** How many messages an action may let out now; where it is left out, none is waited for. */
  readonly mostSends?: (action: Action) => number;
}

/**
 * Is told of each step. The observation is used again for the next one. Returns whether the path goes on. Of a read it is told twice:
 * of its answer, and, where there is one, of the readback after it (`isAfterwards`), so that the one does not hide the other.
 */
export type OnStep = (
  action: Action,
  observation: Observation,
  failure: Failure | undefined,
  isAfterwards: boolean,
) => boolean;

/** An instance of a device. Its methods reject where the time of its subject is over (`time-limit.ts`), and for nothing else. */
export interface Instance {
  readonly vectorCount: number;
  readonly abilities: ReadonlySet<Ability>;
  /** The device itself, where it is in this process. */
  readonly device: Device | undefined;
  /** The device that answers later, where it came to life. */
  readonly remote?: RemoteDevice;
  /** What is read of it now, without an action. */
  first(
    book: MessageBook,
    knowledge: MutableKnowledge,
  ): Promise<{ observation: Observation; failure: Failure | undefined }>;
  run(path: SubjectPath, book: MessageBook, knowledge: MutableKnowledge, onStep: OnStep): Promise<void>;
}

/** How late messages may be. */
export interface Lateness {
  /** How many milliseconds one that is missing is waited for. Where it is more than 0, each step waits for its answers. */
  wait: number;
  /** How late one came, at most, and how many did. */
  longest: number;
  count: number;
}
