/**
 * Learning: which values of each choice remain consistent with all that was observed of a device, and the strictest of them.
 *
 * Choices that speak of the same thing are tried together, in all combinations, with every other choice left open; so what one of
 * them rules out is not explained away by another of its group.
 */
import { CHOICES, type ChoiceName, type Choices, LOOSE_CHOICES } from '../../spec/choices.ts';
import { type Action, actionsOf, MutableKnowledge, RESETTING } from './actions.ts';
import type { Failure } from './bench.ts';
import { Judge, type Model } from './judge.ts';
import { contradictionIn, type Profile } from './profile.ts';
import { Random } from './random.ts';
import { actionsUpTo, firstContradiction, Recorder, type Recording } from './recording.ts';
import { alphabetOf, modelOf, type Scene, wholeOf } from './scenes.ts';
import type { Subject } from './subject.ts';
import { unlessOver } from './time-limit.ts';

/**
 * Choices that are tried together, and the scenes that ask them; what other scenes say of them, the whole profile is held against. They are
 * learnt in this order, each with those before it as they were learnt, and those after it left open: so a message that is missing
 * since its address is refused is not told as an event that was dropped.
 */
const GROUPS: readonly { readonly choices: readonly ChoiceName[]; readonly scenes: readonly string[] }[] = [
  { choices: ['disabledTable'], scenes: ['one vector'] },
  { choices: ['reservedControl'], scenes: ['bits and bytes'] },
  { choices: ['reservedAddress'], scenes: ['bits and bytes'] },
  { choices: ['narrowWrites'], scenes: ['bits and bytes'] },
  { choices: ['pbaWrites'], scenes: ['bits and bytes'] },
  { choices: ['resetEntry'], scenes: ['one vector'] },
  { choices: ['addresses'], scenes: ['one vector', 'addresses'] },
  { choices: ['message', 'openWrites'], scenes: ['one vector', 'parted messages'] },
  { choices: ['disabledEvent', 'pendingAtDisable', 'pendingAtEnable', 'coalescing'], scenes: ['one vector'] },
];

/** Why a choice has its value. */
export interface ChoiceReason {
  readonly choice: ChoiceName;
  readonly value: string;
  /** What the value means, and why it was chosen, in sentences. */
  readonly words: string;
}

/** What was learnt. */
export interface Learnt {
  readonly profile: Profile;
  readonly reasons: readonly ChoiceReason[];
  /** Whether it was cut short: what there was no patience to find out is left open. */
  readonly isCut: boolean;
}

/** How much may be spent on learning. */
export interface Patience {
  /** So many recorded steps are judged, with those that were judged before: the same on every machine, however busy it is. */
  readonly steps: number;
  /** However few they are, no longer than until then, as of `performance.now()`. Default for ever. */
  readonly until?: number;
  /** What was judged before by whoever learns again from the same recordings and more. Default nothing. */
  readonly judged?: Judged;
}

/** Where recordings are at odds with models, so that none is judged twice by the same. */
export class Judged {
  /** How many steps were judged, each other model counted as `MACHINE_STEPS` more. */
  steps = 0;
  private readonly found = new Map<Model, Map<Recording, number>>();

  /** Where a recording is first at odds with a model: the number of the step; -1 when it never is. */
  contradiction(model: Model, recording: Recording): number {
    let found = this.found.get(model);
    if (found === undefined) {
      this.found.set(model, (found = new Map()));
      this.steps += MACHINE_STEPS;
    }
    let at = found.get(recording);
    if (at === undefined) {
      found.set(recording, (at = firstContradiction(model, recording)));
      this.steps += at < 0 ? recording.steps.length : at + 1;
    }
    return at;
  }
}

/** What went wrong with a device itself while it was observed. */
export interface ProbeFailure {
  readonly scene: Scene;
  readonly action: Action | undefined;
  readonly failure: Failure;
  readonly trace: readonly string[];
}

