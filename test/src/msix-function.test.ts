/**
 * What a guest and a device see of an `MsixFunction`. Calls that come back into it are in `calls-out.test.ts`, what is
 * saved and restored in `save.test.ts`.
 */
import { describe, expect, test } from 'vitest';
import {
  MsixFunction,
  type MsixFunctionOptions,
  Refusals,
  SIGNAL_HELD,
  SIGNAL_REFUSED,
  SIGNAL_SENT,
  WRITE_DONE,
  WRITE_IGNORED,
  WRITE_REFUSED,
} from '../../src/index.ts';
import { MESSAGES, Scene } from '../setup/scene.ts';

/** Counters at zero but for those given. */
const refusals = (counts: Partial<Refusals>): Refusals => Object.assign(new Refusals(), counts);
const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

describe('the life of a function', () => {
  //= MSIX-RESET-1, MSIX-RESET-4, MSIX-CAP-4, MSIX-CAP-5, MSIX-TABLE-3 type=test
  test('powers on disabled, every vector masked, with zeros and nothing pending [MSIX-RESET-1]', () => {
    const scene = new Scene(3);
    expect(scene.peek()).toEqual([2, ...range(3).flatMap(() => [0, 0, 0, 1]), 0, 0]);
    expect([scene.msix.enabled, scene.msix.functionMask, scene.msix.messageControl]).toEqual([false, false, 2]);
    expect(scene.take()).toEqual([]);
  });

  //= MSIX-ENABLE-6, MSIX-MASK-1 type=test
  test('Linux enables with Function Mask set, fills and masks all, lifts Function Mask, unmasks [MSIX-ENABLE-6]', () => {
    const scene = new Scene(3).control('onMasked');
    expect(scene.msix.configRead(2, 2)).toBe(0xc002);
    scene.write(0, 'A').write(1, 'B').mask(0, 1, 2).control('on');
    expect(scene.take()).toEqual([]);
    scene.unmask(0).unmask(1);
    expect(scene.take()).toEqual(['use 0 A', 'use 1 B']);
    expect([1, 0, 2].map((vector) => scene.msix.signal(vector))).toEqual([SIGNAL_SENT, SIGNAL_SENT, SIGNAL_HELD]);
    expect(scene.take()).toEqual(['send 1 B', 'send 0 A']);
  });

  //= MSIX-ENABLE-1, MSIX-ENABLE-5, MSIX-TABLE-6 type=test
  test('Windows fills and unmasks while disabled, and enables after that [MSIX-ENABLE-5] [MSIX-TABLE-6]', () => {
    const scene = new Scene(3).write(0, 'A').write(2, 'C').unmask(0, 2);
    expect([scene.entry(0), scene.entry(1), scene.entry(2)]).toEqual(['A unmasked', 'zero masked', 'C unmasked']);
    expect(scene.msix.signal(2)).toBe(SIGNAL_HELD);
    expect(scene.take()).toEqual([]);
    scene.control('on');
    expect(scene.take()).toEqual(['use 0 A', 'use 2 C', 'send 2 C']);
    expect(scene.pending).toEqual([]);
  });

  //= MSIX-MSG-1 type=test
  test('Linux moves an interrupt: mask, rewrite, unmask; the new message is in force [MSIX-MSG-1]', () => {
    const scene = new Scene(1).write(0, 'A').unmask(0).control('on').signal(0);
    scene.mask(0).write(0, 'B').signal(0).unmask(0).signal(0);
    expect(scene.take()).toEqual(['use 0 A', 'send 0 A', 'release 0', 'use 0 B', 'send 0 B', 'send 0 B']);
  });

  //= MSIX-PEND-1, MSIX-PEND-2, MSIX-PEND-4, MSIX-PEND-5, MSIX-MASK-2 type=test
  test('holds the events of a masked vector and sends once, when the mask lifts [MSIX-PEND-2] [MSIX-PEND-4]', () => {
    const scene = new Scene(2, { notifiers: false }).write(1, 'B').control('on');
    expect(range(3).map(() => scene.msix.signal(1))).toEqual([SIGNAL_HELD, SIGNAL_HELD, SIGNAL_HELD]);
    expect(scene.pending).toEqual([1]);
    expect(scene.take()).toEqual([]);
    scene.unmask(1);
    expect(scene.take()).toEqual(['send 1 B']);
    expect(scene.pending).toEqual([]);
    scene.mask(1).unmask(1);
    expect(scene.take()).toEqual([]);
  });

  //= MSIX-PEND-3 type=test
  test('sends nothing for an event whose cause is gone, and a new event sets its bit again [MSIX-PEND-3]', () => {
    const scene = new Scene(2, { notifiers: false }).control('on').signal(0, 1);
    expect(scene.msix.retire(0)).toBe(true);
    expect(scene.pending).toEqual([1]);
    scene.unmask(0);
    expect(scene.take()).toEqual([]);
    scene.mask(0).signal(0).unmask(0);
    expect(scene.take()).toEqual(['send 0 zero']);
  });

  //= MSIX-PEND-6, MSIX-MASK-3 type=test
  test('sends what Function Mask held in the order of vectors, each once, and no Mask Bit changes [MSIX-PEND-6]', () => {
    const scene = new Scene(66, { notifiers: false }).control('onMasked').unmask(65, 64, 33, 32, 31, 0);
    const masks = scene.peek();
    scene.signal(65, 0, 31, 64, 1, 32, 0, 33);
    scene.control('on');
    expect(scene.take()).toEqual([0, 31, 32, 33, 64, 65].map((vector) => `send ${vector} zero`));
    expect(scene.pending).toEqual([1]);
    scene.control('onMasked').control('on');
    expect(scene.take()).toEqual([]);
    scene.msix.retire(1);
    expect(scene.control('onMasked').peek()).toEqual(masks);
  });

  //= MSIX-ENABLE-3, MSIX-ENABLE-4 type=test
  test('keeps the table over disabling, and says when INTx is to be used [MSIX-ENABLE-3] [MSIX-ENABLE-4]', () => {
    const scene = new Scene(2).write(0, 'A').write(1, 'B').unmask(0).control('on');
    const [, ...entries] = scene.peek();
    expect([scene.msix.enabled, scene.control('off').msix.enabled]).toEqual([true, false]);
    expect(scene.peek()).toEqual([1, ...entries]);
    expect(scene.take()).toEqual(['use 0 A', 'release 0']);
    expect(scene.control('on').peek()).toEqual([0x8001, ...entries]);
    expect(scene.take()).toEqual(['use 0 A']);
  });

  //= MSIX-ENABLE-1, MSIX-ENABLE-2 type=test
  test('holds events while disabled and keeps what is pending over disabling [MSIX-ENABLE-1] [MSIX-ENABLE-2]', () => {
    const scene = new Scene(2).write(0, 'A').unmask(0).signal(0).control('on');
    expect(scene.take()).toEqual(['use 0 A', 'send 0 A']);
    scene.mask(0).signal(0).control('off').signal(1);
    expect(scene.pending).toEqual([0, 1]);
    scene.unmask(0, 1).control('on');
    expect(scene.take()).toEqual(['release 0', 'use 0 A', 'send 0 A', 'use 1 zero', 'send 1 zero']);
  });

  //= MSIX-RESET-1, MSIX-RESET-2, MSIX-RESET-3, MSIX-RESET-4, MSIX-RESET-5 type=test
  test('resets to how it powered on, drops what is pending and releases what is in use [MSIX-RESET-1 to 5]', () => {
    const scene = new Scene(3).write(0, 'A').write(1, 'B').unmask(0, 1).control('on').signal(2);
    scene.write(1, 'C').take();
    scene.msix.reset();
    expect(scene.take()).toEqual(['release 0', 'release 1']);
    expect(scene.peek()).toEqual(new Scene(3).peek());
    expect([...scene.save()]).toEqual([...new Scene(3).save()]);
    scene.unmask(0, 1, 2).control('on');
    expect(scene.take()).toEqual(['use 0 zero', 'use 1 zero', 'use 2 zero']);
  });

  test('resets from each control alike, with notifiers and without [MSIX-RESET-1]', () => {
    for (const notifiers of [true, false]) {
      for (const control of ['off', 'offMasked', 'on', 'onMasked'] as const) {
        const scene = new Scene(2, { notifiers }).unmask(1).signal(0).control(control);
        scene.msix.reset();
        expect(scene.peek()).toEqual(new Scene(2).peek());
      }
    }
  });
});

