import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commandRuns, projectionRuns, restoreRuns, sizeRuns } from '../properties/commands.ts';
import { Judge, RestoreBisimRuns, SizeEquivalenceRuns, type Witnesses } from '../properties/implementation.ts';
import { ProjectionRuns, PROJECTED } from '../properties/projection.ts';
import { ObservedFunction } from '../properties/observed.ts';

const SEED = 1;
const time = (what: string, f: () => void) => { const t = performance.now(); f(); console.log(what, (performance.now() - t).toFixed(0)); };
test('steps', () => {
  const witnesses: Witnesses = new Map();
  let n = 0;
  time('steps', () => fc.assert(fc.property(commandRuns, ({ vectorCount, commands }) => {
    const judge = new Judge(witnesses);
    fc.modelRun(() => ({ model: judge, real: new ObservedFunction(vectorCount) }), commands);
    n += [...commands].length;
    expect(judge.breaches).toEqual([]);
  }), { seed: SEED, numRuns: 300 }));
  console.log(n, witnesses);
});
test('size', () => time('size', () => fc.assert(fc.property(sizeRuns, (r) => { const d = SizeEquivalenceRuns.difference(r); if (d) throw new Error(d); }), { seed: SEED, numRuns: 300 })));
test('restore', () => time('restore', () => fc.assert(fc.property(restoreRuns, (r) => { const d = RestoreBisimRuns.difference(r); if (d) throw new Error(d); }), { seed: SEED, numRuns: 300 })));
test('proj', () => {
  const passed = { states: new Set<number>(), steps: new Set<string>() };
  time('proj', () => fc.assert(fc.property(projectionRuns, (r) => { const d = ProjectionRuns.difference({ ...r, passed }); if (d) throw new Error(d); }), { seed: SEED, numRuns: 300 }));
  console.log(passed.states.size, passed.steps.size, PROJECTED);
});
