/**
 * A device under test that is another program, behind the text protocol (`protocol.ts`). Requests are sent ahead of answers. The
 * program may crash, hang, flood, print anything, close its pipes or leave children behind: each is an outcome, and a fresh
 * instance is whole again. It runs in a process group of its own, so that whatever it started ends with it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Ability, Answer, RemoteDevice, Request } from './device.ts';
import { DeviceError, tellFailure } from './failure.ts';
import { failed, formOf, type Greeting, readAnswer, readGreeting, requestLine } from './protocol.ts';
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

/** So much of a line, or of what the program says on its standard error, is kept. */
const LINE_LIMIT = 1 << 20;
const ERROR_LIMIT = 2000;
/** So many requests are on their way before more are sent, and so many are sent at once. */
const WINDOW = 8192;
const PIECE = 4096;
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

/** Each form of access that a device may lack, in a request that changes nothing of a fresh function; what is of fewer bytes comes last, for it may do anything. */
const FORMS: readonly Request[] = [
  { verb: 'tableRead', offset: 0, bytes: 8 },
  { verb: 'pbaRead', offset: 0, bytes: 8 },
  { verb: 'configRead', offset: 2, bytes: 2 },
  { verb: 'configWrite', offset: 0, bytes: 4, value: 0 },
  { verb: 'configWrite', offset: 3, bytes: 1, value: 0 },
  { verb: 'tableWrite', offset: 0, bytes: 8, low: 0, high: 0 },
  { verb: 'tableRead', offset: 4, bytes: 8 },
  { verb: 'tableRead', offset: 0, bytes: 2 },
  { verb: 'tableRead', offset: 0, bytes: 1 },
  { verb: 'pbaRead', offset: 0, bytes: 1 },
  { verb: 'tableWrite', offset: 2, bytes: 4, low: 0, high: 0 },
  { verb: 'tableWrite', offset: 0, bytes: 2, low: 0, high: 0 },
  { verb: 'tableWrite', offset: 0, bytes: 1, low: 0, high: 0 },
];
/** So often a device may end while it is asked for them. What it is not asked for then it is taken to have. */
const MOST_ENDS = 3;

/** Requests are mostly the same objects again and again: their lines are written once. */
const LINES = new WeakMap<Request, string>();
function lineOf(request: Request, stateOf: (snapshot: number) => string): string {
  let line = LINES.get(request);
  if (line === undefined) {
    line = requestLine(request, stateOf);
    if (request.verb !== 'restore') LINES.set(request, line);
  }
  return line;
}

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
  readonly queues = true;
  readonly unsupported = new Set<string>();
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
    await this.askForms();
    await this.fresh();
  }

  /** Asks each form of access once. Where one ends the device, a fresh one is asked the rest. */
  private async askForms(): Promise<void> {
    let open = FORMS;
    for (let ends = 0; open.length > 0 && ends < MOST_ENDS; ends++) {
      if (ends > 0) await this.fresh();
      const answers = await this.run(open);
      for (const [index, { outcome }] of answers.entries())
        if (outcome === 'unsupported') this.unsupported.add(formOf(open[index])!);
      open = open.filter((_, index) => answers[index].outcome === 'skipped');
    }
  }

  async fresh(): Promise<void> {
    await this.program?.end();
    const program = new Program(this.options);
    this.program = program;
    const [line] = await program.ask(['hello'], Math.max(PATIENCE_TO_START, this.options.patience ?? 0));
    const greeting = typeof line === 'string' ? readGreeting(line) : line.failure!;
    if (!('vectorCount' in greeting)) {
      await program.end();
      throw new DeviceError(`${this.options.command.join(' ')}: ${tellFailure(greeting)}`, { failure: greeting });
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
    if (program === undefined) return requests.map(() => failed('skipped', 'The device is closed'));
    const stateOf = (snapshot: number): string => saved.stateOf(snapshot);
    const handleOf = (state: string): number => saved.handleOf(state);
    const answers = await program.ask(requests.map((request) => lineOf(request, stateOf)));
    return answers.map((answer, index) =>
      typeof answer === 'string' ? readAnswer(answer, requests[index], handleOf) : answer,
    );
  }

  async close(): Promise<void> {
    const { program } = this;
    this.program = undefined;
    await program?.end();
  }
}

