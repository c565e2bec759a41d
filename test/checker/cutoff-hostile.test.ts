/**
 * Families and claims with which a reader fooled the check once. Each has a verdict that changes with the number of members, or one that was
 * refused for a wrong reason.
 */
import { createMachine, type AnyStateMachine } from 'xstate';
import { describe, expect, test } from 'vitest';
import { compile } from '../../checker/compile/compile.ts';
import { type ClaimAt, cutoffOf, decideEvery, type EveryVerdict } from '../../checker/cutoff/every.ts';
import { CheckedFamily } from '../../checker/cutoff/family.ts';
import type { Family } from '../../checker/cutoff/instance.ts';
import type { Claim, Decision, Fairness, StepPredicate } from '../../checker/decide/claim.ts';
import { decide } from '../../checker/decide/decide.ts';
import { type Exploration, explore } from '../../checker/explore/explore.ts';
import { Symmetry } from '../../checker/explore/symmetry.ts';
import type { ExploreLimits } from '../../checker/explore/tally.ts';
import type { GuardExpression } from '../../checker/machine/guard.ts';
import { refusalOf } from '../setup/families.ts';

const indicesOf = (members: number): number[] => Array.from({ length: members }, (_, member) => member);
const eachOf = (members: number, of: (member: number) => [string, object | string]): object =>
  Object.fromEntries(indicesOf(members).map(of));

/** A member that goes to and fro by an event of its own. */
const toggle = (member: number): object => ({
  initial: 'a',
  states: { a: { on: { [`go.${member}`]: 'b' } }, b: { on: { [`go.${member}`]: 'a' } } },
});
/** What is shared: p until `tick`. */
const untilTick = (on: object = {}, inQ: object = {}): object => ({
  s: { initial: 'p', states: { p: { on: { tick: 'q', ...on } }, q: { on: inQ } } },
});

interface Parts {
  readonly shared?: (members: number) => object;
  readonly member?: (member: number) => object;
  readonly regions?: (member: number) => readonly string[];
  readonly events?: readonly string[];
}

function familyOf({ shared = () => ({}), member = toggle, regions, events = [] }: Parts): Family {
  return {
    name: 'a family',
    at: (members) => {
      const states = { ...shared(members), ...eachOf(members, (index) => [`m${index}`, member(index)]) };
      const machine: AnyStateMachine = createMachine({ id: 'family', type: 'parallel', states } as never);
      return { machine, events: [...machine.events, ...events] };
    },
    regions: regions ?? ((index) => [`m${index}`]),
    rename: (name, of) => name.replace(/(?<=\.)\d+$/, (index) => `${of(Number(index))}`),
    renameState: (path, of) => path.replace(/(?<= )\d+$/, (index) => `${of(Number(index))}`),
  };
}

const inState = (region: string, state: string): GuardExpression => ({ kind: 'stateIn', value: { [region]: state } });
const always = (holds: GuardExpression): Claim => ({ kind: 'invariant', name: 'AlwaysInv', title: '', holds });
const steps = (when: StepPredicate | undefined, holds: StepPredicate): Claim => ({
  kind: 'step',
  name: 'TheStep',
  title: '',
  ...(when === undefined ? {} : { when }),
  holds,
});
const leads = (to: GuardExpression, ...events: string[]): Claim => ({
  kind: 'leadsTo',
  name: 'TheLeads',
  title: '',
  to,
  fairness: [{ strength: 'weak', events }] satisfies Fairness[],
});
const event = (...names: string[]): StepPredicate => ({ kind: 'event', names });
const output = (...names: string[]): StepPredicate => ({ kind: 'output', names });
const not = (part: StepPredicate): StepPredicate => ({ kind: 'not', part });
const both = (...parts: StepPredicate[]): StepPredicate => ({ kind: 'and', parts });
/** Member 0 does not leave a. */
const stays: StepPredicate = {
  kind: 'or',
  parts: [not({ kind: 'before', state: inState('m0', 'a') }), { kind: 'after', state: inState('m0', 'a') }],
};

