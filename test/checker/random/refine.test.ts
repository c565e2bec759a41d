import { expect, test } from 'vitest';
import { compile } from '../../../checker/compile/compile.ts';
import { type Observe, refine } from '../../../checker/decide/refine.ts';
import { type Exploration, explore } from '../../../checker/explore/explore.ts';
import { acceptedMachine, RANDOM_EVENTS } from '../../setup/random-machine.ts';
import { pinned, share } from '../../setup/share.ts';

// Few things to see, so that traces coincide often.
const PARITY: Observe = ({ outputs }) => (outputs.length === 0 ? undefined : `${outputs.length % 2}`);
const EACH: Observe = ({ outputs }) => outputs.map((output) => `${output.length % 2}`);

test.each([
  [
    'one thing of each step',
    PARITY,
    { machines: 15, refines: 10, refused: 5 },
    { machines: 150, refines: 97, refused: 53 },
  ],
  [
    'several things of a step',
    EACH,
    { machines: 15, refines: 4, refused: 11 },
    { machines: 150, refines: 32, refused: 118 },
  ],
])(
  'refinement of random machines is what a naive comparison of their traces says, with %s',
  (_name, seen, ofTenth, ofAll) => {
    const counts = { machines: 0, refines: 0, refused: 0 };
    for (let seed = 0; counts.machines < share(150); seed++) {
      const [one, other] = [compileOrNothing(seed, RANDOM_EVENTS), compileOrNothing(seed, RANDOM_EVENTS.slice(1))];
      if (one === undefined || other === undefined || one.states.count < 3) continue;
      // With one event left out, a machine refines itself; with all of them, only some do.
      expect(refine({ exploration: other, observe: seen }, { exploration: one, observe: seen }).refines).toBe(true);
      const { refines, counterexample } = refine(
        { exploration: one, observe: seen },
        { exploration: other, observe: seen },
      );
      const missing = tracesOf(one, seen, 4).find((trace) => !hasTrace(other, seen, trace));
      if (refines && missing !== undefined)
        throw new Error(`Seed ${seed} does not refine: it lacks ${missing.join()}.`);
      if (counterexample !== undefined) {
        // What is seen up to the last step is there; and of what is seen in it, a beginning that ends with `seen` is not.
        const before = seenOf(one, seen, counterexample.path.slice(0, -1));
        const last = seenOf(one, seen, counterexample.path).slice(before.length);
        const shown = last.findIndex((_, length) => !hasTrace(other, seen, [...before, ...last.slice(0, length + 1)]));
        if (last[shown] !== counterexample.seen) throw new Error(`Seed ${seed} has that trace.`);
        before.push(...last.slice(0, shown));
        for (const each of ['0', '1']) {
          if (hasTrace(other, seen, [...before, each]) !== counterexample.expected.includes(each)) {
            throw new Error(`Seed ${seed} expects otherwise after ${before.join()}.`);
          }
        }
      }
      counts.machines++;
      counts[refines ? 'refines' : 'refused']++;
    }
    expect(counts).toEqual(pinned(ofTenth, ofAll));
  },
);

function compileOrNothing(seed: number, alphabet: readonly string[]): Exploration | undefined {
  const machine = acceptedMachine(seed);
  // An event that a machine does not have never happens to it.
  return machine && explore(compile(machine, { only: alphabet.filter((event) => machine.events.includes(event)) }));
}

/** What is seen of the step of an event in a state. */
function seenIn(exploration: Exploration, observe: Observe, state: number, event: number): readonly string[] {
  const outputs = exploration.outputs(state, event);
  const seen = observe({
    event: exploration.compiled.events[event],
    outputs,
    taken: exploration.taken(state, event),
  });
  return seen === undefined ? [] : [seen].flat();
}

/** Where a machine may be after a trace: a state, and what of the step to it is still to be seen. */
function placesAfter(exploration: Exploration, observe: Observe, trace: readonly string[]): Set<string> {
  const place = (state: number, rest: readonly string[]): string => [state, ...rest].join();
  const close = (places: Set<string>): Set<string> => {
    for (const each of places) {
      const [state, ...rest] = each.split(',');
      if (rest.length > 0) continue;
      for (const event of exploration.compiled.events.keys()) {
        places.add(place(exploration.target(Number(state), event), seenIn(exploration, observe, Number(state), event)));
      }
    }
    return places;
  };
  const after = (places: Set<string>, label: string): Set<string> => {
    const begun = [...places].map((each) => each.split(',')).filter(([, first]) => first === label);
    return close(new Set(begun.map(([state, , ...rest]) => place(Number(state), rest))));
  };
  return trace.reduce(after, close(new Set([place(0, [])])));
}

function hasTrace(exploration: Exploration, observe: Observe, trace: readonly string[]): boolean {
  return placesAfter(exploration, observe, trace).size > 0;
}

/** All traces of up to `length` things seen. */
function tracesOf(exploration: Exploration, observe: Observe, length: number): string[][] {
  const longer = (trace: string[]): string[][] => {
    if (!hasTrace(exploration, observe, trace)) return [];
    return trace.length === length ? [trace] : [trace, ...['0', '1'].flatMap((each) => longer([...trace, each]))];
  };
  return longer([]);
}

function seenOf(exploration: Exploration, observe: Observe, path: readonly number[]): string[] {
  let state = 0;
  const trace: string[] = [];
  for (const event of path) {
    trace.push(...seenIn(exploration, observe, state, event));
    state = exploration.target(state, event);
  }
  return trace;
}
