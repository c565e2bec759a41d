/**
 * Tests what a proof assumes of bytes that are left out: that what they hold never matters. States of the device that differ in these bytes alone
 * are one class, and a walk follows one member of it. Here each class is stepped from several members.
 *
 * What the bytes hold is sampled along a path on which nothing is put back, at moments: what they hold at one moment fits together, an index into
 * a log and the log. Two moments make two members of a class; the dead stack is noise. Any difference withdraws the assumption, and is blamed on
 * the one region that makes it, or on all where it takes several of them.
 */
import type { Range, Region, WasmDevice } from '../device/wasm.ts';
import type { Action, Alphabet } from '../judge/actions.ts';
import { Random } from '../judge/random.ts';
import type { PairWalk } from '../judge/walk.ts';
import type { TimeLeft } from './time.ts';
import { isSame, maskOf, type Told, Trials } from './trials.ts';

/** What is assumed of a region, and how it was tested. */
export interface Assumed {
  readonly region: Region;
  readonly tested: number;
  /** How many contents it was tested with. */
  readonly contents: number;
  /** Whether it was tested as often as it should be: there was time for it. */
  readonly isTested: boolean;
  /** The path on which it showed, where it did. */
  readonly shown: readonly string[] | undefined;
  /** The regions that it takes to show it, where it takes several. */
  readonly together?: readonly string[];
}

/** How assumptions are tested. */
export interface AssumedOptions {
  /** How often. Default 2000, and each class three times at least. */
  readonly tests?: number;
  readonly seed?: number;
  readonly time: TimeLeft;
}

/** From so many pairs of members each class is stepped at least. */
const MEMBERS = 3;
/** And all of them together from so many. */
const TESTS = 2000;
const MOMENTS = 64;
const HARVEST_STEPS = 1000;
const STEPS = 3;
/** Of a stack, so many bytes below the stack pointer are made noise. */
const NOISE_BYTES = 2048;
/** Regions that are longer, all together, cannot be sampled. */
const SAMPLED_BYTES = 1 << 24;

/** What is exchanged of a region: some dwords, with what they hold at each moment. */
interface Exchanged {
  readonly region: Region;
  readonly addresses: readonly number[];
  /** Which bits of each dword are of the region: it may begin and end within one. */
  readonly masks: Int32Array;
  /** The words of a stack are noise, and undefined here. */
  readonly words: readonly Int32Array[] | undefined;
}

const dwordsOf = (address: number, length: number): number[] => {
  const all: number[] = [];
  for (let at = address & ~3; at < address + length; at += 4) all.push(at);
  return all;
};

/** Which bits of dwords are of a range. */
const masksOf = ({ address, length }: Range, addresses: readonly number[]): Int32Array =>
  Int32Array.from(addresses, (at) => maskOf(at, (byte) => byte >= address && byte < address + length));

/** Steps states of a walk again with other contents. */
export async function testAssumed(
  device: WasmDevice,
  walk: PairWalk,
  alphabet: Alphabet,
  options: AssumedOptions,
): Promise<readonly Assumed[]> {
  return device.leftOut.length === 0 ? [] : new Test(device, walk, alphabet, options).go();
}

class Test {
  private readonly device: WasmDevice;
  private readonly walk: PairWalk;
  private readonly options: AssumedOptions;
  private readonly trials: Trials;
  private readonly random: Random;
  private readonly shown = new Map<Region, Pick<Assumed, 'shown' | 'together' | 'tested'>>();

  constructor(device: WasmDevice, walk: PairWalk, alphabet: Alphabet, options: AssumedOptions) {
    this.device = device;
    this.walk = walk;
    this.options = options;
    this.trials = new Trials(device, alphabet.book, alphabet.vectors ?? []);
    this.random = new Random(options.seed ?? 1);
  }

