import { type AnyStateMachine, createMachine } from 'xstate';
import { describe, expect, test } from 'vitest';
import { compile } from '../../checker/compile/compile.ts';
import type { Claim, Decision, StatePredicate, StepPredicate } from '../../checker/decide/claim.ts';
import { decide, startAt } from '../../checker/decide/decide.ts';
import { enumerate } from '../../checker/explore/enumerate.ts';
import { type Exploration, explore } from '../../checker/explore/explore.ts';
import type { GuardExpression } from '../../checker/machine/guard.ts';
import type { Fairness, Lasso } from '../../checker/decide/claim.ts';
import { findLasso } from '../../checker/decide/liveness.ts';
import type { StateGraph } from '../../checker/explore/state-graph.ts';
import { functionEvents, vectorEvents } from '../../machines/alphabet.ts';
import { createFunction } from '../../machines/function.ts';
import { TWO } from '../../machines/messages.ts';
import { createVector } from '../../machines/vector.ts';
import { acceptedMachine, RANDOM_EVENTS, randomNumbers } from '../setup/random-machine.ts';

const within = (value: string): GuardExpression => ({ kind: 'stateIn', value });
const named = (name: string): GuardExpression => ({ kind: 'named', name });
const not = (part: GuardExpression): GuardExpression => ({ kind: 'not', part });
const all = (...parts: GuardExpression[]): GuardExpression => ({ kind: 'and', parts });
const weak = (...events: string[]): Fairness => ({ strength: 'weak', events });
const strong = (...events: string[]): Fairness => ({ strength: 'strong', events });

function decideOne(exploration: Exploration, claim: Claim): Decision {
  return decide(exploration, [claim])[0];
}

/** The events of a run, by name, the loop in brackets. */
function told(exploration: Exploration, lasso: Lasso | undefined): string | undefined {
  if (lasso === undefined) return undefined;
  const names = (path: readonly number[]): string => path.map((event) => exploration.compiled.events[event]).join(' ');
  return lasso.loop === undefined ? names(lasso.path) : `${names(lasso.path)} (${names(lasso.loop)})`;
}

