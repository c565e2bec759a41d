import { createMachine, not, or, stateIn } from 'xstate';
import { describe, expect, test } from 'vitest';
import { type ClaimAt, cutoffOf, decideEvery } from '../../checker/cutoff/every.ts';
import { CheckedFamily } from '../../checker/cutoff/family.ts';
import { type Family } from '../../checker/cutoff/instance.ts';
import type { Claim } from '../../checker/decide/claim.ts';
import type { GuardExpression } from '../../checker/machine/guard.ts';
import { explorer, refusalOf, resultOf } from '../setup/families.ts';

// ---- Why each is refused: a family that breaks the premise in one sentence, and a claim whose verdict changes

const indicesOf = (members: number): number[] => Array.from({ length: members }, (_, member) => member);
const inState = (region: string, state: string): GuardExpression => ({ kind: 'stateIn', value: { [region]: state } });
const anyOf = (...parts: readonly GuardExpression[]): GuardExpression => ({ kind: 'or', parts });

/** A family of members `m0`, `m1`, each out or in, with what is shared. */
function familyOf(
  member: (index: number, members: number) => object,
  shared: (members: number) => object = () => ({}),
): Family {
  return {
    name: 'a family',
    at: (members) => {
      const regions = indicesOf(members).map((index) => [
        `m${index}`,
        { initial: 'out', states: { out: { on: {} }, in: { on: {} }, ...member(index, members) } },
      ]);
      const states = { ...shared(members), ...Object.fromEntries(regions) };
      const machine = createMachine({ id: 'family', type: 'parallel', states } as never);
      return { machine, events: machine.events };
    },
    regions: (index) => [`m${index}`],
    rename: (name, of) => name.replace(/(?<=\.)\d+$/, (index) => `${of(Number(index))}`),
    renameState: (path, of) => path.replace(/(?<=^token\.with )\d+$/, (index) => `${of(Number(index))}`),
  };
}

/** A token that a member takes by `take.0`, and puts back by `put`. */
const token = (members: number) => ({
  token: {
    initial: 'free',
    states: {
      free: { on: Object.fromEntries(indicesOf(members).map((index) => [`take.${index}`, `with ${index}`])) },
      ...Object.fromEntries(indicesOf(members).map((index) => [`with ${index}`, { on: { put: 'free' } }])),
    },
  },
});
const withAnyOther = (members: number): GuardExpression =>
  anyOf(
    ...indicesOf(members)
      .slice(1)
      .map((index) => inState('token', `with ${index}`)),
  );
const stepOf = (when: object, holds: object): Claim =>
  ({ kind: 'step', name: 'TheStep', title: '', when, holds }) as Claim;
const before = (state: GuardExpression) => ({ kind: 'before', state });
const after = (state: GuardExpression) => ({ kind: 'after', state });
const event = (...names: readonly string[]) => ({ kind: 'event', names });
const reachIn = (): Claim => ({ kind: 'reach', name: 'InReach', title: '', that: inState('m0', 'in') });
const others = (index: number, members: number): number[] => indicesOf(members).filter((each) => each !== index);

interface Example {
  readonly family: Family;
  readonly claim: ClaimAt;
  /** From a number of members on. */
  readonly results: readonly [from: number, ...results: string[]];
  readonly refusal: RegExp;
}

