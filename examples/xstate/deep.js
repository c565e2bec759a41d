/** Parallel states within states, five deep: the definition is told whole only with a depth limit of 40. */
import { createMachine } from 'xstate';
import { watch } from './inspect.js';

const nest = (depth) =>
  depth === 0
    ? { initial: 'a', states: { a: { on: { GO: 'b' } }, b: { on: { GO: 'a' } } } }
    : { type: 'parallel', states: { left: nest(depth - 1), right: nest(0) } };
const { actor } = watch(createMachine({ id: 'deep', ...nest(5) }));
actor.send({ type: 'GO' });
