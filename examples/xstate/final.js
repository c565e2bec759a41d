/** Two regions that each end; `onDone` of both leads on. */
import { createMachine } from 'xstate';
import { watch } from './inspect.js';

const part = (event) => ({ initial: 'going', states: { going: { on: { [event]: 'over' } }, over: { type: 'final' } } });
const machine = createMachine({
  id: 'final',
  initial: 'both',
  states: {
    both: { type: 'parallel', states: { left: part('LEFT'), right: part('RIGHT') }, onDone: 'after' },
    after: {},
  },
});
const { actor } = watch(machine);
for (const type of ['RIGHT', 'LEFT']) actor.send({ type });
