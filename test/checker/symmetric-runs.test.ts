import { and, createMachine, not, or, stateIn } from 'xstate';
import { expect, test } from 'vitest';
import { compile } from '../../checker/compile/compile.ts';
import type { CompiledMachine } from '../../checker/compile/format.ts';
import type { Claim, Fairness, Lasso, LeadsToClaim } from '../../checker/decide/claim.ts';
import { decide } from '../../checker/decide/decide.ts';
import { type Observe, refine } from '../../checker/decide/refine.ts';
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

/** What is seen: some of the verbs, and the member with it or not. What a member does may be seen as two things, in order. */
function symmetricObserve(random: (bound: number) => number): Observe {
  const shown = new Map(['go', 'do', 'all', 'turn'].map((verb) => [verb, random(4)]));
  return ({ event, taken }) => {
    const [verb, member] = event.split('.');
    const how = shown.get(verb)!;
    if (!taken || how === 0) return undefined;
    if (how === 1) return verb;
    return how === 2 || member === undefined ? event : [verb, `after.${member}`];
  };
}

test('a refinement that is the same for all members is decided among orbits as among all states, on a thousand random pairs of machines', () => {
  const counts = { refines: 0, refused: 0, fewer: 0 };
  for (let seed = 0; seed < 1000; seed++) {
    const random = randomNumbers(seed);
    const members = 2 + random(2);
    const observe = symmetricObserve(random);
    const one = symmetricMachine(members, random);
    // A machine refines itself with more events; two that are drawn apart seldom do.
    const verb = ['go', 'do', 'all', 'turn'][random(4)];
    const without = one.events.filter((event) => event.split('.')[0] === verb);
    const isSame = random(2) === 0 && without.length < one.events.length;
    const other = isSame ? one : symmetricMachine(members, random);
    const part = isSame ? compile(one.machine, { without }) : one;
    const seenOther = { exploration: explore(other), observe };
    const whole = refine({ exploration: explore(part), observe }, seenOther);
    const folded = explore(part, { symmetry: symmetryOf(part, members) });
    const orbits = refine({ exploration: folded, observe }, { ...seenOther, symmetry: symmetryOf(other, members) });
    expect(orbits.refines, `seed ${seed}`).toBe(whole.refines);
    counts[whole.refines ? 'refines' : 'refused']++;
    if (orbits.pairs < whole.pairs) counts.fewer++;
    if (whole.counterexample === undefined || orbits.counterexample === undefined) continue;
    expect(orbits.counterexample.path.length, `seed ${seed}`).toBe(whole.counterexample.path.length);
    // It is a run of the machine itself, and the other cannot be seen to have it: what is seen at last is none of what it may be seen to do.
    const { path, seen, expected } = orbits.counterexample;
    const plain = explore(part);
    const steps: (readonly string[])[] = [];
    let state = 0;
    for (const event of path) {
      const step = {
        event: part.events[event],
        outputs: plain.outputs(state, event),
        taken: plain.taken(state, event),
      };
      steps.push([observe(step) ?? []].flat());
      state = plain.target(state, event);
    }
    const last = steps.at(-1)!;
    const before = [...steps.slice(0, -1).flat(), ...last.slice(0, last.indexOf(seen))];
    expect(last.includes(seen), `seed ${seed}`).toBe(true);
    expect([isTrace(seenOther, before), isTrace(seenOther, [...before, seen])], `seed ${seed}`).toEqual([true, false]);
    for (const each of expected) expect(isTrace(seenOther, [...before, each]), `seed ${seed}`).toBe(true);
  }
  expect(counts).toEqual({ refines: 657, refused: 343, fewer: 254 });
});

test('a refinement that is not the same for all members is refused', () => {
  const say = (index: number) => ({ type: 'say', params: { index } });
  const region = (index: number) => ({
    initial: 'a',
    states: { a: { on: { [`go.${index}`]: 'b', all: { actions: say(index) } } }, b: { on: { [`go.${index}`]: 'a' } } },
  });
  const states = { r0: region(0), r1: region(1) };
  const machine = createMachine({ id: 'two', type: 'parallel', states });
  const compiled = compile(machine);
  const symmetry = symmetryOf(compiled, 2);
  const folded = explore(compiled, { symmetry });
  const whole = explore(compiled);
  const refined = (observe: Observe) =>
    refine({ exploration: folded, observe }, { exploration: whole, observe, symmetry });
  // Both say something when all are asked, the first one first; exchanged, it would be the second one.
  expect(() => refined(({ event }) => event)).toThrow(
    'Got two, in which several regions put out something on all, in an order that an exchange of regions changes; expected one region.',
  );
  const quiet = compile(machine, { without: ['all'] });
  const quietly = (observe: Observe) =>
    refine(
      { exploration: explore(quiet, { symmetry: symmetryOf(quiet, 2) }), observe },
      { exploration: explore(quiet), observe, symmetry: symmetryOf(quiet, 2) },
    );
  expect(() => quietly(({ event }) => (event === 'go.0' ? event : undefined))).toThrow(
    'Got nothing as what is seen of go.1; expected go.1, since of go.0 one sees go.0.',
  );
  expect(quietly(({ event }) => event)).toMatchObject({ refines: true, pairs: 3 });
  expect(() => refine({ exploration: folded, observe: () => 'x' }, { exploration: whole, observe: () => 'x' })).toThrow(
    'Got 2 regions of one that are exchanged, and no of other; expected as many.',
  );
});

/** Whether a machine can be seen to do this, by its states and what of the step to them is still to be seen. */
function isTrace(
  { exploration, observe }: { exploration: Exploration; observe: Observe },
  trace: readonly string[],
): boolean {
  const { events } = exploration.compiled;
  const close = (places: Map<string, readonly [number, readonly string[]]>) => {
    for (const [state, rest] of places.values()) {
      if (rest.length > 0) continue;
      for (const [event, name] of events.entries()) {
        const step = {
          event: name,
          outputs: exploration.outputs(state, event),
          taken: exploration.taken(state, event),
        };
        const next = [exploration.target(state, event), [observe(step) ?? []].flat()] as const;
        places.set(JSON.stringify(next), next);
      }
    }
    return places;
  };
  let places = close(new Map([['', [0, []]]]));
  for (const label of trace) {
    const after = [...places.values()].filter(([, rest]) => rest[0] === label);
    const next = after.map(([state, rest]) => [state, rest.slice(1)] as const);
    places = close(new Map(next.map((each) => [JSON.stringify(each), each])));
  }
  return places.size > 0;
}
