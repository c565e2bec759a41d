/**
 * The parts of the check that hold the implementation against the machines of a function, with notifiers and without: the suite of any
 * device (`conformance/suite.ts`), along paths and in lockstep, in tables; and larger instances in lockstep by words.
 */
import { countSimplePaths, SIMPLE_PATH_RAIL } from '../../checker/explore/paths.ts';
import { byMemory, createInProcessDevice } from '../../conformance/device/in-process.ts';
import { DIALECTS } from '../../conformance/device/words.ts';
import { walkInLockstep } from '../../conformance/paths/lockstep.ts';
import { walkByWords } from '../../conformance/paths/word-lockstep.ts';
import { runSuite, type SuiteCount } from '../../conformance/suite.ts';
import { instanceName } from '../../properties/instances.ts';
import { formatCell, type Progress, print, printTable, startProgress, tell } from '../report.ts';
import type { Budget } from './budget.ts';
import { walkBeside } from './lockstep-beside.ts';
import { type Explored, type CheckSection, Violations } from './part.ts';

/** Drives devices along the paths of every instance that they implement. */
export function checkPaths(explored: readonly Explored[], budget: Budget): CheckSection {
  for (const { instance, graph } of suited(explored)) {
    const { paths } = countSimplePaths(graph);
    if (paths <= SIMPLE_PATH_RAIL) tell(`${instanceName(instance)}: ${formatCell(paths)} simple paths.`);
    else {
      const rail = `more than ${formatCell(SIMPLE_PATH_RAIL)} simple paths`;
      tell(`${instanceName(instance)}: ${rail}, a number that multiplies with each state; not driven.`);
    }
  }
  const { counts, ...came } = run('paths', explored, budget);
  printTable(
    ['paths', 'count', 'driven', 'steps', 'outputs compared', 'dwords compared'],
    counts.map(({ instance, what, count, driven, steps, outputs, dwords }) => [
      `${instance}: ${what}`,
      ...[count, driven, steps, outputs, dwords],
    ]),
  );
  print(
    `Each path is driven in ${DIALECTS.length} dialects, with notifiers and without; those of the capability, in the function around it.`,
  );
  print();
  return { clause: `${formatCell(sum(counts.map(({ steps }) => steps)))} steps driven`, ...came };
}

/** Walks machine and implementation together through every pair of states; of larger instances in a full check. */
export function checkLockstep(explored: readonly Explored[], isFull: boolean, budget: Budget): CheckSection {
  const { counts, violations, open } = run('lockstep', explored, budget);
  const rows = counts.map(({ instance, what, devices, count, steps }) => [
    instance,
    devices.join(),
    what,
    count,
    steps,
  ]);
  let pairs = sum(counts.map(({ count }) => count));
  const whole = explored.filter((each) => isFunction(each) && (each.isSmall || isFull) && !each.instance.channel);
  for (const { instance, graph } of whole.filter(({ instance: { vectors } }) => vectors <= BY_MEMORY)) {
    for (const notifies of [true, false]) {
      const device = byMemory(createInProcessDevice(instance.vectors, { notifies }));
      const name = instanceName(instance);
      if (budget.isOver) open.push(`The time was up before the lockstep of ${name}, ${device.name}.`);
      if (budget.isOver) continue;
      const progress = startProgress(`lockstep: ${name}, ${device.name}`, 1);
      violations.run(() => {
        const walked = walkInLockstep(graph, device, instance.messages, DIALECTS[0], true);
        pairs += walked.pairs;
        rows.push([name, device.name, DIALECTS[0].name, walked.pairs, walked.steps]);
      }, instance);
      progress.end();
    }
  }
  for (const { instance, exploration } of isFull ? explored.filter(isWalkedByWords) : []) {
    for (const dialect of instance.vectors < WALKED_ONCE ? DIALECTS : DIALECTS.slice(0, 1)) {
      const name = instanceName(instance);
      if (budget.isOver) open.push(`The time was up before the lockstep of ${name}, ${dialect.name}.`);
      if (budget.isOver) continue;
      const device = createInProcessDevice(instance.vectors);
      const progress = startProgress(`lockstep: ${name}, ${dialect.name}`, exploration.states.count);
      const { blocks, end } = walkBeside(exploration, instance, dialect.name);
      const onPairs = (done: number): void => progress.advance(done);
      violations.run(() => {
        const walked = walkByWords(exploration, device, instance.messages, dialect, { onPairs, blocks });
        pairs += walked.pairs;
        rows.push([name, device.name, dialect.name, walked.pairs, walked.steps]);
      }, instance);
      end();
      progress.end();
    }
  }
  printTable(['lockstep', 'implementation', 'dialect', 'pairs of states', 'steps'], rows);
  print(
    'Machine and implementation, every event in every pair of states that they reach together; by its memory, in every state of all that it remembers.',
  );
  print();
  return { clause: `${formatCell(pairs)} pairs of states in lockstep`, violations, open };
}

/** A function of so many vectors at most is walked by its memory: that of 3 has 13 states for each of the machine, and with each vector more they are twice as many and more. */
const BY_MEMORY = 3;
/** From so many vectors on, a function is walked in one dialect. */
const WALKED_ONCE = 6;

const isFunction = ({ instance }: Explored): boolean => instance.machine.id === 'function';

const isWalkedByWords = (explored: Explored): boolean =>
  isFunction(explored) && !explored.isSmall && !explored.instance.channel;

// The implementation sends within the step, so nothing of it can be held against a channel.
const suited = (explored: readonly Explored[]): Explored[] =>
  explored.filter(({ instance, isSmall }) => isSmall && !instance.channel);

function run(
  only: 'paths' | 'lockstep',
  explored: readonly Explored[],
  budget: Budget,
): { readonly violations: Violations; readonly open: string[]; readonly counts: readonly SuiteCount[] } {
  const violations = new Violations();
  let progress: Progress | undefined;
  const { counts, failures, open } = runSuite(
    [true, false].map(
      (notifies) =>
        ({ vectorCount }) =>
          createInProcessDevice(vectorCount, { notifies }),
    ),
    {
      only,
      subjects: suited(explored).map(({ instance, graph }) => ({ instance, graph })),
      onFailure: (failure, instance) => violations.addFailure(failure, instance),
      onProgress: (what, done, total) => {
        if (done === 0) {
          progress?.end();
          progress = startProgress(what, total);
        }
        progress?.advance(done);
      },
      isOver: () => budget.isOver,
    },
  );
  progress?.end();
  violations.countAlike(sum(counts.map(({ failing }) => failing)) - failures.length);
  return { counts, violations, open: open.map((what) => `The time was up before the ${what}.`) };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
