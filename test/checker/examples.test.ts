import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CROSSING, HASTY } from '../../checker/examples/crossing.ts';
import { type Example, tellExample } from '../../checker/examples/example.ts';
import { FEEDBACK } from '../../checker/examples/feedback.ts';
import { PLAYER } from '../../checker/examples/player.ts';
import { audit } from '../../checker/explore/audit.ts';
import { compile } from '../../checker/compile/compile.ts';
import { enumerate } from '../../checker/explore/enumerate.ts';
import { explore } from '../../checker/explore/explore.ts';
import { printedBy } from '../setup/shown.ts';

const EXAMPLES: readonly [Example, number, number][] = [
  [FEEDBACK, 8, 31],
  [CROSSING, 5, 6],
  [HASTY, 9, 16],
  [PLAYER, 15, 63],
];

describe.each(EXAMPLES.map(([example, ...counts]) => ({ name: example.machine.id, example, counts })))(
  'the example $name',
  ({ example, counts }) => {
    test('has the states and transitions that XState finds, and no state that is never reached', () => {
      const { machine, events } = example;
      const exploration = explore(compile(machine, events));
      const plain = enumerate(machine, events);
      expect([plain.states.length, plain.transitionCount]).toEqual(counts);
      expect([exploration.summary.states, exploration.summary.transitions]).toEqual(counts);
      expect(audit(exploration).unreached).toEqual([]);
    });

    test('has a property that holds and one that fails, and tells why', () => {
      const story = tellExample(example);
      expect(story).toMatch(/: holds\. /);
      expect(story).toMatch(/: fails\. .*\n.* steps?\n/);
    });
  },
);

test.each([
  [FEEDBACK, 'ThanksInv: fails. Whoever is thanked has written something.\nfeedback, 1 step\n'],
  [HASTY, 'CrossingInv: fails. Cars stand while people are on the road.\nhasty, 4 steps\n'],
  [PLAYER, 'SilentInv: fails. What is hidden does not play.\nplayer, 1 step\n'],
])('a mistake is found: %#', (example, story) => {
  expect(tellExample(example)).toContain(story);
});

test('of cars that never let anyone walk, the loop is told', () => {
  const [, lasso] = tellExample(CROSSING).split('WalkLeads: fails.');
  expect(lasso).toContain('From here on, again and again:\n  1. Event carTimer.\n       cars: green → yellow');
});

const samples = ['checker/README.md', 'checker/cutoff/README.md'].flatMap((page) => [
  ...readFileSync(page, 'utf8').matchAll(/```js\n([^]*?)```[^`]*```text\n([^]*?)```/g),
]);

test("the checker's README has a sample of each kind of claim", () => {
  const code = samples.map(([, sample]) => sample).join('\n');
  const kinds = ["'invariant'", "'step'", "'reach'", "'leadsTo'", 'refine(', 'compareRuns(', 'startAt('];
  expect(kinds.filter((kind) => !code.includes(kind))).toEqual([]);
});

test.each(samples.map(([, code, output]) => [code, output]))(
  "sample %# of the checker's README prints what it says",
  async (code, output) => {
    expect(await printedBy(code.replace("'maskbit/checker'", "'../checker/index.ts'"))).toBe(output);
  },
);
