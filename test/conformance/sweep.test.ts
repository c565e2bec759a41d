/**
 * Nothing that is right is accused: a part of `npm run sweep` that takes seconds, with each kind of combination that once did accuse.
 */
import { describe, expect, test } from 'vitest';
import { STRATEGY_NAMES, TEST_FORMATS } from '../../conformance/generate/names.ts';
import { lawfulPieces } from '../../conformance/museum/lawful.ts';
import { GENERATED, REMOTE_STRATEGIES, sweepDevice, sweepTests } from '../../scripts/sweep.ts';

const generated = (name: string) => GENERATED.find((each) => each.name === name)!;

describe('lawful devices of every profile', () => {
  // A QWORD wrote again what a guest took an entry to hold, though a write to it while it was open had been dropped.
  test.each(TEST_FORMATS)('pass the tour of a function, as %s', async (format) => {
    const { wrong, done } = await sweepTests(generated('function, 1 vectors'), 'tour', format, 1);
    expect([wrong, done]).toEqual([[], '1 tests, 105 right systems']);
  });
});

describe('XState itself', () => {
  test.each([
    ['ownership', STRATEGY_NAMES],
    ['vector-page', ['states', 'tour', 'simple', 'complete']],
  ] as const)('passes the tests of %s by %j', async (machine, strategies) => {
    for (const strategy of strategies) {
      for (const format of TEST_FORMATS) {
        const { of, wrong, done } = await sweepTests(generated(machine), strategy, format, 20);
        expect([of, wrong]).toEqual([of, []]);
        // What cannot be made is refused in a sentence.
        expect(done).toMatch(/^(\d+ tests, 1 right systems$|refused: Got )/);
      }
    }
  });
});

describe('a lawful device behind the port that answers later', () => {
  test.each(['narrowWrites-performed', 'openWrites-dropped', 'combination-4'])('is not accused: %s', async (name) => {
    const piece = lawfulPieces(10, 1).find((each) => each.name === name)!;
    for (const strategy of [REMOTE_STRATEGIES[0], 'random walks']) {
      const { wrong, done } = await sweepDevice(piece, 0.3, strategy);
      expect(wrong).toEqual([]);
      expect(Number(done.split(' ')[0].replaceAll(',', ''))).toBeGreaterThan(100);
    }
  });
});
