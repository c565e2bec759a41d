/**
 * `maskbit check`: the main job. Explores the machines, decides the properties and holds them against mutants, drives the
 * implementation along the paths and in lockstep, and replays the recorded guest.
 */
import { enumerate } from '../checker/explore/enumerate.ts';
import {
  compareWithAdjacency,
  countSimplePaths,
  type Path,
  SIMPLE_PATH_RAIL,
  simplePaths,
  transitionPaths,
} from '../checker/explore/paths.ts';
import { decideProperties, type Verdict } from '../checker/decide/property.ts';
import type { StateGraph } from '../checker/explore/state-graph.ts';
import { packTrace } from '../checker/trace/codec.ts';
import { makeTrace, reduceTrace } from '../checker/trace/trace.ts';
import { ConformanceError, createDriver, type Driver } from '../conformance/drive.ts';
import { type Dialect, DIALECTS } from '../conformance/encoding.ts';
import { createInProcessDevice } from '../conformance/in-process.ts';
import { walkInLockstep } from '../conformance/lockstep.ts';
import { eventSentence } from '../machines/alphabet.ts';
import {
  type Instance,
  INSTANCES,
  instanceName,
  MACHINE_PROPERTIES,
  type PinnedInstance,
} from '../properties/instances.ts';
import { functionMutants, judge, SURVIVORS } from '../properties/mutants.ts';
import { traceSubject } from '../properties/subject.ts';
import { TEMPORAL_PROPERTIES } from '../properties/temporal.ts';
import { type FunctionView, machineView } from '../properties/view.ts';
import { printFigures, runReplay } from './replay.ts';
import { EXIT, type Exit, formatCell, print, printTable, startProgress } from './report.ts';
import { packagePath } from './root.ts';

interface Explored {
  readonly instance: PinnedInstance;
  readonly graph: StateGraph;
}

/** What a part of the check adds to its end: a clause of the verdict, and whatever is violated, in sentences. */
interface Part {
  readonly clause: string;
  readonly violations: readonly string[];
}

