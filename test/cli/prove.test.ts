/**
 * `maskbit prove` as it is called, in this process: what is no device is a sentence, what goes wrong in one is a finding, and whatever ends it early leaves a
 * report that says how far it came.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { prove, type ProveChoices } from '../../cli/prove.ts';
import { buildC, buildKit, idleDevice } from '../setup/wasm.ts';

const folder = mkdtempSync(join(tmpdir(), 'maskbit-prove-'));
afterAll(() => rmSync(folder, { recursive: true }));
const fileOf = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};

let said = '';
let complained = '';
beforeEach(() => {
  [said, complained] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((said += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((complained += String(text)), true));
});
afterEach(() => vi.restoreAllMocks());

const quick: ProveChoices = { profile: 'strict', vectors: [1], seconds: 30 };

describe('what is no device is refused in a sentence, with the status of a wrong call', () => {
  const wasi = {
    head: '__attribute__((import_module("wasi_snapshot_preview1"), import_name("clock_time_get"))) int now(int, long long, void *);',
    signal: 'now(vector, 0, 0);',
  };
  test.each([
    ['no-module.wasm', () => new TextEncoder().encode('a cat'), /begins with 61 20 63 61; expected a WebAssembly/],
    [
      'wasi.wasm',
      () => buildC(idleDevice(wasi)),
      /imports clock_time_get from wasi_snapshot_preview1.* built for WASI/,
    ],
    [
      'version.wasm',
      () => buildC(idleDevice({ device: '#undef MASKBIT_ABI\n#define MASKBIT_ABI 7\nMASKBIT_DEVICE' })),
      /Got version 7 of the ABI; expected 1\./,
    ],
    [
      'parts.wasm',
      () => buildC('#include "maskbit.h"\nMASKBIT_DEVICE\nvoid maskbit_init(uint32_t n) { (void)n; }'),
      /without config_read, config_write, .*; expected each of/,
    ],
    [
      'traps-at-once.wasm',
      () => buildC(idleDevice({ init: 'if (vectors > 0) __builtin_trap();' })),
      /Got a trap: unreachable from init\(1\); expected a function with 1 vectors/,
    ],
  ])('%s', async (name, bytes, sentence) => {
    expect(await prove(fileOf(name, bytes()), quick)).toBe(2);
    expect(complained).toMatch(sentence);
    expect(said).toBe('');
  });

  test('a file that is not there', async () => {
    expect(await prove(join(folder, 'nothing.wasm'), quick)).toBe(2);
    expect(complained).toMatch(/^Got no file .*nothing\.wasm; expected/);
  });
});

describe('what goes wrong in a device is a finding, with its shortest trace', () => {
  const kit = readFileSync('examples/kits/wasm/dut.c', 'utf8').replaceAll('"../c/msix.h"', '"msix.h"');
  /** The C kit whose signals of an enabled function do something else first. */
  const whose = (head: string, act: string): Uint8Array =>
    buildC(
      kit
        .replace('static struct msix msix;', `static struct msix msix;\n${head}\n#include "msix.c"`)
        .replace('msix_signal(&msix, vector)', `${act}; msix_signal(&msix, vector)`),
    );
  test.each([
    ['traps.wasm', '', 'if (vector == 0) __builtin_trap()', /a trap: unreachable/],
    ['asserts.wasm', '', 'maskbit_fail(7)', /an assertion of its own, fail\(7\)/],
    [
      'loops.wasm',
      '',
      'for (volatile uint32_t at = 1; at; ) at = at + vector + 1 ? 1 : 0',
      /no end after 20,000,000 turns of loops and calls/,
    ],
    [
      'eats-memory.wasm',
      '',
      'while (__builtin_wasm_memory_grow(0, 64) != (unsigned long)-1) vector++; __builtin_trap()',
      /a trap: unreachable, with its memory grown to 60 of the 64 MB that it may have/,
    ],
  ])('%s', async (name, head, act, sentence) => {
    const began = performance.now();
    expect(await prove(fileOf(name, whose(head, act)), { ...quick, seconds: 3 })).toBe(1);
    // A step that loops for ever takes a tenth of a second: whoever looks at the walk afterwards must mind the time, too.
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(said).toContain('1. The device did not answer, by signal');
    expect(said).toMatch(/^violated: /);
    expect(said).toMatch(sentence);
    expect(said).toMatch(/trace of 1 .*: signal\.0/);
  });
});

