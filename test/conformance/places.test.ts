import { describe, expect, test } from 'vitest';
import { createInProcessDevice } from '../../conformance/device/in-process.ts';
import { makeTours, pairsOf, PLACE_COUNTS, walkPlace, walkPlaces } from '../../conformance/paths/places.ts';
import { MsixFunction, SIGNAL_HELD, SIGNAL_SENT } from '../../src/index.ts';

const tours = makeTours();

describe('places among many vectors', () => {
  test('a vector goes through every transition, and a pair through every state', () => {
    const { one, two, neighbours } = tours;
    expect([one, two, neighbours].map(({ steps }) => steps.length)).toEqual([440, 264, 544]);
  });

  test.each([
    // vectors   pairs in words and across their ends, and with up to 10,000 others
    [1, 0, 0],
    [2, 1, 1],
    [31, 465, 465],
    [32, 496, 496],
    [33, 497, 528],
    [64, 993, 2016],
    [65, 994, 2080],
    [2048, 31_807, 41_807],
  ])(
    'of %i vectors there are %i pairs in words and across their ends, %i with others, each once',
    (vectors, count, all) => {
      expect([...pairsOf(vectors, 0)]).toHaveLength(count);
      const pairs = [...pairsOf(vectors, 10_000)];
      expect(pairs).toHaveLength(all);
      expect(new Set(pairs.map((pair) => pair.join())).size).toBe(all);
      expect(pairs.every(([first, second]) => 0 <= first && first < second && second < vectors)).toBe(true);
    },
  );

  //= MSIX-MASK-4 type=test
  test.each(PLACE_COUNTS)(
    'of %i vectors the implementation does as the machine, and nothing shows elsewhere',
    (vectors) => {
      const { singles, pairs } = walkPlaces(createInProcessDevice(vectors), tours, { sample: 4 });
      expect([singles, pairs]).toEqual([Math.min(4, vectors), Math.min(4, (vectors * (vectors - 1)) / 2)]);
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
      for (const place of [0, 31, 62, vector]) walkPlace(device, tours.one, [place]);
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
    for (let vector = 0; vector < 65; vector++) walkPlace(device, tours.one, [vector]);
    expect(() => {
      for (const pair of pairsOf(65, 0)) if (pair[0] > 28) walkPlace(device, tours.two, pair);
    }).toThrow(/with 65 vectors, at vector 31 and 32, step \d+, device.retire/);
  });

  // Each does what it must, and something to another vector. What shows elsewhere is gone after a reset; what shows in pairs, only where one of them does something
  // while the other one is in one of a few states.
  const at = (m: MsixFunction, vector: number): boolean => vector < m.vectorCount;
  class Spilling extends MsixFunction {
    override signal(vector: number) {
      if (vector === 0 && this.enabled && this.functionMask && at(this, 40)) super.tableWrite(16 * 40 + 8, 4, 0x5a);
      return super.signal(vector);
    }
  }
  class Clearing extends MsixFunction {
    override retire(vector: number) {
      if (vector === 32) super.retire(31);
      return super.retire(vector);
    }
  }
  class Swallowing extends MsixFunction {
    override signal(vector: number) {
      const outcome = super.signal(vector);
      if (vector === 31 && outcome === SIGNAL_SENT && at(this, 32)) super.retire(32);
      return outcome;
    }
  }
  class Mixing extends MsixFunction {
    override tableWrite(offset: number, bytes: number, low: number, high?: number) {
      const outcome = super.tableWrite(offset, bytes, low, high);
      // The message in force of vector 32 is no longer what it was, and its entry is.
      if (offset === 16 * 31 && at(this, 32) && this['has'](this['entryChanged'], 32))
        this['memory'][this['shadow'] + 3 * 32] ^= 4;
      return outcome;
    }
  }
  class Throwing extends MsixFunction {
    override signal(vector: number) {
      if (vector === 32) throw new Error('No more.');
      return super.signal(vector);
    }
  }
  test.each([
    [
      'a signal under Function Mask writes an entry elsewhere',
      Spilling,
      [0],
      /^Spilling with 65 vectors, at vector 0, step \d+, device\.signal\.0: Message Data of vector 40 reads 90, of a vector to which nothing is done; expected 0\. \[MSIX-MASK-4\]\n/,
    ],
    [
      'a retirement clears the Pending bit before it, across words',
      Clearing,
      [31, 32],
      /^Clearing with 65 vectors, at vector 31 and 32, step \d+, device\.retire\.1: dword 0 of the Pending Bit Array reads 0; expected 2147483648\.\n {2}Rule: .*\[MSIX-PEND-3\]/,
    ],
    [
      'a message that leaves clears the Pending bit behind it',
      Swallowing,
      [31, 32],
      /at vector 31 and 32, step \d+, device\.signal\.0: dword 1 of the Pending Bit Array reads 0; expected 1\./,
    ],
    [
      'a write changes the message in force of another vector',
      Mixing,
      [31, 32],
      /at vector 31 and 32, step \d+, device\.signal\.1: got the outputs send 32 4 0 0; expected send 32 0 0 0\./,
    ],
    [
      'an event throws',
      Throwing,
      [32],
      /at vector 32, step \d+, device\.signal\.0: it threw Error: No more\.; expected an answer\./,
    ],
  ])('%s', (_, Implementation, place, told) => {
    const device = createInProcessDevice(65, { Implementation });
    const walk = (): void => walkPlace(device, place.length === 1 ? tours.one : tours.neighbours, place);
    expect(walk).toThrow(told);
    expect(walk).toThrow(/\n {2}The tour so far: guest\./);
  });

  test('a fault between two that are no neighbours shows among few, on the way of neighbours', () => {
    class Far extends MsixFunction {
      override tableWrite(offset: number, bytes: number, low: number, high?: number) {
        const outcome = super.tableWrite(offset, bytes, low, high);
        if (offset === 16 * 3 && this['has'](this['entryChanged'], 20)) this['memory'][this['shadow'] + 3 * 20] ^= 4;
        return outcome;
      }
    }
    const device = createInProcessDevice(33, { Implementation: Far });
    expect(() => walkPlace(device, tours.two, [3, 20])).not.toThrow();
    expect(() => walkPlaces(device, tours)).toThrow(/at vector 3 and 20, step \d+, .*expected send 20 /);
  });

  test('an implementation that notifies nobody is walked, too, and told where it differs', () => {
    const walk = (Implementation: typeof MsixFunction) =>
      walkPlaces(createInProcessDevice(33, { notifies: false, Implementation }), tours, { sample: 4 });
    expect(walk(MsixFunction)).toMatchObject({ singles: 4, pairs: 4 });
    expect(() => walk(confusing(32, 31))).toThrow(
      /without notifiers with 33 vectors, at vector 32, step \d+, device\.signal\.0: /,
    );
  });
});