/** Lines that were asked together, and their answers so far. */
interface Asked {
  readonly lines: readonly string[];
  readonly answers: (string | Answer)[];
  /** How many of the lines were sent. */
  sent: number;
  /** How long an answer to one of them may take. */
  readonly patience: number;
  readonly resolve: (answers: readonly (string | Answer)[]) => void;
}

/** One run of a program: lines in, lines out. What is asked while other answers are still to come waits for its turn in the pipe. */
class Program {
  private readonly child: ChildProcess;
  private readonly patience: number;
  private readonly exited: Promise<void>;
  /** What ended it, as the answer to whatever is asked from then on. */
  private fate: Answer | undefined;
  private partial = '';
  private errors = '';
  private readonly asked: Asked[] = [];
  /** How many lines were sent and are not answered. */
  private open = 0;
  /** When it was heard last, or asked where nothing was open; and what looks at that. */
  private heard = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor({ command: [file, ...parameters], vectorCount, patience = 2000, cwd }: ProcessOptions) {
    this.patience = patience;
    const env = vectorCount === undefined ? process.env : { ...process.env, MASKBIT_VECTORS: String(vectorCount) };
    this.child = spawn(file, parameters, { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    RUNNING.add(this.child);
    hearSignals();
    const { child } = this;
    child.stdout!.setEncoding('latin1').on('data', (text: string) => this.receive(text));
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.errors = (this.errors + text).slice(-ERROR_LIMIT);
    });
    // A pipe that is closed at the other end is told by the exit, or by the silence.
    child.stdin!.on('error', () => {});
    this.exited = new Promise((resolve) => {
      child.once('error', (error) => {
        this.doom(failed('crashed', `The program could not be run: ${error.message}`));
        resolve();
      });
      child.once('exit', (code, signal) => {
        RUNNING.delete(child);
        const how = signal === null ? `exit status ${code}` : `the signal ${signal}`;
        const said = this.errors.trim();
        // What it wrote before it ended is still in the pipe: `close` comes when that is read.
        child.once('close', () =>
          this.doom(
            failed('crashed', `The program has ended, with ${how}`, said === '' ? {} : { more: `It said: ${said}` }),
          ),
        );
        resolve();
        // Children of its may hold the pipe open.
        setTimeout(() => this.doom(failed('crashed', `The program has ended, with ${how}`)), FAREWELL).unref();
      });
    });
  }

  /** Sends lines and resolves to as many answers: a line, or what became of it. */
  ask(lines: readonly string[], patience = this.patience): Promise<readonly (string | Answer)[]> {
    return new Promise((resolve) => {
      const asked: Asked = { lines, answers: [], sent: 0, patience, resolve };
      if (lines.length === 0) return resolve([]);
      if (this.fate !== undefined) return resolve(fated(asked, this.fate));
      if (this.asked.length === 0) this.heard = performance.now();
      this.asked.push(asked);
      this.pump();
      this.watch();
    });
  }

  /** Ends the program, and whatever it started. */
  async end(): Promise<void> {
    this.child.stdin?.end();
    const timer = setTimeout(() => this.kill(), FAREWELL);
    await this.exited;
    clearTimeout(timer);
    clearTimeout(this.timer);
    // The group may outlive its first process.
    this.kill();
    // Whoever left the group, by setsid, may hold the other ends: nobody waits for that.
    for (const pipe of [this.child.stdin, this.child.stdout, this.child.stderr]) pipe?.destroy();
    this.child.unref();
  }

  private kill(): void {
    killGroup(this.child);
  }

