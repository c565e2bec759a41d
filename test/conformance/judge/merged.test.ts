/**
 * A device whose messages are found in memory: two that go to one address between two looks are seen as one. Where the adapter says so, that
 * is no finding; where it does not, it is one.
 */
import { expect, test } from 'vitest';
import type { DeviceOutput, RemoteDevice } from '../../../conformance/device/device.ts';
import { createInProcessDevice } from '../../../conformance/device/in-process.ts';
import { remoteOf } from '../../../conformance/device/remote.ts';
import { conform, type Report } from '../../../conformance/judge/conform.ts';
import { profileNamed } from '../../../conformance/judge/profile.ts';
import { remoteSubject } from '../../../conformance/judge/subject.ts';

/** A right device, of whose messages to one address only the last is seen; with `loses`, the last message of all is not. */
function inMemory(merges: boolean, loses = false): RemoteDevice {
  const remote = remoteOf(({ vectorCount }) => createInProcessDevice(vectorCount), 2);
  return {
    ...{ name: 'in memory', vectorCount: 2, merges, abilities: new Set([...remote.abilities].filter(isNeeded)) },
    fresh: () => remote.fresh(),
    close: () => remote.close(),
    run: async (requests) =>
      (await remote.run(requests)).map((answer) => ({ ...answer, outputs: seen(answer.outputs).slice(loses ? 1 : 0) })),
  };
}

const isNeeded = (ability: string): boolean => ability !== 'notify' && ability !== 'snapshot';

/** One output of each address, without the vector. */
function seen(outputs: readonly DeviceOutput[]): readonly DeviceOutput[] {
  const sent = outputs.filter(({ verb }) => verb === 'send');
  const places = new Map(sent.map((output) => [`${output.addressHigh}:${output.addressLow}`, output]));
  return [...places.values()].map((output) => ({ ...output, vector: -1 }));
}

async function judged(device: RemoteDevice): Promise<Report> {
  return conform(remoteSubject(device), {
    ...{ profile: profileNamed('strict'), scenes: ['two vectors'], strategies: ['random walks'], seed: 28, seconds: 3 },
  });
}

test('two messages to one address may be seen as one, where the adapter says so', async () => {
  const report = await judged(inMemory(true));
  expect(report.causes).toEqual([]);
  expect(report.steps).toBeGreaterThan(1000);
});

test('where it does not, the second one is missing', async () => {
  const differences = (await judged(inMemory(false))).causes.flatMap(({ findings }) => findings[0].differences);
  expect(differences.join('\n')).toMatch(/Got no message of vector \d; expected the message zero/);
});

test('a message that is lost alone is found all the same', async () => {
  expect((await judged(inMemory(true, true))).verdict).toBe('violated');
});
