/**
 * What makes states grow, on purpose: each cause is found and told by name, with what changes it; and what is proposed cures it, so that the proof comes to
 * its end. What is left out and does matter is withdrawn.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { wasmDevices } from '../../../conformance/device/wasm.ts';
import { profileNamed } from '../../../conformance/judge/profile.ts';
import { MUSEUM, pieceNamed } from '../../../conformance/museum/index.ts';
import { piecesIn, provePiece } from '../../../conformance/museum/wasm.ts';
import { type Growth, proofLines, proposalsOf, prove, tellGrowths } from '../../../conformance/prove/index.ts';
import { buildC, buildKit, buildRust } from '../../setup/wasm.ts';

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
    expect(first.walks[0].growths!.growths.map(told)).toEqual([expect.stringMatching(/^heap\S* never, by /)]);
    const cured = await prove(wasmDevices(build('-DBLOW_UP=6')), options);
    expect([cured.verdict, cured.walks.map(({ pairs }) => pairs)]).toEqual(['proven', PAIRS]);
  });

  /** The pairs of the museum's right device, with one vector. */
  const PAIRS = [72];
});

/** The C kit, whose device has variables of its own and does something at each event. */
const kitThat = (variables: string, act: string): Uint8Array =>
  buildC(
    readFileSync('examples/kits/wasm/dut.c', 'utf8')
      .replaceAll('"../c/msix.h"', '"msix.h"')
      .replace('msix_signal(&msix, vector)', act)
      .replace('static struct msix msix;', `static struct msix msix;\n${variables}\n#include "msix.c"`),
  );
const strict = { ...options, profile: profileNamed('strict') };

describe('what grows and is no variable', () => {
  test('a byte beside a byte that is state: the one is proposed, and nothing is said of the other', async () => {
    const bytes = kitThat(
      'static struct { uint8_t events, seen, last, odd; } own; static uint8_t heard;',
      'heard++; own.odd ^= 1; if (own.odd & 2) own.seen++; msix_signal(&msix, vector)',
    );
    const first = await prove(wasmDevices(bytes), { ...strict, states: 3000 });
    expect(first.walks[0].growths!.growths.map(told)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^heard never, by signal/)]),
    );
    const cured = await prove(wasmDevices(bytes, { ignore: proposalsOf(first.walks[0].growths!) }), strict);
    expect([cured.verdict, cured.walks[0].pairs]).toEqual(['proven', 72]);
  });

  test('memory that grows at each event', async () => {
    const proof = await prove(
      wasmDevices(kitThat('', '__builtin_wasm_memory_grow(0, 1); msix_signal(&msix, vector)')),
      {
        ...strict,
        states: 600,
      },
    );
    expect(proof.verdict).toBe('open');
    const growths = proof.walks[0].growths!;
    expect(growths.growths.map(told)).toEqual(['the size of memory never, by signal']);
    // It has no bytes that could be left out.
    expect(proposalsOf(growths)).toEqual([]);
    expect(tellGrowths(growths)[1]).toMatch(
      /^ {2}the size of memory: \d+ values, changed by signal\. It never showed in 600 exchanges: it is no memory that could be left out; allocate once/,
    );
  });
});

