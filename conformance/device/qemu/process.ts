/**
 * A process of QEMU: its streams for qtest and QMP are made here and handed down, so there is no socket in the file system. A shell between
 * watches standard input: when whoever started QEMU has gone, however it went, the shell ends QEMU.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { DeviceError } from '../failure.ts';
import { Qtest, QtestError } from './qtest.ts';

/** How QEMU is started. */
export interface QemuProcessOptions {
  readonly binary: string;
  readonly parameters: readonly string[];
  /** How long it may be silent, in milliseconds. */
  readonly patience: number;
  /** What the channel for qtest is on the command line: QEMU's own by default. It is the chardev `qtest`. */
  readonly channel?: readonly string[];
  /** Is told what comes from the chardev `console`, where there is to be one. */
  readonly onConsole?: (text: string) => void;
  /** A command that is put before the binary. */
  readonly before?: readonly string[];
}

/** The streams of the child: standard input is the watch, then qtest and QMP. */
const QTEST = 3;
const QMP = 4;
const CONSOLE = 7;
const AGENT = 8;
const WATCH = `exec 5<&0 6>&1; "$@" 5<&- 6>&- </dev/null >/dev/null & q=$!; echo $q >&6; { cat <&5; kill -9 $q; } >/dev/null 2>&1 6>&- & exec 6>&-; wait $q`;
const OWN_CHANNEL = ['-qtest', 'chardev:qtest', '-qtest-log', '/dev/null'];
const ERROR_LIMIT = 2000;

/** One run of QEMU. */
export class QemuProcess {
  readonly qtest: Qtest;
  /** QEMU's own, once the shell has told it. */
  pid: number | undefined;
  /** One more channel, for whoever puts it on the command line. */
  readonly agent: Duplex;
  private readonly child: ChildProcess;
  private readonly exited: Promise<void>;
  private readonly monitor: Monitor;
  private errors = '';
  private ending: string | undefined;

  constructor({ binary, parameters, patience, before = [], channel = OWN_CHANNEL, onConsole }: QemuProcessOptions) {
    const words = [
      ...[...before, binary],
      ...['-chardev', `socket,id=qtest,fd=${QTEST}`, ...channel],
      ...(onConsole === undefined ? [] : ['-chardev', `socket,id=console,fd=${CONSOLE}`, '-serial', 'chardev:console']),
      ...['-chardev', `socket,id=qmp,fd=${QMP}`, '-mon', 'chardev=qmp,mode=control'],
      ...parameters,
    ];
    const child = spawn('/bin/sh', ['-c', WATCH, 'sh', ...words], {
      stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    const console = (child.stdio as unknown as readonly Duplex[])[CONSOLE];
    console.setEncoding('utf8').on('data', (text: string) => onConsole?.(text));
    console.on('error', () => {});
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.pid ??= Number.parseInt(text, 10);
    });
    this.child = child;
    child.stdin!.on('error', () => {});
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.errors = (this.errors + text).slice(-ERROR_LIMIT);
    });
    this.qtest = new Qtest(child.stdio[QTEST] as Duplex, patience);
    this.agent = (child.stdio as unknown as readonly Duplex[])[AGENT];
    this.monitor = new Monitor(child.stdio[QMP] as Duplex);
    this.exited = new Promise((resolve) => {
      const gone = (text: string): void => {
        this.ending = text;
        this.qtest.end(new QtestError('crashed', text));
        resolve();
      };
      child.once('error', (error) => gone(`QEMU could not be run: ${error.message}.`));
      // What it said is read by then.
      child.once('close', (code, signal) => {
        const how = signal === null ? `exit status ${code}` : `the signal ${signal}`;
        gone(`QEMU has ended, with ${how}.`);
      });
    });
  }

  /** Says what became of it, after an error of its streams: how it ended, where it has, and what it said. */
  async tell(error: Error): Promise<string> {
    // Streams close before the process is known to have ended.
    if (error instanceof QtestError && error.outcome === 'crashed') await this.ended(500);
    return `${this.ending ?? error.message}${this.said}`;
  }

  /** What it said on standard error, as the end of a sentence. */
  private get said(): string {
    const text = this.errors.trim();
    return text === '' ? '' : ` It said: ${text}`;
  }

  /** One command of QMP. Resolves to what it returned. @throws {Error} where QEMU refuses it. */
  command(name: string, parameters: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    return this.monitor.command(name, parameters);
  }

  /** Waits until it has ended, or for the time; returns whether it has. */
  async ended(milliseconds: number): Promise<boolean> {
    return Promise.race([
      this.exited.then(() => true),
      new Promise<boolean>((resolve) => setTimeout(resolve, milliseconds, false).unref()),
    ]);
  }

  /** Ends it, and waits until it has. */
  async end(): Promise<void> {
    this.child.stdin?.destroy();
    await this.exited;
  }
}

/** QEMU's monitor: one JSON object a line, events among them. */
class Monitor {
  private readonly stream: Duplex;
  private partial = '';
  private readonly waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = [];
  private isGreeted = false;

  constructor(stream: Duplex) {
    this.stream = stream;
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      const lines = (this.partial + text).split('\n');
      this.partial = lines.pop()!;
      for (const line of lines) this.receive(line);
    });
    const gone = (): void => {
      for (const { reject } of this.waiting.splice(0)) reject(new Error('QEMU has closed its monitor.'));
    };
    stream.on('error', gone);
    stream.on('close', gone);
  }

  async command(name: string, parameters: Readonly<Record<string, unknown>>): Promise<unknown> {
    if (!this.isGreeted) {
      this.isGreeted = true;
      await this.send('qmp_capabilities', {});
    }
    return this.send(name, parameters);
  }

  private send(name: string, parameters: Readonly<Record<string, unknown>>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.stream.write(`${JSON.stringify({ execute: name, arguments: parameters })}\n`);
    });
  }

  private receive(line: string): void {
    if (line.trim() === '') return;
    const message = JSON.parse(line) as { return?: unknown; error?: { desc: string } };
    if (!('return' in message) && !('error' in message)) return;
    const waiter = this.waiting.shift();
    if (message.error === undefined) waiter?.resolve(message.return);
    else waiter?.reject(new Error(`QEMU refused a command: ${message.error.desc}`));
  }
}

/** The version of a QEMU, such as "7.2.22". @throws {DeviceError} where there is none. */
export function qemuVersion(binary: string): string {
  const { stdout, error } = spawnSync(binary, ['--version'], { encoding: 'utf8' });
  const version = /version ([\d.]+)/.exec(stdout ?? '')?.[1];
  if (version !== undefined) return version;
  const got = error === undefined ? JSON.stringify(stdout.slice(0, 80)) : error.message;
  throw new DeviceError(
    `Got ${got} from ${binary} --version; expected a QEMU. On Debian: apt-get install qemu-system-x86; or say where one is with --qemu-binary.`,
  );
}
