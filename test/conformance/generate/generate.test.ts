import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync as symlink,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, test } from 'vitest';
import { enumerate } from '../../../checker/explore/enumerate.ts';
import { Consumer } from '../../../conformance/generate/consume.ts';
import { completePaths, completeSize, separatingSequences } from '../../../conformance/generate/complete.ts';
import { generateEvents, generateVectors } from '../../../conformance/generate/index.ts';
import { STRATEGY_NAMES, type StrategyName } from '../../../conformance/generate/names.ts';
import { postmanTour } from '../../../conformance/paths/postman.ts';
import { STRATEGIES } from '../../../conformance/generate/strategies.ts';
import { READS } from '../../../conformance/generate/reads.ts';
import { Suite, suiteMachine, type SuiteTest } from '../../../conformance/generate/suite.ts';
import { createInProcessDevice } from '../../../conformance/device/in-process.ts';
import { secondsOf } from '../../../cli/generate.ts';
import { designByName } from '../../../machines/designs.ts';
import { createInstance } from '../../../properties/instances.ts';
import { BEYOND, caughtBy, isPassedByPlain, testsOf, TRIED } from '../../../scripts/strategies.ts';
import { SHIPPED, shippedText } from '../../../scripts/vectors.ts';
import { called } from '../../setup/called.ts';
import { MASKBIT, runCommand } from '../../setup/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'maskbit-generate-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Vectors {
  readonly vectors: number;
  readonly count: number;
  readonly tests: readonly SuiteTest[];
}
const read = (file: string): Vectors => JSON.parse(readFileSync(file, 'utf8')) as Vectors;

describe('the strategies', () => {
  const { graph, read: shown } = suiteMachine({ vectors: 1 });

  test.each([
    // strategy        paths     events
    ['states', 32, 72],
    ['tour', 1, 440],
    ['transitions', 352, 1144],
    ['reads', 3872, 16_456],
    ['pairs', 3872, 16_456],
    ['triples', 42_592, 223_608],
    ['complete', 4656, 19_936],
    ['walks', 100, 20_000],
  ] as const)('%s: as many paths and events as were told before', (name, paths, steps) => {
    const set = STRATEGIES[name](graph, { read: shown, reads: READS });
    expect([set.paths, set.steps]).toEqual([paths, steps]);
    if (steps > 200_000) return;
    const made = [...set.make()];
    // Of a complete suite, what begins a path is a path too: tests read at their end.
    expect([made.length, made.reduce((sum, path) => sum + path.length, 0)]).toEqual([paths, steps]);
  });

  test('guards: fewer than transitions, and every set of transitions', () => {
    const { paths } = STRATEGIES.guards(graph, {});
    expect(paths).toBeGreaterThan(32);
    expect(paths).toBeLessThan(352);
  });

  test.each([1, 2])('the tour of %i vectors takes every transition and is as short as can be', (vectors) => {
    const machine = suiteMachine({ vectors });
    const { path, lowerBound } = postmanTour(machine.graph);
    const taken = new Set<number>();
    let state = 0;
    for (const event of path) {
      taken.add(state * machine.graph.events.length + event);
      state = machine.graph.target(state, event);
    }
    expect(taken.size).toBe(machine.graph.states.length * machine.graph.events.length);
    expect([state, path.length]).toEqual([0, lowerBound]);
  });

  test('a graph without a way back has no tour', () => {
    const { machine } = createInstance('capability');
    expect(() => postmanTour(enumerate(machine, { only: ['guest.control.on'] }))).toThrow(
      /some states never come back/,
    );
  });

  test('a complete suite tells each state from every other', () => {
    const separating = separatingSequences(
      graph,
      shown,
      (state, event) => `${graph.outputs(state, event).join()};${shown[graph.target(state, event)]}`,
    );
    for (let a = 0; a < graph.states.length; a++) {
      for (let b = 0; b < graph.states.length; b++) {
        if (a === b || shown[a] !== shown[b]) continue;
        const traceOf = (start: number, sequence: readonly number[]): string => {
          let state = start;
          return sequence
            .map((event) => {
              const outputs = graph.outputs(state, event).join();
              state = graph.target(state, event);
              return `${outputs};${shown[state]}`;
            })
            .join('|');
        };
        expect(separating[a].some((sequence) => traceOf(a, sequence) !== traceOf(b, sequence))).toBe(true);
      }
    }
    expect(completeSize(graph, 3, separating).paths).toBeGreaterThan(468_000);
    expect(completePaths(graph, 3, separating).next().done).toBe(false);
  });
});

