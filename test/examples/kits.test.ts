/**
 * The starter kits, as a newcomer builds them: each in its own language, held against `MsixFunction` by the same seeded
 * requests. They were written from the rules and share no line with the implementation.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import createKit from '../../examples/kits/javascript/device.js';
import { MsixFunction } from '../../src/index.ts';
import { MASKBIT, runCommand } from '../setup/command.ts';

const KITS = 'examples/kits';
const folder = mkdtempSync(join(tmpdir(), 'maskbit-kits-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Kit {
  readonly name: string;
  /** The command that compiles it, and the one that runs it. */
  readonly build?: readonly string[];
  readonly run: readonly string[];
}

const program = (name: string): string => join(folder, name);
const PROGRAMS: readonly Kit[] = [
  {
    name: 'C',
    build: ['cc', '-O1', '-Wall', '-Wextra', '-Werror', '-o', program('c'), `${KITS}/c/dut.c`, `${KITS}/c/msix.c`],
    run: [program('c')],
  },
  {
    name: 'Rust',
    // Debian's compiler: one that rustup put on the path may stand before it.
    build: ['/usr/bin/rustc', '--edition', '2021', '-D', 'warnings', '-o', program('rust'), `${KITS}/rust/dut.rs`],
    run: [program('rust')],
  },
  { name: 'Python', run: ['python3', `${KITS}/python/dut.py`] },
];

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;
const whole = (low: number, high: number): bigint => (BigInt(high) << 32n) | BigInt(low);

/** A request of the text protocol, and what the implementation answers to it. */
interface Exchange {
  readonly request: string;
  readonly answer: string;
}

/** Draws requests that are lawful, unlawful and everything between, and asks the implementation. */
function exchanges(vectorCount: number, seed: number): Exchange[] {
  const word = fc.oneof(fc.constantFrom(0, 1), fc.nat({ max: 0xffffffff }));
  const vector = fc.nat({ max: vectorCount });
  const offset = fc.nat({ max: 16 * vectorCount + 16 });
  const size = fc.constantFrom(1, 2, 4, 8);
  const messages: string[] = [];
  const msix = new MsixFunction({
    vectorCount,
    send: (low, high, data) => void messages.push(` ${hex(whole(low, high))}:${hex(data)}`),
  });
  const read = (low: number, bytes: number): string =>
    `ok ${hex(whole(low, bytes === 8 ? msix.readHigh : 0) & ((1n << BigInt(8 * bytes)) - 1n))}`;
  const said = (request: string, answer: unknown): Exchange => ({
    request,
    answer: typeof answer === 'string' ? answer : 'ok',
  });
  const steps = fc.oneof(
    { weight: 4, arbitrary: fc.tuple(vector, fc.constantFrom(0, 4, 8, 12), fc.constantFrom(4, 8), word, word) },
    { weight: 1, arbitrary: fc.tuple(offset, size) },
    { weight: 3, arbitrary: fc.tuple(vector) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom(0, 0x40, 0x80, 0xc0), fc.constant('control')) },
  );
  const perform = (step: unknown[]): Exchange[] => {
    if (step.length === 5) {
      const [at, field, bytes, low, high] = step as number[];
      const upper = bytes === 8 ? high : 0;
      msix.tableWrite(16 * at + field, bytes, low, upper);
      return [said(`table-write ${hex(16 * at + field)} ${hex(bytes)} ${hex(whole(low, upper))}`, undefined)];
    }
    if (step.length === 1) {
      const [at] = step as number[];
      msix.signal(at);
      return [said(`signal ${hex(at)}`, undefined)];
    }
    if (step[1] === 'control') {
      msix.configWrite(3, 1, step[0] as number);
      return [said(`config-write 0x3 0x1 ${hex(step[0] as number)}`, undefined)];
    }
    const [at, bytes] = step as number[];
    return [
      said(`table-read ${hex(at)} ${hex(bytes)}`, read(msix.tableRead(at, bytes), bytes)),
      said(`pba-read ${hex(at)} ${hex(bytes)}`, read(msix.pbaRead(at, bytes), bytes)),
      said(`config-read ${hex(at % 16)} ${hex(bytes)}`, read(msix.configRead(at % 16, bytes), Math.min(bytes, 4))),
    ].filter(({ request }) => !(request.startsWith('config') && bytes === 8));
  };
  const taken = (): Exchange => said('messages', `ok${messages.splice(0).join('')}`);
  return fc.sample(steps, { numRuns: 4000, seed }).flatMap((step) => [...perform(step), taken()]);
}

/** What was answered otherwise, as sentences. */
function differences(expected: readonly Exchange[], answers: readonly string[]): string[] {
  return expected.flatMap(({ request, answer }, index) =>
    answers[index] === answer ? [] : [`${request}: got ${answers[index]}; expected ${answer}`],
  );
}

/** Compiles a kit. Throws with what the compiler says, warnings included. */
function compile(build: readonly string[] | undefined): void {
  if (build === undefined) return;
  const { status, stderr, error } = spawnSync(build[0], build.slice(1), { encoding: 'utf8' });
  if (status !== 0 || stderr !== '')
    throw new Error(`Got ${error?.message ?? stderr}; expected ${build[0]} to compile.`);
}

