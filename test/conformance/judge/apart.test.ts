/** Guests of several vectors have another message for each: of two vectors that are open, none could be taken for the other, but where a scene asks for that. */
import { expect, test } from 'vitest';
import { actionsOf, MutableKnowledge } from '../../../conformance/judge/actions.ts';
import { Bench } from '../../../conformance/judge/bench.ts';
import { Random } from '../../../conformance/judge/random.ts';
import { alphabetOf, scenesOf } from '../../../conformance/judge/scenes.ts';
import { PlainDevice } from '../../../conformance/museum/index.ts';

const abilities = new Set(['reset', 'retire'] as const);
const scenes = scenesOf({ vectorCounts: [1, 2, 3, 65], abilities }).filter(({ vectors }) => vectors.length > 1);

/** How often two vectors were open at once, and how often two of them held one message. */
function opened(scene: (typeof scenes)[number]): { together: number; alike: number } {
  const alphabet = alphabetOf(scene, abilities);
  const bench = new Bench(new PlainDevice({ vectorCount: scene.vectorCount }), alphabet.book);
  const actions = actionsOf({ ...alphabet, reads: false });
  const knowledge = new MutableKnowledge(scene.vectorCount);
  const random = new Random(1);
  let together = 0;
  let alike = 0;
  for (let step = 0; step < 2000; step++) {
    const action = random.pickLawful(actions, knowledge)!;
    bench.perform(action, knowledge);
    bench.readBack();
    action.learn(knowledge);
    bench.inform(knowledge);
    const { entries } = bench.observation;
    const open = scene.vectors.filter((vector) => (entries[4 * vector + 3] & 1) === 0);
    const held = new Set(open.map((vector) => entries.slice(4 * vector, 4 * vector + 3).join()));
    if (open.length > 1) together++;
    if (held.size < open.length) alike++;
  }
  return { together, alike };
}

const [apart, alike] = [true, false].map((isApart) => scenes.filter((scene) => (scene.isApart === true) === isApart));

test.each(apart.map((scene) => [scene.name, scene] as const))('%s have a message each', (_, scene) => {
  const found = opened(scene);
  expect(found.together).toBeGreaterThan(200);
  expect(found.alike).toBe(0);
});

test('the scene of equal messages alone has them', () => {
  expect(alike.map(({ name }) => name)).toEqual(['two vectors alike']);
  expect(opened(alike[0]).alike).toBeGreaterThan(30);
});
