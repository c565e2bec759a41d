/**
 * Learning: which values of each choice remain consistent with all that was observed of a device, and the strictest of them.
 *
 * Choices that speak of the same thing are tried together, in all combinations, with every other choice left open; so what one of
 * them rules out is not explained away by another of its group.
 */
import { CHOICES, type ChoiceName, type Choices, LOOSE_CHOICES } from '../../spec/choices.ts';
import { type Action, actionsOf, MutableKnowledge, RESETTING } from './actions.ts';
import { Judge } from './judge.ts';
import { contradictionIn, type Profile } from './profile.ts';
import { Random } from './random.ts';
import { actionsUpTo, firstContradiction, Recorder, type Recording } from './recording.ts';
import { alphabetOf, modelOf, type Scene } from './scenes.ts';
import type { Subject } from './subject.ts';

/** Choices that are tried together, and the scenes that ask them; what other scenes say of them, the whole profile is held against. */
const GROUPS: readonly { readonly choices: readonly ChoiceName[]; readonly scenes: readonly string[] }[] = [
  { choices: ['disabledEvent', 'pendingAtDisable', 'pendingAtEnable', 'coalescing'], scenes: ['one vector'] },
  { choices: ['message', 'openWrites'], scenes: ['one vector', 'parted messages'] },
  { choices: ['resetEntry'], scenes: ['one vector'] },
  { choices: ['addresses'], scenes: ['one vector', 'addresses'] },
  { choices: ['reservedControl'], scenes: ['bits and bytes'] },
  { choices: ['reservedAddress'], scenes: ['bits and bytes'] },
  { choices: ['narrowWrites'], scenes: ['bits and bytes'] },
  { choices: ['pbaWrites'], scenes: ['bits and bytes'] },
];

/** Why a choice has its value. */
export interface Reason {
  readonly choice: ChoiceName;
  readonly value: string;
  /** What the value means, and why it was chosen, in sentences. */
  readonly words: string;
}

/** What was learnt. */
export interface Learnt {
  readonly profile: Profile;
  readonly reasons: readonly Reason[];
}

/**
 * Observes a device along short paths that ask one choice each, and along random ones. Where a fresh instance is costly and there is a
 * reset, one instance is asked all of them.
 */
export async function probe(
  subject: Subject,
  scenes: readonly Scene[],
  seed: number,
  deadline: number,
): Promise<Recording[]> {
  const recordings: Recording[] = [];
  const isChained = !subject.isLocal && subject.abilities.has('reset');
  for (const scene of scenes) {
    if (!scene.isSmall || scene.vectors.length > 1) continue;
    const alphabet = alphabetOf(scene, subject.abilities);
    const actions = actionsOf(alphabet);
    const byName = new Map(actions.map((action) => [action.name, action]));
    const model = modelOf(scene, LOOSE_CHOICES, subject.abilities.has('notify'), true);
    const random = new Random(seed);
    const directed = PROBES.map((path) => path.split(' ')).filter((path) => path.every((name) => byName.has(name)));
    const paths = directed.length + RANDOM_PROBES;
    for (let path = 0; path < paths && performance.now() < deadline;) {
      const instance = await subject.open(scene.vectorCount);
      const judge = new Judge(model, alphabet.book, instance.vectorCount);
      const recorder = new Recorder(judge, scene.vectors, scene.name);
      const knowledge = new MutableKnowledge(instance.vectorCount);
      const { observation, failure } = await instance.first(alphabet.book, knowledge);
      path++;
      if (failure !== undefined) continue;
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
        if (!isChained || path >= paths || performance.now() > deadline) return undefined;
        path++;
        step = 0;
        return RESETTING;
      };
      await instance.run({ next, readback: () => 'all' }, alphabet.book, knowledge, (action, seen, failed) => {
        if (failed !== undefined) return false;
        recorder.action = action.name;
        judge.step(action, seen);
        if (isChained && action === RESETTING) recorder.restart();
        return true;
      });
      recordings.push(...recorder.recordings());
    }
  }
  return recordings;
}

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

