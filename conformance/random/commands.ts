/**
 * Random runs of a device, for fast-check: every access that a guest can make, lawful or not, and everything that the device model and
 * its host can do.
 *
 * The one module that imports fast-check, which is no dependency of the published package: nothing that the package
 * exports or that its command line runs may import this one.
 */
import * as fc from 'fast-check';
import * as registers from '../../src/registers.ts';
import { type Stimulus, stimulusSentence } from './stimulus.ts';
import type { RunCheck } from './run-check.ts';
import type { ObservedDevice } from './observed.ts';
import { projectedMessage } from './projection.ts';
import type { RegisterWrite } from './runs.ts';

/**
 * By default fast-check makes short runs, and misses half of what takes five steps to go wrong; 'max' alone has no end.
 */
const LENGTH = { size: 'max', maxLength: 60 } as const;

// ---- Values

/** Numbers of vectors: the least, the most, those around the words of the Pending Bit Array, and any other. */
export const vectorCounts: fc.Arbitrary<number> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(1, 2, 3, 31, 32, 33, 63, 64, 65, 127, 128, 2047, 2048) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: registers.VECTOR_COUNT_MAX }) },
);

/** Dwords: a few that come again and again, so that an entry is written back now and then, and any other. */
const dwords = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, 1, 3, 0x4021, 0x7fffffff, 0x80000000, 0xfee01004, 0xffffffff) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffffffff }) },
);

/** The vectors that a run is mostly about. Among two thousand, one met twice by chance would be rare. */
function casts(vectorCount: number): fc.Arbitrary<readonly number[]> {
  const last = vectorCount - 1;
  const edges = [0, 1, 31, 32, 63, 64, last - 1, last].filter((vector) => vector >= 0 && vector <= last);
  const vectors = fc.oneof(fc.constantFrom(...edges), fc.integer({ min: 0, max: last }));
  return fc.uniqueArray(vectors, { minLength: 1, maxLength: 3, size: 'max' });
}

// ---- Accesses

const tableWrite = (offset: number, bytes: number, low: number, high = 0): Stimulus => ({
  verb: 'tableWrite',
  offset,
  bytes,
  low,
  high,
});

/** The byte of Message Control with the writable bits: mostly "on", since little happens while it is not. */
const controlBytes = fc
  .tuple(fc.oneof({ weight: 4, arbitrary: fc.constant(0x80) }, fc.constantFrom(0, 0x40, 0xc0)), fc.nat({ max: 0x3f }))
  .map(([writable, reserved]) => writable | reserved);

/** Writes of Message Control by every width that reaches its writable bits, noise in all other bits. */
const controlWrites = fc
  .tuple(controlBytes, dwords, fc.constantFrom([3, 1], [3, 2], [3, 4], [2, 2], [2, 4], [1, 4], [0, 4]))
  .map(([byte, noise, [offset, bytes]]): Stimulus => {
    const shift = 8 * (3 - offset);
    const value = ((noise & ~(0xff << shift)) | (byte << shift)) >>> 0;
    return { verb: 'configWrite', offset, bytes, value };
  });

/** Any access to the capability, most of which miss those bits. */
const configAccesses: fc.Arbitrary<Stimulus> = fc.record({
  verb: fc.constantFrom('configRead' as const, 'configWrite' as const),
  offset: fc.nat({ max: registers.CAPABILITY_BYTES }),
  bytes: fc.constantFrom(1, 2, 4),
  value: dwords,
});

const entryOf = (vector: number): number => registers.ENTRY_BYTES * vector;
const pendingQwordOf = (vector: number): number =>
  registers.PBA_QWORD_BYTES * Math.floor(vector / registers.PBA_QWORD_BITS);

