import { type AnyStateMachine, createMachine, setup, stateIn } from 'xstate';
import { describe, expect, test } from 'vitest';
import { audit } from '../../checker/explore/audit.ts';
import { compile } from '../../checker/compile/compile.ts';
import { BoundError } from '../../checker/explore/bound.ts';
import { enumerate } from '../../checker/explore/enumerate.ts';
import { count } from '../../checker/explore/count.ts';
import { explore } from '../../checker/explore/explore.ts';
import type { Progress } from '../../checker/explore/tally.ts';
import type { CompiledMachine } from '../../checker/compile/format.ts';
import { chooseWindow, CountedStates, wholeWindow } from '../../checker/explore/counted-states.ts';
import { maskOf } from '../../checker/compile/expand-families.ts';
import { FULL, NONE, NumberedStates } from '../../checker/explore/state-set.ts';
import { functionEvents } from '../../machines/alphabet.ts';
import { createFunction } from '../../machines/function.ts';
import { type MessageSet, THREE, TWO } from '../../machines/messages.ts';
import { randomNumbers } from '../setup/random-machine.ts';

function compiledFunction(vectors: number, messages: MessageSet = TWO): CompiledMachine {
  return compile(createFunction({ vectors, messages }), functionEvents(vectors, messages));
}

describe('explore and count', () => {
  // N, states, transitions taken, pairs of state and event, depth
  test.each([
    [1, 32, 223, 352, 4],
    [2, 256, 2_559, 4_352, 7],
    [3, 2_048, 26_623, 47_104, 10],
    [4, 16_384, 262_143, 475_136, 13],
    [5, 131_072, 2_490_367, 4_587_520, 16],
  ])('function %i has the known states, transitions, tries and depth, with traces and without', (vectors, ...known) => {
    const compiled = compiledFunction(vectors);
    for (const { summary } of [explore(compiled), count(compiled)]) {
      const { states, transitions, tries, depth, complete, deadlocks, frontier } = summary;
      expect([states, transitions, tries, depth]).toEqual(known);
      expect({ complete, deadlocks, frontier }).toEqual({ complete: true, deadlocks: 0, frontier: 0 });
    }
  });

  test('states of two words, and of one word that has no table for every state, are found alike', () => {
    // Four vectors with three messages take 26 bits, five with two take 27; seven with two take 37, of which three are used.
    const seven = compile(createFunction({ vectors: 7, messages: TWO }), { only: functionEvents(3, TWO) });
    for (const compiled of [compiledFunction(4, THREE), compiledFunction(5), seven]) {
      const explored = explore(compiled);
      const counted = count(compiled);
      const { states, transitions, depth } = explored.summary;
      expect(counted.summary).toMatchObject({ states, transitions, depth });
      const found = new Set<string>();
      counted.states.forEach((words, from) => found.add(words.subarray(from, from + compiled.wordCount).join()));
      const numbered = new Set<string>();
      explored.states.forEach((words, from) => numbered.add(words.subarray(from, from + compiled.wordCount).join()));
      expect(found.size).toBe(states);
      expect(numbered).toEqual(found);
    }
  });

  test('a path is the shortest, and the first of those in the order of the alphabet', () => {
    const compiled = compiledFunction(2);
    const exploration = explore(compiled);
    const plain = enumerate(compiled.machine, compiled.events);
    for (let state = 0; state < exploration.states.count; state++) {
      expect(exploration.pathTo(state)).toEqual(plain.pathTo(state));
    }
    expect(exploration.pathTo(255).map((event) => compiled.events[event])).toEqual([
      'guest.control.onMasked',
      'guest.unmask.0',
      'guest.write.0.A',
      'device.signal.0',
      'guest.unmask.1',
      'guest.write.1.A',
      'device.signal.1',
    ]);
  });

  test('a state in which every event is ignored is a deadlock', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { on: { x: 'b', y: 'c' } }, b: {}, c: { on: { y: { actions: 'tell' } } } },
    });
    const exploration = explore(compile(machine, ['x', 'y']));
    expect([exploration.summary.deadlocks, count(exploration.compiled).summary.deadlocks]).toEqual([1, 1]);
    expect(exploration.deadlocks().map((state) => exploration.value(state))).toEqual(['b']);
  });

  test.each(['explore', 'count'] as const)('%s ends at a limit, and says which and how far it was', (name) => {
    const run = { explore, count }[name];
    const compiled = compiledFunction(6);
    const bounded = (limits: object) => run(compiled, { limits }).summary;
    expect(bounded({ states: 1000 })).toMatchObject({ complete: false, bound: 'states', states: 1000 });
    expect(bounded({ bytes: 200_000 })).toMatchObject({ complete: false, bound: 'bytes' });
    expect(bounded({ milliseconds: 0 })).toMatchObject({ complete: false, bound: 'milliseconds', tries: 0 });
    const { states, frontier, tries } = bounded({ states: 1000 });
    expect(tries).toBe((states - frontier) * compiled.events.length);
  });

  test.each(['explore', 'count'] as const)(
    '%s with room for just its states is complete, and with one less is not',
    (name) => {
      const run = { explore, count }[name];
      const compiled = compiledFunction(1);
      expect(run(compiled, { limits: { states: 32 } }).summary).toMatchObject({ complete: true, states: 32 });
      expect(run(compiled, { limits: { states: 31 } }).summary).toMatchObject({ complete: false, states: 31 });
    },
  );

  test('a part is no graph', () => {
    const part = explore(compiledFunction(2), { limits: { states: 100 } });
    expect(() => part.graph()).toThrow(BoundError);
    expect(() => part.graph()).toThrow(
      'Got only 100 states of function within the limit of states; expected all of them.',
    );
    expect(part.pathTo(99)).toHaveLength(3);
    expect([...part.compiled.events.keys()].some((event) => part.target(99, event) === NONE)).toBe(true);
  });

  test('progress grows, and its frontier is what is found but not expanded', () => {
    const reports: Progress[] = [];
    explore(compiledFunction(6), { onProgress: (progress) => reports.push(progress) });
    expect(reports.length).toBeGreaterThan(1);
    for (const [index, { states, frontier, tries, depth }] of reports.entries()) {
      expect(tries).toBe((states - frontier) * 41);
      const before = reports[Math.max(0, index - 1)];
      expect([states - before.states, tries - before.tries, depth - before.depth].every((more) => more >= 0)).toBe(
        true,
      );
    }
  });
});

