/**
 * What the page says of the vectors of a log: where the picture numbers them otherwise than the log, it says both numbers and whose they are.
 */
import { expect, test } from 'vitest';
import { tellOwn, tellVectors } from '../../inspector/page/log-vectors.ts';

test.each([
  [[0, 1, 2, 3, 4], 5, 0, 'all of its 5 vectors'],
  [[0], 1, 0, 'its only vector'],
  [[0, 1, 2], 65, 0, 'vectors 0 to 2 of 65; the guest uses no others'],
  [[0], 65, 0, 'vector 0 of 65; the guest uses no others'],
  [[68], 128, 0, 'vector 68 of 128; the guest uses no others. In the picture, vector 0 is 68 in the log'],
  [
    [0, 5, 68],
    128,
    3,
    'vectors 0, 5 and 68 of 128; 3 more are used and not drawn. In the picture, vector 1 is 5 in the log, vector 2 is 68 in the log',
  ],
])('vectors %j of %i, %i left out', (vectors, vectorCount, vectorsLeftOut, words) => {
  expect(tellVectors({ vectors, vectorCount, vectorsLeftOut })).toBe(words);
});

test('a vector of the picture says in place which of the log it is, where that is another', () => {
  const log = { vectors: [0, 5, 68] };
  expect([0, 1, 2, 3].map((vector) => tellOwn(log, vector))).toEqual([
    undefined,
    '5 in the log',
    '68 in the log',
    undefined,
  ]);
  expect(tellOwn(undefined, 0)).toBeUndefined();
});
