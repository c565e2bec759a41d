/**
 * The assigned device under test: events of the machine `assigned-device` as accesses and steps of the implementation, and what it
 * does as outputs in the machine's words. An event without an access is an error.
 */
import { type Control, readEvent } from '../../machines/alphabet.ts';
import type { AssignedBounds } from '../../machines/device-context.ts';
import type { MessageSet } from '../../machines/messages.ts';
import * as implementation from '../../src/index.ts';
import { CONTROL_VALUES } from './control.ts';
import type { Message } from './readback.ts';
import { messageName, messageOf } from './words.ts';

/** The designs that are implemented. */
export const IMPLEMENTED: readonly implementation.AssignedDesign[] = ['reviewed', 'checked', 'posted'];

/** Who owns the page, as the machine and the design call it, by the number that the implementation has for it. */
export const OWNERS: Readonly<Record<number, string>> = {
  [implementation.OWNER_USERSPACE]: 'userspace',
  [implementation.OWNER_REGISTERING]: 'registering',
  [implementation.OWNER_KERNEL]: 'kernel',
  [implementation.OWNER_RETURNING]: 'returning',
  [implementation.OWNER_REMOVED]: 'removed',
};

/** Where BAR 0 is at first, and where a guest moves it. */
const HOME = 0x7ebf_0000;
const AWAY = 0x7ec0_0000;

/** What a read under way asks for: an entry, or a Pending bit. */
const READ = 1;
const POLL = 2;
type Asked = typeof READ | typeof POLL;
/** Where the vector of such a read stands, above it. */
const VECTOR_SHIFT = 8;

/** An assigned device that takes the events of the machine, and answers in its outputs. */
export class AssignedAdapter {
  readonly device: implementation.AssignedDevice;
  private readonly messages: MessageSet;
  private readonly initial: Uint32Array;
  private done: string[] = [];
  private readonly known = new Map<string, KnownAct>();
  /** Of each vCPU, what it asks for in its access under way, and of which vector; 0 for nothing. */
  private readonly asked: Uint32Array;

  constructor({ design, vectors, messages, vcpus = 1 }: AssignedBounds, create: typeof createDevice = createDevice) {
    this.messages = messages;
    this.asked = new Uint32Array(vcpus);
    this.device = create({
      // A guest that moves its BAR makes no other device.
      design: design.name.replace(/ moved$/, '') as implementation.AssignedDesign,
      vectorCount: vectors,
      vcpuCount: vcpus,
      sent: (vector) => this.done.push(`send.${vector}`),
      deliver: (low, high, data, vector) =>
        this.done.push(`deliver.${vector}.${this.nameOf(vector, [low, high, data])}`),
    });
    this.initial = this.save();
  }

  /** Starts anew. */
  reset(): void {
    this.restore(this.initial);
  }

  /** Takes the state out, in words; equal words mean equal behaviour. */
  save(): Uint32Array {
    const words = new Uint32Array(this.savedWords);
    this.saveInto(words);
    return words;
  }

  /** The number of words of a state. */
  get savedWords(): number {
    return this.device.savedWords + this.asked.length;
  }

  /** The same, into words that there are. */
  saveInto(words: Uint32Array): void {
    const own = this.device.saveInto(words);
    for (let vcpu = 0; vcpu < this.asked.length; vcpu++) words[own + vcpu] = this.asked[vcpu];
  }

  /** Puts a state back. */
  restore(words: Uint32Array): void {
    const own = this.device.savedWords;
    this.device.restore(words.subarray(0, own));
    for (let vcpu = 0; vcpu < this.asked.length; vcpu++) this.asked[vcpu] = words[own + vcpu];
    this.done = [];
  }

  /** Performs an event, and returns its outputs. `entry` is what the entry holds before, of which a write of a half keeps the rest. */
  perform(name: string, entry: (vector: number) => string): readonly string[] {
    this.done = [];
    const { act, vector, value, vcpu } = this.actOf(name);
    act(this, vector, value, entry, vcpu);
    return this.done;
  }

