/**
 * The properties held against the mutants of the machines: each property must be broken by one, and each mutant must break
 * a property, or be listed here with the reason why it cannot.
 */
import type { StateValue } from 'xstate';
import { compile } from '../checker/compile/compile.ts';
import type { CompiledMachine } from '../checker/compile/format.ts';
import { unpackValue } from '../checker/compile/layout.ts';
import { applies, satisfied, type StepView } from '../checker/decide/property.ts';
import { StepCursor } from '../checker/decide/step-cursor.ts';
import { type Exploration, explore } from '../checker/explore/explore.ts';
import { type Mutant, mutate } from '../checker/machine/mutate.ts';
import { functionEvents, READ, readEvent } from '../machines/alphabet.ts';
import { createFunction } from '../machines/function.ts';
import { HALVES, type MessageSet, TWO } from '../machines/messages.ts';
import { MACHINE_PROPERTIES } from './machines.ts';
import { type FunctionView, machineView } from './view.ts';

/** A family of mutants that break no property, and why that is right. */
export interface Survivors {
  readonly name: RegExp;
  readonly because: string;
}

export const SURVIVORS: readonly Survivors[] = [
  {
    name: /\[\w+Holding\.0\.(A|address1data1)\]: guard without vector0\.entry\.\1$/,
    because: 'It is the last message tried: the entry holds it whenever none before it was held.',
  },
  {
    name: /force\.(\w+) on device\.signal\.0: target \1$/,
    because: 'A transition back to its own state does what the transition without a target does.',
  },
  {
    name: /transit\.(\w+) on .*\.\1\]: target dropped$/,
    because: 'The message that follows the same message in transit leaves the region as it was.',
  },
  {
    name: /transit\.\w+ on fabric\.arrive\.0: transition dropped$/,
    because: 'That a message arrives at last is liveness: no step is wrong while it does not.',
  },
  {
    name: /force\.(\w+) on device\.refresh\.0 .*: (?:transition dropped|target \1)$/,
    because: 'Reading an entry again early is a freedom of the function, which it need not use (MSIX-MSG-1).',
  },
];

/** What came of one mutant: the properties that it breaks, in their order. */
export interface MutantVerdict {
  readonly mutant: string;
  readonly broken: readonly string[];
  /** Why it breaks none, where that is expected. */
  readonly because?: string;
}

/** Decides the properties of a function for one of its mutants. */
export function judge(judged: JudgedMutant): MutantVerdict {
  const { name, machine } = judged.mutant;
  const { vectors, messages, channel } = judged;
  // A mutant may reach states that the machine does not, but never more than all combinations of its regions.
  const exploration = explore(compile(machine, functionEvents(vectors, messages, channel)));
  const isBroken = answersFor(exploration.compiled, judged).brokenIn(exploration);
  const broken = MACHINE_PROPERTIES.filter((_, property) => (isBroken & bitOf(property)) !== 0);
  return {
    mutant: name,
    broken: broken.map((property) => property.name),
    because: SURVIVORS.find((each) => each.name.test(name))?.because,
  };
}

const bitOf = (property: number): number => 1 << property;
/** Of so many properties an integer has a bit each. */
const BITS = 32;
const NOTHING = 0;

/**
 * What the properties say of the states and steps of a machine and its mutants. A mutant is the machine but for one place, so most of what it does was done by another
 * one: each state and each step is asked about once, and its answer kept. A bit of it says that a property is broken.
 */
class Answers {
  private readonly compiled: CompiledMachine;
  private readonly vectors: number;
  private readonly viewOf: (value: StateValue) => FunctionView;
  /** Of each state that any of the machines has reached: its number, what is seen of it, and what is broken in it. */
  private readonly numbers = new Map<number | string, number>();
  private readonly views: FunctionView[] = [];
  private readonly ofStates: number[] = [];
  /** By event and state: by what is put out and the state after it, what is broken in the step. */
  private readonly ofSteps: Map<number, number>[][];
  private readonly outputs = new Map<string, number>([['', NOTHING]]);

  constructor(compiled: CompiledMachine, { vectors, messages }: JudgedMutant) {
    const { length } = MACHINE_PROPERTIES;
    if (length > BITS) throw new RangeError(`Got ${length} properties; expected ${BITS} at most, a bit each.`);
    this.compiled = compiled;
    this.vectors = vectors;
    this.viewOf = machineView(vectors, messages);
    this.ofSteps = compiled.events.map(() => []);
  }

