/**
 * Builds the museum in C, and proves every piece: `npm run museum:wasm`, or with -- and names, some of them. With --blow-ups, what makes states grow is
 * compiled in and left out again; nothing may be hidden by that.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MUSEUM } from '../conformance/museum/index.ts';
import { isTelling, piecesIn, provePiece } from '../conformance/museum/wasm.ts';

const KIT = 'examples/kits/wasm';
const words = process.argv.slice(2);
const blowsUp = words.includes('--blow-ups');
const wanted = words.filter((word) => !word.startsWith('--'));
const IGNORED = blowsUp ? ['event_counter', 'log_buffer', 'statistics', 'clock_ticks', 'last_event'] : [];
const folder = mkdtempSync(join(tmpdir(), 'maskbit-museum-'));

function build(...flags: string[]): Uint8Array {
  const out = join(folder, 'museum.wasm');
  const { status, stderr, error } = spawnSync(
    'clang',
    [
      ...['--target=wasm32-unknown-unknown', '-O2', '-nostdlib', '-Wl,--no-entry', '-Wl,--emit-relocs'],
      ...['-Wl,--export=__data_end', '-Wl,--export=__heap_base', ...(blowsUp ? ['-DBLOW_UP=7'] : []), ...flags],
      ...['-o', out, `${KIT}/museum.c`, `${KIT}/shims/libc.c`],
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`Got status ${status} from clang; expected 0. ${error?.message ?? stderr}`);
  return readFileSync(out);
}

const names = piecesIn(readFileSync(`${KIT}/museum.c`, 'utf8'));
const [silent, telling] = [build(), build('-DTELLING')];
rmSync(folder, { recursive: true });
const pieces = MUSEUM.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
console.log('| piece | rule | trace | pairs | seconds |\n|---|---|---|---|---|');
const missed: string[] = [];
for (const piece of pieces) {
  const { finding, pairs, milliseconds } = await provePiece(isTelling(piece) ? telling : silent, names, piece, {
    ignore: IGNORED,
  });
  if (finding === undefined) missed.push(piece.name);
  const trace =
    finding === undefined ? 'not found' : finding.trace.length === 0 ? 'a fresh instance' : finding.trace.join(', ');
  console.log(
    `| ${piece.name} | ${finding?.rules[0] ?? ''} | ${trace} | ${pairs} | ${(milliseconds / 1000).toFixed(1)} |`,
  );
}
console.log(
  `\n${pieces.length - missed.length} of ${pieces.length} pieces were found${missed.length === 0 ? '.' : `; not ${missed.join(', ')}.`}`,
);
process.exitCode = missed.length === 0 ? 0 : 1;
