/**
 * Random families of machines, by seed: what is shared, and members that are alike, with guards over themselves and what is shared. A family
 * may be broken in one sentence, in each of the ways that the premise of a cutoff forbids.
 *
 * A template is made by chance, and then written out for any number of members. Members hear each other by events that name them, and by
 * a shared state that names one of them; in some families they are deaf to each other.
 */
import { and, createMachine, not, or, stateIn } from 'xstate';
import type { Claim, StepPredicate } from '../../checker/decide/claim.ts';
import type { Family } from '../../checker/cutoff/instance.ts';
import type { GuardExpression } from '../../checker/machine/guard.ts';
import { randomNumbers } from './random-machine.ts';

/** What a family may be broken in. */
export const BREACHES = [
  'a member reads another',
  'what is shared reads a member',
  'a member is not like the others',
  'a member changes another',
  'a sentence speaks of two members',
  'a sentence asks in two places',
  'a sentence asks that a member is not named',
] as const;
export type Breach = (typeof BREACHES)[number];

/** A guard of a template: about a member itself, what is shared, or which member the token is with. */
type Asked =
  | { readonly of: 'own'; readonly region: string; readonly state: string }
  | { readonly of: 'shared'; readonly state: string }
  | { readonly of: 'token' };
interface Line {
  /** Of the member itself, of another one, or shared. */
  readonly event: { readonly name: string; readonly of: 'own' | 'other' | 'shared' };
  readonly asks: readonly { readonly that: Asked; readonly isSo: boolean }[];
  readonly isAny: boolean;
  readonly target: string;
  readonly output: string | undefined;
  /** Whether it is so of each other member that the token is with. */
  readonly whileOtherHolds: boolean;
}
type Lines = Readonly<Record<string, Readonly<Record<string, readonly Line[]>>>>;

const STATES = ['p', 'q'];
const indicesOf = (members: number): number[] => Array.from({ length: members }, (_, member) => member);

export interface RandomFamily {
  readonly family: Family;
  /** A claim about the first members and what is shared. */
  readonly claim: (seed: number) => Claim;
}