  /** What is broken in any state and any step. */
  brokenIn(exploration: Exploration): number {
    const { states } = exploration;
    const { events, wordCount } = exploration.compiled;
    const cursor = new StepCursor(exploration);
    const numbers = Array.from({ length: states.count }, (_, state) => this.numberOf(states.words, state * wordCount));
    let broken = numbers.reduce((sum, number) => sum | this.ofStates[number], 0);
    const talks = new Map<readonly string[], number>();
    for (const [state, before] of numbers.entries()) {
      for (let event = 0; event < events.length; event++) {
        cursor.moveTo(state, event);
        const { outputs } = cursor;
        let talk = outputs.length === 0 ? NOTHING : talks.get(outputs);
        if (talk === undefined) {
          talk = this.numberOfOutputs(outputs);
          talks.set(outputs, talk);
        }
        const after = numbers[cursor.target];
        const known = (this.ofSteps[event][before] ??= new Map());
        const key = after * OUTPUTS_MAX + talk;
        let answer = known.get(key);
        if (answer === undefined) {
          answer = this.askStep({
            before: this.views[before],
            event: events[event],
            outputs,
            after: this.views[after],
          });
          known.set(key, answer);
        }
        broken |= answer;
      }
    }
    return broken;
  }

  private numberOf(words: Int32Array, from: number): number {
    const { wordCount } = this.compiled;
    const key = wordCount === 1 ? words[from] : words.subarray(from, from + wordCount).join();
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const number = this.numbers.size;
    this.numbers.set(key, number);
    const view = this.viewOf(unpackValue(this.compiled, words, from));
    this.views.push(view);
    this.ofStates.push(this.askState(view));
    return number;
  }

  private numberOfOutputs(outputs: readonly string[]): number {
    const text = outputs.join();
    const number = this.outputs.get(text) ?? this.outputs.size;
    if (number === OUTPUTS_MAX) throw new RangeError(`Got more than ${OUTPUTS_MAX} lists of outputs; expected fewer.`);
    this.outputs.set(text, number);
    return number;
  }

  private askState(state: FunctionView): number {
    return this.ask('invariant', { before: state, event: '', outputs: [], after: state });
  }

  private askStep(step: StepView<FunctionView>): number {
    return this.ask('step', step);
  }

  private ask(kind: 'invariant' | 'step', step: StepView<FunctionView>): number {
    const indices = Array.from({ length: this.vectors }, (_, vector) => vector);
    return MACHINE_PROPERTIES.reduce((broken, property, number) => {
      if (property.kind !== kind) return broken;
      const isBroken = indices.some((vector) => applies(property, step, vector) && !satisfied(property, step, vector));
      return isBroken ? broken | bitOf(number) : broken;
    }, 0);
  }
}

/** More lists of outputs than a function of two vectors has. */
const OUTPUTS_MAX = 1024;

/** By the messages; by the other bounds, the alphabet and the states that a machine is written with: so all that share answers have one layout. */
const ANSWERS = new WeakMap<MessageSet, Map<string, Answers>>();

function answersFor(compiled: CompiledMachine, judged: JudgedMutant): Answers {
  const { vectors, messages, channel } = judged;
  const nodes = compiled.nodes.map(({ node }) => `${node.type} ${node.id}`);
  const key = [vectors, channel, ...compiled.events, ...nodes].join();
  const ofMessages = ANSWERS.get(messages) ?? new Map<string, Answers>();
  ANSWERS.set(messages, ofMessages);
  const answers = ofMessages.get(key) ?? new Answers(compiled, judged);
  ofMessages.set(key, answers);
  return answers;
}

/** A mutant of `function`, with the bounds of its instance. */
export interface JudgedMutant {
  readonly mutant: Mutant;
  readonly vectors: number;
  readonly messages: MessageSet;
  readonly channel: boolean;
}

/**
 * Yields the mutants that the properties are held against: every one of `function` with one vector, and with halves of
 * messages, which alone can be torn. With two vectors, those of the first that listen to the second too; with a channel, those
 * of the channel, on reads too. The other regions are the same there as before, and so are their mutants.
 */
export function* functionMutants(): Generator<JudgedMutant> {
  const one = { vectors: 1, messages: TWO, channel: false };
  for (const mutant of mutate(createFunction(one), () => functionEvents(1, TWO))) yield { mutant, ...one };
  const halves = { vectors: 1, messages: HALVES, channel: false };
  for (const mutant of mutate(createFunction(halves))) yield { mutant, ...halves };
  const two = { vectors: 2, messages: TWO, channel: false };
  const neighbour = (event: string): string[] =>
    readEvent(event).vector === 0 ? [event.replace(/\.0(?=\.|$)/, '.1')] : [];
  for (const mutant of mutate(createFunction(two), neighbour)) {
    if (mutant.name.includes(': also on ')) yield { mutant, ...two };
  }
  const channel = { vectors: 1, messages: TWO, channel: true };
  for (const mutant of mutate(createFunction(channel), () => [READ])) {
    if (mutant.name.startsWith('vector0.transit.') || mutant.name.includes('device.refresh'))
      yield { mutant, ...channel };
  }
}
