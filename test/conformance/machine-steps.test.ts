import { expect, test } from 'vitest';
import { createMachine, not, stateIn } from 'xstate';
import { compile } from '../../checker/compile/compile.ts';
import { RegionStates } from '../../checker/compile/region-states.ts';
import { ownersApart } from '../../checker/compile/regions-apart.ts';
import { Stepper } from '../../checker/compile/step.ts';
import { explore } from '../../checker/explore/explore.ts';
import { OutputWords, outputWords } from '../../conformance/device/output-words.ts';
import { comparison, copying } from '../../conformance/paths/comparison.ts';
import { ASK, MachineSteps } from '../../conformance/paths/machine-steps.ts';
import { THREE, TWO } from '../../machines/messages.ts';
import { createInstance } from '../../properties/instances.ts';

const compiled = (vectors: number, messages = TWO) => {
  const { machine, events } = createInstance('function', { vectors, messages });
  return compile(machine, events);
};

/** A message that no vector sends. */
const SEND = outputWords([{ verb: 'send', vector: 0, addressLow: 0, addressHigh: 0, data: 0 }]);

// The stepper says what each step puts out, and where it leads.
test.each([
  ['2 vectors, three messages', compiled(2, THREE)],
  ['2 vectors', compiled(2)],
])('steps are those of the stepper, in every state: %s', (_, machine) => {
  const { states } = explore(machine);
  const { wordCount } = machine;
  const [stepper, regions] = [new Stepper(machine), new RegionStates(machine)];
  const steps = new MachineSteps(machine, regions);
  const [target, due] = [new Int32Array(wordCount), new Int32Array(wordCount)];
  let outputs = 0;
  const different: unknown[] = [];
  for (let from = 0; from < states.count * wordCount; from += wordCount) {
    for (const [event, name] of machine.events.entries()) {
      const talking = steps.take(event, states.words, from, target);
      stepper.stepWords(states.words, from, event, due, 0);
      const all = steps.outputs(event, states.words, from, talking);
      const put = all.list().map(({ verb, vector }) => `${verb}.${vector}`);
      const names = stepper.outputs(states.words, from).map((output) => output.replace(/^(\w+\.\d+).*/, '$1'));
      const changed = [...regions.names.keys()].filter((each) => regions.differ(each, states.words, from, due, 0));
      const isAllowed = changed.every((region) => steps.changes[event].includes(region));
      if (target.join() !== due.join() || put.join() !== names.join() || !isAllowed) different.push([name, put, names]);
      const takes = (...done: OutputWords[]): boolean => {
        const list = new OutputWords(1);
        for (const each of done) list.addAll(each);
        return steps.areOutputs(list, event, states.words, from, talking) && list.list().length === 0;
      };
      if (!takes(all) || takes(all, SEND) || (put.length > 0 && (takes() || takes(SEND, all)))) different.push(name);
      outputs += put.length;
    }
  }
  expect(different).toEqual([]);
  expect(outputs).toBeGreaterThan(states.count);
});

test('an event of more transitions than a number has bits is asked of the stepper', () => {
  const machine = compiled(9);
  const steps = new MachineSteps(machine, new RegionStates(machine));
  const [target, words] = [new Int32Array(machine.wordCount), machine.initial.slice()];
  const take = (name: string): readonly string[] => {
    const event = machine.events.indexOf(name);
    const talking = steps.take(event, words, 0, target);
    expect(talking === ASK).toBe(name.startsWith('guest.control'));
    const put = steps.outputs(event, words, 0, talking);
    const done = new OutputWords(1);
    done.addAll(SEND);
    expect(steps.areOutputs(done, event, words, 0, talking)).toBe(false);
    done.addAll(put);
    expect(steps.areOutputs(done, event, words, 0, talking)).toBe(true);
    words.set(target);
    return put.list().map(({ verb, vector }) => `${verb}.${vector}`);
  };
  expect(take('guest.unmask.8')).toEqual([]);
  expect(take('guest.control.on')).toEqual(['use.8']);
  expect(take('device.signal.8')).toEqual(['send.8']);
});

test('a copy takes each word', () => {
  for (const length of [1, 7, 58]) {
    const [from, to] = [Uint32Array.from({ length }, (_, word) => 0x80000000 + word), new Uint32Array(length)];
    const copy = copying(from, to);
    copy();
    expect(to).toEqual(from);
    from[length - 1] = 7;
    copy();
    expect(to).toEqual(from);
  }
});