/**
 * Observes a device along short paths that ask one choice each, and along random ones. Where a fresh instance is costly and there is a
 * reset, one instance is asked all of them.
 */
export async function probe(
  subject: Subject,
  scenes: readonly Scene[],
  seed: number,
  isOver: () => boolean,
  onFailure: (failure: ProbeFailure) => void = () => {},
): Promise<Recording[]> {
  const recordings: Recording[] = [];
  await unlessOver(() => probeInto(recordings, subject, scenes, seed, isOver, onFailure));
  return recordings;
}

async function probeInto(
  recordings: Recording[],
  subject: Subject,
  scenes: readonly Scene[],
  seed: number,
  isOver: () => boolean,
  onFailure: (failure: ProbeFailure) => void,
): Promise<void> {
  const hasTable = scenes[0] === undefined || (await asksForTable(subject, scenes[0], onFailure));
  const isChained = !subject.isLocal && subject.abilities.has('reset');
  for (const scene of scenes) {
    if (!scene.isSmall || scene.vectors.length > 1) continue;
    const alphabet = alphabetOf(scene, subject.abilities);
    const actions = actionsOf(alphabet);
    const byName = new Map(actions.map((action) => [action.name, action]));
    const model = modelOf(scene, LOOSE_CHOICES, subject.abilities.has('notify'), true);
    const random = new Random(seed);
    const directed = PROBES.map((path) => path.split(' '))
      .filter((path) => path.every((name) => byName.has(name)))
      .map((path) => (hasTable ? path : whileEnabled(path)));
    const paths = directed.length + RANDOM_PROBES;
    for (let path = 0; path < paths && !isOver();) {
      const instance = await subject.open(scene.vectorCount);
      const judge = new Judge(model, alphabet.book, instance.vectorCount);
      const recorder = new Recorder(judge, scene.vectors, scene.name);
      const knowledge = new MutableKnowledge(instance.vectorCount, false, hasTable);
      const { observation, failure } = await instance.first(alphabet.book, knowledge);
      path++;
      let trace: string[] = [];
      if (failure !== undefined) {
        onFailure({ scene, action: undefined, failure, trace });
        continue;
      }
      judge.begin(observation);
      let step = 0;
      const next = (known: MutableKnowledge): Action | undefined => {
        const names = directed[path - 1];
        const action =
          names === undefined
            ? step < RANDOM_STEPS
              ? random.pickLawful(actions, known)
              : undefined
            : byName.get(names[step] ?? '');
        step++;
        if (action?.isLawful(known) === true) return action;
        if (!isChained || path >= paths || isOver()) return undefined;
        path++;
        step = 0;
        return RESETTING;
      };
      await instance.run(
        { next, readback: (_, at) => wholeOf(scene, at), mostSends: (action) => judge.mostSends(action) },
        alphabet.book,
        knowledge,
        (action, seen, failed) => {
          trace = action === RESETTING ? [] : [...trace, action.name];
          if (failed !== undefined) {
            onFailure({ scene, action, failure: failed, trace });
            return false;
          }
          recorder.action = action.name;
          judge.step(action, seen);
          if (isChained && action === RESETTING) recorder.restart();
          return true;
        },
      );
      recordings.push(...recorder.recordings());
    }
  }
}