const FILE = JSON.parse(readFileSync('vectors/function-1.json', 'utf8')) as { readonly tests: readonly object[] };
const [TEST] = FILE.tests;

describe('the vectors that are shipped', () => {
  test.each(Object.keys(SHIPPED))('%s is written again with the same bytes', (file) => {
    expect(shippedText(file) === readFileSync(file, 'utf8')).toBe(true);
  });

  test('are what the commands that stand in them write', async () => {
    const out = join(folder, 'again');
    const file = 'vectors/function-65.dut';
    expect((await called('generate', ...SHIPPED[file].parameters, '--out', out)).status).toBe(0);
    expect(readFileSync(out, 'utf8') === readFileSync(file, 'utf8')).toBe(true);
    expect(existsSync(`${out}.new`)).toBe(false);
  });

  test.each([
    ['no test', { tests: [] }],
    ['a strategy that there is not', { strategy: 'nonsense' }],
    ['another command', { command: 'rm' }],
    ['a flag that is no choice', { flags: ['nonsense'] }],
    ['a profile twice', { profiles: ['a,b', 'a,b'] }],
    ['a profile without values', { profiles: [''] }],
    ['a test without a name', { tests: [{ ...TEST, name: '' }] }],
    ['a test without requests', { tests: [{ ...TEST, requests: [] }] }],
    ['a request that is none', { tests: [{ ...TEST, requests: ['config-read 2 2'] }] }],
    ['a test without answers', { tests: [{ ...TEST, permitted: [{ profiles: '0x1', answers: [] }] }] }],
    ['a test that depends on what is no choice', { tests: [{ ...TEST, flags: ['nonsense'] }] }],
  ])('the schema refuses a file with %s', (_, change) => {
    const validate = new Ajv2020({ strict: true }).compile(
      JSON.parse(readFileSync('vectors/schema.json', 'utf8')) as object,
    );
    expect(validate(FILE)).toBe(true);
    expect(validate({ ...FILE, ...change })).toBe(false);
  });

  test.each(Object.keys(SHIPPED).filter((file) => file.endsWith('.json')))('%s is what its schema says', (file) => {
    const validate = new Ajv2020().compile(JSON.parse(readFileSync('vectors/schema.json', 'utf8')) as object);
    const vectors = read(file);
    expect([validate(vectors), validate.errors]).toEqual([true, null]);
    expect(vectors.tests).toHaveLength(vectors.count);
    expect(vectors.tests.some(({ flags }) => flags.length > 1)).toBe(true);
  });

  test.each(Object.keys(SHIPPED).filter((file) => file.endsWith('.json')))(
    '%s is passed by the implementation, as the strict profile',
    (file) => {
      const { tests, vectors } = read(file);
      const consumer = new Consumer(() => createInProcessDevice(vectors, { notifies: false }));
      const isStrict = ({ profiles }: { profiles: string }): boolean => (BigInt(profiles) & 1n) === 1n;
      const strict = tests.map((each) => ({ ...each, permitted: each.permitted.filter(isStrict) }));
      expect(strict.filter((each) => !consumer.passes(each))).toEqual([]);
    },
  );
});

const compilers = {
  c: [
    'cc',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-O1',
    '-o',
    join(folder, 'c'),
    '-I',
    'examples/kits/c',
    'examples/vectors/c/consume.c',
    'examples/kits/c/msix.c',
  ],
  rust: [
    '/usr/bin/rustc',
    '--edition',
    '2021',
    '-D',
    'warnings',
    '-o',
    join(folder, 'rust'),
    join(folder, 'consume.rs'),
  ],
  go: ['go', 'build', '-o', join(folder, 'go'), 'examples/vectors/go/consume.go'],
  kit: ['cc', '-O1', '-o', join(folder, 'kit'), 'examples/kits/c/dut.c', 'examples/kits/c/msix.c'],
} as const;

/** Compiles, and throws with what the compiler says. */
function compile(name: keyof typeof compilers): void {
  const [command, ...parameters] = compilers[name];
  const { status, stderr } = runCommand('env', [
    'GO111MODULE=off',
    `GOCACHE=${join(folder, 'cache')}`,
    command,
    ...parameters,
  ]);
  if (status !== 0) throw new Error(`Got ${stderr}; expected ${command} to compile.`);
}
const isMissing = (command: string): boolean => runCommand('which', [command]).status !== 0;

