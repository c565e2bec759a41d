/**
 * What a finding is said to resemble: a wrong device that shows the same and breaks the same rule. One that was made by nobody of the museum is put to it, too.
 */
import { expect, test } from 'vitest';
import type { DeviceFactory } from '../../../conformance/device/device.ts';
import { conform, type Report } from '../../../conformance/judge/conform.ts';
import { subjectOf } from '../../../conformance/judge/subject.ts';
import { pieceNamed, PlainDevice } from '../../../conformance/museum/index.ts';
import { resembled, resemblances } from '../../../conformance/museum/resemblance.ts';
import { QueueDevice } from '../../setup/foreign.ts';

const judged = (factory: DeviceFactory, counts: readonly number[]): Promise<Report> =>
  conform(subjectOf(factory, counts), { learn: true, seconds: 20, limits: { sampling: 300 } });
const piece = (name: string): DeviceFactory => {
  const Wrong = pieceNamed(name).device(PlainDevice);
  return (options) => new Wrong(options);
};
const foreign =
  (bug: string): DeviceFactory =>
  (options) =>
    new QueueDevice(options, [bug]);

test.each<[string, DeviceFactory, counts: readonly number[], rule: string, bugs: readonly string[]]>([
  ['a route that stays, somebody else’s', foreign('route stays'), [1], 'MSIX-MASK-2', ['HB-04']],
  ['what is sent behind another, somebody else’s', foreign('sends behind'), [1, 2], 'MSIX-PEND-2', []],
  ['a QWORD that unmasks and does not send', piece('qword-unmask-does-not-send'), [1], 'MSIX-ACCESS-4', ['HB-13']],
  // It shows what six bugs of other rules show.
  ['the message of the last write', piece('message-is-of-the-last-write'), [1, 2], 'MSIX-PEND-2', []],
])('%s: names the bugs of real systems that break its rule, and no others', async (_, factory, counts, rule, bugs) => {
  const { causes } = await judged(factory, counts);
  for (const cause of causes) {
    const cited = new Set(cause.findings.map(({ rules }) => rules[0]));
    for (const { name, rules } of resembled(cause))
      expect(
        rules.filter((each) => cited.has(each)),
        `${cause.rule}: ${name}`,
      ).not.toEqual([]);
  }
  const named = causes.filter((cause) => cause.rule === rule).flatMap((cause) => resemblances(cause));
  expect(causes.map((cause) => cause.rule)).toContain(rule);
  expect([...new Set(named.flatMap((each) => /^HB-\d+/.exec(each) ?? []))]).toEqual(bugs);
});
