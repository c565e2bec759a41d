/**
 * The world of the simulator: two assigned devices of one host each, with callbacks that act in turn and throw, done to the
 * implementation and to the reference at once. After each act both must have told the same, answered the same and look the same.
 */
import { boom, faults, firstDifference } from './compare.ts';
import { AssignedDevice } from '../../src/index.ts';
import type { GuestReference } from './guest.ts';
import { PostedReference } from './posted.ts';
import { DeviceReference, type Told } from './reference.ts';

/** What may be done to a device, by one of its vCPUs where it is an access. */
export type Act =
  | { readonly do: 'control'; readonly device: number; readonly vcpu: number; readonly value: number }
  | {
      readonly do: 'read';
      readonly device: number;
      readonly vcpu: number;
      readonly offset: number;
      readonly bytes: number;
    }
  | {
      readonly do: 'write';
      readonly device: number;
      readonly vcpu: number;
      readonly offset: number;
      readonly bytes: number;
      readonly low: number;
      readonly high: number;
    }
  | {
      readonly do: 'config';
      readonly device: number;
      readonly vcpu: number;
      readonly offset: number;
      readonly value: number;
    }
  | { readonly do: 'signal' | 'retire' | 'arrive'; readonly device: number; readonly vector: number }
  | { readonly do: 'handover'; readonly device: number; readonly step: number }
  | { readonly do: 'work'; readonly device: number; readonly step: (typeof WORKS)[number] }
  | { readonly do: 'complete'; readonly device: number; readonly vcpu: number }
  | { readonly do: 'reset' | 'remove' | 'assign' | 'keep' | 'back' | 'restore'; readonly device: number }
  | { readonly do: 'damage'; readonly device: number; readonly bit: number }
  | { readonly do: 'nonsense'; readonly device: number; readonly which: number };

/** An act of the outside, and what the callbacks that it brings about do, in the order of their calls. */
export interface Step {
  readonly act: Act;
  readonly reactions: readonly Reaction[];
}

/** What a callback does: acts, and then throws or not. */
export interface Reaction {
  readonly acts: readonly Act[];
  readonly throws: boolean;
}

const VECTORS = 3;
const VCPUS = 2;
/** What is done in the posted design, in steps of its own. */
export const WORKS = ['tellBase', 'enableAll', 'place', 'withdraw', 'disableAll'] as const;
const DESIGNS = ['reviewed', 'checked', 'posted'] as const;
const HANDOVERS = ['register', 'registered', 'unregister', 'unregistered'] as const;
/** Calls of the API that no caller should make: nothing may come of them but a sentence or a count. */
export const NONSENSE: readonly ((device: AssignedDevice) => unknown)[] = [
  (device) => device.signal(NaN),
  (device) => device.signal(2 ** 32),
  (device) => device.arrive(0.5),
  (device) => device.arrive(2 ** 32),
  (device) => device.arrive(undefined as never),
  (device) => device.arrive(null as never),
  (device) => device.host.setMask(2 ** 28, 0),
  (device) => device.host.setMask(NaN, 0),
  (device) => device.host.program(1.5),
  (device) => device.retire(-1),
  (device) => device.mask(0.5),
  (device) => device.mask(-1),
  (device) => device.configWrite(0x52, 2, undefined as never),
  (device) => device.write(device.entryAddress(0) + 12, 4, 1n as never),
  (device) => device.write(device.entryAddress(0), 4.5, 8),
  (device) => device.write(device.entryAddress(0) + 2 ** 64, 8, 8, 8),
  (device) => device.write(device.entryAddress(0) - 2 ** 32, 8, 8, 8),
  (device) => device.read(device.entryAddress(0), 0),
  (device) => device.kernel.bus.write(device.entryAddress(0) + 0.5, 4, 8, 8),
  (device) => device.kernel.bus.read(0, 0, new Uint32Array(2)),
  (device) => device.kernel.hostInterrupt(NaN),
  (device) => device.kernel.vmIoctl(0xc0186d04, {} as never),
  (device) => device.restore(new Uint32Array(3)),
  ({ vectorCount }) => {
    const taken = new AssignedDevice({ vectorCount, delivr: 1 } as never);
    throw new Error(`took an option that does not exist, and has ${taken.vectorCount} vectors`);
  },
];

/** Runs the acts of both sides, and the callbacks of both. */
class Side {
  readonly log: string[] = [];
  private reactions: Reaction[] = [];
  thrown = 0;

  begin(reactions: readonly Reaction[]): void {
    this.reactions = [...reactions];
    this.thrown = 0;
  }

  next(): Reaction | undefined {
    return this.reactions.shift();
  }
}

function told(device: number, { kind, vector, message }: Told): string {
  return `${device}: ${kind} ${vector} ${message}`.trim();
}

/** The implementation in the world. */
class Ours extends Side {
  readonly devices: AssignedDevice[];
  private readonly kept: (Uint32Array | undefined)[] = [];
  private telling = false;

