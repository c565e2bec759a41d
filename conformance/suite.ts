/**
 * The suite for any device that answers at once: along the paths of the machines of a function, in lockstep with them through every pair
 * of states where the device saves and restores its state, and along random walks of a seed. Each in every dialect, and every step
 * compared. What comes of it is data; who runs it prints.
 */
import { RESET } from '../machines/alphabet.ts';
import {
  isObject,
  requireCount,
  requireFields,
  requireFunction,
  requireList,
  requireOneOf,
  requireSome,
  within,
} from '../checker/argument/argument.ts';
import { enumerate } from '../checker/explore/enumerate.ts';
import {
  countSimplePaths,
  type Path,
  SIMPLE_PATH_RAIL,
  simplePaths,
  transitionPaths,
} from '../checker/explore/paths.ts';
import { GRAPH, type StateGraph } from '../checker/explore/state-graph.ts';
import { type Instance, INSTANCES, instanceName, requireInstance } from '../properties/instances.ts';
import { requireFactory } from './device/argument.ts';
import type { Device, DeviceFactory } from './device/device.ts';
import type { DeviceMaker } from './device/dwords.ts';
import { type Dialect, DIALECTS } from './device/words.ts';
import { Random } from './judge/random.ts';
import { type Again, blamedOnForms } from './paths/blamed.ts';
import { createDriver, type Driver } from './paths/drive.ts';
import { ConformanceError, type Failure, kindOf } from './paths/failure.ts';
import { isRestorable, walkInLockstep } from './paths/lockstep.ts';
import { pairPaths } from './paths/pairs.ts';

/** The parts of the suite. */
export const SUITE_PARTS = ['paths', 'lockstep', 'random'] as const;
export type SuitePart = (typeof SUITE_PARTS)[number];

/** What devices are held against: an instance of a machine, explored whole. */
export interface SuiteSubject {
  readonly instance: Instance;
  readonly graph: StateGraph;
}

/** How the suite is run. */
export interface SuiteOptions {
  /** These parts alone. */
  readonly only?: SuitePart | readonly SuitePart[];
  /** Where the random walks begin. Default 1. */
  readonly seed?: number;
  /** What devices are held against. Default: every small instance that a function implements. */
  readonly subjects?: readonly SuiteSubject[];
  /** Is told of each kind of failure the moment it is found. */
  readonly onFailure?: (failure: Failure, instance: Instance) => void;
  /** Is told before each piece of work, and how far it is. */
  readonly onProgress?: (what: string, done: number, total: number) => void;
  /** Whether to stop before the next piece of work. */
  readonly isOver?: () => boolean;
}

/** What came of a piece of work. */
export interface SuiteCount {
  readonly part: SuitePart;
  /** The instance of the machine, as tables name it. */
  readonly instance: string;
  /** Which paths, or which dialect. */
  readonly what: string;
  /** The devices; those of one piece are driven along the same paths. */
  readonly devices: readonly string[];
  /** Paths, pairs of states that device and machine reached together, or walks. */
  readonly count: number;
  /** How often a path was driven: by each device, in each dialect. */
  readonly driven: number;
  readonly steps: number;
  /** Outputs and dwords compared. */
  readonly outputs: number;
  readonly dwords: number;
  /** Of what was driven, how often a device differed. A walk in lockstep ends at the first difference. */
  readonly failing: number;
  /** Why it was left out, where it was. */
  readonly skipped?: string;
}

/** What came of the suite. */
export interface SuiteReport {
  /** Whether all that was driven did as the machines do; undefined where nothing was driven. */
  readonly holds: boolean | undefined;
  readonly counts: readonly SuiteCount[];
  /** Of those that differ in the same way, the first; along paths and in lockstep it has a shortest path. */
  readonly failures: readonly Failure[];
  /** The pieces of work that there was no time for. */
  readonly open: readonly string[];
}

/** More pairs of transitions than this are not driven: that of one vector with two messages has 3,872, the next larger one 12,168. */
const PAIRS_RAIL = 10_000;
const PAIRS = 'every pair of transitions';

/** The random walks of each instance, and the events of each. */
const WALKS = { count: 60, length: 60 } as const;

/**
 * Runs the suite against fresh devices. What a device throws, or gives and no device may give, is a failure of it that cites no rule.
 * @throws {ArgumentError} where what `create` gives is no device, or where it throws.
 * @param create Makes the device, a whole one or one by dwords; several, where they must do the same in all that a guest sees.
 */
export function runSuite(create: DeviceMaker | readonly DeviceMaker[], options: SuiteOptions = {}): SuiteReport {
  const place = 'create of runSuite';
  const isOne = typeof create === 'function' || isObject(create);
  const factories = isOne ? [requireFactory(place, create)] : requireSome(place, create, requireFactory);
  return new Suite(factories, requireSuiteOptions('the options of runSuite', options)).run();
}

