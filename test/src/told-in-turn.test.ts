/**
 * Calls out, by themselves: who is told when, while they are held back and while one is told, with which words, and what becomes of what is
 * thrown.
 */
import { describe, expect, test } from 'vitest';
import { CallsOut, type Listener, throwAll } from '../../src/calls-out.ts';

/** A listener that writes down what it is told, and then does something. */
class Ear implements Listener {
  readonly heard: string[] = [];
  andThen: (vector: number) => void = () => {};

  tell(words: Uint32Array, at: number, vector: number): void {
    this.heard.push(`${vector}: ${[...words.subarray(at, at + 3)].join(' ')}`);
    this.andThen(vector);
  }
}

const WORDS = Uint32Array.of(9, 1, 2, 3, 4, 5, 6);

/** An ear, and calls that are held back. */
function held(): [Ear, CallsOut] {
  const calls = new CallsOut();
  calls.hold();
  return [new Ear(), calls];
}

/** What a call throws. */
function errorOf(call: () => void): Error {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('got no error; expected one.');
}

describe('a call that nobody holds back', () => {
  test('is made at once, with the words where they are', () => {
    const [ear, calls] = [new Ear(), new CallsOut()];
    calls.tell(ear, WORDS, 4, 7);
    expect([ear.heard, calls.due]).toEqual([['7: 4 5 6'], false]);
  });

  test('that throws throws, and the next is made at once again', () => {
    const [ear, calls] = [new Ear(), new CallsOut()];
    const error = new Error('told');
    ear.andThen = () => {
      throw error;
    };
    expect(() => calls.tell(ear, WORDS, 1, 1)).toThrow(error);
    ear.andThen = () => {};
    calls.tell(ear, WORDS, 1, 2);
    expect(ear.heard).toEqual(['1: 1 2 3', '2: 1 2 3']);
  });

  test('that brings others about is finished before they are made, in order', () => {
    const [ear, other, calls] = [new Ear(), new Ear(), new CallsOut()];
    ear.andThen = (vector) => {
      if (vector > 2) return;
      calls.tell(ear, WORDS, 1, 10 * vector);
      calls.tell(other, WORDS, 4, 10 * vector + 1);
      expect(ear.heard).toEqual(['1: 1 2 3']);
    };
    calls.tell(ear, WORDS, 1, 1);
    expect([ear.heard, other.heard]).toEqual([['1: 1 2 3', '10: 1 2 3'], ['11: 4 5 6']]);
  });

  test('that brings one about and throws: that one is told, and what was thrown is thrown then', () => {
    const [ear, calls] = [new Ear(), new CallsOut()];
    const error = new Error('told');
    ear.andThen = (vector) => {
      if (vector !== 1) return;
      calls.tell(ear, WORDS, 1, 2);
      throw error;
    };
    expect(() => calls.tell(ear, WORDS, 1, 1)).toThrow(error);
    expect(ear.heard).toEqual(['1: 1 2 3', '2: 1 2 3']);
  });
});

describe('calls that are held back', () => {
  test('are due with the last release, and are made in order with the words that there were', () => {
    const [ear, calls] = held();
    expect(calls.due).toBe(false);
    const words = Uint32Array.from(WORDS);
    calls.tell(ear, words, 1, 1);
    calls.hold();
    calls.tell(ear, words, 4, 2);
    words.fill(0);
    expect(calls.due).toBe(false);
    calls.release();
    expect([calls.due, ear.heard]).toEqual([true, []]);
    calls.release();
    expect([calls.due, ear.heard]).toEqual([false, ['1: 1 2 3', '2: 4 5 6']]);
  });

  test('are none, where nothing was told: the next is made at once', () => {
    const [ear, calls] = held();
    calls.release();
    calls.tell(ear, WORDS, 1, 1);
    expect(ear.heard).toHaveLength(1);
  });

  test.each([15, 16, 17, 40, 100])('are %d of them, and none is lost or changed', (count) => {
    for (const [ear, calls] of [held()]) {
      for (let turn = 0; turn < 2; turn++) {
        for (let vector = 0; vector < count; vector++)
          calls.tell(ear, Uint32Array.of(vector, 2 * vector, 2 ** 32 - 1 - vector), 0, vector);
        calls.release();
        const expected = Array.from(
          { length: count },
          (_, each) => `${each}: ${each} ${2 * each} ${2 ** 32 - 1 - each}`,
        );
        expect(ear.heard.splice(0)).toEqual(expected);
        calls.hold();
      }
    }
  });

  test.each([
    [[2], 'told 2'],
    [[1, 3], '2 of the functions that an assigned device calls threw an error.'],
  ])('of which %j throw are made all the same, and it is thrown then', (throwing, sentence) => {
    const [ear, calls] = held();
    ear.andThen = (vector) => {
      if (throwing.includes(vector)) throw new Error(`told ${vector}`);
    };
    for (const vector of [1, 2, 3]) calls.tell(ear, WORDS, 1, vector);
    const thrown = errorOf(() => calls.release());
    expect(thrown.message).toBe(sentence);
    expect([thrown, ...((thrown as AggregateError).errors ?? [])].slice(-throwing.length)).toEqual(
      throwing.map((each) => new Error(`told ${each}`)),
    );
    expect(ear.heard).toEqual(['1: 1 2 3', '2: 1 2 3', '3: 1 2 3']);
    calls.tell(ear, WORDS, 1, 4);
    expect(ear.heard).toHaveLength(4);
  });

  test('are made after what they themselves hold back and release', () => {
    const [ear, calls] = held();
    ear.andThen = (vector) => {
      if (vector !== 1) return;
      calls.hold();
      calls.tell(ear, WORDS, 1, 3);
      calls.release();
      expect(ear.heard).toHaveLength(1);
    };
    for (const vector of [1, 2]) calls.tell(ear, WORDS, 1, vector);
    calls.release();
    expect(ear.heard).toEqual(['1: 1 2 3', '2: 1 2 3', '3: 1 2 3']);
  });
});

test('no error is none, one is itself, several are together', () => {
  expect(() => throwAll('a caller', [])).not.toThrow();
  expect(() => throwAll('a caller', ['it'])).toThrow('it');
  expect(() => throwAll('a caller', [1, 2, 3])).toThrow('3 of the functions that a caller calls threw an error.');
});
