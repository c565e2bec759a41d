/**
 * `conform`: puts a subject to the judge, scene by scene and strategy by strategy, the cheapest first, until the time is over.
 *
 * With `learn`, the profile is what remains consistent with all that was observed. A walk that contradicts it, where the standard
 * does not, is evidence too: the profile is learnt again, and the walk is walked again.
 */
import { type Choices, LOOSE_CHOICES } from '../../spec/choices.ts';
import { type Outcome, pause, type Strategy, type StrategyContext, type Walker } from './course.ts';
import { type Coverage, coverageOf } from './coverage.ts';
import { type Cause, causesOf, type Finding, Findings, FRESH, isFailure, signatureOf } from './findings.ts';
import type { Model } from './judge.ts';
import {
  type ChoiceReason,
  Judged,
  learn,
  type LearntBefore,
  learnWait,
  looserThan,
  type Patience,
  probe,
  type ProbeFailure,
  reopened,
  STEPS_A_SECOND,
} from './learn.ts';
import { cutAtReset, followed, howRead, isAlone, minimise } from './minimise.ts';
import { type Profile, profileNamed } from './profile.ts';
import type { Recording } from './recording.ts';
import { type Rerun, rerun, type RerunFault } from './rerun.ts';
import { actionsOf, usesAny } from './actions.ts';
import { actionsByName, alphabetOf, modelOf, type Scene, scenesOf } from './scenes.ts';
import { STRATEGIES } from './strategies.ts';
import type { Subject } from './subject.ts';
import { unlessOver } from './time-limit.ts';

/** How a subject is put to the judge. */
export interface ConformOptions {
  /** Default `pcie`. With `learn`, its assumptions hold. */
  readonly profile?: Profile;
  readonly learn?: boolean;
  /** Default 30. Nothing new is begun after that; it is over at most `secondsAfter` of them later. */
  readonly seconds?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Findings of other rules are left out. */
  readonly only?: readonly string[];
  /** The scenes, by name or themselves; all of `scenesOf` when left out. */
  readonly scenes?: readonly (string | Scene)[];
  /** The strategies by name; all that suit when left out. */
  readonly strategies?: readonly string[];
  /** How large a walk of pairs may become, and how many milliseconds random walks take. */
  readonly limits?: StrategyContext['limits'];
  readonly walker?: Walker;
  readonly isStopped?: () => boolean;
  readonly onProgress?: (text: string) => void;
}

/** What came of it, as data. */
export interface Report {
  readonly device: string;
  readonly vectorCounts: readonly number[];
  readonly abilities: readonly string[];
  readonly profile: Profile;
  /** Why the profile is as it is, where it was learnt. */
  readonly reasons: readonly ChoiceReason[];
  readonly seed: number;
  readonly outcomes: readonly Outcome[];
  readonly causes: readonly Cause[];
  /** What went wrong once, and did not when its path was run again: told apart, and no verdict rests on it. */
  readonly unsettled: readonly Cause[];
  readonly coverage: Coverage;
  /** What was not asked, and why: sentences. */
  readonly notes: readonly string[];
  readonly steps: number;
  /** How long it took to learn the profile, before anything was judged by it; 0 where nothing was learnt. */
  readonly learningMilliseconds: number;
  readonly instances: number;
  readonly milliseconds: number;
  /**
   * `holds`; `violated`; `open`: a bound was met before the cheapest suites were done, be it while learning, or something was seen once and not
   * again; `n/a`: nothing was asked.
   */
  readonly verdict: 'holds' | 'violated' | 'open' | 'n/a';
}

/**
 * How many seconds after those that were asked for it is over at the latest: as many, and ten at most. In them, who has not answered is waited for,
 * and what was found is made short. A device in this process that does not come back to the judge is bounded by nothing.
 */
export const secondsAfter = (seconds: number): number => Math.min(seconds, 10);

/** Puts a subject to the judge. It never rejects for what the device does. */
export async function conform(subject: Subject, options: ConformOptions = {}): Promise<Report> {
  return new Run(subject, options).go();
}

