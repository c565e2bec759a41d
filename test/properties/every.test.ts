/**
 * What is said of every number of vectors: witnesses, in which the premise holds and the verdicts are those of a full search; and mutants, which
 * break the premise or a property.
 */
import { describe, expect, test } from 'vitest';
import { compile } from '../../checker/compile/compile.ts';
import type { Family } from '../../checker/cutoff/instance.ts';
import { decideProperties } from '../../checker/decide/property.ts';
import { explore } from '../../checker/explore/explore.ts';
import { mutate } from '../../checker/machine/mutate.ts';
import { CHECKED, DESIGNS, REVIEWED } from '../../machines/designs.ts';
import { type MessageSet, TWO } from '../../machines/messages.ts';
import { AssignedInstance } from '../../properties/assigned/decide.ts';
import { IndependentVectorsStep } from '../../properties/assigned/claims.ts';
import {
  type Checked,
  checkFamily,
  designFamily,
  everyOfDesign,
  everyOfFunction,
  type EveryRow,
  functionFamily,
} from '../../properties/every.ts';
import { createInstance } from '../../properties/instances.ts';
import { MACHINE_PROPERTIES } from '../../properties/machines.ts';
import { machineView } from '../../properties/view.ts';

function accepted(checked: Checked): Extract<Checked, { family: unknown }> {
  if ('family' in checked) return checked;
  throw new Error(checked.because);
}

function exploredOf(vectors: number, messages: MessageSet, channel: boolean) {
  const instance = createInstance('function', { vectors, messages, channel });
  return { instance, exploration: explore(compile(instance.machine, instance.events)) };
}

describe('the function', () => {
  test.each([
    [TWO, false],
    [TWO, true],
  ])('with messages %o, channel %s: all that it has to say holds of every number of vectors', (messages, channel) => {
    const family = accepted(checkFamily(functionFamily(messages, channel), [1, 2, 3, 5]));
    expect(family.family.hearing).toBeUndefined();
    const { instance, exploration } = exploredOf(2, messages, channel);
    const rows = everyOfFunction(family, instance, exploration);
    const missing = rows.filter(({ result }) => result !== 'holds').map(({ property, result }) => [property, result]);
    expect(missing).toEqual(
      channel
        ? []
        : [
            ['FlushOnReadStep', 'n/a'],
            ['DeliverSentStep', 'n/a'],
          ],
    );
    expect(Math.max(...rows.map(({ cutoff }) => cutoff ?? Infinity))).toBe(2);
  });

  test('with three vectors has the verdicts that were said of every number', () => {
    const { instance, exploration } = exploredOf(3, TWO, false);
    const verdicts = decideProperties(exploration.graph(), MACHINE_PROPERTIES, machineView(3, TWO), instance.vectors);
    const odd = verdicts.filter(({ result, property }) => result !== 'holds' && property.needs !== 'a channel');
    expect(odd).toEqual([]);
  });

  test('with a mutant in one of three vectors is refused: the vectors are not alike', () => {
    const plain = functionFamily(TWO, false);
    const three = plain.at(3);
    const mutants = mutate(three.machine).filter(({ name }) => name.includes('vector2'));
    const sample = mutants.filter((_, index) => index % 7 === 0);
    const refusals = sample.map(({ machine, name }) => {
      const family: Family = { ...plain, at: (vectors) => (vectors === 3 ? { ...three, machine } : plain.at(vectors)) };
      const checked = checkFamily(family, [1, 2, 3]);
      return [name, 'because' in checked ? /vector[02] (?:lacks|has besides)/.test(checked.because) : 'accepted'];
    });
    expect(refusals.length).toBeGreaterThan(5);
    expect(refusals.filter(([, refusal]) => refusal !== true)).toEqual([]);
  });

  test('of which each vector has the same mutant is a family, whose property fails', () => {
    const plain = functionFamily(TWO, false);
    const mutantAt = (vectors: number) => {
      // Retiring leaves the Pending bit, in every vector.
      const config = JSON.parse(JSON.stringify(plain.at(vectors).machine.config)) as { states: Record<string, never> };
      const { machine, events } = plain.at(vectors);
      for (let vector = 0; vector < vectors; vector++) {
        const region = config.states[`vector${vector}`] as {
          states: { pending: { states: { set: { on: Record<string, { target: string }> } } } };
        };
        region.states.pending.states.set.on[`device.retire.${vector}`].target = 'set';
      }
      return { machine: rebuilt(machine, config), events };
    };
    const family = accepted(checkFamily({ ...plain, at: mutantAt }, [1, 2, 3]));
    const instance = { ...createInstance('function', { vectors: 2, messages: TWO }), ...mutantAt(2) };
    const rows = everyOfFunction(family, instance, explore(compile(instance.machine, instance.events)));
    expect(rows.filter(({ result }) => result === 'fails').map(({ property }) => property)).toEqual(['NoSpuriousStep']);
  });
});

/** The same machine with another configuration. */
function rebuilt(machine: ReturnType<Family['at']>['machine'], config: object): ReturnType<Family['at']>['machine'] {
  return new (machine.constructor as new (config: object, implementations: object) => typeof machine)(
    config,
    machine.implementations,
  );
}

describe('the designs', () => {
  // What takes longer is in the check.
  const asked = [IndependentVectorsStep];

  test.each([REVIEWED, CHECKED])('$name: what holds of two vectors holds of every number', (design) => {
    const family = accepted(checkFamily(designFamily(design, TWO), [1, 2, 3]));
    // A read of one entry brings in what is in flight of another, so one more vector is needed.
    expect(family.family.hearing).toMatch(/^on guest\.mask\.0, if vcpu\.running/);
    const instance = new AssignedInstance({ design, vectors: 2, messages: TWO });
    const rows = everyOfDesign(family, instance, asked, instance.decideAll(asked));
    expect(rows).toEqual([
      { property: 'IndependentVectorsStep', result: 'holds', about: 1, cutoff: 2, sizes: [1, 2, 3] },
    ] satisfies EveryRow[]);
  });

  test('with two vCPUs are families too', () => {
    expect(checkFamily(designFamily(CHECKED, TWO, 2), [1, 2])).toHaveProperty('family');
  });

  test.each(DESIGNS.filter((design) => design !== REVIEWED && design !== CHECKED))(
    '$name is none, for a sentence that reads a vector',
    (design) => {
      const checked = checkFamily(designFamily(design, TWO), [3]);
      expect(checked).toEqual({
        because: expect.stringMatching(
          /in which what is shared reads vector0\.(?:route|allocation)\.\w+, of a member: on guest\.mask\.0, if /,
        ),
      });
    },
  );
});
