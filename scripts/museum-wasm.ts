/**
 * Builds the museum in C, proves every piece, and writes what came of it into docs/prove-museum.md: `npm run museum:wasm`. With --blow-ups, what
 * makes states grow is compiled in and left out again: each cause by itself, and then all of them in every piece; nothing may be hidden by that.
 * With names (or `causes`), only those are proven again, and the other rows stay.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeWhole } from '../cli/whole.ts';
import { wasmDevices, type WasmOptions } from '../conformance/device/wasm.ts';
import { profileNamed } from '../conformance/judge/profile.ts';
import { MUSEUM } from '../conformance/museum/index.ts';
import { isShortest, isTelling, piecesIn, provePiece } from '../conformance/museum/wasm.ts';
import { proposalsOf, prove, type Proof, tellGrowths } from '../conformance/prove/index.ts';
import { placeMarked } from './marked.ts';

const KIT = 'examples/kits/wasm';
const DOCUMENT = 'docs/prove-museum.md';
const words = process.argv.slice(2);
const blowsUp = words.includes('--blow-ups');
const wanted = words.filter((word) => !word.startsWith('--'));
const tell = (text: string): void => void process.stderr.write(`${text}\n`);
const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const place = (name: string, content: string): void =>
  writeWhole(DOCUMENT, placeMarked(readFileSync(DOCUMENT, 'utf8'), name, content));

function build(...flags: string[]): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'maskbit-museum-'));
  try {
    const out = join(folder, 'museum.wasm');
    const { status, stderr, error } = spawnSync(
      'clang',
      [
        ...['--target=wasm32-unknown-unknown', '-O2', '-nostdlib', '-Wl,--no-entry', '-Wl,--emit-relocs'],
        ...['-Wl,--export=__data_end', '-Wl,--export=__heap_base', ...flags],
        ...['-o', out, `${KIT}/museum.c`, `${KIT}/shims/libc.c`],
      ],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`Got status ${status} from clang; expected 0. ${error?.message ?? stderr}`);
    return readFileSync(out);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** One vector of the museum's right device. */
const proveRight = (bytes: Uint8Array, options: WasmOptions = {}, states = 1500): Promise<Proof> =>
  prove(wasmDevices(bytes, options), {
    profile: profileNamed('pcie'),
    vectorCounts: [1],
    scenes: ['one vector'],
    states,
  });

/** Each cause: how it was told, and what its cure came to. */
async function causes(): Promise<string> {
  const all: readonly [name: string, flags: readonly string[], before?: WasmOptions, cured?: readonly string[]][] = [
    ['event counter', ['-DBLOW_UP=1']],
    ['log buffer', ['-DBLOW_UP=2']],
    ['statistics', ['-DBLOW_UP=3']],
    ['time stamp', ['-DBLOW_UP=4']],
    ['dead stack', ['-DBLOW_UP=5'], { keepStack: true }],
    ['freed heap', ['-DBLOW_UP=6', '-DMASKBIT_KEEPS_FREED'], {}, ['-DBLOW_UP=6']],
  ];
  const rows: string[] = [];
  for (const [name, flags, before = {}, curedFlags = flags] of all) {
    tell(name);
    const bytes = build(...flags);
    const grown = await proveRight(bytes, before);
    const growths = grown.walks[0].growths!;
    const ignore = name === 'dead stack' || name === 'freed heap' ? [] : proposalsOf(growths);
    const cured = await proveRight(build(...curedFlags), { ignore }, 1_000_000);
    const cure =
      ignore.length > 0
        ? `\`--ignore ${ignore.join(',')}\``
        : name === 'freed heap'
          ? 'the allocator of the shims'
          : 'left out by itself';
    const pairs = `${grown.walks[0].pairs}${grown.walks[0].isComplete ? '' : ' and more'}`;
    const said = tellGrowths(growths)
      .slice(1)
      .map((each) => each.trim());
    rows.push(line([name, pairs, said.join('<br>'), cure, `${cured.verdict}, ${cured.walks[0].pairs} pairs`]));
    if (cured.verdict !== 'proven') throw new Error(`Got ${cured.verdict} of the ${name}, cured; expected proven.`);
  }
  const head = ['cause', 'pairs', 'what the report says', 'cure', 'with the cure'];
  return [line(head), line(head.map(() => '---')), ...rows].join('\n');
}

/** The rows that the document has. */
function rowsOf(name: string): Map<string, string> {
  const text = readFileSync(DOCUMENT, 'utf8');
  const part = text.slice(text.indexOf(`<!-- ${name}: begin`), text.indexOf(`<!-- ${name}: end`));
  return new Map([...part.matchAll(/^\| `([\w-]+)` \|.*$/gm)].map((found) => [found[1], found[0]]));
}

const flags = blowsUp ? ['-DBLOW_UP=7'] : [];
const names = piecesIn(readFileSync(`${KIT}/museum.c`, 'utf8'));
const [silent, telling] = [build(...flags), build(...flags, '-DTELLING')];
if (blowsUp && (wanted.length === 0 || wanted.includes('causes'))) place('causes', await causes());
// The proposals are those of the right device.
const ignore = blowsUp ? proposalsOf((await proveRight(silent)).walks[0].growths!) : [];
if (blowsUp) tell(`Leaves out ${ignore.join(', ')}.`);
const table = blowsUp ? 'blow-ups' : 'pieces';
const rows = rowsOf(table);
const notFound: string[] = [];
for (const piece of MUSEUM.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const bytes = isTelling(piece) ? telling : silent;
  const { finding, pairs, milliseconds } = await provePiece(bytes, names, piece, { ignore });
  if (!isShortest(finding)) notFound.push(piece.name);
  const trace =
    finding === undefined ? 'not found' : finding.trace.length === 0 ? 'a fresh instance' : finding.trace.join(', ');
  const row = line([
    `\`${piece.name}\``,
    finding?.rules[0] ?? '',
    finding === undefined ? '' : `${finding.trace.length}${isShortest(finding) ? '' : ', perhaps not the shortest'}`,
    `\`${trace}\``,
    pairs,
  ]);
  rows.set(piece.name, row);
  tell(`${row} ${(milliseconds / 1000).toFixed(1)} s`);
  const head = ['wrong device', 'rule', 'steps', 'trace', 'pairs'];
  const own = MUSEUM.flatMap(({ name }) => rows.get(name) ?? []);
  place(
    table,
    [`${own.length} of ${MUSEUM.length} pieces.`, '', line(head), line(head.map(() => '---')), ...own].join('\n'),
  );
}
tell(
  notFound.length === 0
    ? 'Each was found, with the shortest trace.'
    : `Not found with the shortest trace: ${notFound.join(', ')}.`,
);
process.exitCode = notFound.length === 0 ? 0 : 1;
