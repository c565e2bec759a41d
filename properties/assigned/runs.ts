/**
 * Properties of the assigned device that compare runs: that a choice of the guest makes no difference but in name, and that all
 * that is seen of the device may be seen of the function.
 */
import { compile } from '../../checker/compile/compile.ts';
import { startAt } from '../../checker/decide/decide.ts';
import { compareRuns, refine } from '../../checker/decide/refine.ts';
import type { ObservedStep } from '../../checker/decide/seen-symmetry.ts';
import { type Exploration, explore } from '../../checker/explore/explore.ts';
import { ASSIGN, REMOVE, RESET } from '../../machines/alphabet.ts';
import { createInterval } from '../../machines/interval.ts';
import type { MessageSet } from '../../machines/messages.ts';
import { exchange, exchangeState } from '../exchange.ts';
import { isEnd } from './claims.ts';
import type { RunsProperty } from './property.ts';

/** What a guest can tell: what it reads, and what is delivered. */
const isTold = (output: string): boolean => output.startsWith('answer.') || output.startsWith('deliver.');

/** P22 NonInterference. */
export const NonInterferenceRuns: RunsProperty = {
  name: 'NonInterferenceRuns',
  number: 'P22',
  title: 'Zero is a message like any other: exchanged with another one everywhere, it makes no difference but in name.',
  rules: ['MSIX-MSG-6', 'MSIX-ASSIGN-2'],
  // With halves, an exchange of two whole messages is no renaming of the writes.
  notFor: ({ messages: { writes, values } }) =>
    writes.every(({ name }) => values.includes(name)) ? undefined : 'messages are written in halves',
  // What a reset leaves in an entry is a choice (MSIX-RESET-4), and zeros are ours.
  scope: { without: isEnd, words: 'with no reset and no removal' },
  contrast: 'In the last step the run in which zero and A are exchanged does not do the same with the names exchanged.',
  compare: ({ bounds: { messages }, explore: exploreInstance }, scope) => {
    const one = exploreInstance([], scope);
    const other = explore(startAt(one.compiled, exchangeState(one.value(0), messages)));
    const rename = exchange(messages);
    const { same, pairs, counterexample } = compareRuns(one, other, {
      event: rename,
      first: ({ outputs }: ObservedStep) => outputs.filter(isTold).map(rename).join(' '),
      other: ({ outputs }: ObservedStep) => outputs.filter(isTold).join(' '),
    });
    return { same, pairs, path: counterexample?.path.map((event) => one.compiled.events[event]) };
  },
};

/** What is seen of a step: that the guest calls an access, or the device is reset, what is delivered, what is answered, and that the access is complete. */
function seen({ event, outputs, taken }: ObservedStep): string[] {
  const call = (event.startsWith('guest.') && taken) || event === RESET ? [event] : [];
  return [...call, ...outputs.filter((output) => isTold(output) || output === 'return')];
}

/** The machine of one vector that all designs with the same messages are held against, explored. */
const INTERVALS = new WeakMap<MessageSet, Exploration>();

function exploreInterval(messages: MessageSet): Exploration {
  let explored = INTERVALS.get(messages);
  if (explored === undefined) {
    const { machine, events } = createInterval({ vectors: 1, messages });
    explored = explore(compile(machine, events));
    INTERVALS.set(messages, explored);
  }
  return explored;
}

/** The refinement of the function, whose accesses take time too. */
export const RefinementRuns: RunsProperty = {
  name: 'RefinementRuns',
  title:
    'Whatever the guest sees of the assigned device, it may see of the function with a channel, whose accesses take time.',
  rules: ['MSIX-ASSIGN-1', 'MSIX-MSG-1', 'MSIX-MSG-5'],
  notFor: ({ vectors, vcpus = 1 }) =>
    vectors > 1 || vcpus > 1 ? 'it is decided of one vector and one vCPU' : undefined,
  scope: { without: (name) => name === REMOVE || name === ASSIGN, words: 'while the device is assigned' },
  contrast: 'The function may not be seen to do the last step, whatever it did to be seen so far.',
  compare: ({ bounds, explore: exploreInstance }, scope) => {
    const one = exploreInstance([], scope);
    const other = exploreInterval(bounds.messages);
    const { refines, pairs, counterexample } = refine(
      { exploration: one, observe: seen },
      { exploration: other, observe: seen },
    );
    return { same: refines, pairs, path: counterexample?.path.map((event) => one.compiled.events[event]) };
  },
};

/** The properties that compare runs. */
export const ASSIGNED_RUNS: readonly RunsProperty[] = [NonInterferenceRuns, RefinementRuns];
