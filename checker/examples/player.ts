/**
 * A media player in a page, after the one among XState's examples: it is small or full, plays or is paused, and can be closed.
 *
 * What is changed: position and volume are context there and decide nothing, so they are left out; the network, an invoked actor
 * there, is a region. That the player stalls when the network does is a guard there and an event here.
 *
 * The mistake is in the page: closing the player only hides it.
 */
import { setup, stateIn } from 'xstate';
import { type Example, tellExample } from './example.ts';

const machine = setup({
  guards: { hasData: stateIn({ network: 'up' }) },
  actions: { start: () => {}, halt: () => {} },
}).createMachine({
  id: 'player',
  type: 'parallel',
  states: {
    view: {
      initial: 'hidden',
      states: {
        hidden: { on: { open: 'shown' } },
        shown: {
          initial: 'small',
          on: { close: 'hidden' },
          states: { small: { on: { toggle: 'full' } }, full: { on: { toggle: 'small', escape: 'small' } } },
        },
      },
    },
    sound: {
      initial: 'paused',
      states: {
        paused: { on: { play: [{ target: 'playing', guard: 'hasData', actions: 'start' }, { target: 'stalled' }] } },
        playing: {
          on: { pause: { target: 'paused', actions: 'halt' }, drop: { target: 'stalled', actions: 'halt' } },
        },
        stalled: { on: { pause: 'paused', resume: { target: 'playing', guard: 'hasData', actions: 'start' } } },
      },
    },
    network: {
      initial: 'up',
      states: { up: { on: { drop: 'down' } }, down: { on: { recover: 'up' } } },
    },
  },
});

const inState = (value: Record<string, string>) => ({ kind: 'stateIn', value }) as const;

/** The example. */
export const PLAYER: Example = {
  machine,
  events: ['open', 'close', 'toggle', 'escape', 'play', 'pause', 'resume', 'drop', 'recover'],
  claims: [
    {
      kind: 'invariant',
      name: 'DataInv',
      title: 'What plays has data.',
      when: inState({ sound: 'playing' }),
      holds: inState({ network: 'up' }),
    },
    {
      kind: 'invariant',
      name: 'SilentInv',
      title: 'What is hidden does not play.',
      when: inState({ view: 'hidden' }),
      holds: { kind: 'not', part: inState({ sound: 'playing' }) },
    },
    {
      kind: 'leadsTo',
      name: 'ResumeLeads',
      title: 'What stalls plays again or is paused, if the network always recovers, and it is tried again and again.',
      from: inState({ sound: 'stalled' }),
      to: { kind: 'not', part: inState({ sound: 'stalled' }) },
      fairness: [
        { strength: 'weak', events: ['recover'] },
        { strength: 'strong', events: ['resume'] },
      ],
    },
    {
      kind: 'leadsTo',
      name: 'ResumeWeakLeads',
      title: 'The same, if it is only tried when it could be all the time.',
      from: inState({ sound: 'stalled' }),
      to: { kind: 'not', part: inState({ sound: 'stalled' }) },
      fairness: [
        { strength: 'weak', events: ['recover'] },
        { strength: 'weak', events: ['resume'] },
      ],
    },
  ],
};

if (process.argv[1] === import.meta.filename) console.log(tellExample(PLAYER));