const EXAMPLES: Readonly<Record<string, Example>> = {
  'a member reads its neighbour': {
    family: familyOf((index, members) => ({
      out: {
        on: {
          [`enter.${index}`]:
            members === 1 ? 'in' : { target: 'in', guard: stateIn({ [`m${(index + 1) % members}`]: 'out' }) },
        },
      },
      in: { on: { [`leave.${index}`]: 'out' } },
    })),
    claim: () => ({
      kind: 'invariant',
      name: 'ExclusionInv',
      title: '',
      holds: anyOf(inState('m0', 'out'), inState('m1', 'out')),
    }),
    results: [2, 'holds', 'fails', 'fails'],
    refusal: /member 0 reads m1\.out, of member 1: on enter\.0, if /,
  },
  'what is shared reads members': {
    family: familyOf(
      (index) => ({ out: { on: { [`enter.${index}`]: 'in' } } }),
      (members) => ({
        alarm: {
          initial: 'off',
          states: {
            off: {
              on: {
                look: {
                  target: 'on',
                  guard: or(
                    indicesOf(members).flatMap((one) =>
                      others(one, members).map((other) => stateIn({ [`m${one}`]: 'in', [`m${other}`]: 'in' })),
                    ),
                  ),
                },
              },
            },
            on: {},
          },
        },
      }),
    ),
    claim: () => ({ kind: 'reach', name: 'AlarmReach', title: '', that: inState('alarm', 'on') }),
    results: [1, 'fails', 'holds', 'holds'],
    refusal: /what is shared reads m0\.in, of a member: on look, if /,
  },
  'the last member is another': {
    family: familyOf((index, members) => ({ out: { on: { go: index === members - 1 ? 'in' : [] } } })),
    claim: reachIn,
    results: [1, 'holds', 'fails', 'fails'],
    refusal:
      /where m2 has besides, with the member called 0 and another one 1: on "go", if "m0\.out": "m0" := "m0\.in"; expected/,
  },
  'a member changes the next one': {
    family: familyOf((index, members) => ({
      out: {
        id: `out${index}`,
        on: members === 1 ? {} : { [`push.${index}`]: { target: [`#in${(index + 1) % members}`] } },
      },
      in: { id: `in${index}` },
    })),
    claim: reachIn,
    results: [1, 'fails', 'holds', 'holds'],
    refusal: /member 0 changes m\d, which is not its own: on push\.0, if /,
  },
  'a sentence speaks of two others': {
    family: familyOf(
      (index, members) => ({
        out: {
          on: Object.fromEntries(
            others(index, members).map((one) => [
              `call.${one}`,
              others(index, members)
                .filter((other) => other !== one)
                .map((other) => ({ target: 'in', guard: stateIn({ token: `with ${other}` }) })),
            ]),
          ),
        },
      }),
      token,
    ),
    claim: reachIn,
    results: [2, 'fails', 'holds', 'holds'],
    refusal: /it speaks of the members 1 and 2 at once: on call\.1, if /,
  },
  'a sentence asks whether two names are of one member': {
    family: familyOf(
      (index, members) => ({
        out: {
          on: Object.fromEntries(
            others(index, members).map((other) => [
              `call.${other}`,
              { target: 'in', guard: stateIn({ token: `with ${other}` }) },
            ]),
          ),
        },
      }),
      token,
    ),
    claim: (members) =>
      stepOf(
        {
          kind: 'and',
          parts: [event(...others(0, members).map((other) => `call.${other}`)), before(withAnyOther(members))],
        },
        after(inState('m0', 'in')),
      ),
    results: [2, 'holds', 'fails', 'fails'],
    refusal: /it asks in two places at once whether they name member 1: on call\.1, if /,
  },
  'a sentence asks that another is not named': {
    family: familyOf(
      (index, members) => ({
        out: {
          on: {
            go: others(index, members).map((other) => ({
              target: 'in',
              guard: not(stateIn({ token: `with ${other}` })),
            })),
          },
        },
      }),
      token,
    ),
    claim: (members) =>
      stepOf(
        { kind: 'and', parts: [event('go'), before(withAnyOther(members)), before(inState('m0', 'out'))] },
        after(inState('m0', 'out')),
      ),
    results: [2, 'holds', 'fails', 'fails'],
    refusal: /it asks for a state that does not name member 1: on go, if /,
  },
};

describe.each(Object.entries(EXAMPLES))('%s:', (_name, { family, claim, results: [from, ...results], refusal }) => {
  test('a verdict changes with the number of members', () => {
    const at = explorer(family);
    expect(results.map((_, more) => resultOf(at(from + more), claim(from + more)))).toEqual(results);
  });

  test('the family is refused with the sentence', () => {
    expect(refusalOf(() => new CheckedFamily(family))).toMatch(refusal);
  });
});

// ---- Claims

/** Members that enter while they hold the token, and hear each other by it. */
const TOKEN = familyOf(
  (index) => ({
    out: {
      on: {
        go: {
          target: 'in',
          guard: stateIn({ token: `with ${index}` }),
          actions: { type: 'enters', params: { index } },
        },
      },
    },
    in: { on: { put: 'out' } },
  }),
  token,
);
/** Members that are deaf to each other. */
const DEAF = familyOf(
  (index) => ({
    out: { on: { [`enter.${index}`]: { target: 'in', guard: stateIn({ door: 'open' }), actions: 'bell' } } },
    in: { on: { [`leave.${index}`]: 'out', close: 'out' } },
  }),
  () => ({ door: { initial: 'open', states: { open: { on: { close: 'shut' } }, shut: { on: { open: 'open' } } } } }),
);

