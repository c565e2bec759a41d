import { expect, test } from 'vitest';
import { compile } from '../../../checker/compile/compile.ts';
import type { Fairness, Lasso } from '../../../checker/decide/claim.ts';
import { findLasso } from '../../../checker/decide/liveness.ts';
import { enumerate } from '../../../checker/explore/enumerate.ts';
import { type Exploration, explore } from '../../../checker/explore/explore.ts';
import type { StateGraph } from '../../../checker/explore/state-graph.ts';
import { acceptedMachine, RANDOM_EVENTS, randomNumbers } from '../../setup/random-machine.ts';
import { pinned, share } from '../../setup/share.ts';

const weak = (...events: string[]): Fairness => ({ strength: 'weak', events });
const strong = (...events: string[]): Fairness => ({ strength: 'strong', events });

/** A naive decision: whether any set of states, strongly connected and without a goal, lets a fair run stay in it. */
function hasLasso(graph: StateGraph, from: Uint8Array, to: Uint8Array, fairness: readonly Fairness[]): boolean {
  const count = graph.states.length;
  const events = [...graph.events.keys()];
  const targets = (state: number): number[] => {
    return events.filter((event) => graph.taken(state, event)).map((event) => graph.target(state, event));
  };
  const closure = (start: readonly number[], inside: (state: number) => boolean): Set<number> => {
    const reached = new Set(start);
    for (const state of reached) for (const target of targets(state)) if (inside(target)) reached.add(target);
    return reached;
  };
  const sources = [...graph.states.keys()].filter((state) => from[state] === 1 && to[state] === 0);
  const reachable = closure(sources, (state) => to[state] === 0);
  for (let set = 1; set < 2 ** count; set++) {
    const has = (state: number): boolean => ((set >>> state) & 1) === 1;
    const members = [...graph.states.keys()].filter(has);
    if (!members.every((state) => reachable.has(state))) continue;
    if (!members.every((state) => closure([state], has).size === members.length)) continue;
    const fair = fairness.every(({ strength, events: names }) => {
      const own = names.map((name) => graph.events.indexOf(name));
      const enabled = members.filter((state) => own.some((event) => graph.taken(state, event)));
      const inside = members.some((state) =>
        own.some((event) => graph.taken(state, event) && has(graph.target(state, event))),
      );
      return inside || (strength === 'weak' ? enabled.length < members.length : enabled.length === 0);
    });
    if (fair) return true;
  }
  return false;
}

/** Says what is wrong with a lasso, if anything. */
function flaw(graph: StateGraph, lasso: Lasso, from: Uint8Array, to: Uint8Array, fairness: readonly Fairness[]) {
  const { path, loop = [] } = lasso;
  const walk = [0];
  for (const event of [...path, ...loop]) walk.push(graph.target(walk[walk.length - 1], event));
  const around = walk.slice(path.length);
  if (around[0] !== around[around.length - 1]) return 'its loop does not close';
  const met = walk.findIndex((state, index) => from[state] === 1 && walk.slice(index).every((each) => to[each] === 0));
  if (met < 0 || met > path.length) return 'it meets the goal';
  const isFair = fairness.every(({ strength, events }) => {
    const own = events.map((name) => graph.events.indexOf(name));
    const isEnabled = (state: number): boolean => own.some((event) => graph.taken(state, event));
    const isTaken = loop.some((event, index) => own.includes(event) && graph.taken(around[index], event));
    return isTaken || (strength === 'weak' ? !around.every(isEnabled) : !around.some(isEnabled));
  });
  return isFair ? undefined : 'it is not fair';
}

test('random machines lead where a naive decision over sets of states says that they do', () => {
  const random = randomNumbers(3);
  const counts = { machines: 0, stops: 0, loops: 0, none: 0 };
  for (let seed = 0; counts.machines < share(300); seed++) {
    const exploration = compileOrNothing(seed);
    if (exploration === undefined) continue;
    const { count } = exploration.states;
    if (count < 3 || count > 8) continue;
    const graph = enumerate(exploration.compiled.machine, RANDOM_EVENTS);
    const from = Uint8Array.from({ length: count }, () => random(2));
    const to = Uint8Array.from({ length: count }, () => (random(4) === 0 ? 1 : 0));
    const fairness = Array.from({ length: random(4) }, (): Fairness => {
      const events = RANDOM_EVENTS.filter(() => random(2) === 0);
      return random(2) === 0 ? weak(...events) : strong(...events);
    });
    const lasso = findLasso(exploration, from, to, fairness);
    if ((lasso !== undefined) !== hasLasso(graph, from, to, fairness))
      throw new Error(`Seed ${seed} is decided otherwise.`);
    const wrong = lasso && flaw(graph, lasso, from, to, fairness);
    if (wrong !== undefined) throw new Error(`The lasso of seed ${seed} is none: ${wrong}.`);
    counts.machines++;
    if (lasso === undefined) counts.none++;
    else counts[lasso.loop?.length === 0 ? 'stops' : 'loops']++;
  }
  expect(counts).toEqual(
    pinned({ machines: 30, stops: 9, loops: 16, none: 5 }, { machines: 300, stops: 69, loops: 170, none: 61 }),
  );
});

function compileOrNothing(seed: number): Exploration | undefined {
  const machine = acceptedMachine(seed);
  return machine && explore(compile(machine, RANDOM_EVENTS));
}
