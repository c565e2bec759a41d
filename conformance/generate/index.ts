/**
 * Tests as files: what is asked for, its size before it is made, and its text, piece by piece. Nothing here writes a file.
 */
import { compile } from '../../checker/compile/compile.ts';
import { explore } from '../../checker/explore/explore.ts';
import type { StateGraph } from '../../checker/explore/state-graph.ts';
import type { Instance } from '../../properties/instances.ts';
import { EventSuite, type EventTest } from './events.ts';
import { DUT_FORMAT, EVENT_JSON_FORMAT, type FileHead, type Format, JSON_FORMAT } from './formats.ts';
import { STRATEGY_WORDS, type StrategyName, type TestFormat } from './names.ts';
import { PROFILES } from './profiles.ts';
import { type PathSet, STRATEGIES, type StrategyOptions } from './strategies.ts';
import { READS } from './reads.ts';
import { boundaries, eventsWithout, Suite, suiteMachine, type SuiteTest } from './suite.ts';
import { ADAPTER, EVENT_VITEST_FORMAT, eventAdapter, VITEST_FORMAT } from './vitest.ts';

/** What is asked for. */
export interface GenerateOptions extends Omit<StrategyOptions, 'read' | 'reads'> {
  readonly strategy: StrategyName;
  readonly format: TestFormat;
  /** Only tests that exercise this rule. */
  readonly only?: string;
  /** At most so many tests. */
  readonly limit?: number;
  /** Of a function: all profiles, or the strict one alone. Default all. */
  readonly profiles?: 'all' | 'strict';
  /** Events that the device lacks, by their names or verbs: `retire`. */
  readonly without?: readonly string[];
  /** The command, as the file shows it. */
  readonly command: string;
}

/** What will be written. */
export interface Generation {
  readonly head: FileHead;
  /** The number of paths and of their events, before any is left out. */
  readonly paths: number;
  readonly steps: number;
  /** What is left of them with `only` and `limit`. */
  readonly chosen: Chosen;
  readonly note?: string;
  /** Whether there are too many paths to be made. */
  readonly isTooMany?: boolean;
  /** The adapter that tests for Vitest need, to be filled in. */
  readonly adapter: string;
  /** How many bytes the text will have, roughly. */
  readonly bytes: number;
  /** The pieces of the text. `onTests` is told how many paths are done. */
  write(onTests?: (done: number) => void): Generator<string>;
}

/** What is left of some paths with `only` and `limit`. */
export interface Chosen {
  readonly tests: number;
  readonly steps: number;
  /** Whether they were counted; of very many paths with `only`, some are looked at, and stand for the rest. */
  readonly isExact: boolean;
}

/** So many paths are looked at whole; of more, as many evenly among them. */
const LOOKED_AT = 20_000;

/** How long a text of a function is, beside the same in JSON; and its head. */
const SIZE_BESIDE_JSON: Record<TestFormat, number> = { json: 1, dut: 0.85, vitest: 0.72 };
const HEAD_SIZE: Record<TestFormat, number> = { json: 5200, dut: 6800, vitest: 2500 };

/** How many bytes of JSON some tests of a function are, roughly: the longer a path is, the more profiles differ along it, and each has its answers. */
function jsonSize(vectors: number, { tests, steps }: Chosen, format: TestFormat): number {
  if (tests === 0) return 0;
  // Vitest's hold those of the strict profile alone.
  const more = format === 'vitest' ? 0 : Math.min(1.2, steps / tests / 400);
  return tests * (vectors === 1 ? 650 : 1000) + steps * 100 * (1 + more);
}

/** Counts what is left of some paths. */
function choose(
  set: PathSet,
  places: number,
  { only, limit = Infinity }: GenerateOptions,
  rulesOf: (path: readonly number[], number: number) => Iterable<string>,
): Chosen {
  const { paths, steps } = set;
  const all = paths * places;
  // What cannot be made is not looked at.
  if (set.isTooMany === true) return { tests: all, steps: steps * places, isExact: false };
  if (only === undefined && limit >= all) return { tests: all, steps: steps * places, isExact: true };
  const every = only === undefined ? 1 : Math.ceil(paths / LOOKED_AT);
  let tests = 0;
  let events = 0;
  let number = 0;
  // The paths are the same in every place, and so are their rules.
  for (const path of set.make()) {
    if (number++ % every !== 0) continue;
    if (only !== undefined && ![...rulesOf(path, number)].includes(only)) continue;
    tests++;
    events += path.length;
    if (tests * every >= limit) break;
  }
  const found = tests * every * places;
  const kept = Math.min(found, limit);
  return {
    tests: kept,
    steps: found === 0 ? 0 : Math.round((events * every * places * kept) / found),
    isExact: every === 1,
  };
}