  async go(): Promise<readonly Assumed[]> {
    const { device, walk, random, options } = this;
    const all = this.harvest();
    const wanted = options.tests ?? Math.max(TESTS, MEMBERS * walk.all.length);
    let tested = 0;
    let left = all;
    for (; tested < wanted && left.length > 0 && !options.time.isOver(); tested++) {
      await options.time.rest();
      // Every class in turn, then again from other members.
      const { snapshot, knowledge } = walk.all[tested % walk.all.length];
      const path = this.trials.draw(random, walk.actions, knowledge, STEPS);
      const [one, other] = [random.below(0x7fffffff), random.below(0x7fffffff)];
      const told = (second: readonly Exchanged[]): Told =>
        this.trials.told(snapshot, path, knowledge, () => {
          for (const each of all) this.put(each, second.includes(each) ? other : one);
        });
      const plain = told([]);
      if (isSame(plain, told(left))) continue;
      left = this.blame(left, path, plain, told, tested + 1);
    }
    return device.leftOut.map((region): Assumed => {
      const own = all.find((each) => each.region === region);
      const contents = own === undefined ? 0 : own.words === undefined ? tested : own.words.length;
      const isTested = wanted === 0 || (own !== undefined && tested >= wanted);
      return {
        region,
        tested: own === undefined ? 0 : tested,
        contents,
        isTested,
        shown: undefined,
        ...this.shown.get(region),
      };
    });
  }

  /** Finds out which regions make the difference, and none of which could be missing. Returns the others. */
  private blame(
    left: readonly Exchanged[],
    path: readonly Action[],
    plain: Told,
    told: (second: readonly Exchanged[]) => Told,
    tested: number,
  ): readonly Exchanged[] {
    let blamed = left;
    for (const each of left) {
      const others = blamed.filter((other) => other !== each);
      if (others.length > 0 && !isSame(told(others), plain)) blamed = others;
    }
    const together = blamed.length === 1 ? undefined : blamed.map(({ region }) => region.name);
    for (const { region } of blamed) this.shown.set(region, { tested, shown: path.map(({ name }) => name), together });
    return left.filter((each) => !blamed.includes(each));
  }

  private put({ addresses, masks, words }: Exchanged, chance: number): void {
    const { states } = this.device;
    const content = words?.[chance % words.length];
    for (let index = 0; index < addresses.length; index++) {
      const value = content === undefined ? Math.imul(chance + index, 0x9e3779b1) : content[index];
      states.poke(addresses[index], value, masks[index]);
    }
  }

  /** What left-out bytes hold at the begin, at the end of the walk, and along a path of random actions, of which nothing is put back. */
  private harvest(): readonly Exchanged[] {
    const { device, walk, random } = this;
    const isStack = ({ kind }: Region): boolean => kind === 'stack';
    const sampled = device.leftOut.filter((region) => !isStack(region));
    const total = sampled.reduce((sum, { length }) => sum + length, 0);
    const stacks = device.leftOut.filter(isStack).map((region): Exchanged => {
      const { address, length } = region;
      const from = Math.max(address, address + length - NOISE_BYTES);
      const addresses = dwordsOf(from, address + length - from);
      return { region, addresses, masks: masksOf(region, addresses), words: undefined };
    });
    if (sampled.length === 0 || total > SAMPLED_BYTES || this.options.tests === 0) return stacks;
    const addresses = sampled.map(({ address, length }) => dwordsOf(address, length));
    const now = (): Int32Array[] => addresses.map((own) => Int32Array.from(own, (at) => device.states.peek(at)));
    const moments: Int32Array[][] = [now()];
    const [{ snapshot, knowledge }] = walk.all;
    let seen = moments.length;
    const keep = (): boolean => {
      // Of a stream of any length, each is kept with the same likelihood.
      const place = seen++ < MOMENTS ? moments.length : random.below(seen);
      if (place < MOMENTS) moments[place] = now();
      return !this.options.time.isOver();
    };
    const path = this.trials.draw(random, walk.actions, knowledge, HARVEST_STEPS);
    this.trials.told(snapshot, path, knowledge, () => {}, keep);
    return [
      ...stacks,
      ...sampled.map((region, index): Exchanged => {
        // What was never seen to hold anything else is not worth writing, where there is much of it.
        const own = addresses[index].map((_, place) => place);
        const places =
          region.length <= NOISE_BYTES
            ? own
            : own.filter((place) => moments.some((moment) => moment[index][place] !== moments[0][index][place]));
        const chosen = places.map((place) => addresses[index][place]);
        return {
          region,
          addresses: chosen,
          masks: masksOf(region, chosen),
          words: moments.map((moment) => Int32Array.from(places, (place) => moment[index][place])),
        };
      }),
    ];
  }
}
