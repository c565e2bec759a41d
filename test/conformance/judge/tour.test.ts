/**
 * Tours: what a guest does not know, or may not do, keeps none from the rest of it.
 */
import { expect, test } from 'vitest';
import { remoteOf } from '../../../conformance/device/remote.ts';
import { conform } from '../../../conformance/judge/conform.ts';
import { remoteSubject } from '../../../conformance/judge/subject.ts';
import { Lawful } from '../../../conformance/museum/lawful.ts';
import { STRICT_CHOICES } from '../../../spec/choices.ts';

test('a device whose table goes with MSI-X, and whose messages are written in parts, is toured to its end', async () => {
  const choices = { ...STRICT_CHOICES, disabledTable: 'absent' } as const;
  const { outcomes, causes, verdict } = await conform(
    remoteSubject(remoteOf((options) => new Lawful(options, choices), 1)),
    {
      profile: { name: 'its own', choices, assumptions: {} },
      ...{ scenes: ['parted messages'], strategies: ['all transitions'], seconds: 20 },
    },
  );
  expect([causes, verdict]).toEqual([[], 'holds']);
  const [covered] = (/\d+/.exec(outcomes[0].covered) ?? ['0']).map(Number);
  // What touches the table while it is gone is no guest's to do: 175 of 2,275.
  expect(covered).toBeGreaterThan(2000);
});