  constructor() {
    super();
    this.devices = DESIGNS.map(
      (design, index) =>
        new AssignedDevice({
          vectorCount: VECTORS,
          vcpuCount: VCPUS,
          design,
          sent: (vector) => this.call(told(index, { kind: 'sent', vector, message: '' })),
          deliver: (low, high, data, vector) => {
            const message = [low, high, data].map((word) => word.toString(16)).join(' ');
            this.call(told(index, { kind: 'deliver', vector, message }));
          },
          interrupt: ({ vector }) => this.call(told(index, { kind: 'interrupt', vector, message: '' })),
        }),
    );
  }

  private call(line: string): void {
    this.log.push(line);
    const reaction = this.next();
    if (reaction === undefined) return;
    for (const act of reaction.acts) this.log.push(`  ${this.perform(act)}`);
    if (!reaction.throws) return;
    faults.thrown++;
    throw boom;
  }

  /** Does an act, and says in a line what came of it. */
  perform(act: Act): string {
    const device = this.devices[act.device];
    switch (act.do) {
      case 'control':
        return `${device.writeControl(act.value, act.vcpu)}`;
      case 'read': {
        const outcome = device.read(device.entryAddress(0) + act.offset, act.bytes, act.vcpu);
        return outcome === 0 ? `0 ${answerOf(device.answer, act.bytes)}` : `${outcome}`;
      }
      case 'write':
        return `${device.write(device.entryAddress(0) + act.offset, act.bytes, act.low, act.high, act.vcpu)}`;
      case 'config':
        return `${device.configWrite(act.offset, act.offset === 0x10 ? 4 : 2, act.value, act.vcpu)}`;
      case 'signal':
        device.signal(act.vector);
        return '';
      case 'retire':
        device.retire(act.vector);
        return '';
      case 'arrive':
        return `${device.arrive(act.vector)}`;
      case 'handover':
        return `${device[HANDOVERS[act.step]]()}`;
      case 'work':
        return `${device[act.step]()}`;
      case 'complete': {
        const [kind, , , bytes] = device.accessOf(act.vcpu);
        const done = device.complete(act.vcpu);
        return kind === 3 || kind === 8 ? `${done} ${answerOf(device.answer, kind === 8 ? 4 : bytes)}` : `${done}`;
      }
      case 'reset':
        device.reset();
        return '';
      case 'remove':
        return `${device.remove()}`;
      case 'assign':
        return `${device.assign()}`;
      case 'keep':
        this.kept[act.device] = save(device);
        return '';
      case 'back': {
        const kept = this.kept[act.device];
        if (kept !== undefined) device.restore(kept);
        return '';
      }
      case 'restore':
        device.restore(save(device));
        return '';
      case 'damage':
        return damaged(device, act.bit);
      default:
        return nonsense(device, act.which);
    }
  }

  look(): readonly unknown[] {
    return this.devices.map((device) => {
      const flying = Array.from({ length: VECTORS }, (_, vector) => device.isInFlight(vector));
      const stopped = Array.from({ length: VCPUS }, (_, vcpu) => [device.isStopped(vcpu), device.dueOf(vcpu)]);
      if (device.owner === 4) return [4, stopped, flying];
      const words = new Uint32Array(3 + 4 * VECTORS);
      device.peekInto(words);
      const table = [...words.subarray(1, 1 + 4 * VECTORS)];
      const pending = words[1 + 4 * VECTORS];
      return [device.owner, stopped, flying, words[0] >>> 14, table, pending, device.monitor.tableAddress];
    });
  }
}

function answerOf(answer: ArrayLike<number>, bytes: number): string {
  return bytes === 8 ? `${answer[0]} ${answer[1]}` : `${answer[0]}`;
}

function save(device: AssignedDevice): Uint32Array {
  const words = new Uint32Array(device.savedWords);
  device.saveInto(words);
  return words;
}

/** Restores a save with one bit flipped: refused whole, or taken and saved the same. Puts the device back as it was. */
function damaged(device: AssignedDevice, bit: number): string {
  faults.damaged++;
  const before = save(device);
  const words = Uint32Array.from(before);
  words[(bit >>> 5) % words.length] ^= 1 << (bit & 31);
  let expected: Uint32Array = words;
  try {
    device.restore(words);
  } catch (error) {
    if (!/; expected .* Nothing was restored\.$/s.test((error as Error).message)) return `threw ${String(error)}`;
    expected = before;
  }
  if (expected === words) {
    const wrong = exercised(words, device);
    if (wrong !== undefined) return wrong;
  }
  const after = save(device);
  if (after.join() !== expected.join()) return `bit ${bit % (32 * words.length)} was restored by half`;
  device.restore(before);
  return '';
}

