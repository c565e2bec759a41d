import { type AnyStateMachine, and, createMachine, not, setup, stateIn } from 'xstate';
import { describe, expect, test } from 'vitest';
import { compile } from '../../checker/compile/compile.ts';
import type { CompiledMachine } from '../../checker/compile/format.ts';
import type { Claim } from '../../checker/decide/claim.ts';
import { decide } from '../../checker/decide/decide.ts';
import { refine } from '../../checker/decide/refine.ts';
import { audit } from '../../checker/explore/audit.ts';
import { count } from '../../checker/explore/count.ts';
import { type Exploration, explore } from '../../checker/explore/explore.ts';
import { Symmetry, SymmetryError } from '../../checker/explore/symmetry.ts';
import type { GuardExpression } from '../../checker/machine/guard.ts';
import { mutate } from '../../checker/machine/mutate.ts';
import { mask, signal, unmask } from '../../machines/alphabet.ts';
import { THREE, TWO } from '../../machines/messages.ts';
import { createInstance, vectorSymmetry } from '../../properties/instances.ts';

function compiledFunction(vectors: number, messages = TWO, channel = false): CompiledMachine {
  const { machine, events } = createInstance('function', { vectors, messages, channel });
  return compile(machine, events);
}

const indices = (vectors: number): number[] => Array.from({ length: vectors }, (_, vector) => vector);
const inState = (vector: number, region: string, state: string): GuardExpression => ({
  kind: 'stateIn',
  value: { [`vector${vector}`]: { [region]: state } },
});

/** The state after a path, in words, among all states. */
function wordsAfter(plain: Exploration, path: readonly number[]): Int32Array {
  const { compiled } = plain;
  const state = path.reduce((at, event) => plain.target(at, event), 0);
  return plain.states.words.slice(state * compiled.wordCount, (state + 1) * compiled.wordCount);
}

