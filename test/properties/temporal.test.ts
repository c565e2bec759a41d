import { describe, expect, test } from 'vitest';
import { THREE, TWO } from '../../machines/messages.ts';
import { createInstance, instanceName } from '../../properties/instances.ts';
import {
  ArrivalLeads,
  ChannelRuns,
  NonInterferenceRuns,
  PendingLeads,
  TEMPORAL_PROPERTIES,
} from '../../properties/temporal.ts';
import { ruleById } from '../../spec/index.ts';

const function1 = createInstance('function', { vectors: 1, messages: TWO });
const channel1 = createInstance('function', { vectors: 1, messages: TWO, channel: true });

describe.each(
  [
    function1,
    createInstance('function', { vectors: 2, messages: TWO }),
    createInstance('function', { vectors: 3, messages: TWO }),
    createInstance('function', { vectors: 1, messages: THREE, channel: true }),
    createInstance('function', { vectors: 2, messages: THREE, channel: true }),
  ].map((bounds) => ({ bounds, name: instanceName(bounds) })),
)('of $name', ({ bounds }) => {
  test.each(
    TEMPORAL_PROPERTIES.filter(({ applies }) => applies(bounds)).map((property) => [property.name, property] as const),
  )('%s holds, and fails without its assumption', (_name, property) => {
    expect(property.decide(bounds)).toEqual({ result: 'holds', path: undefined, loop: undefined });
    expect(property.decideWithout(bounds).result).toBe('fails');
  });
});

describe('without its assumption', () => {
  //= MSIX-MSG-5 type=test
  test('a message stays in transit for ever', () => {
    const { path, loop } = ArrivalLeads.decideWithout(channel1);
    expect(path).toEqual(['guest.control.on', 'guest.unmask.0', 'device.signal.0']);
    expect(loop).toEqual([]);
  });

  //= MSIX-PEND-2 type=test
  test('an event stays pending for ever', () => {
    expect(PendingLeads.decideWithout(function1).path).toEqual(['guest.control.on', 'device.signal.0']);
  });

  //= MSIX-MSG-5 type=test
  test('a message that is sent at once is not seen where none arrives', () => {
    const { path } = ChannelRuns.decideWithout(function1);
    expect(path).toEqual(['guest.control.on', 'guest.unmask.0', 'device.signal.0']);
  });

  //= MSIX-MSG-6 type=test
  test('zero differs from A by its name alone', () => {
    expect(NonInterferenceRuns.decideWithout(function1).path).toEqual(['guest.control.on', 'guest.unmask.0']);
  });
});

test('every property of runs has a name of its kind, and rules that exist', () => {
  for (const { name, title, rules } of TEMPORAL_PROPERTIES) {
    expect(name).toMatch(/^[A-Z]\w+(?:Leads|Runs)$/);
    expect(title).toMatch(/^[A-Z].*\.$/);
    expect(rules.map((id) => ruleById(id).id)).toEqual(rules);
  }
});
