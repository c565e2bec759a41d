/** Messages are shared out among vectors as by trying every way: what no way has is left out, and what some way has is kept. */
import { expect, test } from 'vitest';
import { Random } from '../../../conformance/judge/random.ts';
import { type Claim, type Option, shareOut } from '../../../conformance/judge/senders.ts';

const nothing: Option = { word: -1, times: 0, send: 0 };
const sent = (word: number, times: number): Option => ({ word, times, send: 1 + word + 20 * (times - 1) });
const anything: Option = { word: -1, times: 1, send: 63, isAny: true };

const inOrder = (sends: readonly number[]): string => sends.toSorted((one, other) => one - other).join();
const leftAfter = (count: number, word: number, option: Option): number =>
  option.word === word ? count - option.times : count;

/** What some of all ways has of each vector; undefined where there is no way. */
function tried(claims: readonly Claim[], counts: readonly number[], isMerged: boolean): string[] | undefined {
  const found = claims.map(() => new Set<number>());
  let ways = 0;
  const go = (at: number, left: readonly number[], chosen: readonly Option[]): void => {
    if (at === claims.length) {
      if (left.some((count) => (isMerged ? count > 0 : count !== 0))) return;
      ways++;
      chosen.forEach((option, index) => found[index].add(option.send));
      return;
    }
    for (const option of claims[at].options) {
      if (option.isAny === true) {
        const take = (word: number, rest: readonly number[], took: number): void => {
          if (word === counts.length) {
            const isNamed = claims[at].options.some(
              (each) => each.isAny !== true && left.every((count, of) => rest[of] === leftAfter(count, of, each)),
            );
            if (took > 0 && !isNamed) go(at + 1, rest, [...chosen, option]);
            return;
          }
          for (let times = 0; times <= Math.max(0, rest[word]); times++)
            take(word + 1, rest.with(word, rest[word] - times), took + times);
        };
        take(0, left, 0);
      } else if (option.word < 0) go(at + 1, left, [...chosen, option]);
      else go(at + 1, left.with(option.word, left[option.word] - option.times), [...chosen, option]);
    }
  };
  go(0, counts, []);
  return ways === 0 ? undefined : found.map((sends) => inOrder([...sends]));
}

function shared(claims: readonly Claim[], counts: readonly number[], isMerged: boolean): string[] | undefined {
  const shares = shareOut(claims, counts, isMerged);
  if (shares.some((share) => share.claims === undefined)) return undefined;
  const told = new Map(shares.flatMap((share) => share.claims!.map(({ vector, options }) => [vector, options])));
  return claims.map(({ vector }) => inOrder((told.get(vector) ?? []).map(({ send }) => send)));
}

test.each([false, true])(
  'shares out as by trying every way; where what is seen once may have been sent more often: %s',
  (isMerged) => {
    const random = new Random(5);
    let ways = 0;
    let none = 0;
    let open = 0;
    for (let round = 0; round < 1000; round++) {
      const counts = Array.from({ length: 1 + random.below(3) }, () => 1 + random.below(3));
      const claims = Array.from({ length: 1 + random.below(4) }, (_, vector): Claim => {
        const all = [
          nothing,
          ...counts.flatMap((__, word) => [sent(word, 1), sent(word, 2)]),
          ...(round % 10 === 0 && !isMerged ? [anything] : []),
        ];
        const some = all.filter(() => random.below(3) === 0);
        return { vector, options: some.length === 0 ? [sent(0, 1)] : some };
      });
      const right = tried(claims, counts, isMerged);
      expect(shared(claims, counts, isMerged)).toEqual(right);
      if (right === undefined) none++;
      else ways++;
      if (right?.some((options) => options.includes(',')) === true) open++;
    }
    expect(Math.min(ways, none, open)).toBeGreaterThan(40);
  },
);

test('what one vector alone may have sent is none of another one', () => {
  const claims: Claim[] = [
    { vector: 0, options: [nothing, sent(0, 1), sent(1, 1)] },
    { vector: 1, options: [nothing, sent(0, 1)] },
  ];
  // Message 1 is of vector 0, so message 0 is of vector 1.
  expect(shared(claims, [1, 1], false)).toEqual(['2', '1']);
});
