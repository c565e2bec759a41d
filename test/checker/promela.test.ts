import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnyStateMachine, and, createMachine, not, setup, stateIn } from 'xstate';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { compile } from '../../checker/compile/compile.ts';
import type { Claim, StepPredicate } from '../../checker/decide/claim.ts';
import { decide } from '../../checker/decide/decide.ts';
import { explore } from '../../checker/explore/explore.ts';
import type { GuardExpression } from '../../checker/machine/guard.ts';
import type { Fairness } from '../../checker/decide/claim.ts';
import { holdsBySpin, printPromela, SPIN_OFFSET } from '../../checker/export/promela.ts';
import { symbolicOf } from '../../checker/export/symbolic.ts';
import { decideWithSpin, hasSpin, readRun, runSpin, SpinError, type SpinOptions } from '../setup/spin.ts';
import { CAPABILITY_EVENTS, eventSentence, functionEvents } from '../../machines/alphabet.ts';
import { capability as capabilityPage } from '../../machines/pages/capability.ts';
import { createFunction } from '../../machines/function.ts';
import { type MessageSet, THREE, TWO } from '../../machines/messages.ts';
import { FlushOnReadStep, NoLostEventInv, SingleViewStep } from '../../properties/assigned/claims.ts';
import { claimOf } from '../../properties/assigned/property.ts';
import { claimedOf } from '../../properties/claimed.ts';
import { createInstance, type Instance } from '../../properties/instances.ts';
import { functionMutants, judge } from '../../properties/mutants.ts';
import { createAssignedDevice } from '../../machines/assigned-device.ts';
import { type Design, POSTED, REVIEWED } from '../../machines/designs.ts';
import type { MonitorName } from '../../machines/monitors.ts';
import { acceptedMachine, RANDOM_EVENTS, RANDOM_GUARDS, randomNumbers } from '../setup/random-machine.ts';

/** Small models are compiled in less time when they are not optimised. */
const SMALL: SpinOptions = { optimization: '-O0', slotBits: 12, depth: 100_000 };

// Where SPIN is expected, its absence is a failure.
const lacksSpin = process.env.CI !== 'true' && !hasSpin();

const functionOf = (vectors: number, messages: MessageSet, channel = false): [AnyStateMachine, string[]] => [
  createFunction({ vectors, messages, channel }),
  functionEvents(vectors, messages, channel),
];

const vectorOf = (): [AnyStateMachine, readonly string[]] => {
  const { machine, events } = createInstance('vector', { messages: TWO });
  return [machine, events];
};

const assignedOf = (design: Design, monitors: readonly MonitorName[] = []): [AnyStateMachine, readonly string[]] => {
  const { machine, events } = createAssignedDevice({ design, vectors: 1, messages: TWO, monitors });
  return [machine, events];
};

/** What we count and what SPIN counts, its offset taken off. */
function countBoth(machine: AnyStateMachine, events: readonly string[]) {
  const { states, transitions } = explore(compile(machine, events)).summary;
  const spin = runSpin(printPromela(symbolicOf(machine, events)), SMALL);
  return {
    ours: [states, transitions],
    spins: [spin.states - SPIN_OFFSET.states, spin.transitions - SPIN_OFFSET.transitions],
  };
}

/** Each claim with our result, and with whether it holds for SPIN. */
function decideBoth(machine: AnyStateMachine, events: readonly string[], claims: readonly Claim[], options = SMALL) {
  const decisions = decide(explore(compile(machine, events)), claims);
  const text = printPromela(symbolicOf(machine, events), { claims });
  const names = claims.map(({ name }) => name);
  const runs = decideWithSpin(text, names, options);
  return claims.map((claim, index) => ({
    name: claim.name,
    result: decisions[index].result,
    holds: holdsBySpin(claim, runs[index].errors),
  }));
}

/**
 * What is hard to print: states in states, a transition that leaves a parallel state, two that both would, guards over what the
 * same step changes.
 */
