/**
 * Races on the real assigned device: an event, and in the same write to the channel what a guest does just then. Nothing is waited for in
 * between, so the two meet in the levels below. Each repetition has one outcome, by what is counted and read:
 *
 *     before   the message had come when the guest's read came back
 *     held     it had not; it came once nothing blocked the vector any more
 *     late     it came after the read had come back, while it was blocked: what was in flight was not flushed [MSIX-MSG-5, MSIX-ASSIGN-6]
 *     lost     it did not come at all, and no Pending bit told of it [MSIX-PEND-1, MSIX-PEND-2]
 */
import type { RealAssignedDevice, Sighting } from '../device/nested/assigned.ts';
import type { Level } from '../device/nested/names.ts';
import { COUNTERS } from '../device/qemu/firmware.ts';
import { blockLine, blockOf, dwordsOf, QtestError, readLine, writeLine } from '../device/qemu/qtest.ts';
import type { RaceName } from './names.ts';

/** What became of an event. */
export const OUTCOMES = ['before', 'held', 'late', 'lost'] as const;
export type RaceOutcome = (typeof OUTCOMES)[number];

/** What a guest does at the same time. */
export interface Race {
  readonly name: RaceName;
  /** What meets, as a clause. */
  readonly words: string;
  /** What is prepared: vector 0 is unmasked, MSI-X enabled, unless it says otherwise. */
  readonly prepare?: (at: Places) => readonly string[];
  readonly act: (at: Places) => readonly string[];
  /** The read by which the guest knows that it is done. */
  readonly readBack: (at: Places) => string;
  /** What lets the message out, if it is held. */
  readonly release: (at: Places) => readonly string[];
  /** Whether the vector is blocked after it: a message that comes then is late. */
  readonly isBlocking: boolean;
}

/** Lines for the registers. */
export interface Places {
  readonly entry: (vector: number, offset: number, value: number) => string;
  readonly read: (vector: number, offset: number) => string;
  readonly control: (value: number) => readonly string[];
  readonly readControl: string;
}

const ADDRESS = 0xfee00000;
/** The interrupt vector of an entry; another one for a rewritten entry. */
const dataOf = (vector: number, isOther = false): number => 0x50 + 2 * vector + (isOther ? 1 : 0);
const VECTOR_CONTROL = 12;
const DATA = 8;
const ENABLED = 0x8000;
const ENABLED_AND_MASKED = 0xc000;

/** The races. */
export const RACES: readonly Race[] = [
  {
    name: 'mask',
    words: 'an event and a mask of its vector, which is read back',
    act: (at) => [at.entry(0, VECTOR_CONTROL, 1)],
    readBack: (at) => at.read(0, VECTOR_CONTROL),
    release: (at) => [at.entry(0, VECTOR_CONTROL, 0)],
    isBlocking: true,
  },
  {
    name: 'unmask',
    words: 'an event of a masked vector, and its unmask',
    prepare: (at) => [at.entry(0, VECTOR_CONTROL, 1)],
    act: (at) => [at.entry(0, VECTOR_CONTROL, 0)],
    readBack: (at) => at.read(0, VECTOR_CONTROL),
    release: () => [],
    isBlocking: false,
  },
  {
    name: 'function-mask',
    words: 'an event, and Function Mask',
    act: (at) => at.control(ENABLED_AND_MASKED),
    readBack: (at) => at.readControl,
    release: (at) => at.control(ENABLED),
    isBlocking: true,
  },
  {
    name: 'disable',
    words: 'an event, and MSI-X being disabled',
    act: (at) => at.control(0),
    readBack: (at) => at.readControl,
    release: (at) => at.control(ENABLED),
    isBlocking: true,
  },
  {
    name: 'rewrite',
    words: 'an event, and a new message for its vector, written while it is unmasked',
    act: (at) => [at.entry(0, DATA, dataOf(0, true))],
    readBack: (at) => at.read(0, DATA),
    release: (at) => [at.entry(0, VECTOR_CONTROL, 1), at.entry(0, DATA, dataOf(0)), at.entry(0, VECTOR_CONTROL, 0)],
    isBlocking: false,
  },
  {
    name: 'add',
    words: 'an event, and the first unmask of another vector since MSI-X was enabled',
    prepare: (at) => [at.entry(1, VECTOR_CONTROL, 1), ...at.control(0), ...at.control(ENABLED)],
    act: (at) => [at.entry(1, VECTOR_CONTROL, 0)],
    readBack: (at) => at.read(1, VECTOR_CONTROL),
    release: () => [],
    isBlocking: false,
  },
];

