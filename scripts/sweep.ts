/**
 * Looks for false accusations: what is right must pass. `npm run sweep` puts every lawful device to every strategy of `maskbit conform` behind the
 * port that answers later, judged by its own profile and by what is learnt of it; and makes the tests of every machine by every strategy of
 * `maskbit generate`, in every format, and puts to them what must pass: lawful devices of every profile, and XState itself.
 *
 *     npm run sweep -- conform SECONDS NAMES    so long for each device and strategy, 2 where nothing is said
 *     npm run sweep -- generate TESTS NAMES     so many tests of each strategy, 3000 where nothing is said
 *
 * With NAMES, those devices or machines alone whose names begin with one of them. All of it takes more than an hour of processor time.
 */
import { pathToFileURL } from 'node:url';
import { initialTransition, transition } from 'xstate';
import { BoundError } from '../checker/explore/bound.ts';
import { nameOutput } from '../checker/machine/output.ts';
import { Consumer } from '../conformance/generate/consume.ts';
import type { EventTest } from '../conformance/generate/events.ts';
import { generateEvents, generateVectors, type Generation } from '../conformance/generate/index.ts';
import { STRATEGY_NAMES, type StrategyName, TEST_FORMATS, type TestFormat } from '../conformance/generate/names.ts';
import { profileName, PROFILES } from '../conformance/generate/profiles.ts';
import type { SuiteTest } from '../conformance/generate/suite.ts';
import { callOf } from '../conformance/generate/vitest.ts';
import { remoteOf } from '../conformance/device/remote.ts';
import { conform, type Report } from '../conformance/judge/conform.ts';
import { contradictionIn, type Profile } from '../conformance/judge/profile.ts';
import { STRATEGIES } from '../conformance/judge/strategies.ts';
import { remoteSubject } from '../conformance/judge/subject.ts';
import { Lawful, type LawfulPiece, lawfulPieces } from '../conformance/museum/lawful.ts';
import { DESIGNS } from '../machines/designs.ts';
import { createInstance, type Instance } from '../properties/instances.ts';
import { MACHINE_NAMES } from '../properties/names.ts';
import type { Choices } from '../spec/choices.ts';

/** One combination, and what was wrong with it: nothing, where all is well. */
export interface Swept {
  readonly of: string;
  readonly wrong: readonly string[];
  /** What was done, as a clause. */
  readonly done: string;
}

// ---- maskbit conform

/** The strategies for devices that answer later, and the numbers of vectors that they are asked with. */
export const REMOTE_STRATEGIES = STRATEGIES.map(({ name }) => name).filter((name) => name !== 'walk of pairs');
const COUNTS = [1, 2, 3, 65];

/** Puts a lawful device, as a program, to the judge: by one strategy under its own profile, or, without one, to all with `learn`. */
export async function sweepDevice({ name, choices }: LawfulPiece, seconds: number, strategy?: string): Promise<Swept> {
  const devices = COUNTS.map((count) => remoteOf((options) => new Lawful(options, choices), count));
  const subject = remoteSubject(devices[0], ...devices.slice(1));
  const own: Profile = { name: 'its own', choices, assumptions: {} };
  const report = await conform(
    subject,
    strategy === undefined ? { learn: true, seconds } : { profile: own, seconds, strategies: [strategy] },
  );
  return {
    of: `${name}, ${strategy ?? 'all with learning'}`,
    wrong: [...report.causes, ...report.unsettled].flatMap(({ findings }) =>
      findings.map(
        ({ rules, scene, differences, trace }) =>
          `${rules.join(', ')} in ${scene}: ${differences.join(' ')} ${trace.slice(-12).join(', ')}`,
      ),
    ),
    done: doneOf(report),
  };
}

const doneOf = ({ steps, outcomes }: Report): string =>
  `${steps.toLocaleString('en-US')} steps, ${outcomes.filter(({ isComplete }) => isComplete).length} of ${outcomes.length} to their ends`;

// ---- maskbit generate

/** The right devices of the tests of a function: one of each profile that does not contradict itself. */
const RIGHT: readonly Choices[] = PROFILES.filter((choices) => contradictionIn(choices) === undefined);

