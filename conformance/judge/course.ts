/**
 * Courses: paths on instances of a subject, one after the other, each step judged. What a strategy is, what it works with, and what became of it.
 */
import { type Action, isScribble, type MutableKnowledge, RESETTING } from './actions.ts';
import { type Findings, isOfBirth, mayLead, signatureOf } from './findings.ts';
import type { Readback } from './instance.ts';
import { Judge, type Model } from './judge.ts';
import type { MessageBook } from './messages.ts';
import type { Assumptions } from './profile.ts';
import { knowledgeFor, type Scene, wholeOf } from './scenes.ts';
import type { Subject } from './subject.ts';
import { unlessOver } from './time-limit.ts';
import type { PairWalk, SnapshotDevice, WalkLimits } from './walk.ts';

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
  /** What has no end of its own stops after so many steps. */
  readonly mostSteps?: number;
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
  /** False of what there was no time to begin. */
  readonly isBegun?: false;
  /** What it covered, as a clause. */
  readonly covered: string;
}

/** A strategy. */
export interface Strategy {
  readonly name: string;
  /** Whether nothing holds before this has come to its end; of what has no end, to its least. */
  readonly isBase?: (scene: Scene) => boolean;
  /** So many steps are taken before what is dearer is begun, where it has no end. */
  readonly leastSteps?: number;
  readonly suits: (subject: Subject, scene: Scene) => boolean;
  readonly run: (work: StrategyContext) => Promise<Outcome>;
}

/** So many milliseconds work goes on without a rest. */
const AT_ONCE = 100;
let rested = 0;

/** Rests a few times a second: nobody hears an interrupt while devices that answer at once are at work. */
export async function pause(): Promise<void> {
  if (performance.now() - rested < AT_ONCE) return;
  await new Promise((resolve) => setTimeout(resolve));
  rested = performance.now();
}

/** Paths on instances, one after the other. */
export interface Course {
  /** Begins a path on a fresh instance. */
  readonly begin: () => (knowledge: MutableKnowledge, step: number) => Action | undefined;
  readonly readback: (action: Action, step: number, path: number) => Readback;
  readonly isOver: () => boolean;
}

/**
 * Drives a subject along a course, until it is over or the time is. Where a fresh instance is costly, a reset begins the next path, and is
 * part of the trace: what leaks across it is found, too.
 */
export async function drive(
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
  const onInstance = async (): Promise<void> => {
    const instance = await subject.open(scene.vectorCount);
    const judge = new Judge(model, book, instance.vectorCount);
    const knowledge = knowledgeFor(model, instance.vectorCount);
    const trace: string[] = [];
    const { observation, failure } = await instance.first(book, knowledge);
    if (failure !== undefined) {
      findings.addFailure(undefined, failure, () => [], { scene, strategy });
      paths++;
      failures++;
      return;
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
          findings.addFailure(action, failed, () => [...trace], { scene, strategy });
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
  };
  while (!isDone() && failures <= FAILURES) {
    await pause();
    await unlessOver(onInstance);
    onSteps(steps, `${paths} paths`);
  }
  return { strategy, scene: scene.name, steps, paths, milliseconds: performance.now() - began };
}

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
