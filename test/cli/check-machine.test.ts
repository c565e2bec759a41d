import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { MASKBIT, maskbit, type Ran, runCommand } from '../setup/command.ts';

// Where a user's file would find xstate.
const folder = mkdtempSync('.checked-');
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const check = (...parameters: readonly string[]): Ran => maskbit('check', ...parameters);

const OVEN = file(
  'oven.ts',
  `import { setup, stateIn } from 'xstate';
const doors = { closed: { on: { open: 'open' } }, open: { on: { close: 'closed' } } } as const;
export const machine = setup({ guards: { isClosed: stateIn({ door: 'closed' }) } }).createMachine({
  id: 'oven',
  type: 'parallel',
  states: {
    door: { initial: 'closed', states: doors },
    heat: { initial: 'off', states: { off: { on: { start: { target: 'on', guard: 'isClosed' } } }, on: { on: { stop: 'off' } } } },
  },
});
`,
);
const CLAIMS = file(
  'claims.ts',
  `import { stateIn } from 'xstate';
const heats: unknown = stateIn({ heat: 'on' });
export const claims = [
  { kind: 'invariant', name: 'DoorInv', title: 'It heats behind a closed door.', when: heats, holds: stateIn({ door: 'closed' }) },
  { kind: 'reach', name: 'HeatReach', title: 'It can heat.', that: heats },
];
`,
);

const DOOR = `import { createMachine } from 'xstate';
export const machine = createMachine({ id: 'm', initial: 'a', states: { a: { on: { go: 'b' } }, b: {} } });
`;

// Each of these ended with status 0 or 13, or was told as a fault of ours.
test.each<[name: string, text: string, status: number, told: RegExp]>([
  ['exits.js', 'process.exit(0);', 4, /^Got the end of this process before there was an answer; expected a module/],
  ['violates.js', 'process.exit(1);', 4, /^Got the end of this process before there was an answer; expected a module/],
  [
    'waits.js',
    'await new Promise(() => {});',
    4,
    /^Got the end of this process before there was an answer; expected a/,
  ],
  ['silent.js', `${DOOR}export const claims = [];`, 2, /^Got no claims from .*silent\.js; expected one at least/],
  [
    'throws.js',
    `${DOOR}export const claims = [{ kind: 'reach', name: 'AReach', title: 'A.', that: () => { throw new Error('mine'); } }];`,
    2,
    /^Got Error: mine from the function claims\[0\]\.that of decide, in the claim AReach; expected true or false\.$/m,
  ],
])('gives no verdict where %s gives none', (name, text, status, told) => {
  const ran = check(file(name, text));
  expect([ran.status, ran.stdout]).toEqual([status, '']);
  expect(ran.stderr).toMatch(told);
});

test('decides claims about a machine in TypeScript, tells a failure as a story, and writes JUnit', () => {
  const report = join(folder, 'report.xml');
  const { status, stdout, stderr } = check(OVEN, '--claims', CLAIMS, '--junit', report);
  expect([status, stderr]).toEqual([1, '']);
  expect(stdout).toBe(`oven: 4 states, 7 transitions, depth 2.
DoorInv fails: It heats behind a closed door.
  What fails of it: door.closed
  oven, 2 steps
    at first: door closed, heat off
    1. Event start.
         heat: off → on
    2. Event open.
         door: closed → open
HeatReach holds: It can heat.
1 of 2 claims hold.
`);
  const xml = readFileSync(report, 'utf8');
  expect(xml).toContain('<testsuite name="oven" tests="2" failures="1" errors="0" skipped="0">');
  expect(xml).toContain('name="DoorInv: It heats behind a closed door."');
});

test('says of every verdict which events were left out', () => {
  const { status, stdout } = check(OVEN, '--claims', CLAIMS, '--without', 'open');
  expect(status).toBe(0);
  expect(stdout).toContain('DoorInv holds without open: It heats behind a closed door.');
});

test('takes JavaScript as it is, with machine and claims in one file; a claim that says nothing does not hold', () => {
  const lamp = file(
    'lamp.mjs',
    `import { createMachine, stateIn } from 'xstate';
export default createMachine({ id: 'lamp', initial: 'off', states: { off: { on: { press: 'on' } }, on: { on: { press: 'off' } }, broken: {} } });
export const claims = [
  { kind: 'reach', name: 'OnReach', title: 'It can be on.', that: stateIn('on') },
  { kind: 'invariant', name: 'BrokenInv', title: 'What is broken is off.', when: stateIn('broken'), holds: stateIn('off') },
];
`,
  );
  const { status, stdout } = check(lamp);
  expect(stdout).toContain('OnReach holds: It can be on.');
  expect(stdout).toContain('BrokenInv says nothing, for no reachable state or step meets its premise:');
  expect(status).toBe(1);
});

test('reads TypeScript by an optional package, whose absence is a sentence; JavaScript needs none', () => {
  // As where tsx is not installed: nobody finds its API.
  const hook = `export const resolve = (name, context, next) => {
    if (name.startsWith('tsx/')) throw Object.assign(new Error('Cannot find package tsx'), { code: 'ERR_MODULE_NOT_FOUND' });
    return next(name, context);
  };`;
  const without = file(
    'without-tsx.mjs',
    `import { register } from 'node:module';\nregister(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)});\n`,
  );
  const [words, program] = [MASKBIT.slice(1, -1), MASKBIT.at(-1)!];
  const checkWithout = (...parameters: readonly string[]): Ran =>
    runCommand(MASKBIT[0], [...words, '--import', `./${without}`, program, 'check', ...parameters]);
  const { status, stdout, stderr } = checkWithout(OVEN, '--claims', CLAIMS);
  expect([status, stdout, stderr]).toEqual([
    2,
    '',
    `Got ${OVEN}, and no package tsx to read TypeScript with; expected JavaScript, or tsx beside maskbit: npm install tsx.\n`,
  ]);
  const claims = `export const claims = [{ kind: 'reach', name: 'BReach', title: '', that: { kind: 'stateIn', value: 'b' } }];`;
  const machine = `export const machine = createMachine({ initial: 'a', states: { a: { on: { go: 'b' } }, b: {} } });`;
  const plain = file('plain.mjs', `import { createMachine } from 'xstate';\n${machine}\n${claims}\n`);
  expect(checkWithout(plain)).toMatchObject({ status: 0, stderr: '' });
});

test.each<[string, readonly string[], string]>([
  ['a file that is not there', [join(folder, 'none.mjs')], 'none.mjs; expected a module of JavaScript or TypeScript'],
  ['no claims', [OVEN], 'which exports machine; expected it to export claims, by that name or as default.'],
  ['a misspelt event', [OVEN, '--claims', CLAIMS, '--without', 'opne'], 'Got "opne" as events[0] of compile;'],
  ['a choice of the check of MSI-X', [OVEN, '--full'], 'got --full with a machine of your own;'],
  ['claims of no machine', ['--claims', CLAIMS], 'got --claims without a machine of your own;'],
  ['a bound that is met', [OVEN, '--claims', CLAIMS, '--states', '2'], ''],
])('ends with a sentence and a status of its own at %s', (what, parameters, sentence) => {
  const { status, stderr } = check(...parameters);
  expect(stderr).toContain(sentence);
  expect(status).toBe(what === 'a bound that is met' ? 3 : 2);
});