/** What is generated: a function with some vectors, or another machine. */
export interface Generated {
  readonly name: string;
  readonly instance?: Instance;
  readonly vectors: number;
}

export const GENERATED: readonly Generated[] = [
  ...[1, 2, 3, 33, 65, 2048].map((vectors) => ({ name: `function, ${vectors} vectors`, vectors })),
  ...MACHINE_NAMES.filter((name) => name !== 'function' && name !== 'assigned-device').map((name) => ({
    ...{ name, instance: createInstance(name), vectors: 1 },
  })),
  ...DESIGNS.map((design) => ({
    name: `assigned-device, ${design.name}`,
    ...{ instance: createInstance('assigned-device', { design }), vectors: 1 },
  })),
];

/** Makes the tests of one machine by one strategy in one format, at most so many, and puts what is right to them. */
export async function sweepTests(
  { name, instance, vectors }: Generated,
  strategy: StrategyName,
  format: TestFormat,
  limit: number,
): Promise<Swept> {
  const of = `${name}, ${strategy}, ${format}`;
  const options = { strategy, format, limit, command: 'npm run sweep' };
  let generation: Generation;
  let text: string;
  try {
    generation = instance === undefined ? generateVectors(vectors, options) : generateEvents(instance, options);
    // What cannot be made in any time is not: all simple paths of most machines.
    if (generation.paths > MOST_PATHS) return { of, wrong: [], done: `not made: ${generation.paths} paths` };
    text = [...generation.write()].join('');
  } catch (error) {
    // A sentence of ours says what there is instead.
    if (error instanceof RangeError || error instanceof BoundError)
      return { of, wrong: [], done: `refused: ${error.message}` };
    throw error;
  }
  const passed =
    instance === undefined
      ? await functionFailures(text, format, vectors)
      : await eventFailures(text, format, instance);
  const wrong = passed.tests === 0 ? ['no test was made'] : passed.wrong;
  return { of, wrong, done: `${passed.tests.toLocaleString('en-US')} tests, ${passed.systems} right systems` };
}

const MOST_PATHS = 2_000_000;

interface Passed {
  readonly tests: number;
  readonly systems: number;
  readonly wrong: readonly string[];
}

/** Which tests of a function a lawful device fails. */
async function functionFailures(text: string, format: TestFormat, vectors: number): Promise<Passed> {
  // Long files are put to some of the profiles, each to its own.
  const step = text.length * RIGHT.length * (vectors > 100 ? 10 : 1) > 4e8 ? 17 : 1;
  const right = RIGHT.filter((_, index) => index % step === 0);
  const wrong: string[] = [];
  let tests = 0;
  for (const choices of right) {
    const create = (): Lawful => new Lawful({ vectorCount: vectors }, choices);
    let failed: string[] = [];
    if (format === 'vitest') ({ tests, failed } = await runVitest(text, () => create()));
    else {
      const all = format === 'json' ? (JSON.parse(text) as { tests: SuiteTest[] }).tests : scriptTests(text);
      const consumer = new Consumer(create);
      tests = all.length;
      failed = all.filter((test) => !consumer.passes(test)).map((test) => test.name);
    }
    if (failed.length > 0) wrong.push(`${profileName(choices)} fails ${failed.length}, first: ${failed[0]}`);
  }
  return { tests, systems: right.length, wrong };
}

/** Reads a script of the text protocol, as the consumers in `examples/vectors` do. */
function scriptTests(text: string): SuiteTest[] {
  const tests: { number: number; name: string; requests: string[]; permitted: SuiteTest['permitted'][number][] }[] = [];
  for (const line of text.split('\n')) {
    const [word, first, ...rest] = line.split(' ');
    if (word === 'test') tests.push({ number: Number(first), name: rest.join(' '), requests: [], permitted: [] });
    else if (word === '>') tests.at(-1)!.requests.push(line.slice(2));
    else if (word === '=') tests.at(-1)!.permitted.push({ profiles: first, answers: rest.join(' ').split('|') });
  }
  return tests.map((test) => ({ ...test, rules: [], flags: [] }));
}

