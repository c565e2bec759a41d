/**
 * Tests of any machine, as events and outputs: what somebody's own split between kernel and userspace is driven by, through an adapter with
 * a method for each kind of event. What an access is on the wire is the adapter's business.
 */
import { compile } from '../../checker/compile/compile.ts';
import { Stepper } from '../../checker/compile/step.ts';
import type { StateGraph } from '../../checker/explore/state-graph.ts';
import { eventSentence } from '../../machines/alphabet.ts';
import { citedRules } from '../../spec/index.ts';
import { storyOf } from './suite.ts';

/** One test. It begins with the initial state. */
export interface EventTest {
  readonly number: number;
  readonly name: string;
  readonly rules: readonly string[];
  readonly events: readonly string[];
  /** What each event must put out, in order. */
  readonly outputs: readonly (readonly string[])[];
}

/** Makes tests of the paths of a graph. */
export class EventSuite {
  readonly graph: StateGraph;
  private readonly rulesOf: (state: number, event: number) => readonly string[];

  constructor(graph: StateGraph) {
    this.graph = graph;
    const compiled = compile(graph.machine, { only: graph.events });
    const stepper = new Stepper(compiled);
    const target = new Int32Array(compiled.initial.length);
    // The words of each state, found along its path when they are first asked for.
    const words = new Map<number, Int32Array>([[0, compiled.initial]]);
    const wordsOf = (state: number): Int32Array => {
      let known = words.get(state);
      if (known === undefined) {
        const path = graph.pathTo(state);
        const before = path.slice(0, -1).reduce((at, event) => graph.target(at, event), 0);
        stepper.stepWords(wordsOf(before), 0, path.at(-1)!, target, 0);
        known = target.slice();
        words.set(state, known);
      }
      return known;
    };
    const known: (readonly string[])[] = [];
    this.rulesOf = (state, event) => (known[state * graph.events.length + event] ??= takenRules(wordsOf(state), event));
    const takenRules = (source: Int32Array, event: number): readonly string[] => {
      stepper.stepWords(source, 0, event, target, 0);
      return [...stepper.taken.subarray(0, stepper.takenCount)].flatMap((number) =>
        citedRules(compiled.transitions[number].transition.description ?? ''),
      );
    };
  }

  /** Makes the test of a path. */
  make(path: readonly number[], number: number): EventTest {
    const { graph, rulesOf } = this;
    const rules = new Set<string>();
    const outputs: (readonly string[])[] = [];
    let state = 0;
    for (const event of path) {
      for (const rule of rulesOf(state, event)) rules.add(rule);
      outputs.push(graph.outputs(state, event));
      state = graph.target(state, event);
    }
    const events = path.map((event) => graph.events[event]);
    const name = storyOf(events.map((event) => eventSentence(event)));
    return { number, name, rules: [...rules].toSorted(), events, outputs };
  }
}
