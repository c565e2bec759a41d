/**
 * What makes states grow, on purpose: each cause is found and told by name, with what changes it; and what is proposed cures it, so that the proof comes to
 * its end. What is left out and does matter is withdrawn.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { wasmDevices } from '../../../conformance/device/wasm.ts';
import { profileNamed } from '../../../conformance/judge/profile.ts';
import { MUSEUM, pieceNamed } from '../../../conformance/museum/index.ts';
import { piecesIn, provePiece } from '../../../conformance/museum/wasm.ts';
import { type Growth, proofLines, proposalsOf, prove, tellGrowths } from '../../../conformance/prove/index.ts';
import { buildC, buildKit } from '../../setup/wasm.ts';

const MUSEUM_C = 'examples/kits/wasm/museum.c';
const build = (...flags: string[]): Uint8Array => buildKit(flags, [MUSEUM_C]);
const options = { profile: profileNamed('pcie'), vectorCounts: [1], scenes: ['one vector'], tests: 300, seconds: 60 };

const told = ({ region, matters, changedBy }: Growth): string => `${region.name} ${matters}, by ${changedBy.join(' ')}`;

describe('what makes states grow is found, told by name, and cured by what is proposed', () => {
  test.each([
    ['an event counter', 1, ['event_counter never, by signal']],
    ['a log buffer', 2, ['log_buffer never, by write control']],
    ['statistics', 3, ['statistics.0 never, by', 'statistics.1 never, by signal', 'statistics.2 never, by reset']],
    ['a time stamp', 4, ['clock_ticks never, by signal', 'last_event never, by signal']],
  ])('%s', async (_, cause, expected) => {
    const bytes = build(`-DBLOW_UP=${cause}`);
    const first = await prove(wasmDevices(bytes), { ...options, states: 1500 });
    expect(first.verdict).toBe('open');
    const growths = first.walks[0].growths!;
    expect(growths.growths.map(told).toSorted()).toEqual(expected.map((start) => expect.stringContaining(start)));
    expect(tellGrowths(growths).join('\n')).toMatch(
      /It never showed in \d+ exchanges: --ignore [\w.]+ leaves it out\./,
    );
    const cured = await prove(wasmDevices(bytes, { ignore: proposalsOf(growths) }), options);
    expect(cured.verdict).toBe('proven');
    expect(cured.walks.map(({ pairs }) => pairs)).toEqual(PAIRS);
    const lines = proofLines(cured, { told: 'x' }).filter((line) => line.startsWith('assuming'));
    expect(lines).toHaveLength(1 + expected.length);
    expect(lines[1]).toMatch(/never matters: tested 300 times with other contents$/);
  });

  test('the dead stack, which is left out where it is known', async () => {
    const bytes = build('-DBLOW_UP=5');
    const first = await prove(wasmDevices(bytes, { keepStack: true }), options);
    expect(first.walks[0].pairs).toBeGreaterThan(5 * PAIRS[0]);
    expect(first.walks[0].growths!.growths.map(told)).toEqual([expect.stringMatching(/^dead stack never, by /)]);
    const cured = await prove(wasmDevices(bytes), options);
    expect([cured.verdict, cured.walks.map(({ pairs }) => pairs)]).toEqual(['proven', PAIRS]);
  });

  test('a heap whose freed blocks keep what they held, which the allocator of the shims zeroes', async () => {
    const first = await prove(wasmDevices(build('-DBLOW_UP=6', '-DMASKBIT_KEEPS_FREED')), options);
    expect(first.walks[0].pairs).toBeGreaterThan(5 * PAIRS[0]);
    expect(first.walks[0].growths!.growths.map(told)).toEqual([expect.stringMatching(/^heap never, by /)]);
    const cured = await prove(wasmDevices(build('-DBLOW_UP=6')), options);
    expect([cured.verdict, cured.walks.map(({ pairs }) => pairs)]).toEqual(['proven', PAIRS]);
  });

  /** The pairs of the museum's right device, with one vector. */
  const PAIRS = [60];
});

describe('what is left out and does matter', () => {
  test('is withdrawn, and nothing is proven that rests on it', async () => {
    // Every fourth event is lost, and the counter that says so is left out.
    const source = readFileSync('examples/kits/wasm/dut.c', 'utf8')
      .replaceAll('"../c/msix.h"', '"msix.h"')
      .replace('msix_signal(&msix, vector)', 'if (++events % 4) msix_signal(&msix, vector)')
      .replace('static struct msix msix;', 'static struct msix msix;\nstatic uint32_t events;\n#include "msix.c"');
    const bytes = buildC(source);
    const proof = await prove(wasmDevices(bytes, { ignore: ['events'] }), {
      ...options,
      profile: profileNamed('strict'),
    });
    expect(proof.verdict).not.toBe('proven');
    expect(proof.withdrawn.map(({ region }) => region.name)).toContain('events');
    expect(proofLines(proof, { told: 'x' }).join('\n')).toMatch(
      /WITHDRAWN: events \(4 bytes at 0x[0-9a-f]+\) does matter: /,
    );
  });
});

describe('the museum in C', () => {
  const names = piecesIn(readFileSync(MUSEUM_C, 'utf8'));
  let bytes: Uint8Array;
  beforeAll(() => {
    bytes = build('-DBLOW_UP=7');
  });

  test('has every piece', () => {
    expect(names.toSorted()).toEqual(MUSEUM.map(({ name }) => name).toSorted());
  });

  // npm run museum:wasm proves all of them, and with -- --blow-ups as here.
  test.each([
    ['unmask-does-not-send', 3],
    ['byte-write-panics', 1],
  ])('shows %s though what makes states grow is left out', async (name, length) => {
    const ignore = ['event_counter', 'log_buffer', 'statistics', 'clock_ticks', 'last_event'];
    const { finding } = await provePiece(bytes, names, pieceNamed(name), { ignore, seconds: 20 });
    expect(finding?.trace.length).toBe(length);
  });
});
