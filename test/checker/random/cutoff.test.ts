import { describe, expect, test } from 'vitest';
import { cutoffOf, decideEvery } from '../../../checker/cutoff/every.ts';
import { CheckedFamily } from '../../../checker/cutoff/family.ts';
import { CutoffError, type Family } from '../../../checker/cutoff/instance.ts';
import { explorer, refusalOf, resultOf } from '../../setup/families.ts';
import { BREACHES, randomFamily } from '../../setup/random-family.ts';
import { pinned, share } from '../../setup/share.ts';

describe('random families', () => {
  const ACCEPTED = share(100);
  const CLAIMS = 3;

  /** The family with its premise checked; undefined where it is refused. */
  const checkedOf = (family: Family): CheckedFamily | undefined => {
    try {
      return new CheckedFamily(family);
    } catch (error) {
      if (!(error instanceof CutoffError)) throw error;
      return undefined;
    }
  };

  test(
    'whose premise is accepted have one verdict at the cutoff and at one and two members more',
    { timeout: 60_000 },
    () => {
      const tally = {
        deaf: 0,
        hearing: 0,
        refused: 0,
        claims: 0,
        refusedClaims: 0,
        verdicts: {} as Record<string, number>,
      };
      for (let seed = 0; tally.deaf + tally.hearing < ACCEPTED; seed++) {
        const { family, claim: claimOf } = randomFamily(seed);
        const at = explorer(family);
        const checked = checkedOf(family);
        if (checked === undefined) {
          tally.refused++;
          continue;
        }
        tally[checked.hearing === undefined ? 'deaf' : 'hearing']++;
        for (let number = 0; number < CLAIMS; number++) {
          const claim = claimOf(1000 * seed + number);
          const { cutoff } = cutoffOf(checked, () => claim);
          const [{ result, because }] = decideEvery(checked, at(cutoff), cutoff, [() => claim]);
          if (because !== undefined) {
            tally.refusedClaims++;
            continue;
          }
          const results = [cutoff, cutoff + 1, cutoff + 2].map((members) => resultOf(at(members), claim));
          expect([seed, number, ...results]).toEqual([seed, number, result, result, result]);
          const name = `${claim.kind} ${result}`;
          tally.verdicts[name] = (tally.verdicts[name] ?? 0) + 1;
          tally.claims++;
        }
      }
      expect(tally).toEqual(
        pinned(
          {
            deaf: 4,
            hearing: 6,
            refused: 1,
            claims: 27,
            refusedClaims: 3,
            verdicts: {
              'invariant holds': 8,
              'invariant fails': 1,
              'reach holds': 5,
              'reach fails': 4,
              'step holds': 2,
              'step fails': 1,
              'step n/a': 1,
              'leadsTo holds': 2,
              'leadsTo n/a': 3,
            },
          },
          {
            deaf: 45,
            hearing: 55,
            refused: 15,
            claims: 288,
            // A leads-to, with fairness of an event that other members may take.
            refusedClaims: 12,
            verdicts: {
              'invariant holds': 48,
              'invariant fails': 29,
              'reach holds': 41,
              'reach fails': 37,
              'step holds': 36,
              'step fails': 34,
              'step n/a': 9,
              'leadsTo holds': 21,
              'leadsTo fails': 25,
              'leadsTo n/a': 8,
            },
          },
        ),
      );
    },
  );

  test.each(BREACHES)('are refused where %s', (breach) => {
    const refusals = Array.from({ length: 20 }, (_, seed) =>
      refusalOf(() => new CheckedFamily(randomFamily(seed, breach).family)),
    );
    expect(refusals.filter((refusal) => !REFUSALS[breach].test(refusal ?? 'accepted'))).toEqual([]);
  });
});

/** What the refusal of each breach says. */
const REFUSALS: Readonly<Record<(typeof BREACHES)[number], RegExp>> = {
  'a member reads another': /member 0 reads m1\.x\.q, of member 1: on s, if /,
  'what is shared reads a member': /what is shared reads m0\.x\.q, of a member: on s, if /,
  'a member is not like the others':
    /where m2 (?:lacks|has besides), with the member called 0 and another one 1: |what is shared, of member 2|it speaks of/,
  'a member changes another': /member 0 changes \S+, which is not its own: on a\.0, if /,
  'a sentence speaks of two members': /it speaks of the members \d and \d at once: on /,
  'a sentence asks in two places': /it asks in two places at once whether they name member \d: on b\.\d, if /,
  'a sentence asks that a member is not named': /it asks for a state that does not name member \d: on s, if /,
};
