/**
 * What goes wrong, where it does, only beyond the first word of a bit array, at the edge of a range, or where two calls out throw at once.
 */
import { describe, expect, test } from 'vitest';
import { MsixFunction } from '../../src/index.ts';
import { Scene } from '../setup/scene.ts';

const FAR = 69;

/** A function with 70 vectors, of which these are open; what it sends is written down. */
function openFunction(...open: readonly number[]): { msix: MsixFunction; sent: string[]; later: { do: () => void } } {
  const sent: string[] = [];
  const after = { do: () => {} };
  const msix = new MsixFunction({
    vectorCount: 70,
    send: (_low, _high, data, vector) => {
      sent.push(`${vector}: ${data}`);
      after.do();
    },
  });
  msix.configWrite(2, 2, 0x8000);
  for (const vector of open) msix.tableWrite(16 * vector + 12, 4, 0);
  return { msix, sent, later: after };
}

const saved = (msix: MsixFunction): Uint32Array => {
  const words = new Uint32Array(msix.savedWords);
  msix.saveInto(words);
  return words;
};

describe('a vector in the third word', () => {
  test('that is masked while its message is on the way keeps it, though its entry was changed and put back', () => {
    const scene = new Scene(70).write(FAR, 'A').control('on').signal(FAR);
    scene.on(`use ${FAR} A`, () => scene.write(FAR, 'B').write(FAR, 'A').mask(FAR)).unmask(FAR);
    expect(scene.take()).toEqual([`use ${FAR} A`, `release ${FAR}`]);
    expect(scene.pending).toEqual([FAR]);
  });

  test('that was rewritten while it was open is still so after a restore, and its next edge brings the entry into force', () => {
    const { msix } = openFunction(FAR);
    msix.tableWrite(16 * FAR + 8, 4, 7);
    const { msix: other, sent } = openFunction();
    other.restore(saved(msix));
    other.signal(FAR);
    other.tableWrite(16 * FAR + 12, 4, 1);
    other.tableWrite(16 * FAR + 12, 4, 0);
    other.signal(FAR);
    expect(sent).toEqual([`${FAR}: 0`, `${FAR}: 7`]);
  });

  test('whose message has not left yet is saved as pending', () => {
    const { msix, later } = openFunction();
    for (const vector of [0, FAR]) {
      msix.signal(vector);
      msix.configWrite(2, 2, 0);
      msix.tableWrite(16 * vector + 12, 4, 0);
    }
    let words: Uint32Array = new Uint32Array(0);
    later.do = () => {
      if (words.length === 0) words = saved(msix);
    };
    msix.configWrite(2, 2, 0x8000);
    // 4 words of header, 70 entries, then the Pending bits.
    expect([...words.subarray(4 + 280, 4 + 284)]).toEqual([0, 0, 2 ** (FAR - 64), 0]);
  });
});

describe('reads', () => {
  test('of 4 bytes leave the upper dword of the last read of 8 bytes as it was', () => {
    const { msix } = openFunction();
    msix.tableWrite(0, 8, 0xfee01000, 0x1234);
    msix.tableRead(0, 8);
    expect([msix.readHigh, msix.tableRead(8, 4), msix.readHigh]).toEqual([0x1234, 0, 0x1234]);
    msix.signal(32);
    expect([msix.pbaRead(0, 8), msix.readHigh, msix.pbaRead(8, 4), msix.readHigh]).toEqual([0, 1, 0, 1]);
  });
});

