import { and, createMachine, not, or, stateIn } from 'xstate';
import { expect, test } from 'vitest';
import { compile } from '../../checker/compile/compile.ts';
import type { CompiledMachine } from '../../checker/compile/format.ts';
import type { Claim, Fairness, Lasso, LeadsToClaim } from '../../checker/decide/claim.ts';
import { decide } from '../../checker/decide/decide.ts';
import { type Exploration, explore } from '../../checker/explore/explore.ts';
import { Symmetry } from '../../checker/explore/symmetry.ts';
import type { GuardExpression } from '../../checker/machine/guard.ts';
import { randomNumbers } from '../setup/random-machine.ts';

/** Members that are alike, with what they share: each reads itself, what is shared, and whether any other is in some state. */
function symmetricMachine(members: number, random: (bound: number) => number): CompiledMachine {
  const pick = <Item>(items: readonly Item[]): Item => items[random(items.length)];
  const indices = Array.from({ length: members }, (_, index) => index);
  const inMember = (index: number, state: string) => stateIn({ [`r${index}`]: state });
  const anyOther = (index: number, state: string) =>
    or(indices.filter((other) => other !== index).map((other) => inMember(other, state)));
  // What is drawn is drawn once, and made for each member alike.
  type Guard = (index: number) => any;
  const drawGuard = (): Guard => {
    const kind = random(7);
    const state = pick(['a', 'b', 'c']);
    const shared = pick(['x', 'y']);
    if (kind === 0) return () => stateIn({ shared });
    if (kind === 1) return (index) => anyOther(index, state);
    if (kind === 2) return (index) => not(anyOther(index, state));
    if (kind === 3) return (index) => and([stateIn({ shared }), not(anyOther(index, state))]);
    return () => undefined;
  };
  const drawn = ['a', 'b', 'c'].flatMap((from) =>
    ['go', 'do', 'all'].flatMap((verb) =>
      random(2) === 0 ? [] : [{ from, verb, to: pick(['a', 'b', 'c']), guard: drawGuard() }],
    ),
  );
  const region = (index: number) => ({
    initial: 'a',
    states: Object.fromEntries(
      ['a', 'b', 'c'].map((from) => [
        from,
        {
          on: Object.fromEntries(
            drawn
              .filter((each) => each.from === from)
              .map(({ verb, to, guard }) => [
                verb === 'all' ? 'all' : `${verb}.${index}`,
                { target: to, guard: guard(index) },
              ]),
          ),
        },
      ]),
    ),
  });
  const state = pick(['a', 'b', 'c']);
  const everyone = and(indices.map((index) => inMember(index, state)));
  const shared = {
    initial: 'x',
    states: {
      x: { on: { turn: { target: 'y', guard: random(2) === 0 ? everyone : not(everyone) } } },
      y: { on: { turn: 'x', all: random(2) === 0 ? 'x' : 'y' } },
    },
  };
  const states = { shared, ...Object.fromEntries(indices.map((index) => [`r${index}`, region(index)])) };
  return compile(createMachine({ id: 'alike', type: 'parallel', states } as object));
}

function symmetryOf(compiled: CompiledMachine, members: number): Symmetry {
  return new Symmetry(compiled, {
    regions: Array.from({ length: members }, (_, index) => `r${index}`),
    rename: (name, of) => name.replace(/(?<=\.)\d+$/, (index) => String(of(Number(index)))),
  });
}

/** A leads-to that is the same for all members, under assumptions that are. */
function symmetricClaim(compiled: CompiledMachine, members: number, random: (bound: number) => number): LeadsToClaim {
  const predicate = (): GuardExpression => {
    const state = ['a', 'b', 'c'][random(3)];
    const parts = Array.from({ length: members }, (_, index): GuardExpression => {
      return { kind: 'stateIn', value: { [`r${index}`]: state } };
    });
    const kind = random(4);
    if (kind === 0) return { kind: 'stateIn', value: { shared: random(2) === 0 ? 'x' : 'y' } };
    return kind === 1 ? { kind: 'not', part: { kind: 'or', parts } } : { kind: kind === 2 ? 'and' : 'or', parts };
  };
  const fairness = ['go', 'do', 'all', 'turn'].flatMap((verb): Fairness[] => {
    const events = compiled.events.filter((event) => event.split('.')[0] === verb);
    if (events.length === 0 || random(3) === 0) return [];
    return [{ strength: random(2) === 0 ? 'weak' : 'strong', events }];
  });
  const from = random(3) === 0 ? {} : { from: predicate() };
  return { kind: 'leadsTo', name: 'AlikeLeads', title: '', ...from, to: predicate(), fairness };
}

