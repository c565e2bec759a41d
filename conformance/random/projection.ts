/**
 * A function with many vectors, held against the machine with one. Vectors meet only in the capability, so what each of
 * them does, under the events that concern it, must be a run of the one-vector machine (P20 IndependentVectors, of
 * whole runs). That ties a function of 2048 vectors to the specification, of which no more than three can be explored.
 *
 * The messages are halves: each lawful write of an address or of data is then one event, and no state falls between
 * two.
 */
import { enumerate } from '../../checker/explore/enumerate.ts';
import type { StateGraph } from '../../checker/explore/state-graph.ts';
import { functionEvents, readEvent, readOutput } from '../../machines/alphabet.ts';
import { createFunction } from '../../machines/function.ts';
import { HALVES } from '../../machines/messages.ts';
import { messageText, NO_EVENT, RESTORED, type Stimulus, stimulusSentence, writtenText } from './stimulus.ts';
import { type DeviceStep, ObservedDevice } from './observed.ts';
import type { RunProperty } from './runs.ts';
import { type FunctionView, machineView } from '../../properties/view.ts';

/** The one message that a projected vector may be given beside zero, half by half. No two vectors have the same. */
export function projectedMessage(vector: number): {
  readonly low: number;
  readonly high: number;
  readonly data: number;
} {
  return { low: 0xfee00010 + 0x10 * vector, high: 0x80000001, data: 0xfffffff0 - vector };
}

/** Whatever a run of projections has passed through: states of the machine, and transitions as `state:event`. */
export interface Passed {
  readonly states: Set<number>;
  readonly steps: Set<string>;
}

const graph: StateGraph = enumerate(createFunction({ vectors: 1, messages: HALVES }), functionEvents(1, HALVES));
const views: readonly FunctionView[] = graph.states.map(machineView(1, HALVES));

/** How many states and steps there are to pass through: every event in every state. */
export const PROJECTED = { states: graph.states.length, steps: graph.states.length * graph.events.length };

/** One vector, followed on the machine. */
class Projection {
  readonly vector: number;
  private state = 0;
  /** The names of the four messages, by their text. */
  private readonly names: ReadonlyMap<string, string>;

  constructor(vector: number) {
    const { low, high, data } = projectedMessage(vector);
    this.vector = vector;
    this.names = new Map([
      [messageText(0, 0, 0), 'address0data0'],
      [messageText(0, 0, data), 'address0data1'],
      [messageText(low, high, 0), 'address1data0'],
      [messageText(low, high, data), 'address1data1'],
    ]);
  }

  /** Follows a step; returns what the machine does otherwise. */
  follow(step: DeviceStep, passed: Passed): string | undefined {
    const name = this.project(step);
    const event = name === undefined ? undefined : graph.events.indexOf(name);
    if (event === -1)
      throw new Error(`Got ${step.event} as an event of vector ${this.vector}; the machine has none like it.`);
    const expected = event === undefined ? [] : graph.outputs(this.state, event);
    if (event !== undefined) {
      passed.steps.add(`${this.state}:${event}`);
      this.state = graph.target(this.state, event);
      passed.states.add(this.state);
    }
    const did = step.outputs.filter((output) => this.concerns(output, step.event)).map((each) => this.rename(each));
    if (did.join() !== expected.join()) return `does ${did.join(' ')}; expected ${expected.join(' ')}`;
    return this.compare(step.after, views[this.state]);
  }

  /** The event of the one-vector machine that a step is for this vector, if it concerns it. */
  private project({ event, before }: DeviceStep): string | undefined {
    if (event === NO_EVENT || event === RESTORED) return undefined;
    const { actor, verb, vector, value } = readEvent(event);
    if (vector === undefined) return event;
    if (vector !== this.vector) return undefined;
    if (value === undefined) return `${actor}.${verb}.0`;
    // What a write makes of the entry says which half it is, and what that half is now.
    const written = this.nameOf(writtenText(before.entry(vector), value));
    const half = value.startsWith('data') ? /data\d$/.exec(written) : /^address\d/.exec(written);
    return `${actor}.${verb}.0.${half?.[0] ?? written}`;
  }

  /** Whether an output is this vector's, and the machine's: what restoring tells notifiers is not. */
  private concerns(output: string, event: string): boolean {
    const { verb, vector } = readOutput(output);
    return vector === this.vector && (event !== RESTORED || verb === 'send');
  }

  private rename(output: string): string {
    const { verb, message } = readOutput(output);
    return message === undefined ? `${verb}.0` : `${verb}.0.${this.nameOf(message)}`;
  }

  private nameOf(message: string): string {
    return this.names.get(message) ?? message;
  }

  private compare(view: FunctionView, expected: FunctionView): string | undefined {
    const { vector } = this;
    const force = view.force(vector);
    const differs = (what: string, got: unknown, wanted: unknown) =>
      got === wanted ? undefined : `has ${what} ${String(got)}; expected ${String(wanted)}`;
    return (
      differs('MSI-X Enable', view.enabled, expected.enabled) ??
      differs('Function Mask', view.functionMask, expected.functionMask) ??
      differs('Mask Bit', view.masked(vector), expected.masked(0)) ??
      differs('Pending bit', view.pending(vector), expected.pending(0)) ??
      differs('entry', this.nameOf(view.entry(vector)), expected.entry(0)) ??
      differs('message in force', force === undefined ? force : this.nameOf(force), expected.force(0))
    );
  }
}

/** P20 IndependentVectors, of runs. */
export const ProjectionRuns: RunProperty<{
  readonly vectorCount: number;
  /** The vectors that are followed; whatever is written to their entries is zero or their projected message. */
  readonly followed: readonly number[];
  readonly stimuli: readonly Stimulus[];
  readonly passed: Passed;
}> = {
  kind: 'runs',
  name: 'ProjectionRuns',
  number: 'P20',
  title: 'What one vector of many does is what the machine with that vector alone does.',
  rules: ['MSIX-MASK-4', 'MSIX-PBA-1', 'MSIX-PEND-6'],
  difference: ({ vectorCount, followed, stimuli, passed }, create) => {
    const subject = new ObservedDevice(create({ vectorCount }));
    subject.requireNotifications();
    const projections = followed.map((vector) => new Projection(vector));
    for (const stimulus of stimuli) {
      for (const step of subject.perform(stimulus)) {
        for (const projection of projections) {
          const difference = projection.follow(step, passed);
          if (difference === undefined) continue;
          return `Once one ${stimulusSentence(stimulus)}, vector ${projection.vector} ${difference}.`;
        }
      }
    }
    return undefined;
  },
};
