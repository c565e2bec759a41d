/**
 * Profiles: one value for each choice, with a name and a version, as JSON. And assumptions about guests, which leave actions out.
 */
import {
  CHOICES,
  type ChoiceName,
  choiceNamed,
  type Choices,
  LOOSE_CHOICES,
  STRICT_CHOICES,
} from '../../spec/choices.ts';

/** The version of the format. A file of another one is refused in a sentence. */
export const PROFILE_VERSION = 1;

/** What guests may be taken to do. */
export interface Assumptions {
  /** A guest writes an entry before it opens its vector. */
  readonly programmed?: boolean;
  /** A guest changes no entry that is not masked. */
  readonly quietWhileOpen?: boolean;
  /** The device has no events while MSI-X is disabled. */
  readonly quietWhileDisabled?: boolean;
}

/** A profile. */
export interface Profile {
  readonly name: string;
  readonly choices: Choices;
  readonly assumptions: Assumptions;
  /** How many milliseconds a message that is missing is waited for before it is judged to be lost. Default 0. */
  readonly wait?: number;
}

/** The profiles that ship. */
export const PROFILES: readonly Profile[] = [
  { name: 'strict', choices: STRICT_CHOICES, assumptions: {} },
  { name: 'pcie', choices: LOOSE_CHOICES, assumptions: {} },
  {
    // Disabled is masked, entries are read when they are sent, reserved bits are kept: QEMU's own devices.
    name: 'qemu',
    choices: {
      ...STRICT_CHOICES,
      message: 'any',
      reservedControl: 'kept',
      reservedAddress: 'kept',
      narrowWrites: 'any',
    },
    assumptions: {},
  },
  {
    // Interrupts by irqfd and a routing table: what comes while disabled may be lost, hidden, or held by the eventfd.
    name: 'irqfd',
    choices: { ...LOOSE_CHOICES, narrowWrites: 'dropped', pbaWrites: 'ignored' },
    assumptions: { programmed: true },
  },
  {
    // A guest that does only what Linux does.
    name: 'linux-guest',
    choices: LOOSE_CHOICES,
    assumptions: { programmed: true, quietWhileOpen: true, quietWhileDisabled: true },
  },
];

/** The longest wait of a profile, in milliseconds. */
const MOST_WAIT = 10_000;

const ASSUMPTIONS = ['programmed', 'quietWhileOpen', 'quietWhileDisabled'] as const;

/** Finds a profile that ships. @throws {RangeError} when there is none of that name. */
export function profileNamed(name: string): Profile {
  const profile = PROFILES.find((each) => each.name === name);
  if (profile !== undefined) return profile;
  const names = PROFILES.map((each) => each.name).join(', ');
  throw new RangeError(`Got the profile ${name}; expected ${names}, or the path of a file that --learn has written.`);
}

/** Writes a profile as JSON. */
export function printProfile({ name, choices, assumptions, wait }: Profile): string {
  return `${JSON.stringify({ maskbit: 'profile', version: PROFILE_VERSION, name, choices, assumptions, wait }, undefined, 2)}\n`;
}

/** Reads a profile from JSON. @throws {RangeError} in a sentence, for anything that is none. */
export function parseProfile(text: string, path: string): Profile {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new RangeError(`Got no JSON in ${path}; expected a profile that --learn has written.`);
  }
  const { maskbit, version, name, choices, assumptions = {}, wait } = (data ?? {}) as Record<string, unknown>;
  if (maskbit !== 'profile' || typeof choices !== 'object' || choices === null)
    throw new RangeError(
      `Got no profile in ${path}; expected {"maskbit": "profile", "version": ${PROFILE_VERSION}, "choices": {...}}.`,
    );
  if (version !== PROFILE_VERSION)
    throw new RangeError(
      `Got version ${String(version)} of a profile in ${path}; expected ${PROFILE_VERSION}. Learn it again with --learn.`,
    );
  const values = choices as Record<string, unknown>;
  for (const key of Object.keys(values)) {
    const choice = choiceNamed(key);
    if (choice === undefined)
      throw new RangeError(
        `Got the choice ${key} in ${path}; expected some of ${CHOICES.map((each) => each.name).join(', ')}.`,
      );
    if (!choice.values.some((value) => value.name === values[key]))
      throw new RangeError(
        `Got ${JSON.stringify(values[key])} for ${key} in ${path}; expected ${choice.values.map((value) => value.name).join(', ')}.`,
      );
  }
  for (const [key, value] of Object.entries(assumptions as Record<string, unknown>)) {
    if (!(ASSUMPTIONS as readonly string[]).includes(key) || typeof value !== 'boolean')
      throw new RangeError(
        `Got the assumption ${key}: ${JSON.stringify(value)} in ${path}; expected true or false for ${ASSUMPTIONS.join(', ')}.`,
      );
  }
  if (wait !== undefined && !(Number.isInteger(wait) && (wait as number) >= 0 && (wait as number) <= MOST_WAIT))
    throw new RangeError(`Got the wait ${JSON.stringify(wait)} in ${path}; expected 0 to ${MOST_WAIT} milliseconds.`);
  const all = { ...STRICT_CHOICES, ...(values as Partial<Choices>) };
  const contradiction = contradictionIn(all);
  if (contradiction !== undefined)
    throw new RangeError(`Got a profile that contradicts itself in ${path}: ${contradiction}`);
  return {
    ...{ name: typeof name === 'string' ? name : path, choices: all, assumptions: assumptions as Assumptions },
    ...(wait === undefined ? {} : { wait: wait as number }),
  };
}

/** Says why two values cannot both be so; undefined when they can. */
export function contradictionIn(choices: Choices): string | undefined {
  const { disabledEvent, pendingAtEnable, message, openWrites } = choices;
  if (disabledEvent === 'hidden' && pendingAtEnable === 'lost')
    return 'disabledEvent is hidden and pendingAtEnable is lost; expected what is dropped at enabling not to show after it.';
  if (message === 'immediate' && openWrites === 'dropped')
    return 'message is immediate and openWrites is dropped; expected a change that is dropped not to be in force.';
  return undefined;
}

/** The sentences of a profile, one for each choice. */
export function tellProfile({
  choices,
}: Profile): { readonly choice: ChoiceName; readonly value: string; readonly words: string }[] {
  return CHOICES.map(({ name, values }) => {
    const value = choices[name];
    return { choice: name, value, words: values.find((each) => each.name === value)?.words ?? '' };
  });
}