/** A strategy in a scene. */
interface Task {
  readonly strategy: Strategy;
  readonly scene: Scene;
  /** How far what has no end is taken before the rest; later it is taken as far as there is time. */
  readonly mostSteps?: number;
}

const isEndless = ({ strategy }: Task): boolean => strategy.leastSteps !== undefined;

/** Whether the verdict rests on it. */
const isOfBase = (task: Task): boolean =>
  task.strategy.isBase?.(task.scene) === true && (!isEndless(task) || task.mostSteps !== undefined);

/** One run. */
class Run {
  private readonly subject: Subject;
  private readonly options: ConformOptions;
  private readonly began = performance.now();
  private readonly deadline: number;
  /** When it is over, whatever is not done. */
  private readonly end: number;
  private readonly scenes: readonly Scene[];
  private readonly findings = new Findings();
  private readonly recordings: Recording[] = [];
  private readonly outcomes: Outcome[] = [];
  private readonly models = new Map<string, Model>();
  private readonly seed: number;
  private profile: Profile;
  private reasons: readonly ChoiceReason[] = [];
  /** Whether there was anything to ask. */
  private hadTasks = false;
  /** How long learning took, in milliseconds. */
  private learning = 0;
  /** Whether it was cut short. */
  private isLearningCut = false;
  /** Whether something that the verdict rests on did not come to its end. */
  private isBaseUnmet = false;
  /** What the standard permits, and a learnt profile did not. */
  private readonly withdrawn = new Map<string, { readonly scene: Scene; readonly trace: readonly string[] }>();
  private readonly judged = new Judged();

  constructor(subject: Subject, options: ConformOptions) {
    this.subject = subject;
    this.options = options;
    this.seed = options.seed ?? 1;
    const { seconds = 30 } = options;
    this.deadline = this.began + 1000 * seconds;
    this.end = this.deadline + 1000 * secondsAfter(seconds);
    this.profile = options.profile ?? profileNamed('pcie');
    const all = scenesOf(subject);
    this.scenes =
      options.scenes?.flatMap((wanted) =>
        typeof wanted === 'string' ? all.filter(({ name }) => name === wanted) : [wanted],
      ) ?? all;
  }

  async go(): Promise<Report> {
    const { time } = this.subject;
    time.waited = 0;
    time.isStopped = () => this.isStopped();
    // Whoever has not answered at the end of the seconds is given half of what comes after them: the rest is for making short what that was.
    time.until = (this.deadline + this.end) / 2;
    time.end = this.end;
    try {
      await this.ask();
      time.until = this.end;
      await this.shorten();
    } finally {
      time.until = time.end = Infinity;
      time.isStopped = () => false;
    }
    return this.report();
  }

  /** Learns, and runs the strategies. */
  private async ask(): Promise<void> {
    const { subject } = this;
    if (subject.lateness !== undefined) subject.lateness.wait = this.profile.wait ?? 0;
    if (this.options.learn === true) {
      this.tell('asking for the profile');
      const onFailure = ({ scene, action, failure, trace }: ProbeFailure): void => {
        const place = { scene, strategy: 'learning' };
        const found = this.findings.addFailure(action, failure, () => trace, place);
        if (found !== undefined) found.isLookedAt = true;
      };
      const [first] = this.scenes;
      if (first !== undefined && this.profile.wait === undefined) {
        const wait = await unlessOver(() => learnWait(subject, first, onFailure));
        this.profile = { ...this.profile, wait: wait ?? 0 };
      }
      // What answers at once is asked all of it, however busy the machine is; only the time that was given for everything bounds it.
      const share = subject.isLocal ? MOST_OF_ALL : 0.2;
      const until = Math.min(this.deadline, performance.now() + share * (this.deadline - this.began));
      this.recordings.push(
        ...(await probe(
          subject,
          this.scenes,
          this.seed,
          () => (this.isLearningCut ||= performance.now() > until || this.isStopped()),
          onFailure,
        )),
      );
      this.relearn();
      this.learning = performance.now() - this.began;
    }
    const tasks = this.tasks();
    this.hadTasks = tasks.length > 0;
    for (const [index, task] of tasks.entries()) {
      // Where something was found, what it takes to shorten it is kept.
      const kept = this.findings.all.length === 0 ? 0 : this.subject.isLocal ? 0.15 : 0.3;
      const until = this.deadline - kept * (this.deadline - this.began);
      const now = performance.now();
      // Learning may have taken longer than it should; the first is asked something all the same.
      if ((now >= until && index > 0) || this.isStopped()) {
        for (const left of tasks.slice(index)) this.leave(left);
        break;
      }
      const rest = tasks.length - index;
      // Whoever ends early leaves its time to those after it; a costly one gets no more than a third of what is left, and what has no end its share.
      await this.run(
        task,
        now + Math.max(LEAST_FOR_A_STRATEGY, (until - now) / (isEndless(task) ? rest : Math.min(rest, 3))),
      );
    }
  }

