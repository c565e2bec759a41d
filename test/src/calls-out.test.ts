/**
 * Calls out of a function that come back into it, or that throw: nothing is lost, nothing is sent while its vector is
 * blocked, `use` and `release` alternate, and the message told is the one in force.
 */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MsixFunction, SIGNAL_HELD, SIGNAL_SENT } from '../../src/index.ts';
import { Scene } from '../setup/scene.ts';

/** Two vectors, masked as a whole, with both events held: clearing Function Mask releases them at once. */
function heldPair(notifiers: boolean): Scene {
  const scene = new Scene(2, { notifiers }).write(0, 'A').write(1, 'B').unmask(0, 1).control('onMasked').signal(0, 1);
  expect(scene.pending).toEqual([0, 1]);
  return scene;
}

/** Opens the function and returns what it called, having made sure that every reply ran. */
function open(scene: Scene): string[] {
  scene.control('on');
  expect(scene.unheard).toEqual([]);
  return scene.take();
}

describe('a call that comes back into the function, of two messages released at once', () => {
  //= MSIX-NOTIFY-3, MSIX-MASK-2 type=test
  test('masks the other vector: its message is held, and follows its unmask [MSIX-NOTIFY-3]', () => {
    const scene = heldPair(false).on('send 0 A', () => scene.mask(1));
    expect(open(scene)).toEqual(['send 0 A']);
    expect(scene.pending).toEqual([1]);
    scene.unmask(1);
    expect(scene.take()).toEqual(['send 1 B']);
  });

  test('masks, rewrites and unmasks the other vector: it sends the new message, once', () => {
    const scene = heldPair(false).on('send 0 A', () => scene.mask(1).write(1, 'C').unmask(1));
    expect(open(scene)).toEqual(['send 0 A', 'send 1 C']);
    expect(scene.pending).toEqual([]);
  });

  test('rewrites the other vector without masking it: it sends what stood there when the function opened', () => {
    const scene = heldPair(true).on('send 0 A', () => scene.write(1, 'C'));
    expect(open(scene)).toEqual(['use 0 A', 'send 0 A', 'use 1 B', 'send 1 B']);
    expect(scene.entry(1)).toBe('C unmasked');
  });

  //= MSIX-NOTIFY-3, MSIX-ENABLE-1 type=test
  test.each(['off', 'offMasked', 'onMasked'] as const)(
    'writes %s: the other is held until the function opens',
    (control) => {
      const scene = heldPair(true).on('send 0 A', () => scene.control(control));
      expect(open(scene)).toEqual(['use 0 A', 'send 0 A', 'release 0']);
      expect(scene.pending).toEqual([1]);
      expect(open(scene)).toEqual(['use 0 A', 'use 1 B', 'send 1 B']);
    },
  );

  test('closes, rewrites and opens again: the other sends the new message, once', () => {
    const scene = heldPair(true).on('send 0 A', () => scene.control('off').write(1, 'C').control('on'));
    expect(open(scene)).toEqual(['use 0 A', 'send 0 A', 'release 0', 'use 0 A', 'use 1 C', 'send 1 C']);
    expect(scene.pending).toEqual([]);
  });

  //= MSIX-RESET-5 type=test
  test('resets: the other message is dropped [MSIX-RESET-5]', () => {
    const scene = heldPair(true).on('send 0 A', () => scene.msix.reset());
    expect(open(scene)).toEqual(['use 0 A', 'send 0 A', 'release 0']);
    expect(scene.peek()).toEqual(new Scene(2).peek());
  });

  test('retires the other: it has nothing to send any more', () => {
    const scene = heldPair(false).on('send 0 A', () => scene.msix.retire(1));
    expect(open(scene)).toEqual(['send 0 A']);
  });

  //= MSIX-PEND-4 type=test
  test('signals itself and the other: each event is told, and never more than there were [MSIX-PEND-4]', () => {
    const outcomes: number[] = [];
    const signal = (vector: number): void => void outcomes.push(scene.msix.signal(vector));
    const scene = heldPair(false).on('send 0 A', () => [0, 1].forEach(signal));
    expect(open(scene).toSorted()).toEqual(['send 0 A', 'send 0 A', 'send 1 B', 'send 1 B']);
    expect(outcomes).toEqual([SIGNAL_SENT, SIGNAL_SENT]);
    expect(scene.pending).toEqual([]);
  });

  test('signals the other before it is in use: its `use` comes first, and the two events are one message', () => {
    const scene = heldPair(true).on('use 0 A', () => expect(scene.msix.signal(1)).toBe(SIGNAL_SENT));
    expect(open(scene)).toEqual(['use 0 A', 'use 1 B', 'send 1 B', 'send 0 A']);
  });

  test('signals the other before it is in use, and that `use` masks it: the event is held', () => {
    const scene = heldPair(true)
      .on('use 0 A', () => expect(scene.msix.signal(1)).toBe(SIGNAL_HELD))
      .on('use 1 B', () => scene.mask(1));
    expect(open(scene)).toEqual(['use 0 A', 'use 1 B', 'release 1', 'send 0 A']);
    expect(scene.pending).toEqual([1]);
  });

  test('sees the final state: not pending any more, entries and control as they are', () => {
    const seen: unknown[] = [];
    const scene = heldPair(true).on('use 0 A', () =>
      seen.push(scene.pending, scene.msix.messageControl, scene.entry(1)),
    );
    open(scene);
    expect(seen).toEqual([[], 0x8001, 'B unmasked']);
  });
});

