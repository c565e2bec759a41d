/**
 * The programs of `format.ts`, translated for a family of states at once: states that are the same but for a few neighbouring bits, the *window*.
 * At most 32 values of the window are told apart, so that the members of a family are a set in one word.
 *
 * What an event does depends on the window only by tests that are decided when its value is known. So each program is translated once for each
 * way in which they come out, without them, and run for all members of which that is the way. It costs what it costs for one state, and what it
 * leads to is searched for once.
 */
import * as format from './format.ts';
import type { CompiledMachine } from './format.ts';
import { INSTRUCTIONS_OF_TEXT, listingOf, programText, type Programs } from './program-text.ts';

/** Neighbouring bits of a state, in one word, and the values of them that are told apart. */
export interface Window {
  readonly word: number;
  /** Of the lowest of them. */
  readonly shift: number;
  /** How many. */
  readonly bits: number;
  /** At most 32 values, shifted down, in rising order. A member of a family goes by its place here. */
  readonly values: readonly number[];
}

/** A family is a word. */
export const PLACES = 32;

/** For each value that the bits of a window can have, its place among those that are told apart; `PLACES` where it is none. */
export function placesOf({ bits, values }: Window): Uint8Array {
  const places = new Uint8Array(2 ** bits).fill(PLACES);
  for (const [place, value] of values.entries()) places[value] = place;
  return places;
}

/** The bits of a window, in their place in the word. */
export function maskOf({ shift, bits }: Pick<Window, 'shift' | 'bits'>): number {
  return (2 ** bits - 1) << shift;
}

/** What the expansion of a family said, by its place in `said`. */
export const TRANSITIONS = 0;
/** The members that some event is taken in. */
export const MOVED = 1;
/** The members of the family itself that were led to. */
export const OWN = 2;
/** How many words are said. */
export const SAID = 3;

/**
 * Tries every event in the members `open` of the family whose words, those of the window zero, are `key`. Writes the keys of the other families that are
 * led to, one after the other, to `keys`, which of their members to `members`, and the rest to `said`; returns how many families.
 */
export type ExpandFamily = (
  key: Int32Array,
  open: number,
  keys: Int32Array,
  members: Int32Array,
  said: Int32Array,
) => number;

type FamilyPart = (
  key: Int32Array,
  open: number,
  keys: Int32Array,
  members: Int32Array,
  said: Int32Array,
  count: number,
  raw: Int32Array,
  places: Uint8Array,
) => number;

// V8 leaves a function unoptimised when it is too long, and compiles a short one sooner.
const CHARACTERS_OF_FUNCTION = 12_000;
/** More text than this is not made: a family then costs more to translate than it saves. */
const CHARACTERS_OF_ALL = 2 ** 21;

/** Translates the programs of all events; nothing where one of them is too long for that, or all together are. */
export function createExpandFamily(compiled: CompiledMachine, window: Window): ExpandFamily | undefined {
  const texts: string[] = [];
  let room = CHARACTERS_OF_ALL;
  for (const event of compiled.events.keys()) {
    const ways = waysOf(compiled, event, window);
    if (ways === undefined) return undefined;
    texts.push(...ways);
    for (const { length } of ways) room -= length;
    if (room < 0) return undefined;
  }
  const functions: FamilyPart[] = [];
  for (let from = 0, to = 0, length = 0; to < texts.length;) {
    length += texts[to++].length;
    if (length < CHARACTERS_OF_FUNCTION && to < texts.length) continue;
    functions.push(writePart(compiled, texts.slice(from, to)));
    [from, length] = [to, 0];
  }
  const places = placesOf(window);
  const raw = Int32Array.from(window.values, (value) => value << window.shift);
  return (key, open, keys, members, said) => {
    said.fill(0);
    let count = 0;
    for (const part of functions) count = part(key, open, keys, members, said, count, raw, places);
    return count;
  };
}

