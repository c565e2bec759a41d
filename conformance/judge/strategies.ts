/**
 * Strategies: how a scene is put to a subject, in order of cost. A device that saves and restores is walked pair by pair; any other
 * one is driven along tours, complete suites and random walks.
 */
import { STRICT_CHOICES } from '../../spec/choices.ts';
import {
  type Action,
  type Alphabet,
  actionsOf,
  isScribble,
  type Knowledge,
  MutableKnowledge,
  RESETTING,
} from './actions.ts';
import { hex, wideHex } from '../device/hexadecimal.ts';
import { tellRequest } from './bench.ts';
import { AheadDevice } from './ahead.ts';
import { standing } from './blame.ts';
import { NO_SEND } from './fields.ts';
import { type Culprit, type Findings, isOfBirth, mayLead, signatureOf } from './findings.ts';
import { type Fault, Judge, type Model } from './judge.ts';
import type { MessageBook } from './messages.ts';
import { Observation } from './observation.ts';
import type { Assumptions } from './profile.ts';
import { Random } from './random.ts';
import { Recorder, type Recording } from './recording.ts';
import { alphabetOf, modelOf, type Scene, wholeOf } from './scenes.ts';
import type { Instance, Readback } from './instance.ts';
import type { Subject } from './subject.ts';
import { TourGraph, Tour } from './tour.ts';
import { type SnapshotDevice, type PairWalk, type WalkLimits, walkingPairs } from './walk.ts';

/** What a strategy works with. */
export interface StrategyContext {
  readonly subject: Subject;
  readonly scene: Scene;
  readonly model: Model;
  readonly assumptions: Assumptions;
  readonly findings: Findings;
  readonly seed: number;
  /** When it must stop, as of `performance.now()`, or whenever this says so. */
  readonly deadline: number;
  readonly isStopped: () => boolean;
  readonly onSteps: (steps: number, note: string) => void;
  /** How large a walk of pairs may become, and how many milliseconds random walks take. */
  readonly limits?: Pick<WalkLimits, 'pairs' | 'bytes'> & { readonly sampling?: number };
  /** Is told of walks of pairs when they are over. */
  readonly walker?: Walker;
}

/** Whoever looks at walks of pairs. */
export interface Walker {
  /** May take until `until`, as of `performance.now()`. */
  readonly onWalk: (device: SnapshotDevice, scene: Scene, walk: PairWalk, until: number) => Promise<void>;
}

/** What became of a strategy. */
export interface Outcome {
  readonly strategy: string;
  readonly scene: string;
  readonly steps: number;
  readonly paths: number;
  readonly milliseconds: number;
  /** Whether it came to its end. */
  readonly isComplete: boolean;
  /** What it covered, as a clause. */
  readonly covered: string;
}

/** A strategy. */
export interface Strategy {
  readonly name: string;
  readonly suits: (subject: Subject, scene: Scene) => boolean;
  readonly run: (work: StrategyContext) => Promise<Outcome>;
}

/** A state of more vectors than this is too large to be kept for every pair. */
const WALKED_VECTORS = 256;

/** Whether pairs are walked: where the devices of a subject save and restore. */
const isWalked = (subject: Subject, scene: Scene): boolean =>
  subject.abilities.has('snapshot') &&
  scene.isSmall &&
  (scene.isWalked === true || scene.vectorCount <= WALKED_VECTORS);

/** Whether that is all that is asked. Whether what another program saves is all of it is its word alone, and it is asked the rest, too. */
export const isWalkable = (subject: Subject, scene: Scene): boolean => subject.isLocal && isWalked(subject, scene);

/** So many milliseconds work goes on without a rest. */
const AT_ONCE = 100;
let rested = 0;

/** Rests a few times a second: nobody hears an interrupt while devices that answer at once are at work. */
export async function pause(): Promise<void> {
  if (performance.now() - rested < AT_ONCE) return;
  await new Promise((resolve) => setTimeout(resolve));
  rested = performance.now();
}

/** Of the time for a walk, so much is kept for whoever looks at it. */
const KEPT_FOR_WALKER = 0.25;

