/**
 * The hammer of `bench/hammer.ts`, with a part of its ten million accesses, and with faults for it to find.
 */
import { describe, expect, test } from 'vitest';
import { hammer, VECTOR_COUNTS } from '../../bench/hammer.ts';
import { MsixFunction, type MsixFunctionOptions, type SignalOutcome, type WriteOutcome } from '../../src/index.ts';

const SEED = 20_101_020;

describe('random accesses of every kind', () => {
  /** What the seed makes of 50,000 accesses to each number of vectors. */
  const PINNED: Record<(typeof VECTOR_COUNTS)[number], object> = {
    1: { refused: 23_385, sent: 1_818, held: 4_757, edges: 1_856, resets: 9, comparisons: 3_126 },
    2: { refused: 23_313, sent: 2_001, held: 4_763, edges: 1_863, resets: 9, comparisons: 3_126 },
    5: { refused: 23_201, sent: 2_438, held: 4_778, edges: 1_873, resets: 9, comparisons: 3_126 },
    64: { refused: 22_956, sent: 2_769, held: 5_150, edges: 1_882, resets: 9, comparisons: 392 },
    65: { refused: 22_948, sent: 2_637, held: 5_249, edges: 1_899, resets: 9, comparisons: 386 },
    2048: { refused: 22_841, sent: 444, held: 6_329, edges: 1_906, resets: 9, comparisons: 14 },
  };

  //= MSIX-ACCESS-1, MSIX-ACCESS-2, MSIX-ACCESS-6, MSIX-MASK-4 type=test
  test.each(VECTOR_COUNTS)(
    'to %i vectors: none throws, or has an effect but its own [MSIX-ACCESS-2]',
    (vectorCount) => {
      expect(hammer({ vectorCount, seed: SEED, accesses: 50_000 })).toEqual(PINNED[vectorCount]);
    },
  );
});

describe('the hammer finds a function that', () => {
  /** One write in a hundred goes to the entry behind as well. */
  class WritesTwice extends MsixFunction {
    private writes = 0;

    override tableWrite(offset: number, bytes: number, low: number, high = 0): WriteOutcome {
      const outcome = super.tableWrite(offset, bytes, low, high);
      if (outcome === 0 && ++this.writes % 100 === 0 && offset + 16 < this.tableBytes) {
        super.tableWrite(offset + 16, bytes, low, high);
      }
      return outcome;
    }
  }

  class RoundsOffsetsDown extends MsixFunction {
    override tableWrite(offset: number, bytes: number, low: number, high = 0): WriteOutcome {
      return super.tableWrite(offset - (offset % 4), bytes, low, high);
    }
  }

  class WrapsVectors extends MsixFunction {
    override signal(vector: number): SignalOutcome {
      return super.signal(vector % this.vectorCount);
    }
  }

  class RetiresPairs extends MsixFunction {
    override retire(vector: number): boolean {
      if (vector + 1 < this.vectorCount) super.retire(vector + 1);
      return super.retire(vector);
    }
  }

  class KeepsEnableOverReset extends MsixFunction {
    override reset(): void {
      const { messageControl } = this;
      super.reset();
      this.configWrite(2, 2, messageControl);
    }
  }

  class SendsTornMessages extends MsixFunction {
    constructor(options: MsixFunctionOptions) {
      super({
        ...options,
        send: (low, high, _data, vector) => options.send(low, high, this.tableRead(16 * vector + 8, 4), vector),
      });
    }
  }

  class LosesEvents extends MsixFunction {
    private events = 0;

    override signal(vector: number): SignalOutcome {
      return ++this.events % 1000 === 0 ? 0 : super.signal(vector);
    }
  }

  const FAULTS: [what: string, Class: typeof MsixFunction, sentence: RegExp][] = [
    ['writes another entry', WritesTwice, /dword \d+ of the table is \d+; expected \d+\.$/],
    ['rounds offsets down', RoundsOffsetsDown, /tableWrite\(.*the outcome is 0; expected 2\.$/],
    [
      'wraps vector numbers',
      WrapsVectors,
      /signal\(.*(the outcome is \d; expected 2|got the message [\d,]+; expected none)\.$/,
    ],
    ['retires another vector', RetiresPairs, /Pending bit \d+ is 0; expected 1\.$|expected 0\.$/],
    ['stays enabled over reset', KeepsEnableOverReset, /Message Control is \d+; expected \d+\.$/],
    ['sends torn messages', SendsTornMessages, /got the message [\d,]+; expected [\d,]+\.$/],
    ['loses an event', LosesEvents, /the outcome is 0; expected [12]\.$|got no message; expected [\d,]+\.$/],
  ];

  test.each(FAULTS)('%s', (_, Class, sentence) => {
    const strike = (): unknown => hammer({ vectorCount: 5, seed: SEED, accesses: 50_000, Class });
    expect(strike).toThrow(/^Access \d+ of seed 20101020 with 5 vectors, \w+\(.*\): /);
    expect(strike).toThrow(sentence);
  });
});
