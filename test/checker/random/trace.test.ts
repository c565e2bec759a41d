import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { packTrace, parseTrace, printTrace, readTrace, unpackTrace } from '../../../checker/trace/codec.ts';
import { makeTrace, reduceTrace, replayTrace, type TraceSubject } from '../../../checker/trace/trace.ts';
import { acceptedMachine, RANDOM_EVENTS } from '../../setup/random-machine.ts';
import { share } from '../../setup/share.ts';

/** Machines with every kind of nesting, and runs through them. */
const RUNS = fc.record({
  seed: fc.integer({ min: 1, max: 10_000 }),
  path: fc.array(fc.integer({ min: 0, max: RANDOM_EVENTS.length - 1 }), { maxLength: 30, size: 'max' }),
  instance: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer())),
  verdict: fc.option(
    fc.record({
      property: fc.string({ unit: 'binary' }),
      result: fc.constantFrom('fails', 'holds', 'witness'),
      sentence: fc.string({ unit: 'binary' }),
      rules: fc.array(fc.string()),
    }),
    { nil: undefined },
  ),
});

test('a trace comes back from JSON, from a link, and from the machine, as it was', () => {
  let nested = 0;
  const property = fc.property(RUNS, ({ seed, path, instance, verdict }) => {
    const machine = acceptedMachine(seed);
    if (machine === undefined) return;
    const random: TraceSubject = { machine, events: RANDOM_EVENTS, instance };
    const middle = makeTrace(random, path);
    nested += Object.values(middle.start).includes('') ? 1 : 0;
    // What follows starts in the middle of the run before, so its start is a state of any shape.
    const end = { ...middle.start, ...Object.assign({}, ...middle.steps.map(({ changes }) => changes)) };
    const trace = { ...middle, start: end, steps: [], ...(verdict === undefined ? {} : { verdict }) };
    for (const each of [{ ...middle, ...(verdict && { verdict }) }, replayTrace(random, trace)]) {
      expect(parseTrace(printTrace(each))).toEqual(each);
      expect(replayTrace(random, parseTrace(printTrace(each)))).toEqual(each);
      const reduced = reduceTrace(random, each);
      const packed = packTrace(reduced);
      expect(packed).toMatch(/^[\w.-]+$/);
      expect(unpackTrace(packed)).toEqual(reduced);
      expect(replayTrace(random, readTrace(` ${packed}\n`))).toEqual(each);
    }
  });
  fc.assert(property, { numRuns: share(300), seed: 3 });
  expect(nested).toBeGreaterThan(share(50));
});
