/**
 * Saving a function and restoring it: what comes back is what was saved, and nothing but what was saved is taken.
 */
import { describe, expect, test } from 'vitest';
import { sameMessage } from '../../src/function/saved.ts';
import { randomNumbers } from '../setup/random-machine.ts';
import { Scene } from '../setup/scene.ts';

/** Every kind of state that a vector can be in: in use, entryChanged, entryChanged in one dword, pending, masked. */
function busyScene(): Scene {
  const scene = new Scene(66)
    .write(0, 'A')
    .write(1, 'B')
    .write(2, 'C')
    .write(3, 'A')
    .unmask(0, 1, 2, 20, 65)
    .control('on');
  scene.write(1, 'C').write(20, 'B').write(65, 'B').signal(3, 64);
  scene.msix.tableWrite(16 * 2 + 8, 4, 0);
  scene.take();
  return scene;
}

describe('a saved function', () => {
  //= MSIX-SAVE-1 type=test
  test('comes back as it was: what is read, what is in force, what is pending [MSIX-SAVE-1]', () => {
    const scene = busyScene();
    const restored = new Scene(66).unmask(5).control('on').signal(5, 6);
    restored.take();
    restored.msix.restore(scene.save());
    expect(restored.take()).toEqual(['release 5', 'use 0 A', 'use 1 B', 'use 2 C', 'use 20 zero', 'use 65 zero']);
    expect(restored.peek()).toEqual(scene.peek());
    expect([...restored.save()]).toEqual([...scene.save()]);
    for (const each of [scene, restored]) {
      each.signal(0, 1, 2, 3, 20, 64, 65).mask(1).unmask(1).signal(1).unmask(3, 64).control('off').control('on');
    }
    const calls = scene.take();
    expect(calls).toContain('send 20 zero');
    expect(calls).toContain('send 65 zero');
    expect(calls).toContain('use 65 B');
    expect(restored.take()).toEqual(calls);
  });

  //= MSIX-SAVE-1 type=test
  test('comes back from every control, without telling of what is not in use [MSIX-SAVE-1]', () => {
    for (const control of ['off', 'offMasked', 'on', 'onMasked'] as const) {
      const scene = new Scene(2).write(0, 'A').unmask(0).signal(1).control(control);
      const restored = new Scene(2);
      restored.msix.restore(scene.save());
      expect(restored.take()).toEqual(control === 'on' ? ['use 0 A'] : []);
      expect(restored.peek()).toEqual(scene.peek());
    }
  });

  test('comes back into itself, which releases and uses what is in use', () => {
    const scene = busyScene();
    const peek = scene.peek();
    scene.msix.restore(scene.save());
    const used = ['0 A', '1 B', '2 C', '20 zero', '65 zero'];
    expect(scene.take()).toEqual([
      ...[0, 1, 2, 20, 65].map((vector) => `release ${vector}`),
      ...used.map((use) => `use ${use}`),
    ]);
    expect(scene.peek()).toEqual(peek);
  });

  test('comes back without notifiers, and what was pending is sent at the next edge of each vector', () => {
    const restored = new Scene(66, { notifiers: false });
    restored.msix.restore(busyScene().save());
    restored.unmask(64, 3).mask(1).unmask(1).signal(1);
    expect(restored.take()).toEqual(['send 64 zero', 'send 3 A', 'send 1 C']);
  });

  test('is the same for two functions that no guest can tell apart', () => {
    const fresh = new Scene(2).unmask(0).control('on').save();
    const back = new Scene(2).unmask(0).control('on').write(0, 'A').write(0, 'zero');
    expect([...back.save()]).toEqual([...fresh]);
    const masked = new Scene(2).write(0, 'A').unmask(0).control('on').write(0, 'B').mask(0).control('off').save();
    expect([...masked]).toEqual([...new Scene(2).write(0, 'B').save()]);
    back.msix.reset();
    expect([...back.save()]).toEqual([...new Scene(2).save()]);
  });

  test.each([
    [1, true],
    [3, false],
    [70, true],
    [70, false],
  ])('says all that a function remembers: %i vectors, notifiers %s', (vectors, notifiers) => {
    const [scene, restored] = [new Scene(vectors, { notifiers }), new Scene(vectors, { notifiers })];
    const draw = randomNumbers(vectors);
    const different: string[] = [];
    for (let call = 0; call < 2000; call++) {
      // Few of them, at both ends, so that each is met in all its states.
      const vector = [0, 1, 2, vectors - 1][draw(4)] % vectors;
      const calls: readonly (() => unknown)[] = [
        () => scene.mask(vector),
        () => scene.unmask(vector),
        () => scene.write(vector, (['zero', 'A', 'B'] as const)[draw(3)]),
        () => scene.signal(vector),
        () => scene.msix.retire(vector),
        () => scene.control((['off', 'on', 'on', 'on', 'onMasked'] as const)[draw(5)]),
        ...(draw(20) === 0 ? [() => scene.msix.reset()] : []),
      ];
      calls[draw(calls.length)]();
      restored.msix.restore(scene.save());
      const [kept, back] = [scene, restored].map(({ msix }) => msix['memory'].join());
      if (kept !== back) different.push(`${call}: ${kept}, not ${back}`);
    }
    expect(different).toEqual([]);
  });

  test('has its words written at the start of a longer array, and nothing behind them', () => {
    const { msix } = busyScene();
    const out = new Uint32Array(msix.savedWords + 2).fill(7);
    expect(msix.saveInto(out)).toBe(msix.savedWords);
    expect([...out.subarray(-2)]).toEqual([7, 7]);
    expect([...out.subarray(0, -2)]).toEqual([...busyScene().save()]);
  });

  test('is laid out as its format says', () => {
    const scene = new Scene(1).write(0, 'A').unmask(0).control('on').write(0, 'B');
    const [a, b] = [
      [0xfee01004, 0x80000001, 0x80004021],
      [0xfee02008, 0x90000002, 0x90008042],
    ];
    expect([...scene.save()]).toEqual([0x5849534d, 1, 1, 0x8000, ...b, 0, 0, 0, 1, 0, ...a]);
  });

  //= MSIX-SAVE-1, MSIX-NOTIFY-3 type=test
  test.each([true, false])(
    'may be saved within a call: what has not left is sent where it is restored',
    (notifiers) => {
      const scene = new Scene(3, { notifiers }).write(0, 'A').write(1, 'B').unmask(0, 1).signal(0, 1, 2);
      let saved: Uint32Array = new Uint32Array();
      // Vector 1 is rewritten too: the message that has not left is the one of before.
      scene.on('send 0 A', () => (saved = scene.write(1, 'C').save())).control('on');
      expect(scene.take().filter((call) => call.startsWith('send'))).toEqual(['send 0 A', 'send 1 B']);
      const restored = new Scene(3, { notifiers });
      restored.msix.restore(saved);
      const told = notifiers ? ['use 0 A', 'use 1 B'] : [];
      expect(restored.take()).toEqual([...told, 'send 1 B']);
      expect(restored.pending).toEqual([2]);
      expect([...restored.save()]).toEqual([...scene.save()]);
    },
  );

  test('may be restored within a call: the message that has not left is gone with the state that had it', () => {
    const saved = new Scene(3).write(2, 'C').unmask(2).control('on').save();
    const scene = new Scene(3).write(0, 'A').write(1, 'B').unmask(0, 1).signal(0, 1);
    scene.on('send 0 A', () => scene.msix.restore(saved)).control('on');
    expect(scene.take()).toEqual(['use 0 A', 'send 0 A', 'release 0', 'use 2 C']);
    expect([...scene.save()]).toEqual([...saved]);
  });

  test('may be restored within a call of a restore, and then is what counts', () => {
    const saved = new Scene(2).write(1, 'C').unmask(1).control('on').save();
    const scene = new Scene(2).write(0, 'A').write(1, 'B').unmask(0, 1).control('on');
    scene.take();
    scene.on('release 0', () => scene.msix.restore(saved)).msix.restore(new Scene(2).save());
    expect(scene.take()).toEqual(['release 0', 'release 1', 'use 1 C']);
    expect([...scene.save()]).toEqual([...saved]);
  });
});

