/**
 * Devices that the judge was not made by: none of the museum's, and of no kit. The lawful ones are not accused, and each bug, and two in one device,
 * are found by --learn alone.
 */
import { describe, expect, test } from 'vitest';
import type { Device, DeviceOptions } from '../../../conformance/device/device.ts';
import { conform, type Report } from '../../../conformance/judge/conform.ts';
import { subjectOf } from '../../../conformance/judge/subject.ts';
import type { Choices } from '../../../spec/choices.ts';
import { LazyDevice, MapDevice, QueueDevice } from '../../setup/foreign.ts';

type ForeignClass = new (options: DeviceOptions, bugs?: readonly string[]) => Device;

function judged(
  Foreign: ForeignClass,
  bugs: readonly string[],
  counts: readonly number[],
  strategies?: readonly string[],
): Promise<Report> {
  const subject = subjectOf((options) => new Foreign(options, bugs), counts);
  // One that neither saves nor restores is asked until the time is over otherwise.
  const isSampled = Foreign === LazyDevice;
  const asked = strategies ?? (isSampled ? ['all transitions', 'random walks'] : undefined);
  return conform(subject, {
    ...{ learn: true, seconds: isSampled ? 12 : 30, limits: { sampling: 300 } },
    ...(asked === undefined ? {} : { strategies: asked }),
  });
}

const LAWFUL: readonly [ForeignClass, Partial<Choices>][] = [
  [LazyDevice, { disabledEvent: 'dropped', addresses: 'nonzero', reservedControl: 'kept', narrowWrites: 'performed' }],
  [QueueDevice, { pendingAtDisable: 'lost', openWrites: 'dropped', message: 'edge', disabledTable: 'there' }],
  [MapDevice, { disabledEvent: 'hidden', coalescing: 'each', resetEntry: 'kept', disabledTable: 'absent' }],
];

describe('a lawful device of somebody else', () => {
  test.each(LAWFUL)('%o is not accused, and its profile is learnt', async (Foreign, choices) => {
    const { causes, unsettled, profile } = await judged(Foreign, [], Foreign === LazyDevice ? [1] : [1, 2]);
    expect(causes.map(({ findings }) => findings[0].trace)).toEqual([]);
    expect(unsettled).toEqual([]);
    expect(profile.choices).toMatchObject(choices);
  });
});

const BUGS: readonly [ForeignClass, string, readonly number[], rule: string, steps: number][] = [
  [LazyDevice, 'word edge only', [1], 'MSIX-CAP-8', 5],
  [QueueDevice, 'route stays', [1], 'MSIX-MASK-2', 4],
  [QueueDevice, 'sends behind', [1, 2], 'MSIX-PEND-2', 4],
  [MapDevice, 'no refresh at lifting', [1], 'MSIX-MSG-1', 4],
];

describe('a bug in a device of somebody else', () => {
  test.each(BUGS)('%o: %s', async (Foreign, bug, counts, rule, steps) => {
    const { causes } = await judged(Foreign, [bug], counts);
    const found = causes.flatMap(({ findings }) => findings).find(({ rules }) => rules[0] === rule);
    expect(causes.map((cause) => cause.rule)).toContain(rule);
    expect(found?.trace.length, found?.trace.join(', ')).toBeLessThanOrEqual(steps);
  });

  test('that shows from vector 64 on is found, and makes nothing else of what was learnt', async () => {
    // Strategies that end: what random walks add depends on how many there is time for.
    const { causes, profile } = await judged(
      MapDevice,
      ['first word'],
      [1, 65],
      ['all transitions', 'each vector by itself'],
    );
    expect(causes.map(({ rule }) => rule)).toContain('MSIX-PEND-2');
    // What is recorded of many vectors once was torn, and then everything was left open.
    expect(profile.choices).toMatchObject({ disabledEvent: 'hidden', message: 'edge', openWrites: 'kept' });
  });

  test.each([[QueueDevice, ['route stays', 'sends behind'], ['MSIX-MASK-2', 'MSIX-PEND-2']]] as const)(
    '%o: two at once, %o',
    async (Foreign, bugs, rules) => {
      const { causes } = await judged(Foreign, bugs, [1, 2]);
      expect(causes.map(({ rule }) => rule)).toEqual(expect.arrayContaining([...rules]));
    },
  );
});