describe('with symmetry', () => {
  test.each([
    [2, TWO, false],
    [3, TWO, false],
    [4, TWO, false],
    [5, TWO, false],
    [3, THREE, false],
    [2, THREE, true],
    [3, TWO, true],
  ])('%i vectors have orbits that sum to all states and all transitions', (vectors, messages, channel) => {
    const compiled = compiledFunction(vectors, messages, channel);
    const whole = explore(compiled).summary;
    const symmetry = vectorSymmetry(compiled, vectors);
    for (const { summary } of [explore(compiled, { symmetry }), count(compiled, { symmetry })]) {
      expect(summary.unfolded).toEqual({ states: whole.states, transitions: whole.transitions });
      expect([summary.depth, summary.complete, summary.deadlocks]).toEqual([whole.depth, true, whole.deadlocks]);
      expect(summary.states).toBeLessThan(whole.states);
    }
  });

  test('eight vectors are counted in a moment: 25,740 orbits of 67,108,864 states', () => {
    const compiled = compiledFunction(8);
    const { summary } = count(compiled, { symmetry: vectorSymmetry(compiled, 8) });
    expect(summary).toMatchObject({
      states: 25_740,
      depth: 25,
      unfolded: { states: 67_108_864, transitions: 1_879_048_191 },
    });
  });

  test('paths are shortest runs of the machine itself, to a state of the orbit', () => {
    const compiled = compiledFunction(3);
    const symmetry = vectorSymmetry(compiled, 3);
    const exploration = explore(compiled, { symmetry });
    const plain = explore(compiled);
    for (let state = 0; state < exploration.states.count; state++) {
      const path = exploration.pathTo(state);
      const words = wordsAfter(plain, path);
      expect(plain.pathTo(plain.states.find(words, 0))).toHaveLength(path.length);
      symmetry.canonicalize(words, 1);
      expect(exploration.states.find(words, 0)).toBe(state);
    }
  });

  const each = (vectors: number, claim: (vector: number) => GuardExpression): GuardExpression => ({
    kind: 'and',
    parts: indices(vectors).map(claim),
  });
  const CLAIMS: readonly Claim[] = [
    {
      kind: 'invariant',
      name: 'PendingBlockedInv',
      title: 'Nothing is pending in an open function.',
      holds: each(3, (v) => ({ kind: 'or', parts: [inState(v, 'pending', 'clear'), inState(v, 'force', 'none')] })),
    },
    {
      kind: 'invariant',
      name: 'NeverAllInv',
      title: 'Not all vectors are pending at once.',
      holds: { kind: 'not', part: each(3, (v) => inState(v, 'pending', 'set')) },
    },
    {
      kind: 'step',
      name: 'SignalStep',
      title: 'A signal of a vector that is clear and unmasked is sent.',
      holds: {
        kind: 'and',
        parts: indices(3).map((v) => ({
          kind: 'or',
          parts: [
            { kind: 'not', part: { kind: 'event', names: [signal(v)] } },
            { kind: 'not', part: { kind: 'before', state: inState(v, 'mask', 'unmasked') } },
            { kind: 'output', names: [`send.${v}.zero`, `send.${v}.A`] },
          ],
        })),
      },
    },
    {
      kind: 'reach',
      name: 'AllReach',
      title: 'All vectors are in use at once.',
      that: each(3, (v) => inState(v, 'force', 'A')),
    },
  ];

  test('symmetric claims have the verdicts that they have without, with counterexamples as short', () => {
    const compiled = compiledFunction(3);
    const plain = decide(explore(compiled), CLAIMS);
    const folded = decide(explore(compiled, { symmetry: vectorSymmetry(compiled, 3) }), CLAIMS);
    expect(plain.map(({ result }) => result)).toEqual(['holds', 'fails', 'fails', 'holds']);
    const lengths = (decisions: typeof plain) =>
      decisions.map(({ result, witness, counterexample }) => [
        result,
        witness?.path.length,
        counterexample?.path.length,
      ]);
    expect(lengths(folded)).toEqual(lengths(plain));
  });

  test('the last step of a counterexample is renamed to the state that its path leads to', () => {
    const compiled = compiledFunction(3);
    const exploration = explore(compiled, { symmetry: vectorSymmetry(compiled, 3) });
    const [{ counterexample }] = decide(exploration, [CLAIMS[2]]);
    const path = counterexample!.path.map((event) => compiled.events[event]);
    const vector = Number(path.at(-1)!.split('.')[2]);
    expect(path.at(-1)).toBe(signal(vector));
    // The vector that is signalled is one that was unmasked before.
    expect(path.filter((event) => event === unmask(vector))).toHaveLength(1);
  });

  test.each<[string, Claim, RegExp]>([
    [
      'about one vector',
      { kind: 'reach', name: 'OneReach', title: '', that: inState(1, 'mask', 'unmasked') },
      /^Got the claim OneReach, which is not the same for each of vector0, vector1: it says in\(vector1\.mask\.unmasked\), and/,
    ],
    [
      'about the events of one vector',
      { kind: 'step', name: 'OneStep', title: '', holds: { kind: 'not', part: { kind: 'event', names: [mask(0)] } } },
      /^Got the claim OneStep, which is not the same/,
    ],
    [
      'made by a function',
      { kind: 'invariant', name: 'OddInv', title: '', holds: () => true },
      /^Got a function in the claim OddInv; expected an expression, whose symmetry can be seen\.$/,
    ],
    [
      'about what one vector does at last',
      { kind: 'leadsTo', name: 'LateLeads', title: '', to: inState(0, 'mask', 'unmasked'), fairness: [] },
      /^Got the claim LateLeads, which is not the same for each of vector0, vector1: it says in\(vector0\.mask\.unmasked\) after/,
    ],
  ])('a claim %s is refused', (_name, claim, message) => {
    const compiled = compiledFunction(2);
    const exploration = explore(compiled, { symmetry: vectorSymmetry(compiled, 2) });
    expect(() => decide(exploration, [claim])).toThrow(message);
  });

  test('what needs all states is refused', () => {
    const compiled = compiledFunction(2);
    const exploration = explore(compiled, { symmetry: vectorSymmetry(compiled, 2) });
    const observe = (): undefined => undefined;
    for (const use of [
      () => audit(exploration),
      () => exploration.graph(),
      () => refine({ exploration: explore(compiled), observe }, { exploration, observe }),
    ]) {
      expect(use).toThrow('Got function explored with symmetry; expected all of its states');
    }
    expect(() => explore(compiledFunction(3), { symmetry: vectorSymmetry(compiled, 2) })).toThrow(
      'Got the symmetry of another machine than function; expected its own.',
    );
  });
});

