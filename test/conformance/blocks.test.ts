import { expect, test } from 'vitest';
import { compile } from '../../checker/compile/compile.ts';
import { explore } from '../../checker/explore/explore.ts';
import { createInProcessDevice, type Implementation, type WordDevice } from '../../conformance/device/in-process.ts';
import { DIALECTS } from '../../conformance/device/words.ts';
import { Blocks } from '../../conformance/paths/blocks.ts';
import { walkBlocks, walkByWords } from '../../conformance/paths/word-lockstep.ts';
import { MsixFunction } from '../../src/index.ts';
import { TWO } from '../../machines/messages.ts';
import { createInstance } from '../../properties/instances.ts';

const VECTORS = 4;
const exploration = (() => {
  const { machine, events } = createInstance('function', { vectors: VECTORS, messages: TWO });
  return explore(compile(machine, events));
})();
const { count } = exploration.states;

/** A device, and how often it was restored: once in each state that it is walked in, and after a learnt one. */
function counted(Implementation?: Implementation) {
  const device = createInProcessDevice(VECTORS, { Implementation });
  const seen = { states: 0 };
  const counting: WordDevice = {
    ...device,
    restoreFrom: (words) => {
      seen.states++;
      device.restoreFrom(words);
    },
  };
  return { device: counting, seen };
}

const walk = (device: WordDevice, blocks: Blocks) => walkByWords(exploration, device, TWO, DIALECTS[0], { blocks });
const beside = (device: WordDevice, blocks: Blocks) =>
  // What a thread has of them: the same memory.
  walkBlocks(exploration, device, TWO, DIALECTS[0], new Blocks(count, blocks.memory));

/** Does nothing wrong among the first states of a walk, but in one of the last. */
class Late extends MsixFunction {
  override retire(vector: number) {
    // All four are masked and pending, and the first has another message than it began with.
    const isLate = this.pbaRead(0, 4) === 0xf && !this.enabled && this.functionMask && this.tableRead(8, 4) !== 0;
    return isLate ? vector < VECTORS : super.retire(vector);
  }
}

test('every state is in one block', () => {
  for (const states of [1, 2047, 2048, 2049, 16_384]) {
    const blocks = new Blocks(states);
    let end = 0;
    for (let block = blocks.take(); block >= 0; block = blocks.take()) {
      expect(blocks.begin(block)).toBe(end);
      end = blocks.end(block);
      expect(blocks.takeUnfinished()).toBe(block);
      blocks.finish(block);
    }
    expect(end).toBe(states);
    expect([blocks.take(), blocks.takeUnfinished()]).toEqual([-1, -1]);
  }
});

test('what another has walked is not walked again', () => {
  const blocks = Blocks.shared(count);
  const [other, first] = [counted(), counted()];
  beside(other.device, blocks);
  const { pairs, steps } = walk(first.device, blocks);
  expect([pairs, steps]).toEqual([count, count * exploration.compiled.events.length]);
  expect(other.seen.states).toBeGreaterThanOrEqual(count);
  expect(first.seen.states).toBeLessThan(count / 3);
});

test('what another has taken and not finished is walked', () => {
  const blocks = Blocks.shared(count);
  const first = counted();
  while (blocks.take() >= 0);
  walk(first.device, blocks);
  expect(first.seen.states).toBeGreaterThanOrEqual(count);
});

test('a difference that another has met is found and told as by one alone', () => {
  const alone = failureOf(() => walk(counted(Late).device, new Blocks(count)));
  expect(alone).toContain('Path: ');
  const blocks = Blocks.shared(count);
  beside(counted(Late).device, blocks);
  expect(blocks.takeUnfinished()).toBeGreaterThanOrEqual(0);
  expect(failureOf(() => walk(counted(Late).device, blocks))).toBe(alone);
});

test('a difference of the other device alone is none', () => {
  const blocks = Blocks.shared(count);
  beside(counted(Late).device, blocks);
  expect(walk(counted().device, blocks).pairs).toBe(count);
});

function failureOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return String(error);
  }
  return 'nothing';
}