describe('a state that no function of this size can be in', () => {
  // Two vectors: header 0 to 3, entries at 4 and 8, pending at 12, entryChanged at 14, shadows at 16 and 19. Vector 0 is in
  // use and entryChanged, vector 1 is masked and pending.
  const good = (): Uint32Array => {
    const scene = new Scene(2).write(0, 'A').write(1, 'B').unmask(0).control('on').write(0, 'C').signal(1);
    return scene.save();
  };
  const changed = (...changes: readonly [word: number, value: number][]): Uint32Array => {
    const words = good();
    for (const [word, value] of changes) words[word] = value;
    return words;
  };
  const swapped = (): Uint32Array => {
    const view = new DataView(good().buffer);
    return Uint32Array.from({ length: view.byteLength / 4 }, (_, word) => view.getUint32(4 * word, false));
  };

  const CASES: [what: string, words: unknown, sentence: string][] = [
    ['nothing', undefined, 'the saved function is undefined; expected a Uint32Array'],
    ['a plain array', [...good()], 'the saved function is Array; expected a Uint32Array'],
    ['bytes', new Uint8Array(good().buffer), 'the saved function is Uint8Array; expected a Uint32Array'],
    ['signed words', new Int32Array(good()), 'the saved function is Int32Array; expected a Uint32Array'],
    ['no words', new Uint32Array(), 'the length is 0 words; expected 22'],
    ['less than a header', good().subarray(0, 3), 'the length is 3 words; expected 22'],
    ['a header only', good().subarray(0, 4), 'the length is 4 words; expected 22'],
    ['one word less', good().subarray(0, 21), 'the length is 21 words; expected 22'],
    ['one word more', Uint32Array.of(...good(), 0), 'the length is 23 words; expected 22'],
    ['as many zeros as a header', new Uint32Array(4), 'the first word is 0x0; expected 0x5849534d'],
    ['zeros', new Uint32Array(22), 'the first word is 0x0; expected 0x5849534d'],
    ['the other byte order', swapped(), 'the first word is 0x4d534958; expected 0x5849534d'],
    ['another version', changed([1, 2]), 'the version is 2; expected 1'],
    ['another number of vectors', changed([2, 3]), 'the number of vectors is 3; expected 2'],
    ['a function of three', new Scene(3).save(), 'the number of vectors is 3; expected 2'],
    [
      'a reserved bit of Message Control',
      changed([3, 0xa000]),
      'Message Control is 0xa000; expected no bits but 0xc000',
    ],
    ['Message Control with Table Size', changed([3, 0x8001]), 'Message Control is 0x8001; expected no bits but 0xc000'],
    ['Message Control of 17 bits', changed([3, 0x18000]), 'Message Control is 0x18000; expected no bits but 0xc000'],
    [
      'an address of bytes',
      changed([8, 0xfee02009]),
      'the address of vector 1 is 0xfee02009; expected a multiple of 4',
    ],
    [
      'an address of bytes in force',
      changed([16, 0xfee01006]),
      'the address in the shadow of vector 0 is 0xfee01006; expected a multiple of 4',
    ],
    ['a reserved bit of Vector Control', changed([11, 3]), 'Vector Control of vector 1 is 0x3; expected 0x0 or 0x1'],
    ['a steering tag', changed([7, 0x10000]), 'Vector Control of vector 0 is 0x10000; expected 0x0 or 0x1'],
    [
      'a pending bit behind the last vector',
      changed([12, 4]),
      'a bit of vector 2 is set; expected a clear one: it is none',
    ],
    [
      'a pending bit of the upper dword',
      changed([13, 1]),
      'a bit of vector 32 is set; expected a clear one: it is none',
    ],
    [
      'a entryChanged bit behind the last',
      changed([15, 1 << 31]),
      'a bit of vector 63 is set; expected a clear one: it is none',
    ],
    [
      'a masked vector that entryChanged',
      changed([7, 1]),
      'the entryChanged bit of vector 0 is set while it is blocked; expected a clear one',
    ],
    [
      'a disabled function with a vector that entryChanged',
      changed([3, 0x4000]),
      'the entryChanged bit of vector 0 is set while it is blocked; expected a clear one',
    ],
    [
      'a vector that entryChanged from nothing',
      changed([16, 0x10], [17, 0xffffffff], [18, 0xffffffff]),
      'the entryChanged bit of vector 0 is set while its shadow equals its entry; expected a clear one',
    ],
    [
      'a shadow of a vector that did not diverge',
      changed([14, 0]),
      'the shadow of vector 0 is not zero; expected zero, since the vector has not entryChanged',
    ],
    ...[19, 20, 21].map((word): [string, unknown, string] => [
      `word ${word}, in the shadow of another`,
      changed([word, 4]),
      'the shadow of vector 1 is not zero; expected zero, since the vector has not entryChanged',
    ]),
  ];

  //= MSIX-SAVE-2 type=test
  test.each(CASES)('is refused whole, in a sentence: %s [MSIX-SAVE-2]', (_, words, sentence) => {
    const scene = new Scene(2).write(0, 'A').unmask(0).control('on').write(0, 'B').signal(1);
    const before = [...scene.save()];
    scene.take();
    const expected = new RangeError(`MsixFunction.restore: ${sentence}. Nothing was restored.`);
    expect(() => scene.msix.restore(words as Uint32Array)).toThrow(expected);
    expect(scene.take()).toEqual([]);
    expect([...scene.save()]).toEqual(before);
    scene.signal(0);
    expect(scene.take()).toEqual(['send 0 A']);
  });

  test('is a state that differs from one which is taken, here by nothing', () => {
    const scene = new Scene(2);
    scene.msix.restore(changed());
    expect(scene.take()).toEqual(['use 0 A']);
    expect([...scene.save()]).toEqual([...good()]);
  });

  test('cannot be saved into an array that is too short, which is left alone', () => {
    const { msix } = new Scene(2);
    const out = new Uint32Array(21).fill(7);
    expect(() => msix.saveInto(out)).toThrow(
      new RangeError(
        'MsixFunction.saveInto: got a Uint32Array of 21 words; expected a Uint32Array of at least 22 words.',
      ),
    );
    expect(new Set(out)).toEqual(new Set([7]));
  });
});

test.each([
  [1, 2, 3, true],
  [9, 2, 3, false],
  [1, 9, 3, false],
  [1, 2, 9, false],
])('a message of %d, %d and %d is 1, 2 and 3: %s', (low, high, data, isSame) => {
  expect(sameMessage(Uint32Array.of(0, 1, 2, 3, low, high, data), 1, 4)).toBe(isSame);
});
