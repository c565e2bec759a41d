/** A list of children that are spawned, each with a machine of its own, and sent to. */
import { assign, sendTo, setup } from 'xstate';
import { watch } from './inspect.js';

const item = setup({}).createMachine({
  id: 'item',
  initial: 'open',
  states: { open: { on: { TICK: 'done' } }, done: {} },
});
const machine = setup({ actors: { item } }).createMachine({
  id: 'spawned',
  context: { items: [] },
  on: {
    ADD: {
      actions: assign({
        items: ({ context, spawn }) => [...context.items, spawn('item', { id: `item${context.items.length}` })],
      }),
    },
    TICK: { actions: sendTo(({ context, event }) => context.items[event.at], { type: 'TICK' }) },
  },
});
const { actor } = watch(machine);
for (let each = 0; each < 3; each++) actor.send({ type: 'ADD' });
actor.send({ type: 'TICK', at: 1 });
