/**
 * Why a device has more states than what is believed of it: which bytes tell states apart of which all the same is believed, which events change
 * them, and whether they ever matter. What never matters is proposed to be left out.
 */
import { hex } from '../device/hexadecimal.ts';
import type { Region, WasmDevice } from '../device/wasm.ts';
import { Random } from '../judge/random.ts';
import type { Alphabet } from '../judge/actions.ts';
import type { Pair, PairWalk } from '../judge/walk.ts';
import type { TimeLeft } from './time.ts';
import { isSame, Trials } from './trials.ts';

/** Bytes that make pairs grow. */
export interface Growth {
  readonly region: Region;
  /** The dwords of it that were seen to differ. */
  readonly dwords: number;
  /** In how many of the classes of states of which the same is believed they differ. */
  readonly classes: number;
  /** How many values they had. */
  readonly values: number;
  /** The accesses and events that change them, the most frequent first. */
  readonly changedBy: readonly string[];
  /**
   * `never`: no exchange of their contents between any states made a difference. `left over`: none between states of which the same is
   * believed did, and some did otherwise. `matters`: some did. `untried`: there was no time to find out.
   */
  readonly matters: 'never' | 'left over' | 'matters' | 'untried';
  readonly trials: number;
}

/** What was found out. */
export interface Growths {
  readonly states: number;
  readonly classes: number;
  readonly growths: readonly Growth[];
}

const MEMBERS = 40;
const CLASSES = 300;
const LOOKED_AT = 4000;
const TRIALS = 300;
const TRIAL_LENGTH = 6;

/** Looks at a walk, whether it came to its end or not. */
export async function growthOf(
  device: WasmDevice,
  walk: PairWalk,
  alphabet: Alphabet,
  time: TimeLeft,
  seed = 1,
): Promise<Growths> {
  const { all } = walk;
  const classes = new Map<string, Pair[]>();
  for (const pair of all) {
    const { knowledge, capability, vectors } = pair;
    const key = [capability, vectors.join(), knowledge.message.join(), knowledge.masked.join(), knowledge.enabled].join(
      '|',
    );
    const members = classes.get(key);
    if (members === undefined) classes.set(key, [pair]);
    else members.push(pair);
  }
  const crowded = [...classes.values()].filter((members) => members.length > 1);
  const found = new Map<string, Tally>();
  for (const [number, members] of crowded.slice(0, CLASSES).entries()) {
    await time.rest();
    if (number > 0 && time.isOver()) break;
    const step = Math.max(1, Math.floor(members.length / MEMBERS));
    for (let index = step; index < members.length; index += step)
      tell(device, members[0].snapshot, members[index].snapshot, number, found);
  }
  const events = await eventsOf(device, walk, time);
  const trials = new Trials(device, alphabet.book, alphabet.vectors ?? []);
  const random = new Random(seed);
  const growths: Growth[] = [];
  for (const { region, dwords, classes: differing, values } of merged([...found.values()])) {
    const exchange = (pairOf: () => readonly [Pair, Pair]): Promise<Exchanges> =>
      tryExchanges(device, trials, walk, random, dwords, pairOf, time);
    const within = await exchange(() => {
      const members = random.pick(crowded);
      return [random.pick(members), random.pick(members)];
    });
    const anywhere = within.differs ? within : await exchange(() => [random.pick(all), random.pick(all)]);
    const isTried = within.isWhole && anywhere.isWhole;
    growths.push({
      region,
      dwords: dwords.size,
      classes: differing.size,
      values: values.size,
      changedBy: changersOf(events, dwords),
      matters: within.differs ? 'matters' : !isTried ? 'untried' : anywhere.differs ? 'left over' : 'never',
      trials: within.trials + (within.differs ? 0 : anywhere.trials),
    });
  }
  return {
    states: new Set(all.map(({ snapshot }) => snapshot)).size,
    classes: classes.size,
    growths: growths.toSorted((one, other) => other.values - one.values || other.classes - one.classes),
  };
}

interface Tally {
  readonly region: Region;
  /** By address, the bits that were seen to differ. */
  readonly dwords: Map<number, number>;
  readonly classes: Set<number>;
  readonly values: Set<number>;
}