function writePart({ wordCount }: CompiledMachine, texts: readonly string[]): FamilyPart {
  const words = wordsOf(wordCount);
  const sizes = new Set(texts.flatMap((text) => [...text.matchAll(/size(\d+)\b/g)].map(([, mask]) => Number(mask))));
  const text = [
    `const sizeOf = (set) => { set -= (set >>> 1) & 0x55555555; set = (set & 0x33333333) + ((set >>> 2) & 0x33333333);`,
    `return Math.imul((set + (set >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24; };`,
    ...words.map((word) => `const s${word} = key[${word}]; let t${word} = 0;`),
    ...[...sizes].map((mask) => `const part${mask} = open & ${mask | 0}, size${mask} = sizeOf(part${mask});`),
    `let t${wordCount} = -1, taken = false, transitions = 0, moved = 0, own = 0, to = count * ${wordCount};`,
    ...texts,
    `said[${TRANSITIONS}] += transitions; said[${MOVED}] |= moved; said[${OWN}] |= own;`,
    `return count;`,
  ];
  // oxlint-disable-next-line typescript/no-implied-eval -- its text is made of numbers, as that of `expand.ts` is
  return new Function(...'key open keys members said count raw places'.split(' '), text.join('\n')) as FamilyPart;
}

/**
 * The values that the bits of a window may come to have, whatever the other bits are; nothing where they are too many. There may be
 * values among them that no reachable state has, and none is left out.
 */
export function possibleValues(
  compiled: CompiledMachine,
  { word, shift, bits }: Omit<Window, 'values'>,
): number[] | undefined {
  const mask = maskOf({ shift, bits });
  const orders = [...compiled.events.keys()].map((event) => listingOf(compiled, event).order);
  const met = new Set([compiled.initial[word] & mask]);
  for (const value of met) {
    for (const [event, order] of orders.entries()) {
      for (const next of nextValues(compiled, compiled.starts[event], order, word, mask, value)) met.add(next);
      if (met.size > PLACES) return undefined;
    }
  }
  return [...met].map((value) => value >>> shift).toSorted((one, other) => one - other);
}

/** What a program may make of the bits of a word in a mask, when they have a value and nothing is known of the others. */
function nextValues(
  { code }: CompiledMachine,
  start: number,
  order: readonly number[],
  word: number,
  mask: number,
  value: number,
): Set<number> {
  const ends = new Set<number>();
  const arrived = new Map<number, Set<number>>([[start, new Set([value])]]);
  const arrive = (address: number, values: Iterable<number>): void => {
    const there = address < 0 ? ends : (arrived.get(address) ?? new Set());
    for (const each of values) there.add(each);
    if (address >= 0) arrived.set(address, there);
  };
  for (const address of order) {
    const values = arrived.get(address);
    if (values === undefined) continue;
    const [operation, at, second, third, then, otherwise] = code.subarray(address, address + format.STRIDE);
    if (operation === format.TEST || operation === format.UNLESS) {
      const isOut = operation === format.TEST && at === word && ((value ^ third) & second & mask) !== 0;
      const isIn = operation === format.TEST && at === word && !isOut && (second & ~mask) === 0;
      if (!isOut) arrive(then, values);
      if (!isIn) arrive(otherwise, values);
    } else {
      arrive(then, at === word ? [...values].map((each) => ((each & second) | third) & mask) : values);
    }
  }
  return ends;
}