  /** What is to be done, in this order: what the verdict rests on, with the least of what has no end, before the rest. */
  private tasks(): readonly Task[] {
    const all = STRATEGIES.flatMap((strategy) =>
      this.scenes.filter((scene) => this.suits(strategy, scene)).map((scene): Task => ({ strategy, scene })),
    );
    // Whoever says how long random walks take has no other least.
    const least =
      this.options.limits?.sampling === undefined
        ? all.flatMap((task) => (isEndless(task) ? [{ ...task, mostSteps: task.strategy.leastSteps }] : []))
        : [];
    return [...all.filter(isOfBase), ...least, ...all.filter((task) => !isOfBase(task))];
  }

  /** Where the outcome of a task's strategy in its scene stands; -1 where it was not begun before. */
  private placeOf({ strategy, scene }: Task): number {
    return this.outcomes.findIndex((each) => each.strategy === strategy.name && each.scene === scene.name);
  }

  /** There was no time for a task: the report says so, and nothing holds where it is of the base. */
  private leave(task: Task): void {
    const { strategy, scene } = task;
    this.isBaseUnmet ||= isOfBase(task);
    const at = this.placeOf(task);
    if (at >= 0) {
      this.outcomes[at] = { ...this.outcomes[at], isComplete: false };
      return;
    }
    const nothing = { steps: 0, paths: 0, milliseconds: 0, isComplete: false, covered: 'not begun' };
    this.outcomes.push({ strategy: strategy.name, scene: scene.name, ...nothing, isBegun: false });
  }

  /** Takes up what became of a task; of what was begun before, with that. */
  private take(task: Task, outcome: Outcome): void {
    if (isOfBase(task)) this.isBaseUnmet ||= !outcome.isComplete;
    const at = this.placeOf(task);
    if (at < 0) {
      this.outcomes.push(outcome);
      return;
    }
    const { steps, paths, milliseconds } = this.outcomes[at];
    this.outcomes[at] = {
      ...outcome,
      steps: steps + outcome.steps,
      paths: paths + outcome.paths,
      milliseconds: milliseconds + outcome.milliseconds,
      covered: `${paths + outcome.paths} walks`,
    };
  }

  private suits(strategy: Strategy, scene: Scene): boolean {
    const { strategies } = this.options;
    return (strategies === undefined || strategies.includes(strategy.name)) && strategy.suits(this.subject, scene);
  }

  private isStopped(): boolean {
    return this.options.isStopped?.() === true;
  }

  private tell(text: string): void {
    this.options.onProgress?.(text);
  }

  private modelFor(scene: Scene, choices: Choices): Model {
    const key = `${scene.name} ${JSON.stringify(choices)}`;
    let model = this.models.get(key);
    if (model === undefined) {
      model = modelOf(scene, choices, this.subject.abilities.has('notify'));
      this.models.set(key, model);
    }
    return model;
  }

