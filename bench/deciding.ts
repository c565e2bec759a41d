/**
 * What deciding costs beside exploring: claims of `function`, with the exploration that they are decided on in the same rounds. Prints
 * a table; run by `npm run bench:deciding`, with the number of vectors if it is to be another than six.
 */
import { compile } from '../checker/compile/compile.ts';
import type { Claim, Fairness, StepPredicate } from '../checker/decide/claim.ts';
import { decide } from '../checker/decide/decide.ts';
import { type Exploration, explore } from '../checker/explore/explore.ts';
import type { GuardExpression } from '../checker/machine/guard.ts';
import { TWO } from '../machines/messages.ts';
import { createInstance, instanceName, vectorSymmetry } from '../properties/instances.ts';

/** What one set of claims took. */
export interface DecidingTiming {
  readonly name: string;
  readonly seconds: number;
  /** Beside the exploration alone: what the claims take, and what both take together. */
  readonly ratio: number;
  readonly together: number;
  /** The verdicts, so that nobody is fast by deciding less. */
  readonly verdicts: string;
}

export interface DecidingTimings {
  readonly instance: string;
  readonly states: number;
  readonly timings: readonly DecidingTiming[];
}

const stateIn = (value: string): GuardExpression => ({ kind: 'stateIn', value });
const named = (name: string): GuardExpression => ({ kind: 'named', name });
const before = (state: GuardExpression): StepPredicate => ({ kind: 'before', state });
const after = (state: GuardExpression): StepPredicate => ({ kind: 'after', state });
const not = (part: StepPredicate): StepPredicate => ({ kind: 'not', part });
const and = (...parts: StepPredicate[]): StepPredicate => ({ kind: 'and', parts });
const or = (...parts: StepPredicate[]): StepPredicate => ({ kind: 'or', parts });

/** Three claims about steps of each vector, and one of all. */
function stepClaims(vectors: number): Claim[] {
  const ofVector = (vector: number): Claim[] => {
    const blocked = named(`blocked.${vector}`);
    const pending = stateIn(`vector${vector}.pending.set`);
    const sends: StepPredicate = { kind: 'output', names: TWO.values.map((value) => `send.${vector}.${value}`) };
    return [
      { when: and(before(blocked), after(blocked)), holds: not(sends) },
      {
        when: before(pending),
        holds: or(after(pending), sends, { kind: 'event', names: ['device.reset', `device.retire.${vector}`] }),
      },
      {
        when: { kind: 'event', names: [`device.retire.${vector}`] },
        holds: or(before(pending), not({ kind: 'taken' })),
      },
    ].map((claim, index) => ({
      kind: 'step',
      name: `${index} of vector ${vector} Step`,
      title: '',
      ...(claim as { when: StepPredicate; holds: StepPredicate }),
    }));
  };
  return [ANY_STEP, ...Array.from({ length: vectors }, (_, vector) => ofVector(vector)).flat()];
}

/** What is pending after a step is blocked then: no event is without a say in it. */
const ANY_STEP: Claim = {
  kind: 'step',
  name: 'AnyStep',
  title: '',
  holds: or(after(named('blocked.0')), not(after(stateIn('vector0.pending.set')))),
};

/** That what is pending is sent, if the guest unmasks, enables and does not undo either: it does not, so that all is searched. */
function leadsTo(): Claim {
  const strong = (...events: string[]): Fairness => ({ strength: 'strong', events });
  const weak = (...events: string[]): Fairness => ({ strength: 'weak', events });
  return {
    kind: 'leadsTo',
    name: 'SentLeads',
    title: '',
    from: stateIn('vector0.pending.set'),
    to: stateIn('vector0.pending.clear'),
    fairness: [
      strong('guest.unmask.0'),
      strong('guest.control.on'),
      weak('guest.mask.1'),
      weak('guest.unmask.1'),
      weak('device.signal.1'),
      strong('device.retire.0'),
    ],
  };
}

/** The same of all vectors at once, which is symmetric: an event that is held anywhere is not held for ever. */
function symmetricLeadsTo(vectors: number): Claim {
  const each = (name: (vector: number) => string): string[] =>
    Array.from({ length: vectors }, (_, vector) => name(vector));
  const isSet: GuardExpression = { kind: 'or', parts: each((vector) => `vector${vector}.pending.set`).map(stateIn) };
  return {
    kind: 'leadsTo',
    name: 'AnySentLeads',
    title: '',
    from: isSet,
    to: { kind: 'not', part: isSet },
    fairness: [
      { strength: 'strong', events: each((vector) => `guest.unmask.${vector}`) },
      { strength: 'weak', events: each((vector) => `device.signal.${vector}`) },
      { strength: 'strong', events: ['guest.control.on'] },
    ],
  };
}

/** Times claims on `function` with so many vectors. The fastest of the rounds counts, of each work alike. */
export function benchDeciding(vectors: number, rounds: number): DecidingTimings {
  const instance = createInstance('function', { vectors, messages: TWO });
  const compiled = compile(instance.machine, instance.events);
  const steps = stepClaims(vectors);
  let exploration: Exploration = explore(compiled);
  const works: { name: string; run: () => string }[] = [
    { name: 'explore, traces', run: () => String((exploration = explore(compiled)).summary.states) },
    ...[
      { name: 'one claim about every step', claims: [ANY_STEP] },
      { name: `${steps.length} claims about steps`, claims: steps },
      { name: 'a leads-to with six assumptions', claims: [leadsTo()] },
      { name: 'a leads-to of all vectors alike', claims: [symmetricLeadsTo(vectors)] },
    ].map(({ name, claims }) => ({
      name,
      run: () =>
        decide(exploration, claims)
          .map(({ result }) => result)
          .join(' '),
    })),
  ];
  const symmetry = vectorSymmetry(compiled, vectors);
  works.push({
    name: 'that, and exploring, by orbits',
    run: () => decide(explore(compiled, { symmetry }), [symmetricLeadsTo(vectors)])[0].result,
  });
  const seconds = works.map(() => Infinity);
  const verdicts = works.map(() => '');
  for (let round = 0; round < rounds; round++) {
    for (const [index, { run }] of works.entries()) {
      const start = performance.now();
      verdicts[index] = run();
      seconds[index] = Math.min(seconds[index], (performance.now() - start) / 1000);
    }
  }
  const timings = works.map(({ name }, index) => ({
    name,
    seconds: seconds[index],
    ratio: seconds[index] / seconds[0],
    together: index === 0 ? 1 : 1 + seconds[index] / seconds[0],
    verdicts: verdicts[index],
  }));
  return { instance: instanceName(instance), states: exploration.states.count, timings };
}

function main(): void {
  const vectors = Number(process.argv[2] ?? 6);
  benchDeciding(3, 3);
  const { instance, states, timings } = benchDeciding(vectors, 3);
  console.log(`${instance}: ${states.toLocaleString('en-US')} states`);
  console.log(`  ${''.padEnd(34)}${'seconds'.padStart(9)}${'claims'.padStart(8)}${'both'.padStart(8)}`);
  for (const { name, seconds, ratio, together } of timings) {
    console.log(
      `  ${name.padEnd(34)}${seconds.toFixed(3).padStart(9)}${ratio.toFixed(2).padStart(8)}${together.toFixed(2).padStart(8)}`,
    );
  }
}

if (process.argv[1] === import.meta.filename) main();