/** Takes up in what two states differ: a dword may hold the bytes of several variables. */
function tell(device: WasmDevice, one: number, other: number, number: number, found: Map<string, Tally>): void {
  for (const address of device.states.differing(one, other)) {
    const value = device.states.wordAt(other, address);
    for (const [region, mask] of partsOf(device, address, value ^ device.states.wordAt(one, address))) {
      const key = keyOf(region);
      const tally = found.get(key) ?? { region, dwords: new Map(), classes: new Set(), values: new Set() };
      tally.dwords.set(address, (tally.dwords.get(address) ?? 0) | mask);
      tally.classes.add(number);
      if (tally.values.size < 10_000) tally.values.add(value & mask);
      found.set(key, tally);
    }
  }
}

const keyOf = ({ name, address }: Region): string => `${name} ${address}`;

/** The regions that bits of a dword belong to, with the bytes of each. */
function partsOf(device: WasmDevice, address: number, differing: number): (readonly [Region, number])[] {
  if (address < 0) return [[device.regionAt(address), -1]];
  const parts = new Map<string, readonly [Region, number]>();
  for (const byte of bytesOf(address, differing)) {
    const region = device.regionAt(byte);
    parts.set(keyOf(region), [region, (parts.get(keyOf(region))?.[1] ?? 0) | (0xff << (8 * (byte - address)))]);
  }
  return [...parts.values()];
}

/** Dwords that stand together and have no names are told of as one. */
function merged(found: Tally[]): Tally[] {
  const all: Tally[] = [];
  for (const tally of found.toSorted((one, other) => one.region.address - other.region.address)) {
    const last = all.at(-1);
    const isPlain = tally.region.kind === 'heap' || tally.region.kind === 'data';
    if (
      last === undefined ||
      !isPlain ||
      last.region.kind !== tally.region.kind ||
      tally.region.address > last.region.address + last.region.length + 60
    ) {
      all.push(tally);
      continue;
    }
    const { name, kind, address } = last.region;
    all[all.length - 1] = {
      region: { name, kind, address, length: tally.region.address + tally.region.length - address },
      dwords: new Map([...last.dwords, ...tally.dwords]),
      classes: new Set([...last.classes, ...tally.classes]),
      values: new Set([...last.values, ...tally.values]),
    };
  }
  return all;
}

/** How often each kind of access and event was seen to change a byte, or a word of the globals. */
type Changers = ReadonlyMap<number, ReadonlyMap<string, number>>;

async function eventsOf(device: WasmDevice, { all, actions }: PairWalk, time: TimeLeft): Promise<Changers> {
  const { states } = device;
  const events = new Map<number, Map<string, number>>();
  const step = Math.max(1, Math.floor(all.length / LOOKED_AT));
  for (let at = 1; at < all.length && !time.isOver(); at += step) {
    await time.rest();
    const { parent, snapshot, action } = all[at];
    const [kind] = actions[action].kind.split('/');
    for (const address of states.differing(all[parent].snapshot, snapshot)) {
      const value = states.wordAt(snapshot, address) ^ states.wordAt(all[parent].snapshot, address);
      for (const byte of bytesOf(address, value)) {
        const counts = events.get(byte) ?? new Map<string, number>();
        counts.set(kind, (counts.get(kind) ?? 0) + 1);
        events.set(byte, counts);
      }
    }
  }
  return events;
}

/** The bytes of a dword that a mask has bits of; a word of the globals is one. */
const bytesOf = (address: number, mask: number): number[] =>
  address < 0 ? [address] : [0, 1, 2, 3].filter((byte) => mask & (0xff << (8 * byte))).map((byte) => address + byte);

/** What changes some bytes, the most frequent first. */
function changersOf(events: Changers, dwords: ReadonlyMap<number, number>): string[] {
  const sums = new Map<string, number>();
  for (const [address, mask] of dwords) {
    for (const byte of bytesOf(address, mask))
      for (const [kind, times] of events.get(byte) ?? []) sums.set(kind, (sums.get(kind) ?? 0) + times);
  }
  return [...sums].toSorted((one, other) => other[1] - one[1]).map(([kind]) => kind);
}

/** What came of exchanges. */
interface Exchanges {
  readonly differs: boolean;
  readonly trials: number;
  /** Whether there was time for all of them. */
  readonly isWhole: boolean;
}

