/**
 * Proofs of the kits, with their pairs pinned; of the same with a bug, which is found with a shortest trace; and what a proof says of itself.
 */
import { readFileSync } from 'node:fs';
import { expect, describe, test } from 'vitest';
import { createInProcessDevice } from '../../../conformance/device/in-process.ts';
import { wasmDevices } from '../../../conformance/device/wasm.ts';
import { profileNamed } from '../../../conformance/judge/profile.ts';
import { alphabetOf } from '../../../conformance/judge/scenes.ts';
import { type Proof, proofLines, prove, provingScenes } from '../../../conformance/prove/index.ts';
import createJavaScriptKit from '../../../examples/kits/javascript/device.js';
import { buildKit, buildRust } from '../../setup/wasm.ts';
import { walkTogether } from './together.ts';

const strict = { profile: profileNamed('strict'), tests: 200 };
const pairsOf = ({ walks }: Proof): string => walks.map(({ scene, pairs }) => `${scene.name} ${pairs}`).join(', ');
const C_PAIRS =
  'one vector 72, bits and bytes 48, parted messages 175, addresses 72, two vectors 256, three vectors 2048';

describe('the kits are proven', () => {
  test('in C, with as many pairs as the specification has states', async () => {
    const proof = await prove(wasmDevices(buildKit(), { name: 'dut' }), strict);
    expect(proof.verdict).toBe('proven');
    expect(pairsOf(proof)).toBe(C_PAIRS);
    expect(proof.walks.every(({ states, pairs }) => states <= pairs)).toBe(true);
    const [verdict, , , , ...lines] = proofLines(proof, { told: 'dut.wasm' });
    expect(verdict).toMatch(
      /^proven: dut breaks no rule, in any sequence of these accesses and events, of any length, with 1, 2, 3 vectors/,
    );
    expect(lines.at(-1)).toMatch(
      /^assuming that dead stack \(65,536 bytes at 0x[0-9a-f]+\) never matters: tested 1,200 times/,
    );
  });

  test.each([
    ['with an allocator', () => buildRust(), 'two vectors 1344'],
    ['without std', () => buildRust('examples/kits/wasm/no_std.rs'), 'two vectors 912'],
  ])('in Rust %s', async (_, build, two) => {
    const proof = await prove(wasmDevices(build()), { ...strict, vectorCounts: [1, 2] });
    expect(proof.verdict).toBe('proven');
    expect(pairsOf(proof)).toContain(two);
    // An Option that is None keeps what it held before: more states, and no other behaviour.
    expect(proof.walks[0].growths?.growths.map(({ matters }) => matters)).toEqual(['left over']);
  });

  test('in Rust with three vectors, as docs/prove.md has it', async () => {
    const proof = await prove(wasmDevices(buildRust()), { ...strict, vectorCounts: [3], explains: false });
    expect([proof.verdict, pairsOf(proof)]).toEqual(['proven', 'three vectors 20736']);
    expect(readFileSync('docs/prove.md', 'utf8')).toMatch(
      /\| Rust, with an allocator \| 3 \| proven \| 20,736 \| 476,928 \|/,
    );
  });

  test('in JavaScript, where a device that saves and restores is all it takes', async () => {
    const proof = await prove(createInProcess, { ...strict, vectorCounts: [1, 2] });
    expect([proof.verdict, proof.leftOut]).toEqual(['proven', []]);
    await expect(prove(createJavaScriptKit)).rejects.toThrow(/no save and restore; expected both/);
  });

  const createInProcess = ({ vectorCount }: { vectorCount: number }) =>
    createInProcessDevice(vectorCount, { notifies: false });

  test('and the one in C equals MsixFunction on every pair', () => {
    const create = wasmDevices(buildKit());
    const abilities = new Set(['reset', 'retire'] as const);
    const found = provingScenes([1, 2, 3], abilities)
      .filter(({ narrow }) => !narrow)
      .map((scene) => {
        const { vectorCount } = scene;
        return {
          scene: scene.name,
          ...walkTogether([create({ vectorCount }), createInProcess({ vectorCount })], alphabetOf(scene, abilities)),
        };
      });
    expect(found.map(({ difference }) => difference)).toEqual(found.map(() => undefined));
    expect(found.map(({ scene, pairs }) => `${scene} ${pairs}`).join(', ')).toBe(
      'one vector 73, parted messages 176, addresses 73, two vectors 257, three vectors 2049',
    );
  });

  test('and a device that differs is told apart by the same walk', () => {
    const scene = provingScenes([1], new Set())[0];
    const other = wasmDevices(buildKit(['-DBUG=1']))({ vectorCount: 1 });
    expect(walkTogether([other, createInProcess({ vectorCount: 1 })], alphabetOf(scene, new Set())).difference).toMatch(
      /unmask\.0/,
    );
  });
});

