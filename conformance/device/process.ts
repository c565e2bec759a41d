/**
 * A device under test that is another program, behind the text protocol (`protocol.ts`). Requests are sent ahead of answers. The
 * program may crash, hang, flood, print anything, close its pipes or leave children behind: each is an outcome, and a fresh
 * instance is whole again. It runs in a process group of its own, so that whatever it started ends with it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Ability, Answer, RemoteDevice, Request } from './device.ts';
import { failed, type Greeting, readAnswer, readGreeting, requestLine } from './protocol.ts';
import { Snapshots } from './snapshots.ts';

/** How a program is run. */
export interface ProcessOptions {
  /** The program and its parameters. It is told the number of vectors that is wished for in MASKBIT_VECTORS. */
  readonly command: readonly string[];
  readonly vectorCount?: number;
  /** How long an answer may take, in milliseconds. Default 2000. */
  readonly patience?: number;
  readonly cwd?: string;
}

/** Thrown when a program cannot be started, or does not say who it is. The message is a sentence. */
export class DeviceError extends Error {
  override name = 'DeviceError';
}

/** So much of a line, or of what the program says on its standard error, is kept. */
const LINE_LIMIT = 1 << 20;
const ERROR_LIMIT = 2000;
/** So many requests are on their way at most. */
const WINDOW = 4096;
/** How long a program may take to start, at least, in milliseconds: an interpreter on a busy machine takes its time. */
const PATIENCE_TO_START = 5000;
/** How long a program has to end by itself when its standard input is closed, in milliseconds. */
const FAREWELL = 200;

/** Starts a program, and asks it who it is. @throws {DeviceError} */
export async function startProcess(options: ProcessOptions): Promise<RemoteDevice> {
  const device = new ProcessDevice(options);
  await device.fresh();
  await device.settle();
  return device;
}

/** Every request once. None of them does anything to a fresh function but the last ones. */
const EVERYTHING: readonly Request[] = [
  { verb: 'configRead', offset: 0, bytes: 4 },
  { verb: 'tableRead', offset: 0, bytes: 4 },
  { verb: 'pbaRead', offset: 0, bytes: 4 },
  { verb: 'configWrite', offset: 2, bytes: 2, value: 0 },
  { verb: 'tableWrite', offset: 12, bytes: 4, low: 1, high: 0 },
  { verb: 'pbaWrite', offset: 0, bytes: 4, low: 0, high: 0 },
  { verb: 'outputs' },
  { verb: 'save' },
  { verb: 'reset' },
  { verb: 'retire', vector: 0 },
  { verb: 'signal', vector: 0 },
];

/** What may be lacking, as it is asked and as it is said. */
const LACKING: readonly { readonly verb: string; readonly word: string; readonly ability: Ability }[] = [
  { verb: 'reset', word: 'reset', ability: 'reset' },
  { verb: 'retire', word: 'retire', ability: 'retire' },
  { verb: 'pba-write', word: 'pba-write', ability: 'pbaWrite' },
  { verb: 'save', word: 'save', ability: 'snapshot' },
];

class ProcessDevice implements RemoteDevice {
  private readonly options: ProcessOptions;
  /** The states that the program has saved, in hexadecimal. */
  private readonly saved = new Snapshots<string>();
  private greeting: Greeting | undefined;
  private program: Program | undefined;
  /** What it does not support, and has not said that it lacks. */
  private readonly unsaid: (typeof LACKING)[number][] = [];

  constructor(options: ProcessOptions) {
    if (options.command.length === 0) throw new DeviceError('Got no command; expected a program and its parameters.');
    this.options = options;
  }

  get name(): string {
    return this.greeting?.name ?? this.options.command[0];
  }

  get vectorCount(): number {
    return this.greeting?.vectorCount ?? 0;
  }

  get abilities(): ReadonlySet<Ability> {
    const abilities = new Set(this.greeting?.abilities);
    for (const { ability } of this.unsaid) abilities.delete(ability);
    return abilities;
  }

