/**
 * The alphabet: the events that may happen. It is all that the machine has, unless some are left out in so many words; what is
 * left out is remembered, for every verdict to say.
 */
import type { AnyStateMachine } from 'xstate';
import { ArgumentError, isObject, refuse, requireFields, requireList, tell, tellNames } from '../argument/argument.ts';
import { nodesOf } from './transition-sets.ts';

/**
 * The events of a machine, in the order in which they are tried: a list of them all, `only` some, or all `without` some. Left
 * out, all of them in XState's order.
 */
export type Alphabet =
  | readonly string[]
  | { readonly only: readonly string[] }
  | { readonly without: readonly string[] };

/** An alphabet, read. */
export interface Events {
  readonly events: readonly string[];
  /** The events of the machine that never happen. */
  readonly without: readonly string[];
}

/** What a verdict says of events that were left out: nothing where there are none. */
export function leftOut({ without }: Pick<Events, 'without'>): { readonly without?: readonly string[] } {
  return without.length === 0 ? {} : { without };
}

/**
 * Reads an alphabet of a machine.
 * @throws {ArgumentError} when it names an event that the machine does not have, or one twice; when a list leaves any out.
 */
export function readAlphabet(place: string, machine: AnyStateMachine, alphabet: unknown): Events {
  const own: readonly string[] = machine.events;
  if (alphabet === undefined) return { events: own, without: [] };
  if (isObject(alphabet)) return readChoice(place, machine, alphabet);
  const events = requireEvents(place, machine, alphabet);
  const missing = own.filter((event) => !events.includes(event));
  if (missing.length === 0) return { events, without: [] };
  throw new ArgumentError(
    `Got no ${missing.length === 1 ? 'event' : 'events'} ${tellNames(missing)} in ${place}; expected all events of ` +
      `${machine.id}, or { only: [...] } or { without: [...] }, which say that some are left out.`,
  );
}

function readChoice(place: string, machine: AnyStateMachine, alphabet: object): Events {
  const what = 'names of events, { only: [...] } or { without: [...] }';
  const { only, without } = requireFields(place, alphabet, ['only', 'without'], what);
  if ((only === undefined) === (without === undefined)) refuse(place, alphabet, what);
  const named = requireEvents(place, machine, only ?? without);
  const others = machine.events.filter((event: string) => !named.includes(event));
  return only === undefined ? { events: others, without: named } : { events: named, without: others };
}

/** Requires names of events of a machine, each once. An event that no state ever takes may be named, if any state has it. */
export function requireEvents(place: string, machine: AnyStateMachine, value: unknown): string[] {
  const known = new Set(nodesOf(machine.root).flatMap((node) => [...node.transitions.keys()]));
  const events = requireList(
    place,
    value,
    (at, event) => {
      if (typeof event === 'string' && known.has(event)) return event;
      const example = machine.events[0] ?? 'GO';
      if (typeof event !== 'string') return refuse(at, event, `the name of an event, such as '${example}'`);
      return refuse(at, event, `an event of ${machine.id}: ${tellNames([...known].toSorted()) || 'it has none'}`);
    },
    'an array of names of events',
  );
  const again = events.find((event, index) => events.indexOf(event) !== index);
  if (again === undefined) return events;
  throw new ArgumentError(`Got the event ${tell(again)} twice in ${place}; expected each once.`);
}
