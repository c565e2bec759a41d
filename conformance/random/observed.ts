/**
 * A device as a property sees it. The observer stands outside: it knows what the device answers, what a readback says, what the
 * device tells and counts, and nothing else. The message in force is what notifications have said it is.
 */
import type { StepView } from '../../checker/decide/property.ts';
import type { FunctionView } from '../../properties/view.ts';
import * as registers from '../../src/registers.ts';
import type { Device, RefusalCounts, Snapshot } from '../device/device.ts';
import { readbackInto } from '../device/read-whole.ts';
import { entryDword, isPending, readbackDwords } from '../device/readback.ts';
import {
  type Decoded,
  decodeStimulus,
  isAble,
  messageText,
  NO_EVENT,
  performStimulus,
  type Response,
  type Stimulus,
  writtenText,
} from './stimulus.ts';

/** A stimulus that was given, and what came of it. */
export interface Performed {
  readonly stimulus: Stimulus;
  readonly decoded: Decoded;
  /** Absent when the device threw, which it never may. */
  readonly response?: Response;
  readonly error?: unknown;
}

/** The state of a device: what the machine has too, and the registers themselves. */
export interface DeviceView extends FunctionView {
  /** Message Control, the table and the Pending Bit Array, as a readback has them. */
  readonly words: Uint32Array;
  /** The three dwords of the capability, as they read. */
  readonly capability: readonly number[];
  /** The same, as they read when the device was fresh. */
  readonly fresh: readonly number[];
  /** What the device has refused so far, where it counts that. */
  readonly refusals: RefusalCounts | undefined;
  /** The stimulus that led here; of two steps that one access is, it belongs to the second. */
  readonly performed?: Performed;
}

/** A step of a device. */
export type DeviceStep = StepView<DeviceView>;

/** A device under observation. */
export class ObservedDevice {
  readonly device: Device;
  readonly vectorCount: number;
  private readonly fresh: readonly number[];
  private readonly force: (string | undefined)[] = [];
  private current: DeviceView;

  constructor(device: Device) {
    this.device = device;
    this.vectorCount = device.vectorCount;
    this.fresh = this.readCapability();
    this.takeOutputs();
    this.current = this.observe();
  }

  /** The state that the last access left. */
  get view(): DeviceView {
    return this.current;
  }

  /** @throws {Error} for a device that tells no notifications: the message in force could not be known. */
  requireNotifications(): void {
    if (this.device.notifies !== true)
      throw new Error(`Got ${this.device.name}, which tells no use and release; expected a device that does.`);
  }

  /** Whether it saves and restores its state. */
  get isRestorable(): boolean {
    return isAble(this.device, { verb: 'saveAndRestore' });
  }

  /** Saves the device; equal states have equal handles. */
  save(): Snapshot {
    return this.device.save!();
  }

  /** Restores a state that was saved, and returns what that made the device say. */
  restore(snapshot: Snapshot): readonly string[] {
    this.device.restore!(snapshot);
    const outputs = this.takeOutputs();
    this.current = this.observe();
    return outputs;
  }

  /**
   * Gives a stimulus, and returns the steps that it is: one, or two for a QWORD of data and Vector Control; none where the
   * device lacks the ability.
   *
   * Of those two only the ends are seen. The state between them is computed, as the rule has it (MSIX-ACCESS-4, 5): the
   * data is written, nothing else has changed, and nothing was said. All that the access did say belongs to the second
   * step. A function that takes the control first does not pass: what it sends then is not what the entry holds after
   * the step. `SizeEquivalenceRuns` makes the same write as two dwords, where the state between is seen.
   */
  perform(stimulus: Stimulus): readonly DeviceStep[] {
    if (!isAble(this.device, stimulus)) return [];
    const before = this.current;
    const decoded = decodeStimulus(stimulus, this.vectorCount);
    const performed = attempt(this.device, stimulus, decoded);
    const outputs = this.takeOutputs();
    const after = this.observe(performed);
    this.current = after;
    const { events, vector } = decoded;
    const [first = NO_EVENT, second] = events;
    if (second === undefined || stimulus.verb !== 'tableWrite' || vector === undefined) {
      return [{ before, event: first, outputs, after }];
    }
    const between = withData(before, vector, stimulus.low);
    return [
      { before, event: first, outputs: [], after: between },
      { before: between, event: second, outputs, after },
    ];
  }

  /** Takes what the device did, and notes which messages came into force. */
  private takeOutputs(): readonly string[] {
    return this.device.takeOutputs().map(({ verb, vector, addressLow, addressHigh, data }) => {
      const message = messageText(addressLow, addressHigh, data);
      if (verb !== 'send') this.force[vector] = verb === 'use' ? message : undefined;
      return verb === 'release' ? `release.${vector}` : `${verb}.${vector}.${message}`;
    });
  }

  private readCapability(): readonly number[] {
    return [0, 4, 8].map((offset) => this.device.configRead(offset, 4));
  }

  private observe(performed?: Performed): DeviceView {
    const { device, vectorCount, fresh } = this;
    const words = new Uint32Array(readbackDwords(vectorCount));
    readbackInto(device, words);
    const refusals = device.refusals && { ...device.refusals };
    const capability = this.readCapability();
    return viewOf({ vectorCount, words, capability, fresh, refusals, performed }, this.force.slice());
  }
}

function attempt(device: Device, stimulus: Stimulus, decoded: Decoded): Performed {
  try {
    return { stimulus, decoded, response: performStimulus(device, stimulus) };
  } catch (error) {
    return { stimulus, decoded, error };
  }
}

type Registers = Pick<DeviceView, 'vectorCount' | 'words' | 'capability' | 'fresh' | 'refusals' | 'performed'>;

/** Makes a view that reads registers when it is asked, and not before: few of two thousand vectors ever are. */
function viewOf(observed: Registers, force: readonly (string | undefined)[]): DeviceView {
  const { words, vectorCount } = observed;
  return {
    ...observed,
    enabled: (words[0] & registers.CONTROL_ENABLE) !== 0,
    functionMask: (words[0] & registers.CONTROL_FUNCTION_MASK) !== 0,
    masked: (vector) => (words[entryDword(vector) + 3] & registers.VECTOR_CONTROL_MASK) !== 0,
    pending: (vector) => isPending(words, vectorCount, vector),
    entry: (vector) => {
      const at = entryDword(vector);
      return messageText(words[at], words[at + 1], words[at + 2]);
    },
    force: (vector) => force[vector],
    resetEntry: messageText(0, 0, 0),
    written: writtenText,
  };
}

/** The same state with other data in one entry. */
function withData(view: DeviceView, vector: number, data: number): DeviceView {
  const { vectorCount, capability, fresh, refusals } = view;
  const words = view.words.slice();
  words[entryDword(vector) + 2] = data;
  const force = Array.from({ length: vectorCount }, (_, each) => view.force(each));
  return viewOf({ vectorCount, words, capability, fresh, refusals }, force);
}
