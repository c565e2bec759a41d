import { type StateValue } from 'xstate';
import { expect, test } from 'vitest';
import { compile } from '../../../checker/compile/compile.ts';
import type { CompiledMachine } from '../../../checker/compile/format.ts';
import type { ReadPredicate, StepPredicate as StepPredicateOf } from '../../../checker/decide/claim.ts';
import type { Found } from '../../../checker/decide/search.ts';
import { searchSteps, type StepClaim, StepTests } from '../../../checker/decide/step-tests.ts';
import { Truths } from '../../../checker/decide/truths.ts';
import { isData, searchSifted } from '../../../checker/decide/sifted-steps.ts';
import { explore } from '../../../checker/explore/explore.ts';
import type { GuardExpression } from '../../../checker/machine/guard.ts';
import { acceptedMachine, RANDOM_EVENTS, randomNumbers } from '../../setup/random-machine.ts';

type StepPredicate = StepPredicateOf<ReadPredicate>;
import { pinned, share } from '../../setup/share.ts';

/** A state by its path, as a partial value. */
function valueOf(path: readonly string[]): StateValue {
  return path.slice(0, -1).reduceRight<StateValue>((value, key) => ({ [key]: value }), path.at(-1)!);
}

/** Random claims about the steps of a machine: of its states, its events, its outputs. */
function randomClaims(compiled: CompiledMachine, count: number, random: (bound: number) => number): StepClaim[] {
  const pick = <Item>(items: readonly Item[]): Item => items[random(items.length)];
  const states = compiled.nodes.filter(({ node }) => node.parent !== undefined);
  const state = (depth: number): GuardExpression => {
    if (depth === 0 || random(3) === 0) return { kind: 'stateIn', value: valueOf(pick(states).node.path) };
    if (random(4) === 0) return { kind: 'not', part: state(depth - 1) };
    return { kind: random(2) === 0 ? 'and' : 'or', parts: Array.from({ length: random(4) }, () => state(depth - 1)) };
  };
  const step = (depth: number): StepPredicate => {
    const kind = depth === 0 ? random(7) : random(14);
    if (kind < 2) return { kind: 'before', state: state(2) };
    if (kind < 4) return { kind: 'after', state: state(2) };
    if (kind === 4) return { kind: 'event', names: [pick(RANDOM_EVENTS), pick(RANDOM_EVENTS)] };
    if (kind === 5) return { kind: 'taken' };
    if (kind === 6) return { kind: 'output', names: compiled.outputs.length === 0 ? [] : [pick(compiled.outputs)] };
    if (kind < 9) return { kind: 'not', part: step(depth - 1) };
    return { kind: kind < 11 ? 'and' : 'or', parts: Array.from({ length: 1 + random(3) }, () => step(depth - 1)) };
  };
  return Array.from({ length: count }, (_, index): StepClaim => {
    const premise = random(3) === 0 ? {} : { when: step(2) };
    return { kind: 'step', name: `Claim${index}Step`, title: '', ...premise, holds: step(3) };
  });
}

/** Small machines are sifted too, and from the first state on. */
const EAGER = { asked: 1, budget: 1_000_000 };

test('claims that are sifted find in random machines what tests of one step after the other find', () => {
  const counts = { machines: 0, broken: 0, satisfied: 0, silent: 0 };
  for (let seed = 0; counts.machines < share(120); seed++) {
    const machine = acceptedMachine(seed);
    if (machine === undefined) continue;
    const compiled = compile(machine, RANDOM_EVENTS);
    const exploration = explore(compiled);
    const claims = randomClaims(compiled, 12, randomNumbers(seed));
    expect(claims.every(isData)).toBe(true);
    const { count } = exploration.states;
    const tests = new StepTests(new Truths(exploration));
    const sifted = searchSifted(exploration, tests, count, claims, EAGER);
    const searched = searchSteps(exploration, tests, count, claims);
    const told = (found: readonly Found[]) => found.map(({ witness, broken }) => ({ witness, broken }));
    expect(told(sifted!), `seed ${seed}`).toEqual(told(searched));
    counts.machines++;
    for (const { witness, broken } of searched) {
      if (broken !== undefined) counts.broken++;
      else counts[witness === undefined ? 'silent' : 'satisfied']++;
    }
  }
  expect(counts).toEqual(
    pinned(
      { machines: 12, broken: 89, satisfied: 32, silent: 23 },
      { machines: 120, broken: 835, satisfied: 392, silent: 213 },
    ),
  );
});