test('a comparison sees each word, whenever it is asked', () => {
  for (const length of [1, 7, 8, 9, 58]) {
    const [one, other] = [new Uint32Array(length), new Uint32Array(length)];
    const areEqual = comparison(one, other);
    for (let word = 0; word < length; word++) {
      one[word] = 0x80000000 >>> (word % 32);
      expect(areEqual()).toBe(false);
      other[word] = one[word];
      expect(areEqual()).toBe(true);
    }
  }
  expect(comparison(new Uint32Array(2), new Uint32Array(3))()).toBe(false);
});

test('what an event does falls apart into regions: in each it is decided by the region and the shared one', () => {
  const machine = compiled(2, THREE);
  const { states } = explore(machine);
  const regions = new RegionStates(machine);
  const steps = new MachineSteps(machine, regions);
  const shared = regions.names.indexOf('capability');
  const next = new Int32Array(machine.wordCount);
  for (const [event, name] of machine.events.entries()) {
    const bits = steps.bitsApart(event, shared)!;
    expect(bits, name).toHaveLength(regions.names.length);
    const known = new Map<string, string>();
    let [all, different] = [0, 0];
    for (let from = 0; from < states.count * machine.wordCount; from += machine.wordCount) {
      const talking = steps.take(event, states.words, from, next);
      all |= talking;
      for (const region of regions.names.keys()) {
        const here = [shared, region].map((each) => regions.stateOf(each, states.words, from));
        const step = `${regions.stateOf(region, next, 0)}, ${talking & bits[region]}`;
        const key = [region, ...here].join();
        if ((known.get(key) ?? step) !== step) different++;
        known.set(key, step);
      }
    }
    expect([different, all & ~bits.reduce((one, other) => one | other)], name).toEqual([0, 0]);
  }
});

/** Two regions that hear the same event, and one that both may ask for; `b` asks as `guard` says, or leads where `target` says. */
const pair = (b: object) =>
  compile(
    createMachine({
      type: 'parallel',
      states: {
        shared: { initial: 'p', states: { p: { on: { turn: 'q' } }, q: {} } },
        a: { initial: 'p', states: { p: { on: { go: 'q' } }, q: {} } },
        b: { initial: 'p', states: { p: { on: b }, q: {} } },
      },
    }),
    ['go', 'turn'],
  );

test.each([
  ['it reads itself', { go: 'q' }, true],
  ['it reads the shared one', { go: { target: 'q', guard: stateIn({ shared: 'p' }) } }, true],
  ['it reads another', { go: { target: 'q', guard: stateIn({ a: 'p' }) } }, false],
  ['another is what its guard says not', { go: { target: 'q', guard: not(stateIn({ a: 'q' })) } }, false],
])('an event falls apart only where no region reads a third: %s', (_, b, isApart) => {
  const machine = pair(b);
  const regions = new RegionStates(machine);
  const owners = ownersApart(machine, regions, machine.events.indexOf('go'), 0);
  expect(owners && [...owners.values()]).toEqual(isApart ? [1, 2] : undefined);
});

test('a region has a number of 31 bits, and no more', () => {
  const wide = (bits: number) => {
    const bit = { initial: 'off', states: { off: { on: { go: 'on' } }, on: {} } };
    const states = Object.fromEntries(Array.from({ length: bits }, (_, number) => [`b${number}`, bit]));
    return compile(createMachine({ type: 'parallel', states: { wide: { type: 'parallel', states } } }), ['go']);
  };
  const machine = wide(31);
  const { states } = explore(machine);
  const regions = new RegionStates(machine);
  expect([0, 1].map((state) => regions.stateOf(0, states.words, state * machine.wordCount))).toEqual([0, 2 ** 31 - 1]);
  expect(() => new RegionStates(wide(32))).toThrow('Got 32 bits for region wide; expected 31 at most.');
});

test('an event does not fall apart where the root is no parallel state, and moves itself', () => {
  const machine = compile(createMachine({ initial: 'a', states: { a: { on: { go: 'b' } }, b: { on: { go: 'a' } } } }), [
    'go',
  ]);
  expect(ownersApart(machine, new RegionStates(machine), 0, 0)).toBeUndefined();
});

test.each([
  ['the root takes it', { on: { go: '.a.q' } }],
  [
    'a region leads another somewhere',
    {
      states: {
        shared: {},
        a: { initial: 'p', states: { p: { on: { go: '#other' } }, q: {} } },
        b: { initial: 'p', states: { p: {}, q: { id: 'other' } } },
      },
    },
  ],
])('an event does not fall apart where %s', (_, config) => {
  const two = { initial: 'p', states: { p: {}, q: {} } };
  const machine = compile(createMachine({ type: 'parallel', states: { shared: {}, a: two, b: two }, ...config }), [
    'go',
  ]);
  expect(ownersApart(machine, new RegionStates(machine), 0, 0)).toBeUndefined();
});