describe('claims about the function', () => {
  const machine = createFunction({ vectors: 2, messages: TWO });
  const exploration = explore(compile(machine, functionEvents(2, TWO)));
  const blocked = named('blocked.0');
  const pending = within('vector0.pending.set');

  test('an invariant with a witness holds: what is pending is blocked', () => {
    const claim: Claim = {
      kind: 'invariant',
      name: 'HeldInv',
      title: 'What is pending is blocked.',
      when: pending,
      holds: blocked,
    };
    const { result, witness } = decideOne(exploration, claim);
    expect([result, told(exploration, witness)]).toEqual(['holds', 'device.signal.0']);
  });

  test('an invariant that does not hold fails with a shortest path', () => {
    const claim: Claim = {
      kind: 'invariant',
      name: 'NoInv',
      title: 'What is blocked is masked.',
      when: blocked,
      holds: not(named('open')),
    };
    const { result, counterexample } = decideOne(exploration, claim);
    expect([result, told(exploration, counterexample)]).toEqual(['fails', 'guest.control.on']);
  });

  test('a failure is told by the clauses that fail, and by no others', () => {
    const open = named('open');
    const invariant = decideOne(exploration, {
      ...{ kind: 'invariant', name: 'TwoInv', title: '' },
      holds: all(not(open), not(all(open, not(open)))),
    });
    expect([invariant.result, invariant.clauses]).toEqual(['fails', ['not open']]);
    const signalled: StepPredicate = { kind: 'event', names: ['device.signal.0'] };
    const takenThen = (...parts: StepPredicate[]): StepPredicate => ({
      kind: 'or',
      parts: [
        { kind: 'not', part: signalled },
        { kind: 'and', parts },
      ],
    });
    const step = decideOne(exploration, {
      ...{ kind: 'step', name: 'TwoStep', title: '' },
      holds: takenThen({ kind: 'taken' }, { kind: 'before', state: open }, { kind: 'output', names: ['send.0.A'] }),
    });
    expect([step.result, step.clauses]).toEqual([
      'fails',
      ['if event device.signal.0, then before open', 'if event device.signal.0, then output send.0.A'],
    ]);
    expect(
      decideOne(exploration, {
        ...{ kind: 'step', name: 'AnyStep', title: '' },
        holds: { kind: 'not', part: { kind: 'and', parts: [signalled, { kind: 'not', part: signalled }] } },
      }).clauses,
    ).toBeUndefined();
  });

  test('an invariant whose premise nothing satisfies says nothing', () => {
    const claim: Claim = {
      kind: 'invariant',
      name: 'VoidInv',
      title: 'Void.',
      when: all(pending, not(blocked)),
      holds: blocked,
    };
    expect(decideOne(exploration, claim)).toEqual({ claim, result: 'n/a' });
  });

  test('a predicate may be a function of the value', () => {
    const holds: StatePredicate = (value) => !JSON.stringify(value).includes('"pending":"set"');
    const claim: Claim = { kind: 'invariant', name: 'ClearInv', title: 'Vector 0 is never pending.', holds };
    expect(told(exploration, decideOne(exploration, claim).counterexample)).toBe('device.signal.0');
  });

  test('a step property sees states, event and outputs: nothing is sent while blocked', () => {
    const sends = { kind: 'output', names: ['send.0.zero', 'send.0.A'] } as const;
    const before = { kind: 'before', state: blocked } as const;
    const after = { kind: 'after', state: blocked } as const;
    const claim: Claim = {
      kind: 'step',
      name: 'NoSendStep',
      title: 'A vector that is blocked before and after a step does not send in it.',
      when: { kind: 'and', parts: [before, after] },
      holds: { kind: 'not', part: sends },
    };
    expect(decideOne(exploration, claim).result).toBe('holds');
    const bold: Claim = { ...claim, name: 'BoldStep', when: before };
    const { result, counterexample } = decideOne(exploration, bold);
    expect([result, told(exploration, counterexample)]).toEqual([
      'fails',
      'guest.control.on device.signal.0 guest.unmask.0',
    ]);
  });

  test('a step property speaks of events by name, and of whether they are ignored', () => {
    const claim: Claim = {
      kind: 'step',
      name: 'RetireStep',
      title: 'Retiring is ignored unless something is pending.',
      when: { kind: 'event', names: ['device.retire.0'] },
      holds: {
        kind: 'or',
        parts: [
          { kind: 'before', state: pending },
          { kind: 'not', part: { kind: 'taken' } },
        ],
      },
    };
    expect(decideOne(exploration, claim).result).toBe('holds');
    expect(() => decideOne(exploration, { ...claim, when: { kind: 'event', names: ['device.retire'] } })).toThrow(
      'Got the event "device.retire" in the claim RetireStep; expected one that the machine has: guest.control.off,',
    );
  });

  test('what can be reached is, on a shortest path, and what cannot is not', () => {
    const both = all(pending, within('vector1.pending.set'), named('open'));
    const reach = (that: GuardExpression): Decision => {
      return decideOne(exploration, { kind: 'reach', name: 'BothReach', title: 'Both are pending.', that });
    };
    expect(told(exploration, reach(both).witness)).toBe('guest.control.on device.signal.0 device.signal.1');
    expect(reach(all(pending, not(blocked))).result).toBe('fails');
  });

  test('in a part of the states nothing holds, but it can fail', () => {
    const part = explore(exploration.compiled, { limits: { states: 50 } });
    const invariant = (holds: GuardExpression): string => {
      return decideOne(part, { kind: 'invariant', name: 'PartInv', title: 'Part.', holds }).result;
    };
    expect([invariant(all()), invariant(not(pending))]).toEqual(['open', 'fails']);
    const leads: Claim = { kind: 'leadsTo', name: 'PartLeads', title: 'Part.', to: pending, fairness: [] };
    expect(decideOne(part, leads).result).toBe('open');
  });

  test('a claim can be made from another state, and with events left out', () => {
    const quiet = compile(machine, { only: ['guest.control.on', 'guest.unmask.0', 'device.retire.0'] });
    const value = exploration.value(exploration.target(0, exploration.compiled.events.indexOf('device.signal.0')));
    const from = explore(startAt(quiet, value));
    const claim: Claim = { kind: 'reach', name: 'PendingReach', title: 'Something is pending.', that: pending };
    expect([decideOne(explore(quiet), claim).result, decideOne(from, claim).result]).toEqual(['fails', 'holds']);
    expect([from.summary.states, from.value(0)]).toEqual([7, value]);
  });
});