/** Finds out whether the table is there while MSI-X is disabled: whether it ever reads as what nobody answers does. */
async function asksForTable(
  subject: Subject,
  scene: Scene,
  onFailure: (failure: ProbeFailure) => void,
): Promise<boolean> {
  const alphabet = alphabetOf(scene, subject.abilities);
  const byName = new Map(actionsOf(alphabet).map((action) => [action.name, action]));
  const actions = ['control.onMasked/2', 'control.off/2', 'control.onMasked/2', 'control.off/2'].map((name) =>
    byName.get(name),
  );
  const [vector] = scene.vectors;
  const instance = await subject.open(scene.vectorCount);
  const knowledge = new MutableKnowledge(instance.vectorCount, false, false);
  const { observation, failure } = await instance.first(alphabet.book, knowledge);
  let hasTable = !observation.isAllOnes(vector);
  if (failure !== undefined) {
    onFailure({ scene, action: undefined, failure, trace: [] });
    return true;
  }
  await instance.run(
    { next: (_, step) => actions[step], readback: () => [vector] },
    alphabet.book,
    knowledge,
    (_, seen, failed) => {
      if (failed === undefined && seen.isAllOnes(vector)) hasTable = false;
      return failed === undefined;
    },
  );
  return hasTable;
}

/** The same path, with MSI-X enabled around each access to the table: what a device needs whose table goes with it. */
function whileEnabled(path: readonly string[]): string[] {
  let isEnabled = false;
  return path.flatMap((name) => {
    if (name.startsWith('control.')) isEnabled = name.startsWith('control.on');
    if (name === 'reset') isEnabled = false;
    const isOfTable = /^(mask|unmask|write|open|address|scribble)\./.test(name);
    return isEnabled || !isOfTable ? [name] : ['control.onMasked/2', name, 'control.off/2'];
  });
}

/**
 * Finds out how late messages are: lets one vector send, and waits. Of a device whose messages come with the answers it costs one path; of one
 * that sends nothing, that wait.
 */
export async function learnWait(
  subject: Subject,
  scene: Scene,
  onFailure: (failure: ProbeFailure) => void = () => {},
): Promise<number> {
  const { lateness } = subject;
  if (lateness === undefined) return 0;
  const alphabet = alphabetOf(scene, subject.abilities);
  const byName = new Map(actionsOf(alphabet).map((action) => [action.name, action]));
  const actions = LETTING_SEND.flatMap((name) => byName.get(name.replace('V', String(scene.vectors[0]))) ?? []);
  if (actions.length < LETTING_SEND.length) return 0;
  const instance = await subject.open(scene.vectorCount);
  const knowledge = new MutableKnowledge(instance.vectorCount, false, false);
  lateness.wait = LONGEST_WAIT;
  const { failure } = await instance.first(alphabet.book, knowledge);
  if (failure !== undefined) {
    onFailure({ scene, action: undefined, failure, trace: [] });
    return (lateness.wait = 0);
  }
  await instance.run(
    {
      next: (_, step) => actions[step],
      readback: () => 'none',
      mostSends: (action) => (action.kind === 'signal' ? 1 : 0),
    },
    alphabet.book,
    knowledge,
    () => true,
  );
  // A busy machine is slower now and then.
  lateness.wait = lateness.count === 0 ? 0 : Math.max(LEAST_WAIT, Math.ceil(4 * lateness.longest));
  return lateness.wait;
}

/** The table may be gone before MSI-X is enabled. */
const LETTING_SEND = ['control.on/2', 'write.V.A/4', 'unmask.V/4', 'signal.V'];
/** In milliseconds. */
const LONGEST_WAIT = 250;
const LEAST_WAIT = 50;

const RANDOM_PROBES = 6;
const RANDOM_STEPS = 160;