describe('a machine is refused', () => {
  const rename = (name: string, of: (index: number) => number): string =>
    name.replaceAll(/\d+/g, (digits) => String(of(Number(digits))));
  const two = (changes: object = {}): AnyStateMachine =>
    setup({
      guards: { free0: not(stateIn('p1.busy')), free1: not(stateIn('p0.busy')), both: and(['free0']) },
    }).createMachine({
      id: 'two',
      type: 'parallel',
      states: {
        p0: {
          initial: 'idle',
          states: { idle: { on: { go0: { target: 'busy', guard: 'free0' } } }, busy: { on: { stop0: 'idle' } } },
        },
        p1: {
          initial: 'idle',
          states: { idle: { on: { go1: { target: 'busy', guard: 'free1' } } }, busy: { on: { stop1: 'idle' } } },
        },
        ...changes,
      },
    });
  const events = ['go0', 'go1', 'stop0', 'stop1'];
  const symmetryOf = (machine: AnyStateMachine, alphabet = events, regions = ['p0', 'p1']): Symmetry =>
    new Symmetry(compile(machine, { only: alphabet }), { regions, rename });

  test('not when it is symmetric', () => {
    const compiled = compile(two(), events);
    const symmetry = new Symmetry(compiled, { regions: ['p0', 'p1'], rename });
    const { summary } = explore(compiled, { symmetry });
    expect([summary.states, summary.unfolded]).toEqual([2, { states: 3, transitions: 4 }]);
  });

  test.each<[string, () => Symmetry, RegExp]>([
    [
      'when one region has a transition more',
      () =>
        symmetryOf(
          two({
            p1: {
              initial: 'idle',
              states: { idle: { on: { go1: 'busy' } }, busy: { on: { stop1: 'idle', go1: 'idle' } } },
            },
          }),
        ),
      /^Got two, in which p0 and p1 cannot be exchanged; expected that it then still has: p1\.idle on go1, choice 1: to \[p1\.busy\] if not\(in\(p0\.busy\)\)/,
    ],
    [
      'when one begins elsewhere',
      () =>
        symmetryOf(
          two({
            p1: {
              initial: 'busy',
              states: { idle: { on: { go1: { target: 'busy', guard: 'free1' } } }, busy: { on: { stop1: 'idle' } } },
            },
          }),
        ),
      /cannot be exchanged; expected that it then still has: the compound state p1 begins in \[p1\.idle\]/,
    ],
    [
      'when another region looks at one of them',
      () =>
        symmetryOf(
          two({ q: { initial: 'a', states: { a: { on: { stop0: { target: 'b', guard: 'free0' } } }, b: {} } } }),
        ),
      /expected that it then still has: q\.a on stop1/,
    ],
    [
      'when an event of one is not in the alphabet',
      () => symmetryOf(two(), ['go0', 'go1', 'stop0']),
      /expected that it then still has: /,
    ],
    [
      'when there is no such region',
      () => symmetryOf(two(), events, ['p0', 'p9']),
      /^Got the region p9; expected the path of a state of two\.$/,
    ],
    [
      'when there is but one',
      () => symmetryOf(two(), events, ['p0']),
      /^Got the regions p0; expected two or more children/,
    ],
    [
      'when they are not side by side',
      () => symmetryOf(two(), events, ['p0', 'p1.idle']),
      /^Got the regions p0, p1\.idle; expected two or more children of one parallel state\.$/,
    ],
    [
      'when the order of regions decides',
      () => {
        const region = (index: number) => ({
          initial: 'a',
          states: { a: { on: { x: [{ target: ['#m.p0.b', '#m.p1.b'] }] } }, b: { id: `b${index}` } },
        });
        const machine = createMachine({ id: 'm', type: 'parallel', states: { p0: region(0), p1: region(1) } });
        return symmetryOf(machine, ['x']);
      },
      /^Got m, where the order of regions decides which of two transitions is taken/,
    ],
  ])('%s', (_name, make, message) => {
    expect(make).toThrow(SymmetryError);
    expect(make).toThrow(message);
  });

  test('when one of its vectors is a mutant, whichever', () => {
    const { machine, events: alphabet } = createInstance('function', { vectors: 2, messages: TWO });
    const mutants = mutate(machine).filter(({ name }) => name.startsWith('vector0.'));
    const admitted = mutants.filter(({ machine: mutant }) => {
      try {
        vectorSymmetry(compile(mutant, alphabet), 2);
        return true;
      } catch (error) {
        if (error instanceof SymmetryError) return false;
        throw error;
      }
    });
    expect(admitted.map(({ name }) => name)).toEqual([]);
    expect(mutants).toHaveLength(142);
  });
});
