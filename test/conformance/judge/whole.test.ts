/**
 * The judge keeps a belief for each vector and one for the capability. Here it is held against the definition: one set of states of
 * the whole machine. Both must find the same step wrong, or none.
 */
import { describe, expect, test } from 'vitest';
import { compile } from '../../../checker/compile/compile.ts';
import { unpackValue } from '../../../checker/compile/layout.ts';
import { Stepper } from '../../../checker/compile/step.ts';
import { type Action, actionsOf, MutableKnowledge } from '../../../conformance/judge/actions.ts';
import { Bench } from '../../../conformance/judge/bench.ts';
import { createModel, Judge } from '../../../conformance/judge/judge.ts';
import { MessageBook } from '../../../conformance/judge/messages.ts';
import type { Observation } from '../../../conformance/judge/observation.ts';
import { Random } from '../../../conformance/judge/random.ts';
import { pieceNamed, PlainDevice } from '../../../conformance/museum/index.ts';
import { createPermitted, permittedEvents, SMALL } from '../../../machines/permitted/index.ts';
import { type Choices, STRICT_CHOICES } from '../../../spec/choices.ts';

interface Value {
  readonly capability: { readonly enable: string; readonly functionMask: string };
  readonly [vector: string]: { readonly [region: string]: string };
}

/** One set of states of the whole machine. */
class Whole {
  private readonly compiled;
  private readonly stepper: Stepper;
  private readonly hidden: readonly number[];
  private readonly book: MessageBook;
  private readonly vectorCount: number;
  private states: Map<string, Int32Array>;

  constructor(choices: Choices, book: MessageBook, vectorCount: number) {
    const options = { vectors: vectorCount, messages: SMALL, choices };
    const machine = createPermitted(options);
    this.compiled = compile(machine);
    this.stepper = new Stepper(this.compiled);
    const { hidden } = permittedEvents(options);
    this.hidden = this.compiled.events.flatMap((event, index) => (hidden.includes(event) ? [index] : []));
    this.book = book;
    this.vectorCount = vectorCount;
    this.states = this.closed([Int32Array.from(this.compiled.initial)]);
  }

  private step(words: Int32Array, event: number): Int32Array {
    const target = new Int32Array(words.length);
    this.stepper.stepWords(words, 0, event, target, 0);
    return target;
  }

  private closed(states: readonly Int32Array[]): Map<string, Int32Array> {
    const found = new Map(states.map((words) => [words.join(), words]));
    for (const words of found.values()) {
      for (const event of this.hidden) {
        const next = this.step(words, event);
        if (!found.has(next.join())) found.set(next.join(), next);
      }
    }
    // What must settle has settled.
    for (const [key, words] of found) {
      const value = unpackValue(this.compiled, words) as unknown as Value;
      for (let vector = 0; vector < this.vectorCount; vector++) {
        if (value[`vector${vector}`]['entry'] === 'undefined') found.delete(key);
      }
    }
    return found;
  }

  /** Returns whether what was observed is possible. */
  judge(action: Action | undefined, observation: Observation): boolean {
    const named = (event: string): number => this.compiled.events.indexOf(event.replace('.0', `.${action!.vector}`));
    let states = [...this.states.values()];
    if (action?.prelude !== undefined)
      states = [...this.closed(states.map((words) => this.step(words, named(action.prelude!)))).values()];
    const sent = observation.outputs
      .map(({ addressLow, addressHigh, data }) => [addressLow, addressHigh, data].join())
      .toSorted()
      .join(' ');
    const next: Int32Array[] = [];
    for (const words of states) {
      let target = words;
      let outputs: readonly string[] = [];
      if (action?.event !== undefined) {
        target = this.step(words, named(action.event));
        outputs = this.stepper.outputs(words);
      }
      if (
        outputs
          .map((output) => this.registersOf(output))
          .toSorted()
          .join(' ') === sent
      )
        next.push(target);
    }
    const read = [...this.closed(next).values()].filter((words) => this.reads(words, observation));
    if (read.length === 0) return false;
    this.states = this.closed(read);
    return true;
  }