function exploreOf({ machine, events }: ReturnType<Family['at']>, limits: ExploreLimits = {}): Exploration {
  return explore(compile(machine, events), { limits });
}
const resultsOf = (family: Family, claimAt: ClaimAt, sizes: readonly number[]): Decision['result'][] =>
  sizes.map((members) => decide(exploreOf(family.at(members)), [claimAt(members)])[0].result);
/** What is said of every number, decided at the cutoff by the machine of `by`. */
function every(family: Family, claimAt: ClaimAt, by: Family = family): EveryVerdict {
  const checked = new CheckedFamily(family);
  const { cutoff } = cutoffOf(checked, claimAt);
  return decideEvery(checked, exploreOf(by.at(cutoff)), cutoff, [claimAt])[0];
}

describe('a family is refused', () => {
  const inP = (): Claim => always(inState('s', 'p'));

  test.each<[string, Parts, number, RegExp]>([
    [
      'an event',
      {
        shared: (members) => ({
          s: { initial: 'p', states: { p: { on: members < 3 ? {} : { 'x.99': 'q' } }, q: {} } },
        }),
      },
      3,
      /^Got a family with x\.99, which names member 99; expected one of the members 0 to 2\.$/,
    ],
    [
      'a value of what is shared',
      {
        shared: (members) => ({
          s: {
            initial: 'p',
            states: { p: { on: members < 4 ? { t: 'p' } : { t: 'with 4' } }, ...(members < 4 ? {} : { 'with 4': {} }) },
          },
        }),
      },
      4,
      /^Got a family with s\.with 4, which names member 4; expected one of the members 0 to 3\.$/,
    ],
    [
      'an output',
      {
        shared: (members) => ({
          s: {
            initial: 'p',
            states: { p: { on: { t: members < 3 ? {} : { target: 'q', actions: 'ding.50' } } }, q: {} },
          },
        }),
      },
      3,
      /^Got a family with ding\.50, which names member 50; expected one of the members 0 to 2\.$/,
    ],
  ])('whose member out of range is named by %s', (_, parts, fails, refusal) => {
    const family = familyOf(parts);
    expect(resultsOf(family, inP, [fails - 1, fails])).toEqual(['holds', 'fails']);
    expect(() => new CheckedFamily(family)).toThrow(refusal);
  });

  test('in which a later member has a region more', () => {
    const spy = (): object => ({ initial: 'x', states: { x: { on: { tock: 'y' } }, y: { on: { tock: 'x' } } } });
    const family = familyOf({
      shared: (members) => ({ ...untilTick({}, { tock: 'q' }), ...(members < 3 ? {} : { w2: spy() }) }),
      regions: (member) => (member === 2 ? ['m2', 'w2'] : [`m${member}`]),
    });
    expect(resultsOf(family, () => leads(inState('s', 'q'), 'tick', 'tock'), [2, 3])).toEqual(['holds', 'fails']);
    expect(() => new CheckedFamily(family)).toThrow(
      /^Got a family with 2 regions of member 2; expected 1, as of member 0\.$/,
    );
  });

  test.each([
    ['one region is given to all members', (member: number) => [`m${member}`, 'hub']],
    ['a region is given twice to one', (member: number) => [`m${member}`, `m${member}`]],
  ])('in which %s', (_, regions) => {
    const shared = (members: number): object => ({
      hub: { initial: 'x', states: { x: { on: { tick: { actions: `ding.${members - 1}` } } } } },
    });
    const family = familyOf({ shared, regions });
    expect(resultsOf(family, () => steps(event('tick'), output('ding.0')), [1])).toEqual(['holds']);
    expect(() => new CheckedFamily(family)).toThrow(
      /in two regions, of the members 0 and [01]; expected regions that are apart/,
    );
  });

  test('that is looked at with no number of members', () => {
    expect(() => new CheckedFamily(familyOf({}), [])).toThrow(
      /sizes of CheckedFamily; expected numbers of members, one at least/,
    );
    expect(() => new CheckedFamily(familyOf({}), [2, 0])).toThrow(
      /^Got 0 as sizes\[1\] of CheckedFamily; expected a whole number from 1 to 4096\.$/,
    );
  });

  test.each([[Symbol('s')], [Object.create(null)], [undefined]])('whose renaming names no number: %#', (member) => {
    const family = familyOf({});
    const rename: Family['rename'] = (name, of) => {
      of(member as number);
      return name;
    };
    expect(() => new CheckedFamily({ ...family, rename })).toThrow(
      /, which names member .*; expected one of the members 0 to 2\.$/,
    );
  });
});

