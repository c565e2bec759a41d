import { type AnyStateMachine, and, not, or, setup, stateIn } from 'xstate';
import { describe, expect, test } from 'vitest';
import { compile } from '../../checker/compile/compile.ts';
import { STRIDE } from '../../checker/compile/format.ts';
import { decide } from '../../checker/decide/decide.ts';
import { count } from '../../checker/explore/count.ts';
import { explore } from '../../checker/explore/explore.ts';
import { printPromela } from '../../checker/export/promela.ts';
import { symbolicOf } from '../../checker/export/symbolic.ts';
import { printTla } from '../../checker/export/tla.ts';
import { mutate } from '../../checker/machine/mutate.ts';

describe('guards of any size', () => {
  const region = (event: string) => ({
    initial: 's0',
    states: { s0: { on: { [event]: 's1' } }, s1: { on: { [event]: 's0' } } },
  });
  /** A machine with a guard over `regions` regions, each of which may change. */
  const guarded = (regions: number, guards: Record<string, any>, guard: any): AnyStateMachine =>
    setup({ guards }).createMachine({
      id: 'm',
      type: 'parallel',
      states: {
        ...Object.fromEntries(Array.from({ length: regions }, (_, index) => [`r${index}`, region(`e${index}`)])),
        z: { initial: 'n', states: { n: { on: { odd: { target: 'y', guard } } }, y: { on: { odd: 'n' } } } },
      },
    });

  /** Whether an odd number of regions is in s1, by guards that name each other twice at each step. */
  function parityOf(regions: number): AnyStateMachine {
    const isOn = (index: number) => stateIn({ [`r${index}`]: 's1' });
    const guards: Record<string, any> = { g0: isOn(0) };
    for (let index = 1; index < regions; index++) {
      const before = `g${index - 1}`;
      guards[`g${index}`] = or([and([before, not(isOn(index))]), and([not(before), isOn(index)])]);
    }
    return guarded(regions, guards, `g${regions - 1}`);
  }

  test('are decided as they are written: the parity of a dozen regions, which once overflowed the stack', () => {
    const compiled = compile(parityOf(12));
    expect(compiled.code.length / STRIDE).toBeLessThan(200);
    const exploration = explore(compiled);
    expect(exploration.summary.states).toBe(8192);
    const odd = compiled.events.indexOf('odd');
    for (let state = 0; state < 8192; state++) {
      const { z, ...regions } = exploration.value(state) as Record<string, string>;
      const isOdd = Object.values(regions).filter((key) => key === 's1').length % 2 === 1;
      expect(exploration.taken(state, odd)).toBe(z === 'y' || isOdd);
    }
    const { states, transitions, depth } = exploration.summary;
    expect(count(compiled).summary).toMatchObject({ states, transitions, depth });
  });

  test('are written in moments, by the compiler and by every export, and mutated', () => {
    const machine = parityOf(60);
    expect(compile(machine).code.length / STRIDE).toBeLessThan(1000);
    expect(printPromela(symbolicOf(machine)).length).toBeLessThan(40_000);
    expect(printTla(symbolicOf(machine)).module.length).toBeLessThan(40_000);
    expect(mutate(machine).length).toBeGreaterThan(100);
  });

  test('of forty regions are no harder to compile; their 2^41 states are counted as far as a limit says', () => {
    const { summary } = count(compile(parityOf(40)), { limits: { states: 10_000 } });
    expect(summary).toMatchObject({ states: 10_000, complete: false, bound: 'states' });
  });

  /** The same parity, written out where it stands: each part stands in two places. */
  function writtenOut(regions: number): AnyStateMachine[] {
    let odd: any = stateIn({ r0: 's1' });
    for (let index = 1; index < regions; index++) {
      const isOn = stateIn({ [`r${index}`]: 's1' });
      odd = or([and([odd, not(isOn)]), and([not(odd), isOn])]);
    }
    return [guarded(regions, {}, odd), guarded(regions, { odd }, 'odd')];
  }

  test('written out where they stand are decided alike, and refused where their parts double too often', () => {
    for (const machine of writtenOut(12)) expect(compile(machine).code.length / STRIDE).toBeLessThan(200);
    const [inline, named] = writtenOut(40);
    const refused =
      'a guard of more than 100000 parts when it is written out; write names for parts of it, in setup, instead.';
    expect(() => compile(inline)).toThrow(`m.z.n, on odd: got ${refused}`);
    expect(() => compile(named)).toThrow(`m: got in 'odd' ${refused}`);
  });

  test('as data are refused alike: a predicate of a claim whose parts double too often', () => {
    let odd: any = { kind: 'stateIn', value: { r0: 's1' } };
    for (let index = 1; index < 40; index++) {
      const isOn = { kind: 'stateIn', value: { [`r${index}`]: 's1' } };
      const parts = [
        { kind: 'and', parts: [odd, { kind: 'not', part: isOn }] },
        { kind: 'and', parts: [{ kind: 'not', part: odd }, isOn] },
      ];
      odd = { kind: 'or', parts };
    }
    const claim = {
      kind: 'invariant',
      name: 'EvenInv',
      title: 'Never odd.',
      holds: { kind: 'not', part: odd },
    } as const;
    expect(() => decide(explore(compile(parityOf(2))), [claim])).toThrow(
      /expected at most 100000 parts when it is written out/,
    );
  });

  test('over thousands of regions are run as they stand, for no function could be nested as deep', () => {
    const any = or(Array.from({ length: 2000 }, (_, index) => stateIn({ [`r${index}`]: 's1' })));
    const compiled = compile(guarded(2000, {}, any), { only: ['odd', 'e1999'] });
    expect(explore(compiled).summary).toMatchObject({ states: 4, transitions: 7 });
  });
});
