/**
 * Complete suites, by the W-method (T. S. Chow, 1978; M. P. Vasilevskii, 1973) in the form of Wp that identifies each state by its own
 * sequences (HSI, Petrenko and Yevtushenko): every state by a shortest path, every sequence of up to k + 1 events after it, and then
 * what tells the state that is reached from every other.
 *
 * Theorem: a device whose states are at most k more than the machine's, which is deterministic and starts anew for each path, and
 * passes every path, equals the machine. What a device shows in a step is what it sends and, after it, all that a guest can read. Tests read
 * at their end alone, so whatever begins a path is a path of its own.
 */
import type { StateGraph } from '../../checker/explore/state-graph.ts';

/** What a step shows: outputs, and what is read in the state that it leads to. */
export type Shown = (state: number, event: number) => string;

/**
 * For each state the sequences that tell it from every other one. `read` is what a guest can read in a state, which tells most apart without any sequence.
 */
export function separatingSequences(
  graph: StateGraph,
  read: readonly string[],
  shown: Shown,
): readonly (readonly number[])[][] {
  const states = graph.states.length;
  const events = graph.events.length;
  // Blocks of states that nothing has told apart so far; for each pair of blocks, what does.
  let block = numbered(read);
  const apart = new Map<number, readonly number[]>();
  const pair = (a: number, b: number): number => (a < b ? a * states + b : b * states + a);
  for (;;) {
    const signature = Array.from({ length: states }, (_, state) =>
      [
        block[state],
        ...Array.from({ length: events }, (__, event) => `${shown(state, event)}>${block[graph.target(state, event)]}`),
      ].join('|'),
    );
    const refined = numbered(signature);
    for (let a = 0; a < states; a++) {
      for (let b = a + 1; b < states; b++) {
        if (block[a] !== block[b] || refined[a] === refined[b]) continue;
        for (let event = 0; event < events; event++) {
          const [x, y] = [graph.target(a, event), graph.target(b, event)];
          const differs = shown(a, event) !== shown(b, event);
          if (!differs && block[x] === block[y]) continue;
          apart.set(pair(a, b), differs || read[x] !== read[y] ? [event] : [event, ...(apart.get(pair(x, y)) ?? [])]);
          break;
        }
      }
    }
    const isDone = new Set(refined).size === new Set(block).size;
    block = refined;
    if (isDone) break;
  }
  return Array.from({ length: states }, (_, state) => {
    const own = new Map<string, readonly number[]>();
    for (let other = 0; other < states; other++) {
      const sequence = other === state ? undefined : apart.get(pair(state, other));
      if (sequence !== undefined) own.set(sequence.join(), sequence);
    }
    return own.size === 0 ? [[]] : [...own.values()];
  });
}

function numbered(keys: readonly string[]): number[] {
  const numbers = new Map<string, number>();
  return keys.map((key) => {
    if (!numbers.has(key)) numbers.set(key, numbers.size);
    return numbers.get(key)!;
  });
}

/** The sequences and all that they begin with, each once. */
function prefixesOf(sequences: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const prefixes = new Map<string, readonly number[]>();
  for (const sequence of sequences) {
    for (let length = 0; length <= sequence.length; length++) {
      const prefix = sequence.slice(0, length);
      prefixes.set(prefix.join(), prefix);
    }
  }
  return [...prefixes.values()];
}

/** The number of paths of a complete suite, and of their events. */
export function completeSize(
  graph: StateGraph,
  extra: number,
  separating: readonly (readonly number[])[][],
): { paths: number; steps: number } {
  let paths = 0;
  let steps = 0;
  // How many sequences of a length lead from some state's access path to each state, and how many events they have in all.
  let reached = graph.states.map((_, state) => ({ count: 1, length: graph.pathTo(state).length }));
  for (let depth = 0; depth <= extra; depth++) {
    const next = graph.states.map(() => ({ count: 0, length: 0 }));
    for (const [state, { count, length }] of reached.entries()) {
      paths += count;
      steps += length;
      for (let event = 0; event < graph.events.length; event++) {
        const target = next[graph.target(state, event)];
        target.count += count;
        target.length += length + count;
      }
    }
    reached = next;
  }
  for (const [state, { count, length }] of reached.entries()) {
    for (const sequence of prefixesOf(separating[state])) {
      paths += count;
      steps += length + count * sequence.length;
    }
  }
  return { paths, steps };
}

/** Yields the paths of a complete suite, as event numbers: a path stands behind what it begins with. */
export function* completePaths(
  graph: StateGraph,
  extra: number,
  separating: readonly (readonly number[])[][],
): Generator<readonly number[]> {
  const endings = separating.map(prefixesOf);
  for (let state = 0; state < graph.states.length; state++) yield* extend(graph.pathTo(state), state, extra + 1);
  function* extend(path: readonly number[], state: number, depth: number): Generator<readonly number[]> {
    if (depth === 0) {
      for (const sequence of endings[state]) yield [...path, ...sequence];
      return;
    }
    yield path;
    for (let event = 0; event < graph.events.length; event++)
      yield* extend([...path, event], graph.target(state, event), depth - 1);
  }
}
