import { describe, expect, test } from 'vitest';
import { createInProcessDevice } from '../../conformance/device/in-process.ts';
import { makeTour, pairsOf, PLACE_COUNTS, walkPlace, walkPlaces } from '../../conformance/paths/places.ts';
import { MsixFunction, SIGNAL_HELD } from '../../src/index.ts';

const tours = [makeTour(1), makeTour(2)] as const;

describe('places among many vectors', () => {
  test('a vector goes through every transition, and a pair through every state', () => {
    expect(tours.map(({ steps }) => steps.length)).toEqual([440, 264]);
  });

  test.each([
    // vectors   pairs in words and across their ends
    [1, 0],
    [2, 1],
    [31, 465],
    [32, 496],
    [33, 497],
    [64, 993],
    [65, 994],
    [2048, 31_807],
  ])('of %i vectors there are %i pairs', (vectors, count) => {
    const pairs = [...pairsOf(vectors, 0)];
    expect(pairs).toHaveLength(count);
    expect(new Set(pairs.map((pair) => pair.join())).size).toBe(count);
    expect([...pairsOf(vectors, 5)]).toHaveLength(vectors < 2 ? 0 : count + 5);
  });

  //= MSIX-MASK-4 type=test
  test.each(PLACE_COUNTS)(
    'of %i vectors the implementation does as the machine, and nothing shows elsewhere',
    (vectors) => {
      const { singles, pairs } = walkPlaces(createInProcessDevice(vectors), tours, { sample: 4 });
      expect([singles, pairs]).toEqual([Math.min(4, vectors), vectors < 2 ? 0 : 4]);
    },
  );

  test('every vector of 33, and two hundred pairs', () => {
    expect(walkPlaces(createInProcessDevice(33), tours, { sample: 200 })).toMatchObject({ singles: 33, pairs: 200 });
  });
});

describe('a fault is found where only', () => {
  /** An implementation whose events of one vector are those of another. */
  const confusing = (from: number, to: number) =>
    class Confusing extends MsixFunction {
      override signal(vector: number) {
        return super.signal(vector === from ? to : vector);
      }
    };

  test.each([[2047], [1024], [63]])('vector %i is wrong', (vector) => {
    const device = createInProcessDevice(2048, { Implementation: confusing(vector, vector - 1) });
    expect(() => {
      for (const place of [0, 31, 62, vector]) walkPlace(device, tours[0], [place]);
    }).toThrow(new RegExp(`with 2048 vectors, at vector ${vector}, step \\d+, device.signal.0: `));
  });

  test('two neighbours across the end of a word are confused, when both wait', () => {
    class Sharing extends MsixFunction {
      private readonly waits = new Set<number>();
      override signal(vector: number) {
        const outcome = super.signal(vector);
        if (outcome === SIGNAL_HELD) this.waits.add(vector);
        return outcome;
      }
      override retire(vector: number) {
        const isShared = (vector === 31 && this.waits.has(32)) || (vector === 32 && this.waits.has(31));
        this.waits.delete(vector);
        if (isShared) super.retire(63 - vector);
        return super.retire(vector);
      }
    }
    const device = createInProcessDevice(65, { Implementation: Sharing });
    for (let vector = 0; vector < 65; vector++) walkPlace(device, tours[0], [vector]);
    expect(() => {
      for (const pair of pairsOf(65, 0)) if (pair[0] > 28) walkPlace(device, tours[1], pair);
    }).toThrow(/with 65 vectors, at vector 31 and 32, step \d+, device.retire/);
  });
});