/** What a race came to. */
export interface RaceReport {
  readonly race: Race;
  /** How many were done: fewer than asked for where a level has ended. */
  readonly repetitions: number;
  /** What became of the level that ended, with the last words of each; undefined where all of them live. */
  readonly ended: string | undefined;
  readonly counts: Readonly<Record<RaceOutcome, number>>;
  /** How often a Pending bit told of an event that came later, or not at all. */
  readonly pending: number;
  /** Where lost events were last seen, as sentences with how often. */
  readonly places: ReadonlyMap<string, number>;
  readonly milliseconds: number;
  /** Of these, how many were spent waiting for messages. */
  readonly waited: number;
}

/** How a race is run. */
export interface RaceOptions {
  readonly repetitions: number;
  /** How long is waited for a message, in milliseconds. */
  readonly delay: number;
  /** So many commands that do nothing are put between the event and what the guest does: another delay of the harness. Default 0. */
  readonly gap?: number;
  /** So many repetitions go in one write, with nothing waited for; the last of them is the one that is counted. Default 1. */
  readonly burst?: number;
  readonly onProgress?: (text: string) => void;
  /** Is told the lines of L0's trace about an event that was lost. */
  readonly onLoss?: (trace: readonly string[]) => void;
}

/** Runs a race. A level that ends, ends it with what was counted until then. The device must be one whose events can be sent in a burst. */
export async function runRace(device: RealAssignedDevice, race: Race, options: RaceOptions): Promise<RaceReport> {
  const { live } = device;
  const { gap = 0, burst: together = 1 } = options;
  const { qtest } = live.memory;
  const { race: burst } = live.signaller;
  if (burst === undefined) throw new Error(`Got ${device.name}; expected a device whose events can be sent ahead.`);
  const at = placesOf(device);
  const counts: Record<RaceOutcome, number> = { before: 0, held: 0, late: 0, lost: 0 };
  const places = new Map<string, number>();
  let pending = 0;
  const began = performance.now();
  await qtest.ask([
    ...[0, 1].flatMap((vector) => [
      at.entry(vector, 0, ADDRESS),
      at.entry(vector, 4, 0),
      at.entry(vector, DATA, dataOf(vector)),
    ]),
    ...at.control(ENABLED),
    at.entry(0, VECTOR_CONTROL, 0),
  ]);
  const count = blockLine(COUNTERS + 4 * dataOf(0), 8);
  // The message, and the one that it was rewritten to.
  const sum = (answer: string): number => {
    const words = new DataView(blockOf(answer).buffer);
    return words.getUint32(0, true) + words.getUint32(4, true);
  };
  const isPending = (answer: string): boolean => (dwordsOf(answer).low & 1) !== 0;
  const counted = async (): Promise<number> => sum((await qtest.ask([count]))[0]);
  const pendingLine = readLine(live.place.pending, 4);
  let waited = 0;
  const until = async (target: number): Promise<number> => {
    const start = performance.now();
    let now = await counted();
    while (now < target && performance.now() < start + options.delay) now = await counted();
    waited += performance.now() - start;
    return now;
  };

  const { held } = await device.sighting();
  const repeat = async (repetition: number): Promise<void> => {
    await qtest.ask([...(race.prepare?.(at) ?? []), count]);
    await quietCount(counted);
    const before = await device.sighting(false);
    const meeting = [...burst.signal(0), ...Array<string>(gap).fill(pendingLine), ...race.act(at)];
    const again = [
      ...meeting,
      race.readBack(at),
      ...burst.again(0),
      ...race.release(at),
      ...(race.prepare?.(at) ?? []),
    ];
    const ahead = Array.from({ length: together - 1 }, () => again).flat();
    const answers = await qtest.ask([...ahead, count, ...meeting, race.readBack(at), count, pendingLine]);
    const first = sum(answers[ahead.length]);
    const atReadBack = sum(answers[answers.length - 2]) - first;
    const toldThen = isPending(answers[answers.length - 1]);
    const afterwards = (await until(first + 1)) - first;
    const [told] = await qtest.ask([pendingLine]);
    await qtest.ask([...burst.again(0), ...race.release(at)]);
    const released = (await until(first + 1)) - first;
    const outcome: RaceOutcome =
      atReadBack > 0
        ? 'before'
        : afterwards > 0
          ? race.isBlocking
            ? 'late'
            : 'before'
          : released > 0
            ? 'held'
            : 'lost';
    counts[outcome]++;
    if ((toldThen || isPending(told)) && outcome !== 'before') pending++;
    if (outcome === 'lost') {
      // A later look, in case that the wait was too short.
      if ((await until(first + 1)) > first) {
        counts.lost--;
        counts.held++;
        return;
      }
      const words = tellPlace(device.level, { ...before, held }, await device.sighting());
      places.set(words, (places.get(words) ?? 0) + 1);
      options.onLoss?.(device.lastTrace);
    }
    if ((repetition + 1) % 50 === 0)
      options.onProgress?.(`${race.name}: ${repetition + 1} of ${options.repetitions}, ${counts.lost} lost`);
  };
  let done = 0;
  let ended: string | undefined;
  try {
    for (; done < options.repetitions; done++) await repeat(done);
  } catch (error) {
    if (!(error instanceof QtestError)) throw error;
    ended = await device.levels.tell(error);
  }
  const milliseconds = performance.now() - began;
  return { race, repetitions: done, ended, counts, pending, places, milliseconds, waited };
}

