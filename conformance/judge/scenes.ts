/**
 * Scenes: which vectors are acted upon, with which messages and which kinds of access. Small ones first; each asks something that
 * the ones before do not.
 */
import { type MessageSet, wholeMessages } from '../../machines/messages.ts';
import { ADDRESSES, JUDGED, PARTED, SMALL } from '../../machines/permitted/index.ts';
import { type Choices, STRICT_CHOICES } from '../../spec/choices.ts';
import type { Ability } from '../device/device.ts';
import { type Action, actionsOf, type Alphabet, MutableKnowledge } from './actions.ts';
import { createModel, type Model } from './judge.ts';
import { MessageBook } from './messages.ts';
import type { Readback } from './instance.ts';
import type { Assumptions } from './profile.ts';

/** What a suite looks at. */
export interface Scene {
  readonly name: string;
  /** What it asks, as a clause. */
  readonly asks: string;
  readonly vectorCount: number;
  /** The vectors that are acted upon. */
  readonly vectors: readonly number[];
  readonly messages: MessageSet;
  readonly widths: boolean;
  readonly reads: boolean;
  readonly reserved: boolean;
  readonly narrow: boolean;
  readonly pbaWrites: boolean;
  /** Whether its pairs can be walked whole; otherwise it is for random walks. */
  readonly isSmall: boolean;
  /** Whether its pairs are walked however many vectors there are. Default false. */
  readonly isWalked?: boolean;
  /** The forms of access that the device says it has not. */
  readonly unsupported?: ReadonlySet<string>;
  /** What is not done in it, whatever the profile takes guests to do. */
  readonly assumptions?: Assumptions;
}

/** One message for all vectors, which a guest may write (6.1.4). */
const ALIKE: MessageSet = wholeMessages('alike', ['zero', 'same']);

const plain = { widths: true, reads: true, reserved: false, narrow: false, pbaWrites: false, isSmall: true };

/** What scenes ask of a subject: the numbers of vectors that it has, what it can do, which vectors it can be told to signal, and which forms of access it lacks. */
export interface SceneNeeds {
  readonly vectorCounts: readonly number[];
  readonly abilities: ReadonlySet<Ability>;
  readonly signalled?: (vectorCount: number) => readonly number[] | undefined;
  readonly unsupported?: ReadonlySet<string>;
}

/** The scenes for a subject, one instance for each number of vectors. Vectors that cannot be signalled are left alone. */
export function scenesOf({ vectorCounts: counts, abilities, signalled, unsupported }: SceneNeeds): readonly Scene[] {
  const smallest = counts[0];
  const withTwo = counts.find((count) => count >= 2);
  const withThree = counts.find((count) => count >= 3);
  const lacking = unsupported === undefined || unsupported.size === 0 ? {} : { unsupported };
  const scenes: Scene[] = [
    {
      ...plain,
      name: 'one vector',
      asks: 'every access in every width, and messages with data of zero',
      vectorCount: smallest,
      vectors: [0],
      messages: JUDGED,
    },
    {
      ...plain,
      name: 'bits and bytes',
      asks: 'reserved bits, and accesses that the standard leaves open',
      vectorCount: smallest,
      vectors: [0],
      messages: SMALL,
      reserved: true,
      narrow: true,
      pbaWrites: abilities.has('pbaWrite'),
    },
    {
      ...plain,
      name: 'parted messages',
      asks: 'messages whose address and data are written apart',
      vectorCount: smallest,
      vectors: [0],
      messages: PARTED,
      widths: false,
      reads: false,
    },
    {
      ...plain,
      name: 'addresses',
      asks: 'messages to memory below and above 4 GiB',
      vectorCount: smallest,
      vectors: [0],
      messages: ADDRESSES,
      reads: false,
    },
  ];
  if (withTwo !== undefined)
    scenes.push({
      ...plain,
      name: 'two vectors',
      asks: 'whether vectors are independent',
      vectorCount: withTwo,
      vectors: [0, 1],
      messages: SMALL,
    });
  if (withThree !== undefined)
    scenes.push({
      ...plain,
      name: 'three vectors',
      asks: 'what two vectors do not show',
      vectorCount: withThree,
      vectors: [0, 1, 2],
      messages: SMALL,
      widths: false,
      reads: false,
    });
  if (withTwo !== undefined)
    scenes.push({
      ...plain,
      name: 'two vectors alike',
      asks: 'whether two vectors that share one message are two all the same',
      vectorCount: withTwo,
      vectors: [0, 1],
      messages: ALIKE,
      widths: false,
      reads: false,
      // Whose a message is that no entry need hold, or an entry that was never written, one message for both cannot tell.
      assumptions: { quietWhileOpen: true, programmed: true },
    });
  for (const count of counts.filter((each) => each > 3)) {
    const edges = [0, 1, 31, 32, 63, 64, 1023, count - 1].filter((vector) => vector < count);
    scenes.push({
      ...plain,
      name: `${count} vectors`,
      asks: 'words and QWORDs of the Pending Bit Array, and the last vector',
      vectorCount: count,
      vectors: [...new Set(edges)],
      messages: SMALL,
      isSmall: false,
    });
  }
  return scenes.flatMap((each): Scene[] => {
    const scene = { ...each, ...lacking };
    const can = signalled?.(scene.vectorCount);
    if (can === undefined) return [scene];
    const vectors = scene.vectors.filter((vector) => can.includes(vector));
    // Of a small scene each vector is needed; a large one makes do with some.
    return vectors.length === scene.vectors.length || (!scene.isSmall && vectors.length > 0)
      ? [{ ...scene, vectors }]
      : [];
  });
}