function requireSuiteOptions(place: string, value: unknown): SuiteOptions {
  const hooks = ['onFailure', 'onProgress', 'isOver'] as const;
  const fields = requireFields(place, value, [...hooks, 'only', 'seed', 'subjects']);
  for (const name of hooks) if (fields[name] !== undefined) requireFunction(within(place, name), fields[name]);
  const part = (at: string, each: unknown): SuitePart => requireOneOf(at, each, SUITE_PARTS);
  const { only, seed, subjects, ...rest } = fields as Readonly<Record<string, unknown>>;
  return {
    ...rest,
    ...(only === undefined
      ? {}
      : {
          only:
            typeof only === 'string'
              ? part(within(place, 'only'), only)
              : requireSome(within(place, 'only'), only, part),
        }),
    ...(seed === undefined ? {} : { seed: requireCount(within(place, 'seed'), seed) }),
    ...(subjects === undefined ? {} : { subjects: requireList(within(place, 'subjects'), subjects, requireSubject) }),
  };
}

function requireSubject(place: string, value: unknown): SuiteSubject {
  const { instance, graph } = requireFields(place, value, ['instance', 'graph']);
  return {
    instance: requireInstance(within(place, 'instance'), instance),
    graph: GRAPH.require(within(place, 'graph'), graph),
  };
}

/** The instances that a function implements: all small ones but that of the channel, since a function sends within the step. */
export function suiteSubjects(): readonly SuiteSubject[] {
  return INSTANCES.filter(({ channel }) => !channel).map((instance) => ({
    instance,
    graph: enumerate(instance.machine, instance.events),
  }));
}

const NOTHING = { count: 0, driven: 0, steps: 0, outputs: 0, dwords: 0, failing: 0 } as const;

class Suite {
  private readonly factories: readonly DeviceFactory[];
  private readonly options: SuiteOptions;
  private readonly subjects: readonly SuiteSubject[];
  private readonly failures: Failure[] = [];
  private readonly kinds = new Set<string>();
  private readonly counts: SuiteCount[] = [];
  private readonly open: string[] = [];

  constructor(factories: readonly DeviceFactory[], options: SuiteOptions) {
    this.factories = factories;
    this.options = options;
    this.subjects = options.subjects ?? suiteSubjects();
  }

  run(): SuiteReport {
    const { only = SUITE_PARTS } = this.options;
    const work: Readonly<Record<SuitePart, (subject: SuiteSubject) => void>> = {
      paths: (subject) => this.followPaths(subject),
      lockstep: (subject) => this.walkTogether(subject),
      random: (subject) => this.walkAtRandom(subject),
    };
    for (const part of SUITE_PARTS.filter((each) => [only].flat().includes(each))) {
      for (const subject of this.subjects) {
        if (this.options.isOver?.() === true) this.open.push(`${part} of ${instanceName(subject.instance)}`);
        else work[part](subject);
      }
    }
    const { failures, counts, open } = this;
    const fails = counts.some(({ failing }) => failing > 0);
    const isDriven = counts.some(({ driven }) => driven > 0);
    return { holds: fails ? false : isDriven ? true : undefined, counts, failures, open };
  }

  /** Every simple path where they are few enough, a path through every transition of a function, and one through every pair of them where those are few enough. */
  private followPaths({ instance, graph }: SuiteSubject): void {
    const { machine, events, vectors } = instance;
    // The capability alone is driven as part of the function around it, whose machine knows what must be read back.
    const own = { instance, graph };
    const around = vectors > 0 ? own : this.subjects.find((each) => isFunction(each.instance));
    if (around === undefined) return;
    if (countSimplePaths(graph).paths <= SIMPLE_PATH_RAIL) {
      // The shortest first: it is the first difference that is told.
      const paths = simplePaths(graph).toSorted((one, other) => one.length - other.length);
      this.drive('paths', 'all simple paths', own, paths, around);
    }
    if (!isFunction(instance)) return;
    this.drive('paths', 'every transition', own, transitionPaths(machine, events));
    if (graph.states.length * events.length ** 2 > PAIRS_RAIL) return;
    this.drive('paths', PAIRS, own, pairPaths(machine, events, vectors));
  }

  /** Walks of random events from reset on: what a device remembers that no machine has, a shortest path may never meet. */
  private walkAtRandom({ instance, graph }: SuiteSubject): void {
    if (!isFunction(instance)) return;
    const { seed = 1 } = this.options;
    const random = new Random(seed);
    const walks = Array.from({ length: WALKS.count }, () =>
      Array.from({ length: WALKS.length }, () => random.pick(graph.events)),
    );
    this.drive('random', `walks of the seed ${seed}`, { instance, graph }, walks);
  }

