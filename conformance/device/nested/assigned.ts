/**
 * The real assigned device as a device under test: L2's view of it. Behind it are QEMU's hw/vfio, KVM's irqfd and routing, and vfio-pci in
 * Linux; the physical function is a device of L0's. A fresh instance is the saved state, restored.
 *
 * Where an event is lost, three others know of it: L0's trace events say what the device sent, L1's counts of interrupts what the host
 * kernel took, and L2's event descriptors whether an event waits there.
 */
import type { Ability, Answer, RemoteDevice, Request } from '../device.ts';
import { DeviceError } from '../failure.ts';
import { failed } from '../protocol.ts';
import { FAMILIES } from '../qemu/families/index.ts';
import type { Family } from '../qemu/family.ts';
import { Live, signalledOf } from '../qemu/live.ts';
import { Memory } from '../qemu/memory.ts';
import { Slots } from '../qemu/slots.ts';
import { Waits } from '../qemu/waits.ts';
import { HELD_EVENTS, TAKEN } from './agent.ts';
import { Counters } from './counters.ts';
import { DOORBELL_FAMILY, SENT_AT } from './instrument.ts';
import { type Level, LEVEL_WORDS } from './names.ts';
import { COLD, isCounted, makeLevels, type Progress, untilReady } from './levels.ts';
import { type Accelerator, Levels, type LevelsOptions } from './machine.ts';
import { findParts, type Parts } from './parts.ts';

/** How the real path is started. */
export interface AssignedOptions {
  /** The physical function, as QEMU names it. Default `e1000e`. */
  readonly device?: string;
  readonly accel?: Accelerator;
  /** How much of the path is driven. Default `guest`: all of it. */
  readonly level?: Level;
  /** How many processors L1 has. Default 1. */
  readonly cpus?: number;
  readonly kernel?: string;
  readonly qemu?: string;
  /** Properties of vfio-pci in L2, such as `x-no-kvm-msix=on`. */
  readonly vfio?: string;
  /** How long a level may be silent, in milliseconds. Default 20000. */
  readonly patience?: number;
  /** How long a message may take that must come, in milliseconds. Default 500. */
  readonly bound?: number;
  /** How long nothing must have come, before it is said that this was all. Default 12. */
  readonly quiet?: number;
  readonly onProgress?: Progress;
}

/** Where an event was last seen. */
export interface Sighting {
  /** Messages that the physical function sent, by L0's trace, or events of the device of the level `kvm`; undefined where nobody tells. */
  readonly sent: number | undefined;
  /** Messages that L0's IOMMU has passed on to an interrupt controller of L1's. */
  readonly remapped: number | undefined;
  /** Interrupts that the driver's handler in the host kernel took, since L1 has booted. */
  readonly taken: number;
  /** Event descriptors of L2 that hold an event. */
  readonly held: number;
}

/** The real assigned device. */
export interface RealAssignedDevice extends RemoteDevice {
  readonly waits: Waits;
  readonly commands: number;
  readonly commandLine: string;
  /** The processes of L0 that run. */
  readonly pid: number | undefined;
  /** How long the restored levels took to answer, in milliseconds. */
  readonly restored: number;
  readonly live: Live;
  readonly levels: Levels;
  readonly level: Level;
  /** Sentences on signals that came to nothing: where each was last seen. */
  readonly losses: readonly string[];
  /** Where events are now. The event descriptors are looked at only if it is to be whole, which takes longer. */
  sighting(isWhole?: boolean): Promise<Sighting>;
  /** The lines of L0's trace that the last sighting was made of. */
  readonly lastTrace: readonly string[];
}

/** L0's trace events that tell of a message of the physical function. */
const EVENTS: Readonly<Record<string, string>> = {
  e1000e: 'e1000e_irq_msix_notify_vec',
  nvme: 'pci_nvme_irq_msix',
  'virtio-blk-pci': 'virtio_notify',
  'virtio-net-pci': 'virtio_notify',
};

/** The message as L0's IOMMU passes it on, and as its interrupt controllers take it. */
const REMAPPED = ['vtd_ir_remap_msi', 'apic_deliver_irq'];

/** Starts the levels, from their saved state where there is one. @throws {DeviceError} */
export async function startAssigned(options: AssignedOptions = {}): Promise<RealAssignedDevice> {
  const { accel = 'kvm', level = 'guest', cpus = 1, patience = 20_000, onProgress = () => {} } = options;
  const { device = level === 'kvm' ? 'doorbell' : 'e1000e' } = options;
  const [name] = device.split(',');
  const family = level === 'kvm' ? DOORBELL_FAMILY : FAMILIES.find(({ names }) => names.includes(name));
  if (family === undefined || family.isOnRootBus === true)
    throw new DeviceError(
      `Got the device ${name}; expected one that can be assigned: ${FAMILIES.filter(
        ({ isOnRootBus }) => isOnRootBus !== true,
      )
        .map(({ names }) => names[0])
        .join(', ')}.`,
    );
  const parts = findParts(options.kernel, options.qemu);
  const words = family.parameters(device, 'addr=04.0', undefined);
  const levels = {
    ...{ qemu: parts.qemu, kernel: parts.kernel, accel, level, cpus, patience, vfio: options.vfio },
    device: words,
    events: [...(name in EVENTS ? [EVENTS[name]] : []), ...REMAPPED],
  };
  const { initramfs, state } = await makeLevels(parts, levels, onProgress);
  const assigned = new Assigned(family, device, parts, { ...levels, initramfs, state }, options);
  try {
    await assigned.fresh();
  } catch (error) {
    await assigned.close();
    throw error;
  }
  return assigned;
}

