/** Calls of `maskbit/checker` that are right. */
import { setup, stateIn } from 'xstate';
import * as checker from '../../checker/index.ts';
import { type Table, whole } from './attempt.ts';

const machine = setup({ guards: { isClosed: stateIn({ door: 'closed' }) }, actions: { warm: () => {} } }).createMachine(
  {
    id: 'oven',
    type: 'parallel',
    states: {
      door: { initial: 'closed', states: { closed: { on: { open: 'open' } }, open: { on: { close: 'closed' } } } },
      heat: {
        initial: 'off',
        states: {
          off: { on: { start: { target: 'on', guard: 'isClosed', actions: 'warm' } } },
          on: { on: { stop: 'off' } },
        },
      },
    },
  },
);
const twins = setup({}).createMachine({
  id: 'twins',
  type: 'parallel',
  states: Object.fromEntries(
    [0, 1].map((index) => [`p${index}`, { initial: 'off', states: { off: { on: { [`go${index}`]: 'on' } }, on: {} } }]),
  ),
});
/** Twins, and more of them. */
const family = {
  name: 'twins',
  at: (members: number) => {
    const regions = Array.from({ length: members }, (_, index) => [
      `p${index}`,
      { initial: 'off', states: { off: { on: { [`go.${index}`]: 'on' } }, on: {} } },
    ]);
    const each = setup({}).createMachine({ id: 'twins', type: 'parallel', states: Object.fromEntries(regions) });
    return { machine: each, events: each.events };
  },
  regions: (member: number) => [`p${member}`],
  rename: (name: string, of: (member: number) => number) => name.replace(/\d+$/, (member) => `${of(Number(member))}`),
  renameState: (path: string) => path,
};
const checkedFamily = whole(new checker.CheckedFamily(family));
const twoTwins = whole(checker.explore(checker.compile(family.at(2).machine)));
const onReach = () => ({ kind: 'reach', name: 'R', title: 'On.', that: { kind: 'stateIn', value: { p0: 'on' } } });
const compiled = whole(checker.compile(machine));
const exploration = checker.explore(compiled);
const counted = whole(checker.count(compiled));
const graph = whole(exploration.graph());
const symbolic = whole(checker.symbolicOf(machine));
const EVENTS = ['open', 'close', 'start', 'stop'];
const inState = (value: object) => ({ kind: 'stateIn', value });
const off = inState({ heat: 'off' });
const CLAIMS = [
  {
    kind: 'invariant',
    name: 'I',
    title: 'One.',
    when: off,
    holds: { kind: 'or', parts: [off, { kind: 'not', part: off }] },
  },
  { kind: 'reach', name: 'R', title: 'Two.', that: { kind: 'named', name: 'isClosed' } },
  {
    kind: 'step',
    name: 'S',
    title: 'Three.',
    when: { kind: 'and', parts: [{ kind: 'event', names: ['start'] }, { kind: 'taken' }] },
    holds: {
      kind: 'or',
      parts: [
        { kind: 'output', names: ['warm'] },
        { kind: 'not', part: { kind: 'after', state: off } },
      ],
    },
  },
  {
    kind: 'leadsTo',
    name: 'L',
    title: 'Four.',
    from: off,
    to: off,
    fairness: [{ strength: 'weak', events: ['start'] }],
  },
];
const verdict = { property: 'P', result: 'fails', sentence: 'It is so.', rules: ['R-1'] };
const subject = { machine, events: EVENTS, instance: { size: 1 }, words: { event: String, output: String } };
const trace = checker.makeTrace(subject, { path: [0], loop: [1, 0] }, { verdict: verdict as never });
const packed = checker.reduceTrace(subject, trace);
const arrow = () => ({ from: 'a', to: 'b', label: 'c' });
const cast = { participants: ['a', 'b'], event: arrow, output: arrow };
const observed = { exploration, observe: ({ event }: { event: string }) => event };
const entry = {
  machine: 'm',
  instance: { n: 1 },
  states: 1,
  transitions: 1,
  depth: 0,
  verdicts: { P: { fails: 1, loop: 2 } },
};
const property = {
  kind: 'invariant',
  name: 'I',
  title: 'One.',
  rules: ['R-1'],
  needs: 'it',
  when: () => true,
  holds: () => true,
};
const swap = (name: string, of: (index: number) => number) => name.replace(/\d/, (digit) => String(of(Number(digit))));
const compiledTwins = whole(checker.compile(twins));
const stepper = new checker.Stepper(compiled);
const words = () => new Int32Array(compiled.wordCount);

