/** A program whose connection ends, and which connects again: two programs, as far as the inspector can know. */
import { createActor, createMachine } from 'xstate';
import { connect, pause } from './inspect.js';

const machine = createMachine({
  id: 'reconnecting',
  initial: 'a',
  states: { a: { on: { GO: 'b' } }, b: { on: { GO: 'a' } } },
});
for (let round = 0; round < 2; round++) {
  const inspector = connect();
  const actor = createActor(machine, { inspect: inspector.inspect }).start();
  actor.send({ type: 'GO' });
  await pause(300);
  inspector.stop();
}