/** Which tests of another machine XState fails, which runs the machine itself. */
async function eventFailures(text: string, format: TestFormat, { machine, events }: Instance): Promise<Passed> {
  const start = (tell: (output: string) => void): ((event: string) => void) => {
    let [snapshot] = initialTransition(machine);
    return (event) => {
      const [next, actions] = transition(machine, snapshot, { type: event });
      snapshot = next;
      for (const { type, params } of actions) tell(nameOutput(type, params));
    };
  };
  if (format === 'vitest') {
    // A call names its event: what is called how is the format's business.
    const byCall = new Map(events.map((event) => [callOf(event), event]));
    const { tests, failed } = await runVitest(text, (tell) => {
      const step = start((output) => (tell as (...words: string[]) => void)(...output.split('.')));
      return new Proxy(
        {},
        {
          get: (_, method) =>
            method === 'close' || method === 'then'
              ? undefined
              : (...words: unknown[]) => step(byCall.get(`${String(method)}(${words.join(', ')})`) ?? String(method)),
        },
      );
    });
    return { tests, systems: 1, wrong: failed };
  }
  const { tests } = JSON.parse(text) as { tests: EventTest[] };
  const wrong = tests.filter((test) => {
    let told: string[] = [];
    const step = start((output) => told.push(output));
    return test.events.some((event, at) => {
      told = [];
      step(event);
      return told.join() !== test.outputs[at].join();
    });
  });
  return { tests: tests.length, systems: 1, wrong: wrong.map(({ name }) => name) };
}

/** Runs a file for Vitest with an adapter, in this process: the few calls that it makes of Vitest are simple. */
async function runVitest(
  text: string,
  adapter: (tell: unknown) => unknown,
): Promise<{ tests: number; failed: string[] }> {
  const body = text.replace(/^import .*$/gm, '');
  const name = text.includes('import createSystem') ? 'createSystem' : 'createDevice';
  const cases: { readonly title: string; readonly run: () => unknown }[] = [];
  const refuse = (): never => {
    throw new Error('not as expected');
  };
  const expect = (got: unknown) => ({
    toBe: (wanted: unknown) => void (Object.is(got, wanted) || refuse()),
    not: { toBe: (other: unknown) => void (Object.is(got, other) && refuse()) },
  });
  const test = (title: string, run: () => unknown): void => void cases.push({ title, run });
  // oxlint-disable-next-line no-implied-eval, no-new-func -- the text is ours, and runs as whoever has generated it runs it.
  new Function('expect', 'test', name, body)(expect, test, adapter);
  const failed: string[] = [];
  for (const { title, run } of cases) {
    try {
      await run();
    } catch {
      failed.push(title);
    }
  }
  return { tests: cases.length, failed };
}

// ---- All of it

/** Every combination of a part, one after the other. */
async function* sweep(part: string, bound: number, names: readonly string[]): AsyncGenerator<Swept> {
  const isWanted = ({ name }: { readonly name: string }): boolean =>
    names.length === 0 || names.some((each) => name.startsWith(each));
  if (part === 'conform')
    for (const piece of lawfulPieces(10, 1).filter(isWanted)) {
      for (const strategy of REMOTE_STRATEGIES) yield await sweepDevice(piece, bound, strategy);
      yield await sweepDevice(piece, 5 * bound);
    }
  else
    for (const machine of GENERATED.filter(isWanted))
      for (const strategy of STRATEGY_NAMES)
        for (const format of TEST_FORMATS) yield await sweepTests(machine, strategy, format, bound);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [only, bound, ...names] = process.argv.slice(2);
  let failures = 0;
  let combinations = 0;
  for (const part of only === undefined ? ['generate', 'conform'] : [only]) {
    for await (const { of, wrong, done } of sweep(part, Number(bound ?? (part === 'conform' ? 2 : 3000)), names)) {
      combinations++;
      if (wrong.length > 0) failures++;
      process.stderr.write(`${of}: ${done}\n`);
      for (const each of wrong.slice(0, 5))
        console.log(`${of}: ${each.length > 400 ? `${each.slice(0, 400)}...` : each}`);
    }
  }
  console.log(
    failures === 0
      ? `holds: ${combinations} combinations, and nothing that is right was accused`
      : `violated: ${failures} of ${combinations} combinations accuse what is right`,
  );
  process.exitCode = failures === 0 ? 0 : 1;
}
