/**
 * What a cause resembles: the pieces of the museum that show the same and break the same rule, and the bugs of real emulations that these are.
 *
 * `resemblance.json` says which signatures each piece shows, and so in which situations; `maskbit museum --pin` writes it anew. Which rules it breaks,
 * the piece says.
 */
import type { Cause } from '../judge/findings.ts';
import { MUSEUM, type Piece } from './index.ts';
import table from './resemblance.json' with { type: 'json' };

const shown = table as Readonly<Record<string, readonly string[]>>;

/**
 * What a cause resembles, the likeliest first, three at most, and a bug that a real emulation had among them: as the ends of sentences. A piece is like
 * it where it shows a finding of the cause in the same situation, and breaks the rule that the finding cites first; and where what both show is three tenths of
 * what either does. With less, pieces were named that break other rules.
 */
export function resemblances(cause: Cause): string[] {
  return resembled(cause).map(
    (piece) => `${piece.bug === undefined ? 'the museum piece' : `${piece.bug},`} ${piece.name}: ${piece.title}`,
  );
}

/** The same as pieces. */
export function resembled({ findings }: Cause): readonly Piece[] {
  const cited = new Map(findings.map(({ signature, rules }) => [signature, rules[0]]));
  const ranked = MUSEUM.flatMap((piece) => {
    const common = (shown[piece.name] ?? []).filter((signature) => cited.has(signature));
    const agrees = common.some((signature) => piece.rules.includes(cited.get(signature)!));
    // Of two pieces that show as much of it, the one that shows less beside it.
    const likeness = common.length / ((shown[piece.name] ?? []).length + cited.size - common.length);
    return agrees && likeness >= LEAST_LIKENESS ? [{ piece, likeness }] : [];
  });
  // Of two that are equally like it, the one that was real.
  const sorted = ranked.toSorted(
    (one, other) =>
      other.likeness - one.likeness || Number(one.piece.bug === undefined) - Number(other.piece.bug === undefined),
  );
  const first = sorted.slice(0, 3);
  const real = sorted.find(({ piece }) => piece.bug !== undefined);
  const told = real === undefined || first.includes(real) ? first : [...first.slice(0, 2), real];
  return told.map(({ piece }) => piece);
}

const LEAST_LIKENESS = 0.3;
