/**
 * What the checker was fooled by, or refused in words of V8, before it looked at what it is given. Each was found by someone who
 * attacked it, or by a user's machine.
 */
import { createRequire } from 'node:module';
import { assign, createMachine, not, setup, stateIn } from 'xstate';
import { describe, expect, test } from 'vitest';
import {
  ArgumentError,
  audit,
  type Claim,
  compile,
  decide,
  enumerate,
  explore,
  printPromela,
  printTla,
  printTypeScript,
  shortestPaths,
  SubsetError,
  symbolicOf,
} from '../../checker/index.ts';
import { narrow } from '../../checker/compile/compile.ts';

function copyOfXState(file: string): typeof import('xstate') {
  const require = createRequire(import.meta.url);
  return require(require.resolve('xstate').replace(/[^/]*$/, file)) as typeof import('xstate');
}

const inState = (value: object) => ({ kind: 'stateIn', value }) as never;
const oven = setup({ guards: { isClosed: stateIn({ door: 'closed' }) } }).createMachine({
  id: 'oven',
  type: 'parallel',
  states: {
    door: { initial: 'closed', states: { closed: { on: { open: 'open' } }, open: { on: { close: 'closed' } } } },
    heat: {
      initial: 'off',
      states: { off: { on: { start: { target: 'on', guard: 'isClosed' } } }, on: { on: { stop: 'off' } } },
    },
  },
});
const DOOR: Claim = {
  kind: 'invariant',
  name: 'DoorInv',
  title: 'It heats behind a closed door.',
  when: inState({ heat: 'on' }),
  holds: inState({ door: 'closed' }),
};

describe('an alphabet', () => {
  test('is all events of the machine when none is given', () => {
    expect(compile(oven).events).toEqual(['open', 'close', 'start', 'stop']);
    expect(decide(explore(compile(oven)), [DOOR])[0]).toMatchObject({ result: 'fails' });
    expect(enumerate(oven).states).toHaveLength(4);
    expect(shortestPaths(oven)).toHaveLength(4);
    expect(symbolicOf(oven).events).toHaveLength(4);
  });

  test('with a misspelt event is refused, where a claim once held by it', () => {
    expect(() => compile(oven, ['opne', 'close', 'start', 'stop'])).toThrow(
      new ArgumentError('Got "opne" as events[0] of compile; expected an event of oven: close, open, start, stop.'),
    );
  });

  test('that leaves an event out without saying so is refused', () => {
    expect(() => compile(oven, ['close', 'start', 'stop'])).toThrow(
      'Got no event open in events of compile; expected all events of oven, or { only: [...] } or { without: [...] },',
    );
  });

  test('that leaves events out in so many words is told by every verdict', () => {
    const [decision] = decide(explore(compile(oven, { without: ['open'] })), [DOOR]);
    expect(decision).toMatchObject({ result: 'holds', without: ['open'] });
    const { without } = explore(compile(oven, { only: ['start'] })).summary;
    expect(without).toEqual(['open', 'close', 'stop']);
    expect(decide(explore(compile(oven)), [DOOR])[0]).not.toHaveProperty('without');
  });

  test('is made narrower, and every verdict tells by what', () => {
    const narrowed = narrow(compile(oven, { without: ['stop'] }), (event) => event !== 'close');
    expect(narrowed).toMatchObject({ events: ['open', 'start'], without: ['stop', 'close'] });
    expect(decide(explore(narrowed), [DOOR])[0]).toMatchObject({ without: ['stop', 'close'] });
  });

  test('of objects is refused in a sentence', () => {
    expect(() => compile(oven, [{ type: 'open' }] as never)).toThrow(
      "Got an object with the fields type as events[0] of compile; expected the name of an event, such as 'open'.",
    );
  });
});

describe('a predicate', () => {
  const exploration = explore(compile(oven));

  test("may be what XState's stateIn, and, or, not return", () => {
    const results = decide(exploration, [
      { kind: 'reach', name: 'HeatReach', title: '', that: stateIn({ heat: 'on' }) },
      { ...DOOR, when: stateIn({ heat: 'on' }) },
      {
        kind: 'leadsTo',
        name: 'OffLeads',
        title: '',
        from: stateIn({ heat: 'on' }),
        to: stateIn({ heat: 'off' }),
        fairness: [],
      },
    ]);
    expect(results.map(({ result }) => result)).toEqual(['holds', 'fails', 'fails']);
  });

  test('that gives a promise is refused, where a claim once held by it', () => {
    const later = (async () => false) as never;
    expect(() => decide(exploration, [{ kind: 'invariant', name: 'LaterInv', title: '', holds: later }])).toThrow(
      'Got an object without fields as what the function gives as claims[0].holds of decide, in the claim LaterInv; ' +
        'expected true or false, at once.',
    );
  });

  test.each<[object, string]>([
    [
      { ...DOOR, kind: 'invariat' },
      'Got "invariat" as claims[0].kind of decide; expected one of invariant, step, reach, leadsTo.',
    ],
    [
      { kind: 'invariant', name: 'I', title: '' },
      'Got undefined as claims[0].holds of decide, in the claim I; expected an object',
    ],
    [
      { ...DOOR, wen: DOOR },
      'Got the field "wen" in claims[0] of decide; expected none but kind, name, title, when, holds.',
    ],
    [{ ...DOOR, when: { kind: 'stateIn' } }, 'Got undefined as claims[0].when.value of decide, in the claim DoorInv'],
    [{ ...DOOR, when: inState({ heat: 'hot' }) }, "stateIn names 'hot' below 'oven.heat'; write one of off, on."],
    [{ ...DOOR, when: { kind: 'named', name: 'isOpen' } }, 'Got the guard "isOpen"; expected one of oven: isClosed.'],
    [
      { kind: 'leadsTo', name: 'L', title: '', to: stateIn({ heat: 'on' }) },
      'Got undefined as claims[0].fairness of decide, in the claim L; expected an array of assumptions of fairness.',
    ],
  ])('%j is refused', (claim, sentence) => {
    expect(() => decide(exploration, [claim as Claim])).toThrow(sentence);
  });
});

