/**
 * The levels: L0 is a QEMU of ours without any hardware (TCG), L1 a Linux in it whose vfio-pci has the device, L2 a QEMU in L1 that has the
 * device assigned. L2's qtest comes to us by a serial channel of L0's. A state in which L2 waits for its first command is saved once
 * and restored for each run.
 */
import { closeSync, existsSync, mkdtempSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeviceError } from '../failure.ts';
import { QemuProcess } from '../qemu/process.ts';
import { QtestError } from '../qemu/qtest.ts';
import { Agent } from './agent.ts';
import type { Level } from './names.ts';

/** What L2 runs by. */
export type Accelerator = 'kvm' | 'tcg';

/** How the levels are started. */
export interface LevelsOptions {
  readonly qemu: string;
  readonly kernel: string;
  readonly initramfs: string;
  readonly accel: Accelerator;
  readonly level: Level;
  readonly cpus: number;
  /** How the device is put on L0's command line. */
  readonly device: readonly string[];
  /** QEMU's trace events that tell what the device did. */
  readonly events: readonly string[];
  /** Properties of vfio-pci in L2. */
  readonly vfio?: string;
  /** The state to start from; a cold start when left out. */
  readonly state?: string;
  readonly patience: number;
}

/** The levels, once started. */
export class Levels {
  readonly process: QemuProcess;
  readonly agent: Agent;
  readonly commandLine: string;
  private readonly folder: string;
  private readonly trace: string;
  private traced = 0;
  private console = '';

  constructor(options: LevelsOptions) {
    this.folder = mkdtempSync(join(tmpdir(), 'maskbit-levels-'));
    FOLDERS.add(this.folder);
    this.trace = join(this.folder, 'trace');
    const parameters = [
      ...parametersOf(options),
      ...options.events.flatMap((event) => ['-trace', event]),
      ...['-D', this.trace],
      ...(options.state === undefined ? [] : ['-incoming', `exec:cat '${options.state}'`]),
    ];
    this.commandLine = [options.qemu, ...parametersOf(options).map(quoted)].join(' ');
    this.process = new QemuProcess({
      binary: options.qemu,
      parameters,
      patience: options.patience,
      channel: CHANNEL,
      onConsole: (text) => {
        this.console = (this.console + text).slice(-CONSOLE_LIMIT);
      },
    });
    this.agent = new Agent(this.process.agent);
  }

  /** What became of it: how L0 ended, or else who of the levels still answers; and L1's last words, among which are L2's. */
  async tell(error: Error): Promise<string> {
    const told = await this.process.tell(error);
    const alive = error instanceof QtestError && error.outcome === 'hung' ? ` ${await this.whoAnswers()}` : '';
    const words = this.lastWords();
    return `${told}${alive}${words === '' ? '' : ` L1's last words: ${words}`}`;
  }

  /** Which levels still answer, each by a door of its own: L0 by its monitor, L1 by its shell, L2 by its process in L1. */
  private async whoAnswers(): Promise<string> {
    const monitor = await Promise.race([
      this.process.command('query-status').then(
        (status) => `its processors are ${(status as { status: string }).status}`,
        () => undefined,
      ),
      new Promise<undefined>((resolve) => setTimeout(resolve, ASKING, undefined).unref()),
    ]);
    const shell = monitor === undefined ? undefined : await this.agent.ask(L2_STATE, ASKING);
    const state = /State:\s*(.*)/.exec(shell ?? '')?.[1];
    return [
      monitor === undefined ? 'L0 does not answer.' : `L0 answers; ${monitor}.`,
      shell === undefined ? 'L1 does not answer.' : "L1's shell answers.",
      ...(shell === undefined ? [] : [state === undefined ? 'L2 is gone.' : `L2's process is ${state}.`]),
    ].join(' ');
  }

  /** What L1 has said: its last lines, and of those before them the ones that tell of an end. */
  lastWords(lines = 6): string {
    const all = this.console.split(/\r?\n/).filter((line) => line.trim() !== '');
    const telling = all.slice(0, -lines).filter((line) => /panic|Oops|BUG:|has ended/.test(line));
    return [...telling.slice(-2), ...all.slice(-lines)].join('\n');
  }