test('a device whose reads have no end ends in its time, too: in the middle of a pair', async () => {
  const loops = 'for (volatile uint32_t at = 1; at; ) at = at + offset + size + 1 ? 1 : 0; return 0;';
  const began = performance.now();
  expect(await prove(fileOf('reads.wasm', buildC(idleDevice({ table_read: loops }))), { ...quick, seconds: 1 })).toBe(
    1,
  );
  expect(performance.now() - began).toBeLessThan(8000);
  expect(said).toMatch(/NOT to its end: one vector: 1 pairs/);
});

describe('the report', () => {
  const wrong = (): string => fileOf('wrong.wasm', buildKit(['-DBUG=1']));
  test.each([
    ['report.txt', /^violated: wrong breaks rules/],
    ['report.xml', /<testsuites[\s\S]*<failure/],
    ['report.html', /<!doctype html>[\s\S]*MSIX-PEND-2/i],
  ])('goes to %s', async (name, content) => {
    expect(await prove(wrong(), { ...quick, seconds: 8, report: join(folder, name) })).toBe(1);
    expect(readFileSync(join(folder, name), 'utf8')).toMatch(content);
    expect(said).toContain(`The report is in ${name}.`);
  });

  test('as JSON says what was walked, of what code', async () => {
    expect(await prove(fileOf('kit.wasm', buildKit()), { ...quick, format: 'json' })).toBe(0);
    const { verdict, code, walks, withdrawn } = JSON.parse(said) as {
      verdict: string;
      code: { file: string; sha256: string };
      walks: { pairs: number; isComplete: boolean }[];
      withdrawn: unknown[];
    };
    expect([verdict, code.file, withdrawn]).toEqual(['proven', 'kit.wasm', []]);
    expect(code.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(walks.map(({ pairs, isComplete }) => [pairs, isComplete])).toEqual([
      [72, true],
      [48, true],
      [175, true],
      [72, true],
    ]);
  });
});

describe('what ends early is open, and says how far it came', () => {
  test.each<[string, ProveChoices]>([
    ['pairs', { states: 100 }],
    ['memory', { memory: 100_000 }],
  ])('a budget of %s', async (_, budget) => {
    expect(await prove(fileOf('kit.wasm', buildKit()), { ...quick, vectors: [3], ...budget })).toBe(3);
    expect(said).toMatch(/^open: kit broke no rule so far, and \d of 1 walks came to their end/);
    expect(said).toMatch(/NOT to its end: three vectors: \d+ pairs/);
  });

  // npx passes on what all of its group is sent: a signal that comes twice at once is one, and ends nothing.
  test.each(['SIGINT', 'SIGTERM'] as const)('%s leaves a whole report of what was found so far', async (signal) => {
    const report = join(folder, `${signal}.json`);
    const ended = prove(fileOf('wrong.wasm', buildKit(['-DBUG=7'])), {
      ...quick,
      vectors: [65, 2048],
      seconds: 300,
      report,
    });
    const timer = setTimeout(() => {
      process.emit(signal, signal);
      process.emit(signal, signal);
    }, 300);
    const status = await ended;
    clearTimeout(timer);
    expect([1, 3]).toContain(status);
    expect(complained).toContain('Interrupted: the report is of what was found so far.');
    const { verdict } = JSON.parse(readFileSync(report, 'utf8')) as { verdict: string };
    expect(verdict).toBe(status === 1 ? 'violated' : 'open');
  });
});