const pairWalk: Strategy = {
  name: 'walk of pairs',
  suits: isWalked,
  run: async ({ subject, scene, model, assumptions, findings, deadline, isStopped, onSteps, limits, walker }) => {
    const { device: local, remote } = await subject.open(scene.vectorCount);
    const device = (local ?? (remote && new AheadDevice(remote))) as SnapshotDevice | undefined;
    if (device === undefined) return notWalked(scene, 'nothing, since no instance came to life');
    const kept = walker === undefined ? 0 : KEPT_FOR_WALKER * (deadline - performance.now());
    const walking = walkingPairs(
      device,
      model,
      restricted(alphabetOf(scene, subject.abilities), assumptions),
      findings,
      { ...limits, deadline: deadline - kept, isStopped, place: { scene, strategy: 'walk of pairs' } },
      (pairs, open, steps) => onSteps(steps, `${pairs} pairs, ${open} of them open`),
    );
    let next = walking.next();
    while (next.done !== true) {
      await pause();
      const wanted = next.value;
      if (remote === undefined || wanted === undefined) next = walking.next();
      else if (wanted !== 'fresh') next = walking.next(await remote.run(wanted));
      else {
        const again = await subject.open(scene.vectorCount);
        if (again.remote === undefined) return notWalked(scene, 'some pairs, until no instance came to life');
        next = walking.next();
      }
    }
    const walked = next.value;
    await walker?.onWalk(device, scene, walked, deadline);
    return {
      strategy: 'walk of pairs',
      scene: scene.name,
      steps: walked.steps,
      paths: walked.pairs,
      milliseconds: walked.milliseconds,
      isComplete: walked.isComplete,
      covered: walked.isComplete ? `all ${walked.pairs} pairs` : `${walked.pairs} pairs, and not all`,
    };
  },
};

const notWalked = (scene: Scene, covered: string): Outcome => ({
  ...{ strategy: 'walk of pairs', scene: scene.name, steps: 0, paths: 0, milliseconds: 0 },
  ...{ isComplete: false, covered },
});

/** A tour through every sequence of some length. */
function tourOf(length: number): Strategy {
  const name = ['', 'all transitions', 'transition pairs', 'transition triples'][length];
  return {
    name,
    suits: (subject, scene) =>
      scene.isSmall && scene.vectors.length <= 4 - length && !(length > 1 && isWalkable(subject, scene)),
    run: async (work) => {
      const { scene, subject } = work;
      const alphabet = alphabetOf(scene, subject.abilities);
      const actions = actionsOf(restricted(alphabet, work.assumptions));
      const tour = new Tour(new TourGraph(strictMachine(scene), actions, scene.vectors), length);
      const outcome = await drive(work, name, alphabet.book, {
        begin: () => {
          tour.restart();
          return (knowledge, step) => {
            if (step >= INSTANCE_STEPS) return undefined;
            return tour.next(knowledge);
          };
        },
        // Reads that change something are seen only where nothing else is read: every second instance is read back rarely.
        readback: (_action, step, path) => (path % 2 === 0 ? 'all' : step % length === length - 1 ? 'all' : 'none'),
        isOver: () => tour.isDone,
      });
      return { ...outcome, isComplete: tour.isDone, covered: `${tour.covered} of ${tour.size} sequences of ${length}` };
    },
  };
}

const strictMachine = (scene: Scene) => modelOf(scene, STRICT_CHOICES, false, true).vector;