/** Finds the strictest profile that all recordings allow. */
export function learn(
  scenes: readonly Scene[],
  recordings: readonly Recording[],
  notifies: boolean,
  name = 'learnt',
): Learnt {
  const byScene = new Map(scenes.map((scene) => [scene.name, scene]));
  const contradictionOf = (choices: Choices, each: Recording): number =>
    firstContradiction(modelOf(byScene.get(each.scene)!, choices, notifies, true), each);
  const ofScenes = (names: readonly string[] | undefined): readonly Recording[] =>
    names === undefined ? recordings : recordings.filter(({ scene }) => names.includes(scene));
  const isConsistent = (choices: Choices, names?: readonly string[]): boolean =>
    ofScenes(names).every((each) => contradictionOf(choices, each) < 0);
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

  const found = GROUPS.map((group) =>
    combinationsOf(group.choices).find((combination) => {
      const tried = { ...LOOSE_CHOICES, ...combination };
      return contradictionIn(tried) === undefined && isConsistent(tried, group.scenes);
    }),
  );
  let choices: Choices = Object.assign({}, LOOSE_CHOICES, ...found);
  // Each group was tried with the others open. Together they must hold, too, and in every scene; where they do not, as few choices as
  // will do are left open.
  const until = performance.now() + PATIENCE;
  for (const each of openedSets()) {
    const opened = performance.now() > until ? CHOICES.map(({ name: every }) => every) : each;
    const tried: Choices = Object.assign({}, choices, pick(LOOSE_CHOICES, opened));
    if (contradictionIn(tried) !== undefined || !isConsistent(tried)) continue;
    choices = tried;
    break;
  }

  const reasons = CHOICES.map(({ name: choice, values }): Reason => {
    const value = choices[choice];
    const { words } = values.find((each) => each.name === value)!;
    const place = values.findIndex((each) => each.name === value);
    const tried = { ...choices, [choice]: values[place === 0 ? Math.min(1, values.length - 1) : 0].name } as Choices;
    // What rules the strictest out; or, where that was chosen, whether anything would rule out another value.
    const asking = GROUPS.find((group) => group.choices.includes(choice))!.scenes;
    const path = evidence(tried, asking);
    if (place > 0) {
      const why =
        path === undefined
          ? 'Together with the others, nothing stricter fits.'
          : `${values[0].name} is ruled out by: ${path.join(', ')}.`;
      return { choice, value, words: `${words} ${why}` };
    }
    const why = path === undefined ? 'Nothing asked tells otherwise.' : 'It fits all that was observed.';
    return { choice, value, words: `${words} ${why}` };
  });
  return { profile: { name, choices, assumptions: {} }, reasons };
}

/** So many milliseconds are spent on leaving as little open as will do; after that, all is. */
const PATIENCE = 3000;

/** Which choices to leave open: none; one; a group; all. */
function* openedSets(): Generator<readonly ChoiceName[]> {
  const names = CHOICES.map(({ name }) => name);
  yield [];
  for (const name of names) yield [name];
  for (const group of GROUPS) yield group.choices;
  yield names;
}

/** All combinations of values of some choices, the strictest first. */
function combinationsOf(group: readonly ChoiceName[]): Partial<Choices>[] {
  let all: { choices: Record<string, string>; looseness: number }[] = [{ choices: {}, looseness: 0 }];
  for (const name of group) {
    const { values } = CHOICES.find((each) => each.name === name)!;
    all = all.flatMap(({ choices, looseness }) =>
      values.map((value, index) => ({
        choices: { ...choices, [name]: value.name },
        looseness: looseness + weightOf(value.name, index),
      })),
    );
  }
  return all
    .toSorted((one, other) => one.looseness - other.looseness)
    .map(({ choices }) => choices as Partial<Choices>);
}

/** A value that says how a device is, goes before one that leaves it open. */
const weightOf = (value: string, index: number): number => (value === 'any' ? 100 : index);

function pick(choices: Choices, names: readonly ChoiceName[]): Partial<Choices> {
  return Object.fromEntries(names.map((name) => [name, choices[name]]));
}