/** The program of an event for each way in which tests of the window come out; nothing where it is too long for that. */
function waysOf(compiled: CompiledMachine, event: number, window: Window): string[] | undefined {
  const { order } = listingOf(compiled, event);
  if (order.length > INSTRUCTIONS_OF_TEXT) return undefined;
  const { code } = compiled;
  const tests = order.filter(
    (address) => code[address + format.OPERATION] === format.TEST && seesWindow(code, address, window),
  );
  const places = placesOf(window);
  const known = new Map<string, Way>();
  // The places that members are led to, by what their program does outside of the window.
  const ways = new Map<string, number[]>();
  for (const [place, value] of window.values.entries()) {
    const outcome = tests.map((address) => Number(isPassed(code, address, window, value))).join('');
    const { text, fate } = known.get(outcome) ?? wayOf(compiled, event, order, window, value);
    known.set(outcome, { text, fate });
    if (text === '') continue;
    const to = ways.get(text) ?? [];
    ways.set(text, to);
    to[place] =
      fate === undefined ? place : places[(((value << window.shift) & fate.keep) | fate.set) >>> window.shift];
  }
  return [...ways].map(([text, to]) => {
    const members = to.reduce((set, _, place) => set | (1 << place), 0) >>> 0;
    const moved = text.replaceAll('SIZE', `size${members}`).replace('MOVE', moveText(to));
    return `if (part${members} !== 0) { let part = part${members}; ${moved} }`;
  });
}

/** Leads members to their places: at once those that go equally far. */
function moveText(to: readonly number[]): string {
  const byDistance = new Map<number, number>();
  for (const [from, place] of to.entries()) {
    if (place === undefined) continue;
    byDistance.set(place - from, (byDistance.get(place - from) ?? 0) | (1 << from));
  }
  const terms = [...byDistance].map(([distance, from]) => {
    const those = byDistance.size === 1 ? 'part' : `(part & ${from})`;
    return distance === 0 ? those : `${those} ${distance > 0 ? '<<' : '>>>'} ${Math.abs(distance)}`;
  });
  return terms[0] === 'part' ? '' : `part = ${terms.join(' | ')};`;
}

const wordsOf = (wordCount: number): number[] => Array.from({ length: wordCount }, (_, word) => word);

function seesWindow(code: Int32Array, address: number, window: Window): boolean {
  return code[address + format.WORD] === window.word && (code[address + format.MASK] & maskOf(window)) !== 0;
}

/** Whether the bits of the window are those that a test asks for. */
function isPassed(code: Int32Array, address: number, window: Window, value: number): boolean {
  return (
    (((value << window.shift) ^ code[address + format.VALUE]) & code[address + format.MASK] & maskOf(window)) === 0
  );
}

/** What becomes of the bits of the window: those that are kept, and those that are set. */
interface Fate {
  readonly keep: number;
  readonly set: number;
}

/** A program where the tests of the window are decided. */
interface Way {
  readonly text: string;
  /** What becomes of the window, where nothing outside has a say in it. The text does nothing to it then. */
  readonly fate: Fate | undefined;
}

/** The program of an event where the window has a value. */
function wayOf(compiled: CompiledMachine, event: number, order: readonly number[], window: Window, value: number): Way {
  const programs = decide(compiled, event, order, window, value);
  const fate = fateOf(programs, event, window);
  if (fate !== undefined) leaveWindow(programs, event, window);
  return { text: wayText(programs, event, window, fate !== undefined), fate };
}

/** What of a machine is translated, and how many words its states have. */
type WindowPrograms = Programs & { readonly wordCount: number };

/**
 * The program of an event where the window has a value: tests of it are decided, and each write to it is followed by another, which takes the same
 * bits from one word more, that of the bits that are kept. So each instruction has room for two.
 */
function decide(
  compiled: CompiledMachine,
  event: number,
  order: readonly number[],
  window: Window,
  value: number,
): WindowPrograms {
  const { code, wordCount, lists, transitions, events } = compiled;
  const mask = maskOf(window);
  const decided = new Int32Array(2 * format.STRIDE * order.length);
  const places = new Map(order.map((address, index) => [address, format.STRIDE * (2 * (order.length - index) - 1)]));
  const moved = (address: number): number => places.get(address) ?? address;
  for (const address of order) {
    const [operation, word, second, third, then, otherwise] = code.subarray(address, address + format.STRIDE);
    const at = moved(address);
    if (operation === format.TEST) {
      const rest = second & (word === window.word ? ~mask : -1);
      const goesOn = word !== window.word || isPassed(code, address, window, value);
      if (goesOn && rest !== 0) decided.set([format.TEST, word, rest, third & rest, moved(then), moved(otherwise)], at);
      else decided.set([format.WRITE, word, -1, 0, moved(goesOn ? then : otherwise), 0], at);
    } else if (operation === format.UNLESS) {
      decided.set([operation, word, second, third, moved(then), moved(otherwise)], at);
    } else {
      const written = word === window.word ? ~second & mask : 0;
      const next = written === 0 ? moved(then) : at - format.STRIDE;
      decided.set([operation, word, second, third, next, otherwise], at);
      if (written !== 0) decided.set([format.WRITE, wordCount, ~written, 0, moved(then), 0], at - format.STRIDE);
    }
  }
  const starts = new Int32Array(event + 1);
  starts[event] = moved(compiled.starts[event]);
  return { code: decided, starts, lists, transitions, events, wordCount };
}