describe('what blocks a vector', () => {
  const CONTROLS = ['off', 'offMasked', 'on', 'onMasked'] as const;
  const CASES = CONTROLS.flatMap((control) => [true, false].map((masked) => ({ control, masked })));

  //= MSIX-MASK-1, MSIX-MASK-2, MSIX-ENABLE-1 type=test
  test.each(CASES)('control $control, masked $masked: sends only when on and not masked [MSIX-MASK-1]', (state) => {
    const scene = new Scene(1, { notifiers: false }).write(0, 'A').control(state.control);
    if (!state.masked) scene.unmask(0);
    const open = state.control === 'on' && !state.masked;
    expect(scene.msix.signal(0)).toBe(open ? SIGNAL_SENT : SIGNAL_HELD);
    expect(scene.take()).toEqual(open ? ['send 0 A'] : []);
    expect(scene.pending).toEqual(open ? [] : [0]);
  });

  //= MSIX-ENABLE-6, MSIX-NOTIFY-1, MSIX-MASK-3 type=test
  test.each(CONTROLS.flatMap((before) => CONTROLS.map((after) => ({ before, after }))))(
    'a write from $before to $after is one step: an edge where it opens or closes, and no other [MSIX-ENABLE-6]',
    ({ before, after }) => {
      const scene = new Scene(2).write(0, 'A').unmask(0).control(before);
      const entries = scene.peek().slice(1);
      scene.take();
      scene.control(after);
      const edge = Number(after === 'on') - Number(before === 'on');
      expect(scene.take()).toEqual(edge === 1 ? ['use 0 A'] : edge === -1 ? ['release 0'] : []);
      expect(scene.peek().slice(1)).toEqual(entries);
    },
  );

  //= MSIX-NOTIFY-1 type=test
  test('tells only of edges: masking, unmasking and enabling twice is told once [MSIX-NOTIFY-1]', () => {
    const scene = new Scene(1).unmask(0).unmask(0).control('on').control('on').unmask(0);
    expect(scene.take()).toEqual(['use 0 zero']);
    scene.mask(0).mask(0).control('onMasked').control('offMasked').unmask(0).control('off');
    expect(scene.take()).toEqual(['release 0']);
  });

  //= MSIX-MASK-4 type=test
  test('vectors with the same message are independent [MSIX-MASK-4]', () => {
    const scene = new Scene(2, { notifiers: false }).write(0, 'A').write(1, 'A').unmask(0, 1).control('on').mask(0);
    scene.signal(0, 1);
    expect(scene.take()).toEqual(['send 1 A']);
    expect(scene.pending).toEqual([0]);
    scene.mask(1).unmask(0);
    expect(scene.take()).toEqual(['send 0 A']);
    expect([scene.entry(0), scene.entry(1)]).toEqual(['A unmasked', 'A masked']);
  });
});