/** Uses another device that has taken the words: whatever was taken, it goes on without an error. */
function exercised(words: Uint32Array, { vectorCount, vcpuCount, design }: AssignedDevice): string | undefined {
  const device = new AssignedDevice({ vectorCount, vcpuCount, design });
  try {
    device.restore(words);
    // What is read-only is as it was made.
    if ((device.monitor.config.messageControl & 0x7ff) !== vectorCount - 1) return 'took another Table Size';
    for (let vcpu = 0; vcpu < vcpuCount; vcpu++) device.complete(vcpu);
    for (const act of [0x8000, 0xc000, 0x8000, 0]) {
      device.writeControl(act);
      device.complete();
      for (let vector = 0; vector < vectorCount; vector++) {
        device.unmask(vector);
        device.complete();
        device.signal(vector);
        device.arrive(vector);
      }
      device.configWrite(0x10, 4, act << 16);
      device.complete();
    }
    if (device.host.inFlight > 0) return `took a message into flight that arrives nowhere`;
    if (device.kernel.spuriousIrqs > 0) return "took a message that is nobody's";
    device.reset();
    device.remove();
  } catch (error) {
    return `took words, and then threw ${String(error)}`;
  }
  return undefined;
}

/** Makes a call that makes no sense: nothing may change by it. */
function nonsense(device: AssignedDevice, which: number): string {
  if (device.stopped) return '';
  faults.nonsense++;
  const before = save(device).join();
  try {
    NONSENSE[which](device);
  } catch (error) {
    if (!/(got|is|are) .*; expected .*\.$/s.test((error as Error).message)) return `threw ${String(error)}`;
  }
  return save(device).join() === before ? '' : `nonsense ${which} changed the device`;
}

/** The reference in the world. */
class Theirs extends Side {
  readonly devices: GuestReference[];
  private kept: (object | undefined)[] = [];
  private waiting: string[] = [];

  constructor() {
    super();
    this.devices = DESIGNS.map((design, index) =>
      design === 'posted'
        ? new PostedReference(VECTORS, VCPUS, this.teller(index))
        : new DeviceReference(VECTORS, VCPUS, design === 'checked', this.teller(index)),
    );
  }

  private teller(index: number): (told: Told) => void {
    return (each) => void this.queues[index].push(told(index, each));
  }

  private readonly queues: string[][] = DESIGNS.map(() => []);
  private readonly draining = DESIGNS.map(() => false);

  /** Does an act and then tells what it brought about, unless it is done from within a call out of the same device. */
  perform(act: Act): string {
    const line = this.act(act);
    this.drain(act.device);
    return line;
  }

  private drain(index: number): void {
    if (this.draining[index]) return;
    this.draining[index] = true;
    let thrown = 0;
    for (let line = this.queues[index].shift(); line !== undefined; line = this.queues[index].shift()) {
      this.log.push(line);
      const reaction = this.next();
      if (reaction === undefined) continue;
      try {
        for (const act of reaction.acts) this.log.push(`  ${this.perform(act)}`);
        if (reaction.throws) thrown++;
      } catch {
        thrown++;
      }
    }
    this.draining[index] = false;
    if (thrown > 0) throw boom;
  }

  private act(act: Act): string {
    const device = this.devices[act.device];
    switch (act.do) {
      case 'control':
        return `${device.configWrite(0x52, act.value, act.vcpu)}`;
      case 'read': {
        const outcome = device.access(act.vcpu, act.offset, act.bytes);
        return outcome === 0 ? `0 ${answerOf(device.answer, act.bytes)}` : `${outcome}`;
      }
      case 'write':
        return `${device.access(act.vcpu, act.offset, act.bytes, [act.low, act.high])}`;
      case 'config':
        return `${device.configWrite(act.offset, act.value, act.vcpu)}`;
      case 'signal':
        device.signal(act.vector);
        return '';
      case 'retire':
        device.retire(act.vector);
        return '';
      case 'arrive':
        return `${device.arrive(act.vector)}`;
      case 'handover':
        return `${device.handover(act.step)}`;
      case 'work':
        return `${device.work(act.step)}`;
      case 'complete': {
        const exit = device.exits[act.vcpu];
        const done = device.complete(act.vcpu);
        const bytes = exit?.kind === 'void' ? 4 : exit?.bytes;
        const isRead = exit?.kind === 'read' || exit?.kind === 'void';
        return isRead ? `${done} ${answerOf(device.answer, bytes!)}` : `${done}`;
      }
      case 'reset':
        device.reset();
        return '';
      case 'remove':
        return `${device.remove()}`;
      case 'assign':
        return `${device.assign()}`;
      case 'keep':
        this.kept[act.device] = device.state();
        return '';
      case 'back':
        if (this.kept[act.device] !== undefined) device.putBack(this.kept[act.device]!);
        return '';
      default:
        return '';
    }
  }

  look(): readonly unknown[] {
    return this.devices.map((device) => device.look());
  }
}

/** Runs a history; returns what differs first, in a sentence, or undefined. Counts acts and calls out in `counts`. */
export function differenceOf(history: readonly Step[], counts = { acts: 0, calls: 0 }): string | undefined {
  return firstDifference(history, new Ours(), new Theirs(), counts);
}
