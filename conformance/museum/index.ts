/**
 * The museum: wrong devices, each wrong in one way, by the bugs that real emulations have had and by kinds beyond them.
 */
import { ACCESS } from './pieces/access.ts';
import { CONSTANTS } from './pieces/constants.ts';
import { ENABLE } from './pieces/enable.ts';
import { HISTORY } from './pieces/history.ts';
import { MASKING } from './pieces/masking.ts';
import { MESSAGE } from './pieces/message.ts';
import { NOTIFY } from './pieces/notify.ts';
import { PENDING } from './pieces/pending.ts';
import { VECTORS } from './pieces/vectors.ts';
import type { Piece } from './piece.ts';

export type { Piece } from './piece.ts';
export { PlainDevice } from './plain.ts';

/** Every piece. */
export const MUSEUM: readonly Piece[] = [
  ...MASKING,
  ...PENDING,
  ...MESSAGE,
  ...ENABLE,
  ...ACCESS,
  ...CONSTANTS,
  ...VECTORS,
  ...HISTORY,
  ...NOTIFY,
];

/** Finds a piece. @throws {RangeError} when there is none of that name. */
export function pieceNamed(name: string): Piece {
  const piece = MUSEUM.find((each) => each.name === name);
  if (piece !== undefined) return piece;
  throw new RangeError(`Got the piece ${name}; expected one of the ${MUSEUM.length} that maskbit museum lists.`);
}