describe('the message in force', () => {
  /** The ways to an unblocking edge, for a vector that is not blocked. */
  const EDGES: Record<string, (scene: Scene) => Scene> = {
    'mask and unmask': (scene) => scene.mask(0).unmask(0),
    'Function Mask set and cleared': (scene) => scene.control('onMasked').control('on'),
    'disable and enable': (scene) => scene.control('off').control('on'),
  };

  //= MSIX-MSG-1, MSIX-MSG-2, MSIX-ACCESS-5 type=test
  test.each(Object.entries(EDGES))(
    'a write to a vector that is not blocked is read back at once, and in force after %s [MSIX-MSG-2]',
    (_, edge) => {
      for (const notifiers of [true, false]) {
        const scene = new Scene(1, { notifiers }).write(0, 'A').unmask(0).control('on').write(0, 'B').signal(0);
        scene.write(0, 'C').signal(0);
        expect(scene.entry(0)).toBe('C unmasked');
        expect(scene.take().filter((call) => call.startsWith('send'))).toEqual(['send 0 A', 'send 0 A']);
        edge(scene).signal(0);
        const told = notifiers ? ['release 0', 'use 0 C'] : [];
        expect(scene.take()).toEqual([...told, 'send 0 C']);
      }
    },
  );

  //= MSIX-MSG-3 type=test
  test.each(range(7))('is never torn: message %# of the writes of one, two or three dwords [MSIX-MSG-3]', (index) => {
    const scene = new Scene(1, { notifiers: false }).write(0, 'A').unmask(0).control('on');
    const dwords = range(3).filter((dword) => ((index + 1) >> dword) & 1);
    for (const dword of dwords) {
      scene.msix.tableWrite(4 * dword, 4, MESSAGES.B[dword]);
      scene.signal(0);
    }
    expect(scene.take()).toEqual(dwords.map(() => 'send 0 A'));
    scene.mask(0).unmask(0).signal(0);
    const mixed = range(3).map((dword) => (dwords.includes(dword) ? MESSAGES.B : MESSAGES.A)[dword].toString(16));
    expect(scene.take()).toEqual([dwords.length === 3 ? 'send 0 B' : `send 0 ${mixed.join(':')}`]);
  });

  //= MSIX-MSG-4, MSIX-TABLE-1 type=test
  test('carries all 64 bits of the address and all 32 of the data, as unsigned numbers [MSIX-MSG-4]', () => {
    const sent: number[][] = [];
    const msix = new MsixFunction({ vectorCount: 2, send: (...message) => void sent.push(message) });
    [0xfffffffc, 0xffffffff, 0xffffffff, 0].forEach((word, index) => msix.tableWrite(16 + 4 * index, 4, word));
    msix.configWrite(3, 1, 0x80);
    msix.signal(1);
    expect(sent).toEqual([[0xfffffffc, 0xffffffff, 0xffffffff, 1]]);
  });

  //= MSIX-MSG-6 type=test
  test('may be all zeros, and what a masked entry holds meanwhile means nothing [MSIX-MSG-6]', () => {
    const scene = new Scene(1, { notifiers: false }).control('on').write(0, 'A').signal(0).write(0, 'B');
    scene.write(0, 'zero').unmask(0).signal(0);
    expect(scene.take()).toEqual(['send 0 zero', 'send 0 zero']);
  });

  //= MSIX-ACCESS-5 type=test
  test('survives a QWORD that changes the data and sets the mask of an unmasked entry [MSIX-ACCESS-5]', () => {
    const scene = new Scene(1).write(0, 'A').unmask(0).control('on');
    scene.msix.tableWrite(8, 8, MESSAGES.B[2], 1);
    scene.signal(0);
    expect(scene.take()).toEqual(['use 0 A', 'release 0']);
    scene.msix.tableWrite(0, 8, MESSAGES.B[0], MESSAGES.B[1]);
    scene.unmask(0);
    expect(scene.take()).toEqual(['use 0 B', 'send 0 B']);
  });
});