/** Paths that ask one choice each. Those with an action that a scene lacks are left out there. */
const PROBES: readonly string[] = [
  // Events while disabled, and what enabling makes of them.
  'write.0.A/4 signal.0 control.on/2 unmask.0/4',
  'write.0.A/4 signal.0 control.onMasked/2 unmask.0/4 control.on/2',
  'write.0.A/4 unmask.0/4 signal.0 control.on/2',
  'write.0.A/4 unmask.0/4 signal.0 control.onMasked/2 control.on/2',
  'write.0.A/4 signal.0 unmask.0/4 mask.0/4 control.on/2 unmask.0/4',
  // What disabling makes of Pending bits.
  'write.0.A/4 control.on/2 signal.0 control.off/2 control.on/2 unmask.0/4',
  'write.0.A/4 control.on/2 signal.0 control.off/2 unmask.0/4 control.on/2',
  'write.0.A/4 control.onMasked/2 unmask.0/4 signal.0 control.off/2 control.on/2',
  'write.0.A/4 control.onMasked/2 unmask.0/4 signal.0 control.offMasked/2 control.onMasked/2 control.on/2',
  // Several events.
  'write.0.A/4 control.on/2 signal.0 signal.0 unmask.0/4',
  'write.0.A/4 control.on/2 signal.0 signal.0 signal.0 unmask.0/4 mask.0/4 unmask.0/4',
  'write.0.A/4 control.onMasked/2 unmask.0/4 signal.0 signal.0 control.on/2',
  'write.0.A/4 signal.0 signal.0 control.on/2 unmask.0/4',
  // Entries that are changed while open.
  'write.0.A/4 control.on/2 unmask.0/4 write.0.B/4 signal.0 signal.0',
  'write.0.A/4 control.on/2 unmask.0/4 signal.0 write.0.B/4 signal.0 mask.0/4 unmask.0/4 signal.0',
  'write.0.A/4 unmask.0/4 control.on/2 control.off/2 write.0.B/4 control.on/2 signal.0',
  'write.0.A/4 unmask.0/4 write.0.B/4 control.on/2 signal.0',
  'write.0.A/4 control.on/2 unmask.0/4 write.0.zero/4 signal.0 write.0.A/4 signal.0',
  // Zero, and other addresses.
  'control.on/2 unmask.0/4 signal.0',
  'write.0.zero/4 control.on/2 signal.0 unmask.0/4',
  'write.0.far/4 control.on/2 unmask.0/4 signal.0 mask.0/4 signal.0 unmask.0/4',
  'write.0.high/4 control.on/2 unmask.0/4 signal.0 mask.0/4 signal.0 unmask.0/4',
  // Reset.
  'write.0.A/4 reset',
  'write.0.A/4 control.on/2 unmask.0/4 reset control.on/2 unmask.0/4',
  // Reserved bits.
  'mask.0/4+ones mask.0/4',
  'unmask.0/4+ones mask.0/4+ones reset',
  'write.0.A/4 address.0/4+ones write.0.A/4',
  // Accesses that the standard leaves open.
  'unmask.0/1 mask.0/1',
  'unmask.0/2 mask.0/2',
  'write.0.A/4 scribble.0.1',
  'write.0.A/4 scribble.0.2',
  'write.0.A/4 scribble.0.unaligned',
  'control.on/2 signal.0 pba.0.clear/4',
  'control.on/2 pba.0.set/4',
];

/** What was learnt before, and what was recorded since. */
export interface LearntBefore {
  readonly choices: Choices;
  readonly since: readonly Recording[];
}

/**
 * Finds the strictest profile that all recordings allow. Where that takes more than `patience`, what was learnt before is kept, and opened as
 * far as what was recorded since demands: what fitted before fits a profile that leaves more open.
 */