/** Runs the whole check and prints it. */
export function check(): Exit {
  const started = performance.now();
  process.stderr.write('Checks the function; it takes less than a minute.\n');
  const explored = INSTANCES.map((instance) => ({ instance, graph: enumerate(instance.machine, instance.events) }));
  const parts = [
    checkMachines(explored),
    checkProperties(explored),
    checkRuns(explored),
    checkPaths(explored),
    checkLockstep(explored),
    checkReplay(),
  ];
  const violations = parts.flatMap((part) => part.violations);
  for (const violation of violations) print(`violated: ${violation}`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const clauses = parts.map(({ clause }) => clause).join('; ');
  print(
    `${violations.length === 0 ? 'holds' : `violated, in ${violations.length} places`}: ${clauses} (${seconds} s).`,
  );
  return violations.length === 0 ? EXIT.holds : EXIT.violated;
}

function checkMachines(explored: readonly Explored[]): Part {
  const violations: string[] = [];
  const rows = explored.map(({ instance, graph }) => {
    const { states, transitions, depth } = instance.expected;
    const differences = compareWithAdjacency(graph);
    violations.push(...differences);
    if (graph.states.length !== states || graph.transitionCount !== transitions || graph.depth !== depth) {
      violations.push(
        `${instanceName(instance)} has ${graph.states.length} states, ${graph.transitionCount} transitions and depth ` +
          `${graph.depth}; expected ${states}, ${transitions} and ${depth}.`,
      );
    }
    const pairs = graph.states.length * graph.events.length;
    const agrees = differences.length === 0 ? 'equal' : 'differs';
    return [instanceName(instance), graph.states.length, graph.transitionCount, pairs, graph.depth, agrees];
  });
  printTable(['machine', 'states', 'transitions', 'state x event', 'depth', '@xstate/graph'], rows);
  print();
  const states = explored.reduce((sum, { graph }) => sum + graph.states.length, 0);
  return { clause: `${explored.length} instances of the machines with ${formatCell(states)} states`, violations };
}

function checkProperties(explored: readonly Explored[]): Part {
  const violations: string[] = [];
  const subjects = explored.filter(({ instance }) => instance.vectors > 0);
  const verdicts = subjects.map(({ instance, graph }) => {
    const { vectors, messages } = instance;
    const decided = decideProperties(graph, MACHINE_PROPERTIES, machineView(vectors, messages), vectors);
    const failed = decided.filter(({ result }) => result === 'fails');
    violations.push(...failed.map((verdict) => tellFailure(instance, graph, verdict)));
    return decided;
  });
  const mutants = judgeMutants();
  violations.push(...mutants.unexplained.map((name) => `no property tells this mutant from the machine: ${name}.`));
  const rows = MACHINE_PROPERTIES.map(({ name, needs }, index) => {
    const results = verdicts.map((decided) => decided[index].result);
    const brokenBy = mutants.broken.get(name) ?? 0;
    if (!results.includes('holds')) violations.push(`${name} is vacuous in every instance.`);
    if (results.includes('n/a') && needs === undefined) violations.push(`${name} is vacuous, and nobody knows why.`);
    if (brokenBy === 0) violations.push(`${name} is broken by no mutant, so it guards nothing.`);
    return [name, ...results, brokenBy];
  });
  const heads = subjects.map(({ instance: { machine, vectors, messages, channel } }) =>
    [machine.id, vectors, messages.name, ...(channel ? ['channel'] : [])].join(' '),
  );
  printTable(['property', ...heads, 'mutants that break it'], rows);
  for (const { name, needs } of MACHINE_PROPERTIES) if (needs !== undefined) print(`n/a: ${name} needs ${needs}.`);
  print();
  printTable(['mutants', 'count'], [...mutants.survivors, ['that break a property', mutants.told]]);
  print();
  const clause = `${MACHINE_PROPERTIES.length} properties, ${formatCell(mutants.told)} of ${formatCell(mutants.count)} mutants told apart`;
  return { clause: `${clause} and ${mutants.explained} explained`, violations };
}

function tellFailure(
  instance: Instance,
  graph: StateGraph,
  { property, counterexample }: Verdict<FunctionView>,
): string {
  const { path, index } = counterexample!;
  const head = `${property.name} [${property.rules.join(', ')}] in ${instanceName(instance)}, for vector ${index}.`;
  return tellPath(
    `${head}\n  ${property.title}`,
    instance,
    path.map((event) => graph.events[event]),
  );
}

/** Tells a path as a story, with the command that shows it again. */
function tellPath(head: string, instance: Instance, path: readonly string[]): string {
  const story = path.map((event, step) => `  ${step + 1}. ${eventSentence(event)}`);
  const subject = traceSubject(instance);
  const packed = packTrace(
    reduceTrace(
      subject,
      makeTrace(
        subject,
        path.map((event) => instance.events.indexOf(event)),
      ),
    ),
  );
  return [head, ...story, `  Shown again by: maskbit show ${packed}`].join('\n');
}

/** Claims about whole runs, each with its twin that must fail. */
function checkRuns(explored: readonly Explored[]): Part {
  const violations: string[] = [];
  const rows = TEMPORAL_PROPERTIES.flatMap((property) =>
    explored.flatMap(({ instance }) => {
      if (!property.applies(instance)) return [];
      const verdict = property.decide(instance);
      const twin = property.decideWithout(instance);
      const head = `${property.name} [${property.rules.join(', ')}] in ${instanceName(instance)}.\n  ${property.title}`;
      if (verdict.result !== 'holds') violations.push(tellPath(head, instance, verdict.path ?? []));
      if (twin.result !== 'fails') violations.push(`${property.name} holds without its assumption, which is idle.`);
      const lasso = [
        ...(twin.path ?? []),
        ...(twin.loop === undefined ? [] : [`(${twin.loop.join(' ') || 'nothing'})`]),
      ];
      return [[property.name, instanceName(instance), verdict.result, `${twin.result}: ${lasso.join(' ')}`]];
    }),
  );
  printTable(['property of runs', 'instance', 'verdict', 'without its assumption'], rows);
  print('In brackets: what happens for ever.');
  print();
  return { clause: `${TEMPORAL_PROPERTIES.length} properties of runs`, violations };
}

interface MutantScore {
  readonly count: number;
  /** Mutants that break a property. */
  readonly told: number;
  /** Mutants that break none, for a reason that is given. */
  readonly explained: number;
  /** How many mutants break none, for each reason. */
  readonly survivors: readonly (readonly [reason: string, count: number])[];
  /** Mutants that break none, and nobody knows why. */
  readonly unexplained: readonly string[];
  /** How many mutants break each property. */
  readonly broken: ReadonlyMap<string, number>;
}

function judgeMutants(): MutantScore {
  const mutants = [...functionMutants()];
  const progress = startProgress('mutants', mutants.length);
  const broken = new Map<string, number>();
  const verdicts = mutants.map((mutant, done) => {
    progress.advance(done);
    return judge(mutant);
  });
  progress.end();
  for (const name of verdicts.flatMap((verdict) => verdict.broken)) broken.set(name, (broken.get(name) ?? 0) + 1);
  const survivors = verdicts.filter((verdict) => verdict.broken.length === 0);
  const unexplained = survivors.filter(({ because }) => because === undefined).map(({ mutant }) => mutant);
  const told = verdicts.length - survivors.length;
  const rows = SURVIVORS.map(({ because }): [string, number] => {
    return [`that break none: ${because}`, survivors.filter((each) => each.because === because).length];
  });
  const explained = survivors.length - unexplained.length;
  return { count: verdicts.length, told, explained, survivors: rows, unexplained, broken };
}

function checkPaths(explored: readonly Explored[]): Part {
  const violations: string[] = [];
  const rows: (string | number)[][] = [];
  let steps = 0;
  const follow = (name: string, vectors: number, driver: Driver, paths: readonly Path[]): void => {
    const devices = [true, false].map((notifies) => createInProcessDevice(vectors, { notifies }));
    const progress = startProgress(`paths: ${name}`, paths.length);
    for (const [done, path] of paths.entries()) {
      progress.advance(done);
      for (const [device, dialect] of ways(devices)) {
        const violation = conformanceFailure(() => driver.drive(device, path, dialect));
        if (violation !== undefined) violations.push(violation);
      }
    }
    progress.end();
    rows.push([
      name,
      paths.length,
      driver.counts.paths,
      driver.counts.steps,
      driver.counts.outputs,
      driver.counts.dwords,
    ]);
    steps += driver.counts.steps;
  };

  // The implementation sends within the step, so nothing of it can be driven along the paths of a channel.
  for (const { instance, graph } of explored.filter((each) => !each.instance.channel)) {
    const { machine, events, vectors, messages } = instance;
    const { paths } = countSimplePaths(graph);
    if (paths > SIMPLE_PATH_RAIL) {
      const rail = `more than ${formatCell(SIMPLE_PATH_RAIL)} simple paths`;
      process.stderr.write(
        `${instanceName(instance)}: ${rail}, a number that multiplies with each state; not driven.\n`,
      );
    } else {
      process.stderr.write(`${instanceName(instance)}: ${formatCell(paths)} simple paths.\n`);
      // The capability alone is driven as part of the function around it, whose machine knows what must be read back.
      const around = vectors === 0 ? explored.find((each) => each.instance.machine.id === 'function')! : undefined;
      const driver = createDriver(around?.graph ?? graph, vectors || 1, messages);
      follow(`${instanceName(instance)}: all simple paths`, vectors || 1, driver, simplePaths(graph));
    }
    if (machine.id === 'function') {
      const driver = createDriver(graph, vectors, messages);
      follow(`${instanceName(instance)}: every transition`, vectors, driver, transitionPaths(machine, events));
    }
  }
  printTable(['paths', 'count', 'driven', 'steps', 'outputs compared', 'dwords compared'], rows);
  print(
    `Each path is driven in ${DIALECTS.length} dialects, with notifiers and without; those of the capability, in the function around it.`,
  );
  print();
  return { clause: `${formatCell(steps)} steps driven`, violations };
}

/** Every dialect with every device. */
function ways<Each>(devices: readonly Each[]): [Each, Dialect][] {
  return devices.flatMap((device) => DIALECTS.map((dialect): [Each, Dialect] => [device, dialect]));
}

/** Runs what may throw a `ConformanceError`, and returns its message if it does. */
function conformanceFailure(run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof ConformanceError) return error.message;
    throw error;
  }
}

