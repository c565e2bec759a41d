/**
 * The assigned device under test: events of the machine `assigned-device` as accesses and steps of the implementation, and what it
 * does as outputs in the machine's words. An event without an access is an error.
 */
import { readEvent } from '../../machines/alphabet.ts';
import type { AssignedBounds } from '../../machines/assembly.ts';
import type { MessageSet } from '../../machines/messages.ts';
import * as implementation from '../../src/index.ts';
import type { Message } from './readback.ts';
import { messageName, messageOf } from './words.ts';

/** The designs that are implemented. */
export const IMPLEMENTED: readonly implementation.AssignedDesign[] = ['reviewed', 'checked', 'posted'];

const CONTROLS: Readonly<Record<string, number>> = {
  off: 0,
  offMasked: implementation.CONTROL_FUNCTION_MASK,
  on: implementation.CONTROL_ENABLE,
  onMasked: implementation.CONTROL_ENABLE | implementation.CONTROL_FUNCTION_MASK,
};
/** An assigned device that takes the events of the machine, and answers in its outputs. */
export class AssignedAdapter {
  readonly device: implementation.AssignedDevice;
  private readonly messages: MessageSet;
  private readonly initial: Uint32Array;
  private done: string[] = [];
  private readonly known = new Map<string, KnownAct>();
  /** The entry that the guest reads in the access under way. */
  private readVector = -1;

  constructor({ design, vectors, messages }: AssignedBounds, create: typeof createDevice = createDevice) {
    this.messages = messages;
    this.device = create({
      design: design.name as implementation.AssignedDesign,
      vectorCount: vectors,
      sent: (vector) => this.done.push(`send.${vector}`),
      deliver: (low, high, data, vector) =>
        this.done.push(`deliver.${vector}.${this.nameOf(vector, [low, high, data])}`),
    });
    this.initial = new Uint32Array(this.device.savedWords);
    this.device.saveInto(this.initial);
  }

  /** Starts anew. */
  reset(): void {
    this.restore(this.initial);
  }

  /** Takes the state out, in words; equal words mean equal behaviour. */
  save(): Uint32Array {
    const words = new Uint32Array(this.device.savedWords + 1);
    this.device.saveInto(words.subarray(1));
    words[0] = this.readVector;
    return words;
  }

  /** Puts a state back. */
  restore(words: Uint32Array): void {
    const isOwn = words.length > this.device.savedWords;
    this.readVector = isOwn ? words[0] | 0 : -1;
    this.device.restore(isOwn ? words.slice(1) : words);
    this.done = [];
  }

  /** Performs an event, and returns its outputs. `entry` is what the entry holds before, of which a write of a half keeps the rest. */
  perform(name: string, entry: (vector: number) => string): readonly string[] {
    this.done = [];
    const { act, vector, value } = this.actOf(name);
    act(this, vector, value, entry);
    return this.done;
  }

  /** What an event is for the device. An alphabet is small, and driven through many times. */
  private actOf(name: string): KnownAct {
    let known = this.known.get(name);
    if (known === undefined) {
      const { actor, verb, vector = 0, value = '' } = readEvent(name);
      const act = ACTS[`${actor}.${verb}`];
      if (act === undefined) throw new Error(`Got the event ${name}; expected one of ${Object.keys(ACTS).join(', ')}.`);
      known = { act, vector, value };
      this.known.set(name, known);
    }
    return known;
  }

  /** What was done since the last event was performed. */
  get outputs(): readonly string[] {
    return this.done;
  }

  /** Forgets what was done. */
  forgetOutputs(): void {
    this.done = [];
  }

  /** Notes what came of an access. */
  private accessed(outcome: implementation.AccessOutcome): void {
    if (outcome === implementation.ACCESS_REFUSED) return;
    if (outcome === implementation.ACCESS_EXITED) this.done.push('exit');
    else this.returned();
  }

  private returned(): void {
    const { answer } = this.device;
    const vector = this.readVector;
    this.readVector = -1;
    if (vector >= 0) {
      const mask = (answer[3] & implementation.VECTOR_CONTROL_MASK) === 0 ? 'unmasked' : 'masked';
      this.done.push(`answer.${vector}.${answer[4] === 0 ? 'quiet' : 'pending'}`, `answer.${vector}.${mask}`);
      this.done.push(`answer.${vector}.${this.nameOf(vector, [answer[0], answer[1], answer[2]])}`);
    }
    this.done.push('return');
  }

  static readonly acts: Readonly<Record<string, Act>> = {
    'guest.control': (adapter, _, value) => adapter.accessed(adapter.device.writeControl(CONTROLS[value])),
    'guest.mask': (adapter, vector) => adapter.accessed(adapter.device.mask(vector)),
    'guest.unmask': (adapter, vector) => adapter.accessed(adapter.device.unmask(vector)),
    'guest.write': (adapter, vector, value, entry) => adapter.accessed(adapter.write(vector, value, entry)),
    'guest.read': (adapter, vector) => {
      if (adapter.device.stopped) return;
      adapter.readVector = vector;
      adapter.accessed(adapter.device.readEntry(vector));
    },
    'vmm.complete': (adapter) => void (adapter.device.complete() && adapter.returned()),
    'vmm.register': ({ device }) => void device.register(),
    'vmm.registered': ({ device }) => void device.registered(),
    'vmm.unregister': ({ device }) => void device.unregister(),
    'vmm.unregistered': ({ device }) => void device.unregistered(),
    'vmm.enableAll': (adapter) => void (adapter.device.enableAll() && adapter.returned()),
    'vmm.disableAll': (adapter) => void (adapter.device.disableAll() && adapter.returned()),
    'device.signal': ({ device }, vector) => device.signal(vector),
    'device.retire': ({ device }, vector) => device.retire(vector),
    'fabric.arrive': ({ device }, vector) => void device.arrive(vector),
  };

  private write(vector: number, name: string, entry: (vector: number) => string): implementation.AccessOutcome {
    const { device, messages } = this;
    const after = messages.writes.find((each) => each.name === name)?.result(entry(vector));
    if (after === undefined) throw new Error(`Got the write ${name}; expected one of the set "${messages.name}".`);
    const [low, high, data] = messageOf(after, vector);
    if (name.startsWith('address')) return device.writeAddress(vector, low, high);
    if (name.startsWith('data')) return device.writeData(vector, data);
    return device.writeMessage(vector, low, high, data);
  }

  private nameOf(vector: number, message: Message): string {
    return messageName(this.messages, vector, message);
  }
}

type Act = (adapter: AssignedAdapter, vector: number, value: string, entry: (vector: number) => string) => void;
const ACTS = AssignedAdapter.acts;

interface KnownAct {
  readonly act: Act;
  readonly vector: number;
  readonly value: string;
}

function createDevice(options: implementation.AssignedDeviceOptions): implementation.AssignedDevice {
  return new implementation.AssignedDevice(options);
}