  /** @param around What the devices are held against, where the paths are those of a part of it. */
  private drive(part: SuitePart, what: string, subject: SuiteSubject, paths: readonly Path[], around = subject): void {
    const { instance } = subject;
    const { vectors } = around.instance;
    const driver = driverOf(around);
    const devices = this.factories.map((create) => create({ vectorCount: vectors }));
    const agains = devices.map((_, factory) => this.againOn(around, factory));
    const title = `${part}: ${instanceName(instance)}, ${what}`;
    let failing = 0;
    /** The path that each device was driven along last: a reset that is wrong shows at the beginning of the next one. */
    const lasts = new Map<Device, Path>();
    for (const [done, path] of paths.entries()) {
      this.options.onProgress?.(title, done, paths.length);
      for (const [device, dialect] of inEveryDialect(devices)) {
        const last = lasts.get(device) ?? [];
        const found = failureOf(() => driver.drive(device, path, dialect));
        lasts.set(device, path);
        if (found === undefined) continue;
        failing++;
        const isShortest = part === 'paths' && what !== PAIRS;
        this.note(found, around.instance, dialect, agains[devices.indexOf(device)], isShortest, last);
      }
    }
    const { paths: driven, steps, outputs, dwords } = driver.counts;
    const names = devices.map(({ name }) => name);
    const told = { instance: instanceName(instance), what, devices: names };
    this.counts.push({ part, ...told, count: paths.length, driven, steps, outputs, dwords, failing });
  }

  /** Every pair of states that machine and device reach together, every event in each. */
  private walkTogether({ instance, graph }: SuiteSubject): void {
    if (!isFunction(instance)) return;
    const devices = this.factories.map((create) => create({ vectorCount: instance.vectors }));
    const name = instanceName(instance);
    for (const [device, dialect] of inEveryDialect(devices)) {
      const again = this.againOn({ instance, graph }, devices.indexOf(device));
      const told = { part: 'lockstep', instance: name, what: dialect.name, devices: [device.name] } as const;
      if (!isRestorable(device)) {
        this.counts.push({ ...told, ...NOTHING, skipped: 'It saves and restores no state.' });
        continue;
      }
      this.options.onProgress?.(`lockstep: ${name}, ${device.name}, ${dialect.name}`, 0, 1);
      let walked = { pairs: 0, steps: 0 };
      const failure = failureOf(() => (walked = walkInLockstep(graph, device, instance.messages, dialect)));
      if (failure !== undefined) this.note(failure, instance, dialect, again, true);
      const { pairs, steps } = walked;
      this.counts.push({ ...told, ...NOTHING, count: pairs, driven: 1, steps, failing: failure === undefined ? 0 : 1 });
    }
  }

  /** Drives fresh devices of a factory along a path: what is found is of that path alone. */
  private againOn(subject: SuiteSubject, factory: number): Again {
    const driver = driverOf(subject);
    const { vectors } = subject.instance;
    return (path, dialect) =>
      failureOf(() => driver.drive(this.factories[factory]({ vectorCount: vectors }), path, dialect));
  }

  /**
   * Notes a failure, if none of its kind is known: by a shorter path where there is one, and with the rule of a form of access that is to blame.
   * @param last The path before: what differs after the reset that ended it is told as its last step.
   */
  private note(
    found: Failure,
    instance: Instance,
    dialect: Dialect,
    again: Again,
    isShortest: boolean,
    last: Path = [],
  ): void {
    const isOfReset = found.path.length === 0;
    const raw = `${dialect.name}: ${kindOf(found)} ${isOfReset ? last.at(-1) : ''}`;
    if (this.kinds.has(raw)) return;
    const whole = (isOfReset && again([...last, RESET], dialect)) || found;
    const failure = blamedOnForms(isShortest ? whole : shortened(again, dialect, whole), dialect, again);
    const isKnown = this.kinds.has(kindOf(failure));
    this.kinds.add(raw).add(kindOf(failure));
    if (isKnown) return;
    this.failures.push(failure);
    this.options.onFailure?.(failure, instance);
  }
}

const driverOf = ({ instance, graph }: SuiteSubject): Driver =>
  createDriver(graph, instance.vectors, instance.messages);

const isFunction = ({ machine }: Instance): boolean => machine.id === 'function';

/** Every device in every dialect. */
const inEveryDialect = (devices: readonly Device[]): readonly (readonly [Device, Dialect])[] =>
  devices.flatMap((device) => DIALECTS.map((dialect) => [device, dialect] as const));

/** Runs what may find a difference; returns it. */
function failureOf(work: () => void): Failure | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof ConformanceError) return error.failure;
    throw error;
  }
}

/** Leaves events out of the path of a failure as long as the device still differs in the same register, or in its outputs. */
function shortened(again: Again, dialect: Dialect, found: Failure): Failure {
  let best = found;
  for (let at = best.path.length - 2; at >= 0; at--) {
    const path = best.path.filter((_, index) => index !== at);
    const failure = again(path, dialect);
    if (failure?.subject !== found.subject) continue;
    best = failure;
    at = Math.min(at, best.path.length - 1);
  }
  return best;
}
