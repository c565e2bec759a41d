/**
 * How fast a module in WebAssembly is walked, and how fast it would be by copying all of its memory at each step: both walk the same pairs, in one run. Takes
 * the path of a .wasm file; run by `npm run bench:prove`, which builds the C kit.
 */
import { readFileSync } from 'node:fs';
import { type WasmDevice, wasmDevices } from '../conformance/device/wasm.ts';
import { profileNamed } from '../conformance/judge/profile.ts';
import { alphabetOf, modelOf, type Scene } from '../conformance/judge/scenes.ts';
import { type SnapshotDevice, walkPairs } from '../conformance/judge/walk.ts';
import { provingScenes } from '../conformance/prove/index.ts';

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

function main(): void {
  const path = process.argv[2];
  if (path === undefined) throw new Error('Got no module; expected the path of a .wasm file.');
  console.log(['walk', 'pairs', 'steps', 'seconds', 'processor seconds', 'steps a processor second'].join('\t'));
  for (const { name, pairs, steps, milliseconds, processor } of benchProve(readFileSync(path))) {
    const rate = Math.round((1000 * steps) / processor);
    console.log([name, pairs, steps, (milliseconds / 1000).toFixed(2), (processor / 1000).toFixed(2), rate].join('\t'));
  }
}

if (process.argv[1] === import.meta.filename) main();