/** The alphabet of a scene for a device with these abilities. */
export function alphabetOf(scene: Scene, abilities: ReadonlySet<Ability>): Alphabet {
  const { vectorCount, vectors, messages, widths, reads, reserved, narrow, pbaWrites, unsupported } = scene;
  return {
    vectorCount,
    vectors,
    messages,
    book: new MessageBook(messages, vectorCount),
    widths,
    reads,
    reserved,
    narrow,
    pbaWrites,
    unsupported,
    reset: abilities.has('reset'),
    retire: abilities.has('retire'),
  };
}

/** What stands for everything: of many vectors, those that a small scene acts upon and the last; now and then all. */
export const wholeOf = ({ vectorCount, vectors, isSmall }: Scene, step: number): Readback =>
  vectorCount <= 8 || !isSmall || step % 64 === 63 ? 'all' : [...new Set([...vectors, vectorCount - 1])];

/** The bits of the number of a vector. */
export const BITS: readonly number[] = Array.from({ length: 11 }, (_, bit) => 1 << bit);

/** A vector with its neighbours, across carries too, and those whose numbers differ from its own in one bit: what a mistake would reach. */
export const nearOf = (vector: number, vectorCount: number, bits: readonly number[] = BITS): readonly number[] =>
  [...new Set([vector - 1, vector, vector + 1, ...bits.map((bit) => vector ^ bit)])].filter(
    (each) => each >= 0 && each < vectorCount,
  );

const models = new Map<string, Model>();

/**
 * A model for a scene. A choice that the scene cannot ask is left at its strictest: the machine is then smaller, and the same.
 * @param isShared Whether it may be one that others use too; coverage is read from one that is not.
 */
export function modelOf(scene: Scene, choices: Choices, notifies: boolean, isShared = false): Model {
  const { messages, reserved, narrow, pbaWrites } = scene;
  const asked: Choices = {
    ...choices,
    ...(narrow ? {} : { narrowWrites: STRICT_CHOICES.narrowWrites }),
    ...(pbaWrites ? {} : { pbaWrites: STRICT_CHOICES.pbaWrites }),
    ...(reserved
      ? {}
      : { reservedControl: STRICT_CHOICES.reservedControl, reservedAddress: STRICT_CHOICES.reservedAddress }),
  };
  const options = { choices: asked, messages, notifies, reserved };
  if (!isShared) return createModel(options);
  // Sets that are listed in a link have one name.
  const key = JSON.stringify([asked, messages.name, messages.values, notifies, reserved]);
  let model = models.get(key);
  if (model === undefined) {
    model = createModel(options);
    models.set(key, model);
  }
  return model;
}

/** What a guest knows of a fresh device, and may be sure of under a profile. */
export const knowledgeFor = ({ choices }: Model, vectorCount: number): MutableKnowledge =>
  new MutableKnowledge(vectorCount, choices.openWrites === 'kept', choices.disabledTable === 'there');

/** The same alphabet with every vector acted upon, where there are many. */
export function everyVector(scene: Scene, alphabet: Alphabet): Alphabet {
  if (scene.isSmall) return alphabet;
  return { ...alphabet, vectors: Array.from({ length: scene.vectorCount }, (_, vector) => vector) };
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
