import { describe, expect, test, vi } from 'vitest';
import { compile } from '../../checker/compile/compile.ts';
import { enumerate } from '../../checker/explore/enumerate.ts';
import { type Exploration, explore } from '../../checker/explore/explore.ts';
import { createDriver } from '../../conformance/paths/drive.ts';
import { DIALECTS, perform } from '../../conformance/device/words.ts';
import {
  byMemory,
  createInProcessDevice,
  type InProcessOptions,
  type WordDevice,
} from '../../conformance/device/in-process.ts';
import { Blocks } from '../../conformance/paths/blocks.ts';
import { walkInLockstep } from '../../conformance/paths/lockstep.ts';
import { walkByWords } from '../../conformance/paths/word-lockstep.ts';
import { FAULTS } from '../../conformance/random/faults.ts';
import { HALVES, type MessageSet, THREE, TWO } from '../../machines/messages.ts';
import { createInstance } from '../../properties/instances.ts';
import { MsixFunction, type MsixFunctionOptions, SIGNAL_HELD, SIGNAL_SENT, WRITE_DONE } from '../../src/index.ts';

const graphOf = (vectors: number, messages = TWO) => {
  const { machine, events } = createInstance('function', { vectors, messages });
  return enumerate(machine, events);
};

// The small instances of the check are walked by the suite (suite.test.ts); three messages are not among them. As many pairs as states: the
// implementation hides nothing, and saves equal words where no guest can tell a difference.
test('the implementation in lockstep with the machine equals it, with three messages too', () => {
  const graph = graphOf(1, THREE);
  for (const [dialect, notifies] of DIALECTS.flatMap((each) => [[each, true] as const, [each, false] as const])) {
    const { pairs, steps } = walkInLockstep(graph, createInProcessDevice(1, { notifies }), THREE, dialect);
    expect([pairs, steps]).toEqual([graph.states.length, graph.states.length * graph.events.length]);
  }
});

