/**
 * The assigned device under test: events of the machine `assigned-device` as accesses and steps of the implementation, and
 * everything that can be told of it afterwards: outputs, what a guest reads, who owns the page, what the vCPU is stopped in, what
 * flies. A difference is an error that tells the path as a story; an event without an access is one too.
 */
import type { StateValue } from 'xstate';
import type { Exploration } from '../../checker/explore/explore.ts';
import { eventSentence, readEvent } from '../../machines/alphabet.ts';
import type { AssignedBounds } from '../../machines/assembly.ts';
import type { MessageSet } from '../../machines/messages.ts';
import { vectorRegionName } from '../../machines/vector.ts';
import * as implementation from '../../src/index.ts';
import { ConformanceError, type DriveCounts } from '../paths/drive.ts';
import { type Message, messageName, messageOf } from './words.ts';
import { dwordName, tellOutputs } from '../paths/story.ts';

/** The designs that are implemented. */
export const IMPLEMENTED: readonly implementation.AssignedDesign[] = ['reviewed', 'checked', 'posted'];

const CONTROLS: Readonly<Record<string, number>> = {
  off: 0,
  offMasked: implementation.CONTROL_FUNCTION_MASK,
  on: implementation.CONTROL_ENABLE,
  onMasked: implementation.CONTROL_ENABLE | implementation.CONTROL_FUNCTION_MASK,
};
const OWNERS: Readonly<Record<string, number>> = {
  userspace: implementation.OWNER_USERSPACE,
  registering: implementation.OWNER_REGISTERING,
  kernel: implementation.OWNER_KERNEL,
  returning: implementation.OWNER_RETURNING,
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

// ---- What the machine says

type Regions = Readonly<Record<string, string>>;

/** A state of the machine, as a bystander may tell it. */
export interface Told {
  readonly dwords: readonly number[];
  readonly owner: number;
  /** The name of the access that the vCPU is stopped in, or what it waits for. */
  readonly vcpu: string;
  readonly flying: readonly boolean[];
  readonly entries: readonly string[];
  /** Each entry as a guest reads it. */
  readonly read: readonly { readonly message: string; readonly isMasked: boolean }[];
}

/** Tells a state of the machine. */
export function tellState(value: StateValue, { design, vectors }: AssignedBounds): Told {
  const regions = value as Record<string, Regions & string>;
  const { capability, ownership, vcpu, host } = regions;
  const each = Array.from({ length: vectors }, (_, vector) => regions[vectorRegionName(vector)] as Regions);
  const control =
    (capability.enable === 'enabled' ? implementation.CONTROL_ENABLE : 0) |
    (capability.functionMask === 'set' ? implementation.CONTROL_FUNCTION_MASK : 0);
  const read = each.map((region) => {
    // Where the kernel answers from tables of its own, those are what a guest reads.
    const isKernel = !design.oneOwner && ownership === 'kernel' && host === 'up' && region.route !== 'none';
    const mask = design.oneOwner ? region.mask : isKernel ? region.kernelMask : region.userMask;
    return { message: isKernel ? region.route : region.entry, isMasked: mask === 'masked' };
  });
  const table = read.flatMap(({ message, isMasked }, vector) => {
    return [...messageOf(message, vector), isMasked ? implementation.VECTOR_CONTROL_MASK : 0];
  });
  const pending = Array.from({ length: 2 * Math.ceil(vectors / implementation.PBA_QWORD_BITS) }, () => 0);
  for (const [vector, region] of each.entries())
    if (region.pending === 'set') pending[vector >>> 5] |= 1 << (vector & 31);
  return {
    dwords: [control | (vectors - 1), ...table, ...pending.map((word) => word >>> 0)],
    owner: OWNERS[ownership],
    vcpu,
    flying: each.map((region) => region.flight === 'flying'),
    entries: each.map((region) => region.entry),
    read,
  };
}

/** What the adapter's device is doing, in the words of the machine's vCPU. */
function vcpuMatches(device: implementation.AssignedDevice, vcpu: string): boolean {
  switch (vcpu) {
    case 'running':
      return !device.stopped;
    case 'opening':
      return device.due === implementation.WORK_ENABLE_ALL;
    case 'rebuilding':
      return device.due === implementation.WORK_REBUILD;
    case 'closing':
      return device.due === implementation.WORK_DISABLE_ALL;
    default:
      return device.isExit && isStoppedIn(device, vcpu);
  }
}

/** Whether the access that a device is stopped in is the one that the machine names: `mask_0`, `write_0_A`, `control_on`. */
function isStoppedIn(device: implementation.AssignedDevice, vcpu: string): boolean {
  const [verb, vector] = vcpu.split('_');
  const kind = device.access[implementation.KIND_AT];
  if (verb === 'control') return kind === implementation.CONFIG_WRITE;
  const offset = device.access[implementation.ADDRESS_LOW_AT] - device.entryAddress(Number(vector));
  const isControl = offset === implementation.ENTRY_VECTOR_CONTROL_OFFSET;
  switch (verb) {
    case 'read':
      return kind === implementation.ENTRY_READ && offset === 0;
    case 'write':
      return kind !== implementation.ENTRY_READ && offset >= 0 && offset < implementation.ENTRY_VECTOR_CONTROL_OFFSET;
    default: {
      const mask = device.access[implementation.LOW_AT] & implementation.VECTOR_CONTROL_MASK;
      return kind === implementation.MMIO_WRITE && isControl && (mask === 1) === (verb === 'mask');
    }
  }
}

/** Drives devices along an exploration of the machine, and compares after each step. */
export class AssignedDriver {
  readonly counts: DriveCounts = { paths: 0, steps: 0, outputs: 0, dwords: 0 };
  private readonly exploration: Exploration;
  private readonly told: readonly Told[];
  private readonly observed: Uint32Array;

  constructor(exploration: Exploration, bounds: AssignedBounds) {
    this.exploration = exploration;
    this.told = Array.from({ length: exploration.states.count }, (_, state) =>
      tellState(exploration.value(state), bounds),
    );
    this.observed = new Uint32Array(this.told[0].dwords.length);
  }

  /** Drives a device from its reset along the shortest path to every step of the machine. */
  driveEveryStep(adapter: AssignedAdapter): void {
    const { exploration } = this;
    for (let state = 0; state < exploration.states.count; state++) {
      const path = exploration.pathTo(state);
      for (let event = 0; event < exploration.compiled.events.length; event++) this.drive(adapter, [...path, event]);
    }
  }

  /** Brings a device into every state of the machine, each along its shortest path, and shows it. Returns the number of states. */
  forEachState(adapter: AssignedAdapter, visit: (path: readonly string[]) => void): number {
    const { exploration } = this;
    const { events } = exploration.compiled;
    for (let state = 0; state < exploration.states.count; state++) {
      const path = exploration.pathTo(state);
      this.drive(adapter, path);
      visit(path.map((event) => events[event]));
    }
    return exploration.states.count;
  }

  /** Drives a device from its reset along a path of event numbers. Throws a `ConformanceError` at the first difference. */
  drive(adapter: AssignedAdapter, path: readonly number[]): void {
    adapter.reset();
    let state = 0;
    for (let length = 1; length <= path.length; length++) state = this.step(adapter, state, path, length);
    this.counts.paths++;
  }

  /** Walks device and machine through every pair of states that they reach together. Returns the number of pairs. */
  walk(adapter: AssignedAdapter, onPairs: (pairs: number) => void = () => {}): number {
    const { exploration } = this;
    adapter.reset();
    const queue: { readonly state: number; readonly words: Uint32Array }[] = [{ state: 0, words: adapter.save() }];
    const seen = new Set([keyOf(queue[0])]);
    for (const [index, { state, words }] of queue.entries()) {
      if (index % 1024 === 0) onPairs(index);
      for (let event = 0; event < exploration.compiled.events.length; event++) {
        adapter.restore(words);
        const target = this.step(adapter, state, [event], 1, () => [...exploration.pathTo(state), event]);
        const pair = { state: target, words: adapter.save() };
        const key = keyOf(pair);
        if (seen.has(key)) continue;
        seen.add(key);
        queue.push(pair);
      }
    }
    return queue.length;
  }

  private step(
    adapter: AssignedAdapter,
    state: number,
    path: readonly number[],
    length: number,
    story: () => readonly number[] = () => path.slice(0, length),
  ): number {
    const { exploration, counts, told } = this;
    const event = path[length - 1];
    const done = adapter.perform(exploration.compiled.events[event], (vector) => told[state].entries[vector]);
    const due = exploration.outputs(state, event);
    const target = exploration.target(state, event);
    const difference = outputsDifference(done, due) ?? this.difference(adapter, told[target]);
    if (difference !== undefined) throw this.error(adapter, story(), difference);
    counts.steps++;
    counts.outputs += due.length;
    counts.dwords += this.observed.length;
    return target;
  }

  private difference({ device }: AssignedAdapter, told: Told): string | undefined {
    for (const { what } of stateDifferences(device, told, this.observed)) return what;
    return undefined;
  }

  private error({ device }: AssignedAdapter, path: readonly number[], what: string): ConformanceError {
    const names = path.map((event) => this.exploration.compiled.events[event]);
    const story = names.map((name, index) => `  ${index + 1}. ${eventSentence(name)}`);
    const head = `AssignedDevice, design ${device.design}, after ${path.length} steps: ${what}.`;
    return new ConformanceError([head, ...story, `  Path: ${names.join(' ')}`].join('\n'));
  }
}

/** Something in which a device differs from the machine. */
export interface StateDifference {
  /** The dword that a guest reads, counted as `peekInto` does; undefined of what no guest reads. */
  readonly word?: number;
  /** A clause. */
  readonly what: string;
}

/** Yields what differs between a device and a state of the machine. `observed` has room for what the guest reads. */
export function* stateDifferences(
  device: implementation.AssignedDevice,
  { dwords, owner, vcpu, flying }: Told,
  observed: Uint32Array,
): Generator<StateDifference> {
  device.peekInto(observed);
  for (const [word, expected] of dwords.entries()) {
    if (observed[word] === expected) continue;
    const name = dwordName(word, device.vectorCount);
    yield { word, what: `${name} reads 0x${observed[word].toString(16)}; expected 0x${expected.toString(16)}` };
  }
  if (device.owner !== owner) yield { what: `the page has the owner ${device.owner}; expected ${owner}` };
  if (!vcpuMatches(device, vcpu)) {
    yield { what: `the vCPU is ${device.stopped ? 'stopped' : 'running'}; expected ${vcpu}` };
  }
  for (const [vector, flies] of flying.entries()) {
    if (device.isInFlight(vector) === flies) continue;
    yield { what: `vector ${vector} has ${flies ? 'no' : 'a'} message in flight; expected otherwise` };
  }
}

const keyOf = ({ state, words }: { readonly state: number; readonly words: Uint32Array }): string =>
  `${state}:${words.join()}`;

/**
 * What was done and is not what the machine puts out, as a clause. What is delivered and sent has an order; then comes what was
 * read, in any; and then how the access ended.
 */
export function outputsDifference(done: readonly string[], due: readonly string[]): string | undefined {
  const order = (names: readonly string[]): string =>
    [
      ...names.filter((name) => /^(send|deliver)\./.test(name)),
      ...names.filter((name) => name.startsWith('answer.')).toSorted(),
      ...names.filter((name) => !name.includes('.')),
    ].join(' ');
  return order(done) === order(due) ? undefined : `it did ${tellOutputs(done)}; expected ${tellOutputs(due)}`;
}

/** Hands the page over and back in whatever state a device is, and says what differs afterwards. */
export function handOverAndBack(adapter: AssignedAdapter): string | undefined {
  const { device } = adapter;
  const before = adapter.save();
  const pbaWords = 2 * Math.ceil(device.vectorCount / implementation.PBA_QWORD_BITS);
  const read = new Uint32Array(1 + 4 * device.vectorCount + pbaWords);
  device.peekInto(read);
  const seen = new Uint32Array(read.length);
  adapter.forgetOutputs();
  const steps = [
    () => device.register(),
    () => device.registered(),
    () => device.unregister(),
    () => device.unregistered(),
  ];
  // Wherever the page is by now, it goes once round.
  for (let moved = 0, turn = 0; moved < steps.length; turn++) {
    if (steps[turn % steps.length]()) moved++;
    if (adapter.outputs.length > 0) return `it did ${tellOutputs(adapter.outputs)}`;
    device.peekInto(seen);
    const word = seen.findIndex((each, index) => each !== read[index]);
    if (word >= 0) return `${dwordName(word, device.vectorCount)} changed to 0x${seen[word].toString(16)}`;
    if (turn > 2 * steps.length) return `the page went ${moved} of ${steps.length} steps`;
  }
  const after = adapter.save();
  return after.join() === before.join() ? undefined : 'it is in another state';
}
