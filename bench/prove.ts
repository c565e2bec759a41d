/**
 * How fast a module in WebAssembly is walked, and how fast it would be by copying all of its memory at each step: both walk the same pairs, in one run; and
 * what it takes to prove the kits. Takes the paths of .wasm files, the C kit first; run by `npm run bench:prove`, which builds them. It prints what
 * docs/prove.md shows, as JSON.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type WasmDevice, wasmDevices } from '../conformance/device/wasm.ts';
import { profileNamed } from '../conformance/judge/profile.ts';
import { alphabetOf, modelOf, type Scene } from '../conformance/judge/scenes.ts';
import { type SnapshotDevice, walkPairs } from '../conformance/judge/walk.ts';
import { prove, provingScenes } from '../conformance/prove/index.ts';

/** One walk, timed. */
export interface ProveTiming {
  readonly name: string;
  readonly pairs: number;
  readonly steps: number;
  readonly milliseconds: number;
  /** What the processors worked, however busy the machine was. */
  readonly processor: number;
}

/** The same device, which saves all of its memory each time. */
export function naively(device: WasmDevice, memory: Int32Array): SnapshotDevice {
  const states: Int32Array[] = [];
  const handles = new Map<string, number>();
  const { leftOut } = device;
  const save = (): number => {
    const copy = memory.slice();
    for (const { address, length } of leftOut) copy.fill(0, Math.ceil(address / 4), (address + length) >> 2);
    const key = Buffer.from(copy.buffer).toString('latin1');
    let handle = handles.get(key);
    if (handle === undefined) {
      handle = states.push(copy) - 1;
      handles.set(key, handle);
    }
    return handle;
  };
  const restore = (handle: number): void => memory.set(states[handle]);
  return new Proxy<SnapshotDevice>(device, {
    get: (target, key) => {
      if (key === 'save') return save;
      if (key === 'restore') return restore;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Walks a scene of a device. */
export function timeWalk(name: string, device: SnapshotDevice, scene: Scene): ProveTiming {
  const abilities = new Set(['reset', 'retire'] as const);
  const model = modelOf(scene, profileNamed('strict').choices, false);
  const before = process.cpuUsage();
  const { pairs, steps, milliseconds, findings } = walkPairs(device, model, alphabetOf(scene, abilities));
  const { user, system } = process.cpuUsage(before);
  if (findings.all.length > 0) throw new Error(`${name}: got ${findings.all.length} findings; expected none.`);
  return { name, pairs, steps, milliseconds, processor: (user + system) / 1000 };
}

/** Times it all. `most` is the largest number of vectors. */
export function benchProve(bytes: Uint8Array, most = 4): ProveTiming[] {
  const create = wasmDevices(bytes);
  const sceneOf = (vectors: number, widths = false): Scene =>
    provingScenes([vectors], new Set(['reset', 'retire']), widths).find((scene) => scene.vectors.length === vectors)!;
  const rows: ProveTiming[] = [];
  for (let round = 0; round < 3; round++) timeWalk('warm', create({ vectorCount: 2 }), sceneOf(2));
  for (let vectors = 1; vectors <= most; vectors++)
    rows.push(timeWalk(`${vectors} vectors`, create({ vectorCount: vectors }), sceneOf(vectors)));
  if (most > 3) rows.push(timeWalk('4 vectors, all widths', create({ vectorCount: 4 }), sceneOf(4, true)));
  const device = create({ vectorCount: 2 });
  rows.push(timeWalk('2 vectors, all of memory copied', naively(device, device.states.memory), sceneOf(2)));
  return rows;
}

/** A kit, proven for one number of vectors. */
export interface KitTiming {
  readonly kit: string;
  readonly vectors: number;
  readonly verdict: string;
  readonly pairs: number;
  readonly steps: number;
  readonly walking: number;
  /** With the tests of what is left out, in milliseconds of a processor. */
  readonly processor: number;
}

/** Proves a kit for 1 to 3 vectors. */
export async function timeKit(kit: string, bytes: Uint8Array, most = 3): Promise<KitTiming[]> {
  const rows: KitTiming[] = [];
  for (let vectors = 1; vectors <= most; vectors++) {
    const before = process.cpuUsage();
    const { verdict, walks } = await prove(wasmDevices(bytes), {
      profile: profileNamed('strict'),
      vectorCounts: [vectors],
      explains: false,
    });
    const { user, system } = process.cpuUsage(before);
    const sum = (of: (walk: (typeof walks)[number]) => number): number =>
      walks.reduce((total, walk) => total + of(walk), 0);
    rows.push({
      ...{ kit, vectors, verdict, pairs: sum(({ pairs }) => pairs), steps: sum(({ steps }) => steps) },
      walking: sum(({ milliseconds }) => milliseconds),
      processor: (user + system) / 1000,
    });
  }
  return rows;
}

async function main(): Promise<void> {
  const paths = process.argv.slice(2);
  if (paths.length === 0) throw new Error('Got no module; expected the paths of .wasm files, the C kit first.');
  const walks = benchProve(readFileSync(paths[0]));
  const kits: KitTiming[] = [];
  for (const path of paths) kits.push(...(await timeKit(basename(path, '.wasm'), readFileSync(path))));
  console.log(JSON.stringify({ walks, kits }));
}

if (process.argv[1] === import.meta.filename) await main();