describe('a notifier that comes back into the function', () => {
  test('takes back an event of a vector whose release is owed: that is told before its next `use`', () => {
    const scene = new Scene(35, { notifiers: true }).write(32, 'A').write(33, 'B').write(34, 'C').unmask(32, 33, 34);
    open(scene);
    scene
      .on('release 32', () => scene.control('on'))
      .on('release 33', () => {
        expect(scene.mask(34).msix.signal(34)).toBe(SIGNAL_HELD);
        scene.msix.retire(34);
        scene.unmask(34);
      })
      .control('off');
    expect(scene.take()).toEqual(['release 32', 'release 33', 'release 34', 'use 34 C', 'use 32 A', 'use 33 B']);
  });

  //= MSIX-NOTIFY-1 type=test
  test('masks its own vector in `use`: released at once, and the message is held [MSIX-NOTIFY-1]', () => {
    const scene = heldPair(true).on('use 0 A', () => scene.mask(0));
    expect(open(scene)).toEqual(['use 0 A', 'release 0', 'use 1 B', 'send 1 B']);
    expect(scene.pending).toEqual([0]);
  });

  test('masks, rewrites and unmasks its own vector in `use`: in use with the new message, sent once', () => {
    const scene = heldPair(true).on('use 0 A', () => scene.mask(0).write(0, 'C').unmask(0));
    expect(open(scene)).toEqual(['use 0 A', 'release 0', 'use 0 C', 'send 0 C', 'use 1 B', 'send 1 B']);
  });

  // How it was found: a breaker wrote entries within calls out.
  test.each([
    ['an opening', (scene: Scene) => scene.control('on')],
    [
      'a restore',
      (scene: Scene) => (
        scene.msix.restore(new Scene(2).write(0, 'A').write(1, 'B').unmask(0, 1).control('on').save()),
        scene
      ),
    ],
  ])(
    'writes to another what its entry holds, and masks it before it is told of %s: it is told of neither',
    (_, open_) => {
      const scene = new Scene(2).write(0, 'A').write(1, 'B').unmask(0, 1);
      scene.on('use 0 A', () => scene.write(1, 'B').mask(1));
      expect(open_(scene).take()).toEqual(['use 0 A']);
      expect(scene.unmask(1).signal(1).take()).toEqual(['use 1 B', 'send 1 B']);
      expect(scene.control('off').take()).toEqual(['release 0', 'release 1']);
    },
  );

  test('unmasks its own vector in `release`: in use again', () => {
    const scene = heldPair(true);
    open(scene);
    scene.on('release 0', () => scene.write(0, 'C').unmask(0)).mask(0);
    expect(scene.take()).toEqual(['release 0', 'use 0 C']);
    scene.signal(0);
    expect(scene.take()).toEqual(['send 0 C']);
  });

  // Found by reading: the vectors whose release was yet to be told kept the message of before in their `use`.
  test('rewrites another and opens again in `release`, while closing: the other is told of its new message', () => {
    const scene = heldPair(true);
    open(scene);
    scene.on('release 0', () => scene.write(1, 'C').control('on')).control('off');
    expect(scene.take()).toEqual(['release 0', 'release 1', 'use 0 A', 'use 1 C']);
    scene.signal(1);
    expect(scene.take()).toEqual(['send 1 C']);
  });

  test('programs the function anew in `release`, while it is reset: as after any other reset', () => {
    const scene = heldPair(true);
    open(scene);
    scene.on('release 0', () => scene.write(1, 'C').unmask(1).control('on'));
    scene.msix.reset();
    expect(scene.take()).toEqual(['release 0', 'release 1', 'use 1 C']);
  });

  test('polls in `poll`, and reads its own answer', () => {
    const scene = new Scene(65).on('poll 0 32', () => {
      scene.signal(0, 64);
      expect([scene.msix.pbaRead(8, 8), scene.msix.readHigh]).toEqual([1, 0]);
    });
    expect(scene.msix.pbaRead(0, 4)).toBe(1);
    expect(scene.unheard).toEqual([]);
  });

  test('unmasks in `poll`: the message leaves, and the read says that nothing is pending', () => {
    const scene = new Scene(1, { notifiers: false }).write(0, 'A').control('on').signal(0);
    scene.on('poll 0 1', () => scene.unmask(0));
    expect(scene.msix.pbaRead(0, 4)).toBe(0);
    expect(scene.take()).toEqual(['poll 0 1', 'send 0 A']);
  });

  test.each(['use', 'release'] as const)('only %s given: told all the same', (only) => {
    const calls: number[] = [];
    const msix = new MsixFunction({
      vectorCount: 2,
      send: () => {},
      [only]: (vector: number) => void calls.push(vector),
    });
    msix.configWrite(3, 1, 0x80);
    msix.tableWrite(28, 4, 0);
    msix.tableWrite(28, 4, 1);
    msix.tableWrite(12, 4, 0);
    msix.reset();
    expect(calls).toEqual([1, 0]);
  });
});

