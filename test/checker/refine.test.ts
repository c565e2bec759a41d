import { type AnyStateMachine, createMachine, setup } from 'xstate';
import { describe, expect, test } from 'vitest';
import { compile } from '../../checker/compile/compile.ts';
import { startAt } from '../../checker/decide/decide.ts';
import { BoundError } from '../../checker/explore/bound.ts';
import { type Exploration, explore } from '../../checker/explore/explore.ts';
import { compareRuns, type Observe, refine } from '../../checker/decide/refine.ts';
import { functionEvents, RESET } from '../../machines/alphabet.ts';
import { createFunction } from '../../machines/function.ts';
import { TWO } from '../../machines/messages.ts';

/** What is taken is seen, but for the events that are hidden. */
const seenBut =
  (...hidden: string[]): Observe =>
  ({ event, taken }) =>
    taken && !hidden.includes(event) ? event : undefined;

function exploreAll(machine: AnyStateMachine, events: readonly string[]): Exploration {
  // An event that a machine does not have never happens to it.
  const known = events.filter((event) => machine.events.includes(event));
  return explore(compile(machine, { only: known }));
}

const names = ({ compiled }: Exploration, path: readonly number[] = []): string => {
  return path.map((event) => compiled.events[event]).join(' ');
};

describe('refinement', () => {
  const events = ['coin', 'choose', 'tea', 'coffee'];
  /** Chooses in secret which of two drinks the coin is for. */
  const either = exploreAll(
    createMachine({
      id: 'either',
      initial: 'idle',
      states: {
        idle: { on: { coin: 'paid' } },
        paid: { on: { choose: 'other', tea: 'idle' } },
        other: { on: { coffee: 'idle' } },
      },
    }),
    events,
  );
  const onlyTea = exploreAll(
    createMachine({
      id: 'tea',
      initial: 'idle',
      states: { idle: { on: { coin: 'paid' } }, paid: { on: { tea: 'idle' } } },
    }),
    events,
  );
  const inPublic = seenBut('choose');

  test('less choice refines more, and not the other way round', () => {
    expect(refine({ exploration: onlyTea, observe: inPublic }, { exploration: either, observe: inPublic })).toEqual({
      refines: true,
      pairs: 2,
      subsets: 2,
    });
    const { refines, counterexample } = refine(
      { exploration: either, observe: inPublic },
      { exploration: onlyTea, observe: inPublic },
    );
    expect([refines, names(either, counterexample?.path)]).toEqual([false, 'coin choose coffee']);
    expect([counterexample?.seen, counterexample?.expected]).toEqual(['coffee', ['tea']]);
  });

  test('what is hidden in the other machine is found in any number, also in a circle', () => {
    const circle = exploreAll(
      createMachine({
        id: 'circle',
        initial: 'a',
        states: { a: { on: { choose: 'b' } }, b: { on: { choose: 'c' } }, c: { on: { choose: 'a', coin: 'a' } } },
      }),
      events,
    );
    const coins = exploreAll(createMachine({ id: 'coins', on: { coin: { actions: 'ding' } } }), events);
    expect(refine({ exploration: coins, observe: inPublic }, { exploration: circle, observe: inPublic }).refines).toBe(
      true,
    );
    expect(refine({ exploration: circle, observe: inPublic }, { exploration: coins, observe: inPublic }).refines).toBe(
      true,
    );
    expect(
      refine({ exploration: onlyTea, observe: inPublic }, { exploration: circle, observe: inPublic }),
    ).toMatchObject({
      refines: false,
      counterexample: { seen: 'tea', expected: ['coin'] },
    });
  });

  test('needs both machines whole', () => {
    const part = explore(either.compiled, { limits: { states: 2 } });
    expect(() => refine({ exploration: part, observe: inPublic }, { exploration: either, observe: inPublic })).toThrow(
      BoundError,
    );
    expect(() =>
      refine({ exploration: either, observe: inPublic }, { exploration: either, observe: inPublic }, 2),
    ).toThrow('Got more than 2 pairs with either; expected no more than that limit.');
  });

  test('a step may show several things, which the other machine shows in as many steps, or in one', () => {
    const served = exploreAll(
      setup({ actions: { clink: () => {}, fizz: () => {} } }).createMachine({
        id: 'served',
        initial: 'idle',
        states: { idle: { on: { coin: { actions: ['clink', 'fizz'] } } } },
      }),
      ['coin'],
    );
    const slow = exploreAll(
      setup({ actions: { clink: () => {}, fizz: () => {} } }).createMachine({
        id: 'slow',
        initial: 'idle',
        states: {
          idle: { on: { coin: { target: 'paid', actions: 'clink' } } },
          paid: { on: { choose: { target: 'idle', actions: 'fizz' } } },
        },
      }),
      ['coin', 'choose'],
    );
    const observe: Observe = ({ outputs }) => outputs;
    const [atOnce, inTurn] = [served, slow].map((exploration) => ({ exploration, observe }));
    expect(refine(atOnce, inTurn).refines).toBe(true);
    expect(refine(inTurn, atOnce).refines).toBe(true);
    const mute = {
      exploration: slow,
      observe: (({ outputs }) => outputs.filter((name) => name !== 'fizz')) as Observe,
    };
    expect(refine(atOnce, mute)).toMatchObject({
      refines: false,
      counterexample: { path: [0], seen: 'fizz', expected: ['clink'] },
    });
    const eager = { exploration: served, observe: (({ outputs }) => outputs.toReversed()) as Observe };
    expect(refine(eager, inTurn)).toMatchObject({
      refines: false,
      counterexample: { path: [0], seen: 'fizz', expected: ['clink'] },
    });
  });
});

describe('two runs', () => {
  // The guest writes A where it wrote zero, and the other way round; so the entry begins with A, too.
  const swap = (name: string): string => name.replace(/zero|A$/, (message) => (message === 'A' ? 'zero' : 'A'));
  const correspondence = {
    event: swap,
    first: ({ outputs }: { outputs: readonly string[] }) => outputs.map(swap).join(' '),
    other: ({ outputs }: { outputs: readonly string[] }) => outputs.join(' '),
  };
  const machine = createFunction({ vectors: 1, messages: TWO });
  const runsOf = (events: readonly string[]): [Exploration, Exploration] => {
    const compiled = compile(machine, { only: events });
    const one = explore(compiled);
    const value = JSON.parse(JSON.stringify(one.value(0)).replace('"entry":"zero"', '"entry":"A"'));
    return [one, explore(startAt(compiled, value))];
  };

  test('what a guest writes makes no difference to what is sent but in name, as long as there is no reset', () => {
    const events = functionEvents(1, TWO).filter((event) => event !== RESET);
    expect(compareRuns(...runsOf(events), correspondence)).toEqual({
      same: true,
      pairs: 32,
      without: [RESET],
      otherWithout: [RESET],
    });
  });

  test('a reset leaves zero whatever was there, and that is found', () => {
    const [one, other] = runsOf(functionEvents(1, TWO));
    const { same, counterexample } = compareRuns(one, other, correspondence);
    expect([same, names(one, counterexample?.path)]).toEqual([false, 'device.reset guest.control.on guest.unmask.0']);
    expect([counterexample?.first, counterexample?.other]).toEqual([['use.0.A'], ['use.0.zero']]);
  });

  test('a correspondence with an event that there is not is refused', () => {
    const [one, other] = runsOf([RESET]);
    expect(() => compareRuns(one, other, { ...correspondence, event: () => 'nothing' })).toThrow(
      `Got "nothing" as what correspondence.event of compareRuns gives for 'device.reset'; expected one of device.reset.`,
    );
  });
});