describe('the capability', () => {
  const options = { tableBir: 2, tableOffset: 0x1000, pbaBir: 4, pbaOffset: 0x2008, nextCapability: 0x60 };

  //= MSIX-CAP-1, MSIX-CAP-2, MSIX-CAP-6, MSIX-CAP-7, MSIX-ACCESS-6 type=test
  test('reads the same by 1, 2 and 4 bytes at every offset [MSIX-CAP-1, 2, 6, 7] [MSIX-ACCESS-6]', () => {
    const { msix } = new Scene(2048, options).control('onMasked');
    const bytes = [0x11, 0x60, 0xff, 0xc7, 0x02, 0x10, 0x00, 0x00, 0x0c, 0x20, 0x00, 0x00];
    for (const width of [1, 2, 4]) {
      for (let offset = 0; offset + width <= 12; offset++) {
        const expected = range(width).reduce((sum, index) => sum + bytes[offset + index] * 256 ** index, 0);
        expect(msix.configRead(offset, width)).toBe(expected);
      }
    }
    expect(msix.refusals).toEqual(new Refusals());
  });

  //= MSIX-CAP-2 type=test
  test.each([1, 2, 64, 1024, 1025, 2047, 2048])('states %i vectors as one less [MSIX-CAP-2]', (vectorCount) => {
    expect(new Scene(vectorCount).msix.configRead(2, 2)).toBe(vectorCount - 1);
  });

  //= MSIX-CAP-6, MSIX-CAP-7, MSIX-TABLE-7 type=test
  test('puts the Pending Bit Array behind the table by default, in a page of its own [MSIX-TABLE-7]', () => {
    const dwords = (given: Partial<MsixFunctionOptions>, vectorCount = 3): number[] => {
      const { msix } = new Scene(vectorCount, given);
      return [msix.configRead(4, 4), msix.configRead(8, 4)];
    };
    expect(dwords({})).toEqual([0, 0x1000]);
    expect(dwords({ tableBir: 3, tableOffset: 0xff8 })).toEqual([0xffb, 0x2003]);
    expect(dwords({ tableBir: 3, tableOffset: 0xff8, pbaBir: 5 })).toEqual([0xffb, 5]);
    expect(dwords({}, 2048)).toEqual([0, 0x8000]);
    expect(dwords({ tableOffset: 0xfffff000, pbaOffset: 0xfffffff8 })).toEqual([0xfffff000, 0xfffffff8]);
  });

  // Offset, width, value, and whether the byte at offset 3 is among those written.
  const WRITES = [
    [0, 1, 0xff, false],
    [1, 1, 0xff, false],
    [2, 1, 0xff, false],
    [3, 1, 0xff, true],
    [3, 1, 0xc0, true],
    [0, 2, 0xffff, false],
    [1, 2, 0xffff, false],
    [2, 2, 0xffff, true],
    [2, 2, 0xc000, true],
    [3, 2, 0x00c0, true],
    [4, 2, 0xffff, false],
    [0, 4, 0xffffffff, true],
    [0, 4, 0xc0000000, true],
    [1, 4, 0x00c00000, true],
    [2, 4, 0x0000c000, true],
    [3, 4, 0xffffffc0, true],
    [4, 4, 0xffffffff, false],
    [8, 4, 0xffffffff, false],
  ] as const;

  //= MSIX-CAP-1, MSIX-CAP-2, MSIX-CAP-3, MSIX-CAP-6, MSIX-CAP-7, MSIX-CAP-8 type=test
  test.each(WRITES)(
    'a write at %i of %i bytes, %x: both writable bits if it covers them (%s), nothing else ever [MSIX-CAP-8]',
    (offset, bytes, value, covers) => {
      const read = (msix: MsixFunction): number[] => [0, 4, 8].map((at) => msix.configRead(at, 4));
      const { msix } = new Scene(5, options);
      const before = read(msix);
      expect(msix.configWrite(offset, bytes, value)).toBe(WRITE_DONE);
      expect(read(msix)).toEqual(covers ? [(before[0] | 0xc0000000) >>> 0, before[1], before[2]] : before);
      const open = new Scene(5, options).control('onMasked').msix;
      expect(open.configWrite(offset, bytes, 0)).toBe(WRITE_DONE);
      expect(read(open)).toEqual(covers ? before : [(before[0] | 0xc0000000) >>> 0, before[1], before[2]]);
    },
  );

  //= MSIX-CAP-4, MSIX-CAP-5, MSIX-CAP-8 type=test
  test('tells Enable from Function Mask in every width [MSIX-CAP-4] [MSIX-CAP-5]', () => {
    for (const control of [0x0000, 0x4000, 0x8000, 0xc000]) {
      for (const [offset, bytes, value] of [
        [3, 1, control >>> 8],
        [2, 2, control],
        [0, 4, control * 0x10000],
      ]) {
        const { msix } = new Scene(1);
        msix.configWrite(offset, bytes, value);
        expect([msix.enabled, msix.functionMask]).toEqual([control >= 0x8000, (control & 0x4000) !== 0]);
        expect([msix.configRead(2, 2), msix.messageControl]).toEqual([control, control]);
      }
    }
  });
});

