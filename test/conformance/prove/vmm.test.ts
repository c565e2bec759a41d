/**
 * Code bases of others, as they look: a VMM in Rust, with traits, routes that are allocated when they are needed, and a stub of KVM; and a hypervisor in C
 * that passes a function through, on the shims. Nothing is invented against them, and what is planted in them is found.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { wasmDevices } from '../../../conformance/device/wasm.ts';
import { profileNamed } from '../../../conformance/judge/profile.ts';
import { type Proof, prove, type ProveOptions } from '../../../conformance/prove/index.ts';
import { buildKit, buildRust } from '../../setup/wasm.ts';

const folder = mkdtempSync(join(tmpdir(), 'maskbit-vmm-'));
afterAll(() => rmSync(folder, { recursive: true }));
const options: ProveOptions = {
  profile: profileNamed('pcie'),
  vectorCounts: [1],
  scenes: ['one vector', 'bits and bytes'],
  tests: 50,
  explains: false,
  seconds: 60,
};

/** The VMM with one line written otherwise. */
function vmmWith(file: string, before: string, after: string): Uint8Array {
  cpSync('examples', join(folder, 'examples'), { recursive: true });
  const path = join(folder, 'examples/vmm', file);
  const source = readFileSync(path, 'utf8');
  expect(source).toContain(before);
  writeFileSync(path, source.replace(before, after));
  return buildRust(join(folder, 'examples/vmm/dut.rs'));
}

const shortest = ({ report }: Proof): [string, number] => {
  const [finding] = report.causes.flatMap(({ findings }) => findings);
  return [finding.rules[0], finding.trace.length];
};

describe('a VMM in Rust', () => {
  test('has nothing invented against it', async () => {
    const proof = await prove(wasmDevices(buildRust('examples/vmm/dut.rs')), options);
    expect(proof.verdict).toBe('proven');
    expect(proof.walks.map(({ pairs }) => pairs)).toEqual([584, 204]);
  });

  test.each([
    [
      'forgets what waits when Function Mask is lifted',
      'msix.rs',
      'if was_live == is_live {',
      'if was_live == is_live || old_masked {',
    ],
    [
      'sets a route only when it is made',
      'interrupt.rs',
      'if routing.get(&gsi) == Some(&route) {',
      'if routing.contains_key(&gsi) {',
    ],
    [
      'does not clear what it has sent',
      'msix.rs',
      'self.set_pba_bit(vector, false);\n    }\n\n    /// The device has an event.',
      '}\n\n    /// The device has an event.',
    ],
  ])('that %s is found out', async (_, file, before, after) => {
    const proof = await prove(wasmDevices(vmmWith(file, before, after)), options);
    expect(proof.verdict).toBe('violated');
    expect(shortest(proof)[1]).toBeLessThanOrEqual(5);
  });
});

describe('three bugs that look like improvements', () => {
  test.each([
    ['kept_route', 'one vector', 1, ['MSIX-MASK-1', 'MSIX-PEND-2'], 6],
    ['stale_pending', 'one vector', 1, ['MSIX-ACCESS-4', 'MSIX-PBA-4'], 3],
    // The whole groups of 64 are right, and so is every device without a 65th vector.
    ['last_group', 'vector 64 of 65', 65, ['MSIX-PEND-2', 'MSIX-PEND-5'], 3],
  ])('%s is found, and nothing is invented beside it', async (bug, scene, vectors, rules, length) => {
    const bytes = buildRust('examples/vmm/dut.rs', ['--cfg', `bug_${bug}`]);
    const proof = await prove(wasmDevices(bytes), {
      ...options,
      vectorCounts: [vectors],
      scenes: [scene],
      sampling: 0,
      seconds: 20,
    });
    expect(proof.verdict).toBe('violated');
    expect(shortest(proof)[1]).toBe(length);
    expect(proof.report.causes.map(({ rule }) => rule).filter((rule) => !rules.includes(rule))).toEqual([]);
  });
});

describe('a hypervisor in C on the shims', () => {
  const build = (...flags: string[]): Uint8Array =>
    buildKit(flags, ['examples/kits/wasm/passthrough.c', 'examples/kits/c/msix.c']);

  test('is proven, with as many pairs as the specification has states', async () => {
    const proof = await prove(wasmDevices(build()), { ...options, profile: profileNamed('strict') });
    expect(proof.verdict).toBe('proven');
    expect(proof.walks.map(({ pairs }) => pairs)).toEqual([72, 48]);
  });
});
