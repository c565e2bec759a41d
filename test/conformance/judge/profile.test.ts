/** Profiles as files: what is read back is what was written, and what is no profile is refused in a sentence. */
import { describe, expect, test } from 'vitest';
import { parseProfile, printProfile, PROFILES, profileNamed } from '../../../conformance/judge/profile.ts';
import { STRICT_CHOICES } from '../../../spec/choices.ts';

const file = (change: object): string =>
  JSON.stringify({ maskbit: 'profile', version: 1, choices: STRICT_CHOICES, ...change });

describe('a profile', () => {
  test.each(PROFILES.map((profile) => [profile.name, profile] as const))(
    '%s is read as it was written',
    (_, profile) => {
      expect(parseProfile(printProfile(profile), 'p.json')).toEqual(profile);
    },
  );

  test.each([
    ['that is no JSON', 'no', 'Got no JSON in p.json; expected a profile that --learn has written.'],
    [
      'that is something else',
      '{}',
      'Got no profile in p.json; expected {"maskbit": "profile", "version": 1, "choices": {...}}.',
    ],
    [
      'of another version',
      file({ version: 0 }),
      'Got version 0 of a profile in p.json; expected 1. Learn it again with --learn.',
    ],
    [
      'with a value that there is not',
      file({ choices: { coalescing: 'two' } }),
      'Got "two" for coalescing in p.json; expected one, each.',
    ],
    [
      'that contradicts itself',
      file({ choices: { disabledEvent: 'hidden', pendingAtEnable: 'lost' } }),
      'Got a profile that contradicts itself in p.json: disabledEvent is hidden and pendingAtEnable is lost; expected what is dropped at enabling not to show after it.',
    ],
    [
      'with an assumption that there is not',
      file({ assumptions: { kind: true } }),
      'Got the assumption kind: true in p.json; expected true or false for programmed, quietWhileOpen, quietWhileDisabled.',
    ],
    ['with a wait that is none', file({ wait: -1 }), 'Got the wait -1 in p.json; expected 0 to 10000 milliseconds.'],
  ])('%s is refused', (_, text, message) => {
    expect(() => parseProfile(text, 'p.json')).toThrow(new RangeError(message));
  });

  test('keeps its wait', () => {
    const profile = { ...profileNamed('strict'), wait: 40 };
    expect(parseProfile(printProfile(profile), 'p.json')).toEqual(profile);
  });

  test('of an unknown name is refused', () => {
    expect(() => profileNamed('lax')).toThrow(
      new RangeError(
        'Got the profile lax; expected strict, pcie, qemu, irqfd, linux-guest, or the path of a file that --learn has written.',
      ),
    );
  });
});
