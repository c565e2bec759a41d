/**
 * The properties of a function, decided for each vector by what is seen of it: the same verdicts, witnesses and counterexamples as by the plain
 * decision over all states, of the machine and of its mutants.
 */
import { expect, test } from 'vitest';
import { compile } from '../../checker/compile/compile.ts';
import { decideProperties, type Property, type Verdict } from '../../checker/decide/property.ts';
import { explore } from '../../checker/explore/explore.ts';
import { HALVES, THREE, TWO } from '../../machines/messages.ts';
import { decideByVector } from '../../properties/by-vector.ts';
import { createInstance } from '../../properties/instances.ts';
import { MACHINE_PROPERTIES } from '../../properties/machines.ts';
import { functionMutants } from '../../properties/mutants.ts';
import { type FunctionView, machineView } from '../../properties/view.ts';

const told = (verdicts: readonly Verdict<FunctionView>[] | undefined) =>
  verdicts?.map(({ property, ...found }) => ({ name: property.name, ...found }));

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
  expect(told(decideByVector(exploration, MACHINE_PROPERTIES, instance))).toEqual(told(plain));
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
    expect(told(decideByVector(exploration, MACHINE_PROPERTIES, instance)), mutant.name).toEqual(told(plain));
    failing += plain.filter(({ result }) => result === 'fails').length;
  }
  expect([count, failing]).toEqual([1034, 44]);
});

test('says nothing where a property asks about another vector, or there are too many', () => {
  const instance = createInstance('function', { vectors: 2 });
  const exploration = explore(compile(instance.machine, instance.events));
  const nosy: Property<FunctionView> = {
    kind: 'invariant',
    name: 'NosyInv',
    title: 'It asks about the other vector.',
    rules: [],
    when: () => true,
    holds: (state, vector) => state.masked(1 - vector) || true,
  };
  expect(decideByVector(exploration, [nosy], instance)).toBeUndefined();
  const many = Array.from({ length: 16 }, (_, index) => ({ ...MACHINE_PROPERTIES[0], name: `Many${index}Step` }));
  expect(decideByVector(exploration, many, instance)).toBeUndefined();
  const [first] = many;
  expect(decideByVector(exploration, [first], instance, () => false)?.map(({ result }) => result)).toEqual(['open']);
});