  get notes(): readonly string[] {
    return this.unsaid.map(
      ({ word, verb }) =>
        `Got "unsupported" to ${verb}, and no lacks=${word} in the answer to hello; expected one with the other. It is taken to lack it.`,
    );
  }

  /**
   * Asks everything once, of an instance that is thrown away. What a device does not support and does not say that it lacks is taken to be
   * lacking. @throws {DeviceError} where it lacks what every device has.
   */
  async settle(): Promise<void> {
    const answers = await this.run(EVERYTHING);
    for (const [index, { outcome }] of answers.entries()) {
      if (outcome !== 'unsupported') continue;
      const request = EVERYTHING[index];
      const verb = requestLine(request, String).split(' ')[0];
      const lacking = LACKING.find((each) => each.verb === verb);
      if (lacking === undefined) {
        await this.fresh();
        const [again] = await this.run([request]);
        if (again.outcome !== 'unsupported') continue;
        await this.close();
        throw new DeviceError(
          `${this.options.command.join(' ')}: Got "unsupported" to "${requestLine(request, String)}"; expected an answer, for every device has it.`,
        );
      }
      if (this.greeting?.abilities.has(lacking.ability) === true) this.unsaid.push(lacking);
    }
    await this.fresh();
  }

  async fresh(): Promise<void> {
    await this.program?.end();
    const program = new Program(this.options);
    this.program = program;
    const [line] = await program.ask(['hello'], Math.max(PATIENCE_TO_START, this.options.patience ?? 0));
    const greeting = typeof line === 'string' ? readGreeting(line) : line.text;
    if (greeting === undefined || typeof greeting === 'string') {
      await program.end();
      throw new DeviceError(`${this.options.command.join(' ')}: ${greeting}`);
    }
    if (this.greeting !== undefined && greeting.vectorCount !== this.greeting.vectorCount) {
      await program.end();
      throw new DeviceError(
        `Got ${greeting.vectorCount} vectors of a fresh instance; expected ${this.greeting.vectorCount}, as before.`,
      );
    }
    this.greeting ??= greeting;
  }

  async run(requests: readonly Request[]): Promise<readonly Answer[]> {
    const { program, saved } = this;
    if (program === undefined) return requests.map(() => failed('skipped', 'The device is closed.'));
    const lines = requests.map((request) => requestLine(request, (snapshot) => saved.stateOf(snapshot)));
    const answers = await program.ask(lines);
    return answers.map((answer, index) =>
      typeof answer === 'string' ? readAnswer(answer, requests[index], (state) => saved.handleOf(state)) : answer,
    );
  }

  async close(): Promise<void> {
    const { program } = this;
    this.program = undefined;
    await program?.end();
  }
}

/** One run of a program: lines in, lines out. */
class Program {
  private readonly child: ChildProcess;
  private readonly patience: number;
  private readonly exited: Promise<void>;
  /** What ended it, as the answer to whatever is asked from then on. */
  private fate: Answer | undefined;
  private partial = '';
  private errors = '';
  private answers: (string | Answer)[] = [];
  private expected = 0;
  private wake: () => void = () => {};

