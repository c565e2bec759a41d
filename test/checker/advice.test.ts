/**
 * The advice that `checkSpec` gives, followed: a machine before, which it refuses, and one after, which it takes. On random runs both do
 * the same, as XState runs them: the same outputs, and the same states but for what the advice adds.
 */
import {
  assign,
  createMachine,
  enqueueActions,
  fromPromise,
  initialTransition,
  raise,
  setup,
  stateIn,
  transition,
} from 'xstate';
import type { AnyStateMachine } from 'xstate';
import { describe, expect, test } from 'vitest';
import { checkSpec, SubsetError } from '../../checker/machine/subset.ts';
import { randomNumbers } from '../setup/random-machine.ts';

interface Advice {
  /** A part of the sentence that gives the advice. */
  readonly sentence: string;
  readonly before: AnyStateMachine;
  readonly after: AnyStateMachine;
  /** What stands for an event before, where it is no event of the user's. */
  readonly events: readonly (readonly [before: string | { readonly type: string }, after: string])[];
  /** What of a state is compared; all of it when left out. */
  readonly seen?: (value: any, context: any) => unknown;
  /** What of it after, where that is told in other words. */
  readonly seenAfter?: (value: any) => unknown;
  readonly actions?: readonly string[];
}

const same = (...names: readonly string[]) => names.map((name) => [name, name] as const);

