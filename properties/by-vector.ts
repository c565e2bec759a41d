/**
 * The properties of a function, decided for each vector by what is seen of it alone. A million states and their steps show no more than a few
 * hundred different ones of a vector: a property is asked once about each, and what it says is remembered. That it asks about no more than
 * one vector shows is no assumption: `ofOneVector` notices where it does, and then nothing is decided here.
 *
 * Every step is looked at for every vector, in the order of the states, so what is found first is what the plain decision finds first.
 */
import { createSteps } from '../checker/compile/expand.ts';
import { IGNORED, type StepEvent, TALKING } from '../checker/compile/step-event.ts';
import { unpackValue } from '../checker/compile/layout.ts';
import { RegionStates } from '../checker/compile/region-states.ts';
import { Stepper } from '../checker/compile/step.ts';
import type { Occurrence, Property, StepView, Verdict } from '../checker/decide/property.ts';
import { verdictOf } from '../checker/decide/search.ts';
import type { Exploration } from '../checker/explore/explore.ts';
import { readOutput } from '../machines/alphabet.ts';
import { vectorRegionName } from '../machines/vector.ts';
import { ofOneVector } from './every.ts';
import type { Instance } from './instances.ts';
import { type FunctionView, machineView } from './view.ts';

// What the properties say, in one word: that they were asked, and two bits of each, that it says something and that it is broken.
const ASKED = 1;
const PROPERTIES_MAX = 15;
const SAYS = 2;
const BROKEN = 4;
const bitOf = (property: number, what: typeof SAYS | typeof BROKEN): number => what << (2 * property);

/** So many states between two questions whether to go on. */
const STATES_BETWEEN = 256;

type Predicate = (seen: FunctionView | StepView<FunctionView>, index: number) => boolean;

/**
 * Decides properties for every vector of a function that was explored whole. Returns nothing where one of them asks about more than a vector
 * shows, or they are too many.
 * @param goesOn Is asked now and then, with the number of states done; when it says no, what has not failed by then is open.
 */
export function decideByVector(
  exploration: Exploration,
  properties: readonly Property<FunctionView>[],
  instance: Instance,
  goesOn: (done: number) => boolean = () => true,
): Verdict<FunctionView>[] | undefined {
  const counts = (['invariant', 'step'] as const).map((kind) => properties.filter((each) => each.kind === kind).length);
  if (Math.max(...counts) > PROPERTIES_MAX || instance.machine.id !== 'function') return undefined;
  const decision = new Decision(exploration, properties, instance);
  const isWhole = decision.run(goesOn);
  if (decision.asksForMore) return undefined;
  const told = (place: Place | undefined): Occurrence | undefined =>
    place && { path: exploration.pathTo(place.state, place.event), index: place.index };
  return properties.map((property) => {
    const { witness, broken } = decision.foundOf(property);
    const result = verdictOf(witness, broken, isWhole);
    return { property, result, witness: told(witness), counterexample: told(broken) };
  });
}

/** For which vector a property says something first, or is broken first, and where. */
interface Place {
  readonly state: number;
  readonly event: number | undefined;
  readonly index: number;
}

/** Properties that are asked about the same: states, or steps. */
class Asked {
  readonly properties: readonly Property<FunctionView>[];
  /** What was found of each. */
  readonly found: { witness?: Place; broken?: Place }[];
  /** The bits that were met. */
  met = ASKED;
  private readonly predicates: readonly { readonly when: Predicate; readonly holds: Predicate }[];

  constructor(properties: readonly Property<FunctionView>[], refuse: () => void) {
    this.properties = properties;
    this.found = properties.map(() => ({}));
    this.predicates = properties.map((each) => ofOneVector(each, refuse) as never);
  }

  /** What the properties say of a vector. */
  ask(seen: FunctionView | StepView<FunctionView>, vector: number): number {
    return this.predicates.reduce((said, { when, holds }, property) => {
      if (!when(seen, vector)) return said;
      return said | bitOf(property, SAYS) | (holds(seen, vector) ? 0 : bitOf(property, BROKEN));
    }, ASKED);
  }

  /** Notes what was not said before. */
  note(said: number, place: Place): void {
    const isNew = said & ~this.met;
    this.met |= said;
    for (const [property, found] of this.found.entries()) {
      if ((isNew & bitOf(property, SAYS)) !== 0) found.witness = place;
      if ((isNew & bitOf(property, BROKEN)) !== 0) found.broken = place;
    }
  }
}

class Decision {
  /** Whether a property has asked about more than one vector shows. */
  asksForMore = false;
  private readonly exploration: Exploration;
  private readonly ofStates: Asked;
  private readonly ofSteps: Asked;
  private readonly viewOf: (words: Int32Array, from: number) => FunctionView;
  private readonly seen: SeenVectors;
  private readonly stepper: Stepper;
  private readonly steps: readonly StepEvent[];
  private readonly target: Int32Array;
  /** What is seen of each vector before a step and after it. */
  private readonly before: Int32Array;
  private readonly after: Int32Array;
  /** What was said of the states of each vector; and of its steps, by event and vector, and by what the vector puts out. */
  private readonly saidOfStates: readonly Int32Array[];
  private readonly saidOfSteps: readonly Int32Array[][];
  /** What a vector puts out, by number, for each list of outputs. */
  private readonly outputs = new Map<readonly string[], Int32Array>();
  private readonly outputNumbers = new Map<string, number>([['', 0]]);

