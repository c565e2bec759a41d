/**
 * Tests what a proof assumes of bytes that are left out: that what they hold never matters. While a walk goes on, what they hold is sampled; after
 * it, states of the walk are stepped again with those contents, and with noise in the dead stack. Any difference withdraws the assumption.
 */
import type { Region, WasmDevice } from '../device/wasm.ts';
import type { Alphabet } from '../judge/actions.ts';
import { Random } from '../judge/random.ts';
import type { Walk } from '../judge/walk.ts';
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
/** Of a stack, so many bytes below the stack pointer are made noise. */
const NOISE_BYTES = 2048;
/** Of a region that is no stack, at most so many are sampled. */
const SAMPLED_BYTES = 1 << 16;

/** Samples what left-out bytes hold. */
export class Samples {
  private readonly regions: readonly Region[];
  private readonly contents: Int32Array[][];
  private readonly random = new Random(7);
  private seen = 0;

  constructor(regions: readonly Region[]) {
    this.regions = regions.filter(({ kind, length }) => kind !== 'stack' && length <= SAMPLED_BYTES);
    this.contents = this.regions.map(() => []);
  }

  /** Takes a sample, of a stream of any length: each is kept with the same likelihood. */
  take(device: WasmDevice): void {
    this.seen++;
    const place = this.seen <= CONTENTS ? this.seen - 1 : this.random.below(this.seen);
    if (place >= CONTENTS) return;
    this.regions.forEach(({ address, length }, index) => {
      const words = Int32Array.from(dwordsOf(address, length), (at) => device.states.peek(at));
      this.contents[index][place] = words;
    });
  }

  contentsOf(region: Region): readonly Int32Array[] {
    const index = this.regions.findIndex(
      ({ address, length }) => address === region.address && length === region.length,
    );
    return index < 0 ? [] : this.contents[index];
  }
}

const dwordsOf = (address: number, length: number): number[] => {
  const all: number[] = [];
  for (let at = address & ~3; at < address + length; at += 4) all.push(at);
  return all;
};

/** Steps states of a walk again with other contents. */
export function testAssumed(
  device: WasmDevice,
  walk: Walk,
  alphabet: Alphabet,
  samples: Samples,
  tests: number,
  seed = 1,
): Assumed[] {
  const trials = new Trials(device, alphabet.book, alphabet.vectors ?? []);
  const random = new Random(seed);
  return device.leftOut.map((region): Assumed => {
    const contents = samples.contentsOf(region);
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