  /** Waits until a restored machine runs. */
  async resume(): Promise<void> {
    for (;;) {
      const { status } = (await this.process.command('query-status')) as { status: string };
      if (status !== 'inmigrate') break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await this.process.command('cont');
  }

  /** Stops, and saves the state to a file, whole or not at all. Returns its size. */
  async save(path: string): Promise<number> {
    const { process } = this;
    const part = `${path}.new`;
    await process.command('stop');
    // A file of a saved state is read once from front to back: as fast as the disk.
    await process.command('migrate-set-parameters', { 'max-bandwidth': 1e10 });
    await process.command('migrate', { uri: `exec:cat > '${part}'` });
    for (;;) {
      const answer = (await process.command('query-migrate')) as { status?: string; 'error-desc'?: string };
      if (answer.status === 'completed') break;
      if (answer.status === 'failed') {
        rmSync(part, { force: true });
        throw new DeviceError(
          `Got no saved state in ${part} (${answer['error-desc'] ?? 'the migration failed'}); expected some 200 MB of space.`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    renameSync(part, path);
    return statSync(path).size;
  }

  /** What the trace events of L0 have told since this was asked last. */
  takeTrace(): string[] {
    if (!existsSync(this.trace)) return [];
    const { size } = statSync(this.trace);
    if (size <= this.traced) return [];
    const bytes = Buffer.alloc(size - this.traced);
    const file = openSync(this.trace, 'r');
    const count = readSync(file, bytes, 0, bytes.length, this.traced);
    closeSync(file);
    const text = bytes.toString('latin1', 0, count);
    const whole = text.lastIndexOf('\n') + 1;
    this.traced += whole;
    return text.slice(0, whole).split('\n').filter(Boolean);
  }

  async end(): Promise<void> {
    await this.process.end();
    rmSync(this.folder, { recursive: true, force: true });
    FOLDERS.delete(this.folder);
  }
}

/** How long a level may take to say that it is there, in milliseconds. */
const ASKING = 2000;
/** What goes on in the process that is L2. */
const L2_STATE = 'grep State: /proc/$(pidof qemu instrument)/status';
/** L2's qtest goes through L1 to here. */
const CHANNEL = [
  '-device',
  'virtio-serial-pci,addr=05.0',
  '-device',
  'virtserialport,chardev=qtest,nr=1,name=qtest',
  ...['-chardev', 'socket,id=agent,fd=8', '-device', 'virtserialport,chardev=agent,nr=2,name=agent'],
];
const CONSOLE_LIMIT = 1 << 16;
/** Folders of levels that run, so that none is left behind. */
const FOLDERS = new Set<string>();
process.on('exit', () => {
  for (const folder of FOLDERS) rmSync(folder, { recursive: true, force: true });
});

/** L0's command line, but for where it starts from. */
export function parametersOf({ accel, level, vfio, ...options }: LevelsOptions): string[] {
  const words = [`accel=${accel}`, `level=${level}`, ...(vfio === undefined ? [] : [`vfio=,${vfio}`])];
  return hostParameters({ ...options, words, memory: 1024 });
}

/** What L0 needs to run a host that has its device and assigns it. */
export interface HostOptions extends Pick<LevelsOptions, 'kernel' | 'initramfs' | 'cpus' | 'device'> {
  /** In MiB. */
  readonly memory: number;
  /** Behind what every such host has on its kernel's command line. */
  readonly words: readonly string[];
}

/** The command line of L0 with such a host. */
export function hostParameters({ kernel, initramfs, cpus, memory, device, words }: HostOptions): string[] {
  // On a busy machine the clock of L1 may be late for the kernel's test of it, which would end in a panic.
  const always = 'console=ttyS0 loglevel=4 panic=-1 intel_iommu=on iommu=pt mitigations=off no_timer_check';
  return [
    ...['-accel', 'tcg,thread=multi', '-smp', String(cpus), '-m', String(memory), '-cpu', 'qemu64,+svm,+npt'],
    ...['-machine', 'q35,kernel-irqchip=off', '-device', 'intel-iommu,intremap=on'],
    ...['-nodefaults', '-display', 'none', '-no-reboot', ...device],
    ...['-kernel', kernel, '-initrd', initramfs, '-append', [always, ...words].join(' ')],
  ];
}

const quoted = (word: string): string => (/[\s']/.test(word) ? `"${word}"` : word);