describe('a register', () => {
  const takes = (members: number, but?: number): object =>
    Object.fromEntries(
      indicesOf(members).flatMap((index) => (index === but ? [] : [[`take.${index}`, `with ${index}`]])),
    );
  /** What is shared names a member from `take.0` on. */
  const register = (then: (index: number, members: number) => object): Family =>
    familyOf({
      shared: (members) => ({
        x: {
          initial: 'free',
          states: {
            free: { on: takes(members) },
            ...eachOf(members, (index) => [`with ${index}`, { on: then(index, members) }]),
          },
        },
      }),
    });
  /** A step from `with` any other than member 0, by an event of any other, leads to one of some states. */
  const leadsFromOthers = (verb: string, to: (others: readonly string[]) => readonly string[]) => (members: number) => {
    const others = indicesOf(members).slice(1);
    const anyOf = (states: readonly string[]): GuardExpression => ({
      kind: 'or',
      parts: states.map((state) => inState('x', state)),
    });
    const withOthers = others.map((index) => `with ${index}`);
    const when = both(
      { kind: 'before', state: anyOf(withOthers) },
      event(...others.map((index) => `${verb}.${index}`)),
    );
    return steps(when, { kind: 'after', state: anyOf(to(withOthers)) });
  };

  test('that is freed by an event of nobody is accepted', () => {
    expect(new CheckedFamily(register(() => ({ put: 'free' }))).hearing).toMatch(/^on take\.0, if x\.free/);
  });

  test('that names another member before it is freed is refused, out of caution', () => {
    const family = register((index, members) => ({ put: 'free', ...takes(members, index) }));
    const claim = leadsFromOthers('take', (others) => others);
    expect(resultsOf(family, claim, [2, 3, 4])).toEqual(['holds', 'holds', 'holds']);
    expect(() => new CheckedFamily(family)).toThrow(
      /it speaks of the members 0 and 1 at once: on take\.0, if x\.with 1, x becomes with 0\.$/,
    );
  });

  test('that is freed by an event of the member that it names is refused: a verdict changes', () => {
    const family = register((index) => ({ [`put.${index}`]: 'free' }));
    const claim = leadsFromOthers('put', () => ['free']);
    expect(resultsOf(family, claim, [2, 3, 4])).toEqual(['holds', 'fails', 'fails']);
    expect(() => new CheckedFamily(family)).toThrow(
      /it asks in two places at once whether they name member 0: on put\.0, if x\.with 0, x becomes free\.$/,
    );
  });
});

