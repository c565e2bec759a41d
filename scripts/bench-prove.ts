/**
 * Builds the kits in WebAssembly, times how they are walked and proven, and writes the tables of docs/prove.md: `npm run bench:prove`. Only on a quiet
 * machine are its seconds worth reading.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeWhole } from '../cli/whole.ts';
import type { KitTiming, ProveTiming } from '../bench/prove.ts';
import { placeMarked } from './marked.ts';

const KIT = 'examples/kits/wasm';
const DOCUMENT = 'docs/prove.md';
const run = (command: string, ...words: readonly string[]): string =>
  execFileSync(command, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 24 });

const clang = (out: string): string =>
  run(
    'clang',
    ...['--target=wasm32-unknown-unknown', '-O2', '-nostdlib', '-Wl,--no-entry', '-Wl,--emit-relocs'],
    ...['-Wl,--export=__data_end', '-Wl,--export=__heap_base', '-o', out],
    ...[`${KIT}/dut.c`, 'examples/kits/c/msix.c', `${KIT}/shims/libc.c`],
  );
// Debian's, by path: one that rustup put on the path may stand before it.
const rustc = (out: string, source: string): string =>
  run(
    '/usr/bin/rustc',
    ...['--edition', '2021', '-O', '-C', 'panic=abort', '-C', 'strip=debuginfo', '-C', 'link-arg=--emit-relocs'],
    ...['--target', 'wasm32-unknown-unknown', '--crate-type', 'cdylib', '-o', out, `${KIT}/${source}`],
  );

const KITS: readonly (readonly [path: string, told: string])[] = [
  ['dist/c.wasm', 'C'],
  ['dist/rust.wasm', 'Rust, with an allocator'],
  ['dist/no_std.wasm', 'Rust, `no_std`'],
];
clang(KITS[0][0]);
rustc(KITS[1][0], 'dut.rs');
rustc(KITS[2][0], 'no_std.rs');
const said = run(process.execPath, 'dist/bench/prove.js', ...KITS.map(([path]) => path));
const { walks, kits } = JSON.parse(said) as { walks: ProveTiming[]; kits: KitTiming[] };

const count = (value: number): string => Math.round(value).toLocaleString('en-US');
const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(2);
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

let text = readFileSync(DOCUMENT, 'utf8');
text = placeMarked(
  text,
  'walks',
  table(
    ['walk of the C kit', 'pairs', 'steps', 'seconds', 'steps a second'],
    walks.map(({ name, pairs, steps, processor }) => [
      ...[name, count(pairs), count(steps), seconds(processor), count((1000 * steps) / processor)],
    ]),
  ),
);
text = placeMarked(
  text,
  'kits',
  table(
    ['kit', 'vectors', 'verdict', 'pairs', 'steps', 'seconds of walking', 'seconds of a processor, with all tests'],
    kits.map(({ kit, vectors, verdict, pairs, steps, walking, processor }) => [
      ...[KITS.find(([path]) => path === `dist/${kit}.wasm`)?.[1] ?? kit, vectors, verdict],
      ...[count(pairs), count(steps), seconds(walking), seconds(processor)],
    ]),
  ),
);
writeWhole(DOCUMENT, text);
process.stdout.write(said);