describe("a device's own registers", () => {
  /** Table at 0x1000, Pending Bit Array at 0x2000; own registers elsewhere. */
  function withRegisters(): { msix: MsixFunction; told: unknown[][] } {
    const told: unknown[][] = [];
    const registers = {
      read: (...words: number[]) => {
        told.push(['read', ...words]);
        return 0x1_2345_6789;
      },
      write: (...words: number[]) => void told.push(['write', ...words]),
    };
    const msix = new MsixFunction({
      vectorCount: 1,
      send: () => {},
      tableOffset: 0x1000,
      pbaOffset: 0x2000,
      registers,
    });
    return { msix, told };
  }

  test.each([
    [1, 0x89],
    [2, 0x6789],
    [4, 0x2345_6789],
  ])('are read with %d bytes', (bytes, value) => {
    const { msix, told } = withRegisters();
    expect([msix.barRead(0, 0x3000, bytes), told]).toEqual([value, [['read', 0, 0x3000, bytes]]]);
  });

  test('go up to the table and begin behind it', () => {
    const { msix, told } = withRegisters();
    for (const offset of [0xffc, 0x1010, 0x1ffc, 0x2008]) {
      msix.barRead(0, offset, 4);
      msix.barWrite(0, offset, 4, 5);
    }
    expect(told).toEqual(
      [0xffc, 0x1010, 0x1ffc, 0x2008].flatMap((offset) => [
        ['read', 0, offset, 4],
        ['write', 0, offset, 4, 5, 0],
      ]),
    );
    expect(msix.refusals).toEqual({
      ...{ configReads: 0, configWrites: 0, tableReads: 0, tableWrites: 0, pbaReads: 0, pbaWrites: 0, signals: 0 },
    });
  });

  test('take of a number beyond a dword its lower dword, and both of 8 bytes', () => {
    const { msix, told } = withRegisters();
    msix.barWrite(0, 0x3000, 4, 2 ** 33 + 5);
    msix.barWrite(0, 0x3000, 8, 2 ** 33 + 5);
    expect(told).toEqual([
      ['write', 0, 0x3000, 4, 5, 0],
      ['write', 0, 0x3000, 8, 5, 2],
    ]);
  });
});

test('two calls out that throw in one edge are told together, as those of an MsixFunction', () => {
  const boom = (): never => {
    throw new Error('boom');
  };
  const msix: MsixFunction = new MsixFunction({ vectorCount: 2, send: boom, use: boom });
  msix.configWrite(2, 2, 0x8000);
  msix.signal(0);
  const sentence = '2 of the functions that an MsixFunction calls threw an error.';
  expect(() => msix.tableWrite(12, 4, 0)).toThrow(sentence);
  // And those of a vector that is signalled before anyone was told that it is open.
  let once = true;
  const nested: MsixFunction = new MsixFunction({
    vectorCount: 2,
    send: boom,
    use: (vector) => {
      if (vector === 0 && once) {
        once = false;
        nested.signal(1);
      } else boom();
    },
  });
  for (const vector of [0, 1]) nested.tableWrite(16 * vector + 12, 4, 0);
  let thrown: unknown;
  try {
    nested.configWrite(2, 2, 0x8000);
  } catch (error) {
    thrown = error;
  }
  expect((thrown as Error).message).toBe(sentence);
});

test.each([1, 32, 63, 64, 65])(
  'of %d vectors, the first that was rewritten while it was open sends what it did before a restore',
  (vectorCount) => {
    const sent: number[] = [];
    const make = (): MsixFunction => new MsixFunction({ vectorCount, send: (_low, _high, data) => sent.push(data) });
    const msix = make();
    msix.configWrite(2, 2, 0x8000);
    msix.tableWrite(12, 4, 0);
    msix.tableWrite(8, 4, 7);
    const other = make();
    other.restore(saved(msix));
    other.signal(0);
    expect([sent, [...saved(other)]]).toEqual([[0], [...saved(msix)]]);
  },
);

test('a negative number of 8 bytes is a dword, whose upper one is zero', () => {
  const { msix } = openFunction();
  msix.tableWrite(0, 8, -16);
  expect([msix.tableRead(0, 8), msix.readHigh]).toEqual([0xffff_fff0, 0]);
});