/** Counts until nothing comes any more. */
async function quietCount(counted: () => Promise<number>): Promise<number> {
  let last = await counted();
  for (let same = 0; same < 3;) {
    const now = await counted();
    same = now === last ? same + 1 : 0;
    last = now;
  }
  return last;
}

/** Of a loss that is none: nothing left the device. */
export const NOT_SENT = 'the device did not send it';

/** Where an event was last seen that did not come. */
function tellPlace(level: Level, before: Sighting, after: Sighting): string {
  if (level === 'kvm')
    return after.held > before.held
      ? 'it waits in an event descriptor that nobody reads'
      : 'its event descriptor was written and is empty, and KVM made no interrupt of it';
  if (after.sent === 0) return NOT_SENT;
  if (after.remapped === 0) return "the device sent it, and L0's IOMMU did not pass it on";
  if (after.taken === before.taken)
    return 'it reached the interrupt controller of L1, and the host kernel gave it to no handler';
  if (after.held > before.held) return 'the host kernel took it, and it waits in an event descriptor that nobody reads';
  return level === 'guest'
    ? 'the host kernel took it and set its event descriptor, and neither KVM nor QEMU made an interrupt or a Pending bit of it'
    : 'the host kernel took it, and its event descriptor holds nothing';
}

function placesOf({ live }: RealAssignedDevice): Places {
  const { place, memory } = live;
  const control = place.capability + 2;
  return {
    entry: (vector, offset, value) => writeLine(place.table + 16 * vector + offset, 4, value),
    read: (vector, offset) => readLine(place.table + 16 * vector + offset, 4),
    control: (value) => memory.configWriteLines(place.bdf, control, 2, value),
    readControl: memory.configReadLines(place.bdf, control, 2)[0],
  };
}