class Assigned implements RealAssignedDevice {
  readonly name: string;
  readonly level: Level;
  readonly waits: Waits;
  readonly losses: string[] = [];
  readonly abilities: ReadonlySet<Ability> = new Set<Ability>(['pbaWrite']);
  vectorCount = 0;
  restored = 0;
  private readonly family: Family;
  private readonly start: LevelsOptions;
  private readonly quiet: number;
  private running: { levels: Levels; live: Live } | undefined;
  private answered = 0;
  /** Whether nobody has asked this instance anything. */
  private isUntouched = false;
  /** Of the level `kvm`: the events of its device at the last sighting. */
  private sentBefore = 0;
  /** The lines of L0's trace that the last sighting was made of. */
  lastTrace: readonly string[] = [];

  constructor(family: Family, device: string, parts: Parts, start: LevelsOptions, options: AssignedOptions) {
    this.family = family;
    this.start = start;
    this.quiet = options.quiet ?? 12;
    this.waits = new Waits(options.bound ?? 500);
    this.level = start.level;
    const host = `Linux ${parts.release}`;
    this.name =
      start.level === 'guest'
        ? `${device} assigned by vfio-pci of ${host} and QEMU ${parts.version} (${start.accel})`
        : `${device} of ${host} ${LEVEL_WORDS[start.level]}`;
  }

  get signalled(): readonly number[] {
    return signalledOf(this.family, this.vectorCount);
  }

  get commands(): number {
    return this.answered + (this.running?.levels.process.qtest.commands ?? 0);
  }

  get commandLine(): string {
    return this.present.levels.commandLine;
  }

  get pid(): number | undefined {
    return this.running?.levels.process.pid;
  }

  get levels(): Levels {
    this.isUntouched = false;
    return this.present.levels;
  }

  get live(): Live {
    this.isUntouched = false;
    return this.present.live;
  }

  private get present(): { levels: Levels; live: Live } {
    if (this.running === undefined) throw new Error('The device is closed.');
    return this.running;
  }

  async fresh(): Promise<void> {
    // Whoever starts a device asks for a fresh one next; it has one, unless somebody has asked it anything since.
    if (this.isUntouched) return;
    await this.close();
    const began = performance.now();
    const isCold = this.start.state === undefined;
    const levels = new Levels(isCold ? { ...this.start, patience: COLD } : this.start);
    const isSeen = isCounted(this.start);
    const live = new Live({
      family: this.family,
      process: levels.process,
      memory: new Memory(levels.process.qtest, 'q35'),
      waits: this.waits,
      messages: (vectorCount) => (isSeen ? new Counters(vectorCount) : new Slots(vectorCount)),
      quiet: this.quiet,
      isRestored: !isCold,
      tell: (error) => levels.tell(error),
      onAbsent: (vector) => this.tellLoss(vector),
    });
    this.running = { levels, live };
    this.sentBefore = 0;
    try {
      if (isCold) await untilReady(levels, isSeen);
      else await levels.resume();
      await live.begin();
    } catch (error) {
      throw new DeviceError(`${this.name}: ${await levels.tell(error as Error)}`, { cause: error });
    }
    this.restored = performance.now() - began;
    this.vectorCount = live.place.vectorCount;
    levels.takeTrace();
    this.isUntouched = true;
  }

  private async tellLoss(vector: number): Promise<void> {
    const { sent, taken, held } = await this.sighting();
    this.losses.push(
      `Vector ${vector}: the device sent ${sent ?? 'some'} messages since the event before, the host kernel has taken ${taken} interrupts in all, ${held} event descriptors hold an event.`,
    );
  }

  async sighting(isWhole = true): Promise<Sighting> {
    const { levels } = this;
    const text = (await levels.agent.ask(isWhole ? `${TAKEN}; ${HELD_EVENTS}` : TAKEN)) ?? '';
    const taken = Number(/^taken (\d+)$/m.exec(text)?.[1] ?? 0);
    const held = isWhole ? text.split('\n').filter((line) => line.includes('eventfd-count')).length : 0;
    const trace = levels.takeTrace();
    this.lastTrace = trace;
    if (this.level === 'kvm') {
      const all = await this.live.memory.read(SENT_AT, 4);
      const sent = (all - this.sentBefore) >>> 0;
      this.sentBefore = all;
      return { sent, remapped: undefined, taken, held };
    }
    const event = this.start.events.find((name) => !REMAPPED.includes(name));
    // The message that the IOMMU passes on is told right after the event; others are of L1's own devices.
    const at = trace.flatMap((line, index) => (event !== undefined && line.includes(event) ? [index] : []));
    const sent = event === undefined ? undefined : at.length;
    const remapped =
      event === undefined ? undefined : at.filter((index) => trace[index + 1]?.includes(REMAPPED[0])).length;
    return { sent, remapped, taken, held };
  }

  readonly waitsItself = true;

  run(requests: readonly Request[]): Promise<readonly Answer[]> {
    if (this.running === undefined)
      return Promise.resolve(requests.map(() => failed('skipped', 'The device is closed')));
    this.isUntouched = false;
    return this.running.live.run(requests);
  }

  async close(): Promise<void> {
    const { running } = this;
    this.running = undefined;
    this.isUntouched = false;
    await running?.levels.end();
    this.answered += running?.levels.process.qtest.commands ?? 0;
  }
}