const ADVICE: Readonly<Record<string, Advice>> = {
  'a final state in a region': {
    sentence: 'got a final state; write an atomic state with the same transitions instead.',
    before: createMachine({
      id: 'q',
      type: 'parallel',
      states: {
        v1: { initial: 'seen', states: { seen: { type: 'final', on: { NEXT: '#q.v2.shown' } } } },
        v2: { initial: 'hidden', states: { shown: { on: { NEXT: '#q.v2.hidden' } }, hidden: {} } },
      },
    } as never),
    after: createMachine({
      id: 'q',
      type: 'parallel',
      states: {
        v1: { initial: 'seen', states: { seen: { on: { NEXT: '#q.v2.shown' } } } },
        v2: { initial: 'hidden', states: { shown: { on: { NEXT: '#q.v2.hidden' } }, hidden: {} } },
      },
    }),
    events: same('NEXT'),
  },
  'a final state that ends the machine': {
    sentence: 'write an atomic state without transitions, and those of m in its other children instead.',
    before: createMachine({
      id: 'm',
      initial: 'a',
      on: { RESET: '.a' },
      states: { a: { on: { GO: 'b' } }, b: { on: { GO: 'end' } }, end: { type: 'final' } },
    }),
    after: createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { on: { GO: 'b', RESET: 'a' } }, b: { on: { GO: 'end', RESET: 'a' } }, end: {} },
    }),
    events: same('GO', 'RESET'),
  },
  onDone: {
    sentence: 'got onDone; write its transitions on the events that lead to the final states instead.',
    before: createMachine({
      id: 'm',
      initial: 'work',
      states: {
        work: {
          initial: 'a',
          states: { a: { on: { GO: 'done' } }, done: { type: 'final' } },
          onDone: { target: 'rest', actions: 'tell' },
        },
        rest: { on: { GO: 'work' } },
      },
    }),
    after: createMachine({
      id: 'm',
      initial: 'work',
      states: {
        work: { initial: 'a', states: { a: { on: { GO: { target: '#m.rest', actions: 'tell' } } } } },
        rest: { on: { GO: 'work' } },
      },
    }),
    events: same('GO'),
  },
  always: {
    sentence: 'got always; write its transitions on every event that leads here or makes a guard of it hold instead.',
    before: createMachine({
      id: 'm',
      type: 'parallel',
      states: {
        x: { initial: 'off', states: { off: { on: { ON: 'on' } }, on: { on: { OFF: 'off' } } } },
        y: {
          initial: 'idle',
          states: {
            idle: { on: { GO: 'waits' } },
            waits: { always: { target: 'goes', guard: stateIn({ x: 'on' }) } },
            goes: { on: { GO: 'idle' } },
          },
        },
      },
    }),
    after: createMachine({
      id: 'm',
      type: 'parallel',
      states: {
        x: { initial: 'off', states: { off: { on: { ON: 'on' } }, on: { on: { OFF: 'off' } } } },
        y: {
          initial: 'idle',
          states: {
            idle: { on: { GO: [{ target: 'goes', guard: stateIn({ x: 'on' }) }, { target: 'waits' }] } },
            waits: { on: { ON: 'goes' } },
            goes: { on: { GO: 'idle' } },
          },
        },
      },
    }),
    events: same('ON', 'OFF', 'GO'),
  },
  raise: {
    sentence:
      "got the action 'disc' made by xstate.raise; write what the raised event does on the events that raise it",
    before: setup({ actions: { disc: raise({ type: 'DISC' }) } }).createMachine({
      id: 'x',
      type: 'parallel',
      states: {
        A: { initial: 'on', states: { on: {}, off: { on: { UP: 'on' } } }, on: { DISC: '.off' } },
        B: {
          initial: 'off',
          states: { off: { on: { TURN: 'on' } }, on: { on: { OUT: { actions: 'disc' }, TURN: 'off' } } },
        },
      },
    }),
    after: createMachine({
      id: 'x',
      type: 'parallel',
      states: {
        A: {
          initial: 'on',
          states: { on: {}, off: { on: { UP: 'on' } } },
          on: { DISC: '.off', OUT: { target: '.off', guard: stateIn({ B: 'on' }) } },
        },
        B: { initial: 'off', states: { off: { on: { TURN: 'on' } }, on: { on: { TURN: 'off' } } } },
      },
    }),
    events: same('DISC', 'UP', 'TURN', 'OUT'),
  },
  enqueueActions: {
    sentence: 'write a transition for each case, with the actions of the case by name instead.',
    before: setup({
      guards: { isOn: stateIn({ x: 'on' }) },
      actions: {
        both: enqueueActions(({ enqueue, check }) => {
          if (check(stateIn({ x: 'on' }) as never)) enqueue({ type: 'loud' } as never);
          enqueue({ type: 'soft' } as never);
        }),
        loud: () => {},
        soft: () => {},
      },
    }).createMachine({
      id: 'm',
      type: 'parallel',
      states: {
        x: { initial: 'off', states: { off: { on: { GO: 'on' } }, on: { on: { GO: 'off' } } } },
        y: { on: { TELL: { actions: 'both' } } },
      },
    }),
    after: createMachine({
      id: 'm',
      type: 'parallel',
      states: {
        x: { initial: 'off', states: { off: { on: { GO: 'on' } }, on: { on: { GO: 'off' } } } },
        y: { on: { TELL: [{ guard: stateIn({ x: 'on' }), actions: ['loud', 'soft'] }, { actions: 'soft' }] } },
      },
    }),
    events: same('GO', 'TELL'),
  },
  'payloads in guards': {
    sentence: 'with an event for each payload and a state for each value of the context that it tells apart instead.',
    before: setup({ guards: { isB: ({ event }) => (event as { input?: string }).input === 'b' } }).createMachine({
      id: 'quiz',
      initial: 'a',
      states: {
        a: { on: { ANSWER: [{ target: 'b', guard: 'isB' }, { target: 'c' }] } },
        b: { on: { AGAIN: 'a' } },
        c: { on: { AGAIN: 'a' } },
      },
    }),
    after: createMachine({
      id: 'quiz',
      initial: 'a',
      states: { a: { on: { ANSWER_B: 'b', ANSWER_OTHER: 'c' } }, b: { on: { AGAIN: 'a' } }, c: { on: { AGAIN: 'a' } } },
    }),
    events: [
      [{ type: 'ANSWER', input: 'b' } as { type: string }, 'ANSWER_B'],
      [{ type: 'ANSWER', input: 'd' } as { type: string }, 'ANSWER_OTHER'],
      ['AGAIN', 'AGAIN'],
    ],
  },
  'context and assign': {
    sentence: 'got context; write a region with a state for each value instead.',
    before: createMachine({
      id: 'm',
      context: { n: 0 },
      initial: 'idle',
      states: {
        idle: {
          on: {
            INC: { guard: ({ context }) => context.n < 2, actions: assign({ n: ({ context }) => context.n + 1 }) },
          },
        },
      },
    }),
    after: createMachine({
      id: 'm',
      type: 'parallel',
      states: { n: { initial: 'n0', states: { n0: { on: { INC: 'n1' } }, n1: { on: { INC: 'n2' } }, n2: {} } } },
    }),
    events: same('INC'),
    seen: (_, context) => `n${context.n}`,
    seenAfter: (value) => value.n,
  },
  after: {
    sentence: 'got after; write an event for the moment at which the time is up instead.',
    before: createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { on: { GO: 'b' } }, b: { after: { 100: { target: 'a', actions: 'beep' } } } },
    }),
    after: createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { on: { GO: 'b' } }, b: { on: { TIME_UP: { target: 'a', actions: 'beep' } } } },
    }),
    events: [
      ['GO', 'GO'],
      ['xstate.after.100.m.b', 'TIME_UP'],
    ],
    actions: ['beep'],
  },
  invoke: {
    sentence: 'got invoke; write an event for each thing that the invoked actor says instead.',
    before: createMachine({
      id: 'm',
      initial: 'loads',
      states: {
        loads: { invoke: { id: 'load', src: fromPromise(async () => 1), onDone: 'done', onError: 'failed' } },
        done: { on: { AGAIN: 'loads' } },
        failed: { on: { AGAIN: 'loads' } },
      },
    }),
    after: createMachine({
      id: 'm',
      initial: 'loads',
      states: {
        loads: { on: { LOADED: 'done', FAILED: 'failed' } },
        done: { on: { AGAIN: 'loads' } },
        failed: { on: { AGAIN: 'loads' } },
      },
    }),
    events: [
      ['xstate.done.actor.load', 'LOADED'],
      ['xstate.error.actor.load', 'FAILED'],
      ['AGAIN', 'AGAIN'],
    ],
    actions: [],
  },
  history: {
    sentence: 'got a history state; write a region that remembers the child instead.',
    before: createMachine({
      id: 'm',
      initial: 'on',
      states: {
        on: {
          initial: 'low',
          states: { low: { on: { TURN: 'high' } }, high: { on: { TURN: 'low' } }, last: { type: 'history' } },
          on: { PRESS: 'off' },
        },
        off: { on: { PRESS: 'on.last' } },
      },
    }),
    after: createMachine({
      id: 'm',
      type: 'parallel',
      states: {
        power: {
          initial: 'on',
          states: {
            on: {
              initial: 'low',
              states: { low: { on: { TURN: 'high' } }, high: { on: { TURN: 'low' } } },
              on: { PRESS: 'off' },
            },
            off: { on: { PRESS: [{ target: 'on.high', guard: stateIn({ was: 'high' }) }, { target: 'on.low' }] } },
          },
        },
        was: {
          initial: 'low',
          states: {
            low: { on: { TURN: { target: 'high', guard: stateIn({ power: 'on' }) } } },
            high: { on: { TURN: { target: 'low', guard: stateIn({ power: 'on' }) } } },
          },
        },
      },
    }),
    events: same('TURN', 'PRESS'),
    seenAfter: (value) => value.power,
  },
  'a wildcard': {
    sentence: "got the wildcard '*'; write each event that it stands for instead.",
    before: createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { on: { GO: { target: 'b', guard: stateIn('b') }, '*': 'b' } }, b: { on: { GO: 'a' } } },
    } as never),
    after: createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { on: { GO: [{ target: 'b', guard: stateIn('b') }, 'b'], STOP: 'b' } }, b: { on: { GO: 'a' } } },
    } as never),
    events: same('GO', 'STOP'),
  },
  'actions of the initial transition': {
    sentence: 'write them as the first entry actions of a copy of m.p.a that only this transition enters instead.',
    before: createMachine({
      id: 'm',
      initial: 'off',
      states: {
        off: { on: { GO: 'p', DEEP: '#m.p.a' } },
        p: {
          initial: { target: 'a', actions: 'begin' },
          states: { a: { entry: 'enter', on: { GO: 'b' } }, b: { on: { GO: 'a', BACK: '#m.off' } } },
        },
      },
    } as never),
    after: createMachine({
      id: 'm',
      initial: 'off',
      states: {
        off: { on: { GO: 'p', DEEP: '#m.p.a' } },
        p: {
          initial: 'first',
          states: {
            first: { entry: ['begin', 'enter'], on: { GO: 'b' } },
            a: { entry: 'enter', on: { GO: 'b' } },
            b: { on: { GO: 'a', BACK: '#m.off' } },
          },
        },
      },
    }),
    events: same('GO', 'DEEP', 'BACK'),
    seenAfter: (value) => JSON.parse(JSON.stringify(value).replace('"first"', '"a"')),
  },
};