describe('a premise', () => {
  test('that only steps of others satisfy needs another one', () => {
    const claim = (): Claim => steps(not(event('go.0')), stays);
    expect(resultsOf(familyOf({}), claim, [1, 2, 3])).toEqual(['n/a', 'holds', 'holds']);
    expect(every(familyOf({}), claim)).toMatchObject({ result: 'holds', cutoff: 2 });
  });

  test('that names the events of all others needs another one', () => {
    const claim: ClaimAt = (members) =>
      steps(
        event(
          ...indicesOf(members)
            .slice(1)
            .map((index) => `go.${index}`),
        ),
        stays,
      );
    expect(every(familyOf({}), claim)).toMatchObject({ result: 'holds', cutoff: 2 });
  });

  const never = familyOf({
    member: (index) => ({
      initial: 'a',
      states: { a: { on: { [`go.${index}`]: 'b' } }, b: {}, c: { on: { [`never.${index}`]: 'a' } } },
    }),
  });
  const taken: StepPredicate = { kind: 'taken' };

  test('that asks for an event that is never taken does not hold', () => {
    const claim = (): Claim => steps(both(event('never.0'), taken), stays);
    expect(resultsOf(never, claim, [1, 2])).toEqual(['n/a', 'n/a']);
    expect(every(never, claim).because).toBe(
      'its premise asks for an event that is taken, and is not satisfied with 1 members; with more it may be',
    );
  });

  test('that asks for an event that is not taken is not decided', () => {
    expect(every(never, () => steps(both(event('never.0'), not(taken)), stays)).because).toBe(
      'its premise asks for an event that is not taken, which any member may do',
    );
  });
});

describe('an exploration', () => {
  /** Members with a monitor each, or without. */
  const watched = (has: boolean, alarm: boolean): Family =>
    familyOf({
      shared: (members) => ({
        ...untilTick({}, { tock: 'q' }),
        ...(has
          ? eachOf(members, (index) => [
              `w${index}`,
              {
                initial: 'x',
                states: {
                  x: { on: { tock: { target: 'y', ...(alarm ? { actions: `alarm.${index}` } : {}) } } },
                  y: { on: { tock: 'x' } },
                },
              },
            ])
          : {}),
      }),
      regions: (index) => [`m${index}`, `w${index}`],
    });
  const inAOrB = (): Claim => always({ kind: 'or', parts: [inState('m0', 'a'), inState('m0', 'b')] });

  test('may lack regions that only observe', () => {
    expect(every(watched(true, false), inAOrB, watched(false, false)).result).toBe('holds');
  });

  test('may not lack regions that put something out', () => {
    expect(every(watched(true, true), inAOrB, watched(false, true)).because).toMatch(
      /^Got a family with 1 members, which lacks a region like w0; expected it there, for it puts something out: on tock, if w0\.x, /,
    );
  });

  test('may not lack regions that take an event of which fairness is assumed', () => {
    const claim = (): Claim => leads(inState('s', 'q'), 'tick', 'tock');
    expect(resultsOf(watched(true, false), claim, [1, 2])).toEqual(['fails', 'fails']);
    expect(resultsOf(watched(false, false), claim, [1, 2])).toEqual(['holds', 'holds']);
    expect(every(watched(true, false), claim, watched(false, false)).because).toMatch(
      /^fairness is assumed of an event that other members take where nothing shared does: on tock, if w[01]\.x/,
    );
  });

  test('is looked at again when it is said to be of another number', () => {
    const family = new CheckedFamily(familyOf({}));
    const two = exploreOf(familyOf({}).at(2));
    const claim = (): Claim => always(inState('m0', 'a'));
    expect(decideEvery(family, two, 2, [claim])[0].result).toBe('fails');
    expect(decideEvery(family, two, 3, [claim])[0].because).toMatch(/^Got a family with 3 members, where .* lacks/);
  });

  test('in which other members are not like those of the family is refused', () => {
    const odd = familyOf({
      member: (index) => {
        const on = { [`go.${index}`]: 'b' };
        return index === 0 ? toggle(0) : { initial: 'a', states: { a: { on }, b: { on } } };
      },
    });
    const claim = (): Claim => always(inState('m0', 'a'));
    expect(decideEvery(new CheckedFamily(familyOf({})), exploreOf(odd.at(2)), 2, [claim])[0].because).toMatch(
      /^Got a family with 2 members, where m1 lacks/,
    );
  });

  test('in which outputs have other names is refused', () => {
    const family = familyOf({
      member: (index) => ({
        initial: 'a',
        states: { a: { on: { [`go.${index}`]: { actions: { type: 'ding', params: { index } } } } } },
      }),
    });
    const { machine, events } = family.at(1);
    const exploration = explore(compile(machine, events, (type) => type));
    const claim = (): Claim => steps(output('ding'), event('go.0'));
    expect(decideEvery(new CheckedFamily(family), exploration, 1, [claim])[0].because).toMatch(
      /where m0 lacks, .* out "ding\.0"; expected/,
    );
  });

  test('that was ended by a limit leaves a claim open', () => {
    const family = familyOf({ shared: () => untilTick() });
    const part = exploreOf(family.at(1), { states: 1 });
    const claims = [
      (): Claim => steps(both(event('go.0'), { kind: 'taken' }), event('go.0')),
      (): Claim => leads(inState('s', 'q'), 'tick'),
    ];
    expect(decideEvery(new CheckedFamily(family), part, 1, claims.slice(0, 1))[0].result).toBe('open');
    const two = exploreOf(family.at(2), { states: 1 });
    expect(decideEvery(new CheckedFamily(family), two, 2, claims.slice(1))[0].result).toBe('open');
  });
});