describe('a device that says itself what is no part of its state', () => {
  const inRust = (): Uint8Array => {
    const folder = mkdtempSync(join(tmpdir(), 'maskbit-left-out-'));
    try {
      const source = readFileSync('examples/kits/wasm/dut.rs', 'utf8')
        .replaceAll(/#\[path = "(.*)"\]/g, (_, path: string) => `#[path = "${resolve('examples/kits/wasm', path)}"]`)
        .replace('\nmod maskbit;', `\n#[path = "${resolve('examples/kits/wasm/maskbit.rs')}"]\nmod maskbit;`)
        .replace('Msix<fn(Message)>)', 'Msix<fn(Message)>, [u64; 2])')
        .replace('host::send(message.address, message.data)))', 'host::send(message.address, message.data)), [0; 2])')
        .replace('self.0.signal(', 'self.1[vector as usize & 1] += 1; self.0.signal(')
        .replace(
          '    fn reset(',
          `    fn left_out(&self, index: u32) -> Option<maskbit::Bytes> {
        self.1.get(index as usize).map(maskbit::Bytes::of)
    }
    fn reset(`,
        )
        .replace('pba_write);', 'pba_write, left_out);');
      writeFileSync(join(folder, 'dut.rs'), source);
      return buildRust(join(folder, 'dut.rs'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const inC = (): Uint8Array =>
    kitThat(
      `static struct { uint64_t events; uint32_t log[4]; } statistics; static uint8_t last;
uint64_t maskbit_left_out(uint32_t index)
{
	return index == 0 ? MASKBIT_RANGE(statistics) : index == 1 ? MASKBIT_RANGE(last) : 0;
}`,
      'last++; statistics.log[statistics.events++ & 3] = vector; msix_signal(&msix, vector)',
    );
  test.each([
    ['C', inC, [expect.stringMatching(/^dead stack 655/), 'statistics 24', 'last 1'], 72],
    ['Rust', inRust, ['dead stack 1048576', expect.stringMatching(/ 8$/), expect.stringMatching(/ 8$/)], 352],
  ])('in %s', async (_, make, leftOut, pairs) => {
    const proof = await prove(wasmDevices(make()), strict);
    expect([proof.verdict, proof.walks[0].pairs]).toEqual(['proven', pairs]);
    expect(proof.leftOut.map(({ name, length }) => `${name} ${length}`)).toEqual(leftOut);
    expect(proof.walks[0].assumed.map(({ tested }) => tested)).toEqual([300, 300, 300]);
  });
});

describe('what is left out and does matter', () => {
  const events = 'static uint32_t events;';
  test.each([
    ['an event in four is lost', events, 'if (++events % 4) msix_signal(&msix, vector)', ['events'], ['events']],
    [
      'an event is lost when both of two counters say so',
      'static uint32_t events, writes; static uint8_t noise[64];',
      'noise[events++ & 63]++; writes += vector + 3; if (events % 4 || writes % 4) msix_signal(&msix, vector)',
      ['events', 'writes', 'noise'],
      ['events', 'writes'],
    ],
  ])('%s: it is withdrawn, and nothing is proven that rests on it', async (_, variables, act, ignore, withdrawn) => {
    const bytes = kitThat(variables, act);
    const proof = await prove(wasmDevices(bytes, { ignore }), strict);
    expect(proof.verdict).not.toBe('proven');
    expect(proof.withdrawn.map(({ region }) => region.name).toSorted()).toEqual(withdrawn);
    expect(proofLines(proof, { told: 'x' }).join('\n')).toMatch(
      /WITHDRAWN: events \(4 bytes at 0x[0-9a-f]+\) does matter/,
    );
  });

  test('two that always agree are exchanged together: apart from each other they would seem to matter', async () => {
    const bytes = kitThat(
      'static uint32_t written, read_back;',
      'if (written != read_back) maskbit_fail(1); written += 3; read_back += 3; msix_signal(&msix, vector)',
    );
    const proof = await prove(wasmDevices(bytes, { ignore: ['written', 'read_back'] }), strict);
    expect(proof.verdict).toBe('proven');
    expect(proof.walks[0].assumed.map(({ region, tested, contents }) => [region.name, tested, contents])).toEqual([
      ['dead stack', 300, 300],
      ['written', 300, 64],
      ['read_back', 300, 64],
    ]);
  });

  test('every class is stepped from several members, three times at least, however many there are', async () => {
    const proof = await prove(wasmDevices(buildRust()), {
      profile: profileNamed('strict'),
      vectorCounts: [2],
      explains: false,
    });
    expect(proof.walks.map(({ pairs, assumed }) => [pairs, assumed.map(({ tested }) => tested)])).toEqual([
      [1344, [4032]],
    ]);
  });

  test('what there is no time to test is not proven', async () => {
    const bytes = kitThat('static uint8_t large[20 << 20];', 'large[vector]++; msix_signal(&msix, vector)');
    const proof = await prove(wasmDevices(bytes, { ignore: ['large'] }), strict);
    expect([proof.verdict, proof.walks[0].isComplete]).toEqual(['open', true]);
    expect(proofLines(proof, { told: 'x' }).at(-1)).toMatch(
      /^NOT tested: that large \(20,971,520 bytes at 0x[0-9a-f]+\) never matters/,
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

  test('was found whole, as docs/prove-museum.md has it, and nothing is hidden by what is left out', () => {
    const document = readFileSync('docs/prove-museum.md', 'utf8');
    const tracesIn = (table: string): ReadonlyMap<string, string> => {
      const part = document.slice(document.indexOf(`<!-- ${table}: begin`), document.indexOf(`<!-- ${table}: end`));
      return new Map(
        [...part.matchAll(/^\| `([\w-]+)` \| MSIX-[\w-]+ \| \d+ \| `(.+)` \| \d+ \|$/gm)].map(([, name, trace]) => [
          name,
          trace,
        ]),
      );
    };
    expect([...tracesIn('pieces').keys()]).toEqual(MUSEUM.map(({ name }) => name));
    expect([...tracesIn('blow-ups')]).toEqual([...tracesIn('pieces')]);
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