describe('a consumer of the vectors', () => {
  const consumers: readonly [
    string,
    string,
    () => void,
    (bug?: string, from?: string) => ReturnType<typeof runCommand>,
  ][] = [
    [
      'C',
      'cc',
      () => compile('c'),
      (bug = 'none', from = 'vectors') => runCommand(join(folder, 'c'), [`${from}/function-1.dut`, bug]),
    ],
    [
      'Rust',
      '/usr/bin/rustc',
      () => {
        for (const file of ['vectors/rust/consume.rs', 'kits/rust/msix.rs'])
          copyFileSync(`examples/${file}`, join(folder, basename(file)));
        compile('rust');
      },
      (bug, from = 'vectors') =>
        runCommand(join(folder, 'rust'), [`${from}/function-1.dut`, ...(bug === undefined ? [] : [bug])]),
    ],
    [
      'Python',
      'python3',
      () => {},
      (bug = 'none', from = 'vectors') =>
        runCommand('env', [
          ...['PYTHONPATH=examples/kits/python', 'PYTHONDONTWRITEBYTECODE=1'],
          ...['python3', 'examples/vectors/python/consume.py', `${from}/function-1.json`, bug],
        ]),
    ],
    [
      'Go',
      'go',
      () => (compile('go'), compile('kit')),
      (bug = 'none', from = 'vectors') =>
        runCommand(join(folder, 'go'), [
          `${from}/function-1.json`,
          join(folder, 'kit'),
          '--vectors',
          '1',
          '--bug',
          bug,
        ]),
    ],
  ];
  // Where CI is set, a compiler that is missing is a failure: the consumers must not go untested.
  test.each(consumers)(
    'in %s passes a right device, fails one that mixes two lawful answers, and refuses another version',
    (_, command, build, run) => {
      if (isMissing(command) && !process.env.CI) return;
      build();
      const right = run();
      expect([right.status, right.stdout]).toEqual([0, '352 passed, 0 failed\n']);
      const moody = run('moody');
      expect(moody.status).toBe(1);
      expect(moody.stdout).toMatch(/^306 passed, 46 failed$/m);
      // What is left of a file that was cut is all right, and fails all the same: in a test, or between two.
      for (const isBetween of [false, true]) {
        const cut = mkdtempSync(join(folder, 'cut-'));
        for (const [file, end] of [
          ['function-1.dut', '\nend\n'],
          ['function-1.json', '},\n'],
        ]) {
          const text = readFileSync(`vectors/${file}`, 'utf8');
          const at = text.indexOf(end, 100_000) + end.length;
          writeFileSync(join(cut, file), text.slice(0, isBetween ? at : at + 100));
        }
        expect(run(undefined, cut).status).not.toBe(0);
      }
      // Another version, and a bug that there is not, are refused in a sentence.
      const other = mkdtempSync(join(folder, 'other-'));
      for (const [file, told, another] of [
        ['function-1.dut', 'maskbit-vectors/1', 'maskbit-vectors/2'],
        ['function-1.json', '"version": 1', '"version": 2'],
      ]) {
        const text = readFileSync(`vectors/${file}`, 'utf8');
        expect(text).toContain(told);
        writeFileSync(join(other, file), text.replace(told, another));
      }
      const sentence = /^Got .*; expected .*$/m;
      const refused = run(undefined, other);
      expect([refused.status, refused.stdout, refused.stderr]).toEqual([2, '', expect.stringMatching(sentence)]);
      expect(refused.stderr).toMatch(/maskbit-vectors(\/|, version )1/);
      const nonsense = run('nonsense');
      expect([nonsense.status, nonsense.stdout, nonsense.stderr]).toEqual([2, '', expect.stringMatching(sentence)]);
      expect(nonsense.stderr).toContain('nonsense');
      // So is a file that is not there.
      const missing = run(undefined, 'nowhere');
      expect([missing.status, missing.stdout, missing.stderr]).toEqual([2, '', expect.stringMatching(sentence)]);
      // A file without a test shows nothing, however whole it is.
      const empty = mkdtempSync(join(folder, 'empty-'));
      writeFileSync(join(empty, 'function-1.dut'), 'maskbit-vectors/1 vectors=0x1 profiles=0x90\n# 0 tests\n');
      writeFileSync(
        join(empty, 'function-1.json'),
        '{ "format": "maskbit-vectors", "version": 1, "vectors": 1, "profiles": ["a"], "tests": [], "count": 0 }\n',
      );
      const nothing = run(undefined, empty);
      expect([nothing.status, nothing.stdout]).toEqual([1, expect.stringContaining('0 passed, 0 failed')]);
    },
  );

  test('has some fifty lines', () => {
    const lines = ['c/consume.c', 'rust/consume.rs', 'python/consume.py', 'go/consume.go'].map(
      (file) => readFileSync(`examples/vectors/${file}`, 'utf8').trimEnd().split('\n').length,
    );
    expect(lines).toEqual([53, 54, 58, 65]);
  });

  test('in C fails a device that is wrong', () => {
    const { status, stdout } = runCommand(join(folder, 'c'), ['vectors/function-1.dut', 'masked-sends']);
    expect([status, /(\d+) failed/.exec(stdout)?.[1]]).toEqual([1, '24']);
  });
});

