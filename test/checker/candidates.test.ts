/**
 * The candidates of a state: every event that it takes is among them.
 */
import { expect, test } from 'vitest';
import { Candidates, everyEvent } from '../../checker/compile/candidates.ts';
import { compile } from '../../checker/compile/compile.ts';
import type { CompiledMachine } from '../../checker/compile/format.ts';
import { explore } from '../../checker/explore/explore.ts';
import { REVIEWED } from '../../machines/designs.ts';
import { functionEvents } from '../../machines/alphabet.ts';
import { createFunction } from '../../machines/function.ts';
import { THREE, TWO } from '../../machines/messages.ts';
import { AssignedInstance } from '../../properties/assigned/decide.ts';
import { acceptedMachine } from '../setup/random-machine.ts';

/** How many events are taken, candidates, and tried, in all states; undefined where one is taken that is no candidate. */
function countCandidates(compiled: CompiledMachine) {
  const exploration = explore(compiled);
  const candidates = new Candidates(compiled);
  const counts = { taken: 0, candidates: 0, tried: 0 };
  for (let state = 0; state < exploration.states.count; state++) {
    const set = candidates.of(exploration.states.words, state * compiled.wordCount);
    for (let event = 0; event < compiled.events.length; event++) {
      const isCandidate = (set[event >>> 5] & (1 << (event & 31))) !== 0;
      const isTaken = exploration.taken(state, event);
      if (isTaken && !isCandidate) return undefined;
      counts.taken += Number(isTaken);
      counts.candidates += Number(isCandidate);
      counts.tried++;
    }
  }
  return counts;
}

test('every event that is taken is a candidate, and few others of an assigned device are', () => {
  const ofFunction = compile(createFunction({ vectors: 3, messages: THREE }), functionEvents(3, THREE));
  const { compiled } = new AssignedInstance({ design: REVIEWED, vectors: 1, messages: TWO, vcpus: 2 }).explore();
  expect(countCandidates(ofFunction)).toEqual({ taken: 136943, candidates: 165213, tried: 222534 });
  expect(countCandidates(compiled)).toEqual({ taken: 313948, candidates: 317516, tried: 1318400 });
});

test('so it is of random machines', () => {
  let [left, out] = [0, 0];
  for (let seed = 0; seed < 400; seed++) {
    const machine = acceptedMachine(seed);
    if (machine === undefined) continue;
    const counts = countCandidates(compile(machine));
    expect(counts, `seed ${seed}`).toBeDefined();
    left += counts!.candidates;
    out += counts!.tried - counts!.candidates;
  }
  expect(left).toBeGreaterThan(500);
  expect(out).toBeGreaterThan(500);
});

test('with many events a set has several words, the last with the bits of the events that are left', () => {
  expect([0, 1, 31, 32, 33, 64].map((count) => [...everyEvent(count)])).toEqual([
    [],
    [1],
    [2 ** 31 - 1],
    [-1],
    [-1, 1],
    [-1, -1],
  ]);
});
