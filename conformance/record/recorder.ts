/**
 * Records a guest: boots it in a QEMU without acceleration, does for it what it asks for (pluggings, a wake-up), and keeps of QEMU's log
 * what a replay reads. The log comes through a pipe and is never written whole.
 */
import { spawnSync } from 'node:child_process';
import {
  createReadStream,
  existsSync,
  mkdtempSync,
  openSync,
  closeSync,
  constants,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { hostParameters } from '../device/nested/machine.ts';
import { modulesFor } from '../device/nested/modules.ts';
import { findParts, type Parts } from '../device/nested/parts.ts';
import { DeviceError } from '../device/failure.ts';
import { QemuProcess } from '../device/qemu/process.ts';
import { EVENTS } from '../replay/recipe.ts';
import { ASSIGNED, channelTo, hostInitramfs, L1_MEMORY } from './assigned.ts';
import { keeper } from './compact.ts';
import { ID, PORT, type RecordedDevice, RECORDED } from './devices.ts';
import { ENDS, guestInitramfs, SAYS } from './guest.ts';
import { type Scenario, SCENARIOS } from './scenarios.ts';

/** What is recorded. */
export interface RecordOptions {
  readonly device: string;
  readonly scenarios: readonly string[];
  readonly machine?: 'q35' | 'pc';
  /** Processors of the guest. Default 2. */
  readonly cpus?: number;
  /** How many queues the device has, where it may have many. */
  readonly queues?: number;
  readonly kernel?: string;
  readonly qemu?: string;
  /** The device is assigned by vfio-pci of a host in QEMU, and the guest is that host's. */
  readonly isAssigned?: boolean;
  /** How long it may take, in seconds. Default 240. */
  readonly seconds?: number;
  /** Called when all names were found, and the guest is about to boot. */
  readonly onBegin?: () => void;
  readonly onSaid?: (text: string) => void;
}

/** What was recorded. */
export interface Recording {
  /** The lines that were kept. */
  readonly lines: readonly string[];
  /** How many lines QEMU wrote. */
  readonly written: number;
  /** What the guest's scenarios said. */
  readonly said: readonly string[];
  /** QEMU's command line. */
  readonly command: string;
  readonly device: RecordedDevice;
  readonly release: string;
  readonly version: string;
  readonly seconds: number;
  /** Why the guest did not come to its end; undefined where it did. */
  readonly ending: string | undefined;
}

const SECONDS = 240;
const MEMORY = 1024;
/** So many lines of the console are kept. */
const LAST = 8;

/** Records a guest. @throws {DeviceError} where it cannot be started, and says what is missing. */
export async function record(options: RecordOptions): Promise<Recording> {
  const { seconds = SECONDS, onBegin = () => {}, onSaid = () => {} } = options;
  const device = deviceOf(options.device);
  const scenarios = scenariosOf(options.scenarios, device);
  if (options.isAssigned === true) requireInside(scenarios);
  const parts = findParts(options.kernel, options.qemu);
  requireDriver(parts, device);
  const folder = mkdtempSync(join(tmpdir(), 'maskbit-record-'));
  try {
    const initramfs = join(folder, 'initramfs');
    const guest = guestInitramfs(parts, device, scenarios);
    const words = wordsOf(device, scenarios);
    const isAssigned = options.isAssigned === true;
    const cpus = options.cpus ?? (isAssigned ? 1 : Math.max(2, options.queues ?? 0));
    writeFileSync(initramfs, isAssigned ? hostInitramfs(parts, guest, words, cpus) : guest);
    const up = join(folder, 'up');
    writeFileSync(up, `#!/bin/sh\nexec ${parts.busybox} ifconfig "$1" 10.0.2.2 netmask 255.255.255.0 up\n`, {
      mode: 0o755,
    });
    const parameters = parametersOf({ ...options, cpus }, device, scenarios, parts.kernel, { initramfs, up });
    const log = join(folder, 'log');
    if (spawnSync('mkfifo', [log]).status !== 0)
      throw new DeviceError(`Got no pipe at ${log}; expected mkfifo to make one.`);
    onBegin();
    const began = performance.now();
    const run = new Run(parts.qemu, parameters, {
      ...{ log, device, seconds, onSaid, before: networkOf(options, device) },
      isAssigned,
    });
    await run.finish();
    return {
      ...{ lines: run.lines, written: run.written, said: run.said, device, ending: run.ending },
      command: [parts.qemu, ...parameters].map(quoted).join(' ').replaceAll(`${folder}/`, ''),
      ...{ release: parts.release, version: parts.version, seconds: (performance.now() - began) / 1000 },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function deviceOf(name: string): RecordedDevice {
  const device = RECORDED.find((each) => each.name === name);
  if (device !== undefined) return device;
  throw new RangeError(`Got the device ${name}; expected one of ${RECORDED.map((each) => each.name).join(', ')}.`);
}

function scenariosOf(names: readonly string[], device: RecordedDevice): readonly Scenario[] {
  const scenarios = names.map((name) => {
    const scenario = SCENARIOS.find((each) => each.name === name);
    if (scenario !== undefined) return scenario;
    throw new RangeError(
      `Got the scenario ${name}; expected some of ${SCENARIOS.map((each) => each.name).join(', ')}.`,
    );
  });
  const last = scenarios.findIndex(({ isLast }) => isLast === true);
  if (last >= 0 && last < scenarios.length - 1)
    throw new RangeError(
      `Got ${scenarios[last].name} before ${scenarios[last + 1].name}; expected it to be the last one.`,
    );
  if (scenarios.some(({ needs }) => needs !== undefined) && device.virtualFunctions === undefined)
    throw new RangeError(`Got the scenario vfs of ${device.name}; expected nvme, which has virtual functions.`);
  return scenarios;
}

/** Whether the kernel has the driver: as a module, or built in. */
function requireDriver(parts: Parts, { name, modules, driver }: RecordedDevice): void {
  if (modulesFor(parts.modules, [driver]).length > 0) return;
  const built = join(parts.modules, 'modules.builtin');
  if (existsSync(built) && readFileSync(built, 'latin1').includes(`/${driver}.ko`)) return;
  throw new DeviceError(
    `Got no driver of ${name} in Linux ${parts.release} (${modules.join(', ')}); expected one. Debian's kernel with all drivers is linux-image-amd64; say where one is with --kernel.`,
  );
}

const hasVirtualFunctions = (scenarios: readonly Scenario[]): boolean =>
  scenarios.some(({ needs }) => needs !== undefined);

function parametersOf(
  { machine = 'q35', cpus, queues, isAssigned }: RecordOptions & { readonly cpus: number },
  device: RecordedDevice,
  scenarios: readonly Scenario[],
  kernel: string,
  { initramfs, up }: { readonly initramfs: string; readonly up: string },
): string[] {
  if (isAssigned === true) {
    const assigned = assignedDevice(device, queues);
    return hostParameters({ kernel, initramfs, cpus, memory: L1_MEMORY, device: assigned, words: [] });
  }
  const virtual = hasVirtualFunctions(scenarios) ? device.virtualFunctions : undefined;
  const place = machine === 'q35' ? `bus=${PORT}` : 'addr=04.0';
  const many = queues === undefined || virtual !== undefined ? undefined : device.queues?.(queues);
  const properties = [device.name, `id=${ID}`, place, virtual?.property ?? device.property, many].filter(Boolean);
  return [
    ...['-accel', 'tcg,thread=multi', '-smp', String(cpus), '-m', String(MEMORY), '-cpu', 'qemu64'],
    ...['-machine', machine, '-nodefaults', '-display', 'none', '-no-reboot'],
    // Hot plug by the port itself, whose events have a vector, and not by ACPI.
    ...(machine === 'q35' ? ['-global', 'ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off'] : []),
    ...(machine === 'q35' ? ['-device', `pcie-root-port,id=${PORT},chassis=1`] : []),
    ...(device.kind === 'net' ? ['-netdev', netdevOf(queues, up)] : (device.backend ?? [])),
    ...(virtual?.before ?? []),
    ...['-device', properties.join(',')],
    ...(virtual?.behind ?? device.behind ?? []),
    ...['-kernel', kernel, '-initrd', initramfs, '-append', wordsOf(device, scenarios).join(' ')],
    ...EVENTS.flatMap((event) => ['-trace', event]),
  ];
}

/** The command line of the kernel that is recorded. */
function wordsOf(device: RecordedDevice, scenarios: readonly Scenario[]): string[] {
  // Without I/O APIC, messages are those of functions alone. On a busy machine the kernel's test of its clock would end in a panic.
  return [
    ...['console=ttyS0', 'loglevel=4', 'panic=5', 'mitigations=off', 'nokaslr', 'noapic', 'no_timer_check'],
    ...[`id=${device.id}`, `kind=${device.kind}`],
    ...scenarios.flatMap(({ boot }) => (boot === undefined ? [] : [boot])),
  ];
}

/** A device at L0 that a host in it assigns to the guest, and what it needs. */
function assignedDevice(device: RecordedDevice, queues: number | undefined): string[] {
  const many = queues === undefined ? undefined : device.queues?.(queues);
  return [
    ...(device.kind === 'net' ? ['-netdev', 'user,id=net'] : (device.backend ?? [])),
    ...['-device', [device.name, `id=${ID}`, 'addr=04.0', device.property, many].filter(Boolean).join(',')],
    ...(device.behind ?? []),
  ];
}

/** Refuses scenarios for which a host would have to do something. */
function requireInside(scenarios: readonly Scenario[]): void {
  const outside = scenarios.find(({ shell, hasKernel, needs }) => /\bhost /.test(shell) || hasKernel || needs);
  if (outside !== undefined)
    throw new DeviceError(
      `Got the scenario ${outside.name} with an assigned device; expected one that the guest does by itself: affinity, rebind, flr, offline.`,
    );
}

/** A user's network has one queue; more are a tap's, in a network of its own that ends with QEMU. */
const netdevOf = (queues: number | undefined, up: string): string =>
  queues === undefined || queues === 1
    ? 'user,id=net'
    : `tap,id=net,queues=${queues},ifname=maskbit0,script=${up},downscript=no`;

/** What stands before QEMU's command, so that its network is its own. */
function networkOf({ queues }: RecordOptions, { kind }: RecordedDevice): readonly string[] {
  if (kind !== 'net' || queues === undefined || queues === 1) return [];
  return ['unshare', '--net', ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'])];
}

const quoted = (word: string): string => (/[\s'*]/.test(word) ? `'${word}'` : word);

interface RunOptions {
  /** The path of a pipe. */
  readonly log: string;
  readonly device: RecordedDevice;
  readonly seconds: number;
  readonly onSaid: (text: string) => void;
  readonly before: readonly string[];
  readonly isAssigned: boolean;
}

/** One guest that is recorded. */
class Run {
  readonly lines: string[] = [];
  readonly said: string[] = [];
  /** All that came from its console, the last lines. */
  private readonly heard: string[] = [];
  written = 0;
  private readonly process: QemuProcess;
  private readonly log: string;
  private readonly reading: Promise<void>;
  private readonly seconds: number;
  private readonly onSaid: (text: string) => void;
  private readonly addDevice: Readonly<Record<string, unknown>>;
  private console = '';
  /** Why the guest did not come to its end. */
  ending: string | undefined;

  constructor(qemu: string, parameters: readonly string[], options: RunOptions) {
    const { log, device, seconds, onSaid, before, isAssigned } = options;
    this.log = log;
    this.seconds = seconds;
    this.onSaid = onSaid;
    const added = parameters.find((word) => word.startsWith(`${device.name},id=${ID}`))!;
    this.addDevice = fieldsOf(added);
    this.reading = this.read(keeper(isAssigned ? [ASSIGNED] : [device.name, 'pcie-root-port']));
    const words = isAssigned ? channelTo(log) : ['-D', log];
    this.process = new QemuProcess({
      ...{ binary: qemu, parameters: [...parameters, ...words], patience: 1000 * seconds, channel: [], before },
      onConsole: (text) => this.hear(text),
    });
  }

  private async read(keep: (line: string) => string | undefined): Promise<void> {
    for await (const line of createInterface({ input: createReadStream(this.log, 'latin1') })) {
      this.written++;
      const kept = keep(line);
      if (kept !== undefined) this.lines.push(kept);
    }
  }

  private hear(text: string): void {
    // What a guest inside says passes through two consoles, and each puts a carriage return before the line's end.
    const lines = (this.console + text).split(/\r*\n/);
    this.console = lines.pop()!;
    for (const line of lines) {
      const at = line.indexOf(SAYS);
      const words = at < 0 ? line.trimEnd() : line.slice(at + SAYS.length);
      if (words.trim() === '') continue;
      if (at >= 0) this.said.push(words);
      this.heard.push(words);
      if (this.heard.length > LAST) this.heard.shift();
      this.onSaid(words);
      if (at >= 0 && words.startsWith('host '))
        void this.help(words.slice('host '.length)).catch((error: Error) => this.tell(error.message));
    }
  }

  private tell(words: string): void {
    this.said.push(words);
    this.onSaid(words);
  }

  /** Its last words. */
  private get lastWords(): string {
    return this.heard.length === 0 ? 'It said nothing.' : `Its last words: ${this.heard.join(' / ')}`;
  }

  /** Does what the guest cannot do itself. */
  private async help(what: string): Promise<void> {
    const { process } = this;
    if (what === 'unplug') await process.command('device_del', { id: ID });
    else if (what === 'plug') await process.command('device_add', this.addDevice);
    else if (what === 'wake') {
      for (;;) {
        const { status } = (await process.command('query-status')) as { status: string };
        if (status === 'suspended') break;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      await process.command('system_wakeup');
    }
  }

  /** Waits for the guest's end, or for the time, and for the last line. */
  async finish(): Promise<void> {
    const hasEnded = await this.process.ended(1000 * this.seconds);
    if (!this.said.includes(ENDS))
      this.ending = hasEnded
        ? await this.process.tell(new Error('QEMU has ended.'))
        : `It was not at its end after ${this.seconds} s.`;
    if (this.ending !== undefined) this.ending += ` ${this.lastWords}`;
    if (!hasEnded) await this.process.end();
    // Where QEMU has not even begun, nobody has opened the pipe.
    try {
      closeSync(openSync(this.log, constants.O_WRONLY | constants.O_NONBLOCK));
    } catch {
      // It has been read to its end.
    }
    await this.reading;
    if (this.heard.length === 0) throw new DeviceError(`Nothing was recorded. ${this.ending}`);
  }
}

/** The device of a command line as QMP takes it. */
function fieldsOf(words: string): Readonly<Record<string, unknown>> {
  const [driver, ...properties] = words.split(',');
  return Object.fromEntries([
    ['driver', driver],
    ...properties.map((property) => {
      const [name, value] = property.split('=');
      return [name, /^\d+$/.test(value) && name !== 'serial' ? Number(value) : value === 'on' ? true : value];
    }),
  ]);
}
