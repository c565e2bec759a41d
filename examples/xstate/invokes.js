/** A promise that is invoked, and gives its result; the machine puts it into its context and its output. */
import { assign, fromPromise, setup } from 'xstate';
import { pause, watch } from './inspect.js';

const machine = setup({
  actors: { fetchAnswer: fromPromise(async ({ input }) => (await pause(50), { answer: input.question * 2 })) },
}).createMachine({
  id: 'invokes',
  context: { answer: undefined },
  initial: 'asking',
  states: {
    asking: {
      invoke: {
        src: 'fetchAnswer',
        id: 'fetch',
        input: { question: 21 },
        onDone: { target: 'told', actions: assign({ answer: ({ event }) => event.output.answer }) },
      },
    },
    told: { type: 'final' },
  },
  output: ({ context }) => ({ answer: context.answer }),
});
watch(machine);