describe('a signal whose message comes back into the function', () => {
  test('masks its vector: the next event is held', () => {
    const scene = new Scene(1)
      .write(0, 'A')
      .unmask(0)
      .control('on')
      .on('send 0 A', () => scene.mask(0));
    expect([scene.msix.signal(0), scene.msix.signal(0)]).toEqual([SIGNAL_SENT, SIGNAL_HELD]);
    expect(scene.take()).toEqual(['use 0 A', 'send 0 A', 'release 0']);
  });

  test('signals another, which signals a third: each is sent', () => {
    const scene = new Scene(3, { notifiers: false })
      .write(0, 'A')
      .write(1, 'B')
      .write(2, 'C')
      .unmask(0, 1, 2)
      .control('on');
    scene
      .on('send 0 A', () => scene.signal(1))
      .on('send 1 B', () => scene.signal(2))
      .signal(0);
    expect(scene.take()).toEqual(['send 0 A', 'send 1 B', 'send 2 C']);
  });
});

describe('a call that throws', () => {
  const fail = (text: string) => (): never => {
    throw new Error(text);
  };

  //= MSIX-NOTIFY-3 type=test
  test('is thrown when all else has been said, and the state is final [MSIX-NOTIFY-3]', () => {
    const scene = heldPair(true).on('send 0 A', fail('no bus'));
    expect(() => scene.control('on')).toThrow(new Error('no bus'));
    expect(scene.take()).toEqual(['use 0 A', 'send 0 A', 'use 1 B', 'send 1 B']);
    expect([scene.pending, scene.msix.messageControl]).toEqual([[], 0x8001]);
    scene.control('off');
    expect(scene.take()).toEqual(['release 0', 'release 1']);
  });

  test('is thrown together with the others, in the order in which they were', () => {
    const scene = heldPair(true)
      .on('use 0 A', fail('no route'))
      .on('send 0 A', fail('no bus'))
      .on('use 1 B', fail('again'));
    let thrown: unknown;
    try {
      scene.control('on');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(AggregateError);
    const { errors, message } = thrown as AggregateError;
    expect(errors.map(String)).toEqual(['Error: no route', 'Error: no bus', 'Error: again']);
    expect(message).toBe('3 of the functions that an MsixFunction calls threw an error.');
    expect(scene.take()).toEqual(['use 0 A', 'send 0 A', 'use 1 B', 'send 1 B']);
  });

  test('may throw undefined, which is thrown too', () => {
    const scene = heldPair(false).on('send 0 A', () => {
      // oxlint-disable-next-line no-throw-literal -- What a call out throws is not for us to choose.
      throw undefined;
    });
    let caught = 'nothing';
    try {
      scene.control('on');
    } catch (error) {
      caught = String(error);
    }
    expect(caught).toBe('undefined');
    expect(scene.take()).toEqual(['send 0 A', 'send 1 B']);
  });

  // What is done, what throws within it, and what was called and is the state in the end.
  const CASES: [does: string, act: (scene: Scene) => void, call: string, calls: string[], pending: number[]][] = [
    ['signal', (scene) => scene.signal(0), 'send 0 A', ['send 0 A'], []],
    ['mask', (scene) => scene.mask(0), 'release 0', ['release 0'], []],
    ['unmask', (scene) => scene.mask(0).signal(0).unmask(0), 'use 0 A', ['release 0', 'use 0 A', 'send 0 A'], []],
    ['close', (scene) => scene.control('off'), 'release 0', ['release 0', 'release 1'], []],
    ['reset', (scene) => scene.msix.reset(), 'release 1', ['release 0', 'release 1'], []],
    ['poll', (scene) => scene.msix.pbaRead(0, 4), 'poll 0 2', ['poll 0 2'], []],
    [
      'restore',
      (scene) => scene.msix.restore(scene.save()),
      'release 0',
      ['release 0', 'release 1', 'use 0 A', 'use 1 B'],
      [],
    ],
  ];

  test.each(CASES)('within %s: the state is as if it had not', (_, act, call, calls, pending) => {
    const [scene, twin] = [heldPair(true), heldPair(true)];
    for (const each of [scene, twin]) open(each);
    act(twin);
    scene.on(call, fail('out of order'));
    expect(() => act(scene)).toThrow(new Error('out of order'));
    expect(scene.take()).toEqual(calls);
    expect(scene.pending).toEqual(pending);
    expect([...scene.save()]).toEqual([...twin.save()]);
    twin.take();
    for (const each of [scene, twin]) each.unmask(0, 1).control('off').control('on').signal(0);
    expect(scene.take()).toEqual(twin.take());
  });
});

describe('random calls within calls', () => {
  const VECTORS = 3;
  /** Each as often as it stands here: mostly what makes calls, since a function that is closed makes none. */
  const KINDS = [
    ...([
      'mask',
      'unmask',
      'unmask',
      'unmask',
      'write',
      'write',
      'rewrite',
      'signal',
      'signal',
      'signal',
      'retire',
    ] as const),
    ...(['off', 'on', 'on', 'on', 'onMasked', 'reset', 'restore', 'throw'] as const),
  ];
  /** Something done, at the top or, when `within`, in the next call out. */
  const step = fc.record({ kind: fc.constantFrom(...KINDS), vector: fc.nat(VECTORS - 1), within: fc.boolean() });
  type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
  const PLANTED = new Error('planted');

  function require(condition: boolean, sentence: string): asserts condition {
    if (!condition) throw new Error(`Expected that ${sentence}.`);
  }

  /** Runs the steps on a function, and checks at every call out, and when nothing is under way, what must hold. */
  class Run {
    depth = 0;
    calls = 0;
    private readonly steps: Step[];
    private writes = 0;
    /** The message that each vector is in use with, and how many events it has had that may still become messages. */
    private readonly used: (string | undefined)[] = Array.from({ length: VECTORS });
    private readonly events = new Uint32Array(VECTORS);
    /** Whether each vector has had an event since its last message, which nobody took back. */
    private readonly owed = new Uint8Array(VECTORS);
    private readonly msix = new MsixFunction({
      vectorCount: VECTORS,
      send: (low, high, data, vector) => {
        require(!this.isBlocked(vector), `vector ${vector} sends nothing while it is blocked`);
        require(`${low}:${high}:${data}` ===
          this.used[vector], `vector ${vector} sends the message that it is in use with`);
        require(this.events[vector]-- > 0, `vector ${vector} sends no more messages than it had events`);
        this.owed[vector] = 0;
        this.callOut();
      },
      use: (vector, low, high, data) => {
        require(this.used[vector] === undefined, `use ${vector} follows a release`);
        this.used[vector] = `${low}:${high}:${data}`;
        this.callOut();
      },
      release: (vector) => {
        require(this.used[vector] !== undefined, `release ${vector} follows a use`);
        this.used[vector] = undefined;
        this.callOut();
      },
    });

    constructor(steps: readonly Step[]) {
      this.steps = [...steps];
    }

    /** Runs to the end. Every failed expectation is an error that is not planted, and comes out here. */
    finish(): void {
      for (let next = this.steps.shift(); next !== undefined; next = this.steps.shift()) {
        try {
          this.perform(next);
        } catch (error) {
          this.requirePlanted(error);
        }
        this.checkAtRest();
      }
    }

    private callOut(): void {
      this.calls++;
      if (this.depth === 4) return;
      this.depth++;
      try {
        while (this.steps[0]?.within) this.perform(this.steps.shift()!);
      } finally {
        this.depth--;
      }
    }

    private perform({ kind, vector }: Step): void {
      const { msix } = this;
      switch (kind) {
        case 'mask':
        case 'unmask':
          return void msix.tableWrite(16 * vector + 12, 4, Number(kind === 'mask'));
        case 'write':
          return void msix.tableWrite(16 * vector + 8 * (this.writes & 1), 4, 4 * ++this.writes);
        case 'rewrite':
          return void msix.tableWrite(16 * vector, 4, msix.tableRead(16 * vector, 4));
        case 'signal':
          this.events[vector]++;
          this.owed[vector] = 1;
          return void msix.signal(vector);
        case 'retire':
          this.owed[vector] = 0;
          return void msix.retire(vector);
        case 'reset':
          this.owed.fill(0);
          return msix.reset();
        case 'restore': {
          const saved = new Uint32Array(msix.savedWords);
          msix.saveInto(saved);
          return msix.restore(saved);
        }
        case 'throw':
          if (this.depth > 0) throw PLANTED;
          return;
        default:
          return void msix.configWrite(2, 2, { off: 0, on: 0x8000, onMasked: 0xc000 }[kind]);
      }
    }

    private checkAtRest(): void {
      for (let vector = 0; vector < VECTORS; vector++) {
        const pending = this.isPending(vector);
        const blocked = this.isBlocked(vector);
        require((this.used[vector] === undefined) === blocked, `vector ${vector} is in use when it is not blocked`);
        require(blocked || !pending, `vector ${vector} is not pending when it is not blocked`);
        require(this.events[vector] > 0 || !pending, `vector ${vector} is pending for an event`);
        require(pending || this.owed[vector] === 0, `vector ${vector} has lost no event`);
        if (!pending) this.events[vector] = 0;
      }
    }

    private requirePlanted(error: unknown): void {
      if (error instanceof AggregateError) for (const each of error.errors) this.requirePlanted(each);
      else if (error !== PLANTED) throw error;
    }

    private isBlocked(vector: number): boolean {
      return !this.msix.enabled || this.msix.functionMask || this.msix.tableRead(16 * vector + 12, 4) === 1;
    }

    private isPending(vector: number): boolean {
      return ((this.msix.pbaRead(0, 4) >> vector) & 1) === 1;
    }
  }

  //= MSIX-NOTIFY-1, MSIX-NOTIFY-3, MSIX-PEND-5 type=test
  test('alternate, send nothing blocked, use what is in force, and leave a state at rest [MSIX-NOTIFY-1, 3]', () => {
    let calls = 0;
    const property = fc.property(fc.array(step, { maxLength: 100, size: 'max' }), (steps) => {
      const run = new Run(steps);
      run.finish();
      calls += run.calls;
    });
    fc.assert(property, { seed: 20_101_020, numRuns: 2_000 });
    expect(calls).toBe(32_262);
  });
});
