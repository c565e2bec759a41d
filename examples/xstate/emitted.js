/** Events that are raised and emitted: what is emitted goes to listeners, and is none of the machine's own. */
import { emit, raise, setup } from 'xstate';
import { watch } from './inspect.js';

const machine = setup({}).createMachine({
  id: 'emitted',
  initial: 'idle',
  states: {
    idle: { on: { ORDER: { target: 'cooking', actions: [emit({ type: 'ordered' }), raise({ type: 'COOK' })] } } },
    cooking: { on: { COOK: 'served' } },
    served: {},
  },
});
const { actor } = watch(machine);
actor.on('ordered', () => {});
actor.send({ type: 'ORDER', dish: 'soup' });