export function learn(
  scenes: readonly Scene[],
  recordings: readonly Recording[],
  notifies: boolean,
  { steps: most, until = Infinity, judged = new Judged() }: Patience = PATIENCE,
  before?: LearntBefore,
): Learnt {
  const byScene = new Map(scenes.map((scene) => [scene.name, scene]));
  const contradictionOf = (choices: Choices, each: Recording): number =>
    judged.contradiction(modelOf(byScene.get(each.scene)!, choices, notifies, true), each);
  const ofScenes = (names: readonly string[] | undefined): readonly Recording[] =>
    names === undefined ? recordings : recordings.filter(({ scene }) => names.includes(scene));
  // What contradicted one profile mostly contradicts the next: it is asked first.
  const telling: Recording[] = [];
  const isConsistent = (choices: Choices, names?: readonly string[]): boolean => {
    const contradicts = (each: Recording): boolean => contradictionOf(choices, each) >= 0;
    const isAsked = ({ scene }: Recording): boolean => names === undefined || names.includes(scene);
    if (telling.some((each) => isAsked(each) && contradicts(each))) return false;
    const found = ofScenes(names).find((each) => !telling.includes(each) && contradicts(each));
    if (found !== undefined) telling.unshift(found);
    return found === undefined;
  };
  const evidence = (choices: Choices, names: readonly string[]): string[] | undefined => {
    let shortest: string[] | undefined;
    for (const each of ofScenes(names)) {
      const at = contradictionOf(choices, each);
      if (at < 0) continue;
      const path = actionsUpTo(each, at);
      if (shortest === undefined || path.length < shortest.length) shortest = path;
    }
    return shortest;
  };

  const isOver = (): boolean => judged.steps > most || performance.now() > until;
  const learnGroup = (known: Choices, group: (typeof GROUPS)[number]): Choices => {
    if (isOver()) return known;
    // A value that does not do with all the others open does not do at all.
    const isPossible = (name: ChoiceName, value: string): boolean =>
      value === known[name] || isConsistent({ ...known, [name]: value }, group.scenes);
    const found = combinationsOf(group.choices, isPossible).find((combination) => {
      if (isOver()) return true;
      const tried = { ...known, ...combination };
      return contradictionIn(tried) === undefined && isConsistent(tried, group.scenes);
    });
    return isOver() ? known : { ...known, ...found };
  };
  const isNewRight = (tried: Choices): boolean =>
    before !== undefined &&
    contradictionIn(tried) === undefined &&
    before.since.every((each) => contradictionOf(tried, each) < 0);
  const opened = (from: Choices, isDone: (tried: Choices) => boolean): Choices | undefined =>
    openedSets(from)
      .map((names): Choices => ({ ...from, ...pick(LOOSE_CHOICES, names) }))
      .find(isDone);
  const fallback = (): Choices =>
    (before === undefined ? undefined : opened(before.choices, isNewRight)) ?? LOOSE_CHOICES;
  const isKept = before !== undefined && isNewRight(before.choices);
  let choices = isKept ? before.choices : GROUPS.reduce(learnGroup, LOOSE_CHOICES);
  // Together they must hold in every scene; where they do not, a group is learnt again, with all others as they are now; where that does
  // not do, as few choices as will do are left open.
  const isRight = (tried: Choices): boolean => contradictionIn(tried) === undefined && isConsistent(tried);
  if (!isKept && !isRight(choices)) {
    const learnt = choices;
    choices =
      learntAgain(choices, isRight, isOver) ?? opened(choices, (tried) => isOver() || isRight(tried)) ?? fallback();
    if (isOver() && !isRight(choices)) choices = fallback();
    // What was opened with others, and need not be, is as it was learnt.
    for (const { name } of CHOICES) {
      const tried = { ...choices, [name]: learnt[name] };
      if (tried[name] !== choices[name] && !isOver() && isRight(tried)) choices = tried;
    }
  }
  const reasons = CHOICES.map(({ name: choice, values }): ChoiceReason => {
    const value = choices[choice];
    const { words } = values.find((each) => each.name === value)!;
    const place = values.findIndex((each) => each.name === value);
    const tried = { ...choices, [choice]: values[place === 0 ? Math.min(1, values.length - 1) : 0].name } as Choices;
    // What rules the strictest out; or, where that was chosen, whether anything would rule out another value.
    const asking = GROUPS.find((group) => group.choices.includes(choice))!.scenes;
    const path = isOver() ? undefined : evidence(tried, asking);
    if (place > 0) {
      const why =
        path === undefined
          ? // What was learnt when the time was over is no more than what nothing contradicts.
            isOver()
            ? 'There was no time to find out whether anything stricter fits: give it more --seconds.'
            : 'Together with the others, nothing stricter fits.'
          : `${values[0].name} is ruled out by: ${path.join(', ')}.`;
      return { choice, value, words: `${words} ${why}` };
    }
    const why = path === undefined && !isOver() ? 'Nothing asked tells otherwise.' : 'It fits all that was observed.';
    return { choice, value, words: `${words} ${why}` };
  });
  return { profile: { name: 'learnt', choices, assumptions: {} }, reasons, isCut: isOver() };
}