const NESTED = setup({
  guards: { run: stateIn('work.A.init'), neither: not(and(['run', stateIn({ work: { int: 'two' } })])) },
}).createMachine({
  id: 'm',
  initial: 'off',
  states: {
    off: { on: { go: 'work' } },
    work: {
      type: 'parallel',
      on: { stop: '#m.off', swap: { guard: 'run', target: '.int.three' } },
      states: {
        A: {
          initial: 'init',
          states: {
            init: { on: { step: 'next', leave: '#m.off' } },
            next: { on: { step: { target: 'init', guard: 'neither' }, swap: 'init' } },
          },
        },
        int: {
          initial: 'one',
          states: {
            one: { on: { step: { target: 'two', guard: 'run' } } },
            two: { on: { step: { target: 'one', guard: not('run') }, leave: '#m.work.int.three' } },
            three: { initial: 'x', states: { x: { on: { step: 'y' } }, y: { on: { step: '#m.work.int.one' } } } },
          },
        },
      },
    },
  },
});
const NESTED_EVENTS = ['go', 'stop', 'step', 'swap', 'leave'];

/** A machine whose names Promela, C and SPIN's verifier have for themselves. */
const WORDS = setup({ guards: { run: stateIn({ NULL: 'init' }) } }).createMachine({
  id: 'active',
  type: 'parallel',
  states: {
    NULL: {
      initial: 'init',
      states: {
        init: { description: 'At first, */ before all.', on: { do: 'timeout' } },
        timeout: { on: { do: 'init' } },
      },
    },
    now: {
      initial: 'int',
      states: {
        int: { on: { do: { target: 'auto', guard: 'run' } } },
        auto: { on: { d_step: 'int', never: undefined } },
      },
    },
  },
});
const WORDS_EVENTS = ['do', 'd_step', 'never'];

