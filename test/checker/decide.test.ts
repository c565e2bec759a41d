import { type AnyStateMachine, createMachine } from 'xstate';
import { describe, expect, test } from 'vitest';
import { compile } from '../../checker/compile/compile.ts';
import type { Claim, Decision, StatePredicate, StepPredicate } from '../../checker/decide/claim.ts';
import { decide, startAt } from '../../checker/decide/decide.ts';
import { type Exploration, explore } from '../../checker/explore/explore.ts';
import type { GuardExpression } from '../../checker/machine/guard.ts';
import type { Fairness, Lasso } from '../../checker/decide/claim.ts';
import { functionEvents, vectorEvents } from '../../machines/alphabet.ts';
import { createFunction } from '../../machines/function.ts';
import { TWO } from '../../machines/messages.ts';
import { createVector } from '../../machines/vector.ts';

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