/** What making another machine, and finding out the sets of its states, costs in recorded steps. */
const MACHINE_STEPS = 3000;
/** So many recorded steps are judged in a second of a processor, and so much is enough for what devices are known to ask: a quarter of a million. */
export const STEPS_A_SECOND = 200_000;
/** What is spent on leaving as little open as will do; after that, all is. */
const PATIENCE: Patience = { steps: 3 * STEPS_A_SECOND };

/** Learns one group again, the last first, with all others as they are; the strictest of it that is right. */
function learntAgain(
  choices: Choices,
  isRight: (tried: Choices) => boolean,
  isOver: () => boolean,
): Choices | undefined {
  for (const group of GROUPS.toReversed()) {
    for (const combination of combinationsOf(group.choices, () => true)) {
      if (isOver()) return undefined;
      const tried = { ...choices, ...combination };
      if (isRight(tried)) return tried;
    }
  }
  return undefined;
}

/** The same with more left open, what opens least first. */
export const looserThan = (choices: Choices): readonly Choices[] =>
  openedSets(choices)
    .map((names): Choices => ({ ...choices, ...pick(LOOSE_CHOICES, names) }))
    .filter((each) => contradictionIn(each) === undefined);

/** Why a choice was left open that something else was learnt of: a path on which that is not so. */
export function reopened(choice: ChoiceName, from: string, to: string, path: readonly string[]): ChoiceReason {
  const { words } = CHOICES.find(({ name }) => name === choice)!.values.find(({ name }) => name === to)!;
  return { choice, value: to, words: `${words} ${from} is ruled out by: ${path.join(', ')}.` };
}

/** Which choices to leave open: one; a group; two groups; all. */
function openedSets(choices: Choices): (readonly ChoiceName[])[] {
  const names = CHOICES.map(({ name }) => name).filter((name) => choices[name] !== LOOSE_CHOICES[name]);
  const groups = GROUPS.toReversed().map((group) => group.choices);
  return [
    ...names.map((name) => [name]),
    ...groups,
    ...groups.flatMap((one, index) => groups.slice(index + 1).map((other) => [...one, ...other])),
    names,
  ];
}

/** All combinations of the values of some choices that are possible, the strictest first. */
function combinationsOf(
  group: readonly ChoiceName[],
  isPossible: (name: ChoiceName, value: string) => boolean,
): Partial<Choices>[] {
  let all: { choices: Record<string, string>; looseness: number }[] = [{ choices: {}, looseness: 0 }];
  for (const name of group) {
    const { values } = CHOICES.find((each) => each.name === name)!;
    const weighed = values
      .map((value, index) => ({ value: value.name, weight: weightOf(value.name, index, values.length) }))
      .filter(({ value }) => isPossible(name, value));
    all = all.flatMap(({ choices, looseness }) =>
      weighed.map(({ value, weight }) => ({ choices: { ...choices, [name]: value }, looseness: looseness + weight })),
    );
  }
  return all
    .toSorted((one, other) => one.looseness - other.looseness)
    .map(({ choices }) => choices as Partial<Choices>);
}

/** A value that says how a device is goes before one that leaves it open, one that leaves two answers before one that leaves four, and all before anything. */
const weightOf = (value: string, index: number, count: number): number =>
  value === 'any' ? 100 * count : value === 'torn' ? 101 * count : index;

function pick(choices: Choices, names: readonly ChoiceName[]): Partial<Choices> {
  return Object.fromEntries(names.map((name) => [name, choices[name]]));
}