  /** What an event is for the device. An alphabet is small, and driven through many times. */
  private actOf(name: string): KnownAct {
    let known = this.known.get(name);
    if (known === undefined) {
      const { actor, verb, vector = 0, value = '' } = readEvent(name);
      // Of another vCPU: vcpu1.mask.0, vmm.complete1.
      const vcpu = Number(
        /^vcpu(\d+)|^complete(\d+)/
          .exec(actor === 'vmm' ? verb : actor)
          ?.slice(1)
          .join('') ?? 0,
      );
      const act = ACTS[`${actor.replace(/^vcpu\d+/, 'guest')}.${verb.replace(/^complete\d+/, 'complete')}`];
      if (act === undefined) throw new Error(`Got the event ${name}; expected one of ${Object.keys(ACTS).join(', ')}.`);
      known = { act, vector, value, vcpu };
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

  /** Notes what came of an access of a vCPU. */
  private accessed(outcome: implementation.AccessOutcome, vcpu: number): void {
    if (outcome === implementation.ACCESS_REFUSED) return;
    if (outcome === implementation.ACCESS_EXITED) this.done.push('exit');
    else this.returned(vcpu);
  }

  private returned(vcpu: number): void {
    const { answer } = this.device;
    const what = this.asked[vcpu] & ((1 << VECTOR_SHIFT) - 1);
    const vector = this.asked[vcpu] >>> VECTOR_SHIFT;
    this.asked[vcpu] = 0;
    if (what === POLL) {
      this.done.push(`answer.${vector}.${(answer[0] & (1 << (vector & 31))) === 0 ? 'quiet' : 'pending'}`);
    } else if (what === READ) {
      const mask = (answer[3] & implementation.VECTOR_CONTROL_MASK) === 0 ? 'unmasked' : 'masked';
      this.done.push(`answer.${vector}.${mask}`);
      this.done.push(`answer.${vector}.${this.nameOf(vector, [answer[0], answer[1], answer[2]])}`);
    }
    this.done.push('return');
  }

  /** Asks for an entry or a Pending bit. */
  private ask(what: Asked, vector: number, vcpu: number): void {
    const { device } = this;
    // A device that is not there is not accessed.
    if (device.isStopped(vcpu) || this.isGone) return;
    this.asked[vcpu] = what | (vector << VECTOR_SHIFT);
    this.accessed(what === POLL ? device.readPending(vector, vcpu) : device.readEntry(vector, vcpu), vcpu);
  }

  /** Whether there is no device, and so nothing that a guest could access. */
  private get isGone(): boolean {
    return this.device.owner === implementation.OWNER_REMOVED;
  }

  /** Makes an access, if there is a device. */
  private access(vcpu: number, make: (device: implementation.AssignedDevice) => implementation.AccessOutcome): void {
    if (!this.isGone) this.accessed(make(this.device), vcpu);
  }

  /** Notes that the access of the vCPU has returned for which something was due, if one has. */
  private worked(work: (device: implementation.AssignedDevice) => boolean): void {
    const { device } = this;
    const waits = this.asked.findIndex((_, vcpu) => device.dueOf(vcpu) !== implementation.WORK_NONE);
    if (work(device)) this.returned(waits);
  }

  static readonly acts: Readonly<Record<string, Act>> = {
    'guest.control': (adapter, _, value, _entry, vcpu) =>
      adapter.access(vcpu, (device) => device.writeControl(CONTROL_VALUES[value as Control], vcpu)),
    'guest.move': (adapter, _, value, _entry, vcpu) =>
      adapter.access(vcpu, (device) => device.configWrite(0x10, 4, value === 'home' ? HOME : AWAY, vcpu)),
    'guest.mask': (adapter, vector, _, _entry, vcpu) => adapter.access(vcpu, (device) => device.mask(vector, vcpu)),
    'guest.unmask': (adapter, vector, _, _entry, vcpu) => adapter.access(vcpu, (device) => device.unmask(vector, vcpu)),
    'guest.write': (adapter, vector, value, entry, vcpu) =>
      adapter.access(vcpu, () => adapter.write(vector, value, entry, vcpu)),
    'guest.read': (adapter, vector, _, _entry, vcpu) => adapter.ask(READ, vector, vcpu),
    'guest.poll': (adapter, vector, _, _entry, vcpu) => adapter.ask(POLL, vector, vcpu),
    'vmm.complete': (adapter, _, _value, _entry, vcpu) => {
      if (adapter.device.complete(vcpu)) adapter.returned(vcpu);
    },
    'vmm.register': ({ device }) => void device.register(),
    'vmm.registered': ({ device }) => void device.registered(),
    'vmm.unregister': ({ device }) => void device.unregister(),
    'vmm.unregistered': ({ device }) => void device.unregistered(),
    'vmm.tellBase': ({ device }) => void device.tellBase(),
    'vmm.enableAll': (adapter) => adapter.worked((device) => device.enableAll()),
    'vmm.disableAll': (adapter) => adapter.worked((device) => device.disableAll()),
    'kernel.place': (adapter) => adapter.worked((device) => device.place()),
    'kernel.withdraw': ({ device }) => void device.withdraw(),
    'vmm.remove': (adapter) => {
      adapter.device.remove();
      // Nobody answers what was asked.
      adapter.asked.fill(0);
    },
    'vmm.assign': ({ device }) => void device.assign(),
    'device.reset': (adapter) => {
      const { device, asked } = adapter;
      device.reset();
      for (let vcpu = 0; vcpu < asked.length; vcpu++) {
        const kind = device.accessOf(vcpu)[implementation.KIND_AT];
        if (kind === implementation.VOID) asked[vcpu] = 0;
      }
    },
    'device.signal': ({ device }, vector) => device.signal(vector),
    'device.retire': ({ device }, vector) => device.retire(vector),
    'fabric.arrive': ({ device }, vector) => void device.arrive(vector),
  };

  private write(
    vector: number,
    name: string,
    entry: (vector: number) => string,
    vcpu: number,
  ): implementation.AccessOutcome {
    const { device, messages } = this;
    const after = messages.writes.find((each) => each.name === name)?.result(entry(vector));
    if (after === undefined) throw new Error(`Got the write ${name}; expected one of the set "${messages.name}".`);
    const [low, high, data] = messageOf(after, vector);
    if (name.startsWith('address')) return device.writeAddress(vector, low, high, vcpu);
    if (name.startsWith('data')) return device.writeData(vector, data, vcpu);
    return device.writeMessage(vector, low, high, data, vcpu);
  }

  private nameOf(vector: number, message: Message): string {
    return messageName(this.messages, vector, message);
  }
}

type Act = (
  adapter: AssignedAdapter,
  vector: number,
  value: string,
  entry: (vector: number) => string,
  vcpu: number,
) => void;
const ACTS = AssignedAdapter.acts;

interface KnownAct {
  readonly act: Act;
  readonly vector: number;
  readonly value: string;
  readonly vcpu: number;
}

function createDevice(options: implementation.AssignedDeviceOptions): implementation.AssignedDevice {
  return new implementation.AssignedDevice(options);
}
