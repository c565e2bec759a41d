/**
 * A module beside the machine, without a browser: what it reads and sends along a run, and what the judge finds in it as runs.
 */
import { describe, expect, test } from 'vitest';
import { wasmDevices } from '../../conformance/device/wasm.ts';
import { alphabetOf } from '../../conformance/judge/scenes.ts';
import { actionsOf, MutableKnowledge } from '../../conformance/judge/actions.ts';
import { provingScenes } from '../../conformance/prove/index.ts';
import { playedOf } from '../../inspector/module/findings.ts';
import type { Played } from '../../inspector/module/messages.ts';
import { play } from '../../inspector/module/play.ts';
import { instanceByName } from '../../properties/subject.ts';
import { buildKit } from '../setup/wasm.ts';

const abilities = new Set(['reset', 'retire'] as const);
const scenes = provingScenes([1, 2], abilities);
const sceneNamed = (name: string) => scenes.find((scene) => scene.name === name)!;
const differing = (states: ReturnType<typeof play>): number[] =>
  states.flatMap(({ differences }, position) => (differences.length > 0 ? [position] : []));

describe('a right module', () => {
  const create = wasmDevices(buildKit());
  test.each(['two', 'three', 'halves', 'zero A B C'])(
    'agrees with the machine in every step, messages %s',
    (messages) => {
      const bounds = { vectors: 2, messages };
      const { events } = instanceByName('function', bounds);
      let seed = 5;
      const path = Array.from({ length: 400 }, () => {
        seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
        return events[(seed >>> 8) % events.length];
      });
      const states = play(create, { bounds, events: path, script: [] });
      expect(states).toHaveLength(401);
      expect(differing(states)).toEqual([]);
    },
  );

  test.each(['one vector', 'bits and bytes', 'parted messages', 'addresses', 'two vectors'])(
    'agrees in every access of the scene "%s"',
    (name) => {
      const scene = sceneNamed(name);
      // Each access after those that let a guest know what it needs to know.
      const wrong = actionsOf(alphabetOf(scene, abilities)).flatMap((action) => {
        const first = name === 'parted messages' ? ['write.0.address1/4', 'write.0.data1/4'] : ['write.0.A/4'];
        const trace = action.isLawful(new MutableKnowledge(scene.vectorCount))
          ? [action.name]
          : [...first, action.name];
        const played = playedOf({ trace }, scene, abilities);
        if (typeof played === 'string') return action.name.endsWith('2/4') ? [] : [`${action.name}: ${played}`];
        return play(create, played).flatMap(({ differences }) =>
          // What the standard leaves open, the judge lets pass.
          differences.some(({ sentence }) => sentence.startsWith('MSIX-'))
            ? [`${action.name}: ${differences[0].sentence}`]
            : [],
        );
      });
      expect(wrong).toEqual([]);
    },
  );
});

describe('a wrong module', () => {
  test('differs where its finding says, by the width that the finding has', () => {
    const create = wasmDevices(buildKit(['-DBUG=4'])); // a QWORD write leaves Vector Control as it is
    const played = playedOf(
      { trace: ['control.on/2', 'open.0.A/8', 'signal.0'] },
      sceneNamed('one vector'),
      abilities,
    ) as Played;
    expect(played.events).toEqual(['guest.control.on', 'guest.write.0.A', 'guest.unmask.0', 'device.signal.0']);
    expect(played.script).toEqual([[], ['control.on/2'], [], ['open.0.A/8'], ['signal.0']]);
    const states = play(create, played);
    expect(differing(states)).toEqual([3, 4]);
    expect(states[3].differences.map(({ sentence }) => sentence).join('\n')).toContain(
      'Vector Control of vector 0 is 0x0 in the machine, and 0x1 in the module.',
    );
    // In dwords nothing is wrong with it.
    expect(differing(play(create, { ...played, script: [] }))).toEqual([]);
  });

  test('that ends is told, at each step from there', () => {
    const trace = ['control.on/2', 'read.pba.0/4', 'signal.0', 'read.control.0/4'];
    const played = playedOf({ trace }, sceneNamed('one vector'), abilities) as Played;
    expect(played.script).toEqual([[], ['control.on/2'], ['read.pba.0/4', 'signal.0', 'read.control.0/4']]);
  });

  test('what the machine of the page cannot say is told', () => {
    expect(playedOf({ trace: ['write.0.address2/4'] }, sceneNamed('parted messages'), abilities)).toMatch(
      /more parts of messages than the machine of the page has/,
    );
  });
});
