/**
 * What a property is, and the plain decision of one over a state graph.
 *
 * A property is an implication. Its premise (`when`) is its witness too: if no reachable state or step satisfies it, the
 * property says nothing, and its verdict is `n/a`, never `holds`.
 */
import type { StateValue } from 'xstate';
import {
  refuse,
  requireCount,
  requireFields,
  requireFunction,
  requireList,
  requireName,
  requireOneOf,
  requireText,
  within,
} from '../argument/argument.ts';
import { GRAPH, type StateGraph } from '../explore/state-graph.ts';
import { type Answer, BROKEN, type Place, SATISFIED, search, SILENT, verdictOf } from './search.ts';

/** One step of a machine or of an implementation, as a property sees it. */
export interface StepView<State> {
  readonly before: State;
  readonly event: string;
  readonly outputs: readonly string[];
  readonly after: State;
}

interface Named {
  /** Ends in `Inv` for one state and in `Step` for two. */
  readonly name: string;
  /** What it is called in a register of its user's: "P7". */
  readonly number?: string;
  /** What the property claims, as a sentence. */
  readonly title: string;
  /** The rules that it stands for. */
  readonly rules: readonly string[];
  /** What an instance must have for the property to say anything of it: the reason of a verdict `n/a`. */
  readonly needs?: string;
}

/** A claim about each reachable state, for each index of a family of like parts. */
export interface Invariant<State> extends Named {
  readonly kind: 'invariant';
  readonly when: (state: State, index: number) => boolean;
  readonly holds: (state: State, index: number) => boolean;
}

/** A claim about each step from a reachable state, for each index of a family of like parts. */
export interface StepProperty<State> extends Named {
  readonly kind: 'step';
  readonly when: (step: StepView<State>, index: number) => boolean;
  readonly holds: (step: StepView<State>, index: number) => boolean;
}

export type Property<State> = Invariant<State> | StepProperty<State>;

/** Where a property applies to a graph, or fails on it: the events that lead there, the last step included. */
export interface Occurrence {
  readonly path: readonly number[];
  readonly index: number;
}

export interface Verdict<State> {
  readonly property: Property<State>;
  /** `open` when the decision was called off before it failed. */
  readonly result: 'holds' | 'fails' | 'n/a' | 'open';
  /** A shortest path to a state or step that satisfies the premise. Absent when the verdict is `n/a`. */
  readonly witness?: Occurrence;
  /** A shortest path to a state or step that breaks the property. Present when it fails. */
  readonly counterexample?: Occurrence;
}

function requireProperty(place: string, property: unknown): void {
  const known = ['kind', 'name', 'number', 'title', 'rules', 'needs', 'when', 'holds'] as const;
  const { kind, name, number, title, rules, needs, when, holds } = requireFields(place, property, known);
  requireOneOf(within(place, 'kind'), kind, ['invariant', 'step']);
  requireName(within(place, 'name'), name);
  if (number !== undefined) requireText(within(place, 'number'), number);
  requireText(within(place, 'title'), title);
  requireList(within(place, 'rules'), rules, requireText);
  if (needs !== undefined) requireText(within(place, 'needs'), needs);
  requireFunction(within(place, 'when'), when);
  requireFunction(within(place, 'holds'), holds);
}

/** Requires that a predicate gave true or false: an async one gives a promise, which is neither. */
function asTruth({ name }: Property<never>, what: 'when' | 'holds', value: unknown): boolean {
  return typeof value === 'boolean' ? value : refuse(`what ${what} of ${name} gives`, value, 'true or false, at once');
}

/** Whether `property` says anything about a step. An invariant speaks of the state before it. */
export function applies<State>(property: Property<State>, step: StepView<State>, index: number): boolean {
  const truth = property.kind === 'invariant' ? property.when(step.before, index) : property.when(step, index);
  return asTruth(property, 'when', truth);
}

/** Whether `property`, given that it applies, is satisfied by a step. */
export function satisfied<State>(property: Property<State>, step: StepView<State>, index: number): boolean {
  const truth = property.kind === 'invariant' ? property.holds(step.before, index) : property.holds(step, index);
  return asTruth(property, 'holds', truth);
}

/** More like parts than any machine has whose states can be listed. */
const INDICES_MAX = 100_000;

/**
 * Decides properties over every state and every step of a graph, for the indices 0 to `indexCount - 1`.
 * `view` decodes a state; it is called once for each. `goesOn` is asked now and then, with the number of states done; when
 * it says no, what has not failed by then is open.
 */
export function decideProperties<State>(
  graph: StateGraph,
  properties: readonly Property<State>[],
  view: (value: StateValue) => State,
  indexCount: number,
  goesOn: (done: number) => boolean = () => true,
): Verdict<State>[] {
  GRAPH.require('graph of decideProperties', graph);
  requireList('properties of decideProperties', properties, requireProperty);
  requireFunction('view of decideProperties', view);
  requireCount('indexCount of decideProperties', indexCount, INDICES_MAX);
  requireFunction('goesOn of decideProperties', goesOn);
  const states = graph.states.map((value) => view(value));
  const at = (state: number, event?: number): StepView<State> => {
    const before = states[state];
    if (event === undefined) return { before, event: '', outputs: [], after: before };
    const after = states[graph.target(state, event)];
    return { before, event: graph.events[event], outputs: graph.outputs(state, event), after };
  };
  const extent = { states: states.length, expanded: states.length, events: graph.events.length };
  const { found, isWhole } = search(
    { ...extent, at, goesOn },
    properties.map((property) => ({
      of: property.kind === 'step' ? 'steps' : 'states',
      ask: (step) => answerOf(property, step, indexCount),
    })),
  );
  return properties.map((property, number) => {
    const { witness, broken } = found[number];
    const occurrence = (place: Place | undefined, isIt: (step: StepView<State>, index: number) => boolean) => {
      if (place === undefined) return undefined;
      const step = at(place.state, place.event);
      let index = 0;
      while (!isIt(step, index)) index++;
      return { path: [...graph.pathTo(place.state), ...(place.event === undefined ? [] : [place.event])], index };
    };
    const isWitness = (step: StepView<State>, index: number) => applies(property, step, index);
    const isBroken = (step: StepView<State>, index: number) =>
      applies(property, step, index) && !satisfied(property, step, index);
    return {
      property,
      result: verdictOf(witness, broken, isWhole),
      witness: occurrence(witness, isWitness),
      counterexample: occurrence(broken, isBroken),
    };
  });
}

/** What a property says of a step for all indices together. */
function answerOf<State>(property: Property<State>, step: StepView<State>, indexCount: number): Answer {
  let answer: Answer = SILENT;
  for (let index = 0; index < indexCount; index++) {
    if (!applies(property, step, index)) continue;
    if (!satisfied(property, step, index)) return BROKEN;
    answer = SATISFIED;
  }
  return answer;
}
