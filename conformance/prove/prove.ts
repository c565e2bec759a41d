/**
 * `prove`: walks a device that saves and restores, beside what is believed of it, through every pair that any sequence of accesses and events leads
 * to. When every walk ends and nothing was found, all sequences of them, of any length, are right, under the profile and for this bound.
 *
 * What a proof rests on is said with it: bytes that were left out, and how often that was tested; and where a walk has no end, which bytes make
 * it grow.
 */
import type { DeviceFactory } from '../device/device.ts';
import type { Region, WasmDevice } from '../device/wasm.ts';
import { conform, type ConformOptions, type Report } from '../judge/conform.ts';
import { alphabetOf, type Scene, scenesOf } from '../judge/scenes.ts';
import { subjectOf } from '../judge/subject.ts';
import type { Walker } from '../judge/course.ts';
import { type Assumed, testAssumed } from './assumed.ts';
import { type Growths, growthOf } from './growth.ts';
import { ALL_VECTORS, provingScenes } from './scenes.ts';
import { timeUntil } from './time.ts';

/** How a device is proven. */
export interface ProveOptions extends Pick<
  ConformOptions,
  'profile' | 'learn' | 'only' | 'isStopped' | 'onProgress' | 'seed'
> {
  /** Default 1, 2 and 3. Of more than four vectors, one or two are acted upon. */
  readonly vectorCounts?: readonly number[];
  /** Only these scenes, by name. Default all. */
  readonly scenes?: readonly string[];
  /** Every width of each access, with three vectors and more too. */
  readonly widths?: boolean;
  /** Default 600. */
  readonly seconds?: number;
  /** How many pairs one walk may have. Default a million. */
  readonly states?: number;
  /** Bytes that a walk may take. Default 2 GB. */
  readonly memory?: number;
  /** How often what is assumed of left-out bytes is tested, in each scene. Default 2000 times, and each class of states three times at least. */
  readonly tests?: number;
  /** Whether it is found out what makes pairs grow. Default true. */
  readonly explains?: boolean;
  /** How many seconds random walks take with each number of vectors that cannot be proven whole. Default 10. */
  readonly sampling?: number;
}

/** One walk of a proof. */
export interface Walked {
  readonly scene: Scene;
  readonly actions: number;
  readonly pairs: number;
  /** States of the device that were told apart. */
  readonly states: number;
  readonly steps: number;
  readonly milliseconds: number;
  readonly isComplete: boolean;
  readonly assumed: readonly Assumed[];
  /** Why there are more states than beliefs; undefined of devices that are not in WebAssembly. */
  readonly growths: Growths | undefined;
}

/** What came of it. */
export interface Proof {
  /** `proven`: every walk came to its end, and nothing was found. `open`: a bound was met, or an assumption was withdrawn. */
  readonly verdict: 'proven' | 'violated' | 'open';
  readonly report: Report;
  readonly walks: readonly Walked[];
  readonly scenes: readonly Scene[];
  readonly leftOut: readonly Region[];
  /** Assumptions that a test has shown to be wrong. */
  readonly withdrawn: readonly Assumed[];
}

/** More pairs than this are looked at for what makes them grow. */
const MANY = 4;

/** Proves a device, or finds what is wrong with it. @throws what the factory throws where it makes no device that saves and restores. */
export async function prove(factory: DeviceFactory, options: ProveOptions = {}): Promise<Proof> {
  const { sampling = 10 } = options;
  const { vectorCounts = [1, 2, 3], widths = false, states = 1_000_000, memory = 2e9, seconds = 600 } = options;
  const subject = subjectOf(factory, vectorCounts);
  if (!subject.abilities.has('snapshot'))
    throw new RangeError(
      `Got ${subject.name}, which has no save and restore; expected both, or a module in WebAssembly. maskbit conform judges it without.`,
    );
  const missing = vectorCounts.filter((count) => !subject.vectorCounts.includes(count));
  if (missing.length === vectorCounts.length)
    throw new RangeError(
      `Got ${subject.name}, which has ${subject.vectorCounts.join(', ')} vectors; expected one of ${vectorCounts.join(', ')}.`,
    );
  const counts = vectorCounts.filter((count) => subject.vectorCounts.includes(count));
  const scenes = provingScenes(counts, subject.abilities, widths).filter(
    ({ name }) => options.scenes?.includes(name) !== false,
  );
  const large = scenesOf({
    vectorCounts: [1, ...counts.filter((count) => count > ALL_VECTORS)],
    abilities: subject.abilities,
  }).filter(({ isSmall }) => !isSmall);
  const walks = new Map<string, Walked>();
  const look: Walker['onWalk'] = async (device, scene, walk, until) => {
    const time = timeUntil(until, options.isStopped);
    const alphabet = alphabetOf(scene, subject.abilities);
    const wasm = 'leftOut' in device ? (device as WasmDevice) : undefined;
    const explain = async (): Promise<Growths | undefined> =>
      wasm === undefined ||
      options.explains === false ||
      walk.findings.all.length > 0 ||
      (walk.isComplete && walk.pairs < MANY)
        ? undefined
        : growthOf(wasm, walk, alphabet, time, options.seed);
    // Of a walk without an end, why it has none is what people ask first.
    const early = walk.isComplete ? undefined : await explain();
    // Of a device that is found out, too: what is left out and does matter makes findings that are none.
    const assumed =
      wasm === undefined
        ? []
        : await testAssumed(wasm, walk, alphabet, { tests: options.tests, seed: options.seed, time });
    const known = new Set(walk.all.map(({ snapshot }) => snapshot));
    walks.set(scene.name, {
      scene,
      actions: walk.actions.length,
      pairs: walk.pairs,
      states: known.size,
      steps: walk.steps,
      milliseconds: walk.milliseconds,
      isComplete: walk.isComplete,
      assumed,
      growths: walk.isComplete ? await explain() : early,
    });
  };
  const report = await conform(subject, {
    ...options,
    seconds,
    scenes: [...scenes, ...large],
    strategies: ['walk of pairs', 'random walks'],
    limits: { pairs: states, bytes: memory, sampling: 1000 * sampling },
    walker: { onWalk: look },
  });
  const all = scenes.flatMap(({ name }) => walks.get(name) ?? []);
  const withdrawn = all.flatMap(({ assumed }) => assumed.filter(({ shown }) => shown !== undefined));
  const isTested = all.every(({ assumed }) => assumed.every((each) => each.isTested));
  const isWhole =
    isTested && scenes.length > 0 && all.length === scenes.length && all.every(({ isComplete }) => isComplete);
  const device = factory({ vectorCount: counts[0] });
  return {
    verdict: report.causes.length > 0 ? 'violated' : isWhole && withdrawn.length === 0 ? 'proven' : 'open',
    report,
    walks: all,
    scenes: [...scenes, ...large],
    leftOut: 'leftOut' in device ? (device as WasmDevice).leftOut : [],
    withdrawn,
  };
}
