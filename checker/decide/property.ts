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

// So many states between two questions whether to go on.
const STATES_BETWEEN = 256;

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
  const witnesses = new Map<Property<State>, Occurrence>();
  const failures = new Map<Property<State>, Occurrence>();
  // States stand in breadth-first order, so the first occurrence found is one of the shortest.
  let isOpen = false;
  for (const [state, before] of states.entries()) {
    if (state % STATES_BETWEEN === 0 && !goesOn(state)) {
      isOpen = true;
      break;
    }
    for (const [event, name] of graph.events.entries()) {
      const after = states[graph.target(state, event)];
      const step = { before, event: name, outputs: graph.outputs(state, event), after };
      for (const property of properties) {
        for (let index = 0; index < indexCount; index++) {
          if (failures.has(property) || !applies(property, step, index)) continue;
          const holds = satisfied(property, step, index);
          if (holds && witnesses.has(property)) continue;
          const last = property.kind === 'step' ? [event] : [];
          const occurrence: Occurrence = { path: [...graph.pathTo(state), ...last], index };
          if (!witnesses.has(property)) witnesses.set(property, occurrence);
          if (!holds) failures.set(property, occurrence);
        }
      }
    }
  }
  return properties.map((property) => {
    const witness = witnesses.get(property);
    const counterexample = failures.get(property);
    const result = counterexample ? 'fails' : isOpen ? 'open' : witness ? 'holds' : 'n/a';
    return { property, result, witness, counterexample };
  });
}
