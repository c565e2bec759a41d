/**
 * A program whose messages leave some time after it has answered. One that comes within the profile's wait is late, and right; one that
 * never comes is lost, and a finding. Without a wait, both are missing.
 */
import { expect, test } from 'vitest';
import type { DeviceOutput, RemoteDevice } from '../../../conformance/device/device.ts';
import { remoteOf } from '../../../conformance/device/remote.ts';
import { conform, type Report } from '../../../conformance/judge/conform.ts';
import { remoteSubject } from '../../../conformance/judge/subject.ts';
import { PlainDevice } from '../../../conformance/museum/index.ts';
import { STRICT_CHOICES } from '../../../spec/choices.ts';

/** A right device whose messages are seen after so many milliseconds; with `loses`, one that an unmask lets out is never seen. */
function slow(milliseconds: number, loses = false): RemoteDevice {
  const create = remoteOf(
    (options) =>
      new (class extends PlainDevice {
        override release(vector: number): void {
          if (loses && !this.isBlocked(vector)) this.pending[vector] = 0;
          else super.release(vector);
        }
      })(options),
    1,
  );
  let seen: DeviceOutput[] = [];
  let life = 0;
  return {
    ...{ name: 'slow', vectorCount: 1, abilities: new Set(['reset', 'retire'] as const) },
    fresh: () => {
      life++;
      seen = [];
      return create.fresh();
    },
    close: () => create.close(),
    run: async (requests) => {
      const answers = [];
      for (const request of requests) {
        const [answer] = await create.run([request]);
        if (request.verb !== 'outputs') {
          answers.push(answer);
          continue;
        }
        const now = life;
        if (milliseconds === 0) seen = [...answer.outputs];
        else if (answer.outputs.length > 0)
          setTimeout(() => void (now === life && seen.push(...answer.outputs)), milliseconds);
        answers.push({ ...answer, outputs: seen });
        seen = [];
      }
      return answers;
    },
  };
}

const judged = (device: RemoteDevice, wait: number | undefined, isLearnt = false): Promise<Report> =>
  conform(remoteSubject(device), {
    profile: { name: 'own', choices: { ...STRICT_CHOICES, message: 'immediate' }, assumptions: {}, wait },
    ...{ learn: isLearnt, scenes: ['addresses'], strategies: ['all transitions'], seconds: 2 },
  });

test('a message that comes within the wait is late, and nothing is wrong', async () => {
  const report = await judged(slow(8), 400);
  expect(report.causes).toEqual([]);
  expect(report.steps).toBeGreaterThan(50);
  expect(report.notes.join()).toMatch(
    /waited for 400 ms, and judged to be lost after that: [1-9]\d* came late, by \d+ ms/,
  );
});

test('without a wait, it is missing', async () => {
  const report = await judged(slow(8), undefined);
  expect(report.causes.length + report.unsettled.length).toBeGreaterThan(0);
});

test('a message that does not come within the wait is lost', async () => {
  const report = await judged(slow(8, true), 60);
  expect(new Set(report.causes.map(({ rule }) => rule))).toEqual(new Set(['MSIX-PEND-2']));
  const { trace, differences } = report.causes[0].findings[0];
  expect(trace.at(-1)).toMatch(/^(unmask|control)/);
  expect(differences.join()).toMatch(/^Got no message/);
});

test('the wait is learnt', async () => {
  const { profile, causes } = await judged(slow(8), undefined, true);
  expect(profile.wait).toBeGreaterThanOrEqual(50);
  expect(causes).toEqual([]);
  // Of one that loses messages and is never late, there is none to learn.
  expect((await judged(slow(0, true), undefined, true)).profile.wait).toBeUndefined();
});
