/**
 * A program that performs narrow writes: what an entry holds after one is known once it is read. A strategy that reads seldom must
 * read then, or the judge takes bytes that were written for bytes that never were.
 */
import { expect, test } from 'vitest';
import type { Request } from '../../../conformance/device/device.ts';
import { remoteOf } from '../../../conformance/device/remote.ts';
import { conform } from '../../../conformance/judge/conform.ts';
import { remoteSubject } from '../../../conformance/judge/subject.ts';
import { Lawful, lawfulPieces } from '../../../conformance/museum/lawful.ts';

test('what is read back seldom is read after bytes that make no message, each time', async () => {
  const { choices } = lawfulPieces(0, 1).find(({ name }) => name === 'narrowWrites-performed')!;
  const remote = remoteOf((options) => new Lawful(options, choices), 1);
  let [scribbles, readAfter] = [0, 0];
  const watch = (requests: readonly Request[]): void => {
    for (const [at, request] of requests.entries()) {
      if (request.verb !== 'tableWrite' || (request.low !== 0x58 && request.low !== 0x5858)) continue;
      scribbles++;
      const [outputs, readback] = requests.slice(at + 1);
      if (outputs?.verb === 'outputs' && readback?.verb === 'configRead') readAfter++;
    }
  };
  await conform(
    remoteSubject({
      ...{ name: 'lawful', vectorCount: 1, abilities: new Set(['reset', 'retire'] as const) },
      run: (requests) => {
        watch(requests);
        return remote.run(requests);
      },
      fresh: () => remote.fresh(),
      close: () => remote.close(),
    }),
    {
      profile: { name: 'lawful', choices, assumptions: {} },
      ...{ scenes: ['bits and bytes'], strategies: ['transition pairs'], seconds: 3 },
    },
  );
  expect(scribbles).toBeGreaterThan(10);
  expect(readAfter).toBe(scribbles);
});
