/**
 * The benches, in a small: that they run, that the contenders do the same work, and that the scales are right. What
 * they measure is printed by `npm run bench` and not judged here, where other tests run beside them.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { benchAccesses, buildCKit } from '../../bench/accesses.ts';
import { benchAliases } from '../../bench/aliases.ts';
import { benchAssigned } from '../../bench/assigned.ts';
import { benchChecker } from '../../bench/checker.ts';
import { createBareArray, createOurs, createPlainObjects } from '../../bench/contenders.ts';
import { benchImporting } from '../../bench/importing.ts';
import { benchAssignedDeopts, benchDeopts } from '../../bench/deopts.ts';
import { benchDeciding } from '../../bench/deciding.ts';
import { benchLockstep } from '../../bench/lockstep.ts';
import { benchProve } from '../../bench/prove.ts';
import { benchStates, costOf } from '../../bench/states.ts';
import { timeInTurns } from '../../bench/timing.ts';
import { buildKit } from '../setup/wasm.ts';

const EFFORT = { operations: 6_400, rounds: 3, warmUp: 1 };

describe('the benches', () => {
  test('time accesses, of three contenders with the same checksums', () => {
    const table = benchAccesses(EFFORT).map(({ operation, timings }) => [operation, timings[0].checksum]);
    expect(table).toEqual([
      ['write a Mask Bit, read it back', 3_200],
      ['signal, unmasked', -405_386_112],
      ['signal, masked', 0xffffffff],
      ['signal, masked; retire', 0],
    ]);
  });

  test('have contenders that do not pass for each other when one does less', () => {
    for (const create of [createBareArray, createOurs, createPlainObjects]) {
      expect(create().togglePairs(100)).not.toBe(create().togglePairs(99));
      expect(create().signalUnmasked(100)).not.toBe(create().signalUnmasked(99));
      expect(create().signalMasked(20)).not.toBe(create().signalMasked(19));
    }
  });

  test('time walks of pairs, the same ones as by copying all of memory', () => {
    const rows = benchProve(buildKit(), 2).map(({ name, pairs, steps }) => [name, pairs, steps]);
    expect(rows).toEqual([
      ['1 vectors', 72, 2592],
      ['2 vectors', 256, 12_032],
      ['2 vectors, all of memory copied', 256, 12_032],
    ]);
  });

  test('time the assigned device, its pairs with the checksum of the bare one, its injections with one of theirs', () => {
    const table = benchAssigned(EFFORT).map(({ name, checksum }) => [name, checksum]);
    expect(table).toEqual([
      ['pair, a bare Uint32Array', 3_200],
      ['pair, an MsixFunction', 3_200],
      ['pair, bus and kernel half', 3_200],
      ['pair, the same above 2^31', 3_200],
      ['pair, two exits and completions', 3_200],
      ['inject from address and data', 419_200],
      ['inject by GSI', 419_200],
      ['signal, arrive, inject', 419_200],
    ]);
  });

  test('time the ways to name a constant', () => {
    const names = benchAliases(EFFORT).map(({ name }) => name);
    expect(names).toEqual(['literal', 'alias at module level', 'imported binding', 'property of a namespace']);
  });

  test('time explorers, which find the same or are refused', () => {
    const { states, transitions, tries, timings } = benchChecker(2, {
      rounds: 1,
      xstateGraph: 1,
      spin: 0,
      otherSpins: 0,
    });
    expect([states, transitions, tries]).toEqual([256, 2_559, 4_352]);
    expect(timings.map(({ explorer }) => explorer)).toEqual(['ours, traces', 'ours, count', '@xstate/graph, traces']);
    for (const { seconds, triesPerSecond, transitionsPerSecond } of timings) {
      expect(triesPerSecond * seconds).toBeCloseTo(tries);
      expect(transitionsPerSecond * seconds).toBeCloseTo(transitions);
    }
  });

  test('time deciding, and by orbits too, with the verdicts that they must have', () => {
    const { states, timings } = benchDeciding(3, 1);
    expect(states).toBe(2048);
    const tenHold = Array.from({ length: 10 }, () => 'holds').join(' ');
    expect(timings.map(({ verdicts }) => verdicts)).toEqual(['2048', 'holds', tenHold, 'holds', 'fails', 'fails']);
  });

  test('time a lockstep, with as many pairs and steps as were explored', () => {
    const [explored, ...walked] = benchLockstep(3, 1);
    expect([explored.pairs, explored.steps]).toEqual([2048, 47_104]);
    // From the sources there is no second thread.
    for (const { pairs, steps } of walked) expect([pairs, steps]).toEqual([explored.pairs, explored.steps]);
    expect(walked).toHaveLength(2);
  });

  test('count the states of a large instance, and weigh them', () => {
    const { instance, summary, bytesPerState } = benchStates(4, 'two');
    expect([instance, summary.states, summary.complete]).toEqual(['function, 4 vectors, messages two', 16_384, true]);
    expect(bytesPerState * summary.states).toBeCloseTo(summary.bytes);
  });

  test('tell before what the states of an instance cost', () => {
    const { states, transitions, seconds } = costOf(4, 'two', true);
    const { summary } = benchStates(4, 'two', true);
    expect(states).toBe(summary.states);
    expect(transitions / summary.transitions).toBeCloseTo(1, 2);
    expect(seconds).toBeGreaterThan(0);
  });

  test('time in turns: each as often as the others, a slow one as slower than the first', () => {
    const runs: string[] = [];
    const work = (name: string, loops: number) => ({
      name,
      run: (count: number) => {
        runs.push(name);
        let sum = 0;
        for (let index = 0; index < loops * count; index++) sum = (sum + index) | 0;
        return sum;
      },
    });
    const [first, second] = timeInTurns([work('quick', 1), work('slow', 1000)], {
      operations: 1000,
      rounds: 3,
      warmUp: 1,
    });
    expect(runs.join(' ')).toBe('quick slow slow quick quick slow slow quick');
    expect([first.name, first.ratio, second.name]).toEqual(['quick', 1, 'slow']);
    expect(second.ratio).toBeGreaterThan(10);
  });

  test('time the kit in C beside them, which does the same work at 64 vectors and at 2,048', () => {
    const folder = mkdtempSync(join(tmpdir(), 'maskbit-bench-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const kit = buildCKit(folder);
    expect(kit).toBeDefined();
    for (const vectors of [64, 2048]) {
      const table = benchAccesses({ operations: 6_400, rounds: 1, warmUp: 0 }, { vectors, notifies: true, kit });
      expect(table.map(({ timings }) => timings.map(({ name }) => name))).toEqual(
        table.map(() => ['bare Uint32Array', 'ours', 'object per vector', 'C kit']),
      );
    }
  });

  test('trace V8, which throws nothing away once it is warm', () => {
    for (const notifies of [false, true]) expect(benchDeopts('togglePairs', 64, notifies)[1]).toBe(0);
    // Through bus and kernel half, and by exits.
    for (const index of [2, 4]) expect(benchAssignedDeopts(index)[1]).toBe(0);
  });

  test('time an import, of a module that takes its time longer than of an empty one', () => {
    const folder = mkdtempSync(join(tmpdir(), 'maskbit-bench-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const files = [join(folder, 'empty.mjs'), join(folder, 'slow.mjs')];
    writeFileSync(files[0], '');
    writeFileSync(files[1], 'for (const end = performance.now() + 200; performance.now() < end; );');
    const [empty, slow] = benchImporting(files, 1);
    expect([slow.wall >= 200, slow.wall > empty.wall, slow.processor > empty.processor]).toEqual([true, true, true]);
  });

  // In a process of its own: what V8 inlines, and so what it boxes, depends on all that ran before.
  test('weigh what is allocated: an object is 32 bytes, a hot path none, or one boxed number of 2^31 and more', () => {
    const flags = ['--expose-gc', '--min-semi-space-size=64', '--import', 'tsx'];
    const output = execFileSync(process.execPath, [...flags, 'bench/allocation.ts', '2', '100000'], {
      encoding: 'utf8',
    });
    const rows = output
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t'));
    const weights = rows.map(([bytes, name]): [string, number] => [name, Number(bytes)]);
    const boxed = weights.filter(([, bytes]) => bytes >= 4 && bytes < 20).map(([name]) => name);
    const heavy = weights.filter(([, bytes]) => bytes >= 20).map(([name]) => name);
    expect(weights).toHaveLength(22);
    expect(heavy).toEqual(['an object of one field, for scale']);
    expect(boxed.filter((name) => !MAY_BOX.has(name))).toEqual([]);
  });
});

/** Where a message address of x86 crosses a call that V8 may not inline; the write of a QWORD is one, so that the write of a Mask Bit has its room. */
const MAY_BOX = new Set([
  'write and read a QWORD',
  'write an address, read it back',
  'mask, signal, unmask',
  'set Function Mask, signal, clear it',
  'pair, the same above 2^31',
  'inject from address and data',
  'signal, arrive, inject',
  'signal, six callbacks, address of x86',
]);