const calls: Table['calls'] = {
  enumerate: () => [machine, { only: EVENTS }, 100],
  machineGuards: () => [machine],
  readGuard: () => ['isClosed'],
  mutate: () => [machine, () => ['open']],
  compareWithAdjacency: () => [graph],
  countSimplePaths: () => [graph, 100],
  shortestPaths: () => [machine, EVENTS],
  simplePaths: () => [graph, 100],
  transitionPaths: () => [machine, { without: ['stop'] }],
  decideProperties: () => [graph, [property], () => 1, 1, () => true],
  gatherFindings: () => [[entry]],
  compareManifest: () => [[entry], [entry], 'full'],
  renewManifest: () => [[entry], [entry], 'usual'],
  printManifest: () => [[entry]],
  parseManifest: () => [JSON.stringify({ version: 1, entries: [entry] })],
  pinVerdict: () => ['fails', { path: [1], loop: [] }],
  tellPinned: () => [{ fails: 1, loop: 2 }],
  printSequence: () => [trace, cast],
  printTypeScript: () => [machine],
  printDot: () => [graph, { label: () => 'x', path: [0] }],
  fingerprintOf: () => [machine, EVENTS],
  printItf: () => [trace],
  printMermaid: () => [trace, cast],
  regionsOf: () => [machine, { door: 'open', heat: 'off' }],
  isPacked: () => ['t1.x'],
  readTrace: () => [checker.printTrace(trace)],
  printTrace: () => [trace],
  parseTrace: () => [checker.printTrace(trace)],
  packTrace: () => [packed],
  unpackTrace: () => [checker.packTrace(packed)],
  tellTrace: () => [trace, 'maskbit show'],
  tellVerdict: () => [verdict],
  makeTrace: () => [subject, { path: [0], loop: [1, 0] }, { start: { door: 'closed', heat: 'off' }, verdict }],
  reduceTrace: () => [subject, trace],
  replayTrace: () => [subject, packed],
  audit: () => [counted],
  compile: () => [machine, { only: EVENTS }, () => 'x'],
  compileCondition: () => [compiled, { kind: 'and', parts: [off, { kind: 'named', name: 'isClosed' }] }],
  decide: () => [exploration, CLAIMS],
  startAt: () => [compiled, { door: 'open', heat: 'off' }],
  count: () => [compiled, { limits: { states: 10, bytes: 1e6, milliseconds: 100 }, onProgress: () => {} }],
  explore: () => [compiled, { limits: { states: 10, bytes: 1e6, milliseconds: 100 }, onProgress: () => {} }],
  compareRuns: () => [
    exploration,
    exploration,
    { event: (name: string) => name, first: () => 'x', other: () => ['x'] },
    10,
  ],
  refine: () => [observed, observed, 10],
  CheckedFamily: () => [family, [1, 2]],
  cutoffOf: () => [checkedFamily, onReach],
  decideEvery: () => [checkedFamily, twoTwins, 2, [onReach], whole(new Map([[onReach, 'holds']]))],
  Symmetry: () => [compiledTwins, { regions: ['p0', 'p1'], rename: swap }],
  Stepper: () => [compiled],
  checkSpec: () => [machine],
  SubsetError: () => ['m', ['It is so.']],
  holdsBySpin: () => [CLAIMS[0], 1],
  printPromela: () => [symbolic, { claims: CLAIMS, eventSentence: String, forbidsDeadlock: true }],
  symbolicOf: () => [machine, EVENTS, () => 'x'],
  printTla: () => [symbolic, { claims: CLAIMS, eventSentence: String }],
  'Stepper.stepWords': () => [words(), 0, 0, words(), 0],
  'Stepper.holds': () => [-1, words(), 0],
  'Stepper.outputs': () => [words(), 0],
  'Exploration.target': () => [0, 0],
  'Exploration.taken': () => [0, 0],
  'Exploration.outputs': () => [0, 0],
  'Exploration.value': () => [0],
  'Exploration.pathTo': () => [0, 0],
  'StateGraph.target': () => [0, 0],
  'StateGraph.outputs': () => [0, 0],
  'StateGraph.taken': () => [0, 0],
  'StateGraph.pathTo': () => [0],
};

/** For each function, the arguments of a call that is right; and methods of what functions return. */
export const CHECKER: Table = {
  calls,
  owners: { Stepper: stepper, Exploration: exploration, StateGraph: graph },
  callable: { decide: /\.(when|holds|that|from|to|state)$/ },
};
