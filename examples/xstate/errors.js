/** An action that throws: its event is told, no snapshot follows, and the actor is in error. */
import { createMachine } from 'xstate';
import { watch } from './inspect.js';

process.on('uncaughtException', () => {});
const machine = createMachine({
  id: 'errors',
  initial: 'well',
  states: {
    well: {
      on: {
        NUDGE: 'well',
        BREAK: {
          actions: () => {
            throw new Error('It broke.');
          },
        },
      },
    },
  },
});
const { actor } = watch(machine);
actor.subscribe({ error: () => {} });
actor.send({ type: 'NUDGE' });
actor.send({ type: 'BREAK', hard: true });