  /** Runs one strategy in one scene; again, as long as what was learnt turns out to be too strict. */
  private async run(task: Task, deadline: number): Promise<void> {
    const { strategy, scene, mostSteps } = task;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = this.findings.all.length;
      const outcome = await strategy.run({
        subject: this.subject,
        scene,
        model: this.modelFor(scene, this.profile.choices),
        assumptions: { ...this.profile.assumptions, ...scene.assumptions },
        findings: this.findings,
        seed: this.seed,
        deadline,
        limits: this.options.limits,
        mostSteps,
        walker: this.options.walker,
        isStopped: () => this.isStopped(),
        onSteps: (steps, note) =>
          this.tell(`${strategy.name}, ${scene.name}: ${steps} steps, ${note}, ${this.findings.all.length} findings`),
      });
      const isLearntAnew = await unlessOver(() => this.examine(scene, this.findings.all.slice(before)));
      if (isLearntAnew !== true || attempt === ATTEMPTS - 1) {
        this.take(task, outcome);
        return;
      }
    }
  }

  /**
   * Runs what was found again, with everything read back. Takes back what only the learnt profile excludes, and learns from it; and what
   * others found already explain. Returns whether the profile changed.
   */
  private async examine(scene: Scene, found: readonly Finding[]): Promise<boolean> {
    const loose = modelOf(scene, LOOSE_CHOICES, this.subject.abilities.has('notify'), true);
    const contradictions: Recording[] = [];
    let isPermitted = false;
    for (const finding of found.toSorted((one, other) => one.trace.length - other.trace.length)) {
      if (finding.strategy === 'walk of pairs') finding.shortness = 'shortest';
      if (isFailure(finding)) await this.locate(scene, finding);
      if (finding.isLookedAt === true || performance.now() > this.deadline) continue;
      await cutAtReset(this.subject, scene, this.modelFor(scene, this.profile.choices), finding);
      if (this.options.learn === true) {
        const isWrong = ({ faults, trace }: Rerun): boolean =>
          faults.some(({ step }) => step >= Math.min(finding.trace.length, trace.length) - 1);
        const again = await rerun(this.subject, scene, loose, finding.trace);
        if (!isWrong(again)) {
          // Reading everything may be what hides it, or what shows it earlier.
          const sparse = await rerun(this.subject, scene, loose, finding.trace, { isSparse: true });
          if (isWrong(sparse)) {
            await this.confirm(scene, finding);
            continue;
          }
          isPermitted = true;
          this.findings.withdraw(finding);
          this.withdrawn.set(`${scene.name}|${finding.trace.join()}`, { scene, trace: finding.trace });
          contradictions.push(...again.recordings, ...sparse.recordings);
          continue;
        }
      }
      await this.confirm(scene, finding);
    }
    if (!isPermitted) return false;
    this.recordings.push(...contradictions);
    const { choices } = this.profile;
    this.relearn({ choices, since: contradictions });
    await this.loosen();
    return JSON.stringify(this.profile.choices) !== JSON.stringify(choices);
  }

  /**
   * What was withdrawn, since the standard permits it, must fit the profile that is reported: where a device does otherwise all the same, as little is
   * left open as will do. Of several vectors that belongs to no recording of one.
   */
  private async loosen(): Promise<void> {
    for (const { scene, trace } of this.withdrawn.values()) {
      const fits = async (choices: Choices): Promise<boolean> => {
        const model = modelOf(scene, choices, this.subject.abilities.has('notify'), true);
        for (const isSparse of [false, true]) {
          const again = await rerun(this.subject, scene, model, trace, { isSparse });
          if (again.faults.some(({ step }) => step >= Math.min(trace.length, again.trace.length) - 1)) return false;
        }
        return true;
      };
      const { choices } = this.profile;
      if (await fits(choices)) continue;
      for (const tried of looserThan(choices)) {
        if (performance.now() > this.deadline) {
          this.isLearningCut = true;
          this.profile = { ...this.profile, choices: LOOSE_CHOICES };
          return;
        }
        if (!(await fits(tried))) continue;
        this.profile = { ...this.profile, choices: tried };
        this.reasons = this.reasons.map((reason) =>
          tried[reason.choice] === choices[reason.choice]
            ? reason
            : reopened(reason.choice, choices[reason.choice], tried[reason.choice], trace),
        );
        break;
      }
    }
  }

  /** Finds out at which step a device failed: where requests were sent ahead, its last answers may be lost. */
  private async locate(scene: Scene, finding: Finding): Promise<void> {
    if (finding.isLookedAt === true || performance.now() > this.deadline) return;
    finding.isLookedAt = true;
    if (this.subject.isLocal) return;
    const model = this.modelFor(scene, this.profile.choices);
    const sent = [...finding.trace, ...(finding.failure?.ahead ?? [])];
    const { failure, trace } = await rerun(this.subject, scene, model, sent, { isStepwise: true });
    if (failure === undefined) return;
    const path = trace.slice(0, failure.step + 1);
    const action = actionsByName(scene, alphabetOf(scene, this.subject.abilities)).get(path.at(-1) ?? '');
    if ((action?.kind ?? FRESH) === finding.access) return;
    const place = { scene, strategy: finding.strategy };
    const found = this.findings.addFailure(action, failure, () => path, place);
    if (found !== undefined) found.isLookedAt = true;
    this.findings.withdraw(finding);
  }

  /**
   * What was found where little was read back may be a consequence of something that shows before, once everything is read. That is found
   * out by running it again.
   */
  private async confirm(scene: Scene, finding: Finding): Promise<void> {
    finding.isLookedAt = true;
    if (finding.shortness === 'shortest') return;
    const model = this.modelFor(scene, this.profile.choices);
    const { faults, trace } = await rerun(this.subject, scene, model, finding.trace);
    const isShown = faults.some((each) => showsIn(finding.signature, each));
    finding.follows = followed(finding, faults);
    if (isShown) return;
    if (faults.length === 0 || (await isAlone(this.subject, scene, model, finding, this.deadline))) {
      finding.isSparse = true;
      return;
    }
    // Each of these is real only where it shows without all the reads before it.
    const { book } = alphabetOf(scene, this.subject.abilities);
    let into: Finding | undefined;
    for (const each of faults.slice(0, LOOKED_AT)) {
      if (performance.now() > this.deadline) break;
      const path = trace.slice(0, each.step + 1);
      const signature = signatureOf(each.faults[0], each.action);
      const alone = await rerun(this.subject, scene, model, path, { isSparse: true });
      if (!alone.faults.some((other) => showsIn(signature, other))) continue;
      this.findings.add(each.faults, each.action, book, () => path, { scene, strategy: finding.strategy });
      into ??= this.findings.bySignature(signature);
    }
    if (into === undefined) finding.isSparse = true;
    else this.findings.merge(finding, into);
  }

  /** Learns from all that was recorded. An interrupt is not heard in the meantime. */
  private relearn(before?: LearntBefore): void {
    const notifies = this.subject.abilities.has('notify');
    const { profile, reasons, isCut } = learn(this.scenes, this.recordings, notifies, this.patience(), before);
    this.isLearningCut ||= isCut;
    const { assumptions, wait } = this.profile;
    this.profile = { ...profile, name: `learnt from ${this.subject.name}`, assumptions, ...(wait ? { wait } : {}) };
    this.reasons = reasons;
  }

  /**
   * How much may be spent on learning: by the seconds that were asked for, and not by those that are left, so that a busy machine learns the same;
   * and no later than what is kept for what comes after it.
   */
  private patience(): Patience {
    const whole = (this.deadline - this.began) / 1000;
    const seconds = Math.min(MOST_FOR_LEARNING, Math.max(LEAST_FOR_LEARNING, 0.3 * whole));
    const steps = Math.max(seconds * STEPS_A_SECOND, this.judged.steps + LEAST_AGAIN);
    const now = performance.now();
    const left = this.deadline - now;
    const until =
      now + (this.subject.isLocal ? MOST_OF_ALL * left : Math.min(1000 * MOST_FOR_LEARNING, Math.max(300, 0.3 * left)));
    return { steps, until: Math.max(until, now + LEAST_FOR_A_STRATEGY), judged: this.judged };
  }

  /** Shortens what was found, the first of each cause first, and shows each once more in registers. */
  private async shorten(): Promise<void> {
    const wanted = this.wantedFindings();
    const causes = causesOf(wanted);
    const firsts = causes.map(({ findings }) => findings[0]);
    const all = [...firsts, ...wanted.filter((finding) => !firsts.includes(finding))];
    // The first of a cause is run a few times at least, however late it is; each run of what does not answer takes as long as that is waited for.
    const least = wanted.some(isFailure) ? this.end : performance.now() + LEAST_FOR_SHORTENING;
    const until = Math.min(this.end, Math.max(this.deadline, least));
    for (const [index, finding] of all.entries()) {
      const scene = this.scenes.find(({ name }) => name === finding.scene);
      await pause();
      const now = performance.now();
      if (scene === undefined || this.isStopped() || now >= until) continue;
      this.tell(`shortening finding ${index + 1} of ${all.length}`);
      const model = this.modelFor(scene, this.profile.choices);
      // The first of a cause is what people read.
      const isFirst = index < firsts.length;
      const rest = isFirst ? firsts.length - index : all.length - index;
      const share = ((until - now) * (isFirst && all.length > firsts.length ? 0.8 : 1)) / rest;
      await unlessOver(async () => {
        const effort = { runs: 400, deadline: now + Math.max(20, share) };
        await minimise(this.subject, scene, model, finding, effort, this.findings);
        if (finding.trace.length > LOGGED || performance.now() >= until) return;
        const options = { ...howRead(finding), wantsLog: true };
        finding.log = (await rerun(this.subject, scene, model, finding.trace, options)).log;
      });
    }
    this.findings.mergeFailures();
  }

  /**
   * The findings that are told. What there was no time to look at may be a consequence of another one: it is told only where there is
   * nothing else.
   */
  private wantedFindings(): readonly Finding[] {
    const all = this.findings.all.filter((finding) => this.isWanted(finding));
    const some = all.filter(({ isLookedAt }) => isLookedAt === true);
    return some.length > 0 ? some : all;
  }

  /** Whoever asks for some rules is told that the device fails, too: the rest could not be asked then. */
  private isWanted(finding: Finding): boolean {
    const { only } = this.options;
    return only === undefined || isFailure(finding) || finding.rules.some((rule) => only.includes(rule));
  }

  private report(): Report {
    const { subject } = this;
    const wanted = this.wantedFindings();
    // Beside what is shown again, what is not is no finding of its own; in this process nothing is late, so it is a consequence whatever it looks like.
    const causes = causesOf(wanted.filter(isShownAgain));
    const unsettled =
      subject.isLocal && causes.length > 0
        ? []
        : causesOf(wanted).filter(({ findings }) => !findings.some(isShownAgain));
    const unseen = this.findings.all.filter((finding) => this.isWanted(finding)).length - wanted.length;
    const unshown =
      wanted.filter((finding) => !isShownAgain(finding)).length - unsettled.flatMap(({ findings }) => findings).length;
    const steps = this.outcomes.reduce((sum, outcome) => sum + outcome.steps, 0);
    const notes = [...lacksOf(subject, this.scenes)];
    if (this.isLearningCut)
      notes.push(
        'Learning was cut short: what there was no time to find out is left open in the profile, and more is permitted by it than need be. Give it more --seconds.',
      );
    if (subject.time.waited > LONG_WAIT)
      notes.push(
        `When the time was over, an answer had not come for ${(subject.time.waited / 1000).toFixed(1)} s, and was not waited for: give it more --seconds, or less --patience.`,
      );
    if (unseen > 0)
      notes.push(
        `There was no time to look at ${unseen} more that went wrong; they may be consequences of what is told. Give it more --seconds.`,
      );
    if (unshown > 0)
      notes.push(
        `${unshown} more that went wrong did not when ${unshown === 1 ? 'its path was' : 'their paths were'} run again; beside what is told, ${unshown === 1 ? 'it is' : 'they are'} no finding.`,
      );
    const isOpen = this.isBaseUnmet || this.isStopped() || this.isLearningCut || steps === 0 || unsettled.length > 0;
    return {
      device: subject.name,
      vectorCounts: subject.vectorCounts,
      abilities: [...subject.abilities],
      profile: this.profile,
      reasons: this.reasons,
      seed: this.seed,
      outcomes: this.outcomes,
      ...{ causes, unsettled },
      coverage: coverageOf([...this.models.values()]),
      notes,
      steps,
      learningMilliseconds: this.learning,
      instances: subject.instances,
      milliseconds: performance.now() - this.began,
      verdict: causes.length > 0 ? 'violated' : !this.hadTasks ? 'n/a' : isOpen ? 'open' : 'holds',
    };
  }
}

