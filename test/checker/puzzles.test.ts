/**
 * Machines whose answers are published, or known to every student: a checker is a thing to be distrusted.
 */
import { and, type AnyStateMachine, not, or, setup, stateIn } from 'xstate';
import { describe, expect, test } from 'vitest';
import { compile } from '../../checker/compile/compile.ts';
import type { Claim, Decision } from '../../checker/decide/claim.ts';
import { decide } from '../../checker/decide/decide.ts';
import { count } from '../../checker/explore/count.ts';
import { type Exploration, explore } from '../../checker/explore/explore.ts';
import type { GuardExpression } from '../../checker/machine/guard.ts';

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);
const inState = (value: string): GuardExpression => ({ kind: 'stateIn', value });
const all = (...parts: GuardExpression[]): GuardExpression => ({ kind: 'and', parts });
const isNot = (part: GuardExpression): GuardExpression => ({ kind: 'not', part });

/** Creates a machine whose names are computed, so that types say nothing of them. */
function createWith(guards: Readonly<Record<string, any>>, config: any): AnyStateMachine {
  return setup({ guards }).createMachine(config);
}

function exploreAll(machine: AnyStateMachine, events: readonly string[]): Exploration {
  const exploration = explore(compile(machine, events));
  const { states, transitions, depth, deadlocks } = exploration.summary;
  expect(count(exploration.compiled).summary).toMatchObject({ states, transitions, depth, deadlocks });
  return exploration;
}

/** The names of the events of a shortest path to a state. */
function reach(exploration: Exploration, that: GuardExpression): string[] | undefined {
  const [{ witness }] = decide(exploration, [{ kind: 'reach', name: 'GoalReach', title: '', that }]);
  return witness?.path.map((event) => exploration.compiled.events[event]);
}