/** Tests of a function, as requests and permitted answers. */
export function generateVectors(vectors: number, options: GenerateOptions): Generation {
  const { strategy, format, profiles = 'all', without } = options;
  const machine = suiteMachine({ vectors, without });
  const reads = vectors === 2 ? 2 * READS : READS;
  const set = STRATEGIES[strategy](machine.graph, { ...options, read: machine.read, reads });
  const places = vectors > 2 ? boundaries(vectors).length : 1;
  const head: FileHead = {
    machine: 'function',
    strategy,
    covers: STRATEGY_WORDS[strategy].words,
    vectors,
    command: options.command,
    profiles: profiles === 'all' ? PROFILES.length : 1,
  };
  const chosen = choose(set, places, options, strictRules(vectors, without));
  const formats: Record<TestFormat, Format<SuiteTest>> = { json: JSON_FORMAT, dut: DUT_FORMAT, vitest: VITEST_FORMAT };
  return {
    head,
    paths: set.paths * places,
    steps: set.steps * places,
    chosen,
    isTooMany: set.isTooMany,
    note: set.note === undefined || places === 1 ? set.note : `Of each of ${places} places: ${set.note}`,
    adapter: ADAPTER,
    bytes: HEAD_SIZE[format] + SIZE_BESIDE_JSON[format] * jsonSize(vectors, chosen, format),
    write: (onTests) => {
      const suite = new Suite({ vectors, profiles, without });
      const tests = function* (): Generator<SuiteTest | undefined> {
        let number = 0;
        for (const place of suite.places) {
          for (const path of set.make()) {
            number++;
            const isWanted = options.only === undefined || suite.rulesOf(path, number, place).has(options.only);
            yield isWanted ? suite.make(path, number, place) : undefined;
          }
        }
      };
      return written(head, formats[format], tests(), options, onTests);
    },
  };
}

/** The rules that a path of a function exercises. Nothing is compiled before that is asked. */
function strictRules(vectors: number, without: readonly string[] | undefined) {
  let suite: Suite | undefined;
  return (path: readonly number[], number: number): Iterable<string> => {
    suite ??= new Suite({ vectors, profiles: 'strict', without });
    return suite.rulesOf(path, number);
  };
}

/** Tests of any machine, as events and outputs. */
export function generateEvents(instance: Instance, options: GenerateOptions): Generation {
  const { strategy, format } = options;
  const only = eventsWithout(instance.events, options.without ?? []);
  const graph = explore(compile(instance.machine, { only })).graph();
  const set = STRATEGIES[strategy](graph, options);
  const head: FileHead = {
    machine: instance.machine.id,
    strategy,
    covers: STRATEGY_WORDS[strategy].words,
    vectors: instance.vectors,
    command: options.command,
    profiles: 0,
    design: instance.design?.name,
  };
  const formats: Partial<Record<TestFormat, Format<EventTest>>> = {
    json: EVENT_JSON_FORMAT,
    vitest: EVENT_VITEST_FORMAT,
  };
  const chosen = formats[format];
  if (chosen === undefined) {
    throw new RangeError(
      `Got the format ${format} for the machine ${head.machine}; expected json or vitest, since only a function has a text protocol.`,
    );
  }
  const suite = new EventSuite(graph);
  const kept = choose(set, 1, options, (path, number) => suite.make(path, number).rules);
  return {
    head,
    paths: set.paths,
    steps: set.steps,
    chosen: kept,
    note: set.note,
    isTooMany: set.isTooMany,
    adapter: eventAdapter(head, graph.events, outputsOf(graph)),
    bytes: kept.tests * 250 + kept.steps * 60,
    write: (onTests) => {
      const tests = function* (): Generator<EventTest> {
        let number = 0;
        for (const path of set.make()) yield suite.make(path, ++number);
      };
      return written(head, chosen, tests(), options, onTests);
    },
  };
}

/** Every output of a graph, in order of their names. */
function outputsOf(graph: StateGraph): string[] {
  const outputs = new Set<string>();
  for (const state of graph.states.keys())
    for (const event of graph.events.keys()) for (const output of graph.outputs(state, event)) outputs.add(output);
  return [...outputs].toSorted();
}

function* written<Test extends { readonly rules: readonly string[] }>(
  head: FileHead,
  format: Format<Test>,
  tests: Iterable<Test | undefined>,
  { only, limit = Infinity }: GenerateOptions,
  onTests: (done: number) => void = () => {},
): Generator<string> {
  let count = 0;
  let done = 0;
  for (const test of tests) {
    onTests(++done);
    if (count >= limit) break;
    if (test === undefined || (only !== undefined && !test.rules.includes(only))) continue;
    // Where there is no test there is no file, and no beginning of one.
    if (count === 0) yield format.head(head);
    yield format.test(test, count++);
  }
  if (count === 0)
    throw new RangeError(`Got no test of ${only ?? head.strategy}; expected a rule that some path exercises.`);
  yield format.foot(head, count);
}