describe('what comes about in the end', () => {
  const machine = createVector({ messages: TWO });
  const events = ['guest.control.on', 'guest.control.off', 'device.reset', ...vectorEvents(0, TWO)];
  const claim = (fairness: readonly Fairness[]): Claim => ({
    kind: 'leadsTo',
    name: 'SentLeads',
    title: 'What is pending does not stay so.',
    from: within('vector0.pending.set'),
    to: within('vector0.pending.clear'),
    fairness,
  });
  const run = (alphabet: readonly string[], fairness: readonly Fairness[]): [string, string | undefined] => {
    const exploration = explore(compile(machine, { only: alphabet }));
    const { result, counterexample } = decideOne(exploration, claim(fairness));
    return [result, told(exploration, counterexample)];
  };
  const willing = events.filter((event) => !['guest.control.off', 'guest.mask.0', 'device.reset'].includes(event));

  test('without fairness everything may stop', () => {
    expect(run(willing, [])).toEqual(['fails', 'device.signal.0 ()']);
  });

  test('a guest that unmasks and enables in the end, and undoes neither, gets what is pending', () => {
    expect(run(willing, [weak('guest.unmask.0'), weak('guest.control.on')])).toEqual(['holds', undefined]);
    expect(run(willing, [weak('guest.unmask.0')])).toEqual(['fails', 'device.signal.0 guest.unmask.0 ()']);
  });

  test('a guest that may undo both never gets it, however fair, and the loop shows how', () => {
    expect(run(events, [strong('guest.unmask.0'), strong('guest.control.on')])).toEqual([
      'fails',
      'device.signal.0 (guest.unmask.0 guest.mask.0 guest.control.on guest.control.off)',
    ]);
  });

  test('strong fairness is what an action needs that is enabled again and again, but not all the time', () => {
    const door: AnyStateMachine = createMachine({
      id: 'door',
      initial: 'closed',
      states: { closed: { on: { turn: 'ajar' } }, ajar: { on: { turn: 'closed', enter: 'inside' } }, inside: {} },
    });
    const exploration = explore(compile(door, ['turn', 'enter']));
    const inside = (fairness: readonly Fairness[]): [string, string | undefined] => {
      const leads: Claim = { kind: 'leadsTo', name: 'InLeads', title: 'In.', to: within('inside'), fairness };
      const { result, counterexample } = decideOne(exploration, leads);
      return [result, told(exploration, counterexample)];
    };
    expect(inside([weak('turn'), weak('enter')])).toEqual(['fails', ' (turn turn)']);
    expect(inside([weak('turn'), strong('enter')])).toEqual(['holds', undefined]);
    // Together they are one action, and turning for ever is to take it.
    expect(inside([strong('turn', 'enter')])).toEqual(['fails', ' (turn turn)']);
  });

  test('fairness of an event that is not in the alphabet is refused', () => {
    expect(() => run(events, [weak('guest.unmask')])).toThrow(
      'Got the event "guest.unmask" in the claim SentLeads; expected one that the machine has: guest.control.on,',
    );
  });
});