describe('puzzles with known answers', () => {
  test.each([
    [3, 27, 7],
    [4, 81, 15],
    [8, 6561, 255],
  ])('the tower of Hanoi with %i discs has 3^n states, and takes 2^n - 1 moves', (discs, states, moves) => {
    const pegs = ['a', 'b', 'c'];
    const ways = pegs.flatMap((from) => pegs.filter((to) => to !== from).map((to) => ({ from, to })));
    // A disc moves if no smaller one is in its way, and it is the smallest one where it is.
    const free = (disc: number, from: string, to: string) =>
      range(disc).flatMap((smaller) => [not(stateIn(`d${smaller}.${from}`)), not(stateIn(`d${smaller}.${to}`))]);
    const machine = createWith(
      Object.fromEntries(
        range(discs).flatMap((disc) => ways.map(({ from, to }) => [`${disc}${from}${to}`, and(free(disc, from, to))])),
      ),
      {
        id: 'hanoi',
        type: 'parallel',
        states: Object.fromEntries(
          range(discs).map((disc) => [
            `d${disc}`,
            {
              initial: 'a',
              states: Object.fromEntries(
                pegs.map((from) => [
                  from,
                  {
                    on: Object.fromEntries(
                      pegs
                        .filter((to) => to !== from)
                        .map((to) => [`${disc}to${to}`, { target: to, guard: `${disc}${from}${to}` }]),
                    ),
                  },
                ]),
              ),
            },
          ]),
        ),
      },
    );
    const exploration = exploreAll(
      machine,
      range(discs).flatMap((disc) => pegs.map((to) => `${disc}to${to}`)),
    );
    expect([exploration.summary.states, exploration.summary.depth]).toEqual([states, moves]);
    expect(reach(exploration, all(...range(discs).map((disc) => inState(`d${disc}.c`))))).toHaveLength(moves);
  });

  // Lamport's DieHard: 16 distinct states, and four gallons after six steps.
  test('jugs of three and five gallons have 16 states, and measure four gallons in six steps', () => {
    const level = (jug: string, gallons: number): string => `${jug}${gallons}`;
    const region = (jug: string, size: number, other: string, otherSize: number) => ({
      initial: level(jug, 0),
      states: Object.fromEntries(
        range(size + 1).map((gallons) => [
          level(jug, gallons),
          {
            on: {
              [`fill.${jug}`]: level(jug, size),
              [`empty.${jug}`]: level(jug, 0),
              [`pour.${jug}`]: range(otherSize + 1).map((there) => ({
                target: level(jug, gallons - Math.min(gallons, otherSize - there)),
                guard: level(other, there),
              })),
              [`pour.${other}`]: range(otherSize + 1).map((there) => ({
                target: level(jug, gallons + Math.min(there, size - gallons)),
                guard: level(other, there),
              })),
            },
          },
        ]),
      ),
    });
    const machine = createWith(
      Object.fromEntries(
        [3, 5].flatMap((size) => {
          const jug = size === 3 ? 'small' : 'big';
          return range(size + 1).map((gallons) => [level(jug, gallons), stateIn(`${jug}.${level(jug, gallons)}`)]);
        }),
      ),
      {
        id: 'jugs',
        type: 'parallel',
        states: { small: region('small', 3, 'big', 5), big: region('big', 5, 'small', 3) },
      },
    );
    const jugs = ['small', 'big'];
    const exploration = exploreAll(
      machine,
      ['fill', 'empty', 'pour'].flatMap((verb) => jugs.map((jug) => `${verb}.${jug}`)),
    );
    expect(exploration.summary.states).toBe(16);
    expect(reach(exploration, inState('big.big4'))).toHaveLength(6);
  });

  test('wolf, goat and cabbage: 10 safe states, and all are across in seven crossings', () => {
    const passengers = ['wolf', 'goat', 'cabbage'];
    const other = { west: 'east', east: 'west' } as const;
    type Bank = keyof typeof other;
    const banks: Bank[] = ['west', 'east'];
    // Whoever is left behind on a bank must not eat anyone else there.
    const leaves = (bank: Bank, taken?: string) =>
      [
        ['wolf', 'goat'],
        ['goat', 'cabbage'],
      ]
        .filter((pair) => taken === undefined || !pair.includes(taken))
        .map((pair) => not(and(pair.map((each) => stateIn(`${each}.${bank}`)))));
    const guards = Object.fromEntries(
      banks.flatMap((bank) => [
        [`alone.${bank}`, and([stateIn(`farmer.${bank}`), ...leaves(bank)])],
        ...passengers.map((each) => [
          `take.${each}.${bank}`,
          and([stateIn(`farmer.${bank}`), stateIn(`${each}.${bank}`), ...leaves(bank, each)]),
        ]),
      ]),
    );
    const region = (crossings: (bank: Bank) => Record<string, string>) => ({
      initial: 'west',
      states: Object.fromEntries(
        banks.map((bank) => {
          const on = Object.entries(crossings(bank)).map(([event, guard]) => [event, { target: other[bank], guard }]);
          return [bank, { on: Object.fromEntries(on) }];
        }),
      ),
    });
    const machine = createWith(guards, {
      id: 'river',
      type: 'parallel',
      states: {
        farmer: region((bank) => ({
          alone: `alone.${bank}`,
          ...Object.fromEntries(passengers.map((each) => [each, `take.${each}.${bank}`])),
        })),
        ...Object.fromEntries(passengers.map((each) => [each, region((bank) => ({ [each]: `take.${each}.${bank}` }))])),
      },
    });
    const exploration = exploreAll(machine, ['alone', ...passengers]);
    expect(exploration.summary.states).toBe(10);
    const across = all(...['farmer', ...passengers].map((each) => inState(`${each}.east`)));
    expect(reach(exploration, across)?.join(' ')).toBe('goat alone wolf goat cabbage alone goat');
  });

  test('the eight-puzzle has 181,440 states, half of 9!, and the hardest takes 31 moves', () => {
    const tiles = range(9).map((tile) => `t${tile}`);
    const blank = 't0';
    // The blank moves; what was there comes to where it was.
    const moves: Record<string, (cell: number) => number | undefined> = {
      up: (cell) => (cell > 2 ? cell - 3 : undefined),
      down: (cell) => (cell < 6 ? cell + 3 : undefined),
      left: (cell) => (cell % 3 > 0 ? cell - 1 : undefined),
      right: (cell) => (cell % 3 < 2 ? cell + 1 : undefined),
    };
    const machine = createWith(
      Object.fromEntries(
        range(9).flatMap((cell) => tiles.map((tile) => [`c${cell}.${tile}`, stateIn(`c${cell}.${tile}`)])),
      ),
      {
        id: 'eight',
        type: 'parallel',
        states: Object.fromEntries(
          range(9).map((cell) => {
            const from = Object.entries(moves).map(([event, to]) => [event, to(cell)] as const);
            const to = Object.entries(moves).map(
              ([event, next]) => [event, range(9).find((each) => next(each) === cell)] as const,
            );
            const isBlank = from
              .filter(([, there]) => there !== undefined)
              .map(([event, there]) => [
                event,
                tiles.slice(1).map((tile) => ({ target: tile, guard: `c${there}.${tile}` })),
              ]);
            const isTile = to
              .filter(([, there]) => there !== undefined)
              .map(([event, there]) => [event, { target: blank, guard: `c${there}.${blank}` }]);
            const states = tiles.map((tile) => [tile, { on: Object.fromEntries(tile === blank ? isBlank : isTile) }]);
            return [`c${cell}`, { initial: tiles[cell], states: Object.fromEntries(states) }];
          }),
        ),
      },
    );
    const { states, transitions, depth, deadlocks } = exploreAll(machine, Object.keys(moves)).summary;
    // From the corners two moves, from the sides three, from the middle four.
    expect([states, transitions, depth, deadlocks]).toEqual([181_440, (181_440 / 9) * (4 * 2 + 4 * 3 + 4), 31, 0]);
  });
});

