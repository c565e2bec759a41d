/**
 * Messages as the machines see them: a few abstract values, each a state of its own, and the writes that lead to them.
 */

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

/** Makes a set in which every write replaces the whole message. */
export function wholeMessages(name: string, values: readonly string[]): MessageSet {
  return { name, values, writes: values.map((value) => ({ name: value, result: () => value })) };
}

/** Zero, which means nothing (MSIX-MSG-6), and one message beside it. */
export const TWO: MessageSet = wholeMessages('two', ['zero', 'A']);
/** Zero and two messages: enough to tell an old message from a new one, and both from an entry never written. */
export const THREE: MessageSet = wholeMessages('three', ['zero', 'A', 'B']);

const HALVES_VALUES = ['address0data0', 'address0data1', 'address1data0', 'address1data1'];

/** Address and data apart, two values each: what it takes to see a torn message (MSIX-MSG-3). */
export const HALVES: MessageSet = {
  name: 'halves',
  values: HALVES_VALUES,
  writes: ['address0', 'address1', 'data0', 'data1'].map((half) => ({
    name: half,
    result: (message) => message.replace(new RegExp(half.slice(0, -1) + '\\d'), half),
  })),
};

/** The sets by their names, as the command line takes them. */
export const MESSAGE_SETS: Readonly<Record<string, MessageSet>> = { two: TWO, three: THREE, halves: HALVES };