  constructor({ command: [file, ...parameters], vectorCount, patience = 2000, cwd }: ProcessOptions) {
    this.patience = patience;
    const env = vectorCount === undefined ? process.env : { ...process.env, MASKBIT_VECTORS: String(vectorCount) };
    this.child = spawn(file, parameters, { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    RUNNING.add(this.child);
    const { child } = this;
    child.stdout!.setEncoding('latin1').on('data', (text: string) => this.receive(text));
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.errors = (this.errors + text).slice(-ERROR_LIMIT);
    });
    // A pipe that is closed at the other end is told by the exit, or by the silence.
    child.stdin!.on('error', () => {});
    this.exited = new Promise((resolve) => {
      child.once('error', (error) => {
        this.doom('crashed', `The program could not be run: ${error.message}.`);
        resolve();
      });
      child.once('exit', (code, signal) => {
        RUNNING.delete(child);
        const how = signal === null ? `exit status ${code}` : `the signal ${signal}`;
        const said = this.errors.trim();
        // What it wrote before it ended is still in the pipe: `close` comes when that is read.
        child.once('close', () =>
          this.doom('crashed', `The program has ended, with ${how}.${said && ` It said: ${said}`}`),
        );
        resolve();
        // Children of its may hold the pipe open.
        setTimeout(() => this.doom('crashed', `The program has ended, with ${how}.`), FAREWELL).unref();
      });
    });
  }

  /** Sends lines and resolves to as many answers: a line, or what became of it. */
  async ask(lines: readonly string[], patience = this.patience): Promise<readonly (string | Answer)[]> {
    this.answers = [];
    this.expected = lines.length;
    let sent = 0;
    let answered = 0;
    let silentSince = performance.now();
    while (this.answers.length < lines.length && this.fate === undefined) {
      if (sent < lines.length && sent - this.answers.length < WINDOW) {
        const until = Math.min(lines.length, this.answers.length + 2 * WINDOW);
        this.child.stdin!.write(`${lines.slice(sent, until).join('\n')}\n`, 'latin1');
        sent = until;
      }
      await this.something(patience);
      if (this.answers.length > answered) {
        answered = this.answers.length;
        silentSince = performance.now();
      } else if (performance.now() - silentSince >= patience) {
        this.doom('hung', `No answer came for ${patience} ms to "${lines[answered]}".`);
        this.kill();
      }
    }
    const { answers, fate } = this;
    this.expected = 0;
    return lines.map((line, index) => {
      if (index < answers.length) return answers[index];
      if (index > answers.length) return failed('skipped', 'The device is gone.');
      return failed(fate!.outcome, `${fate!.text} The last request was "${line}".`);
    });
  }

  /** Ends the program, and whatever it started. */
  async end(): Promise<void> {
    this.child.stdin?.end();
    const timer = setTimeout(() => this.kill(), FAREWELL);
    await this.exited;
    clearTimeout(timer);
    // The group may outlive its first process.
    this.kill();
  }

  private kill(): void {
    killGroup(this.child);
  }

  /** Waits for an answer, for the end, or for the patience to end. */
  private async something(patience: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patience);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private doom(outcome: Answer['outcome'], text: string): void {
    this.fate ??= failed(outcome, text);
    this.wake();
  }

  private receive(text: string): void {
    const lines = (this.partial + text).split('\n');
    this.partial = lines.pop()!;
    for (const line of lines) this.answers.push(line.endsWith('\r') ? line.slice(0, -1) : line);
    const surplus = this.answers.length - this.expected;
    if (this.partial.length > LINE_LIMIT) this.ruin(`Got a line of more than ${LINE_LIMIT} characters`);
    else if (surplus > 0) this.ruin(`Got ${surplus} line${surplus === 1 ? '' : 's'} that nobody asked for`);
    this.wake();
  }

  /** The program says what is no answer: nothing that it says later can be told apart. */
  private ruin(what: string): void {
    const last = this.answers.at(-1);
    const said = typeof last === 'string' ? ` (${JSON.stringify(last.slice(0, 80))})` : '';
    this.answers.length = Math.min(this.answers.length, this.expected);
    // What was answered so far may be of the flood already; the last one is told with it.
    if (this.answers.length > 0 && this.answers.length === this.expected) {
      this.answers[this.answers.length - 1] = failed('garbled', `${what}${said}; expected one line for each request.`);
    }
    this.doom('garbled', `${what}${said}; expected one line for each request.`);
    this.kill();
  }
}

/** The programs that run now, so that none outlives this process. */
const RUNNING = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of RUNNING) killGroup(child);
});

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