/** Puts the bytes of one state into another, and looks whether it shows. */
async function tryExchanges(
  device: WasmDevice,
  trials: Trials,
  { actions }: PairWalk,
  random: Random,
  dwords: ReadonlyMap<number, number>,
  pairOf: () => readonly [Pair, Pair],
  time: TimeLeft,
): Promise<Exchanges> {
  const { states } = device;
  const all = [...dwords];
  let done = 0;
  for (let attempt = 0; attempt < 4 * TRIALS && done < TRIALS; attempt++) {
    await time.rest();
    if (time.isOver()) return { differs: false, trials: done, isWhole: false };
    const [one, other] = pairOf();
    const values = all.map(([address]) => states.wordAt(other.snapshot, address));
    if (all.every(([address, mask], index) => ((values[index] ^ states.wordAt(one.snapshot, address)) & mask) === 0))
      continue;
    const path = trials.draw(random, actions, one.knowledge, TRIAL_LENGTH);
    const plain = trials.told(one.snapshot, path, one.knowledge, () => {});
    const changed = trials.told(one.snapshot, path, one.knowledge, () =>
      all.forEach(([address, mask], index) => states.poke(address, values[index], mask)),
    );
    done++;
    if (!isSame(plain, changed)) return { differs: true, trials: done, isWhole: true };
  }
  return { differs: false, trials: done, isWhole: true };
}

/** What was found out, in sentences. */
export function tellGrowths({ states, classes, growths }: Growths, limit = 6): string[] {
  if (growths.length === 0) return [];
  return [
    `The device has ${states} states where what is believed of it has ${classes}. What tells them apart:`,
    ...growths.slice(0, limit).map((growth) => `  ${tellGrowth(growth)}`),
    ...(growths.length > limit ? [`  and ${growths.length - limit} more`] : []),
  ];
}

/** The same of a walk that came to its end: what is state, is state, and is told in a line. */
export function tellSpare(all: Growths): string[] {
  const spare = all.growths.filter(({ matters }) => matters !== 'matters');
  if (all.growths.length === 0 || spare.length > 0) return tellGrowths({ ...all, growths: spare }, 3);
  return [
    `The device has ${all.states} states where what is believed of it has ${all.classes}: it knows more than a guest can see, and all of that matters.`,
  ];
}

function tellGrowth({ region, dwords, values, changedBy, matters, trials }: Growth): string {
  const { name, address, length, kind } = region;
  const where =
    kind === 'global' ? name : `${name} (${Math.min(4 * dwords, length)} of its ${length} bytes at ${hex(address)})`;
  const events = changedBy.length === 0 ? 'no event that was looked at' : changedBy.slice(0, 4).join(', ');
  const seen = `${where}: ${values} values, changed by ${events}`;
  if (matters === 'untried') return `${seen}. There was no time to see whether it matters.`;
  if (matters === 'matters')
    return `${seen}. It matters: it is state, and was exchanged ${trials} times until it showed.`;
  if (matters === 'never')
    return `${seen}. It never showed in ${trials} exchanges: ${kind === 'global' ? CURES.global : `--ignore ${nameOf(region)} leaves it out`}.`;
  return `${seen}. Among states of which the same is believed it never showed in ${trials} exchanges, and otherwise it did: ${CURES[kind]}.`;
}

const LEFT_OVER = 'left over from before: clear it where it is no longer used';
/** What to do about bytes that are no state, and cannot be left out as they are. */
const CURES: Readonly<Record<Region['kind'], string>> = {
  heap: 'memory that is free, most likely: the allocators of the shims zero what is freed',
  stack: 'what calls left on the stack: export __data_end, and it is left out',
  global: 'it is no memory that could be left out; allocate once, in init, and give back what is allocated later',
  variable: LEFT_OVER,
  data: LEFT_OVER,
};

/** What `--ignore` takes for a region. */
export const nameOf = ({ name, kind, address, length }: Region): string =>
  kind === 'variable' ? name : kind === 'stack' ? 'stack' : `${hex(address)}+${length}`;

/** The regions that may be left out. */
export const proposalsOf = ({ growths }: Growths): string[] =>
  growths
    .filter(({ matters, region }) => matters === 'never' && region.kind !== 'global')
    .map(({ region }) => nameOf(region));