describe.skipIf(lacksSpin)('SPIN', () => {
  const cases: [string, AnyStateMachine, readonly string[], number, number][] = [
    ['capability', capabilityPage, CAPABILITY_EVENTS, 4, 15],
    ['vector, two', ...vectorOf(), 16, 79],
    ['function 1, two', ...functionOf(1, TWO), 32, 223],
    ['function 2, two', ...functionOf(2, TWO), 256, 2559],
    ['function 3, two', ...functionOf(3, TWO), 2048, 26623],
    ['function 1, three', ...functionOf(1, THREE), 51, 407],
    ['function 1, three, with a channel', ...functionOf(1, THREE, true), 204, 1958],
    ['posted, two', ...assignedOf(POSTED), 1390, 6557],
    ['reviewed, two', ...assignedOf(REVIEWED), 3180, 18832],
    ['a machine with states in states', NESTED, NESTED_EVENTS, 9, 30],
    ['a machine with reserved names', WORDS, WORDS_EVENTS, 4, 6],
  ];
  test.each(cases)('finds in %s the states and the transitions that we find', (_, machine, events, ...counts) => {
    const { ours, spins } = countBoth(machine, events);
    expect(ours).toEqual(counts);
    expect(spins).toEqual(counts);
  });

  test('finds in random machines the states and the transitions that we find', () => {
    const sums = { machines: 0, states: 0, transitions: 0 };
    for (let seed = 0; sums.machines < 12; seed++) {
      const machine = acceptedMachine(seed);
      if (machine === undefined || !isWorthwhile(machine)) continue;
      const { ours, spins } = countBoth(machine, RANDOM_EVENTS);
      expect([seed, ...spins]).toEqual([seed, ...ours]);
      sums.machines++;
      sums.states += ours[0];
      sums.transitions += ours[1];
    }
    expect(sums).toEqual({ machines: 12, states: 103, transitions: 388 });
  });

  test('finds another number when one transition of the model is another', () => {
    const [machine, events] = vectorOf();
    const text = printPromela(symbolicOf(machine, events));
    const changed = text.replace('-> vector0_pending = set', '-> skip');
    expect(changed).not.toBe(text);
    expect(runSpin(text, SMALL).states).toBe(16);
    expect(runSpin(changed, SMALL).states).toBe(10);
  });

  test('finds one state where nothing ever happens', () => {
    const machine = createMachine({ id: 'm', initial: 'a', states: { a: { on: { go: undefined } } } });
    expect(countBoth(machine, ['go'])).toEqual({ ours: [1, 0], spins: [1, 0] });
  });

  test('finds a state in which every event is ignored, when it is told that there is none', () => {
    const machine = createMachine({ id: 'm', initial: 'a', states: { a: { on: { go: 'b' } }, b: {} } });
    const symbolic = symbolicOf(machine, ['go']);
    expect(runSpin(printPromela(symbolic), SMALL).errors).toBe(0);
    const { errors, error } = runSpin(printPromela(symbolic, { forbidsDeadlock: true }), SMALL);
    expect([errors, error]).toEqual([1, 'invalid end state (at depth 0)']);
  });

  test('and we come to the same verdicts about a function with a channel', () => {
    const transit = (value: string): GuardExpression => ({ kind: 'stateIn', value: { vector0: { transit: value } } });
    const pending: GuardExpression = { kind: 'stateIn', value: { vector0: { pending: 'set' } } };
    const blocked: GuardExpression = { kind: 'named', name: 'blocked.0' };
    const arrives: Fairness = { strength: 'weak', events: ['fabric.arrive.0'] };
    const reads: Fairness = { strength: 'weak', events: ['guest.read'] };
    const claims: [Claim, string][] = [
      [{ ...named('PendingBlockedInv'), kind: 'invariant', when: pending, holds: blocked }, 'holds'],
      [{ ...named('NothingPendingInv'), kind: 'invariant', holds: { kind: 'not', part: pending } }, 'fails'],
      [{ ...named('InTransitReach'), kind: 'reach', that: transit('B') }, 'holds'],
      [{ ...named('PendingOpenReach'), kind: 'reach', that: { kind: 'and', parts: [pending, no(blocked)] } }, 'fails'],
      [
        {
          ...named('ReleaseBlocksStep'),
          kind: 'step',
          when: { kind: 'output', names: ['release.0'] },
          holds: { kind: 'after', state: blocked },
        },
        'holds',
      ],
      [
        {
          ...named('ReadDeliversStep'),
          kind: 'step',
          when: { kind: 'event', names: ['guest.read'] },
          holds: { kind: 'output', names: ['deliver.0.zero', 'deliver.0.A', 'deliver.0.B'] },
        },
        'fails',
      ],
      [
        { ...named('ArrivesLeads'), kind: 'leadsTo', from: transit('A'), to: no(transit('A')), fairness: [arrives] },
        'holds',
      ],
      [{ ...named('StaysLeads'), kind: 'leadsTo', from: transit('A'), to: no(transit('A')), fairness: [] }, 'fails'],
      [
        { ...named('EmptyLeads'), kind: 'leadsTo', from: transit('A'), to: transit('none'), fairness: [arrives] },
        'holds',
      ],
      [{ ...named('SentLeads'), kind: 'leadsTo', from: pending, to: no(pending), fairness: [arrives, reads] }, 'fails'],
    ];
    const [machine, events] = functionOf(1, THREE, true);
    const both = decideBoth(
      machine,
      events,
      claims.map(([claim]) => claim),
    );
    expect(both).toEqual(claims.map(([{ name }, result]) => ({ name, result, holds: result === 'holds' })));
  });

  test.each([
    ['posted', POSTED, ['fails', 'fails', 'fails']],
    ['reviewed', REVIEWED, ['holds', 'holds', 'holds']],
  ] as const)('and we come to the same verdicts about the assigned device, %s', (_, design, expected) => {
    const properties = [FlushOnReadStep, NoLostEventInv, SingleViewStep];
    const [machine, events] = assignedOf(design, ['settled', 'owed']);
    const claims = properties.map((property) => claimOf(property, { design, vectors: 1, messages: TWO }));
    const both = decideBoth(machine, events, claims);
    expect(both).toEqual(
      properties.map(({ name }, index) => ({ name, result: expected[index], holds: expected[index] === 'holds' })),
    );
  });

  test('tells strong fairness from weak as we do', () => {
    const leaf = (on: object) => ({ on });
    const machine = createMachine({
      id: 'lamp',
      initial: 'dark',
      states: { dark: leaf({ flip: 'bright' }), bright: leaf({ flip: 'dark', read: 'done' }), done: {} },
    } as object);
    const claim = (name: string, strength: Fairness['strength']): Claim => ({
      ...named(name),
      kind: 'leadsTo',
      to: { kind: 'stateIn', value: 'done' },
      fairness: [
        { strength: 'weak', events: ['flip'] },
        { strength, events: ['read'] },
      ],
    });
    expect(decideBoth(machine, ['flip', 'read'], [claim('Weak', 'weak'), claim('Strong', 'strong')])).toEqual([
      { name: 'Weak', result: 'fails', holds: false },
      { name: 'Strong', result: 'holds', holds: true },
    ]);
  });

  test('and we come to the same verdicts about random claims on random machines', () => {
    const results: Record<string, number> = {};
    for (let seed = 0, machines = 0; machines < 6; seed++) {
      const machine = acceptedMachine(seed);
      if (machine === undefined || !isWorthwhile(machine)) continue;
      machines++;
      for (const { name, result, holds } of decideBoth(machine, RANDOM_EVENTS, randomClaims(machine, seed))) {
        expect([seed, name, holds]).toEqual([seed, name, result !== 'fails']);
        const key = `${name.replace(/\d/, '')} ${result}`;
        results[key] = (results[key] ?? 0) + 1;
      }
    }
    expect(results).toEqual({
      'Inv holds': 4,
      'Inv fails': 5,
      'Inv n/a': 3,
      'Step holds': 1,
      'Step fails': 10,
      'Step n/a': 1,
      'Reach holds': 11,
      'Reach fails': 1,
      'Leads holds': 6,
      'Leads fails': 5,
      'Leads n/a': 1,
      'Eventually holds': 8,
      'Eventually fails': 4,
    });
  });
});