describe('a fault in the implementation is found, and told as a story', () => {
  const find = (Implementation: typeof MsixFunction) => () =>
    walkInLockstep(graphOf(1), createInProcessDevice(1, { Implementation }), TWO, DIALECTS[0]);

  test('an event is dropped while blocked (HB-65)', () => {
    class Dropping extends MsixFunction {
      override signal(vector: number) {
        return (this.messageControl & 0x8000) === 0 ? SIGNAL_HELD : super.signal(vector);
      }
    }
    expect(find(Dropping)).toThrow(
      'Dropping (dwords), after 1 step: dword 0 of the Pending Bit Array reads 0x0; expected 0x1.\n' +
        '  Rule: An event of a blocked vector is held; also while disabled, by our choice. [MSIX-PEND-1] [MSIX-ENABLE-2]\n' +
        '  1. the device signals vector 0\n  Path: device.signal.0',
    );
  });

  test('the mask bits go with Function Mask (HB-53)', () => {
    class Masking extends MsixFunction {
      override configWrite(offset: number, bytes: number, value: number) {
        const outcome = super.configWrite(offset, bytes, value);
        if (this.functionMask) super.tableWrite(12, 4, 1);
        return outcome;
      }
    }
    expect(find(Masking)).toThrow(/after 2 steps: Vector Control of vector 0 reads 0x1; expected 0x0/);
  });

  test('reset leaves MSI-X enabled (HB-21)', () => {
    class Enabled extends MsixFunction {
      override reset() {
        const control = this.messageControl;
        super.reset();
        this.configWrite(2, 2, control);
      }
    }
    expect(find(Enabled)).toThrow(/after 2 steps: Message Control reads 0x\w+; expected 0x0/);
  });

  test('a message too many is an output too many', () => {
    class Twice extends MsixFunction {
      override signal(vector: number) {
        super.signal(vector);
        return super.signal(vector);
      }
    }
    expect(find(Twice)).toThrow(
      /it did ("vector 0 sends zero" \(address 0x0, data 0x0\)), then \1; expected \1\.\n {2}Rule: .*\[MSIX-/,
    );
  });
});

test('a held message that is forgotten where nobody is notified is found by the walk without notifiers', () => {
  class Forgetting extends MsixFunction {
    override signal(vector: number) {
      const outcome = super.signal(vector);
      (this as unknown as { unsettled: number; memory: Uint32Array }).memory.fill(0, this['unsettled']);
      return outcome;
    }
  }
  const walk = (notifies: boolean) => () =>
    walkInLockstep(graphOf(1), createInProcessDevice(1, { notifies, Implementation: Forgetting }), TWO, DIALECTS[0]);
  expect(walk(false)).toThrow(/it did nothing; expected "vector 0 sends zero"/);
});

describe('by its memory', () => {
  /** What a function keeps and does at an edge of one vector. */
  interface Private {
    readonly memory: Uint32Array;
    readonly inUse: number;
    readonly entryChanged: number;
    due: (word: number) => number;
    tell: (vector: number, mask: number) => void;
    edge: (vector: number, mask: number) => void;
    rest: (vector: number) => void;
    forget: (vector: number) => void;
  }
  const { tell, edge, forget } = MsixFunction.prototype as unknown as Private;

  /** The implementation, with some methods of its own. */
  function changed(methods: Partial<Private>): typeof MsixFunction {
    class Changed extends MsixFunction {}
    Object.assign(Changed.prototype, methods);
    return Changed;
  }
  const memoryWalk = (vectors: number, messages: MessageSet, options: InProcessOptions) =>
    walkInLockstep(
      graphOf(vectors, messages),
      byMemory(createInProcessDevice(vectors, options)),
      messages,
      DIALECTS[0],
      true,
    );

  test.each([
    [1, TWO, true],
    [1, TWO, false],
    [1, HALVES, true],
    [1, HALVES, false],
    [2, TWO, true],
  ])('the implementation remembers no more than the machine: %i vectors', (vectors, messages, notifies) => {
    const { states, events } = graphOf(vectors, messages);
    const pairs = states.length;
    expect(memoryWalk(vectors, messages, { notifies })).toEqual({ pairs, steps: pairs * events.length });
  });

  test('a function that remembers more has more pairs', () => {
    const Implementation = changed({
      forget(vector) {
        const kept = this.memory!.slice();
        forget.call(this, vector);
        const shadow = (this as unknown as { shadow: number }).shadow;
        this.memory!.set(kept.subarray(shadow, shadow + 3), shadow);
      },
    });
    expect(memoryWalk(1, TWO, { Implementation }).pairs).toBeGreaterThan(graphOf(1).states.length);
  });

  // How they were found: a breaker planted faults in what a device that was restored had forgotten.
  test.each([
    ['', 1, (_: Private, __: number, mask: number) => mask === 0],
    [
      ' while the other entry has changed',
      2,
      ({ memory, entryChanged }: Private, vector: number, mask: number) =>
        mask === 0 && vector === 0 && (memory[entryChanged] & 2) !== 0,
    ],
  ])(
    'an unmask that is told to nobody%s is found in a device that is restored before each step',
    (_, vectors, isSilent) => {
      const Implementation = changed({
        tell(this: Private, vector: number, mask: number) {
          if (isSilent(this, vector, mask)) this.memory[this.inUse] ^= 1 << vector;
          else tell.call(this, vector, mask);
        },
      });
      const device = createInProcessDevice(vectors, { Implementation });
      expect(() => walkInLockstep(graphOf(vectors), device, TWO, DIALECTS[0])).toThrow(
        'it did nothing; expected "vector 0 is in use with zero"',
      );
    },
  );

  test('a fault is found by its memory alone that shows where it remembers what it does not save', () => {
    const Implementation = changed({
      rest() {},
      edge(this: Private, vector: number, mask: number) {
        if (this.due(0) === 0) this.memory[this.inUse] ^= 1 << vector;
        else edge.call(this, vector, mask);
      },
    });
    const device = createInProcessDevice(1, { Implementation });
    expect(() => walkInLockstep(graphOf(1), device, TWO, DIALECTS[0])).not.toThrow();
    expect(() => memoryWalk(1, TWO, { Implementation })).toThrow('it did nothing; expected "vector 0 is ');
  });

  test('a device that may keep something elsewhere is refused', () => {
    class Counting extends MsixFunction {
      readonly signals = 0;
    }
    expect(() => byMemory(createInProcessDevice(1, { Implementation: Counting }))).toThrow(
      'Got Counting, which may keep something beside its memory; expected one that does not.',
    );
  });
});

describe('the strict adapter', () => {
  const graph = graphOf(1);

  test('refuses an event that has no access', () => {
    const situation = { device: createInProcessDevice(1), dialect: DIALECTS[0], messages: TWO, value: graph.states[0] };
    expect(() => perform('guest.sneeze.0', situation)).toThrow(
      /Got the event guest\.sneeze\.0; expected one of guest\.control/,
    );
  });

  test('refuses a path with an event that the machine lacks', () => {
    const drive = () => createDriver(graph, 1, TWO).drive(createInProcessDevice(1), ['device.signal.1'], DIALECTS[0]);
    expect(drive).toThrow('Got the event device.signal.1; expected one of the alphabet of function.');
  });

  test('refuses a readback that is too short', () => {
    const device = { ...createInProcessDevice(1), peekInto: () => 1 };
    expect(() => createDriver(graph, 1, TWO).drive(device, [], DIALECTS[0])).toThrow(
      'it read back 1 dwords; expected 7',
    );
  });
});

describe('by words', () => {
  const explored = (vectors: number, messages = TWO) => {
    const { machine, events } = createInstance('function', { vectors, messages });
    return explore(compile(machine, events));
  };
  const everywhere = ({ states, compiled }: Exploration) => ({
    pairs: states.count,
    steps: states.count * compiled.events.length,
  });

  test.each([
    ['1 vector', 1, TWO],
    ['1 vector, messages in halves', 1, HALVES],
    ['2 vectors, three messages', 2, THREE],
    ['3 vectors', 3, TWO],
  ])('every event in every state, in every dialect: %s', (_, vectors, messages) => {
    const exploration = explored(vectors, messages);
    for (const dialect of DIALECTS) {
      const walked = walkByWords(exploration, createInProcessDevice(vectors), messages, dialect);
      expect(walked).toEqual(everywhere(exploration));
    }
  });

  // Each does one thing otherwise, and of the last vector alone.
  class Leaving extends MsixFunction {
    override retire(vector: number) {
      return vector === 1 ? vector < this.vectorCount : super.retire(vector);
    }
  }
  class Stuck extends MsixFunction {
    override tableWrite(offset: number, bytes: number, low: number, high?: number) {
      const control = bytes === 8 ? high! : low;
      if (offset + bytes === 32 && (control & 1) === 0 && this.functionMask) return WRITE_DONE;
      return super.tableWrite(offset, bytes, low, high);
    }
  }
  class Silent extends MsixFunction {
    override signal(vector: number) {
      return vector === 1 && this.enabled && !this.functionMask && this.tableRead(12, 4) === 0
        ? 0
        : super.signal(vector);
    }
  }
  class Throwing extends MsixFunction {
    override signal(vector: number) {
      if (vector === 1 && this.functionMask) throw new Error('No more.');
      return super.signal(vector);
    }
  }
  // Each does what it must, and something to a word that the event is not about: one that a guest reads, and one that none does.
  class Spilling extends MsixFunction {
    override signal(vector: number) {
      if (vector === 1 && this.functionMask) super.tableWrite(8, 4, 0x5a5a5a5a);
      return super.signal(vector);
    }
  }
  class Swapping extends MsixFunction {
    override retire(vector: number) {
      const inForce = this['shadow'];
      // The message in force of vector 0 is no longer what it was, and its entry is.
      if (vector === 1 && this['has'](this['entryChanged'], 0)) this['memory'][inForce + 2] ^= 1;
      return super.retire(vector);
    }
  }
  class Clearing extends MsixFunction {
    override tableWrite(offset: number, bytes: number, low: number, high?: number) {
      const outcome = super.tableWrite(offset, bytes, low, high);
      if (offset >= 16 && this.functionMask) super.retire(0);
      return outcome;
    }
  }
  // Where vector 1 is as it is at first, it does so with the first states of vector 0, and does otherwise with a later one alone.
  class LateSwapping extends MsixFunction {
    override retire(vector: number) {
      const isAsAtFirst = this.tableRead(28, 4) === 1 && this.tableRead(16, 4) === 0;
      if (vector === 1 && isAsAtFirst && this['has'](this['entryChanged'], 0)) this['memory'][this['shadow'] + 2] ^= 1;
      return super.retire(vector);
    }
  }
  class LateSending extends MsixFunction {
    override signal(vector: number) {
      const isAsAtFirst = !this['has'](this['entryChanged'], 1) && this.tableRead(16, 4) === 0;
      if (vector !== 1 || this['blocked'](1) || !isAsAtFirst || !this['has'](this['entryChanged'], 0))
        return super.signal(vector);
      this['onSend'](0, 0, 1, 1);
      return SIGNAL_SENT;
    }
  }
  test.each([
    ['a retirement swaps, in few states', LateSwapping],
    ['a signal sends another message, in few states', LateSending],
    ['a signal writes another entry', Spilling],
    ['a retirement changes the message in force of another vector', Swapping],
    ['a write of an entry clears the Pending bit of another vector', Clearing],
    ['retire leaves the Pending bit', Leaving],
    ['an unmask under Function Mask is lost', Stuck],
    ['a message is lost', Silent],
    ['an access throws', Throwing],
  ])('a fault is found, and told as by handles: %s', (_, Implementation) => {
    const exploration = explored(2);
    for (const dialect of DIALECTS) {
      const device = () => createInProcessDevice(2, { Implementation });
      const told = failureOf(() => walkInLockstep(exploration.graph(), device(), TWO, dialect));
      expect(told).toContain('Path: ');
      expect(failureOf(() => walkByWords(exploration, device(), TWO, dialect))).toBe(told);
    }
  });

  test('every planted fault is found where it is by handles, and told alike', () => {
    const exploration = explored(2);
    const graph = exploration.graph();
    const found = FAULTS.filter(({ Class }) => {
      const device = (): WordDevice => createInProcessDevice(2, { Implementation: Class });
      const told = failureOf(() => walkInLockstep(graph, device(), TWO, DIALECTS[0]));
      const byWords = failureOf(() => walkByWords(exploration, device(), TWO, DIALECTS[0]));
      // A fault that remembers what no save takes shows at another place each time.
      expect(byWords === 'nothing').toBe(told === 'nothing');
      return byWords !== 'nothing';
    });
    // The others are in accesses that no event of the machine is in this dialect: widths, places that do not exist, the Pending Bit Array.
    expect([found.length, FAULTS.length]).toEqual([17, 28]);
  });

  test('a fault of six vectors is told without the graph of all states', () => {
    const exploration = explored(6);
    const device = createInProcessDevice(6, { Implementation: Spilling });
    const graph = vi.spyOn(exploration, 'graph');
    const told = failureOf(() => walkByWords(exploration, device, TWO, DIALECTS[0]));
    expect(told).toContain('after 2 steps: Message Data of vector 0 reads 0x5a5a5a5a; expected 0x0.');
    expect(graph).not.toHaveBeenCalled();
  });

  const failureOf = (walk: () => unknown): string => {
    try {
      walk();
    } catch (error) {
      return String(error);
    }
    return 'nothing';
  };

  test('a device is restored once in a state, and asked what it reads and saves where its memory is not as after a restore', () => {
    const exploration = explored(3);
    const device = createInProcessDevice(3);
    const calls = { restoreFrom: 0, saveInto: 0 };
    const counted = {
      ...device,
      restoreFrom: (words: Uint32Array) => (calls.restoreFrom++, device.restoreFrom(words)),
      saveInto: (words: Uint32Array) => (calls.saveInto++, device.saveInto(words)),
    };
    const { pairs } = walkByWords(exploration, counted, TWO, DIALECTS[0]);
    // Were it walked as any other, by handles, not one state would be restored from words.
    expect(calls.restoreFrom).toBeGreaterThanOrEqual(pairs);
    expect(calls.restoreFrom).toBeLessThan(1.1 * pairs);
    // Once in each state, and where something is learnt: it remembers no more than it saves.
    expect(calls.saveInto).toBeLessThan(1.03 * pairs);
  });

  test('a device that may keep something beside its memory shows none, and is restored after each event', () => {
    class Counting extends MsixFunction {
      private signals = 0;
      override signal(vector: number) {
        return this.signals++ < 0 ? SIGNAL_HELD : super.signal(vector);
      }
    }
    class Saving extends MsixFunction {
      override saveInto(out: Uint32Array) {
        return super.saveInto(out);
      }
    }
    expect(createInProcessDevice(1).memory.length).toBeGreaterThan(createInProcessDevice(1).savedWords);
    for (const Implementation of [Counting, Saving]) {
      const device = createInProcessDevice(1, { Implementation });
      expect(device.memory).toHaveLength(0);
      expect(walkByWords(explored(1), device, TWO, DIALECTS[0])).toEqual(everywhere(explored(1)));
    }
  });

  test('a device that hides a state is walked through all pairs that there are', () => {
    /** Saves, in a word that no guest reads, that anything was ever retired. */
    class Hiding extends MsixFunction {
      private hidden = 0;
      override retire(vector: number) {
        this.hidden = 1;
        return super.retire(vector);
      }
      override reset() {
        super.reset();
        this.hidden = 0;
      }
      override saveInto(out: Uint32Array) {
        const count = super.saveInto(out);
        out[1] |= this.hidden << 31;
        return count;
      }
      override restore(saved: Uint32Array) {
        const words = saved.slice();
        words[1] &= 0x7fffffff;
        super.restore(words);
        this.hidden = saved[1] >>> 31;
      }
    }
    const exploration = explored(1);
    const device = () => createInProcessDevice(1, { Implementation: Hiding });
    const walked = walkByWords(exploration, device(), TWO, DIALECTS[0]);
    expect(walked).toEqual(walkInLockstep(exploration.graph(), device(), TWO, DIALECTS[0]));
    expect(walked.pairs).toBe(2 * exploration.states.count);
  });

  // How it was found: a breaker planted a fault that comes once, and was told of 256 pairs.
  test.each(['alone', 'beside others'])(
    'a difference that shows once, and not when it is sought again, is told: %s',
    (how) => {
      let signals = 0;
      class Once extends MsixFunction {
        override signal(vector: number) {
          return ++signals === 30 ? SIGNAL_HELD : super.signal(vector);
        }
      }
      const exploration = explored(2);
      const { count } = exploration.states;
      const blocks = how === 'alone' ? new Blocks(count) : Blocks.shared(count);
      const device = createInProcessDevice(2, { Implementation: Once });
      expect(failureOf(() => walkByWords(exploration, device, TWO, DIALECTS[0], { blocks }))).toContain(
        'it did otherwise here once, and not when it was asked again; expected the same each time.',
      );
    },
  );

  test.each([
    [
      'with a sign',
      (dword: number) => dword | 0,
      'it did "vector 0 sends 0xffffffff:0xfffffffc:-0x1"; expected "vector 0 sends A"',
    ],
    ['with a fraction', (dword: number) => dword + 0.5, 'gives is 0.5; expected a whole number of 32 bits.'],
    ['of more bits', (dword: number) => dword + 2 ** 32, 'gives is 4294967296; expected a whole number of 32 bits.'],
    ['that is none', () => undefined as unknown as number, 'gives is NaN; expected a whole number of 32 bits.'],
  ])('data %s is no dword, and told', (_, made, told) => {
    class Signed extends MsixFunction {
      constructor(options: MsixFunctionOptions) {
        super({ ...options, send: (low, high, data, vector) => options.send(low, high, made(data), vector) });
      }
    }
    const device = () => createInProcessDevice(1, { Implementation: Signed });
    for (const dialect of DIALECTS) {
      const byWords = failureOf(() => walkByWords(explored(1), device(), TWO, dialect));
      expect(byWords).toContain(told);
      expect(failureOf(() => walkInLockstep(graphOf(1), device(), TWO, dialect))).toBe(byWords);
    }
  });

  test('a reset that is wrong in one state is told by the steps that lead there', () => {
    class Unmasking extends MsixFunction {
      override reset() {
        const isHit = this.pbaRead(0, 4) === 3 && this.enabled && this.functionMask;
        super.reset();
        if (isHit) this.tableWrite(12, 4, 0);
      }
    }
    const device = createInProcessDevice(2, { Implementation: Unmasking });
    expect(failureOf(() => walkByWords(explored(2), device, TWO, DIALECTS[0]))).toMatch(
      /^ConformanceError: Unmasking \(dwords\), after 4 steps: Vector Control of vector 0 reads 0x0; expected 0x1\.\n[^]*device\.reset$/,
    );
  });

  test('one that notifies nobody is walked as any other', () => {
    const exploration = explored(1);
    const device = createInProcessDevice(1, { notifies: false });
    expect(walkByWords(exploration, device, TWO, DIALECTS[0])).toEqual(everywhere(exploration));
  });
});