/** Philosophers at a round table, who take one fork after the other. The last one may begin with the other fork. */
function philosophers(seats: number, lastIsLeftHanded: boolean): Exploration {
  const forkFree = (fork: number) => {
    const left = fork;
    const right = (fork + seats - 1) % seats;
    // A fork lies to the left of one and to the right of the other. Who has one fork has the one that they begin with.
    const holds = (seat: number, isFirst: boolean) =>
      isFirst ? or([stateIn(`p${seat}.one`), stateIn(`p${seat}.both`)]) : stateIn(`p${seat}.both`);
    const beginsLeft = (seat: number) => !(lastIsLeftHanded && seat === seats - 1);
    return and([not(holds(left, beginsLeft(left))), not(holds(right, !beginsLeft(right)))]);
  };
  const machine = createWith(Object.fromEntries(range(seats).map((fork) => [`free${fork}`, forkFree(fork)])), {
    id: 'philosophers',
    type: 'parallel',
    states: Object.fromEntries(
      range(seats).map((seat) => {
        const forks = [seat, (seat + 1) % seats];
        const [first, second] = lastIsLeftHanded && seat === seats - 1 ? forks.toReversed() : forks;
        return [
          `p${seat}`,
          {
            initial: 'none',
            states: {
              none: { on: { [`take.${seat}`]: { target: 'one', guard: `free${first}` } } },
              one: { on: { [`take.${seat}`]: { target: 'both', guard: `free${second}` } } },
              both: { on: { [`leave.${seat}`]: 'none' } },
            },
          },
        ];
      }),
    ),
  });
  return exploreAll(
    machine,
    range(seats).flatMap((seat) => [`take.${seat}`, `leave.${seat}`]),
  );
}

describe('philosophers', () => {
  test.each([2, 3, 5, 8])('%i of them have one deadlock, in which each has one fork', (seats) => {
    const exploration = philosophers(seats, false);
    const [deadlock, ...others] = exploration.deadlocks();
    expect(others).toEqual([]);
    expect(exploration.value(deadlock)).toEqual(Object.fromEntries(range(seats).map((seat) => [`p${seat}`, 'one'])));
    expect(exploration.pathTo(deadlock)).toHaveLength(seats);
    expect(exploration.summary.states).toBe(tableSettings(seats));
  });

  test.each([2, 3, 5, 8])('%i of them have none if one is left-handed, and then someone eats in the end', (seats) => {
    const exploration = philosophers(seats, true);
    expect(exploration.summary.deadlocks).toBe(0);
    const fairness = range(seats).map((seat) => ({ strength: 'weak' as const, events: [`take.${seat}`] }));
    const someoneEats: GuardExpression = { kind: 'or', parts: range(seats).map((seat) => inState(`p${seat}.both`)) };
    const claim: Claim = { kind: 'leadsTo', name: 'EatLeads', title: '', to: someoneEats, fairness };
    expect(decide(exploration, [claim])[0].result).toBe('holds');
    expect(decide(philosophers(seats, false), [claim])[0].result).toBe('fails');
  });

  /** How many ways there are to hold no fork, the first or both, so that no fork is in two hands. */
  function tableSettings(seats: number): number {
    const settings = range(3 ** seats).map((number) => range(seats).map((seat) => Math.floor(number / 3 ** seat) % 3));
    return settings.filter((hands) => hands.every((held, seat) => !(held === 2 && hands[(seat + 1) % seats] > 0)))
      .length;
  }
});

