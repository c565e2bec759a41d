/**
 * What breaks the properties: mutants of the machines, each judged by all of them.
 */
import { describe, expect, test } from 'vitest';
import { mutate } from '../../checker/machine/mutate.ts';
import { TWO } from '../../machines/messages.ts';
import { createInstance } from '../../properties/instances.ts';
import { MACHINE_PROPERTIES } from '../../properties/machines.ts';
import { functionMutants, judge, SURVIVORS } from '../../properties/mutants.ts';
import { ArrivalLeads, ChannelRuns, NonInterferenceRuns, PendingLeads } from '../../properties/temporal.ts';

describe('the mutants of function', () => {
  const verdicts = [...functionMutants()].map(judge);

  test('are 1,034, each with a name of its own', () => {
    expect(verdicts).toHaveLength(1034);
    expect(
      new Set(
        [...functionMutants()].map(({ mutant, messages, channel }) => `${messages.name} ${channel} ${mutant.name}`),
      ).size,
    ).toBe(1034);
  });

  test('are told apart by a property, all but 32 for which there is a reason', () => {
    const survivors = verdicts.filter(({ broken }) => broken.length === 0);
    expect(survivors.filter(({ because }) => because === undefined)).toEqual([]);
    expect(survivors).toHaveLength(32);
  });

  test('break every property', () => {
    const counts = MACHINE_PROPERTIES.map(({ name }) => [
      name,
      verdicts.filter(({ broken }) => broken.includes(name)).length,
    ]);
    expect(Object.fromEntries(counts)).toEqual({
      NoDeliverBlockedStep: 331,
      PendingTransientInv: 77,
      NoSpuriousStep: 332,
      LatchOnUnmaskStep: 388,
      NoTornStep: 576,
      SingleViewStep: 166,
      EntryStep: 65,
      ResetStateStep: 37,
      DisableRoundTripStep: 41,
      FmaskIndependentStep: 22,
      PBATruthStep: 196,
      IndependentVectorsStep: 14,
      NotifierAlternationStep: 492,
      InForceInv: 422,
      FlushOnReadStep: 8,
      DeliverSentStep: 160,
    });
  });

  test('that are expected to survive do survive: each reason is needed', () => {
    for (const { name } of SURVIVORS) {
      const expected = verdicts.filter(({ mutant }) => name.test(mutant));
      expect(expected.length).toBeGreaterThan(0);
      expect(expected.flatMap(({ broken }) => broken)).toEqual([]);
    }
  });
});

const function1 = createInstance('function', { vectors: 1, messages: TWO });
const channel1 = createInstance('function', { vectors: 1, messages: TWO, channel: true });

test.each([
  ['ArrivalLeads', ArrivalLeads, channel1, 8],
  ['PendingLeads', PendingLeads, function1, 12],
  ['NonInterferenceRuns', NonInterferenceRuns, function1, 108],
  ['ChannelRuns', ChannelRuns, function1, 132],
] as const)('%s is broken by mutants of the machine', (_name, property, bounds, count) => {
  const broken = mutate(bounds.machine).filter(
    ({ machine }) => property.decide({ ...bounds, machine }).result === 'fails',
  );
  expect(broken).toHaveLength(count);
});