/** Whether a finding was shown again, or was never run again. */
const isShownAgain = ({ reproduced }: Finding): boolean =>
  reproduced === undefined || reproduced.tries === 0 || reproduced.shown > 0;

/** Whether a step that was run again shows a finding of this signature. */
const showsIn = (signature: string, { action, faults }: RerunFault): boolean =>
  faults.some((fault) => signatureOf(fault, action) === signature);

/** So many of the faults along a path that was run again are looked at. */
const LOOKED_AT = 8;
/** So many milliseconds a strategy is given, however late it is. */
const LEAST_FOR_A_STRATEGY = 200;
/** So many seconds of a processor that is not busy are spent on learning what was observed. */
const MOST_FOR_LEARNING = 20;
const LEAST_FOR_LEARNING = 2;
/** And so many steps on what was observed after that. */
const LEAST_AGAIN = 60_000;
/** Of the time that is left, learning takes no more than this. */
const MOST_OF_ALL = 0.6;
/** An answer that takes longer than so many milliseconds is told where the time was over before it came. */
const LONG_WAIT = 500;
/** So many milliseconds are spent on shortening, however late it is. */
const LEAST_FOR_SHORTENING = 1500;
/** So often a scene is begun again with what was learnt from it. */
const ATTEMPTS = 6;
/** Traces longer than this are not written in registers. */
const LOGGED = 60;