describe('a claim', () => {
  test('that is another one at a number that was told is refused', () => {
    const claim: ClaimAt = (members) => always(inState('m0', members === 7 ? 'b' : 'a'));
    const family = familyOf({});
    expect(every(family, claim)).toEqual({ result: 'fails', about: 1, cutoff: 1, sizes: [1, 2, 3, 4] });
    expect(() => cutoffOf(new CheckedFamily(family, [2, 7]), claim)).toThrow(
      /among 7 members, and .* among 2; expected it to say the same/,
    );
  });

  const inA = (): Claim => always(inState('m0', 'a'));
  const isA = (index: number): GuardExpression => inState(`m${index}`, 'a');

  describe.each<[string, ClaimAt, RegExp]>([
    [
      'names members 0 and 1, and all others, where there is one member',
      (members) =>
        always({
          kind: 'or',
          parts: [inState('x', 'free'), ...indicesOf(Math.max(members, 2)).map((at) => inState('x', `with ${at}`))],
        }),
      /^Got AlwaysInv, about 0 of the members, which cannot be read with 1 members: stateIn names 'with 1' below 'family\.x'; write one of free, with 0\.$/,
    ],
    [
      'names a member that is never there',
      () => always(isA(7)),
      /^Got AlwaysInv, which cannot be read with 5 members: stateIn names 'm7' below 'family'; /,
    ],
    [
      'names a guard that is not there',
      () => always({ kind: 'named', name: 'isOpen' }),
      /^Got AlwaysInv, which cannot be read with 5 members: Got the guard "isOpen"; expected one that the machine has: there is none\.$/,
    ],
  ])('that %s', (_, claim, reason) => {
    const shared = (members: number): object => ({
      x: {
        initial: 'free',
        states: {
          free: { on: eachOf(members, (index) => [`take.${index}`, `with ${index}`]) },
          ...eachOf(members, (index) => [`with ${index}`, { on: { put: 'free' } }]),
        },
      },
    });
    const family = familyOf({ shared });
    const checked = new CheckedFamily(family);

    test('has no cutoff', () => {
      expect(refusalOf(() => cutoffOf(checked, claim))).toMatch(reason);
    });

    test('is given a reason, and others their verdicts', () => {
      expect(decideEvery(checked, exploreOf(family.at(2)), 2, [claim, inA])).toEqual([
        { because: expect.stringMatching(reason) },
        { result: 'fails', about: 1, cutoff: 2, sizes: [1, 2, 3, 4] },
      ]);
    });
  });

  describe('that cannot be decided on an exploration is given a reason, and others their verdicts:', () => {
    const family = familyOf({ shared: () => untilTick() });
    const { machine, events } = family.at(2);
    const ticks = (): Claim => steps(event('tick'), stays);
    const inP = (): Claim => always(inState('s', 'p'));

    test('it names an event that is left out', () => {
      const exploration = explore(compile(machine, { only: events.filter((name) => name !== 'tick') }));
      expect(decideEvery(new CheckedFamily(family), exploration, 2, [ticks, inP])).toMatchObject([
        {
          because: expect.stringMatching(
            /^Got TheStep, which cannot be decided on the exploration: Got the event "tick" in the claim TheStep; expected one that is not left out/,
          ),
        },
        { result: 'holds' },
      ]);
    });

    test('it is about one of the members that are exchanged', () => {
      const compiled = compile(machine, events);
      const symmetry = new Symmetry(compiled, { regions: ['m0', 'm1'], rename: family.rename });
      expect(decideEvery(new CheckedFamily(family), explore(compiled, { symmetry }), 2, [inA, inP])).toMatchObject([
        {
          because: expect.stringMatching(
            /^Got AlwaysInv, which cannot be decided on the exploration: Got the claim AlwaysInv, which is not the same for each of m0, m1: /,
          ),
        },
        { result: 'fails' },
      ]);
    });
  });

  test.each([1, 2, 3, 4, 5])(
    'that is none, or whose function throws, for %i members is a mistake of the caller',
    (odd) => {
      const family = familyOf({});
      const [checked, exploration] = [new CheckedFamily(family), exploreOf(family.at(2))];
      const none: ClaimAt = (members) => (members === odd ? (undefined as unknown as Claim) : inA());
      const failing: ClaimAt = (members) => {
        if (members === odd) throw new TypeError('I do not know so many.');
        return inA();
      };
      const told = RegExp(`^Got undefined as what claim(At|s\\[1\\]) of \\w+ gives for ${odd}; expected a claim`);
      expect(() => cutoffOf(checked, none)).toThrow(told);
      expect(() => decideEvery(checked, exploration, 2, [inA, none])).toThrow(told);
      expect(() => cutoffOf(checked, failing)).toThrow(new TypeError('I do not know so many.'));
      expect(() => decideEvery(checked, exploration, 2, [inA, failing])).toThrow(
        new TypeError('I do not know so many.'),
      );
    },
  );

  test('is made once for each number: what is looked at is what is decided', () => {
    const family = familyOf({});
    const asked: number[] = [];
    const changing: ClaimAt = (members) => {
      const isFirst = !asked.includes(members);
      asked.push(members);
      return isFirst ? inA() : always({ kind: 'or', parts: [isA(0), inState('m0', 'b')] });
    };
    const [{ result }] = decideEvery(new CheckedFamily(family), exploreOf(family.at(2)), 2, [changing]);
    expect(result).toBe('fails');
    expect(asked).toEqual([...new Set(asked)]);
  });

  test('that has the name of another is not taken for it', () => {
    const family = familyOf({});
    const [checked, exploration] = [new CheckedFamily(family), exploreOf(family.at(1))];
    const either = (): Claim => always({ kind: 'or', parts: [isA(0), inState('m0', 'b')] });
    const resultsWith = (known?: ReadonlyMap<ClaimAt, Decision['result']>): (Decision['result'] | undefined)[] =>
      decideEvery(checked, exploration, 1, [either, inA], known).map(({ result }) => result);
    expect(resultsWith()).toEqual(['holds', 'fails']);
    expect(resultsWith(new Map([[either, 'holds']]))).toEqual(['holds', 'fails']);
    // What is known is believed, of the claim that it is known of.
    expect(resultsWith(new Map([[inA, 'open']]))).toEqual(['holds', 'open']);
    expect(() => resultsWith(new Map([[inA, 'maybe' as 'open']]))).toThrow(
      /^Got "maybe" as a result in known of decideEvery; expected one of holds, fails, n\/a, open\.$/,
    );
  });

  test('may be about a machine with an event that is only forbidden', () => {
    const family = familyOf({
      shared: () => ({ s: { initial: 'p', states: { p: { on: { x: undefined } } } } }),
      events: ['x'],
    });
    expect(every(family, () => always(inState('s', 'p')))).toMatchObject({ result: 'holds', cutoff: 1 });
  });
});
