/**
 * What a run covered of the specification: transitions, rules, guard outcomes, and pairs of a belief and an event.
 */
import type { AnyStateNode } from 'xstate';
import { citedRules, RULES } from '../../spec/index.ts';
import type { Model } from './judge.ts';
import type { SetMachine } from './set-machine.ts';

/** A part of something. */
export interface CoveredPart {
  readonly covered: number;
  readonly all: number;
  /** What was not covered. */
  readonly missing: readonly string[];
}

/** What was covered. */
export interface Coverage {
  readonly transitions: CoveredPart;
  readonly guards: CoveredPart;
  readonly rules: CoveredPart;
  readonly coveredRules: readonly string[];
  /** Pairs of what was believed and an event. */
  readonly pairs: number;
  /** Rules that cannot be covered, each with why. */
  readonly beyond: readonly { readonly rule: string; readonly why: string }[];
}

/** Gathers the coverage of some models, those of the scenes of one run. */
export function coverageOf(models: readonly Model[]): Coverage {
  const transitions = new Map<string, boolean>();
  const guards = new Map<string, boolean>();
  const rules = new Map<string, boolean>();
  let pairs = 0;
  for (const model of models) {
    for (const machine of [model.vector, model.capability]) pairs += gather(machine, transitions, guards, rules);
  }
  const cited = new Set(rules.keys());
  const beyond = RULES.filter(({ id }) => !cited.has(id)).map(({ id, exempt, source }) => ({
    rule: id,
    why:
      exempt ??
      REASONS[id.split('-')[1]] ??
      `It is ${source === 'maskbit' ? 'of our own interface' : 'judged by what is read, and by no transition'}.`,
  }));
  const coveredRules = [...rules].filter(([, isCovered]) => isCovered).map(([rule]) => rule);
  return { transitions: share(transitions), guards: share(guards), rules: share(rules), coveredRules, pairs, beyond };
}

const REASONS: Readonly<Record<string, string>> = {
  ASSIGN: 'It is of an assigned device behind a host, and no guest of an emulated one can see it.',
  OWN: 'It is of who answers the page of the table, and no guest can see it.',
  POSTED: 'It is of the design that was posted in 2010.',
  SAVE: 'Saving and restoring is what the walk is made with, not what it judges.',
};

function share(found: ReadonlyMap<string, boolean>): CoveredPart {
  const missing = [...found].filter(([, isCovered]) => !isCovered).map(([name]) => name);
  return { covered: found.size - missing.length, all: found.size, missing };
}

/** Goes through every belief that an event was sent in. */
function gather(
  machine: SetMachine,
  transitions: Map<string, boolean>,
  guards: Map<string, boolean>,
  rules: Map<string, boolean>,
): number {
  const { compiled } = machine;
  const names = compiled.transitions.map(
    ({ transition }, number) => `${pathOf(transition.source)} on ${transition.eventType}#${number}`,
  );
  const note = (found: Map<string, boolean>, name: string, isCovered: boolean): void =>
    void found.set(name, isCovered || found.get(name) === true);
  const seen = machine.stepsTaken();
  const reachable = machine.reachableTransitions();
  for (const number of reachable) {
    const { description } = compiled.transitions[number].transition;
    note(transitions, names[number], seen.taken.has(number));
    for (const rule of citedRules(description ?? '')) note(rules, rule, seen.taken.has(number));
    if (compiled.transitions[number].transition.guard !== undefined) {
      note(guards, `${names[number]} holds`, seen.taken.has(number));
      note(guards, `${names[number]} fails`, seen.refused.has(number));
    }
  }
  for (const { node } of compiled.nodes)
    for (const rule of citedRules(node.description ?? '')) note(rules, rule, seen.nodes.has(node));
  return seen.pairs;
}

function pathOf(node: AnyStateNode): string {
  return node.path.join('.');
}
