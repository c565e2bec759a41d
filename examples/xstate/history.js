/** A player that is switched off and on again, and is where it was: a `history` state. */
import { createMachine } from 'xstate';
import { watch } from './inspect.js';

const machine = createMachine({
  id: 'history',
  initial: 'on',
  states: {
    on: {
      initial: 'radio',
      states: { radio: { on: { NEXT: 'disc' } }, disc: { on: { NEXT: 'radio' } }, before: { type: 'history' } },
      on: { POWER: 'off' },
    },
    off: { on: { POWER: 'on.before' } },
  },
});
const { actor } = watch(machine);
for (const type of ['NEXT', 'POWER', 'POWER']) actor.send({ type });