describe('a file for Vitest', () => {
  const runVitest = (file: string) => runCommand('npx', ['vitest', 'run', '--root', folder, file]);

  test('passes with an adapter, and needs nothing of maskbit', async () => {
    const file = join(folder, 'function.test.js');
    expect((await called('generate', '--format', 'vitest', '--limit', '40', '--out', file)).status).toBe(0);
    expect(readFileSync(join(folder, 'adapter.js'), 'utf8')).toContain('to be filled in');
    writeFileSync(
      join(folder, 'adapter.js'),
      `export { default } from ${JSON.stringify(resolve('examples/kits/javascript/device.js'))};`,
    );
    symlink(resolve('node_modules'), join(folder, 'node_modules'));
    const { stdout, status } = runVitest('function.test.js');
    expect(stdout).toMatch(/Tests .*40 passed/);
    expect(status).toBe(0);
  });

  test('fails a device that mixes two lawful answers where it does so, and nowhere else', () => {
    const device = readFileSync(join(folder, 'adapter.js'), 'utf8');
    // An event while MSI-X is disabled is now held, now dropped.
    writeFileSync(
      join(folder, 'adapter.js'),
      `import create from ${/'.*'|".*"/.exec(device)![0]};
let mood = false;
export default (options) => {
  const { signal, ...device } = create(options);
  return { ...device, signal: (vector) => (device.configRead(2, 2) & 0x8000) === 0 && (mood = !mood) ? undefined : signal(vector) };
};`,
    );
    const { stdout, stderr, status } = runVitest('function.test.js');
    expect(status).toBe(1);
    expect(stdout).toMatch(/Tests .*1 failed.*39 passed/);
    expect(stderr).toContain('no profile gives these and those of the tests before');
  });
});

