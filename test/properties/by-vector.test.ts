/**
 * The properties of a function, decided for each vector by what is seen of it: the same verdicts, witnesses and counterexamples as by the plain
 * decision over all states, of the machine and of its mutants.
 */
import { describe, expect, test } from 'vitest';
import { compile } from '../../checker/compile/compile.ts';
import { decideProperties, type Property, type Verdict } from '../../checker/decide/property.ts';
import { type Exploration, explore } from '../../checker/explore/explore.ts';
import { HALVES, THREE, TWO } from '../../machines/messages.ts';
import { decideByVector } from '../../properties/by-vector.ts';
import { createInstance, type Instance } from '../../properties/instances.ts';
import { MACHINE_PROPERTIES } from '../../properties/machines.ts';
import { functionMutants } from '../../properties/mutants.ts';
import { type FunctionView, machineView } from '../../properties/view.ts';

const told = (verdicts: readonly Verdict<FunctionView>[]) =>
  verdicts.map(({ property, ...found }) => ({ name: property.name, ...found }));

function byVector(exploration: Exploration, instance: Instance) {
  const { verdicts, refusals } = decideByVector(exploration, MACHINE_PROPERTIES, instance);
  expect(refusals).toEqual(new Map());
  return told(verdicts);
}

test.each([
  { vectors: 1, messages: HALVES, channel: false },
  { vectors: 2, messages: THREE, channel: false },
  { vectors: 3, messages: TWO, channel: false },
  { vectors: 2, messages: TWO, channel: true },
])('decides as all states do: $vectors vectors, messages $messages.name, channel $channel', (bounds) => {
  const instance = createInstance('function', bounds);
  const exploration = explore(compile(instance.machine, instance.events));
  const view = machineView(bounds.vectors, bounds.messages);
  const plain = decideProperties(exploration.graph(), MACHINE_PROPERTIES, view, bounds.vectors);
  expect(byVector(exploration, instance)).toEqual(told(plain));
});

test('decides as all states do of mutants, most of which fail', () => {
  let failing = 0;
  let count = 0;
  for (const { mutant, ...bounds } of functionMutants()) {
    // Some of them: the check judges them all, by the plain decision.
    if (count++ % 97 !== 0) continue;
    const instance = { ...createInstance('function', bounds), machine: mutant.machine };
    const exploration = explore(compile(mutant.machine, instance.events));
    const view = machineView(bounds.vectors, bounds.messages);
    const plain = decideProperties(exploration.graph(), MACHINE_PROPERTIES, view, bounds.vectors);
    expect(byVector(exploration, instance), mutant.name).toEqual(told(plain));
    failing += plain.filter(({ result }) => result === 'fails').length;
  }
  expect([count, failing]).toEqual([1034, 44]);
});

describe('of properties', () => {
  const instance = createInstance('function', { vectors: 2 });
  const exploration = explore(compile(instance.machine, instance.events));
  const [first] = MACHINE_PROPERTIES;

  test.each<[string, (state: FunctionView, vector: number) => unknown]>([
    ['it asks about vector 1, for vector 0', (state, vector) => state.masked(1 - vector)],
    ['it asks how many vectors there are', (state) => state.vectorCount],
  ])('refuses those where %s, and decides the others', (because, ask) => {
    const nosy: Property<FunctionView> = {
      kind: 'invariant',
      name: 'NosyInv',
      title: 'It asks about more than a vector shows.',
      rules: [],
      when: () => true,
      holds: (state, vector) => ask(state, vector) !== undefined,
    };
    const { verdicts, refusals } = decideByVector(exploration, [nosy, first], instance);
    expect(refusals).toEqual(new Map([[nosy, because]]));
    expect(told(verdicts).at(-1)).toEqual(told(decideByVector(exploration, [first], instance).verdicts)[0]);
  });

  test('decides more than a word has room for, in their order: whatever each comes to', () => {
    const each = (number: number): Property<FunctionView> => ({
      kind: 'step',
      name: `Many${number}Step`,
      title: 'One of many.',
      rules: [],
      when: ({ before }) => number % 7 !== 0 || before.vectorCount > 0,
      holds: () => number % 3 !== 0,
    });
    const many = Array.from({ length: 47 }, (_, number) => each(number));
    const { verdicts, refusals } = decideByVector(exploration, many, instance);
    expect(verdicts.map(({ property }) => property)).toEqual(many);
    const expected = many.map((_, number) => (number % 7 === 0 ? 'n/a' : number % 3 === 0 ? 'fails' : 'holds'));
    expect(verdicts.map(({ result }) => result)).toEqual(expected);
    expect([...refusals.keys()]).toEqual(many.filter((_, number) => number % 7 === 0));
    const stopped = decideByVector(exploration, many, instance, () => false).verdicts;
    expect(new Set(stopped.map(({ result }) => result))).toEqual(new Set(['open']));
  });

  test('refuses another machine', () => {
    expect(() => decideByVector(exploration, [first], createInstance('vector'))).toThrow(
      'Got vector; expected function.',
    );
  });

  test('leaves them open when it is called off', () => {
    expect(decideByVector(exploration, [first], instance, () => false).verdicts).toMatchObject([{ result: 'open' }]);
  });
});