describe('notifiers of a vector in the third word', () => {
  /** A function with 70 vectors, enabled and masked; what it tells is written down, and within each call `act` does something. */
  function told(act: (call: string, msix: MsixFunction) => void = () => {}): { msix: MsixFunction; calls: string[] } {
    const calls: string[] = [];
    const tell = (call: string): void => {
      calls.push(call);
      act(call, msix);
    };
    const msix: MsixFunction = new MsixFunction({
      vectorCount: 70,
      send: (_low, _high, data, vector) => tell(`send ${vector}: ${data}`),
      use: (vector, _low, _high, data) => tell(`use ${vector}: ${data}`),
      release: (vector) => tell(`release ${vector}`),
    });
    msix.configWrite(2, 2, 0x8000);
    return { msix, calls };
  }
  const mask = (msix: MsixFunction, ...values: readonly number[]): void => {
    for (const value of values) msix.tableWrite(16 * FAR + 12, 4, value);
  };

  test('are called once for each edge, and not for one that was told when the function closes', () => {
    const { msix, calls } = told();
    mask(msix, 0, 1, 0, 1);
    msix.configWrite(2, 2, 0);
    expect(calls).toEqual([`use ${FAR}: 0`, `release ${FAR}`, `use ${FAR}: 0`, `release ${FAR}`]);
    msix.configWrite(2, 2, 0x8000);
    mask(msix, 0, 1, 0);
    msix.reset();
    expect(calls.slice(4)).toEqual([`use ${FAR}: 0`, `release ${FAR}`, `use ${FAR}: 0`, `release ${FAR}`]);
  });

  test('may mask it when it has a message to send: it is held, and follows the next unmask', () => {
    let often = 0;
    const { msix, calls } = told((call, device) => {
      if (call.startsWith('use') && often++ === 0) mask(device, 1);
    });
    msix.signal(FAR);
    mask(msix, 0);
    expect(calls).toEqual([`use ${FAR}: 0`, `release ${FAR}`]);
    mask(msix, 0, 0);
    expect(calls.slice(2)).toEqual([`use ${FAR}: 0`, `send ${FAR}: 0`]);
  });

  test('may rewrite it: the next edge brings the entry into force', () => {
    let often = 0;
    const { msix, calls } = told((call, device) => {
      if (call.startsWith('use') && often++ === 0) device.tableWrite(16 * FAR + 8, 4, 7);
    });
    mask(msix, 0);
    msix.signal(FAR);
    mask(msix, 1, 0);
    msix.signal(FAR);
    expect(calls).toEqual([`use ${FAR}: 0`, `send ${FAR}: 0`, `release ${FAR}`, `use ${FAR}: 7`, `send ${FAR}: 7`]);
  });

  test('that open the function again and turn its mask around, before it is released: it is released first', () => {
    let often = 0;
    const { msix, calls } = told((call, device) => {
      if (call === 'release 0' && often++ === 0) device.configWrite(2, 2, 0x8000);
      else if (call === 'release 1' && often++ === 1) mask(device, 1, 0);
    });
    for (const vector of [0, 1]) msix.tableWrite(16 * vector + 12, 4, 0);
    mask(msix, 0);
    calls.length = 0;
    msix.configWrite(2, 2, 0);
    expect(calls).toEqual(['release 0', 'release 1', `release ${FAR}`, `use ${FAR}: 0`, 'use 0: 0', 'use 1: 0']);
  });
});

test('a rewritten vector of a function that is told of uses alone is masked, and nobody is called', () => {
  const uses: number[] = [];
  const msix = new MsixFunction({ vectorCount: 1, send: () => {}, use: (vector) => uses.push(vector) });
  msix.configWrite(2, 2, 0x8000);
  msix.tableWrite(12, 4, 0);
  msix.tableWrite(8, 4, 7);
  expect(msix.tableWrite(12, 4, 1)).toBe(0);
  expect(uses).toEqual([0]);
});

test.each([-1, 2 ** 32 + 1, 1.5])('4 bytes of %s are one dword, and leave the next one as it was', (value) => {
  const msix = new MsixFunction({ vectorCount: 1, send: () => {} });
  msix.tableWrite(8, 4, value);
  expect([msix.tableRead(8, 4), msix.tableRead(12, 4)]).toEqual([value >>> 0, 1]);
  msix.tableWrite(12, 4, value - 1);
  expect(msix.tableRead(12, 4)).toBe(((value - 1) >>> 0) & 1);
});

test.each([1.5, 2 ** 60])('%s written to a place that does not exist is refused, and not looked at', (value) => {
  const msix = new MsixFunction({ vectorCount: 1, send: () => {} });
  expect([msix.tableWrite(1, 4, value), msix.tableWrite(16, 4, value)]).toEqual([2, 2]);
});