/** Writes to an entry by dwords and QWORDs: any message, any reserved bits, whether the vector is blocked or not. */
function entryWrites(vector: number): fc.Arbitrary<Stimulus> {
  const at = entryOf(vector);
  return fc.oneof(
    { weight: 4, arbitrary: dwords.map((low) => tableWrite(at + 12, 4, low)) },
    fc.tuple(fc.constantFrom(0, 4, 8), dwords).map(([place, low]) => tableWrite(at + place, 4, low)),
    fc.tuple(dwords, dwords).map(([low, high]) => tableWrite(at, 8, low, high)),
    { weight: 2, arbitrary: fc.tuple(dwords, dwords).map(([low, high]) => tableWrite(at + 8, 8, low, high)) },
  );
}

/** As `entryWrites`, but each half of the message is written whole, as zero or as that of the projected message. */
function projectedWrites(vector: number): fc.Arbitrary<Stimulus> {
  const at = entryOf(vector);
  const { low, high, data } = projectedMessage(vector);
  const halves = fc.constantFrom(0, data);
  return fc.oneof(
    { weight: 4, arbitrary: dwords.map((word) => tableWrite(at + 12, 4, word)) },
    halves.map((half) => tableWrite(at + 8, 4, half)),
    fc
      .tuple(fc.boolean(), fc.nat({ max: registers.ADDRESS_LOW_RESERVED }))
      .map(([some, noise]) => tableWrite(at, 8, (some ? low : 0) + noise, some ? high : 0)),
    fc.tuple(halves, dwords).map(([half, word]) => tableWrite(at + 8, 8, half, word)),
  );
}

/** Lawful reads of an entry and of the Pending bits around it. */
function readsAround(vector: number): fc.Arbitrary<Stimulus> {
  const pendingQword = pendingQwordOf(vector);
  return fc.oneof(
    fc
      .constantFrom(0, 4, 8, 12)
      .map((place): Stimulus => ({ verb: 'tableRead', offset: entryOf(vector) + place, bytes: 4 })),
    fc.constantFrom(0, 8).map((place): Stimulus => ({ verb: 'tableRead', offset: entryOf(vector) + place, bytes: 8 })),
    fc
      .constantFrom([0, 4], [4, 4], [0, 8])
      .map(([place, bytes]): Stimulus => ({ verb: 'pbaRead', offset: pendingQword + place, bytes })),
  );
}

/** Anything at all, most of it nonsense: any offset, any size, any value, any vector. */
function wildAccesses(vectorCount: number): fc.Arbitrary<Stimulus> {
  const end = entryOf(vectorCount);
  const nonsense = fc.oneof(fc.constantFrom(-1, 0.5, NaN, Infinity, 2 ** 31, 2 ** 32, 2 ** 32 + 12), fc.double());
  const offsets = fc.oneof(fc.integer({ min: 0, max: 24 }), fc.integer({ min: -16, max: end + 16 }), nonsense);
  const sizes = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(0, 1, 2, 3, 4, 5, 8, 16, 4096) },
    { weight: 1, arbitrary: nonsense },
  );
  const values = fc.oneof({ weight: 3, arbitrary: dwords }, { weight: 1, arbitrary: nonsense });
  const place = { offset: offsets, bytes: sizes };
  return fc.oneof(
    fc.record({ verb: fc.constantFrom('configRead' as const, 'tableRead' as const, 'pbaRead' as const), ...place }),
    fc
      .record({
        verb: fc.constantFrom('configWrite' as const, 'tableWrite' as const, 'pbaWrite' as const),
        ...place,
        low: values,
        high: values,
      })
      .map((each): Stimulus =>
        each.verb === 'configWrite' ? { ...each, verb: each.verb, value: each.low } : { ...each, verb: each.verb },
      ),
    fc.record({
      verb: fc.constantFrom('signal' as const, 'retire' as const),
      vector: fc.oneof(fc.constantFrom(-1, vectorCount, vectorCount + 1), nonsense),
    }),
  );
}

