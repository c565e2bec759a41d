/**
 * The properties of a function, decided for each vector by what is seen of it alone. A million states and their steps show no more than a few
 * hundred different ones of a vector: a property is asked once about each, and what it says is remembered. That it asks about no more than
 * one vector shows is no assumption: it is asked of a view that tells nothing of another vector, and of outputs of that vector alone, and refused where it asks for more.
 *
 * Every step is looked at for every vector, in the order of the states, so what is found first is what the plain decision finds first.
 */
import { CutoffError } from '../checker/cutoff/instance.ts';
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

/** What is seen of one vector, in a state or in a step. */
type Seen = FunctionView | StepView<FunctionView>;

/** What came of properties that were decided by vector. */
export interface ByVector {
  readonly verdicts: readonly Verdict<FunctionView>[];
  /** The properties that ask about more than one vector shows, each with what it asks for: their verdicts say nothing. */
  readonly refusals: ReadonlyMap<Property<FunctionView>, string>;
}

/**
 * Decides properties for every vector of a function that was explored whole.
 * @param goesOn Is asked now and then in each walk, with the number of states done in it; when it says no, what has not failed by then is open.
 * @throws {RangeError} for another machine than a function.
 */
export function decideByVector(
  exploration: Exploration,
  properties: readonly Property<FunctionView>[],
  instance: Instance,
  goesOn: (done: number) => boolean = () => true,
): ByVector {
  if (instance.machine.id !== 'function') throw new RangeError(`Got ${instance.machine.id}; expected function.`);
  const told = (place: Place | undefined): Occurrence | undefined =>
    place && { path: exploration.pathTo(place.state, place.event), index: place.index };
  const found = new Map<Property<FunctionView>, Verdict<FunctionView>>();
  const refusals = new Map<Property<FunctionView>, string>();
  for (const some of walksOf(properties)) {
    const decision = new Decision(exploration, some, instance, refusals);
    const isWhole = decision.run(goesOn);
    for (const property of some) {
      const { witness, broken } = decision.foundOf(property);
      const result = verdictOf(witness, broken, isWhole);
      found.set(property, { property, result, witness: told(witness), counterexample: told(broken) });
    }
  }
  return { verdicts: properties.map((property) => found.get(property)!), refusals };
}

/** The properties of each walk through all states: what has no room in one word is asked in another walk. */
function walksOf(properties: readonly Property<FunctionView>[]): Property<FunctionView>[][] {
  const walks: Property<FunctionView>[][] = [];
  for (const kind of ['invariant', 'step']) {
    for (const [number, property] of properties.filter((each) => each.kind === kind).entries())
      (walks[Math.floor(number / PROPERTIES_MAX)] ??= []).push(property);
  }
  return walks;
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
  private readonly refusals: Map<Property<FunctionView>, string>;

  constructor(properties: readonly Property<FunctionView>[], refusals: Map<Property<FunctionView>, string>) {
    this.properties = properties;
    this.found = properties.map(() => ({}));
    this.refusals = refusals;
  }

  /** What the properties say of what is seen of a vector. */
  ask(seen: Seen, vector: number): number {
    return this.properties.reduce(
      (said, property, number) => said | this.askOne(property, number, seen, vector),
      ASKED,
    );
  }

  private askOne(property: Property<FunctionView>, number: number, seen: Seen, vector: number): number {
    const { when, holds } = property as Record<'when' | 'holds', (seen: Seen, vector: number) => boolean>;
    try {
      if (!when(seen, vector)) return 0;
      return bitOf(number, SAYS) | (holds(seen, vector) ? 0 : bitOf(number, BROKEN));
    } catch (error) {
      if (!(error instanceof CutoffError)) throw error;
      if (!this.refusals.has(property)) this.refusals.set(property, error.message);
      return 0;
    }
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
  private readonly exploration: Exploration;
  private readonly ofStates: Asked;
  private readonly ofSteps: Asked;
  private readonly viewOf: (words: Int32Array, from: number, vector: number) => FunctionView;
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

  constructor(
    exploration: Exploration,
    properties: readonly Property<FunctionView>[],
    instance: Instance,
    refusals: Map<Property<FunctionView>, string>,
  ) {
    const { compiled } = exploration;
    const { vectors, messages } = instance;
    const own = (kind: 'invariant' | 'step'): Asked =>
      new Asked(
        properties.filter((each) => each.kind === kind),
        refusals,
      );
    this.exploration = exploration;
    this.ofStates = own('invariant');
    this.ofSteps = own('step');
    const view = machineView(vectors, messages);
    this.viewOf = (words, from, vector) => viewOfOne(view(unpackValue(compiled, words, from)), vector);
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
    for (let state = 0; state < states.count; state++) {
      if (state % STATES_BETWEEN === 0 && !goesOn(state)) return false;
      const from = state * compiled.wordCount;
      seen.read(states.words, from, before);
      for (let vector = 0; vector < before.length; vector++) {
        const said = (saidOfStates[vector][before[vector]] ||= ofStates.ask(
          this.viewOf(states.words, from, vector),
          vector,
        ));
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
        // The event may be of another vector.
        const step = {
          before: this.viewOf(words, from, vector),
          event: exploration.compiled.events[event],
          outputs: outputs.filter((each) => readOutput(each).vector === vector),
          after: this.viewOf(target, 0, vector),
        };
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

/** What a state tells of one vector. A question about another one is an error, so that no property asks it unseen. */
function viewOfOne(view: FunctionView, vector: number): FunctionView {
  const only =
    <Told>(tell: (asked: number) => Told) =>
    (asked: number): Told => {
      if (asked === vector) return tell(asked);
      throw new CutoffError(`it asks about vector ${asked}, for vector ${vector}`);
    };
  return {
    get vectorCount(): number {
      throw new CutoffError('it asks how many vectors there are');
    },
    enabled: view.enabled,
    functionMask: view.functionMask,
    resetEntry: view.resetEntry,
    written: (entry, name) => view.written(entry, name),
    masked: only((asked) => view.masked(asked)),
    pending: only((asked) => view.pending(asked)),
    entry: only((asked) => view.entry(asked)),
    force: only((asked) => view.force(asked)),
    ...(view.transit === undefined ? {} : { transit: only((asked) => view.transit?.(asked)) }),
  };
}

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
