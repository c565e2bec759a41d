/**
 * One of QEMU's devices as a device under test: QEMU runs without a guest, and what a guest would do is done by qtest. Requests are
 * commands; they are sent ahead of answers up to a signal that takes effect later. After such a signal the adapter waits, with a
 * bound, until what must come has come; what comes late is counted, what does not come is missing from the outputs.
 *
 *     fresh   starts QEMU, gives the device memory, sets it up, and leaves its MSI-X as a reset does
 *     reset   Secondary Bus Reset of the bridge that the device is behind, and the same again
 */
import { join } from 'node:path';
import { cacheFolder, keepFile } from '../cache.ts';
import type { Ability, Answer, RemoteDevice, Request } from '../device.ts';
import { DeviceError } from '../failure.ts';
import { failed } from '../protocol.ts';
import { FAMILIES } from './families/index.ts';
import type { Family } from './family.ts';
import { haltingFirmware } from './firmware.ts';
import { Live, signalledOf } from './live.ts';
import { type MachineType, Memory } from './memory.ts';
import { QemuProcess, qemuVersion } from './process.ts';
import { Slots } from './slots.ts';
import { Waits } from './waits.ts';

/** Which device, and how. */
export interface QemuOptions {
  /** As QEMU names it, with properties: "nvme,msix_qsize=8". */
  readonly device: string;
  /** Default `qemu-system-x86_64`. */
  readonly binary?: string;
  /** Default `q35`. */
  readonly machine?: MachineType;
  readonly vectorCount?: number;
  /** How long QEMU may be silent, in milliseconds. Default 5000. */
  readonly patience?: number;
  /** How long a message may take that must come, in milliseconds. Default 250. */
  readonly bound?: number;
}

/** A device of QEMU's, and what it took to wait for it. */
export interface QemuDevice extends RemoteDevice {
  readonly signalled: readonly number[];
  readonly waits: Waits;
  /** How many commands QEMU has answered. */
  readonly commands: number;
  /** The process; undefined once it is closed. */
  readonly pid: number | undefined;
  /** The command line, as a shell takes it. */
  readonly commandLine: string;
}

/** The bridge that devices are behind, and where. */
const BRIDGE: Readonly<Record<MachineType, readonly string[]>> = {
  q35: ['-device', 'pcie-root-port,id=hole,chassis=1,addr=4.0'],
  pc: ['-device', 'pci-bridge,id=hole,chassis_nr=1,addr=4.0,shpc=off'],
};
const BRIDGE_BDF = 4 << 3;
/** As much memory above 4 GiB as below it, for messages that are sent there (slots.ts). It is taken only where it is written. */
const MEMORY = [
  ...['-m', '256,slots=1,maxmem=8G', '-object', 'memory-backend-ram,id=high,size=256M'],
  ...['-device', 'pc-dimm,memdev=high,addr=0x100000000'],
];

/** Starts QEMU with a device. @throws {DeviceError} where it cannot be. */
export async function startQemu(options: QemuOptions): Promise<QemuDevice> {
  const [name] = options.device.split(',');
  const family = FAMILIES.find(({ names }) => names.includes(name));
  if (family === undefined)
    throw new DeviceError(
      `Got the device ${name}; expected one whose registers are known: ${FAMILIES.map(({ names }) => names[0]).join(', ')}.`,
    );
  const binary = options.binary ?? 'qemu-system-x86_64';
  const version = qemuVersion(binary);
  const device = new Device(options, family, binary, version);
  try {
    await device.fresh();
  } catch (error) {
    await device.close();
    throw error;
  }
  return device;
}

class Device implements QemuDevice {
  readonly name: string;
  readonly merges = true;
  readonly waits: Waits;
  private readonly options: QemuOptions;
  private readonly family: Family;
  private readonly binary: string;
  private process: QemuProcess | undefined;
  private live: Live | undefined;
  private answered = 0;
  vectorCount = 0;

  constructor(options: QemuOptions, family: Family, binary: string, version: string) {
    this.options = options;
    this.family = family;
    this.binary = binary;
    this.name = `QEMU ${version} ${options.device}`;
    this.waits = new Waits(options.bound ?? 250);
  }

  get abilities(): ReadonlySet<Ability> {
    return new Set<Ability>(this.family.isOnRootBus === true ? ['pbaWrite'] : ['pbaWrite', 'reset']);
  }

  get signalled(): readonly number[] {
    return signalledOf(this.family, this.vectorCount);
  }

  get commands(): number {
    return this.answered + (this.process?.qtest.commands ?? 0);
  }

  private get parameters(): readonly string[] {
    const { device, machine = 'q35', vectorCount } = this.options;
    return [
      ...['-nodefaults', '-display', 'none', '-machine', machine, '-accel', 'tcg', ...MEMORY],
      ...['-bios', firmwarePath()],
      ...BRIDGE[machine],
      ...this.family.parameters(device, 'bus=hole,addr=0', vectorCount),
    ];
  }

  get pid(): number | undefined {
    return this.process?.pid;
  }

  get commandLine(): string {
    return [this.binary, ...this.parameters].join(' ');
  }

  async fresh(): Promise<void> {
    await this.close();
    const { family, options } = this;
    const process = new QemuProcess({
      binary: this.binary,
      parameters: this.parameters,
      patience: options.patience ?? 5000,
      before: family.before?.(options.vectorCount ?? family.vectorCount ?? 1),
    });
    this.process = process;
    const live = new Live({
      family,
      process,
      memory: new Memory(process.qtest, options.machine ?? 'q35'),
      waits: this.waits,
      tell: (error) => process.tell(error),
      messages: (vectorCount) => new Slots(vectorCount),
      bridge: family.isOnRootBus === true ? undefined : BRIDGE_BDF,
    });
    try {
      await live.begin();
    } catch (error) {
      throw new DeviceError(`${this.name}: ${await process.tell(error as Error)}`, { cause: error });
    }
    if (this.vectorCount !== 0 && live.place.vectorCount !== this.vectorCount)
      throw new DeviceError(`Got ${live.place.vectorCount} vectors of a fresh ${this.name}; expected as before.`);
    this.vectorCount = live.place.vectorCount;
    this.live = live;
  }

  readonly waitsItself = true;

  run(requests: readonly Request[]): Promise<readonly Answer[]> {
    if (this.live === undefined) return Promise.resolve(requests.map(() => failed('skipped', 'The device is closed')));
    return this.live.run(requests);
  }

  async close(): Promise<void> {
    const { process } = this;
    this.process = undefined;
    this.live = undefined;
    await process?.end();
    this.answered += process?.qtest.commands ?? 0;
  }
}

/** The file of the firmware that halts. */
function firmwarePath(): string {
  const path = join(cacheFolder(), 'halt.bin');
  keepFile(path, haltingFirmware());
  return path;
}