/** What a machine shows of a run: after each event its state, and what it put out. */
function runOf(
  machine: AnyStateMachine,
  events: readonly (string | { readonly type: string })[],
  seen: (value: any, context: any) => unknown,
  told: readonly string[] | undefined,
): unknown[] {
  const names = (actions: readonly { readonly type: string }[]) =>
    actions
      .map(({ type }) => type)
      .filter((type) => (told === undefined ? !type.startsWith('xstate.') : told.includes(type)));
  const [first, began] = initialTransition(machine);
  let snapshot = first;
  const shown: unknown[] = [[seen(first.value, first.context), names(began)]];
  for (const event of events) {
    // An actor whose machine has ended takes no event.
    if (snapshot.status === 'done') {
      shown.push([seen(snapshot.value, snapshot.context), []]);
      continue;
    }
    const [next, actions] = transition(
      machine,
      snapshot,
      (typeof event === 'string' ? { type: event } : event) as never,
    );
    snapshot = next;
    shown.push([seen(next.value, next.context), names(actions)]);
  }
  return shown;
}

describe('advice, followed, keeps what the machine does', () => {
  test.each(Object.entries(ADVICE))('%s', (_, { sentence, before, after, events, seen, seenAfter, actions }) => {
    const whole = (value: unknown): unknown => value;
    let message = '';
    try {
      checkSpec(before);
    } catch (error) {
      if (!(error instanceof SubsetError)) throw error;
      ({ message } = error);
    }
    expect(message).toContain(sentence);
    checkSpec(after);
    const random = randomNumbers(1);
    const kinds = new Set<string>();
    for (let run = 0; run < 200; run++) {
      const chosen = Array.from({ length: 12 }, () => events[random(events.length)]);
      const was = runOf(
        before,
        chosen.map(([event]) => event),
        seen ?? whole,
        actions,
      );
      const is = runOf(
        after,
        chosen.map(([, event]) => event),
        seenAfter ?? seen ?? whole,
        actions,
      );
      expect(is).toEqual(was);
      for (const each of was) kinds.add(JSON.stringify(each));
    }
    // A machine that never moves would agree with any other.
    expect(kinds.size).toBeGreaterThan(1);
  });
});