/** Every state by a shortest path, and every action after it; nothing is read before the end, for reading may hide what is wrong. */
const readAtTheEnd: Strategy = {
  name: 'transitions read at the end',
  suits: (subject, scene) =>
    scene.isSmall &&
    scene.vectors.length <= 2 &&
    !isWalkable(subject, scene) &&
    (subject.isLocal || subject.abilities.has('reset')),
  run: async (work) => {
    const { scene, subject } = work;
    const alphabet = alphabetOf(scene, subject.abilities);
    const actions = actionsOf(restricted(alphabet, work.assumptions));
    const nodes = new TourGraph(strictMachine(scene), actions, scene.vectors).everyNode();
    const size = nodes.length * actions.length;
    let at = 0;
    let isLast = false;
    const outcome = await drive(work, 'transitions read at the end', alphabet.book, {
      begin: () => {
        const { path } = nodes[Math.floor(at / actions.length)];
        const sequence = [...path, at % actions.length].map((index) => actions[index]);
        at++;
        let place = 0;
        return (knowledge) => {
          while (place < sequence.length) {
            const action = sequence[place++];
            isLast = place === sequence.length;
            if (action.isLawful(knowledge)) return action;
          }
          return undefined;
        };
      },
      readback: () => (isLast ? 'all' : 'none'),
      isOver: () => at >= size,
    });
    return { ...outcome, isComplete: at >= size, covered: `${at} of ${size} paths` };
  },
};

/** Every state, every sequence of k + 1 plain actions after it, on an instance of its own, then an event of each vector. */
function completeOf(extra: number): Strategy {
  const name = `complete suite, ${extra} extra states`;
  return {
    name,
    suits: (subject, scene) =>
      scene.isSmall && scene.vectors.length === 1 && !isWalkable(subject, scene) && scene.name === 'one vector',
    run: async (work) => {
      const { scene, subject } = work;
      const alphabet = { ...alphabetOf(scene, subject.abilities), widths: false, reads: false };
      const actions = actionsOf(restricted(alphabet, work.assumptions));
      const nominal = new TourGraph(strictMachine(scene), actions, scene.vectors);
      const nodes = nominal.everyNode();
      const length = extra + 1;
      const perNode = actions.length ** length;
      const signals = actions.filter((action) => action.kind === 'signal');
      let at = 0;
      const outcome = await drive(work, name, alphabet.book, {
        begin: () => {
          const { path } = nodes[Math.floor(at / perNode)];
          let rest = at % perNode;
          const sequence: Action[] = [...signals];
          for (let index = 0; index < length; index++) {
            sequence.unshift(actions[rest % actions.length]);
            rest = Math.floor(rest / actions.length);
          }
          sequence.unshift(...path.map((action) => actions[action]));
          at++;
          let place = 0;
          return (knowledge) => {
            while (place < sequence.length) {
              const action = sequence[place++];
              if (action.isLawful(knowledge)) return action;
            }
            return undefined;
          };
        },
        readback: () => 'all',
        isOver: () => at >= nodes.length * perNode,
      });
      const size = nodes.length * perNode;
      return { ...outcome, isComplete: at >= size, covered: `${at} of ${size} paths` };
    },
  };
}

/** Random walks: long ones, with everything mixed; each instance is read back always, sometimes, or rarely. */
const randomWalks: Strategy = {
  name: 'random walks',
  suits: (subject, scene) => !isWalkable(subject, scene),
  run: async (work) => {
    const { scene, subject, seed } = work;
    const alphabet = alphabetOf(scene, subject.abilities);
    const actions = actionsOf(restricted(alphabet, work.assumptions));
    const random = new Random(seed);
    const isLarge = !scene.isSmall;
    const until = performance.now() + (work.limits?.sampling ?? Infinity);
    const outcome = await drive(work, 'random walks', alphabet.book, {
      begin: () => (knowledge, step) => (step >= INSTANCE_STEPS ? undefined : random.pickLawful(actions, knowledge)),
      readback: (action, step, path): Readback => {
        if (isLarge)
          return step % 256 === 255
            ? 'all'
            : step % 4 === 0
              ? scene.vectors
              : action.vector >= 0
                ? [action.vector]
                : 'none';
        if (path % 3 === 0) return 'all';
        return random.below(path % 3 === 1 ? 4 : 32) === 0 ? 'all' : 'none';
      },
      isOver: () => performance.now() > until,
    });
    return { ...outcome, isComplete: false, covered: `${outcome.paths} walks of ${INSTANCE_STEPS} steps` };
  },
};

