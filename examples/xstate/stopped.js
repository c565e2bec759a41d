/** A child that is stopped by its parent. */
import { assign, setup, stopChild } from 'xstate';
import { watch } from './inspect.js';

const child = setup({}).createMachine({ id: 'child', initial: 'alive', states: { alive: {} } });
const machine = setup({ actors: { child } }).createMachine({
  id: 'stopped',
  context: ({ spawn }) => ({ child: spawn('child', { id: 'kid' }) }),
  on: { STOP: { actions: [stopChild('kid'), assign({ child: undefined })] } },
});
const { actor } = watch(machine);
actor.send({ type: 'STOP' });