/** What a sane guest, device and host do, to the vectors of `cast`; `writes` makes the writes to an entry. */
function saneAccesses(
  vectorCount: number,
  cast: readonly number[],
  writes: (vector: number) => fc.Arbitrary<Stimulus>,
): fc.Arbitrary<Stimulus> {
  const vectors = fc.constantFrom(...cast);
  const device = fc.record({
    verb: fc.constantFrom('signal' as const, 'signal' as const, 'retire' as const),
    vector: vectors,
  });
  return fc.oneof(
    { weight: 8, arbitrary: fc.oneof(...cast.map(writes)) },
    { weight: 4, arbitrary: device },
    { weight: 3, arbitrary: controlWrites },
    { weight: 2, arbitrary: fc.oneof(...cast.map(readsAround)) },
    { weight: 1, arbitrary: configAccesses },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Stimulus>({ verb: 'reset' }, { verb: 'saveAndRestore' }, { verb: 'saveAndRestore' }),
    },
  );
}

/**
 * Accesses that miss by little: a width too many, a byte beside, or just behind the end of the table and of the PBA.
 */
function nearMisses(vectorCount: number): fc.Arbitrary<Stimulus> {
  const kinds = fc.constantFrom(...(['tableRead', 'tableWrite', 'pbaRead', 'pbaWrite'] as const));
  const places = fc.oneof(
    fc.record({ dword: fc.integer({ min: -4, max: 8 }), behind: fc.constant(true), beside: fc.constant(0) }),
    fc.record({ dword: fc.nat({ max: 8 }), behind: fc.boolean(), beside: fc.integer({ min: 1, max: 3 }) }),
  );
  return fc
    .tuple(kinds, places, fc.constantFrom(4, 8), dwords, dwords)
    .map(([verb, { dword, behind, beside }, bytes, low, high]): Stimulus => {
      const isTable = verb === 'tableRead' || verb === 'tableWrite';
      const end = isTable ? entryOf(vectorCount) : pendingQwordOf(vectorCount - 1) + registers.PBA_QWORD_BYTES;
      return { verb, offset: Math.max(0, (behind ? end : 0) + 4 * dword + beside), bytes, low, high };
    });
}

/** Everything that can be done to a function, mostly to the vectors of `cast`. */
function anyAccesses(vectorCount: number, cast: readonly number[]): fc.Arbitrary<Stimulus> {
  return fc.oneof(
    { weight: 16, arbitrary: saneAccesses(vectorCount, cast, entryWrites) },
    { weight: 1, arbitrary: nearMisses(vectorCount) },
    { weight: 1, arbitrary: wildAccesses(vectorCount) },
  );
}

// ---- Commands

/** One stimulus, checked. The model of a run is the check: what must hold, not a second implementation. */
class StimulusCommand implements fc.Command<RunCheck, ObservedDevice> {
  readonly stimulus: Stimulus;

  constructor(stimulus: Stimulus) {
    this.stimulus = stimulus;
  }

  check(check: Readonly<RunCheck>): boolean {
    // What comes after the first breach is not run, and so is the first thing that shrinking drops.
    return check.breaches.length === 0;
  }

  run(check: RunCheck, subject: ObservedDevice): void {
    check.watch(subject, this.stimulus);
  }

  toString(): string {
    return stimulusSentence(this.stimulus);
  }
}

/** What a crowd of neighbours does, one after the other: enough to fill words of the Pending Bit Array. */
const CROWD: Readonly<Record<string, (vector: number) => Stimulus>> = {
  signals: (vector) => ({ verb: 'signal', vector }),
  retires: (vector) => ({ verb: 'retire', vector }),
  masks: (vector) => tableWrite(entryOf(vector) + 12, 4, 1),
  unmasks: (vector) => tableWrite(entryOf(vector) + 12, 4, 0),
};

/** The same access for each of up to 70 neighbours, each checked. */
class CrowdCommand implements fc.Command<RunCheck, ObservedDevice> {
  readonly verb: string;
  readonly first: number;
  readonly last: number;

  constructor(verb: string, first: number, last: number) {
    this.verb = verb;
    this.first = first;
    this.last = last;
  }

  check(check: Readonly<RunCheck>): boolean {
    return check.breaches.length === 0;
  }