function named(name: string): { name: string; title: string } {
  return { name, title: `The claim ${name}.` };
}

function no(part: GuardExpression): GuardExpression {
  return { kind: 'not', part };
}

/** Whether a random machine has more than a few states, as few have. */
function isWorthwhile(machine: AnyStateMachine): boolean {
  return explore(compile(machine, RANDOM_EVENTS)).summary.states >= 5;
}

/** Claims of each kind over the named guards of a random machine. */
function randomClaims(machine: AnyStateMachine, seed: number): Claim[] {
  const random = randomNumbers(seed);
  const { outputs } = compile(machine, RANDOM_EVENTS);
  const guard = (): GuardExpression => {
    const one: GuardExpression = { kind: 'named', name: RANDOM_GUARDS[random(RANDOM_GUARDS.length)] };
    return random(3) === 0 ? no(one) : one;
  };
  const step = (depth: number): StepPredicate => {
    switch (random(depth > 0 ? 8 : 5)) {
      case 0:
        return { kind: 'before', state: guard() };
      case 1:
        return { kind: 'after', state: guard() };
      case 2:
        return { kind: 'event', names: [RANDOM_EVENTS[random(4)]] };
      case 3:
        return { kind: 'output', names: outputs.slice(0, 1) };
      case 4:
        return { kind: 'taken' };
      case 5:
        return { kind: 'not', part: step(depth - 1) };
      case 6:
        return { kind: 'and', parts: [step(depth - 1), step(depth - 1)] };
      default:
        return { kind: 'or', parts: [step(depth - 1), step(depth - 1), step(depth - 1)] };
    }
  };
  const fairness = (): Fairness[] =>
    Array.from({ length: random(4) }, () => ({
      strength: random(2) === 0 ? 'weak' : 'strong',
      events: RANDOM_EVENTS.filter((_, event) => event === 0 || random(2) === 0),
    }));
  const claims = (index: number): Claim[] => [
    { ...named(`Inv${index}`), kind: 'invariant', when: guard(), holds: guard() },
    { ...named(`Step${index}`), kind: 'step', when: step(1), holds: step(2) },
    { ...named(`Reach${index}`), kind: 'reach', that: guard() },
    { ...named(`Leads${index}`), kind: 'leadsTo', from: guard(), to: guard(), fairness: fairness() },
    { ...named(`Eventually${index}`), kind: 'leadsTo', to: guard(), fairness: fairness() },
  ];
  return [0, 1].flatMap(claims);
}

