/**
 * Tests what a proof assumes of bytes that are left out: that what they hold never matters. What they hold is sampled along a path; then states of
 * the walk are stepped with those contents, and with noise in the dead stack. Any difference withdraws the assumption.
 */
import type { Region, WasmDevice } from '../device/wasm.ts';
import type { Alphabet } from '../judge/actions.ts';
import { Random } from '../judge/random.ts';
import type { PairWalk } from '../judge/walk.ts';
import { Trials } from './trials.ts';

/** What is assumed of a region, and how it was tested. */
export interface Assumed {
  readonly region: Region;
  readonly tested: number;
  /** How many contents it was tested with. */
  readonly contents: number;
  /** The path on which it showed, where it did. */
  readonly shown: readonly string[] | undefined;
}

const CONTENTS = 64;
const HARVEST_STEPS = 1000;
/** Of a stack, so many bytes below the stack pointer are made noise. */
const NOISE_BYTES = 2048;
/** Of a region that is no stack, at most so many are sampled. */
const SAMPLED_BYTES = 1 << 16;

/** What left-out bytes hold along a path of random actions, of which nothing is put back. */
function harvest(
  device: WasmDevice,
  walk: PairWalk,
  trials: Trials,
  random: Random,
): ReadonlyMap<Region, Int32Array[]> {
  const regions = device.leftOut.filter(({ kind, length }) => kind !== 'stack' && length <= SAMPLED_BYTES);
  const contents = new Map<Region, Int32Array[]>(regions.map((region) => [region, []]));
  if (regions.length === 0) return contents;
  const [first] = walk.all;
  const path = trials.draw(random, walk.actions, first.knowledge, HARVEST_STEPS);
  let seen = 0;
  trials.told(
    first.snapshot,
    path,
    first.knowledge,
    () => {},
    () => {
      // Of a stream of any length, each is kept with the same likelihood.
      const place = seen++ < CONTENTS ? seen - 1 : random.below(seen);
      if (place >= CONTENTS) return;
      for (const [{ address, length }, own] of contents)
        own[place] = Int32Array.from(dwordsOf(address, length), (at) => device.states.peek(at));
    },
  );
  return contents;
}

const dwordsOf = (address: number, length: number): number[] => {
  const all: number[] = [];
  for (let at = address & ~3; at < address + length; at += 4) all.push(at);
  return all;
};

/** Steps states of a walk again with other contents. */
export function testAssumed(
  device: WasmDevice,
  walk: PairWalk,
  alphabet: Alphabet,
  tests: number,
  seed = 1,
): Assumed[] {
  const trials = new Trials(device, alphabet.book, alphabet.vectors ?? []);
  const random = new Random(seed);
  const harvested = harvest(device, walk, trials, random);
  return device.leftOut.map((region): Assumed => {
    const contents = harvested.get(region) ?? [];
    const { address, length, kind } = region;
    const isStack = kind === 'stack';
    if (!isStack && contents.length === 0) return { region, tested: 0, contents: 0, shown: undefined };
    const from = isStack ? Math.max(address, address + length - NOISE_BYTES) : address;
    const addresses = dwordsOf(from, address + length - from);
    for (let test = 0; test < tests; test++) {
      // Every pair in turn, then again with other contents.
      const pair = walk.all[test % walk.all.length];
      const path = trials.draw(random, walk.actions, pair.knowledge, 3);
      const words = isStack ? undefined : random.pick(contents);
      const noise = random.below(0xffffffff);
      const fill = (value: (index: number) => number) => () =>
        addresses.forEach((at, index) => device.states.poke(at, value(index)));
      const plain = trials.told(pair.snapshot, path, pair.knowledge, () => {});
      const other = trials.told(
        pair.snapshot,
        path,
        pair.knowledge,
        fill((index) => (words === undefined ? Math.imul(noise + index, 0x9e3779b1) | 0 : words[index])),
      );
      if (plain !== other)
        return { region, tested: test + 1, contents: contents.length, shown: path.map(({ name }) => name) };
    }
    return { region, tested: tests, contents: isStack ? tests : contents.length, shown: undefined };
  });
}