  constructor(exploration: Exploration, properties: readonly Property<FunctionView>[], instance: Instance) {
    const { compiled } = exploration;
    const { vectors, messages } = instance;
    const own = (kind: 'invariant' | 'step'): Asked =>
      new Asked(
        properties.filter((each) => each.kind === kind),
        () => (this.asksForMore = true),
      );
    this.exploration = exploration;
    this.ofStates = own('invariant');
    this.ofSteps = own('step');
    const view = machineView(vectors, messages);
    this.viewOf = (words, from) => view(unpackValue(compiled, words, from));
    this.seen = new SeenVectors(exploration, vectors);
    this.stepper = new Stepper(compiled);
    this.steps = createSteps(compiled);
    this.target = new Int32Array(compiled.wordCount);
    this.before = new Int32Array(vectors);
    this.after = new Int32Array(vectors);
    this.saidOfStates = Array.from({ length: vectors }, () => new Int32Array(this.seen.count));
    this.saidOfSteps = Array.from({ length: compiled.events.length * vectors }, () => []);
  }

  foundOf(property: Property<FunctionView>): { readonly witness?: Place; readonly broken?: Place } {
    const asked = property.kind === 'step' ? this.ofSteps : this.ofStates;
    return asked.found[asked.properties.indexOf(property)];
  }

  /** Looks at all states and steps. Returns whether it came to their end. */
  run(goesOn: (done: number) => boolean): boolean {
    const { before, seen, exploration, ofStates, saidOfStates } = this;
    const { states, compiled } = exploration;
    for (let state = 0; state < states.count && !this.asksForMore; state++) {
      if (state % STATES_BETWEEN === 0 && !goesOn(state)) return false;
      const from = state * compiled.wordCount;
      seen.read(states.words, from, before);
      for (let vector = 0; vector < before.length; vector++) {
        const said = (saidOfStates[vector][before[vector]] ||= ofStates.ask(this.viewOf(states.words, from), vector));
        if ((said & ~ofStates.met) !== 0) ofStates.note(said, { state, event: undefined, index: vector });
      }
      for (let event = 0; event < compiled.events.length; event++) this.lookAtStep(state, from, event);
    }
    return true;
  }

  private lookAtStep(state: number, from: number, event: number): void {
    const { before, seen, target, ofSteps, saidOfSteps, stepper, exploration } = this;
    const { words } = exploration.states;
    const kind = this.steps[event](words, from, target);
    const after = kind === IGNORED ? before : this.after;
    if (kind !== IGNORED) seen.read(target, 0, after);
    let outputs: readonly string[] = NOTHING;
    if (kind === TALKING) {
      stepper.stepWords(words, from, event, target, 0);
      outputs = stepper.outputs(words, from);
    }
    const own = outputs.length === 0 ? undefined : this.ownOutputs(outputs);
    for (let vector = 0; vector < before.length; vector++) {
      const byOutputs = saidOfSteps[event * before.length + vector];
      const output = own === undefined ? 0 : own[vector];
      const known = (byOutputs[output] ??= new Int32Array(seen.count * seen.count));
      const at = before[vector] * seen.count + after[vector];
      let said = known[at];
      if (said === 0) {
        const name = exploration.compiled.events[event];
        const step = { before: this.viewOf(words, from), event: name, outputs, after: this.viewOf(target, 0) };
        said = known[at] = ofSteps.ask(step, vector);
      }
      if ((said & ~ofSteps.met) !== 0) ofSteps.note(said, { state, event, index: vector });
    }
  }

  private ownOutputs(outputs: readonly string[]): Int32Array {
    const known = this.outputs.get(outputs);
    if (known !== undefined) return known;
    const own = Int32Array.from(this.before, (_, vector) => {
      const text = outputs.filter((output) => readOutput(output).vector === vector).join();
      const number = this.outputNumbers.get(text) ?? this.outputNumbers.size;
      this.outputNumbers.set(text, number);
      return number;
    });
    this.outputs.set(outputs, own);
    return own;
  }
}

const NOTHING: readonly string[] = [];

/** What a state shows of each vector, as a number: the capability and the region of the vector. */
class SeenVectors {
  /** How many different ones the states show. */
  readonly count: number;
  private readonly regions: RegionStates;
  private readonly capability: number;
  private readonly members: readonly number[];
  /** By the states of the two regions. */
  private readonly numbers: number[][] = [];

  constructor({ compiled, states }: Exploration, vectors: number) {
    this.regions = new RegionStates(compiled);
    this.capability = this.regions.names.indexOf('capability');
    this.members = Array.from({ length: vectors }, (_, vector) => this.regions.names.indexOf(vectorRegionName(vector)));
    let count = 0;
    for (let from = 0; from < states.count * compiled.wordCount; from += compiled.wordCount) {
      const known = (this.numbers[this.regions.stateOf(this.capability, states.words, from)] ??= []);
      for (const member of this.members) {
        const state = this.regions.stateOf(member, states.words, from);
        if (known[state] === undefined) known[state] = count++;
      }
    }
    this.count = count;
  }

  /** Reads what a state shows of each vector. */
  read(words: Int32Array, from: number, seen: Int32Array): void {
    const { regions, members } = this;
    const known = this.numbers[regions.stateOf(this.capability, words, from)];
    for (let vector = 0; vector < members.length; vector++) {
      seen[vector] = known[regions.stateOf(members[vector], words, from)];
    }
  }
}