describe('the table', () => {
  //= MSIX-TABLE-1 type=test
  test('keeps four dwords a vector, each apart from all others [MSIX-TABLE-1]', () => {
    const { msix } = new Scene(5);
    const written = range(20).map((word) => (word % 4 === 3 ? word & 1 : 0xf0000000 + 0x1111110 * word));
    written.forEach((value, word) => msix.tableWrite(4 * word, 4, value));
    expect(range(20).map((word) => msix.tableRead(4 * word, 4))).toEqual(written.map((value) => value >>> 0));
  });

  //= MSIX-TABLE-2, MSIX-TABLE-4, MSIX-TABLE-5 type=test
  test('reads reserved bits as zero, and takes no steering tag [MSIX-TABLE-2] [MSIX-TABLE-4] [MSIX-TABLE-5]', () => {
    const { msix } = new Scene(1);
    range(4).forEach((word) => msix.tableWrite(4 * word, 4, 0xffffffff));
    expect(range(4).map((word) => msix.tableRead(4 * word, 4))).toEqual([0xfffffffc, 0xffffffff, 0xffffffff, 1]);
    msix.tableWrite(12, 4, 0xfffffffe);
    expect(msix.tableRead(12, 4)).toBe(0);
  });

  //= MSIX-ACCESS-3 type=test
  test('takes and gives a QWORD as its two dwords [MSIX-ACCESS-3]', () => {
    const { msix } = new Scene(2);
    expect(msix.tableWrite(16, 8, 0x11111117, 0x92222222)).toBe(WRITE_DONE);
    expect(msix.tableWrite(24, 8, 0x93333333, 0xfffffffe)).toBe(WRITE_DONE);
    expect([16, 20, 24, 28].map((offset) => msix.tableRead(offset, 4))).toEqual([
      0x11111114, 0x92222222, 0x93333333, 0,
    ]);
    expect([msix.tableRead(16, 8), msix.readHigh]).toEqual([0x11111114, 0x92222222]);
    expect([msix.tableRead(24, 8), msix.readHigh]).toEqual([0x93333333, 0]);
    expect([msix.tableRead(8, 8), msix.readHigh]).toEqual([0, 1]);
  });

  //= MSIX-ACCESS-4 type=test
  test('lets a QWORD of data and control out with its own data [MSIX-ACCESS-4]', () => {
    const scene = new Scene(1).write(0, 'A').control('on').signal(0);
    scene.msix.tableWrite(0, 8, MESSAGES.B[0], MESSAGES.B[1]);
    scene.msix.tableWrite(8, 8, MESSAGES.B[2], 0);
    expect(scene.take()).toEqual(['use 0 B', 'send 0 B']);
  });
});

