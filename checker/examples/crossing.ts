/**
 * A traffic light with a light for pedestrians, after the nested one among XState's examples (green, yellow, and red, in which
 * people walk, wait and stop).
 *
 * What is changed: its delays (`after`) are events, for how long anything takes is not asked; and the two lights are regions, so
 * that they could disagree. Whoever takes the machine apart like this needs two guards, and one of them is forgotten
 * in `hasty`.
 */
import { type AnyStateMachine, setup, stateIn } from 'xstate';
import type { Claim } from '../decide/claim.ts';
import { type Example, tellExample } from './example.ts';

function createCrossing(id: string, isHasty: boolean): AnyStateMachine {
  return setup({
    guards: { carsStand: stateIn({ cars: 'red' }), peopleStand: stateIn({ people: 'stop' }) },
  }).createMachine({
    id,
    type: 'parallel',
    states: {
      cars: {
        initial: 'green',
        states: {
          green: { on: { carTimer: 'yellow' } },
          yellow: { on: { carTimer: 'red' } },
          red: { on: { carTimer: isHasty ? 'green' : { target: 'green', guard: 'peopleStand' } } },
        },
      },
      people: {
        initial: 'stop',
        states: {
          stop: { on: { walkTimer: { target: 'walk', guard: 'carsStand' } } },
          walk: { on: { walkTimer: 'wait' } },
          wait: { on: { walkTimer: 'stop' } },
        },
      },
    },
  });
}

const inState = (value: Record<string, string>) => ({ kind: 'stateIn', value }) as const;

const CLAIMS: readonly Claim[] = [
  {
    kind: 'invariant',
    name: 'CrossingInv',
    title: 'Cars stand while people are on the road.',
    when: { kind: 'not', part: inState({ people: 'stop' }) },
    holds: inState({ cars: 'red' }),
  },
  {
    kind: 'leadsTo',
    name: 'WalkLeads',
    title: 'People walk in the end, if both timers go on.',
    to: inState({ people: 'walk' }),
    fairness: [
      { strength: 'weak', events: ['carTimer'] },
      { strength: 'weak', events: ['walkTimer'] },
    ],
  },
  {
    kind: 'leadsTo',
    name: 'WalkStrongLeads',
    title:
      'People walk in the end, if the walk timer also runs out where it can again and again, but not all the time.',
    to: inState({ people: 'walk' }),
    fairness: [
      { strength: 'weak', events: ['carTimer'] },
      { strength: 'strong', events: ['walkTimer'] },
    ],
  },
];

const EVENTS = ['carTimer', 'walkTimer'];

/** The example. */
export const CROSSING: Example = { machine: createCrossing('crossing', false), events: EVENTS, claims: CLAIMS };
/** The same, with a guard forgotten. */
export const HASTY: Example = { machine: createCrossing('hasty', true), events: EVENTS, claims: CLAIMS };

if (process.argv[1] === import.meta.filename) console.log([CROSSING, HASTY].map(tellExample).join('\n\n'));