describe('random machines', () => {
  /** A naive decision: whether any set of states, strongly connected and without a goal, lets a fair run stay in it. */
  function hasLasso(graph: StateGraph, from: Uint8Array, to: Uint8Array, fairness: readonly Fairness[]): boolean {
    const count = graph.states.length;
    const events = [...graph.events.keys()];
    const targets = (state: number): number[] => {
      return events.filter((event) => graph.taken(state, event)).map((event) => graph.target(state, event));
    };
    const closure = (start: readonly number[], inside: (state: number) => boolean): Set<number> => {
      const reached = new Set(start);
      for (const state of reached) for (const target of targets(state)) if (inside(target)) reached.add(target);
      return reached;
    };
    const sources = [...graph.states.keys()].filter((state) => from[state] === 1 && to[state] === 0);
    const reachable = closure(sources, (state) => to[state] === 0);
    for (let set = 1; set < 2 ** count; set++) {
      const has = (state: number): boolean => ((set >>> state) & 1) === 1;
      const members = [...graph.states.keys()].filter(has);
      if (!members.every((state) => reachable.has(state))) continue;
      if (!members.every((state) => closure([state], has).size === members.length)) continue;
      const fair = fairness.every(({ strength, events: names }) => {
        const own = names.map((name) => graph.events.indexOf(name));
        const enabled = members.filter((state) => own.some((event) => graph.taken(state, event)));
        const inside = members.some((state) =>
          own.some((event) => graph.taken(state, event) && has(graph.target(state, event))),
        );
        return inside || (strength === 'weak' ? enabled.length < members.length : enabled.length === 0);
      });
      if (fair) return true;
    }
    return false;
  }

  /** Says what is wrong with a lasso, if anything. */
  function flaw(graph: StateGraph, lasso: Lasso, from: Uint8Array, to: Uint8Array, fairness: readonly Fairness[]) {
    const { path, loop = [] } = lasso;
    const walk = [0];
    for (const event of [...path, ...loop]) walk.push(graph.target(walk[walk.length - 1], event));
    const around = walk.slice(path.length);
    if (around[0] !== around[around.length - 1]) return 'its loop does not close';
    const met = walk.findIndex(
      (state, index) => from[state] === 1 && walk.slice(index).every((each) => to[each] === 0),
    );
    if (met < 0 || met > path.length) return 'it meets the goal';
    const isFair = fairness.every(({ strength, events }) => {
      const own = events.map((name) => graph.events.indexOf(name));
      const isEnabled = (state: number): boolean => own.some((event) => graph.taken(state, event));
      const isTaken = loop.some((event, index) => own.includes(event) && graph.taken(around[index], event));
      return isTaken || (strength === 'weak' ? !around.every(isEnabled) : !around.some(isEnabled));
    });
    return isFair ? undefined : 'it is not fair';
  }

  test('lead where a naive decision over sets of states says that they do', () => {
    const random = randomNumbers(3);
    const counts = { machines: 0, stops: 0, loops: 0, none: 0 };
    for (let seed = 0; counts.machines < 300; seed++) {
      const exploration = compileOrNothing(seed);
      if (exploration === undefined) continue;
      const { count } = exploration.states;
      if (count < 3 || count > 8) continue;
      const graph = enumerate(exploration.compiled.machine, RANDOM_EVENTS);
      const from = Uint8Array.from({ length: count }, () => random(2));
      const to = Uint8Array.from({ length: count }, () => (random(4) === 0 ? 1 : 0));
      const fairness = Array.from({ length: random(4) }, (): Fairness => {
        const events = RANDOM_EVENTS.filter(() => random(2) === 0);
        return random(2) === 0 ? weak(...events) : strong(...events);
      });
      const lasso = findLasso(exploration, from, to, fairness);
      if ((lasso !== undefined) !== hasLasso(graph, from, to, fairness))
        throw new Error(`Seed ${seed} is decided otherwise.`);
      const wrong = lasso && flaw(graph, lasso, from, to, fairness);
      if (wrong !== undefined) throw new Error(`The lasso of seed ${seed} is none: ${wrong}.`);
      counts.machines++;
      if (lasso === undefined) counts.none++;
      else counts[lasso.loop?.length === 0 ? 'stops' : 'loops']++;
    }
    expect(counts).toEqual({ machines: 300, stops: 69, loops: 170, none: 61 });
  });

  function compileOrNothing(seed: number): Exploration | undefined {
    const machine = acceptedMachine(seed);
    return machine && explore(compile(machine, RANDOM_EVENTS));
  }
});