/** Every vector of many, one after the other: its events while masked, open, and masked by the function. */
const eachVector: Strategy = {
  name: 'each vector by itself',
  suits: (_subject, scene) => !scene.isSmall,
  run: async (work) => {
    const { scene, subject } = work;
    const alphabet = everyVector(scene, alphabetOf(scene, subject.abilities));
    const byName = actionsByName(scene, alphabet);
    const can = subject.signalled?.(scene.vectorCount);
    const { order, edges } = inOrderOfEdges(scene.vectorCount);
    let at = 0;
    const outcome = await drive(work, 'each vector by itself', alphabet.book, {
      begin: () => {
        let place = 0;
        return (knowledge) => {
          while (at < order.length) {
            const vector = order[at];
            const name = EACH_VECTOR[place++];
            if (name === undefined) {
              at++;
              place = 0;
              continue;
            }
            // A vector that cannot be signalled has its accesses all the same.
            if (name === 'signal.V' && can?.includes(vector) === false) continue;
            const action = byName.get(name.replace('V', String(vector)));
            if (action?.isLawful(knowledge) === true) return action;
          }
          return undefined;
        };
      },
      // The neighbours of a vector, and those that differ from it in one bit, are what a mistake would reach.
      readback: ({ vector }) =>
        vector < 0
          ? scene.vectors
          : [0, ...(edges.has(vector) ? BITS : [32, 1024])]
              .map((bit) => vector ^ bit)
              .filter((each) => each < scene.vectorCount),
      isOver: () => at >= order.length,
    });
    const isComplete = at >= order.length;
    return { ...outcome, isComplete, covered: `${at} of ${scene.vectorCount} vectors` };
  },
};

/** The bits of the number of a vector. */
const BITS = Array.from({ length: 11 }, (_, bit) => 1 << bit);

/** All vectors, the first and the last and those beside powers of two before the others: there, indices are cut off and words end. */
function inOrderOfEdges(count: number): { readonly order: readonly number[]; readonly edges: ReadonlySet<number> } {
  const beside = BITS.flatMap((power) => [power - 1, power]);
  const edges = new Set([0, count - 1, ...beside].filter((vector) => vector < count));
  return {
    order: [...edges, ...Array.from({ length: count }, (_, vector) => vector).filter((each) => !edges.has(each))],
    edges,
  };
}

/** What is done to each vector. V is its number. */
const EACH_VECTOR =
  'control.on/2 write.V.A/4 signal.V read.pba.V/4 unmask.V/4 signal.V control.onMasked/2 signal.V control.on/2 mask.V/4 signal.V unmask.V/4 mask.V/4'.split(
    ' ',
  );

/** The same alphabet with every vector acted upon, where there are many. */
function everyVector(scene: Scene, alphabet: Alphabet): Alphabet {
  if (scene.isSmall) return alphabet;
  return { ...alphabet, vectors: Array.from({ length: scene.vectorCount }, (_, vector) => vector) };
}

/** So many steps are run on one instance. */
const INSTANCE_STEPS = 1000;

/** The strategies, the cheapest first. */
export const STRATEGIES: readonly Strategy[] = [
  pairWalk,
  tourOf(1),
  eachVector,
  readAtTheEnd,
  tourOf(2),
  completeOf(1),
  randomWalks,
  tourOf(3),
  completeOf(2),
];

/** Paths on instances, one after the other. */
interface Course {
  /** Begins a path on a fresh instance. */
  readonly begin: () => (knowledge: MutableKnowledge, step: number) => Action | undefined;
  readonly readback: (action: Action, step: number, path: number) => Readback;
  readonly isOver: () => boolean;
}

/**
 * Drives a subject along a course, until it is over or the time is. Where a fresh instance is costly, a reset begins the next path, and is
 * part of the trace: what leaks across it is found, too.
 */