describe.each(PROGRAMS)('the starter kit in $name', ({ build, run: [command, ...parameters] }) => {
  const missing = build !== undefined && spawnSync(build[0], ['--version']).error !== undefined;
  // Where CI is set, a compiler that is missing is a failure: the kits must not go untested.
  test.skipIf(missing && !process.env.CI)('does what the implementation does, request by request', () => {
    compile(build);
    for (const [vectorCount, seed] of [
      [1, 2010],
      [4, 1020],
      [65, 77],
    ]) {
      const expected = exchanges(vectorCount, seed);
      const input = ['hello', ...expected.map(({ request }) => request), ''].join('\n');
      const { stdout } = spawnSync(command, [...parameters, '--vectors', String(vectorCount)], {
        input,
        encoding: 'utf8',
        maxBuffer: 2 ** 26,
      });
      const [hello, ...answers] = stdout.split('\n');
      expect(hello).toMatch(/^ok maskbit-dut\/1 name=\S+-kit vectors=0x[0-9a-f]+ lacks=save$/);
      expect(differences(expected, answers)).toEqual([]);
    }
  });

  test.skipIf(missing && !process.env.CI)('answers what has come before more does, however it is cut', async () => {
    if (!existsSync(command)) compile(build);
    const child = spawn(command, [...parameters, '--vectors', '1'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => void (said += text));
    for (const [piece, answers] of [
      ['messages\nsignal 0x', 'ok\n'],
      ['0\r\nmessages\n', 'ok\nok\nok\n'],
    ]) {
      child.stdin.write(piece);
      await expect.poll(() => said, { timeout: 20_000 }).toBe(answers);
    }
    child.stdin.end();
    expect(await ended).toEqual([0, null]);
  });
});

describe.each(PROGRAMS)('the starter kit in $name, asked for a bug that it has not,', ({ build, run }) => {
  const missing = build !== undefined && spawnSync(build[0], ['--version']).error !== undefined;
  test
    .skipIf(missing && !process.env.CI)
    .each([['--bug', 'nonsense'], ['--vectors', '2049'], ['--bog', 'none'], ['--bug']])(
    'refuses %s %s in a sentence',
    (...choices) => {
      if (!existsSync(run[0])) compile(build);
      const { status, stdout, stderr } = spawnSync(run[0], [...run.slice(1), ...choices], {
        input: '',
        encoding: 'utf8',
      });
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr).toContain(choices.join(' ').replace('--bug nonsense', 'nonsense').replace('--vectors ', ''));
    },
  );
});

test('the starter kit in JavaScript refuses a bug that it has not', () => {
  const { status, stdout, stderr } = runCommand('env', [
    ...['MASKBIT_BUG=nonsense', ...MASKBIT, 'conform'],
    ...['--seconds', '1', `${KITS}/javascript/device.js`],
  ]);
  expect([status, stdout, stderr]).toEqual([
    2,
    '',
    expect.stringContaining('Got the bug nonsense; expected one of none, mask-forgets, '),
  ]);
});

test('the starter kit in JavaScript does what the implementation does, through the port', () => {
  const device = createKit({ vectorCount: 4 });
  const answers = exchanges(4, 5).map(({ request }) => {
    const [verb, ...words] = request.split(' ');
    const [offset = 0, bytes = 0, value = 0n] = words.map((each, index) => (index < 2 ? Number(each) : BigInt(each)));
    const at = [Number(offset), Number(bytes)] as const;
    const low = Number(BigInt(value) & 0xffffffffn);
    const read = (dword: number): string =>
      `ok ${hex(whole(dword, at[1] === 8 ? device.readHigh : 0) & ((1n << BigInt(8 * at[1])) - 1n))}`;
    switch (verb) {
      case 'messages':
        return `ok${device
          .takeOutputs()
          .map(({ addressLow, addressHigh, data }) => ` ${hex(whole(addressLow, addressHigh))}:${hex(data)}`)
          .join('')}`;
      case 'table-read':
        return read(device.tableRead(...at));
      case 'pba-read':
        return read(device.pbaRead(...at));
      case 'config-read':
        return read(device.configRead(...at));
      case 'signal':
        return (device.signal(at[0]), 'ok');
      case 'config-write':
        return (device.configWrite(...at, low), 'ok');
      default:
        return (device.tableWrite(...at, low, Number(BigInt(value) >> 32n)), 'ok');
    }
  });
  expect(differences(exchanges(4, 5), answers)).toEqual([]);
});

test('a bug that is switched on in the kit in C makes a difference', () => {
  const expected = exchanges(4, 1020);
  const input = [...expected.map(({ request }) => request), ''].join('\n');
  const { stdout } = spawnSync(program('c'), ['--bug', 'unmask-forgets'], { input, encoding: 'utf8' });
  expect(differences(expected, stdout.split('\n')).length).toBeGreaterThan(0);
});
