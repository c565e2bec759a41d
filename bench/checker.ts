/**
 * How fast the checker is, against @xstate/graph, which explores the same machine, and against SPIN, which explores the Promela
 * that is printed of it. All in one run; each finds the same states and transitions, or the bench ends there. Prints a
 * table; run by `npm run bench:checker`. It needs Debian's spin and gcc.
 *
 * SPIN keeps whole states and a stack, so it has a trace to each state while it is there, and needs no more without. It runs without its reduction, which finds nothing
 * to leave out in a model of one process, and once with it and once on two cores, to show that neither is what it lacks.
 */
import { compile } from '../checker/compile/compile.ts';
import type { CompiledMachine } from '../checker/compile/format.ts';
import { count } from '../checker/explore/count.ts';
import { explore } from '../checker/explore/explore.ts';
import type { Summary } from '../checker/explore/tally.ts';
import { printPromela, SPIN_OFFSET } from '../checker/export/promela.ts';
import { symbolicOf } from '../checker/export/symbolic.ts';
import { countAdjacencyStates } from '../checker/explore/paths.ts';
import { hasSpin, runSpin } from '../test/setup/spin.ts';
import { TWO } from '../machines/messages.ts';
import { createInstance, instanceName } from '../properties/instances.ts';

/** What one explorer took for one instance. */
export interface ExplorerTiming {
  readonly explorer: string;
  readonly seconds: number;
  readonly triesPerSecond: number;
  readonly transitionsPerSecond: number;
}

/** What all explorers took for one instance, and what all of them found. */
export interface CheckerTiming {
  readonly instance: string;
  readonly states: number;
  readonly transitions: number;
  readonly tries: number;
  readonly timings: readonly ExplorerTiming[];
}

/** How often to time each explorer. The fastest of the rounds counts: the others were disturbed, or V8 was compiling, which gcc has done before. */
export interface CheckerEffort {
  /** Of ours. */
  readonly rounds: number;
  readonly xstateGraph: number;
  readonly spin: number;
  /** Of SPIN with its reduction, and on two cores. */
  readonly otherSpins: number;
}

/** Times explorers on `function` with so many vectors. Throws when they do not find the same. */
export function benchChecker(vectors: number, { rounds, xstateGraph, spin, otherSpins }: CheckerEffort): CheckerTiming {
  const instance = createInstance('function', { vectors, messages: TWO });
  const compiled = compile(instance.machine, instance.events);
  const works: Work[] = [
    { name: 'ours, traces', rounds, run: () => foundBy(explore(compiled).summary) },
    { name: 'ours, count', rounds, run: () => foundBy(count(compiled).summary) },
    { name: '@xstate/graph, traces', rounds: xstateGraph, run: () => exploreWithGraph(compiled) },
    { name: 'SPIN -O3', rounds: spin, run: () => exploreWithSpin(compiled, best[0].states, ['-DNOREDUCE']) },
    { name: 'SPIN, with reduction', rounds: otherSpins, run: () => exploreWithSpin(compiled, best[0].states, []) },
    {
      name: 'SPIN, two cores',
      rounds: otherSpins,
      run: () => exploreWithSpin(compiled, best[0].states, ['-DNOREDUCE', '-DNCORE=2']),
    },
  ].filter((work) => work.rounds > 0);
  const best: Found[] = [];
  for (let round = 0; round < Math.max(rounds, xstateGraph, spin, otherSpins); round++) {
    for (const [index, { name, run }] of works.entries()) {
      if (round >= works[index].rounds) continue;
      const found = run();
      const { states, transitions } = best[0] ?? found;
      // SPIN prints eight digits of its transitions.
      if (found.states !== states || Math.abs(found.transitions - transitions) > 1e-6 * transitions) {
        throw new Error(
          `Got ${found.states} states and ${found.transitions} transitions from ${name}; expected ${states} and ${transitions}.`,
        );
      }
      if (!(found.seconds >= best[index]?.seconds)) best[index] = found;
    }
  }
  const [{ states, transitions }] = best;
  const tries = states * instance.events.length;
  const timings = works.map(({ name: explorer }, index) => {
    const { seconds } = best[index];
    return {
      explorer,
      seconds,
      triesPerSecond: tries / seconds,
      transitionsPerSecond: transitions / seconds,
    };
  });
  return { instance: instanceName(instance), states, transitions, tries, timings };
}

interface Work {
  readonly name: string;
  readonly rounds: number;
  readonly run: () => Found;
}

interface Found {
  readonly states: number;
  readonly transitions: number;
  readonly seconds: number;
}

function foundBy({ states, transitions, milliseconds }: Summary): Found {
  return { states, transitions, seconds: milliseconds / 1000 };
}

function exploreWithGraph({ machine, events }: CompiledMachine): Found {
  const start = performance.now();
  const states = countAdjacencyStates(machine, events);
  const seconds = (performance.now() - start) / 1000;
  // It makes no difference between an event that is ignored and one that leads back, so its transitions are known from us.
  const { transitions } = explore(compile(machine, events)).summary;
  return { states, transitions, seconds };
}

function exploreWithSpin(compiled: CompiledMachine, states: number, flags: readonly string[]): Found {
  const run = runSpin(printPromela(symbolicOf(compiled.machine, compiled.events)), {
    flags: [...flags, '-DMEMLIM=8000'],
    // As many slots as states, rounded up, and a stack for a path through all of them.
    slotBits: Math.ceil(Math.log2(states)),
    depth: states + 1,
  });
  return {
    states: run.states - SPIN_OFFSET.states,
    transitions: run.transitions - SPIN_OFFSET.transitions,
    seconds: run.milliseconds / 1000,
  };
}

/** Prints the timings of one instance, and how many times longer each took than ours. */
function print({ instance, states, transitions, tries, timings }: CheckerTiming): void {
  const whole = (value: number): string => value.toLocaleString('en-US');
  const row = (first: string, cells: readonly string[]): string =>
    `  ${first.padEnd(22)}${cells.map((cell) => cell.padStart(16)).join('')}`;
  console.log(
    `${instance}: ${whole(states)} states, ${whole(transitions)} transitions taken, ${whole(tries)} event tries`,
  );
  console.log(row('', ['seconds', 'M tries/s', 'M taken/s', '/ ours, traces', '/ ours, count']));
  const ours = timings.slice(0, 2);
  for (const { explorer, seconds, triesPerSecond, transitionsPerSecond } of timings) {
    const rates = [triesPerSecond, transitionsPerSecond].map((rate) => (rate / 1e6).toPrecision(3));
    // To three digits, and never as a power of ten.
    const ratios = ours.map((each) => whole(Number((seconds / each.seconds).toPrecision(3))));
    console.log(row(explorer, [seconds.toFixed(3), ...rates, ...ratios]));
  }
}

function main(): void {
  if (!hasSpin()) throw new Error('Got no spin or no gcc; expected both. On Debian: apt-get install spin gcc.');
  print(benchChecker(3, { rounds: 9, xstateGraph: 2, spin: 0, otherSpins: 0 }));
  print(benchChecker(4, { rounds: 9, xstateGraph: 1, spin: 3, otherSpins: 0 }));
  print(benchChecker(5, { rounds: 9, xstateGraph: 0, spin: 5, otherSpins: 2 }));
  print(benchChecker(6, { rounds: 5, xstateGraph: 0, spin: 2, otherSpins: 1 }));
  print(benchChecker(7, { rounds: 2, xstateGraph: 0, spin: 1, otherSpins: 0 }));
}

if (process.argv[1] === import.meta.filename) main();
