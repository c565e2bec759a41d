/**
 * Which vectors of a log are drawn, in words. The machine of the page numbers them from 0 without gaps, so a number in the picture may be
 * another in the log: then both are said, each with whose it is.
 */
import type { LogStory } from '../../conformance/replay/trace.ts';

/** Tells which vectors are drawn, and which number each has in the picture. */
export function tellVectors({
  vectors,
  vectorCount,
  vectorsLeftOut,
}: Pick<LogStory, 'vectors' | 'vectorCount' | 'vectorsLeftOut'>): string {
  if (vectors.length === vectorCount)
    return vectorCount === 1 ? 'its only vector' : `all of its ${vectorCount} vectors`;
  const more = vectorsLeftOut === 0 ? 'the guest uses no others' : `${vectorsLeftOut} more are used and not drawn`;
  return `${listed(vectors)} of ${vectorCount}; ${more}${renumbered(vectors)}`;
}

/** Which vector of the log one of the picture is, in words; undefined where it has the same number, or there is no log. */
export function tellOwn(log: Pick<LogStory, 'vectors'> | undefined, vector: number): string | undefined {
  const own = log?.vectors[vector];
  return own === undefined || own === vector ? undefined : `${own} in the log`;
}

function listed(vectors: readonly number[]): string {
  if (vectors.length === 1) return `vector ${vectors[0]}`;
  const isRun = vectors.every((vector, place) => vector === vectors[0] + place);
  if (isRun) return `vectors ${vectors[0]} to ${vectors.at(-1)}`;
  return `vectors ${vectors.slice(0, -1).join(', ')} and ${vectors.at(-1)}`;
}

function renumbered(vectors: readonly number[]): string {
  const moved = vectors.flatMap((vector, place) =>
    vector === place ? [] : [`vector ${place} is ${vector} in the log`],
  );
  return moved.length === 0 ? '' : `. In the picture, ${moved.join(', ')}`;
}