describe('what is wrong is found', () => {
  test.each([
    ['unmask-forgets', 1, 'MSIX-PEND-2', 3],
    ['masked-sends', 2, 'MSIX-MASK-2', 2],
    ['lift-forgets', 3, 'MSIX-PEND-2', 4],
    ['qword-skips-control', 4, 'MSIX-ACCESS-4', 1],
    ['stale-message', 5, 'MSIX-MSG-1', 3],
    ['disable-unmasks', 6, 'MSIX-ENABLE-3', 1],
  ])('%s', async (_, bug, rule, length) => {
    const proof = await prove(wasmDevices(buildKit([`-DBUG=${bug}`])), { ...strict, vectorCounts: [1], seconds: 20 });
    expect(proof.verdict).toBe('violated');
    const shortest = proof.report.causes.flatMap(({ findings }) => findings)[0];
    expect([shortest.rules, shortest.trace.length, shortest.shortness]).toEqual([
      expect.arrayContaining([rule]),
      length,
      'shortest',
    ]);
  });

  test('of more vectors than can be proven, at the edge of a word', async () => {
    const proof = await prove(wasmDevices(buildKit(['-DBUG=7'])), {
      ...strict,
      vectorCounts: [65],
      tests: 10,
      seconds: 30,
      sampling: 0.1,
    });
    expect(proof.verdict).toBe('violated');
    expect(proof.report.causes[0].rule).toMatch(/MSIX-(MASK-4|PEND-1|PBA|ENABLE-2)/);
  });
});

describe('more vectors than can be proven', () => {
  test('2048: one vector, and pairs at the edges of words; what is said claims no more', async () => {
    const proof = await prove(wasmDevices(buildKit(), { name: 'dut' }), {
      ...strict,
      vectorCounts: [2048],
      tests: 20,
      sampling: 0.2,
    });
    expect(pairsOf(proof)).toBe(
      [
        'vector 0 of 2048 32, vector 2047 of 2048 32',
        ...['31 and 32', '63 and 64', '127 and 128', '255 and 256', '511 and 512', '1023 and 1024'].map(
          (edge) => `vectors ${edge} of 2048 256`,
        ),
        'vectors 0 and 2047 of 2048 256, vectors 1023 and 2047 of 2048 256',
      ].join(', '),
    );
    const lines = proofLines(proof, { told: 'dut.wasm' });
    expect(lines[0]).toMatch(
      /^proven: dut breaks no rule, in any sequence .*, with one or two vectors of 2048, while the others rest \(/,
    );
    expect(lines).toContainEqual(expect.stringMatching(/^sampled, not proven: random walks, 2048 vectors: /));
  });
});

describe('bounds', () => {
  test('each walk is one scene, of whatever number of vectors', () => {
    const names = provingScenes([1, 2, 3, 4, 65, 2048], new Set()).map(({ name }) => name);
    expect([names.length, new Set(names).size]).toEqual([23, 23]);
  });

  test('a walk that is cut short is open, and says how far it came', async () => {
    const proof = await prove(wasmDevices(buildRust()), { ...strict, vectorCounts: [2], states: 100, tests: 10 });
    expect(proof.verdict).toBe('open');
    expect(proofLines(proof, { told: 'x' }).join('\n')).toMatch(
      /^open: .* 0 of 1 walks came to their end[\s\S]*NOT to its end: two vectors/,
    );
  });
  test('and so is one that runs out of the memory that it may have', async () => {
    const proof = await prove(wasmDevices(buildRust()), { ...strict, vectorCounts: [2], memory: 200_000, tests: 10 });
    expect(proof.verdict).toBe('open');
  });
});