describe('audit', () => {
  test('finds nothing amiss in the function', () => {
    const exploration = explore(compiledFunction(2));
    expect(audit(exploration)).toEqual({ unreached: [], untaken: [], neverOpen: [], alwaysOpen: [], overlaps: [] });
    expect(audit(count(exploration.compiled))).toEqual(audit(exploration));
  });

  test('finds what is never active, never taken, never decided, and decided by order', () => {
    const machine: AnyStateMachine = setup({
      guards: { on: stateIn('x.on'), off: stateIn('x.off'), lost: stateIn('x.lost'), there: stateIn('x') },
    }).createMachine({
      id: 'm',
      type: 'parallel',
      states: {
        x: {
          initial: 'off',
          states: { off: { on: { a: 'on' } }, on: { on: { a: 'off', c: 'lost' } }, lost: { on: { a: 'off' } } },
        },
        y: {
          initial: 's',
          states: {
            s: {
              on: {
                a: [{ target: 's', guard: 'off' }, { target: 's', guard: 'there' }, { target: 's' }],
                b: { target: 's', guard: 'lost' },
              },
            },
          },
        },
      },
    });
    const exploration = explore(compile(machine, { without: ['c'] }));
    const found = audit(exploration);
    const name = (number: number): string => {
      const { source, eventType, guard } = exploration.compiled.transitions[number].transition;
      return [source.key, eventType, guard].join(' ').trim();
    };
    expect({
      ...found,
      untaken: found.untaken.map(name),
      neverOpen: found.neverOpen.map(name),
      alwaysOpen: found.alwaysOpen.map(name),
      overlaps: found.overlaps.map((pair) => pair.map(name)),
    }).toEqual({
      unreached: ['m.x.lost'],
      untaken: ['lost a', 's a', 's b lost'],
      neverOpen: ['s b lost'],
      alwaysOpen: ['s a there'],
      overlaps: [['s a off', 's a there']],
    });
  });
});