  run(check: RunCheck, subject: ObservedDevice): void {
    for (let vector = this.first; vector <= this.last && check.breaches.length === 0; vector++) {
      check.watch(subject, CROWD[this.verb](vector));
    }
  }

  toString(): string {
    return `${this.verb} vectors ${this.first} to ${this.last}`;
  }
}

function crowds(vectorCount: number): fc.Arbitrary<CrowdCommand> {
  const verbs = fc.constantFrom(...Object.keys(CROWD));
  return fc
    .tuple(verbs, fc.nat({ max: vectorCount - 1 }), fc.nat({ max: 70 }))
    .map(([verb, first, more]) => new CrowdCommand(verb, first, Math.min(first + more, vectorCount - 1)));
}

// ---- Runs

/** A function, and what is done to it. */
export interface CommandRun {
  readonly vectorCount: number;
  readonly commands: Iterable<fc.Command<RunCheck, ObservedDevice>>;
}

/** Runs of commands, for the properties of states and steps. */
export const commandRuns: fc.Arbitrary<CommandRun> = vectorCounts.chain((vectorCount) =>
  casts(vectorCount).chain((cast) => {
    const single = anyAccesses(vectorCount, cast).map((access) => new StimulusCommand(access));
    const all = fc.oneof({ weight: 40, arbitrary: single }, { weight: 1, arbitrary: crowds(vectorCount) });
    return fc.record({
      vectorCount: fc.constant(vectorCount),
      commands: fc.commands<RunCheck, ObservedDevice>([all], { size: 'max', maxCommands: LENGTH.maxLength }),
    });
  }),
);

const meanings = (cast: readonly number[]): fc.Arbitrary<RegisterWrite> => {
  const vectors = fc.constantFrom(...cast);
  return fc.oneof(
    fc.record({ register: fc.constant('control' as const), byte: controlBytes }),
    fc.record({ register: fc.constant('address' as const), vector: vectors, low: dwords, high: dwords }),
    fc.record({
      register: fc.constant('dataAndControl' as const),
      vector: vectors,
      data: dwords,
      masked: fc.boolean(),
    }),
  );
};

/** Runs for `SizeEquivalenceRuns`. */
export const sizeRuns = vectorCounts.chain((vectorCount) =>
  casts(vectorCount).chain((cast) =>
    fc.record({
      vectorCount: fc.constant(vectorCount),
      history: fc.array(anyAccesses(vectorCount, cast), LENGTH),
      meaning: meanings(cast),
      noise: fc.integer({ min: 0, max: 0xffffffff }),
    }),
  ),
);

/** Runs for `RestoreBisimRuns`. */
export const restoreRuns = vectorCounts.chain((vectorCount) =>
  casts(vectorCount).chain((cast) => {
    const history = fc.array(anyAccesses(vectorCount, cast), LENGTH);
    return fc.record({
      vectorCount: fc.constant(vectorCount),
      history,
      otherHistory: fc.oneof(fc.constant<Stimulus[]>([]), history),
      continuation: history,
    });
  }),
);

/**
 * Runs for `ProjectionRuns`: whatever is written to the entries that are followed, the machine must have a name for.
 */
export const projectionRuns = vectorCounts.chain((vectorCount) =>
  casts(vectorCount).chain((followed) => {
    const isOfOthers = (access: Stimulus): boolean =>
      access.verb !== 'tableWrite' || !followed.includes(Math.floor(access.offset / registers.ENTRY_BYTES));
    const others = casts(vectorCount).chain((cast) => anyAccesses(vectorCount, cast));
    const all = fc.oneof(
      { weight: 5, arbitrary: saneAccesses(vectorCount, followed, projectedWrites) },
      { weight: 1, arbitrary: others.filter(isOfOthers) },
    );
    return fc.record({
      vectorCount: fc.constant(vectorCount),
      followed: fc.constant(followed),
      stimuli: fc.array(all, LENGTH),
    });
  }),
);