async function drive(
  work: StrategyContext,
  strategy: string,
  book: MessageBook,
  course: Course,
): Promise<Omit<Outcome, 'isComplete' | 'covered'>> {
  const { subject, scene, model, findings, deadline, isStopped, onSteps } = work;
  const began = performance.now();
  const isChained = !subject.isLocal && subject.abilities.has('reset');
  const foundBefore = findings.all.length;
  const isDone = (): boolean =>
    course.isOver() || performance.now() > deadline || isStopped() || findings.all.length > foundBefore + MOST_FINDINGS;
  let steps = 0;
  let paths = 0;
  let failures = 0;
  /** How often a kind of access was the last that a device answered. It is left out then, so that the rest is asked. */
  const fatal = new Map<string, number>();
  while (!isDone()) {
    await pause();
    const instance = await subject.open(scene.vectorCount);
    const judge = new Judge(model, book, instance.vectorCount);
    const knowledge = knowledgeFor(model, instance.vectorCount);
    const trace: string[] = [];
    const { observation, failure } = await instance.first(book, knowledge);
    if (failure !== undefined) {
      findings.addFailure(undefined, failure.request, failure.text, () => [], { scene, strategy });
      paths++;
      if (++failures > FAILURES) break;
      continue;
    }
    const faults = judge.begin(observation);
    /** What went wrong first on this instance, since its last reset: what goes wrong later is likely a consequence. */
    let wrongBefore: string | undefined;
    if (faults.length > 0) {
      findings.add(faults, undefined, book, () => [], { scene, strategy });
      const atBirth = faults.find(mayLead);
      wrongBefore = atBirth === undefined ? undefined : signatureOf(atBirth, undefined);
    }
    let next = course.begin();
    let path = paths++;
    let inPath = 0;
    await instance.run(
      {
        next: (known, step) => {
          if (isDone()) return undefined;
          let action = next(known, inPath++);
          while (action !== undefined && (fatal.get(action.kind) ?? 0) >= FATAL) action = next(known, inPath++);
          if (action !== undefined || !isChained || step > CHAINED_STEPS || course.isOver()) return action;
          next = course.begin();
          path = paths++;
          inPath = 0;
          return RESETTING;
        },
        readback: (action, step) => {
          const wanted = action === RESETTING || isScribble(action) ? 'all' : course.readback(action, step, path);
          return wanted === 'all' ? wholeOf(scene, step) : wanted;
        },
        resetLeaves: leftByReset(model, book),
        mostSends: (action) => judge.mostSends(action),
      },
      book,
      knowledge,
      (action, seen, failed, isAfterwards) => {
        if (!isAfterwards) {
          steps++;
          trace.push(action.name);
        }
        if (failed !== undefined) {
          const found = findings.addFailure(action, failed.request, failed.text, () => [...trace], { scene, strategy });
          if (found !== undefined) found.ahead = failed.ahead;
          failures++;
          fatal.set(action.kind, (fatal.get(action.kind) ?? 0) + 1);
          return false;
        }
        if (wrongBefore !== undefined && isOfBirth(wrongBefore) && judge.isCertain) wrongBefore = undefined;
        const wrong = judge.step(action, seen);
        if (action === RESETTING && wrong.length === 0) wrongBefore = undefined;
        if (wrong.length > 0) {
          const found = findings.add(wrong, action, book, () => [...trace], { scene, strategy });
          if (found !== undefined && wrongBefore !== found.signature) found.follows = wrongBefore;
          if (mayLead(wrong[0])) wrongBefore ??= signatureOf(wrong[0], action);
        }
        if ((steps & 0x3ff) === 0) onSteps(steps, `${paths} paths`);
        return true;
      },
    );
    onSteps(steps, `${paths} paths`);
    if (failures > FAILURES) break;
  }
  return { strategy, scene: scene.name, steps, paths, milliseconds: performance.now() - began };
}

/** What a guest knows of a fresh device, and may be sure of under a profile. */
export const knowledgeFor = ({ choices }: Model, vectorCount: number): MutableKnowledge =>
  new MutableKnowledge(vectorCount, choices.openWrites === 'kept', choices.disabledTable === 'there');

/** The message that a right device holds after a reset, where its profile says so and the suite knows it. */
function leftByReset({ choices }: Model, book: MessageBook): number | undefined {
  const zero = book.holds(0, 0, 0, 0);
  return choices.disabledTable === 'there' && choices.resetEntry === 'zero' && zero !== book.other && zero >= 0
    ? zero
    : undefined;
}

