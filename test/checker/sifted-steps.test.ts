import { createMachine } from 'xstate';
import { expect, test } from 'vitest';
import { compile } from '../../checker/compile/compile.ts';
import type { Claim, ReadPredicate, StepPredicate as StepPredicateOf } from '../../checker/decide/claim.ts';
import { decide } from '../../checker/decide/decide.ts';
import { searchSteps, type StepClaim, StepTests } from '../../checker/decide/step-tests.ts';
import { Truths } from '../../checker/decide/truths.ts';
import { searchSifted } from '../../checker/decide/sifted-steps.ts';
import { explore } from '../../checker/explore/explore.ts';
import { Symmetry } from '../../checker/explore/symmetry.ts';
import type { GuardExpression } from '../../checker/machine/guard.ts';

type StepPredicate = StepPredicateOf<ReadPredicate>;

/** Small machines are sifted too, and from the first state on. */
const EAGER = { asked: 1, budget: 1_000_000 };

test('the parity of all bits, written as a tree, is sifted before and after; and with too few steps allowed, nothing is', () => {
  const indices = Array.from({ length: 8 }, (_, index) => index);
  const machine = createMachine({
    id: 'bits',
    type: 'parallel',
    states: Object.fromEntries(
      indices.map((index) => [
        `bit${index}`,
        {
          initial: 'zero',
          states: { zero: { on: { [`flip.${index}`]: 'one' } }, one: { on: { [`flip.${index}`]: 'zero' } } },
        },
      ]),
    ),
  });
  const compiled = compile(machine);
  const exploration = explore(compiled);
  // The parity of all bits, written as a tree: two tests of the rest for each.
  const odd = (from: number): GuardExpression => {
    const bit: GuardExpression = { kind: 'stateIn', value: { [`bit${from}`]: 'one' } };
    if (from === indices.length - 1) return bit;
    const not = (part: GuardExpression): GuardExpression => ({ kind: 'not', part });
    const both = (...parts: GuardExpression[]): GuardExpression => ({ kind: 'and', parts });
    return { kind: 'or', parts: [both(bit, not(odd(from + 1))), both(not(bit), odd(from + 1))] };
  };
  const parity = odd(0);
  const claim = (isEven: boolean): StepClaim => ({
    ...{ kind: 'step', name: 'ParityStep', title: '' },
    when: { kind: 'before', state: parity },
    holds: isEven ? { kind: 'not', part: { kind: 'after', state: parity } } : { kind: 'after', state: parity },
  });
  const claims = [claim(true), claim(false)];
  const { count } = exploration.states;
  const tests = new StepTests(new Truths(exploration));
  const sifted = searchSifted(exploration, tests, count, claims, EAGER);
  expect(sifted).toEqual([
    { witness: { state: 1, event: 0 } },
    { witness: { state: 1, event: 0 }, broken: { state: 1, event: 0 } },
  ]);
  expect(sifted).toEqual(searchSteps(exploration, tests, count, claims));
  expect(searchSifted(exploration, tests, count, claims, { ...EAGER, budget: 100 })).toBeUndefined();
});

test('with symmetry, what a claim says of the state after is asked of the state that the step leads to', () => {
  // Each goes round on its own. Sorted after a step, the regions stand in another order than before it.
  const region = (index: number) => ({
    initial: 'a',
    states: {
      a: { on: { [`go.${index}`]: 'b' } },
      b: { on: { [`go.${index}`]: 'c' } },
      c: { on: { [`go.${index}`]: 'a' } },
    },
  });
  const machine = createMachine({
    id: 'rounds',
    type: 'parallel',
    states: { r0: region(0), r1: region(1), r2: region(2) },
  });
  const compiled = compile(machine);
  const symmetry = new Symmetry(compiled, {
    regions: ['r0', 'r1', 'r2'],
    rename: (name, of) => name.replace(/\d+$/, (index) => String(of(Number(index)))),
  });
  const inB = (index: number): GuardExpression => ({ kind: 'stateIn', value: { [`r${index}`]: 'b' } });
  const stays = (index: number): StepPredicate => ({
    kind: 'or',
    parts: [
      { kind: 'not', part: { kind: 'before', state: inB(index) } },
      { kind: 'event', names: [`go.${index}`] },
      { kind: 'after', state: inB(index) },
    ],
  });
  const claim: Claim = {
    kind: 'step',
    name: 'StaysStep',
    title: 'Who is in b stays there until it goes.',
    holds: { kind: 'and', parts: [stays(0), stays(1), stays(2)] },
  };
  for (const exploration of [explore(compiled), explore(compiled, { symmetry })]) {
    expect(decide(exploration, [claim])[0].result).toBe('holds');
  }
});
