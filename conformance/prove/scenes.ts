/**
 * The scenes of a proof: which vectors are acted upon, of how many. Up to four vectors, all of them are; of more, one vector is, or the two on either
 * side of a word of the Pending Bit Array, while the others rest.
 */
import { SMALL } from '../../machines/permitted/index.ts';
import type { Ability } from '../device/device.ts';
import { type Scene, scenesOf } from '../judge/scenes.ts';

/** More vectors than this are not all acted upon. */
export const ALL_VECTORS = 4;

/** The scenes for instances with these numbers of vectors. */
export function provingScenes(
  counts: readonly number[],
  abilities: ReadonlySet<Ability>,
  widths = false,
): readonly Scene[] {
  const scenes = counts.flatMap((vectorCount): readonly Scene[] => {
    if (vectorCount > ALL_VECTORS) return sparseScenes(vectorCount);
    // Each number is proven by the scenes that ask most of it.
    const own = scenesOf({ vectorCounts: [vectorCount], abilities }).filter(
      (scene) =>
        scene.isSmall && scene.vectors.length === Math.min(3, vectorCount) && scene.name !== 'two vectors alike',
    );
    if (vectorCount < ALL_VECTORS) return own;
    return own.map((scene) => ({
      ...scene,
      name: 'four vectors',
      asks: 'what three vectors do not show',
      vectors: [0, 1, 2, 3],
    }));
  });
  return scenes.map((scene) =>
    scene.vectors.length > 2 && widths ? { ...scene, name: `${scene.name}, all widths`, widths: true } : scene,
  );
}

/** Where words begin, and where a number of so many bits has its end. */
const EDGES = [32, 64, 128, 256, 512, 1024];

/** One vector, and pairs of vectors at the edges of words, of many. */
function sparseScenes(vectorCount: number): Scene[] {
  const last = vectorCount - 1;
  const edges = EDGES.filter((edge) => edge < vectorCount).map((edge) => [edge - 1, edge]);
  const vectors = [[0], [last], ...edges, [0, last], [Math.floor(last / 2), last]];
  const unique = new Map(vectors.map((each) => [each.join(), each]));
  return [...unique.values()].map((each) => ({
    name: `${each.length === 1 ? 'vector' : 'vectors'} ${each.join(' and ')} of ${vectorCount}`,
    asks: 'words of the Pending Bit Array and the last entry, while other vectors rest',
    vectorCount,
    vectors: each,
    messages: SMALL,
    widths: each.length === 1,
    reads: true,
    reserved: false,
    narrow: false,
    pbaWrites: false,
    isSmall: true,
    isWalked: true,
  }));
}
