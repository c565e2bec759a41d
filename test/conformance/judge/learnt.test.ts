/**
 * What is learnt is what the device does: what a reset leaves is judged by what was there before it, and what is found wrong and taken
 * back must fit the profile that is reported.
 */
import { expect, test } from 'vitest';
import { remoteOf } from '../../../conformance/device/remote.ts';
import { conform } from '../../../conformance/judge/conform.ts';
import { remoteSubject, subjectOf } from '../../../conformance/judge/subject.ts';
import { Lawful } from '../../../conformance/museum/lawful.ts';
import { PlainDevice } from '../../../conformance/museum/index.ts';
import { withoutSnapshots } from '../../../conformance/museum/show.ts';
import { STRICT_CHOICES } from '../../../spec/choices.ts';

test('a device that keeps its entries over a reset, with the reserved bits of an address, is learnt', async () => {
  const choices = {
    ...STRICT_CHOICES,
    resetEntry: 'kept',
    reservedAddress: 'kept',
    narrowWrites: 'performed',
  } as const;
  const { causes, profile, notes } = await conform(
    remoteSubject(remoteOf((options) => new Lawful(options, choices), 1)),
    { learn: true, seconds: 60, strategies: ['all transitions'] },
  );
  expect(causes).toEqual([]);
  expect(notes.join(' ')).not.toContain('Learning was cut short');
  expect(profile.choices).toEqual(choices);
});

/** Of equal messages that become free at once, the function sends one. */
class Merges extends PlainDevice {
  private sent: Set<string> | undefined;

  override emit(low: number, high: number, data: number, vector?: number): void {
    const key = [low, high, data].join();
    if (this.sent?.has(key) === true) return;
    this.sent?.add(key);
    super.emit(low, high, data, vector);
  }

  override releaseAll(): void {
    this.sent = new Set();
    super.releaseAll();
    this.sent = undefined;
  }
}

const merging = () => subjectOf((options) => withoutSnapshots(new Merges(options)), [2]);

test('a device that merges the equal messages of two vectors is wrong', async () => {
  const { causes } = await conform(merging(), { learn: true, seconds: 20, strategies: ['all transitions'] });
  expect(causes.map(({ rule }) => rule)).toContain('MSIX-PEND-2');
});

test('what was taken back fits the profile that is reported: a missing message to zero was found and permitted', async () => {
  const scenes = ['one vector', 'two vectors'];
  const report = await conform(merging(), { learn: true, seconds: 20, strategies: ['all transitions'], scenes });
  expect(report.profile.choices.addresses).not.toBe('all');
  const again = await conform(merging(), {
    ...{ profile: report.profile, seconds: 20, strategies: ['all transitions'], scenes },
  });
  expect(again.causes).toEqual([]);
});
