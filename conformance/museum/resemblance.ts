/**
 * What a cause resembles: the pieces of the museum that show the same, and the bugs of real emulations that these are.
 *
 * `resemblance.json` says which signatures each piece shows; `maskbit museum --pin` writes it anew.
 */
import type { Cause } from '../judge/findings.ts';
import { MUSEUM } from './index.ts';
import table from './resemblance.json' with { type: 'json' };

const shown = table as Readonly<Record<string, readonly string[]>>;

/** What a cause resembles, the likeliest first, three at most, and a bug that a real emulation had among them: as the ends of sentences. */
export function resemblances({ findings }: Cause): string[] {
  const signatures = new Set(findings.map(({ signature }) => signature));
  const ranked = MUSEUM.flatMap((piece) => {
    const own = shown[piece.name] ?? [];
    const common = own.filter((signature) => signatures.has(signature)).length;
    // Of two pieces that show as much of it, the one that shows less beside it.
    return common === 0 ? [] : [{ piece, likeness: common / (own.length + signatures.size - common) }];
  });
  // Of two that are equally like it, the one that was real.
  const sorted = ranked.toSorted(
    (one, other) =>
      other.likeness - one.likeness || Number(one.piece.bug === undefined) - Number(other.piece.bug === undefined),
  );
  const first = sorted.slice(0, 3);
  const real = sorted.find(({ piece }) => piece.bug !== undefined);
  const told = real === undefined || first.includes(real) ? first : [...first.slice(0, 2), real];
  return told.map(
    ({ piece }) => `${piece.bug === undefined ? 'the museum piece' : `${piece.bug},`} ${piece.name}: ${piece.title}`,
  );
}