/** Where so many new findings come of one strategy, more of it tells nothing. */
const MOST_FINDINGS = 30;
/** So many steps are run on one instance that is reset between paths. */
const CHAINED_STEPS = 20_000;
/** So often a kind of access may end the device before it is left out. */
const FATAL = 3;
/** A device that fails so often in one strategy is left alone until the next one. */
const FAILURES = 20;

/** An alphabet without what guests are assumed not to do. */
export function restricted(alphabet: Alphabet, assumptions: Assumptions): Alphabet {
  return { ...alphabet, assumptions };
}

// ---- One path again

/** What was wrong with one step of a path that was run again. */
export interface RerunFault {
  readonly step: number;
  readonly action: Action | undefined;
  readonly faults: readonly Fault[];
  readonly culprit?: Culprit;
  /** Whether nothing was in doubt before it. */
  readonly wasCertain: boolean;
}

/** What a path showed when it was run again on a fresh instance. */
export interface Rerun {
  /** Step by step, what was wrong; a failure is the last. */
  readonly faults: readonly RerunFault[];
  readonly failure: { readonly step: number; readonly text: string; readonly request: string } | undefined;
  readonly recordings: readonly Recording[];
  /** The steps that were taken: those that a guest may take. */
  readonly trace: readonly string[];
  /** In registers, step by step. */
  readonly log: readonly LoggedStep[];
  /** What the last step sent, and what was read after it. */
  readonly end: string;
}

/** One step of a path in registers. */
export interface LoggedStep {
  readonly action: string;
  readonly requests: readonly string[];
  readonly messages: readonly string[];
}

/** How a path is run again. */
export interface RerunOptions {
  /** Whether it is told in registers. */
  readonly wantsLog?: boolean;
  /** An instance that was used, and is reset first; a fresh one when left out. */
  readonly used?: Instance;
  /** Whether nothing is read back before the last step. */
  readonly isSparse?: boolean;
  /** Whether a fresh instance is not read either. */
  readonly isUnread?: boolean;
  /** Whether each step waits for its answer. */
  readonly isStepwise?: boolean;
  /** Whether it is found out which access went wrong before a fault showed. */
  readonly wantsCulprit?: boolean;
}

/** Runs a path on a fresh instance, or on one that was used and is reset, and judges it by a model. */
export async function rerun(
  subject: Subject,
  scene: Scene,
  model: Model,
  names: readonly string[],
  {
    wantsLog = false,
    used,
    isUnread = false,
    isSparse = isUnread,
    isStepwise = false,
    wantsCulprit = false,
  }: RerunOptions = {},
): Promise<Rerun> {
  const alphabet = alphabetOf(scene, subject.abilities);
  const { book } = alphabet;
  const byName = actionsByName(scene, alphabet);
  const instance = used ?? (await subject.open(scene.vectorCount));
  if (used !== undefined) await wipe(used, book);
  const judge = new Judge(model, book, instance.vectorCount);
  const recorder = new Recorder(judge, scene.vectors, scene.name);
  const knowledge = knowledgeFor(model, instance.vectorCount);
  const faults: RerunFault[] = [];
  const trace: string[] = [];
  const actions: Action[] = [];
  const beliefs: Int32Array[] = [];
  const log: LoggedStep[] = [];
  let end = '';
  let failure: Rerun['failure'];
  const first = isUnread
    ? { observation: new Observation(instance.vectorCount), failure: undefined }
    : await instance.first(book, knowledge);
  if (first.failure !== undefined) failure = { step: -1, text: first.failure.text, request: first.failure.request };
  else {
    const wrong = judge.begin(first.observation);
    if (wrong.length > 0) faults.push({ step: -1, action: undefined, faults: wrong, wasCertain: true });
    let at = 0;
    const next = (known: Knowledge): Action | undefined => {
      while (at < names.length) {
        const action = byName.get(names[at++]);
        if (action?.isLawful(known) === true) {
          if (wantsLog)
            log.push({ action: action.name, requests: action.requests(known).map(tellRequest), messages: [] });
          return action;
        }
      }
      return undefined;
    };
    const { vectorCount } = instance;
    const whole: 'all' | readonly number[] = vectorCount <= 8 ? 'all' : scene.vectors;
    const readback = (action: Action): Readback => {
      const { vector } = action;
      if (isSparse && at < names.length && !isScribble(action)) return 'none';
      return whole === 'all' || vector < 0 || whole.includes(vector) ? whole : [...whole, vector];
    };
    await instance.run(
      { next, readback, ahead: isStepwise ? 1 : undefined, mostSends: (action) => judge.mostSends(action) },
      book,
      knowledge,
      (action, seen, failed, isAfterwards) => {
        if (!isAfterwards) {
          trace.push(action.name);
          actions.push(action);
        }
        if (failed !== undefined) {
          failure = { step: trace.length - 1, text: failed.text, request: failed.request };
          return false;
        }
        recorder.action = action.name;
        if (at >= names.length) end = tellObservation(seen);
        if (wantsLog) {
          const before = log[trace.length - 1];
          log[trace.length - 1] = { ...before, messages: [...before.messages, ...seen.outputs.map(tellOutput)] };
        }
        if (wantsCulprit && !isAfterwards) beliefs.push(judge.vectors.slice());
        const wasCertain = faults.length === 0 || judge.isCertain;
        const faulty = judge.step(action, seen);
        if (faulty.length > 0) {
          const step = trace.length - 1;
          const culprit = wantsCulprit ? culpritOf(model, faulty[0], actions, beliefs) : undefined;
          faults.push({ step, action, faults: faulty, culprit, wasCertain });
        }
        return true;
      },
    );
  }
  return { faults, failure, recordings: recorder.recordings(), trace, log, end };
}

