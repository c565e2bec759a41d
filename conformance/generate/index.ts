/**
 * Tests as files: what is asked for, its size before it is made, and its text, piece by piece. Nothing here writes a file.
 */
import { enumerate } from '../../checker/explore/enumerate.ts';
import type { StateGraph } from '../../checker/explore/state-graph.ts';
import type { Instance } from '../../properties/instances.ts';
import { EventSuite, type EventTest } from './events.ts';
import { DUT_FORMAT, EVENT_JSON_FORMAT, type FileHead, type Format, JSON_FORMAT } from './formats.ts';
import { STRATEGY_WORDS, type StrategyName, type TestFormat } from './names.ts';
import { PROFILES } from './profiles.ts';
import { STRATEGIES, type StrategyOptions } from './strategies.ts';
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
  readonly note?: string;
  /** The adapter that tests for Vitest need, to be filled in. */
  readonly adapter: string;
  /** How many bytes the text will have, roughly. */
  readonly bytes: number;
  /** The pieces of the text. `onTests` is told how many paths are done. */
  write(onTests?: (done: number) => void): Generator<string>;
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
  const formats: Record<TestFormat, Format<SuiteTest>> = { json: JSON_FORMAT, dut: DUT_FORMAT, vitest: VITEST_FORMAT };
  return {
    head,
    paths: set.paths * places,
    steps: set.steps * places,
    note: set.note,
    adapter: ADAPTER,
    bytes: places * (set.paths * (vectors === 1 ? 650 : 1000) + set.steps * 100),
    write: (onTests) => {
      const suite = new Suite({ vectors, profiles, without });
      const tests = function* (): Generator<SuiteTest> {
        let number = 0;
        for (const place of suite.places) for (const path of set.make()) yield suite.make(path, ++number, place);
      };
      return written(head, formats[format], tests(), options, onTests);
    },
  };
}

/** Tests of any machine, as events and outputs. */
export function generateEvents(instance: Instance, options: GenerateOptions): Generation {
  const { strategy, format } = options;
  const graph = enumerate(instance.machine, { only: eventsWithout(instance.events, options.without ?? []) });
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
  return {
    head,
    paths: set.paths,
    steps: set.steps,
    note: set.note,
    adapter: eventAdapter(head, graph.events, outputsOf(graph)),
    bytes: set.paths * 250 + set.steps * 60,
    write: (onTests) => {
      const suite = new EventSuite(graph);
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
  tests: Iterable<Test>,
  { only, limit = Infinity }: GenerateOptions,
  onTests: (done: number) => void = () => {},
): Generator<string> {
  yield format.head(head);
  let count = 0;
  let done = 0;
  for (const test of tests) {
    onTests(++done);
    if (count >= limit) break;
    if (only !== undefined && !test.rules.includes(only)) continue;
    yield format.test(test, count++);
  }
  if (count === 0)
    throw new RangeError(`Got no test of ${only ?? head.strategy}; expected a rule that some path exercises.`);
  yield format.foot(head, count);
}
