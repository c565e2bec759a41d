/**
 * What renames the first two messages of a machine in the names of events and outputs and in states: what is claimed of runs in which zero is a
 * message like any other.
 */
import type { StateValue } from 'xstate';
import type { MessageSet } from '../machines/messages.ts';

/** Exchanges the first two messages in a name of an event or an output. */
export function exchange({ values: [one, other] }: MessageSet): (name: string) => string {
  return (name) =>
    name
      .split('.')
      .map((part) => (part === one ? other : part === other ? one : part))
      .join('.');
}

/** Exchanges the first two messages wherever a state holds one. */
export function exchangeState(value: StateValue, messages: MessageSet): StateValue {
  if (typeof value === 'string') return exchange(messages)(value);
  return Object.fromEntries(
    Object.entries(value).map(([name, inside]) => [name, exchangeState(inside as StateValue, messages)]),
  );
}