const tellObservation = ({ outputs, control, entries, pending }: Observation): string =>
  JSON.stringify([outputs, control, [...entries], [...pending]]);

/**
 * The access that should have brought into force the message that a step should have sent; undefined where nothing else was sent in
 * its place, or where it is the step itself.
 */
function culpritOf(
  { vector: machine }: Model,
  { differences, candidates, vector }: Fault,
  actions: readonly Action[],
  beliefs: readonly Int32Array[],
): Culprit | undefined {
  const send = differences.find(({ field }) => field === 'send');
  if (vector < 0 || send === undefined || send.got === NO_SEND) return undefined;
  const wanted = machine.copyOf(candidates[0].from);
  if (wanted === 0) return undefined;
  for (let step = beliefs.length - 1; step >= 0; step--) {
    const before = machine.statesOf(beliefs[step][vector]);
    if (before.some((state) => machine.copyOf(state) === wanted)) continue;
    if (step === beliefs.length - 1) return undefined;
    const after = machine.statesOf(beliefs[step + 1][vector]);
    return {
      access: actions[step].kind,
      before: standing(machine, before[0]),
      after: standing(machine, after[0]),
    };
  }
  return undefined;
}

const named = new WeakMap<Scene, ReadonlyMap<string, Action>>();

/** The actions of a scene by name, reads among them whatever it asks. Making them takes longer than a short path. */
export function actionsByName(scene: Scene, alphabet: Alphabet): ReadonlyMap<string, Action> {
  const known = named.get(scene);
  if (known !== undefined) return known;
  const made = new Map(
    actionsOf({ ...everyVector(scene, alphabet), reads: true }).map((action) => [action.name, action]),
  );
  named.set(scene, made);
  return made;
}

/** Resets an instance. */
async function wipe(instance: Instance, book: MessageBook): Promise<void> {
  const path = {
    next: (_: unknown, step: number) => (step === 0 ? RESETTING : undefined),
    readback: () => 'none' as const,
  };
  await instance.run(path, book, new MutableKnowledge(instance.vectorCount), () => true);
}

function tellOutput({
  verb,
  addressHigh,
  addressLow,
  data,
}: {
  verb: string;
  addressHigh: number;
  addressLow: number;
  data: number;
}): string {
  return verb === 'send' ? `${wideHex(addressLow >>> 0, addressHigh >>> 0)}:${hex(data >>> 0)}` : verb;
}