/** Says what is wrong with a run that is to be one of the machine itself, if anything. */
function flaw(plain: Exploration, { path, loop = [] }: Lasso, { fairness }: LeadsToClaim): string | undefined {
  const walk = [0];
  for (const event of [...path, ...loop]) walk.push(plain.target(walk.at(-1)!, event));
  const around = walk.slice(path.length);
  if (around[0] !== around.at(-1)) return 'its loop does not close';
  const { events } = plain.compiled;
  const isFair = fairness.every((assumption) => {
    const own = assumption.events.map((name) => events.indexOf(name));
    const isEnabled = (state: number): boolean => own.some((event) => plain.taken(state, event));
    const isTaken = loop.some((event, index) => own.includes(event) && plain.taken(around[index], event));
    return isTaken || (assumption.strength === 'weak' ? !around.every(isEnabled) : !around.some(isEnabled));
  });
  return isFair ? undefined : 'it is not fair';
}

test('a leads-to that is the same for all members is decided among orbits as among all states, on a thousand random machines', () => {
  const counts = { holds: 0, fails: 0, 'n/a': 0, stands: 0, runs: 0, longer: 0 };
  for (let seed = 0; seed < 1000; seed++) {
    const random = randomNumbers(seed);
    const members = 2 + random(2);
    const compiled = symmetricMachine(members, random);
    const claim = symmetricClaim(compiled, members, random);
    const plain = explore(compiled);
    const folded = explore(compiled, { symmetry: symmetryOf(compiled, members) });
    const [whole] = decide(plain, [claim]);
    const [orbits] = decide(folded, [claim]);
    expect(orbits.result, `seed ${seed}`).toBe(whole.result);
    expect(orbits.counterexample?.path.length, `seed ${seed}`).toBe(whole.counterexample?.path.length);
    counts[whole.result as 'holds' | 'fails' | 'n/a']++;
    if (orbits.counterexample === undefined) continue;
    expect(flaw(plain, orbits.counterexample, claim), `seed ${seed}`).toBeUndefined();
    const lengths = [whole, orbits].map(({ counterexample }) => counterexample!.loop!.length);
    counts[lengths[1] === 0 ? 'stands' : 'runs']++;
    if (lengths[1] > lengths[0]) counts.longer++;
  }
  expect(counts).toEqual({ holds: 428, fails: 391, 'n/a': 181, stands: 129, runs: 262, longer: 15 });
});

test('an assumption of each member by itself is refused, for among orbits it says less', () => {
  // Who is in a goes to b and back. That each goes again and again does not follow from someone doing so.
  const region = (index: number) => ({
    initial: 'a',
    states: { a: { on: { [`go.${index}`]: 'b' } }, b: { on: { [`go.${index}`]: 'a' } } },
  });
  const compiled = compile(createMachine({ id: 'two', type: 'parallel', states: { r0: region(0), r1: region(1) } }));
  const claim = (fairness: readonly Fairness[]): Claim => ({
    ...{ kind: 'leadsTo', name: 'BothLeads', title: '', fairness },
    to: {
      kind: 'or',
      parts: [
        { kind: 'stateIn', value: { r0: 'b' } },
        { kind: 'stateIn', value: { r1: 'b' } },
      ],
    },
  });
  const folded = explore(compiled, { symmetry: symmetryOf(compiled, 2) });
  const each = ['go.0', 'go.1'].map((event): Fairness => ({ strength: 'weak', events: [event] }));
  expect(() => decide(folded, [claim(each)])).toThrow(
    /^Got the claim BothLeads, which is not the same for each of r0, r1: it says .* under \[weak\(go\.0\), weak\(go\.1\)\], and with/,
  );
  expect(decide(folded, [claim([{ strength: 'weak', events: ['go.0', 'go.1'] }])])[0].result).toBe('holds');
});
