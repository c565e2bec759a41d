/**
 * What an explorer does not search for is known already: states, their order, where each was found from and all counts are those of an explorer that
 * searches for everything.
 */
import { expect, test } from 'vitest';
import { compile } from '../../checker/compile/compile.ts';
import { createExpand } from '../../checker/compile/expand.ts';
import type { CompiledMachine } from '../../checker/compile/format.ts';
import { explore } from '../../checker/explore/explore.ts';
import { knownAfter } from '../../checker/explore/independence.ts';
import { NumberedStates } from '../../checker/explore/state-set.ts';
import { createFunction } from '../../machines/function.ts';
import { THREE, TWO } from '../../machines/messages.ts';
import { acceptedMachine } from '../setup/random-machine.ts';

/** Searches for every successor. */
function exploreAll(compiled: CompiledMachine): { states: NumberedStates; transitions: number } {
  const { wordCount, events, bitCount } = compiled;
  const states = new NumberedStates(compiled.initial, bitCount, { states: Infinity, bytes: Infinity });
  const expand = createExpand(compiled);
  const targets = new Int32Array(events.length * wordCount);
  let transitions = 0;
  for (let state = 0; state < states.count; state++) {
    const taken = expand(states.words, state * wordCount, targets);
    transitions += taken;
    for (let index = 0; index < taken; index++) states.add(targets, index * wordCount, state);
  }
  return { states, transitions };
}

function requireEqual(compiled: CompiledMachine): void {
  const { states, summary } = explore(compiled);
  const plain = exploreAll(compiled);
  expect([states.count, summary.transitions]).toEqual([plain.states.count, plain.transitions]);
  const words = states.count * compiled.wordCount;
  expect(
    Buffer.from(states.words.buffer, 0, 4 * words).equals(Buffer.from(plain.states.words.buffer, 0, 4 * words)),
  ).toBe(true);
  expect(states.parents.subarray(0, states.count)).toEqual(plain.states.parents.subarray(0, states.count));
}

function knownCount(compiled: CompiledMachine): number {
  const known = knownAfter(compiled);
  return compiled.events.reduce((sum, _, event) => sum + known(event).reduce((all, each) => all + each, 0), 0);
}

test.each([
  [2, THREE, false],
  [4, TWO, false],
  [2, TWO, true],
])('of a function with %s vectors', (vectors, messages, channel) => {
  const compiled = compile(createFunction({ vectors, messages, channel }));
  expect(knownCount(compiled)).toBeGreaterThan(0);
  requireEqual(compiled);
});

test('of random machines', () => {
  let machines = 0;
  let known = 0;
  for (let seed = 0; machines < 60; seed++) {
    const machine = acceptedMachine(seed);
    if (machine === undefined) continue;
    const compiled = compile(machine);
    machines++;
    if (knownCount(compiled) > 0) known++;
    requireEqual(compiled);
  }
  expect(known).toBeGreaterThan(0);
});