/** What a subject lacks, and what was therefore not asked. */
function lacksOf(subject: Subject, scenes: readonly Scene[]): string[] {
  const { abilities, vectorCounts, notes = [], lateness } = subject;
  const missing = [...notes, ...unaskedForms(scenes)];
  if (lateness !== undefined && lateness.wait > 0)
    missing.push(
      `A message that was missing was waited for ${lateness.wait} ms, and judged to be lost after that: ${lateness.count} came late, by ${Math.ceil(lateness.longest)} ms at most.`,
    );
  if (!abilities.has('reset')) missing.push('The device has no reset, so nothing was asked of what reset leaves.');
  if (!abilities.has('retire'))
    missing.push('The device cannot be told that a cause is gone, so MSIX-PEND-3 was not asked.');
  if (!abilities.has('pbaWrite'))
    missing.push('The device has no writes to the Pending Bit Array, so MSIX-PBA-3 was not asked.');
  if (!abilities.has('notify'))
    missing.push('The device does not tell use and release, so MSIX-NOTIFY-1 was not asked.');
  if (!abilities.has('snapshot'))
    missing.push('The device does not save and restore, so no walk could cover all that it can come to.');
  const most = vectorCounts[vectorCounts.length - 1];
  if (most < 65)
    missing.push(
      `The device has at most ${most} ${most === 1 ? 'vector' : 'vectors'}, so words and QWORDs of the Pending Bit Array beyond were not asked.`,
    );
  missing.push(
    "The command register is the bus's: Bus Master Enable and Memory Space Enable are taken to be set, so MSIX-ENABLE-7 and MSIX-ENABLE-8 were not asked.",
  );
  return missing;
}

/** What was not asked since the device has not its form, and the rules that it would have asked. */
function unaskedForms(scenes: readonly Scene[]): string[] {
  const forms = new Set(scenes.flatMap(({ unsupported = [] }) => [...unsupported]));
  return [...forms].flatMap((form) => {
    const left = scenes.flatMap((scene) => {
      const alphabet = { ...alphabetOf(scene, new Set()), vectors: scene.vectors.slice(0, 1), unsupported: undefined };
      return actionsOf(alphabet).filter((action) => usesAny(action, new Set([form]), scene.vectorCount));
    });
    if (left.length === 0) return [];
    const listed = (all: readonly string[]): string => [...new Set(all)].join(', ');
    const rules = listed(left.flatMap((action) => action.rules).toSorted());
    return `${form}: n/a, since the device answers "unsupported". Not asked: ${listed(left.map(({ kind }) => kind))}${rules && `; of the rules, by that form, ${rules}`}.`;
  });
}