describe('mutual exclusion after Peterson', () => {
  /** Two processes that raise a flag, give way, and wait. Without giving way, they wait for each other. */
  function peterson(givesWay: boolean): Exploration {
    const process = (me: number, other: number) => ({
      initial: 'idle',
      states: {
        idle: { on: { [`want.${me}`]: 'raised' } },
        raised: { on: { [`yield.${me}`]: 'waiting' } },
        waiting: { on: { [`enter.${me}`]: { target: 'critical', guard: `may${me}` } } },
        critical: { on: { [`leave.${me}`]: 'idle' } },
      },
      description: `waits while ${other} wants to, and it is its turn`,
    });
    const may = (me: number, other: number) => {
      const otherIsIdle = stateIn(`p${other}.idle`);
      return givesWay ? or([otherIsIdle, stateIn(`turn.of${me}`)]) : otherIsIdle;
    };
    const machine = createWith(
      {
        may0: may(0, 1),
        may1: may(1, 0),
        raised0: stateIn('p0.raised'),
        raised1: stateIn('p1.raised'),
      },
      {
        id: 'peterson',
        type: 'parallel',
        states: {
          p0: process(0, 1),
          p1: process(1, 0),
          turn: {
            initial: 'of0',
            states: {
              of0: { on: { 'yield.0': { target: 'of1', guard: 'raised0' } } },
              of1: { on: { 'yield.1': { target: 'of0', guard: 'raised1' } } },
            },
          },
        },
      },
    );
    return exploreAll(
      machine,
      [0, 1].flatMap((me) => ['want', 'yield', 'enter', 'leave'].map((verb) => `${verb}.${me}`)),
    );
  }

  const fairness = ['yield.0', 'enter.0', 'yield.1', 'enter.1', 'leave.0', 'leave.1'].map((event) => ({
    strength: 'weak' as const,
    events: [event],
  }));
  const claims: readonly Claim[] = [
    {
      kind: 'invariant',
      name: 'ExclusionInv',
      title: '',
      holds: isNot(all(inState('p0.critical'), inState('p1.critical'))),
    },
    {
      kind: 'leadsTo',
      name: 'EnterLeads',
      title: '',
      from: inState('p0.raised'),
      to: inState('p0.critical'),
      fairness,
    },
    {
      kind: 'leadsTo',
      name: 'UnfairLeads',
      title: '',
      from: inState('p0.raised'),
      to: inState('p0.critical'),
      fairness: fairness.filter(({ events }) => events[0] !== 'leave.1'),
    },
  ];
  const results = (decisions: readonly Decision[]): string[] => decisions.map(({ result }) => result);

  test('excludes, and lets everyone in, as long as nobody stays in for ever', () => {
    expect(results(decide(peterson(true), claims))).toEqual(['holds', 'holds', 'fails']);
    expect(peterson(true).summary.deadlocks).toBe(0);
  });

  test('without giving way excludes too, but may wait for ever', () => {
    const exploration = peterson(false);
    const decisions = decide(exploration, claims);
    expect(results(decisions)).toEqual(['holds', 'fails', 'fails']);
    const { path, loop } = decisions[1].counterexample!;
    expect(path.map((event) => exploration.compiled.events[event]).join(' ')).toBe('want.0 yield.0 want.1 yield.1');
    expect(loop).toEqual([]);
    expect(exploration.deadlocks()).toHaveLength(2);
  });
});