/** Makes the family of a seed. */
export function randomFamily(seed: number, breach?: Breach): RandomFamily {
  const random = randomNumbers(seed);
  const chance = (percent: number): boolean => random(100) < percent;
  const pick = <Item>(items: readonly Item[]): Item => items[random(items.length)];
  const isDeaf = breach === undefined && chance(40);
  const regions = chance(50) ? ['x'] : ['x', 'y'];
  const sharedEvents = ['s', 't'];
  const memberEvents = ['a', 'b'];

  const askOf = (owner: 'member' | 'shared'): Asked => {
    const kinds = owner === 'shared' ? ['shared'] : isDeaf ? ['own', 'shared'] : ['own', 'shared', 'token'];
    const of = pick(kinds);
    if (of === 'own') return { of, region: pick(regions), state: pick(STATES) };
    return of === 'shared' ? { of, state: pick(STATES) } : { of: 'token' };
  };
  const lineOf = (owner: 'member' | 'shared'): Line => {
    const heard =
      owner === 'member'
        ? ['own', 'own', 'shared', ...(isDeaf ? [] : ['other'])]
        : ['shared', ...(isDeaf ? [] : ['other'])];
    const of = pick(heard) as 'own' | 'other' | 'shared';
    return {
      event: { name: pick(of === 'shared' ? sharedEvents : memberEvents), of },
      asks: Array.from({ length: random(3) }, () => ({ that: askOf(owner), isSo: chance(60) })),
      isAny: chance(30),
      target: pick(STATES),
      output: owner === 'member' && chance(40) ? pick(['out', 'ping']) : undefined,
      whileOtherHolds: !isDeaf && owner === 'member' && of === 'shared' && chance(40),
    };
  };
  const linesOf = (owner: 'member' | 'shared', names: readonly string[]): Lines =>
    Object.fromEntries(
      names.map((name) => [
        name,
        Object.fromEntries(STATES.map((state) => [state, Array.from({ length: 1 + random(3) }, () => lineOf(owner))])),
      ]),
    );
  const memberLines = linesOf('member', regions);
  const sharedLines = linesOf('shared', ['common']);
  const tokenBack = pick(sharedEvents);
  const tokenTaken = pick(memberEvents);

  const guardOf = (asks: Line['asks'], isAny: boolean, member: number): ReturnType<typeof and>[] => {
    if (asks.length === 0) return [];
    const parts = asks.map(({ that, isSo }) => {
      const state =
        that.of === 'own'
          ? stateIn({ [`m${member}`]: { [that.region]: that.state } })
          : that.of === 'shared'
            ? stateIn({ common: that.state })
            : stateIn({ token: `with ${member}` });
      return (isSo ? state : not(state)) as ReturnType<typeof and>;
    });
    return [isAny ? or(parts as never) : and(parts as never)];
  };
  const write = (line: Line, member: number, others: readonly number[]): [string, object][] => {
    const guards = guardOf(line.asks, line.isAny, member);
    const transition = (more: ReturnType<typeof and>[]) => ({
      target: line.target,
      ...(guards.length + more.length === 0 ? {} : { guard: and([...more, ...guards] as never) }),
      ...(line.output === undefined ? {} : { actions: { type: line.output, params: { member } } }),
    });
    const event = (of: number): string => (line.event.of === 'shared' ? line.event.name : `${line.event.name}.${of}`);
    if (line.whileOtherHolds) {
      return others.map((other) => [event(member), transition([stateIn({ token: `with ${other}` }) as never])]);
    }
    if (line.event.of === 'other') return others.map((other) => [event(other), transition([])]);
    return [[event(member), transition([])]];
  };
  const onOf = (pairs: readonly [string, object][]): Record<string, object[]> => {
    const on: Record<string, object[]> = {};
    for (const [event, transition] of pairs) (on[event] ??= []).push(transition);
    return on;
  };
  const regionOf = (
    states: Readonly<Record<string, readonly Line[]>>,
    member: number,
    others: readonly number[],
    more: readonly [string, object][],
  ) => ({
    initial: 'p',
    states: Object.fromEntries(
      Object.entries(states).map(([state, lines]) => {
        const written = lines.flatMap((line) => write(line, member, others));
        return [state, { on: onOf(state === 'p' ? [...more, ...written] : written) }];
      }),
    ),
  });

  /** The sentence that breaks the premise: of a member, or of what is shared. */
  const breakingOf = (member: number, members: number): readonly [string, object][] => {
    const other = (member + 1) % members;
    if (other === member) return [];
    const inOther = stateIn({ [`m${other}`]: { x: 'q' } });
    const withOther = stateIn({ token: `with ${other}` });
    switch (breach) {
      case 'a member reads another':
        return [['s', { target: 'q', guard: inOther }]];
      case 'a member changes another':
        return [[`a.${member}`, { target: `#m${other}.x.q` }]];
      case 'a member is not like the others':
        return member === members - 1
          ? [[`a.${member}`, { target: 'q', actions: { type: 'odd', params: { member } } }]]
          : [];
      case 'a sentence speaks of two members':
        return members < 3 ? [] : [[`a.${(member + 2) % members}`, { target: 'q', guard: withOther }]];
      case 'a sentence asks in two places':
        return indicesOf(members)
          .filter((each) => each !== member)
          .map((each) => [`b.${each}`, { target: 'q', guard: stateIn({ token: `with ${each}` }) }]);
      case 'a sentence asks that a member is not named':
        return indicesOf(members)
          .filter((each) => each !== member)
          .map((each) => ['s', { target: 'q', guard: not(stateIn({ token: `with ${each}` })) }]);
      default:
        return [];
    }
  };

  const at = (members: number) => {
    const indices = indicesOf(members);
    const states = {
      common: regionOf(
        sharedLines.common,
        0,
        indices,
        breach === 'what is shared reads a member' ? [['s', { target: 'q', guard: stateIn({ m0: { x: 'q' } }) }]] : [],
      ),
      ...Object.fromEntries(
        indices.map((member) => {
          const others = indices.filter((other) => other !== member);
          const inside = Object.entries(memberLines).map(([name, lines]) => [
            name,
            { ...regionOf(lines, member, others, name === 'x' ? breakingOf(member, members) : []) },
          ]);
          return [`m${member}`, { id: `m${member}`, type: 'parallel' as const, states: Object.fromEntries(inside) }];
        }),
      ),
      ...(isDeaf
        ? {}
        : {
            token: {
              initial: 'free',
              states: {
                free: {
                  on: Object.fromEntries(indices.map((member) => [`${tokenTaken}.${member}`, `with ${member}`])),
                },
                ...Object.fromEntries(indices.map((member) => [`with ${member}`, { on: { [tokenBack]: 'free' } }])),
              },
            },
          }),
    };
    const machine = createMachine({ id: `family${seed}`, type: 'parallel', states } as never);
    return { machine, events: machine.events };
  };

  const family: Family = {
    name: `family ${seed}`,
    at,
    regions: (member) => [`m${member}`],
    rename: (name, of) => name.replace(/(?<=\.)\d+(?=$|\.)/g, (member) => `${of(Number(member))}`),
    renameState: (path, of) =>
      path.replace(/^(token\.with )(\d+)$/, (_, head, member) => `${head}${of(Number(member))}`),
  };
  return { family, claim: (claimSeed) => randomClaim(claimSeed, at(3).events, regions, isDeaf) };
}

