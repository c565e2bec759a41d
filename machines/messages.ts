/**
 * Messages as the machines see them: a few abstract values, each a state of its own, and the writes that lead to them.
 */

import {
  Brand,
  refuse,
  requireFields,
  requireFunction,
  requireList,
  requireName,
  within,
} from '../checker/argument/argument.ts';
import { requireWord, VALUES_MAX } from './argument.ts';

/** One kind of write to an entry's address and data, and what it makes of each message. */
export interface MessageWrite {
  /** The last word of the event, `guest.write.<vector>.<name>`. */
  readonly name: string;
  /** The message after the write, for the message before. */
  readonly result: (message: string) => string;
}

/** The messages of an instance. The first is the one after reset, and stands for an entry of zeros (MSIX-RESET-4). */
export interface MessageSet {
  readonly name: string;
  readonly values: readonly string[];
  readonly writes: readonly MessageWrite[];
}

/** Sets that were looked at before. */
const SETS = new Brand<MessageSet>('a set of messages, such as TWO');

/** Makes a set in which every write replaces the whole message. */
export function wholeMessages(name: string, values: readonly string[]): MessageSet {
  requireName('name of wholeMessages', name);
  const copy = requireValues('values of wholeMessages', values);
  return SETS.mark({ name, values: copy, writes: copy.map((value) => ({ name: value, result: () => value })) });
}

/** Zero, which means nothing (MSIX-MSG-6), and one message beside it. */
export const TWO: MessageSet = wholeMessages('two', ['zero', 'A']);
/** Zero and two messages: enough to tell an old message from a new one, and both from an entry never written. */
export const THREE: MessageSet = wholeMessages('three', ['zero', 'A', 'B']);

const HALVES_VALUES = ['address0data0', 'address0data1', 'address1data0', 'address1data1'];

/** Address and data apart, two values each: what it takes to see a torn message (MSIX-MSG-3). */
export const HALVES: MessageSet = SETS.mark({
  name: 'halves',
  values: HALVES_VALUES,
  writes: ['address0', 'address1', 'data0', 'data1'].map((half) => ({
    name: half,
    result: (message) => message.replace(new RegExp(half.slice(0, -1) + '\\d'), half),
  })),
});

/** The sets by their names, as the command line takes them. */
export const MESSAGE_SETS: Readonly<Record<string, MessageSet>> = { two: TWO, three: THREE, halves: HALVES };

/** Requires the messages of an instance. Sets made here are taken as they are; of others, a copy, in which each write gives one of them. */
export function requireMessages(place: string, value: unknown): MessageSet {
  if (SETS.has(value)) return value;
  const fields = requireFields(place, value, ['name', 'values', 'writes'], 'a set of messages, such as TWO');
  const values = requireValues(within(place, 'values'), fields.values);
  const writes = requireList(within(place, 'writes'), fields.writes, (at, each): MessageWrite => {
    const write = requireFields(at, each, ['name', 'result']);
    const name = requireWord(within(at, 'name'), write.name);
    const result = requireFunction(within(at, 'result'), write.result);
    const results = values.map((before) => {
      const after = result(before);
      const isIt = values.includes(after as string);
      return isIt
        ? (after as string)
        : refuse(`what ${within(at, 'result')} gives`, after, `one of ${values.join(', ')}`);
    });
    return { name, result: (before) => results[values.indexOf(before)] };
  });
  return SETS.mark({ name: requireName(within(place, 'name'), fields.name), values, writes });
}

/** Requires the values of messages: names, each another. */
function requireValues(place: string, value: unknown): string[] {
  const values = requireList(place, value, requireWord);
  const areThey = values.length > 0 && values.length <= VALUES_MAX && new Set(values).size === values.length;
  return areThey ? values : refuse(place, value, `1 to ${VALUES_MAX} names, each another`);
}
