import type { AnyStateMachine } from 'xstate';
import { expect, test } from 'vitest';
import { compile, narrow } from '../../../checker/compile/compile.ts';
import type { CompiledMachine } from '../../../checker/compile/format.ts';
import { enumerate } from '../../../checker/explore/enumerate.ts';
import { explore } from '../../../checker/explore/explore.ts';
import type { StateGraph } from '../../../checker/explore/state-graph.ts';
import { SubsetError } from '../../../checker/machine/subset.ts';
import { difference } from '../../setup/graphs.ts';
import { RANDOM_EVENTS, randomMachine } from '../../setup/random-machine.ts';
import { pinned, share } from '../../setup/share.ts';

/** Asks XState itself whether an event does anything, for `enumerate` decides that as the compiler does. */
function takenOtherwise(graph: StateGraph, machine: AnyStateMachine): string | undefined {
  for (const [state, value] of graph.states.entries()) {
    const snapshot = machine.resolveState({ value, context: {} });
    for (const [event, type] of graph.events.entries()) {
      const can = snapshot.can({ type });
      if (graph.taken(state, event) !== can) return `${type} in ${JSON.stringify(value)}: XState's can() is ${can}`;
    }
  }
  return undefined;
}

/** The same with some of the events, of every eighth machine. */
function differenceOfSome(compiled: CompiledMachine, seed: number): string | undefined {
  if (seed % 8 !== 0) return undefined;
  const some = RANDOM_EVENTS.filter((_, event) => ((seed >>> (3 + event)) & 1) === 0);
  return difference(
    explore(narrow(compiled, (event) => some.includes(event))).graph(),
    enumerate(compiled.machine, { only: some }),
  );
}

test('thousands of random machines take every event in every state as XState does', () => {
  const counts = { machines: 0, refused: 0, states: 0, taken: 0, outputs: 0, withRivals: 0 };
  for (let seed = 0; seed < share(2000); seed++) {
    const machine = randomMachine(seed);
    let compiled: CompiledMachine;
    try {
      compiled = compile(machine, RANDOM_EVENTS);
    } catch (error) {
      if (!(error instanceof SubsetError)) throw error;
      counts.refused++;
      continue;
    }
    const ours = explore(compiled).graph();
    const found = difference(ours, enumerate(machine, RANDOM_EVENTS)) ?? differenceOfSome(compiled, seed);
    const wrong = found ?? takenOtherwise(ours, machine);
    if (wrong !== undefined) throw new Error(`The machine of seed ${seed} differs: ${wrong}`);
    counts.machines++;
    counts.states += ours.states.length;
    counts.taken += ours.transitionCount;
    counts.outputs += ours.states.flatMap((_, state) =>
      RANDOM_EVENTS.flatMap((__, event) => ours.outputs(state, event)),
    ).length;
    if (compiled.lists.length > 0) counts.withRivals++;
  }
  expect(counts).toEqual(
    pinned(
      { machines: 163, refused: 37, states: 769, taken: 2769, outputs: 5774, withRivals: 134 },
      {
        machines: 1717,
        refused: 283,
        states: 7702,
        taken: 27149,
        outputs: 55325,
        withRivals: 1318,
      },
    ),
  );
});
