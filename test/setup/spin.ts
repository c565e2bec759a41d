/**
 * Runs SPIN on a Promela model: an explorer that has nothing in common with ours, for the same states. It needs `spin` and
 * `gcc` on the path. It knows what SPIN prints, and nothing of how a model is written.
 *
 * `spin -a` writes a verifier in C, `gcc` compiles it, and the verifier, `pan`, searches depth-first. It keeps whole states,
 * exactly, and its search stack, so it has a trace to every state that it is in.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How a verifier is built and run. */
export interface SpinOptions {
  /**
   * Flags for gcc. `-DSAFETY`, which leaves out the search for cycles, is added where no claim is decided. `-DNOREDUCE` leaves
   * out the partial-order reduction, which a model of one process pays for and has no use for: what SPIN is timed with
   * should have it. `-DCOLLAPSE` stores states in fewer bytes, in about twice the time. `-DBFS` searches
   * breadth-first; it refuses a model with `hidden` variables. `-DNCORE=2` searches on two cores.
   */
  readonly flags?: readonly string[];
  /** How far gcc optimises. Default `-O3`; a small model is compiled in less time than it saves. */
  readonly optimization?: '-O0' | '-O1' | '-O2' | '-O3';
  /** The longest path that the search may follow (`-m`). Default 1,000,000; a longer one is an error. */
  readonly depth?: number;
  /** The binary logarithm of the number of slots of the hash table (`-w`). Default 20. */
  readonly slotBits?: number;
  /** For each program that is run. Default ten minutes. */
  readonly milliseconds?: number;
}

/** What one search found. */
export interface SpinRun {
  /** States stored. */
  readonly states: number;
  /** States stored, and states met again. SPIN prints eight digits of it, and beyond them zeros. */
  readonly transitions: number;
  /** The longest path of the search, which is no shortest path unless it is breadth-first. */
  readonly depth: number;
  /** How many errors were found. The search ends at the first. */
  readonly errors: number;
  /** What the first error was, in SPIN's words. */
  readonly error?: string;
  /** Of a state, in bytes. */
  readonly stateBytes: number;
  /** As SPIN tells it, to hundredths. */
  readonly seconds: number;
  /** From the start of the verifier to its end, its hash table included. */
  readonly milliseconds: number;
}

/** Thrown when SPIN cannot be run, or does not finish. */
export class SpinError extends Error {
  override name = 'SpinError';
}

/** Returns whether SPIN and gcc are there. */
export function hasSpin(): boolean {
  return [
    ['spin', '-V'],
    ['gcc', '--version'],
  ].every(([program, flag]) => spawnSync(program, [flag]).error === undefined);
}

/**
 * Searches all states of a model that has no claims.
 * @throws {SpinError} when a program is missing or refuses the model, or when the search does not finish.
 */
export function runSpin(promela: string, options: SpinOptions = {}): SpinRun {
  const { flags = [] } = options;
  return withVerifier(promela, { ...options, flags: ['-DSAFETY', ...flags] }, (run) => run([]));
}

/**
 * Decides claims of a model by their names, each with a search of its own; an error means that the claim fails.
 * @throws {SpinError} when a program is missing or refuses the model, or when a search does not finish.
 */
export function decideWithSpin(promela: string, claims: readonly string[], options: SpinOptions = {}): SpinRun[] {
  return withVerifier(promela, options, (run) => claims.map((claim) => run(['-a', '-N', claim])));
}

function withVerifier<Result>(
  promela: string,
  { flags = [], optimization = '-O3', depth = 1_000_000, slotBits = 20, milliseconds = 600_000 }: SpinOptions,
  use: (run: (args: readonly string[]) => SpinRun) => Result,
): Result {
  const folder = mkdtempSync(join(tmpdir(), 'maskbit-spin-'));
  const call = (program: string, args: readonly string[]): string => callProgram(program, args, folder, milliseconds);
  try {
    writeFileSync(join(folder, 'model.pml'), promela);
    call('spin', ['-a', 'model.pml']);
    call('gcc', [optimization, '-w', ...flags, '-o', 'pan', 'pan.c']);
    return use((args) => {
      const start = performance.now();
      const text = call(join(folder, 'pan'), [...args, `-m${depth}`, `-w${slotBits}`]);
      return { ...readRun(text), milliseconds: performance.now() - start };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function callProgram(program: string, args: readonly string[], cwd: string, milliseconds: number): string {
  const { error, status, signal, stdout, stderr } = spawnSync(program, args, {
    cwd,
    timeout: milliseconds,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const called = [program, ...args].join(' ');
  if ((error as { code?: unknown } | undefined)?.code === 'ENOENT') {
    throw new SpinError(`Got no program ${program}; expected it on the path. On Debian: apt-get install spin gcc.`);
  }
  if (error !== undefined) throw new SpinError(`Got '${error.message}' from ${called}; expected it to end.`);
  if (status !== 0) {
    throw new SpinError(`Got ${signal ?? `status ${status}`} from ${called}; expected status 0. ${stdout}${stderr}`);
  }
  return stdout;
}

/**
 * Reads what a verifier printed.
 * @throws {SpinError} when the search did not finish, or a line is missing.
 */
export function readRun(text: string): Omit<SpinRun, 'milliseconds'> {
  const find = (what: string, pattern: RegExp): string => {
    const [, found] = pattern.exec(text) ?? [];
    if (found === undefined)
      throw new SpinError(`Got a verifier's report without ${what}; expected ${pattern}. ${text}`);
    return found;
  };
  const errors = Number(find('its errors', /errors: (\d+)$/m));
  const [, error] = /^pan:1: (.*)$/m.exec(text) ?? [];
  const cut = /max search depth too small|out of memory|Search not completed/.exec(text);
  // A search that has found what it looked for need not be completed.
  if (cut !== null && errors === 0) throw new SpinError(`Got '${cut[0]}'; expected a search of all states. ${text}`);
  return {
    states: Number(find('its states', /^\s*([\d.e+]+) states, stored/m)),
    transitions: Number(find('its transitions', /^\s*([\d.e+]+) transitions \(= (?:stored|visited)\+matched\)$/m)),
    depth: Number(find('its depth', /depth reached (\d+)/)),
    errors,
    ...(error === undefined ? {} : { error }),
    stateBytes: Number(find('the bytes of a state', /^State-vector (\d+) byte/m)),
    seconds: Number(find('its time', /^(?:pan|cpu0): elapsed time ([\d.e+-]+) seconds/m)),
  };
}