describe('the Pending Bit Array', () => {
  //= MSIX-PBA-1, MSIX-PBA-2, MSIX-PBA-4 type=test
  test.each([1, 31, 32, 33, 63, 64, 65, 2047, 2048])(
    'has a bit for each of %i vectors, in QWORDs, and zeros behind the last [MSIX-PBA-1] [MSIX-PBA-2]',
    (vectorCount) => {
      const { msix } = new Scene(vectorCount);
      expect(msix.pbaBytes).toBe(8 * Math.ceil(vectorCount / 64));
      for (const vector of new Set([0, vectorCount >> 1, vectorCount - 1])) {
        msix.signal(vector);
        const bits = range(msix.pbaBytes / 4).map((word) => msix.pbaRead(4 * word, 4));
        expect(bits).toEqual(bits.map((_, word) => (word === vector >> 5 ? 2 ** (vector % 32) : 0)));
        msix.pbaRead(8 * (vector >> 6), 8);
        expect(msix.readHigh).toBe(vector % 64 < 32 ? 0 : 2 ** (vector % 32));
        msix.retire(vector);
      }
      range(vectorCount).forEach((vector) => msix.signal(vector));
      const low = BigInt(msix.pbaRead(msix.pbaBytes - 8, 8));
      expect((BigInt(msix.readHigh) << 32n) | low).toBe((1n << BigInt(((vectorCount - 1) % 64) + 1)) - 1n);
    },
  );

  //= MSIX-NOTIFY-2, MSIX-PBA-4 type=test
  test('polls the vectors of a read before it, and reads what they signal then [MSIX-NOTIFY-2]', () => {
    const scene = new Scene(70);
    scene.on('poll 32 64', () => scene.signal(33)).on('poll 64 70', () => scene.signal(69));
    expect(scene.msix.pbaRead(4, 4)).toBe(2);
    expect([scene.msix.pbaRead(8, 8), scene.msix.readHigh]).toEqual([0x20, 0]);
    expect([scene.msix.pbaRead(0, 8), scene.msix.readHigh]).toEqual([0, 2]);
    expect(scene.msix.pbaRead(12, 4)).toBe(0);
    expect(scene.take()).toEqual(['poll 32 64', 'poll 64 70', 'poll 0 64']);
  });

  //= MSIX-PBA-3 type=test
  test('ignores every write, and counts it [MSIX-PBA-3]', () => {
    const { msix } = new Scene(2).signal(0);
    expect([msix.pbaWrite(0, 4, 0), msix.pbaWrite(0, 8, 0xffffffff, 0xffffffff)]).toEqual([
      WRITE_IGNORED,
      WRITE_IGNORED,
    ]);
    expect(msix.pbaRead(0, 4)).toBe(1);
    expect(msix.refusals).toEqual(refusals({ pbaWrites: 2 }));
  });

  test('does not poll for a peek, for a read that is refused, or for bits that belong to no vector', () => {
    const scene = new Scene(32);
    scene.peek();
    expect([scene.msix.pbaRead(8, 4), scene.msix.pbaRead(4, 4)]).toEqual([0xffffffff, 0]);
    expect(scene.take()).toEqual([]);
  });
});

