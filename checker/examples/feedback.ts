/**
 * A form for feedback, after the one with which XState's documentation begins: a prompt, a form, thanks, and a way to close it.
 *
 * What is changed: the text is context there, and a guard looks at its length. Here it is a region with two states, for
 * nothing else about it matters. `closed` is final there; here it has no way out but `restart`, as there.
 *
 * The mistake is one that a reader of the chart makes: thanks do not mean that anything was written.
 */
import { setup, stateIn } from 'xstate';
import { type Example, tellExample } from './example.ts';

const machine = setup({ guards: { isWritten: stateIn({ text: 'written' }) } }).createMachine({
  id: 'feedback',
  type: 'parallel',
  states: {
    dialog: {
      initial: 'prompt',
      on: { close: '.closed', restart: '.prompt' },
      states: {
        prompt: { on: { good: 'thanks', bad: 'form' } },
        form: { on: { back: 'prompt', submit: { target: 'thanks', guard: 'isWritten' } } },
        thanks: {},
        closed: {},
      },
    },
    text: {
      initial: 'empty',
      on: { restart: '.empty' },
      states: { empty: { on: { write: 'written' } }, written: { on: { erase: 'empty' } } },
    },
  },
});

const inState = (value: Record<string, string>) => ({ kind: 'stateIn', value }) as const;

/** The example. */
export const FEEDBACK: Example = {
  machine,
  events: ['good', 'bad', 'back', 'write', 'erase', 'submit', 'close', 'restart'],
  claims: [
    {
      kind: 'step',
      name: 'SubmitStep',
      title: 'Nothing is submitted that is not written.',
      when: {
        kind: 'and',
        parts: [{ kind: 'event', names: ['submit'] }, { kind: 'taken' }],
      },
      holds: { kind: 'before', state: inState({ text: 'written' }) },
    },
    {
      kind: 'invariant',
      name: 'ThanksInv',
      title: 'Whoever is thanked has written something.',
      when: inState({ dialog: 'thanks' }),
      holds: inState({ text: 'written' }),
    },
  ],
};

if (process.argv[1] === import.meta.filename) console.log(tellExample(FEEDBACK));