describe('tests of the assigned device', () => {
  const files = mkdtempSync(join(folder, 'assigned-'));
  writeFileSync(
    join(files, 'vitest.config.js'),
    `export default { resolve: { alias: { maskbit: ${JSON.stringify(resolve('src/index.ts'))} } } };`,
  );
  writeFileSync(join(files, 'package.json'), '{ "type": "module" }');
  const adapter = readFileSync('examples/adapters/assigned-device.js', 'utf8');

  test.each(['posted', 'flushing', 'latching', 'owned', 'direct', 'reviewed', 'checked', 'handed'])(
    'are made of the design %s, as calls of an adapter that has a method for each',
    (design) => {
      const instance = createInstance('assigned-device', { design: designByName(design) });
      const generation = generateEvents(instance, {
        strategy: 'guards',
        format: 'vitest',
        command: 'maskbit',
        limit: 200,
      });
      const text = [...generation.write()].join('');
      const methods = new Set(Array.from(text.matchAll(/^  (\w+)\(.*?\)(?: ->.*)?$/gm), ([, method]) => method));
      const filled = new Set(Array.from(generation.adapter.matchAll(/^  (\w+)\(/gm), ([, method]) => method));
      expect([...methods].filter((method) => !filled.has(method))).toEqual([]);
      expect([...filled].filter((method) => !adapter.includes(`    ${method}: `))).toEqual([]);
    },
  );

  test('pass on our own device, and fail where a fault is planted', () => {
    symlink(resolve('node_modules'), join(files, 'node_modules'));
    const generation = generateEvents(createInstance('assigned-device', { design: designByName('posted') }), {
      ...{ strategy: 'guards', format: 'vitest', command: 'maskbit generate' },
    });
    const tests = [...generation.write()].join('');
    const write = (name: string, text: string): void => {
      mkdirSync(join(files, name));
      writeFileSync(join(files, name, 'assigned.test.js'), tests);
      writeFileSync(join(files, name, 'adapter.js'), text.replace("?? 'reviewed'", "?? 'posted'"));
    };
    write('right', adapter);
    write('lost', adapter.replace("tell('deliver', vector, ", 'void (vector, '));
    const { status, stdout } = runCommand('npx', ['vitest', 'run', '--root', files, '--reporter', 'json']);
    const report = JSON.parse(stdout) as { testResults: { name: string; assertionResults: { status: string }[] }[] };
    const results = new Map(
      report.testResults.map(({ name, assertionResults }) => {
        const failed = assertionResults.filter((each) => each.status !== 'passed').length;
        return [basename(dirname(name)), { tests: assertionResults.length, failed }];
      }),
    );
    expect([status, results.get('right')]).toEqual([1, { tests: 2269, failed: 0 }]);
    expect(results.get('lost')!.failed).toBe(3);
  });
});

describe('tests of another machine', () => {
  test('are events and outputs, with rules', () => {
    const instance = createInstance('assigned-device');
    const generation = generateEvents(instance, {
      strategy: 'states',
      format: 'json',
      command: 'maskbit generate',
    });
    const { paths } = generation;
    const file = JSON.parse([...generation.write()].join('')) as {
      count: number;
      tests: { events: string[]; outputs: string[][]; rules: string[] }[];
    };
    const { tests, count } = file;
    const validate = new Ajv2020().compile(JSON.parse(readFileSync('vectors/events.schema.json', 'utf8')) as object);
    expect([validate(file), validate.errors]).toEqual([true, null]);
    expect([count, tests.length]).toEqual([paths, paths]);
    for (const change of [{ design: undefined }, { machine: 'vector' }, { strategy: 'reads' }, { tests: [] }])
      expect(validate(JSON.parse(JSON.stringify({ ...file, ...change }))), JSON.stringify(change)).toBe(false);
    expect(tests.every(({ events, outputs }) => events.length === outputs.length)).toBe(true);
    expect(tests.at(-1)!.rules.length).toBeGreaterThan(0);
  });

  test('have no text protocol', () => {
    const make = () => generateEvents(createInstance('ownership'), { strategy: 'states', format: 'dut', command: '' });
    expect(make).toThrow(/^Got the format dut for the machine ownership; expected json or vitest/);
  });
});

describe('what is asked for', () => {
  test('only a rule, and at most so many', () => {
    const generation = generateVectors(1, {
      strategy: 'transitions',
      format: 'json',
      command: '',
      only: 'MSIX-PEND-2',
      limit: 3,
      profiles: 'strict',
    });
    const { tests } = JSON.parse([...generation.write()].join('')) as { tests: { rules: string[] }[] };
    expect(tests).toHaveLength(3);
    expect(tests.every(({ rules }) => rules.includes('MSIX-PEND-2'))).toBe(true);
  });

  test('without what the device lacks, by name or verb', () => {
    const made = (without: string[]) =>
      [
        ...generateVectors(1, {
          ...({ strategy: 'transitions', format: 'dut', command: '', profiles: 'strict', without } as const),
        }).write(),
      ].join('');
    expect(made([])).toMatch(/^> retire/m);
    expect(made(['retire', 'device.reset'])).not.toMatch(/^> (retire|reset)/m);
    expect(() => made(['retier'])).toThrow(
      'Got --without retier; expected of control, reset, mask, unmask, write, signal, retire, or the whole name of an event.',
    );
  });

  test('a test keeps its number and its words, whatever else is left out', () => {
    const made = (choices: object): SuiteTest[] => {
      const options = { strategy: 'pairs', format: 'json', command: '', profiles: 'strict', ...choices } as const;
      return (JSON.parse([...generateVectors(1, options).write()].join('')) as Vectors).tests as SuiteTest[];
    };
    const all = made({});
    expect(all.map(({ number }) => number)).toEqual(all.map((_, index) => index + 1));
    const some = made({ only: 'MSIX-PEND-3', limit: 5 });
    expect(some).toHaveLength(5);
    expect(some).toEqual(some.map(({ number }) => all[number - 1]));
  });

  test('reads that another machine does not have are refused', () => {
    const make = () => generateEvents(createInstance('ownership'), { strategy: 'reads', format: 'json', command: '' });
    expect(make).toThrow(/^Got the strategy reads for ownership; expected the machine function/);
  });

  test('a rule that no path exercises is told, and leaves no file, and no part of one on standard output', async () => {
    const file = join(folder, 'none.json');
    const { status, stderr } = await called(
      'generate',
      '--only',
      'MSIX-POSTED-1',
      '--profiles',
      'strict',
      '--out',
      file,
    );
    expect([status, existsSync(file), existsSync(`${file}.new`)]).toEqual([2, false, false]);
    expect(stderr).toContain('Got --only MSIX-POSTED-1, which none of the 352 paths exercises; expected a rule');
    const printed = await called('generate', '--only', 'MSIX-POSTED-1', '--profiles', 'strict');
    expect([printed.status, printed.stdout]).toEqual([2, '']);
  });

  test.each(['json', 'dut', 'vitest'] as const)(
    'the bytes that are told before are a quarter off at most, in %s',
    (format) => {
      for (const options of [
        { strategy: 'tour' },
        { strategy: 'states' },
        { strategy: 'transitions' },
        { strategy: 'transitions', limit: 5 },
      ] as const) {
        const generation = generateVectors(1, { ...options, format, command: 'maskbit generate' });
        const { bytes } = generation;
        let written = 0;
        for (const piece of generation.write()) written += Buffer.byteLength(piece);
        expect(Math.abs(bytes - written) / written, `${JSON.stringify(options)}: ${bytes} of ${written}`).toBeLessThan(
          0.25,
        );
      }
    },
  );

  // What `maskbit generate` took of processors, measured on 29 November 2026; and what of that was spent before it told how much it would write, an estimate.
  test.each([
    // vectors, strategy, profiles,  spent, seconds
    [1, 'states', 'strict', 0.7, 1.1],
    [1, 'pairs', 'strict', 0.8, 1.9],
    [1, 'states', 'all', 0.7, 3.2],
    [1, 'transitions', 'all', 0.8, 4.9],
    [1, 'pairs', 'all', 0.8, 9.2],
    [1, 'complete', 'all', 0.8, 8.6],
    [1, 'walks', 'all', 0.7, 6.5],
    [2, 'transitions', 'all', 1.5, 10.2],
    [65, 'transitions', 'all', 0.8, 7.9],
    [2048, 'states', 'all', 0.7, 4.8],
  ] as const)(
    'the seconds that are told before, of %i vectors, %s, %s',
    (vectors, strategy, profiles, spent, seconds) => {
      const generation = generateVectors(vectors, { strategy, profiles, format: 'json', command: '' });
      const told = secondsOf(generation, undefined, spent);
      expect(told).toBeGreaterThanOrEqual(seconds / 2);
      expect(told).toBeLessThanOrEqual(2 * seconds);
    },
  );

  test('the seconds that are told before count those that have been spent', () => {
    const options = { strategy: 'guards', format: 'json', command: '' } as const;
    const generation = generateEvents(createInstance('assigned-device'), options);
    expect(secondsOf(generation, undefined, 3.5)).toBe(4);
  });

  // Of very many paths some are looked at, and no test may be there after all.
  test('where no test is left, nothing is written: no head either', () => {
    const options = { strategy: 'states', format: 'json', command: '', only: 'MSIX-POSTED-1' } as const;
    const pieces: string[] = [];
    expect(() => pieces.push(...generateVectors(1, options).write())).toThrow(/^Got no test of MSIX-POSTED-1/);
    expect(pieces).toEqual([]);
  });

  test.each([
    ['--only MSIX-PEND-2', 'function, transitions: 8 of 352 tests with 32 events; some 14 kB'],
    ['--strategy pairs --limit 7', 'function, pairs: 7 of 3,872 tests with 14 events; some 12 kB'],
    ['--strategy pairs --only MSIX-PEND-2 --limit 3', 'function, pairs: 3 of 3,872 tests with 9 events; some 9 kB'],
  ])('the size that is told before is of what %s leaves', async (choices, told) => {
    const { status, stderr, stdout } = await called('generate', '--profiles', 'strict', ...choices.split(' '));
    expect([status, stderr]).toEqual([0, expect.stringContaining(told)]);
    const { tests, count } = JSON.parse(stdout) as Vectors;
    expect([tests.length, told]).toEqual([count, expect.stringContaining(` ${count} of `)]);
  });

  test.each([
    ['HB-21', 'Got "HB-21", which is a bug of a real system and no rule; expected a rule that maskbit rules lists'],
    ['MSIX-PEND-99', 'Got "MSIX-PEND-99"; expected a rule that maskbit rules lists, such as MSIX-PEND-6,'],
  ])('%s is no rule: the sentence offers rules alone', async (name, sentence) => {
    const { status, stderr, stdout } = await called('generate', '--only', name);
    expect([status, stdout, stderr]).toEqual([2, '', expect.stringContaining(sentence)]);
    expect(stderr).not.toMatch(/such as.*\b(HB-|P\d|R\d)/);
  });

  test.each([
    ['--extra 2', 'error: got --extra with the strategy transitions; expected it with complete alone'],
    ['--strategy complete --seed 3', 'error: got --seed with the strategy complete; expected it with walks alone'],
    ['--strategy tour --walks 3', 'error: got --walks with the strategy tour; expected it with walks alone'],
    ['--strategy pairs --length 3', 'error: got --length with the strategy pairs; expected it with walks alone'],
    [
      '--machine ownership --profiles strict',
      'error: got --profiles with the machine ownership; expected it with function alone: only its tests have answers of profiles',
    ],
  ])('%s is refused where nothing heeds it', async (choices, sentence) => {
    const { status, stderr, stdout } = await called('generate', ...choices.split(' '));
    expect([status, stdout, stderr]).toEqual([2, '', expect.stringContaining(sentence)]);
  });

  test.each(['--strategy complete --extra 0', '--strategy walks --seed 3 --walks 2 --length 5'])(
    '%s is heeded',
    async (choices) => {
      const { status, stderr } = await called('generate', '--profiles', 'strict', ...choices.split(' '));
      expect([status, stderr]).toEqual([
        0,
        expect.stringMatching(/complete: 424 tests .* at most 32 states|walks: 2 tests with 10 .* seed is 3/s),
      ]);
    },
  );

  test('a file that cannot be made is named as it was given, with the reason', async () => {
    const file = join(folder, 'nowhere', 'x.json');
    const { status, stderr } = await called('generate', '--profiles', 'strict', '--out', file);
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining(
        `Got ENOENT: no such file or directory, open '${file}'; expected a file that can be read and written.`,
      ),
    ]);
    expect(stderr).not.toContain('.new');
  });

  test.each(['', '--limit 40', '--only MSIX-PEND-2', '--machine assigned-device --limit 40'])(
    'more simple paths than can be made, %s: exit status 3, and what to take instead',
    async (more) => {
      const { status, stderr } = await called('generate', '--strategy', 'simple', ...more.split(' ').filter(Boolean));
      expect([status, stderr]).toEqual([
        3,
        expect.stringContaining(
          'There are more than 100,000, and they are not made. Take transitions, pairs or complete.',
        ),
      ]);
    },
  );

  test('the place of a path: vectors at the ends of words', () => {
    const suite = new Suite({ vectors: 2048, profiles: 'strict' });
    expect(suite.places).toEqual([0, 31, 32, 63, 64, 2047]);
    const { requests } = suite.make([suite.machine.graph.events.indexOf('device.signal.0')], 1, 2047);
    expect(requests).toContain('signal 0x7ff');
  });

  test('every strategy has its words', () =>
    expect(STRATEGY_NAMES).toEqual(
      Object.keys(STRATEGIES).toSorted(
        (a, b) => STRATEGY_NAMES.indexOf(a as never) - STRATEGY_NAMES.indexOf(b as never),
      ),
    ));
});

