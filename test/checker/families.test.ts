/**
 * A family that is expanded at once leads where its members lead, each by itself: on all families of machines of ours and of random ones, with windows of
 * every kind, and on parts of them.
 */
import { expect, test } from 'vitest';
import { createMachine } from 'xstate';
import { compile } from '../../checker/compile/compile.ts';
import { createExpand } from '../../checker/compile/expand.ts';
import {
  createExpandFamily,
  maskOf,
  MOVED,
  OWN,
  PLACES,
  placesOf,
  possibleValues,
  SAID,
  TRANSITIONS,
  type Window,
} from '../../checker/compile/expand-families.ts';
import type { CompiledMachine } from '../../checker/compile/format.ts';
import { sizeOf, wholeWindow } from '../../checker/explore/counted-states.ts';
import { count } from '../../checker/explore/count.ts';
import { type Exploration, explore } from '../../checker/explore/explore.ts';
import { createFunction } from '../../machines/function.ts';
import { TWO } from '../../machines/messages.ts';
import { acceptedMachine } from '../setup/random-machine.ts';

/** All windows of so many bits whose values have places. */
function windowsOf(compiled: CompiledMachine, bits: number): Window[] {
  const windows: Window[] = [];
  for (let bit = 0; bit + bits <= compiled.bitCount; bit++) {
    const [word, shift] = [bit >>> 5, bit & 31];
    if (shift + bits > 32) continue;
    if (bits === 5) {
      windows.push(wholeWindow(word, shift));
      continue;
    }
    const values = possibleValues(compiled, { word, shift, bits });
    if (values !== undefined) windows.push({ word, shift, bits, values });
  }
  return windows;
}

/** Compares the expansion of each family, and of a part of it, with those of its members; returns how many were compared. */
function compareFamilies({ compiled, states }: Exploration, window: Window): number {
  const { wordCount, events } = compiled;
  const families = new Map<string, number>();
  const places = placesOf(window);
  const placeOf = (words: Int32Array): number => {
    const place = places[(words[window.word] & maskOf(window)) >>> window.shift];
    if (place === PLACES) throw new Error(`Got a state ${words.join()} whose value has no place; expected one.`);
    return place;
  };
  const keyOf = (words: Int32Array): string =>
    words.map((each, word) => (word === window.word ? each & ~maskOf(window) : each)).join();
  states.forEach((words, from) => {
    const state = words.slice(from, from + wordCount);
    families.set(keyOf(state), (families.get(keyOf(state)) ?? 0) | (1 << placeOf(state)));
  });
  const expandFamily = createExpandFamily(compiled, window);
  if (expandFamily === undefined) throw new Error('Got no translation; expected one.');
  const expand = createExpand(compiled);
  const targets = new Int32Array(events.length * wordCount);
  const most = PLACES * events.length;
  const [keys, members, said] = [new Int32Array(most * wordCount), new Int32Array(most), new Int32Array(SAID)];
  let compared = 0;
  for (const [key, all] of families) {
    for (const open of new Set([all, all & 0x55555555, all & -all])) {
      if (open === 0) continue;
      const words = Int32Array.from(key.split(','), Number);
      const expected = new Map<string, number>();
      const note = (map: Map<string, number>, target: string, set: number): unknown =>
        set === 0 ? map : map.set(target, (map.get(target) ?? 0) | set);
      const plain = { transitions: 0, moved: 0 };
      for (const [place, value] of window.values.entries()) {
        if (((open >>> place) & 1) === 0) continue;
        const state = words.slice();
        state[window.word] |= value << window.shift;
        const taken = expand(state, 0, targets);
        plain.transitions += taken;
        if (taken > 0) plain.moved |= 1 << place;
        for (let at = 0; at < taken * wordCount; at += wordCount) {
          const target = targets.slice(at, at + wordCount);
          note(expected, keyOf(target), 1 << placeOf(target));
        }
      }
      const familyCount = expandFamily(words, open, keys, members, said);
      const got = new Map<string, number>();
      note(got, key, said[OWN]);
      for (let index = 0; index < familyCount; index++) {
        note(got, keys.slice(index * wordCount, (index + 1) * wordCount).join(), members[index]);
      }
      // A plain compare, for an expect takes a thousand times longer.
      const isEqual =
        got.size === expected.size &&
        [...got].every(([target, set]) => expected.get(target) === set) &&
        said[TRANSITIONS] === plain.transitions &&
        said[MOVED] === plain.moved;
      if (!isEqual) throw new Error(`Got another expansion of ${open} in ${key} than of its members, each by itself.`);
      compared++;
    }
  }
  return compared;
}

test.each([
  [2, false],
  [3, false],
  [2, true],
])('of a function with %s vectors', (vectors, channel) => {
  const exploration = explore(compile(createFunction({ vectors, messages: TWO, channel })));
  const windows = [5, 6, 7].flatMap((bits) => windowsOf(exploration.compiled, bits));
  expect(windows.some(({ bits }) => bits > 5)).toBe(true);
  for (const window of windows.filter((_, index) => index % 3 === 0))
    expect(compareFamilies(exploration, window)).toBeGreaterThan(0);
});

test('of random machines', () => {
  let machines = 0;
  let larger = 0;
  for (let seed = 0; machines < 40; seed++) {
    const machine = acceptedMachine(seed);
    if (machine === undefined) continue;
    machines++;
    const exploration = explore(compile(machine));
    for (const bits of [5, 6]) {
      for (const window of windowsOf(exploration.compiled, bits)) {
        compareFamilies(exploration, window);
        if (bits > 5) larger++;
      }
    }
  }
  expect(larger).toBe(13);
});

test('count finds deadlocks among families', () => {
  // Each bit is set once, in any order, and then nothing goes on.
  const machine = createMachine({
    id: 'bits',
    type: 'parallel',
    states: Object.fromEntries(
      Array.from({ length: 14 }, (_, bit) => [
        `b${bit}`,
        { initial: 'clear', states: { clear: { on: { [`set${bit}`]: 'set' } }, set: {} } },
      ]),
    ),
  });
  expect(count(compile(machine)).summary).toMatchObject({
    states: 2 ** 14,
    transitions: 14 * 2 ** 13,
    depth: 14,
    deadlocks: 1,
    complete: true,
  });
});

test('machines whose programs are too long to be translated are counted all the same', () => {
  const region = (event: string, isBack: boolean) => ({
    initial: 'a',
    states: { a: { on: { [event]: 'b' } }, b: isBack ? { on: { [event]: 'a' } } : {} },
  });
  const regions = [...Array(12).keys()].map((index) => [`r${index}`, region(`turn${index}`, true)] as const);
  const shared = [...Array(520).keys()].map((index) => [`s${index}`, region('all', false)] as const);
  const compiled = compile(
    createMachine({ id: 'long', type: 'parallel', states: Object.fromEntries([...regions, ...shared]) }),
  );
  expect(createExpandFamily(compiled, wholeWindow(0, 0))).toBeUndefined();
  expect(count(compiled).summary).toMatchObject({ states: 2 ** 13, depth: 13, deadlocks: 0, complete: true });
});

test('counts members', () => {
  expect([0, 1, -1, 0x80000001 | 0, 0x55555555].map(sizeOf)).toEqual([0, 1, 32, 2, 16]);
});
