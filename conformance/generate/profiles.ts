/**
 * The profiles of the test vectors: every combination of those choices that a device makes once and keeps to. A consumer of test
 * vectors keeps the set of profiles that its device may still have; a device that answers now by one and now by another has none left.
 * What a device may do now one way and now another is for `maskbit conform`, which judges it as it goes; so is a device that sends several
 * held events as several messages, or none to some addresses: no test lets out a message to address zero.
 */
import { CHOICES, type ChoiceName, type Choices, STRICT_CHOICES } from '../../spec/choices.ts';

/** The choices that the profiles differ in. */
const STEADY = ['disabledEvent', 'pendingAtDisable', 'pendingAtEnable', 'message', 'openWrites'] as const;

const valuesOf = (flag: ChoiceName): readonly string[] =>
  CHOICES.find(({ name }) => name === flag)!
    .values.map(({ name }) => name)
    .filter((value) => value !== 'any' && value !== 'torn');

/** The names of those choices. */
export const FLAGS: readonly ChoiceName[] = STEADY;

/** The profiles, in a fixed order; the first is the strict one, which is maskbit's own. */
export const PROFILES: readonly Choices[] = FLAGS.reduce<readonly Choices[]>(
  (made, flag) => made.flatMap((choices) => valuesOf(flag).map((value) => ({ ...choices, [flag]: value }))),
  [STRICT_CHOICES],
);

/** A profile in short: the values of its flags, in their order. */
export const profileName = (choices: Choices): string => FLAGS.map((flag) => choices[flag]).join(',');

/** A set of profiles in hexadecimal: bit p of the number is profile p. All have the same digits, so that they can be compared digit by digit. */
export function profileMask(profiles: Iterable<number>): string {
  let mask = 0n;
  for (const profile of profiles) mask |= 1n << BigInt(profile);
  return `0x${mask.toString(16).padStart(Math.ceil(PROFILES.length / 4), '0')}`;
}

/** The flags on which it depends whether a profile is of a set: those in which two profiles differ, one of it and one not. */
export function flagsOf(groups: readonly ReadonlySet<number>[]): ChoiceName[] {
  if (groups.length < 2) return [];
  const groupOf = new Int32Array(PROFILES.length);
  groups.forEach((group, number) => group.forEach((profile) => (groupOf[profile] = number)));
  return FLAGS.filter((flag) => {
    const others = new Map<string, number>();
    return PROFILES.some((profile, number) => {
      const rest = FLAGS.filter((each) => each !== flag)
        .map((each) => profile[each])
        .join();
      const seen = others.get(rest);
      if (seen === undefined) others.set(rest, groupOf[number]);
      return seen !== undefined && seen !== groupOf[number];
    });
  });
}