describe('a machine', () => {
  test('whose key is a member of Object.prototype is refused: XState finds it in every state value', () => {
    const machine = createMachine({
      id: 'm',
      type: 'parallel',
      states: {
        team: {
          initial: 'works',
          states: { works: { initial: 'x', states: { x: {} }, on: { sell: 'constructor' } }, constructor: {} },
        },
        lamp: {
          initial: 'off',
          states: { off: { on: { light: { target: 'on', guard: stateIn({ team: 'constructor' }) } } }, on: {} },
        },
      },
    } as never);
    expect(() => compile(machine)).toThrow(
      "m.team: got the name 'constructor', a member of Object.prototype, which XState finds in every state value; write another one.",
    );
  });

  test.each<[string, unknown]>([
    ['enumerate', enumerate],
    ['shortestPaths', shortestPaths],
    ['symbolicOf', symbolicOf],
    ['compile', compile],
  ])('with context is refused by %s, as a state value is not all that matters there', (_, take) => {
    const counter = createMachine({
      id: 'counter',
      context: { n: 0 },
      initial: 'idle',
      states: {
        idle: {
          on: {
            INC: { guard: ({ context }) => context.n < 3, actions: assign({ n: ({ context }) => context.n + 1 }) },
          },
        },
      },
    });
    expect(() => (take as (machine: unknown) => void)(counter)).toThrow(SubsetError);
  });

  test('that is a plain configuration is refused in a sentence', () => {
    expect(() => compile({ initial: 'a', states: { a: {} } } as never)).toThrow(
      "Got an object with the fields initial, states as machine of compile; expected a machine, as XState's createMachine",
    );
  });

  test('may have an unused guard that is a function, an empty always, and ids with dots', () => {
    const machine = setup({ guards: { unused: () => true } }).createMachine({
      id: 'my.machine',
      initial: 'a',
      states: { a: { id: 'first.one', always: [], on: { go: 'b' } }, b: { on: { back: '#first\\.one' } } },
    });
    expect(explore(compile(machine)).summary).toMatchObject({ states: 2, transitions: 2 });
  });

  test('may have unused guards that name what nobody gives, or themselves: no export has them', () => {
    // TLC found it in a design of the assigned device: `baseUntold == ~undefined`.
    const guards: Record<string, any> = {
      dangling: not('missing'),
      one: not('other'),
      other: not('one'),
      fine: stateIn('a'),
    };
    const machine = setup({ guards }).createMachine({ id: 'm', initial: 'a', states: { a: {} } });
    const symbolic = symbolicOf(machine);
    expect([...symbolic.guards.keys()]).toEqual(['fine']);
    for (const text of [printTla(symbolic).module, printPromela(symbolic), printTypeScript(machine)]) {
      expect(text).not.toMatch(/undefined|dangling|other/);
    }
  });

  test('of another copy of XState whose guards cannot be known is refused', () => {
    // Its names are gone: it was made small.
    const other = copyOfXState('xstate.umd.min.js');
    const guard = other.stateIn('b');
    const machine = other.createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { on: { go: { target: 'b', guard } } }, b: {} },
    });
    expect(() => compile(machine as never)).toThrow('m.a, on go: got an inline function as guard;');
  });

  test('may be made by another copy of XState, and its guards too', () => {
    const copies = ['xstate.cjs.js', 'xstate.development.cjs.js'].map(copyOfXState);
    const other = copies.find((copy) => copy.stateIn !== stateIn)!;
    const machine = other.setup({ guards: { isOn: other.stateIn({ a: 'on' }) } }).createMachine({
      id: 'copy',
      type: 'parallel',
      states: {
        a: { initial: 'off', states: { off: { on: { go: 'on' } }, on: {} } },
        b: { initial: 'off', states: { off: { on: { go: { target: 'on', guard: other.not('isOn') } } }, on: {} } },
      },
    });
    const graph = explore(compile(machine as never)).graph();
    expect(graph.states).toEqual(enumerate(machine as never).states);
  });
});

describe('a forbidden transition', () => {
  const halting = createMachine({
    id: 'm',
    initial: 'run',
    on: { stop: '.halted' },
    states: { run: {}, halted: { on: { stop: undefined } } },
  });

  test('is not taken, so that a deadlock is found, as can() of XState has it', () => {
    const exploration = explore(compile(halting));
    expect(exploration.deadlocks()).toEqual([1]);
    expect(exploration.summary).toMatchObject({ deadlocks: 1, transitions: 1 });
    expect(enumerate(halting).transitionCount).toBe(1);
    expect(audit(exploration).untaken).toEqual([]);
  });

  test('invents no fairness loop', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      on: { retry: '.a' },
      states: {
        a: { on: { tick: 'b' } },
        b: { on: { retry: undefined, tick: 'done' } },
        done: { on: { retry: {} } },
      },
    });
    const fairness = [{ strength: 'weak', events: ['retry', 'tick'] }] as const;
    const leads: Claim = {
      kind: 'leadsTo',
      name: 'DoneLeads',
      title: '',
      from: stateIn('b'),
      to: stateIn('done'),
      fairness,
    };
    expect(decide(explore(compile(machine)), [leads])[0].result).toBe('holds');
  });
});
