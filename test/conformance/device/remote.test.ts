/**
 * A device that answers at once, behind the form of the port that answers later: batches are answered as they would be one by one.
 */
import { describe, expect, test } from 'vitest';
import type { DeviceOutput, Request } from '../../../conformance/device/device.ts';
import { remoteOf } from '../../../conformance/device/remote.ts';
import { conform } from '../../../conformance/judge/conform.ts';
import { remoteSubject } from '../../../conformance/judge/subject.ts';
import { Lawful, lawfulPieces } from '../../../conformance/museum/lawful.ts';
import { PlainDevice } from '../../../conformance/museum/index.ts';

/** A right device that hands out the very list that it goes on filling, and empties it when it is asked again. */
class Reusing extends Lawful {
  private readonly list: DeviceOutput[] = [];
  private isTaken = false;

  override emit(addressLow: number, addressHigh: number, data: number, vector = -1): void {
    if (this.isTaken) this.list.length = 0;
    this.isTaken = false;
    this.list.push({ verb: 'send', vector, addressLow, addressHigh, data });
  }

  override takeOutputs(): readonly DeviceOutput[] {
    if (this.isTaken) this.list.length = 0;
    this.isTaken = true;
    return this.list;
  }
}

const { choices } = lawfulPieces(0, 1).find(({ name }) => name === 'narrowWrites-performed')!;

describe('a device that hands out the list of messages that it goes on filling', () => {
  const OPEN: readonly Request[] = [
    { verb: 'configWrite', offset: 2, bytes: 2, value: 0x8000 },
    { verb: 'tableWrite', offset: 12, bytes: 4, low: 0, high: 0 },
    { verb: 'outputs' },
    { verb: 'signal', vector: 0 },
    { verb: 'outputs' },
    { verb: 'signal', vector: 0 },
    { verb: 'outputs' },
    { verb: 'outputs' },
  ];

  test.each([
    ['one', (vectorCount: number) => new Reusing({ vectorCount }, choices)],
    ['a device of the museum', (vectorCount: number) => new PlainDevice({ vectorCount })],
  ])('answers a batch as it answers one by one: %s', async (_, create) => {
    const remote = remoteOf(({ vectorCount }) => create(vectorCount), 1);
    const answers = await remote.run(OPEN);
    expect(answers.flatMap(({ outputs }, at) => (OPEN[at].verb === 'outputs' ? outputs.length : []))).toEqual([
      0, 1, 1, 0,
    ]);
  });

  // Messages of later steps were taken for those of earlier ones: MSIX-ENABLE-1 was found in right devices, and in no run again.
  test('is not accused of messages that it sent later in the batch', async () => {
    const report = await conform(remoteSubject(remoteOf((options) => new Reusing(options, choices), 1)), {
      profile: { name: 'its own', choices, assumptions: {} },
      scenes: ['one vector'],
      strategies: ['all transitions', 'transitions read at the end'],
      seconds: 60,
    });
    expect(report.verdict).toBe('holds');
    expect(report.steps).toBeGreaterThan(3000);
  });
});
