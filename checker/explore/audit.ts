/**
 * What an exploration says about the machine itself: parts of it that nothing reaches, and guards that do not decide.
 * None of this is wrong in general; all of it is what a reader of the machine would want to know.
 */
import { type Count, type Exploration, requireExplored, requireUnfolded } from './explore.ts';
import type { CompiledMachine } from '../compile/format.ts';
import { isForbidding } from '../machine/transition-sets.ts';
import { Stepper } from '../compile/step.ts';

/** The findings. Transitions go by their number in the compiled machine; only those of events in the alphabet count. */
export interface Audit {
  /** The ids of the states of the machine that are never active. */
  readonly unreached: readonly string[];
  /** The transitions that are never taken. */
  readonly untaken: readonly number[];
  /** The transitions whose guard never held while their source was active. */
  readonly neverOpen: readonly number[];
  /** The transitions whose guard always held while their source was active, so that it decides nothing. */
  readonly alwaysOpen: readonly number[];
  /**
   * Pairs of transitions of one state and one event whose guards somewhere hold at once, so that their order decides. A
   * transition without a guard is meant for whatever is left, and overlaps with none before it.
   */
  readonly overlaps: readonly (readonly [number, number])[];
}

/** Looks at every state that an exploration found. @throws {RangeError} when it has only one of each orbit. */
export function audit(exploration: Exploration | Count): Audit {
  requireUnfolded(requireExplored('exploration of audit', exploration));
  const { compiled, states } = exploration;
  const { transitions, nodes, events, wordCount } = compiled;
  const stepper = new Stepper(compiled);
  const target = new Int32Array(wordCount);
  const reached = new Uint8Array(nodes.length);
  const taken = new Uint8Array(transitions.length);
  const isOpen = new Uint8Array(transitions.length);
  const open = new Uint8Array(transitions.length);
  const closed = new Uint8Array(transitions.length);
  const pairs = overlapCandidates(compiled);
  const overlapping = new Uint8Array(pairs.length);

  states.forEach((words, from) => {
    for (const [index, { active }] of nodes.entries()) if (stepper.holds(active, words, from)) reached[index] = 1;
    for (const [number, { active, guard }] of transitions.entries()) {
      const isActive = stepper.holds(active, words, from);
      isOpen[number] = isActive && stepper.holds(guard, words, from) ? 1 : 0;
      open[number] |= isOpen[number];
      if (isActive) closed[number] |= isOpen[number] ^ 1;
    }
    for (const [index, [one, other]] of pairs.entries()) overlapping[index] |= isOpen[one] & isOpen[other];
    for (const event of events.keys()) {
      stepper.stepWords(words, from, event, target, 0);
      for (let index = 0; index < stepper.takenCount; index++) taken[stepper.taken[index]] = 1;
    }
  });

  const numbers = [...transitions.keys()].filter((number) => events.includes(transitions[number].transition.eventType));
  const guarded = numbers.filter((number) => transitions[number].transition.guard);
  return {
    unreached: nodes.filter((_, index) => reached[index] === 0).map(({ node }) => node.id),
    // A transition that forbids its event is there so that nothing is taken.
    untaken: numbers.filter((number) => taken[number] === 0 && !isForbidding(transitions[number].transition)),
    neverOpen: guarded.filter((number) => open[number] === 0 && closed[number] === 1),
    alwaysOpen: guarded.filter((number) => open[number] === 1 && closed[number] === 0),
    overlaps: pairs.filter((_, index) => overlapping[index] === 1),
  };
}

function overlapCandidates({ transitions, events }: CompiledMachine): [number, number][] {
  const guarded = [...transitions.entries()].filter(
    ([, { transition }]) => transition.guard && events.includes(transition.eventType),
  );
  return guarded.flatMap(([one, { transition }]) =>
    guarded
      .filter(([other, { transition: later }]) => {
        return other > one && later.source === transition.source && later.eventType === transition.eventType;
      })
      .map(([other]): [number, number] => [one, other]),
  );
}