  private registersOf(output: string): string {
    const [, vector, message] = output.split('.');
    const number = this.book.names.indexOf(message);
    return [0, 1, 2].map((which) => this.book.word(Number(vector), number, which)).join();
  }

  private reads(words: Int32Array, { control, entries, pending }: Observation): boolean {
    const value = unpackValue(this.compiled, words) as unknown as Value;
    if ((value.capability.enable === 'enabled') !== ((control & 0x8000) !== 0)) return false;
    if ((value.capability.functionMask === 'set') !== ((control & 0x4000) !== 0)) return false;
    for (let vector = 0; vector < this.vectorCount; vector++) {
      const { mask, entry, latch } = value[`vector${vector}`];
      const held = this.book.holds(vector, entries[4 * vector], entries[4 * vector + 1], entries[4 * vector + 2]);
      if ((mask === 'masked') !== ((entries[4 * vector + 3] & 1) === 1)) return false;
      if (this.book.names[held] !== entry) return false;
      if ((latch === 'set' || latch === 'many') !== (pending[vector] === 1)) return false;
    }
    return true;
  }
}

/** How many steps both find right, and whether both find the next one wrong. */
function compare(
  name: string | undefined,
  vectorCount: number,
  choices: Choices,
  seed: number,
): { steps: number; isWrong: boolean } {
  const book = new MessageBook(SMALL, vectorCount);
  const Wrong = name === undefined ? PlainDevice : pieceNamed(name).device(PlainDevice);
  const bench = new Bench(new Wrong({ vectorCount }), book);
  const actions = actionsOf({ vectorCount, messages: SMALL, book, reset: true, retire: true, reads: false });
  const parts = new Judge(createModel({ choices, messages: SMALL }), book, vectorCount);
  const whole = new Whole(choices, book, vectorCount);
  const knowledge = new MutableKnowledge(vectorCount);
  const random = new Random(seed);
  bench.observation.clear();
  bench.readBack();
  expect(whole.judge(undefined, bench.observation)).toBe(parts.begin(bench.observation).length === 0);
  bench.inform(knowledge);
  for (let steps = 0; steps < 120; steps++) {
    const action = random.pickLawful(actions, knowledge)!;
    bench.perform(action, knowledge);
    bench.readBack();
    action.learn(knowledge);
    const isRight = whole.judge(action, bench.observation);
    expect(parts.step(action, bench.observation).length === 0).toBe(isRight);
    if (!isRight) return { steps, isWrong: true };
    bench.inform(knowledge);
  }
  return { steps: 120, isWrong: false };
}

const OPEN: Choices = {
  ...STRICT_CHOICES,
  disabledEvent: 'any',
  pendingAtDisable: 'any',
  message: 'any',
  resetEntry: 'any',
};
const DEVICES = [
  undefined,
  'mask-ignored',
  'masks-the-neighbour',
  'affinity-ignored',
  'lost-after-a-disable',
  'one-bit-for-all',
] as const;

describe('the beliefs of the parts', () => {
  test.each([1, 2, 3])('find what one belief about the whole finds, with %i vectors', (vectorCount) => {
    let wrong = 0;
    for (const name of DEVICES) {
      for (const choices of vectorCount < 3 ? [STRICT_CHOICES, OPEN] : [OPEN]) {
        for (const seed of [1, 2]) wrong += compare(name, vectorCount, choices, seed).isWrong ? 1 : 0;
      }
    }
    // Some of these devices are wrong, and the plain one is right where its choice is permitted.
    expect(wrong).toBeGreaterThan(3);
    expect(compare(undefined, vectorCount, OPEN, 3)).toEqual({ steps: 120, isWrong: false });
  });
});