describe('what is written', () => {
  const long = ['generate', '--strategy', 'triples', '--profiles', 'strict'] as const;

  test('is nothing where it is interrupted', async () => {
    const file = join(folder, 'interrupted.json');
    const [command, ...words] = MASKBIT;
    const child = spawn(command, [...words, ...long, '--out', file]);
    for (let waited = 0; !existsSync(`${file}.new`) && waited < 40_000; waited += 50) await pause(50);
    child.kill('SIGINT');
    const [status] = (await once(child, 'exit')) as [number | null];
    expect([status, existsSync(file), existsSync(`${file}.new`)]).toEqual([130, false, false]);
  });

  test('is packed where its name says so, and is the same', async () => {
    const [plain, packed] = [join(folder, 'states.dut'), join(folder, 'states.dut.gz')];
    for (const file of [plain, packed]) {
      const { status } = await called(
        ...['generate', '--strategy', 'states', '--profiles', 'strict', '--format', 'dut', '--out', file],
      );
      expect(status).toBe(0);
    }
    expect(gunzipSync(readFileSync(packed)).toString() === readFileSync(plain, 'utf8')).toBe(true);
  });

  test('is no verdict where the device is full, and leaves the device as it is', async () => {
    const waiting = process.listenerCount('SIGINT');
    const { status, stderr } = await called(...long, '--limit', '9', '--out', '/dev/full');
    expect(process.listenerCount('SIGINT')).toBe(waiting);
    expect(stderr).toMatch(/Got ENOSPC: .*; expected room for what is written/);
    expect([status, existsSync('/dev/full.new'), statSync('/dev/full').isCharacterDevice()]).toEqual([4, false, true]);
  });

  test('ends when its reader goes away, long before all is made', () => {
    const command = `${MASKBIT.join(' ')} generate --vectors 2 --strategy triples --profiles strict`;
    const { status, stderr, stdout } = runCommand('bash', ['-o', 'pipefail', '-c', `${command} | head -c 1000`]);
    expect(stdout).toHaveLength(1000);
    expect(stderr).toMatch(/function, triples: 1,257,728 tests .*; some [\d,]+ MB in [\d,]+ s/);
    expect(stderr).toContain('Got nobody who reads the output any more');
    expect(status).toBe(4);
  });
});

