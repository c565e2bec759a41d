/**
 * Messages that several vectors hold: whose one was is told by who must have sent it, then by what is read; where nothing tells, both are
 * possible, and no lawful device is accused.
 */
import { expect, test } from 'vitest';
import { remoteOf } from '../../../conformance/device/remote.ts';
import { conform } from '../../../conformance/judge/conform.ts';
import { remoteSubject } from '../../../conformance/judge/subject.ts';
import { Lawful } from '../../../conformance/museum/lawful.ts';
import { type Choices, STRICT_CHOICES } from '../../../spec/choices.ts';

test.each<Partial<Choices>>([
  { disabledTable: 'any', message: 'immediate' },
  { disabledTable: 'any', message: 'edge', openWrites: 'any' },
])('a device whose vectors may both have sent zero is right: %o', async (own) => {
  const choices = { ...STRICT_CHOICES, ...own };
  const subject = remoteSubject(remoteOf((options) => new Lawful(options, choices), 2));
  const report = await conform(subject, {
    profile: { name: 'its own', choices, assumptions: {} },
    ...{ scenes: ['two vectors'], strategies: ['random walks'], seconds: 20, limits: { sampling: 2500 } },
  });
  expect([...report.causes, ...report.unsettled]).toEqual([]);
  expect(report.steps).toBeGreaterThan(5000);
});