describe('accesses that do not exist', () => {
  const NOWHERE = [
    -0x80000000,
    -16,
    -8,
    -4,
    -1,
    0.5,
    4.25,
    NaN,
    Infinity,
    -Infinity,
    2 ** 31,
    2 ** 32,
    2 ** 32 + 4,
    2 ** 53,
  ];
  const NO_WIDTHS = [-4, 0, 1, 2, 3, 5, 6, 7, 9, 12, 16, 4.5, NaN, Infinity];
  /** All that a memory access can be wrong in, for a table or an array of `end` bytes. */
  const wrong = (end: number): [offset: number, bytes: number][] => [
    ...[...NOWHERE, 1, 2, 3, 5, 6, 7, end, end + 4, end + 8].flatMap((offset): [number, number][] => [
      [offset, 4],
      [offset, 8],
    ]),
    ...[4, 12, end - 4].map((offset): [number, number] => [offset, 8]),
    ...NO_WIDTHS.map((bytes): [number, number] => [0, bytes]),
  ];
  const allOnes = (bytes: number): number => ({ 1: 0xff, 2: 0xffff })[bytes] ?? 0xffffffff;

  //= MSIX-ACCESS-1, MSIX-ACCESS-2 type=test
  test.each([1, 3, 2048])(
    'of the table: all-ones, no effect, counted; %i vectors [MSIX-ACCESS-1, 2]',
    (vectorCount) => {
      const scene = new Scene(vectorCount)
        .write(0, 'A')
        .unmask(0)
        .control('on')
        .signal(vectorCount - 1);
      const { msix } = scene;
      const before = [...scene.save()];
      scene.take();
      const cases = wrong(16 * vectorCount);
      for (const [offset, bytes] of cases) {
        expect([offset, bytes, msix.tableRead(offset, bytes), msix.readHigh]).toEqual([
          offset,
          bytes,
          allOnes(bytes),
          0xffffffff,
        ]);
        expect([offset, bytes, msix.tableWrite(offset, bytes, 0x5a5a5a5a, 0)]).toEqual([offset, bytes, WRITE_REFUSED]);
      }
      expect([...scene.save()]).toEqual(before);
      expect(scene.take()).toEqual([]);
      expect(msix.refusals).toEqual(refusals({ tableReads: cases.length, tableWrites: cases.length }));
    },
  );

  //= MSIX-ACCESS-1, MSIX-ACCESS-2 type=test
  test.each([1, 65, 2048])('of the Pending Bit Array, likewise; %i vectors [MSIX-ACCESS-1, 2]', (vectorCount) => {
    const scene = new Scene(vectorCount);
    const { msix } = scene;
    const before = [...scene.save()];
    const cases = wrong(8 * Math.ceil(vectorCount / 64));
    for (const [offset, bytes] of cases) {
      expect([offset, bytes, msix.pbaRead(offset, bytes), msix.readHigh]).toEqual([
        offset,
        bytes,
        allOnes(bytes),
        0xffffffff,
      ]);
      expect([offset, bytes, msix.pbaWrite(offset, bytes, 0xffffffff)]).toEqual([offset, bytes, WRITE_REFUSED]);
    }
    expect([...scene.save()]).toEqual(before);
    expect(scene.take()).toEqual([]);
    expect(msix.refusals).toEqual(refusals({ pbaReads: cases.length, pbaWrites: cases.length }));
  });

  //= MSIX-ACCESS-6 type=test
  test('of configuration space: all-ones, no effect, counted [MSIX-ACCESS-6]', () => {
    const scene = new Scene(2).control('onMasked');
    const { msix } = scene;
    const before = [...scene.save()];
    const cases = [
      ...NOWHERE.map((offset) => [offset, 4]),
      ...NO_WIDTHS.filter((bytes) => bytes !== 1 && bytes !== 2).map((bytes) => [2, bytes]),
      [0, 8],
      [12, 1],
      [11, 2],
      [9, 4],
      [10, 4],
      [11, 4],
      [12, 4],
    ];
    for (const [offset, bytes] of cases) {
      expect([offset, bytes, msix.configRead(offset, bytes)]).toEqual([offset, bytes, allOnes(bytes)]);
      expect([offset, bytes, msix.configWrite(offset, bytes, 0)]).toEqual([offset, bytes, WRITE_REFUSED]);
    }
    expect([...scene.save()]).toEqual(before);
    expect(msix.refusals).toEqual(refusals({ configReads: cases.length, configWrites: cases.length }));
  });

  test('of vectors: a signal is refused, nothing is retired, and both are counted', () => {
    const scene = new Scene(3);
    const nonsense = [-1, 3, 64, 2048, 0.5, NaN, Infinity, -Infinity, 2 ** 32, 2 ** 32 + 1];
    expect(nonsense.map((vector) => scene.msix.signal(vector))).toEqual(nonsense.map(() => SIGNAL_REFUSED));
    expect(nonsense.map((vector) => scene.msix.retire(vector))).toEqual(nonsense.map(() => false));
    expect(scene.peek()).toEqual(new Scene(3).peek());
    expect(scene.msix.refusals).toEqual(refusals({ signals: 2 * nonsense.length }));
  });

  test('values of any kind of number are taken modulo 2^32', () => {
    const { msix } = new Scene(1);
    for (const [value, stored] of [
      [-1, 0xffffffff],
      [2 ** 32 + 5, 5],
      [7.9, 7],
      [NaN, 0],
      [Infinity, 0],
      [-2.5, 0xfffffffe],
    ]) {
      msix.tableWrite(4, 4, value);
      expect(msix.tableRead(4, 4)).toBe(stored);
    }
  });

  test('refusals outlive a reset', () => {
    const { msix } = new Scene(1);
    msix.tableRead(1, 4);
    msix.reset();
    expect(msix.refusals.tableReads).toBe(1);
  });
});

describe('what may be asked at any time', () => {
  test('peeks into as much as is there, and leaves the rest alone', () => {
    const { msix } = new Scene(1);
    const out = new Uint32Array(9).fill(0xabcdef);
    expect(msix.peekInto(out)).toBe(7);
    expect([...out]).toEqual([0, 0, 0, 0, 1, 0, 0, 0xabcdef, 0xabcdef]);
  });

  test.each([
    ['a Uint32Array of 6 words', new Uint32Array(6)],
    ['Array', [0, 0, 0, 0, 0, 0, 0]],
    ['undefined', undefined],
  ])('refuses to peek into: %s', (got, out) => {
    expect(() => new Scene(1).msix.peekInto(out as Uint32Array)).toThrow(
      new RangeError(`MsixFunction.peekInto: got ${got}; expected a Uint32Array of at least 7 words.`),
    );
  });

  test('says how long the table, the Pending Bit Array and a saved function are', () => {
    const { msix } = new Scene(65);
    expect([msix.vectorCount, msix.tableBytes, msix.pbaBytes, msix.savedWords]).toEqual([65, 1040, 16, 4 + 7 * 65 + 8]);
  });
});