function checkLockstep(explored: readonly Explored[]): Part {
  const violations: string[] = [];
  let walked = 0;
  const rows = explored.flatMap(({ instance, graph }) => {
    if (instance.machine.id !== 'function' || instance.channel) return [];
    const devices = [true, false].map((notifies) => createInProcessDevice(instance.vectors, { notifies }));
    return ways(devices).map(([device, dialect]) => {
      let row = [instanceName(instance), device.name, dialect.name, 0, 0];
      const violation = conformanceFailure(() => {
        const { pairs, steps } = walkInLockstep(graph, device, instance.messages, dialect);
        row = [instanceName(instance), device.name, dialect.name, pairs, steps];
        walked += pairs;
      });
      if (violation !== undefined) violations.push(violation);
      return row;
    });
  });
  printTable(['lockstep', 'implementation', 'dialect', 'pairs of states', 'steps'], rows);
  print('Machine and implementation, every event in every pair of states that they reach together.');
  print();
  return { clause: `${formatCell(walked)} pairs of states in lockstep`, violations };
}

const TRACE = 'traces/linux-6.1-nvme.trace';

function checkReplay(): Part {
  const result = runReplay(packagePath(TRACE));
  const { disagreements, disagreementCount, differences, figures, geometry } = result;
  printFigures(result);
  print(`${TRACE}: ${geometry.device} with ${geometry.vectorCount} vectors. ${result.limits.join(' ')}`);
  print();
  const told = disagreements.map(({ line, got, expected }) => `${TRACE}:${line}: ${got} ${expected}`);
  const untold = disagreementCount - disagreements.length;
  const violations = [...told, ...(untold > 0 ? [`${untold} more disagreements in ${TRACE}.`] : []), ...differences];
  return { clause: `${formatCell(figures.lines)} lines of a real guest replayed`, violations };
}
