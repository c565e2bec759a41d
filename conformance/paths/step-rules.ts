/**
 * The rules behind a step of a machine, read from the descriptions of the machine itself: what a violation names as its cause.
 */
import {
  type AnyStateMachine,
  type AnyStateNode,
  getStateNodes,
  initialTransition,
  type StateValue,
  transition,
} from 'xstate';
import { citedRules } from '../../spec/index.ts';

/** A description of a machine that cites rules: "Reset sets the Mask Bit. [MSIX-RESET-1]". */
export interface StepRules {
  /** The rules, those of the regions that are asked about before all others, in the order in which they are asked about. */
  readonly rules: readonly string[];
  /** The descriptions that cite them, in the same order. */
  readonly sentences: readonly string[];
}

/** A region by its path below the machine: `['vector0', 'mask']`. */
export type RegionPath = readonly string[];

const EVERYWHERE: readonly RegionPath[] = [[]];

/**
 * Finds the rules of the transitions that a machine takes, and of the states that they leave in the regions that are asked about. Where none of them is in such a
 * region, the event is ignored there, and what the states of the region say is the rule.
 * @param concerned The regions that are asked about; all when left out.
 */
export function rulesOfStep(
  machine: AnyStateMachine,
  value: StateValue,
  event: string,
  concerned: readonly RegionPath[] = EVERYWHERE,
): StepRules {
  const placeOf = ({ path }: AnyStateNode): number =>
    concerned.findIndex((region) => region.every((part, depth) => path[depth] === part));
  const taken = machine.getTransitionData(machine.resolveState({ value, context: undefined }), { type: event });
  const described = taken.map(({ source, target, description }) => {
    // A transition without words of its own is told by the states that it leaves and reaches.
    const own =
      description === undefined ? [source, ...(target ?? [])].map((node) => node.description ?? '') : [description];
    // What is left says nothing of what came about.
    const isLeft = target !== undefined && !target.includes(source);
    return { place: placeOf(source), own, state: isLeft ? '' : (source.description ?? '') };
  });
  const near = described.filter(({ place }) => place >= 0).toSorted((one, other) => one.place - other.place);
  const nodes =
    near.length > 0
      ? []
      : getStateNodes(machine.root, value)
          // Of all regions together, what each is in; of some, what they are too.
          .filter((node) => placeOf(node) >= 0 && (concerned !== EVERYWHERE || node.type === 'atomic'))
          .toReversed()
          .toSorted((one, other) => placeOf(one) - placeOf(other));
  const texts = [
    ...near.flatMap(({ own }) => own),
    // What a region does in a state that it stays in is said by the state, too, where it is asked about.
    ...(concerned === EVERYWHERE ? [] : near.map(({ state }) => state)),
    ...nodes.map(({ description }) => description ?? ''),
    ...described.filter(({ place }) => place < 0).flatMap(({ own }) => own),
  ];
  const sentences = [...new Set(texts.filter((text) => citedRules(text).length > 0))];
  return { rules: [...new Set(sentences.flatMap(citedRules))], sentences };
}

/** Finds the rules of the last step of a path from the start; none where there is no step. */
export function rulesOfPath(machine: AnyStateMachine, path: readonly string[]): StepRules {
  if (path.length === 0) return NO_RULES;
  const [start] = initialTransition(machine);
  const before = path.slice(0, -1).reduce((state, type) => transition(machine, state, { type })[0], start);
  return rulesOfStep(machine, before.value, path.at(-1)!);
}

/** Of no step. */
export const NO_RULES: StepRules = { rules: [], sentences: [] };