describe('the table of what strategies find', () => {
  const document = readFileSync('docs/generate.md', 'utf8');
  const made = new Map<string, readonly SuiteTest[]>();
  /** The tests of a strategy, which several tests here look at. */
  const known = (strategy: StrategyName, vectors: number): readonly SuiteTest[] => {
    const key = `${strategy} ${vectors}`;
    const tests = made.get(key) ?? [...testsOf(strategy, vectors)];
    made.set(key, tests);
    return tests;
  };
  afterAll(() => made.clear());
  // The cheap ones: the others take a minute, and are written by npm run strategies.
  test.each(['states', 'guards', 'transitions'] as const)('%s finds as many wrong devices as the page says', (name) => {
    const row = new RegExp(`\\| \`${name}\` \\| (\\d+) of (\\d+) \\|`).exec(document);
    const tried = TRIED.filter(({ vectors = 1 }) => vectors === 1);
    expect(row?.slice(1).map(Number)).toEqual([caughtBy(name, 1, known(name, 1)).length, tried.length]);
  });

  /** What a line does to the table, in dwords of an entry; nothing, where it is no write to it. */
  const writesOf = (line: string): readonly (readonly [dword: number, value: number])[] => {
    const [verb, offset, bytes, value] = line.split(' ');
    if (verb !== 'table-write') return [];
    const [dword, all] = [(Number(offset) >> 2) % 4, BigInt(value)];
    const low = [dword, Number(all & 0xffffffffn)] as const;
    return Number(bytes) === 8 ? [low, [dword + 1, Number(all >> 32n)]] : [low];
  };
  const isWrite = (dword: number, is: (value: number) => boolean) => (line: string) =>
    writesOf(line).some(([at, value]) => at === dword && is(value));

  const writesControl = (line: string): boolean => {
    const [verb, , bytes, value] = line.split(' ');
    if (verb !== 'config-write') return false;
    // The upper byte of Message Control, and the other one where it is written too.
    const control =
      Number(bytes) === 1 ? Number(value) << 8 : Number(bytes) === 2 ? Number(value) : Number(value) >>> 16;
    return (control & 0x3fff) !== 0;
  };

  test('some wrong devices are caught by none, since nothing writes what it takes', () => {
    const never = {
      'reserved bits of Vector Control': isWrite(3, (value) => value > 1),
      'reserved bits of Message Control': writesControl,
      'an address above 4 GiB': isWrite(1, (value) => value !== 0),
      'data of zero': isWrite(2, (value) => value === 0),
      '1 or 2 bytes of the table': (line: string) => /^table-write \S+ 0x[12] /.test(line),
      'the table off its dwords': (line: string) => /^table-write 0x\w*[^048c] /.test(line),
      'the Pending Bit Array': (line: string) => line.startsWith('pba-write'),
    };
    const lines = new Set(
      (
        [
          ['transitions', 1],
          ['walks', 1],
          ['tour', 2],
          ['states', 65],
        ] as const
      ).flatMap(([strategy, vectors]) => known(strategy, vectors).flatMap(({ requests }) => requests)),
    );
    expect(lines.size).toBeGreaterThan(50);
    for (const [what, does] of Object.entries(never)) expect([what, [...lines].filter(does)]).toEqual([what, []]);
    expect(never['the Pending Bit Array']('pba-write 0x0 0x4 0x1')).toBe(true);
    expect(writesControl('config-write 0x2 0x2 0x8001')).toBe(true);
  });

  test('of several vectors, one is acted upon and the others rest', () => {
    for (const { requests } of known('guards', 65)) {
      const acted = requests.flatMap((line) => {
        const [verb, first] = line.split(' ');
        return verb === 'signal' ? [Number(first)] : verb === 'table-write' ? [Number(first) >> 4] : [];
      });
      expect(new Set(acted).size).toBeLessThanOrEqual(1);
    }
    expect(Object.keys(BEYOND)).toHaveLength(26);
  });

  test.each(['states', 'guards', 'tour', 'transitions', 'walks'] as const)('%s is passed by a right device', (name) =>
    // Those of the walks at 65 vectors are many, and looked at nowhere else: each is let go of.
    expect([
      isPassedByPlain(1, known(name, 1)),
      isPassedByPlain(65, name === 'walks' ? testsOf(name, 65) : known(name, 65)),
    ]).toEqual([true, true]),
  );
});
