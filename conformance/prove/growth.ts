/**
 * Why a device has more states than what is believed of it: which bytes tell states apart of which all the same is believed, which events change
 * them, and whether they ever matter. What never matters is proposed to be left out.
 */
import type { Region, WasmDevice } from '../device/wasm.ts';
import { Random } from '../judge/random.ts';
import type { Alphabet } from '../judge/actions.ts';
import type { Pair, PairWalk } from '../judge/walk.ts';
import { Trials } from './trials.ts';

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
   * believed did, and some did otherwise. `matters`: some did.
   */
  readonly matters: 'never' | 'left over' | 'matters';
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
const LOOKED_AT = 600;
const TRIALS = 300;
const TRIAL_LENGTH = 6;

/** Looks at a walk, whether it came to its end or not. */
export function growthOf(device: WasmDevice, walk: PairWalk, alphabet: Alphabet, seed = 1): Growths {
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
  const found = new Map<string, { region: Region; dwords: Set<number>; classes: Set<number>; values: Set<number> }>();
  crowded.slice(0, CLASSES).forEach((members, number) => {
    const step = Math.max(1, Math.floor(members.length / MEMBERS));
    for (let index = step; index < members.length; index += step) {
      for (const address of device.states.differing(members[0].snapshot, members[index].snapshot)) {
        const region = device.regionAt(address);
        const key = `${region.name} ${region.address}`;
        const tally = found.get(key) ?? { region, dwords: new Set(), classes: new Set(), values: new Set() };
        tally.dwords.add(address);
        tally.classes.add(number);
        if (tally.values.size < 10_000) tally.values.add(device.states.wordAt(members[index].snapshot, address));
        found.set(key, tally);
      }
    }
  });
  const merged = mergedHeap([...found.values()]);
  const events = eventsOf(device, walk);
  const trials = new Trials(device, alphabet.book, alphabet.vectors ?? []);
  const random = new Random(seed);
  const growths = merged.map(({ region, dwords, classes: differing, values }): Growth => {
    const addresses = [...dwords];
    const within = tryExchanges(device, trials, walk, random, addresses, () => {
      const members = random.pick(crowded);
      return [random.pick(members), random.pick(members)];
    });
    const anywhere = within.differs
      ? within
      : tryExchanges(device, trials, walk, random, addresses, () => [random.pick(all), random.pick(all)]);
    return {
      region,
      dwords: dwords.size,
      classes: differing.size,
      values: values.size,
      changedBy: [...(events.get(`${region.name} ${region.address}`) ?? new Map<string, number>())]
        .toSorted((one, other) => other[1] - one[1])
        .map(([kind]) => kind),
      matters: within.differs ? 'matters' : anywhere.differs ? 'left over' : 'never',
      trials: within.trials + (within.differs ? 0 : anywhere.trials),
    };
  });
  return {
    states: new Set(all.map(({ snapshot }) => snapshot)).size,
    classes: classes.size,
    growths: growths.toSorted((one, other) => other.values - one.values || other.classes - one.classes),
  };
}

interface Tally {
  readonly region: Region;
  readonly dwords: Set<number>;
  readonly classes: Set<number>;
  readonly values: Set<number>;
}

/** Dwords that stand together and have no names are told of as one. */
function mergedHeap(found: Tally[]): Tally[] {
  const merged: Tally[] = [];
  for (const tally of found.toSorted((one, other) => one.region.address - other.region.address)) {
    const last = merged.at(-1);
    const isPlain = tally.region.kind === 'heap' || tally.region.kind === 'data';
    if (
      last === undefined ||
      !isPlain ||
      last.region.kind !== tally.region.kind ||
      tally.region.address > last.region.address + last.region.length + 60
    ) {
      merged.push(tally);
      continue;
    }
    const { name, kind, address } = last.region;
    merged[merged.length - 1] = {
      region: { name, kind, address, length: tally.region.address + tally.region.length - address },
      dwords: new Set([...last.dwords, ...tally.dwords]),
      classes: new Set([...last.classes, ...tally.classes]),
      values: new Set([...last.values, ...tally.values]),
    };
  }
  return merged;
}

/** Which kinds of access and event change each region. */
function eventsOf(device: WasmDevice, { all, actions }: PairWalk): Map<string, Map<string, number>> {
  const events = new Map<string, Map<string, number>>();
  const step = Math.max(1, Math.floor(all.length / LOOKED_AT));
  for (let at = 1; at < all.length; at += step) {
    const { parent, snapshot, action } = all[at];
    const kind = actions[action].kind.split('/')[0];
    for (const address of device.states.differing(all[parent].snapshot, snapshot)) {
      const { name, address: from } = device.regionAt(address);
      const key = `${name} ${from}`;
      const counts = events.get(key) ?? new Map<string, number>();
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      events.set(key, counts);
    }
  }
  return events;
}

/** Puts the bytes of one state into another, and looks whether it shows. */
function tryExchanges(
  device: WasmDevice,
  trials: Trials,
  { actions }: PairWalk,
  random: Random,
  addresses: readonly number[],
  pairOf: () => readonly [Pair, Pair],
): { readonly differs: boolean; readonly trials: number } {
  let done = 0;
  for (let attempt = 0; attempt < 4 * TRIALS && done < TRIALS; attempt++) {
    const [one, other] = pairOf();
    const values = addresses.map((address) => device.states.wordAt(other.snapshot, address));
    if (values.every((value, index) => value === device.states.wordAt(one.snapshot, addresses[index]))) continue;
    const path = trials.draw(random, actions, one.knowledge, TRIAL_LENGTH);
    const plain = trials.told(one.snapshot, path, one.knowledge, () => {});
    const changed = trials.told(one.snapshot, path, one.knowledge, () =>
      addresses.forEach((address, index) => device.states.poke(address, values[index])),
    );
    done++;
    if (plain !== changed) return { differs: true, trials: done };
  }
  return { differs: false, trials: done };
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

function tellGrowth({ region, dwords, values, changedBy, matters, trials }: Growth): string {
  const { name, address, length, kind } = region;
  const where = `${name} (${4 * dwords} of its ${length} bytes at 0x${address.toString(16)})`;
  const events = changedBy.length === 0 ? 'no event that was looked at' : changedBy.slice(0, 4).join(', ');
  const seen = `${where}: ${values} values, changed by ${events}`;
  if (matters === 'matters')
    return `${seen}. It matters: it is state, and was exchanged ${trials} times until it showed.`;
  if (matters === 'never')
    return `${seen}. It never showed in ${trials} exchanges: --ignore ${nameOf(region)} leaves it out.`;
  const cure =
    kind === 'heap'
      ? 'memory that is free, most likely: the allocators of the shims zero what is freed'
      : kind === 'stack'
        ? 'what calls left on the stack: export __data_end, and it is left out'
        : 'left over from before: clear it where it is no longer used';
  return `${seen}. Among states of which the same is believed it never showed in ${trials} exchanges, and otherwise it did: ${cure}.`;
}

/** What `--ignore` takes for a region. */
export const nameOf = ({ name, kind, address, length }: Region): string =>
  kind === 'variable' ? name : kind === 'stack' ? 'stack' : `0x${address.toString(16)}+${length}`;

/** The regions that may be left out. */
export const proposalsOf = ({ growths }: Growths): string[] =>
  growths.filter(({ matters }) => matters === 'never').map(({ region }) => nameOf(region));