describe('the constructor refuses', () => {
  test('to be called without options', () => {
    expect(() => new MsixFunction(undefined as never)).toThrow(
      'MsixFunction: the options are undefined; expected an object with vectorCount.',
    );
  });

  const send = (): void => {};
  const integer = (from: number, to: number): string => `an integer from ${from} to ${to}`;
  const multiple = (of: number, from: number, to: number): string => `a multiple of ${of} from ${from} to ${to}`;
  const CASES: [options: object, type: ErrorConstructor, sentence: string][] = [
    [{ vectorCount: 0 }, RangeError, `vectorCount is 0; expected ${integer(1, 2048)}.`],
    [{ vectorCount: 2049 }, RangeError, `vectorCount is 2049; expected ${integer(1, 2048)}.`],
    [{ vectorCount: 1.5 }, RangeError, `vectorCount is 1.5; expected ${integer(1, 2048)}.`],
    [{ vectorCount: NaN }, RangeError, `vectorCount is NaN; expected ${integer(1, 2048)}.`],
    [
      { tableOfset: 8 },
      TypeError,
      'got the option tableOfset; expected one of vectorCount, send, use, release, poll, tableBir, tableOffset, pbaBir, ' +
        'pbaOffset, nextCapability, registers.',
    ],
    [{ vectorCount: '4' }, RangeError, `vectorCount is '4'; expected ${integer(1, 2048)}.`],
    [{ vectorCount: undefined }, RangeError, `vectorCount is undefined; expected ${integer(1, 2048)}.`],
    [{ send: undefined }, TypeError, 'send is undefined; expected a function.'],
    [{ send: 3 }, TypeError, 'send is 3; expected a function.'],
    [{ use: null }, TypeError, 'use is null; expected a function.'],
    [{ release: 'x' }, TypeError, "release is 'x'; expected a function."],
    [{ poll: true }, TypeError, 'poll is true; expected a function.'],
    [{ tableBir: 6 }, RangeError, `tableBir is 6; expected ${integer(0, 5)}.`],
    [{ tableBir: -1 }, RangeError, `tableBir is -1; expected ${integer(0, 5)}.`],
    [{ pbaBir: 7 }, RangeError, `pbaBir is 7; expected ${integer(0, 5)}.`],
    [{ tableOffset: 4 }, RangeError, `tableOffset is 4; expected ${multiple(8, 0, 2 ** 32 - 64)}.`],
    [{ tableOffset: NaN }, RangeError, `tableOffset is NaN; expected ${multiple(8, 0, 2 ** 32 - 64)}.`],
    [
      { tableOffset: 2 ** 32 - 56 },
      RangeError,
      `tableOffset is ${2 ** 32 - 56}; expected ${multiple(8, 0, 2 ** 32 - 64)}.`,
    ],
    [{ pbaOffset: -8 }, RangeError, `pbaOffset is -8; expected ${multiple(8, 0, 2 ** 32 - 8)}.`],
    [{ pbaOffset: 2 ** 32 }, RangeError, `pbaOffset is ${2 ** 32}; expected ${multiple(8, 0, 2 ** 32 - 8)}.`],
    [{ nextCapability: 0x3c }, RangeError, `nextCapability is 60; expected ${multiple(4, 0x40, 0xfc)}.`],
    [{ nextCapability: 0x41 }, RangeError, `nextCapability is 65; expected ${multiple(4, 0x40, 0xfc)}.`],
    [{ nextCapability: 0x100 }, RangeError, `nextCapability is 256; expected ${multiple(4, 0x40, 0xfc)}.`],
    [
      { pbaOffset: 56 },
      RangeError,
      'the table (64 bytes at 0) and the Pending Bit Array (8 bytes at 56) overlap in BAR 0; expected two separate ranges.',
    ],
    [
      { tableBir: 1, tableOffset: 8, pbaOffset: 8 },
      RangeError,
      'the table (64 bytes at 8) and the Pending Bit Array (8 bytes at 8) overlap in BAR 1; expected two separate ranges.',
    ],
  ];

  //= MSIX-TABLE-7 type=test
  test.each(CASES)('%o', (options, Type, sentence) => {
    const create = (): unknown => new MsixFunction({ vectorCount: 4, send, ...options });
    expect(create).toThrow(new Type(`MsixFunction: ${sentence}`));
    expect(create).toThrow(Type);
  });

  test('nothing that touches without overlapping, nor the same offset in another BAR [MSIX-TABLE-7]', () => {
    for (const options of [{ pbaOffset: 64 }, { tableOffset: 8, pbaOffset: 0 }, { pbaBir: 1, pbaOffset: 0 }]) {
      expect(() => new MsixFunction({ vectorCount: 4, send, ...options })).not.toThrow();
    }
  });
});