describe('a model in Promela', () => {
  const capability = symbolicOf(capabilityPage, CAPABILITY_EVENTS);

  test('is the same each time, and can be read', () => {
    const text = printPromela(capability, { eventSentence });
    expect(printPromela(symbolicOf(capabilityPage, CAPABILITY_EVENTS), { eventSentence })).toBe(text);
    expect(text).toContain(
      [
        '  /* device.reset: the function is reset */',
        '  :: d_step {',
        '       (enable == enabled_ ||',
        '        functionMask == set) ->',
        '       if',
        '       /* Reset disables MSI-X. [MSIX-RESET-1] */',
        '       :: enable == enabled_ -> enable = disabled',
        '       :: else',
        '       fi;',
        '       if',
        '       /* Reset clears Function Mask. [MSIX-RESET-1] */',
        '       :: functionMask == set -> functionMask = clear',
        '       :: else',
        '       fi',
        '     }',
      ].join('\n'),
    );
  });

  test('keeps the values before the step only where a transition would see what another wrote', () => {
    expect(printPromela(symbolicOf(...functionOf(2, THREE, true)))).not.toContain('hidden');
    expect(printPromela(symbolicOf(NESTED, NESTED_EVENTS)).match(/^hidden .*$/gm)).toEqual([
      'hidden mtype before_work_A;',
      'hidden mtype before_work_int;',
    ]);
  });

  test('has no name that is reserved, and no comment that ends early', () => {
    const text = printPromela(symbolicOf(WORDS, WORDS_EVENTS));
    expect(text).toContain('mtype = { init_, timeout_, int_, auto_ };');
    expect(text).toContain('/* init: At first, * / before all. */\nmtype state_NULL = init_;');
    expect(text).toContain('mtype now_ = int_;');
    expect(text).toContain('#define run_ (state_NULL == init_)');
    expect(text).toContain('/* never. No state takes it. */');
    expect(text).toContain('active proctype active_() {');
  });

  test('tells a leads-to as a formula, and writes its automaton', () => {
    const claim: Claim = {
      ...named('OpensLeads'),
      kind: 'leadsTo',
      to: { kind: 'stateIn', value: { enable: 'enabled' } },
      fairness: [{ strength: 'weak', events: ['guest.control.on'] }],
    };
    const [, printed] = printPromela(capability, { claims: [claim] }).split('/* The claim OpensLeads.');
    expect(printed).toBe(
      [
        '',
        ' * ltl { ([] <> (took_guest_control_on || !enabled_guest_control_on)) -> <> (enable == enabled_) } */',
        'never OpensLeads {',
        '  do',
        '  :: !(enable == enabled_) -> break',
        '  od;',
        'round0_0:',
        '  do',
        '  :: !(enable == enabled_) && (took_guest_control_on || !enabled_guest_control_on) -> goto accept_round0',
        '  :: !(enable == enabled_)',
        '  od;',
        'accept_round0:',
        '  do',
        '  :: !(enable == enabled_) -> goto round0_0',
        '  od;',
        '}',
        '',
      ].join('\n'),
    );
  });

  const wrong: [string, Claim, string][] = [
    [
      'a predicate in JavaScript',
      { ...named('P'), kind: 'invariant', holds: () => true },
      'Got a claim with a function as predicate; expected one of stateIn, named, and, or, not.',
    ],
    [
      'a guard that is not there',
      { ...named('P'), kind: 'invariant', holds: { kind: 'named', name: 'open' } },
      'Got a claim about the guard "open"; expected one of .',
    ],
    [
      'an event that is not there',
      { ...named('P'), kind: 'step', holds: { kind: 'event', names: ['reset'] } },
      `Got a claim about the event "reset"; expected one of ${CAPABILITY_EVENTS.join(', ')}.`,
    ],
    [
      'a name that is reserved',
      { ...named('init'), kind: 'reach', that: { kind: 'stateIn', value: { enable: 'enabled' } } },
      "Got the name 'init'; expected letters and digits, and a name that is not taken.",
    ],
  ];
  test.each(wrong)('is refused for a claim with %s', (_, claim, message) => {
    expect(() => printPromela(capability, { claims: [claim] })).toThrow(message);
  });

  test('is refused for a machine with more names than SPIN has symbols', () => {
    const states = Object.fromEntries(Array.from({ length: 256 }, (_, index) => [`s${index}`, {}]));
    const machine = createMachine({ id: 'm', initial: 's0', states });
    expect(() => printPromela(symbolicOf(machine, []))).toThrow('Got 256 names of states in m; expected at most 255');
  });
});