describe('sets of states', () => {
  const limits = { states: Infinity, bytes: Infinity };
  // words of a state, bits that are used
  test.each([
    [1, 10],
    [1, 27],
    [1, 32],
    [2, 40],
    [5, 160],
  ])('of %i words and %i bits have what a plain set has', (wordCount, bitCount) => {
    const random = randomNumbers(bitCount);
    const width = 2 ** Math.min(16, Math.ceil(bitCount / wordCount));
    const initial = Int32Array.from({ length: wordCount }, () => random(width));
    const numbered = new NumberedStates(initial, bitCount, limits);
    const window = wholeWindow(wordCount - 1, bitCount % 32 === 0 ? 27 : 2);
    const counted = new CountedStates(initial, limits, window, 1);
    const plain = new Map([[initial.join(), 0]]);
    const state = new Int32Array(wordCount);
    for (let index = 0; index < 40_000; index++) {
      // Few values, so that many states come again; in the last word they reach the sign bit of the widest.
      for (let word = 0; word < wordCount; word++) state[word] = random(Math.min(width, 200));
      if (bitCount % 32 === 0) state[wordCount - 1] |= random(2) << 31;
      const isNew = !plain.has(state.join());
      const number = plain.size;
      const added = numbered.add(state, 0, 0);
      const before = counted.count;
      const room = counted.add(state, 1);
      // A plain compare: an expect for each of these takes a thousand times longer than what it looks at.
      if (added !== (isNew ? number : NONE) || counted.count - before !== Number(isNew) || room !== 1) {
        throw new Error(
          `Got ${added} and ${counted.count - before} for ${state.join()}, which is ${isNew ? 'new' : 'known'} as number ${number}.`,
        );
      }
      if (isNew) plain.set(state.join(), number);
    }
    expect([numbered.count, counted.count]).toEqual([plain.size, plain.size]);
    const found = new Set<string>();
    counted.forEach((words, from) => found.add(words.subarray(from, from + wordCount).join()));
    expect(found).toEqual(new Set(plain.keys()));
    const keys = [...plain.keys()].map((key) => Int32Array.from(key.split(','), Number));
    expect(keys.map((key) => numbered.find(key, 0))).toEqual([...plain.values()]);
  });

  test('are full at their limit, and stay as they are', () => {
    const numbered = new NumberedStates(Int32Array.of(0), 32, { states: 2, bytes: Infinity });
    const counted = new CountedStates(Int32Array.of(0), { states: 2, bytes: Infinity }, wholeWindow(0, 5), 2);
    expect([numbered.add(Int32Array.of(7), 0, 0), counted.add(Int32Array.of(7, 7), 2)]).toEqual([1, 2]);
    expect([numbered.add(Int32Array.of(8), 0, 0), counted.add(Int32Array.of(7, 8), 2)]).toEqual([FULL, 1]);
    expect([numbered.count, counted.count, numbered.find(Int32Array.of(8), 0)]).toEqual([2, 2, NONE]);
  });

  test('take 16 bytes a state of one word, with traces', () => {
    const { summary } = explore(compiledFunction(5));
    expect(summary.bytes / summary.states).toBe(16);
  });

  const NOT_KNOWN = new Uint8Array(1);

  test('find every state where all that there can be are there', () => {
    for (const bitCount of [10, 26]) {
      const numbered = new NumberedStates(Int32Array.of(0), bitCount, limits);
      for (let state = 1; state < 1024; state++) numbered.add(Int32Array.of(state), 0, state >> 1);
      const all = Int32Array.from({ length: 1024 }, (_, state) => state);
      const numbers = new Int32Array(1024);
      numbered.findNear(all, 1024, new Int32Array(1024), new Int32Array(1), numbers);
      expect(numbers).toEqual(all);
      expect(numbered.addAll(all, 1024, new Int32Array(1024), NOT_KNOWN, new Int32Array(1), 0, numbers)).toBe(true);
      expect([numbered.count, numbers]).toEqual([1024, all]);
    }
  });

  test('are added together as one by one, from wherever is looked first, but for those that are said to be known', () => {
    const random = randomNumbers(6);
    for (const [wordCount, bitCount] of [
      [1, 12],
      [1, 32],
      [2, 64],
    ]) {
      const wordsOf = (state: number): number[] => (wordCount === 1 ? [state] : [state & 7, state >> 3]);
      const create = () => new NumberedStates(Int32Array.from(wordsOf(0)), bitCount, { ...limits, states: 2000 });
      const [together, singly] = [create(), create()];
      const near = new Int32Array(3);
      const isKnown = Uint8Array.of(0, 0, 1);
      const added = new Int32Array(20);
      for (let parent = 0, hasRoom = true; hasRoom; parent++) {
        // States that lie together, and one that was not met before in most batches.
        const states = Array.from({ length: 20 }, (_, at) => (random(8) === 0 ? random(4096) : (parent >> 1) + at));
        const streams = Int32Array.from(states, () => random(3));
        const before = singly.count;
        const expected: number[] = [];
        for (let index = 0; hasRoom && index < 20; index++) {
          if (isKnown[streams[index]] !== 0) continue;
          const number = singly.add(Int32Array.from(wordsOf(states[index])), 0, parent);
          hasRoom = number !== FULL;
          if (number >= 0) expected.push(index);
        }
        const source = Int32Array.from(states.flatMap(wordsOf));
        expect(together.addAll(source, 20, streams, isKnown, near, parent, added)).toBe(hasRoom);
        expect([...added.subarray(0, together.count - before)]).toEqual(expected);
      }
      const end = singly.count * wordCount;
      expect(together.count).toBe(2000);
      expect(together.words.subarray(0, end)).toEqual(singly.words.subarray(0, end));
      expect(together.parents.subarray(0, 2000)).toEqual(singly.parents.subarray(0, 2000));
    }
  });

  test('find a state wherever it is, of one word and of two, from wherever they look first', () => {
    const random = randomNumbers(5);
    for (const wordCount of [1, 2]) {
      // Of two words, many have the same first one; and one that is all zeros is not to be found behind the last.
      const wordsOf = (number: number): number[] =>
        wordCount === 1 ? [3000 - number] : [number >> 2, 3 - (number & 3)];
      const numbered = new NumberedStates(Int32Array.from(wordsOf(0)), 32 * wordCount, limits);
      for (let number = 1; number < 2500; number++) numbered.add(Int32Array.from(wordsOf(number)), 0, 0);
      const wanted = Int32Array.from({ length: 5000 }, (_, at) => (random(3) === 0 ? random(2500) : (at >> 1) % 2500));
      const streams = wanted.map((_, at) => at % 2);
      const near = new Int32Array(2);
      const numbers = new Int32Array(5000);
      numbered.findNear(Int32Array.from([...wanted].flatMap(wordsOf)), 5000, streams, near, numbers);
      expect(numbers).toEqual(wanted);
      expect([...near]).toEqual([wanted[4998], wanted[4999]]);
    }
  });

  test('have a layer in hand, whose states are taken once each, also while the table grows', () => {
    const counted = new CountedStates(Int32Array.of(0), limits, wholeWindow(0, 3), 1);
    const state = new Int32Array(1);
    let layers = 0;
    const taken: number[] = [];
    while (counted.startLayer()) {
      layers++;
      while (counted.take(state)) {
        taken.push(state[0]);
        const [each] = state;
        // A binary tree: 2^17 states, the last of which begins a layer of its own.
        for (const next of [2 * each + 1, 2 * each + 2]) {
          if (next < 2 ** 17) counted.add(Int32Array.of(next), 1);
        }
      }
    }
    expect(layers).toBe(18);
    expect(taken).toHaveLength(2 ** 17);
    expect(new Set(taken).size).toBe(taken.length);
  });

  test('choose the window in which states differ most', () => {
    const compiled = compiledFunction(5);
    const { states } = explore(compiled);
    const shareOf = (isWhole: boolean): number => {
      const window = chooseWindow(compiled, states.words, 4096, isWhole);
      const keys = new Set<string>();
      for (let state = 0; state < states.count; state++) {
        const words = states.words.slice(state * compiled.wordCount, (state + 1) * compiled.wordCount);
        words[window.word] &= ~maskOf(window);
        keys.add(words.join());
      }
      return states.count / keys.size;
    };
    expect(shareOf(true)).toBeGreaterThan(6);
    // The capability and one vector: 32 of 2^7 values.
    expect(shareOf(false)).toBeGreaterThan(16);
    // Of a larger one, the first states show it, too.
    const larger = compiledFunction(7);
    const some = explore(larger, { limits: { states: 4096 } }).states;
    expect(chooseWindow(larger, some.words, some.count, false)).toMatchObject({ word: 0, shift: 0, bits: 7 });
  });
});