function randomClaim(seed: number, events: readonly string[], regions: readonly string[], isDeaf: boolean): Claim {
  const random = randomNumbers(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[random(items.length)];
  const about = 1 + Number(random(4) === 0);
  const known = events.filter((event) => !(Number(event.split('.')[1] ?? 0) >= about));
  const atom = (): GuardExpression => {
    const member = random(about);
    const kind = random(isDeaf ? 4 : 5);
    if (kind === 0) return { kind: 'stateIn', value: { common: pick(STATES) } };
    if (kind === 4) return { kind: 'stateIn', value: { token: `with ${member}` } };
    return { kind: 'stateIn', value: { [`m${member}`]: { [pick(regions)]: pick(STATES) } } };
  };
  const state = (): GuardExpression => {
    const part = random(3) === 0 ? ({ kind: 'not', part: atom() } as const) : atom();
    return random(2) === 0 ? part : { kind: pick(['and', 'or'] as const), parts: [part, atom()] };
  };
  const step = (): StepPredicate => {
    const kind = random(5);
    if (kind === 0) return { kind: 'event', names: [pick(known)] };
    if (kind === 1) return { kind: 'not', part: { kind: 'event', names: [pick(known)] } };
    if (kind === 2)
      return {
        kind: 'or',
        parts: [
          { kind: 'not', part: { kind: 'before', state: state() } },
          { kind: 'after', state: state() },
        ],
      };
    return { kind: kind === 3 ? 'before' : 'after', state: state() };
  };
  const named = { name: `Claim${seed}`, title: '' };
  switch (random(4)) {
    case 0:
      return { kind: 'invariant', ...named, holds: { kind: 'or', parts: [state(), state(), state()] } };
    case 1:
      return { kind: 'reach', ...named, that: { kind: 'and', parts: [state(), state()] } };
    case 2:
      return { kind: 'step', ...named, when: step(), holds: { kind: 'or', parts: [step(), step()] } };
    default: {
      const fairness = [{ strength: pick(['weak', 'strong'] as const), events: [pick(known)] }];
      return {
        kind: 'leadsTo',
        ...named,
        from: state(),
        to: state(),
        fairness: [...fairness, ...fairness.slice(random(2))],
      };
    }
  }
}
