import { type AnyStateMachine, createMachine, setup } from 'xstate';
import { describe, expect, test } from 'vitest';
import { compile } from '../../checker/compile/compile.ts';
import { startAt } from '../../checker/decide/decide.ts';
import { BoundError } from '../../checker/explore/enumerate.ts';
import { type Exploration, explore } from '../../checker/explore/explore.ts';
import { compareRuns, type Observe, refine } from '../../checker/decide/refine.ts';
import { functionEvents, RESET } from '../../machines/alphabet.ts';
import { createFunction } from '../../machines/function.ts';
import { TWO } from '../../machines/messages.ts';
import { acceptedMachine, RANDOM_EVENTS } from '../setup/random-machine.ts';

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

  // Few things to see, so that traces coincide often.
  const PARITY: Observe = ({ outputs }) => (outputs.length === 0 ? undefined : `${outputs.length % 2}`);
  const EACH: Observe = ({ outputs }) => outputs.map((output) => `${output.length % 2}`);

  test.each([
    ['one thing of each step', PARITY, { machines: 150, refines: 97, refused: 53 }],
    ['several things of a step', EACH, { machines: 150, refines: 32, refused: 118 }],
  ])('of random machines is what a naive comparison of their traces says, with %s', (_name, seen, expected) => {
    const counts = { machines: 0, refines: 0, refused: 0 };
    for (let seed = 0; counts.machines < 150; seed++) {
      const [one, other] = [compileOrNothing(seed, RANDOM_EVENTS), compileOrNothing(seed, RANDOM_EVENTS.slice(1))];
      if (one === undefined || other === undefined || one.states.count < 3) continue;
      // With one event left out, a machine refines itself; with all of them, only some do.
      expect(refine({ exploration: other, observe: seen }, { exploration: one, observe: seen }).refines).toBe(true);
      const { refines, counterexample } = refine(
        { exploration: one, observe: seen },
        { exploration: other, observe: seen },
      );
      const missing = tracesOf(one, seen, 4).find((trace) => !hasTrace(other, seen, trace));
      if (refines && missing !== undefined)
        throw new Error(`Seed ${seed} does not refine: it lacks ${missing.join()}.`);
      if (counterexample !== undefined) {
        // What is seen up to the last step is there; and of what is seen in it, a beginning that ends with `seen` is not.
        const before = seenOf(one, seen, counterexample.path.slice(0, -1));
        const last = seenOf(one, seen, counterexample.path).slice(before.length);
        const shown = last.findIndex((_, length) => !hasTrace(other, seen, [...before, ...last.slice(0, length + 1)]));
        if (last[shown] !== counterexample.seen) throw new Error(`Seed ${seed} has that trace.`);
        before.push(...last.slice(0, shown));
        for (const each of ['0', '1']) {
          if (hasTrace(other, seen, [...before, each]) !== counterexample.expected.includes(each)) {
            throw new Error(`Seed ${seed} expects otherwise after ${before.join()}.`);
          }
        }
      }
      counts.machines++;
      counts[refines ? 'refines' : 'refused']++;
    }
    expect(counts).toEqual(expected);
  });

  function compileOrNothing(seed: number, alphabet: readonly string[]): Exploration | undefined {
    const machine = acceptedMachine(seed);
    return machine && exploreAll(machine, alphabet);
  }

  /** What is seen of the step of an event in a state. */
  function seenIn(exploration: Exploration, observe: Observe, state: number, event: number): readonly string[] {
    const outputs = exploration.outputs(state, event);
    const seen = observe({
      event: exploration.compiled.events[event],
      outputs,
      taken: exploration.taken(state, event),
    });
    return seen === undefined ? [] : [seen].flat();
  }

  /** Where a machine may be after a trace: a state, and what of the step to it is still to be seen. */
  function placesAfter(exploration: Exploration, observe: Observe, trace: readonly string[]): Set<string> {
    const place = (state: number, rest: readonly string[]): string => [state, ...rest].join();
    const close = (places: Set<string>): Set<string> => {
      for (const each of places) {
        const [state, ...rest] = each.split(',');
        if (rest.length > 0) continue;
        for (const event of exploration.compiled.events.keys()) {
          places.add(
            place(exploration.target(Number(state), event), seenIn(exploration, observe, Number(state), event)),
          );
        }
      }
      return places;
    };
    const after = (places: Set<string>, label: string): Set<string> => {
      const begun = [...places].map((each) => each.split(',')).filter(([, first]) => first === label);
      return close(new Set(begun.map(([state, , ...rest]) => place(Number(state), rest))));
    };
    return trace.reduce(after, close(new Set([place(0, [])])));
  }

  function hasTrace(exploration: Exploration, observe: Observe, trace: readonly string[]): boolean {
    return placesAfter(exploration, observe, trace).size > 0;
  }

  /** All traces of up to `length` things seen. */
  function tracesOf(exploration: Exploration, observe: Observe, length: number): string[][] {
    const longer = (trace: string[]): string[][] => {
      if (!hasTrace(exploration, observe, trace)) return [];
      return trace.length === length ? [trace] : [trace, ...['0', '1'].flatMap((each) => longer([...trace, each]))];
    };
    return longer([]);
  }

  function seenOf(exploration: Exploration, observe: Observe, path: readonly number[]): string[] {
    let state = 0;
    const trace: string[] = [];
    for (const event of path) {
      trace.push(...seenIn(exploration, observe, state, event));
      state = exploration.target(state, event);
    }
    return trace;
  }
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
