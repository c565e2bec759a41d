/** A traffic light: `after`, and a `final` state that ends it. */
import { createMachine } from 'xstate';
import { watch } from './inspect.js';

watch(
  createMachine({
    id: 'timers',
    initial: 'green',
    states: {
      green: { after: { 100: 'yellow' } },
      yellow: { after: { 100: 'red' } },
      red: { after: { 100: 'off' } },
      off: { type: 'final' },
    },
  }),
);