describe('a run of SPIN', () => {
  afterEach(() => vi.unstubAllEnvs());

  test('that lacks a program says which, and how to get it', () => {
    vi.stubEnv('PATH', '');
    expect(hasSpin()).toBe(false);
    expect(() => runSpin('')).toThrow(
      new SpinError('Got no program spin; expected it on the path. On Debian: apt-get install spin gcc.'),
    );
  });

  test.skipIf(lacksSpin)('leaves no folder behind, done or failed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'spin-test-'));
    try {
      vi.stubEnv('TMPDIR', folder);
      expect(runSpin('active proctype p() { skip }', SMALL).errors).toBe(0);
      expect(() => runSpin('active proctype', SMALL)).toThrow(
        /^Got status 1 from spin -a model\.pml; expected status 0\./,
      );
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.skipIf(lacksSpin)('that does not finish is an error, never a count', () => {
    const text = printPromela(symbolicOf(...functionOf(1, TWO)));
    expect(() => runSpin(text, { ...SMALL, depth: 3 })).toThrow(
      /^Got 'max search depth too small'; expected a search of all/,
    );
  });

  test('is not read from a report in which a line is missing', () => {
    expect(() => readRun('State-vector 20 byte, depth reached 3, errors: 0\n')).toThrow(
      /^Got a verifier's report without its states; expected /,
    );
    expect(() => readRun('')).toThrow(/^Got a verifier's report without its errors; expected /);
  });
});

describe.skipIf(lacksSpin)("the machines' own properties, as maskbit export --claims prints them", () => {
  const decided = (instance: Instance) => {
    const { machine, events, claims } = claimedOf(instance);
    return decideBoth(machine, events, claims);
  };
  const agreed = (verdicts: ReturnType<typeof decideBoth>): string[] =>
    verdicts.filter(({ result, holds }) => holds !== (result !== 'fails')).map(({ name }) => name);

  test('hold of a vector, for SPIN as for us', () => {
    const verdicts = decided(createInstance('vector'));
    expect([verdicts.length, verdicts.filter(({ holds }) => !holds), agreed(verdicts)]).toEqual([16, [], []]);
  });

  test('fail of a mutant of a function where the closures themselves fail', () => {
    for (const judged of [...functionMutants()].slice(5, 6)) {
      const { broken } = judge(judged);
      const { mutant, ...bounds } = judged;
      const instance = { ...createInstance('function', bounds), machine: mutant.machine };
      const failing = decided(instance).flatMap(({ name, holds }) => (holds ? [] : [name]));
      expect(failing).toEqual(broken);
    }
  });

  test('hold or fail of the design reviewed as we say', () => {
    const { machine, events, claims } = claimedOf(createInstance('assigned-device', { design: REVIEWED }));
    expect(claims.length).toBe(22);
    // All of them take minutes; these need no monitors, one, and several.
    const some = new Set(['NoDeliverBlockedStep', 'NextOwnerStep', 'HandoverStep']);
    const verdicts = decideBoth(
      machine,
      events,
      claims.filter(({ name }) => some.has(name)),
      { ...SMALL, slotBits: 18, depth: 1_000_000 },
    );
    expect(agreed(verdicts)).toEqual([]);
    expect(verdicts.flatMap(({ name, holds }) => (holds ? [] : [name]))).toEqual(['NoDeliverBlockedStep']);
  }, 300_000);
});