describe('a claim', () => {
  const token2 = new CheckedFamily(TOKEN);
  const deaf = new CheckedFamily(DEAF);
  const isIn = (index: number): GuardExpression => inState(`m${index}`, 'in');

  test('about two that exclude each other needs a third, and holds of every number', () => {
    const exclusion: ClaimAt = () => ({
      kind: 'invariant',
      name: 'ExclusionInv',
      title: '',
      holds: { kind: 'not', part: { kind: 'and', parts: [isIn(0), isIn(1)] } },
    });
    expect(cutoffOf(token2, exclusion)).toEqual({ about: 2, cutoff: 3 });
    expect(decideEvery(token2, explorer(TOKEN)(3), 3, [exclusion])).toEqual([
      { about: 2, cutoff: 3, sizes: [1, 2, 3, 4], result: 'holds' },
    ]);
    expect(decideEvery(token2, explorer(TOKEN)(2), 2, [exclusion])[0].because).toMatch(
      /^it is decided with 2, and its cutoff is 3: members hear of each other, on take\.0, if token\.free, token becomes with 0/,
    );
  });

  test('needs no other member where members are deaf to each other', () => {
    const reach: ClaimAt = () => ({ kind: 'reach', name: 'InReach', title: '', that: isIn(0) });
    expect(cutoffOf(deaf, reach)).toEqual({ about: 1, cutoff: 1 });
    const shut: ClaimAt = () => ({
      kind: 'leadsTo',
      name: 'ShutLeads',
      title: '',
      from: isIn(0),
      to: inState('m0', 'out'),
      fairness: [{ strength: 'weak', events: ['leave.0'] }],
    });
    expect(decideEvery(deaf, explorer(DEAF)(1), 1, [reach, shut])).toEqual([
      { about: 1, cutoff: 1, sizes: [1, 2, 3, 4], result: 'holds' },
      { about: 1, cutoff: 1, sizes: [1, 2, 3, 4], result: 'holds' },
    ]);
  });

  test('about steps that does not survive stuttering is not decided without another member', () => {
    const known: ClaimAt = () => stepOf(event('close', 'open', 'enter.0', 'leave.0'), { kind: 'taken' });
    const all: ClaimAt = () => stepOf({ kind: 'not', part: event('close', 'open', 'leave.0') }, event('enter.0'));
    // It holds of one member, and of no greater number.
    expect(indicesOf(3).map((more) => resultOf(explorer(DEAF)(1 + more), all(1 + more)))).toEqual([
      'holds',
      'fails',
      'fails',
    ]);
    expect(decideEvery(deaf, explorer(DEAF)(1), 1, [all])[0].because).toMatch(
      /its cutoff is 2: another one does something/,
    );
    expect(decideEvery(deaf, explorer(DEAF)(2), 2, [all])).toEqual([
      { about: 1, cutoff: 2, sizes: [1, 2, 3, 4], result: 'fails' },
    ]);
    expect(decideEvery(deaf, explorer(DEAF)(2), 2, [known])[0].because).toMatch(/it asks whether an event is taken/);
  });

  test('that asks in its premise whether an event is taken holds if it does without', () => {
    const closed: ClaimAt = () =>
      stepOf({ kind: 'and', parts: [{ kind: 'taken' }, event('close')] }, after(inState('m0', 'out')));
    expect(decideEvery(deaf, explorer(DEAF)(1), 1, [closed])).toEqual([
      { about: 1, cutoff: 1, sizes: [1, 2, 3, 4], result: 'holds' },
    ]);
  });

  test.each<[string, ClaimAt, RegExp]>([
    [
      'about all members at once',
      (members) => ({
        kind: 'reach',
        name: 'AllReach',
        title: '',
        that: { kind: 'and', parts: indicesOf(members).map(isIn) },
      }),
      /^Got AllReach, which speaks of 5 members where there are 5: of all at once; expected a claim about 2 at most\.$/,
    ],
    [
      'that is another one for another number of members',
      (members) => ({
        kind: 'reach',
        name: 'ParityReach',
        title: '',
        that: inState('m0', members % 2 === 0 ? 'in' : 'out'),
      }),
      /^Got ParityReach, which says, with the others taken for one, .* among \d members, and .* among 2; expected it to say the same\.$/,
    ],
    [
      'by a function of the state',
      () =>
        ({
          kind: 'invariant',
          name: 'FewInv',
          title: '',
          holds: (value: object) => Object.keys(value).length < 5,
        }) as Claim,
      /^Got a function of the state in FewInv; expected an expression/,
    ],
    [
      'about an output that any member puts out',
      () => stepOf({ kind: 'output', names: ['bell'] }, after(isIn(0))),
      /^Got TheStep, about 1 of the members, which asks for an output that others put out: on enter\.1, if /,
    ],
  ])('%s has no cutoff', (_, claim, message) => {
    expect(refusalOf(() => cutoffOf(deaf, claim))).toMatch(message);
    expect(decideEvery(deaf, explorer(DEAF)(2), 2, [claim])).toEqual([{ because: expect.stringMatching(message) }]);
  });

  test('that says another thing where it is decided is refused', () => {
    const sly: ClaimAt = (members) => ({
      kind: 'invariant',
      name: 'SlyInv',
      title: '',
      holds:
        members === 3
          ? { kind: 'not', part: { kind: 'and', parts: [isIn(0), inState('m0', 'out')] } }
          : inState('m0', 'out'),
    });
    expect(decideEvery(deaf, explorer(DEAF)(3), 3, [sly])[0].because).toMatch(
      /^Got SlyInv, which says, .* among 3 members/,
    );
  });

  test('with fairness of an event that others take where nothing shared does has no cutoff', () => {
    const rings = familyOf((index) => ({
      out: { on: { ring: { target: 'in', guard: stateIn({ [`m${index}`]: 'out' }) } } },
      in: { on: { [`leave.${index}`]: 'out' } },
    }));
    const family = new CheckedFamily(rings);
    const leads: ClaimAt = () => ({
      kind: 'leadsTo',
      name: 'InLeads',
      title: '',
      from: inState('m0', 'out'),
      to: isIn(0),
      fairness: [{ strength: 'weak', events: ['ring'] }],
    });
    expect(decideEvery(family, explorer(rings)(2), 2, [leads])[0].because).toMatch(
      /^fairness is assumed of an event that other members take where nothing shared does: on ring, if m0\.out/,
    );
  });

  test('with fairness of two events, of which others may take the one for ever while what is shared waits for the other, has no cutoff', () => {
    const bells = familyOf(
      () => ({ out: { on: { ring: 'in' } }, in: { on: { ring: 'out' } } }),
      () => ({ door: { initial: 'shut', states: { shut: { on: { open: 'open' } }, open: {} } } }),
    );
    const fairness = [{ strength: 'weak' as const, events: ['ring', 'open'] }];
    const opens: ClaimAt = () => ({
      kind: 'leadsTo',
      name: 'OpenLeads',
      title: '',
      to: inState('door', 'open'),
      fairness,
    });
    // Each number of members may ring for ever; but were the sentences of members not there, the door would have to open.
    expect(decideEvery(new CheckedFamily(bells), explorer(bells)(1), 1, [opens])[0].because).toMatch(
      /what is shared|nothing shared does: on ring/,
    );
  });

  test('is decided on no other machine than that of the family', () => {
    const other = familyOf(
      (index) => ({ out: { on: { [`enter.${index}`]: 'in', close: 'in' } } }),
      () => ({
        door: { initial: 'open', states: { open: { on: { close: 'shut' } }, shut: { on: { open: 'open' } } } },
      }),
    );
    const reach: ClaimAt = () => ({ kind: 'reach', name: 'InReach', title: '', that: isIn(0) });
    expect(decideEvery(deaf, explorer(other)(2), 2, [reach])[0].because).toMatch(
      /^Got a family with 2 members, where .* lacks, /,
    );
  });
});

test('a family whose events are renamed wrongly is refused', () => {
  const wrong: Family = { ...DEAF, rename: (name, of) => name.replace(/\d+/, () => `${of(0)}`) };
  expect(refusalOf(() => new CheckedFamily(wrong))).toMatch(/expected a renaming that is undone by itself|where /);
});
