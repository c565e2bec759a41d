/**
 * Messages that several vectors hold: whose one was is told by who must have sent it, then by what is read; where nothing tells, both are
 * possible, and no lawful device is accused.
 */
import { expect, test } from 'vitest';
import { remoteOf } from '../../../conformance/device/remote.ts';
import { conform } from '../../../conformance/judge/conform.ts';
import { scenesOf } from '../../../conformance/judge/scenes.ts';
import { remoteSubject } from '../../../conformance/judge/subject.ts';
import { Lawful } from '../../../conformance/museum/lawful.ts';
import { type Choices, STRICT_CHOICES } from '../../../spec/choices.ts';

// A guest of several vectors has a message for each; this one opens both with what they hold.
const ANY_MESSAGES = {
  ...scenesOf({ vectorCounts: [2], abilities: new Set(['reset', 'retire']) }).find(
    ({ name }) => name === 'two vectors',
  )!,
  isApart: false,
};

test.each<Partial<Choices>>([
  { disabledTable: 'any', message: 'immediate' },
  { disabledTable: 'any', message: 'edge', openWrites: 'any' },
])('a device whose vectors may both have sent zero is right: %o', async (own) => {
  const choices = { ...STRICT_CHOICES, ...own };
  const subject = remoteSubject(remoteOf((options) => new Lawful(options, choices), 2));
  const report = await conform(subject, {
    profile: { name: 'its own', choices, assumptions: {} },
    ...{ scenes: [ANY_MESSAGES], strategies: ['random walks'], seconds: 20, limits: { sampling: 2500 } },
  });
  expect([...report.causes, ...report.unsettled]).toEqual([]);
  expect(report.steps).toBeGreaterThan(5000);
});