/** What becomes of the window on all ways through a program, where that is the same. */
function fateOf(programs: WindowPrograms, event: number, window: Window): Fate | undefined {
  const { code, starts } = programs;
  const mask = maskOf(window);
  const fates = new Map<number, Fate>();
  const fateAt = (address: number): Fate | undefined => (address < 0 ? { keep: mask, set: 0 } : fates.get(address));
  // From the ends to the beginning.
  for (const address of listingOf(programs, event).order.toReversed()) {
    const operation = code[address + format.OPERATION];
    const then = fateAt(code[address + format.THEN]);
    if (then === undefined) return undefined;
    let fate = then;
    if (operation === format.TEST || operation === format.UNLESS) {
      const otherwise = fateAt(code[address + format.ELSE]);
      if (otherwise?.keep !== then.keep || otherwise.set !== then.set) return undefined;
    } else if (code[address + format.WORD] === window.word) {
      const [keep, set] = [code[address + format.KEEP] & mask, code[address + format.SET] & mask];
      fate = { keep: keep & then.keep, set: (set & then.keep) | then.set };
    }
    fates.set(address, fate);
  }
  return fateAt(starts[event]);
}

/** Takes what a program writes to the window out of it. */
function leaveWindow(programs: WindowPrograms, event: number, window: Window): void {
  const { code, wordCount } = programs;
  for (const address of listingOf(programs, event).order) {
    const operation = code[address + format.OPERATION];
    if (operation !== format.TAKE && operation !== format.WRITE) continue;
    const word = code[address + format.WORD];
    if (word === wordCount) code.set([0, -1, 0], address + format.WORD);
    if (word !== window.word) continue;
    code[address + format.KEEP] |= maskOf(window);
    code[address + format.SET] &= ~maskOf(window);
  }
}

/** The text of a decided program; none where the event is ignored for sure. */
function wayText(programs: WindowPrograms, event: number, window: Window, isLeft: boolean): string {
  const { code, wordCount } = programs;
  const listing = listingOf(programs, event);
  if (!listing.order.some((address) => code[address + format.OPERATION] === format.TAKE)) return '';
  const words = wordsOf(wordCount);
  const mask = maskOf(window);
  const after = `(raw[31 - Math.clz32(left & -left)] & t${wordCount} | t${window.word}) & ${mask}`;
  const move = [
    `let after = 0;`,
    `for (let left = part; left !== 0; left &= left - 1) after |= 1 << places[(${after}) >>> ${window.shift}];`,
    `part = after; t${window.word} &= ${~mask};`,
  ];
  return [
    ...words.map((word) => `t${word} = s${word};`),
    ...(isLeft ? [] : [`t${wordCount} = -1;`]),
    `taken = false;`,
    programText(programs, listing, new Set()),
    `if (taken) { moved |= part; transitions += SIZE;`,
    ...(isLeft ? ['MOVE'] : move),
    `if (${words.map((word) => `t${word} === s${word}`).join(' && ')}) own |= part; else {`,
    ...words.map((word) => `keys[to + ${word}] = t${word};`),
    `members[count++] = part; to += ${wordCount}; } }`,
  ].join('\n');
}
