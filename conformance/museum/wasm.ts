/**
 * The museum in C: pieces by the places of their names in `museum.c`, chosen in the built module by changing one word of its data.
 */
import { type Finding } from '../judge/findings.ts';
import { wasmDevices, type WasmOptions } from '../device/wasm.ts';
import { prove } from '../prove/prove.ts';
import type { Piece } from './index.ts';
import { countsOf } from './show.ts';

/** What stands before the word that chooses a piece. */
const MARK = [0x00, 0xed, 0xc7, 0x5e];

/** The names of the pieces in the source, in order; the first is number 1. */
export function piecesIn(source: string): string[] {
  return [...source.matchAll(/^\tX\((\w+)\)/gm)].map(([, name]) => name.replaceAll('_', '-'));
}

/** The same module with another piece; 0 is none. @throws {RangeError} for a module that is not the museum. */
export function withPiece(bytes: Uint8Array, piece: number): Uint8Array {
  const at = bytes.findIndex((_, index) => MARK.every((byte, offset) => bytes[index + offset] === byte));
  if (at < 0) throw new RangeError('Got a module without pieces; expected one that was built from museum.c.');
  const changed = Uint8Array.from(bytes);
  new DataView(changed.buffer).setUint32(at + MARK.length, piece, true);
  return changed;
}

/** A piece, and what a proof found in it. */
export interface ProvenPiece {
  readonly piece: Piece;
  /** The finding that cites a rule that the piece breaks, with the shortest trace. */
  readonly finding: Finding | undefined;
  readonly pairs: number;
  readonly milliseconds: number;
}

/** Whether no shorter trace shows it: a walk of pairs ended there, or nothing can be left out of a single step. */
export const isShortest = (finding: Finding | undefined): boolean =>
  finding?.shortness === 'shortest' || (finding?.shortness === 'minimal' && finding.trace.length <= 1);

/** Proves one piece, as far as it can be: again with more time, where it was not found with a trace that is known to be the shortest. */
export async function provePiece(
  bytes: Uint8Array,
  names: readonly string[],
  piece: Piece,
  options: WasmOptions & { readonly seconds?: number } = {},
): Promise<ProvenPiece> {
  // Walks of thousands of vectors share what there is; all others end long before.
  const seconds = options.seconds ?? (countsOf(piece).length > 3 ? 60 : 15);
  const first = await proveOnce(bytes, names, piece, { ...options, seconds });
  return isShortest(first.finding) || options.seconds !== undefined
    ? first
    : proveOnce(bytes, names, piece, { ...options, seconds: 4 * seconds });
}

async function proveOnce(
  bytes: Uint8Array,
  names: readonly string[],
  piece: Piece,
  options: WasmOptions & { readonly seconds: number },
): Promise<ProvenPiece> {
  const began = performance.now();
  const create = wasmDevices(withPiece(bytes, names.indexOf(piece.name) + 1), options);
  const { report, walks } = await prove(create, {
    learn: true,
    vectorCounts: countsOf(piece),
    seconds: options.seconds,
    tests: 0,
    explains: false,
    sampling: 0.2,
  });
  const all = report.causes
    .flatMap(({ findings }) => findings)
    .toSorted((one, other) => one.trace.length - other.trace.length);
  return {
    piece,
    finding: all.find(({ rules }) => rules.some((rule) => piece.rules.includes(rule))),
    pairs: walks.reduce((sum, { pairs }) => sum + pairs, 0),
    milliseconds: performance.now() - began,
  };
}

/** The pieces that are wrong about use and release: they are built with `-DTELLING`. */
export const isTelling = (piece: Piece): boolean => piece.rules.includes('MSIX-NOTIFY-1');