  /** Sends what there is room for. */
  private pump(): void {
    for (const each of this.asked) {
      while (each.sent < each.lines.length) {
        if (this.open >= WINDOW) return;
        const until = Math.min(each.lines.length, each.sent + PIECE);
        const piece = each.sent === 0 && until === each.lines.length ? each.lines : each.lines.slice(each.sent, until);
        this.child.stdin!.write(`${piece.join('\n')}\n`, 'latin1');
        this.open += until - each.sent;
        each.sent = until;
      }
    }
  }

  /** Looks at the clock, as long as an answer is to come. */
  private watch(): void {
    const [first] = this.asked;
    if (this.timer !== undefined || first === undefined || this.fate !== undefined) return;
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        const [now] = this.asked;
        if (now !== undefined && performance.now() - this.heard >= now.patience) {
          this.doom(failed('hung', `No answer came for ${now.patience} ms`));
          this.kill();
        } else this.watch();
      },
      Math.max(1, first.patience - (performance.now() - this.heard)),
    );
  }

  /** It is over with the program: whatever is still asked is answered so. */
  private doom(fate: Answer): void {
    if (this.fate !== undefined) return;
    this.fate = fate;
    clearTimeout(this.timer);
    const [first, ...others] = this.asked.splice(0);
    first?.resolve(fated(first, this.fate));
    for (const each of others) each.resolve(each.lines.map(() => GONE));
  }

  private receive(text: string): void {
    if (this.fate !== undefined) return;
    const lines = (this.partial + text).split('\n');
    this.partial = lines.pop()!;
    this.heard = performance.now();
    let at = 0;
    while (at < lines.length) {
      const [first] = this.asked;
      if (first === undefined) break;
      const { answers } = first;
      const until = Math.min(lines.length, at + first.lines.length - answers.length);
      this.open -= until - at;
      for (; at < until; at++) {
        const line = lines[at];
        answers.push(line.endsWith('\r') ? line.slice(0, -1) : line);
      }
      // The last answer waits for what may come too much: whoever floods is not believed.
      if (answers.length < first.lines.length || (this.asked.length === 1 && at < lines.length)) break;
      this.asked.shift();
      first.resolve(answers);
      // The next ones may have another patience.
      clearTimeout(this.timer);
      this.timer = undefined;
    }
    if (this.partial.length > LINE_LIMIT) this.ruin(`a line of more than ${LINE_LIMIT} characters`);
    else if (at < lines.length) {
      const surplus = lines.length - at;
      this.ruin(`${surplus} line${surplus === 1 ? '' : 's'} that nobody asked for`, lines.at(-1));
    } else {
      this.pump();
      this.watch();
    }
  }

  /** The program says what is no answer: nothing that it says later can be told apart. */
  private ruin(what: string, last?: string): void {
    const said = last === undefined ? '' : ` (${JSON.stringify(last.slice(0, 80))})`;
    const ruined = failed('garbled', `${what}${said}`, { expected: 'one line for each request' });
    const [first] = this.asked;
    // What was answered so far may be of the flood already; the last one is told with it.
    if (first !== undefined && first.answers.length === first.lines.length)
      first.answers[first.answers.length - 1] = ruined;
    this.doom(ruined);
    this.kill();
  }
}

const GONE = failed('skipped', 'The device is gone');

/** The answers to lines of which the first that is open met the end of the program. */
function fated({ lines, answers }: Asked, fate: Answer): readonly (string | Answer)[] {
  return lines.map((request, index) => {
    if (index < answers.length) return answers[index];
    return index > answers.length ? GONE : { ...fate, failure: { ...fate.failure!, request } };
  });
}

/** The programs that run now, so that none outlives this process. */
const RUNNING = new Set<ChildProcess>();
function endAll(): void {
  for (const child of RUNNING) killGroup(child);
}
process.on('exit', endAll);

/** A signal that nobody else hears ends this process without its `exit`; a program that hangs does not see that its pipe is closed. */
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  endAll();
  process.off(signal, onSignal);
  process.kill(process.pid, signal);
}
let isHeard = false;
function hearSignals(): void {
  if (isHeard) return;
  isHeard = true;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
